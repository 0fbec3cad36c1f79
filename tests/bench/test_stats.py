"""The bench of the statistics measures what it says; the figures themselves are the machine's."""

import numpy as np
import pytest

from bench import stats as bench


def test_every_goal_is_measured(monkeypatch):
    pytest.importorskip("statsmodels")
    asked = []

    def once(calls, *, runs):
        asked.append(runs)
        for name, (call, _) in calls.items():
            found = call()
            assert name == "peer" or np.isfinite(found).all()
        return {name: 10.0 if name == "peer" else 0.1 for name in calls}

    monkeypatch.setattr(bench, "time_in_turns", once)
    found = {name: value for entry in bench.ENTRIES for name, value in entry(True).items()}
    assert found.keys() >= bench.GOALS.keys()
    assert all(found[name] == pytest.approx(100) for name in bench.GOALS)
    assert all(runs < 10 for runs in asked)


def test_times_are_taken_in_turns_after_a_warm_up():
    order = []
    seconds = bench.time_in_turns(
        {"one": (lambda: order.append(1), 2), "two": (lambda: order.append(2), 1)}, runs=2
    )
    assert order == [1, 1, 2] * 3
    assert all(value >= 0 for value in seconds.values())


@pytest.mark.parametrize("unequal", [False, True])
def test_the_samples_are_those_of_the_reference(unequal):
    scores, codes = bench.make_samples(unequal=unequal)
    assert len(scores) == len(codes) == 5_000
    sizes = np.bincount(codes)
    assert len(sizes) == 500
    assert (set(sizes.tolist()) == {10}) is not unequal
    assert set(scores.tolist()) == {0.0, 1.0}
