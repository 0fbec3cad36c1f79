import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ifthen.errors import Error
from ifthen.stats import (
    ItemScore,
    PairedDifference,
    Undefined,
    clopper_pearson_lower,
    clopper_pearson_upper,
    compare_pairs,
)
from ifthen.stats.bounded import betting_upper


def scored(scores, clusters=None):
    return [
        ItemScore(
            item=f"q{place}",
            low=score[0] if isinstance(score, tuple) else score,
            high=score[1] if isinstance(score, tuple) else score,
            cluster=None if clusters is None else clusters[place],
        )
        for place, score in enumerate(scores)
    ]


def compare(first, second, clusters=None, alpha=0.05):
    return compare_pairs(scored(first, clusters), scored(second, clusters), alpha=alpha)


def test_two_models_on_two_hundred_questions():
    first = [1] * 20 + [0] * 10 + [1] * 70 + [0] * 100
    second = [0] * 20 + [1] * 10 + [1] * 70 + [0] * 100
    found = compare(first, second)
    assert isinstance(found, PairedDifference)
    assert found.point_low == found.point_high == pytest.approx(0.05)
    assert (found.method, found.n, found.clusters, found.test) == (
        "betting",
        200,
        None,
        "mcnemar-exact",
    )
    assert found.p_first_better == pytest.approx(
        stats.binomtest(20, 30, alternative="greater").pvalue
    )
    assert found.p_second_better == pytest.approx(
        stats.binomtest(10, 30, alternative="greater").pvalue
    )
    # Pairs are worth more than two samples with half the error each.
    apart = clopper_pearson_upper(90, 200, 0.025) - clopper_pearson_lower(80, 200, 0.025)
    assert found.upper == pytest.approx(0.134, abs=1e-3)
    assert found.upper < apart - 0.05
    swapped = compare(second, first)
    assert (swapped.lower, swapped.upper) == pytest.approx((-found.upper, -found.lower))
    assert swapped.p_first_better == found.p_second_better


def test_agrees_with_mcnemar_of_statsmodels():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    for wins, losses in ((20, 10), (3, 9), (0, 4), (1, 0)):
        found = compare([1] * wins + [0] * losses + [1, 0], [0] * wins + [1] * losses + [1, 0])
        table = tables.mcnemar([[1, wins], [losses, 1]], exact=True)
        both = 2 * min(found.p_first_better, found.p_second_better)
        assert min(1, both) == pytest.approx(table.pvalue)


def test_models_that_always_agree():
    found = compare([1, 0, 1], [1, 0, 1])
    assert found.point_low == 0
    assert (found.p_first_better, found.p_second_better) == (1, 1)
    assert -1 < found.lower < 0 < found.upper < 1


def test_unknown_scores_count_both_ways():
    found = compare([(0, 1), 1, 0.5], [0.5, (0.25, 1), 0])
    assert found.point_low == pytest.approx((-0.5 + 0 + 0.5) / 3)
    assert found.point_high == pytest.approx((0.5 + 0.75 + 0.5) / 3)
    assert found.upper == pytest.approx(2 * betting_upper([0.75, 0.875, 0.75], 0.05) - 1)
    assert found.test is None
    assert found.p_first_better is None


@pytest.mark.parametrize("alpha", [0.05, 0.3])
def test_the_bounds_keep_their_level(alpha):
    """Every outcome of five questions: the first wins, they agree, the second wins."""
    outcomes = list(itertools.product((1, 0, -1), repeat=5))
    found = [compare([d > 0 for d in o], [d < 0 for d in o], alpha=alpha) for o in outcomes]
    for win, loss in itertools.product((0, 0.02, 0.1, 0.4, 0.8, 0.97), (0, 0.03, 0.15)):
        chance = {1: win, 0: 1 - win - loss, -1: loss}
        if chance[0] < 0:
            continue
        weights = np.array([math.prod(chance[d] for d in outcome) for outcome in outcomes])
        truth = win - loss
        assert weights[[f.upper < truth - 1e-12 for f in found]].sum() <= alpha
        assert weights[[f.lower > truth + 1e-12 for f in found]].sum() <= alpha


def test_clusters_of_unequal_size_keep_the_level():
    rng = np.random.default_rng(11)
    sizes = [8, 2, 2, 1, 1, 1]
    names = [str(c) for c, size in enumerate(sizes) for _ in range(size)]
    false = 0
    for _ in range(400):
        first = np.repeat(rng.random(6) < 0.7, sizes).astype(float)  # all of a cluster, or none
        found = compare(first.tolist(), [0.5] * 15, names, alpha=0.2)
        false += found.upper < 0.2
    assert found.method == "betting-clusters"
    assert (found.clusters, found.n, found.test) == (6, 15, None)
    assert false / 400 <= 0.2


def test_clusters_of_one_question_are_questions():
    first, second = [1, 0, 0.5, 1, 1, 0], [0, 0, 0.25, 1, 0, 1]
    alone = compare(first, second)
    grouped = compare(first, second, list("abcdef"))
    assert (grouped.lower, grouped.upper) == pytest.approx((alone.lower, alone.upper))
    together = compare(first, second, list("aabbcc"))
    assert together.upper - together.lower > alone.upper - alone.lower


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), st.sampled_from("abc")), min_size=1, max_size=20
    ),
    st.booleans(),
    st.floats(1e-3, 0.49),
)
def test_every_comparison_has_a_mirror_image(rows, clustered, alpha):
    first, second, names = (list(column) for column in zip(*rows, strict=True))
    clusters = names if clustered else None
    found, mirror = (
        compare(first, second, clusters, alpha),
        compare(second, first, clusters, alpha),
    )
    if clustered and len(set(names)) == 1:
        assert found.reason == "too-few-clusters"
        return
    assert -1 <= found.lower <= found.point_low <= found.point_high <= found.upper <= 1
    assert mirror.upper == pytest.approx(-found.lower, abs=1e-9)
    assert mirror.lower == pytest.approx(-found.upper, abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (scored([1, 0]), [*scored([1]), *scored([1])], "stats.duplicate-item"),
        ([*scored([1]), *scored([1])], scored([1, 0]), "stats.duplicate-item"),
        (scored([1, 0]), scored([1]), "stats.items-differ"),
        ([], scored([1]), "stats.items-differ"),
        (scored([1], "a"), scored([1], "b"), "stats.clusters-differ"),
        (scored([1], "a"), scored([1]), "stats.clusters-differ"),
        (scored([1, 0], ["a", None]), scored([1, 0], ["a", None]), "stats.clusters-differ"),
    ],
)
def test_questions_that_are_no_pairs_are_refused(first, second, code):
    with pytest.raises(Error) as caught:
        compare_pairs(first, second, alpha=0.05)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("first", "alpha", "reason"),
    [
        ([], 0.05, "no-questions"),
        ([math.nan], 0.05, "not-a-number"),
        ([math.inf], 0.05, "not-a-number"),
        ([1.5], 0.05, "score-out-of-range"),
        ([(0.5, 0.4)], 0.05, "score-out-of-range"),
        ([1], 0.5, "alpha-out-of-range"),
    ],
)
def test_every_reason_why_there_is_no_difference(first, alpha, reason):
    found = compare(first, [0] * len(first), alpha=alpha)
    assert isinstance(found, Undefined)
    assert found.reason == reason
    if first:
        assert compare([0] * len(first), first, alpha=alpha).reason == reason
