"""Strong Kleene logic, checked against what it means: every completion of the unknown parts."""

from itertools import product

import pytest

from ifthen.decision.truth import Truth, at_least, every, negate, some

YES, NO, OPEN = Truth.YES, Truth.NO, Truth.UNDETERMINED
VALUES = (YES, NO, OPEN)


def completions(values):
    """Yield every way in which the undetermined values could turn out."""
    return product(*((YES, NO) if value is OPEN else (value,) for value in values))


def settled(outcomes):
    """Return the answer that all completions share, or undetermined."""
    found = set(outcomes)
    return found.pop() if len(found) == 1 else OPEN


@pytest.mark.parametrize(("value", "expected"), [(YES, NO), (NO, YES), (OPEN, OPEN)])
def test_negation(value, expected):
    assert negate(value) is expected


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (YES, OPEN, OPEN, YES),
        (NO, YES, NO, YES),
        (NO, NO, NO, NO),
        (NO, OPEN, NO, OPEN),
        (OPEN, YES, OPEN, YES),
        (OPEN, NO, NO, OPEN),
        (OPEN, OPEN, OPEN, OPEN),
    ],
)
def test_tables_of_and_and_or(left, right, both, either):
    assert every([left, right]) is both
    assert some([left, right]) is either


@pytest.mark.parametrize("length", range(1, 5))
def test_at_least_says_what_every_completion_says(length):
    for values in product(VALUES, repeat=length):
        for k in range(length + 2):
            counts = [sum(v is YES for v in row) for row in completions(values)]
            assert at_least(k, values) is settled(YES if n >= k else NO for n in counts)


@pytest.mark.parametrize("length", range(1, 5))
def test_all_and_any_are_the_ends_of_at_least(length):
    for values in product(VALUES, repeat=length):
        assert every(values) is at_least(length, values)
        assert some(values) is at_least(1, values)


@pytest.mark.parametrize("length", range(1, 5))
def test_de_morgan(length):
    for values in product(VALUES, repeat=length):
        negated = [negate(value) for value in values]
        assert negate(every(values)) is some(negated)
        assert negate(some(values)) is every(negated)


@pytest.mark.parametrize("length", range(1, 5))
def test_at_least_k_fails_when_too_many_fail(length):
    for values in product(VALUES, repeat=length):
        negated = [negate(value) for value in values]
        for k in range(1, length + 1):
            assert negate(at_least(k, values)) is at_least(length - k + 1, negated)


def test_nothing_to_wait_for_holds_and_nothing_to_choose_from_does_not():
    assert every([]) is YES
    assert some([]) is NO


def test_the_words_that_stand_in_a_decision():
    assert [value.value for value in Truth] == ["yes", "no", "undetermined"]
