"""Steps 5 to 7: envelopes, roles, and the publisher's chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from ifthen.attestation.envelope import parse_envelope, verify_envelope
from ifthen.attestation.roles import PUBLISHER, Register
from ifthen.attestation.stated import Stated, parse_stated
from ifthen.attestation.statement import Statement, parse_statement, verify_chain
from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error
from ifthen.tlog.succession import is_key_change, is_successor
from ifthen.verification.kinds import PUBLISHED
from ifthen.verification.verdict import Step, Watch, say_nothing


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log whose signatures were verified."""

    index: int
    digest: str
    """Identity of the statement."""
    statement: Statement
    stated: Stated
    key_ids: tuple[str, ...]
    """Known keys that signed it."""

    @property
    def day(self) -> date:
        """The day on which it was issued, in UTC, as the publisher says."""
        return self.statement.predicate.issued_at.astimezone(UTC).date()

    @property
    def where(self) -> str:
        """Where it stands, for findings."""
        return f"entry {self.index} ({self.stated.name})"


def check_envelopes(
    step: Step, entries: Sequence[bytes], register: Register, watch: Watch = say_nothing
) -> list[Entry]:
    """Return the entries that are signed statements of kinds that a record can hold.

    Changes of the log's keys are none: they were followed with the checkpoint.
    """
    keys = register.public_keys  # statements are signed with keys, never by identity
    found: list[Entry] = []
    for index, data in enumerate(entries):
        watch("envelopes", index, len(entries))
        if is_key_change(data):
            continue
        try:
            if is_successor(data):
                raise Error(
                    "record.successor",
                    "it says that this log follows another, and a record cannot say that yet",
                    hint="begin the record anew in a log without this entry",
                )
            verified = verify_envelope(parse_envelope(data), keys)
            if verified.unknown:
                raise Error(
                    "record.unknown-key",
                    f"it is signed by a key that nobody here knows: {verified.unknown[0][:19]}…",
                )
            statement = parse_statement(verified.payload)
            stated = parse_stated(statement)
            if stated.kind not in PUBLISHED:
                raise Error("record.kind", f"a record holds no documents of kind {stated.kind}")
        except Error as error:
            step.fail_with(error, f"entry {index}")
            continue
        step.hold()
        digest = digest_bytes(verified.payload)
        found.append(Entry(index, digest, statement, stated, verified.key_ids))
    return found


def check_roles(step: Step, entries: Sequence[Entry], register: Register) -> None:
    """Check that each signer was a publisher, with a key that counted, when the statement says."""
    for entry in entries:
        for key_id in entry.key_ids:
            person, key, _ = register.keys[key_id]
            if key.revoked is not None:
                text = f"the key of {person.id} was revoked: {key.revoked.reason}"
                step.fail("roles.key-revoked", text, entry.where)
            elif not key.covers(entry.day):
                text = f"the key of {person.id} does not count on {entry.day}"
                step.fail("roles.key-not-valid", text, entry.where)
            elif register.find_seat(person.id, PUBLISHER, entry.day) is None:
                text = f"{person.id} was not {PUBLISHER} on {entry.day}"
                step.fail("roles.no-role", text, entry.where)
            else:
                step.hold()


def check_chain(step: Step, entries: Sequence[Entry]) -> None:
    """Check that the statements are all of one publisher, in order, and none is missing."""
    if not entries:
        step.note("not-at-hand", "record.empty", "nothing has been published yet")
        return
    try:
        verify_chain([x.statement for x in entries], [x.digest for x in entries])
    except Error as error:
        step.fail_with(error)
        return
    names: dict[str, Entry] = {}
    by_digest = {entry.digest: entry for entry in entries}
    for entry in entries:
        step.hold()
        content = entry.statement.predicate
        revision = content.amends or content.withdraws
        before = names.get(entry.stated.name)
        if revision is None and before is not None:
            text = f"{entry.stated.name} stands in entry {before.index} already, and this one does"
            step.fail("chain.repeated", f"{text} not say that it amends it", entry.where)
        elif revision is not None and by_digest[revision.statement] is not before:
            text = f"it revises another statement than the last one about {entry.stated.name}"
            step.fail("chain.revision", text, entry.where)
        names[entry.stated.name] = entry


def is_withdrawn(entry: Entry) -> bool:
    """Return whether a statement takes back what it names."""
    return entry.statement.predicate.withdraws is not None


def list_standing(entries: Sequence[Entry], before: int) -> dict[str, Entry]:
    """Return the last statement about each document an index; none taken back."""
    last = {entry.stated.name: entry for entry in entries if entry.index < before}
    return {name: entry for name, entry in last.items() if not is_withdrawn(entry)}
