"""What steps come to together."""

import pytest

from ifthen.verification.verdict import MAY_BE_EMPTY, STEPS, Steps, find_outcome


def outcome(*held):
    steps = Steps()
    for rule in STEPS:
        if rule.id in held:
            steps[rule.id].hold()
    return find_outcome(steps.close())


def test_a_record_without_any_statement_verifies_nothing():
    ids = [rule.id for rule in STEPS]
    assert outcome(*ids) == "verified"
    assert outcome(*[id for id in ids if id not in MAY_BE_EMPTY]) == "verified"
    assert outcome() == "undetermined"


@pytest.mark.parametrize("rule", STEPS, ids=lambda rule: rule.id)
def test_an_essential_step_that_checked_nothing_verifies_nothing(rule):
    found = outcome(*[x.id for x in STEPS if x.id != rule.id])
    may_be = not rule.essential or rule.id in MAY_BE_EMPTY
    assert found == ("verified" if may_be else "undetermined")


def test_a_step_that_held_nothing_is_not_called_verified():
    steps = Steps()
    steps["trust"].hold()
    statuses = {step.id: step.status for step in steps.close()}
    assert statuses["trust"] == "verified"
    assert set(statuses.values()) == {"verified", "nothing-to-check"}
