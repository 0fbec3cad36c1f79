"""The picture: what stands where, and what it says in words."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.decision.model import EvaluationFinding, Limit
from ifthen.publication.figure import (
    describe_finding,
    format_figure,
    format_label,
    place,
    select_limits,
)

from .decisions import limits, make_decision, measured


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


def draw(findings) -> ElementTree.Element:
    return parse(format_figure(findings))


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
        ("given", "drawn"),
        [
            ({"rule_out": 0.2, "rule_in": 0.5}, {"rule_out": 0.2, "rule_in": 0.5}),
            ({"rule_out": 0.3}, {"rule_out": 0.3}),
            ({"rule_in": 1e-05}, {"rule_in": 1e-05}),
            ({"at_least": 0.0, "at_most": 1.0}, {"at_least": 0.0, "at_most": 1.0}),
            ({"rule_out": -0.1}, {}),
            ({"rule_in": 3.0}, {}),
            ({"at_most": float("nan"), "at_least": 0.4}, {"at_least": 0.4}),
            ({}, {}),
        ],
    )
    def test_those_on_the_axis_are_drawn(self, given: dict, drawn: dict) -> None:
        shown = finding(limits=limits(**given), asked="rule out below 0.7, rule in from 0.8")
        assert select_limits(shown) == limits(**drawn)
        svg = draw([shown])
        assert [at(line, "x1") for line in of_class(svg, "limit")] == [
            place(value) for value in drawn.values()
        ]
        labels = [format_label(limit) for limit in limits(**drawn)]
        assert [label.text for label in of_class(svg, "label")] == labels

    def test_the_page_shows_what_each_finding_is_compared_with(self) -> None:
        shown = {e.evaluation: select_limits(e) for e in make_decision().evaluations}
        assert shown["attack-success"] == (Limit(kind="at-most", value=0.05),)
        assert shown["bio-uplift"] == (Limit(kind="rule-in", value=0.3),)

    @pytest.mark.parametrize("kind", ["rule-out", "rule-in", "at-most", "at-least"])
    def test_every_kind_is_said_in_words(self, kind: str) -> None:
        limit = Limit(kind=kind, value=0.5)
        label = format_label(limit)
        assert "0.5" in label
        assert label.strip("◂▸ ") in describe_finding(finding(limits=(limit,)))


class TestDrawing:
    @given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
    def test_positions_match_the_values(self, a: float, b: float, limit: float) -> None:
        lower, upper = sorted((a, b))
        svg = draw([finding(lower, upper, limits=limits(rule_out=limit))])
        (bar,) = of_class(svg, "interval")
        assert (at(bar, "x1"), at(bar, "x2")) == (place(lower), place(upper))
        assert at(of_class(svg, "lower")[0], "x1") == place(lower)
        assert at(of_class(svg, "upper")[0], "x1") == place(upper)
        assert at(of_class(svg, "share")[0], "cx") == place((lower + upper) / 2)
        assert at(of_class(svg, "limit")[0], "x1") == place(limit)

    def test_zones_lie_on_the_side_that_counts(self) -> None:
        svg = draw([finding(limits=limits(rule_out=0.2, rule_in=0.5))])
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
        assert "0.18 to 0.20 (0.1 … 0.3" in "".join(svg.itertext())

    def test_several_records_are_counted(self) -> None:
        items = (measured("a", 0.1, 0.3, 0.2, 50), measured("b", 0.2, 0.4, 0.3, 50))
        svg = draw([finding(0.1, 0.4, measured=items)])
        assert "2 records" in "".join(svg.itertext())

    @pytest.mark.parametrize("count", [0, 1, 20])
    def test_rows_do_not_overlap(self, count: int) -> None:
        two = limits(rule_out=0.2, at_least=0.9)
        findings = [
            finding(evaluation=f"e{n}", title=f"Evaluation {n}", limits=two if n == 3 else ())
            for n in range(count)
        ]
        svg = draw(findings)
        assert len(of_class(svg, "limit")) == (2 if count > 3 else 0)
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
        svg = parse(format_figure([finding()], prefix="p"))
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == "p-title p-desc"
        assert "An evaluation: 0.32 (0.25 … 0.38" in svg.find("desc").text

    def test_long_and_hostile_titles(self) -> None:
        for title in ("x" * 300, "<b>&\"'</b>" * 20, "\u200b ]]>"):
            svg = draw([finding(title=title)])
            drawn = "".join(e.text for e in of_class(svg, "title"))
            assert drawn.replace("⟨U+200B⟩", "\u200b").replace(" ", "") == title.replace(" ", "")

    def test_a_title_of_spaces_shows_the_id(self) -> None:
        svg = draw([finding(title="  ")])
        assert [e.text for e in of_class(svg, "title")] == ["e"]
