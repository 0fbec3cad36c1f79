"""Lines through points, against statsmodels, brute force and the worked example."""

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats.trend import NoTrend, Trend, fit_trend

SWE_BENCH = ((date(2023, 10, 10), 0.0196), (date(2024, 3, 12), 0.135), (date(2024, 10, 22), 0.49))
GPQA = ((date(2023, 11, 20), 0.388), (date(2024, 6, 20), 0.594), (date(2024, 9, 12), 0.773))


def logit(share: float, floor: float = 0.0) -> float:
    q = (share - floor) / (1 - floor)
    return math.log(q / (1 - q))


def fitted(series, floor=0.0) -> Trend:
    trend = fit_trend([(day.toordinal(), logit(share, floor)) for day, share in series])
    assert isinstance(trend, Trend)
    return trend


def day(x: float | None) -> str | None:
    return None if x is None else date.fromordinal(math.floor(x)).isoformat()


# The table of the reference: value, the line's day, months of the 80 % and the 90 % interval.
TABLE = [
    (SWE_BENCH, 0.0, 0.70, "2025-01-05", ("2024-08", "2025-10"), ("2024-03", "2032-05")),
    (SWE_BENCH, 0.0, 0.80, "2025-02-27", ("2024-09", "2026-01"), ("2024-05", "2033-10")),
    (SWE_BENCH, 0.0, 0.90, "2025-05-19", ("2024-11", "2026-05"), ("2024-07", "2035-12")),
    (SWE_BENCH, 0.0, 0.95, "2025-08-01", ("2025-01", "2026-09"), ("2024-09", "2038-01")),
    (GPQA, 0.25, 0.812, "2024-11-06", ("2024-06", "2025-07"), None),
    (GPQA, 0.25, 0.90, "2025-02-17", ("2024-09", "2026-02"), ("2024-05", None)),
    (GPQA, 0.25, 0.95, "2025-05-30", ("2024-12", "2026-08"), ("2024-08", None)),
]


@pytest.mark.parametrize(("series", "floor", "share", "point", "eighty", "ninety"), TABLE)
def test_the_table_of_three_points(series, floor, share, point, eighty, ninety):
    trend, aim = fitted(series, floor), logit(share, floor)
    for level, ends in ((0.8, eighty), (0.9, ninety)):
        found = trend.cross(aim, level)
        assert day(found.point) == point
        if ends is None:
            assert found.latest is None
            continue
        assert day(found.earliest)[:7] == ends[0]
        assert (None if found.latest is None else day(found.latest)[:7]) == ends[1]
    assert trend.cross(aim, 0.95).latest is None


@pytest.mark.parametrize(
    ("series", "floor", "slope", "low", "high"),
    [(SWE_BENCH, 0.0, 3.69, -3.0, 10.4), (GPQA, 0.25, 2.74, -3.1, 8.6)],
)
def test_the_slopes_of_three_points(series, floor, slope, low, high):
    trend = fitted(series, floor)
    assert trend.slope * 365.25 == pytest.approx(slope, abs=0.005)
    found = [end * 365.25 for end in trend.slope_interval(0.95)]
    assert found == pytest.approx([low, high], abs=0.05)


points = st.lists(
    st.tuples(st.floats(-100, 100), st.floats(-20, 20)), min_size=3, max_size=12
).filter(lambda found: len({round(x, 1) for x, _ in found}) > 2)


def fit_or_skip(found) -> Trend:
    trend = fit_trend(found)
    assume(isinstance(trend, Trend))
    assume(trend.residual_sd > 1e-3)
    assume(trend.spread > 1e-2)
    return trend


