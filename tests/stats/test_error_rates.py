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
    wilson_interval,
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


def percents_of_sides(n, proportion):
    chance = stats.binom.pmf(np.arange(n + 1), n, proportion)
    shown = sides(n, 0.2)
    return [
        100 * sum(chance[[s is side for s in shown]])
        for side in (Side.BELOW, Side.STRADDLES, Side.REACHED)
    ]


# Percent ruled out, undecided, reached for a threshold of a fifth, at each true proportion.
PROPORTIONS = (0.02, 0.05, 0.1, 0.15, 0.18, 0.2, 0.25, 0.3, 0.4)
PERCENTS = {
    20: "67/33/0 36/64/0 12/88/0 4/96/1 2/96/2 1/96/3 0/90/10 0/77/23 0/42/58",
    50: "100/0/0 96/4/0 62/38/0 22/78/0 9/90/1 5/92/3 1/83/16 0/57/43 0/10/90",
    100: "100/0/0 100/0/0 88/12/0 35/65/0 12/87/1 5/92/3 0/72/28 0/30/70 0/0/100",
    198: "100/0/0 100/0/0 99/1/0 57/43/0 17/82/1 5/91/4 0/50/49 0/6/94 0/0/100",
    500: "100/0/0 100/0/0 100/0/0 88/12/0 26/73/0 4/92/4 0/16/84 0/0/100 0/0/100",
}


@pytest.mark.parametrize("n", PERCENTS)
def test_the_chance_of_each_conclusion(n):
    for proportion, cell in zip(PROPORTIONS, PERCENTS[n].split(), strict=True):
        expected = [float(percent) for percent in cell.split("/")]
        assert percents_of_sides(n, proportion) == pytest.approx(expected, abs=0.65)


@pytest.mark.parametrize(
    ("n", "eighty", "ninety"),
    [
        (14, 0.016, 0.007),
        (20, 0.011, 0.005),
        (30, 0.052, 0.037),
        (50, 0.079, 0.064),
        (100, 0.109, 0.096),
        (198, 0.134, 0.124),
        (500, 0.155, 0.148),
        (1000, 0.169, 0.163),
    ],
)
def test_the_largest_proportion_that_is_mostly_ruled_out(n, eighty, ninety):
    most = max(
        x
        for x in range(n + 1)
        if estimate_proportion(questions=n, low=x, high=x, alpha=0.05).upper < 0.2
    )
    for chance, proportion in ((0.8, eighty), (0.9, ninety)):
        assert stats.binom.cdf(most, n, proportion - 0.0006) > chance
        assert stats.binom.cdf(most, n, proportion + 0.0006) < chance


def false_rule_outs(upper_of, n, threshold):
    chance = stats.binom.pmf(np.arange(n + 1), n, threshold)
    return 100 * sum(p for x, p in enumerate(chance) if upper_of(x, n) < threshold)


def wald(x, n):
    return x / n + stats.norm.ppf(0.95) * (x / n * (1 - x / n) / n) ** 0.5


def wilson(x, n):
    return wilson_interval(x, n, 0.05)[1]


def exact(x, n):
    return estimate_proportion(questions=n, low=x, high=x, alpha=0.05).upper


@pytest.mark.parametrize(
    ("threshold", "upper_of", "worst", "rates"),
    [
        (0.05, wald, 59.9, (35.8, 7.7, 11.8, 6.6)),
        (0.05, wilson, 6.9, (0, 0, 3.7, 2.8)),
        (0.05, exact, 5.0, (0, 0, 3.7, 2.8)),
        (0.2, wald, 23.4, (6.9, 10.3, 8.0, 7.2)),
        (0.2, wilson, 8.59, (6.9, 4.8, 4.7, 4.9)),
        (0.2, exact, 4.96, (1.2, 4.8, 4.7, 4.9)),
    ],
)
def test_the_rate_of_false_rule_outs_at_the_threshold(threshold, upper_of, worst, rates):
    """The exact bound alone never passes 5 %: Wilson is for pictures, Wald for nothing."""
    found = [false_rule_outs(upper_of, n, threshold) for n in (20, 50, 100, 198)]
    assert found == pytest.approx(rates, abs=0.06)
    assert max(false_rule_outs(upper_of, n, threshold) for n in range(10, 201)) == pytest.approx(
        worst, abs=0.06
    )


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
