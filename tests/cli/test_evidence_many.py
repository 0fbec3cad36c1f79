"""``ifthen evidence read`` and ``add`` of several logs."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.logs import LogFile

from ifthen.cli import evidence_many

EASY, HARD = (f"aurora-1-arithmetic-{kind}.eval" for kind in ("easy", "hard"))


@pytest.fixture
def logs(aurora) -> Path:
    return aurora / "logs"


def contradict(path: Path) -> Path:
    """Make a log state a number that its samples do not have."""
    log = LogFile(path)
    log.change_header(
        lambda tree: tree["results"]["scores"][0]["metrics"]["accuracy"].update(value=0.123)
    )
    log.write()
    return path


@pytest.mark.parametrize("workers", ["1", "2"])
def test_several_are_shown_in_the_order_given(ifthen, logs, workers):
    alone = [ifthen("evidence", "read", logs / name).out for name in (HARD, EASY)]
    result = ifthen("evidence", "read", logs / HARD, logs / EASY, "--workers", workers)
    assert (result.code, result.out, result.err) == (0, "".join(alone), "2 logs\n")


def test_one_log_is_shown_as_before(ifthen, logs):
    result = ifthen("evidence", "read", logs / HARD, "--workers", "2", "--json")
    assert (result.code, result.err) == (0, "")
    assert {"log", "run", "samples", "measurements"} <= set(result.json)
    several = ifthen("evidence", "read", logs / HARD, logs / EASY, "--json")
    assert several.json[0] == {"source": str(logs / HARD)} | result.json


def test_exit_codes(ifthen, logs, tmp_path):
    wrong = contradict(logs / EASY)
    result = ifthen("evidence", "read", logs / HARD, wrong, "--json")
    assert (result.code, result.err) == (2, "2 logs: 1 contradict themselves\n")
    missing = tmp_path / "none.eval"
    result = ifthen("evidence", "read", wrong, missing, logs / HARD, "--json")
    assert result.code == 1
    assert result.err == "3 logs: 1 contradict themselves, 1 could not be read\n"
    assert [x["source"] for x in result.json] == [str(wrong), str(missing), str(logs / HARD)]
    assert [error["code"] for error in result.json[1]["errors"]] == ["log.missing"]
    result = ifthen("evidence", "read", missing, logs / HARD)
    assert result.code == 1
    assert "error[log.missing]" in result.err
    assert str(logs / HARD) in result.out


def test_folders_are_walked(ifthen, logs, tmp_path):
    folder = tmp_path / "all"
    (folder / "in" / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("b.eval", "in/deep/a.eval", "in/c", ".hidden/x.eval", ".x.eval"):
        shutil.copy(logs / HARD, folder / name)
    (folder / "notes.txt").write_text("no log")
    (folder / "in" / "empty.eval").write_bytes(b"")
    (folder / "in" / "again").symlink_to(folder)
    result = ifthen("evidence", "read", folder, "--recursive", "--json")
    names = [Path(x["source"]).relative_to(folder).as_posix() for x in result.json]
    assert names == ["b.eval", "in/c", "in/empty.eval", "in/deep/a.eval"]
    assert result.code == 1  # the empty one
    said = "4 logs: 1 could not be read, 1 other files are in no format that is read\n"
    assert result.err == said


def test_a_file_that_is_named_has_to_be_a_log(ifthen, logs, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("no log")
    result = ifthen("evidence", "read", notes, logs, "--recursive", "--json")
    assert result.code == 1
    assert result.json[0]["errors"][0]["code"] == "log.not-a-log"


def test_folders_without_a_log(ifthen, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.txt").write_text("no log")
    result = ifthen("evidence", "read", tmp_path / "folder", "--recursive")
    assert result.code == 1
    assert "log.none" in result.err


@pytest.mark.parametrize(
    ("address", "code"), [("nowhere", "scheduler.address"), ("local", "scheduler.needs-extra")]
)
def test_a_scheduler_that_cannot_be_used(ifthen, logs, address, code, monkeypatch):
    if code == "scheduler.needs-extra":
        monkeypatch.setitem(sys.modules, "distributed", None)
    result = ifthen("evidence", "read", logs / HARD, "--scheduler", address, "--json")
    assert result.error_codes == [code]
    result = ifthen("evidence", "add", logs / HARD, "-C", logs, "--scheduler", address, "--json")
    assert result.error_codes == [code]


def test_the_same_on_a_cluster(logs):
    pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
    command = [sys.executable, "-m", "ifthen.cli.main", "evidence", "read", logs, "--recursive"]
    pool = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    cluster = subprocess.run(
        [*command, "--json", "--scheduler", "local", "--workers", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (cluster.returncode, cluster.stdout) == (pool.returncode, pool.stdout)
    assert cluster.stderr == pool.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_add_writes_what_each_alone_writes(ifthen, aurora, logs, workers):
    paths = [logs / HARD, logs / EASY]
    before = {path.name: path.read_bytes() for path in (aurora / "evidence").iterdir()}
    for path in paths:
        assert ifthen("evidence", "add", path, "-C", aurora, "--replace").code == 0
    alone = {path.name: path.read_bytes() for path in (aurora / "evidence").iterdir()}
    result = ifthen("evidence", "add", *paths, "-C", aurora, "--replace", "--workers", workers)
    assert result.code == 0
    assert {path.name: path.read_bytes() for path in (aurora / "evidence").iterdir()} == alone
    assert set(before) == set(alone)


def test_add_writes_nothing_when_a_log_cannot_be_read(ifthen, aurora, logs):
    before = {path.name: path.read_bytes() for path in (aurora / "evidence").iterdir()}
    (logs / EASY).write_bytes(b"PK\x03\x04")
    paths = [logs / HARD, logs / EASY]
    result = ifthen("evidence", "add", *paths, "-C", aurora, "--replace", "--json")
    assert result.error_codes == ["log.damaged"]
    assert {path.name: path.read_bytes() for path in (aurora / "evidence").iterdir()} == before


def test_add_takes_no_address(ifthen, aurora):
    result = ifthen("evidence", "add", "s3://bucket/a.eval", "-C", aurora, "--json")
    assert result.error_codes == ["evidence.outside"]


def test_an_address_reaches_the_store(ifthen):
    result = ifthen("evidence", "read", "s3://bucket/", "--json")
    assert result.error_codes == ["log.address"]


def run_on_terminal(command, **options) -> bytes:
    """Run a command whose standard error is a terminal, and return what that showed."""
    own, other = pty.openpty()
    process = subprocess.Popen(
        command, stderr=other, env={**os.environ, "TERM": "xterm"}, **options
    )
    os.close(other)
    shown = b""
    try:
        while piece := os.read(own, 4096):
            shown += piece
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(own)
    assert process.wait() == 0
    return shown


def test_a_bar_on_a_terminal_leaves_the_output_alone(logs, tmp_path):
    command = [sys.executable, "-m", "ifthen.cli.main", "evidence", "read", logs, "--recursive"]
    plain = subprocess.run([*command, "--json"], capture_output=True, check=False).stdout
    with (tmp_path / "out").open("wb") as file:
        shown = run_on_terminal([*command, "--json"], stdout=file)
    assert (tmp_path / "out").read_bytes() == plain
    assert b"reading logs" in shown
    assert b"11/11" in shown


def test_progress_starts_no_thread(monkeypatch):
    import threading  # noqa: PLC0415

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with evidence_many.show_progress(iter(range(5)), 5) as rows:
        assert [threading.active_count() for _ in rows] == [threading.active_count()] * 5
