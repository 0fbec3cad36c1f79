"""The files of a record: a folder or a zip archive, read within bounds.

Only files that the format names are asked for, so that no name in an archive leads anywhere.
"""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ifthen.attestation.stated import MAX_BLOB_BYTES, Reference
from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error

POLICY_PATH = "policy"
HISTORY_PATH = "history"
HISTORY_INDEX_PATH = "history/index"
"""The sizes of the checkpoints that are kept, for whoever cannot list a folder."""
ANCHORS_PATH = "anchors"
ANCHORS_INDEX_PATH = "anchors/index"
"""The names of the anchors that are kept, for whoever cannot list a folder."""
ANCHOR_NAME = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{16})\.(tsr|rekor\.json)")
"""Number of entries, beginning of the SHA-256 of the file, kind."""
MAX_ANCHORS = 10_000
MAX_ANCHOR_BYTES = 1 << 18
MAX_HISTORY = 1 << 20
MAX_MEMBERS = 2_000_000

_READ = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOFOLLOW"):  # each where it is known
    _READ |= getattr(os, _flag, 0)


class Files(Protocol):
    """The files of a record, by path."""

    def read(self, path: str, most: int) -> bytes | None:
        """Return the bytes of a file, None where there is none.

        Raises:
            Error: ``record.too-large`` for more than ``most`` bytes, ``record.unreadable``.
        """
        ...

    def list_history(self) -> list[int]:
        """Return the sizes of the checkpoints that are kept, in order."""
        ...

    def list_anchors(self) -> list[str]:
        """Return the names of the anchors that are kept, in order.

        Raises:
            Error: ``record.anchors`` for more than a record may have, ``record.unreadable``.
        """
        ...


def format_history(sizes: Sequence[int]) -> bytes:
    """Return sizes of checkpoints as a file: one a line, the smallest first."""
    return "".join(f"{size}\n" for size in sizes).encode()


def parse_history(data: bytes) -> list[int]:
    """Return the sizes in a file that lists them; the inverse of :func:`format_history`.

    Raises:
        Error: ``record.history``.
    """
    sizes = _sizes(data.decode("ascii", "replace").split("\n"))
    if format_history(sizes) != data or len(set(sizes)) < len(sizes):
        raise Error(
            "record.history",
            "this is no list of sizes, one a line, the smallest first",
            where=HISTORY_INDEX_PATH,
        )
    return sizes


def format_anchors(names: Sequence[str]) -> bytes:
    """Return names of anchors as a file: one a line, in order."""
    return "".join(f"{name}\n" for name in names).encode()


def parse_anchors(data: bytes) -> list[str]:
    """Return the names in a file that lists anchors; the inverse of :func:`format_anchors`.

    Raises:
        Error: ``record.anchors``.
    """
    names = _anchors(data.decode("ascii", "replace").split("\n"))
    if format_anchors(names) != data or len(set(names)) < len(names):
        raise Error(
            "record.anchors",
            "this is no list of anchors, one a line, in order",
            where=ANCHORS_INDEX_PATH,
        )
    return names


def blob_path(sha256: str) -> str:
    """Return where a blob lies, by its digest ``sha256:`` and 64 digits."""
    return f"blobs/sha256/{sha256.removeprefix('sha256:')}"


def open_record(name: str) -> Files:
    """Return the record in a folder or a zip archive.

    Raises:
        Error: ``record.missing``, ``record.url``, ``record.unreadable``, ``record.zip``.
    """
    if "://" in name:
        raise Error(
            "record.url",
            "a record at an address is fetched first; verifying reads files alone",
            where=name[:200],
            hint="ifthen verify ADDRESS fetches it and verifies the copy",
        )
    path = Path(name)
    if path.is_dir():
        return FolderFiles(path)
    if not path.exists():
        raise Error("record.missing", "there is no such record", where=name)
    return ZipFiles(path)


def read_blob(files: Files, reference: Reference) -> bytes:
    """Return a blob that is what its reference says.

    Raises:
        Error: ``copies.missing``, ``copies.differs``, those of reading.
    """
    path = blob_path(reference.sha256)
    data = files.read(path, min(reference.bytes, MAX_BLOB_BYTES))
    if data is None:
        raise Error("copies.missing", "the record does not hold it", where=path)
    if len(data) != reference.bytes or digest_bytes(data) != reference.sha256:
        raise Error("copies.differs", "it is not what its digest says", where=path)
    return data


