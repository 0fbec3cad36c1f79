"""Rows of a Parquet file, through pyarrow (the extra ``arrow``)."""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ifthen.errors import Error
from ifthen.evidence.csv_table import MAX_ROWS, Cell, Row, find_columns
from ifthen.evidence.source import Source

if TYPE_CHECKING:
    from types import ModuleType

MAX_GROUP = 1 << 30
"""Most bytes of one row group, unpacked."""
MAX_TEXT = 1 << 17
"""Most characters of a cell, as for CSV."""
BATCH = 8192


def read_parquet(source: Source, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a Parquet file; cells are text, numbers, truth values or null.

    Raises:
        Error: ``log.extra-missing`` without pyarrow, ``log.not-parquet``, ``log.table-columns``,
            ``log.table-text`` for cells of another type, ``log.too-large``.
    """
    pyarrow = import_pyarrow()
    # Whatever the library raises on foreign bytes becomes one coded error.
    try:
        yield from _read(source, columns, pyarrow)
    except Error:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, MemoryError) as error:
        raise Error(
            "log.not-parquet", f"not a Parquet file: {str(error)[:200]}", where=source.name
        ) from error


def import_pyarrow() -> Any:
    """Return pyarrow.

    Raises:
        Error: ``log.extra-missing``.
    """
    try:
        import pyarrow  # noqa: PLC0415 - an optional dependency
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise Error(
            "log.extra-missing",
            "Parquet files need pyarrow, which is not installed",
            hint="install it with: pip install 'ifthen[arrow]'",
        ) from error
    module: ModuleType = pyarrow
    return module


class _File(io.RawIOBase):
    """A source as the file object that the library asks for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes."""
        length = max(0, min(len(buffer), self._source.size - self._at))
        if length:
            buffer[:length] = self._source.read(self._at, length)
            self._at += length
        return length


def _read(source: Source, columns: Sequence[str], pyarrow: Any) -> Iterator[Row]:
    options = {"thrift_string_size_limit": 1 << 24, "thrift_container_size_limit": 1 << 20}
    file = pyarrow.PythonFile(_File(source), mode="r")
    header = pyarrow.parquet.ParquetFile(file, **options)
    names = list(header.schema_arrow.names)
    find_columns(names, columns, where=source.name)
    _check_sizes(header, source.name)
    texts = [name for name in columns if _is_text(header.schema_arrow.field(name).type, pyarrow)]
    table = pyarrow.parquet.ParquetFile(
        pyarrow.PythonFile(_File(source), mode="r"), read_dictionary=texts, **options
    )
    number = 0
    wanted = list(dict.fromkeys(columns))
    for batch in table.iter_batches(batch_size=BATCH, columns=wanted, use_threads=False):
        found = {name: _to_cells(batch.column(name), name, source.name, pyarrow) for name in wanted}
        for cells in zip(*(found[name] for name in columns), strict=True):
            number += 1
            yield Row(cells, f"row {number}", None)


def _check_sizes(file: Any, where: str) -> None:
    """Make sure that the rows can be unpacked; the sizes are the file's own statements.

    What the library says about single columns is not asked for: on broken files it ends the
    process there instead of raising an error (pyarrow 26.0.1).
    """
    metadata = file.metadata
    if metadata.num_rows > MAX_ROWS:
        raise Error("log.too-large", f"more than {MAX_ROWS:,} rows", where=where)
    for group in range(metadata.num_row_groups):
        if metadata.row_group(group).total_byte_size > MAX_GROUP:
            raise Error(
                "log.too-large",
                f"a row group of more than {MAX_GROUP:,} bytes",
                where=where,
                hint="write the table with smaller row groups, without long texts",
            )


def _is_text(kind: Any, pyarrow: Any) -> bool:
    types = pyarrow.types
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _to_cells(column: Any, name: str, where: str, pyarrow: Any) -> list[Cell]:
    types = pyarrow.types
    kind = column.type
    if types.is_dictionary(kind) and _is_text(kind.value_type, pyarrow):
        column.validate(full=True)  # an index outside the dictionary is not seen otherwise
        # A long text that many rows share is made once.
        words = _check_texts(column.dictionary.to_pylist(), name, where)
        return [None if index is None else words[index] for index in column.indices.to_pylist()]
    if _is_text(kind, pyarrow):
        return _check_texts(column.to_pylist(), name, where)
    plain = types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind)
    if not plain and not types.is_null(kind):
        raise Error(
            "log.table-text",
            f"the column {name[:80]!r} is of type {str(kind)[:80]}",
            where=where,
            hint="write it as text, numbers or truth values",
        )
    return list(column.to_pylist())


def _check_texts(texts: list[str | None], name: str, where: str) -> list[Cell]:
    if any(text is not None and len(text) > MAX_TEXT for text in texts):
        raise Error(
            "log.too-large",
            f"a text in the column {name[:80]!r} has more than {MAX_TEXT:,} characters",
            where=where,
        )
    return list(texts)
