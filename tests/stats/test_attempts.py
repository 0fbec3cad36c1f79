"""Bounds for scores with unequal means, held against every distribution by enumeration."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from ifthen.errors import Error
from ifthen.stats import clopper_pearson_upper
from ifthen.stats.attempts import attempts_lower, attempts_upper, rounding_lower, rounding_upper

alphas = st.floats(1e-4, 0.49)


def distribution(chances):
    """P(S = k) for independent attempts with these chances."""
    found = np.array([1.0])
    for chance in chances:
        found = np.convolve(found, [1 - chance, chance])
    return found


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), alphas)
def test_unequal_chances_keep_the_level(chances, alpha):
    n, mean = len(chances), math.fsum(chances) / len(chances)
    probability = distribution(chances)
    above = [attempts_upper(k, n, alpha) < mean - 1e-12 for k in range(n + 1)]
    below = [attempts_lower(k, n, alpha) > mean + 1e-12 for k in range(n + 1)]
    assert probability[above].sum() <= alpha + 1e-12
    assert probability[below].sum() <= alpha + 1e-12


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2, 0.3, 0.49])
@pytest.mark.parametrize("n", [1, 2, 3, 6, 10])
def test_the_worst_chances_are_few_values_and_keep_the_level(n, alpha):
    """Hoeffding: the extremes have chances of 0, 1 and one value between; all of them are tried."""
    for bound in {attempts_upper(k, n, alpha) for k in range(n + 1)} - {1.0}:
        mean = bound + 1e-9
        excluded = [attempts_upper(k, n, alpha) < mean for k in range(n + 1)]
        for zeros, ones in itertools.product(range(n), repeat=2):
            between = n - zeros - ones
            if between < 1 or not 0 <= (chance := (n * mean - ones) / between) <= 1:
                continue
            probability = distribution([0] * zeros + [1] * ones + [chance] * between)
            assert probability[excluded].sum() <= alpha + 1e-9


def test_one_failure_needs_its_own_bound():
    # A single attempt that can fail: Clopper and Pearson alone would be wrong in 5.1 % of cases.
    n, alpha = 20, 0.05
    mean = clopper_pearson_upper(n - 1, n, alpha) + 1e-9
    assert n * (1 - mean) > alpha
    assert attempts_upper(n - 1, n, alpha) == 1 - alpha / n > mean
    assert attempts_upper(n - 2, n, alpha) == clopper_pearson_upper(n - 2, n, alpha)


def test_large_levels_are_taken_as_a_quarter():
    assert attempts_upper(3, 10, 0.4) == attempts_upper(3, 10, 0.25)
    assert attempts_upper(3, 10, 0.24) < attempts_upper(3, 10, 0.23)


@pytest.mark.parametrize("successes", [0, 1, 204, 448, 449, 450])
def test_upper_and_lower_are_mirror_images(successes):
    assert attempts_lower(successes, 450, 0.05) == 1 - attempts_upper(450 - successes, 450, 0.05)
    total = successes * 0.999
    assert rounding_lower(total, 450, 0.05) == 1 - rounding_upper(450 - total, 450, 0.05)


@pytest.mark.parametrize("trials", [(-1, 5), (6, 5), (1.5, 5), (1, 5.0), (0, -1)])
def test_attempts_that_cannot_be_are_refused(trials):
    for bound in (attempts_upper, attempts_lower):
        with pytest.raises(Error, match=r"stats\.trials"):
            bound(*trials, 0.05)


@pytest.mark.parametrize("scores", [(-0.1, 5), (5.1, 5), (math.nan, 5), (0, 0), (1, 2.5)])
def test_sums_that_cannot_be_are_refused(scores):
    with pytest.raises(Error, match=r"stats\.trials"):
        rounding_upper(*scores, 0.05)


@pytest.mark.parametrize("alpha", [0, 0.5, math.nan])
def test_levels_are_checked(alpha):
    for bound in (attempts_upper, rounding_upper):
        with pytest.raises(Error, match=r"stats\.alpha"):
            bound(1, 5, alpha)


def test_the_bound_for_scores_between_is_the_lesser_of_two():
    def hoeffding(mean, n, alpha):
        def excess(q):
            return n * stats.entropy([mean, 1 - mean], [q, 1 - q]) + math.log(alpha)

        return optimize.brentq(excess, mean, 1 - 1e-12)

    assert rounding_upper(20.4, 45, 0.05) == attempts_upper(21, 45, 0.025)
    assert rounding_upper(2.05, 5, 0.05) == pytest.approx(hoeffding(0.41, 5, 0.05), abs=1e-9)
    assert rounding_upper(2.05, 5, 0.05) < attempts_upper(3, 5, 0.025)
    assert rounding_upper(45, 45, 0.05) == 1
    assert rounding_upper(0, 10, 0.05) == pytest.approx(1 - 0.05**0.1)


@st.composite
def unequal_scores(draw):
    """For each score its chances of 0, 1/4, 2/4, 3/4 and 1."""
    weights = st.lists(st.integers(0, 5), min_size=5, max_size=5).filter(any)
    return [np.array(w) / sum(w) for w in draw(st.lists(weights, min_size=1, max_size=8))]


@given(unequal_scores(), alphas)
def test_scores_between_with_unequal_distributions_keep_the_level(weights, alpha):
    n = len(weights)
    probability = np.array([1.0])
    for weight in weights:
        probability = np.convolve(probability, weight)
    mean = float(sum(weight @ np.arange(5) / 4 for weight in weights)) / n
    above = [rounding_upper(k / 4, n, alpha) < mean - 1e-12 for k in range(4 * n + 1)]
    assert probability[above].sum() <= alpha + 1e-12


@given(st.integers(1, 400), st.floats(0, 1), st.floats(0, 1), alphas)
def test_bounds_rise_with_the_sum_and_enclose_the_mean(n, one, other, alpha):
    less, more = sorted((one * n, other * n))
    assert rounding_upper(less, n, alpha) <= rounding_upper(more, n, alpha) + 1e-12
    assert less / n <= rounding_upper(less, n, alpha) <= 1
    k = round(less)
    assert attempts_upper(k, n, alpha) >= clopper_pearson_upper(k, n, alpha)
