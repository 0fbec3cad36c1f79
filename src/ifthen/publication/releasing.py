"""Bringing statements into the record: append, verify, and only then show the checkpoint.

Tiles and blobs may lie in the record before; nobody looks at them without a checkpoint that names
them. The checkpoint stays in the private folder until the record was verified with it as a stranger
would. Whatever is interrupted is taken up again: entries are known by their bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ifthen.attestation.envelope import parse_envelope
from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error
from ifthen.publication.ledger import Kept, Ledger, Pending
from ifthen.tlog.auditing import audit
from ifthen.tlog.checkpoint import Checkpoint, parse_checkpoint
from ifthen.tlog.cosignature import sign_checkpoint
from ifthen.tlog.growing import RightEdge, grow
from ifthen.tlog.key import Signer, VerifierKey
from ifthen.tlog.note import MAX_NOTE_BYTES, parse_note
from ifthen.tlog.policy import NONE, TrustedLog, format_policy, parse_policy
from ifthen.tlog.sequencer import Sequencer
from ifthen.tlog.signer import SEED_BYTES, Ed25519Signer
from ifthen.tlog.stores import DirectoryStore
from ifthen.tlog.succession import is_key_change
from ifthen.tlog.tiles import CHECKPOINT_PATH
from ifthen.verification.files import (
    HISTORY_INDEX_PATH,
    HISTORY_PATH,
    POLICY_PATH,
    FolderFiles,
    blob_path,
    format_history,
)
from ifthen.verification.log_keys import follow_keys
from ifthen.verification.opening import Opening, Package
from ifthen.verification.trust import Brought
from ifthen.verification.verdict import Verdict
from ifthen.verification.verifying import AtHand, verify_record
from ifthen.workspace.writing import write_file

Cosign = Callable[[bytes], bytes]
"""Takes the signed checkpoint, gives it back with the signatures of witnesses."""
Reach = Callable[[str], None]
"""Called with the name of each step that was reached; tests end the process there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a publisher publishes, and with which keys of the log."""

    record: Path
    """Folder of the record."""
    ledger: Ledger
    signers: Sequence[Signer]
    """Keys of the log."""
    cosign: Cosign | None = None
    """How witnesses are asked."""
    reach: Reach = lambda _: None

    @property
    def origin(self) -> str:
        """Name of the log."""
        return self.signers[0].key.name


class HeldStore:
    """The record as the sequencer sees it: tiles go there, the checkpoint stays private."""

    def __init__(self, record: Path, private: Path) -> None:
        self._tiles = DirectoryStore(record)
        self._held = DirectoryStore(private)

    def read(self, path: str, most: int) -> bytes | None:
        """Return the bytes of a file."""
        return (self._held if path == CHECKPOINT_PATH else self._tiles).read(path, most)

    def create(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Write tiles into the record."""
        self._tiles.create(files)

    def replace(self, path: str, data: bytes, expected: bytes | None) -> None:
        """Write the checkpoint into the private folder."""
        self._held.replace(path, data, expected)


class HeldFiles(FolderFiles):
    """The record as a stranger would see it with files that are not shown yet."""

    def __init__(self, folder: Path, held: Mapping[str, bytes]) -> None:
        """Take the files that will be shown, by their paths."""
        super().__init__(folder)
        self.held = held

    def read(self, path: str, most: int) -> bytes | None:
        """Return the bytes of a file."""
        held = self.held.get(path)
        return super().read(path, most) if held is None else held


def open_log(place: Place, now: datetime) -> Sequencer:
    """Return the log, begun where there is none yet.

    Raises:
        Error: those of the sequencer; ``tlog.lock-lost`` where the record holds a log already.
    """
    store = HeldStore(place.record, place.ledger.folder)
    begun = place.ledger.next_checkpoint.exists() or (place.record / CHECKPOINT_PATH).exists()
    if place.ledger.database.exists():
        try:
            return Sequencer.open(place.ledger.database, store, signers=place.signers)
        except Error as error:
            # Ended while the database was made: nothing was signed yet, so it is begun once more.
            if error.code != "tlog.lock-missing" or begun:
                raise
    elif (place.record / CHECKPOINT_PATH).exists():
        raise Error(
            "tlog.lock-lost",
            "the record holds a log, and its private folder is not here",
            where=str(place.record),
            hint="bring back the folder .publication from a copy, or publish into a new record",
        )
    return Sequencer.create(place.ledger.database, store, signers=place.signers, now=now)


