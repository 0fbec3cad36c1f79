"""An exception without the signatures that its clause asks for opens nothing where people sign."""

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.attestation.people import person, register, signer
from tests.decision.world import EXCEPTION, ON, World, excepted

from ifthen.attestation.envelope import envelope_to_dict, sign_envelope
from ifthen.attestation.trust import Trusted
from ifthen.decision.approving import find_unsigned, format_exception
from ifthen.dossier.exception import GrantedException

NUMBERS = {"cy": 1, "di": 2, "eve": 3}
APPROVAL = {"name": "Cy", "person": "cy", "role": "safety-lead", "on": "2026-06-15"}
BOARD = {"name": "Di", "person": "di", "role": "board", "on": "2026-06-16"}
SINCE = date(2026, 1, 1)
TRUST = f"sha256:{'7' * 64}"


def trusted(since=SINCE, **changes) -> Trusted:
    people = {
        "cy": person("cy", 1, "safety-lead"),
        "di": person("di", 2, "board"),
        "eve": person("eve", 3),
    }
    for id, more in changes.items():
        people[id] |= more
    return Trusted(register(*people.values()), since, "trust", TRUST)


def signed(tree, *people) -> dict:
    """Return an exception with the signatures of people over what it says."""
    tree = {key: value for key, value in tree.items() if key != "envelope"}
    payload = format_exception(GrantedException.model_validate_json(json.dumps(tree)))
    envelope = sign_envelope(payload, [signer(NUMBERS[x]) for x in people])
    return tree | {"envelope": envelope_to_dict(envelope)}


def world(*people, by=(APPROVAL,), who=None, **changes) -> World:
    changed = excepted(approved_by=[dict(x) for x in by], **changes)
    if people:
        changed.exceptions[0] = signed(changed.exceptions[0], *people)
    changed.trusted = trusted() if who is None else who
    return changed


def outcome(changed: World, on=ON):
    (found,) = changed.decide(on).exceptions
    gate = changed.gates(on)["deploy"]
    assert (gate == "go") == found.admitted
    return gate, [x.code for x in found.reasons]


def test_signed_by_the_role_of_the_clause_it_opens():
    assert outcome(world("cy")) == ("go", [])
    assert outcome(world("cy", "eve")) == ("go", []), "another signature does no harm"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (world, "it is not signed"),
        (lambda: world("eve"), "it is not signed"),
        (lambda: world("di"), "it is not signed"),
        (lambda: world("cy", by=[{k: v for k, v in APPROVAL.items() if k != "person"}]),
         "names no person"),
        (lambda: world("eve", by=[APPROVAL | {"person": "eve"}]), "eve was not safety-lead"),
        (lambda: world("cy", who=trusted(cy={"roles": []})), "cy was not safety-lead"),
        (lambda: world("cy", who=trusted(cy={"keys": []})), "no signature is by a known key"),
        (lambda: world("cy", who=trusted(cy={"conflicts": [
            {"about": "*", "text": "Owns it.", "from": "2026-01-01"}]})), "conflict of interest"),
    ],
)  # fmt: skip
def test_a_name_that_somebody_wrote_is_no_approval(changed, why):
    gate, codes = outcome(changed())
    assert (gate, codes) == ("hold", ["exception.not-signed"])
    (found,) = changed().decide().exceptions
    assert why in found.reasons[0].text


@pytest.mark.parametrize(
    "ending",
    [
        {"until": "2026-06-15"},
        {"from": "2026-06-16"},
        {"revoked": {"on": "2026-06-20", "reason": "lost"}},
    ],
    ids=str,
)
def test_a_key_that_does_not_count_on_the_day(ending):
    key = person("cy", 1)["keys"][0]
    changed = world("cy", who=trusted(cy={"keys": [key | ending]}))
    assert outcome(changed) == ("hold", ["exception.not-signed"])


