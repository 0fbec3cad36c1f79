"""Writing files: whole or not at all."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ifthen.errors import Error
from ifthen.workspace import writing
from ifthen.workspace.writing import open_whole, write_file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_and_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "c.yaml"
    write_file(path, b"one", replace=False)
    assert path.read_bytes() == b"one"
    assert names(path.parent) == ["c.yaml"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_file_is_replaced_only_on_request(tmp_path):
    path = tmp_path / "c.yaml"
    write_file(path, b"one", replace=False)
    with pytest.raises(Error) as caught:
        write_file(path, b"two", replace=False)
    assert caught.value.code == "file.exists"
    assert caught.value.where == "c.yaml"
    assert path.read_bytes() == b"one"
    write_file(path, b"two", replace=True)
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["c.yaml"]


def test_a_link_is_not_written_through(tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"untouched")
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(Error, match="already"):
        write_file(link, b"new", replace=False)
    write_file(link, b"new", replace=True)
    assert not link.is_symlink()
    assert target.read_bytes() == b"untouched"


@pytest.mark.parametrize("replace", [True, False])
def test_a_folder_in_the_way(tmp_path, replace):
    (tmp_path / "c.yaml").mkdir()
    with pytest.raises(Error) as caught:
        write_file(tmp_path / "c.yaml", b"one", replace=replace)
    assert caught.value.code in {"file.exists", "file.unwritable"}
    assert names(tmp_path) == ["c.yaml"]


def test_a_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(Error) as caught:
        write_file(tmp_path / "a" / "b" / "c.yaml", b"one", replace=True)
    assert caught.value.code == "file.unwritable"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("step", ["fsync", "link", "replace", "chmod"])
@pytest.mark.parametrize("replace", [True, False])
def test_a_failing_step_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step, replace):
    path = tmp_path / "c.yaml"
    if replace:
        path.write_bytes(b"old")

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    owner = Path if step in ("replace", "chmod") else writing.os
    monkeypatch.setattr(owner, step, fail)
    if step == ("link" if replace else "replace"):
        write_file(path, b"new", replace=replace)
        return
    with pytest.raises(Error) as caught:
        write_file(path, b"new", replace=replace)
    assert caught.value.code == "file.unwritable"
    assert "No space left" in caught.value.message
    assert names(tmp_path) == (["c.yaml"] if replace else [])
    assert not replace or path.read_bytes() == b"old"


def test_one_of_many_writers_wins(tmp_path):
    path = tmp_path / "c.yaml"
    start = threading.Barrier(8)
    won: list[int] = []
    lost: list[str] = []

    def attempt(number: int) -> None:
        start.wait()
        try:
            write_file(path, str(number).encode() * 10_000, replace=False)
            won.append(number)
        except Error as error:
            lost.append(error.code)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert lost == ["file.exists"] * 7
    assert path.read_bytes() == str(won[0]).encode() * 10_000
    assert names(tmp_path) == ["c.yaml"]


CHILD = """
import sys
from pathlib import Path
from ifthen.workspace.writing import open_whole, write_file
path, size = Path(sys.argv[1]), 1 << 20
write_file(path, b"a" * size, replace=True)
print("ready", flush=True)
while True:
    for letter in b"bcdefgh":
        write_file(path, bytes([letter]) * size, replace=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("moment", [0.0, 0.003, 0.007, 0.011, 0.019, 0.023, 0.031, 0.042])
def test_a_killed_writer_leaves_a_whole_file(tmp_path, moment):
    path = tmp_path / "c.yaml"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(moment)
        child.kill()
    assert child.returncode == -signal.SIGKILL
    data = path.read_bytes()
    assert len(data) == 1 << 20
    assert len(set(data)) == 1
    left = [name for name in names(tmp_path) if name != "c.yaml"]
    assert all(name.startswith(".") and name.endswith(".part") for name in left)


def test_where_folders_cannot_be_synced(tmp_path, monkeypatch):
    monkeypatch.delattr(writing.os, "O_DIRECTORY")
    write_file(tmp_path / "c.yaml", b"one", replace=True)
    assert (tmp_path / "c.yaml").read_bytes() == b"one"


def test_a_file_takes_its_place_when_the_block_ends(tmp_path):
    path = tmp_path / "c.csv"
    path.write_bytes(b"old")
    with open_whole(path, replace=True) as file:
        file.write(b"one")
        assert path.read_bytes() == b"old"
        file.write(b"two")
    assert path.read_bytes() == b"onetwo"
    assert names(tmp_path) == ["c.csv"]


@pytest.mark.parametrize("fault", [Error("log.x", "x"), KeyboardInterrupt(), OSError(28, "full")])
def test_a_block_that_fails_leaves_the_old_file(tmp_path, fault):
    path = tmp_path / "c.csv"
    path.write_bytes(b"old")
    with (
        pytest.raises((Error, KeyboardInterrupt)) as caught,
        open_whole(path, replace=True) as file,
    ):
        file.write(b"half")
        raise fault
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["c.csv"]
    if isinstance(fault, OSError):
        assert caught.value.code == "file.unwritable"
        assert caught.value.message == "cannot be written: full"
    else:
        assert caught.value is fault


def test_a_system_that_gives_no_reason(tmp_path):
    with pytest.raises(Error) as caught, open_whole(tmp_path / "c.csv", replace=True):
        raise OSError("closed")
    assert caught.value.message == "cannot be written: the system refuses"
