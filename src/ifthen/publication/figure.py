"""The picture of what was measured: one row an evaluation, all on one axis from 0 to 1.

Horizontal positions are percentages of the width and vertical ones are pixels, so that the picture
narrows to a telephone without its letters shrinking. Positions follow :func:`place`: 0 stands at
3 % and 1 at 97 %.

A row shows the interval as a bar with a cap at each bound and the share as a dot. Dashed lines are
the values to compare with: the rule-out value minus its margin, the rule-in value, and every value
that a condition of the decision compares this evaluation with. Each line carries its meaning in
words. Colours come from the page; the picture says everything without them.
"""

import textwrap
from collections.abc import Sequence

from markupsafe import Markup, escape

from ifthen.decision.model import EvaluationFinding, Limit
from ifthen.decision.wording import format_bounds, format_share
from ifthen.publication.wording import MEASURED, format_confidence, format_visible

_LINE = 18  # height of a line of text
_LANE = 30  # height of the strip with the bar
_GAP = 22  # between two rows
_TITLE_WRAP = 40  # characters of a bold title that fit 320 pixels
_SAID_WRAP = 46
_AXIS = 34


_LABELS = {
    "rule-out": "◂ ruled out below {}",
    "rule-in": "reached from {} ▸",
    "at-most": "◂ needs at most {}",
    "at-least": "needs at least {} ▸",
}


def place(value: float) -> float:
    """Return where a share stands, as a percentage of the width; none stands off the axis."""
    return round(3 + 94 * min(max(value, 0.0), 1.0), 3)


def format_label(limit: Limit) -> str:
    """Return what the line means, with an arrow to the side that it speaks about."""
    return _LABELS[limit.kind].format(f"{limit.value:g}")


def select_limits(finding: EvaluationFinding) -> tuple[Limit, ...]:
    """Return the limits that are drawn: those that stand on the axis, in the finding's order."""
    return tuple(limit for limit in finding.limits if 0 <= limit.value <= 1)


def describe_finding(finding: EvaluationFinding) -> str:
    """Return in words what the row of an evaluation shows."""
    said = [f"{finding.title}: {_numbers(finding)}; {MEASURED[finding.outcome].word}."]
    for limit in select_limits(finding):
        said.append(f"Line at {limit.value:g}: {format_label(limit).strip('◂▸ ')}.")
    return " ".join(said)


def _numbers(finding: EvaluationFinding) -> str:
    if finding.lower is None or finding.upper is None:
        return "no measurement"
    bounds = format_bounds(finding.lower, finding.upper)
    intervals = [item.interval for item in finding.measured]
    if not intervals:
        return bounds
    ends = [p(p(i.point_low, i.point_high) for i in intervals) for p in (min, max)]
    share = " to ".join(dict.fromkeys(format_share(end) for end in ends))
    records = f"{len(intervals)} records, " if len(intervals) > 1 else ""
    least = min(interval.confidence for interval in intervals)
    return f"{records}{share} ({bounds}, each at {format_confidence(least)})"


def format_figure(findings: Sequence[EvaluationFinding], *, prefix: str = "figure") -> Markup:
    """Return the picture as an ``svg`` element for a page; ``prefix`` keeps its ids unique."""
    rows: list[Markup] = []
    top = 6
    for finding in findings:
        row, height = _row(finding, top)
        rows.append(row)
        top += height + _GAP
    told = " ".join(describe_finding(finding) for finding in findings)
    return Markup(
        '<svg class="figure" role="img" width="100%" height="{height}"'
        ' aria-labelledby="{prefix}-title {prefix}-desc">\n'
        '<title id="{prefix}-title">Measured intervals on an axis from 0 to 1</title>\n'
        '<desc id="{prefix}-desc">{told}</desc>\n{rows}\n{axis}\n</svg>'
    ).format(
        height=top - _GAP + _AXIS if findings else _AXIS,
        prefix=prefix,
        told=format_visible(told),
        rows=Markup("\n").join(rows),
        axis=_axis(top - _GAP if findings else 6),
    )


