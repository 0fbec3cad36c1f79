"""Writing files so that a crash leaves the old file or the new one, never half of one."""

import contextlib
import os
import tempfile
from pathlib import Path

from ifthen.errors import Error


def write_file(path: Path, data: bytes, *, replace: bool) -> None:
    """Write a file whole: a temporary file beside it, flushed, then renamed into place.

    Raises:
        Error: ``file.exists`` when it is there and ``replace`` is false; ``file.unwritable``.
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
                file.write(data)
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
        raise Error(
            "file.unwritable", f"cannot be written: {error.strerror}", where=str(path)
        ) from error


def _sync_directory(directory: Path) -> None:
    """Make the rename itself durable, where the system can (not on Windows)."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
