import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special

from ifthen.errors import Error
from ifthen.stats import Estimate, Undefined, estimate_proportion, estimate_scores
from ifthen.stats.attempts import rounding_lower, rounding_upper
from ifthen.stats.bounded import BETS, betting_lower, betting_upper

scores = st.lists(st.floats(0, 1), min_size=1, max_size=40)
alphas = st.floats(1e-4, 0.49)


@given(scores.filter(lambda found: min(found) < 0.999), alphas)
def test_the_bound_is_where_the_capital_is_one_in_alpha(found, alpha):
    """By another road: the capital as a plain product, the root by Brent's method."""

    def excess(mean):
        bets = [(j + 0.5) / BETS for j in range(BETS)]
        logs = [sum(math.log1p(c * (mean - x) / (1 - mean)) for x in found) for c in bets]
        return special.logsumexp(logs) - math.log(BETS / alpha)

    upper = betting_upper(found, alpha)
    if excess(1 - 1e-9) < 0:
        assert upper > 1 - 1e-9
    else:
        root = optimize.brentq(excess, 0, 1 - 1e-9, xtol=1e-13)
        assert upper == pytest.approx(root, abs=1e-8)


@pytest.mark.parametrize("alpha", [0.05, 0.3])
@pytest.mark.parametrize("n", [1, 2, 4])
def test_scores_with_unequal_distributions_keep_the_level(n, alpha):
    """Every outcome of n scores on quarters, for many distributions, one for each score."""
    rng = np.random.default_rng(n)
    outcomes = list(itertools.product(range(5), repeat=n))
    upper = np.array([betting_upper([x / 4 for x in outcome], alpha) for outcome in outcomes])
    lower = np.array([betting_lower([x / 4 for x in outcome], alpha) for outcome in outcomes])
    for _ in range(300):
        weights = rng.dirichlet(np.full(5, rng.choice([0.1, 1])), size=n)
        mean = float((weights @ np.arange(5)).sum()) / 4 / n
        chance = np.array(
            [math.prod(w[x] for w, x in zip(weights, o, strict=True)) for o in outcomes]
        )
        assert chance[upper < mean - 1e-12].sum() <= alpha + 1e-12
        assert chance[lower > mean + 1e-12].sum() <= alpha + 1e-12


def test_a_sample_without_replacement_keeps_the_level():
    for population in ([0, 0, 0, 0.5, 1, 1], [0, 0, 0, 0, 0, 1], [0.2] * 5 + [1]):
        samples = list(itertools.combinations(population, 4))
        mean = sum(population) / 6
        below = sum(betting_upper(sample, 0.3) < mean for sample in samples)
        assert below / len(samples) <= 0.3


def test_scores_that_spread_little_have_a_narrow_bound():
    narrow = np.random.default_rng(0).beta(20, 80, 500).tolist()
    found = estimate_scores(narrow, narrow, alpha=0.05)
    assert found.method == "betting"
    assert found.upper - found.point < 0.01
    other = estimate_scores(narrow, narrow, alpha=0.05, method="hoeffding-rounding")
    exact = estimate_scores(narrow, narrow, alpha=0.05, method="clopper-pearson")
    assert found.upper < exact.upper < other.upper


def test_each_method_gives_its_bounds():
    lows, highs = [0.0, 0.5, 0.25, 1.0], [0.0, 0.5, 0.75, 1.0]
    betting = estimate_scores(lows, highs, alpha=0.05)
    assert betting == Estimate(
        point_low=1.75 / 4,
        point_high=2.25 / 4,
        lower=betting_lower(lows, 0.05),
        upper=betting_upper(highs, 0.05),
        method="betting",
        n=4,
        effective_n=4.0,
        clusters=None,
        alpha=0.05,
    )
    rounding = estimate_scores(lows, highs, alpha=0.05, method="hoeffding-rounding")
    assert rounding.lower == rounding_lower(1.75, 4, 0.05)
    assert rounding.upper == rounding_upper(2.25, 4, 0.05)
    exact = estimate_scores(lows, highs, alpha=0.05, method="clopper-pearson")
    assert exact == estimate_proportion(questions=4, low=1.75, high=2.25, alpha=0.05)


@pytest.mark.parametrize("method", ["betting", "hoeffding-rounding", "clopper-pearson"])
@pytest.mark.parametrize("score", [0.0, 0.3, 1.0])
def test_scores_that_are_all_equal_still_have_doubt(method, score):
    found = estimate_scores([score] * 10, [score] * 10, alpha=0.05, method=method)
    assert found.upper > score or score == 1 == found.upper
    assert found.lower < score or score == 0 == found.lower
    if score == 0:
        assert found.upper >= 0.2588  # no method shows more than ten failures can


@given(scores, st.floats(0, 1), alphas)
def test_bounds_rise_with_every_score_and_mirror_each_other(found, share, alpha):
    more = [score + share * (1 - score) for score in found]
    assert betting_upper(found, alpha) <= betting_upper(more, alpha) + 1e-9
    assert betting_lower([1 - s for s in found], alpha) == pytest.approx(
        1 - betting_upper([1 - (1 - s) for s in found], alpha), abs=1e-9
    )
    whole = estimate_scores(found, more, alpha=alpha)
    assert isinstance(whole, Estimate)


@pytest.mark.parametrize("bad", [[], [math.nan], [-0.1], [0.5, 1.1]])
def test_scores_that_cannot_be_are_refused(bad):
    for bound in (betting_upper, betting_lower):
        with pytest.raises(Error, match=r"stats\.scores"):
            bound(bad, 0.05)


def test_levels_and_methods_are_checked():
    with pytest.raises(Error, match=r"stats\.alpha"):
        betting_upper([0.5], 0.5)
    with pytest.raises(Error, match=r"stats\.method"):
        estimate_scores([0.5], [0.5], alpha=0.05, method="wilson")


@pytest.mark.parametrize(
    ("lows", "highs", "alpha", "reason"),
    [
        ([], [], 0.05, "no-questions"),
        ([0], [], 0.05, "bad-count"),
        ([0], [math.nan], 0.05, "not-a-number"),
        ([-math.inf], [0], 0.05, "not-a-number"),
        ([0.5], [0.4], 0.05, "score-out-of-range"),
        ([0.5], [1.1], 0.05, "score-out-of-range"),
        ([-0.1], [1], 0.05, "score-out-of-range"),
        ([0], [1], 0.5, "alpha-out-of-range"),
        ([0], [1], math.nan, "alpha-out-of-range"),
    ],
)
def test_every_reason_why_there_is_no_estimate(lows, highs, alpha, reason):
    found = estimate_scores(lows, highs, alpha=alpha)
    assert isinstance(found, Undefined)
    assert found.reason == reason
