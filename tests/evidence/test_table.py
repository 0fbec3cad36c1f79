"""Logs as tables: what stands in the rows, and that pandas, polars and DuckDB take them."""

import json
import math
import subprocess
import sys
import weakref
from collections import Counter
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow as pa
import pytest
from tests.evidence import bundle
from tests.evidence.tables import RESULT, make_log, make_sample, reading, rows_of

from ifthen.errors import Error
from ifthen.evidence import table
from ifthen.evidence.building import STATUSES, build_record, find_statuses
from ifthen.evidence.log import Log, Metric, Result, Sample, SampleScore, Scorer
from ifthen.evidence.reading import read_log
from ifthen.evidence.table import (
    RUN_COLUMNS,
    SAMPLE_COLUMNS,
    Outcome,
    Query,
    read_batches,
    runs_table,
    samples_table,
)

DATA = Path(__file__).parent / "data"
LOGS = sorted([*DATA.glob("*.eval"), *DATA.glob("*.json")])
AURORA = sorted((Path(__file__).parents[2] / "examples" / "aurora" / "logs").glob("*.eval"))


def record_of(path: Path):
    return record(read_log(path))


def record(log: Log):
    named = {"id": "x", "evaluation": "x", "model": "x", "plan": None, "recorded_by": "x"}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return build_record(log, **named, recorded_at=moment, cluster_by=None, log_path="x")


# -- rows of real logs -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.name)
def test_a_row_for_each_sample_and_scorer(path):
    log = read_log(path)
    rows = samples_table(path).to_pylist()
    whole = [row for row in rows if row["key"] is None]
    expected = [
        (str(sample.id), sample.epoch, scorer) for sample in log.samples for scorer in sample.scores
    ]
    found = [(row["id"], row["epoch"], row["scorer"]) for row in whole]
    assert Counter(found) >= Counter(expected)
    assert len(found) == len(set(found))
    scored = [row for row in whole if row["value_type"] is not None]
    assert Counter((row["id"], row["epoch"], row["scorer"]) for row in scored) == Counter(expected)
    assert {row["log"] for row in rows} == {str(path)}
    assert {row["log_sha256"] for row in rows} == {log.sha256}
    assert {row["format"] for row in rows} == {log.format}
    assert {(row["task"], row["model"]) for row in rows} == {(log.run.task, log.run.model)}


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.name)
def test_the_statuses_are_those_of_the_record(path):
    counts = record_of(path).samples
    rows = samples_table(path).to_pylist()
    samples = {(row["id"], row["epoch"]): row for row in rows}
    assert len(samples) == counts.total
    for status in STATUSES:
        assert sum(row[status] for row in samples.values()) == getattr(counts, status)
    ok = sum(not any(row[status] for status in STATUSES) for row in samples.values())
    assert ok == counts.ok


def test_some_real_log_has_each_status():
    found = {status for path in LOGS for row in find_statuses(read_log(path)) for status in row}
    assert found >= {"ok", "invalidated", "edited", "unscored"}


@pytest.mark.parametrize("path", [*LOGS, *AURORA], ids=lambda path: path.name)
def test_averages_of_the_rows_are_the_recomputed_metrics(path):
    """What DuckDB averages is what the record measures: per question over epochs, then over all."""
    measured = {(m.scorer, m.metric): m.value for m in record_of(path).measurements}
    samples = samples_table(path)
    assert samples.num_rows
    found = dict(
        duckdb.sql(
            """
            WITH question AS (
                SELECT concat_ws('/', scorer, key) AS label, id, avg(value_number) AS score
                FROM samples WHERE value_type != 'none' GROUP BY ALL
            )
            SELECT label, avg(score) FROM question GROUP BY label
            """
        ).fetchall()
    )
    compared = 0
    for (label, metric), value in measured.items():
        reducers = {m.reducer for m in record_of(path).measurements if m.scorer == label}
        if metric in {"accuracy", "mean"} and reducers == {"mean"} and value is not None:
            assert math.isclose(found[label], value, rel_tol=1e-12), (label, metric)
            compared += 1
    assert compared or path.stem == "epochs"


