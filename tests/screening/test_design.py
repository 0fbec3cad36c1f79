"""The design: directions, exact thresholds, and the same design after it was written and read."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.screening.design import Design, parse_design

RULE_OUT = Design(
    seed="a seed of the tests",
    direction="rule-out",
    threshold=0.2,
    alpha=0.05,
    questions=198,
    population=198,
)
DESIGNS = st.builds(
    Design,
    seed=st.text(min_size=1, max_size=20),
    direction=st.sampled_from(["rule-out", "reached"]),
    threshold=st.floats(0.05, 0.95),
    alpha=st.floats(0.005, 0.3),
    questions=st.just(60),
    population=st.sampled_from([None, 60]),
    prior=st.tuples(st.floats(0.2, 9), st.floats(0.2, 9)),
)


def test_the_tables_of_the_reference():
    assert RULE_OUT.table is not None
    assert RULE_OUT.table.stops[:9] == (16, 28, 37, 46, 53, 60, 67, 74, 80)
    larger = replace(RULE_OUT, questions=500, population=500)
    assert larger.table is not None
    assert larger.table.stops[:8] == (16, 29, 40, 49, 57, 65, 73, 80)
    drawn = replace(RULE_OUT, questions=500, population=None)
    assert drawn.table is not None
    assert drawn.table.stops[:6] == (17, 30, 41, 51, 60, 68)


def test_thresholds_are_the_decimals_they_were_written_as():
    # 0.07 * 100 is 7.000000000000001 as floating-point numbers, which would round up to 8.
    design = replace(RULE_OUT, threshold=0.07, questions=100, population=100)
    assert design.least == 7
    assert replace(design, direction="reached").least == 94  # 93 failures are 7 passes: reached


def test_reached_is_the_mirror_image():
    reached = replace(RULE_OUT, direction="reached", threshold=0.8, population=None, questions=300)
    mirrored = replace(RULE_OUT, threshold=0.2, population=None, questions=300)
    assert reached.rate == 0.2
    assert reached.table == mirrored.table
    one, other = reached.operate(0.98), mirrored.operate(0.02)
    assert one is not None
    assert other is not None
    assert one.mean == pytest.approx(other.mean)


@settings(max_examples=60, deadline=None)
@given(DESIGNS)
def test_the_error_is_at_most_alpha(design):
    rate = design.error_rate()
    assert rate is not None
    assert rate <= design.alpha


@settings(max_examples=40, deadline=None)
@given(DESIGNS)
def test_written_and_read_again(design):
    assert parse_design(design.to_dict()) == design


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.floats(0.01, 0.99), st.sampled_from(["rule-out", "reached"]))
def test_every_benchmark_that_was_asked_to_its_end_is_decided_rightly(passes, threshold, direction):
    design = replace(
        RULE_OUT, direction=direction, threshold=threshold, questions=60, population=60
    )
    table = design.table
    assert table is not None
    events = passes if direction == "rule-out" else 60 - passes
    shown = table.clears(60, events)
    true = passes / 60 < threshold if direction == "rule-out" else passes / 60 >= threshold
    if abs(passes / 60 - threshold) > 1e-9:
        assert shown == true


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": ""},
        {"direction": "sideways"},
        {"threshold": 0.0},
        {"threshold": math.nan},
        {"threshold": True},
        {"alpha": 0.5},
        {"questions": 0},
        {"questions": 20_001},
        {"questions": 1.0},
        {"population": 7},
        {"epochs": 0},
        {"epochs": 2},
        {"scores": "other"},
        {"prior": (0.0, 1.0)},
        {"prior": (1.0,)},
        {"scorer": 3},
        {"limit": "incorrect"},
    ],
)
def test_a_design_that_cannot_be(changes):
    with pytest.raises(Error) as caught:
        replace(RULE_OUT, **changes)
    assert caught.value.code == "screening.design"


@pytest.mark.parametrize(
    "value", [None, 3, [], {}, {**RULE_OUT.to_dict(), "more": 1}, {"seed": "a seed"}]
)
def test_data_that_is_no_design(value):
    with pytest.raises(Error) as caught:
        parse_design(value, where="x.eval")
    assert (caught.value.code, caught.value.where) == ("screening.design", "x.eval")


@given(st.sampled_from(sorted(RULE_OUT.to_dict())), st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_odd_data_is_a_design_or_a_coded_error(key, value):
    try:
        parse_design(RULE_OUT.to_dict() | {key: value})
    except Error as error:
        assert error.code == "screening.design"
