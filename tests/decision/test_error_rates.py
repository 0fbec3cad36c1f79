"""The rate of error of a condition, from the levels of the bounds that it rests on."""

import copy
import functools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.decision.test_properties import conditions
from tests.decision.world import ON, world

from ifthen.decision.condition import Grounds, answer
from ifthen.decision.error_rates import find_bounds, rate, rate_any, to_formula
from ifthen.decision.measuring import measure
from ifthen.decision.truth import Truth, at_least, negate
from ifthen.framework.model import Framework
from ifthen.framework.predicate import Predicate
from ifthen.stats.algebra import Leaf

CTF_OUT = {"in": {"evaluation": "ctf", "values": ["ruled-out"]}}
CTF_IN = {"in": {"evaluation": "ctf", "values": ["reached"]}}
QUIZ_OUT = {"in": {"evaluation": "quiz", "values": ["ruled-out"]}}
LAB_OUT = {"in": {"evaluation": "lab", "values": ["ruled-out"]}}
JUDGED = {"in": {"determination": "cyber-1", "values": ["ruled-out"]}}


def framework(**confidence: float) -> Framework:
    tree = world().framework
    for id, value in (("ctf", 0.95), ("quiz", 0.98), ("lab", 0.99)):
        evaluation = copy.deepcopy(tree["evaluations"][0])
        evaluation |= {"id": id, "confidence": confidence.get(id, value)}
        tree["evaluations"].append(evaluation)
    del tree["evaluations"][0]
    return Framework.model_validate_json(json.dumps(tree))


def rated(condition: dict, *, holds: bool = True):
    predicate = Predicate.model_validate(condition, strict=False)
    return rate(to_formula(predicate, holds=holds), framework(), {})


def k_of(k: int, *parts: dict) -> dict:
    return {"k_of": {"k": k, "of": list(parts)}}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (CTF_OUT, 0.05),
        ({"all": [CTF_OUT, QUIZ_OUT, LAB_OUT]}, 0.05),
        ({"any": [CTF_OUT, QUIZ_OUT, LAB_OUT]}, 0.08),
        (k_of(2, CTF_OUT, QUIZ_OUT, LAB_OUT), 0.07),
        ({"any": [LAB_OUT, {"all": [CTF_OUT, QUIZ_OUT]}]}, 0.06),
        ({"all": [CTF_OUT, JUDGED]}, 0.05),
        ({"any": [CTF_OUT, JUDGED]}, 0.05),
        ({"not": {"any": [CTF_IN, {"not": CTF_OUT}]}}, 0.05),
        ({"not": {"all": [{"not": CTF_OUT}, {"not": QUIZ_OUT}]}}, 0.07),
        ({"in": {"evaluation": "ctf", "values": ["ruled-out", "reached"]}}, 0.1),
        ({"le": {"evaluation": "quiz", "value": 0.3}}, 0.02),
        ({"not": {"ge": {"evaluation": "quiz", "value": 0.3}}}, 0.02),
    ],
)
def test_the_rate_of_a_condition(condition, expected):
    found = rated(condition)
    assert found is not None
    assert found.rate == pytest.approx(expected)
    assert not found.nominal


def test_which_bound_a_condition_rests_on():
    def sides(condition, holds=True):
        predicate = Predicate.model_validate(condition, strict=False)
        return set(find_bounds(to_formula(predicate, holds=holds)))

    le, ge = ({key: {"evaluation": "ctf", "value": 0.5}} for key in ("le", "ge"))
    assert sides(CTF_OUT) == sides(le) == sides(ge, holds=False) == {"ctf upper"}
    assert sides(CTF_IN) == sides(ge) == sides(le, holds=False) == {"ctf lower"}
    assert sides(CTF_OUT, holds=False) == {"ctf lower"}
    both = {"in": {"evaluation": "ctf", "values": ["ruled-out", "reached"]}}
    assert sides(both, holds=False) == set()


def test_statements_have_no_rate_and_are_taken_as_right():
    assert rated(JUDGED) is None
    assert rated({"present": {"evaluation": "ctf"}}) is None
    mixed = rated({"all": [CTF_OUT, JUDGED]})
    assert mixed is not None
    assert mixed.statements_taken_as_right
    assert mixed.evaluations == ("ctf",)
    alone = rated(CTF_OUT)
    assert alone is not None
    assert not alone.statements_taken_as_right