@pytest.mark.parametrize(
    "change",
    [
        {"condition": "Whenever we like."},
        {"expires": "2026-12-11"},
        {"model": "aurora-2", "justification": "Other."},
        {"disclosure": "To nobody."},
        {"disclosed_on": "2026-06-17"},
        {"made_on": "2026-06-14"},
        {"approved_by": [APPROVAL | {"on": "2026-06-14"}]},
        {"approved_by": [APPROVAL, BOARD]},
        {"id": "another"},
    ],
    ids=str,
)
def test_a_change_of_a_word_takes_the_signatures(change):
    changed = world("cy")
    changed.exceptions[0] |= change
    gate, codes = outcome(changed)
    assert (gate, codes) == ("hold", ["exception.not-signed"])


def test_each_role_of_the_clause_signs_and_nobody_for_two():
    def both(*people, by=(APPROVAL, BOARD), **more):
        changed = world(*people, by=by, **more)
        changed.framework["roles"].append({"id": "board", "title": "The board"})
        changed.framework["exemptions"][0]["approved_by"] = ["safety-lead", "board"]
        return changed

    assert outcome(both("cy", "di")) == ("go", [])
    for people in (["cy"], ["di"], ["eve", "di"]):
        assert outcome(both(*people)) == ("hold", ["exception.not-signed"])
    alone = person("cy", 1, "safety-lead", "board")
    mine = both("cy", by=(APPROVAL, BOARD | {"person": "cy"}), who=trusted(cy=alone))
    assert outcome(mine) == ("hold", ["exception.not-signed"])


def test_before_there_was_a_trust_file_nothing_is_asked():
    changed = world()
    changed.trusted = trusted(since=ON + timedelta(days=1))
    assert outcome(changed) == ("go", [])
    changed.trusted = trusted(since=ON)
    assert outcome(changed) == ("hold", ["exception.not-signed"])


@given(
    people=st.sets(st.sampled_from(sorted(NUMBERS))),
    by=st.lists(
        st.fixed_dictionaries(
            {
                "name": st.just("N."),
                "person": st.sampled_from([*NUMBERS, "zed"]),
                "role": st.sampled_from(["safety-lead", "board"]),
                "on": st.sampled_from(["2026-06-14", "2026-06-15", "2026-07-01"]),
            }
        ),
        max_size=3,
    ),
    asked=st.sampled_from([["safety-lead"], ["board"], ["safety-lead", "board"]]),
    spoilt=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_signed_is_only_what_people_of_each_role_signed(people, by, asked, spoilt):
    """The oracle knows who holds what and who signed, and nothing of envelopes and quorums."""
    tree = copy.deepcopy(EXCEPTION) | {"approved_by": by}
    if people:
        tree = signed(tree, *sorted(people))
    if spoilt:
        tree |= {"justification": "Changed after."}
    document = GrantedException.model_validate_json(json.dumps(tree))
    clause = excepted().facts().framework.document.exemptions[0]
    clause = clause.model_copy(update={"approved_by": tuple(asked)})
    holds = {"cy": "safety-lead", "di": "board"}
    good = {holds[x["person"]] for x in by
            if holds.get(x["person"]) == x["role"] and x["person"] in people}  # fmt: skip
    found = list(find_unsigned(document, clause, trusted(), ON))
    assert (not found) == (set(asked) <= good and not spoilt)


def test_a_signature_that_shows_another_day():
    """Of an identity the time of a signature is known; the day that is stated has to be it."""

    class Shown:
        id = signer(1).key_id

        def verify(self, message, signature):
            signer(1).public.verify(message, signature)
            return datetime(2026, 6, 16, 9, tzinfo=UTC)

    who = trusted()
    owner, key, _ = who.register.keys[Shown.id]
    who.register.keys[Shown.id] = (owner, key, Shown())
    assert outcome(world("cy", who=who)) == ("hold", ["exception.not-signed"])
    assert outcome(world("cy", by=[APPROVAL | {"on": "2026-06-16"}], who=who)) == ("go", [])


def test_the_trust_file_is_an_input_where_there_is_an_exception():
    def named(changed):
        return [(x.id, x.digest) for x in changed.decide().inputs if x.kind == "trust"]

    changed = world("cy")
    assert named(changed) == [("trust", TRUST)]
    changed.trusted = None
    assert named(changed) == []
    changed = excepted()
    changed.exceptions.clear()
    before = changed.decide()
    changed.trusted = trusted()
    assert changed.decide() == before, "it bears on nothing here"
