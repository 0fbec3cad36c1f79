"""The values that an evaluation is compared with: its own, and those of every condition."""

import copy

import pytest
from tests.decision.world import World, canonical, world

from ifthen.decision.model import Decision, Limit
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree

OWN = [("rule-out", 0.15), ("rule-in", 0.5)]
"""The values of the world's evaluation."""
TIER_2 = ("at-most", 0.6)
"""The world's one comparison with it."""


def limits(changed: World) -> list[tuple[str, float]]:
    """Return the limits of the one evaluation."""
    return [(limit.kind, limit.value) for limit in changed.ctf().limits]


def ask(rule_out: dict | None, rule_in: dict | None) -> World:
    """Return a world whose evaluation, and the plan for it, have these values."""
    changed = world()
    changed.thresholds[0]["ruled_out_when"] = {"present": {"evaluation": "ctf"}}
    changed.thresholds[0]["reached_when"] = {
        "in": {"determination": "cyber-1", "values": ["reached"]}
    }
    changed.evaluation.update({"rule_out": rule_out, "rule_in": rule_in})
    changed.plans[0] |= {
        "rule_out_below": rule_out["below"] if rule_out else None,
        "margin": rule_out.get("margin", 0) if rule_out else 0,
        "rule_in_at_least": rule_in["at_least"] if rule_in else None,
    }
    return changed


def compare(key: str, value: float, evaluation: str = "ctf") -> dict:
    return {key: {"evaluation": evaluation, "value": value}}


def when(condition: dict) -> World:
    """Return a world in which one condition, that of the filter, is another."""
    changed = world()
    changed.safeguard("filter")["in_place_when"] = condition
    return changed


def test_its_own_values_stand_before_those_of_conditions():
    assert limits(world()) == [*OWN, TIER_2]


@pytest.mark.parametrize(
    ("rule_out", "rule_in", "expected"),
    [
        ({"below": 0.25, "margin": 0.05}, {"at_least": 0.5}, [("rule-out", 0.2), OWN[1]]),
        ({"below": 0.25, "margin": 0.05}, None, [("rule-out", 0.2)]),
        ({"below": 0.3}, None, [("rule-out", 0.3)]),
        ({"below": 0.3, "margin": 0.1}, None, [("rule-out", 0.2)]),
        (None, {"at_least": 1e-05}, [("rule-in", 1e-05)]),
        (None, None, []),
    ],
)
def test_the_margin_is_taken_off_as_decimals(rule_out, rule_in, expected):
    changed = ask(rule_out, rule_in)
    assert changed.ctf().outcome != "undetermined"
    assert limits(changed) == [*expected, TIER_2]


def test_the_rule_out_limit_is_the_value_that_decides():
    upper = world().ctf().upper
    changed = ask({"below": upper}, None)
    (limit, _) = changed.ctf().limits
    assert (limit.kind, limit.value) == ("rule-out", upper)
    assert changed.ctf().outcome == "undecided"


@pytest.mark.parametrize(
    "condition",
    [
        compare("ge", 0.4),
        {"all": [compare("ge", 0.4)]},
        {"any": [compare("ge", 0.4), {"present": {"declaration": "filter-on"}}]},
        {"k_of": {"k": 1, "of": [{"present": {"evaluation": "ctf"}}, compare("ge", 0.4)]}},
        {"all": [{"any": [{"k_of": {"k": 1, "of": [compare("ge", 0.4)]}}]}]},
        {"not": compare("le", 0.4)},
        {"not": {"not": compare("ge", 0.4)}},
        {"not": {"any": [compare("le", 0.4), {"present": {"declaration": "filter-on"}}]}},
    ],
)
def test_a_comparison_counts_wherever_it_stands(condition):
    assert limits(when(condition)) == [*OWN, TIER_2, ("at-least", 0.4)]


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        (compare("ge", 0.4), "at-least"),
        (compare("le", 0.4), "at-most"),
        ({"not": compare("ge", 0.4)}, "at-most"),
        ({"not": {"all": [compare("le", 0.4)]}}, "at-least"),
        ({"not": {"not": compare("le", 0.4)}}, "at-most"),
    ],
)
def test_not_turns_the_side_around(condition, kind):
    assert limits(when(condition))[-1] == (kind, 0.4)


