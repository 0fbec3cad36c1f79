import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from ifthen.stats import ClusterSums, Estimate, Undefined, estimate_beta_binomial
from ifthen.stats.beta_binomial import CELLS, compute_posterior


def known(*pairs):
    return [ClusterSums(questions=size, low=total, high=total) for size, total in pairs]


def estimate(clusters, alpha=0.05):
    return estimate_beta_binomial(
        questions=sum(c.questions for c in clusters),
        low=math.fsum(c.low for c in clusters),
        high=math.fsum(c.high for c in clusters),
        alpha=alpha,
        clusters=clusters,
    )


@pytest.mark.parametrize(
    "pairs", [[(10, 2), (10, 0), (10, 7), (5, 1)], [(3, 0)] * 6, [(1, 1), (8, 8), (4, 3)]]
)
def test_agrees_with_quadrature_of_the_distribution_of_scipy(pairs):
    def density(correlation, mean):
        strength = 1 / correlation - 1
        a, b = mean * strength, (1 - mean) * strength
        return math.prod(stats.betabinom.pmf(k, n, a, b) for n, k in pairs)

    def mass(low, high):
        inside = integrate.dblquad(density, low, high, 1e-9, 1 - 1e-9, epsabs=1e-11, epsrel=1e-3)
        return inside[0]

    found = compute_posterior(Counter(pairs), 0.05)
    whole = mass(1e-9, found.lower), mass(found.lower, found.upper), mass(found.upper, 1 - 1e-9)
    assert whole[0] / sum(whole) == pytest.approx(0.05, abs=2e-3)
    assert whole[2] / sum(whole) == pytest.approx(0.05, abs=2e-3)


def test_five_hundred_clusters_of_ten():
    """5,000 samples with the standard error of the reference, .0077: its bound is .1260."""
    strength = 1 / 0.225 - 1
    a, b = 0.1133 * strength, 0.8867 * strength
    expected = 500 * stats.betabinom.pmf(np.arange(11), 10, a, b)
    numbers = np.floor(expected).astype(int)
    numbers[np.argsort(expected - numbers)[::-1][: 500 - numbers.sum()]] += 1
    sums = np.repeat(np.arange(11), numbers)
    error = math.sqrt(((sums - sums.mean()) ** 2).sum()) / 5000
    assert error == pytest.approx(0.00774, abs=1e-4)
    found = estimate(known(*((10, int(total)) for total in sums)))
    assert found.point == pytest.approx(0.1133, abs=1e-3)
    assert found.upper == pytest.approx(0.1260, abs=1e-3)
    assert found.upper == pytest.approx(found.point + stats.norm.ppf(0.95) * error, abs=2e-3)
    assert found.method == "beta-binomial"
    assert found.effective_n == pytest.approx(5000 / (1 + 9 * 0.225), rel=0.1)
    assert (found.clusters, found.n, found.estimand) == (500, 5000, "population")


def test_the_grid_is_fine_enough():
    tallies = Counter({(10, k): n for k, n in enumerate([200, 120, 80, 50, 30, 10, 5, 3, 1, 1, 0])})
    found = compute_posterior(tallies, 0.05)
    finer = compute_posterior(tallies, 0.05, cells=(4 * CELLS[0], 4 * CELLS[1]))
    assert found.upper == pytest.approx(finer.upper, abs=5e-6)
    assert found.lower == pytest.approx(finer.lower, abs=5e-6)
    assert found.mean == pytest.approx(finer.mean, abs=5e-6)
    # Clusters that stand for themselves give the posterior of one proportion.
    single = compute_posterior(Counter({(1, 1): 300, (1, 0): 700}), 0.05)
    assert single.upper == pytest.approx(stats.beta(301, 701).ppf(0.95), abs=1e-5)
    many = compute_posterior(Counter({(10, 1): 400_000, (10, 2): 300_000, (10, 0): 300_000}), 0.05)
    assert many.upper - many.lower < 1e-3


def test_bounds_are_moved_out_to_the_share_measured():
    found = estimate(known(*[(10, 0)] * 10))
    assert found.lower == found.point == 0
    assert 0 < found.upper < 0.2
    passed = estimate(known(*[(10, 10)] * 10))
    assert passed.upper == 1
    assert passed.lower == pytest.approx(1 - found.upper, abs=1e-6)


def rate_of_rule_outs(seed, clusters, icc, rate, runs):
    """Percent of runs in which 20 % is ruled out; a coarse grid, because thousands are needed."""
    rng = np.random.default_rng(seed)
    strength = 1 / icc - 1
    rates = rng.beta(rate * strength, (1 - rate) * strength, (runs, clusters))
    below = 0
    for run in rng.binomial(10, rates).tolist():
        below += compute_posterior(Counter((10, k) for k in run), 0.05, (99, 20)).upper < 0.2
    return 100 * below / runs


def test_the_rate_of_false_rule_outs_and_the_power():
    # An independent program with scipy's betaln on a fixed grid gave 0.7, 2.7 and 37.0 percent.
    assert rate_of_rule_outs(1, 10, 0.3, 0.2, 600) == pytest.approx(0.9, abs=1)
    assert 1 <= rate_of_rule_outs(2, 30, 0.1, 0.2, 600) <= 5
    assert rate_of_rule_outs(3, 10, 0.3, 0.05, 300) == pytest.approx(37, abs=8)
    assert rate_of_rule_outs(4, 30, 0.1, 0.05, 50) == 100


@pytest.mark.parametrize(
    ("clusters", "reason"),
    [
        ([], "no-questions"),
        (known((4, 1)), "too-few-clusters"),
        (known((4, 1), (4, 5)), "bad-cluster"),
        (known((4, 1), (4, 0.5)), "not-whole"),
        ([*known((4, 1)), ClusterSums(questions=4, low=1, high=2)], "unknown-scores"),
    ],
)
def test_what_the_model_cannot_count_has_no_estimate(clusters, reason):
    found = estimate(clusters)
    assert isinstance(found, Undefined)
    assert found.reason == reason


def test_sums_that_contradict_the_clusters_have_no_estimate():
    pairs = known((4, 1), (4, 1))
    for change, reason in (
        ({"low": 1}, "clusters-disagree"),
        ({"questions": 9}, "clusters-disagree"),
        ({"low": math.nan}, "not-a-number"),
        ({"alpha": 0.5}, "alpha-out-of-range"),
    ):
        whole = {"questions": 8, "low": 2, "high": 2, "alpha": 0.05, **change}
        assert estimate_beta_binomial(**whole, clusters=pairs).reason == reason


@settings(max_examples=30)
@given(
    st.lists(
        st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
        min_size=2,
        max_size=15,
    ),
    st.floats(1e-4, 0.49),
)
def test_every_set_of_clusters_has_an_estimate_and_a_mirror_image(pairs, alpha):
    found = estimate(known(*pairs), alpha)
    mirror = estimate(known(*((n, n - k) for n, k in pairs)), alpha)
    assert isinstance(found, Estimate)
    assert mirror.upper == pytest.approx(1 - found.lower, abs=1e-6)
    assert mirror.lower == pytest.approx(1 - found.upper, abs=1e-6)
