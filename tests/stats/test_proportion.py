import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.stats import (
    ClusterSums,
    Estimate,
    Undefined,
    clopper_pearson_lower,
    clopper_pearson_upper,
    effective_sample_size,
    estimate_proportion,
)


def estimate(clusters, alpha=0.05):
    found = estimate_proportion(
        questions=sum(cluster.questions for cluster in clusters),
        low=math.fsum(cluster.low for cluster in clusters),
        high=math.fsum(cluster.high for cluster in clusters),
        alpha=alpha,
        clusters=clusters,
    )
    assert isinstance(found, Estimate)
    return found


def known(*pairs):
    return [ClusterSums(questions=size, low=total, high=total) for size, total in pairs]


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


def test_questions_that_stand_for_themselves():
    assert estimate_proportion(questions=45, low=20.4, high=21.4, alpha=0.05) == Estimate(
        point_low=20.4 / 45,
        point_high=21.4 / 45,
        lower=clopper_pearson_lower(20.4, 45, 0.05),
        upper=clopper_pearson_upper(21.4, 45, 0.05),
        method="clopper-pearson",
        n=45,
        effective_n=45.0,
        clusters=None,
        alpha=0.05,
    )


def test_ten_failures_do_not_show_zero():
    found = estimate_proportion(questions=10, low=0, high=0, alpha=0.05)
    assert found.point == 0
    assert type(found.effective_n) is float
    assert found.upper == pytest.approx(0.259, abs=5e-4)


def test_clustered_questions():
    # Many clusters with some spread: the effective sample size decides, not the floor.
    clusters = known(*[(10, 2), (10, 5), (10, 8)] * 20)
    size = effective_sample_size(clusters, 0.01)
    assert estimate(clusters, alpha=0.01) == Estimate(
        point_low=0.5,
        point_high=0.5,
        lower=clopper_pearson_lower(0.5 * size, size, 0.01),
        upper=clopper_pearson_upper(0.5 * size, size, 0.01),
        method="korn-graubard",
        n=600,
        effective_n=size,
        clusters=60,
        alpha=0.01,
    )


@pytest.mark.parametrize("count", [2, 5, 13, 14, 60])
@pytest.mark.parametrize("size", [1, 10, 1000])
def test_nothing_is_ruled_out_below_what_the_clusters_alone_allow(count, size):
    floor = clopper_pearson_upper(0, count, 0.05)
    assert floor == pytest.approx(1 - 0.05 ** (1 / count))
    failed = estimate(known(*[(size, 0)] * count))
    assert failed.upper == pytest.approx(floor)
    assert failed.upper >= floor
    assert (failed.upper < 0.2) == (count >= 14)
    passed = estimate(known(*[(size, size)] * count))
    assert passed.lower == pytest.approx(1 - floor)


def test_the_first_success_does_not_lower_the_upper_bound():
    # One success makes the spread measurable; without the floor the bound would fall to 6 %.
    failed = estimate(known(*[(10, 0)] * 10))
    once = known((10, 1), *[(10, 0)] * 9)
    size = effective_sample_size(once, 0.05)
    assert clopper_pearson_upper(0.01 * size, size, 0.05) < 0.06
    assert estimate(once).upper > failed.upper > 0.25


def test_clusters_that_agree_do_not_hide_the_ones_not_seen():
    found = estimate(known(*[(50, 5)] * 14))
    assert found.upper == pytest.approx(1 - 0.9 * 0.05 ** (1 / 14))
    assert found.lower == pytest.approx(
        clopper_pearson_lower(0.1 * found.effective_n, found.effective_n, 0.05)
    )
    mirrored = estimate(known(*[(50, 45)] * 14))
    assert mirrored.lower == pytest.approx(0.9 * 0.05 ** (1 / 14))
    assert mirrored.upper == pytest.approx(1 - found.lower)


def test_clusters_of_unequal_size_allow_less():
    equal = estimate(known(*[(10, 0)] * 20))
    unequal = estimate(known(*[(91, 0)], *[(1, 0)] * 19))
    kish = 110**2 / (91**2 + 19)
    assert unequal.upper == pytest.approx(1 - 0.05 ** (1 / kish))
    assert unequal.upper > equal.upper


@given(st.lists(st.sampled_from([0, 1]), min_size=2, max_size=60), st.floats(1e-4, 0.4))
def test_clusters_of_one_question_agree_with_the_exact_bounds_of_one_question_less(scores, alpha):
    n, passed = len(scores), sum(scores)
    found = estimate(known(*((1, score) for score in scores)), alpha)
    less = n - 1 if 0 < passed < n else n
    proportion = passed / n
    upper = clopper_pearson_upper(proportion * less, less, alpha)
    lower = clopper_pearson_lower(proportion * less, less, alpha)
    assert found.upper == pytest.approx(upper, abs=1e-9)
    assert found.lower == pytest.approx(lower, abs=1e-9)
    assert found.upper >= clopper_pearson_upper(passed, n, alpha) - 1e-9
    assert found.lower <= clopper_pearson_lower(passed, n, alpha) + 1e-9


@given(partly_known_clusters(), st.floats(1e-4, 0.49))
def test_bounds_cover_every_completion_of_unknown_scores(case, alpha):
    clusters, completion = case
    covering, covered = estimate(clusters, alpha), estimate(completion, alpha)
    assert covering.lower <= covered.lower + 1e-9
    assert covering.upper >= covered.upper - 1e-9
    assert covering.point_low <= covered.point <= covering.point_high


