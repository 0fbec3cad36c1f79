"""Logs in a store: objects by address, read in ranges through obstore, an optional dependency.

``s3://bucket/key``, ``gs://bucket/key``, ``az://container/key``, ``https://host/path`` and
``file:///path``. Who may read is found where each store's own tools look: in the environment
(``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``, ``AWS_SKIP_SIGNATURE`` and the like). An address holds
no secret, and no message does: what a store answers is reduced to its kind.
"""

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from ifthen.errors import Error
from ifthen.evidence.source import MAX_COMPANIONS, FileSource, Source, check_companion_name

R = TypeVar("R")

EXTRA = "store"
SCHEMES = ("s3", "gs", "az", "http", "https")
LEAST = 1 << 16
"""Bytes that the first request of a place fetches."""
MOST = 1 << 23
"""Bytes that a request fetches once reading goes on from place to place."""
KEPT_BLOCKS = 3
"""Blocks kept: reading the members and the directory in turn must not fetch either again."""
WAIT_SECONDS = 30
_ADDRESS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")


def is_address(text: str) -> bool:
    """Return whether text is an address and not a path."""
    return _ADDRESS.match(text) is not None


def open_address(address: str) -> Source:
    """Return the object at an address; ``file://`` is a file.

    Raises:
        Error: ``log.address``, ``log.needs-extra``, ``log.missing``, ``log.unreadable``.
    """
    parts = urlsplit(address)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"} or parts.query or parts.fragment:
            raise _bad_address("is no address of a file", "write it as file:///folder/name")
        return FileSource(Path(unquote(parts.path)))
    return ObjectSource(address)


class ObjectSource:
    """An object in a store. It can be sent to another process, which opens the store again.

    A read that goes on where the last one ended fetches ahead, twice as much each time up to 8 MiB:
    a log that is read from its first byte to its last takes few requests. Any other read fetches
    the range asked for, 64 KiB at least. Every answer names the object's version, which has to be
    the one that was looked at first.
    """

    def __init__(self, address: str, *, store: Any = None) -> None:
        """Ask for the object's size and version; ``store`` is one that is open already.

        Raises:
            Error: ``log.address``, ``log.needs-extra``, ``log.missing``, ``log.unreadable``.
        """
        self._base, self._key = _split_address(address)
        self._given = store
        self._open = store
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._ahead = LEAST
        self._next = -1
        self.requests = 0
        self.fetched = 0
        self._state = self._look()

    @property
    def name(self) -> str:
        """Last part of the key, for the places of errors."""
        return self._key.rpartition("/")[2]

    @property
    def address(self) -> str:
        """The address; it holds no secret."""
        return f"{self._base}/{self._key}"

    @property
    def size(self) -> int:
        """Number of bytes."""
        return int(self._state[0])

    def read(self, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``start``."""
        if start < 0 or length < 0 or start + length > self.size:
            raise self._changed()
        pieces: list[bytes] = []
        at, end = start, start + length
        while at < end:
            begin, block = self._find(at, end)
            pieces.append(block[at - begin : end - begin])
            at += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def companion(self, name: str) -> "ObjectSource | None":
        """Return the object of that name under the same prefix."""
        try:
            address = f"{self._base}/{self._beside(check_companion_name(name, self.name))}"
            return ObjectSource(address, store=self._given)
        except Error as error:
            if error.code == "log.missing":
                return None
            raise

    def list_companions(self, pattern: str) -> tuple[str, ...]:
        """Return the names under the same prefix that match a glob."""
        prefix = self._beside("")
        names: list[str] = []
        for key in self._list(prefix):
            name = key.removeprefix(prefix)
            if _matches(name.split("/"), pattern.split("/")):
                names.append(name)
            if len(names) > MAX_COMPANIONS:
                raise Error(
                    "log.too-large",
                    f"more than {MAX_COMPANIONS:,} objects match {pattern}",
                    where=self.name,
                )
        return tuple(sorted(names))

    def check_unchanged(self) -> None:
        """Make sure that the object is still the one that was looked at."""
        try:
            same = self._look() == self._state
        except Error as error:
            if error.code != "log.missing":
                raise
            same = False
        if not same:
            raise self._changed()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the open store behind; the blocks, too."""
        return {
            **self.__dict__,
            "_open": self._given,
            "_blocks": OrderedDict(),
            "_next": -1,
            "_ahead": LEAST,
        }

    def _find(self, at: int, end: int) -> tuple[int, bytes]:
        """Return where the block that holds the byte ``at`` begins, and the block."""
        for begin, block in reversed(self._blocks.items()):
            if begin <= at < begin + len(block):
                self._blocks.move_to_end(begin)
                return begin, block
        self._ahead = min(2 * self._ahead, MOST) if at == self._next else LEAST
        stop = min(max(end, at + self._ahead), self.size)
        block = self._fetch(at, stop)
        self._next = stop
        if len(block) <= MOST:  # what is larger is asked for once
            self._blocks[at] = block
            while len(self._blocks) > KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return at, block

    def _fetch(self, start: int, stop: int) -> bytes:
        def get() -> tuple[Any, bytes]:
            answer = self._store().get(self._key, options={"range": (start, stop)})
            return answer.meta, bytes(answer.bytes())

        self.requests += 1
        meta, data = self._ask(get)
        if _identity(meta) != self._state or len(data) != stop - start:
            raise self._changed()
        self.fetched += len(data)
        return data

    def _look(self) -> tuple[Any, ...]:
        self.requests += 1
        return _identity(self._ask(lambda: self._store().head(self._key)))

    def _list(self, prefix: str) -> Iterator[str]:
        stream = self._ask(lambda: self._store().list(prefix or None))
        while batch := self._ask(lambda: next(stream, None)):
            self.requests += 1
            yield from (meta["path"] for meta in batch)

    def _beside(self, name: str) -> str:
        folder = self._key.rpartition("/")[0]
        return f"{folder}/{name}" if folder else name

    def _store(self) -> Any:
        if self._open is None:
            self._open = open_store(self._base, self.name)
        return self._open

    def _ask(self, question: Callable[[], R]) -> R:
        """Return the store's answer; what it says of a failure is left out, it may hold secrets."""
        try:
            return question()
        except Error:
            raise
        except Exception as error:  # noqa: BLE001 - obstore's errors, and OSError
            kind = type(error).__name__
            if kind == "NotFoundError" or isinstance(error, FileNotFoundError):
                raise Error(
                    "log.missing",
                    "there is no such object",
                    where=self.name,
                    hint="check the address",
                ) from None
            reason, hint = _REASONS.get(kind, _OTHER)
            status = re.search(r"\b([45]\d\d) [A-Z][A-Za-z ]{2,30}\b", str(error))
            what = f"{reason} (status {status[1]})" if status else reason
            message = f"cannot read the object: {what}"
            raise Error("log.unreadable", message, where=self.name, hint=hint) from None

    def _changed(self) -> Error:
        return Error(
            "log.changed",
            "the object changed while it was read",
            where=self.name,
            hint="wait until nothing writes it, and read it again",
        )


_RIGHTS = "set the store's credentials in the environment, or AWS_SKIP_SIGNATURE=true for public"
_REASONS = {
    "PermissionDeniedError": ("the store denies it", _RIGHTS),
    "UnauthenticatedError": ("the store does not know who asks", _RIGHTS),
    "PreconditionError": ("it changed while it was read", "read it again"),
    "NotSupportedError": (
        "the store cannot do that, such as list or give ranges",
        "copy the log here",
    ),
    "InvalidPathError": ("its name cannot be used", "check the address"),
}
_OTHER = (
    "the store does not answer as it should",
    "check the address, the network and the store's settings in the environment",
)


def load_obstore() -> Any:
    """Return the module.

    Raises:
        Error: ``log.needs-extra``.
    """
    try:
        import obstore.store  # noqa: PLC0415 - optional
    except ImportError as error:
        raise Error(
            "log.needs-extra",
            "reading from a store needs the Python package obstore",
            hint=f"pip install 'ifthen[{EXTRA}]'",
        ) from error
    return obstore


def open_store(base: str, where: str) -> Any:
    """Return the store at an address without a key, such as ``s3://bucket``.

    Raises:
        Error: ``log.needs-extra``, ``log.unreadable``.
    """
    module = load_obstore()
    options: dict[str, Any] = {"timeout": f"{WAIT_SECONDS}s", "connect_timeout": "5s"}
    if base.startswith("http://") or _endpoint_is_plain():
        options["allow_http"] = True
    try:
        return module.store.from_url(
            base,
            client_options=options,
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=WAIT_SECONDS)},
        )
    except Exception:  # noqa: BLE001 - its text may hold settings of the environment
        raise Error(
            "log.unreadable",
            "cannot open the store",
            where=where,
            hint="check the address and the store's settings in the environment",
        ) from None


