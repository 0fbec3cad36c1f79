"""Statements: which of them count on a day, and why one does not."""

import copy
from datetime import date, timedelta

import pytest
from tests.decision.world import EXPIRES, MADE_ON, ON, STATEMENTS, world

from ifthen.decision.facts import find_statement
from ifthen.decision.model import Reason

DAY = timedelta(days=1)
KINDS = {
    "declaration": ("filter-on", True, False),
    "assessment": ("vault", "effective", "not-effective"),
    "determination": ("cyber-1", "ruled-out", "reached"),
}
"""For each kind: the subject, what the world's statement says, and something else."""
each_kind = pytest.mark.parametrize("kind", KINDS)


def find(changed, kind, on=ON):
    return find_statement(changed.facts(), kind, KINDS[kind][0], on)


def second(changed, kind, **update):
    """Add a second statement of the same subject."""
    statement = copy.deepcopy(changed.statements(kind)[0]) | {"id": "z-second"} | update
    changed.statements(kind).append(statement)
    return statement


@each_kind
def test_a_statement_in_force_gives_its_value(kind):
    changed = world()
    found = find(changed, kind)
    id = changed.statements(kind)[0]["id"]
    assert found.value == KINDS[kind][1]
    assert found.reason is None
    assert found.change is None
    assert found.basis == f"{kind} {id} by assessor, until 2026-12-10"
    assert [(ref.kind, ref.id) for ref in found.facts] == [(kind, id)]


@each_kind
def test_missing(kind):
    changed = world()
    changed.statements(kind).clear()
    found = find(changed, kind)
    subject = KINDS[kind][0]
    assert found.value is None
    assert found.reason == Reason(code=f"{kind}.missing", text=f"there is no {kind} of {subject}")
    article = "an" if kind == "assessment" else "a"
    assert found.change == f"{article} {kind} of {subject}"
    assert found.facts == ()
    assert found.basis is None


@each_kind
def test_a_statement_about_another_model_is_missing(kind):
    changed = world()
    changed.statements(kind)[0]["model"] = "aurora-1"
    assert find(changed, kind).reason.code == f"{kind}.missing"


@each_kind
def test_a_statement_about_another_subject_is_missing(kind):
    changed = world()
    key = {"declaration": "statement", "assessment": "safeguard", "determination": "threshold"}
    changed.statements(kind)[0][key[kind]] = "something-else"
    assert find(changed, kind).reason.code == f"{kind}.missing"


@each_kind
@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (MADE_ON - DAY, False),
        (MADE_ON, True),
        (EXPIRES - DAY, True),
        (EXPIRES, False),
        (date.max, False),
    ],
)
def test_first_and_last_day(kind, on, counts):
    assert (find(world(), kind, on).value is not None) is counts


@each_kind
def test_expired(kind):
    changed = world()
    found = find(changed, kind, EXPIRES)
    id, subject = changed.statements(kind)[0]["id"], KINDS[kind][0]
    assert found.value is None
    assert found.reason == Reason(
        code=f"{kind}.expired", text=f"{kind} {id} of {subject} expired on 2026-12-10"
    )
    assert found.change == f"a new {kind} of {subject} ({id} expired on 2026-12-10)"
    assert [ref.id for ref in found.facts] == [id]


@each_kind
def test_the_last_one_to_expire_is_named(kind):
    changed = world()
    second(changed, kind, expires="2026-12-11")
    found = find(changed, kind, date(2027, 1, 1))
    assert "z-second of" in found.reason.text
    assert "2026-12-11" in found.reason.text
    assert len(found.facts) == 2


@each_kind
def test_not_yet(kind):
    changed = world()
    found = find(changed, kind, MADE_ON - DAY)
    id, subject = changed.statements(kind)[0]["id"], KINDS[kind][0]
    assert found.value is None
    assert found.reason == Reason(
        code=f"{kind}.not-yet", text=f"{kind} {id} of {subject} holds from 2026-06-10 on"
    )
    assert found.change == "waiting until 2026-06-10"
    assert [ref.id for ref in found.facts] == [id]


@each_kind
def test_the_first_one_to_hold_is_named(kind):
    changed = world()
    second(changed, kind, made_on="2026-06-09")
    found = find(changed, kind, date(2026, 6, 1))
    assert found.change == "waiting until 2026-06-09"


@each_kind
def test_one_that_expired_counts_for_more_than_one_to_come(kind):
    changed = world()
    second(changed, kind, made_on="2027-01-01", expires="2028-01-01")
    assert find(changed, kind, EXPIRES).reason.code == f"{kind}.expired"


@each_kind
def test_conflicting(kind):
    changed = world()
    list_key, key = STATEMENTS[kind]
    second(changed, kind, **{key: KINDS[kind][2]})
    found = find(changed, kind)
    subject, said, other = KINDS[kind]
    first = getattr(changed, list_key)[0]["id"]
    word = {True: "true", False: "false"}
    assert found.value is None
    assert found.reason == Reason(
        code=f"{kind}.conflicting",
        text=f"{kind}s of {subject} conflict: {first} says {word.get(said, said)};"
        f" z-second says {word.get(other, other)}",
    )
    assert found.change == f"one of the conflicting {kind}s of {subject} withdrawn"
    assert [ref.id for ref in found.facts] == [first, "z-second"]


@each_kind
def test_a_conflict_ends_when_one_side_expires(kind):
    changed = world()
    second(changed, kind, expires="2026-06-30", **{STATEMENTS[kind][1]: KINDS[kind][2]})
    assert find(changed, kind).value == KINDS[kind][1]


@each_kind
def test_two_that_agree_give_their_value_and_the_later_is_the_basis(kind):
    changed = world()
    second(changed, kind, made_on="2026-06-20", expires="2026-12-31")
    found = find(changed, kind)
    assert found.value == KINDS[kind][1]
    assert found.basis == f"{kind} z-second by assessor, until 2026-12-31"
    assert len(found.facts) == 2


def test_true_and_one_conflict():
    changed = world()
    second(changed, "declaration", value=1)
    found = find(changed, "declaration")
    assert found.reason.code == "declaration.conflicting"
    assert found.reason.text.endswith("filter-declared says true; z-second says 1.0")


def test_text_is_said_as_it_was_written():
    changed = world()
    second(changed, "declaration", value="Partly")
    assert find(changed, "declaration").reason.text.endswith("z-second says Partly")


def test_the_order_of_the_statements_does_not_matter():
    changed = world()
    second(changed, "declaration", value="partly")
    found = find(changed, "declaration")
    changed.declarations.reverse()
    assert find(changed, "declaration") == found


def test_two_statements_with_one_id_have_one_order():
    changed = world()
    second(changed, "declaration", id="filter-declared", value=False)
    found = find(changed, "declaration")
    changed.declarations.reverse()
    assert find(changed, "declaration") == found
