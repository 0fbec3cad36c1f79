"""Two models on questions that cannot be paired: how much more the first may score.

Without pairs nothing cancels, so these bounds are wider than those of :mod:`ifthen.stats.paired`.
"""

from dataclasses import dataclass

from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.estimate import Undefined
from ifthen.stats.proportion import find_fault


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreSum:
    """What one model scored: the least and the greatest possible sum, and how many questions."""

    questions: int
    """Number of questions."""
    low: float
    """Sum of the scores when every unknown one counts 0."""
    high: float
    """Sum of the scores when every unknown one counts 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndependentDifference:
    """First minus second, as fractions in [-1, 1]."""

    point_low: float
    """The difference when every unknown score counts against the first."""
    point_high: float
    """The difference when every unknown score counts for the first."""
    lower: float
    """The one-sided lower bound at level ``alpha``."""
    upper: float
    """The one-sided upper bound at level ``alpha``."""
    n: tuple[int, int]
    """Questions of the first and of the second."""
    alpha: float
    """The greatest chance of error of each bound, between 0 and 0.5."""


def compare_independent(
    first: ScoreSum, second: ScoreSum, *, alpha: float
) -> IndependentDifference | Undefined:
    """Return how much more the first scores, from two independent sets of questions.

    The upper bound is the upper bound of the first minus the lower bound of the second, both of
    Clopper and Pearson at alpha / 2: one of them is wrong with probability at most alpha, whatever
    the two proportions are. It is wider than approximate bounds, which do not hold that.
    """
    for one in (first, second):
        if (fault := find_fault(one.questions, one.low, one.high, alpha)) is not None:
            return fault
    half = alpha / 2
    return IndependentDifference(
        point_low=first.low / first.questions - second.high / second.questions,
        point_high=first.high / first.questions - second.low / second.questions,
        lower=clopper_pearson_lower(first.low, first.questions, half)
        - clopper_pearson_upper(second.high, second.questions, half),
        upper=clopper_pearson_upper(first.high, first.questions, half)
        - clopper_pearson_lower(second.low, second.questions, half),
        n=(first.questions, second.questions),
        alpha=alpha,
    )
