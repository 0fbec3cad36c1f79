"""The plot of a forecast: in text for the terminal, and as SVG."""

import math
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ifthen.cli.forecast_text import format_value
from ifthen.decision.forecasting import Forecast
from ifthen.dossier.series import Series
from ifthen.stats.trend import Trend

if TYPE_CHECKING:
    from rich.text import Text

    from ifthen.publication.chart import Line

ROWS, COLUMNS = 13, 64
POINT, OTHER, ALL, RECENT, AIM = "o", "x", "-", "=", "."
STEPS = 120


def find_range(forecast: Forecast) -> tuple[float, float]:
    """Return the x from which to which plots go: the points, and half as far ahead again."""
    used = forecast.all.used
    first, last = used[0].x, used[-1].x
    span = (last - first) or 1.0
    ends = [last + 0.25 * span]
    for aim in forecast.aims:
        for reach in (aim.all, aim.recent):
            if reach.crossing is not None and reach.crossing.point is not None:
                ends.append(min(reach.crossing.point, last + 0.75 * span))
    return first, max(ends)


def find_heights(forecast: Forecast) -> tuple[float, float]:
    """Return the least and greatest place on the scale that plots show."""
    values = [one.value for one in forecast.all.used] + [aim.value for aim in forecast.aims]
    places = [p for value in values if (p := forecast.scale.place(value)) is not None] or [0.0]
    low, high = min(places), max(places)
    pad = 0.06 * ((high - low) or 1.0)
    return low - pad, high + pad


def draw_plot(forecast: Forecast) -> Iterator["Text"]:
    """Yield the lines of the plot."""
    from rich.text import Text  # noqa: PLC0415

    start, end = find_range(forecast)
    low, high = find_heights(forecast)
    grid = [[" "] * COLUMNS for _ in range(ROWS)]

    def put(x: float, place: float | None, mark: str) -> None:
        if place is None or not (low <= place <= high and start <= x <= end):
            return
        row = round((high - place) / (high - low) * (ROWS - 1))
        grid[row][round((x - start) / (end - start) * (COLUMNS - 1))] = mark

    for column in range(COLUMNS):
        x = start + (end - start) * column / (COLUMNS - 1)
        for aim in forecast.aims:
            put(x, forecast.scale.place(aim.value), AIM)
        for window, mark in ((forecast.all, ALL), (forecast.recent, RECENT)):
            if window.trend and not window.insufficient and x >= window.trend.first:
                put(x, window.trend.predict(x), mark)
    used = {one.label for one in forecast.all.used}
    days = forecast.series.against == "release-date"
    for point in forecast.series.points:
        x = float(point.released.toordinal()) if days and point.released else 0.0
        if not days and point.effective_compute:
            x = math.log(point.effective_compute)
        put(x, forecast.scale.place(point.value), POINT if point.model in used else OTHER)
    yield Text(
        f"  {POINT} points used, {OTHER} not used, {ALL} line through all, {RECENT} through recent,"
        f" {AIM} value asked for"
    )
    styles = {POINT: "bold magenta", OTHER: "magenta", ALL: "cyan", RECENT: "green", AIM: "yellow"}
    for index, row in enumerate(grid):
        place = high - (high - low) * index / (ROWS - 1)
        label = format_value(forecast.scale.value(place), forecast.series)
        line = Text(f"  {label if index % 4 == 0 else '':>15} |")
        for character in row:
            line.append(character, style=styles.get(character, ""))
        yield line
    yield Text(f"  {'':>15} +{'-' * COLUMNS}")
    labels = ""
    for quarter in range(4):
        x = start + (end - start) * quarter / 3
        text = format_tick(x, forecast.series)
        column = min(round(quarter * (COLUMNS - 1) / 3), COLUMNS - len(text))
        labels = labels.ljust(column) + text
    yield Text(f"  {'':>15}  {labels}")


