import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ifthen.errors import Error
from ifthen.stats import (
    Benchmark,
    Estimate,
    Side,
    Undefined,
    clopper_pearson_upper,
    compare,
    estimate_benchmark,
    estimate_proportion,
    hypergeometric_lower,
    hypergeometric_upper,
)
from ifthen.stats.attempts import attempts_lower, attempts_upper, rounding_upper


def test_the_sonnet_example_has_another_verdict_for_each_estimand():
    """45 problems, 10 runs each, 204 of 450 solved, threshold one half (system card, 9.3.2)."""
    benchmark = estimate_benchmark(
        Benchmark(size=45, attempts=10), questions=45, low=20.4, high=20.4, alpha=0.05
    )
    population = estimate_proportion(questions=45, low=20.4, high=20.4, alpha=0.05)
    assert isinstance(benchmark, Estimate)
    assert benchmark.upper == pytest.approx(0.4932, abs=5e-5)
    assert population.upper == pytest.approx(0.586, abs=5e-4)
    assert compare(benchmark, threshold=0.5, estimand="benchmark") is Side.BELOW
    assert compare(population, threshold=0.5, estimand="population") is Side.STRADDLES


def test_every_question_asked_with_one_attempt_each():
    found = estimate_benchmark(Benchmark(size=45), questions=45, low=20, high=21, alpha=0.05)
    assert found == Estimate(
        point_low=20 / 45,
        point_high=21 / 45,
        lower=attempts_lower(20, 45, 0.05),
        upper=attempts_upper(21, 45, 0.05),
        method="clopper-pearson-attempts",
        n=45,
        effective_n=45.0,
        clusters=None,
        alpha=0.05,
        estimand="benchmark",
        attempts=1,
    )
    # One attempt cannot tell hard questions from unlucky ones: as wide as for a population.
    assert found.upper == clopper_pearson_upper(21, 45, 0.05)


def test_fixed_answers_to_every_question_leave_no_doubt():
    fixed = Benchmark(size=45, answers="fixed")
    found = estimate_benchmark(fixed, questions=45, low=20.5, high=21, alpha=0.05)
    assert (found.lower, found.upper, found.method) == (20.5 / 45, 21 / 45, "hypergeometric")
    several = Benchmark(size=45, answers="fixed", attempts=10)
    assert estimate_benchmark(several, questions=45, low=20.5, high=21, alpha=0.05) == found


def test_a_sample_of_fixed_answers():
    sample = Benchmark(size=100, answers="fixed", random_sample=True)
    found = estimate_benchmark(sample, questions=60, low=6, high=7, alpha=0.05)
    assert found.method == "hypergeometric"
    assert found.lower == hypergeometric_lower(6, 60, 100, 0.05) / 100
    assert found.upper == hypergeometric_upper(7, 60, 100, 0.05) / 100
    assert found.upper < clopper_pearson_upper(7, 60, 0.05)
    assert (found.n, found.point_low, found.point_high) == (60, 0.1, 7 / 60)


@pytest.mark.parametrize("answers", ["drawn", "fixed"])
def test_questions_not_asked_could_have_any_score_unless_they_were_left_out_by_lot(answers):
    part = Benchmark(size=100, answers=answers)
    whole = estimate_benchmark(part, questions=100, low=6, high=46, alpha=0.05)
    assert estimate_benchmark(part, questions=60, low=6, high=6, alpha=0.05) == whole
    assert whole.upper >= 0.46


def test_questions_not_asked_count_once_however_often_the_others_were_asked():
    part = Benchmark(size=10, attempts=10)
    found = estimate_benchmark(part, questions=9, low=0.3, high=0.3, alpha=0.05)
    assert found.upper == attempts_upper(13, 100, 0.05)
    assert found.lower == attempts_lower(3, 100, 0.05)


