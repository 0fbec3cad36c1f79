"""Scores between 0 and 1 that are not only 0 and 1: partial credit, means, unbiased estimators.

Three bounds, by name. ``betting`` and ``hoeffding-rounding`` hold for every distribution on [0, 1];
``clopper-pearson`` at the sum is proven for scores of 0 and 1 only. ``betting`` uses how little the
scores spread and is the narrowest where they do not lie at the ends; for scores of 0 and 1 it is
wider than the others. The method is chosen before the scores are seen: the narrowest of several is
no bound.
"""

import math
from collections.abc import Sequence
from typing import Literal

from ifthen.errors import Error
from ifthen.stats.attempts import rounding_lower, rounding_upper
from ifthen.stats.estimate import Estimate, Undefined, is_alpha, require_alpha
from ifthen.stats.proportion import estimate_proportion

ScoreMethod = Literal["betting", "clopper-pearson", "hoeffding-rounding"]
"""Bounds for independent scores in [0, 1]."""

BETS = 50
"""How many fixed bets the capital is spread over."""
_HALVINGS = 100


def betting_upper(scores: Sequence[float], alpha: float) -> float:
    """Return the upper bound of the mean of independent scores in [0, 1] by betting against it.

    A gambler who thinks the mean is less than m stakes on every score being below m. With fixed
    stakes the capital is the product of 1 + c (m - x) / (1 - m) over the scores x, and it is
    expected to stay at 1 or fall when the mean is m or more. The capital here is the average over
    ``BETS`` values of c spread evenly over (0, 1); it exceeds 1/alpha with probability at most
    ``alpha`` (Markov), so every m at which it does is ruled out (Waudby-Smith and Ramdas, JRSS B
    86, 2024, theorem 3, with fixed instead of predicted bets). The order of the scores does not
    matter, their distributions may differ (by the inequality of the means), and they may be a
    sample without replacement (by Maclaurin's inequality).

    Raises:
        Error: ``stats.scores`` unless there is a score and all lie in [0, 1]; ``stats.alpha``.
    """
    require_alpha(alpha)
    if not (len(scores) > 0 and all(0 <= score <= 1 for score in scores)):
        raise Error("stats.scores", "needs one score or more, each between 0 and 1")
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    values, counts = np.unique(np.asarray(scores, dtype=float), return_counts=True)
    bets = (np.arange(BETS) + 0.5) / BETS
    limit = math.log(BETS / alpha)
    if values[0] == 1:
        return 1.0

    def is_ruled_out(mean: float) -> bool:
        gains = np.log1p(np.outer(bets, (mean - values) / (1 - mean))) @ counts
        greatest = float(gains.max())
        return greatest + math.log(float(np.exp(gains - greatest).sum())) >= limit

    # The capital rises with m, and at the mean of the scores it is at most 1.
    low, high = min(1.0, math.fsum(scores) / len(scores)), 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if is_ruled_out(middle):
            high = middle
        else:
            low = middle
    return high


def betting_lower(scores: Sequence[float], alpha: float) -> float:
    """Return the lower bound; the mirror image of :func:`betting_upper`."""
    return 1 - betting_upper([1 - score for score in scores], alpha)


def estimate_scores(
    lows: Sequence[float],
    highs: Sequence[float],
    *,
    alpha: float,
    method: ScoreMethod = "betting",
) -> Estimate | Undefined:
    """Return the mean of independent questions' scores with one-sided bounds at level ``alpha``.

    ``lows`` and ``highs`` hold the least and the greatest possible score of each question, equal
    where it is known. The bounds rise with every score, so they cover every completion.

    Raises:
        Error: ``stats.method`` for another method.
    """
    if method not in {"betting", "clopper-pearson", "hoeffding-rounding"}:
        raise Error("stats.method", f"{method!r} is no bound for scores between 0 and 1")
    if (fault := _find_fault(lows, highs, alpha)) is not None:
        return fault
    n = len(lows)
    low, high = min(math.fsum(lows), n), min(math.fsum(highs), n)
    if method == "clopper-pearson":
        return estimate_proportion(questions=n, low=low, high=high, alpha=alpha)
    if method == "betting":
        lower, upper = betting_lower(lows, alpha), betting_upper(highs, alpha)
    else:
        lower, upper = rounding_lower(low, n, alpha), rounding_upper(high, n, alpha)
    return Estimate(
        point_low=low / n,
        point_high=high / n,
        lower=max(0.0, min(lower, low / n)),
        upper=min(1.0, max(upper, high / n)),
        method=method,
        n=n,
        effective_n=float(n),
        clusters=None,
        alpha=alpha,
    )


def _find_fault(lows: Sequence[float], highs: Sequence[float], alpha: float) -> Undefined | None:
    if not is_alpha(alpha):
        return Undefined(
            reason="alpha-out-of-range",
            message=f"alpha must lie between 0 and 0.5, found {alpha!r}",
        )
    if len(lows) != len(highs):
        return Undefined(
            reason="bad-count", message=f"{len(lows)} least scores, {len(highs)} greatest scores"
        )
    if not lows:
        return Undefined(reason="no-questions", message="there are no questions")
    for place, (low, high) in enumerate(zip(lows, highs, strict=True)):
        if not (math.isfinite(low) and math.isfinite(high)):
            return Undefined(
                reason="not-a-number",
                message=f"score {place} is not a number: {low!r}, {high!r}",
            )
        if not 0 <= low <= high <= 1:
            return Undefined(
                reason="score-out-of-range",
                message=f"score {place} needs 0 <= low <= high <= 1, found {low!r} and {high!r}",
            )
    return None
