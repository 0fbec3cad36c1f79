"""Step 1, trust: whose log it is, which witnesses, who may speak; known from elsewhere.

The record comes with its own policy and people. They are believed where the verifier brought the
same, or their digest (the pin), from elsewhere. Otherwise everything is checked against them, and
the verdict stays open: anybody can publish a record that agrees with itself.
"""

import binascii
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from ifthen.attestation.envelope import parse_envelope
from ifthen.attestation.roles import People, Register, check_people, make_register
from ifthen.attestation.stated import parse_stated
from ifthen.attestation.statement import parse_statement
from ifthen.attestation.trust import Trust as TrustFile
from ifthen.attestation.trust import digest_trust, verify_current, verify_versions
from ifthen.encoding.canonical import digest_bytes, digest_value
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error, Problems
from ifthen.tlog.key import VerifierKey
from ifthen.tlog.policy import MAX_POLICY_BYTES, Policy, parse_policy
from ifthen.tlog.succession import parse_policy_version
from ifthen.verification.files import POLICY_PATH, Files, read_blob
from ifthen.verification.log_keys import continues
from ifthen.verification.verdict import Step


@dataclass(frozen=True, slots=True)
class Brought:
    """What the verifier brought from elsewhere; each part may be missing."""

    policy: bytes | None = None
    people: bytes | None = None
    pin: str | None = None
    remembered_pin: str | None = None
    """The pin of an earlier verification of this log."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count."""

    policy: Policy
    register: Register
    pin: str


@dataclass(frozen=True, slots=True)
class Log:
    """What the log comes with: the policy it began with, its entries, every key it ever had."""

    policy: bytes
    entries: Sequence[bytes]
    keys: Collection[VerifierKey] = ()


def make_pin(policy: bytes, people: bytes) -> str:
    """Return the digest by which people compare whom they trust."""
    return digest_value({"people": digest_bytes(people), "policy": digest_bytes(policy)})


def make_trust(
    policy: bytes,
    versions: Sequence[TrustFile],
    people: bytes | None,
    log_keys: Collection[VerifierKey] = (),
) -> Trust:
    """Return whose signatures count: by the versions of a trust file, else by people as stated.

    ``log_keys`` are keys of the log beside those of the policy.

    Raises:
        Error: ``trust.key-shared`` where one key serves the log or a witness, and a person or
            keeper; those of ``parse_policy``, ``verify_versions`` and ``parse_tree``.
        Problems: ``document.*`` and ``people.*``.
    """
    parsed = parse_policy(policy)
    if versions:
        register = verify_versions(versions).register
        keepers = [key.key for version in versions for key in version.keys.values()]
        pin = make_pin(policy, digest_trust(versions[0]).encode())
    else:
        loaded = load_document(parse_tree(people or b"", name="people"), People)
        if faults := list(check_people([loaded])):
            raise Problems(faults)
        register, keepers = make_register([loaded]), []
        pin = make_pin(policy, people or b"")
    used = [*keepers, *(public.key for public in register.public_keys.values())]
    others = {key.public for key in (*log_keys, *(log.key for log in parsed.logs))}
    others |= {witness.key.public for witness in parsed.witnesses}
    if others & set(used):
        raise Error(
            "trust.key-shared",
            "a key of a person or keeper is a key of the log or a witness too",
            hint="each key serves one purpose",
        )
    return Trust(parsed, register, pin)


@dataclass(frozen=True, slots=True)
class PolicyAtHand:
    """The policy that the log began with, and a later version that the verifier brought."""

    policy: Policy
    data: bytes
    later: bytes | None = None


