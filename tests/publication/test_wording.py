"""Rounded numbers, short digests, visible text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from ifthen.decision.model import Outcome
from ifthen.decision.truth import Truth
from ifthen.decision.wording import format_share
from ifthen.publication import wording


@given(st.floats(0, 1))
def test_bounds_are_rounded_outwards(value: float) -> None:
    assert float(wording.format_lower(value)) <= value <= float(wording.format_upper(value))
    assert float(wording.format_upper(value)) - float(wording.format_lower(value)) < 0.00011


@pytest.mark.parametrize(
    ("value", "lower", "upper"),
    [
        (0.06, "0.0600", "0.0600"),
        (0.00003, "0.0000", "0.0001"),
        (0.99997, "0.9999", "1.0000"),
        (0.0, "0.0000", "0.0000"),
        (1.0, "1.0000", "1.0000"),
    ],
)
def test_bounds(value: float, lower: str, upper: str) -> None:
    assert (wording.format_lower(value), wording.format_upper(value)) == (lower, upper)


def test_shares() -> None:
    assert wording.format_point(0.25, 0.25) == "0.2500"
    assert wording.format_point(0.25, 0.5) == "0.2500 to 0.5000"
    assert format_share(0.3142) == "0.31"
    assert format_share(0.00416) == "0.0042"


def test_confidence() -> None:
    assert wording.format_confidence(0.95) == "95\u00a0%"
    assert wording.format_confidence(0.975) == "97.5\u00a0%"
    assert wording.format_confidence(0.99) == "99\u00a0%"


def test_visible() -> None:
    assert wording.format_visible("a\n\tb\u2066c\r") == "a\n\tb⟨U+2066⟩c⟨U+000D⟩"
    assert wording.format_visible(Markup("\u202e")) == "\u202e"
    assert wording.format_visible(3) == 3


def test_every_answer_has_a_word() -> None:
    assert set(wording.OUTCOME) == set(Outcome)
    assert set(wording.TRUTH) == set(wording.IN_PLACE) == set(Truth)
