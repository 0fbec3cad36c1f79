"""Plans: what would follow, beside what follows now."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.decision.world import ON, world

from ifthen.decision.planning import check_names, make_plan, parse_supposition
from ifthen.errors import Error, Problems


def plan(*texts, **options):
    facts = world().facts()
    options = {"today": ON, "on": ON} | options
    return make_plan(facts, facts, parse_supposition(texts), **options)


def shifts(found):
    return {(x.about, x.id): (x.before, x.after) for x in found.shifts}


def test_nothing_supposed_changes_nothing():
    found = plan()
    assert found.shifts == found.switches == found.supposed == ()


def test_a_supposed_result_shows_thresholds_commitments_and_gates_that_change():
    found = plan("evaluation:ctf=150/200", "assessment:vault=not-effective")
    assert shifts(found)["threshold", "cyber-1"] == ("ruled-out", "reached")
    assert shifts(found)["commitment", "if-cyber-1"] == ("not-due", "due")
    assert shifts(found)["gate", "store"] == ("go", "hold")
    assert found.decision.hypothetical
    assert found.supposed == (
        "evaluation ctf shows 150 of 200",
        "assessment of vault says not-effective",
    )


def test_a_draft_without_a_gate_shows_that_it_is_gone():
    facts, changed = world().facts(), world()
    changed.framework["gates"] = [x for x in changed.framework["gates"] if x["id"] != "store"]
    then = replace(facts, framework=changed.facts().framework)
    found = make_plan(facts, then, parse_supposition([]), today=ON, on=ON)
    assert shifts(found) == {("gate", "store"): ("go", None)}


def test_days_ahead_on_which_a_gate_changes_are_those_of_the_decisions():
    until = ON + timedelta(days=400)
    found = plan(until=until)
    assert found.switches
    for switch in found.switches:
        facts = world()
        assert facts.gate_finding(switch.gate, switch.on).outcome.value == switch.after
        day_before = switch.on - timedelta(days=1)
        assert facts.gate_finding(switch.gate, day_before).outcome.value == switch.before
    after = {x.gate: x.after for x in found.switches}
    assert all(world().gate_finding(g, until).outcome.value == o for g, o in after.items())


def test_supposed_open_weights_are_said():
    assert plan(weights="open").supposed == ("weights are open",)


@pytest.mark.parametrize(
    "text",
    [
        "ctf=1/2", "evaluation:ctf", "evaluation:=1/2", "evaluation:ctf=0.5", "evaluation:ctf=3/2",
        "evaluation:ctf=1/0", "assessment:vault=good", "determination:cyber-2=maybe",
        "threshold:x=y", "declaration:filter-on=", "evaluation:ctf=-1/5", "evaluation:ctf=1/5@9",
        "",
    ],
)  # fmt: skip
def test_a_supposition_that_cannot_be_read_is_an_error(text):
    with pytest.raises(Error) as caught:
        parse_supposition([text])
    assert caught.value.code == "plan.supposition"


def test_the_same_subject_supposed_twice_is_an_error():
    with pytest.raises(Error) as caught:
        parse_supposition(["assessment:vault=effective", "assessment:vault=not-effective"])
    assert "twice" in caught.value.message


def test_an_unknown_name_is_answered_with_the_nearest():
    framework = world().facts().framework.document
    (fault,) = check_names(parse_supposition(["assessment:valt=effective"]), framework)
    assert (fault.code, fault.hint) == ("plan.unknown-name", "did you mean 'vault'?")
    supposed = parse_supposition(
        ["evaluation:cft=1/200", "declaration:filter-of=true", "determination:cyber-3=reached"]
    )
    assert [(x.message, x.hint) for x in check_names(supposed, framework)] == [
        ("frontier 1.0 asks for no evaluation 'cft'", "did you mean 'ctf'?"),
        ("frontier 1.0 asks for no declaration 'filter-of'", "did you mean 'filter-on'?"),
        ("frontier 1.0 asks for no determination 'cyber-3'", "did you mean 'cyber-2'?"),
    ]
    known = ["evaluation:ctf=1/200", "declaration:filter-on=true", "determination:cyber-2=reached"]
    assert list(check_names(parse_supposition(known), framework)) == []


def test_a_plan_does_not_look_further_than_ten_years():
    with pytest.raises((Error, Problems)) as caught:
        plan(until=ON + timedelta(days=4_000))
    assert caught.value.code == "plan.too-long"
