"""The series document refuses what could not be compared."""

from typing import Any

import pytest

from ifthen.dossier.series import Series
from ifthen.encoding.document import dump_document, load_document
from ifthen.encoding.tree import format_tree, parse_tree
from ifthen.errors import Problems

SCORE: dict[str, Any] = {
    "kind": "series",
    "id": "cakes",
    "title": "Cakes that rise",
    "measure": "score",
    "benchmark_version": "1",
    "subset": "all",
    "scaffold": "none",
    "source": "Invented.",
    "points": [{"model": "cook-1", "released": "2025-01-01", "value": 0.25}],
}
TIME = SCORE | {"measure": "time-horizon", "unit": "minutes"}


def load(tree: dict[str, Any]) -> Series:
    return load_document(parse_tree(format_tree(tree).encode(), name="s.yaml"), Series).document


@pytest.mark.parametrize("tree", [SCORE, TIME])
def test_goes_there_and_back(tree):
    found = load(tree)
    assert load(dump_document(found) | {"kind": "series"}) == found


def test_a_point_states_its_own_conditions_or_has_those_of_the_series():
    point = SCORE["points"][0] | {"subset": "easy", "n": 20}
    found = load(SCORE | {"points": [point]})
    conditions = [found.condition(found.points[0], x) for x in ("subset", "n", "scaffold")]
    assert conditions == ["easy", 20, "none"]


def one(**more) -> dict[str, Any]:
    return {"points": [SCORE["points"][0] | more]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": "minutes"}, "a time horizon has a unit"),
        ({"measure": "time-horizon"}, "a time horizon has a unit"),
        ({"measure": "time-horizon", "unit": "minutes", "floor": 0.2}, "a time has none"),
        ({"points": []}, "at least 1"),
        ({"points": SCORE["points"] * 2}, "'cook-1' has two points"),
        ({"against": "effective-compute"}, "needs effective_compute"),
        (
            {"against": "effective-compute", "recent_from": "2025-01-01"},
            "recent_from is a day",
        ),
        (one(value=1.5), "a score is a share"),
        (one(value=-0.1), "at least 0"),
        (one(n=0), "at least 1"),
        (one(effective_compute=0), "greater than 0"),
        ({"values": [{"value": 1}]}, "no share between the floor 0 and 1"),
        ({"floor": 0.25, "values": [{"value": 0.2}]}, "no share between the floor 0.25 and 1"),
        ({"comparable_despite": [{"field": "scaffold"}]}, "reason"),
        ({"comparable_despite": [{"field": "colour", "reason": "x"}]}, "colour"),
    ],
)
def test_is_refused(change, said):
    with pytest.raises(Problems) as caught:
        load(SCORE | change)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["benchmark_version", "subset", "scaffold"])
def test_how_a_point_was_measured_cannot_be_left_unsaid(name):
    tree = {key: value for key, value in SCORE.items() if key != name}
    with pytest.raises(Problems) as caught:
        load(tree)
    assert f"has no {name}" in str(caught.value)
