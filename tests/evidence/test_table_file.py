"""Tables as files: the same rows come back from every format, and no cell is a formula."""

import csv
import io
import json
import sys
from datetime import UTC, datetime

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.evidence.tables import (
    FORMS,
    RESULT,
    make_log,
    make_sample,
    named,
    read_back,
    reading,
    rows_of,
    written,
)
from tests.evidence.test_table_value import TEXT, VALUES, same

from ifthen.errors import Error
from ifthen.evidence.log import Metric, Result, SampleScore, contradiction
from ifthen.evidence.table import RUN_COLUMNS, SAMPLE_COLUMNS, Column, Query, read_batches
from ifthen.evidence.table_file import check_writable, format_cell, parse_cell, write_table
from ifthen.evidence.table_value import clean_text, parse_value

IDS = st.integers(-(10**30), 10**30) | TEXT
SAMPLES = st.builds(
    make_sample,
    id=IDS,
    epoch=st.integers(1, 9),
    scores=st.dictionaries(TEXT, st.builds(SampleScore, value=VALUES), max_size=3),
    error=st.booleans(),
    limit=st.none() | TEXT,
    invalidated=st.booleans(),
    metadata=st.dictionaries(st.just("k"), VALUES, max_size=1),
    sha256=st.none() | st.binary(min_size=32, max_size=32),
)
AWKWARD = [
    make_sample(1, ["a\r\nb", {"x": [float("nan")]}]),
    make_sample("1", '=1+1\n"quoted",,\t', limit="", metadata={"k": "@x"}),
    make_sample(-1, "", epoch=2),
    make_sample("'-1", float("nan")),
    make_sample("\u2028\x00\ufeff=x", -0.5),
    make_sample("", None, sha256=b"\x01" * 32),
    make_sample("no score", scores={}),
]


@settings(deadline=None, max_examples=60)
@given(st.lists(SAMPLES, max_size=6), st.integers(1, 4))
@example(AWKWARD, 2)
def test_samples_come_back_from_every_format(samples, size):
    query = Query(cluster_by=("k", "=k"))
    with reading(make_log(samples, results=[RESULT])):
        rows = [row for batch in read_batches(["=x,1"], query) for row in batch]
    batches = [rows[at : at + size] for at in range(0, len(rows), size)]
    expected = [named(row, query.columns) for row in rows]
    for form in FORMS:
        data = written(batches, query.columns, form)
        assert read_back(data, query.columns, form) == expected, form
    whole = [row for row in expected if row["value_type"] is not None]
    values = [score.value for s in samples for _, score in ordered(s)]
    assert len(whole) == len(values)
    for row, value in zip(whole, values, strict=True):
        back = parse_value(row["value_text"], row["value_type"])
        assert same(clean_text(value) if isinstance(value, str) else value, back)


def ordered(sample):
    """Return the scores with the scorer that the log declares first."""
    return sorted(sample.scores.items(), key=lambda item: item[0] != "s")


def test_numbers_and_texts_as_ids_stay_apart_in_every_format():
    log = make_log([make_sample(1), make_sample("1")], results=[RESULT])
    with reading(log):
        batches = list(read_batches(["x"], Query()))
    for form in FORMS:
        rows = read_back(written(batches, SAMPLE_COLUMNS, form), SAMPLE_COLUMNS, form)
        assert [(row["id"], row["id_is_number"]) for row in rows] == [("1", True), ("1", False)]


RUNS = [
    make_log(
        [make_sample(n, "C" if n else float("nan")) for n in range(3)],
        results=[
            Result(
                scorer='=s"\n',
                key="k",
                reducer="mean",
                metrics=(Metric(name="accuracy", value=0.5), Metric(name="f1", value=None)),
            ),
            RESULT,
        ],
        run={"task": "=t", "created": datetime(2026, 6, 1, 1, 2, 3, 4, tzinfo=UTC)},
        part="p",
        findings=(contradiction("log.x", "=m\r\n", None),),
    ),
    make_log(),
]


@pytest.mark.parametrize("form", FORMS)
def test_runs_come_back_from_every_format(form):
    query = Query(table="runs")
    batches = []
    for log in RUNS:
        with reading(log):
            batches += read_batches(["x"], query)
    expected = [named(row, RUN_COLUMNS) for batch in batches for row in batch]
    assert len(expected) == 2
    assert expected[0]["measurements"]
    assert [len(row["stated"]) for row in expected] == [3, 0]
    assert expected[0]["findings"][0]["code"] == "log.x"
    assert read_back(written(batches, RUN_COLUMNS, form), RUN_COLUMNS, form) == expected


