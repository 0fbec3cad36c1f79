"""The order in which results come never changes a decision; the decision is the table's."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.screening.test_design import RULE_OUT

from ifthen.errors import Error
from ifthen.screening.counting import Attempt, Counted, count_question
from ifthen.screening.design import Design
from ifthen.screening.order import rank_ids
from ifthen.screening.process import Process, advance
from ifthen.screening.trail import decision_of

IDS = [f"q{n}" for n in range(60)]
DESIGN = replace(RULE_OUT, questions=60, population=60)
ENDS = st.sampled_from(
    [Attempt(values=("I",)), Attempt(values=("I",)), Attempt(values=("C",)), Attempt(error=True)]
)
DESIGNS = st.sampled_from(
    [
        DESIGN,
        replace(DESIGN, population=None),
        replace(DESIGN, direction="reached", threshold=0.5),
        replace(DESIGN, scores="fraction"),
        replace(DESIGN, scores="fraction", epochs=2),
    ]
)


def arriving(design: Design, ends, arrivals, *, ended=True):
    """Take results as they arrive and return the process."""
    process = Process(design, rank_ids(IDS, design.seed))
    waiting = {}
    for identifier, epoch in arrivals:
        waiting.setdefault(identifier, {})[epoch] = ends[identifier, epoch]
        advance(process, waiting)
    if ended:
        advance(process, waiting, ended=True)
    return process


@settings(max_examples=150, deadline=None)
@given(DESIGNS, st.data(), st.randoms(use_true_random=False))
def test_completion_order_never_changes_the_decision(design, data, rng):
    keys = [(i, epoch) for i in IDS for epoch in range(1, design.epochs + 1)]
    ends = dict(zip(keys, data.draw(st.lists(ENDS, min_size=len(keys), max_size=len(keys)))))  # noqa: B905
    shuffled = keys[:]
    rng.shuffle(shuffled)
    one, other = arriving(design, ends, keys), arriving(design, ends, shuffled)
    assert decision_of(one) == decision_of(other)
    assert one.steps == other.steps


@settings(max_examples=60, deadline=None)
@given(DESIGNS, st.data(), st.randoms(use_true_random=False))
def test_what_did_not_come_can_only_delay(design, data, rng):
    keys = [(i, epoch) for i in IDS for epoch in range(1, design.epochs + 1)]
    ends = dict(zip(keys, data.draw(st.lists(ENDS, min_size=len(keys), max_size=len(keys)))))  # noqa: B905
    some = rng.sample(keys, rng.randrange(len(keys)))
    whole, part = arriving(design, ends, keys), arriving(design, ends, some)
    if part.decision is not None:
        assert whole.decision is not None
        assert whole.decision.place <= part.decision.place


def first_stop(sequence, design):
    """Return what whoever looks at results as they come would decide, or None."""
    table, passes = design.table, 0
    for place, score in enumerate(sequence, 1):
        passes += score
        if table.clears(place, passes):
            return place
    return None


def test_completion_order_would_clear_a_capable_model_and_the_process_does_not():
    """Section 2.3 of the reference: passes take three times as long, 50 run at a time."""
    design = replace(RULE_OUT, questions=500, population=500)
    ids = [f"q{n}" for n in range(500)]
    order = rank_ids(ids, design.seed)
    rng, runs, naive, ours = random.Random(11), 60, 0, 0  # noqa: S311
    for _ in range(runs):
        passing = set(rng.sample(ids, 100))  # exactly the threshold: to clear it is wrong
        finished, clock = [], [0.0] * 50
        for identifier in order:
            slot = min(range(50), key=clock.__getitem__)
            clock[slot] += (3 if identifier in passing else 1) * rng.uniform(0.8, 1.2)
            finished.append((clock[slot], identifier))
        completed = [identifier for _, identifier in sorted(finished)]
        naive += first_stop([i in passing for i in completed], design) is not None
        process = Process(design, order)
        for identifier in order:
            if process.decision is None:
                process.add(Counted(float(identifier in passing)))
        ours += process.decision is not None
    assert naive > runs * 0.9
    assert ours <= runs * 0.2


def test_the_decision_is_the_tables_row():
    process = Process(DESIGN, rank_ids(IDS, DESIGN.seed))
    while process.decision is None:
        process.add(Counted(1.0 if len(process.steps) == 4 else 0.0))
    assert process.decision.place == process.decision.needed == DESIGN.table.questions_for(1)
    assert process.decision.against == 1
    assert process.next_question is None
    with pytest.raises(Error) as caught:
        process.add(Counted(0.0))
    assert caught.value.code == "screening.ended"


def test_hopeless():
    process = Process(DESIGN, rank_ids(IDS, DESIGN.seed))
    for _ in range(11):
        assert not process.is_hopeless
        process.add(Counted(1.0))
    process.add(Counted(1.0))
    assert process.is_hopeless


def test_another_number_of_questions():
    with pytest.raises(Error) as caught:
        Process(DESIGN, ["a", "b"])
    assert caught.value.code == "screening.questions"


def test_an_error_is_a_pass_and_is_said():
    assert count_question([Attempt(error=True)], DESIGN) == Counted(1.0, "error")