def test_document_order():
    changed = world()
    changed.gate("deploy")["also"] = {"all": [compare("le", 0.1), compare("ge", 0.01)]}
    changed.gate("store")["also"] = compare("le", 0.2)
    changed.safeguard("filter")["in_place_when"] = compare("le", 0.3)
    changed.thresholds[1]["reached_when"] = compare("ge", 0.8)
    changed.thresholds[0]["reached_when"] = compare("ge", 0.7)
    assert limits(changed) == [
        *OWN,
        ("at-least", 0.7),
        TIER_2,
        ("at-least", 0.8),
        ("at-most", 0.3),
        ("at-most", 0.2),
        ("at-most", 0.1),
        ("at-least", 0.01),
    ]


def test_each_stands_once_where_it_was_first():
    changed = world()
    changed.gate("store")["also"] = {"any": [compare("le", 0.3), compare("le", 0.6)]}
    changed.gate("deploy")["also"] = {"all": [compare("le", 0.3), compare("ge", 0.5)]}
    assert limits(changed) == [*OWN, TIER_2, ("at-most", 0.3), ("at-least", 0.5)]


def test_the_other_side_of_a_value_is_another_limit():
    changed = when({"all": [compare("le", 0.4), compare("ge", 0.4)]})
    assert limits(changed) == [*OWN, TIER_2, ("at-most", 0.4), ("at-least", 0.4)]


def test_other_facts_are_no_limits():
    changed = when({"ge": {"declaration": "ctf", "value": 0.4}})
    assert limits(changed) == [*OWN, TIER_2]


def test_each_evaluation_has_its_own():
    changed = when({"all": [compare("le", 0.4), compare("le", 0.3, "ctf-2")]})
    second = copy.deepcopy(changed.evaluation) | {"id": "ctf-2", "title": "Again"}
    del second["rule_in"]
    changed.framework["evaluations"].append(second)
    first, other = changed.decide().evaluations
    assert [(limit.kind, limit.value) for limit in first.limits] == [
        *OWN,
        TIER_2,
        ("at-most", 0.4),
    ]
    assert other.outcome == "undetermined"
    assert [(limit.kind, limit.value) for limit in other.limits] == [OWN[0], ("at-most", 0.3)]


def test_what_cannot_be_measured_has_its_limits_too():
    missing = world()
    missing.evidence.clear()
    conflicting = world()
    conflicting.add_run(60)
    contradicted = world()
    contradicted.evidence[0]["findings"] = [
        {"severity": "contradiction", "code": "log.header", "message": "the header says 11"}
    ]
    for changed in (missing, conflicting, contradicted):
        assert changed.ctf().outcome == "undetermined"
        assert limits(changed) == [*OWN, TIER_2]


@pytest.mark.parametrize("successes", [10, 30, 140])
def test_the_measurement_does_not_move_them(successes):
    assert limits(world().measured(successes)) == [*OWN, TIER_2]


def test_a_decision_keeps_them():
    decision = world().decide()
    again = load_document(parse_tree(canonical(decision), name="decision.json"), Decision).document
    assert again.evaluations[0].limits == (
        Limit(kind="rule-out", value=0.15),
        Limit(kind="rule-in", value=0.5),
        Limit(kind="at-most", value=0.6),
    )


def test_a_single_question_is_one_question():
    changed = world()
    changed.evidence[0]["run"]["questions"] = 1
    changed.plans[0]["questions"] = 1
    changed.evidence[0]["measurements"][0] |= {"questions": 1, "low": 1, "high": 1}
    changed.evaluation["min_questions"] = 2
    (reason,) = changed.ctf().reasons
    assert reason.text == "ctf-run: 1 question; the framework asks for 2"


def test_a_single_further_question_is_one_question():
    nearly = round(world().ctf().upper - 1e-6, 9)
    (change,) = ask({"below": nearly}, None).ctf().change
    assert change.startswith("1 more independent question without a success, or ")


def test_what_counts_for_a_single_day():
    changed = world()
    changed.evaluation["valid_for_days"] = 1
    (reason,) = changed.ctf().reasons
    assert reason.text == "ctf-run: the run was on 2026-06-01; results count for 1 day"
