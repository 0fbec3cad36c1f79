"""Tables as rows of cells, one after the other: CSV here, Parquet in ``parquet_table``."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ifthen.errors import Error
from ifthen.evidence.source import CHUNK, Source

Cell = str | int | float | bool | None

MAX_RECORD = 1 << 24
"""Most bytes of one row."""
MAX_ROWS = 5_000_000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, in the order of the columns that were asked for."""

    cells: tuple[Cell, ...]
    place: str
    """``line 7`` or ``row 7``, counted from 1."""
    sha256: bytes | None
    """SHA-256 of the bytes of the row without its line end; None where no bytes are its alone."""


def read_csv(source: Source, columns: Sequence[str], *, delimiter: str) -> Iterator[Row]:
    """Yield the rows of a CSV file with a header line (RFC 4180, any of \\n and \\r\\n).

    Raises:
        Error: ``log.table-columns`` for a header without a column or with one twice,
            ``log.table-row`` for a row with another number of cells, ``log.table-text`` for text
            that is no UTF-8 or no CSV, ``log.too-large``.
    """
    lines = _Lines(source)
    records = _read_records(lines, delimiter)
    header = next(records, None)
    if header is None:
        raise Error("log.table-columns", "the table has no header line", where=source.name)
    picks = find_columns(header[0], columns, where=f"{source.name}:1")
    blank: str | None = None
    for number, (cells, place, digest) in enumerate(records):
        if not cells:
            blank = blank or place
            continue
        if blank is not None or len(cells) != len(header[0]):
            raise Error(
                "log.table-row",
                f"{len(cells)} cells; the header has {len(header[0])}"
                if blank is None
                else "an empty line in the middle of the table",
                where=f"{source.name}:{(blank or place).removeprefix('line ')}",
                hint="write every row with as many cells as the header",
            )
        if number >= MAX_ROWS:
            raise Error("log.too-large", f"more than {MAX_ROWS:,} rows", where=source.name)
        yield Row(tuple(cells[pick] for pick in picks), place, digest)


def find_columns(header: Sequence[str], columns: Sequence[str], *, where: str) -> list[int]:
    """Return the position of each column.

    Raises:
        Error: ``log.table-columns``.
    """
    positions = {name: index for index, name in enumerate(header)}
    if len(positions) < len(header):
        twice = next(name for index, name in enumerate(header) if positions[name] != index)
        raise Error("log.table-columns", f"two columns are called {twice[:80]!r}", where=where)
    missing = [name for name in columns if name not in positions]
    if missing:
        names = [name[:40] for name in header[:12]] + ["..."] * (len(header) > 12)
        raise Error(
            "log.table-columns",
            f"there is no column {missing[0][:80]!r}",
            where=where,
            hint=f"the table has: {', '.join(names)}",
        )
    return [positions[name] for name in columns]


class _Lines:
    """Lines of a file as text; remembers the bytes of the record that is being read."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.number = 0
        self._source = source
        self._pieces: list[bytes] = []
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._split():
            self.number += 1
            self._pieces.append(line)
            self._size += len(line)
            if self._size > MAX_RECORD:
                raise self.error("log.too-large", f"a row of more than {MAX_RECORD:,} bytes")
            yield self._decode(line)

    def take(self) -> bytes:
        """Return the bytes since the last call, without the line end."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return data.removesuffix(b"\n").removesuffix(b"\r")

    def error(self, code: str, message: str, hint: str | None = None) -> Error:
        """Return an error at the line that was read last."""
        return Error(code, message, where=f"{self.name}:{self.number}", hint=hint)

    def _decode(self, line: bytes) -> str:
        if b"\0" in line:
            raise self.error("log.table-text", "a NUL byte", "save the table as UTF-8 text")
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.error(
                "log.table-text", "bytes that are not UTF-8 text", "save the table as UTF-8"
            ) from error

    def _split(self) -> Iterator[bytes]:
        rest, start = b"", 0
        while start < self._source.size:
            length = min(CHUNK, self._source.size - start)
            piece = self._source.read(start, length)
            rest += piece.removeprefix(_BOM) if start == 0 else piece
            start += length
            *whole, rest = rest.split(b"\n")
            for line in whole:
                yield line + b"\n"
            if len(rest) > MAX_RECORD:
                raise self.error("log.too-large", f"a row of more than {MAX_RECORD:,} bytes")
        if rest:
            yield rest


def _read_records(lines: _Lines, delimiter: str) -> Iterator[tuple[list[str], str, bytes]]:
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    while True:
        first = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            limit = "limit" in str(error)
            raise lines.error(
                "log.too-large" if limit else "log.table-text",
                f"not CSV: {error}",
                "leave out columns with long text"
                if limit
                else "quote cells that hold quotes, delimiters or line ends",
            ) from error
        yield cells, f"line {first}", sha256(lines.take()).digest()
