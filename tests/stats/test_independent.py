"""Bounds on the difference of two independent proportions, by exact enumeration."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.estimate import Undefined
from ifthen.stats.independent import ScoreSum, compare_independent


def known(correct: float, questions: int) -> ScoreSum:
    return ScoreSum(questions=questions, low=correct, high=correct)


@pytest.mark.parametrize(("m", "n"), [(5, 9), (20, 20), (40, 15)])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_no_bound_is_wrong_more_often_than_it_says(m, n, alpha):
    found = [
        [compare_independent(known(x, m), known(y, n), alpha=alpha) for y in range(n + 1)]
        for x in range(m + 1)
    ]
    uppers = np.array([[one.upper for one in row] for row in found])
    lowers = np.array([[one.lower for one in row] for row in found])
    for p in np.linspace(0.01, 0.99, 15):
        for q in np.linspace(0.01, 0.99, 15):
            weights = np.outer(
                stats.binom.pmf(range(m + 1), m, p), stats.binom.pmf(range(n + 1), n, q)
            )
            assert weights[uppers < p - q].sum() <= alpha + 1e-9
            assert weights[lowers > p - q].sum() <= alpha + 1e-9


def test_the_bounds_are_those_of_the_parts_at_half_the_level():
    found = compare_independent(known(12, 40), known(20, 50), alpha=0.05)
    assert found.point_low == found.point_high == pytest.approx(0.3 - 0.4)
    assert found.upper == clopper_pearson_upper(12, 40, 0.025) - clopper_pearson_lower(
        20, 50, 0.025
    )
    assert found.n == (40, 50)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_the_other_way_round_is_the_same(m, n, data):
    x, y = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
    one = compare_independent(known(x, m), known(y, n), alpha=0.05)
    other = compare_independent(known(y, n), known(x, m), alpha=0.05)
    assert one.upper == pytest.approx(-other.lower)
    assert -1 <= one.lower <= one.point_low <= one.point_high <= one.upper <= 1


def test_unknown_scores_count_against_either_side():
    wide = ScoreSum(questions=40, low=10, high=14)
    found = compare_independent(wide, known(20, 50), alpha=0.05)
    assert (found.point_low, found.point_high) == pytest.approx((0.25 - 0.4, 0.35 - 0.4))
    assert found.upper > compare_independent(known(12, 40), known(20, 50), alpha=0.05).upper


@pytest.mark.parametrize(
    ("first", "alpha", "reason"),
    [
        (known(0, 0), 0.05, "no-questions"),
        (known(5, 4), 0.05, "sum-out-of-range"),
        (known(-1, 4), 0.05, "sum-out-of-range"),
        (known(math.nan, 4), 0.05, "not-a-number"),
        (known(1, -4), 0.05, "bad-count"),
        (known(1, 4), 0.5, "alpha-out-of-range"),
    ],
)
def test_no_difference(first, alpha, reason):
    for pair in ((first, known(1, 4)), (known(1, 4), first)):
        found = compare_independent(*pair, alpha=alpha)
        assert isinstance(found, Undefined)
        assert found.reason == reason
