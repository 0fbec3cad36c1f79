"""One score of a question from its attempts, by name, without bias.

``pass@k``: at least one of k attempts succeeds. ``pass^k``: all of k attempts succeed.
``best-of-k``: the greatest score of k attempts. ``mean-of-k``: the mean score of k attempts. With
more than k attempts, each is the average over all choices of k of them (Chen et al., arXiv
2107.03374, for pass@k), so that its expectation does not depend on how many attempts there were.

The bounds then run over questions: attempts at one question are no further questions. From the
share of single attempts that succeed, nothing follows for k attempts: a mean of 5 % gives anything
from 5 % to 40 % at ten attempts, depending on how unequal the questions are.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ifthen.errors import Error
from ifthen.stats.bounded import ScoreMethod, estimate_scores
from ifthen.stats.estimate import Estimate, Undefined

MAX_ATTEMPTS = 10_000
"""More attempts at one question than this are not read."""

Kind = Literal["pass@", "pass^", "best-of-", "mean-of-"]
"""What is asked of k attempts."""

_KINDS: Final[dict[str, Kind]] = {
    "pass@": "pass@",
    "pass^": "pass^",
    "best-of-": "best-of-",
    "mean-of-": "mean-of-",
}
_NAME = re.compile(r"(pass@|pass\^|best-of-|mean-of-)([1-9][0-9]{0,4})")


@dataclass(frozen=True, slots=True)
class Reduction:
    """How the attempts at one question become its score."""

    kind: Kind
    """What is asked of the attempts."""
    k: int
    """Of how many attempts."""


def parse_reduction(name: str) -> Reduction:
    """Return the reduction of a name such as ``pass@5`` or ``best-of-10``.

    Raises:
        Error: ``stats.reduction`` for any other name, and beyond ``MAX_ATTEMPTS``.
    """
    match = _NAME.fullmatch(name)
    if match is None or int(match[2]) > MAX_ATTEMPTS:
        raise Error(
            "stats.reduction",
            f"expected pass@k, pass^k, best-of-k or mean-of-k with k from 1 to {MAX_ATTEMPTS},"
            f" found {name!r}",
        )
    return Reduction(_KINDS[match[1]], int(match[2]))


def format_reduction(reduction: Reduction) -> str:
    """Return the name; the inverse of :func:`parse_reduction`."""
    return f"{reduction.kind}{reduction.k}"


def reduce_attempts(scores: Sequence[float], reduction: Reduction) -> float | Undefined:
    """Return one question's score, a fraction, as the average over all choices of k attempts.

    With n attempts of which c succeed, pass@k is 1 - C(n-c, k) / C(n, k) and pass^k is
    C(c, k) / C(n, k); best-of-k weighs the j-th least score with C(j-1, k-1) / C(n, k). Undefined:
    ``too-few-attempts`` for fewer than k, ``not-a-number``, ``score-out-of-range`` outside [0, 1],
    ``not-whole`` for pass@k and pass^k of scores that are not 0 or 1, ``bad-attempts`` beyond
    ``MAX_ATTEMPTS``.
    """
    n, k = len(scores), reduction.k
    if (fault := _find_fault(scores, reduction)) is not None:
        return fault
    if reduction.kind == "mean-of-":
        return math.fsum(scores) / n
    choices = math.comb(n, k)
    passed = sum(score == 1 for score in scores)
    if reduction.kind == "pass^":
        return math.comb(passed, k) / choices
    if reduction.kind == "pass@":
        return (choices - math.comb(n - passed, k)) / choices
    total, weight = [], 1  # C(j-1, k-1) for j = k
    for j, score in enumerate(sorted(scores)[k - 1 :], start=k):
        total.append(weight / choices * score)
        weight = weight * j // (j - k + 1)
    return min(1.0, math.fsum(total))


def estimate_reduced(
    questions: Sequence[Sequence[tuple[float, float]]],
    reduction: Reduction,
    *,
    alpha: float,
    method: ScoreMethod = "betting",
) -> Estimate | Undefined:
    """Return the mean reduced score over independent questions, with bounds at level ``alpha``.

    ``questions`` holds for each question the least and the greatest possible score of every
    attempt. All reductions rise with every attempt, so the bounds cover every completion; see
    :func:`~ifthen.stats.bounded.estimate_scores` for the methods. Undefined as there and in
    :func:`reduce_attempts`: one question with too few attempts leaves no estimate.
    """
    ends: tuple[list[float], list[float]] = ([], [])
    for place, attempts in enumerate(questions):
        for end, reduced in enumerate(ends):
            score = reduce_attempts([attempt[end] for attempt in attempts], reduction)
            if isinstance(score, Undefined):
                return Undefined(reason=score.reason, message=f"question {place}: {score.message}")
            reduced.append(score)
    return estimate_scores(*ends, alpha=alpha, method=method)


def _find_fault(scores: Sequence[float], reduction: Reduction) -> Undefined | None:
    n = len(scores)
    if n < reduction.k:
        return Undefined(
            reason="too-few-attempts",
            message=f"{format_reduction(reduction)} takes {reduction.k} attempts, found {n}",
        )
    if n > MAX_ATTEMPTS or reduction.k < 1:
        return Undefined(
            reason="bad-attempts", message=f"{reduction.k} of {n} attempts cannot be reduced"
        )
    for score in scores:
        if not math.isfinite(score):
            return Undefined(reason="not-a-number", message=f"a score is not a number: {score!r}")
        if not 0 <= score <= 1:
            return Undefined(
                reason="score-out-of-range", message=f"a score lies outside [0, 1]: {score!r}"
            )
        if reduction.kind in {"pass@", "pass^"} and score not in {0, 1}:
            return Undefined(
                reason="not-whole",
                message=f"{format_reduction(reduction)} counts successes, found {score!r}",
            )
    return None
