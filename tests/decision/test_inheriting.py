"""What a model inherits from those that it was made from, and what it does not."""

import copy
from dataclasses import replace

import pytest
from tests.decision.world import LEDGER, MODEL, ON, World, derived, measured_like, reached, world

from ifthen.decision.deciding import decide
from ifthen.errors import Error

INHERITANCE = {
    "relations": ["fine-tune", "quantisation"],
    "below_share": 0.3333,
    "text": "A modification by less than a third of the compute needs no evaluation.",
}


def allowing(base: World) -> World:
    base.framework["inheritance"] = copy.deepcopy(INHERITANCE)
    return base


def codes(finding):
    return [reason.code for reason in finding.reasons]


# -- what was reached ------------------------------------------------------------------------------


@pytest.mark.parametrize("relation", ["fine-tune", "quantisation", "scaffolding-change"])
def test_what_the_base_reached_is_reached(relation):
    finding = derived(reached(), relation).threshold()
    assert finding.status == finding.treated_as == "reached"
    (inherited,) = finding.inherited
    assert (inherited.model, inherited.relation, inherited.status) == (
        "aurora-2", relation, "reached",
    )  # fmt: skip
    assert codes(finding) == ["lineage.reached"]


@pytest.mark.parametrize("relation", ["merge", "distillation"])
@pytest.mark.parametrize("treat", ["reached", "undetermined"])
def test_what_a_parent_of_other_weights_reached_cannot_be_ruled_out(relation, treat):
    base = reached()
    base.framework["treat_undetermined_as"] = treat
    finding = derived(base, relation).threshold()
    assert (finding.status, finding.treated_as) == ("cannot-rule-out", treat)
    assert "lineage.may-be-reached" in codes(finding)
    assert [(x.relation, x.status) for x in finding.inherited] == [(relation, "may-be-reached")]


def test_based_on_inherits_as_a_fine_tune():
    changed = derived(reached())
    del changed.model["lineage"]
    changed.model["based_on"] = "aurora-2"
    assert changed.threshold().status == "reached"


def test_a_derivative_that_is_measured_and_ruled_out_is_ruled_out():
    changed = measured_like(derived(reached()), world())
    finding = changed.threshold()
    assert finding.status == "ruled-out"
    assert finding.inherited == ()


@pytest.mark.parametrize("fault", ["unmeasured", "other weights"])
def test_a_derivative_that_is_only_said_to_be_ruled_out_is_not(fault):
    """The framework lets a judge rule out; the derivative of a model that reached is measured."""
    base = reached()
    base.framework["domains"][0]["thresholds"][0]["ruled_out_when"] = {
        "any": [
            {"in": {"evaluation": "ctf", "values": ["ruled-out"]}},
            {"in": {"determination": "cyber-1", "values": ["ruled-out"]}},
        ]
    }
    changed = measured_like(derived(base), world())
    assert changed.threshold().status == "ruled-out"
    if fault == "unmeasured":
        changed.evidence.clear()
    else:
        changed.model["weights_sha256"] = "sha256:" + "d" * 64
    finding = changed.threshold()
    assert finding.status == "cannot-rule-out"
    assert codes(finding)[0] == "lineage.not-measured"


def test_where_the_framework_asks_for_a_judge_alone_the_judge_decides():
    base = world()
    base.framework["domains"][0]["thresholds"][0] |= {
        "ruled_out_when": {"in": {"determination": "cyber-1", "values": ["ruled-out"]}},
        "reached_when": {"in": {"determination": "cyber-1", "values": ["reached"]}},
    }
    changed = measured_like(derived(base), base)
    base.determinations[0]["conclusion"] = "reached"
    assert changed.threshold().status == "ruled-out"
    changed.determinations.clear()
    assert changed.threshold().status == "reached"


def test_it_goes_through_several_generations():
    youngest = derived(derived(reached()), "quantisation", id="aurora-4")
    finding = youngest.threshold()
    assert finding.status == "reached"
    assert finding.inherited[0].model == "aurora-3"


def test_what_may_be_reached_goes_on_as_what_may_be_reached():
    youngest = derived(derived(reached(), "distillation"), id="aurora-4")
    assert "lineage.may-be-reached" in codes(youngest.threshold())


def test_a_base_whose_word_has_gone_bad_may_have_reached_it():
    """A base that reached, and whose statement then expired, does not make its derivative free."""
    base = reached()
    base.framework["domains"][0]["thresholds"][0]["ruled_out_when"] = {
        "any": [
            {"in": {"evaluation": "ctf", "values": ["ruled-out"]}},
            {"in": {"determination": "cyber-1", "values": ["ruled-out"]}},
        ]
    }
    changed = measured_like(derived(base), world())
    changed.evidence.clear()
    base.determinations.append(
        world().determinations[0] | {"conclusion": "reached", "expires": "2026-06-20"}
    )
    base.evidence.clear()
    base.evidence.append(world().evidence[0])
    assert changed.threshold().status == "cannot-rule-out"


