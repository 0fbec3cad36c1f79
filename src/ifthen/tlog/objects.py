"""A log in S3, Google Cloud Storage or Azure, through obstore (extra ``store``).

Conditional requests keep the promises: a tile is put only where there is none, a checkpoint only
over the version that was read. A store that ignores the conditions must not be used; the tests of
stores tell.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ifthen.errors import Error
from ifthen.tlog.stores import check_path, immutable, store_moved, too_large
from ifthen.tlog.tiles import CHECKPOINT_PATH

REQUESTS = 16
"""Requests at a time."""


class ObjectStore:
    """The objects below a prefix of an obstore store, such as ``obstore.store.S3Store``."""

    def __init__(self, store: Any, prefix: str = "") -> None:
        """Take a store; ``prefix`` is put before each path, with its slash."""
        self._store = store
        self._prefix = prefix

    def read(self, path: str, most: int) -> bytes | None:
        """Return the bytes of an object, None where there is none."""
        check_path(path, changes=path == CHECKPOINT_PATH)
        found = self._get(path, most)
        return None if found is None else found[0]

    def create(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Put objects that never change, several at a time."""
        for path, _ in files:
            check_path(path)
        with ThreadPoolExecutor(REQUESTS) as pool:
            for result in [pool.submit(self._create, path, data) for path, data in files]:
                result.result()

    def replace(self, path: str, data: bytes, expected: bytes | None) -> None:
        """Put the checkpoint, if it holds what is expected."""
        from obstore.exceptions import (  # noqa: PLC0415 - an extra
            AlreadyExistsError,
            BaseError,
            PreconditionError,
        )

        check_path(path, changes=True)
        mode: Any = "create"
        if expected is not None:
            found = self._get(path, max(len(data), len(expected)))
            if found is None or found[0] != expected:
                raise store_moved(path)
            mode = found[1]
        try:
            self._store.put(self._prefix + path, data, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            # An answer that was lost is asked for again, and finds what it has written itself.
            if self.read(path, len(data)) != data:
                raise store_moved(path) from None
        except (BaseError, OSError) as error:
            raise _failed(path, error) from error

    def _create(self, path: str, data: bytes) -> None:
        from obstore.exceptions import AlreadyExistsError, BaseError  # noqa: PLC0415 - an extra

        try:
            self._store.put(self._prefix + path, data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            found = self._get(path, len(data))
            if found is None or found[0] != data:
                raise immutable(path) from None
        except (BaseError, OSError) as error:
            raise _failed(path, error) from error

    def _get(self, path: str, most: int) -> tuple[bytes, dict[str, Any]] | None:
        """Return the bytes and the version of an object."""
        from obstore.exceptions import BaseError, NotFoundError  # noqa: PLC0415 - an extra

        try:
            answer = self._store.get(self._prefix + path)
            size = answer.meta["size"]
            if size > most:
                raise too_large(path, size, most)
            version = {key: answer.meta[key] for key in ("e_tag", "version") if answer.meta[key]}
            return bytes(answer.bytes()), version
        except (FileNotFoundError, NotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise _failed(path, error) from error


def _failed(path: str, error: Exception) -> Error:
    """Return a coded error that repeats nothing of what the store answered: it may hold secrets."""
    return Error(
        "tlog.store-failed",
        f"the store answered with {type(error).__name__}",
        where=path,
        hint="try again; nothing that was published is lost",
    )
