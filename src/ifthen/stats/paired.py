"""Two models on the same questions: how much more the first scores, with one-sided bounds.

The difference is taken question by question, so that what makes a question hard for both cancels.
Questions that only one of the models was asked are no pairs; they are refused, not dropped.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ifthen.errors import Error
from ifthen.stats.bounded import betting_lower, betting_upper
from ifthen.stats.estimate import Undefined, is_alpha


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemScore:
    """One model's score of one question; ``low`` and ``high`` differ where it is not known."""

    item: str
    """Id of the question."""
    low: float
    """The least possible score, in [0, 1]."""
    high: float
    """The greatest possible score, in [0, 1]."""
    cluster: str | None = None
    """The group of related questions that it belongs to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedDifference:
    """The mean of first minus second over the questions, all differences in [-1, 1]."""

    point_low: float
    """The difference when every unknown score counts against the first model."""
    point_high: float
    """The difference when every unknown score counts for the first model."""
    lower: float
    """The one-sided lower bound at level ``alpha``."""
    upper: float
    """The one-sided upper bound at level ``alpha``."""
    method: Literal["betting", "betting-clusters"]
    """What was bet on: the difference of each question, or of each cluster."""
    n: int
    """The number of questions that both models were asked."""
    clusters: int | None
    """The number of clusters, or None when each question stands for itself."""
    alpha: float
    """The greatest chance of error of each bound, between 0 and 0.5."""
    test: Literal["mcnemar-exact"] | None
    """The test behind the two probabilities; None where it does not apply."""
    p_first_better: float | None
    """Chance of so many questions won by the first model, or more, if it were not better."""
    p_second_better: float | None
    """The same for the second model."""


def compare_pairs(
    first: Sequence[ItemScore], second: Sequence[ItemScore], *, alpha: float
) -> PairedDifference | Undefined:
    """Return how much more the first model scores than the second on the same questions.

    The bounds are those of :func:`~ifthen.stats.bounded.betting_upper` for (d + 1) / 2, where d is
    the difference of a question's scores: they hold for independent questions whatever the
    distribution, and are narrow where the models agree on most questions. With clusters the sum of
    the differences in each cluster, divided by the size of the greatest, takes the place of d;
    this holds for independent clusters of whatever sizes and inner dependence, and is wide when
    clusters are few or one is much greater than the rest.

    Where every score is known, 0 or 1, and there are no clusters, the exact conditional test of
    McNemar (Psychometrika 12, 1947) is given beside them: of the questions that the models
    disagree on, the first wins half or fewer if it is not better.

    Raises:
        Error: ``stats.duplicate-item``, ``stats.items-differ``, ``stats.clusters-differ`` when a
            question is given a cluster by one side only or two clusters.
    """
    pairs = _pair(first, second)
    if (fault := _find_fault((*first, *second), alpha)) is not None:
        return fault
    lows = [one.low - other.high for one, other in pairs]
    highs = [one.high - other.low for one, other in pairs]
    n, clustered = len(pairs), pairs[0][0].cluster is not None
    point_low, point_high = math.fsum(lows) / n, math.fsum(highs) / n
    clusters = None
    scale = 1.0
    if clustered:
        names = [str(one.cluster) for one, _ in pairs]
        sizes = Counter(names)
        clusters, greatest = len(sizes), max(sizes.values())
        if clusters < 2:
            return Undefined(
                reason="too-few-clusters",
                message=f"one spread needs two clusters or more, found {clusters}",
            )
        lows = [total / greatest for total in _sum_by(names, lows)]
        highs = [total / greatest for total in _sum_by(names, highs)]
        scale = clusters * greatest / n
    lower = scale * (2 * betting_lower(_to_shares(lows), alpha) - 1)
    upper = scale * (2 * betting_upper(_to_shares(highs), alpha) - 1)
    wins = None if clustered else _count_wins(pairs)
    return PairedDifference(
        point_low=point_low,
        point_high=point_high,
        lower=max(-1.0, min(lower, point_low)),
        upper=min(1.0, max(upper, point_high)),
        method="betting-clusters" if clustered else "betting",
        n=n,
        clusters=clusters,
        alpha=alpha,
        test=None if wins is None else "mcnemar-exact",
        p_first_better=None if wins is None else _chance_of_wins(*wins),
        p_second_better=None if wins is None else _chance_of_wins(*reversed(wins)),
    )


def _pair(
    first: Sequence[ItemScore], second: Sequence[ItemScore]
) -> list[tuple[ItemScore, ItemScore]]:
    by_id: list[dict[str, ItemScore]] = []
    for scores in (first, second):
        by_id.append({score.item: score for score in scores})
        if len(by_id[-1]) < len(scores):
            twice = Counter(score.item for score in scores).most_common(1)[0][0]
            raise Error("stats.duplicate-item", f"question {twice} has two scores of one model")
    one, other = by_id
    if alone := one.keys() ^ other.keys():
        raise Error(
            "stats.items-differ",
            f"{len(alone)} questions have a score of one model only, first {min(alone)}",
            hint="compare the models on the questions that both were asked",
        )
    clusters = {score.cluster is None for score in first}
    for item, score in one.items():
        if score.cluster != other[item].cluster or len(clusters) > 1:
            raise Error(
                "stats.clusters-differ",
                f"question {item} is in cluster {score.cluster} and in {other[item].cluster};"
                " every question needs one, or none does",
            )
    return [(score, other[item]) for item, score in one.items()]


def _find_fault(scores: Sequence[ItemScore], alpha: float) -> Undefined | None:
    if not is_alpha(alpha):
        return Undefined(
            reason="alpha-out-of-range",
            message=f"alpha must lie between 0 and 0.5, found {alpha!r}",
        )
    if not scores:
        return Undefined(reason="no-questions", message="there are no questions")
    for score in scores:
        if not (math.isfinite(score.low) and math.isfinite(score.high)):
            return Undefined(
                reason="not-a-number", message=f"a score of question {score.item} is not a number"
            )
        if not 0 <= score.low <= score.high <= 1:
            return Undefined(
                reason="score-out-of-range",
                message=f"question {score.item} needs 0 <= low <= high <= 1, found {score.low!r}"
                f" and {score.high!r}",
            )
    return None


def _sum_by(names: Sequence[str], values: Sequence[float]) -> list[float]:
    """Return the sum of the values under each name, in order of first appearance."""
    groups: dict[str, list[float]] = {}
    for name, value in zip(names, values, strict=True):
        groups.setdefault(name, []).append(value)
    return [math.fsum(group) for group in groups.values()]


def _to_shares(differences: Sequence[float]) -> list[float]:
    """Return differences in [-1, 1] as shares in [0, 1]; a sum may pass the ends by rounding."""
    return [min(1.0, max(0.0, (difference + 1) / 2)) for difference in differences]


def _count_wins(pairs: Sequence[tuple[ItemScore, ItemScore]]) -> tuple[int, int] | None:
    """Return how many questions only the first and only the second solved; None if not 0 or 1."""
    for pair in pairs:
        if any(score.low != score.high or score.low not in {0, 1} for score in pair):
            return None
    return (
        sum(one.low > other.low for one, other in pairs),
        sum(one.low < other.low for one, other in pairs),
    )


def _chance_of_wins(wins: int, losses: int) -> float:
    """Return P(X >= wins) of a fair coin tossed once for each question they disagree on."""
    if wins == 0:
        return 1.0
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    return float(special.bdtrc(wins - 1, wins + losses, 0.5))
