"""Steps 2 and 3: the checkpoint with its signatures, and every entry under its root."""

from dataclasses import dataclass
from datetime import datetime

from ifthen.errors import Error
from ifthen.tlog.auditing import audit
from ifthen.tlog.checkpoint import Checkpoint, parse_checkpoint
from ifthen.tlog.cosignature import verify_signatures
from ifthen.tlog.growing import Read
from ifthen.tlog.note import MAX_NOTE_BYTES, parse_note
from ifthen.tlog.policy import Policy, verify_checkpoint, verify_log_signatures
from ifthen.tlog.tiles import CHECKPOINT_PATH
from ifthen.verification.files import HISTORY_PATH, Files
from ifthen.verification.log_keys import KeysInForce, follow_keys
from ifthen.verification.memory import find_root
from ifthen.verification.verdict import Step, Watch, say_nothing

CLOCK_SECONDS = 300
"""How far clocks may differ."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """An earlier checkpoint: its size, and the earliest and latest time that witnesses stated."""

    size: int
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint as it is shown, with what its tree holds; nobody's signature is verified."""

    checkpoint: Checkpoint
    data: bytes
    """The signed note."""
    entries: list[bytes]
    """The entries, each confirmed by the root; those before a fault."""
    fault: Error | None
    """Why the tree does not lead to the root, or cannot be read."""


def read_head(step: Step, files: Files, watch: Watch = say_nothing) -> Head | None:
    """Return what the record shows; a checkpoint that is none fails the step."""
    try:
        data = files.read(CHECKPOINT_PATH, MAX_NOTE_BYTES)
        if data is None:
            step.fail("checkpoint.missing", "the record has no checkpoint", CHECKPOINT_PATH)
            return None
        checkpoint = parse_checkpoint(parse_note(data).text)
    except Error as error:
        step.fail_with(error, CHECKPOINT_PATH)
        return None
    entries: list[bytes] = []
    try:
        for bundle in audit(files.read, checkpoint):
            entries += bundle.entries
            watch("tiles", len(entries), checkpoint.size)
    except Error as error:
        return Head(checkpoint, data, entries, error)
    return Head(checkpoint, data, entries, None)


def check_checkpoint(step: Step, head: Head, policy: Policy, now: datetime) -> KeysInForce | None:
    """Return which keys counted when, if one that counts signed the checkpoint, and a quorum."""
    followed = follow_keys(policy, head.checkpoint.origin, head.entries)
    if followed.fault is not None:
        step.fail_with(followed.fault)
        return None
    for index, text in followed.said:
        step.note("verified", "checkpoint.key-change", text, f"entry {index}")
        step.hold()
    try:
        latest = int(now.timestamp()) + CLOCK_SECONDS
        in_force = followed.keys.at(head.checkpoint.size)
        accepted = verify_checkpoint(parse_note(head.data), in_force, latest=latest)
    except Error as error:
        step.fail_with(error, CHECKPOINT_PATH)
        return None
    step.hold(len(accepted.log) + len(accepted.witnesses))
    return followed.keys


def check_tiles(step: Step, files: Files, head: Head, keys: KeysInForce) -> list[Witnessed] | None:
    """Return the earlier checkpoints, if the tree and they are confirmed."""
    history: list[Witnessed] = []
    try:
        if head.fault is not None:
            raise head.fault
        step.hold(len(head.entries))
        for size in files.list_history():
            history.append(_check_earlier(files.read, size, head.checkpoint, keys))
            step.hold()
    except Error as error:
        step.fail_with(error)
        return None
    return history


def _check_earlier(
    read: Read, size: int, checkpoint: Checkpoint, in_force: KeysInForce
) -> Witnessed:
    """Return an earlier checkpoint, if it is of this log and its tree the beginning of this one.

    It is judged by the keys that counted then.
    """
    path = f"{HISTORY_PATH}/{size}"
    data = read(path, MAX_NOTE_BYTES)
    if data is None:
        raise Error("tiles.history", "the earlier checkpoint cannot be read", where=path)
    try:
        note = parse_note(data)
        earlier = parse_checkpoint(note.text)
        policy = in_force.at(earlier.size)
        keys = [log.key for log in policy.logs if log.key.name == earlier.origin]
        verify_log_signatures(note, earlier, keys)
        times = [x.time for x in verify_signatures(note, [w.key for w in policy.witnesses])]
    except Error as error:
        raise Error(error.code, error.message, where=path) from error
    if (earlier.origin, earlier.size) != (checkpoint.origin, size) or size > checkpoint.size:
        text = f"the earlier checkpoint is of {earlier.size} entries of {earlier.origin}"
        raise Error("tiles.history", text, where=path)
    if find_root(read, size, checkpoint.size) != earlier.root:
        raise Error(
            "tiles.history",
            f"the tree of {size} entries is not the beginning of this one: both were signed",
            where=path,
        )
    known = [time for time in times if time is not None]
    return Witnessed(size, min(known, default=None), max(known, default=None))
