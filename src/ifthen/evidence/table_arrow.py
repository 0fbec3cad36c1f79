"""Rows as Arrow record batches. pyarrow is an optional dependency."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ifthen.errors import Error
from ifthen.evidence.table import Column, Row

if TYPE_CHECKING:
    import pyarrow as pa

EXTRA = "arrow"


def load_pyarrow(what: str) -> Any:
    """Return the module.

    Raises:
        Error: ``table.needs-extra``.
    """
    try:
        import pyarrow  # noqa: PLC0415 - optional
    except ImportError as error:
        raise Error(
            "table.needs-extra",
            f"{what} needs the Python package pyarrow",
            hint=f"pip install 'ifthen[{EXTRA}]', or write --to csv or --to jsonl",
        ) from error
    return pyarrow


def arrow_schema(columns: Sequence[Column]) -> "pa.Schema":
    """Return the schema of a table: text, int64, double, bool, moments in UTC, lists of structs."""
    pa = load_pyarrow("an Arrow table")
    return pa.schema([pa.field(column.name, _type(pa, column)) for column in columns])


def arrow_batch(rows: Sequence[Row], columns: Sequence[Column]) -> "pa.RecordBatch":
    """Return rows as a record batch."""
    pa = load_pyarrow("an Arrow table")
    schema = arrow_schema(columns)
    cells = zip(*rows, strict=True) if rows else [()] * len(columns)
    arrays = [pa.array(list(x), type=field.type) for x, field in zip(cells, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)


def _type(pa: Any, column: Column) -> Any:
    if column.kind == "list":
        entry = pa.struct([pa.field(each.name, _type(pa, each)) for each in column.fields])
        return pa.list_(entry)
    return {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "moment": pa.timestamp("us", tz="UTC"),
    }[column.kind]
