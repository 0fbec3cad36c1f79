"""A record at an address, fetched into a folder: all of it that verifying reads, and nothing else.

Nothing is believed here. What has a digest or leads to the root is confirmed when it is fetched
again from the folder; whatever does not is fetched anew, and given to the verification as it came,
which says what is wrong. So a folder may be kept for the next time. Fetching ends before verifying
begins, and verifying uses no network.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from ifthen.attestation.envelope import parse_envelope
from ifthen.attestation.stated import MAX_BLOB_BYTES, Reference, parse_stated
from ifthen.attestation.statement import parse_statement
from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error
from ifthen.portal.source import check_address, read_following
from ifthen.tlog.auditing import audit
from ifthen.tlog.checkpoint import Checkpoint, parse_checkpoint
from ifthen.tlog.growing import Read
from ifthen.tlog.note import MAX_NOTE_BYTES, parse_note
from ifthen.tlog.policy import MAX_POLICY_BYTES
from ifthen.tlog.tiles import CHECKPOINT_PATH
from ifthen.verification.files import (
    ANCHORS_INDEX_PATH,
    ANCHORS_PATH,
    HISTORY_INDEX_PATH,
    HISTORY_PATH,
    MAX_ANCHOR_BYTES,
    MAX_HISTORY,
    MAX_MEMBERS,
    POLICY_PATH,
    FolderFiles,
    blob_path,
    parse_anchors,
    parse_history,
)
from ifthen.verification.verdict import Watch, say_nothing

MOST_BYTES = 1 << 32
"""Most bytes of a record, unless the caller says otherwise."""
AT_ONCE = 8
"""Files that are asked for at a time."""
MARKER = ".ifthen-record"
"""File of a folder of fetched files; it holds the address."""
_FOLDERS = ("tile", "blobs", HISTORY_PATH, ANCHORS_PATH)
_TOO_LARGE = "tlog.too-large"


class FetchedFiles(FolderFiles):
    """A record that was fetched; what could not be taken is an error where it is read."""

    def __init__(
        self,
        folder: Path,
        sizes: Sequence[int],
        anchors: Sequence[str],
        faults: dict[str, Error],
    ) -> None:
        """Take earlier checkpoints and anchors as listed, and the faults by the file's path."""
        super().__init__(folder)
        self._sizes = list(sizes)
        self._anchors = list(anchors)
        self._faults = faults

    def read(self, path: str, most: int) -> bytes | None:
        """Return the bytes of a file, None where there is none."""
        if path in self._faults:
            raise self._faults[path]
        return super().read(path, most)

    def list_history(self) -> list[int]:
        """Return the sizes of the checkpoints that are listed, whether they are there or not."""
        if HISTORY_INDEX_PATH in self._faults:
            raise self._faults[HISTORY_INDEX_PATH]
        return self._sizes

    def list_anchors(self) -> list[str]:
        """Return the names of the anchors that are listed, whether they are there or not."""
        if ANCHORS_INDEX_PATH in self._faults:
            raise self._faults[ANCHORS_INDEX_PATH]
        return self._anchors


def open_record_address(address: str) -> Read:
    """Return what reads the files of a record at ``http(s)://`` or in a store (``s3://bucket/…``).

    Raises:
        Error: ``portal.address``, ``log.needs-extra``, ``log.unreadable``.
    """
    scheme = address.partition("://")[0].lower()
    if scheme in {"http", "https"}:
        prefix = check_address(address)
        return lambda path, most: read_following(f"{prefix}/{path}", most)
    if scheme in {"s3", "gs", "az"}:
        return _open_store(address.rstrip("/"))
    raise Error(
        "portal.address",
        f"{address[:80]!r} is no address that is read",
        hint="write it as https://host/folder or s3://bucket/folder, or name a folder or a zip",
    )


def _open_store(address: str) -> Read:
    from ifthen.evidence.store import ObjectSource, open_store  # noqa: PLC0415 - an extra

    scheme, _, rest = address.partition("://")
    bucket = rest.partition("/")[0]
    store = open_store(f"{scheme}://{bucket}", address)

    def read(path: str, most: int) -> bytes | None:
        try:
            found = ObjectSource(f"{address}/{path}", store=store)
            if found.size > most:
                text = f"the object has {found.size} bytes, expected {most} at most"
                raise Error(_TOO_LARGE, text, where=path)
            return found.read(0, found.size)
        except Error as error:
            if error.code == "log.missing":
                return None
            raise

    return read


