"""Values as cells: every JSON value comes back from its text and its type."""

import json
import math
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.evidence.table_value import clean_text, describe_value, parse_value

TEXT = st.text(st.characters(exclude_categories=())) | st.text()
"""Any text, with lone surrogates too: JSON can spell them."""
SINGLE = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = st.recursive(SINGLE, lambda x: st.lists(x) | st.dictionaries(TEXT, x), max_leaves=12)


def same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are the same; a whole float is its integer, NaN is NaN."""
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same(one[key], other[key]) for key in one)
        )
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str):
        return type(one) is type(other) and one == other
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return one == other


@given(VALUES)
@example(-0.0)
@example(10**400)
@example(1e22)
@example([math.nan, 2**80, {"b": -math.inf, "a": "\ud800"}])
def test_a_value_comes_back(value):
    text, type = describe_value(value)
    expected = clean_text(value) if isinstance(value, str) else value
    assert same(expected, parse_value(text, type))
    assert describe_value(parse_value(text, type)) == (text, type)  # one text for one value
    if text is not None:
        text.encode()


@given(TEXT)
def test_clean_text_is_utf8_and_changes_no_good_text(text):
    clean_text(text).encode()
    assert (clean_text(text) == text) == (not any("\ud800" <= c <= "\udfff" for c in text))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("C", ("C", "text")),
        ("1", ("1", "text")),
        (1, ("1", "number")),
        (1.0, ("1", "number")),
        (0.1, ("0.1", "number")),
        (1e21, ("1e+21", "number")),
        (5.371131868875343e16, ("5.371131868875343e+16", "number")),
        (53711318688753430, ("53711318688753430", "number")),
        (-0.0, ("0", "number")),
        (2**80, (str(2**80), "number")),
        (math.nan, ("NaN", "number")),
        (math.inf, ("Infinity", "number")),
        (-math.inf, ("-Infinity", "number")),
        ("NaN", ("NaN", "text")),
        (True, ("true", "truth")),
        ("true", ("true", "text")),
        (None, (None, "none")),
        ("", ("", "text")),
        ([1, "a"], ('[1,"a"]', "list")),
        ({"b": 1, "a": [None]}, ('{"a":[null],"b":1}', "mapping")),
        ({"a": math.nan}, ('{"a":NaN}', "mapping")),
        ("\ud800", ("\\ud800", "text")),
    ],
)
def test_spelling(value, cell):
    assert describe_value(value) == cell


def test_what_is_nested_too_deeply():
    value: Any = []
    for _ in range(200_000):
        value = [value]
    with pytest.raises(Error) as caught:
        describe_value(value)
    assert caught.value.code == "table.too-deep"
    while value:  # taken apart here, because the destructor of some versions recurses
        value = value.pop()


@pytest.mark.parametrize(
    "value",
    [10**5000, [10**5000], [date(2026, 1, 1)], {1: 2, "a": 3}],
    ids=["integer", "inside", "date", "keys"],
)
def test_what_is_no_json(value):
    with pytest.raises(Error) as caught:
        describe_value(value)
    assert caught.value.code == "table.value"
    assert caught.value.hint


def test_a_text_of_another_type_is_an_error():
    with pytest.raises(json.JSONDecodeError):
        parse_value("C", "number")