def write_blobs(record: Path, blobs: Sequence[tuple[str, bytes]]) -> None:
    """Write blobs into the record, each under its digest; those that are there stay.

    Raises:
        Error: ``file.unwritable``.
    """
    for digest, data in blobs:
        path = record / blob_path(digest)
        if not (path.is_file() and path.stat().st_size == len(data)):
            write_file(path, data, replace=True)


def release(place: Place, pending: Pending, *, now: datetime) -> Verdict:
    """Append what is pending, verify the record, show the checkpoint; return the verdict.

    Raises:
        Error: ``publication.own-record`` where the record would not verify, those of the sequencer
            and of the disk. Nothing is shown then, and the same call takes it up again.
    """
    verify_signers(place, pending)
    with open_log(place, now) as log:
        place.reach("opened")
        if log.size == pending.size and pending.envelopes:
            log.append(pending.entries, now=now + timedelta(microseconds=1))
        note = log.checkpoint
    place.reach("appended")
    _verify_appended(place, note, pending)
    if place.cosign is not None:
        note = place.cosign(note)
        place.reach("cosigned")
    verdict = verify_own(place, note, pending.policy.encode(), now)
    place.reach("verified")
    write_file(place.record / POLICY_PATH, pending.policy.encode(), replace=True)
    size = parse_checkpoint(parse_note(note).text).size
    write_file(place.record / HISTORY_PATH / str(size), note, replace=True)
    sizes = FolderFiles(place.record).list_history()
    write_file(place.record / HISTORY_INDEX_PATH, format_history(sizes), replace=True)
    place.reach("kept")
    write_file(place.record / CHECKPOINT_PATH, note, replace=True)
    place.reach("released")
    place.ledger.finish(pending)
    place.reach("finished")
    return verdict


def verify_signers(place: Place, pending: Pending) -> None:
    """Make sure that each key that would sign the log counts once what is pending is in it.

    A head that is signed by another one would be kept for ever and never be shown.

    Raises:
        Error: ``publication.log-key``, and those of following changes of the log's keys.
    """
    before = _read_shown_entries(place)[: pending.size]
    known = _follow(place.origin, pending.policy.encode(), [*before, *pending.entries])
    for signer in place.signers:
        if signer.key not in known:
            ids = ", ".join(key.key_id.hex() for key in known) or "none"
            raise Error(
                "publication.log-key",
                f"the key {signer.key.key_id.hex()} of the log {place.origin} does not count for"
                f" what would be published; those that do: {ids}",
                hint="name a key that counts with --log-key, or announce this one first with"
                " ifthen log rotate",
            )


def read_log_keys(place: Place, policy: bytes) -> tuple[VerifierKey, ...]:
    """Return the keys of the log that count at its end; ``policy`` says with which it began.

    Raises:
        Error: those of reading the log, and of following changes of its keys.
    """
    return _follow(place.origin, policy, _read_shown_entries(place))


def _follow(origin: str, policy: bytes, entries: Sequence[bytes]) -> tuple[VerifierKey, ...]:
    followed = follow_keys(parse_policy(policy), origin, entries)
    if followed.fault is not None:
        raise followed.fault
    last = followed.keys.at(len(entries))
    return tuple(log.key for log in last.logs if log.key.name == origin)


def _verify_appended(place: Place, note: bytes, pending: Pending) -> None:
    """Make sure that the log ends in the entries that are pending."""
    checkpoint = parse_checkpoint(parse_note(note).text)
    store = HeldStore(place.record, place.ledger.folder)
    entries = [
        entry
        for bundle in audit(store.read, checkpoint, start=pending.size)
        for entry in bundle.entries
    ]
    count = len(pending.envelopes)
    whole = checkpoint.size == pending.size + count
    if not whole or entries[len(entries) - count :] != pending.entries:
        raise Error(
            "publication.log-differs",
            f"the log has {checkpoint.size} entries, and not those that were to be published",
            hint="somebody else wrote to the log; nothing was shown",
        )


