"""The line chart."""

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.publication.chart import (
    HEIGHT,
    MAX_LINES,
    WIDTH,
    Axis,
    Line,
    Mark,
    format_chart,
    format_percent,
)

SVG = "{http://www.w3.org/2000/svg}"
X, Y = Axis(label="rate", ticks=[0, 0.5, 1]), Axis(label="chance", ticks=[0, 1])


def draw(*lines: Line, **more) -> ET.Element:
    whole = {"title": "T", "description": "D", "x": X, "y": Y} | more
    return ET.fromstring(format_chart(lines, **whole))  # noqa: S314 - our own


def paths(root: ET.Element, kind: str) -> list[str]:
    return [p.get("d", "") for p in root.iter(f"{SVG}path") if kind in p.get("class", "").split()]


def test_a_line_goes_from_end_to_end():
    root = draw(Line(label="all", points=[(0, 0), (1, 1)]))
    assert paths(root, "line0")[1] == "M64 348L700 60"
    assert [t.text for t in root.iter(f"{SVG}text")].count("all") == 1


def test_steps():
    root = draw(Line(label="s", points=[(0, 0), (0.5, 1), (1, 1)], steps=True))
    assert paths(root, "line0")[1] == "M64 348H382V60H700V60"


def test_marks_stand_at_their_values():
    root = draw(
        Line(label="a", points=[(0, 0)]),
        marks=[Mark(value=0.5, label="half"), Mark(value=1, label="all", level=True)],
    )
    assert paths(root, "mark") == ["M382 60V348", "M64 60H700"]


def test_a_logarithmic_axis():
    axis = Axis(label="n", ticks=[1, 10, 100], scale=math.log10)
    root = draw(Line(label="a", points=[(1, 0), (10, 0.5), (100, 1)]), x=axis)
    assert paths(root, "line0")[1] == "M64 348L382 204L700 60"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])))
def test_text_is_escaped(text):
    root = draw(Line(label=text, points=[(0, 0)]), title=text, description=text)
    assert (root.find(f"{SVG}title").text or "") == text


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=30))
def test_nothing_stands_outside(points):
    root = draw(Line(label="a", points=points))
    for path in paths(root, "line0"):
        found = [float(x) for x in re.findall(r"-?[0-9.]+(?:e-?[0-9]+)?", path)]
        assert all(0 <= x <= max(WIDTH, HEIGHT) for x in found)


def test_lines_that_could_not_be_told_apart():
    for count in (0, MAX_LINES + 1):
        with pytest.raises(ValueError, match="1 to 6 lines"):
            draw(*[Line(label="a", points=[(0, 0)])] * count)


def test_percent():
    assert format_percent(0.05) == "5 %"
