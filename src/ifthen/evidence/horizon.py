"""The time horizon: the human working time at which a model's chance of success falls to a share.

This is the method of METR (arXiv:2503.14499, section 4.1, and the code that METR published beside
it), written anew: logit P(success) = intercept + slope * log2(human minutes), fitted by weighted
logistic regression with a small L2 penalty on the slope. Task set, weighting and penalty change the
result, so that they belong to the number; horizons of different task sets are not comparable.

Numbers go in, and a curve or the reason why there is none comes out. Sums are exact to the last bit
(``math.fsum``), so that the order of tasks does not change the result.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ifthen.errors import Error

Weighting = Literal["invsqrt", "equal"]

DEFAULT_REGULARISATION = 1e-5
"""METR's penalty since March 2026; it was 0.1 before, which moves p50 by 10 % and more."""

MAX_STEPS = 200
MAX_HALVINGS = 60
TOLERANCE = 1e-10
MAX_EXPONENT = 1000.0


class Undefined(StrEnum):
    """Why there is no horizon."""

    NO_RUNS = "there are no runs"
    ALL_SUCCEEDED = "every run succeeded, so the chance of success falls nowhere"
    ALL_FAILED = "every run failed, so the chance of success is nowhere above zero"
    NOT_CONVERGED = "the fit did not converge"
    SLOPE = "longer tasks did not fail more often: the slope of the fit is not negative"


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A fitted curve: logit P(success) = intercept + slope * log2(minutes)."""

    slope: float
    intercept: float
    steps: int
    """Newton steps taken."""
    gradient: float
    """Largest part of the objective's gradient where the fit stopped."""

    def chance(self, minutes: float) -> float:
        """Return the chance of success in a task of that human working time."""
        return _sigmoid(self.intercept + self.slope * math.log2(minutes))

    def horizon(self, share: float) -> float | None:
        """Return the human minutes at which the chance is ``share``; None beyond 2^1000."""
        exponent = (math.log(share / (1 - share)) - self.intercept) / self.slope
        return 2.0**exponent if abs(exponent) <= MAX_EXPONENT else None


def weigh_tasks(families: Sequence[str], weighting: Weighting) -> tuple[float, ...]:
    """Return the weight of each task from the family of each; they sum to 1.

    ``equal``: every task weighs the same. ``invsqrt``: a task weighs 1 / sqrt(tasks of its family),
    so that a family with many similar tasks does not outweigh the others. The runs of a task share
    its weight equally.
    """
    raw = weigh_raw(families, weighting)
    total = math.fsum(raw)
    return tuple(weight / total for weight in raw)


def weigh_raw(families: Sequence[str], weighting: Weighting) -> tuple[float, ...]:
    """Return the weights of :func:`weigh_tasks` before they are made to sum to 1."""
    if weighting == "equal":
        return (1.0,) * len(families)
    sizes = Counter(families)
    return tuple(1.0 / math.sqrt(sizes[family]) for family in families)


def fit_curve(
    minutes: Sequence[float],
    shares: Sequence[float],
    weights: Sequence[float],
    regularisation: float = DEFAULT_REGULARISATION,
) -> Curve | Undefined:
    """Return the curve through tasks, or why there is none.

    For each task (or single run): ``minutes`` of human work above 0, the ``share`` of its runs that
    succeeded in [0, 1], and its weight, 0 or more. It minimises

        sum(weight * logloss(share)) + regularisation / 2 * slope^2

    with weights made to sum to 1 and the intercept not penalised, which is scikit-learn's
    ``LogisticRegression(C=1 / regularisation)``, by Newton's method with halved steps.

    Raises:
        Error: ``horizon.regularisation`` for a number that is negative or not finite,
            ``horizon.input`` for lengths that differ or values outside their range.
    """
    if not (math.isfinite(regularisation) and regularisation >= 0):
        raise Error(
            "horizon.regularisation",
            f"the regularisation is {regularisation!r}; it has to be 0 or more and finite",
            hint=f"METR's is {DEFAULT_REGULARISATION}",
        )
    _check_input(minutes, shares, weights)
    points = [
        (math.log2(length), share, weight)
        for length, share, weight in zip(minutes, shares, weights, strict=True)
        if weight > 0
    ]
    total = math.fsum(weight for _, _, weight in points)
    if not points or total == 0:
        return Undefined.NO_RUNS
    if all(share == 1 for _, share, _ in points):
        return Undefined.ALL_SUCCEEDED
    if all(share == 0 for _, share, _ in points):
        return Undefined.ALL_FAILED
    centre = math.fsum(x * weight for x, _, weight in points) / total
    scaled = [(x - centre, share, weight / total) for x, share, weight in points]
    curve = _Fit(scaled, regularisation).run(centre)
    if curve is None:
        return Undefined.NOT_CONVERGED
    return curve if curve.slope < 0 else Undefined.SLOPE


