"""A forecast in words and as plain data."""

import math
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ifthen.decision.forecasting import Aimed, Forecast, list_reasons, to_day
from ifthen.dossier.series import Series
from ifthen.stats.forecast import SLOPE_LEVEL, Hindcast, Insufficient, Reach, Window

if TYPE_CHECKING:
    from rich.text import Text

DAYS_A_YEAR = 365.25
WIDTH = 94


def to_plain(forecast: Forecast) -> dict[str, Any]:
    """Return the forecast as plain data: days as ISO text, compute in FLOP, null for open."""
    series = forecast.series
    return {
        "series": series.id,
        "measure": series.measure,
        "unit": series.unit,
        "against": series.against,
        "outcome": forecast.outcome,
        "level": forecast.level,
        "reasons": _plain_reasons(list_reasons(forecast)),
        "comparable_despite": [x.model_dump() for x in series.comparable_despite],
        "left_out": [
            {"model": x.model, "reason": x.left_out}
            for x in series.points
            if x.left_out is not None
        ],
        "windows": {
            "all": _plain_window(forecast.all, forecast.past_all, series),
            "recent": _plain_window(forecast.recent, forecast.past_recent, series),
        },
        "no_change": {"stays_at": forecast.best},
        "values": [_plain_aim(aim, series) for aim in forecast.aims],
    }


def _plain_reasons(reasons: Iterable[Insufficient]) -> list[dict[str, str]]:
    return [{"reason": x.reason, "message": x.message} for x in reasons]


def _plain_window(window: Window, past: Hindcast | None, series: Series) -> dict[str, Any]:
    trend = window.trend
    doubling = _find_doubling(window, series)
    return {
        "points": len(window.used),
        "models": [one.label for one in window.used],
        "from": plain_place(window.used[0].x, series) if window.used else None,
        "to": plain_place(window.used[-1].x, series) if window.used else None,
        "generations": window.generations,
        "changed": list(window.changed),
        "slope": None if trend is None else trend.slope,
        "slope_interval": None if trend is None else list(trend.slope_interval(SLOPE_LEVEL)),
        "doubling_days": doubling
        and {"point": doubling[0], "low": doubling[1], "high": doubling[2]},
        "residual_sd": None if trend is None else trend.residual_sd,
        "insufficient": _plain_reasons(window.insufficient),
        "past": past
        and {
            "tried": past.tried,
            "inside": past.inside,
            "trend_error": past.trend_error,
            "no_change_error": past.flat_error,
            "held": past.held,
        },
    }


def _plain_aim(aim: Aimed, series: Series) -> dict[str, Any]:
    return {
        "value": aim.value,
        "label": aim.label,
        "outcome": aim.outcome,
        "earliest": plain_place(aim.earliest, series),
        "all": _plain_reach(aim.all, series),
        "recent": _plain_reach(aim.recent, series),
        "no_change": "reached" if aim.flat else "never",
    }


def _plain_reach(reach: Reach, series: Series) -> dict[str, Any]:
    """Return when a window reaches the value; of a line that may not speak, no day is told."""
    crossing = reach.crossing
    told = None if reach.insufficient else crossing
    found = {
        key: plain_place(None if told is None else getattr(told, key), series)
        for key in ("point", "earliest", "latest")
    }
    return {
        **found,
        "elsewhere": None if told is None else told.elsewhere,
        "insufficient": _plain_reasons(reach.insufficient),
    }


def plain_place(x: float | None, series: Series) -> str | float | None:
    """Return a place on the axis as a day, or as FLOP; None where it is open."""
    if series.against == "release-date":
        day = to_day(x)
        return None if day is None else day.isoformat()
    return None if x is None or x > 700 else math.exp(x)


def format_place(x: float | None, series: Series) -> str:
    """Return a place on the axis as a day, or as FLOP; "open" for an end that there is not."""
    place = plain_place(x, series)
    return "open" if place is None else f"{place:.2g} FLOP" if isinstance(place, float) else place


def format_value(value: float, series: Series) -> str:
    """Return a value with its unit."""
    if series.measure == "score":
        return f"{100 * value:.4g} %"
    return f"{value:,.0f} {series.unit}" if value >= 100 else f"{value:.3g} {series.unit}"


def _find_doubling(
    window: Window, series: Series
) -> tuple[float, float | None, float | None] | None:
    """Return the days in which a time doubles, with its interval; None for another slope."""
    trend = window.trend
    timed = series.measure == "time-horizon" and series.against == "release-date"
    if trend is None or not timed or trend.slope <= 0:
        return None
    low, high = trend.slope_interval(SLOPE_LEVEL)
    return 1 / trend.slope, 1 / high, 1 / low if low > 0 else None


def describe(forecast: Forecast) -> Iterator["Text"]:
    """Yield the lines for a person: the series, the windows, each value, the plot."""
    from rich.text import Text  # noqa: PLC0415

    from ifthen.cli.forecast_plot import draw_plot  # noqa: PLC0415

    series = forecast.series
    yield Text(series.title, style="bold")
    word = "INSUFFICIENT: no forecast"
    if forecast.outcome != "insufficient":
        word = forecast.outcome.upper()
    yield Text(f"  {word}", style="yellow" if word.startswith("I") else "green")
    for reason in list_reasons(forecast):
        yield from _wrap("reason", reason.message, "yellow")
    for name, value in _facts(forecast):
        yield from _wrap(name, value)
    yield Text("")
    yield from _list_windows(forecast)
    for aim in forecast.aims:
        yield Text("")
        yield from _list_aim(aim, forecast)
    yield Text("")
    yield from draw_plot(forecast)


