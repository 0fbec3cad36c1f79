"""How often a conclusion is false: by enumeration where that is possible, else by simulation.

Nothing else here is random, and the simulations have a fixed seed.
"""

import itertools

import numpy as np
import pytest
from scipy import stats

from ifthen.stats import (
    ClusterSums,
    Side,
    clopper_pearson_lower,
    clopper_pearson_upper,
    compare,
    effective_sample_size,
    estimate_proportion,
)


def sides(n, threshold, alpha=0.05):
    """The side that each number of successes from 0 to n shows."""
    return [
        compare(estimate_proportion(questions=n, low=x, high=x, alpha=alpha), threshold=threshold)
        for x in range(n + 1)
    ]


@pytest.mark.parametrize("threshold", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_no_more_than_alpha_of_conclusions_at_the_threshold_are_false(threshold, alpha):
    for n in [*range(10, 60), *range(60, 201, 7), 198, 200]:
        chance = stats.binom.pmf(np.arange(n + 1), n, threshold)
        shown = sides(n, threshold, alpha)
        for side in (Side.BELOW, Side.REACHED):
            assert sum(chance[[s is side for s in shown]]) <= alpha


@pytest.mark.parametrize(
    ("n", "below", "reached"),
    [(20, 0, 8), (50, 5, 16), (100, 13, 28), (198, 30, 50), (500, 84, 116)],
)
def test_the_numbers_that_rule_out_and_reach_a_fifth(n, below, reached):
    shown = sides(n, 0.2)
    assert shown[below] is Side.BELOW
    assert shown[below + 1] is Side.STRADDLES
    assert shown[reached - 1] is Side.STRADDLES
    assert shown[reached] is Side.REACHED


@pytest.mark.parametrize(
    ("n", "proportion", "percents"),
    [
        (20, 0.05, (36, 64, 0)),
        (20, 0.25, (0, 90, 10)),
        (50, 0.1, (62, 38, 0)),
        (50, 0.2, (5, 92, 3)),
        (100, 0.15, (35, 65, 0)),
        (198, 0.25, (0, 50, 49)),
        (500, 0.18, (26, 73, 0)),
    ],
)
def test_the_chance_of_each_conclusion(n, proportion, percents):
    chance = stats.binom.pmf(np.arange(n + 1), n, proportion)
    shown = sides(n, 0.2)
    found = [
        100 * sum(chance[[s is side for s in shown]])
        for side in (Side.BELOW, Side.STRADDLES, Side.REACHED)
    ]
    assert found == pytest.approx(percents, abs=0.6)


@pytest.mark.parametrize(
    ("threshold", "rates"), [(0.05, (0, 0, 3.7, 2.8)), (0.2, (1.2, 4.8, 4.7, 4.9))]
)
def test_the_rate_of_false_rule_outs_at_the_threshold(threshold, rates):
    for n, rate in zip((20, 50, 100, 198), rates, strict=True):
        chance = stats.binom.pmf(np.arange(n + 1), n, threshold)
        found = 100 * sum(chance[[s is Side.BELOW for s in sides(n, threshold)]])
        assert found == pytest.approx(rate, abs=0.06)


def distribution_of_sums(weights, n):
    found = np.array([1.0])
    for _ in range(n):
        found = np.convolve(found, weights)
    return found


@pytest.mark.parametrize("alpha", [0.05, 0.3])
@pytest.mark.parametrize("n", [3, 10, 25])
def test_scores_between_zero_and_one_keep_the_level(n, alpha):
    """Every distribution on fifths with three values, at thresholds just above a possible bound."""
    for below in (0, 1, n // 2 * 5 + 2):
        threshold = clopper_pearson_upper(below / 5, n, alpha) + 1e-9
        sums = np.arange(5 * n + 1)
        shown = [clopper_pearson_upper(s / 5, n, alpha) < threshold for s in sums]
        for low, middle, high in itertools.combinations(range(6), 3):
            for share in (0.0, 0.2, 0.5, 0.8):
                weights = np.zeros(6)
                rest = threshold - share * middle / 5
                top = (rest - (1 - share) * low / 5) / (high / 5 - low / 5)
                if not 0 <= top <= 1 - share:
                    continue
                weights[[low, middle, high]] = 1 - share - top, share, top
                assert sum(distribution_of_sums(weights, n)[shown]) <= alpha + 1e-9


def test_the_bound_is_concave_in_the_sum():
    """Then the level for two-valued scores follows from the level for scores of 0 and 1."""
    for n, alpha in itertools.product((1, 4.5, 20, 300), (0.001, 0.05, 0.4)):
        sums = np.linspace(0, n, 121)
        bounds = [clopper_pearson_upper(x, n, alpha) for x in sums]
        assert max(np.diff(bounds, 2)) <= 1e-9


def draw(rng, sizes, runs, threshold, icc):
    """Totals of beta-binomial clusters with mean ``threshold``, shape (runs, clusters)."""
    strength = 1 / icc - 1
    rates = rng.beta(threshold * strength, (1 - threshold) * strength, (runs, len(sizes)))
    return rng.binomial(sizes, rates)


def rates_of_false_rule_outs(sizes, totals, threshold):
    """Percent of runs ruled out: ignoring clusters, by the effective size alone, by us."""
    found = np.zeros(3)
    n = int(sum(sizes))
    for run in totals.tolist():
        clusters = [
            ClusterSums(questions=size, low=total, high=total)
            for size, total in zip(sizes, run, strict=True)
        ]
        size = effective_sample_size(clusters, 0.05)
        whole = sum(run)
        ours = estimate_proportion(
            questions=n, low=whole, high=whole, alpha=0.05, clusters=clusters
        )
        found += (
            clopper_pearson_upper(whole, n, 0.05) < threshold,
            clopper_pearson_upper(whole / n * size, size, 0.05) < threshold,
            ours.upper < threshold,
        )
    return 100 * found / len(totals)


def test_ten_clusters_of_ten_with_strong_dependence():
    totals = draw(np.random.default_rng(1), [10] * 10, 4000, 0.2, 0.3)
    naive, bare, ours = rates_of_false_rule_outs([10] * 10, totals, 0.2)
    assert naive == pytest.approx(20.9, abs=2)
    assert bare == pytest.approx(5.9, abs=1)
    # Ten clusters cannot rule out a fifth at all.
    assert ours == 0


def test_thirty_clusters_of_ten_with_weak_dependence():
    totals = draw(np.random.default_rng(2), [10] * 30, 4000, 0.2, 0.1)
    naive, bare, ours = rates_of_false_rule_outs([10] * 30, totals, 0.2)
    assert naive == pytest.approx(11.3, abs=1.5)
    assert bare == pytest.approx(4.8, abs=1)
    assert ours <= bare


def test_a_few_large_clusters_among_many_small_ones():
    sizes = [60] * 3 + [2] * 27
    totals = draw(np.random.default_rng(3), sizes, 3000, 0.2, 0.9)
    naive, _, ours = rates_of_false_rule_outs(sizes, totals, 0.2)
    assert naive > 40
    assert ours <= 5


def test_a_few_clusters_that_succeed_entirely():
    rng = np.random.default_rng(4)
    rates = np.where(rng.random((3000, 20)) < (0.2 - 0.14) / (1 - 0.14), 1, 0.14)
    totals = rng.binomial(50, rates)
    _, bare, ours = rates_of_false_rule_outs([50] * 20, totals, 0.2)
    assert bare > 15
    assert ours <= 5


def test_reaching_is_the_mirror_image():
    totals = draw(np.random.default_rng(5), [10] * 30, 2000, 0.2, 0.3)
    false = 0
    for run in totals.tolist():
        clusters = [ClusterSums(questions=10, low=total, high=total) for total in run]
        found = estimate_proportion(
            questions=300, low=sum(run), high=sum(run), alpha=0.05, clusters=clusters
        )
        assert found.lower <= clopper_pearson_lower(sum(run), 300, 0.05)
        false += found.lower >= 0.2
    assert false / 2000 <= 0.05
