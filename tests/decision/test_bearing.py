"""Which single fact would turn a gate."""

import json

import pytest
from tests.decision.world import ON, reached, world

from ifthen.decision.bearing import find_turns


def turns(made):
    return {(x.gate, x.way, x.fact): (x.before, x.after) for x in find_turns(made.facts(), on=ON)}


def test_what_turns_a_gate_is_what_deciding_again_says():
    found = turns(reached())
    without = {key for key in found if key[1] == "without"}
    assert {fact.partition(" ")[0] for _, _, fact in without} >= {"assessment"}
    for gate, way, fact in without:
        before, after = found[gate, way, fact]
        kind, _, id = fact.partition(" ")
        changed = reached()
        assert changed.gate_finding(gate).outcome.value == before
        key = "evidence" if kind == "evidence" else f"{kind}s"
        setattr(changed, key, [x for x in getattr(changed, key) if x["id"] != id])
        assert changed.gate_finding(gate).outcome.value == after


def test_a_world_in_which_two_things_would_have_to_fail_hangs_on_none():
    assert turns(world()) == {}, "ruled out, and the safeguards are there as well"


def test_a_gate_hangs_on_the_assessment_that_it_asks_for():
    found = turns(reached())
    assert found["store", "if", "assessment of vault says not-effective"] == ("go", "hold")
    facts = {fact for gate, _, fact in found if gate == "store"}
    assert "assessment of vault says effective" not in facts, "it says so already"


def test_taking_a_fact_away_never_opens_a_gate_that_holds():
    held = reached()
    held.assessments = [{**x, "result": "not-effective"} for x in held.assessments]
    for (_, way, _), (before, after) in turns(held).items():
        assert not (way == "without" and before == "hold" and after == "go")


def test_facts_about_another_model_turn_nothing():
    made = reached()
    other = json.loads(json.dumps(made.assessments[0])) | {"id": "other", "model": "other-1"}
    made.assessments = [*made.assessments, other]
    assert not [fact for _, _, fact in turns(made) if fact.endswith(" other")]


def test_an_evaluation_that_was_never_run_is_supposed_both_ways():
    made = world()
    made.evidence, made.assessments, made.determinations = [], [], []
    found = turns(made)
    assert ("store", "if", "assessment of vault says effective") in found
    made = reached()
    made.assessments = []
    opened = {fact: after for (gate, _, fact), (_, after) in turns(made).items() if gate == "store"}
    assert opened["evaluation ctf shows 0 of 200"] == "go"
    assert "evaluation ctf shows 200 of 200" not in opened


def test_an_exception_that_a_gate_hangs_on_is_named():
    from tests.decision.world import excepted  # noqa: PLC0415

    found = {(x.gate, x.after, x.fact) for x in find_turns(excepted().facts(), on=ON)}
    assert ("deploy", "hold", "exception no-filter") in found


def test_an_incident_that_a_gate_hangs_on_is_named():
    from tests.decision.world import INCIDENT, reached  # noqa: PLC0415

    changed = reached()
    changed.incidents.append(INCIDENT)
    found = {(x.gate, x.after, x.fact) for x in find_turns(changed.facts(), on=ON)}
    assert ("deploy", "go", "incident leak") in found


@pytest.mark.parametrize(
    ("comparison", "said", "turned"), [("ge", 3, "2"), ("le", 3, "4"), ("ge", 2, "3")]
)
def test_a_declared_number_is_supposed_on_the_other_side_of_what_is_asked(comparison, said, turned):
    made = reached()
    made.safeguard("filter")["in_place_when"] = {comparison: {"declaration": "seats", "value": 3}}
    made.declarations[0] |= {"statement": "seats", "value": said}
    found = turns(made)
    outcome = ("hold", "go") if (comparison, said) == ("ge", 2) else ("go", "hold")
    assert found["deploy", "if", f"declaration seats says {turned}"] == outcome
