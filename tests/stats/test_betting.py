"""The bet for scores between 0 and 1: its error, its certainty, its refusals."""

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats.betting import BETS, Bettor


def place(scores, **given):
    """Return at which score the mean is ruled out, or None."""
    bettor = Bettor(**{"mean": 0.2, "alpha": 0.05, "population": None} | given)
    for number, score in enumerate(scores, 1):
        if bettor.add(score):
            return number
    return None


def test_failures_alone():
    assert place([0.0] * 60) == 19
    assert place([0.0] * 60, population=198) == 18
    assert place([0.0] * 10, population=10) == 9  # one question cannot bring 20 % of ten


def test_each_bet_is_fair_at_the_mean():
    for bet in BETS:
        factor = [1 + bet * (0.2 - score) / 0.8 for score in (0, 1)]
        assert 0.8 * factor[0] + 0.2 * factor[1] == pytest.approx(1)
        assert min(factor) > 0


@settings(max_examples=40, deadline=None)
@given(
    scores=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=3, max_size=6),
    mean=st.floats(0.05, 0.9),
    alpha=st.sampled_from([0.1, 0.3, 0.45]),
)
def test_without_replacement_the_error_is_at_most_alpha_over_all_orders(scores, mean, alpha):
    true = sum(scores) / len(scores)
    if true < mean:
        return
    size = len(scores)
    orders = list(itertools.permutations(scores))
    wrong = sum(place(o, mean=mean, alpha=alpha, population=size) is not None for o in orders)
    assert wrong / len(orders) <= alpha


def test_independent_draws_keep_the_level():
    rng, runs = random.Random(7), 1500  # noqa: S311
    for values in ([0.0, 0.4], [0.1, 0.3], [0.0, 0.0, 0.0, 0.0, 1.0]):
        wrong = sum(place(rng.choice(values) for _ in range(300)) is not None for _ in range(runs))
        assert wrong / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.99))
@settings(deadline=None)
def test_at_the_end_of_a_population_the_matter_is_certain(scores, mean):
    if abs(sum(scores) / len(scores) - mean) < 1e-6:
        return
    found = place(scores, mean=mean, alpha=1e-9, population=len(scores))
    assert (found is not None) == (sum(scores) / len(scores) < mean)


def test_a_mean_that_is_reached_is_never_ruled_out_again():
    bettor = Bettor(mean=0.2, alpha=0.05, population=100)
    for _ in range(20):
        assert not bettor.add(1.0)
    assert not any(bettor.add(0.0) for _ in range(80))
    assert bettor.evidence == -math.inf


@pytest.mark.parametrize("score", [-0.01, 1.01, math.nan, math.inf])
def test_a_score_outside_0_to_1(score):
    with pytest.raises(Error) as caught:
        Bettor(mean=0.2, alpha=0.05, population=None).add(score)
    assert caught.value.code == "stats.score"


def test_more_scores_than_there_are():
    bettor = Bettor(mean=0.2, alpha=0.05, population=1)
    bettor.add(1.0)
    with pytest.raises(Error) as caught:
        bettor.add(0.0)
    assert caught.value.code == "stats.population"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mean": 0.0}, "stats.threshold"),
        ({"mean": math.nan}, "stats.threshold"),
        ({"alpha": 0.5}, "stats.alpha"),
        ({"population": 0}, "stats.population"),
    ],
)
def test_bad_input(changes, code):
    with pytest.raises(Error) as caught:
        Bettor(**{"mean": 0.2, "alpha": 0.05, "population": None} | changes)
    assert caught.value.code == code
