"""The fit of success against human time: scipy as an oracle, and what must not change it."""

import math
import os
import random
import subprocess
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from ifthen.errors import Error
from ifthen.evidence.horizon import (
    Curve,
    Undefined,
    fit_curve,
    weigh_raw,
    weigh_tasks,
)

SKLEARN = os.environ.get("IFTHEN_SKLEARN_PYTHON")

minutes = st.floats(0.01, 3000)
point = st.tuples(minutes, st.integers(0, 6), st.floats(0.01, 10))
points = st.lists(point, min_size=2, max_size=30)


def split(rows):
    return [r[0] for r in rows], [r[1] / 6 for r in rows], [r[2] for r in rows]


def draw(seed: int, count: int = 60):
    """Return invented tasks: minutes, shares, weights."""
    rng = random.Random(seed)  # noqa: S311 - invented data
    times = [2 ** rng.uniform(-4, 11) for _ in range(count)]
    shares = [
        sum(rng.random() < 1 / (1 + (t / 30) ** 0.8) for _ in range(rng.choice([1, 4, 6]))) / 6
        for t in times
    ]
    return times, shares, [rng.uniform(0.1, 1) for _ in times]


def objective(times, shares, weights, penalty):
    x, y = np.log2(times), np.array(shares)
    w = np.array(weights) / np.sum(weights)

    def value(at):
        z = at[0] + at[1] * x
        return float(np.sum(w * (np.logaddexp(0, z) - y * z)) + penalty / 2 * at[1] ** 2)

    return value


@pytest.mark.parametrize("penalty", [1e-5, 1e-3, 0.1, 10.0])
@pytest.mark.parametrize("seed", range(8))
def test_fit_is_the_minimum_that_scipy_finds(seed, penalty):
    data = draw(seed)
    curve = fit_curve(*data, penalty)
    assert isinstance(curve, Curve)
    found = minimize(objective(*data, penalty), [0.0, -0.1], method="BFGS", options={"gtol": 1e-9})
    assert curve.intercept == pytest.approx(found.x[0], rel=1e-5, abs=1e-6)
    assert curve.slope == pytest.approx(found.x[1], rel=1e-5, abs=1e-6)
    assert curve.gradient < 1e-10


@given(points, st.sampled_from([1e-5, 1e-2, 1.0]))
@settings(max_examples=200, deadline=None)
def test_no_point_near_the_fit_is_better(rows, penalty):
    data = split(rows)
    curve = fit_curve(*data, penalty)
    assume(isinstance(curve, Curve))
    value = objective(*data, penalty)
    best = value((curve.intercept, curve.slope))
    for a, b in ((1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3), (1e-3, -1e-3), (0.1, 0.1)):
        assert best <= value((curve.intercept + a, curve.slope + b)) + 1e-14


@pytest.mark.skipif(not SKLEARN, reason="IFTHEN_SKLEARN_PYTHON names no Python with scikit-learn")
@pytest.mark.parametrize("penalty", [1e-5, 0.1])
def test_fit_is_that_of_scikit_learn(penalty):
    times, shares, weights = draw(3)
    script = f"""
import numpy as np
from sklearn.linear_model import LogisticRegression
x, y, w = np.log2({times!r}).reshape(-1, 1), np.array({shares!r}), np.array({weights!r})
w = w / w.sum()
model = LogisticRegression(C=1 / {penalty!r}, tol=1e-10, max_iter=10000)
model.fit(np.vstack([x, x]), np.r_[np.zeros(len(y)), np.ones(len(y))],
          sample_weight=np.r_[(1 - y) * w, y * w])
print(model.intercept_[0], model.coef_[0][0])
"""
    done = subprocess.run(
        [str(SKLEARN), "-c", script], capture_output=True, text=True, check=True, env={}
    )
    intercept, slope = map(float, done.stdout.split())
    curve = fit_curve(times, shares, weights, penalty)
    assert curve.intercept == pytest.approx(intercept, rel=1e-4)
    assert curve.slope == pytest.approx(slope, rel=1e-4)