@given(partly_known_clusters(), st.floats(1e-4, 0.49))
def test_the_mirror_image_has_mirrored_bounds(case, alpha):
    clusters, _ = case
    mirror = [
        ClusterSums(questions=c.questions, low=c.questions - c.high, high=c.questions - c.low)
        for c in clusters
    ]
    found, mirrored = estimate(clusters, alpha), estimate(mirror, alpha)
    assert mirrored.upper == pytest.approx(1 - found.lower, abs=1e-8)
    assert mirrored.lower == pytest.approx(1 - found.upper, abs=1e-8)


@given(partly_known_clusters(), st.floats(1e-4, 0.49), st.floats(1e-4, 0.49))
def test_a_smaller_alpha_widens(case, one, other):
    small, large = sorted((one, other))
    wide, narrow = estimate(case[0], small), estimate(case[0], large)
    assert wide.lower <= narrow.lower + 1e-9
    assert wide.upper >= narrow.upper - 1e-9


@given(st.integers(1, 500), st.floats(1e-4, 0.49), st.lists(st.floats(0, 1), min_size=4))
def test_wider_sums_widen(questions, alpha, shares):
    a, b, c, d = sorted(share * questions for share in shares[:4])
    wide = estimate_proportion(questions=questions, low=a, high=d, alpha=alpha)
    narrow = estimate_proportion(questions=questions, low=b, high=c, alpha=alpha)
    assert wide.lower <= narrow.lower + 1e-12
    assert wide.upper >= narrow.upper - 1e-12


WHOLE = {"questions": 4, "low": 1, "high": 2, "alpha": 0.05}
PARTS = [ClusterSums(questions=2, low=1, high=2), ClusterSums(questions=2, low=0, high=0)]


@pytest.mark.parametrize(
    ("change", "reason", "message"),
    [
        ({"alpha": 0}, "alpha-out-of-range", "alpha must lie between 0 and 0.5, found 0"),
        ({"alpha": 0.5}, "alpha-out-of-range", "alpha must lie between 0 and 0.5, found 0.5"),
        ({"alpha": math.nan}, "alpha-out-of-range", "alpha must lie between 0 and 0.5, found nan"),
        ({"questions": -1}, "bad-count", "-1 is not a whole number of questions"),
        ({"questions": 4.0}, "bad-count", "4.0 is not a whole number of questions"),
        ({"questions": 0, "low": 0, "high": 0}, "no-questions", "there are no questions"),
        ({"low": math.nan}, "not-a-number", "a score sum is not a number: nan, 2"),
        ({"high": math.nan}, "not-a-number", "a score sum is not a number: 1, nan"),
        ({"high": math.inf}, "not-a-number", "a score sum is not a number: 1, inf"),
        (
            {"low": -0.5},
            "sum-out-of-range",
            "needs 0 <= low <= high <= 4, found low -0.5 and high 2",
        ),
        ({"low": 3}, "sum-out-of-range", "needs 0 <= low <= high <= 4, found low 3 and high 2"),
        (
            {"high": 4.5},
            "sum-out-of-range",
            "needs 0 <= low <= high <= 4, found low 1 and high 4.5",
        ),
        (
            {"clusters": []},
            "too-few-clusters",
            "one spread needs two clusters or more, found 0",
        ),
        (
            {"clusters": [ClusterSums(questions=4, low=1, high=2)]},
            "too-few-clusters",
            "one spread needs two clusters or more, found 1",
        ),
        (
            {"clusters": [PARTS[0], ClusterSums(questions=2, low=0, high=-1)]},
            "bad-cluster",
            "cluster 1 cannot be: ClusterSums(questions=2, low=0, high=-1)",
        ),
        (
            {"clusters": [*PARTS, ClusterSums(questions=1, low=0, high=0)]},
            "clusters-disagree",
            "the clusters add up to 5, the whole is 4",
        ),
        (
            {"clusters": PARTS, "low": 0.5},
            "clusters-disagree",
            "the clusters add up to 1.0, the whole is 0.5",
        ),
        (
            {"clusters": PARTS, "high": 2.5},
            "clusters-disagree",
            "the clusters add up to 2.0, the whole is 2.5",
        ),
    ],
)
def test_every_reason_why_there_is_no_estimate(change, reason, message):
    found = estimate_proportion(**{**WHOLE, **change})
    assert found == Undefined(reason=reason, message=message)


def test_cluster_sums_may_differ_by_rounding_only():
    def total(high):
        return estimate_proportion(**{**WHOLE, "high": high}, clusters=PARTS)

    assert isinstance(total(2 + 3.9e-9), Estimate)
    assert isinstance(total(2 - 3.9e-9), Estimate)
    one_less = estimate_proportion(**{**WHOLE, "low": 1 - 3.9e-9}, clusters=PARTS)
    assert isinstance(one_less, Estimate)
    assert total(2 + 4.1e-9).reason == "clusters-disagree"
    assert total(2 - 4.1e-9).reason == "clusters-disagree"


def test_a_fault_of_the_whole_is_named_before_its_clusters_are_read():
    for clusters in (PARTS, [], PARTS[:1] * 3):
        found = estimate_proportion(**{**WHOLE, "alpha": 0}, clusters=clusters)
        assert found.reason == "alpha-out-of-range"


def test_sums_at_every_limit_are_accepted():
    for low, high in ((0, 0), (0, 1), (1, 1)):
        assert estimate_proportion(questions=1, low=low, high=high, alpha=0.499).n == 1
