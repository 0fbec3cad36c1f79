"""The decision document: one spelling, read back as it was written."""

import json
from datetime import date
from itertools import product

import pytest
from tests.decision.world import EXPIRES, MADE_ON, canonical, reached, world

from ifthen.decision.model import Decision, GateFinding, Outcome
from ifthen.encoding.canonical import parse_canonical
from ifthen.encoding.document import dump_document, load_document
from ifthen.encoding.tree import parse_tree

WORLDS = {
    "ruled-out": world,
    "reached": reached,
    "undecided": lambda: world().measured(30),
    "clusters-and-plans": lambda: world().measured(10, 12),
}


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("on", [date(2026, 5, 1), MADE_ON, date(2026, 7, 1), EXPIRES])
def test_a_decision_reads_back_from_its_canonical_bytes(name, on):
    decision = WORLDS[name]().decide(on)
    data = canonical(decision)
    loaded = load_document(parse_tree(data, name="decision.json"), Decision)
    assert loaded.document == decision
    assert canonical(loaded.document) == data
    assert parse_canonical(data) == dump_document(decision)
    assert json.loads(data)["kind"] == "decision"


def gate(outcome: Outcome) -> GateFinding:
    gate = world().decide().gates[0]
    return gate.model_copy(update={"outcome": outcome})


@pytest.mark.parametrize("outcomes", list(product(Outcome, repeat=3)))
def test_the_outcome_is_that_of_the_least_favourable_gate(outcomes):
    decision = world().decide().model_copy(update={"gates": tuple(map(gate, outcomes))})
    order = [Outcome.HOLD, Outcome.UNDETERMINED, Outcome.GO]
    assert decision.outcome is min(outcomes, key=order.index)


def test_the_words_that_stand_in_a_decision():
    assert [outcome.value for outcome in Outcome] == ["go", "hold", "undetermined"]
