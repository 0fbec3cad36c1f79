"""Changing the keys of a record's log: one key announces another, later one is withdrawn.

The change is an entry of the log, signed by a key that counts (:mod:`ifthen.tlog.succession`). It
is released like statements: verified as a stranger would before it is shown, and taken up again
where it was interrupted. The record's policy stays what it was, and so does the pin.
"""

from datetime import datetime

from ifthen.errors import Error
from ifthen.publication.ledger import Pending, encode_entries
from ifthen.publication.releasing import Place, read_log_keys, release, verify_draft
from ifthen.tlog.key import VerifierKey
from ifthen.tlog.note import MAX_NOTE_BYTES
from ifthen.tlog.policy import MAX_POLICY_BYTES, parse_policy
from ifthen.tlog.succession import KeyChange, format_key_change
from ifthen.verification.files import POLICY_PATH, FolderFiles
from ifthen.verification.verdict import Verdict


def list_log_keys(place: Place) -> tuple[VerifierKey, ...]:
    """Return the keys of a record's log that count now, in the order in which they came.

    Raises:
        Error: ``publication.not-begun`` for a record without a log, and those of reading it.
    """
    policy = _read_policy(place)
    return read_log_keys(place, policy)


def change_log_key(place: Place, change: KeyChange, *, now: datetime) -> Verdict:
    """Put a change of the log's keys into the record, and return the verdict about it.

    The signers of ``place`` sign the change and the checkpoint with it: for a key that comes, an
    older one and the new one; for a key that goes, those that stay.

    Raises:
        Error: ``publication.pending`` where an earlier run is not finished,
            ``publication.not-begun``, ``publication.log-key``, ``publication.own-record``, those
            of ``format_key_change``, of the log and of the disk.
    """
    ledger = place.ledger
    if ledger.read_pending() is not None:
        raise Error("publication.pending", "an earlier run is not finished")
    policy = _read_policy(place)
    state = ledger.read_state()
    entry = format_key_change(change, place.signers)
    pending = Pending(
        size=state.size,
        envelopes=encode_entries([entry]),
        policy=policy.decode(),
        state=state.model_copy(update={"key_changes": state.key_changes + 1}),
    )
    verify_draft(place, pending, [], [], now=now)
    place.reach("planned")
    ledger.write_pending(pending)
    place.reach("pending")
    return release(place, pending, now=now)


def _read_policy(place: Place) -> bytes:
    """Return the policy with which the record began."""
    files = FolderFiles(place.record)
    policy = files.read(POLICY_PATH, MAX_POLICY_BYTES)
    if policy is None or files.read("checkpoint", MAX_NOTE_BYTES) is None:
        raise Error(
            "publication.not-begun",
            "the record holds no log yet",
            where=str(place.record),
            hint="publish first, with the key that is there; a key is changed in the log",
        )
    parse_policy(policy)
    return policy
