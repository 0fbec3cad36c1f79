import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ifthen.errors import Error
from ifthen.stats import wilson_interval


@pytest.mark.parametrize("n", [1, 10, 198, 5000])
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.25])
def test_agrees_with_scipy(n, alpha):
    for successes in {0, 1, n // 3, n}:
        test = stats.binomtest(successes, n)
        expected = test.proportion_ci(confidence_level=1 - 2 * alpha, method="wilson")
        assert wilson_interval(successes, n, alpha) == pytest.approx(tuple(expected), abs=1e-12)


@given(st.floats(0, 1), st.floats(0.1, 1e6), st.floats(1e-6, 0.49))
def test_the_share_is_inside(share, n, alpha):
    lower, upper = wilson_interval(share * n, n, alpha)
    assert 0 <= lower <= share * n / n <= upper <= 1


def test_without_trials_everything_is_open():
    assert wilson_interval(0, 0, 0.05) == (0, 1)


@pytest.mark.parametrize("trial", [(-1, 5), (6, 5), (math.nan, 5), (1, math.inf)])
def test_trials_that_cannot_be_are_refused(trial):
    with pytest.raises(Error, match=r"stats\.trials"):
        wilson_interval(*trial, 0.05)


def test_levels_are_checked():
    with pytest.raises(Error, match=r"stats\.alpha"):
        wilson_interval(1, 5, 0.5)
