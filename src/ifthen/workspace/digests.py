"""Digests of files, remembered on this machine so that an unchanged file is not hashed again.

What is trusted: that the file system gives a file another identity (path, device, inode, size, time
of modification, time of change) when somebody writes it. The time of change cannot be set by a
program, so a restored time of modification does not hide an edit. Clocks tick: a file that was
written just before it was hashed could be written once more within the same tick, unseen. As git
does with its index, a digest is kept only of a file that was clearly older than the moment when
hashing began, by the clock of the file system itself: the times of a file beside the digest.

Not seen: somebody who sets back the system's clock or writes to the disk below the file system, and
file systems that do not keep the time of change. ``--no-cache`` hashes every file.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.errors import Error
from ifthen.workspace.writing import write_file

FOLDER = Path(".ifthen") / "cache"
PREFIX = "digest-"
CLEARLY_NS = 2_000_000_000
"""How much older a file has to be, in nanoseconds: the coarsest tick in use is two seconds."""
_CHUNK = 1 << 20


class Digests:
    """Gives the digests of files, from memory where that is sound."""

    def __init__(self, root: Path, *, use: bool) -> None:
        """``root`` is that of the workspace; without ``use`` every file is hashed."""
        self._folder = root / FOLDER
        # Windows has the time of creation in place of the time of change.
        self._use = use and os.name == "posix"

    def digest(self, path: Path) -> str:
        """Return ``sha256:`` and 64 hex digits.

        Raises:
            OSError: the file cannot be read.
        """
        if not self._use:
            return hash_file(path)
        key = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()
        entry = self._folder / f"{PREFIX}{key}.json"
        before = _identity(path)
        known = _recall(entry, before)
        if known is not None:
            return known
        began = self._read_clock()
        found = hash_file(path)
        if began is not None and _is_older(before, began) and _identity(path) == before:
            body = format_canonical({"identity": before, "sha256": found}).decode()
            with contextlib.suppress(Error):  # a workspace that may only be read has no memory
                write_file(
                    entry, format_canonical([digest_bytes(body.encode()), body]), replace=True
                )
        return found

    def _read_clock(self) -> list[str] | None:
        """Return the identity of a file that is written now; None where none can be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", suffix=".part") as file:
                file.write(b"now")
                file.flush()
                return _identity(Path(file.name))
        except OSError:
            return None


def hash_file(path: Path) -> str:
    """Return ``sha256:`` and the hex digits of the SHA-256 of a file's bytes.

    Raises:
        OSError: the file cannot be read.
    """
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return "sha256:" + state.hexdigest()


def _identity(path: Path) -> list[str]:
    """Return what tells one state of a file from another; as text, JSON's numbers are too short."""
    absolute, state = path.absolute(), path.stat()
    numbers = (
        state.st_dev,
        state.st_ino,
        state.st_size,
        state.st_mtime_ns,
        state.st_ctime_ns,
    )
    return [digest_bytes(os.fsencode(absolute)), *map(str, numbers)]


def _is_older(file: list[str], moment: list[str]) -> bool:
    """Return whether a file is clearly older than another on the same device, by both its times."""
    latest = max(int(file[4]), int(file[5]))
    written = min(int(moment[4]), int(moment[5]))
    return file[1] == moment[1] and latest + CLEARLY_NS < written


def _recall(entry: Path, identity: list[str]) -> str | None:
    """Return the digest in an entry; None where it is absent, not whole or of another state."""
    try:
        digest, body = json.loads(entry.read_bytes())
        if digest_bytes(body.encode()) != digest:
            return None
        known: Any = json.loads(body)
        if known["identity"] != identity or not _is_older(identity, _identity(entry)):
            return None
        found = known["sha256"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, str) else None
