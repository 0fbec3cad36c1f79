"""A series of models as a forecast: two windows, a model in which nothing changes, and the dates.

What a decision may use of it is ``earliest``: the day or compute from which on the value could be
reached. The line's own crossing is no promise, and the latest end is none at all where it is open.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ifthen.dossier.series import CONDITIONS, Point, Series
from ifthen.errors import Error
from ifthen.stats.forecast import (
    Hindcast,
    Insufficient,
    Observation,
    Reach,
    Scale,
    Window,
    find_recent,
    fit_window,
    reach,
    score_past,
)

LEVEL = 0.9

Outcome = Literal["forecast", "reached", "insufficient"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Aimed:
    """What is said about one value."""

    value: float
    """Share, or time in the series' unit."""
    label: str | None
    """What it stands for."""
    all: Reach
    """By the line through all points."""
    recent: Reach
    """By the line through the recent points."""
    flat: bool
    """Whether the best point is there already: what the model says in which nothing changes."""
    outcome: Outcome
    """Whether there is a forecast, no need of one, or no ground for one."""
    earliest: float | None
    """Least end of the intervals of the windows that may speak; None where there is none, or where
    an interval is open to the left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What a series says of the values asked for."""

    series: Series
    level: float
    """Level of the prediction intervals."""
    scale: Scale
    all: Window
    recent: Window
    recent_start: float | None
    """x from which on the recent window runs."""
    past_all: Hindcast | None
    past_recent: Hindcast | None
    best: float
    """Greatest value of a used point."""
    aims: tuple[Aimed, ...]

    @property
    def outcome(self) -> Outcome:
        """``insufficient`` where that is so of any value; ``reached`` where all are reached."""
        found = {aim.outcome for aim in self.aims}
        if "insufficient" in found or (not found and self.all.insufficient):
            return "insufficient"
        return "reached" if found == {"reached"} else "forecast"


def make_forecast(
    series: Series, values: tuple[float, ...] | None = None, *, level: float = LEVEL
) -> Forecast:
    """Return the forecast of a series, for its own values or for those given.

    Raises:
        Error: ``forecast.value``, ``forecast.no-points``, ``stats.level``.
    """
    if not 0 < level < 1:
        raise Error("stats.level", f"a level lies between 0 and 1, found {level!r}")
    scale = Scale(kind="logit" if series.measure == "score" else "log2", floor=series.floor)
    observations = [_observe(series, x) for x in series.points if x.left_out is None]
    if not observations:
        raise Error("forecast.no-points", "every point of the series is left out")
    best_only = series.best_at_release
    start = (
        float(series.recent_from.toordinal())
        if series.recent_from is not None
        else find_recent(observations, best_only=best_only)
    )
    allowed = frozenset(x.field for x in series.comparable_despite)
    whole = fit_window(observations, scale=scale, best_only=best_only, allowed=allowed)
    recent = fit_window(
        observations,
        scale=scale,
        best_only=best_only,
        allowed=allowed,
        start=-math.inf if start is None else start,
    )
    best = max(one.value for one in observations)
    aims = [(x.value, x.label) for x in series.values]
    if values is not None:
        aims = [(value, dict(aims).get(value)) for value in values]
    return Forecast(
        series=series,
        level=level,
        scale=scale,
        all=whole,
        recent=recent,
        recent_start=start,
        past_all=score_past(whole, scale=scale, level=level),
        past_recent=score_past(recent, scale=scale, level=level),
        best=best,
        aims=tuple(_aim(aim, (whole, recent), scale, level, best) for aim in aims),
    )


def _observe(series: Series, point: Point) -> Observation:
    if series.against == "release-date":
        assert point.released is not None  # noqa: S101 - the document says so
        x = float(point.released.toordinal())
    else:
        assert point.effective_compute is not None  # noqa: S101 - the document says so
        x = math.log(point.effective_compute)
    return Observation(
        label=point.model,
        x=x,
        value=point.value,
        generation=point.generation,
        conditions={name: series.condition(point, name) for name in CONDITIONS},
    )


def _aim(
    aim: tuple[float, str | None],
    windows: tuple[Window, Window],
    scale: Scale,
    level: float,
    best: float,
) -> Aimed:
    value, label = aim
    whole, recent = (reach(window, value, scale=scale, level=level) for window in windows)
    there = best >= value
    speaking = [x.crossing for x in (whole, recent) if not x.insufficient and x.crossing]
    ends = [crossing.earliest for crossing in speaking]
    known = [end for end in ends if end is not None]
    outcome: Outcome = "insufficient" if whole.insufficient else "forecast"
    return Aimed(
        value=value,
        label=label,
        all=whole,
        recent=recent,
        flat=there,
        outcome="reached" if there else outcome,
        earliest=min(known)
        if outcome == "forecast" and not there and len(known) == len(ends)
        else None,
    )


def list_reasons(forecast: Forecast) -> tuple[Insufficient, ...]:
    """Return every reason why the outcome is ``insufficient``; none for another outcome."""
    if forecast.outcome != "insufficient":
        return ()
    found = [*forecast.all.insufficient]
    for aim in forecast.aims:
        if aim.outcome == "insufficient":
            found += [x for x in aim.all.insufficient if x not in found]
    return tuple(found)


def to_day(x: float | None) -> date | None:
    """Return the day of a place on the axis; None where it is open or outside the calendar."""
    if x is None or not date.min.toordinal() <= x < date.max.toordinal() + 1:
        return None
    return date.fromordinal(math.floor(x))
