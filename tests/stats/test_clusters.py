import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ifthen.errors import Error
from ifthen.stats import (
    ClusterSums,
    clopper_pearson_lower,
    clopper_pearson_upper,
    effective_clusters,
    effective_sample_size,
)
from ifthen.stats.clusters import cluster_floor_lower, cluster_floor_upper


def known(*pairs):
    """Clusters without unknown scores, from (questions, sum)."""
    return [ClusterSums(questions=size, low=total, high=total) for size, total in pairs]


@st.composite
def known_clusters(draw):
    sizes = draw(st.lists(st.integers(1, 12), min_size=2, max_size=12))
    return known(*((size, draw(st.integers(0, 2 * size)) / 2) for size in sizes))


@st.composite
def partly_known_clusters(draw):
    """(clusters with unknown scores, one completion of them)."""
    sizes = draw(st.lists(st.integers(1, 12), min_size=2, max_size=12))
    clusters, completion = [], []
    for size in sizes:
        unknown = draw(st.integers(0, min(size, draw(st.sampled_from([0, 0, 1, 12])))))
        low = draw(st.integers(0, size - unknown))
        clusters.append(ClusterSums(questions=size, low=low, high=low + unknown))
        completion.append((size, low + draw(st.integers(0, unknown))))
    return clusters, known(*completion)


def oracle(clusters, alpha):
    """Korn and Graubard's effective sample size in exact fractions, by residuals of ratios."""
    sizes = [Fraction(c.questions) for c in clusters]
    totals = [Fraction(c.low) for c in clusters]
    n, count = sum(sizes), len(sizes)
    p = sum(totals) / n
    if p in (0, 1):
        return float(n**2 / sum(s * s for s in sizes))
    residuals = [(t / s - p) * s / n for s, t in zip(sizes, totals, strict=True)]
    variance = Fraction(count, count - 1) * sum(r * r for r in residuals)
    simple = n if variance == 0 else min(n, p * (1 - p) / variance)
    kish = float(n**2 / sum(s * s for s in sizes))
    t_all = stats.t.isf(alpha, int(n) - 1)
    t_clusters = stats.t.isf(alpha, max(1.0, kish - 1))
    return min(float(n), float(simple) * (t_all / t_clusters) ** 2)


@given(known_clusters(), st.floats(1e-4, 0.49))
def test_agrees_with_an_independent_computation(clusters, alpha):
    assert effective_sample_size(clusters, alpha) == pytest.approx(
        oracle(clusters, alpha), rel=1e-9
    )


def test_a_case_worked_by_hand():
    # p = 6/12; deviations from 2 are 2, -2, 0; SE^2 = 8/144 * 3/2 = 1/12; p(1-p)/n = 1/48;
    # deff = 4; t[11] and t[2] at 5 % are 1.795885 and 2.919986.
    clusters = known((4, 4), (4, 0), (4, 2))
    expected = 12 / 4 * (1.795885 / 2.919986) ** 2
    assert effective_sample_size(clusters, 0.05) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("score", [0, 1])
def test_without_spread_to_measure_each_cluster_counts_once(score):
    same = known(*[(10, 10 * score)] * 14)
    assert effective_sample_size(same, 0.05) == 14
    mixed = known((30, 30 * score), (10, 10 * score))
    assert effective_sample_size(mixed, 0.05) == pytest.approx(1600 / 1000)


def test_clusters_that_are_all_alike_earn_no_more_than_their_questions():
    clusters = known(*[(10, 5)] * 5)
    expected = 50 * (stats.t.isf(0.05, 49) / stats.t.isf(0.05, 4)) ** 2
    assert effective_sample_size(clusters, 0.05) == pytest.approx(expected)


@given(st.lists(st.sampled_from([0, 1]), min_size=2, max_size=60), st.floats(1e-4, 0.49))
def test_clusters_of_one_question_are_worth_their_number(scores, alpha):
    clusters = known(*((1, score) for score in scores))
    n, mixed = len(scores), 0 < sum(scores) < len(scores)
    # One question is lost for estimating the spread when there is one.
    expected = n - 1 if mixed else n
    assert effective_sample_size(clusters, alpha) == pytest.approx(expected)


@given(partly_known_clusters(), st.floats(1e-4, 0.49))
def test_unknown_scores_never_count_for_more_than_any_completion(case, alpha):
    clusters, completion = case
    size = effective_sample_size(clusters, alpha)
    assert 0 < size <= effective_sample_size(completion, alpha) * (1 + 1e-12)


def test_one_unknown_score_among_many_costs_little():
    clusters = known(*[(10, 2), (10, 8)] * 10)
    complete = effective_sample_size(clusters, 0.05)
    clusters[0] = ClusterSums(questions=10, low=2, high=3)
    assert 0.9 * complete < effective_sample_size(clusters, 0.05) < complete


def test_when_unknown_scores_leave_the_spread_open_the_design_effect_is_the_greatest_possible():
    clusters = [*known((10, 0), (10, 0), (10, 0)), ClusterSums(questions=10, low=0, high=1)]
    ratio = stats.t.isf(0.05, 39) / stats.t.isf(0.05, 3)
    assert effective_sample_size(clusters, 0.05) == pytest.approx(40 / 10 * 3 / 4 * ratio**2)
    # The same limit, reached from the other side by clusters that succeed or fail entirely.
    whole = known((10, 10), (10, 0), (10, 0), (10, 0))
    assert effective_sample_size(whole, 0.05) == pytest.approx(40 / 10 * 3 / 4 * ratio**2)


