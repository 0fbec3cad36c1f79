"""A line chart as one SVG file that stands alone: no script, no font, no colour that is needed.

Lines are told apart by their dashes and their labels in the legend, colours only repeat it. The
picture follows a dark page. Numbers are rounded to a hundredth of a pixel, so that the same data
gives the same bytes on every machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 400
_LEFT, _RIGHT, _BOTTOM = 64, 20, 52
_ROW = 20  # of the legend
_STYLE = """
svg { font: 14px system-ui, sans-serif; background: #fff; }
text, .axis { fill: #222; } .axis, .tick { stroke: #777; stroke-width: 1; fill: none; }
.grid { stroke: #ddd; stroke-width: 1; } .mark { stroke: #222; stroke-width: 1.5; stroke-dasharray: 3 4; }
.title { font-weight: 650; font-size: 15px; } .small { font-size: 12.5px; }
.line { fill: none; stroke-width: 2.6; stroke-linejoin: round; }
.line0 { stroke: #0b6e4f; } .line1 { stroke: #a32020; stroke-dasharray: 9 4; }
.line2 { stroke: #1f4fa3; stroke-dasharray: 2 4; } .line3 { stroke: #8a5a00; stroke-dasharray: 12 4 2 4; }
.line4 { stroke: #5a2d82; stroke-dasharray: 5 3; } .line5 { stroke: #444; stroke-dasharray: 1 3; }
@media (prefers-color-scheme: dark) {
svg { background: #1b1d21; } text, .axis { fill: #e6e6e6; } .axis, .tick { stroke: #999; fill: none; }
.grid { stroke: #3a3d44; } .mark { stroke: #e6e6e6; } .line0 { stroke: #55c79a; }
.line1 { stroke: #ff8a80; } .line2 { stroke: #8ab4ff; } .line3 { stroke: #e8b339; }
.line4 { stroke: #c9a3f0; } .line5 { stroke: #bbb; } }
"""  # noqa: E501 - a style sheet reads better by rule
MAX_LINES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a chart."""

    label: str
    """What it shows, in the legend."""
    points: Sequence[tuple[float, float]]
    """Positions in the units of the axes, from left to right."""
    steps: bool = False
    """Drawn as steps: the value of a point holds until the next one."""
    dots: bool = False
    """Drawn as dots that nothing joins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A dashed line across the chart with a label."""

    value: float
    """Where, on the axis it crosses."""
    label: str
    """What it marks."""
    level: bool = False
    """A horizontal line at a value of the vertical axis, instead of a vertical one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """One axis: its range, the values that are written, and what it counts."""

    label: str
    """What the axis counts, with the unit."""
    ticks: Sequence[float]
    """Values that are written; the first and the last are the ends of the axis."""
    format: Callable[[float], str] = "{:g}".format
    """How a value is written."""
    scale: Callable[[float], float] = float
    """Position of a value before it is stretched, such as ``math.log10``; has to rise."""


def format_percent(value: float) -> str:
    """Return a share in per cent: ``5 %``."""
    return f"{value * 100:g} %"


def format_chart(
    lines: Sequence[Line],
    *,
    title: str,
    description: str,
    x: Axis,
    y: Axis,
    marks: Sequence[Mark] = (),
) -> str:
    """Return the chart as an SVG document; ``description`` says in words what it shows.

    Raises:
        ValueError: no line, or more than ``MAX_LINES`` of them could not be told apart.
    """
    if not 1 <= len(lines) <= MAX_LINES:
        raise ValueError(f"a chart has 1 to {MAX_LINES} lines, found {len(lines)}")
    top = 40 + _ROW * len(lines)
    frame = _Frame(x=x, y=y, top=top)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" role="img" aria-labelledby="title desc">',
        f"<title id='title'>{escape(title)}</title>",
        f"<desc id='desc'>{escape(description)}</desc>",
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="{_LEFT}" y="24">{escape(title)}</text>',
        *_draw_legend(lines),
        *_draw_axes(frame),
        *(_draw_mark(mark, frame) for mark in marks),
        *(_draw_line(line, place, frame) for place, line in enumerate(lines)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Frame:
    """Where the axes stand."""

    x: Axis
    y: Axis
    top: int

    def left_of(self, value: float) -> float:
        return _LEFT + _part(self.x, value) * (WIDTH - _LEFT - _RIGHT)

    def top_of(self, value: float) -> float:
        bottom = HEIGHT - _BOTTOM
        return bottom - _part(self.y, value) * (bottom - self.top)


def _part(axis: Axis, value: float) -> float:
    """Return where a value stands between the ends of its axis; none stands beyond them."""
    low, high = axis.scale(axis.ticks[0]), axis.scale(axis.ticks[-1])
    held = min(max(value, axis.ticks[0]), axis.ticks[-1])
    return (axis.scale(held) - low) / (high - low)


def _draw_legend(lines: Sequence[Line]) -> list[str]:
    parts = []
    for place, line in enumerate(lines):
        y = 44 + _ROW * place
        sample = f'<path class="line line{place}" d="M{_LEFT} {y - 5}H{_LEFT + 34}"/>'
        if line.dots:
            sample = f'<circle class="line line{place}" cx="{_LEFT + 17}" cy="{y - 5}" r="4"/>'
        parts.append(
            f'{sample}<text class="small" x="{_LEFT + 42}" y="{y}">{escape(line.label)}</text>'
        )
    return parts


def _draw_axes(frame: _Frame) -> list[str]:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    parts = [f'<path class="axis" d="M{_LEFT} {frame.top}V{bottom}H{right}"/>']
    for tick in frame.y.ticks:
        y = _number(frame.top_of(tick))
        parts.append(
            f'<path class="grid" d="M{_LEFT} {y}H{right}"/>'
            f'<text class="small" x="{_LEFT - 8}" y="{y}" dy="4" text-anchor="end">'
            f"{escape(frame.y.format(tick))}</text>"
        )
    for tick in frame.x.ticks:
        x, label = _number(frame.left_of(tick)), frame.x.format(tick)
        # a long label in the middle of the last tick would not fit the picture
        anchor = "end" if len(label) > 5 and tick == frame.x.ticks[-1] else "middle"
        parts.append(
            f'<path class="tick" d="M{x} {bottom}v5"/>'
            f'<text class="small" x="{x}" y="{bottom + 19}" text-anchor="{anchor}">'
            f"{escape(label)}</text>"
        )
    middle = _number((_LEFT + right) / 2)
    parts.append(
        f'<text class="small" x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">'
        f"{escape(frame.x.label)}</text>"
    )
    parts.append(
        f'<text class="small" transform="translate(16 {_number((frame.top + bottom) / 2)})'
        f' rotate(-90)" text-anchor="middle">{escape(frame.y.label)}</text>'
    )
    return parts


def _draw_mark(mark: Mark, frame: _Frame) -> str:
    if mark.level:
        y = frame.top_of(mark.value)
        return (
            f'<path class="mark" d="M{_LEFT} {_number(y)}H{WIDTH - _RIGHT}"/>'
            f'<text class="small" x="{WIDTH - _RIGHT}" y="{_number(y - 5)}" text-anchor="end">'
            f"{escape(mark.label)}</text>"
        )
    x = frame.left_of(mark.value)
    right = x > WIDTH * 0.6
    anchor, shift = ("end", -5) if right else ("start", 5)
    return (
        f'<path class="mark" d="M{_number(x)} {frame.top}V{HEIGHT - _BOTTOM}"/>'
        f'<text class="small" x="{_number(x + shift)}" y="{frame.top + 12}"'
        f' text-anchor="{anchor}">{escape(mark.label)}</text>'
    )


def _draw_line(line: Line, place: int, frame: _Frame) -> str:
    if line.dots:
        return "".join(
            f'<circle class="line line{place}" cx="{_number(frame.left_of(x))}"'
            f' cy="{_number(frame.top_of(y))}" r="4"/>'
            for x, y in line.points
        )
    path = ""
    for x, y in line.points:
        left, top = _number(frame.left_of(x)), _number(frame.top_of(y))
        if not path:
            path = f"M{left} {top}"
        else:
            path += f"H{left}V{top}" if line.steps else f"L{left} {top}"
    return f'<path class="line line{place}" d="{path}"/>'


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}" if abs(value) < 1000 else f"{value:.2f}"