@given(points, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_changes_nothing(rows, rng):
    mixed = list(rows)
    rng.shuffle(mixed)
    assert fit_curve(*split(mixed)) == fit_curve(*split(rows))


@given(points, st.sampled_from([0.25, 2.0, 1024.0]))
@settings(max_examples=100, deadline=None)
def test_scale_of_the_weights_changes_nothing(rows, factor):
    times, shares, weights = split(rows)
    one, other = (
        fit_curve(times, shares, weights),
        fit_curve(times, shares, [weight * factor for weight in weights]),
    )
    assert one == other


@pytest.mark.parametrize("seed", range(5))
def test_a_run_twice_is_a_run_of_twice_the_weight(seed):
    times, shares, weights = draw(seed)
    twice = fit_curve([*times, times[4]], [*shares, shares[4]], [*weights, weights[4]])
    weights[4] *= 2
    once = fit_curve(times, shares, weights)
    assert twice.slope == pytest.approx(once.slope, rel=1e-9)
    assert twice.intercept == pytest.approx(once.intercept, rel=1e-9)


def test_a_share_is_successes_and_failures_with_their_part_of_the_weight():
    times, shares, weights = draw(2)
    apart = fit_curve(
        [*times, *times],
        [1.0] * len(times) + [0.0] * len(times),
        [s * w for s, w in zip(shares, weights, strict=True)]
        + [(1 - s) * w for s, w in zip(shares, weights, strict=True)],
    )
    together = fit_curve(times, shares, weights)
    assert apart.slope == pytest.approx(together.slope, rel=1e-9)


def test_all_times_longer_by_a_factor_lengthen_the_horizon_by_it():
    times, shares, weights = draw(5)
    short = fit_curve(times, shares, weights)
    long = fit_curve([4 * time for time in times], shares, weights)
    assert long.horizon(0.5) == pytest.approx(4 * short.horizon(0.5), rel=1e-9)
    assert long.slope == pytest.approx(short.slope, rel=1e-9)


def test_horizon_and_chance_are_inverses():
    curve = fit_curve(*draw(1))
    for share in (0.1, 0.5, 0.8, 0.99):
        assert curve.chance(curve.horizon(share)) == pytest.approx(share, rel=1e-12)
    assert curve.horizon(0.8) < curve.horizon(0.5)


def test_a_perfect_split_has_a_steep_curve_between_the_two_sides():
    curve = fit_curve([1, 2, 4, 8, 16, 32], [1, 1, 1, 0, 0, 0], [1] * 6)
    assert curve.horizon(0.5) == pytest.approx(math.sqrt(32), rel=1e-6)
    assert -100 < curve.slope < -5


def test_stronger_regularisation_flattens():
    slopes = [fit_curve(*draw(1), penalty).slope for penalty in (1e-5, 1e-2, 1, 100)]
    assert slopes == sorted(slopes)


@pytest.mark.parametrize(
    ("times", "shares", "weights", "reason"),
    [
        ([], [], [], Undefined.NO_RUNS),
        ([1, 2], [0, 1], [0, 0], Undefined.NO_RUNS),
        ([1, 2], [1, 1], [1, 1], Undefined.ALL_SUCCEEDED),
        ([1, 2, 4], [1, 1, 0], [1, 1, 0], Undefined.ALL_SUCCEEDED),
        ([1, 2], [0, 0], [1, 1], Undefined.ALL_FAILED),
        ([1, 2, 4, 8], [0, 0, 1, 1], [1] * 4, Undefined.SLOPE),
        ([5, 5], [0, 1], [1, 1], Undefined.SLOPE),
    ],
)
def test_no_horizon_has_a_reason(times, shares, weights, reason):
    assert fit_curve(times, shares, weights) is reason


def test_without_penalty_a_perfect_split_does_not_converge():
    found = fit_curve([1, 2, 4, 8], [1, 1, 0, 0], [1] * 4, 0.0)
    assert found is Undefined.NOT_CONVERGED


@pytest.mark.parametrize("share", [0, 1])
def test_a_run_of_hardly_any_weight_is_no_fault(share):
    found = fit_curve([1, 2], [share, 1 - share], [1e100, 1.0])
    assert isinstance(found, Curve | Undefined)


def test_a_horizon_beyond_every_number_is_none():
    assert Curve(slope=-1e-9, intercept=3, steps=1, gradient=0).horizon(0.5) is None


@pytest.mark.parametrize("penalty", [-1.0, math.nan, math.inf])
def test_regularisation_is_a_number_from_zero(penalty):
    with pytest.raises(Error) as caught:
        fit_curve([1, 2], [1, 0], [1, 1], penalty)
    assert caught.value.code == "horizon.regularisation"


@pytest.mark.parametrize(
    ("times", "shares", "weights"),
    [
        ([1], [1, 0], [1, 1]),
        ([0, 1], [1, 0], [1, 1]),
        ([math.inf, 1], [1, 0], [1, 1]),
        ([1, 2], [1.5, 0], [1, 1]),
        ([1, 2], [math.nan, 0], [1, 1]),
        ([1, 2], [1, 0], [1, -1]),
        ([1, 2], [1, 0], [1, math.nan]),
        ([1, 2], [1, 0], [1e308, 1e308]),
    ],
)
def test_input_outside_its_range_is_refused(times, shares, weights):
    with pytest.raises(Error) as caught:
        fit_curve(times, shares, weights)
    assert caught.value.code == "horizon.input"


@given(
    st.lists(
        st.tuples(
            st.floats(1e-300, 1e300), st.floats(0, 1), st.floats(0, 1e100, allow_subnormal=False)
        ),
        max_size=12,
    ),
    st.floats(0, 1e6),
)
@settings(max_examples=300, deadline=None)
def test_any_numbers_give_a_curve_or_a_reason(rows, penalty):
    found = fit_curve(*([row[i] for row in rows] for i in range(3)), penalty)
    assert isinstance(found, Curve | Undefined)
    if isinstance(found, Curve):
        assert found.slope < 0
        assert all(map(math.isfinite, (found.slope, found.intercept)))


families = st.lists(st.sampled_from("abcde"), min_size=1, max_size=40)


@given(families)
def test_weights_sum_to_one_and_a_family_weighs_the_root_of_its_tasks(names):
    weights, sizes = weigh_tasks(names, "invsqrt"), Counter(names)
    assert math.fsum(weights) == pytest.approx(1)
    total = sum(math.sqrt(size) for size in sizes.values())
    for name, size in sizes.items():
        share = sum(w for w, other in zip(weights, names, strict=True) if other == name)
        assert share == pytest.approx(math.sqrt(size) / total)
    assert weigh_tasks(names, "equal") == pytest.approx([1 / len(names)] * len(names))


def test_raw_weights_are_those_that_metr_prints():
    raw = weigh_raw(["a", *"bb", *"ccc"], "invsqrt")
    assert [round(weight, 3) for weight in raw] == [1.0, 0.707, 0.707, 0.577, 0.577, 0.577]
