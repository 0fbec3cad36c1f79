"""Versions of the trust file: who has to sign them, and what they may not say."""

import json
from datetime import date
from itertools import combinations

import pytest
from tests.attestation.people import signer
from tests.attestation.trust import (
    EXPIRES,
    FIRST,
    PEOPLE,
    SECOND,
    entry,
    first,
    following,
    keeper,
    sign,
)

from ifthen.attestation.keys import format_public_key
from ifthen.attestation.trust import (
    Trust,
    count_signed,
    digest_trust,
    list_rewritten,
    verify_current,
    verify_versions,
)
from ifthen.attestation.trust_making import endorse, make_version
from ifthen.encoding.document import dump_document
from ifthen.errors import Error


def code_of(function, *args, **kwargs) -> str:
    with pytest.raises(Error) as caught:
        function(*args, **kwargs)
    return caught.value.code


def changed(trust: Trust, **values) -> Trust:
    return Trust.model_validate_json(json.dumps(dump_document(trust) | values))


def with_person(**more):
    """The people with an edited Ada, who has key 1 and the role officer from 2026-01-01 on."""
    return (entry("ada", 1, "officer", **more), PEOPLE[1])


def key(number, from_, **more):
    return {"public": format_public_key(signer(number).public), "from": from_} | more


def test_versions_signed_by_enough_of_old_and_new():
    one = first()
    two = following(one)
    assert verify_versions([one]) is one
    assert verify_versions([one, two], first=digest_trust(one)) is two
    assert (count_signed(two, one), count_signed(two, two)) == (2, 2)
    assert two.register.holds("ada", "officer", date(2026, 9, 2))


@pytest.mark.parametrize("signers", [(), (11,), (12,), (1, 2), (11, 14)])
def test_too_few_keepers(signers):
    one = first(signers=signers)
    assert code_of(verify_versions, [one]) == "trust.threshold"


def test_new_keepers_alone_replace_nobody():
    one = first()
    new = [keeper(21), keeper(22)]
    alone = following(one, signers=(21, 22), keepers=new)
    assert code_of(verify_versions, [one, alone]) == "trust.threshold"
    old_alone = following(one, signers=(11, 12), keepers=new)
    assert code_of(verify_versions, [one, old_alone]) == "trust.threshold"
    both = following(one, signers=(11, 12, 21, 22), keepers=new)
    assert verify_versions([one, both]) is both
    with_one_old = following(one, signers=(11, 21, 22), keepers=new)
    assert code_of(verify_versions, [one, with_one_old]) == "trust.threshold"


def test_a_version_that_is_missing_replaced_or_of_another_file():
    one, other = first(), first(id="other")
    two = following(one)
    three = following(two)
    assert verify_versions([one, two, three]) is three
    for versions in ([two], [one, three], [two, one], [one, one], [other, two]):
        assert code_of(verify_versions, versions) == "trust.chain"
    assert code_of(verify_versions, []) == "trust.none"
    assert code_of(verify_versions, [other, two], first=digest_trust(one)) == "trust.first"
    earlier = following(one, now=FIRST.replace(hour=8))
    assert code_of(verify_versions, [one, earlier]) == "trust.chain"


def test_a_word_changed_after_signing():
    one = first()
    for values in ({"expires": "2099-01-01"}, {"threshold": 1}):
        assert code_of(verify_versions, [changed(one, **values)]) == "attestation.differs"
    other = changed(one, envelope=dump_document(first(expires=date(2028, 1, 1)))["envelope"])
    assert code_of(verify_versions, [other]) == "attestation.differs"
    assert code_of(endorse, other, signer(13)) == "trust.envelope"
    assert code_of(endorse, one, signer(11)) == "trust.signed-already"


def test_it_runs_out():
    one = first()
    verify_current(one, date(2026, 6, 1))
    verify_current(one, date(2027, 5, 31))
    assert code_of(verify_current, one, EXPIRES) == "trust.expired"
    assert code_of(verify_current, one, date(2026, 5, 31)) == "trust.not-yet"


