"""A proportion with its doubt, and the value that stands where no proportion can be given."""

from dataclasses import dataclass
from typing import Final, Literal

from ifthen.errors import Error

Method = Literal[
    "beta-binomial",
    "betting",
    "clopper-pearson",
    "clopper-pearson-attempts",
    "hoeffding-rounding",
    "hypergeometric",
    "korn-graubard",
]
"""How the bounds were computed; each name is explained where its function stands."""

CLUSTER_METHODS: Final = frozenset({"beta-binomial", "korn-graubard"})
"""Methods for clusters; they speak of the population that the clusters were drawn from."""
BENCHMARK_METHODS: Final = frozenset({"clopper-pearson-attempts", "hypergeometric"})
"""Methods that speak of the questions of one benchmark only."""

Estimand = Literal["benchmark", "population"]
"""What a proportion is a proportion of.

``benchmark``: the questions of one benchmark, whose number is known; the doubt is which of them
were asked and how each attempt fell out. ``population``: all the questions that these were drawn
from, so that the choice of questions is part of the doubt.
"""

UndefinedReason = Literal[
    "alpha-out-of-range",
    "bad-attempts",
    "bad-cluster",
    "bad-count",
    "benchmark-too-small",
    "clusters-disagree",
    "no-questions",
    "not-a-number",
    "not-whole",
    "score-out-of-range",
    "sum-out-of-range",
    "too-few-attempts",
    "too-few-clusters",
    "unknown-scores",
]
"""Why there is no estimate; tests and reports match this code, never the message."""


def is_alpha(alpha: float) -> bool:
    """Return whether a number can be the level of a one-sided bound: between 0 and 0.5, neither.

    From 0.5 on, a "lower" bound may lie above the proportion itself, and the two bounds cross.
    """
    return 0 < alpha < 0.5


def require_alpha(alpha: float) -> None:
    """Refuse a level that :func:`is_alpha` does not accept.

    Raises:
        Error: ``stats.alpha``.
    """
    if not is_alpha(alpha):
        raise Error("stats.alpha", f"alpha must lie between 0 and 0.5, found {alpha!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A proportion of ``n`` questions, all values as fractions in [0, 1].

    ``lower`` and ``upper`` are two one-sided bounds, each wrong with probability at most ``alpha``;
    together they are an interval of level 1 - 2 alpha. When some scores are unknown the proportion
    itself is only known to lie between ``point_low`` and ``point_high``; ``lower`` then belongs to
    the least possible proportion and ``upper`` to the greatest.

    Raises:
        ValueError: the values contradict each other. Nobody can hold an estimate that is not
            0 <= lower <= point_low <= point_high <= upper <= 1.
    """

    point_low: float
    """The proportion when every unknown score counts 0."""
    point_high: float
    """The proportion when every unknown score counts 1."""
    lower: float
    """The one-sided lower bound at level ``alpha``."""
    upper: float
    """The one-sided upper bound at level ``alpha``."""
    method: Method
    """Which bound; one of ``CLUSTER_METHODS`` exactly when ``clusters`` is a number."""
    n: int
    """The number of questions, not of samples."""
    effective_n: float
    """The number of independent answers that would carry as much information; at most
    ``n`` times ``attempts``."""
    clusters: int | None
    """The number of clusters, or None when each question stands for itself."""
    alpha: float
    """The greatest chance of error of each bound, between 0 and 0.5."""
    estimand: Estimand = "population"
    """What the proportion is a proportion of."""
    attempts: int = 1
    """How many attempts at each question the bounds count as independent, at least 1."""

    def __post_init__(self) -> None:
        faults = {
            "bounds": not (0 <= self.lower <= self.point_low <= self.point_high <= self.upper <= 1),
            "alpha": not is_alpha(self.alpha),
            "n": self.n < 1,
            "effective_n": not 0 < self.effective_n <= self.n * self.attempts,
            "method": (self.method in CLUSTER_METHODS) != (self.clusters is not None),
            "clusters": self.clusters is not None and not 2 <= self.clusters <= self.n,
            "estimand": not self._is_of_estimand(),
            "attempts": self.attempts < 1,
        }
        found = [name for name, wrong in faults.items() if wrong]
        if found:
            raise ValueError(f"not an estimate, see {', '.join(found)}: {self!r}")

    def _is_of_estimand(self) -> bool:
        if self.estimand == "benchmark":
            return self.method not in CLUSTER_METHODS
        return (
            self.estimand == "population"
            and self.method not in BENCHMARK_METHODS
            and self.attempts == 1
        )

    @property
    def point(self) -> float | None:
        """The proportion, or None while unknown scores leave it open."""
        return self.point_low if self.point_low == self.point_high else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Undefined:
    """No proportion can be given. This is never a zero, and never allows a conclusion."""

    reason: UndefinedReason
    """A stable code."""
    message: str
    """What was found, in one sentence."""
