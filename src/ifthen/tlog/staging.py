"""The database of a sequencer (SQLite, WAL, synchronous FULL): the signed head, staged entries.

What a transaction wrote has survived a loss of power once it is committed.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ifthen.errors import Error

WAIT_SECONDS = 30
"""How long a writer waits for another."""
_APPLICATION = 0x6966746C
"""What the file's header says it is: "iftl"."""
_SCHEMA = """
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    time INTEGER NOT NULL,
    note BLOB NOT NULL,
    published INTEGER
);
CREATE TABLE staged (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE TRIGGER head_goes_on BEFORE UPDATE ON head
WHEN new.origin <> old.origin OR new.size < old.size OR new.time < old.time
    OR (new.size = old.size AND new.root <> old.root)
BEGIN SELECT RAISE(ABORT, 'the head of a log only grows'); END;
CREATE TRIGGER head_stays BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'the head of a log only grows'); END;
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The head that was signed last. Times in microseconds since 1970.

    ``published`` is the time of the head that was published last, None where none was.
    """

    origin: str
    size: int
    root: bytes
    time: int
    note: bytes
    published: int | None = None


class Database:
    """One log's database. Methods belong inside a :meth:`transaction`."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the file; only ``create`` makes one.

        Raises:
            Error: ``tlog.lock-missing``, ``tlog.database``, ``tlog.busy``.
        """
        if not create and not path.is_file():
            raise lock_missing(path)
        self.path = path
        with self._coded():
            mode = "rwc" if create else "rw"
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=WAIT_SECONDS,
                isolation_level=None,
            )
        try:
            self._prepare(create)
        except BaseException:
            self.close()
            raise

    def _prepare(self, create: bool) -> None:
        with self._coded():
            self._connection.execute("PRAGMA trusted_schema = OFF")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
        with self.transaction(), self._coded():
            found = self._connection.execute("PRAGMA application_id").fetchone()[0]
            tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if create and not found and not tables:
                for statement in _statements(_SCHEMA):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            elif not found and not tables:
                raise lock_missing(self.path)  # made, and killed before anything was written
            elif found != _APPLICATION:
                raise Error(
                    "tlog.database",
                    "the file is a database of another program",
                    where=str(self.path),
                )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the only right to write; commit at the end, undo on any error.

        Raises:
            Error: ``tlog.busy``, ``tlog.database``.
        """
        with self._coded():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._coded():
                self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # SQLite undoes by itself what it could not write
                self._connection.execute("ROLLBACK")
            raise

    def head(self) -> Head | None:
        """Return the head, None of a new database."""
        with self._coded():
            row = self._connection.execute(
                "SELECT origin, size, root, time, note, published FROM head"
            ).fetchone()
        return None if row is None else Head(*row)

    def begin(self, head: Head) -> None:
        """Write the first head."""
        with self._coded():
            self._connection.execute(
                "INSERT INTO head VALUES (1, ?, ?, ?, ?, ?, NULL)",
                (head.origin, head.size, head.root, head.time, head.note),
            )

    def move(self, head: Head, bundles: Iterable[tuple[int, int, bytes]]) -> None:
        """Stage entries (index of the first, count, bytes of a bundle) and move the head."""
        with self._coded():
            self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?)", bundles)
            self._connection.execute(
                "UPDATE head SET size = ?, root = ?, time = ?, note = ?",
                (head.size, head.root, head.time, head.note),
            )

    def staged(self, first: int) -> list[tuple[int, int, bytes]]:
        """Return what is staged from the entry ``first`` on, in order."""
        with self._coded():
            return self._connection.execute(
                "SELECT first, count, entries FROM staged WHERE first >= ? ORDER BY first", (first,)
            ).fetchall()

    def mark_published(self, head: Head) -> None:
        """Note that this head was published; drop what was staged for it."""
        with self._coded():
            self._connection.execute("UPDATE head SET published = ?", (head.time,))
            self._connection.execute("DELETE FROM staged WHERE first < ?", (head.size,))

    @contextmanager
    def _coded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            where = str(self.path)
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY:
                raise Error(
                    "tlog.busy",
                    f"another writer held the log for more than {WAIT_SECONDS} seconds",
                    where=where,
                    hint="try again",
                ) from error
            raise Error(
                "tlog.database",
                f"the log's database could not be read or written: {error}",
                where=where,
                hint="mend the disk, then open the log again; what was published is not lost",
            ) from error


def lock_missing(path: Path) -> Error:
    """Return the error of a log without its database."""
    return Error(
        "tlog.lock-missing",
        "the log's database is not there: nobody can tell which head was signed last",
        where=str(path),
        hint="bring it back from a copy; or begin a log of another name that holds the last"
        " checkpoint of this one as its first entry",
    )


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script, so that they run inside a transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
