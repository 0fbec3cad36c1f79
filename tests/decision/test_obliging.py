"""The dispute of an `in conjunction with` clause, in harmless words."""

from datetime import date

import pytest

from ifthen.decision.condition import Grounds
from ifthen.decision.model import Step, ThresholdFinding
from ifthen.decision.obliging import find_obligations
from ifthen.decision.truth import Truth
from ifthen.framework.clause import Reading
from ifthen.framework.model import Commitment
from ifthen.framework.predicate import Predicate

ON = date(2026, 7, 1)
IN = {"in": {"threshold": "autonomy-1", "values": ["reached"]}}


def standing(id, treated_as):
    status = {"below": "ruled-out", "reached": "reached"}.get(treated_as, "cannot-rule-out")
    return ThresholdFinding(
        threshold=id, domain="d", tier=1, title=id, status=status, treated_as=treated_as,
        ruled_out=Step(claim="x", value=Truth.UNDETERMINED),
    )  # fmt: skip


def predicate(tree):
    return Predicate.model_validate(tree, by_alias=True, strict=False)


class Promise:
    def __init__(self, commitment):
        self.commitments = (commitment,)


def commitment(**keys):
    return Commitment.model_validate(
        {"id": "c", "if": "cyber-1", "then": ("oversight-1",), **keys}, by_alias=True
    )


def oblige(promise, **treated):
    findings = [standing(id.replace("_", "-"), said) for id, said in treated.items()]
    grounds = Grounds(facts=None, findings={}, on=ON, thresholds={x.threshold: x for x in findings})
    return find_obligations(findings, Promise(promise), grounds, ON)


BOTH = commitment(
    readings=(
        Reading(id="alone", text="cyber alone is enough"),
        Reading(id="together", text="only with autonomy", when=predicate(IN)),
    )
)


def test_readings_that_agree_are_not_contested():
    (found,) = oblige(BOTH, cyber_1="reached", autonomy_1="reached")
    assert (found.contested, found.because) == (False, "reached")
    assert [x.due for x in found.readings] == [Truth.YES, Truth.YES]


def test_readings_that_disagree_are_due_and_contested():
    (found,) = oblige(BOTH, cyber_1="reached", autonomy_1="below")
    assert (found.contested, found.because) == (True, "undetermined")
    assert [x.due for x in found.readings] == [Truth.YES, Truth.NO]
    assert found.reasons[0].code == "commitment.contested"


def test_below_the_threshold_no_reading_matters():
    assert oblige(BOTH, cyber_1="below", autonomy_1="reached") == ()


@pytest.mark.parametrize(
    ("autonomy", "because"), [("reached", "reached"), ("undetermined", "undetermined")]
)
def test_a_further_condition(autonomy, because):
    (found,) = oblige(commitment(when=predicate(IN)), cyber_1="reached", autonomy_1=autonomy)
    assert found.because == because
    assert bool(found.reasons) == (because == "undetermined")


def test_a_further_condition_that_is_shown_not_to_hold():
    promise = commitment(when=predicate(IN))
    assert oblige(promise, cyber_1="reached", autonomy_1="below") == ()


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ({"effective_from": date(2026, 7, 2)}, 0),
        ({"effective_from": date(2026, 7, 1)}, 1),
        ({"effective_until": date(2026, 7, 1)}, 0),
        ({"effective_until": date(2026, 7, 2)}, 1),
    ],
)
def test_a_clause_applies_on_its_days(days, count):
    assert len(oblige(commitment(**days), cyber_1="reached")) == count


def test_one_reading_is_no_dispute():
    with pytest.raises(ValueError, match="one reading is no dispute"):
        commitment(readings=(Reading(id="alone", text="x"),))


def test_a_condition_stands_in_one_place():
    with pytest.raises(ValueError, match="not in both"):
        commitment(when=predicate(IN), readings=BOTH.readings)


def test_the_answer_to_the_condition_of_a_commitment_is_kept():
    (found,) = oblige(commitment(when=predicate(IN)), cyber_1="reached", autonomy_1="reached")
    assert (found.because, found.condition.value) == ("reached", Truth.YES)
    assert found.condition.claim == "threshold autonomy-1 is reached"
    (found,) = oblige(commitment(), cyber_1="reached")
    assert found.condition is None
