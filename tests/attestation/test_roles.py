"""Who held which role on a day, and people who do not fit together."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.attestation.people import load, person, register, signer

from ifthen.attestation.keys import format_public_key, make_signer
from ifthen.attestation.roles import check_people
from ifthen.errors import Problems

MAY = [{"role": "judge", "from": "2026-05-01", "until": "2026-06-01"}]


def stand_in(**more):
    words = {"role": "judge", "for": "ann", "from": "2026-03-01", "reason": "leave"}
    return words | more


def codes(*documents):
    return [error.code for error in check_people(documents)]


@pytest.mark.parametrize(
    ("day", "held"),
    [("2026-04-30", False), ("2026-05-01", True), ("2026-05-31", True), ("2026-06-01", False)],
)
def test_from_the_first_day_until_before_the_last(day, held):
    people = register(person("ann", 1, roles=MAY))
    assert people.holds("ann", "judge", date.fromisoformat(day)) is held
    assert not people.holds("ann", "clerk", date.fromisoformat(day))
    assert not people.holds("bob", "judge", date.fromisoformat(day))


def test_a_stand_in_fills_the_seat_of_who_holds_it():
    people = register(
        person("ann", 1, roles=MAY), person("bob", 2, stands_in=[stand_in(until="2026-05-20")])
    )
    assert people.find_seat("bob", "judge", date(2026, 5, 19)) == "ann"
    assert people.find_seat("bob", "judge", date(2026, 5, 20)) is None  # no longer asked to
    assert people.find_seat("bob", "judge", date(2026, 4, 30)) is None  # ann is not judge yet
    assert people.list_seats("judge", date(2026, 5, 19)) == (("ann", "ann"), ("bob", "ann"))


def test_nothing_is_passed_on_twice():
    people = register(
        person("ann", 1, "judge"),
        person("bob", 2, stands_in=[stand_in()]),
        person("cy", 3, stands_in=[stand_in(**{"for": "bob"})]),
    )
    assert people.find_seat("cy", "judge", date(2026, 5, 5)) is None


def test_conflicts():
    words = {"about": "m", "from": "2026-02-01", "text": "holds shares"}
    people = register(
        person("ann", 1, conflicts=[words]), person("bob", 2, conflicts=[words | {"about": "*"}])
    )
    assert people.find_conflict("ann", "m", date(2026, 2, 1))
    assert people.find_conflict("ann", "m", date(2026, 1, 31)) is None
    assert people.find_conflict("ann", "other", date(2026, 2, 1)) is None
    assert people.find_conflict("bob", "other", date(2026, 2, 1))


def test_keys_are_found_by_their_ids():
    people = register(person("ann", 1), person("bob", 2))
    found, key, public = people.keys[signer(2).key_id]
    assert (found.id, public.key) == ("bob", signer(2).public.key)
    assert key.covers(date(2026, 1, 1)) and not key.covers(date(2025, 12, 31))


def test_faults_name_both_places():
    ann, again = person("ann", 1), person("ann", 2)
    assert codes(load(ann, again)) == ["people.duplicate"]
    (error,) = check_people([load(ann), load(again, id="more")])
    assert error.where.startswith("more.yaml") and "people.yaml" in error.message
    assert codes(load(ann, person("bob", 1))) == ["people.shared-key"]
    assert codes(load(person("ann", 1)), load(person("bob", 2), id="more")) == []


def test_one_key_in_two_schemes_is_one_key():
    ssh = make_signer(bytes([1]) * 32, scheme="ssh-ed25519")
    keys = [{"public": format_public_key(ssh.public), "from": "2026-01-01"}]
    assert codes(load(person("ann", 1), person("bob", 1, keys=keys))) == ["people.shared-key"]


def test_seats_that_would_give_two_votes():
    ann = person("ann", 1, "judge")
    assert codes(load(ann, person("bob", 2, stands_in=[stand_in()]))) == []
    for bob in (
        person("bob", 2, "judge", stands_in=[stand_in()]),
        person("bob", 2, stands_in=[stand_in(), stand_in(**{"for": "cy"})]),
    ):
        assert codes(load(ann, bob, person("cy", 3, "judge"))) == ["people.two-seats"]
    apart = [stand_in(until="2026-04-01"), stand_in(**{"for": "cy", "from": "2026-04-01"})]
    assert codes(load(ann, person("bob", 2, stands_in=apart), person("cy", 3, "judge"))) == []
    assert codes(load(person("ann", 1, stands_in=[stand_in()]))) == ["people.two-seats"]
    assert codes(load(person("bob", 2, stands_in=[stand_in()]))) == ["people.unknown"]


@pytest.mark.parametrize(
    "change",
    [
        {"keys": [{"public": "ssh-rsa AAAA", "from": "2026-01-01"}]},
        {"keys": [{"public": "ifthen-ed25519 AAAA", "from": "2026-01-01"}]},
        {"keys": [{"public": format_public_key(signer(1).public)}]},
        {"roles": [{"role": "judge", "from": "2026-01-01", "until": "2026-01-01"}]},
        {"roles": [{"role": "judge"}]},
        {"stands_in": [stand_in(**{"for": None})]},
        {"conflicts": [{"about": "Not An Id", "from": "2026-01-01", "text": "x"}]},
        {"vote": 2},
    ],
)
def test_documents_that_are_refused(change):
    with pytest.raises(Problems):
        load(person("ann", 1, **change))


def test_a_weak_key_is_refused_with_its_reason():
    import base64  # noqa: PLC0415

    from ifthen.attestation.wire import pack_string  # noqa: PLC0415

    wire = pack_string(b"ssh-ed25519") + pack_string((1).to_bytes(32, "little"))
    keys = [{"public": f"ssh-ed25519 {base64.b64encode(wire).decode()}", "from": "2026-01-01"}]
    with pytest.raises(Problems) as caught:
        load(person("ann", 1, keys=keys))
    assert "small order" in str(caught.value)


@given(st.integers(0, 400), st.integers(1, 60), st.integers(0, 400), st.integers(1, 60))
def test_periods_overlap_where_a_day_counts_in_both(one, length, other, width):
    start = date(2026, 1, 1)

    def days(first, count):
        return {start + timedelta(days=first + n) for n in range(count)}

    def role(first, count):
        period = {"from": min(days(first, count)), "until": max(days(first, count))}
        words = {key: value.isoformat() for key, value in period.items()}
        return {"role": "judge", **words}

    length, width = length + 1, width + 1  # until is the first day that no longer counts
    (entry,) = register(person("a", 1, roles=[role(one, length), role(other, width)])).people
    both = days(one, length - 1) & days(other, width - 1)
    assert entry.roles[0].overlaps(entry.roles[1]) == bool(both)


@given(st.data())
def test_any_bytes_are_people_or_coded_errors(data):
    import json  # noqa: PLC0415

    from ifthen.attestation.roles import People, make_register  # noqa: PLC0415
    from ifthen.encoding.document import load_document  # noqa: PLC0415
    from ifthen.encoding.tree import parse_tree  # noqa: PLC0415
    from ifthen.errors import Error  # noqa: PLC0415

    ann = person("ann", 1, "judge", stands_in=[stand_in()])
    whole = json.dumps({"kind": "people", "id": "people", "people": [ann]}).encode()
    at = data.draw(st.integers(0, len(whole)))
    other = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 2 :]
    try:
        loaded = load_document(parse_tree(other, name="f.yaml"), People)
    except Error as error:
        codes_ = [x.code for x in error.errors] if isinstance(error, Problems) else [error.code]
        assert all(code.split(".")[0] in ("yaml", "document") for code in codes_)
        return
    list(check_people([loaded]))
    assert make_register([loaded]).keys is not None