@pytest.mark.parametrize("columns", [SAMPLE_COLUMNS, RUN_COLUMNS], ids=["samples", "runs"])
@pytest.mark.parametrize("form", FORMS)
def test_a_table_without_rows(form, columns):
    assert read_back(written([], columns, form), columns, form) == []


def test_every_reader_of_csv_sees_the_same_cells(tmp_path):
    with reading(make_log([s for s in AWKWARD if "\x00" not in str(s.id)], results=[RESULT])):
        batches = list(read_batches(["x"], Query()))
    data = written(batches, SAMPLE_COLUMNS, "csv")
    expected = [named(row, SAMPLE_COLUMNS) for batch in batches for row in batch]
    (tmp_path / "x.csv").write_bytes(data)
    names = [column.name for column in SAMPLE_COLUMNS if column.kind == "text"]
    plain = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    relation = duckdb.sql(
        f"FROM read_csv('{tmp_path / 'x.csv'}', allow_quoted_nulls = false, all_varchar = true)"
    )
    found = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    for row, one, other in zip(expected, plain, found, strict=True):
        for name in names:
            assert parse_cell(one[name]) == (row[name] or "")
            assert (None if other[name] is None else parse_cell(other[name])) == row[name]


def test_json_lines_are_json_without_nan():
    log = make_log([make_sample("a", float("nan")), make_sample("b", float("inf"))])
    with reading(log):
        batches = list(read_batches(["x"], Query()))

    def refuse(word):
        raise AssertionError(word)

    for line in written(batches, SAMPLE_COLUMNS, "jsonl").splitlines():
        assert json.loads(line, parse_constant=refuse)["value_number"] is None


# -- formulas --------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    " =1",
    "\n=1",
    "\t=1",
    "\r=1",
    "\tx",
    "\x00=1",
    "\ufeff=1",
    "\u200b=1",
    "\u00a0=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "-",
    "-2-3",
    "-1e5x",
    "-\u0661",
    "=",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_starts_like_a_formula(text):
    assert format_cell(text) == "'" + text
    assert rows_of(make_log([make_sample(text, text)]))[0]["id"] == text  # only in CSV
    with reading(make_log([make_sample(text, text, metadata={"k": text})])):
        data = written(list(read_batches(["x"], Query(cluster_by=("k",)))), CLUSTERED, "csv")
    (row,) = csv.DictReader(io.StringIO(data.decode(), newline=""))
    assert row["id"] == row["value_text"] == row["cluster_k"] == "'" + text


CLUSTERED = Query(cluster_by=("k",)).columns


@pytest.mark.parametrize("text", ["-1", "-0.5", "-1e-05", "1", "C", "a=b", "", "x'", "-12.5E+3"])
def test_numbers_and_plain_text_stay_as_they_are(text):
    assert format_cell(text) == text


@given(TEXT | st.sampled_from(FORMULAS).flatmap(lambda f: st.text().map(lambda t: f + t)))
@example("'=1")
@example("''")
def test_a_cell_comes_back(text):
    assert parse_cell(format_cell(text)) == text


def test_a_formula_in_a_column_name():
    columns = (Column("=k", "text", ""),)
    assert written([[("x",)]], columns, "csv") == b'"\'=k"\n"x"\n'


def test_a_formula_inside_a_list_is_inside_a_cell():
    columns = (Column("k", "list", "", (Column("a", "text", ""),)),)
    assert written([[([{"a": "=1"}],)]], columns, "csv") == b'"k"\n"[{""a"":""=1""}]"\n'


# -- the optional dependency -----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_without_pyarrow_the_next_step_is_said(form, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for action in (
        lambda: check_writable(form),
        lambda: write_table(iter(()), SAMPLE_COLUMNS, form, io.BytesIO()),
    ):
        with pytest.raises(Error) as caught:
            action()
        assert caught.value.code == "table.needs-extra"
        assert "pip install 'ifthen[arrow]'" in caught.value.hint


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_text_needs_no_pyarrow(form, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    check_writable(form)
    with reading(make_log([make_sample()])):
        data = written(list(read_batches(["x"], Query())), SAMPLE_COLUMNS, form)
    assert data.count(b"\n") == (2 if form == "csv" else 1)


def test_batches_become_row_groups_and_nothing_is_gathered():
    columns = (Column("n", "integer", ""),)
    consumed = []

    def batches():
        for number in range(3):
            consumed.append(number)
            yield [(number,)]

    file = io.BytesIO()
    write_table(batches(), columns, "parquet", file)
    found = pyarrow.parquet.ParquetFile(pa.BufferReader(file.getvalue()))
    assert found.num_row_groups == 3
    assert consumed == [0, 1, 2]
