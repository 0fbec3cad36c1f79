"""A straight line through points, how far the next point may lie from it, and where it crosses.

Ordinary least squares with normal, independent, equally wide residuals. The crossing is found by
turning the prediction interval round (Fieller, J. R. Stat. Soc. B 16, 1954): it holds every place
at which a new point could reach the value, and has an open end where the slope is too uncertain.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ifthen.errors import Error

TrendReason = Literal["too-few-points", "not-a-number", "no-spread", "no-scatter"]
"""Why there is no line; stable codes."""

_EXACT = 1e-9
"""Residuals below this part of the points' own spread are none."""
_ROUNDING = 1e-13
"""And so are those below this part of the points' own size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoTrend:
    """No line can be fitted, or none whose doubt could be judged."""

    reason: TrendReason
    """A stable code."""
    message: str
    """What was found, in one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """Where a line reaches a value, in the units of x, with the ends of its interval."""

    point: float | None
    """Where the line itself does; None for a slope of 0."""
    earliest: float | None
    """Left end of the interval; None where it is open."""
    latest: float | None
    """Right end of the interval; None where it is open."""
    level: float
    """Chance with which the interval holds where a new point reaches the value."""
    elsewhere: bool
    """Whether places apart from this interval cannot be excluded either: the slope may have the
    other sign."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A fitted line y = mean + slope * (x - centre)."""

    n: int
    """Points, at least 3."""
    centre: float
    """Mean of x."""
    mean: float
    """Mean of y."""
    slope: float
    """Rise of y for each unit of x."""
    spread: float
    """Sum of the squared distances of x from its mean, above 0."""
    residual_sd: float
    """Standard deviation of the residuals, with n - 2 degrees of freedom, above 0."""
    first: float
    """Least x."""
    last: float
    """Greatest x."""

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the residuals."""
        return self.n - 2

    def predict(self, x: float) -> float:
        """Return the line's y at a place."""
        return self.mean + self.slope * (x - self.centre)

    def predict_interval(self, x: float, level: float) -> tuple[float, float]:
        """Return where a new point at ``x`` lies with chance ``level``: two ends, both finite.

        Raises:
            Error: ``stats.level``.
        """
        width = quantile(level, self.freedom) * self.residual_sd
        width *= math.sqrt(1 + 1 / self.n + (x - self.centre) ** 2 / self.spread)
        return self.predict(x) - width, self.predict(x) + width

    def slope_interval(self, level: float) -> tuple[float, float]:
        """Return the confidence interval of the slope.

        Raises:
            Error: ``stats.level``.
        """
        width = quantile(level, self.freedom) * self.residual_sd / math.sqrt(self.spread)
        return self.slope - width, self.slope + width

    def cross(self, value: float, level: float) -> Crossing:
        """Return where a new point reaches ``value``: all x whose prediction interval holds it.

        Those are the x with (predict(x) - value)^2 <= (t s)^2 (1 + 1/n + (x - centre)^2 / spread).
        Where they are two separate pieces, the one that holds the line's own crossing is given.

        Raises:
            Error: ``stats.level``.
        """
        scale = (quantile(level, self.freedom) * self.residual_sd) ** 2
        away = value - self.mean
        a = self.slope**2 - scale / self.spread
        half_b = -self.slope * away
        c = away**2 - scale * (1 + 1 / self.n)
        point = self.centre + away / self.slope if self.slope != 0 else None
        roots = _find_roots(a, half_b, c)
        if point is None or roots is None:
            return Crossing(point=point, earliest=None, latest=None, level=level, elsewhere=False)
        low, high = (self.centre + root for root in roots)
        if a > 0:
            return Crossing(point=point, earliest=low, latest=high, level=level, elsewhere=False)
        if point >= high:
            return Crossing(point=point, earliest=high, latest=None, level=level, elsewhere=True)
        return Crossing(point=point, earliest=None, latest=low, level=level, elsewhere=True)


def _find_roots(a: float, half_b: float, c: float) -> tuple[float, float] | None:
    """Return the roots of a x^2 + 2 half_b x + c in order; None where there are not two."""
    inside = half_b**2 - a * c
    if a == 0 or inside <= 0:
        return None
    q = -(half_b + math.copysign(math.sqrt(inside), half_b))  # without cancellation
    one, other = q / a, c / q if q != 0 else 0.0
    return min(one, other), max(one, other)


def quantile(level: float, freedom: int) -> float:
    """Return the t quantile of a two-sided interval of ``level``.

    Raises:
        Error: ``stats.level`` unless 0 < level < 1.
    """
    if not 0 < level < 1:
        raise Error("stats.level", f"a level lies between 0 and 1, found {level!r}")
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    return float(special.stdtrit(freedom, (1 + level) / 2))


def fit_trend(points: Sequence[tuple[float, float]]) -> Trend | NoTrend:
    """Return the line through (x, y) by least squares, or why there is none.

    Points that lie on one line exactly give none: without a residual nothing says how wrong the
    line may be.
    """
    if len(points) < 3:
        return NoTrend(
            reason="too-few-points",
            message=f"a line with a residual needs 3 points, found {len(points)}",
        )
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        return NoTrend(reason="not-a-number", message="a point is not a pair of finite numbers")
    n = len(points)
    centre = math.fsum(x / n for x, _ in points)
    mean = math.fsum(y / n for _, y in points)
    try:
        spread = math.fsum((x - centre) ** 2 for x, _ in points)
        total = math.fsum((y - mean) ** 2 for _, y in points)
        size = math.fsum(y**2 for _, y in points)
        product = math.fsum((x - centre) * (y - mean) for x, y in points)
    except OverflowError:
        return NoTrend(reason="not-a-number", message="the points lie too far apart")
    if not spread > 0:
        return NoTrend(reason="no-spread", message="all points stand at the same place")
    slope = product / spread
    residuals = math.fsum((y - mean - slope * (x - centre)) ** 2 for x, y in points)
    if not all(map(math.isfinite, (spread, total, size, slope, residuals))):
        return NoTrend(reason="not-a-number", message="the points lie too far apart")
    if residuals <= max(_EXACT**2 * total, _ROUNDING**2 * size):
        return NoTrend(
            reason="no-scatter",
            message="the points lie on one line exactly, so that nothing says how wrong it may be",
        )
    return Trend(
        n=n,
        centre=centre,
        mean=mean,
        slope=slope,
        spread=spread,
        residual_sd=math.sqrt(residuals / (n - 2)),
        first=min(x for x, _ in points),
        last=max(x for x, _ in points),
    )
