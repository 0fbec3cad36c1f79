"""What is kept from one decision for the next one changes no byte of any."""

import copy
import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decision.test_properties import bounded, conditions
from tests.decision.test_properties_dossier import dossiers
from tests.decision.world import (
    EXPIRES,
    INCIDENT,
    MADE_ON,
    ON,
    STALE_ON,
    WITHDRAWAL,
    World,
    canonical,
    derived,
    excepted,
    reached,
    world,
)

from ifthen.decision.deciding import decide
from ifthen.decision.facts import Facts
from ifthen.decision.model import Decision

DAY = timedelta(days=1)
TURNS = [MADE_ON, date(2026, 6, 20), ON, date(2026, 8, 30), EXPIRES]
DAYS = [turn + shift for turn in TURNS for shift in (-DAY, timedelta(0), DAY)]
DISSENT = {"by": {"name": "Di", "role": "assessor"}, "reasons": "The sample was small."}


def decided(facts: Facts, on: date) -> Decision:
    return decide(facts, on=on, hypothetical=False)


@st.composite
def changing(draw) -> World:
    """Draw a world in which statements and commitments begin and end on several days."""
    drawn: World = draw(dossiers())
    spans = st.tuples(st.sampled_from(TURNS), st.sampled_from(TURNS)).filter(lambda x: x[0] < x[1])
    for name in ("declarations", "assessments", "determinations"):
        for statement in getattr(drawn, name):
            begins, ends = draw(spans)
            statement |= {"made_on": begins.isoformat(), "expires": ends.isoformat()}
    for determination in drawn.determinations:
        if draw(st.booleans()):
            determination["dissents"] = [copy.deepcopy(DISSENT)]
    for commitment in drawn.framework["commitments"]:
        begins, ends = draw(spans)
        commitment |= {"effective_from": begins.isoformat(), "effective_until": ends.isoformat()}
        if draw(st.booleans()):
            commitment["when"] = draw(conditions)
    return drawn


@bounded
@given(changing(), st.lists(st.sampled_from(DAYS), min_size=2, max_size=4))
def test_days_decided_before_change_no_byte(drawn, days):
    """Over any days in any order: the same bytes as from facts that nobody has decided about.

    On the first day nobody has decided about these facts either.
    """
    facts = drawn.facts()
    decided(facts, days[0])
    for on in days[1:]:
        assert canonical(decided(facts, on)) == canonical(decided(drawn.facts(), on)), on


def stated(**changes: Any) -> Facts:
    changed = reached()
    changed.assessments[0] |= changes
    return changed.facts()


def test_an_answer_is_kept_on_the_days_of_its_statement_and_on_no_other():
    facts = stated()
    inside = decided(facts, MADE_ON)
    last = decided(facts, EXPIRES - DAY)
    assert last.safeguards[0] is inside.safeguards[0]
    assert last.obligations[0] is inside.obligations[0]
    expired = decided(facts, EXPIRES)
    assert expired.safeguards[0].reasons[0].code == "assessment.expired"
    assert [gate.outcome.value for gate in expired.gates] == ["undetermined", "undetermined"]
    assert decided(facts, MADE_ON - DAY).safeguards[0].reasons[0].code == "assessment.not-yet"
    assert decided(facts, ON).safeguards[0].in_place.value == "yes"


def test_a_second_statement_ends_the_days_on_which_the_first_stands_alone():
    changed = reached()
    later = copy.deepcopy(changed.assessments[0]) | {
        "id": "again", "result": "not-effective", "made_on": ON.isoformat(),
    }  # fmt: skip
    changed.assessments.append(later)
    facts = changed.facts()
    assert decided(facts, ON - DAY).safeguards[0].in_place.value == "yes"
    assert decided(facts, ON).safeguards[0].reasons[0].code == "assessment.conflicting"
    assert decided(facts, ON - DAY).safeguards[0].in_place.value == "yes"


