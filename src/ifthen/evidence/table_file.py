"""Tables as files: CSV and JSON lines with nothing but Python, Parquet and Arrow with pyarrow.

CSV is RFC 4180 in UTF-8, with a header. Text is always in quotes, everything else never; a cell
without anything between its commas is null, ``""`` is the empty text. Lists are JSON text.
A cell of foreign text that a spreadsheet would take for a formula gets an apostrophe in front.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Literal

from ifthen.evidence.table import Column, Row

FileFormat = Literal["csv", "jsonl", "arrow", "parquet"]
BINARY: frozenset[str] = frozenset({"arrow", "parquet"})
"""Formats that are no text and that need pyarrow."""

_FORMULA = re.compile(r"[\s\x00-\x1f\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|['\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)

Batches = Iterable[list[Row]]


def check_writable(form: FileFormat) -> None:
    """Make sure that what a format needs is installed, before any log is read.

    Raises:
        Error: ``table.needs-extra``.
    """
    if form in BINARY:
        from ifthen.evidence.table_arrow import load_pyarrow  # noqa: PLC0415 - optional

        load_pyarrow(f"writing {form}")


def write_table(
    batches: Batches, columns: Sequence[Column], form: FileFormat, file: BinaryIO
) -> None:
    """Write rows as they come; nothing is held but one batch.

    Raises:
        Error: ``table.needs-extra``, and what reading the batches raises.
    """
    writers: dict[str, Callable[[Batches, Sequence[Column], BinaryIO], None]] = {
        "csv": _write_csv,
        "jsonl": _write_jsonl,
        "arrow": _write_arrow,
        "parquet": _write_parquet,
    }
    check_writable(form)
    writers[form](batches, columns, file)


def format_cell(text: str) -> str:
    """Return foreign text as a spreadsheet may see it; the inverse of :func:`parse_cell`.

    Text that starts like a formula (``=``, ``+``, ``-``, ``@``, wide or not, also after white space
    and what cannot be seen, or a tab or carriage return) gets an apostrophe in front. So does text
    that starts with an apostrophe. A number such as ``-0.5`` stays as it is.
    """
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def parse_cell(cell: str) -> str:
    """Return the text of a cell that :func:`format_cell` wrote."""
    return cell.removeprefix("'")


def _write_csv(batches: Batches, columns: Sequence[Column], file: BinaryIO) -> None:
    file.write((",".join(_quoted(column.name) for column in columns) + "\n").encode())
    for rows in batches:
        lines = (",".join(map(_cell, row)) for row in rows)
        file.write("".join(f"{line}\n" for line in lines).encode())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return _quoted(value if isinstance(value, str) else _json(value))


def _quoted(text: str) -> str:
    return '"' + format_cell(text).replace('"', '""') + '"'


def _write_jsonl(batches: Batches, columns: Sequence[Column], file: BinaryIO) -> None:
    names = [column.name for column in columns]
    for rows in batches:
        lines = (_json(dict(zip(names, row, strict=True))) for row in rows)
        file.write("".join(f"{line}\n" for line in lines).encode())


def _json(value: Any) -> str:
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_moment
    )


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _write_arrow(batches: Batches, columns: Sequence[Column], file: BinaryIO) -> None:
    from pyarrow import ipc  # noqa: PLC0415 - optional

    from ifthen.evidence.table_arrow import arrow_batch, arrow_schema  # noqa: PLC0415

    with ipc.new_file(file, arrow_schema(columns)) as writer:
        for rows in batches:
            writer.write_batch(arrow_batch(rows, columns))


def _write_parquet(batches: Batches, columns: Sequence[Column], file: BinaryIO) -> None:
    from pyarrow import parquet  # noqa: PLC0415 - optional

    from ifthen.evidence.table_arrow import arrow_batch, arrow_schema  # noqa: PLC0415

    with parquet.ParquetWriter(file, arrow_schema(columns), compression="zstd") as writer:
        for rows in batches:
            writer.write_batch(arrow_batch(rows, columns))
