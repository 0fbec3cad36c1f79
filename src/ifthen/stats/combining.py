"""Estimates side by side: only those of one estimand can be compared or combined."""

from collections.abc import Sequence
from dataclasses import dataclass

from ifthen.errors import Error
from ifthen.stats.estimate import Estimand, Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What several estimates of one thing say together, without averaging them."""

    lower: float
    """The least of the lower bounds, a fraction."""
    upper: float
    """The greatest of the upper bounds, a fraction."""
    conflicting: bool
    """Whether two of the intervals do not meet, so that at least one of them is wrong."""
    estimand: Estimand
    """What every one of them is a proportion of."""


def require_estimand(estimates: Sequence[Estimate], estimand: Estimand | None = None) -> Estimand:
    """Return the one estimand of several estimates.

    The same number can be ruled out for the questions of a benchmark and undecided for the
    population behind them, so a bound of the one says nothing about a threshold of the other.

    Raises:
        Error: ``stats.estimand`` when they differ, or are not of ``estimand`` where it is given;
            ``stats.no-estimates`` without any.
    """
    found = sorted({estimate.estimand for estimate in estimates})
    if not found:
        raise Error("stats.no-estimates", "there is no estimate to compare")
    if len(found) > 1 or estimand not in {None, found[0]}:
        wanted = "one estimand" if estimand is None else f"the estimand {estimand}"
        raise Error(
            "stats.estimand",
            f"needs estimates of {wanted}, found {' and '.join(found)}",
            hint="compute both from their samples for the same estimand",
        )
    return found[0]


def envelop(estimates: Sequence[Estimate]) -> Envelope:
    """Return the interval that every one of several estimates lies in; nothing is averaged.

    Its bounds are no tighter than any single estimate's, so each keeps the level it had.

    Raises:
        Error: ``stats.estimand``, ``stats.no-estimates``; see :func:`require_estimand`.
    """
    estimand = require_estimand(estimates)
    return Envelope(
        lower=min(estimate.lower for estimate in estimates),
        upper=max(estimate.upper for estimate in estimates),
        conflicting=max(e.lower for e in estimates) > min(e.upper for e in estimates),
        estimand=estimand,
    )
