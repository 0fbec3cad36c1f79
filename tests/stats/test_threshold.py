import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats import Estimate, Side, compare, is_at_least, is_below, subtract_margin


def estimate(lower, upper):
    return Estimate(
        point_low=lower,
        point_high=upper,
        lower=lower,
        upper=upper,
        method="clopper-pearson",
        n=10,
        effective_n=10,
        clusters=None,
        alpha=0.05,
    )


@pytest.mark.parametrize(
    ("lower", "upper", "side"),
    [
        (0.0, 0.1999, Side.BELOW),
        (0.0, 0.2, Side.STRADDLES),
        (0.1999, 0.3, Side.STRADDLES),
        (0.2, 0.3, Side.REACHED),
        (0.2, 0.2, Side.REACHED),
        (0.9, 1.0, Side.REACHED),
    ],
)
def test_three_sides_and_their_edges(lower, upper, side):
    assert compare(estimate(lower, upper), threshold=0.2) is side
    assert is_below(estimate(lower, upper), 0.2) is (side is Side.BELOW)
    assert is_at_least(estimate(lower, upper), 0.2) is (side is Side.REACHED)


def test_the_margin_counts_against_ruling_out_only():
    assert compare(estimate(0.0, 0.16), threshold=0.2) is Side.BELOW
    assert compare(estimate(0.0, 0.16), threshold=0.2, margin=0.05) is Side.STRADDLES
    assert compare(estimate(0.0, 0.1499), threshold=0.2, margin=0.05) is Side.BELOW
    assert compare(estimate(0.19, 0.3), threshold=0.2, margin=0.05) is Side.STRADDLES
    assert compare(estimate(0.2, 0.3), threshold=0.2, margin=0.05) is Side.REACHED


def test_the_margin_is_subtracted_in_decimals():
    assert 0.3 - 0.1 != 0.2
    assert subtract_margin(0.3, 0.1) == 0.2
    assert subtract_margin(0.25, 0.05) == 0.2
    assert subtract_margin(1, 0) == 1
    # Numpy writes its numbers differently.
    assert subtract_margin(np.float64(0.3), np.float64(0.1)) == 0.2
    # As binary numbers the limit would be 0.19999999999999998, and this bound not below it.
    assert is_below(estimate(0, 0.3 - 0.1), subtract_margin(0.3, 0.1))


@given(st.integers(1, 1000), st.integers(0, 999))
def test_thousandths_subtract_to_thousandths(threshold, margin):
    margin %= threshold
    assert subtract_margin(threshold / 1000, margin / 1000) == (threshold - margin) / 1000


@pytest.mark.parametrize("threshold", [0, -0.1, 1.0001, math.nan])
def test_thresholds_that_decide_nothing_are_refused(threshold):
    with pytest.raises(Error) as caught:
        compare(estimate(0, 1), threshold=threshold)
    assert caught.value.code == "stats.threshold"
    assert caught.value.message == f"a threshold lies above 0 and up to 1, found {threshold!r}"


@pytest.mark.parametrize("margin", [-0.01, 0.2, 0.3, math.nan])
def test_margins_that_leave_nothing_are_refused(margin):
    with pytest.raises(Error) as caught:
        compare(estimate(0, 1), threshold=0.2, margin=margin)
    assert caught.value.code == "stats.margin"
    assert caught.value.message == f"the margin must be 0 or more and less than 0.2: {margin!r}"


def test_sides_are_written_as_words():
    assert [str(side) for side in Side] == ["below", "reached", "straddles"]
