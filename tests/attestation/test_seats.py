"""Filling seats, against trying every assignment."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from ifthen.attestation.seats import Edge, fills

people = st.sampled_from("abcd")
edges = st.lists(st.tuples(people, st.sampled_from(["r", "s"]), people), max_size=6)


def fills_by_trying(roles: list[str], each: int, found: list[Edge]) -> bool:
    """Each person takes one of their seats, or none."""
    persons = sorted({person for person, _, _ in found})
    choices = [[None, *{(r, s) for p, r, s in found if p == one}] for one in persons]
    for taken in product(*choices):
        seats = {seat for seat in taken if seat is not None}
        if all(sum(role == r for r, _ in seats) >= each for role in roles):
            return True
    return False


@given(edges, st.integers(1, 3), st.lists(st.sampled_from(["r", "s"]), min_size=1, unique=True))
def test_the_same_as_trying_everything(found, each, roles):
    assert fills(roles, each, found) == fills_by_trying(roles, each, found)


def test_one_person_fills_one_seat():
    both = [("a", "r", "a"), ("a", "s", "a")]
    assert fills(["r"], 1, both)
    assert not fills(["r", "s"], 1, both)
    assert fills(["r", "s"], 1, [*both, ("b", "r", "b")])
    assert fills(["r", "s"], 1, [*both, ("b", "s", "b")])


def test_a_seat_is_filled_once():
    assert not fills(["r"], 2, [("a", "r", "a"), ("b", "r", "a")])
    assert fills(["r"], 2, [("a", "r", "a"), ("b", "r", "b")])
