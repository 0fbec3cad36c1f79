"""When a capability may reach a value: a line over model generations, or why there is none to draw.

A share is put on the scale logit(score), a time horizon on log2; on these scales capability has
risen along straight lines. What a line needs before it may speak is fixed here: points that were
measured alike, enough of them over enough generations, and a slope that is not zero.
"""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, Literal

from ifthen.errors import Error
from ifthen.stats.trend import Crossing, NoTrend, Trend, TrendReason, fit_trend

MIN_POINTS: Final = 5
MIN_GENERATIONS: Final = 3
SLOPE_LEVEL: Final = 0.95
"""Level of the slope's interval, which has to leave 0 out."""

REFUTED: Final = 0.05
"""Chance of so few points inside their intervals, below which the intervals have not held."""

InsufficientReason = Literal[
    TrendReason,
    "already-there",
    "beyond-span",
    "falling-away",
    "generation-unstated",
    "not-comparable",
    "off-scale",
    "slope-unclear",
    "too-few-generations",
]
"""Why there is no forecast; tests and reports match this code, never the message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Insufficient:
    """One reason why there is no forecast."""

    reason: InsufficientReason
    """A stable code."""
    message: str
    """What was found, in one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """The scale on which capability is taken to rise along a line.

    ``logit``: of (share - floor) / (1 - floor), where ``floor`` is what guessing gives.
    ``log2``: of a time; one unit is a doubling.

    Raises:
        Error: ``forecast.floor`` unless 0 <= floor < 1, and 0 for ``log2``.
    """

    kind: Literal["logit", "log2"]
    """Which scale."""
    floor: float = 0.0
    """Share that guessing gives, for ``logit``."""

    def __post_init__(self) -> None:
        if not 0 <= self.floor < 1 or (self.kind == "log2" and self.floor != 0):
            raise Error(
                "forecast.floor",
                f"the floor of a share lies from 0 to below 1, found {self.floor!r}",
            )

    def place(self, value: float) -> float | None:
        """Return where a value stands; None for one that has no place, such as a share of 1."""
        if not math.isfinite(value):
            return None
        if self.kind == "log2":
            return math.log2(value) if value > 0 else None
        if not self.floor < value < 1:
            return None
        # (value - floor) / (1 - floor) over one minus itself, without dividing twice
        return math.log(value - self.floor) - math.log1p(-value)

    def value(self, place: float) -> float:
        """Return the value at a place, between the ends of the scale."""
        if self.kind == "log2":
            return math.exp2(max(-1000.0, min(1000.0, place)))
        odds = math.exp(min(place, 700.0))
        return (self.floor + odds) / (1 + odds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What one model reached."""

    label: str
    """Name of the model."""
    x: float
    """When it was released, in days, or ln of its effective compute."""
    value: float
    """Its share or its time."""
    generation: str | None = None
    """Which generation of models it belongs to; None where nobody says."""
    conditions: Mapping[str, str | int | None] = field(default_factory=dict)
    """How it was measured: version, subset, scaffold, number of questions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A line through the observations from some place on, and what speaks against it."""

    used: tuple[Observation, ...]
    """Observations that the line goes through, by x."""
    generations: int
    """How many generations they are of."""
    changed: tuple[str, ...]
    """Conditions that are not the same for all observations in the window."""
    trend: Trend | None
    """The line; given also where it is insufficient, except where none can be drawn."""
    insufficient: tuple[Insufficient, ...]
    """Why the line may not speak; empty when it may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """When a window's line reaches a value."""

    crossing: Crossing | None
    """Where, as the line has it; None without a line."""
    insufficient: tuple[Insufficient, ...]
    """Why it is no forecast; empty when it is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindcast:
    """How lines through the first points would have met the next one, from the 6th point on.

    Errors are in units of the scale: logits, or doublings.
    """

    tried: int
    """How many next points there are."""
    inside: int
    """How many lay in the prediction interval."""
    trend_error: float
    """Mean distance of the next point from the line."""
    flat_error: float
    """Mean distance of the next point from the last one: the model that says nothing changes."""
    held: bool
    """False where so few lay inside that the interval's level is refuted at 5 %."""


def select_best(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """Return those that were the best when released: no lower than any released before or with it.

    The rule of METR's trend (METR/eval-analysis-public, ``compute_trendline_ci.py``).
    """
    ordered = sorted(observations, key=lambda one: one.x)
    return tuple(
        one for one in ordered if one.value >= max(x.value for x in ordered if x.x <= one.x)
    )


def find_recent(observations: Sequence[Observation], *, best_only: bool) -> float | None:
    """Return from which x on the recent window runs: the later half of the points, 5 at least."""
    used = select_best(observations) if best_only else observations
    ordered = sorted(one.x for one in used)
    if not ordered:
        return None
    return ordered[-min(len(ordered), max(MIN_POINTS, math.ceil(len(ordered) / 2)))]


def fit_window(
    observations: Sequence[Observation],
    *,
    scale: Scale,
    best_only: bool,
    allowed: AbstractSet[str] = frozenset(),
    start: float = -math.inf,
) -> Window:
    """Return the line through the observations from ``start`` on, with every objection to it.

    ``best_only`` keeps those that were the best at release, within the window. ``allowed`` names
    the conditions that may change along the series because somebody says that it does not matter.
    """
    inside = sorted((one for one in observations if one.x >= start), key=lambda one: one.x)
    used = select_best(inside) if best_only else tuple(inside)
    changed = find_changes(inside)
    problems = [
        Insufficient(reason="not-comparable", message=_describe_change(name, inside))
        for name in changed
        if name not in allowed
    ]
    stated = {one.generation for one in used if one.generation is not None}
    problems += _count(used, len(stated))
    places = [scale.place(one.value) for one in used]
    off = [one for one, place in zip(used, places, strict=True) if place is None]
    trend: Trend | NoTrend | None = None
    if off:
        problems.append(
            Insufficient(
                reason="off-scale",
                message=f"{off[0].label} has {off[0].value:g}, which has no place on the scale"
                f" {_name(scale)}",
            )
        )
    else:
        points = [(x.x, y) for x, y in zip(used, places, strict=True) if y is not None]
        trend = fit_trend(points)
    problems += _judge(trend)
    return Window(
        used=used,
        generations=len(stated),
        changed=changed,
        trend=trend if isinstance(trend, Trend) else None,
        insufficient=tuple(problems),
    )


def _name(scale: Scale) -> str:
    return f"logit above {scale.floor:g}" if scale.kind == "logit" else "log2"


def find_changes(observations: Sequence[Observation]) -> tuple[str, ...]:
    """Return the conditions that are not the same for all; an unstated one differs from any."""
    names = dict.fromkeys(name for one in observations for name in one.conditions)
    return tuple(
        name for name in names if len({one.conditions.get(name) for one in observations}) > 1
    )


def _describe_change(name: str, observations: Sequence[Observation]) -> str:
    found = dict.fromkeys(one.conditions.get(name) for one in observations)
    said = ["not stated" if value is None else str(value) for value in found]
    more = f" and {len(said) - 4} more" if len(said) > 4 else ""
    return f"{name} changes along the series: {'; '.join(said[:4])}{more}"


def _count(used: Sequence[Observation], generations: int) -> list[Insufficient]:
    problems = []
    if len(used) < MIN_POINTS:
        problems.append(
            Insufficient(
                reason="too-few-points",
                message=f"a forecast needs {MIN_POINTS} points, found {len(used)}",
            )
        )
    unstated = [one.label for one in used if one.generation is None]
    if generations < MIN_GENERATIONS and unstated:
        problems.append(
            Insufficient(
                reason="generation-unstated",
                message=f"a forecast needs {MIN_GENERATIONS} generations, found {generations};"
                f" {len(unstated)} points do not say theirs, first {unstated[0]}",
            )
        )
    elif generations < MIN_GENERATIONS:
        problems.append(
            Insufficient(
                reason="too-few-generations",
                message=f"a forecast needs {MIN_GENERATIONS} generations, found {generations}",
            )
        )
    return problems


def _judge(trend: Trend | NoTrend | None) -> list[Insufficient]:
    """Return what speaks against a line by itself."""
    if trend is None:
        return []
    if isinstance(trend, NoTrend):
        if trend.reason == "too-few-points":
            return []  # said already, with the number that a forecast needs
        return [Insufficient(reason=trend.reason, message=trend.message)]
    low, high = trend.slope_interval(SLOPE_LEVEL)
    if low <= 0 <= high:
        message = f"the {SLOPE_LEVEL * 100:g} % interval of the slope holds 0: it may not rise"
        return [Insufficient(reason="slope-unclear", message=message)]
    return []


def reach(window: Window, value: float, *, scale: Scale, level: float) -> Reach:
    """Return when the window's line reaches a value, with the interval of ``level``.

    It is a forecast when nothing speaks against the line, the value lies ahead, and the line
    reaches it within as long a time after the last point as there is between first and last.

    Raises:
        Error: ``forecast.value`` for a value without a place on the scale; ``stats.level``.
    """
    aim = scale.place(value)
    if aim is None:
        raise Error(
            "forecast.value",
            f"{value:g} has no place on the scale {_name(scale)}",
            hint="a share lies above the guessing floor and below 1, a time above 0",
        )
    if window.trend is None:
        return Reach(crossing=None, insufficient=window.insufficient)
    crossing = window.trend.cross(aim, level)
    problems = [*window.insufficient]
    there = [one for one in window.used if one.value >= value]
    if there:
        problems.append(
            Insufficient(
                reason="already-there", message=f"{there[0].label} reached {there[0].value:g}"
            )
        )
    elif window.trend.slope <= 0:
        problems.append(
            Insufficient(reason="falling-away", message="the line does not rise to the value")
        )
    elif crossing.point is not None:
        span = window.trend.last - window.trend.first
        if crossing.point - window.trend.last > span:
            times = (crossing.point - window.trend.last) / span
            problems.append(
                Insufficient(
                    reason="beyond-span",
                    message="the line reaches the value further ahead than the points reach back"
                    f" ({times:.1f} times as far)",
                )
            )
    return Reach(crossing=crossing, insufficient=tuple(problems))


def score_past(window: Window, *, scale: Scale, level: float) -> Hindcast | None:
    """Return how earlier lines met the next points; None where there is no 6th point to meet.

    Raises:
        Error: ``stats.level``.
    """
    placed = ((one.x, scale.place(one.value)) for one in window.used)
    places = [(x, place) for x, place in placed if place is not None]
    inside, by_trend, by_last = 0, [], []
    for count in range(MIN_POINTS, len(places)):
        trend = fit_trend(places[:count])
        if isinstance(trend, NoTrend):
            continue
        x, found = places[count]
        low, high = trend.predict_interval(x, level)
        inside += low <= found <= high
        by_trend.append(abs(found - trend.predict(x)))
        by_last.append(abs(found - places[count - 1][1]))
    if not by_trend:
        return None
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    return Hindcast(
        tried=len(by_trend),
        inside=inside,
        trend_error=math.fsum(by_trend) / len(by_trend),
        flat_error=math.fsum(by_last) / len(by_last),
        held=float(special.bdtr(inside, len(by_trend), level)) >= REFUTED,
    )
