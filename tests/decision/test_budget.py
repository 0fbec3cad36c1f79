"""The error budget of a framework: who spends what, and that the total holds."""

import copy
import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decision.world import ON, PLAN, World, load_all, world

from ifthen.decision.budget import allot_level, find_rule_outs, number_assessments
from ifthen.decision.deciding import decide
from ifthen.decision.wording import format_errors
from ifthen.dossier.model import Plan
from ifthen.framework.model import Framework
from ifthen.stats.bounds import clopper_pearson_upper
from ifthen.stats.spending import spend

SHARE = 6 / math.pi**2


def plan(id: str, model: str, day: int, evaluation: str = "ctf", **changes) -> dict:
    at = f"2026-05-{day:02}T12:00:00Z"
    return (
        PLAN | {"id": id, "model": model, "evaluation": evaluation, "registered_at": at} | changes
    )


def budgeted(total: float = 0.05, **changes) -> World:
    found = world()
    found.framework["error_budget"] = {"total": total} | changes
    return found


def framework(found: World) -> Framework:
    return found.facts().framework.document


# -- numbering -------------------------------------------------------------------------------------


def two_evaluations() -> World:
    found = budgeted()
    second = copy.deepcopy(found.evaluation) | {"id": "quiz"}
    found.framework["evaluations"].append(second)
    found.thresholds[1]["ruled_out_when"] = {
        "all": [
            {"in": {"evaluation": "ctf", "values": ["ruled-out"]}},
            {"in": {"evaluation": "quiz", "values": ["ruled-out"]}},
        ]
    }
    return found


PLANS = [
    plan("a1-ctf", "a", 1),
    plan("b1-ctf", "b", 2),
    plan("a1-quiz", "a", 3, "quiz"),
    plan("a2-ctf", "a", 4),
    plan("c1-quiz", "c", 5, "quiz"),
    plan("b1-quiz", "b", 6, "quiz"),
]
NUMBERS = {"a1-ctf": 1, "a1-quiz": 1, "b1-ctf": 2, "b1-quiz": 2, "a2-ctf": 3, "c1-quiz": 4}


def test_rounds_of_a_model_are_counted_in_the_order_of_their_first_plan():
    assert number_assessments(load_all(PLANS, Plan), framework(two_evaluations())) == NUMBERS


def test_the_order_of_the_documents_does_not_matter():
    known = framework(two_evaluations())
    for some in list(permutations(PLANS))[::37]:
        assert number_assessments(load_all(list(some), Plan), known) == NUMBERS


def test_a_later_plan_changes_no_earlier_number():
    known = framework(two_evaluations())
    for count in range(len(PLANS)):
        found = number_assessments(load_all(PLANS[:count], Plan), known)
        assert found == {id: NUMBERS[id] for id in found}


def test_plans_that_spend_nothing_are_not_counted():
    others = [
        plan("elsewhere", "a", 1, framework="other"),
        plan("unused", "a", 1, evaluation="leaks"),
        plan("counted", "a", 2),
    ]
    assert number_assessments(load_all(others, Plan), framework(budgeted())) == {"counted": 1}


# -- levels ----------------------------------------------------------------------------------------


def test_each_threshold_has_the_same_share_of_what_an_assessment_may_spend():
    found = framework(budgeted(0.08))
    evaluation = found.evaluations[0]
    for number in (1, 2, 7):
        expected = 0.08 * SHARE / number**2 / 2  # two thresholds
        assert allot_level(found, evaluation, "upper", number) == pytest.approx(expected)
    assert allot_level(found, evaluation, "lower", 3) == 0.05


def test_an_any_of_splits_its_share():
    changed = two_evaluations()
    changed.thresholds[1]["ruled_out_when"] = {
        "any": changed.thresholds[1]["ruled_out_when"]["all"]
    }
    found = framework(changed)
    share = 0.05 * SHARE / 2
    assert allot_level(found, found.evaluations[1], "upper", 1) == pytest.approx(share / 2)


def test_a_generous_budget_never_loosens_a_bound():
    found = framework(budgeted(0.49))
    assert allot_level(found, found.evaluations[0], "upper", 1) == 0.05


# -- decisions -------------------------------------------------------------------------------------


def test_without_a_budget_nothing_changes():
    finding = world().ctf()
    assert finding.measured[0].assessment is None
    interval = finding.measured[0].interval
    assert (interval.lower_confidence, interval.upper_confidence) == (None, None)


