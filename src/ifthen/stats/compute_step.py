"""Safety margin as a step of effective compute: would the bound hold for a model k times larger?

Scores rise along an S-curve in the logarithm of effective compute C: logit(score) = a + b ln C. An
upper bound U then becomes sigma(logit U + b ln k) at k times the compute. The slope b is not a
property of the bound; it is measured on a family of models, and whoever states it says where.
"""

import math
from dataclasses import dataclass

from ifthen.errors import Error
from ifthen.stats.threshold import require_threshold


@dataclass(frozen=True, kw_only=True, slots=True)
class ComputeStep:
    """A multiple of effective compute, and how fast scores rise with it.

    Raises:
        Error: ``stats.compute-step`` unless the factor is above 1, the slope above 0, both finite,
            and the source not empty.
    """

    factor: float
    """By how much effective compute grows; 4 for four times as much."""
    slope: float
    """Rise of logit(score) for each unit of ln(effective compute)."""
    source: str
    """Where the slope comes from, in words: the models and the fit."""

    def __post_init__(self) -> None:
        if not (1 < self.factor < math.inf and 0 < self.slope < math.inf):
            raise Error(
                "stats.compute-step",
                f"needs a factor above 1 and a slope above 0, found {self.factor!r} and"
                f" {self.slope!r}",
            )
        if not self.source.strip():
            raise Error(
                "stats.compute-step",
                "the slope has no source",
                hint="say on which models the slope was fitted",
            )


def advance(upper: float, step: ComputeStep) -> float:
    """Return what an upper bound becomes after the step: sigma(logit upper + slope ln factor).

    A fraction; 1 stays 1. The slope is taken as it is stated: put its own upper bound in where its
    doubt should count.

    Raises:
        Error: ``stats.compute-step`` unless 0 < upper <= 1. From a bound of 0 the curve would never
            rise, whatever the step.
    """
    if not 0 < upper <= 1:
        raise Error(
            "stats.compute-step", f"needs an upper bound above 0 and up to 1, found {upper!r}"
        )
    return _shift(upper, step.slope * math.log(step.factor))


def survives(upper: float, *, threshold: float, step: ComputeStep) -> bool:
    """Return whether an upper bound still lies below ``threshold`` after the step.

    It is the same as the upper bound lying below :func:`lower_threshold`, up to rounding.

    Raises:
        Error: ``stats.threshold``, ``stats.compute-step``.
    """
    require_threshold(threshold)
    return advance(upper, step) < threshold


def lower_threshold(threshold: float, step: ComputeStep) -> float:
    """Return the value an upper bound must stay below to survive the step.

    It is sigma(logit threshold - slope ln factor); a threshold of 1 stays 1.

    Raises:
        Error: ``stats.threshold``.
    """
    require_threshold(threshold)
    return _shift(threshold, -step.slope * math.log(step.factor))


def headroom(upper: float, *, threshold: float, slope: float) -> float:
    """Return the multiple of effective compute at which an upper bound reaches ``threshold``.

    It is exp((logit threshold - logit upper) / slope): 8.3 for 0.08 below 0.2 at a slope of 0.5.
    Below 1 the threshold is passed already. Infinite for a threshold of 1 and where the multiple
    is too large for a number; 0 for an upper bound of 1 below it.

    Raises:
        Error: ``stats.threshold``; ``stats.compute-step`` unless 0 < upper <= 1 and slope > 0.
    """
    require_threshold(threshold)
    if not (0 < upper <= 1 and 0 < slope < math.inf):
        raise Error(
            "stats.compute-step",
            f"needs an upper bound above 0 and up to 1 and a slope above 0, found {upper!r} and"
            f" {slope!r}",
        )
    if threshold == 1:
        return math.inf
    if upper == 1:
        return 0.0
    exponent = (_logit(threshold) - _logit(upper)) / slope
    return math.exp(exponent) if exponent < 700 else math.inf


def _logit(share: float) -> float:
    return math.log(share) - math.log1p(-share)


def _shift(share: float, by: float) -> float:
    """Return sigma(logit share + by), without overflow and without rounding 1 - share twice."""
    if share == 1:
        return 1.0
    odds = _logit(share) + by
    if odds >= 0:
        return 1 / (1 + math.exp(-odds))
    return math.exp(odds) / (1 + math.exp(odds))