def test_a_parent_that_has_no_document_may_have_reached_everything():
    changed = derived(world())
    changed.parents.clear()
    finding = changed.threshold()
    assert finding.status == "cannot-rule-out"
    assert "nothing is known of aurora-2" in finding.reasons[-1].text


def test_the_incident_of_a_base_leaves_its_derivative_open():
    from tests.decision.world import INCIDENT  # noqa: PLC0415

    base = allowing(world())
    changed = derived(base)
    assert changed.threshold().status == "ruled-out"
    base.incidents.append(INCIDENT | {"concerns": [{"threshold": "cyber-1"}]})
    assert changed.threshold().status == "cannot-rule-out"


# -- what was ruled out ----------------------------------------------------------------------------


def test_what_was_ruled_out_for_the_base_is_not_inherited():
    finding = derived(world()).threshold()
    assert finding.status == "cannot-rule-out"
    assert codes(finding) == ["evaluation.missing"]


def test_a_small_modification_inherits_what_was_ruled_out_where_the_framework_says_so():
    finding = derived(allowing(world())).threshold()
    assert finding.status == "ruled-out"
    assert finding.treated_as == "below"
    (inherited,) = finding.inherited
    assert (inherited.model, inherited.status) == ("aurora-2", "ruled-out")
    assert "less than 0.3333 of its compute" in inherited.text


def change_flop(changed, flop, sd=0.1):
    changed.model["compute"]["entries"][0]["declared"] = {"flop": flop, "sd": sd}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("too large", "lineage.share"),
        ("in doubt", "lineage.share"),
        ("no ledger", "lineage.share"),
        ("incomplete", "lineage.share"),
        ("no ledger of the base", "lineage.share"),
        ("other relation", "lineage.evaluation-needed"),
    ],
)
def test_a_modification_that_is_not_shown_to_be_small_inherits_nothing(fault, code):
    base = allowing(world())
    changed = derived(base, "distillation" if fault == "other relation" else "fine-tune")
    if fault == "too large":
        change_flop(changed, 5e24)
    elif fault == "in doubt":
        change_flop(changed, 3e24, sd=0.7)
    elif fault == "no ledger":
        del changed.model["compute"]
    elif fault == "incomplete":
        changed.model["compute"]["complete"] = False
    elif fault == "no ledger of the base":
        del base.model["compute"]
    finding = changed.threshold()
    assert finding.status == "cannot-rule-out"
    assert code in codes(finding)


def test_small_modifications_add_up():
    """Each is under a third, all of them together are not."""
    base = allowing(world())
    middle = derived(base)
    youngest = derived(middle, id="aurora-4")
    for each in (middle, youngest):
        change_flop(each, 2.5e24)
    assert middle.threshold().status == "ruled-out"
    finding = youngest.threshold()
    assert finding.status == "cannot-rule-out"
    assert "lineage.share" in codes(finding)
    change_flop(youngest, 1e23)
    finding = youngest.threshold()
    assert finding.status == "ruled-out"
    assert finding.inherited[0].model == "aurora-2"


@pytest.mark.parametrize("said", ["undecided", "stale", "expired word", "lost log"])
def test_whatever_is_said_of_the_model_itself_comes_first(said):
    base = allowing(world())
    changed = measured_like(derived(base), world())
    changed.determinations.clear()
    if said == "undecided":
        changed.measured(40)
    elif said == "stale":
        changed.evidence[0]["run"]["created"] = "2026-05-02T13:00:00Z"
        changed.evaluation["valid_for_days"] = 35  # the base's run is younger
    elif said == "expired word":
        changed.evidence.clear()
        changed.determinations.append(
            world().determinations[0] | {"model": "aurora-3", "expires": "2026-06-20"}
        )
    else:
        from ifthen.decision.model import Reason  # noqa: PLC0415

        id = changed.evidence[0]["id"]
        changed.faults[id] = Reason(code="evaluation.log-missing", text="gone")
    assert base.threshold().status == "ruled-out"
    assert changed.threshold().status == "cannot-rule-out"


def test_a_part_that_is_said_of_the_model_itself_leaves_the_rest_to_be_measured():
    base = allowing(world())
    base.thresholds[0]["ruled_out_when"] = {
        "all": [
            {"in": {"declaration": "filter-on", "values": [True]}},
            {"in": {"evaluation": "ctf", "values": ["ruled-out"]}},
        ]
    }
    changed = derived(base)
    assert changed.threshold().status == "ruled-out"
    changed.declarations.append(base.declarations[0] | {"id": "own", "model": "aurora-3"})
    assert changed.threshold().status == "cannot-rule-out"


def test_a_stale_ruling_out_is_not_inherited():
    from tests.decision.world import STALE_ON  # noqa: PLC0415

    changed = derived(allowing(world()))
    assert changed.threshold(on=STALE_ON).status == "cannot-rule-out"