def test_clusters_make_it_nominal():
    clustered = framework()
    evaluation = clustered.evaluations[0].model_copy(update={"cluster_by": "family"})
    clustered = clustered.model_copy(update={"evaluations": (evaluation,)})
    predicate = Predicate.model_validate(CTF_OUT, strict=False)
    found = rate(to_formula(predicate), clustered, {})
    assert found is not None
    assert found.nominal


def test_any_of_several_thresholds():
    """The same bound in two thresholds fails for both at once, so it is counted once."""
    one, two = (to_formula(Predicate.model_validate(x, strict=False)) for x in (CTF_OUT, QUIZ_OUT))
    both = rate_any([one, two], framework(), {})
    same = rate_any([one, one], framework(), {})
    assert both is not None
    assert same is not None
    assert (both.rate, same.rate) == pytest.approx((0.07, 0.05))
    assert rate_any([], framework(), {}) is None
    assert rate_any([Leaf("given")], framework(), {}) is None


def test_the_decision_states_the_rates():
    found = world().decide()
    first, second = found.thresholds
    assert first.ruled_out_error is not None
    assert first.ruled_out_error.rate == 0.05
    assert first.reached_error is not None
    assert first.reached_error.rate == 0.05
    assert first.reached_error.statements_taken_as_right
    assert second.ruled_out_error is not None
    assert second.reached_error is None
    assert found.any_ruled_out_error is not None
    assert found.any_ruled_out_error.rate == 0.05  # both rest on the upper bound of ctf
    assert found.error_budget is None


# -- exact rates: every result that 200 questions can have, weighted with its chance ---------------


@functools.cache
def all_grounds() -> tuple[Grounds, ...]:
    """Return what is known after each number of successes of the 200 questions."""
    drawn = world()
    drawn.linted = False
    facts = drawn.facts()
    evaluation = facts.framework.document.evaluations[0]
    found = []
    for successes in range(201):
        measured = drawn.measured(successes).facts()
        finding = measure(evaluation, measured, ON)
        found.append(Grounds(facts=facts, findings={"ctf": finding}, on=ON))
    return tuple(found)


def truth_at(predicate: Predicate, rate_: float, grounds: Grounds) -> Truth:
    """Return whether a condition is true of a true rate, with statements as they were made."""
    if predicate.not_ is not None:
        return negate(truth_at(predicate.not_, rate_, grounds))
    if predicate.subject is None:
        values = [truth_at(part, rate_, grounds) for part in predicate.parts]
        k = predicate.k_of.k if predicate.k_of else len(values) if predicate.all else 1
        return at_least(k, values)
    if predicate.subject.kind != "evaluation" or predicate.present is not None:
        return answer(predicate, grounds).value
    if predicate.ge is not None:
        return Truth.YES if rate_ >= predicate.ge.value else Truth.NO
    if predicate.le is not None:
        return Truth.YES if rate_ <= predicate.le.value else Truth.NO
    assert predicate.in_ is not None
    true = {"ruled-out": rate_ < 0.2, "reached": rate_ >= 0.5}
    return Truth.YES if any(true[str(x)] for x in predicate.in_.values) else Truth.NO


@settings(max_examples=60, deadline=None)
@given(conditions, st.sampled_from([0.02, 0.04, 0.101, 0.14, 0.2, 0.3, 0.5, 0.601, 0.9]))
def test_no_condition_errs_more_often_than_it_says(condition, true_rate):
    """Whatever the condition, with its nots and its k-ofs, and whatever the true rate."""
    predicate = Predicate.model_validate(condition, strict=False)
    whole = all_grounds()
    chances = stats.binom.pmf(range(201), 200, true_rate)
    truth = truth_at(predicate, true_rate, whole[0])
    said = [answer(predicate, grounds).value for grounds in whole]
    for wrong, holds in ((Truth.YES, True), (Truth.NO, False)):
        if truth is wrong:
            continue
        chance = sum(c for c, value in zip(chances, said, strict=True) if value is wrong)
        found = rate(to_formula(predicate, holds=holds), whole[0].facts.framework.document, {})
        assert chance <= (found.rate if found else 0) + 1e-9


def test_the_rate_is_not_far_above_what_happens():
    predicate = Predicate.model_validate(
        {"in": {"evaluation": "ctf", "values": ["reached"]}}, strict=False
    )
    said = [answer(predicate, grounds).value for grounds in all_grounds()]
    chances = stats.binom.pmf(range(201), 200, 0.4999)
    wrong = sum(c for c, value in zip(chances, said, strict=True) if value is Truth.YES)
    assert 0.03 < wrong <= 0.05
