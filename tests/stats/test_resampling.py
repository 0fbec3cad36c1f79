import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ifthen.errors import Error
from ifthen.stats import bootstrap_cluster_means, clustered_standard_error
from ifthen.stats.resampling import MAX_DRAWS


def samples(seed=0, clusters=40, size=6):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(clusters), size)
    scores = rng.random(clusters * size) < np.repeat(rng.beta(1, 4, clusters), size)
    return scores.astype(float), codes


def unequal(seed=1):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(30), rng.integers(1, 9, 30))
    return rng.random(len(codes)), codes


@pytest.mark.parametrize("data", [samples(), unequal()])
def test_agrees_with_statsmodels(data):
    api = pytest.importorskip("statsmodels.api")
    scores, codes = data
    ones = np.ones(len(scores))
    found = clustered_standard_error(scores, codes)
    gee = api.GEE(scores, ones, groups=codes, family=api.families.Gaussian()).fit()
    assert found == pytest.approx(gee.bse[0], rel=1e-9)
    options = {"groups": codes, "use_correction": False}
    ols = api.OLS(scores, ones).fit(cov_type="cluster", cov_kwds=options)
    assert found == pytest.approx(ols.bse[0], rel=1e-9)


def test_clusters_of_one_score_have_the_usual_standard_error():
    scores, _ = unequal()
    found = clustered_standard_error(scores, np.arange(len(scores)))
    assert found == pytest.approx(stats.sem(scores, ddof=0))


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 6)), min_size=2, max_size=60))
def test_agrees_with_the_formula(rows):
    names = sorted({name for _, name in rows})
    codes = [names.index(name) for _, name in rows]
    scores = [score for score, _ in rows]
    if len(names) < 2:
        with pytest.raises(Error, match=r"stats\.clusters"):
            clustered_standard_error(scores, codes)
        return
    mean = sum(scores) / len(scores)
    squares = sum(
        sum(s - mean for s, code in zip(scores, codes, strict=True) if code == c) ** 2
        for c in range(len(names))
    )
    expected = math.sqrt(squares) / len(scores)
    assert clustered_standard_error(scores, codes) == pytest.approx(expected, abs=1e-9)


def few_kinds():
    """Clusters of one and of three questions: too unequal to convolve, few enough to count."""
    rng = np.random.default_rng(2)
    codes = np.repeat(np.arange(30), np.where(np.arange(30) % 2, 3, 1))
    return (rng.random(len(codes)) < 0.4).astype(float), codes


@pytest.mark.parametrize("data", [samples(), few_kinds(), unequal()])
def test_the_bootstrap_is_that_of_drawing_clusters_one_by_one(data):
    scores, codes = data
    found = bootstrap_cluster_means(scores, codes, draws=20_000, rng=np.random.default_rng(5))
    rng, count = np.random.default_rng(6), codes.max() + 1
    sizes, sums = np.bincount(codes), np.bincount(codes, weights=scores)
    chosen = rng.integers(0, count, (20_000, count))
    plain = sums[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
    assert found.shape == (20_000,)
    assert stats.ks_2samp(found, plain).statistic < 0.02
    assert found.std() == pytest.approx(clustered_standard_error(scores, codes), rel=0.03)


def test_the_distribution_of_the_total_is_that_of_every_sample():
    """Three clusters of two questions: all 27 bootstrap samples, against their shares drawn."""
    scores, codes = [1, 1, 0, 1, -1, 0], [0, 0, 1, 1, 2, 2]
    found = bootstrap_cluster_means(scores, codes, draws=200_000, rng=np.random.default_rng(3))
    every = np.round([sum(c) / 6 for c in itertools.product((2, 1, -1), repeat=3)], 9)
    for mean in set(every.tolist()):
        share = np.mean(np.round(found, 9) == mean)
        assert share == pytest.approx(np.mean(every == mean), abs=0.005)
    assert set(np.round(found, 9).tolist()) == set(every.tolist())


def test_the_same_generator_gives_the_same_draws():
    scores, codes = samples()
    one, other = (
        bootstrap_cluster_means(scores, codes, draws=100, rng=np.random.default_rng(1))
        for _ in range(2)
    )
    assert (one == other).all()


def test_all_equal_scores_have_no_spread_and_that_decides_nothing():
    codes = np.arange(10) // 2
    assert clustered_standard_error(np.zeros(10), codes) == 0
    drawn = bootstrap_cluster_means(np.zeros(10), codes, draws=50, rng=np.random.default_rng(0))
    assert (drawn == 0).all()


@pytest.mark.parametrize(
    ("scores", "clusters", "code"),
    [
        ([0, math.nan], [0, 1], "stats.scores"),
        ([0, math.inf], [0, 1], "stats.scores"),
        (["a", "b"], [0, 1], "stats.scores"),
        ([[0, 1]], [0, 1], "stats.scores"),
        ([0, [1]], [0, 1], "stats.scores"),
        ([0, 1], [0], "stats.clusters"),
        ([0, 1], [0.0, 1.0], "stats.clusters"),
        ([0, 1], ["a", "b"], "stats.clusters"),
        ([0, 1], [0, 0], "stats.clusters"),
        ([0, 1], [-1, 0], "stats.clusters"),
        ([0, 1], [0, 2], "stats.clusters"),
        ([0, 1, 0, 1], [0, 3, 3, 1], "stats.clusters"),
        ([0, 1], [0, 10**15], "stats.clusters"),
        ([], [], "stats.clusters"),
    ],
)
def test_samples_that_cannot_be_are_refused(scores, clusters, code):
    with pytest.raises(Error) as caught:
        clustered_standard_error(scores, clusters)
    assert caught.value.code == code
    with pytest.raises(Error):
        bootstrap_cluster_means(scores, clusters, draws=10, rng=np.random.default_rng(0))


@pytest.mark.parametrize("draws", [0, -1, 2.5, MAX_DRAWS + 1])
def test_draws_that_cannot_be_are_refused(draws):
    with pytest.raises(Error, match=r"stats\.draws"):
        bootstrap_cluster_means(*samples(), draws=draws, rng=np.random.default_rng(0))