def test_a_merge_inherits_a_ruling_out_only_where_it_is_one_of_the_relations():
    base = allowing(world())
    changed = derived(base, "merge")
    assert changed.threshold().status == "cannot-rule-out"
    base.framework["inheritance"]["relations"] = ["merge"]
    assert changed.threshold().status == "cannot-rule-out"  # nothing rules it out for the other
    other = changed.parents[1]
    other.model["compute"] = copy.deepcopy(LEDGER)
    measured_like(other, base)
    finding = changed.threshold()
    assert finding.status == "ruled-out"
    assert [x.model for x in finding.inherited] == ["aurora-2", "other"]


def test_a_higher_tier_that_is_inherited_keeps_a_lower_one_from_being_ruled_out():
    base = world()
    base.determinations.append(
        base.determinations[0] | {"id": "two", "threshold": "cyber-2", "conclusion": "reached"}
    )
    changed = measured_like(derived(base), world())
    changed.framework["domains"][0]["thresholds"][1]["ruled_out_when"] = {
        "in": {"determination": "cyber-2", "values": ["ruled-out"]}
    }
    decision = changed.decide()
    assert [x.status for x in decision.thresholds] == ["cannot-rule-out", "reached"]
    assert codes(decision.thresholds[0]) == ["threshold.tier-conflict"]


# -- the rest --------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [world, reached])
def test_open_and_closed_weights_are_treated_by_what_was_measured(make):
    """The same measurements give the same thresholds, commitments and safeguards."""
    found = []
    for weights in ("closed", "open"):
        changed = make()
        changed.model["weights"] = weights
        decision = changed.decide()
        found.append((decision.thresholds, decision.obligations, decision.safeguards))
    assert found[0] == found[1]


def test_safeguards_of_the_base_are_not_those_of_the_derivative():
    assert reached().gates() == {"store": "go", "deploy": "go"}
    assert derived(reached()).gates() == {"store": "undetermined", "deploy": "undetermined"}


def test_every_document_of_the_lineage_is_an_input():
    base = reached()
    names = {(x.kind, x.id) for x in derived(base).decide().inputs}
    assert {("model", "aurora-2"), ("model", "aurora-3"), ("evidence", "ctf-run")} <= names


def test_a_model_cannot_be_made_from_itself():
    facts = world().facts()
    circle = replace(derived(world()).facts(), parents=(replace(facts, parents=()),))
    again = replace(circle, parents=(replace(facts, parents=(circle,)),))
    with pytest.raises(Error) as caught:
        decide(again, on=ON, hypothetical=False)
    assert caught.value.code == "lineage.circular"
    assert f"model-{MODEL['id']}.yaml" in f"{caught.value.where} {caught.value.hint}"


def test_a_parent_is_decided_about_by_the_same_framework():
    """Also where another framework is supposed for the model, as readings and drafts are."""
    base = reached()
    facts = derived(base).facts()
    assert decide(facts, on=ON, hypothetical=False).thresholds[0].status == "reached"
    base.evaluation["rule_in"]["at_least"] = 0.9
    other = derived(base).facts().framework
    changed = decide(replace(facts, framework=other), on=ON, hypothetical=True)
    assert changed.thresholds[0].status == "cannot-rule-out"


def test_a_parent_that_needed_an_evaluation_has_not_thereby_reached_anything():
    base = allowing(world())
    middle = derived(base)
    change_flop(middle, 5e24)
    youngest = derived(middle, id="aurora-4")
    change_flop(youngest, 1e22)
    assert "lineage.share" in codes(middle.threshold())
    finding = youngest.threshold()
    assert finding.status == "cannot-rule-out"
    assert not [code for code in codes(finding) if code == "lineage.may-be-reached"]


@pytest.mark.parametrize(
    ("days", "status"),
    [
        ({"effective_until": "2026-07-01"}, "cannot-rule-out"),
        ({"effective_from": "2026-07-02"}, "cannot-rule-out"),
        ({"effective_from": "2026-07-01"}, "ruled-out"),
    ],
)
def test_a_clause_that_does_not_apply_on_the_day_lets_nothing_be_inherited(days, status):
    base = allowing(world())
    base.framework["inheritance"] |= days
    assert derived(base).threshold().status == status


def test_a_ruling_out_that_came_from_several_models_is_not_taken_over_again():
    base = allowing(world())
    base.framework["inheritance"]["relations"] = ["merge", "fine-tune"]
    base.framework["inheritance"]["below_share"] = 0.9
    merged = derived(base, "merge")
    measured_like(merged.parents[1], base)
    merged.parents[1].model["compute"] = copy.deepcopy(LEDGER)
    merged.model["compute"]["entries"][0]["declared"]["flop"] = 1e20
    assert merged.threshold().status == "ruled-out"
    again = derived(merged, id="aurora-4")
    again.model["compute"]["entries"][0]["declared"]["flop"] = 1e20
    finding = again.threshold()
    assert (finding.status, finding.inherited) == ("cannot-rule-out", ())
    assert [x.text for x in finding.reasons if x.code == "lineage.evaluation-needed"] == [
        "aurora-3 took its own ruling-out over from several models"
    ]