def test_an_answer_made_of_answers_follows_the_one_that_changes():
    changed = reached()
    vault, filter_on = (x["in_place_when"] for x in changed.framework["safeguards"])
    changed.framework["safeguards"][0]["in_place_when"] = {"all": [vault, filter_on]}
    changed.declarations[0]["expires"] = ON.isoformat()
    facts = changed.facts()
    before = decided(facts, ON - DAY).safeguards[0]
    assert before.in_place.value == "yes"
    assert decided(facts, ON - 2 * DAY).safeguards[0] is before
    after = decided(facts, ON).safeguards[0]
    assert (after.in_place.value, after.reasons[0].code) == ("undetermined", "declaration.expired")


def test_a_safeguard_that_another_commitment_asks_for_is_found_anew():
    changed = reached()
    changed.framework["commitments"][0]["effective_until"] = ON.isoformat()
    facts = changed.facts()
    assert decided(facts, ON - DAY).safeguards[0].required_by == ("if-cyber-1", "if-cyber-2")
    assert decided(facts, ON).safeguards[0].required_by == ("if-cyber-2",)


def test_a_threshold_that_can_no_longer_be_told_changes_why_a_safeguard_is_due():
    changed = reached()
    changed.framework["treat_undetermined_as"] = "undetermined"
    changed.framework["safeguards"][0]["in_place_when"] = {
        "in": {"assessment": "vault", "values": ["partly-effective"]}
    }
    facts = changed.facts()
    held, open = decided(facts, STALE_ON - DAY), decided(facts, STALE_ON)
    assert [x.obligations[0].because for x in (held, open)] == ["reached", "undetermined"]
    assert [x.gates[0].outcome.value for x in (held, open)] == ["hold", "undetermined"]


def test_what_is_withdrawn_later_counts_until_then():
    changed = withdrawn()
    later = {"kind": "assessment", "id": "vault-assessed"}
    changed.withdrawals.append(
        copy.deepcopy(WITHDRAWAL) | {"id": "w2", "document": later, "made_on": ON.isoformat()}
    )
    facts = changed.facts()
    before = decided(facts, ON - DAY)
    assert decided(facts, ON - 2 * DAY).safeguards[0] is before.safeguards[0]
    after = decided(facts, ON)
    assert [x.safeguards[0].in_place.value for x in (before, after)] == ["yes", "undetermined"]


def test_a_memory_does_not_grow_with_the_days():
    facts = world().facts()

    def size() -> list[int]:
        memory = facts.memory
        kept = (memory.answers, memory.combined, memory.obligations, memory.safeguards)
        return [len(each) for each in (*kept, memory.required, memory.demanding)]

    decided(facts, ON)
    decided(facts, EXPIRES)
    before = size()
    for day in range(30):
        decided(facts, MADE_ON + timedelta(days=7 * day))
    assert size() == before
    assert sum(before) > 0


def withdrawn() -> World:
    changed = world()
    changed.withdrawals.append(copy.deepcopy(WITHDRAWAL))
    return changed


def touched() -> World:
    changed = reached()
    changed.incidents.append(copy.deepcopy(INCIDENT))
    return changed


RECORDED = {
    "in-order": (world, "d13f61e93864719ea6d90bf83f448a7c19ed5cec1da39bf32230a586b3031451"),
    "reached": (reached, "7fea023f94f109a4cd002fec8abe7a6c6e7db18451a74e90e2ab9fbec6ad09b4"),
    "excepted": (excepted, "f90e17e54426498206de32530780e8acf2a68793a77b8ab75edea43b3beee683"),
    "withdrawn": (withdrawn, "dd348ff9ab9bb3c790e41efce92ab79ea6e5bef8ce0663563cdbb1d9036eacfd"),
    "touched": (touched, "e6d26f63120214567e4a4e4067948f3a7933926ec3bdaaa09f713451d7157390"),
    "derived": (
        lambda: derived(reached()),
        "2acba87de6e8ee45f40481a6914beb89d7361bfa669de24147a111c9f11c54df",
    ),
}
"""Worlds, and the digest of their decisions on three days as they were before anything was kept
from one decision for the next. Who changes what a decision says records them anew."""


@pytest.mark.parametrize("name", RECORDED)
def test_decisions_are_the_bytes_recorded_before_anything_was_kept(name):
    make, recorded = RECORDED[name]
    facts = make().facts()
    days = (MADE_ON - DAY, ON, EXPIRES)
    said = b"".join(canonical(decided(facts, on)) for on in days)
    assert hashlib.sha256(said).hexdigest() == recorded