def test_keys_of_a_score_are_rows_of_their_own():
    rows = samples_table(DATA / "keys.eval").to_pylist()
    first = [row for row in rows if (row["id"], row["epoch"]) == (rows[0]["id"], 1)]
    (whole,) = [row for row in first if row["key"] is None]
    assert (whole["value_type"], whole["value_number"]) == ("mapping", None)
    value = json.loads(whole["value_text"])
    keyed = {row["key"]: row["value_number"] for row in first if row["key"] is not None}
    assert keyed == {key: float(value[key]) for key in value}
    assert len(keyed) > 1


def test_clusters():
    table = samples_table(DATA / "plain.eval", cluster_by=["family", "absent", "family"])
    assert table.column_names[-2:] == ["cluster_family", "cluster_absent"]
    kept = read_log(DATA / "plain.eval", keep=["family"])
    families = [sample.metadata["family"] for sample in kept.samples]
    assert table["cluster_family"].to_pylist() == families
    assert table["cluster_absent"].null_count == table.num_rows


def test_runs():
    rows = runs_table(AURORA).to_pylist()
    assert [row["log"] for row in rows] == [str(path) for path in AURORA]
    for row, path in zip(rows, AURORA, strict=True):
        log, expected = read_log(path), record_of(path)
        assert (row["log_sha256"], row["bytes"], row["files"]) == (log.sha256, log.bytes, 1)
        assert row["claim"] == "samples"
        for name in ("task", "model", "weights_sha256", "engine", "elicitation", "created"):
            assert row[name] == getattr(expected.run, name)
        for name in ("status", "producer", "dataset", "questions", "epochs"):
            assert row[name] == getattr(expected.run, name)
        assert row["weights_sha256"]
        assert json.loads(row["task_args"]) == expected.run.task_args
        for name in ("ok", *STATUSES):
            assert row[name] == getattr(expected.samples, name)
        assert row["samples"] == expected.samples.total
        (measured,) = expected.measurements
        assert row["measurements"] == [measured.model_dump(exclude={"clusters", "excluding"})]
        assert {x["metric"] for x in row["stated"]} == {"accuracy", "stderr"}
        assert [row["contradictions"], row["notices"]] == [0, len(row["findings"])]


def test_findings_are_counted_and_listed(change):
    changed = change("plain.eval")
    changed["header.json"]["results"]["total_samples"] = 9
    changed.read()
    (row,) = runs_table(changed.path).to_pylist()
    assert row["contradictions"] == sum(f["severity"] == "contradiction" for f in row["findings"])
    assert row["contradictions"] >= 1
    assert "log.sample-count" in {finding["code"] for finding in row["findings"]}
    outcome = Outcome()
    list(read_batches([changed.path], Query(), outcome))
    assert outcome.contradictions == {str(changed.path): row["contradictions"]}
    assert (outcome.logs, outcome.rows) == (1, 6)


# -- rows of made logs -----------------------------------------------------------------------------


def test_every_column_is_filled_by_name():
    sample = make_sample(
        7,
        "P",
        epoch=3,
        error=True,
        limit="token",
        invalidated=True,
        metadata={"k": 5},
        sha256=b"\xab" * 32,
        scores={"s": SampleScore(value="P", history=("I", "P"), authors=("ann",))},
    )
    log = make_log([sample], results=[RESULT], part="p")
    (row,) = rows_of(log, Query(cluster_by=("k",)))
    assert row == {
        "log": "x",
        "log_sha256": "sha256:" + "0" * 64,
        "format": "f",
        "part": "p",
        "task": "t",
        "model": "m",
        "id": "7",
        "id_is_number": True,
        "epoch": 3,
        "scorer": "s",
        "key": None,
        "value_text": "P",
        "value_type": "text",
        "value_number": 0.5,
        "error": True,
        "limit": True,
        "invalidated": True,
        "unscored": False,
        "edited": True,
        "limit_type": "token",
        "sample_sha256": "ab" * 32,
        "cluster_k": "5",
    }


def cells(log: Log):
    return [(r["scorer"], r["key"], r["value_type"], r["value_number"]) for r in rows_of(log)]


def test_a_scorer_that_gave_no_score_has_a_row():
    log = make_log([make_sample(scores={})], results=[RESULT], scorers=(Scorer(name="other"),))
    assert cells(log) == [("s", None, None, None), ("other", None, None, None)]
    assert all(row["unscored"] for row in rows_of(log))