def format_tick(x: float, series: Series) -> str:
    """Return a month, or a compute in FLOP."""
    if series.against == "release-date":
        return date.fromordinal(max(1, min(math.floor(x), date.max.toordinal()))).isoformat()[:7]
    return f"{math.exp(min(x, 700.0)):.1e}"


def format_level(value: float, series: Series) -> str:
    """Return a value at the vertical axis, which names the unit."""
    rounded = float(f"{value:.2g}")
    return f"{100 * rounded:.3g} %" if series.measure == "score" else f"{rounded:,g}"


def draw_chart(forecast: Forecast) -> str:
    """Return the picture as SVG: points, and the lines that may speak, one with its interval."""
    from ifthen.publication.chart import Axis, Mark, format_chart  # noqa: PLC0415

    series, scale = forecast.series, forecast.scale
    start, end = find_range(forecast)
    low, high = find_heights(forecast)
    # heights are places on the scale, so that a line is straight and none lies beyond numbers

    lines = _list_lines(forecast, (start, end), (low, high))
    insufficient = forecast.outcome == "insufficient"
    verdict = " (insufficient: no forecast)" if insufficient else ""
    return format_chart(
        lines,
        title=f"{series.title}{verdict}",
        description=_describe(forecast),
        x=Axis(
            label="release" if series.against == "release-date" else "effective compute, FLOP",
            ticks=[start + (end - start) * k / 4 for k in range(5)],
            format=lambda x: format_tick(x, series),
        ),
        y=Axis(
            label="score" if series.measure == "score" else f"time horizon, {series.unit}",
            ticks=[low + (high - low) * k / 5 for k in range(6)],
            format=lambda place: format_level(scale.value(place), series),
        ),
        marks=[
            Mark(value=y, label=aim.label or format_value(aim.value, series), level=True)
            for aim in forecast.aims
            if (y := scale.place(aim.value)) is not None
        ],
    )


def _list_lines(
    forecast: Forecast, across: tuple[float, float], heights: tuple[float, float]
) -> "list[Line]":
    from ifthen.publication.chart import Line  # noqa: PLC0415

    scale = forecast.scale
    (start, end), (low, high) = across, heights

    def curve(trend: Trend, edge: int | None = None) -> list[tuple[float, float]]:
        places = [start + (end - start) * k / STEPS for k in range(STEPS + 1)]
        found = []
        for x in places:
            ends = trend.predict_interval(x, forecast.level)
            place = trend.predict(x) if edge is None else ends[edge]
            if x >= trend.first and low <= place <= high:
                found.append((x, place))
        return found

    lines = [
        Line(
            label="models that the lines go through",
            points=[(x.x, y) for x in forecast.all.used if (y := scale.place(x.value)) is not None],
            dots=True,
        )
    ]
    whole, recent = (
        None if window.insufficient else window.trend for window in (forecast.all, forecast.recent)
    )
    if whole is not None:
        lines.append(Line(label="line through all", points=curve(whole)))
    if recent is not None:
        lines.append(Line(label="line through the recent ones", points=curve(recent)))
    best = recent or whole
    if best is not None:
        name = "recent" if best is recent else "all"
        for edge, word in ((0, "lower"), (1, "upper")):
            label = f"{word} end of the {100 * forecast.level:g} % interval, {name}"
            lines.append(Line(label=label, points=curve(best, edge)))
    if (stays := scale.place(forecast.best)) is not None:
        lines.append(Line(label="no change", points=[(start, stays), (end, stays)]))
    return lines


def _describe(forecast: Forecast) -> str:
    from ifthen.cli.forecast_text import format_place  # noqa: PLC0415

    said = [f"{len(forecast.all.used)} models."]
    for aim in forecast.aims:
        value = format_value(aim.value, forecast.series)
        if aim.outcome == "forecast":
            said.append(
                f"{value} could be reached by {format_place(aim.earliest, forecast.series)}."
            )
        else:
            said.append(f"{value}: {aim.outcome}.")
    return " ".join(said)
