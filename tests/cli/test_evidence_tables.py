"""``ifthen evidence samples``: tables on standard output and in files."""

import csv
import io
import json
import os
import subprocess
import sys

import duckdb
import polars
import pytest
from tests.cli.conftest import EXAMPLE
from tests.cli.logs import LogFile
from tests.evidence import bundle

from ifthen.cli import evidence_tables
from ifthen.evidence.table import RUN_COLUMNS, SAMPLE_COLUMNS, runs_table, samples_table

LOGS = sorted((EXAMPLE / "logs").glob("*.eval"))[:3]
FORMS = ("csv", "jsonl", "arrow", "parquet")


def samples(ifthen, *arguments):
    return ifthen("evidence", "samples", *arguments)


def test_csv_on_standard_output(ifthen):
    result = samples(ifthen, *LOGS, "--cluster-by", "family")
    assert (result.code, result.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    expected = samples_table(LOGS, cluster_by=["family"]).to_pylist()
    assert [(row["log"], row["id"], row["value_text"]) for row in rows] == [
        (row["log"], row["id"], row["value_text"]) for row in expected
    ]
    assert [row["cluster_family"] for row in rows] == [row["cluster_family"] for row in expected]
    assert all(row["cluster_family"] for row in rows)
    assert list(rows[0]) == [*(column.name for column in SAMPLE_COLUMNS), "cluster_family"]


@pytest.mark.parametrize("of", ["samples", "runs"])
@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_file_holds_the_same_rows(form, of, ifthen, tmp_path):
    path = tmp_path / f"new/x.{form}"
    result = samples(ifthen, *LOGS, "--to", form, "--table", of, "--output", path)
    expected = runs_table(LOGS) if of == "runs" else samples_table(LOGS)
    rows = f"{expected.num_rows:,} rows"
    assert (result.code, result.out, result.err) == (0, f"{path}: {rows} from 3 runs\n", "")
    if form == "arrow":
        found = polars.read_ipc(path)["log", "model", "task"]
    else:
        readers = {
            "csv": duckdb.read_csv,
            "jsonl": duckdb.read_json,
            "parquet": duckdb.read_parquet,
        }
        found = readers[form](str(path)).select("log", "model", "task").pl()
    wanted = polars.from_arrow(expected)["log", "model", "task"]
    assert found.equals(wanted)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("form", FORMS)
def test_standard_output_and_file_are_the_same_bytes(form, tmp_path):
    path = tmp_path / "x"
    command = [sys.executable, "-m", "ifthen.cli.main", "evidence", "samples", LOGS[0]]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [*command, "--to", form], capture_output=True, check=True, env=environment
    )
    subprocess.run([*command, "--to", form, "-o", path], check=True, env=environment)
    assert done.stdout == path.read_bytes()
    assert done.stderr == b""


def test_a_reader_that_stops_early_is_no_fault():
    command = f'"{sys.executable}" -m ifthen.cli.main evidence samples "$@" | head -1'
    done = subprocess.run(
        ["bash", "-c", command, "bash", *LOGS],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.startswith('"log","log_sha256"')
    assert done.stderr == ""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("count", "shown"), [(3, True), (1, False)])
def test_progress_goes_to_standard_error(count, shown):
    main, terminal = os.openpty()
    command = [sys.executable, "-m", "ifthen.cli.main", "evidence", "samples", *LOGS[:count]]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=terminal, env=environment
    ) as child:
        os.close(terminal)
        out, _ = child.communicate()
        try:
            said = os.read(main, 1 << 16)
        except OSError:  # nothing was written before the terminal was closed
            said = b""
    os.close(main)
    assert child.returncode == 0
    assert (b"reading logs" in said) == shown
    assert b"reading logs" not in out
    assert out.count(b"\n") == 1 + samples_table(LOGS[:count]).num_rows


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_bytes_are_not_written_to_a_terminal(form, ifthen, monkeypatch):
    monkeypatch.setattr(evidence_tables.sys.stdout, "isatty", lambda: True, raising=False)
    result = samples(ifthen, LOGS[0], "--to", form)
    assert (result.code, result.out) == (1, "")
    assert "--output" in result.err


@pytest.mark.parametrize("form", FORMS)
def test_a_log_that_cannot_be_read_leaves_the_old_file(form, ifthen, tmp_path):
    path, broken = tmp_path / "x", tmp_path / "broken.eval"
    path.write_bytes(b"old")
    broken.write_bytes(b"x")
    result = samples(ifthen, LOGS[0], broken, "--to", form, "-o", path)
    assert (result.code, result.out) == (1, "")
    assert "log.not-a-log" in result.err
    assert path.read_bytes() == b"old"
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == [
        "broken.eval",
        "x",
    ]


def test_a_log_that_contradicts_itself_is_named(ifthen, aurora):
    log = LogFile(aurora / "logs" / LOGS[0].name)
    log.change_header(lambda tree: tree["results"].update(total_samples=7))
    log.write()
    result = samples(ifthen, log.path, LOGS[1])
    assert result.code == 2
    assert result.err.startswith("warning[table.contradiction]: the log contradicts itself in ")
    assert f"  at {log.path}\n" in result.err
    assert str(LOGS[1]) not in result.err
    assert result.out.count("\n") == 1 + samples_table([log.path, LOGS[1]]).num_rows


def test_a_cluster_key_that_no_sample_has(ifthen):
    result = samples(ifthen, LOGS[0], "--cluster-by", "family", "--cluster-by", "famly")
    assert result.code == 2
    assert "warning[table.cluster-key-missing]" in result.err
    assert "'famly'" in result.err
    assert "'family'" not in result.err


def test_parts(ifthen, tmp_path, monkeypatch):
    bundle.register(monkeypatch)
    path = bundle.write_bundle(tmp_path)
    rows = [json.loads(x) for x in samples(ifthen, path, "--to", "jsonl").out.splitlines()]
    assert [row["part"] for row in rows] == ["first"] * 6 + ["second"] * 5
    rows = samples(ifthen, path, "--to", "jsonl", "--part", "second").out.splitlines()
    assert [json.loads(row)["part"] for row in rows] == ["second"] * 5
    result = samples(ifthen, path, "--part", "third")
    assert (result.code, "log.part-unknown" in result.err) == (1, True)
    one = samples(ifthen, path, "--table", "runs", "--part", "first", "-o", tmp_path / "x.csv")
    assert one.out.endswith("x.csv: 1 row from 1 run\n")


def test_runs_take_no_cluster_key(ifthen):
    result = samples(ifthen, LOGS[0], "--table", "runs", "--cluster-by", "family")
    assert (result.code, result.out) == (1, "")
    assert "--table samples" in result.err


def test_without_the_extra_the_next_step_is_said(ifthen, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = samples(ifthen, "nowhere.eval", "--to", "parquet", "-o", tmp_path / "x.parquet")
    assert (result.code, result.out) == (1, "")
    assert "error[table.needs-extra]" in result.err
    assert "pip install 'ifthen[arrow]'" in result.err
    assert not (tmp_path / "x.parquet").exists()
    assert samples(ifthen, LOGS[0]).code == 0


def test_runs_as_csv(ifthen):
    result = samples(ifthen, *LOGS, "--table", "runs")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert list(rows[0]) == [column.name for column in RUN_COLUMNS]
    stated = [[x["metric"] for x in json.loads(row["stated"])] for row in rows]
    assert stated == [["accuracy", "stderr"]] * 3
