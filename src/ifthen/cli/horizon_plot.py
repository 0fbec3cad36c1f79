"""A plot in text: success against human time on a logarithmic scale, with the fitted curve."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from ifthen.evidence.horizon_log import Horizon

ROWS = 11
COLUMNS = 64
STEP = 8
"""Columns of one bin."""
CURVE, BIN, BOTH = "·", "o", "@"


def format_minutes(minutes: float | None) -> str:
    """Return a human working time in words, with the minutes."""
    if minutes is None:
        return "beyond every time that can be written"
    if minutes < 1:
        return f"{minutes * 60:.3g} seconds of human time ({minutes:.6g} min)"
    if minutes < 60:
        return f"{minutes:.3g} minutes of human time ({minutes:.6g} min)"
    return f"{minutes / 60:.3g} hours of human time ({minutes:.6g} min)"


def draw_plot(horizon: "Horizon") -> Iterator["Text"]:
    """Yield the lines of the plot: ``o`` is the weighted share of a bin, ``·`` the curve."""
    from rich.text import Text  # noqa: PLC0415

    lengths = [math.log2(tally.minutes) for tally in horizon.tallies]
    if not lengths:
        return
    low, high = min(lengths), max(lengths)
    width = (high - low) or 1.0
    grid = [[" "] * COLUMNS for _ in range(ROWS)]
    if horizon.curve is not None:
        for column in range(COLUMNS):
            x = low + width * (column + 0.5) / COLUMNS
            z = horizon.curve.intercept + horizon.curve.slope * x
            grid[_row(1 / (1 + math.exp(-max(min(z, 700.0), -700.0))))][column] = CURVE
    for column, share in _bins(horizon, lengths, low, width):
        row = grid[_row(share)]
        row[column] = BOTH if row[column] == CURVE else BIN
    yield Text("  success   o weighted share of runs, · fitted curve, @ both")
    styles = {CURVE: "cyan", BIN: "bold magenta", BOTH: "bold magenta"}
    for index, row in enumerate(grid):
        label = f"{100 - 10 * index:>4} % |" if index % 5 == 0 else "       |"
        line = Text("  " + label)
        for character in row:
            line.append(character, style=styles.get(character, ""))
        yield line
    yield Text("         +" + "-" * COLUMNS)
    yield Text("          " + _axis(low, width))


def _row(share: float) -> int:
    return round((1 - share) * (ROWS - 1))


def _bins(
    horizon: "Horizon", lengths: Sequence[float], low: float, width: float
) -> Iterator[tuple[int, float]]:
    """Yield the middle column and the weighted share of successes of every bin with runs."""
    bins: dict[int, list[tuple[float, float]]] = {}
    for length, tally, weight in zip(lengths, horizon.tallies, horizon.weights, strict=True):
        column = min(int((length - low) / width * COLUMNS), COLUMNS - 1)
        share = tally.successes / tally.runs
        bins.setdefault(column // STEP, []).append((share * weight, weight))
    for index, pairs in sorted(bins.items()):
        total = math.fsum(weight for _, weight in pairs)
        yield index * STEP + STEP // 2, math.fsum(part for part, _ in pairs) / total


def _axis(low: float, width: float) -> str:
    """Return the human times under every other bin's left edge."""
    line = ""
    for column in range(0, COLUMNS + 1, 2 * STEP):
        label = _short(2.0 ** (low + width * column / COLUMNS))
        line = line.ljust(column) + label
    return line


def _short(minutes: float) -> str:
    if minutes < 1:
        return f"{minutes * 60:.2g}s"
    return f"{minutes:.2g}min" if minutes < 60 else f"{minutes / 60:.3g}h"