ROTATED = [key(1, "2026-01-01", until="2026-09-01"), key(3, "2026-09-01")]
ALLOWED = {
    "a key rotated": {"keys": ROTATED},
    "a key revoked": {
        "keys": [key(1, "2026-01-01", revoked={"on": "2026-08-20", "reason": "lost"})]
    },
    "a role that ends": {
        "roles": [{"role": "officer", "from": "2026-01-01", "until": "2026-09-01"}]
    },
    "a conflict that reaches back": {
        "conflicts": [{"about": "*", "text": "shares", "from": "2026-02-01"}]
    },
}
REWRITTEN = {
    "a new key for old days": {"keys": [key(1, "2026-01-01"), key(3, "2026-08-31")]},
    "a key taken away": {"keys": [key(3, "2026-09-01")]},
    "a key that ended before anybody said so": {"keys": [key(1, "2026-01-01", until="2026-08-31")]},
    "a key that began later": {"keys": [key(1, "2026-01-02")]},
    "a role for old days": {
        "roles": [
            {"role": "officer", "from": "2026-01-01"},
            {"role": "chief", "from": "2026-08-31"},
        ]
    },
    "a role taken away": {"roles": []},
    "a stand-in for old days": {
        "stands_in": [{"role": "chief", "for": "bo", "reason": "leave", "from": "2026-08-01"}]
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_what_a_later_version_may_say(name):
    one = first()
    assert verify_versions([one, following(one, with_person(**ALLOWED[name]))])


@pytest.mark.parametrize("name", REWRITTEN)
def test_what_a_later_version_may_not_say(name):
    one = first()
    two = following(one, with_person(**REWRITTEN[name]))
    assert code_of(verify_versions, [one, two]) == "trust.rewrites-past"


def test_an_entry_that_stands_there_twice_takes_no_end_back():
    ended = {"roles": [{"role": "officer", "from": "2026-01-01", "until": "2026-03-01"}]}
    one = first(with_person(**ended))
    twice = [{"role": "officer", "from": "2026-01-01"}, *ended["roles"]]
    two = following(one, with_person(roles=twice))
    assert "twice" in next(list_rewritten(one, two))
    assert code_of(verify_versions, [one, two]) == "trust.rewrites-past"


def test_nobody_disappears_and_nobody_was_always_there():
    one = first()
    assert list(list_rewritten(one, following(one, PEOPLE[:1]))) == ["bo is gone"]
    late = following(one, (*PEOPLE, entry("cy", 3, "officer")))
    assert "cy is new" in next(list_rewritten(one, late))


def test_a_revocation_and_a_conflict_stay():
    revoked = {"keys": [key(1, "2026-01-01", revoked={"on": "2026-05-20", "reason": "lost"})]}
    conflict = {"conflicts": [{"about": "*", "text": "shares", "from": "2026-02-01"}]}
    for values in (revoked, conflict):
        one = first(with_person(**values))
        assert code_of(verify_versions, [one, following(one, PEOPLE)]) == "trust.rewrites-past"


def test_a_weak_key_makes_no_version():
    weak = (
        "ifthen-ed25519 "
        + "AAAADmlmdGhlbi1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
    tree = dump_document(first())
    tree["keepers"][0]["public"] = weak
    with pytest.raises(ValueError, match="order"):
        Trust.model_validate_json(json.dumps(tree))
    tree = dump_document(first())
    tree["people"][0]["keys"][0]["public"] = weak
    with pytest.raises(ValueError, match="order"):
        Trust.model_validate_json(json.dumps(tree))


@pytest.mark.parametrize(
    "values",
    [
        {"threshold": 4},
        {"keepers": [keeper(11), keeper(11)]},
        {"keepers": [keeper(1), keeper(11)]},
        {"keepers": []},
        {"expires": FIRST.date()},
        {"people": (PEOPLE[0], PEOPLE[0])},
        {"people": (PEOPLE[0], entry("bo", 1, "chief"))},
        {"people": ()},
    ],
    ids=str,
)
def test_values_that_fit_no_version(values):
    people = values.pop("people", PEOPLE)
    assert code_of(first, people, **values) == "trust.value"


def test_exactly_the_thresholds_of_both_decide():
    """Whoever of the old and new keepers, and of others, signs: all 64 sets of six."""
    one = first()
    two = make_version(
        one, PEOPLE, now=SECOND, expires=EXPIRES, keepers=[keeper(13), keeper(21), keeper(22)]
    )
    signed = {(): two}
    for size in range(7):
        for signers in combinations([11, 12, 13, 21, 22, 23], size):
            if signers:  # one more than a set that was signed before
                signed[signers] = sign(signed[signers[:-1]], signers[-1])
            old, new = {11, 12, 13} & {*signers}, {13, 21, 22} & {*signers}
            if len(old) >= 2 and len(new) >= 2:
                assert verify_versions([one, signed[signers]]) is signed[signers]
            else:
                assert code_of(verify_versions, [one, signed[signers]]) == "trust.threshold"
    assert len(signed) == 64