def fetch_record(
    get: Read,
    folder: Path,
    address: str,
    *,
    most_bytes: int = MOST_BYTES,
    watch: Watch = say_nothing,
) -> FetchedFiles:
    """Bring a record into a folder and return its files; what is there and confirmed stays.

    ``get`` reads the files at the address, several at a time.

    Raises:
        Error: ``record.missing`` where the address has no record, ``record.over-limit`` for one of
            more than ``most_bytes``, ``record.cache`` for a folder that holds something else,
            ``file.unwritable``, and whatever ``get`` raises.
    """
    _claim(folder, address)
    return _Fetching(get, folder, address, most_bytes, watch).fetch()


def _claim(folder: Path, address: str) -> None:
    """Make sure that a folder is new, or was filled from this address."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        marker = folder / MARKER
        known = marker.read_text("utf-8") if marker.is_file() else None
        if known is None and any(folder.iterdir()):
            known = "something else"
        if known not in (None, f"{address}\n"):
            raise Error(
                "record.cache",
                f"the folder holds {known.strip()[:200]}, not what was fetched from {address}",
                where=str(folder),
                hint="name an empty folder, or one for each address",
            )
        marker.write_text(f"{address}\n", "utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unwritable(folder, error) from error


class _Fetching:
    """One fetching of a record."""

    def __init__(
        self, get: Read, folder: Path, address: str, most_bytes: int, watch: Watch
    ) -> None:
        self._get = get
        self._folder = folder
        self._address = address
        self._left = most_bytes
        self._most = most_bytes
        self._watch = watch
        self._kept = FolderFiles(folder)
        self._used: set[str] = set()
        self._came: set[str] = set()
        self._faults: dict[str, Error] = {}
        self._anew = False
        self._reused = False
        self._lock = Lock()

    def fetch(self) -> FetchedFiles:
        policy = self._fetch(POLICY_PATH, MAX_POLICY_BYTES)
        note = self._fetch(CHECKPOINT_PATH, MAX_NOTE_BYTES)
        if policy is None and note is None:
            raise Error(
                "record.missing",
                "there is no record: neither a checkpoint nor a policy",
                where=self._address,
                hint="name the folder that holds the file 'checkpoint'",
            )
        sizes: list[int] = []
        anchors: list[str] = []
        checkpoint = _parse(note)
        if checkpoint is not None:
            sizes = self._list_history(checkpoint.size)
            anchors = self._list_anchors(checkpoint.size)
            self._fetch_rest(sizes, anchors, self._fetch_tree(checkpoint))
        self._prune()
        return FetchedFiles(self._folder, sizes, anchors, self._faults)

    def _list_history(self, most: int) -> list[int]:
        """Return the sizes of earlier checkpoints; those of a later one came meanwhile."""
        data = self._fetch(HISTORY_INDEX_PATH, MAX_HISTORY)
        try:
            return [size for size in parse_history(data or b"") if size <= most]
        except Error as error:
            self._faults[HISTORY_INDEX_PATH] = error
            return []

    def _list_anchors(self, most: int) -> list[str]:
        """Return the names of anchors; those of a later checkpoint came meanwhile."""
        data = self._fetch(ANCHORS_INDEX_PATH, MAX_HISTORY)
        try:
            return [x for x in parse_anchors(data or b"") if int(x.partition("-")[0]) <= most]
        except Error as error:
            self._faults[ANCHORS_INDEX_PATH] = error
            return []

    def _fetch_tree(self, checkpoint: Checkpoint) -> list[bytes]:
        """Fetch every tile and bundle; return the entries as far as they are confirmed.

        What was kept and no longer leads to the root is fetched anew, once.
        """
        for self._anew in (False, True):
            entries: list[bytes] = []
            try:
                for bundle in audit(self._read_tile, checkpoint):
                    entries += bundle.entries
                    self._watch("fetching", len(entries), checkpoint.size)
                break
            except Error as error:
                if not error.code.startswith("tlog.") and error not in self._faults.values():
                    raise
                if not self._reused:
                    break
        return entries

    def _read_tile(self, path: str, most: int) -> bytes | None:
        if path in self._came or not self._anew:
            data = self._read_kept(path, most)
            if data is not None:
                self._reused = self._reused or path not in self._came
                self._take(path, data)
                return data
        data = self._fetch(path, most)
        if path in self._faults:
            raise self._faults[path]
        return data

    def _read_kept(self, path: str, most: int) -> bytes | None:
        """Return what is in the folder; what cannot be read there is fetched anew."""
        try:
            return self._kept.read(path, most)
        except Error:
            return None

    def _fetch_rest(
        self, sizes: Sequence[int], anchors: Sequence[str], entries: Sequence[bytes]
    ) -> None:
        """Fetch earlier checkpoints, anchors and blobs, several at a time."""
        wanted = {f"{HISTORY_PATH}/{size}": None for size in sizes}
        blobs: dict[str, Reference] = {}
        for reference in _list_references(entries):
            blobs.setdefault(blob_path(reference.sha256), reference)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            work = [pool.submit(self._fetch, path, MAX_NOTE_BYTES) for path in wanted]
            work += [
                pool.submit(self._fetch, f"{ANCHORS_PATH}/{name}", MAX_ANCHOR_BYTES)
                for name in anchors
            ]
            work += [pool.submit(self._fetch_blob, *each) for each in blobs.items()]
            try:
                for done, each in enumerate(work):
                    each.result()
                    self._watch("fetching", done, len(work))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _fetch_blob(self, path: str, reference: Reference) -> bytes | None:
        most = min(reference.bytes, MAX_BLOB_BYTES)
        data = self._read_kept(path, most)
        if data is not None and digest_bytes(data) == reference.sha256:
            self._take(path, data)
            return data
        return self._fetch(path, most)

    def _fetch(self, path: str, most: int) -> bytes | None:
        """Return a file of the address, written into the folder; too much of one is noted."""
        try:
            data = self._get(path, most)
        except Error as error:
            if error.code != _TOO_LARGE:
                raise
            self._faults[path] = Error("record.too-large", error.message, where=path)
            return None
        if data is None:
            return None
        self._take(path, data)
        self._came.add(path)
        place = self._folder / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f".{place.name}.part")
            part.write_bytes(data)
            part.replace(place)
        except OSError as error:
            raise _unwritable(place, error) from error
        return data

    def _take(self, path: str, data: bytes) -> None:
        """Count a file that belongs to the record."""
        with self._lock:
            if path not in self._used:
                self._left -= len(data)
                self._used.add(path)
            if self._left < 0 or len(self._used) > MAX_MEMBERS:
                raise Error(
                    "record.over-limit",
                    f"the record has more than {self._most:,} bytes, or too many files",
                    where=self._address,
                    hint="name --most with more bytes, if you want to fetch it all the same",
                )

    def _prune(self) -> None:
        """Remove files of the format that the record does not have, or has no longer."""
        for name in self._used | {POLICY_PATH, CHECKPOINT_PATH}:
            if name not in self._used:
                (self._folder / name).unlink(missing_ok=True)
        for path in _walk(self._folder):
            if path.relative_to(self._folder).as_posix() not in self._used:
                path.unlink(missing_ok=True)


def _parse(note: bytes | None) -> Checkpoint | None:
    """Return a checkpoint; None for none, of which the verification says what is wrong."""
    try:
        return None if note is None else parse_checkpoint(parse_note(note).text)
    except Error:
        return None


def _walk(folder: Path) -> Iterator[Path]:
    for name in _FOLDERS:
        for place, _, files in os.walk(folder / name):
            yield from (Path(place) / file for file in files)


def _list_references(entries: Sequence[bytes]) -> Iterator[Reference]:
    """Yield what statements refer to; what is wrong with an entry is found when it is verified."""
    for entry in entries:
        try:
            stated = parse_stated(parse_statement(parse_envelope(entry).payload))
        except Error:
            continue
        yield stated.copy_
        if stated.result is not None:
            yield from stated.result.raw
            if stated.result.samples is not None:
                yield stated.result.samples.leaves


def _unwritable(path: Path, error: Exception) -> Error:
    reason = getattr(error, "strerror", None) or "the system refuses"
    return Error("file.unwritable", f"cannot be written: {reason}", where=str(path))
