"""What a line needs before it may speak."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats.forecast import (
    Observation,
    Scale,
    find_recent,
    fit_window,
    reach,
    score_past,
    select_best,
)

LOGIT = Scale(kind="logit")
DOUBLINGS = Scale(kind="log2")
ALIKE = {"benchmark_version": "1", "subset": "all", "scaffold": "none", "n": 100}
SHARES = (0.05, 0.09, 0.17, 0.24, 0.42, 0.5)


def series(values=SHARES, *, generations=None, **conditions) -> list[Observation]:
    names = generations or [f"g{k // 2}" for k in range(len(values))]
    return [
        Observation(
            label=f"m{k}",
            x=100.0 * k,
            value=value,
            generation=names[k],
            conditions=ALIKE | conditions,
        )
        for k, value in enumerate(values)
    ]


def codes(found) -> list[str]:
    return [one.reason for one in found.insufficient]


def window(observations, **more):
    return fit_window(observations, **{"scale": LOGIT, "best_only": False} | more)


def test_a_sound_series_speaks():
    found = window(series())
    assert codes(found) == []
    assert (len(found.used), found.generations, found.changed) == (6, 3, ())
    aim = reach(found, 0.8, scale=LOGIT, level=0.9)
    assert codes(aim) == []
    assert aim.crossing.earliest < aim.crossing.point < aim.crossing.latest


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        (series(SHARES[:4], generations=["a", "b", "c", "d"]), ["too-few-points"]),
        (series(generations=["a"] * 3 + ["b"] * 3), ["too-few-generations"]),
        (series(generations=["a", None, "b", "b", "a", "b"]), ["generation-unstated"]),
        (series((0.3, 0.5, 0.2, 0.6, 0.25, 0.4)), ["slope-unclear"]),
        (series((0.3,) * 6), ["no-scatter"]),
        (series((0.0, *SHARES[1:])), ["off-scale"]),
        (series((*SHARES[:-1], 1.0)), ["off-scale"]),
        (series((*SHARES[:-1], math.nan)), ["off-scale"]),
        (series(SHARES[:1]), ["too-few-points", "too-few-generations"]),
        ([], ["too-few-points", "too-few-generations"]),
    ],
)
def test_each_lack_is_a_reason(observations, expected):
    assert codes(window(observations)) == expected


@pytest.mark.parametrize("name", ["benchmark_version", "subset", "scaffold", "n"])
@pytest.mark.parametrize("other", ["another", None])
def test_a_change_is_refused_unless_the_series_says_so(name, other):
    observations = series()
    changed = Observation(
        label="m9", x=900.0, value=0.8, generation="g9", conditions=ALIKE | {name: other}
    )
    found = window([*observations, changed])
    assert codes(found) == ["not-comparable"]
    assert found.changed == (name,)
    assert found.insufficient[0].message.startswith(f"{name} changes")
    allowed = window([*observations, changed], allowed={name})
    assert codes(allowed) == []
    assert allowed.changed == (name,)


def test_a_point_that_was_not_the_best_has_to_compare_too():
    """It was passed over because it is lower, which is a comparison."""
    low = Observation(label="low", x=550.0, value=0.1, generation="g2", conditions=ALIKE | {"n": 7})
    found = window([*series(), low], best_only=True)
    assert "low" not in [one.label for one in found.used]
    assert codes(found) == ["not-comparable"]


def test_the_value_has_to_lie_ahead():
    found = window(series())
    assert codes(reach(found, 0.4, scale=LOGIT, level=0.9)) == ["already-there"]
    far = reach(found, 0.9999, scale=LOGIT, level=0.9)
    assert codes(far) == ["beyond-span"]
    falling = window(series(SHARES[::-1]))
    assert codes(reach(falling, 0.8, scale=LOGIT, level=0.9)) == ["falling-away"]


def test_the_reach_is_as_long_as_the_points():
    """The line of the sound series passes a value 500 days after its last point, at 1000."""
    found = window(series())
    limit = LOGIT.value(found.trend.predict(1000.0))
    assert codes(reach(found, limit - 1e-6, scale=LOGIT, level=0.9)) == []
    assert codes(reach(found, limit + 1e-6, scale=LOGIT, level=0.9)) == ["beyond-span"]


def test_best_at_release():
    found = select_best(
        [
            Observation(label="first", x=1, value=3),
            Observation(label="lower", x=2, value=2),
            Observation(label="same day, lower", x=3, value=4),
            Observation(label="same day, higher", x=3, value=5),
            Observation(label="as good", x=4, value=5),
        ]
    )
    assert [one.label for one in found] == ["first", "same day, higher", "as good"]


def test_the_recent_window_holds_the_later_half_and_five_points():
    assert find_recent(series(), best_only=False) == 100.0
    assert find_recent(series(tuple(k / 30 for k in range(1, 21))), best_only=False) == 1000.0
    assert find_recent(series(SHARES[:3]), best_only=False) == 0.0
    assert find_recent([], best_only=False) is None


def test_the_past_is_scored():
    found = window(series())
    past = score_past(found, scale=LOGIT, level=0.9)
    assert past.tried == 1
    assert score_past(window(series(SHARES[:5])), scale=LOGIT, level=0.9) is None
    straight = window(series((1, 2.1, 3.9, 8.2, 15.7, 32.5, 63, 130)), scale=DOUBLINGS)
    past = score_past(straight, scale=DOUBLINGS, level=0.9)
    assert (past.tried, past.inside) == (3, 3)
    assert past.held
    assert past.trend_error < 0.1 < 0.9 < past.flat_error


def test_intervals_that_did_not_hold_are_refuted():
    """Doubling every step at first, and eightfold at each of the last: three of three outside."""
    kinked = window(series((1, 2.1, 3.9, 8.2, 15.7, 130, 1040, 8320)), scale=DOUBLINGS)
    past = score_past(kinked, scale=DOUBLINGS, level=0.9)
    assert (past.tried, past.held) == (3, past.inside >= 2)
    assert past.inside < 2


@given(st.floats(0, 0.9), st.floats(0, 1))
def test_the_scale_of_shares_goes_there_and_back(floor, part):
    scale = Scale(kind="logit", floor=floor)
    value = floor + (1 - floor) * part
    place = scale.place(value)
    if place is None:
        assert not floor < value < 1
    else:
        assert scale.value(place) == pytest.approx(value, rel=1e-9)


@given(st.floats(1e-200, 1e200))
def test_the_scale_of_times_goes_there_and_back(value):
    assert DOUBLINGS.value(DOUBLINGS.place(value)) == pytest.approx(value, rel=1e-9)
    assert DOUBLINGS.place(2 * value) - DOUBLINGS.place(value) == pytest.approx(1)


def test_no_place_and_no_scale():
    assert DOUBLINGS.place(0) is None
    assert DOUBLINGS.place(-1) is None
    assert DOUBLINGS.place(math.inf) is None
    for wrong in ({"kind": "logit", "floor": 1.0}, {"kind": "log2", "floor": 0.1}):
        with pytest.raises(Error) as caught:
            Scale(**wrong)
        assert caught.value.code == "forecast.floor"
    with pytest.raises(Error) as caught:
        reach(window(series()), 1.0, scale=LOGIT, level=0.9)
    assert caught.value.code == "forecast.value"
