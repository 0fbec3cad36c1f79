"""Results that arrive as lines: a decision as soon as it is there, or a coded error."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.screening.test_design import RULE_OUT

from ifthen.errors import Error
from ifthen.screening.order import rank_ids
from ifthen.screening.process import Process
from ifthen.screening.stream import screen_stream

DESIGN = replace(RULE_OUT, questions=60, population=60)
IDS = [f"q{n}" for n in range(60)]
ORDER = rank_ids(IDS, DESIGN.seed)


def line(identifier, **more):
    return json.dumps({"id": identifier, **({"score": 0} | more)}).encode() + b"\n"


def screen(lines, design=DESIGN):
    process = Process(design, rank_ids(IDS, design.seed))
    for _ in screen_stream(lines, process):
        pass
    return process


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_of_the_lines_has_no_part_in_it(rng):
    lines = [line(i, score=int(i in ORDER[3:4])) for i in IDS]
    rng.shuffle(lines)
    decision = screen(lines).decision
    assert decision.place == DESIGN.table.questions_for(1)


def test_reading_ends_with_the_decision():
    taken = []

    def lines():
        for identifier in ORDER:
            taken.append(identifier)
            yield line(identifier)

    assert screen(lines()).decision.place == len(taken) == DESIGN.table.questions_for(0)


def test_errors_count_and_what_is_left_out_blocks():
    lines = [line(ORDER[0], error=True), line(ORDER[1], score=None), b"\n", line(ORDER[3])]
    process = screen(lines)
    assert [step.why for step in process.steps] == ["error", "no score"]
    assert process.next_question == ORDER[2]


def test_epochs():
    design = replace(DESIGN, scores="fraction", epochs=2)
    process = screen([line("q1", epoch=2, score=0.5), line(ORDER[0])], design)
    assert process.steps == []


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'{"score": 0}',
        b'{"id": "q1", "id": "q2", "score": 0}',
        b'{"id": "q1", "score": 1.5}',
        b'{"id": "q1", "score": NaN}',
        b'{"id": "q1", "score": "C"}',
        b'{"id": "q1", "score": 0, "more": 1}',
        b'{"id": "q1", "epoch": 2, "score": 0}',
        b'{"id": "q1", "epoch": 0, "score": 0}',
        b'{"id": "other", "score": 0}',
        b'{"id": "q1", "score": \xff}',
        b'{"id": "q1", "score": 0}\n{"id": "q1", "score": 0}',
        b" " * 2_000_000 + b"1",
    ],
)
def test_lines_that_are_no_result(data):
    with pytest.raises(Error) as caught:
        screen(data.splitlines(keepends=True))
    assert caught.value.code == "screening.line"
    assert caught.value.where.startswith("line ")


@given(st.lists(st.binary(max_size=40), max_size=5))
@settings(max_examples=200)
def test_odd_bytes_are_a_coded_error_or_nothing(lines):
    try:
        screen(lines)
    except Error as error:
        assert error.code == "screening.line"
