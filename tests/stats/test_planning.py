import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats import (
    clopper_pearson_upper,
    further_questions,
    smallest_clusters,
    zero_success_questions,
)
from ifthen.stats.planning import MAX_FURTHER_QUESTIONS


@pytest.mark.parametrize(
    ("threshold", "at_5_percent", "at_1_percent"),
    [(0.01, 299, 459), (0.05, 59, 90), (0.1, 29, 44), (0.2, 14, 21), (0.3, 9, 13), (0.5, 5, 7)],
)
def test_zero_success_questions_follow_the_logarithm(threshold, at_5_percent, at_1_percent):
    for alpha, expected in ((0.05, at_5_percent), (0.01, at_1_percent)):
        assert math.ceil(math.log(alpha) / math.log(1 - threshold)) == expected
        assert zero_success_questions(threshold, alpha) == expected
        assert smallest_clusters(threshold, alpha) == expected


def test_one_cluster_is_never_enough():
    assert zero_success_questions(0.99, 0.05) == 1
    assert smallest_clusters(0.99, 0.05) == 2


def test_a_tiny_threshold_has_no_plan():
    assert zero_success_questions(1e-5, 0.05) is None
    assert smallest_clusters(1e-5, 0.05) is None


def test_the_search_ends_at_its_stated_limit():
    last = -math.expm1(math.log(0.05) / MAX_FURTHER_QUESTIONS)
    assert MAX_FURTHER_QUESTIONS == 100_000
    assert zero_success_questions(last * (1 + 1e-9), 0.05) == MAX_FURTHER_QUESTIONS
    assert zero_success_questions(last, 0.05) is None


def test_more_allowed_successes_than_questions_has_no_plan():
    plan = {"questions": 0, "high": 0, "threshold": 0.99999, "alpha": 0.05}
    assert further_questions(**plan, allowed=MAX_FURTHER_QUESTIONS) is None
    assert further_questions(**plan, allowed=MAX_FURTHER_QUESTIONS + 1) is None


def test_when_the_bound_is_below_already_nothing_more_is_needed():
    assert further_questions(questions=50, high=5, threshold=0.2, alpha=0.05) == 0
    assert further_questions(questions=50, high=5, threshold=0.2, alpha=0.05, allowed=40) == 0
    edge = clopper_pearson_upper(5, 50, 0.05)
    assert further_questions(questions=50, high=5, threshold=edge, alpha=0.05) == 1


@settings(max_examples=60)
@given(
    st.integers(0, 60),
    st.floats(0, 1),
    st.sampled_from([0.1, 0.2, 0.5, 0.9, 1.0]),
    st.sampled_from([0.01, 0.05, 0.3]),
    st.integers(0, 5),
)
def test_the_plan_is_the_first_that_works(questions, share, threshold, alpha, allowed):
    high = share * questions

    def worst(further):
        return clopper_pearson_upper(high + min(allowed, further), questions + further, alpha)

    expected = next(k for k in range(2000) if worst(k) < threshold)
    assert expected == further_questions(
        questions=questions, high=high, threshold=threshold, alpha=alpha, allowed=allowed
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"questions": -1}, "stats.trials"),
        ({"high": 11}, "stats.trials"),
        ({"alpha": 0.5}, "stats.alpha"),
        ({"threshold": 0}, "stats.threshold"),
        ({"threshold": 1.1}, "stats.threshold"),
        ({"allowed": -1}, "stats.allowed"),
    ],
)
def test_plans_that_cannot_be_are_refused(change, code):
    plan = {"questions": 10, "high": 2, "threshold": 0.2, "alpha": 0.05, **change}
    with pytest.raises(Error) as caught:
        further_questions(**plan)
    assert caught.value.code == code
    if code == "stats.allowed":
        assert caught.value.message == "-1 further successes cannot be"


@pytest.mark.parametrize("plan", [zero_success_questions, smallest_clusters])
def test_thresholds_and_levels_are_checked(plan):
    with pytest.raises(Error, match=r"stats\.threshold"):
        plan(0, 0.05)
    with pytest.raises(Error, match=r"stats\.alpha"):
        plan(0.2, 0)
