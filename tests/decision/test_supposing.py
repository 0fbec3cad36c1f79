"""Supposed facts take the place of the real ones about the same subject, and never hide that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.decision.test_budget import budgeted, plan
from tests.decision.world import ON, world

from ifthen.decision.bounds import COMPUTED
from ifthen.decision.deciding import decide
from ifthen.decision.model import Outcome, Reason
from ifthen.decision.supposed import Supposition
from ifthen.decision.supposed_result import estimate_supposed, measure_supposed
from ifthen.decision.supposing import suppose, suppose_model
from ifthen.stats.bounds import clopper_pearson_upper
from ifthen.stats.estimate import Undefined


def supposition(**lists):
    return Supposition.model_validate(lists, strict=False)


def decide_with(**lists):
    facts = suppose(world().facts(), supposition(**lists), ON)
    return decide(facts, on=ON, hypothetical=False)


def threshold(decision, id):
    return next(x for x in decision.thresholds if x.threshold == id)


def test_a_supposed_result_takes_the_place_of_the_evidence():
    decision = decide_with(measurements=[{"evaluation": "ctf", "passed": 180, "questions": 200}])
    assert threshold(decision, "cyber-1").status == "reached"
    (finding,) = decision.evaluations
    (measured,) = finding.measured
    assert (measured.evidence.kind, measured.log_sha256, measured.plan) == (
        "supposition",
        None,
        None,
    )
    assert "supposition" in {x.kind for x in decision.inputs}


def test_the_bounds_are_those_of_a_real_result():
    real = world().decide().evaluations[0].measured[0].interval
    questions = real.questions
    decision = decide_with(
        measurements=[
            {"evaluation": "ctf", "passed": real.point_low * questions, "questions": questions}
        ]
    )
    supposed = decision.evaluations[0].measured[0].interval
    assert (supposed.lower, supposed.upper) == (real.lower, real.upper)


def test_a_decision_that_supposes_anything_is_hypothetical_and_says_what():
    decision = decide_with(assessments=[{"safeguard": "vault", "result": "not-effective"}])
    assert decision.hypothetical
    assert decision.supposed == ("assessment of vault says not-effective",)
    assert not world().decide().supposed


def test_a_supposed_statement_does_not_conflict_with_the_real_one():
    reached = [{"threshold": "cyber-2", "conclusion": "reached"}]
    decision = decide_with(
        determinations=reached,
        assessments=[{"safeguard": "vault", "result": "not-effective"}],
    )
    gate = next(x for x in decision.gates if x.gate == "store")
    assert gate.outcome is Outcome.HOLD
    assert not [r for r in gate.reasons if "conflicting" in r.code]


def test_too_few_supposed_questions_decide_nothing():
    decision = decide_with(measurements=[{"evaluation": "ctf", "passed": 0, "questions": 99}])
    (finding,) = decision.evaluations
    assert finding.outcome == "undetermined"
    assert [x.reason.code for x in finding.set_aside] == ["evaluation.too-few-questions"]


def test_an_evaluation_with_clusters_asks_how_many():
    changed = world()
    clustered = (
        changed.facts()
        .framework.document.evaluation("ctf")
        .model_copy(update={"cluster_by": "family"})
    )
    (one,) = supposition(
        measurements=[{"evaluation": "ctf", "passed": 3, "questions": 200}]
    ).measurements
    assert isinstance(estimate_supposed(clustered, one, 0.05, COMPUTED), Undefined)
    none = measure_supposed(clustered, one, changed.facts(), COMPUTED)
    assert none == Reason(
        code="evaluation.no-bound",
        text="no bound can be given: ctf has clusters; suppose how many",
    )
    many = one.model_copy(update={"clusters": 40})
    measured, _ = measure_supposed(clustered, many, changed.facts(), COMPUTED)
    assert (measured.interval.clusters, measured.interval.effective_clusters) == (40, 40)
    estimate = estimate_supposed(clustered, many, 0.05, COMPUTED)
    assert (estimate.method, estimate.clusters) == ("korn-graubard", 40)
    assert estimate.point_low == pytest.approx(3 / 200)


@pytest.mark.parametrize(
    "lists",
    [
        {"measurements": [{"evaluation": "a", "passed": 3, "questions": 2}]},
        {"measurements": [{"evaluation": "a", "passed": 1, "questions": 2, "clusters": 3}]},
        {"measurements": [{"evaluation": "a", "passed": 1, "questions": 2}] * 2},
        {"assessments": [{"safeguard": "a", "result": "effective"}] * 2},
    ],
)
def test_an_impossible_or_doubled_supposition_is_refused(lists):
    with pytest.raises(ValidationError):
        supposition(**lists)


@given(st.integers(0, 200), st.integers(0, 200))
def test_more_passes_never_open_a_gate(a, b):
    few, many = sorted((a, b))
    ranks = {Outcome.GO: 0, Outcome.UNDETERMINED: 1, Outcome.HOLD: 2}
    gates = [
        [
            ranks[x.outcome]
            for x in decide_with(
                measurements=[{"evaluation": "ctf", "passed": passed, "questions": 200}],
                assessments=[{"safeguard": "vault", "result": "not-effective"}],
            ).gates
        ]
        for passed in (few, many)
    ]
    assert all(x <= y for x, y in zip(*gates, strict=True))


def test_a_changed_model_has_an_identity_of_its_own():
    model = world().facts().model
    opened = suppose_model(model, weights="open")
    assert opened.document.weights == "open"
    assert opened.digest != model.digest


# -- an error budget -------------------------------------------------------------------------------


def suppose_ten_of_two_hundred(found):
    supposed = supposition(measurements=[{"evaluation": "ctf", "passed": 10, "questions": 200}])
    (finding,) = decide(suppose(found.facts(), supposed, ON), on=ON, hypothetical=False).evaluations
    return finding.measured[0]


def test_a_supposed_result_spends_the_share_of_the_plan_that_waits_for_it():
    found = budgeted()
    real = found.decide().evaluations[0].measured[0]
    found.evidence = []
    supposed = suppose_ten_of_two_hundred(found)
    assert (supposed.assessment, supposed.interval.upper_confidence) == (
        real.assessment,
        real.interval.upper_confidence,
    )
    alpha = 1 - supposed.interval.upper_confidence
    assert alpha < 0.05
    assert supposed.interval.upper == pytest.approx(clopper_pearson_upper(10, 200, alpha), abs=1e-9)


def test_a_supposed_result_after_the_last_plan_spends_the_share_of_the_next_round():
    found = budgeted()
    supposed = suppose_ten_of_two_hundred(found)
    assert supposed.assessment == 2
    first = found.decide().evaluations[0].measured[0].interval.upper_confidence
    assert supposed.interval.upper_confidence > first


def test_plans_of_another_model_come_before_a_supposed_result():
    found = budgeted()
    found.evidence = []
    found.plans = [plan("other", "other", 1)]
    assert suppose_ten_of_two_hundred(found).assessment == 2


def test_a_supposed_result_that_can_rule_nothing_out_spends_nothing():
    found = budgeted()
    found.linted = False  # lint says so too: there is nothing to spend the budget on
    for each in found.thresholds:
        each["ruled_out_when"] = {"in": {"determination": each["id"], "values": ["ruled-out"]}}
    measured = suppose_ten_of_two_hundred(found)
    assert (measured.assessment, measured.interval.upper_confidence) == (None, None)