def test_a_score_that_is_null_is_not_a_missing_one():
    log = make_log([make_sample(value=None)], results=[RESULT])
    assert cells(log) == [("s", None, "none", None)]


def test_a_scorer_that_the_log_does_not_declare_has_rows():
    assert cells(make_log([make_sample(value=1)])) == [("s", None, "number", 1.0)]


def test_a_sample_that_nothing_scores_has_a_row():
    assert cells(make_log([make_sample(scores={})])) == [(None, None, None, None)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, "x", [1], {"a": 1}])
def test_what_is_no_finite_number_has_none(value):
    (row,) = rows_of(make_log([make_sample(value=value)]))
    assert row["value_number"] is None
    assert row["value_text"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [("a", "a"), (1, "1"), (True, "True"), ("", None), (None, None), (1.5, None), ([1], None)],
)
def test_a_cluster_is_a_single_value_as_in_a_measurement(value, cell):
    outcome = Outcome()
    query = Query(cluster_by=("k",))
    with reading(make_log([make_sample(metadata={"k": value})])):
        ((row,),) = read_batches(["x"], query, outcome)
    assert row[-1] == cell
    assert outcome.keys_found == ({"k"} if cell is not None else set())


def test_text_that_is_no_utf8_is_spelled_out():
    (row,) = rows_of(make_log([make_sample("\ud800", limit="\ud801")], part="\ud802"))
    assert (row["id"], row["limit_type"], row["part"]) == ("\\ud800", "\\ud801", "\\ud802")


LAST = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2)))


@pytest.mark.parametrize(
    ("log", "query", "code"),
    [
        (make_log([make_sample(epoch=2**63)]), Query(), "table.integer"),
        (make_log(run={"epochs": 2**63}), Query(table="runs"), "table.integer"),
        (make_log(run={"questions": 2**63}), Query(table="runs"), "table.integer"),
        (
            make_log(
                run={"created": datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2)))}
            ),
            Query(table="runs"),
            "table.moment",
        ),
    ],
    ids=["epoch", "epochs", "questions", "created"],
)
def test_what_no_table_can_hold(log, query, code):
    with pytest.raises(Error) as caught:
        rows_of(log, query)
    assert caught.value.code == code
    assert caught.value.where == "x"


def test_a_score_that_no_table_can_hold_is_found_in_its_log():
    value: list = []
    for _ in range(3000):
        value = [value]
    with pytest.raises(Error) as caught:
        rows_of(make_log([make_sample(value=value)]))
    assert (caught.value.code, caught.value.where) == ("table.too-deep", "x")


def test_stated_values_that_are_not_finite():
    metrics = (Metric(name="accuracy", value=math.inf), Metric(name="x", value=math.nan))
    (row,) = rows_of(
        make_log([make_sample()], results=[Result(scorer="s", metrics=metrics)]),
        Query(table="runs"),
    )
    assert [stated["value"] for stated in row["stated"]] == [None, None]
    assert [measured["stated"] for measured in row["measurements"]] == [None]


# -- parts, batches, memory ------------------------------------------------------------------------


def test_every_part_is_read_unless_one_is_named(tmp_path, monkeypatch):
    bundle.register(monkeypatch)
    path = bundle.write_bundle(tmp_path)
    both = samples_table(path, cluster_by=["family"])
    assert Counter(both["part"].to_pylist()) == {"first": 6, "second": 5}
    assert both["cluster_family"].null_count == 0
    one = samples_table([path], part="second")
    assert set(one["part"].to_pylist()) == {"second"}
    assert runs_table(path)["part"].to_pylist() == ["first", "second"]
    assert runs_table(path)["files"].to_pylist() == [3, 3]
    with pytest.raises(Error) as caught:
        samples_table([path, DATA / "plain.eval"], part="second")
    assert caught.value.code == "log.part-unknown"


def test_the_size_of_a_batch_changes_no_row(monkeypatch):
    whole = [row for batch in read_batches(LOGS, Query()) for row in batch]
    monkeypatch.setattr(table, "BATCH_ROWS", 7)
    batches = list(read_batches(LOGS, Query()))
    assert [row for batch in batches for row in batch] == whole
    assert {len(batch) for batch in batches[:-1]} == {7}