def test_unknown_scores_never_cost_more_than_the_greatest_possible_design_effect():
    clusters = [*known((10, 0), (10, 0), (10, 1)), ClusterSums(questions=10, low=0, high=10)]
    ratio = stats.t.isf(0.05, 39) / stats.t.isf(0.05, 3)
    assert effective_sample_size(clusters, 0.05) == pytest.approx(40 / 10 * 3 / 4 * ratio**2)


def test_the_order_of_clusters_makes_no_difference_at_all():
    clusters = [
        ClusterSums(questions=10, low=7.3 * place % 9.1, high=7.3 * place % 9.1 + 0.1 * (place % 9))
        for place in range(40)
    ]
    sizes = {effective_sample_size(clusters[k:] + clusters[:k], 0.05) for k in range(40)}
    assert len(sizes) == 1
    assert type(sizes.pop()) is float


def test_both_ends_of_the_unknown_scores_are_tried():
    # The first cluster lies furthest out with its least sum, the last with its greatest.
    clusters = [
        ClusterSums(questions=10, low=1, high=5),
        *known(*[(10, 5)] * 6),
        ClusterSums(questions=10, low=5, high=9),
    ]
    low, high = 36 / 80, 44 / 80
    spread = 2 * (10 * high - 1) ** 2 + 6 * (10 * high - 5) ** 2
    deff = spread / 80**2 * 8 / 7 / (low * (1 - low) / 80)
    ratio = stats.t.isf(0.05, 79) / stats.t.isf(0.05, 7)
    assert effective_sample_size(clusters, 0.05) == pytest.approx(80 / deff * ratio**2)


@given(known_clusters())
def test_effective_clusters_lie_between_one_and_their_number(clusters):
    sizes = [cluster.questions for cluster in clusters]
    found = effective_clusters(clusters)
    assert 1 < found <= len(sizes)
    assert (found == len(sizes)) == (len(set(sizes)) == 1)
    assert effective_sample_size(clusters, 0.05) > 0


def test_the_degrees_of_freedom_stop_at_one():
    # One cluster holds nearly everything: 1.004 effective clusters.
    clusters = known((1000, 500), (1, 0), (1, 1))
    ratio = stats.t.isf(0.05, 1001) / stats.t.isf(0.05, 1)
    assert effective_sample_size(clusters, 0.05) == pytest.approx(1002 * ratio**2)


def test_floors_are_the_exact_bounds_of_the_clusters_at_the_ends():
    assert cluster_floor_upper(0, 14, 0.05) == pytest.approx(clopper_pearson_upper(0, 14, 0.05))
    assert cluster_floor_lower(1, 14, 0.05) == pytest.approx(clopper_pearson_lower(14, 14, 0.05))
    assert cluster_floor_upper(1, 14, 0.05) == 1
    assert cluster_floor_lower(0, 14, 0.05) == 0
    assert cluster_floor_upper(0.1, 14, 0.05) == pytest.approx(1 - 0.9 * 0.05 ** (1 / 14))


@given(st.floats(0, 1), st.floats(1.01, 200), st.floats(1e-4, 0.4))
def test_floors_are_looser_than_the_exact_bounds_of_so_many_questions(proportion, count, alpha):
    whole = proportion * count
    assert cluster_floor_upper(proportion, count, alpha) <= (
        clopper_pearson_upper(whole, count, alpha) + 1e-12
    )
    assert cluster_floor_lower(proportion, count, alpha) >= (
        clopper_pearson_lower(whole, count, alpha) - 1e-12
    )


IMPOSSIBLE = [
    ClusterSums(questions=0, low=0, high=0),
    ClusterSums(questions=-1, low=0, high=0),
    ClusterSums(questions=1.5, low=0, high=0),
    ClusterSums(questions=2, low=-0.1, high=0),
    ClusterSums(questions=2, low=1, high=0.9),
    ClusterSums(questions=2, low=1, high=2.1),
    ClusterSums(questions=2, low=math.nan, high=1),
    ClusterSums(questions=2, low=0, high=math.nan),
]


@pytest.mark.parametrize("cluster", IMPOSSIBLE)
def test_impossible_clusters_are_refused(cluster):
    assert not cluster.is_possible()
    for compute in (effective_clusters, lambda found: effective_sample_size(found, 0.05)):
        with pytest.raises(Error) as caught:
            compute([*known((2, 1), (2, 0)), cluster])
        assert caught.value.code == "stats.clusters"


def test_clusters_at_every_limit_are_possible():
    for low, high in ((0, 0), (0, 1), (1, 1)):
        assert ClusterSums(questions=1, low=low, high=high).is_possible()


@pytest.mark.parametrize("clusters", [[], known((5, 2))])
def test_fewer_than_two_clusters_are_refused(clusters):
    with pytest.raises(Error) as caught:
        effective_sample_size(clusters, 0.05)
    assert caught.value.code == "stats.clusters"
    assert caught.value.message == "needs two or more clusters, each with possible sums"


def test_the_level_is_checked():
    with pytest.raises(Error, match=r"stats\.alpha"):
        effective_sample_size(known((2, 1), (2, 0)), 0.5)
    with pytest.raises(Error, match=r"stats\.alpha"):
        effective_sample_size(known((2, 0), (2, 0)), 0)


def test_cluster_sums_are_frozen_keyword_only_and_without_further_attributes():
    cluster = ClusterSums(questions=1, low=0, high=1)
    with pytest.raises(AttributeError):
        cluster.low = 1
    assert not hasattr(cluster, "__dict__")
    with pytest.raises(TypeError):
        ClusterSums(1, 0, 1)
