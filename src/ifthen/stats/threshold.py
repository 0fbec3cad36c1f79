"""Three-way comparison with a threshold: two one-sided tests, each with its own burden of proof.

That a proportion is below a threshold must be shown, and so must that it is at or above it. What
shows neither is undecided; a point estimate on one side of a threshold shows nothing.
"""

from decimal import Decimal
from enum import StrEnum

from ifthen.errors import Error
from ifthen.stats.combining import require_estimand
from ifthen.stats.estimate import Estimand, Estimate


class Side(StrEnum):
    """Where a proportion lies, as far as the bounds show it."""

    BELOW = "below"
    """The upper bound is less than the threshold minus its margin."""
    REACHED = "reached"
    """The lower bound is at least the threshold."""
    STRADDLES = "straddles"
    """Neither is shown."""


def compare(
    estimate: Estimate,
    *,
    threshold: float,
    margin: float = 0.0,
    estimand: Estimand | None = None,
) -> Side:
    """Return the side of ``threshold`` that the bounds show, each at the estimate's alpha.

    ``threshold`` and ``margin`` are fractions. The margin asks for more before a threshold is
    ruled out and never for more before it is reached. ``estimand`` is what the threshold was set
    for; None where it does not say.

    Raises:
        Error: ``stats.threshold``, ``stats.margin``, see :func:`subtract_margin`;
            ``stats.estimand`` when the estimate is of another estimand than the threshold.
    """
    if estimand is not None:
        require_estimand([estimate], estimand)
    if is_below(estimate, subtract_margin(threshold, margin)):
        return Side.BELOW
    if is_at_least(estimate, threshold):
        return Side.REACHED
    return Side.STRADDLES


def is_below(estimate: Estimate, value: float) -> bool:
    """Return whether the upper bound is less than ``value``; equality shows nothing."""
    return estimate.upper < value


def is_at_least(estimate: Estimate, value: float) -> bool:
    """Return whether the lower bound is ``value`` or more."""
    return estimate.lower >= value


def subtract_margin(threshold: float, margin: float) -> float:
    """Return the value an upper bound must stay below: ``threshold`` minus ``margin``.

    The numbers are subtracted as the decimals they were written as, so that 0.3 minus 0.1 is the
    same 0.2 that a threshold of 0.2 is.

    Raises:
        Error: ``stats.threshold`` unless 0 < threshold <= 1; ``stats.margin`` unless
            0 <= margin < threshold.
    """
    require_threshold(threshold)
    if not 0 <= margin < threshold:
        raise Error(
            "stats.margin", f"the margin must be 0 or more and less than {threshold}: {margin!r}"
        )
    return float(Decimal(repr(float(threshold))) - Decimal(repr(float(margin))))


def require_threshold(threshold: float) -> None:
    """Refuse a threshold that no proportion, or every proportion, would reach.

    Raises:
        Error: ``stats.threshold`` unless 0 < threshold <= 1.
    """
    if not 0 < threshold <= 1:
        raise Error("stats.threshold", f"a threshold lies above 0 and up to 1, found {threshold!r}")
