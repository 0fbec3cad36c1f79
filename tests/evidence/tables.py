"""Logs made in memory, and the rows that are read back from files."""

import csv
import io
import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from ifthen.evidence import table
from ifthen.evidence.log import Log, Metric, Result, RunFacts, Sample, SampleScore
from ifthen.evidence.table import Column, Query, Row, read_batches
from ifthen.evidence.table_arrow import arrow_schema
from ifthen.evidence.table_file import parse_cell, write_table

FORMS = ("csv", "jsonl", "arrow", "parquet")
RUN = {"task": "t", "model": "m", "status": "success", "producer": "tests", "epochs": 1}


def make_log(
    samples: Iterable[Sample] = (), *, results: Any = (), run: Any = None, **fields
) -> Log:
    """Return a log of these samples."""
    facts = {"created": datetime(2026, 6, 1, tzinfo=UTC), "epochs_vary": True} | RUN | (run or {})
    given = {"format": "f", "sha256": "sha256:" + "0" * 64, "bytes": 1, "scorers": ()} | fields
    rows = tuple(samples)
    empty = {"sample_ids": None, "total": None, "completed": None}
    return Log(**(empty | given), run=RunFacts(**facts), results=tuple(results), samples=rows)


def make_sample(id: Any = "q", value: Any = "C", epoch: int = 1, **fields) -> Sample:
    scores = {"s": SampleScore(value=value)}
    return Sample(**({"id": id, "epoch": epoch, "place": "p", "scores": scores} | fields))


RESULT = Result(scorer="s", metrics=(Metric(name="accuracy"),))


def reading(log: Log) -> AbstractContextManager[Any]:
    """Make every path lead to this log."""
    return patch.multiple(table, read_log=lambda *a, **k: log, list_parts=lambda path: ())


def rows_of(log: Log, query: Query | None = None) -> list[dict[str, Any]]:
    query = query or Query()
    with reading(log):
        batches = list(read_batches(["x"], query))
    return [named(row, query.columns) for batch in batches for row in batch]


def named(row: Row, columns: Iterable[Column]) -> dict[str, Any]:
    return dict(zip([column.name for column in columns], row, strict=True))


def written(batches: list[list[Row]], columns: tuple[Column, ...], form: Any) -> bytes:
    file = io.BytesIO()
    write_table(batches, columns, form, file)
    return file.getvalue()


def read_back(data: bytes, columns: tuple[Column, ...], form: str) -> list[dict[str, Any]]:
    """Return the rows of a file as another library reads them."""
    if form == "jsonl":
        rows = [json.loads(line) for line in data.decode().split("\n")[:-1]]
        return [unwrapped(row, columns, lists=False) for row in rows]
    if form == "csv":
        return [unwrapped(row, columns, lists=True) for row in read_csv(data, columns).to_pylist()]
    if form == "arrow":
        return pa.ipc.open_file(pa.BufferReader(data)).read_all().to_pylist()
    return pyarrow.parquet.read_table(pa.BufferReader(data)).to_pylist()


def read_csv(data: bytes, columns: tuple[Column, ...]) -> pa.Table:
    schema = arrow_schema(columns)
    texts = {c.name for c in columns if c.kind in {"text", "list", "moment"}}
    types = {f.name: pa.string() if f.name in texts else f.type for f in schema}
    assert next(csv.reader(io.StringIO(data.decode()))) == [parse_cell(x) for x in types]
    return pyarrow.csv.read_csv(
        pa.BufferReader(data),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def unwrapped(row: dict[str, Any], columns: tuple[Column, ...], *, lists: bool) -> dict[str, Any]:
    found = dict(row)
    for column in columns:
        value = row[column.name]
        if value is None:
            continue
        if column.kind == "moment":
            found[column.name] = datetime.fromisoformat(value)
        elif lists and column.kind in {"text", "list"}:
            text = parse_cell(value)
            found[column.name] = json.loads(text) if column.kind == "list" else text
    return found