def _check_input(
    minutes: Sequence[float], shares: Sequence[float], weights: Sequence[float]
) -> None:
    fault = None
    if not len(minutes) == len(shares) == len(weights):
        fault = f"{len(minutes)} times, {len(shares)} shares and {len(weights)} weights"
    elif not all(math.isfinite(length) and length > 0 for length in minutes):
        fault = "a human time that is not above 0 and finite"
    elif not all(0 <= share <= 1 for share in shares):
        fault = "a share of successes outside [0, 1]"
    elif not all(math.isfinite(weight) and weight >= 0 for weight in weights):
        fault = "a weight that is negative or not finite"
    elif not math.isfinite(sum(weights)):
        fault = "weights with a sum that is not finite"
    if fault is not None:
        raise Error("horizon.input", f"the fit was given {fault}")


def _sigmoid(z: float) -> float:
    if z >= 0:
        return 1.0 / (1.0 + math.exp(-z))
    power = math.exp(z)
    return power / (1.0 + power)


class _Fit:
    """The minimisation. Human times are centred, which only shifts the intercept."""

    def __init__(self, points: Sequence[tuple[float, float, float]], penalty: float) -> None:
        self.points = points
        self.penalty = penalty

    def loss(self, intercept: float, slope: float) -> float:
        """Return the objective; log(1 + e^z) is written so that it cannot overflow."""
        terms = [
            weight * (max(z, 0.0) + math.log1p(math.exp(-abs(z))) - share * z)
            for x, share, weight in self.points
            for z in (intercept + slope * x,)
        ]
        return math.fsum(terms) + self.penalty / 2 * slope * slope

    def derivatives(self, intercept: float, slope: float) -> tuple[float, ...]:
        """Return the gradient (2 numbers) and the Hessian (3 numbers)."""
        rows = []
        for x, share, weight in self.points:
            chance = _sigmoid(intercept + slope * x)
            pull = weight * (chance - share)
            curvature = weight * chance * (1.0 - chance)
            rows.append((pull, pull * x, curvature, curvature * x, curvature * x * x))
        sums = [math.fsum(column) for column in zip(*rows, strict=True)]
        return (
            sums[0],
            sums[1] + self.penalty * slope,
            sums[2],
            sums[3],
            sums[4] + self.penalty,
        )

    def run(self, centre: float) -> Curve | None:
        """Return the minimum, or None where no step leads to it."""
        mean = math.fsum(share * weight for _, share, weight in self.points)
        mean = min(max(mean, 1e-9), 1 - 1e-9)  # a start, which rounding may have put at 0 or 1
        intercept, slope = math.log(mean / (1.0 - mean)), 0.0
        loss = self.loss(intercept, slope)
        for step in range(MAX_STEPS):
            g0, g1, h00, h01, h11 = self.derivatives(intercept, slope)
            determinant = h00 * h11 - h01 * h01
            if not determinant > 0:
                return None
            d0 = -(h11 * g0 - h01 * g1) / determinant
            d1 = -(h00 * g1 - h01 * g0) / determinant
            gradient = max(abs(g0), abs(g1))
            size = max(abs(d0) / (1 + abs(intercept)), abs(d1) / (1 + abs(slope)))
            if not math.isfinite(size):
                return None
            if gradient <= TOLERANCE and size <= TOLERANCE:
                return Curve(
                    slope=slope,
                    intercept=intercept - slope * centre,
                    steps=step,
                    gradient=gradient,
                )
            taken = self._step(loss, (intercept, slope), (d0, d1), g0 * d0 + g1 * d1)
            if taken is None:
                return None
            intercept, slope, loss = taken
        return None

    def _step(
        self, loss: float, at: tuple[float, float], by: tuple[float, float], descent: float
    ) -> tuple[float, float, float] | None:
        """Return the next point: the Newton step, halved until the loss falls as it should."""
        length, room = 1.0, 1e-15 * (1 + abs(loss))  # near the minimum rounding is all that is left
        for _ in range(MAX_HALVINGS):
            intercept, slope = at[0] + length * by[0], at[1] + length * by[1]
            found = self.loss(intercept, slope)
            if found <= loss + 1e-4 * length * descent + room:
                return intercept, slope, found
            length /= 2
        return None
