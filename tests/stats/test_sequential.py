"""The tables of section 2.1 of the reference, and the exact chance of error of every table."""

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats.bounds import clopper_pearson_upper
from ifthen.stats.sequential import (
    Boundary,
    compile_draws,
    compile_population,
    operate_draws,
    operate_population,
)

PRIOR = (0.5, 5.0)
UNIFORM = (1.0, 1.0)


def draws(**changes):
    given = {"rate": 0.2, "alpha": 0.05, "prior": PRIOR, "horizon": 500}
    return compile_draws(**given | changes)


def population(size, rate=0.2, **changes):
    given = {"alpha": 0.05, "prior": PRIOR, "least": math.ceil(round(rate * size, 9))}
    return compile_population(population=size, **given | changes)


class TestPublishedTables:
    def test_198_questions(self):
        assert population(198).stops[:9] == (16, 28, 37, 46, 53, 60, 67, 74, 80)

    def test_500_questions(self):
        assert population(500).stops[:8] == (16, 29, 40, 49, 57, 65, 73, 80)

    def test_independent_draws(self):
        assert draws().stops[:6] == (17, 30, 41, 51, 60, 68)

    @pytest.mark.parametrize(("p", "mean", "ninth"), [(0.02, 22.4, 41), (0.05, 36.3, 68)])
    def test_expected_questions(self, p, mean, ninth):
        found = operate_draws(draws(horizon=2000), p)
        assert (round(found.mean, 1), found.ninth) == (mean, ninth)

    def test_expected_questions_near_the_threshold(self):
        found = operate_draws(draws(horizon=2000), 0.10)
        assert (round(found.mean, 1), found.ninth) == (102.2, 212)
        assert operate_draws(draws(horizon=20000), 0.2).stops == pytest.approx(0.0435, abs=5e-5)

    @pytest.mark.parametrize(
        ("threshold", "size", "prior", "rates", "means"),
        [
            (0.5, 198, UNIFORM, (0.10, 0.25, 0.40), (10, 24, 86)),
            (0.5, 45, UNIFORM, (0.10, 0.25, 0.40), (8, 15, 31)),
            (0.1, 500, PRIOR, (0.01, 0.03, 0.05), (44, 77, 142)),
            (0.05, 500, PRIOR, (0.0, 0.01, 0.02), (68, 108, 175)),
        ],
    )
    def test_other_thresholds(self, threshold, size, prior, rates, means):
        table = population(size, threshold, prior=prior)
        for rate, mean in zip(rates, means, strict=True):
            found = operate_population(table, population=size, events=round(rate * size))
            assert found.mean == pytest.approx(mean, abs=0.8), (rate, found)


def likelihood_ratio(questions, events, *, rate, prior, steps=200_000):
    """The mixture by the midpoint rule in u = sqrt(q), which tames the pole at 0."""
    a, b = prior
    total = weight = 0.0
    top = math.sqrt(rate)
    for step in range(steps):
        u = (step + 0.5) / steps * top
        q = u * u
        density = 2 * u * q ** (a - 1) * (1 - q) ** (b - 1)
        ratio = (q / rate) ** events * ((1 - q) / (1 - rate)) ** (questions - events)
        total += density * ratio
        weight += density
    return total / weight


@pytest.mark.parametrize(("rate", "prior"), [(0.2, PRIOR), (0.5, (1.0, 1.0)), (0.9, (2.0, 3.0))])
def test_the_table_is_where_the_mixture_passes_one_over_alpha(rate, prior):
    table = draws(rate=rate, prior=prior, horizon=150)
    for events in (0, 1, 4):
        place = table.stops[events]
        enough = 1 / 0.05
        at, before = (
            likelihood_ratio(n, events, rate=rate, prior=prior, steps=20_000)
            for n in (place, place - 1)
        )
        assert at >= enough * 0.999
        assert before <= enough * 1.001