def test_sums_that_are_not_whole_get_the_bound_for_scores_between():
    found = estimate_benchmark(Benchmark(size=45), questions=45, low=20.5, high=20.5, alpha=0.05)
    assert found.method == "hoeffding-rounding"
    assert found.upper == rounding_upper(20.5, 45, 0.05) > attempts_upper(21, 45, 0.05)
    one = Benchmark(size=90, attempts=10, random_sample=True)
    found = estimate_benchmark(one, questions=45, low=20, high=20, alpha=0.05)
    assert (found.method, found.attempts) == ("hoeffding-rounding", 1)
    assert found.upper == rounding_upper(20, 45, 0.05)
    # A sum of tenths is whole up to rounding.
    low = math.fsum([0.1] * 3) + 0.1
    found = estimate_benchmark(
        Benchmark(size=45, attempts=10), questions=45, low=low, high=low, alpha=0.05
    )
    assert found.method == "clopper-pearson-attempts"


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("size", [1, 2, 7, 30, 45])
def test_bounds_agree_with_the_hypergeometric_distribution_of_scipy(size, alpha):
    totals = np.arange(size + 1)
    for drawn in {0, 1, size // 2, size - 1, size}:
        for successes in range(drawn + 1):
            tail = stats.hypergeom.cdf(successes, size, totals, drawn)
            least = stats.hypergeom.sf(successes - 1, size, totals, drawn)
            assert hypergeometric_upper(successes, drawn, size, alpha) == max(totals[tail > alpha])
            assert hypergeometric_lower(successes, drawn, size, alpha) == min(totals[least > alpha])


@pytest.mark.parametrize(("drawn", "size"), [(16, 198), (100, 500), (3000, 5000), (500, 10**6)])
def test_bounds_of_large_benchmarks(drawn, size):
    for successes in (0, drawn // 10, drawn // 2, drawn):
        upper = hypergeometric_upper(successes, drawn, size, 0.05)
        assert stats.hypergeom.cdf(successes, size, upper, drawn) > 0.05
        assert upper == size - drawn + successes or (
            stats.hypergeom.cdf(successes, size, upper + 1, drawn) <= 0.05
        )
        assert upper / size <= clopper_pearson_upper(successes, drawn, 0.05) + 1e-9


@pytest.mark.parametrize(("drawn", "size"), [(5, 12), (20, 45), (44, 45), (45, 45)])
def test_the_hypergeometric_bounds_keep_their_level_for_every_benchmark(drawn, size):
    for total in range(size + 1):
        chance = stats.hypergeom.pmf(np.arange(drawn + 1), size, total, drawn)
        upper = [hypergeometric_upper(x, drawn, size, 0.05) < total for x in range(drawn + 1)]
        lower = [hypergeometric_lower(x, drawn, size, 0.05) > total for x in range(drawn + 1)]
        assert chance[upper].sum() <= 0.05
        assert chance[lower].sum() <= 0.05


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=7),
    st.integers(1, 7),
    st.floats(1e-3, 0.49),
)
def test_a_random_sample_with_drawn_answers_keeps_the_level(chances, drawn, alpha):
    """Every sample of the questions, every way in which its attempts fall out."""
    size, drawn = len(chances), min(drawn, len(chances))
    benchmark = Benchmark(size=size, random_sample=True)
    probability = np.zeros(drawn + 1)
    for sample in itertools.combinations(chances, drawn):
        found = np.array([1.0])
        for chance in sample:
            found = np.convolve(found, [1 - chance, chance])
        probability += found / math.comb(size, drawn)
    mean = math.fsum(chances) / size
    estimates = [
        estimate_benchmark(benchmark, questions=drawn, low=x, high=x, alpha=alpha)
        for x in range(drawn + 1)
    ]
    assert probability[[e.upper < mean - 1e-12 for e in estimates]].sum() <= alpha + 1e-12
    assert probability[[e.lower > mean + 1e-12 for e in estimates]].sum() <= alpha + 1e-12


def test_fixed_answers_say_nothing_of_the_chances_behind_them():
    """The hypergeometric bound would be wrong for drawn answers: 40 % instead of 5 %."""
    chance = stats.binom.pmf(np.arange(46), 45, 0.5)
    fixed = Benchmark(size=45, answers="fixed")
    below = [
        estimate_benchmark(fixed, questions=45, low=x, high=x, alpha=0.05).upper < 0.5
        for x in range(46)
    ]
    assert chance[below].sum() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("benchmark", "questions", "reason"),
    [
        (Benchmark(size=9), 10, "benchmark-too-small"),
        (Benchmark(size=10.0), 10, "benchmark-too-small"),
        (Benchmark(size=10, attempts=0), 10, "bad-attempts"),
        (Benchmark(size=10, attempts=1.5), 10, "bad-attempts"),
        (Benchmark(size=0), 0, "no-questions"),
        (Benchmark(size=10), -1, "bad-count"),
    ],
)
def test_benchmarks_that_cannot_be_have_no_estimate(benchmark, questions, reason):
    found = estimate_benchmark(benchmark, questions=questions, low=0, high=0, alpha=0.05)
    assert isinstance(found, Undefined)
    assert found.reason == reason


@pytest.mark.parametrize("counts", [(-1, 5, 9), (6, 5, 9), (1, 10, 9), (0, 0, 0), (0.5, 5, 9)])
@pytest.mark.parametrize("bound", [hypergeometric_upper, hypergeometric_lower])
def test_samples_that_cannot_be_are_refused(bound, counts):
    with pytest.raises(Error, match=r"stats\.trials"):
        bound(*counts, 0.05)


@given(
    st.integers(1, 300),
    st.integers(0, 300),
    st.integers(1, 12),
    st.sampled_from(["drawn", "fixed"]),
    st.booleans(),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(1e-4, 0.49),
)
def test_every_estimate_encloses_its_sums(
    questions, more, attempts, answers, sampled, one, other, alpha
):
    low, high = sorted((one * questions, other * questions))
    benchmark = Benchmark(
        size=questions + more, attempts=attempts, answers=answers, random_sample=sampled
    )
    found = estimate_benchmark(benchmark, questions=questions, low=low, high=high, alpha=alpha)
    assert isinstance(found, Estimate)
    assert (
        found.lower <= low / (questions + more) if not sampled else found.lower <= low / questions
    )
