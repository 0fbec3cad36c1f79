import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ifthen.errors import Error
from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.clusters import ClusterSums
from ifthen.stats.estimate import Estimate
from ifthen.stats.p_values import (
    LEAST_LEVEL,
    find_level,
    find_p_values,
    p_value_at_least,
    p_value_below,
)
from ifthen.stats.proportion import estimate_proportion

COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
VALUES = st.floats(0.01, 0.99)
ALPHAS = st.floats(0.001, 0.4)


@given(COUNTS, VALUES)
def test_they_are_scipys_binomial_tails(counts, value):
    x, n = counts
    below = stats.binomtest(x, n, value, alternative="less").pvalue
    above = stats.binomtest(x, n, value, alternative="greater").pvalue
    assert p_value_below(x, n, value) == pytest.approx(below, rel=1e-7, abs=1e-300)
    assert p_value_at_least(x, n, value) == pytest.approx(above, rel=1e-7, abs=1e-300)


@given(COUNTS, VALUES, ALPHAS)
def test_a_bound_and_its_p_value_never_disagree(counts, value, alpha):
    x, n = counts
    below, above = p_value_below(x, n, value), p_value_at_least(x, n, value)
    if abs(below - alpha) > 1e-9:
        assert (clopper_pearson_upper(x, n, alpha) < value) == (below < alpha)
    if abs(above - alpha) > 1e-9:
        assert (clopper_pearson_lower(x, n, alpha) >= value) == (above <= alpha)


def test_the_ends():
    assert p_value_below(10, 10, 0.2) == 1.0
    assert p_value_below(0, 14, 0.2) == pytest.approx(0.8**14)
    assert p_value_below(0, 5, 1) == 0.0
    assert p_value_at_least(0, 10, 0.2) == 1.0
    assert p_value_at_least(3, 3, 0.5) == pytest.approx(0.125)


@given(COUNTS, VALUES)
def test_a_level_that_is_searched_is_the_p_value(counts, value):
    x, n = counts
    exact = p_value_below(x, n, value)
    found = find_level(lambda alpha: clopper_pearson_upper(x, n, alpha) < value)
    if 1e-11 < exact < 0.49:
        assert found == pytest.approx(exact, rel=1e-6)
    elif exact > 0.5:
        assert found == 1.0


def test_the_ends_of_the_search():
    assert find_level(lambda alpha: False) == 1.0
    assert find_level(lambda alpha: True) == LEAST_LEVEL
    assert find_level(lambda alpha: alpha >= 0.05) == pytest.approx(0.05)
    assert find_level(lambda alpha: alpha >= 0.05) >= 0.05


def test_from_an_estimate():
    found = estimate_proportion(questions=100, low=8, high=10, alpha=0.05)
    assert isinstance(found, Estimate)
    below, above = find_p_values(found, below=0.2, at_least=0.05)
    assert below == pytest.approx(stats.binom.cdf(10, 100, 0.2))
    assert above == pytest.approx(stats.binom.sf(7, 100, 0.05))


def test_from_an_estimate_of_clusters_only_its_own_level_is_known():
    clusters = [ClusterSums(questions=10, low=k % 2, high=k % 2) for k in range(30)]
    found = estimate_proportion(questions=300, low=15, high=15, alpha=0.05, clusters=clusters)
    assert isinstance(found, Estimate)
    assert found.upper < 0.2
    assert find_p_values(found, below=0.2, at_least=0.5) == (0.05, 1.0)
    assert find_p_values(found, below=0.04, at_least=0.01) == (1.0, 0.05)

    def is_shown(alpha):
        at = estimate_proportion(questions=300, low=15, high=15, alpha=alpha, clusters=clusters)
        return isinstance(at, Estimate) and at.upper < 0.2

    level = find_level(is_shown)
    assert is_shown(level)
    assert not is_shown(level * 0.99)
    assert level < 0.05


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: p_value_below(3, 2, 0.2), "stats.trials"),
        (lambda: p_value_below(math.nan, 2, 0.2), "stats.trials"),
        (lambda: p_value_below(1, 2, 0.0), "stats.threshold"),
        (lambda: p_value_at_least(-1, 2, 0.2), "stats.trials"),
        (lambda: p_value_at_least(1, 2, 1.5), "stats.threshold"),
    ],
)
def test_bad_input_is_an_error(call, code):
    with pytest.raises(Error) as raised:
        call()
    assert raised.value.code == code