def _endpoint_is_plain() -> bool:
    """Return whether the environment names a store without encryption, as one for tests is."""
    names = ("AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AZURE_STORAGE_ENDPOINT")
    return any(os.environ.get(name, "").startswith("http://") for name in names)


def _split_address(address: str) -> tuple[str, str]:
    """Return scheme and bucket or host, and the key.

    Raises:
        Error: ``log.address``.
    """
    found = _ADDRESS.match(address)
    scheme = found[1].lower() if found else ""
    if found is None or scheme not in SCHEMES:
        raise _bad_address(
            f"has the scheme {scheme[:20]!r}", f"these are read: {', '.join(SCHEMES)}, file"
        )
    host, _, key = address[found.end() :].partition("/")
    if scheme in {"http", "https"}:
        if "?" in key or "#" in key:
            raise _bad_address("has a query", "give it without: what follows ? is often a secret")
        key = unquote(key)
    if "@" in host:
        raise _bad_address("names a user", "set the credentials in the environment instead")
    if not host or not key or key.endswith("/"):
        raise _bad_address("names no object", "write it as s3://bucket/folder/name.eval")
    if not key.isprintable() or any(part in {"", ".", ".."} for part in key.split("/")):
        raise _bad_address("has a key that cannot be used", "check the address")
    return f"{scheme}://{host}", key


def _bad_address(what: str, hint: str) -> Error:
    return Error("log.address", f"the address {what}", hint=hint)


def _identity(meta: Any) -> tuple[Any, ...]:
    return (meta["size"], meta.get("e_tag"), meta.get("version"), meta["last_modified"])


def _matches(name: list[str], pattern: list[str]) -> bool:
    """Return whether the parts of a name match those of a glob; ``**`` stands for any folders."""
    if not pattern:
        return not name
    if pattern[0] == "**":
        return any(_matches(name[at:], pattern[1:]) for at in range(len(name) + 1))
    return bool(name) and fnmatchcase(name[0], pattern[0]) and _matches(name[1:], pattern[1:])
