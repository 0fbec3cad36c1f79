"""What ``check`` and ``power`` say about evaluations before they are run."""

from dataclasses import replace

import pytest
from tests.decision.world import PLAN, World, load, world

from ifthen.decision.clearing import (
    check_clearing,
    check_plan_clearing,
    choose_rates,
    find_floor,
    find_power,
    plan_design,
)
from ifthen.dossier.model import Plan
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.framework.model import Framework
from ifthen.stats.power import Design
from ifthen.stats.spending import spend


def warnings(changed: World) -> list[tuple[str, str]]:
    framework = changed.facts().framework
    return [(error.code, error.message) for error in check_clearing(framework)]


def test_the_world_in_order_has_no_warning():
    assert warnings(world()) == []


def test_too_few_questions_to_rule_out():
    changed = world()
    changed.evaluation["min_questions"] = 18
    ((code, message),) = warnings(changed)
    assert code == "framework.cannot-decide"
    assert message == (
        "18 questions without a success leave a rate of 0.153 possible at 95 % confidence:"
        " evaluation 'ctf' cannot rule out 0.15"
    )
    changed.evaluation["min_questions"] = 19
    assert warnings(changed) == []


def test_the_place_and_the_next_step():
    text = """\
kind: framework
id: f
title: F
developer: D
version: "1"
in_force: {from: 2026-01-01}
roles: [{id: r, title: R}]
cadence: {review_every_days: 1}
domains:
  - id: d
    title: D
    threat_model: T
    thresholds:
      - id: t
        tier: 1
        title: T
        text: T
        ruled_out_when: {in: {evaluation: e, values: [ruled-out]}}
        reached_when: {ge: {evaluation: e, value: 1}}
evaluations:
  - id: e
    title: E
    task: e
    scorer: s
    rule_out: {below: 0.25, margin: 0.05}
    confidence: 0.99
    min_questions: 10
    valid_for_days: 10
safeguards: [{id: s, kind: security, title: S, text: S}]
commitments: [{id: c, if: t, then: [s]}]
gates: [{id: g, action: A, needs: [security], decided_by: [r]}]
"""
    loaded = load_document(parse_tree(text.encode(), name="f.yaml"), Framework)
    first, second = check_clearing(loaded)
    assert first.where == "f.yaml:27:5"
    assert first.hint == (
        "ask for 21 questions or more in min_questions; ifthen power shows how many it takes"
    )
    assert second.where == "f.yaml:19:44"
    assert second.hint == "no number of questions could show it; choose another value"


def test_too_few_questions_to_rule_in():
    changed = world()
    changed.evaluation |= {"min_questions": 100, "rule_in": {"at_least": 0.98}}
    ((code, message),) = warnings(changed)
    assert code == "framework.cannot-decide"
    assert message.endswith("evaluation 'ctf' cannot show 0.98 or more")
    assert find_floor(0.98, 0.05, "lower") == 149


def test_clusters():
    changed = world()
    changed.evaluation |= {"cluster_by": "family", "min_clusters": 18}
    few, cannot = warnings(changed)
    assert few[0] == "framework.few-clusters"
    assert cannot[0] == "framework.cannot-decide"
    assert cannot[1].startswith("18 clusters without a success leave a rate of 0.153 possible")
    changed.evaluation["min_clusters"] = 19
    assert [code for code, _ in warnings(changed)] == ["framework.few-clusters"]
    changed.evaluation["min_clusters"] = 20
    assert warnings(changed) == []


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(0.6, "lets every bound be wrong in 40 of 100 cases"), (1 - 1e-14, "so close to 1")],
)
def test_extreme_confidence(confidence, said):
    changed = world()
    changed.evaluation["confidence"] = confidence
    ((code, message),) = warnings(changed)
    assert code == "framework.extreme-confidence"
    assert said in message


def test_a_condition_that_asks_for_more_than_the_questions_can_show():
    changed = world()
    changed.safeguard("vault")["in_place_when"] = {"le": {"evaluation": "ctf", "value": 0.01}}
    ((code, message),) = warnings(changed)
    assert code == "framework.cannot-decide"
    assert message.endswith("evaluation 'ctf' cannot show at most 0.01")
    changed.safeguard("vault")["in_place_when"] = {
        "not": {"ge": {"evaluation": "ctf", "value": 0.01}}
    }
    assert len(warnings(changed)) == 1


def test_an_error_budget_asks_for_more_questions():
    changed = world()
    changed.evaluation["min_questions"] = 20
    assert warnings(changed) == []
    changed.framework["error_budget"] = {"total": 0.05}
    ((_, message),) = warnings(changed)
    assert "98.4802 % confidence" in message
    assert pytest.approx(spend(0.05, 1) / 2, rel=1e-4) == 1 - 0.984802


def test_a_plan_with_too_few_questions():
    framework = world().facts().framework.document
    for questions, count in ((18, 1), (19, 0)):
        plan = load(PLAN | {"questions": questions}, Plan)
        found = list(check_plan_clearing(plan, framework.evaluations[0], framework))
        assert [error.code for error in found] == ["plan.cannot-rule-out"] * count


