import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats import (
    Estimate,
    Reduction,
    Undefined,
    estimate_reduced,
    estimate_scores,
    format_reduction,
    parse_reduction,
    reduce_attempts,
)
from ifthen.stats.bounded import betting_upper
from ifthen.stats.reducers import MAX_ATTEMPTS

OF_CHOICE = {
    "pass@": max,
    "pass^": min,
    "best-of-": max,
    "mean-of-": lambda scores: sum(scores) / len(scores),
}
kinds = st.sampled_from(sorted(OF_CHOICE))


def known(*questions):
    return [[(score, score) for score in scores] for scores in questions]


@given(kinds, st.lists(st.sampled_from([0, 1, 0.25, 0.5]), min_size=1, max_size=8), st.data())
def test_each_reduction_is_the_average_over_every_choice(kind, scores, data):
    if kind.startswith("pass"):
        scores = [float(score == 1) for score in scores]
    k = data.draw(st.integers(1, len(scores)))
    choices = [OF_CHOICE[kind](choice) for choice in itertools.combinations(scores, k)]
    expected = sum(choices) / len(choices)
    assert reduce_attempts(scores, Reduction(kind, k)) == pytest.approx(expected)


def test_known_values():
    scores = [1.0] * 3 + [0.0] * 7
    assert reduce_attempts(scores, Reduction("pass@", 1)) == pytest.approx(0.3)
    assert reduce_attempts(scores, Reduction("pass@", 5)) == pytest.approx(1 - 21 / 252)
    assert reduce_attempts(scores, Reduction("pass^", 2)) == pytest.approx(3 / 45)
    assert reduce_attempts(scores, Reduction("pass^", 4)) == 0
    assert reduce_attempts([1.0] * 10_000, Reduction("best-of-", 5_000)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(0.05, 0.95, 0.14), (0.5, 9.5, 0.31), (5, 95, 0.39)]
)
def test_ten_attempts_at_questions_of_unequal_difficulty(a, b, expected):
    """The formula 1 - (1-p)^k would give 40 % for all three."""
    rng = np.random.default_rng(7)
    passed = rng.binomial(20, rng.beta(a, b, 4000))
    ten = Reduction("pass@", 10)
    values = [reduce_attempts([1.0] * c + [0.0] * (20 - c), ten) for c in range(21)]
    found = np.mean([values[c] for c in passed])
    assert found == pytest.approx(expected, abs=0.012)
    assert passed.mean() / 20 == pytest.approx(0.05, abs=0.006)


def test_the_interval_runs_over_questions_not_attempts():
    found = estimate_reduced(known([1] * 100, [0] * 100), Reduction("mean-of-", 100), alpha=0.05)
    assert isinstance(found, Estimate)
    assert (found.n, found.effective_n, found.method) == (2, 2.0, "betting")
    assert (found.lower, found.upper) == pytest.approx((0.0256, 0.9744), abs=0.02)


def test_unknown_attempts_are_covered():
    attempts = [[(0, 1), (1, 1), (0, 0)], [(0, 0)] * 3, [(0.0, 1.0)] * 3]
    found = estimate_reduced(attempts, Reduction("pass@", 2), alpha=0.05)
    assert (found.point_low, found.point_high) == (pytest.approx(2 / 9), pytest.approx(2 / 3))
    assert found.upper == betting_upper([1, 0, 1], 0.05)
    lows, highs = [2 / 3, 0, 0], [1, 0, 1]
    assert estimate_reduced(
        attempts, Reduction("pass@", 2), alpha=0.05, method="clopper-pearson"
    ) == estimate_scores(lows, highs, alpha=0.05, method="clopper-pearson")


@pytest.mark.parametrize("kind", ["pass@", "pass^", "best-of-", "mean-of-"])
def test_fewer_attempts_than_asked_leave_no_score(kind):
    found = reduce_attempts([1, 1, 0, 0], Reduction(kind, 5))
    assert found == Undefined(
        reason="too-few-attempts", message=f"{kind}5 takes 5 attempts, found 4"
    )
    whole = estimate_reduced(known([1] * 5, [1] * 4), Reduction(kind, 5), alpha=0.05)
    assert whole.reason == "too-few-attempts"
    assert whole.message == f"question 1: {kind}5 takes 5 attempts, found 4"


@pytest.mark.parametrize(
    ("scores", "reduction", "reason"),
    [
        ([math.nan], Reduction("mean-of-", 1), "not-a-number"),
        ([1.5], Reduction("best-of-", 1), "score-out-of-range"),
        ([-0.5], Reduction("mean-of-", 1), "score-out-of-range"),
        ([0.5], Reduction("pass@", 1), "not-whole"),
        ([0.5], Reduction("pass^", 1), "not-whole"),
        ([], Reduction("mean-of-", 0), "bad-attempts"),
        ([0] * (MAX_ATTEMPTS + 1), Reduction("mean-of-", 1), "bad-attempts"),
    ],
)
def test_every_reason_why_there_is_no_score(scores, reduction, reason):
    assert reduce_attempts(scores, reduction).reason == reason


def test_without_questions_there_is_no_estimate():
    assert estimate_reduced([], Reduction("pass@", 1), alpha=0.05).reason == "no-questions"


@given(kinds, st.integers(1, MAX_ATTEMPTS))
def test_names_are_read_as_they_are_written(kind, k):
    assert parse_reduction(format_reduction(Reduction(kind, k))) == Reduction(kind, k)


@pytest.mark.parametrize(
    "name", ["", "pass", "pass@", "pass@0", "pass@-1", "pass@1.5", "pass@10001", "mean", "pass@01"]
)
def test_other_names_are_refused(name):
    with pytest.raises(Error, match=r"stats\.reduction"):
        parse_reduction(name)


@given(st.text(max_size=12))
def test_any_text_is_a_name_or_a_coded_error(text):
    try:
        assert format_reduction(parse_reduction(text)) == text
    except Error as error:
        assert error.code == "stats.reduction"
