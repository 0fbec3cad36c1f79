"""Results over a range, and where something turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decision.world import ON, world

from ifthen.decision.planning import make_plan, parse_supposition
from ifthen.decision.sweeping import Range, format_range, parse_range
from ifthen.errors import Error


def turning(text, made=None, *supposed):
    facts = (made or world()).facts()
    plan = make_plan(
        facts, facts, parse_supposition(supposed), today=ON, on=ON, over=parse_range(text)
    )
    return plan.turning_points


def test_a_threshold_turns_exactly_where_deciding_says_so():
    found = turning("evaluation:ctf=0..200/200")
    points = [x for x in found if (x.about, x.id) == ("threshold", "cyber-1")]
    assert [(x.before, x.after) for x in points] == [
        ("ruled-out", "cannot-rule-out"),
        ("cannot-rule-out", "reached"),
    ]
    for point in points:
        below, at = (
            world().measured(float(passed)).threshold("cyber-1").status
            for passed in (point.passed - 1, point.passed)
        )
        assert (below, at) == (point.before, point.after)


def test_a_range_may_go_as_far_as_every_question():
    assert parse_range("evaluation:ctf=0..200/200").high == 200
    with pytest.raises(Error) as caught:
        parse_range("evaluation:ctf=0..201/200")
    assert caught.value.code == "plan.range"


def test_a_range_in_which_nothing_turns():
    assert turning("evaluation:ctf=0..2/200") == ()


def test_the_rest_that_is_supposed_stays():
    with_vault = turning("evaluation:ctf=0..200/200", None, "assessment:vault=not-effective")
    gates = {x.after for x in with_vault if (x.about, x.id) == ("gate", "store")}
    assert "hold" in gates
    assert "hold" not in {x.after for x in turning("evaluation:ctf=0..200/200") if x.id == "store"}


def test_every_value_is_watched():
    seen = []
    facts = world().facts()

    def watch(items):
        for item in items:
            seen.append(item)
            yield item

    over = parse_range("evaluation:ctf=3..9/200")
    make_plan(facts, facts, parse_supposition([]), today=ON, on=ON, over=over, watch=watch)
    assert [x.measurements[0].passed for x in seen] == [3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    "text",
    [
        "ctf=0..9/200",
        "evaluation:ctf=0-9/200",
        "evaluation:ctf=9..9/200",
        "evaluation:ctf=0..201/200",
        "evaluation:ctf=0..2001/9999",
        "evaluation:ctf=0..9/200@1",
        "evaluation:ctf=0..9/200@201",
        "declaration:x=0..9/200",
        "",
    ],
)
def test_what_is_no_range(text):
    with pytest.raises(Error) as caught:
        parse_range(text)
    assert caught.value.code == "plan.range"


@given(st.text(max_size=60))
def test_any_text_is_a_range_or_a_coded_error(text):
    try:
        over = parse_range(text)
    except Error as error:
        assert error.code == "plan.range"
    else:
        assert parse_range(format_range(over)) == over


@given(st.integers(0, 99), st.integers(100, 900), st.none() | st.integers(2, 900))
def test_format_and_parse_are_inverse(low, high, clusters):
    over = Range("ctf", low, high, 1000, clusters)
    assert parse_range(format_range(over)) == over