def check_policy(step: Step, files: Files, brought: Brought) -> PolicyAtHand | None:
    """Return which log keys and witnesses count at first; None where none can.

    Of a policy that was brought and is a later version of another one, it is told once the entries
    are read (:func:`check_later`).
    """
    try:
        own = files.read(POLICY_PATH, MAX_POLICY_BYTES)
        if own is None:
            step.fail("trust.missing", "the record has no policy", POLICY_PATH)
            return None
        data = own if brought.policy is None else brought.policy
        if data != own and parse_policy_version(data).number > 1:
            return PolicyAtHand(parse_policy(own), own, data)
        if data != own:
            text = "the record comes with another policy than the one that you brought"
            step.fail("trust.differs", text, POLICY_PATH)
        return PolicyAtHand(parse_policy(data), data)
    except Error as error:
        step.fail_with(error, POLICY_PATH)
        return None


def check_later(step: Step, policy: PolicyAtHand, origin: str, entries: Sequence[bytes]) -> None:
    """Check that a later version that was brought is what the record's policy became."""
    if policy.later is None or continues(policy.later, policy.data, origin, entries):
        return
    text = "the record's policy does not become the one that you brought by the log's changes"
    step.fail("trust.differs", text, POLICY_PATH)


def check_trust(
    step: Step, files: Files, brought: Brought, log: Log, now: datetime
) -> Trust | None:
    """Return whose signatures count: by the record's trust file, else by its last people."""
    policy, entries = log.policy, log.entries
    try:
        copies = _find_copies(files, entries)
        versions = [_load_version(data) for data in copies["trust"]]
        people = copies["people"]
        if not versions and not people:
            step.fail("trust.people", "the record says nowhere who its people are")
            return None
        if brought.people is not None and (versions or brought.people != people[-1]):
            step.fail(
                "trust.differs", "the record names other people than the file that you brought"
            )
        named = brought.people or (people[-1] if people else None)
        trust = make_trust(policy, versions, named, log.keys)
    except Error as error:
        step.fail_with(error)
        return None
    _compare_pin(step, trust.pin, brought)
    if versions:
        try:
            verify_current(versions[-1], now.date())
        except Error as error:
            step.note("not-at-hand", error.code, error.message, error.where)
    return trust


def _load_version(data: bytes) -> TrustFile:
    return load_document(parse_tree(data, name="trust"), TrustFile).document


def _find_copies(files: Files, entries: Sequence[bytes]) -> dict[str, list[bytes]]:
    """Return the documents that say whom to trust, by kind, in order.

    The signatures of their statements are verified later.

    Raises:
        Error: ``copies.missing``, ``copies.differs``, those of reading.
    """
    found: dict[str, list[bytes]] = {"trust": [], "people": []}
    for data in entries:
        if not _may_say_trust(data):
            continue
        try:
            statement = parse_statement(parse_envelope(data).payload)
            stated = parse_stated(statement)
        except Error:  # what is wrong with it is found where each entry is looked at
            continue
        if stated.kind in found and statement.predicate.withdraws is None:
            found[stated.kind].append(read_blob(files, stated.copy_))
    return found


def _may_say_trust(entry: bytes) -> bool:
    """Return whether an entry can be a statement of whom to trust; quicker than reading it.

    Of an envelope in canonical JSON the payload comes first, in base64 without a break.
    """
    start, _, rest = entry.partition(b'{"payload":"')
    if start:
        return False
    try:
        payload = binascii.a2b_base64(rest.partition(b'"')[0])
    except binascii.Error:
        return False
    return b"/trust/v1" in payload or b"/people/v1" in payload


def _compare_pin(step: Step, pin: str, brought: Brought) -> None:
    known = [x for x in (brought.pin, brought.remembered_pin) if x is not None]
    if brought.pin is not None and brought.pin != pin:
        step.fail("trust.pin", f"its policy and people have the pin {pin}, not {brought.pin}")
    elif pin in known or (brought.policy is not None and brought.people is not None):
        step.hold()
    elif brought.remembered_pin is not None:
        step.note(
            "not-at-hand",
            "trust.changed",
            f"policy or people changed since you verified it last: the pin is {pin} now; ask the"
            " publisher, or somebody whom you trust, whether that is right",
        )
    else:
        step.note(
            "not-at-hand",
            "trust.own",
            f"nothing from elsewhere says whose record this is; compare the pin {pin} with one"
            " that you trust, and give it with --pin",
        )