class TestExactError:
    @settings(max_examples=150, deadline=None)
    @given(
        rate=st.floats(0.02, 0.95),
        alpha=st.floats(0.001, 0.4),
        prior=st.tuples(st.floats(0.1, 20), st.floats(0.1, 20)),
        horizon=st.integers(1, 300),
        above=st.floats(0, 1),
    )
    def test_draws(self, rate, alpha, prior, horizon, above):
        table = draws(rate=rate, alpha=alpha, prior=prior, horizon=horizon)
        for true in (rate, rate + above * (1 - rate)):
            assert operate_draws(table, min(true, 1.0)).stops <= alpha

    @settings(max_examples=150, deadline=None)
    @given(
        size=st.integers(1, 250),
        alpha=st.floats(0.001, 0.4),
        prior=st.tuples(st.floats(0.1, 20), st.floats(0.1, 20)),
        data=st.data(),
    )
    def test_population(self, size, alpha, prior, data):
        least = data.draw(st.integers(1, size))
        table = compile_population(population=size, least=least, alpha=alpha, prior=prior)
        for events in (least, data.draw(st.integers(least, size))):
            found = operate_population(table, population=size, events=events)
            assert found.stops <= alpha

    @settings(max_examples=60, deadline=None)
    @given(size=st.integers(1, 120), data=st.data())
    def test_whoever_asks_every_question_is_certain(self, size, data):
        least = data.draw(st.integers(1, size))
        events = data.draw(st.integers(0, least - 1))
        table = compile_population(population=size, least=least, alpha=0.05, prior=PRIOR)
        found = operate_population(table, population=size, events=events)
        assert found.stops == pytest.approx(1)
        assert table.clears(size, events)

    def test_an_uncorrected_table_would_be_noticed(self):
        looks = [
            max((s for s in range(n) if clopper_pearson_upper(s, n, 0.05) < 0.2), default=-1)
            for n in range(1, 201)
        ]
        stops = [next(n for n, s in enumerate(looks, 1) if s >= e) for e in range(max(looks) + 1)]
        peeking = Boundary(stops=tuple(stops), horizon=200)
        assert operate_draws(peeking, 0.2).stops > 0.15


@pytest.mark.parametrize("events", [0, 1, 2, 3])
def test_the_dynamic_program_is_enumeration(events):
    size, table = 8, Boundary(stops=(3, 5, 8), horizon=8)
    stopped = asked = count = 0
    for chosen in itertools.combinations(range(size), events):
        passes = 0
        for place in range(1, size + 1):
            passes += place - 1 in chosen
            if table.clears(place, passes):
                stopped += 1
                break
        asked += place
        count += 1
    found = operate_population(table, population=size, events=events)
    assert found.stops == pytest.approx(stopped / count)
    assert found.mean == pytest.approx(asked / count)


def test_the_dynamic_program_is_simulation():
    rng, table, runs = random.Random(4), draws(horizon=200), 4000  # noqa: S311
    lengths = []
    for _ in range(runs):
        passes, place = 0, 0
        while place < 200 and not table.clears(place, passes):
            passes += rng.random() < 0.08
            place += 1
        lengths.append(place)
    found = operate_draws(table, 0.08)
    assert found.mean == pytest.approx(sum(lengths) / runs, rel=0.05)
    assert found.ninth == pytest.approx(sorted(lengths)[int(runs * 0.9)], rel=0.08)


class TestBoundary:
    @given(size=st.integers(1, 150), data=st.data())
    @settings(deadline=None)
    def test_clearing_is_the_table(self, size, data):
        least = data.draw(st.integers(1, size))
        table = compile_population(population=size, least=least, alpha=0.1, prior=PRIOR)
        questions = data.draw(st.integers(0, size))
        for events in range(questions + 1):
            needed = table.questions_for(events)
            assert table.clears(questions, events) == (needed is not None and needed <= questions)

    @pytest.mark.parametrize("stops", [(0,), (3, 3), (5, 4), (11,)])
    def test_one_that_cannot_be(self, stops):
        with pytest.raises(ValueError, match="not a boundary"):
            Boundary(stops=stops, horizon=10)

    def test_one_that_never_rules_out(self):
        table = draws(horizon=10)
        assert table.stops == ()
        assert operate_draws(table, 0.0).stops == 0
        assert operate_draws(table, 0.0).mean == 10


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rate": 0.0}, "stats.threshold"),
        ({"rate": 1.0}, "stats.threshold"),
        ({"rate": math.nan}, "stats.threshold"),
        ({"alpha": 0.0}, "stats.alpha"),
        ({"alpha": math.nan}, "stats.alpha"),
        ({"prior": (0.0, 1.0)}, "stats.prior"),
        ({"prior": (1.0, math.inf)}, "stats.prior"),
        ({"prior": (math.nan, 1.0)}, "stats.prior"),
        ({"horizon": 0}, "stats.horizon"),
        ({"horizon": 20_001}, "stats.horizon"),
        ({"horizon": 2.0}, "stats.horizon"),
    ],
)
def test_bad_input(changes, code):
    with pytest.raises(Error) as caught:
        draws(**changes)
    assert caught.value.code == code


@pytest.mark.parametrize(("size", "least"), [(10, 0), (10, 11), (10, 2.0), (10, -1)])
def test_a_population_that_cannot_be(size, least):
    with pytest.raises(Error) as caught:
        population(size, least=least)
    assert caught.value.code == "stats.population"
    with pytest.raises(Error):
        operate_population(population(10), population=11, events=1)
    with pytest.raises(Error):
        operate_draws(draws(), 1.5)
