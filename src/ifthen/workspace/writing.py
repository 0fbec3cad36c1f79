"""Writing files so that a crash leaves the old file or the new one, never half of one."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ifthen.errors import Error


def write_file(path: Path, data: bytes, *, replace: bool) -> None:
    """Write a file whole: a temporary file beside it, flushed, then renamed into place.

    Raises:
        Error: ``file.exists`` when it is there and ``replace`` is false; ``file.unwritable``.
    """
    with open_whole(path, replace=replace) as file:
        file.write(data)


@contextlib.contextmanager
def open_whole(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """Yield a file to write; it takes its place when the block ends, and not when that fails.

    Raises:
        Error: ``file.exists`` when it is there and ``replace`` is false; ``file.unwritable``, also
            for an ``OSError`` in the block.
    """
    if path.exists() and not path.is_file():
        raise Error(
            "file.unwritable",
            "is no regular file",
            where=str(path),
            hint="name a file",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            if replace:
                temporary.replace(path)
            else:
                os.link(temporary, path)  # fails when the name is taken, also under a race
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
        _sync_directory(path.parent)
    except OSError as error:
        if isinstance(error, FileExistsError) and path.exists():  # else a parent is a file
            raise Error(
                "file.exists",
                "there is a file already",
                where=path.name,
                hint="choose another name",
            ) from error
        reason = error.strerror or "the system refuses"
        raise Error("file.unwritable", f"cannot be written: {reason}", where=str(path)) from error


def _sync_directory(directory: Path) -> None:
    """Make the rename itself durable, where the system can (not on Windows)."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