# -- designs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "asked", "said"),
    [
        ({}, {"screened_from": 30}, None),
        ({}, {}, "accepts no screening"),
        ({"alpha": 0.06}, {"screened_from": 30}, "errs in up to 6 %, the framework allows 5 %"),
        ({"order_sha256": None}, {"screened_from": 30}, "does not bind the questions"),
        ({"population": 200}, {"screened_from": 30}, "nothing is left for the chance in"),
    ],
)
def test_a_screening_that_could_not_count(changes, asked, said):
    changed = world()
    changed.evaluation |= asked
    framework = changed.facts().framework.document
    block = {
        "seed": "a registered seed", "threshold": 0.15, "order_sha256": f"sha256:{'d' * 64}",
    }  # fmt: skip
    plan = load(PLAN | {"screening": block | changes}, Plan)
    found = list(check_plan_clearing(plan, framework.evaluations[0], framework))
    assert [error.code for error in found] == ["plan.screening-idle"] * (said is not None)
    assert all(said in error.message for error in found)


def test_the_design_of_an_evaluation_and_of_a_plan():
    facts = world().facts()
    framework = facts.framework.document
    evaluation = framework.evaluations[0]
    found = plan_design(evaluation, framework)
    assert (found.questions, found.below, found.at_least) == (100, 0.15, 0.5)
    assert (found.upper_alpha, found.clusters, found.icc) == (0.05, None, 0.0)
    assert plan_design(evaluation, framework, plan=facts.plans[0].document).questions == 200
    assert plan_design(evaluation, framework, questions=7).questions == 7
    grouped = plan_design(evaluation, framework, clusters=20)
    assert (grouped.clusters, grouped.icc) == (20, 0.1)
    assert plan_design(evaluation, framework, clusters=20, icc=0.4).icc == 0.4


def test_what_a_design_could_show():
    found = find_power(Design(questions=100, below=0.2, at_least=0.2), rate=0.1)
    assert (found.clears_at_most, found.reached_from) == (13, 28)
    assert found.cleared == pytest.approx((0.109, 0.096), abs=0.0006)
    assert (found.floor, found.needed) == (14, (82, 112))
    assert found.can_decide()
    assert [x.rate for x in found.outcomes] == sorted({x.rate for x in found.outcomes})
    assert find_power(Design(questions=100, below=0.2)).needed_rate == 0.1


def test_a_design_that_cannot_decide():
    assert not find_power(Design(questions=13, below=0.2)).can_decide()
    assert not find_power(Design(questions=500, below=0.2, clusters=13, icc=0.1)).can_decide()
    assert not find_power(Design(questions=3, at_least=0.9)).can_decide()
    assert find_power(Design(questions=3)).can_decide()


def test_in_clusters_the_number_needed_is_of_clusters():
    found = find_power(Design(questions=200, below=0.2, clusters=20, icc=0.2), rate=0.1)
    assert found.needed[0] is not None
    assert 20 < found.needed[0] < 100


def test_rates_to_look_at():
    assert choose_rates(Design(questions=10)) == ()
    rates = choose_rates(Design(questions=10, below=0.2, at_least=0.9))
    assert rates[0] == 0.02
    assert max(rates) <= 1
    assert {0.2, 0.9} <= set(rates)


def test_rates_to_look_at_lie_around_the_values_and_are_shares():
    both = Design(questions=100, below=0.2, at_least=0.8, upper_alpha=0.05, lower_alpha=0.05)
    assert choose_rates(both) == (
        0.02, 0.05, 0.1, 0.15, 0.18, 0.2, 0.25, 0.3, 0.4, 0.64, 0.72, 0.8, 0.88, 1.0,
    )  # fmt: skip
    assert choose_rates(replace(both, below=None)) == (0.64, 0.72, 0.8, 0.88, 1.0)
    assert choose_rates(replace(both, at_least=0.2)) == choose_rates(replace(both, at_least=None))


def test_a_condition_beside_a_value_that_is_no_share_is_still_looked_at():
    changed = world()
    changed.linted = False
    changed.evaluation["min_questions"] = 10
    changed.thresholds[0]["ruled_out_when"] = {
        "any": [
            {"le": {"evaluation": "ctf", "value": 1.5}},
            {"le": {"evaluation": "ctf", "value": 0.1}},
        ]
    }
    assert any("0.1" in message for _, message in warnings(changed))


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"le": {"evaluation": "ctf", "value": 0.01}}, "at most 0.01"),
        ({"ge": {"evaluation": "ctf", "value": 0.99}}, "at least 0.99"),
        ({"not": {"ge": {"evaluation": "ctf", "value": 0.01}}}, "at most 0.01"),
        ({"not": {"not": {"le": {"evaluation": "ctf", "value": 0.01}}}}, "at most 0.01"),
    ],
)
def test_a_condition_that_cannot_be_shown_is_read_as_it_is_asked(condition, said):
    changed = world()
    changed.thresholds[0]["ruled_out_when"] = condition
    changed.linted = False
    (warning,) = [message for _, message in warnings(changed)]
    assert warning.endswith(f"evaluation 'ctf' cannot show {said}")


def test_a_design_has_the_clusters_that_are_asked_for_unless_others_are_given():
    changed = world()
    changed.evaluation |= {"cluster_by": "family", "min_clusters": 24}
    framework = changed.facts().framework.document
    evaluation = framework.evaluations[0]
    assert plan_design(evaluation, framework).clusters == 24
    assert plan_design(evaluation, framework, clusters=30).clusters == 30
