import pytest

from ifthen.framework import cadence, clause, model
from ifthen.framework.directions import (
    RULES,
    easier,
    harder,
    higher,
    later,
    lower,
    more,
    narrowing,
    opposite,
    ranked,
    stated,
)
from ifthen.framework.predicate import Predicate

MODELS = {
    "domain": model.Domain, "threshold": model.Threshold, "evaluation": model.Evaluation,
    "safeguard": model.Safeguard, "commitment": model.Commitment, "gate": model.Gate,
    "trigger": cadence.Trigger, "consequence": clause.Consequence, "exemption": clause.Exemption,
    "duty": clause.Duty, "definition": clause.Definition,
}  # fmt: skip
NAMES = {"id", "term", "thresholds"}
"""What a clause is matched by, and clauses of their own."""


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_has_a_rule(kind):
    assert {name.partition(".")[0] for name in RULES[kind]} == set(
        MODELS[kind].model_fields
    ) - NAMES


def test_every_value_of_a_rule_out_has_a_rule():
    parts = {name.partition(".")[2] for name in RULES["evaluation"] if name.startswith("rule_out.")}
    assert parts == set(model.RuleOut.model_fields)


def p(tree):
    return Predicate.model_validate(tree, by_alias=True, strict=False)


def le(value):
    return {"le": {"evaluation": "e", "value": value}}


def ge(value):
    return {"ge": {"evaluation": "e", "value": value}}


HARDER = [
    (le(0.2), le(0.1)),
    (ge(0.2), ge(0.3)),
    ({"not": ge(0.3)}, {"not": ge(0.2)}),
    ({"all": [le(0.2)]}, {"all": [le(0.2), ge(0.1)]}),
    ({"any": [le(0.2), ge(0.9)]}, {"any": [le(0.2)]}),
    ({"any": [le(0.2), ge(0.9)]}, {"any": [le(0.1), ge(0.9)]}),
    ({"any": [le(0.2), ge(0.9)]}, le(0.2)),
    (le(0.2), {"all": [le(0.2), ge(0.1)]}),
    ({"k_of": {"k": 1, "of": [le(0.2), ge(0.9)]}}, {"k_of": {"k": 2, "of": [le(0.2), ge(0.9)]}}),
    (
        {"in": {"assessment": "s", "values": ["effective", "partly-effective"]}},
        {"in": {"assessment": "s", "values": ["effective"]}},
    ),
]


@pytest.mark.parametrize(("before", "after"), HARDER)
def test_what_is_harder_to_meet(before, after):
    before, after = p(before), p(after)
    assert (harder(before, after), harder(after, before)) == ("stronger", "weaker")
    assert (easier(before, after), easier(after, before)) == ("weaker", "stronger")
    assert (narrowing(before, after), narrowing(after, before)) == ("weaker", "stronger")


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (le(0.2), ge(0.2), "unclear"),
        (le(0.2), {"le": {"evaluation": "f", "value": 0.1}}, "unclear"),
        ({"all": [le(0.2), ge(0.1)]}, {"all": [le(0.1), ge(0.05)]}, "mixed"),
        ({"all": [le(0.2)]}, {"any": [le(0.2)]}, "unclear"),
        ({"any": [le(0.2), ge(0.9)]}, le(0.1), "unclear"),
        ({"all": [le(0.2), ge(0.1)]}, {"all": [ge(0.1), ge(0.3), ge(0.4)]}, "mixed"),
    ],
)
def test_what_goes_both_ways_or_neither(before, after, way):
    assert harder(p(before), p(after)) == way


def test_a_condition_that_comes_or_goes():
    assert (harder(None, p(le(0.1))), harder(p(le(0.1)), None)) == ("stronger", "weaker")
    assert (easier(None, p(le(0.1))), easier(p(le(0.1)), None)) == ("stronger", "weaker")
    assert (narrowing(None, p(le(0.1))), narrowing(p(le(0.1)), None)) == ("weaker", "stronger")


@pytest.mark.parametrize(
    ("compare", "before", "after", "way"),
    [
        (higher, 1, 2, "stronger"),
        (higher, 2, None, "weaker"),
        (lower, 2, 1, "stronger"),
        (lower, None, 5, "stronger"),
        (more, ("a",), ("a", "b"), "stronger"),
        (more, ("a", "b"), ("b", "c"), "mixed"),
        (more, ("a", "b"), ("b",), "weaker"),
    ],
)
def test_numbers_and_lists(compare, before, after, way):
    assert compare(before, after) == way


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [(None, 14, "weaker"), (14, None, "stronger"), (14, 30, "stronger"), (30, 14, "weaker")],
)
def test_a_screening_that_is_accepted_later_asks_for_more(before, after, direction):
    assert later(before, after) == direction
    assert RULES["evaluation"]["screened_from"].compare(before, after) == direction


def test_the_order_that_is_given_is_from_the_weakest_up():
    compare = ranked("may", "aim", "will")
    assert [compare("may", "will"), compare("will", "aim")] == ["stronger", "weaker"]
    assert [compare("shall", "will"), compare("will", "shall")] == ["unclear", "unclear"]


def test_what_weakens_others_is_read_the_other_way_around():
    turned = opposite(stated)
    assert [turned(None, "x"), turned("x", None), turned("x", "y")] == [
        "weaker", "stronger", "unclear",
    ]  # fmt: skip


def test_a_list_of_one_condition_is_not_harder_than_the_condition():
    for key in ("all", "any"):
        one = p({key: [le(0.2)]})
        assert (harder(one, p(le(0.2))), harder(p(le(0.2)), one)) == ("unclear", "unclear")
