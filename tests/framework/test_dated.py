from datetime import date
from pathlib import Path

import pytest

from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Problems
from ifthen.framework.dated import change_days, load_on
from ifthen.framework.lint import check_framework
from ifthen.framework.model import Framework

VALID = (Path(__file__).parent / "data" / "valid.yaml").read_text(encoding="utf-8")


def load(value):
    text = VALID.replace("below: 0.3", f"below: {value}")
    assert text != VALID
    return load_document(parse_tree(text.encode(), name="f.yaml"), Framework)


def below(loaded):
    return next(x.rule_out.below for x in loaded.document.evaluations if x.rule_out)


VALUES = '{"2026-01-01": 0.3, "2026-07-01": 0.25, "2027-01-01": null}'


@pytest.mark.parametrize(
    ("on", "value"), [("2026-01-01", 0.3), ("2026-06-30", 0.3), ("2026-07-01", 0.25)]
)
def test_the_value_of_a_day(on, value):
    assert below(load_on(load(VALUES), date.fromisoformat(on))) == value


@pytest.mark.parametrize(
    ("on", "message"),
    [("2025-12-31", "has no value on 2025-12-31"), ("2027-01-01", "is repealed on 2027-01-01")],
)
def test_before_the_first_day_and_after_the_last_there_is_none(on, message):
    with pytest.raises(Problems) as caught:
        load_on(load(VALUES), date.fromisoformat(on))
    (error,) = caught.value.errors
    assert message in error.message
    assert error.where.startswith("f.yaml:")


def test_the_order_of_the_days_does_not_matter():
    turned = load('{"2026-07-01": 0.25, "2026-01-01": 0.3}')
    assert below(load_on(turned, date(2026, 2, 1))) == 0.3


def test_without_a_day_the_last_value_stands():
    assert below(load(VALUES)) == 0.25


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{}", "at least one day"),
        ('{"soon": 0.2}', "write days like"),
        ('{"2026-13-01": 0.2}', "month must be"),
        ('{"2026-01-01": null}', "every value is repealed"),
        ('{"2026-01-01": 3}', "at most 1"),
        ('{"2026-01-01": "much"}', "number"),
    ],
)
def test_values_that_cannot_be(value, message):
    with pytest.raises(Problems) as caught:
        load(value)
    (error,) = caught.value.errors
    assert message in error.message


def test_days_are_found_wherever_they_stand():
    assert change_days(load(VALUES).source.tree) == (
        date(2026, 1, 1),
        date(2026, 7, 1),
        date(2027, 1, 1),
    )
    plain = load("0.31")
    assert change_days(plain.source.tree) == ()
    assert load_on(plain, date(1990, 1, 1)) is plain


def test_lint_looks_at_every_day_on_which_a_value_changes():
    loaded = load('{"2026-01-01": 0.3, "2026-07-01": 0.9, "2026-08-01": 0.3, "2027-01-01": null}')
    lint = check_framework(loaded)
    messages = [error.message for error in lint.errors]
    assert any("one result could show both" in message for message in messages)
    assert any("is repealed on 2027-01-01" in message for message in messages)
    assert len(messages) == 2