def _row(finding: EvaluationFinding, top: int) -> tuple[Markup, int]:
    """Return the row of one evaluation and its height."""
    limits = select_limits(finding)
    parts: list[Markup] = []
    y = top
    for line in textwrap.wrap(format_visible(finding.title), _TITLE_WRAP) or [finding.evaluation]:
        y += _LINE
        parts.append(_text(line, 0.0, y, "title"))
    mark = MEASURED[finding.outcome]
    for line in textwrap.wrap(f"{mark.word}: {_numbers(finding)}", _SAID_WRAP):
        y += _LINE - 1
        parts.append(_text(line, 0.0, y, f"said {mark.tone}"))
    y += 8
    lane, middle = y, y + _LANE // 2
    y += _LANE
    parts.append(
        Markup('<rect class="lane" x="{}%" y="{}" width="94%" height="{}"/>').format(
            place(0), lane, _LANE
        )
    )
    parts += [_zone(limit, lane) for limit in limits]
    parts += _interval(finding, middle)
    levels = [y + (_LINE - 2) * level for level in range(1, len(limits) + 1)]
    for limit, level in zip(limits, levels, strict=True):
        parts.append(_limit_line(limit, lane, level))
    for limit, level in zip(limits, levels, strict=True):
        parts.append(_limit_label(limit, level))
        y = level
    row = Markup('<g class="row {}" data-evaluation="{}">\n{}\n</g>').format(
        mark.tone, finding.evaluation, Markup("\n").join(parts)
    )
    return row, y - top


def _interval(finding: EvaluationFinding, middle: int) -> list[Markup]:
    if finding.lower is None or finding.upper is None:
        return [_text("no measurement", 0.5, middle + 5, "none", anchor="middle")]
    left, right = place(finding.lower), place(finding.upper)
    line = Markup('<line class="{}" x1="{}%" x2="{}%" y1="{}" y2="{}"/>')
    parts = [
        line.format("interval", left, right, middle, middle),
        line.format("cap lower", left, left, middle - 9, middle + 9),
        line.format("cap upper", right, right, middle - 9, middle + 9),
    ]
    for item in finding.measured:
        low, high = place(item.interval.point_low), place(item.interval.point_high)
        if low != high:
            parts.append(line.format("shares", low, high, middle, middle))
        for x in dict.fromkeys((low, high)):
            parts.append(
                Markup('<circle class="share" cx="{}%" cy="{}" r="5.5"/>').format(x, middle)
            )
    return parts


def _zone(limit: Limit, lane: int) -> Markup:
    """Return the side of the strip in which the whole interval has to lie."""
    below = limit.kind in ("rule-out", "at-most")
    start, end = (place(0), place(limit.value)) if below else (place(limit.value), place(1))
    return Markup('<rect class="zone {}" x="{}%" y="{}" width="{}%" height="{}"/>').format(
        limit.kind, start, lane, round(end - start, 3), _LANE
    )


def _limit_line(limit: Limit, lane: int, y: int) -> Markup:
    x = place(limit.value)
    return Markup('<line class="limit {}" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(
        limit.kind, x, x, lane - 4, y + 3
    )


def _limit_label(limit: Limit, y: int) -> Markup:
    """Return the label, on the side of its line on which there is more room."""
    if limit.value <= 0.5:
        return _text(format_label(limit), limit.value, y, "label", dx=6)
    return _text(format_label(limit), limit.value, y, "label", dx=-6, anchor="end")


def _axis(top: int) -> Markup:
    y = top + 14
    parts = [
        Markup('<line class="axis" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(
            place(0), place(1), y, y
        )
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = place(tick)
        parts.append(
            Markup('<line class="axis" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(x, x, y, y + 5)
        )
        parts.append(_text(f"{tick:g}", tick, y + 18, "tick", anchor="middle"))
    return Markup('<g class="scale">\n{}\n</g>').format(Markup("\n").join(parts))


def _text(
    text: str, value: float, y: int, kind: str, *, dx: int = 0, anchor: str = "start"
) -> Markup:
    return Markup('<text class="{}" x="{}%" dx="{}" y="{}" text-anchor="{}">{}</text>').format(
        kind, place(value), dx, y, anchor, escape(text)
    )
