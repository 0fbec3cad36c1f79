"""The picture: what stands where, and what it says in words."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.decision.model import EvaluationFinding
from ifthen.publication.figure import (
    Limit,
    describe_finding,
    find_limits,
    format_figure,
    parse_asked,
    place,
)

from .decisions import make_decision, measured


def finding(lower: float | None = 0.25, upper: float | None = 0.38, **more) -> EvaluationFinding:
    records = (measured("e", lower, upper, (lower + upper) / 2, 50),) if lower is not None else ()
    fields = {
        "evaluation": "e",
        "title": "An evaluation",
        "outcome": "undecided" if records else "undetermined",
        "lower": lower,
        "upper": upper,
        "measured": records,
    }
    return EvaluationFinding.model_validate(fields | more)


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own text, well-formed or a failure


def draw(findings, limits=None) -> ElementTree.Element:
    return parse(format_figure(findings, limits or {}))


def at(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name).removesuffix("%"))


def of_class(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in svg.iter() if name in (e.get("class") or "").split()]


class TestAxis:
    def test_ends(self) -> None:
        assert place(0) == 3
        assert place(1) == 97

    @given(st.floats(0, 1), st.floats(0, 1))
    def test_order_is_kept(self, a: float, b: float) -> None:
        assert (place(a) <= place(b)) or a > b

    def test_nothing_stands_off_the_axis(self) -> None:
        assert place(-1) == 3
        assert place(1e300) == 97


class TestLimits:
    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (
                "rule out below 0.25 - 0.05, rule in from 0.5",
                (Limit("rule-out", 0.2), Limit("rule-in", 0.5)),
            ),
            ("rule out below 0.25 - 0.05", (Limit("rule-out", 0.2),)),
            ("rule out below 0.3", (Limit("rule-out", 0.3),)),
            ("rule in from 1e-05", (Limit("rule-in", 1e-05),)),
            ("rule out below 0.1 - 0.2", ()),
            ("rule in from 3", ()),
            ("rule in from 1.2.3", ()),
            ("something else", ()),
            ("", ()),
        ],
    )
    def test_asked(self, asked: str, expected: tuple[Limit, ...]) -> None:
        assert parse_asked(asked) == expected

    def test_conditions_add_what_they_compare_with(self) -> None:
        limits = find_limits(make_decision())
        assert limits["attack-success"] == (Limit("at-most", 0.05),)
        assert limits["bio-uplift"] == (Limit("rule-in", 0.3),)

    @pytest.mark.parametrize("kind", ["rule-out", "rule-in", "at-most", "at-least"])
    def test_every_kind_is_said_in_words(self, kind: str) -> None:
        limit = Limit(kind, 0.5)
        assert "0.5" in limit.label
        assert limit.label.strip("◂▸ ") in describe_finding(finding(), [limit])


class TestDrawing:
    @given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
    def test_positions_match_the_values(self, a: float, b: float, limit: float) -> None:
        lower, upper = sorted((a, b))
        svg = draw([finding(lower, upper)], {"e": [Limit("rule-out", limit)]})
        (bar,) = of_class(svg, "interval")
        assert (at(bar, "x1"), at(bar, "x2")) == (place(lower), place(upper))
        assert at(of_class(svg, "lower")[0], "x1") == place(lower)
        assert at(of_class(svg, "upper")[0], "x1") == place(upper)
        assert at(of_class(svg, "share")[0], "cx") == place((lower + upper) / 2)
        assert at(of_class(svg, "limit")[0], "x1") == place(limit)

    def test_zones_lie_on_the_side_that_counts(self) -> None:
        svg = draw([finding()], {"e": [Limit("rule-out", 0.2), Limit("rule-in", 0.5)]})
        out, into = of_class(svg, "zone")
        assert (at(out, "x"), at(out, "x") + at(out, "width")) == (place(0), place(0.2))
        assert (at(into, "x"), at(into, "x") + at(into, "width")) == (place(0.5), place(1))

    def test_missing_measurement_is_said(self) -> None:
        svg = draw([finding(None, None)])
        assert [e.text for e in of_class(svg, "none")] == ["no measurement"]
        assert of_class(svg, "interval") == []

    def test_bounds_without_a_record(self) -> None:
        svg = draw([finding(measured=())])
        assert len(of_class(svg, "interval")) == 1
        assert "undecided: 0.25 … 0.38" in "".join(svg.itertext())

    def test_unusable_scores_make_two_ends(self) -> None:
        item = measured("e", 0.1, 0.3, 0.18, 50, high=0.2)
        svg = draw([finding(0.1, 0.3, measured=(item,))])
        assert len(of_class(svg, "share")) == 2
        (line,) = of_class(svg, "shares")
        assert (at(line, "x1"), at(line, "x2")) == (place(0.18), place(0.2))
        assert "0.18 to 0.20 (0.10 … 0.30" in "".join(svg.itertext())

    def test_several_records_are_counted(self) -> None:
        items = (measured("a", 0.1, 0.3, 0.2, 50), measured("b", 0.2, 0.4, 0.3, 50))
        svg = draw([finding(0.1, 0.4, measured=items)])
        assert "2 records" in "".join(svg.itertext())

    @pytest.mark.parametrize("count", [0, 1, 20])
    def test_rows_do_not_overlap(self, count: int) -> None:
        findings = [finding(evaluation=f"e{n}", title=f"Evaluation {n}") for n in range(count)]
        svg = draw(findings, {"e3": [Limit("rule-out", 0.2), Limit("at-least", 0.9)]})
        height = float(svg.get("height"))
        rows = of_class(svg, "row")
        assert [row.get("data-evaluation") for row in rows] == [f"e{n}" for n in range(count)]
        last = 0.0
        for row in rows:
            heights = [float(e.get(n)) for e in row.iter() for n in ("y", "y1", "y2") if e.get(n)]
            assert min(heights) > last
            last = max(heights)
        assert last < height

    def test_text_alternative_and_ids(self) -> None:
        svg = parse(format_figure([finding()], {}, prefix="p"))
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == "p-title p-desc"
        assert "An evaluation: 0.32 (0.25 … 0.38" in svg.find("desc").text

    def test_long_and_hostile_titles(self) -> None:
        for title in ("x" * 300, "<b>&\"'</b>" * 20, "\u202e ]]>"):
            svg = draw([finding(title=title)])
            drawn = "".join(e.text for e in of_class(svg, "title"))
            assert drawn.replace("⟨U+202E⟩", "\u202e").replace(" ", "") == title.replace(" ", "")

    def test_a_title_of_spaces_shows_the_id(self) -> None:
        svg = draw([finding(title="  ")])
        assert [e.text for e in of_class(svg, "title")] == ["e"]