@given(points, st.floats(-200, 200), st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_agrees_with_statsmodels(found, x, level):
    api = pytest.importorskip("statsmodels.api")
    trend = fit_or_skip(found)
    xs, ys = np.array(found).T
    model = api.OLS(ys, api.add_constant(xs, has_constant="add")).fit()
    assert trend.slope == pytest.approx(model.params[1], rel=1e-6, abs=1e-9)
    assert trend.slope_interval(level) == pytest.approx(
        model.conf_int(1 - level)[1], rel=1e-6, abs=1e-8
    )
    frame = model.get_prediction(np.array([[1.0, x]])).conf_int(obs=True, alpha=1 - level)
    assert trend.predict_interval(x, level) == pytest.approx(frame[0], rel=1e-6, abs=1e-7)


@given(points, st.floats(-60, 60), st.sampled_from([0.5, 0.8, 0.9, 0.99]), st.floats(-1e4, 1e4))
def test_the_crossing_is_the_prediction_interval_turned_round(found, value, level, x):
    """A place lies in the crossing interval exactly when its prediction interval holds the value.

    Where other places cannot be excluded, those outside the interval may hold it too.
    """
    trend = fit_or_skip(found)
    crossing = trend.cross(value, level)
    low, high = trend.predict_interval(x, level)
    assume(min(abs(low - value), abs(high - value)) > 1e-6 * (1 + abs(low) + abs(high)))
    left = -math.inf if crossing.earliest is None else crossing.earliest
    right = math.inf if crossing.latest is None else crossing.latest
    within = left <= x <= right
    if low <= value <= high:
        assert within or crossing.elsewhere
    else:
        assert not within


@given(points, st.floats(-60, 60))
def test_a_higher_level_never_gives_a_narrower_interval(found, value):
    trend = fit_or_skip(found)
    found_at = [trend.cross(value, level) for level in (0.5, 0.8, 0.9, 0.95, 0.99)]
    for less, more in pairwise(found_at):
        if more.earliest is not None:
            assert less.earliest is not None
            assert more.earliest <= less.earliest + 1e-6 * (1 + abs(less.earliest))
        if more.latest is not None:
            assert less.latest is not None
            assert more.latest >= less.latest - 1e-6 * (1 + abs(less.latest))


def test_the_interval_is_open_exactly_where_the_slope_may_be_zero():
    trend = fitted(GPQA, 0.25)
    for level in (0.5, 0.8, 0.85, 0.9, 0.95):
        low, high = trend.slope_interval(level)
        crossing = trend.cross(logit(0.9, 0.25), level)
        assert (crossing.latest is None) is (low <= 0 <= high)


def test_intervals_hold_as_often_as_they_say():
    """5,000 simulated series: the next point lies in the interval, and reaches the value in it."""
    rng = np.random.default_rng(7)
    xs = np.array([0.0, 1.0, 2.5, 3.0, 4.5, 6.0])
    inside = crossed = 0
    for _ in range(5000):
        ys = 0.4 * xs + rng.normal(0, 0.5, len(xs))
        trend = fit_trend(list(zip(xs, ys, strict=True)))
        new = 0.4 * 7.0 + rng.normal(0, 0.5)
        low, high = trend.predict_interval(7.0, 0.9)
        inside += low <= new <= high
        crossing = trend.cross(new, 0.9)  # the place of a new point of this value is 7
        left = -math.inf if crossing.earliest is None else crossing.earliest
        right = math.inf if crossing.latest is None else crossing.latest
        crossed += left <= 7.0 <= right or crossing.elsewhere
    assert inside / 5000 == pytest.approx(0.9, abs=0.013)  # three standard errors
    assert crossed / 5000 >= 0.887


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ([], "too-few-points"),
        ([(0, 0), (1, 1)], "too-few-points"),
        ([(0, 0), (1, math.nan), (2, 1)], "not-a-number"),
        ([(0, 0), (math.inf, 1), (2, 1)], "not-a-number"),
        ([(-1e200, 0), (1e200, 1), (0, 1)], "not-a-number"),
        ([(1, 0), (1, 1), (1, 2)], "no-spread"),
        ([(0, 0), (1, 1), (2, 2)], "no-scatter"),
        ([(0, 3.3), (1, 3.3), (2, 3.3), (3, 3.3)], "no-scatter"),
        ([(739000.0, 0.1), (739001.0, 0.2), (739002.0, 0.3)], "no-scatter"),
    ],
)
def test_no_line(found, reason):
    trend = fit_trend(found)
    assert isinstance(trend, NoTrend)
    assert trend.reason == reason
    assert trend.message


@pytest.mark.parametrize("level", [0, 1, -0.5, 1.5, math.nan])
def test_a_level_lies_between_0_and_1(level):
    trend = fitted(SWE_BENCH)
    with pytest.raises(Error) as caught:
        trend.cross(0.0, level)
    assert caught.value.code == "stats.level"


def test_a_flat_line_crosses_nothing():
    trend = fit_trend([(-1, 1.0), (1, 1.0), (-1, 2.0), (1, 2.0)])
    assert trend.slope == 0
    crossing = trend.cross(50.0, 0.9)
    assert (crossing.point, crossing.earliest, crossing.latest) == (None, None, None)
