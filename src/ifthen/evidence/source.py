"""Where the bytes of a log come from: a file, memory, or ranges of an object in a store.

A reader asks for ranges, so that no log has to be in memory as a whole, and names the files beside
its main file that it needs. A file that changes while it is read is an error: the digest is that of
the bytes that were understood.
"""

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Protocol

from ifthen.errors import Error

CHUNK = 1 << 18
MAX_WHOLE = 1 << 31
"""Most bytes of a file that is read in one piece."""
MAX_COMPANIONS = 100_000


class Source(Protocol):
    """The bytes of one file, and the files beside it."""

    @property
    def name(self) -> str:
        """File name, for the places of errors."""

    @property
    def size(self) -> int:
        """Number of bytes."""

    def read(self, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``start``.

        Raises:
            Error: ``log.changed`` where the file is shorter now; ``log.unreadable``.
        """

    def companion(self, name: str) -> "Source | None":
        """Return the file of that name, relative to this one's folder; None if there is none.

        Raises:
            Error: ``log.member-name`` for a name that leads out of the folder.
        """

    def list_companions(self, pattern: str) -> tuple[str, ...]:
        """Return the names, relative to this file's folder and sorted, that match a glob."""

    def check_unchanged(self) -> None:
        """Make sure that the file is still the one that was opened.

        Raises:
            Error: ``log.changed``.
        """


def check_companion_name(name: str, where: str) -> str:
    """Return ``name`` if it stays in the folder, with forward slashes.

    Raises:
        Error: ``log.member-name``.
    """
    parts = name.split("/")
    if not name or "\\" in name or "\0" in name or ".." in parts or parts[0] in {"", "~"}:
        raise Error(
            "log.member-name",
            f"the file name {name[:80]!r} leads out of the log's folder",
            where=where,
        )
    return name


@dataclass(frozen=True, slots=True)
class MemorySource:
    """Bytes in memory, and the files beside them by name."""

    data: bytes
    name: str
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.data)

    def read(self, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``start``."""
        piece = self.data[start : start + length]
        if len(piece) != length:
            raise _changed(self.name)
        return piece

    def companion(self, name: str) -> "MemorySource | None":
        """Return the bytes of that name."""
        data = self.beside.get(check_companion_name(name, self.name))
        return None if data is None else MemorySource(data, name, self.beside)

    def list_companions(self, pattern: str) -> tuple[str, ...]:
        """Return the names that match a glob."""
        return tuple(sorted(name for name in self.beside if fnmatchcase(name, pattern)))

    def check_unchanged(self) -> None:
        """Do nothing: bytes do not change."""


class FileSource:
    """A regular file. It can be sent to another process, which opens it again by its path."""

    def __init__(self, path: Path) -> None:
        """Look at the file; it is opened when it is first read.

        Raises:
            Error: ``log.missing``, ``log.unreadable``.
        """
        self.path = path
        self._file: int | None = None
        try:
            state = path.stat()
        except FileNotFoundError as error:
            raise Error(
                "log.missing", "there is no such file", where=str(path), hint="check the path"
            ) from error
        except (OSError, ValueError, RuntimeError) as error:
            raise _unreadable(path.name, error) from error
        if not stat.S_ISREG(state.st_mode):  # a named pipe would wait for ever
            raise Error(
                "log.unreadable",
                "is no regular file",
                where=path.name,
                hint="name the files, or read all below with: ifthen evidence read --recursive",
            )
        self._state = _identity(state)
        self._size = state.st_size

    @property
    def name(self) -> str:
        """File name, for the places of errors."""
        return self.path.name

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self._size

    def read(self, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``start``."""
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
                if _identity(os.fstat(self._file)) != self._state:
                    raise _changed(self.name)
            piece = os.pread(self._file, length, start)
            while len(piece) < length:
                more = os.pread(self._file, length - len(piece), start + len(piece))
                if not more:
                    raise _changed(self.name)
                piece += more
        except OSError as error:
            raise _unreadable(self.name, error) from error
        return piece

    def companion(self, name: str) -> "FileSource | None":
        """Return the file of that name; links that lead out of the folder are refused."""
        folder = self.path.parent
        path = folder / check_companion_name(name, self.name)
        try:
            inside = path.resolve().is_relative_to(folder.resolve())
        except (OSError, RuntimeError):
            inside = False
        if not inside:
            raise Error(
                "log.member-name",
                f"the file {name[:80]!r} is a link that leads out of the log's folder",
                where=self.name,
            )
        try:
            return FileSource(path) if path.is_file() else None
        except OSError as error:  # such as a name that is too long for the disk
            raise _unreadable(self.name, error) from error

    def list_companions(self, pattern: str) -> tuple[str, ...]:
        """Return the names of regular files that match a glob."""
        folder = self.path.parent
        names: list[str] = []
        for path in folder.glob(pattern):
            if path.is_file():
                names.append(PurePosixPath(path.relative_to(folder)).as_posix())
            if len(names) > MAX_COMPANIONS:
                raise Error(
                    "log.too-large",
                    f"more than {MAX_COMPANIONS:,} files match {pattern}",
                    where=self.name,
                )
        return tuple(sorted(names))

    def check_unchanged(self) -> None:
        """Make sure that path and open file are still the ones that were looked at."""
        try:
            same = _identity(self.path.stat()) == self._state
        except OSError:
            same = False
        if not same:
            raise _changed(self.name)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __del__(self) -> None:
        """Close the file."""
        if getattr(self, "_file", None) is not None:
            self.close()

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_file": None}


def read_whole(source: Source, *, limit: int = MAX_WHOLE) -> bytes:
    """Return every byte of a source.

    Raises:
        Error: ``log.too-large`` for more than ``limit`` bytes, and those of ``source.read``.
    """
    if source.size > limit:
        raise Error("log.too-large", f"more than {limit:,} bytes", where=source.name)
    return source.read(0, source.size)


def digest_source(source: Source) -> str:
    """Return ``sha256:`` and the 64 hex digits of the SHA-256 of every byte of a source."""
    state = hashlib.sha256()
    for start in range(0, source.size, CHUNK):
        state.update(source.read(start, min(CHUNK, source.size - start)))
    return "sha256:" + state.hexdigest()


def _identity(state: os.stat_result) -> tuple[int, ...]:
    return (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)


def _changed(name: str) -> Error:
    return Error(
        "log.changed",
        "the file changed while it was read",
        where=name,
        hint="wait until nothing writes it, and read it again",
    )


def _unreadable(name: str, error: Exception) -> Error:
    reason = getattr(error, "strerror", None) or "not a path that can be followed"
    return Error("log.unreadable", f"cannot read the file: {reason}", where=name)
