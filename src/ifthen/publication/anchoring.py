"""Anchors of a record: what to have stamped by clocks of others, and keeping what they answer.

Nothing is asked over the network: the user takes a digest elsewhere and brings an answer back.
Anybody who keeps a copy of a record can add one.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ifthen.attestation.timestamp import read_token
from ifthen.errors import Error
from ifthen.tlog.checkpoint import Checkpoint, parse_checkpoint
from ifthen.tlog.note import MAX_NOTE_BYTES, parse_note
from ifthen.tlog.tiles import CHECKPOINT_PATH
from ifthen.verification.anchors import ENTRY, STAMP, format_anchor_name, make_message
from ifthen.verification.files import (
    ANCHORS_INDEX_PATH,
    ANCHORS_PATH,
    HISTORY_PATH,
    FolderFiles,
    format_anchors,
)
from ifthen.verification.rekor import read_rekor
from ifthen.workspace.writing import write_file


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the log that can be anchored."""

    checkpoint: Checkpoint
    message: bytes
    """What an anchor is over."""

    @property
    def digest(self) -> str:
        """SHA-256 of what an anchor is over, in hexadecimal digits."""
        return hashlib.sha256(self.message).hexdigest()


def read_anchored_head(record: Path, size: int | None = None) -> Head:
    """Return the head that a record shows, or an earlier one that it keeps.

    Raises:
        Error: ``record.missing``, those of reading and of ``parse_note``.
    """
    path = CHECKPOINT_PATH if size is None else f"{HISTORY_PATH}/{size}"
    data = FolderFiles(record).read(path, MAX_NOTE_BYTES)
    if data is None:
        raise Error(
            "record.missing",
            "there is no such checkpoint",
            where=str(record / path),
            hint="name the folder of a record, and a size for which it keeps a checkpoint",
        )
    checkpoint = parse_checkpoint(parse_note(data).text)
    if checkpoint.size == 0:
        raise Error("anchors.size", "the log is empty: there is nothing to anchor")
    return Head(checkpoint, make_message(checkpoint))


def attach_anchor(record: Path, head: Head, data: bytes, kind: str) -> str:
    """Keep an anchor beside the record, if it is over the head; return its path in the record.

    Raises:
        Error: ``anchors.other`` for one over something else, those of reading it and of the disk.
    """
    reader = {STAMP: read_token, ENTRY: read_rekor}[kind]
    reader(data, head.message)
    name = format_anchor_name(head.checkpoint.size, data, kind)
    path = record / ANCHORS_PATH / name
    write_file(path, data, replace=True)
    names = FolderFiles(record).list_anchors()
    write_file(record / ANCHORS_INDEX_PATH, format_anchors(names), replace=True)
    return f"{ANCHORS_PATH}/{name}"