def _facts(forecast: Forecast) -> Iterator[tuple[str, str]]:
    series, used = forecast.series, forecast.all.used
    rule = " that were the best at release" if series.best_at_release else ""
    yield (
        "points",
        f"{len(used)} of {len(series.points)}{rule}, {format_place(used[0].x, series)} to"
        f" {format_place(used[-1].x, series)}",
    )
    for point in series.points:
        if point.left_out is not None:
            yield "left out", f"{point.model}: {point.left_out}"
    for despite in series.comparable_despite:
        if despite.field in forecast.all.changed:
            yield "compared", f"although {despite.field} changes: {despite.reason}"
    if all(one.conditions["n"] is None for one in used):
        yield "note", "the number of questions is not stated"


def _list_windows(forecast: Forecast) -> Iterator["Text"]:
    from rich.text import Text  # noqa: PLC0415

    series = forecast.series
    named = (
        ("all", forecast.all, forecast.past_all),
        ("recent", forecast.recent, forecast.past_recent),
    )
    yield Text("  window       points  generations  slope and 95 % interval", style="bold")
    for name, window, _ in named:
        line = f"  {name:<12} {len(window.used):>6}  {window.generations:>11}  "
        yield Text(line + _format_slope(window, series))
    yield Text(f"  {'no change':<12} stays at {format_value(forecast.best, series)}")
    for name, window, past in named:
        if past is not None:
            yield Text(
                f"  {'past':<12} {name}: {past.inside} of {past.tried} next points lay inside the"
                f" interval; off by {past.trend_error:.2g}, no change by {past.flat_error:.2g}"
                f" {_scale_unit(series)}"
            )
        if past is not None and not past.held:
            yield from _wrap(
                "note",
                f"{name}: so few would be chance in less than 1 of 20 cases if the intervals were"
                " right; a straight line is too simple here",
                "yellow",
            )
        if name == "recent" and window.insufficient and not forecast.all.insufficient:
            for reason in window.insufficient:
                yield Text(f"  {'note':<12} recent window: {reason.message}", style="yellow")


def _scale_unit(series: Series) -> str:
    return "logits" if series.measure == "score" else "doublings"


def _format_slope(window: Window, series: Series) -> str:
    if window.trend is None:
        return "none"
    doubling = _find_doubling(window, series)
    if doubling is not None:
        point, low, high = doubling
        end = "open" if high is None else f"{high:.1f}"
        return f"doubles in {point:.1f} days ({low:.1f} to {end})"
    factor, per = (
        (DAYS_A_YEAR, "a year")
        if series.against == "release-date"
        else (math.log(2), "for each doubling of effective compute")
    )
    low, high = (factor * end for end in window.trend.slope_interval(SLOPE_LEVEL))
    slope = factor * window.trend.slope
    return f"{slope:.2f} {_scale_unit(series)} {per} ({low:.2f} to {high:.2f})"


def _list_aim(aim: Aimed, forecast: Forecast) -> Iterator["Text"]:
    from rich.text import Text  # noqa: PLC0415

    series = forecast.series
    label = "" if aim.label is None else f" ({aim.label})"
    yield Text(f"  to {format_value(aim.value, series)}{label}", style="bold")
    if aim.flat:
        first = next(one for one in forecast.all.used if one.value >= aim.value)
        how = [f"{name} {first.conditions[name]}" for name in forecast.all.changed]
        by = f"by {first.label}, {format_place(first.x, series)}"
        yield from _wrap("reached", f"{by} ({', '.join(how)})" if how else by)
        return
    shown = (("all", aim.all), ("recent", aim.recent))
    for name, reach in shown:
        yield Text(f"  {name:<12} {_format_reach(reach, forecast)}")
    yield Text(f"  {'no change':<12} never")
    if aim.outcome == "forecast":
        soon = aim.earliest is not None and aim.earliest <= forecast.all.used[-1].x
        when = "at any time: the interval begins before the last point" if soon else "earliest end"
        yield Text(
            f"  {'could be by':<12} {format_place(aim.earliest, series)} ({when})", style="bold"
        )


def _format_reach(reach: Reach, forecast: Forecast) -> str:
    """Return when a window reaches the value; no day of a line that may not speak is told."""
    series, crossing = forecast.series, reach.crossing
    if crossing is None or reach.insufficient:
        codes = ", ".join(dict.fromkeys(x.reason for x in reach.insufficient))
        return f"no forecast ({codes})"
    return (
        f"{format_place(crossing.point, series)}, {100 * forecast.level:g} % interval"
        f" {format_place(crossing.earliest, series)} to {format_place(crossing.latest, series)}"
    )


def _wrap(name: str, value: str, style: str = "") -> Iterator["Text"]:
    """Yield a named value on as many lines as it takes."""
    from rich.text import Text  # noqa: PLC0415

    for index, line in enumerate(textwrap.wrap(value, WIDTH)):
        yield Text(f"  {'' if index else name:<12} {line}", style=style)
