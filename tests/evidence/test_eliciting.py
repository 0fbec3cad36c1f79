"""The elicitation record in a log's own metadata."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.encoding.elicitation import Elicitation
from ifthen.evidence.eliciting import read_elicitation, single_values


def test_words_stay_one_line():
    assert read_elicitation("two\nlines") == ("two lines", ())
    assert read_elicitation(None) == (None, ())


def test_keys_are_read():
    found, findings = read_elicitation({"attempts": 3, "tools": ["bash"], "helpful_only": "yes"})
    assert findings == ()
    assert (found.attempts, found.tools, found.helpful_only) == (3, ("bash",), "yes")


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"attempts": 3, "budget": 1}, "budget"),
        ({"attempts": "3"}, "attempts"),
        ({}, "says nothing"),
        ({"attempts": 10**400}, "attempts"),
        ({"attempts": float("nan")}, "attempts"),
        ({"scaffold": "\ud800"}, ""),
    ],
)
def test_half_a_statement_is_none_and_is_told(stated, said):
    found, (finding,) = read_elicitation(stated)
    assert found is None
    assert (finding.code, finding.severity) == ("log.elicitation-shape", "notice")
    assert said in finding.message


def test_deep_nesting_is_told():
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    found, (finding,) = read_elicitation({"tools": deep})
    assert (found, finding.code) == (None, "log.elicitation-shape")


KEYS = st.sampled_from([*Elicitation.model_fields, "other"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_a_record_or_one_notice_and_nothing_else(stated):
    found, findings = read_elicitation(stated)
    if findings:
        assert found is None
        assert [finding.code for finding in findings] == ["log.elicitation-shape"]
    else:
        kept = json.loads(found.model_dump_json(exclude_none=True))
        assert kept == {key: value for key, value in stated.items() if value is not None}


def test_single_values_leave_lists_and_odd_numbers_out():
    values = {"a": 1, "b": [1], "c": True, "d": float("nan"), "e": 2**60, "f": "", "g\n": "x\ny"}
    assert single_values(values) == {"a": 1, "c": True, "g ": "x y"}