class FolderFiles:
    """A record in a folder."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        self.folder = folder
        self._start = f"{folder}/"

    def read(self, path: str, most: int) -> bytes | None:
        """Return the bytes of a regular file, None where there is none."""
        try:
            descriptor = os.open(self._start + path, _READ)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unreadable(path, error.strerror) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _unreadable(path, "it is no regular file")
        try:
            with os.fdopen(descriptor, "rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise _unreadable(path, error.strerror) from error
        if len(data) > most:
            raise _too_large(path, most)
        return data

    def list_history(self) -> list[int]:
        """Return the sizes of the checkpoints that are kept, in order."""
        try:
            with os.scandir(self.folder / HISTORY_PATH) as found:
                return _sizes([entry.name for entry in found])
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise _unreadable(HISTORY_PATH, error.strerror) from error

    def list_anchors(self) -> list[str]:
        """Return the names of the anchors that are kept, in order."""
        try:
            with os.scandir(self.folder / ANCHORS_PATH) as found:
                return _anchors([entry.name for entry in found])
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise _unreadable(ANCHORS_PATH, error.strerror) from error


class ZipFiles:
    """A record in a zip archive, at its top or in its one folder."""

    def __init__(self, path: Path) -> None:
        """Open the archive.

        Raises:
            Error: ``record.zip`` for a file that is none, that names a member twice, or that holds
                more members than a record has.
        """
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Error(
                "record.zip",
                "this is neither a folder nor a zip archive that can be read",
                where=str(path),
            ) from error
        members = self._zip.infolist()
        names = [member.filename for member in members]
        if len(set(names)) < len(names) or len(names) > MAX_MEMBERS:
            raise Error(
                "record.zip", "the archive names a member twice, or holds too many", where=str(path)
            )
        tops = {name.partition("/")[0] for name in names}
        inside = len(tops) == 1 and all("/" in name for name in names)
        self._prefix = f"{tops.pop()}/" if inside else ""
        self._members = {member.filename: member for member in members if not member.is_dir()}

    def read(self, path: str, most: int) -> bytes | None:
        """Return the bytes of a member, None where there is none; no more is unpacked."""
        member = self._members.get(self._prefix + path)
        if member is None:
            return None
        if member.file_size > most:
            raise _too_large(path, most)
        try:
            with self._zip.open(member) as file:
                data = file.read(most + 1)
        except (
            OSError,
            RuntimeError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
        ) as error:
            raise _unreadable(path, "the archive is damaged") from error
        if len(data) > most:
            raise _too_large(path, most)
        return data

    def list_history(self) -> list[int]:
        """Return the sizes of the checkpoints that are kept, in order."""
        start = f"{self._prefix}{HISTORY_PATH}/"
        return _sizes([name[len(start) :] for name in self._members if name.startswith(start)])

    def list_anchors(self) -> list[str]:
        """Return the names of the anchors that are kept, in order."""
        start = f"{self._prefix}{ANCHORS_PATH}/"
        return _anchors([name[len(start) :] for name in self._members if name.startswith(start)])


def _sizes(names: list[str]) -> list[int]:
    """Return the numbers among names, in order; other names are none of the format."""
    found = [x for x in names if x.isascii() and x.isdecimal() and len(x) < 20]
    return sorted(int(x) for x in found if str(int(x)) == x)


def _anchors(names: list[str]) -> list[str]:
    """Return the names of anchors among names, in order; other names are none of the format."""
    found = sorted(name for name in names if ANCHOR_NAME.fullmatch(name))
    if len(found) > MAX_ANCHORS:
        raise Error(
            "record.anchors",
            f"the record holds more than {MAX_ANCHORS:,} anchors",
            where=ANCHORS_PATH,
        )
    return found


def _unreadable(path: str, reason: str | None) -> Error:
    return Error(
        "record.unreadable", f"cannot be read: {reason or 'the system refuses'}", where=path
    )


def _too_large(path: str, most: int) -> Error:
    return Error("record.too-large", f"has more than {most:,} bytes", where=path)
