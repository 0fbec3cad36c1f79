"""What a score counts where it is not plainly 0 or 1: always the worst for the conclusion."""

import math
from dataclasses import replace

import pytest
from tests.screening.test_design import RULE_OUT

from ifthen.screening.counting import Attempt, Counted, count_attempt, count_question

REACHED = replace(RULE_OUT, direction="reached")
FRACTION = replace(RULE_OUT, scores="fraction", epochs=3)


@pytest.mark.parametrize(
    ("attempt", "why"),
    [
        (Attempt(values=("I",), error=True), "error"),
        (Attempt(error=True), "error"),
        (Attempt(), "no score"),
        (Attempt(values=(None,)), "no score"),
        (Attempt(values=(math.nan,)), "no score"),
        (Attempt(values=({"a": 1},)), "score is no number"),
        (Attempt(values=("perhaps",)), "score is no number"),
        (Attempt(values=(-1,)), "score outside 0 to 1"),
        (Attempt(values=(2,)), "score outside 0 to 1"),
        (Attempt(values=(10**400,)), "score outside 0 to 1"),
        (Attempt(values=("P",)), "passed in part"),
        (Attempt(values=("I",), invalidated=True), "invalidated"),
        (Attempt(values=("I",), limited=True), "stopped by a limit"),
        (Attempt(values=("I",), ended_otherwise=True), "its events tell of another end"),
        (Attempt(values=("I",), replaced=True), "another model answered"),
    ],
)
def test_the_worst_case(attempt, why):
    assert count_attempt(attempt, RULE_OUT) == Counted(1.0, why)
    assert count_attempt(attempt, REACHED) == Counted(0.0, why)


def test_plain_scores():
    for value, score in (("C", 1), ("I", 0), (True, 1), (0.0, 0), ("yes", 1)):
        assert count_attempt(Attempt(values=(value,)), RULE_OUT) == Counted(float(score))
    scored = replace(RULE_OUT, limit="as-scored")
    assert count_attempt(Attempt(values=("I",), limited=True), scored) == Counted(0.0)


def test_a_rule_for_limits_frees_no_sample_whose_end_is_in_doubt():
    scored = replace(RULE_OUT, limit="as-scored")
    for attempt in (
        Attempt(values=("I",), limited=True, ended_otherwise=True),
        Attempt(values=("I",), limited=True, replaced=True),
    ):
        assert count_attempt(attempt, scored).score == 1.0


def test_every_value_that_a_score_ever_had_counts():
    assert count_attempt(Attempt(values=("I", "C")), RULE_OUT) == Counted(
        1.0, "the score was changed"
    )
    assert count_attempt(Attempt(values=("I", "C")), REACHED).score == 0
    assert count_attempt(Attempt(values=("I", "I")), RULE_OUT) == Counted(0.0)


def test_epochs_are_a_mean_and_an_absent_one_counts_its_worst():
    fail, half = Attempt(values=("I",)), Attempt(values=(0.5,))
    assert count_question([fail, half, None], FRACTION) == Counted(0.5, "no score")
    assert count_question([fail, fail, half], FRACTION) == Counted(0.5 / 3)