def test_long_scores_make_small_batches(monkeypatch):
    monkeypatch.setattr(table, "BATCH_TEXT", 10)
    log = make_log([make_sample(n, "x" * 6) for n in range(5)])
    with reading(log):
        assert [len(batch) for batch in read_batches(["x"], Query())] == [2, 2, 1]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class WatchedLog(Log):
    """A log that says when it is freed."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class WatchedSample(Sample):
    """A sample that says when it is freed."""


def watched(kind, value, **changes):
    return kind(**{field.name: getattr(value, field.name) for field in fields(value)} | changes)


@pytest.mark.parametrize("of", ["samples", "runs"])
def test_never_more_than_one_log_is_held(of, tmp_path, monkeypatch):
    """Nothing of a log outlives it, and no collection of circles is needed to free it."""
    bundle.register(monkeypatch)
    paths = [bundle.write_bundle(tmp_path / str(n)) for n in range(3)]
    seen: list[weakref.ref[WatchedLog | WatchedSample]] = []
    held: list[int] = []
    original = table.read_log

    def read(path, **options):
        held.append(sum(each() is not None for each in seen))
        log = original(path, **options)
        samples = tuple(watched(WatchedSample, sample) for sample in log.samples)
        log = watched(WatchedLog, log, samples=samples)
        seen.extend(map(weakref.ref, (log, *samples)))
        return log

    monkeypatch.setattr(table, "read_log", read)
    rows = [row for batch in read_batches(paths, Query(table=of)) for row in batch]
    assert rows
    assert held == [0] * 6
    assert len(seen) > 6  # logs, and samples of them


# -- the libraries ---------------------------------------------------------------------------------


def test_pandas():
    frame = samples_table(AURORA).to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == [column.name for column in SAMPLE_COLUMNS]
    scores = frame.groupby("log")["value_number"].mean()
    for path in AURORA:
        (measured,) = record_of(path).measurements
        assert math.isclose(scores[str(path)], measured.value, rel_tol=1e-12)


def test_polars():
    frame = polars.from_arrow(samples_table(AURORA))
    assert isinstance(frame, polars.DataFrame)
    scores = dict(frame.group_by("log").agg(polars.col("value_number").mean()).iter_rows())
    for path in AURORA:
        (measured,) = record_of(path).measurements
        assert math.isclose(scores[str(path)], measured.value, rel_tol=1e-12)
    runs = polars.from_arrow(runs_table(AURORA))
    values = runs.explode("measurements").unnest("measurements", separator=".")
    assert (values["measurements.value"] == values["measurements.stated"]).all()


def test_duckdb():
    samples, runs = samples_table(AURORA), runs_table(AURORA)
    query = """
        SELECT runs.log, avg(samples.value_number) AS ours, any_value(measurements[1].stated)
        FROM samples JOIN runs USING (log_sha256) GROUP BY runs.log ORDER BY runs.log
    """
    with duckdb.connect() as connection:
        connection.register("samples", samples)
        connection.register("runs", runs)
        rows = connection.sql(query).fetchall()
    assert [row[0] for row in rows] == [str(path) for path in AURORA]
    assert all(math.isclose(ours, stated, rel_tol=1e-12) for _, ours, stated in rows)


@pytest.mark.parametrize("table", [samples_table, runs_table])
def test_without_logs_the_columns_are_there(table):
    found = table([])
    columns = SAMPLE_COLUMNS if table is samples_table else RUN_COLUMNS
    assert found.num_rows == 0
    assert found.column_names == [column.name for column in columns]
    assert isinstance(found, pa.Table)


def test_without_pyarrow_the_next_step_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Error) as caught:
        samples_table("nowhere.eval")
    assert caught.value.code == "table.needs-extra"
    assert "ifthen[arrow]" in caught.value.hint


def test_the_module_does_without_pyarrow():
    script = "import sys, ifthen.evidence.table; print('pyarrow' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("columns", [SAMPLE_COLUMNS, RUN_COLUMNS], ids=["samples", "runs"])
def test_column_names_differ(columns):
    names = [column.name for column in columns]
    assert len(names) == len(set(names))
    assert not any(name.startswith("cluster_") for name in names)
