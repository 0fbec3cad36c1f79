"""Anchors, a part of step 16: clocks of others that saw a checkpoint of the log.

Files under ``anchors`` hold what somebody got from elsewhere for the head of the tree of some
size: a time stamp (RFC 3161) or an entry of Rekor 2. They lie outside the tree, so that anybody can
add one later. Each says that all statements of that tree were there at a time, at the latest; none
says that later ones were not. What the verifier believes is named by the verifier: roots of
time-stamping authorities, a policy with logs and their witnesses. For whom none is named, nothing
is verified.
"""

import hashlib
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ifthen.attestation import timestamp
from ifthen.attestation.timestamp import MAX_TOKEN_BYTES, read_token, verify_token
from ifthen.errors import Error
from ifthen.tlog.checkpoint import Checkpoint, format_checkpoint
from ifthen.tlog.policy import Policy
from ifthen.verification.files import ANCHOR_NAME, ANCHORS_PATH, Files
from ifthen.verification.log import CLOCK_SECONDS
from ifthen.verification.memory import find_root
from ifthen.verification.rekor import MAX_ENTRY_BYTES, read_rekor, verify_rekor
from ifthen.verification.verdict import Proven, Step

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

STAMP = "tsr"
ENTRY = "rekor.json"
MOST_BYTES = {STAMP: MAX_TOKEN_BYTES, ENTRY: MAX_ENTRY_BYTES}
"""Kinds of anchors by the end of their names, each with the most bytes of one."""
_OPEN = frozenset({timestamp.NO_ROOT, timestamp.NO_LIBRARY})
"""Codes of errors that say nothing against an anchor."""


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose clocks the verifier believes; each part may be missing."""

    roots: tuple["Certificate", ...] = ()
    """Root certificates of time-stamping authorities."""
    logs: Policy | None = None
    """Keys of other logs, and the witnesses whose times count."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """A tree of ``size`` entries was there at ``at``, at the latest."""

    size: int
    at: datetime
    by: str


class Anchors:
    """What the anchors of a record prove."""

    def __init__(self, known: Iterable[Anchored] = ()) -> None:
        """Keep, of everything that is known, the earliest proof for each number of entries."""
        self.known: list[Anchored] = []
        """By size, and so by time."""
        for each in sorted(known, key=lambda x: (x.at, -x.size, x.by)):
            if not self.known or each.size > self.known[-1].size:
                self.known.append(each)

    def find(self, index: int) -> Anchored | None:
        """Return the earliest proof that an entry was there."""
        at = bisect(self.known, index, key=lambda x: x.size)
        return self.known[at] if at < len(self.known) else None

    def prove(self) -> tuple[Proven, ...]:
        """Return, by size, the earliest time at which a tree is proven to have been there."""
        return tuple(Proven(statements=x.size, at=x.at, by=x.by) for x in self.known)


def format_anchor_name(size: int, data: bytes, kind: str) -> str:
    """Return the name of an anchor's file: size of the tree, beginning of its digest, kind."""
    return f"{size}-{hashlib.sha256(data).hexdigest()[:16]}.{kind}"


def make_message(checkpoint: Checkpoint) -> bytes:
    """Return the bytes that an anchor is over: the text of a checkpoint without signatures.

    So an anchor stays good when more witnesses sign the same head.
    """
    return format_checkpoint(Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root))


def check_anchors(
    step: Step, files: Files, checkpoint: Checkpoint, believed: Believed, now: datetime
) -> Anchors:
    """Check every anchor against the tree and whom the verifier believes."""
    known: list[Anchored] = []
    try:
        names = files.list_anchors()
    except Error as error:
        step.fail_with(error, ANCHORS_PATH)
        return Anchors()
    for name in names:
        path = f"{ANCHORS_PATH}/{name}"
        try:
            found = _check_anchor(files, name, checkpoint, believed, now)
        except Error as error:
            if error.code in _OPEN:
                step.note("not-at-hand", error.code, error.message, path)
            else:
                step.fail_with(error, path)
            continue
        step.hold()
        if isinstance(found, Anchored):
            known.append(found)
            text = f"the first {found.size} entries were there at {found.at}, says {found.by}"
            step.note("verified", "anchors.proven", text, path)
        else:
            text = f"it stands in the log {found}, and no witness of yours says since when"
            step.note("verified", "anchors.untimed", text, path)
    return Anchors(known)


def _check_anchor(
    files: Files, name: str, checkpoint: Checkpoint, believed: Believed, now: datetime
) -> Anchored | str:
    """Return what an anchor proves: a time, or the name of the log in which it stands.

    Raises:
        Error: ``anchors.*``, those of the tree and of foreign logs.
    """
    size, digest, kind = _parse_name(name)
    data = files.read(f"{ANCHORS_PATH}/{name}", MOST_BYTES[kind])
    if data is None:
        raise Error("anchors.missing", "the anchor cannot be read")
    if hashlib.sha256(data).hexdigest()[:16] != digest:
        raise Error("anchors.name", "the anchor is not the one that its name says")
    if not 0 < size <= checkpoint.size:
        text = f"it is of {size} entries, and the log has {checkpoint.size}"
        raise Error("anchors.size", text)
    root = find_root(files.read, size, checkpoint.size)
    message = make_message(Checkpoint(checkpoint.origin, size, root))
    latest = now + timedelta(seconds=CLOCK_SECONDS)
    if kind == STAMP:
        stamp = verify_token(read_token(data, message), message, believed.roots)
        if stamp.at > latest:
            raise Error("anchors.future", f"it says {stamp.at}, which is still to come")
        return Anchored(size, stamp.at, stamp.by)
    entry = read_rekor(data, message)
    origin = entry.origin
    if believed.logs is None or origin not in {log.key.name for log in believed.logs.logs}:
        raise Error(
            timestamp.NO_ROOT,
            f"an entry of the log {origin[:100]}, for which you named no key",
            hint="name its key, and its witnesses, in a policy: --anchor-log FILE",
        )
    logged = verify_rekor(entry, believed.logs, latest=int(latest.timestamp()))
    return logged.by if logged.at is None else Anchored(size, logged.at, logged.by)


def _parse_name(name: str) -> tuple[int, str, str]:
    match = ANCHOR_NAME.fullmatch(name)
    if match is None:
        raise Error("anchors.name", f"{name[:80]!r} is no name of an anchor")
    return int(match[1]), match[2], match[3]