def verify_own(place: Place, note: bytes, policy: bytes, now: datetime) -> Verdict:
    """Return the verdict about the record with a checkpoint that is not shown yet.

    It is verified with everything opened: what is withheld has to be true as well.

    Raises:
        Error: ``publication.own-record``.
    """
    files = HeldFiles(place.record, {CHECKPOINT_PATH: note, POLICY_PATH: policy})
    entries = _read_entries(place, note)
    return _verify(files, place, _find_openings(entries, place.ledger.list_kept()), now)


def verify_draft(
    place: Place,
    pending: Pending,
    blobs: Sequence[tuple[str, bytes]],
    kept: Sequence[Kept],
    *,
    now: datetime,
) -> Verdict:
    """Return the verdict about the record as it would be, before anything is written or signed.

    The checkpoint of the draft is signed with a key that nobody else has or trusts: a tree that is
    given up again must not be signed by the log.

    Raises:
        Error: ``publication.own-record``.
    """
    files: dict[str, bytes] = {blob_path(digest): data for digest, data in blobs}
    verify_signers(place, pending)
    before = _read_shown_entries(place)
    growth = grow(RightEdge(), [*before, *pending.entries])
    files |= dict(growth.files)
    draft = Ed25519Signer(place.origin, bytes(SEED_BYTES))
    head = Checkpoint(place.origin, growth.edge.size, growth.edge.root)
    files[CHECKPOINT_PATH] = sign_checkpoint(head, [draft], int(now.timestamp()))
    policy = parse_policy(pending.policy.encode())
    loose = replace(policy, logs=(*policy.logs, TrustedLog(draft.key)), groups=(), quorum=NONE)
    files[POLICY_PATH] = format_policy(loose)
    entries = [*before, *pending.entries]
    opened = _find_openings(entries, [*place.ledger.list_kept(), *kept])
    return _verify(HeldFiles(place.record, files), place, opened, now)


def _read_shown_entries(place: Place) -> list[bytes]:
    """Return the entries that the log was seen to hold last; of a checkpoint not shown, too."""
    note = FolderFiles(place.ledger.folder).read(CHECKPOINT_PATH, MAX_NOTE_BYTES)
    return [] if note is None else _read_entries(place, note)


def _read_entries(place: Place, note: bytes) -> list[bytes]:
    """Return the entries of the tree of a checkpoint."""
    checkpoint = parse_checkpoint(parse_note(note).text)
    store = HeldStore(place.record, place.ledger.folder)
    return [x for bundle in audit(store.read, checkpoint) for x in bundle.entries]


def _find_openings(entries: Sequence[bytes], kept: Sequence[Kept]) -> tuple[Opening, ...]:
    """Return what opens the fields of these entries.

    A run that was ended early may have kept openings of statements that were never made.
    """
    digests = {
        digest_bytes(parse_envelope(entry).payload) for entry in entries if not is_key_change(entry)
    }
    return tuple(
        Opening(statement=x.statement, fields=x.fields)
        for x in kept
        if x.fields and x.statement in digests
    )


def _verify(
    files: HeldFiles, place: Place, openings: tuple[Opening, ...], now: datetime
) -> Verdict:
    packages = [Package(origin=place.origin, openings=openings)] if openings else []
    brought = Brought(policy=files.held[POLICY_PATH])
    at_hand = AtHand(brought=brought, packages=packages)
    found = verify_record(files, at_hand, now=now)
    if found.verdict.outcome == "failed":
        failed = next(step for step in found.verdict.steps if step.status == "failed")
        fault = next(x for x in failed.findings if x.status == "failed")
        raise Error(
            "publication.own-record",
            f"the record would not verify, so nothing was shown: step {failed.number},"
            f" {failed.title}: {fault.text} [{fault.code}]",
            where=fault.where,
            hint="mend the documents and publish again",
        )
    return found.verdict


def read_shown(record: Path) -> bytes | None:
    """Return the checkpoint that everybody sees."""
    return FolderFiles(record).read(CHECKPOINT_PATH, MAX_NOTE_BYTES)