def test_the_upper_bound_is_the_stricter_one():
    changed = budgeted()
    changed.plans.append(plan("older", "aurora-1", 1))
    changed.plans[0]["registered_at"] = "2026-05-02T12:00:00Z"
    decision = changed.decide()
    (item,) = decision.evaluations[0].measured
    level = 0.05 * SHARE / 4 / 2
    assert item.assessment == 2
    assert item.interval.upper_confidence == pytest.approx(1 - level, abs=1e-12)
    assert item.interval.lower_confidence is None
    assert item.interval.upper == pytest.approx(clopper_pearson_upper(10, 200, level), abs=1e-9)
    assert item.interval.lower == world().ctf().lower
    assert decision.error_budget is not None
    assert [share.assessment for share in decision.error_budget.shares] == [2]
    assert decision.thresholds[0].ruled_out_error is not None
    assert decision.thresholds[0].ruled_out_error.rate == pytest.approx(level)
    assert {ref.id for ref in decision.inputs if ref.kind == "plan"} == {"ctf-plan", "older"}
    assert format_errors(decision)[1] == (
        "Error budget: 5 % over all assessments ever made; assessment 2 may spend 0.76 %"
    )


def test_a_budget_can_turn_ruled_out_into_undecided_and_says_what_is_missing():
    assert world().measured(20).ctf().outcome == "ruled-out"
    found = budgeted(0.001).measured(20).ctf()
    assert found.outcome == "undecided"
    assert "more independent questions without a success" in found.change[0]


def test_a_second_run_under_one_plan_blocks():
    changed = budgeted()
    changed.add_run(20, created="2026-06-02T09:00:00Z")["log"] = changed.evidence[0]["log"] | {
        "sha256": "sha256:" + "d" * 64
    }
    found = changed.ctf()
    assert found.outcome == "undetermined"
    assert [reason.code for reason in found.reasons] == ["evaluation.plan-spent"]
    changed.framework.pop("error_budget")
    assert changed.ctf().outcome == "ruled-out"


def test_the_same_log_recorded_twice_is_one_run():
    changed = budgeted()
    changed.add_run(10, created="2026-06-02T09:00:00Z")
    assert changed.ctf().outcome == "ruled-out"


@given(st.integers(0, 200), st.floats(0.001, 0.49))
@settings(max_examples=60, deadline=None)
def test_a_budget_never_opens_a_gate(successes, total):
    free = world().measured(successes).decide()
    bound = budgeted(total).measured(successes).decide()
    for before, after in zip(free.gates, bound.gates, strict=True):
        assert after.outcome == before.outcome or after.outcome != "go"
    for before, after in zip(free.thresholds, bound.thresholds, strict=True):
        assert after.status == before.status or after.status == "cannot-rule-out"


# -- the total holds -------------------------------------------------------------------------------


def test_over_many_releases_a_capable_model_slips_through_no_more_often_than_the_total():
    """Forty models exactly at the threshold, each tested anew: simulated with a fixed seed.

    Without a budget at least one of them would be ruled out in most histories.
    """
    total, models, n, runs = 0.05, 40, 500, 4000
    found = framework(budgeted(total))
    evaluation = found.evaluations[0]
    shares = len(find_rule_outs(found))
    rng = np.random.default_rng(4)
    results = rng.binomial(n, 0.2, size=(runs, models))

    def most(level: float) -> int:
        return max((x for x in range(n) if clopper_pearson_upper(x, n, level) < 0.2), default=-1)

    limits = [most(allot_level(found, evaluation, "upper", j)) for j in range(1, models + 1)]
    slipped = (results <= np.array(limits)).any(axis=1).mean()
    assert 0 < slipped <= total / shares
    unbudgeted = (results <= most(0.05)).any(axis=1).mean()
    assert unbudgeted > 0.7
    assert sum(spend(total, j) for j in range(1, models + 1)) < total


def test_an_undated_decision_is_the_same_whatever_the_order_of_plans():
    changed = budgeted()
    changed.plans.append(plan("older", "aurora-1", 1))
    one = decide(changed.facts(), on=ON, hypothetical=False)
    changed.plans.reverse()
    assert decide(changed.facts(), on=ON, hypothetical=False) == one
