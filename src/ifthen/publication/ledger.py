"""What a publisher keeps: what was stated, what opens it, and what is not finished yet.

All of it is private and lies beside the workspace's documents in ``.publication``: the log's
database, the disclosures (whose loss means that nothing can be opened any more), and while
something is being published, the signed statements. Every file is written whole.
"""

import base64
import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.encoding.document import Day, Digest, Line, Part
from ifthen.errors import Error
from ifthen.workspace.writing import write_file

FOLDER = ".publication"
LOCK_SECONDS = 10
"""How long a run waits for another."""
MAX_BYTES = 1 << 28


class Published(Part):
    """The last statement about a document."""

    document: Digest
    """Identity of the document that was stated."""
    rules: Digest
    """Identity of what was withheld of it, and why."""
    statement: Digest
    """Identity of the statement."""
    copy_: Digest = Field(alias="copy")
    """Identity of the public copy."""
    says: Digest
    """Identity of what it says, whatever the day."""
    stated: dict[str, Any]
    """What was stated."""
    withdrawn: bool = False
    """Whether the statement takes it back."""


class LastDecision(Part):
    """The decision about a model that was published last."""

    on: Day
    """Day of the decision."""
    digest: Digest
    """Identity of the decision."""


class State(Part):
    """What was stated so far."""

    statements: int = 0
    """Number of statements."""
    key_changes: int = 0
    """Number of entries of the log that change its keys, and are no statements."""
    previous: Digest | None = None
    """Identity of the last one."""
    documents: dict[str, Published] = Field(default_factory=dict)
    """The last statement about each document, by its name."""
    decisions: dict[str, LastDecision] = Field(default_factory=dict)
    """The decision about each model that was published last."""

    @property
    def size(self) -> int:
        """Number of entries of the log."""
        return self.statements + self.key_changes


class Pending(Part):
    """Entries that are signed, and perhaps not in the log yet."""

    size: int = Field(ge=0)
    """Number of entries of the log before them."""
    envelopes: tuple[str, ...]
    """The entries in base64, in order."""
    policy: str
    """The policy that comes with them."""
    state: State
    """What will have been stated."""

    @property
    def entries(self) -> list[bytes]:
        """The entries."""
        return [base64.b64decode(text) for text in self.envelopes]


class Kept(Part):
    """What opens a statement."""

    statement: Digest
    """Which one."""
    name: Line
    """Name of its document."""
    fields: tuple[str, ...] = ()
    """Disclosures of withheld fields."""
    samples: tuple[str, ...] = ()
    """Disclosures of samples, in the order of the run."""


class Ledger:
    """The private folder of a publisher."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        self.folder = folder
        self.database = folder / "log.sqlite"
        self.next_checkpoint = folder / "checkpoint"
        """The checkpoint that is not released yet, or was released last."""

    def prepare(self) -> None:
        """Make the folder; only its owner can read it.

        Raises:
            Error: ``file.unwritable``.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.folder / "openings").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Error(
                "file.unwritable", f"cannot be made: {error.strerror}", where=str(self.folder)
            ) from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder: whoever plans and publishes meanwhile would state the same twice.

        A process that ends in any way lets go of it.

        Raises:
            Error: ``publication.busy`` where somebody else holds it, ``file.unwritable``.
        """
        self.prepare()
        place = self.folder / "lock.sqlite"
        try:
            lock = sqlite3.connect(place, timeout=LOCK_SECONDS, isolation_level=None)
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                lock.close()
                raise
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY"
            raise Error(
                "publication.busy" if busy else "file.unwritable",
                "another run is publishing" if busy else f"cannot be locked: {error}",
                where=str(place),
                hint="try again when it has ended" if busy else "see whether the disk is full",
            ) from error
        try:
            yield
        finally:
            lock.close()

    def read_state(self) -> State:
        """Return what was stated so far.

        Raises:
            Error: ``publication.state``.
        """
        data = self._read("state.json")
        return State() if data is None else _parse(State, data, self.folder / "state.json")

    def read_pending(self) -> Pending | None:
        """Return what is not finished.

        Raises:
            Error: ``publication.state``.
        """
        data = self._read("pending.json")
        return None if data is None else _parse(Pending, data, self.folder / "pending.json")

    def write_pending(self, pending: Pending) -> None:
        """Keep what is to be finished, whatever happens."""
        self._write("pending.json", pending)

    def finish(self, pending: Pending) -> None:
        """Keep that it is finished."""
        self._write("state.json", pending.state)
        (self.folder / "pending.json").unlink(missing_ok=True)

    def keep(self, kept: Kept) -> None:
        """Keep what opens a statement."""
        name = f"openings/{kept.statement.removeprefix('sha256:')}.json"
        self._write(name, kept)
        (self.folder / name).chmod(0o600)

    def list_kept(self) -> list[Kept]:
        """Return what opens statements.

        Raises:
            Error: ``publication.state``.
        """
        paths = sorted((self.folder / "openings").glob("*.json"))
        return [_parse(Kept, _read_file(path) or b"", path) for path in paths]

    def _read(self, name: str) -> bytes | None:
        return _read_file(self.folder / name)

    def _write(self, name: str, part: Part) -> None:
        tree = part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        body = format_canonical(tree)
        whole = format_canonical({"digest": digest_bytes(body), "body": tree})
        write_file(self.folder / name, whole, replace=True)


def _parse(model: type[Any], data: bytes, path: Path) -> Any:
    try:
        tree = json.loads(data)
        body = format_canonical(tree["body"])
        if digest_bytes(body) == tree["digest"]:
            return model.model_validate_json(body)
    except (ValueError, KeyError, TypeError, ValidationError, RecursionError, Error):
        pass
    raise Error(
        "publication.state",
        "this is not what was written there",
        where=str(path),
        hint="bring the folder back from a copy; never begin it anew: statements would be repeated",
    )


def _read_file(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Error(
            "file.unreadable", f"cannot be read: {error.strerror}", where=str(path)
        ) from error


def encode_entries(entries: Sequence[bytes]) -> tuple[str, ...]:
    """Return entries as they are kept."""
    return tuple(base64.b64encode(entry).decode() for entry in entries)
