"""What is kept from one decision for the next one changes no byte of any."""

import copy
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.decision.test_properties import bounded, conditions
from tests.decision.test_properties_dossier import dossiers
from tests.decision.world import EXPIRES, MADE_ON, ON, World, canonical, reached, world

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
@given(changing(), st.lists(st.sampled_from(DAYS), min_size=2, max_size=6))
def test_days_decided_before_change_no_byte(drawn, days):
    """Over any days in any order: the same bytes as from facts that nobody has decided about."""
    facts = drawn.facts()
    for on in days:
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
    assert decided(facts, EXPIRES).safeguards[0].reasons[0].code == "assessment.expired"
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


def test_a_safeguard_that_another_commitment_asks_for_is_found_anew():
    changed = reached()
    changed.framework["commitments"][0]["effective_until"] = ON.isoformat()
    facts = changed.facts()
    assert decided(facts, ON - DAY).safeguards[0].required_by == ("if-cyber-1", "if-cyber-2")
    assert decided(facts, ON).safeguards[0].required_by == ("if-cyber-2",)


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
