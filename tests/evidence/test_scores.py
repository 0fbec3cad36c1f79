"""Score values and reducers: the producer's rules, one property for each."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.evidence.rules import rules_of
from ifthen.evidence.scores import (
    Reducer,
    Unusable,
    is_same,
    parse_reducer,
    producer_number,
    value_to_float,
)

unit = st.floats(0, 1)
NAMES = ["mean", "median", "mode", "majority", "max", "at_least_2", "pass_at_2", "pass_k_2"]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("C", 1.0), ("P", 0.5), ("I", 0.0), ("N", 0.0),
        ("yes", 1.0), ("YES", 1.0), ("True", 1.0), ("no", 0.0), ("False", 0.0),
        (True, 1.0), (False, 0.0), (1, 1.0), (0.25, 0.25), ("0.25", 0.25), ("1e-1", 0.1),
        (10**400, math.inf), (-(10**400), -math.inf), (math.inf, math.inf),
        (None, Unusable.UNSCORED), (math.nan, Unusable.UNSCORED),
        ("c", Unusable.NOT_A_NUMBER), ("nan", Unusable.NOT_A_NUMBER),
        ("1e999", Unusable.NOT_A_NUMBER), ("", Unusable.NOT_A_NUMBER),
        ([1], Unusable.NOT_A_NUMBER), ({"a": 1}, Unusable.NOT_A_NUMBER),
    ],
)  # fmt: skip
def test_values(value, number):
    assert value_to_float(value) == number


def test_what_the_producer_counts():
    assert math.isnan(producer_number(None))
    assert producer_number([1]) == 0.0
    assert producer_number("P") == 0.5


@given(st.floats(allow_nan=False))
def test_floats_are_themselves_also_as_text(number):
    assert value_to_float(number) == number
    if math.isfinite(number):
        assert value_to_float(repr(number)) == number


@given(st.text())
def test_text_is_a_finite_number_or_none(text):
    number = value_to_float(text)
    assert isinstance(number, Unusable) or math.isfinite(number)


def test_reducers_are_known_by_the_names_in_logs():
    assert [parse_reducer(name).label for name in NAMES] == NAMES
    for name in ("collect", "at_least", "pass_at_0", "pass_at_2x", "os.system", ""):
        assert parse_reducer(name) is None


@given(st.lists(unit, min_size=1, max_size=8))
def test_reducers_against_their_definitions(values):
    correct = sum(value == 1.0 for value in values)
    assert Reducer("mean").reduce(values) == statistics.mean(values)
    assert Reducer("median").reduce(values) == statistics.median(values)
    assert Reducer("max").reduce(values) == max(values)
    assert Reducer("mode").reduce(values) == statistics.mode(values)
    assert Reducer("at_least", 2).reduce(values) == (1.0 if correct >= 2 else 0.0)
    if len(values) >= 2:
        draws = math.comb(len(values), 2)
        some = 1 - math.comb(len(values) - correct, 2) / draws
        assert Reducer("pass_at", 2).reduce(values) == pytest.approx(some, abs=1e-12)
        assert Reducer("pass_k", 2).reduce(values) == math.comb(correct, 2) / draws


@pytest.mark.parametrize("name", NAMES)
def test_without_scores_there_is_no_score(name):
    assert math.isnan(parse_reducer(name).reduce([None, math.nan]))
    assert math.isnan(parse_reducer(name).reduce([]))


def test_fewer_epochs_than_k():
    for name in ("pass_at", "pass_k"):
        assert math.isnan(Reducer(name, 3).reduce([1, 1]))
        assert Reducer(name, 3).bounds([1, 1], [1, 1]) == (0.0, 1.0)


def test_mode_counts_values_as_they_stand_and_takes_the_first_of_several():
    assert Reducer("mode").reduce(["C", "I", 0, 0.0, "I"]) == 0.0
    assert Reducer("mode").reduce(["C", "I"]) == 1.0
    assert Reducer("mode").reduce([[1], {"a": 1}]) == 0.0


def test_majority_is_of_all_epochs_also_of_those_without_a_score():
    assert Reducer("majority").reduce(["C", "C", "I"]) == 1.0
    assert Reducer("majority").reduce([0, 0.0, False, "C"]) == 0.0
    for values in (["C", "I"], ["C", 1.0], ["C", None], ["C", "C", None, math.nan]):
        assert math.isnan(Reducer("majority").reduce(values))


@given(st.data(), st.sampled_from(NAMES))
def test_bounds_hold_whatever_the_uncertain_epochs_are(data, name):
    """Every reducer: a score with each epoch inside its bounds is inside the question's bounds."""
    reducer = parse_reducer(name)
    known = data.draw(st.lists(unit, min_size=1, max_size=5))
    unknown = data.draw(st.lists(unit, max_size=3))
    low, high = reducer.bounds(known + [0.0] * len(unknown), known + [1.0] * len(unknown))
    score = reducer.reduce(known + unknown)
    assert math.isnan(score) or low - 1e-12 <= score <= high + 1e-12
    assert 0.0 <= low <= high <= 1.0


def test_reducers_of_old_releases_took_unscored_epochs_in():
    """Each rule as logs of those releases show it (tests/evidence/test_versions.py)."""
    first, middle = rules_of("inspect_ai 0.3.58"), rules_of("inspect_ai 0.3.210")
    assert math.isnan(Reducer("mean", rules=first).reduce([1, None]))
    assert Reducer("mean", rules=middle).reduce([1, None]) == 1.0
    assert math.isnan(Reducer("max", rules=middle).reduce([None, 1]))
    assert Reducer("max", rules=middle).reduce([1, None]) == 1.0
    assert Reducer("pass_at", 2, middle).reduce([1, None]) == 1.0
    assert Reducer("pass_at", 2, first).reduce([1, None]) == 1.0
    assert Reducer("pass_at", 2, first).reduce([2, 0]) == 0.0  # 2 is not exactly 1
    assert Reducer("mode", rules=first).reduce([1, None, None]) == 1.0
    assert Reducer("at_least", 1, first).reduce([None, None]) == 0.0
    assert Reducer("pass_at", 2, first).bounds([0.0], [0.0]) == (0.0, 1.0)


def test_same_values():
    nan = float("nan")
    assert is_same({"a": [nan, 1]}, {"a": [None, 1.0]})
    assert not is_same({"a": 1}, {"b": 1})
    assert not is_same([1], [1, 2])
    assert not is_same("C", 1)
