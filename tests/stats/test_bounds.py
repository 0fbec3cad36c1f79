import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ifthen.errors import Error
from ifthen.stats import clopper_pearson_lower, clopper_pearson_upper

alphas = st.floats(1e-6, 0.49)


@st.composite
def trials(draw):
    """(successes, n) with fractions allowed."""
    n = draw(st.floats(0.05, 5000))
    return draw(st.floats(0, 1)) * n, n


@pytest.mark.parametrize("alpha", [0.001, 0.01, 0.05, 0.2, 0.45])
@pytest.mark.parametrize("n", [1, 2, 7, 10, 45, 198, 500])
def test_agrees_with_the_exact_interval_of_scipy(n, alpha):
    for successes in {0, 1, n // 5, n // 2, n - 1, n}:
        test = stats.binomtest(successes, n)
        low, high = test.proportion_ci(confidence_level=1 - 2 * alpha, method="exact")
        assert clopper_pearson_lower(successes, n, alpha) == pytest.approx(low, abs=1e-9)
        assert clopper_pearson_upper(successes, n, alpha) == pytest.approx(high, abs=1e-9)


@pytest.mark.parametrize("successes", [1, 5, 9.5])
def test_bounds_are_where_the_binomial_tail_is_alpha(successes):
    upper = clopper_pearson_upper(successes, 10, 0.05)
    lower = clopper_pearson_lower(successes, 10, 0.05)
    # The tail of the beta distribution is the binomial tail, continued to fractions.
    assert stats.beta(successes + 1, 10 - successes).sf(upper) == pytest.approx(0.05)
    assert stats.beta(successes, 11 - successes).cdf(lower) == pytest.approx(0.05)


def test_no_successes_and_nothing_but_successes_are_exact():
    assert clopper_pearson_upper(0, 10, 0.05) == pytest.approx(0.2588655508, abs=1e-9)
    assert clopper_pearson_lower(0, 10, 0.05) == 0
    assert clopper_pearson_upper(10, 10, 0.05) == 1
    assert clopper_pearson_lower(10, 10, 0.05) == pytest.approx(0.05**0.1)
    # A small bound keeps its digits: 1 - alpha^(1/n) would lose them.
    assert clopper_pearson_upper(0, 1e12, 0.05) == pytest.approx(-math.log(0.05) / 1e12, rel=1e-9)


@pytest.mark.parametrize("alpha", [0.05, 0.25])
def test_a_sum_too_small_for_the_inverse_of_the_beta_function_stays_inside(alpha):
    assert clopper_pearson_lower(5e-324, 1.0, alpha) <= 5e-324
    assert clopper_pearson_upper(math.nextafter(1, 0), 1.0, alpha) >= math.nextafter(1, 0)

    successes, n = 21447423461322.723, 36269312590548.5
    assert clopper_pearson_upper(successes, n, 0.4999) >= successes / n


def test_bounds_are_plain_numbers():
    for successes in (0, 3, 10):
        assert type(clopper_pearson_lower(successes, 10, 0.05)) is float
        assert type(clopper_pearson_upper(successes, 10, 0.05)) is float


def test_without_trials_every_proportion_is_possible():
    assert clopper_pearson_upper(0, 0, 0.05) == 1
    assert clopper_pearson_lower(0, 0, 0.05) == 0


@pytest.mark.parametrize(
    ("successes", "n"), [(-1e-9, 5), (5.1, 5), (0, -1), (math.nan, 5), (1, math.nan), (1, math.inf)]
)
@pytest.mark.parametrize("bound", [clopper_pearson_lower, clopper_pearson_upper])
def test_impossible_trials_are_refused(bound, successes, n):
    with pytest.raises(Error) as caught:
        bound(successes, n, 0.05)
    assert caught.value.code == "stats.trials"
    assert caught.value.message == f"{successes!r} successes of {n!r} trials cannot be"


@pytest.mark.parametrize("alpha", [0, 0.5, -0.1, 1, math.nan])
@pytest.mark.parametrize("bound", [clopper_pearson_lower, clopper_pearson_upper])
def test_impossible_levels_are_refused(bound, alpha):
    with pytest.raises(Error) as caught:
        bound(1, 5, alpha)
    assert caught.value.code == "stats.alpha"
    assert caught.value.message == f"alpha must lie between 0 and 0.5, found {alpha!r}"


@given(trials(), alphas)
def test_bounds_enclose_the_proportion_and_mirror_each_other(trial, alpha):
    successes, n = trial
    lower = clopper_pearson_lower(successes, n, alpha)
    upper = clopper_pearson_upper(successes, n, alpha)
    assert 0 <= lower <= successes / n <= upper <= 1
    assert clopper_pearson_upper(n - successes, n, alpha) == pytest.approx(1 - lower, abs=1e-8)


@given(trials(), alphas, st.floats(0, 1))
def test_adding_successes_lowers_neither_bound(trial, alpha, share):
    successes, n = trial
    more = successes + share * (n - successes)
    for bound in (clopper_pearson_lower, clopper_pearson_upper):
        assert bound(min(more, n), n, alpha) >= bound(successes, n, alpha) - 1e-12


@given(trials(), alphas, alphas)
def test_a_smaller_alpha_widens(trial, one, other):
    small, large = sorted((one, other))
    assert clopper_pearson_upper(*trial, small) >= clopper_pearson_upper(*trial, large) - 1e-12
    assert clopper_pearson_lower(*trial, small) <= clopper_pearson_lower(*trial, large) + 1e-12


@given(st.floats(0, 1), st.floats(0.05, 1000), st.floats(1, 50), alphas)
def test_more_trials_with_the_same_proportion_narrow(proportion, n, factor, alpha):
    more = n * factor
    assert (
        clopper_pearson_upper(proportion * more, more, alpha)
        <= clopper_pearson_upper(proportion * n, n, alpha) + 1e-12
    )


def test_importing_the_package_loads_neither_scipy_nor_numpy():
    code = (
        "import sys, ifthen.stats as s; print({'scipy', 'numpy'} & set(sys.modules)); "
        "s.clopper_pearson_upper(0, 10, 0.05); s.clopper_pearson_lower(10, 10, 0.05); "
        "print('scipy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:2] == ["set()", "False"]
