"""A disk that fails while something is published, and two who publish at once.

Whatever fails, it ends in a coded error; what was shown before still verifies, and the next run
goes on to a record that holds each statement once.
"""

import os
import resource
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.publication.test_publishing_crash import (  # noqa: F401
    LATER,
    check_whole,
    failed_steps,
    go_on,
    root,
    small,
)
from tests.verification.world import NOW, publish_all, verify

from ifthen.attestation.keyfile import format_key, write_key_file
from ifthen.attestation.keys import make_signer
from ifthen.cli import options
from ifthen.cli.main import run
from ifthen.errors import Error
from ifthen.publication import ledger, releasing
from ifthen.publication.ledger import FOLDER, Ledger
from ifthen.tlog.stores import DirectoryStore
from ifthen.verification.trust import Brought

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
CODES = {"file.unwritable", "tlog.store-failed", "tlog.unpublished", "tlog.database"}
"""What a disk that fails may be called."""


class Disk:
    """Counts what is written of a record and its private folder, and fails once."""

    def __init__(self, monkeypatch, fails: int, *, saved: bool) -> None:
        self.count, self.fails, self.saved = 0, fails, saved
        self.monkeypatch = monkeypatch
        for module in (ledger, releasing):
            self.wrap(module, "write_file", "file.unwritable")
        for name in ("create", "replace"):
            self.wrap(DirectoryStore, name, "tlog.store-failed")

    def wrap(self, place, name, code):
        real = getattr(place, name)

        def write(*arguments, **words):
            self.count += 1
            if self.count != self.fails:
                return real(*arguments, **words)
            if self.saved:
                real(*arguments, **words)
            raise Error(code, "cannot be written: no space left on device")

        self.monkeypatch.setattr(place, name, write)


def count_writes(root, record) -> int:  # noqa: F811
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(patch, 0, saved=False)
        publish_all(root, record)
    return disk.count


@pytest.fixture(scope="module")
def writes(small, tmp_path_factory) -> int:  # noqa: F811
    folder = tmp_path_factory.mktemp("counted")
    return count_writes(Path(shutil.copytree(small, folder / "aurora")), folder / "record")


@pytest.mark.parametrize("saved", [False, True], ids=["lost", "saved"])
@pytest.mark.parametrize("back", range(1, 11))
def test_a_write_that_fails_ends_in_an_error_and_the_next_run_goes_on(
    root, tmp_path, writes, back, saved  # noqa: F811
):  # fmt: skip
    """Each of the last ten writes; those before are blobs, which are alike."""
    record = tmp_path / "record"
    with pytest.MonkeyPatch.context() as patch:
        Disk(patch, writes + 1 - back, saved=saved)
        with pytest.raises(Error) as caught:
            publish_all(root, record)
    assert caught.value.code in CODES
    if (record / "checkpoint").exists():
        assert failed_steps(record) == []
    go_on(root, record)
    check_whole(root, record)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_write_of_the_first_that_fails(root, tmp_path, at):  # noqa: F811
    record = tmp_path / "record"
    with pytest.MonkeyPatch.context() as patch:
        Disk(patch, at, saved=False)
        with pytest.raises(Error) as caught:
            publish_all(root, record)
    assert caught.value.code in CODES
    assert not (record / "checkpoint").exists()
    go_on(root, record)
    check_whole(root, record)


def publish_within(root, record, most: int) -> str:  # noqa: F811
    """Publish in a process that can write no file of more bytes; return the error's code."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = "none"
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
            go_on(root, record, NOW)
        except Error as error:
            code = error.code
        except BaseException as error:  # noqa: BLE001 - the child must not go on as a second pytest
            code = f"uncoded {type(error).__name__}: {error}"
        os.write(writing, code.encode()[:500])
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()


@pytest.mark.parametrize("most", [0, 300, 3_000, 9_000, 20_000, 40_000])
def test_a_full_disk_ends_in_an_error_and_the_next_run_goes_on(root, tmp_path, most):  # noqa: F811
    """The largest files are the database and what is pending; the smallest, the checkpoint."""
    record = tmp_path / "record"
    code = publish_within(root, record, most)
    assert code in CODES | {"tlog.lock-missing"}, code
    assert not (record / "checkpoint").exists()
    go_on(root, record)
    check_whole(root, record)


def test_a_full_disk_after_something_was_shown(root, tmp_path):  # noqa: F811
    record = tmp_path / "record"
    publish_all(root, record)
    shown = (record / "checkpoint").read_bytes()
    plan = (root / "plans" / "aurora-1-popularity.yaml").read_text()
    (root / "plans" / "repeat.yaml").write_text(
        plan.replace("plan-aurora-1-popularity", "plan-repeat")
    )
    assert publish_within(root, record, 2_000) != "none"
    assert (record / "checkpoint").read_bytes() == shown
    assert failed_steps(record) == []
    for minutes in (5, 6):
        go_on(root, record, NOW + timedelta(minutes=minutes))
    assert verify(record).verdict.kinds["plan"] == 5
    assert failed_steps(record) == []


def start_publishing(folder, ready, go) -> int:
    """Start a process that publishes by the command line once ``ready`` closes."""
    child = os.fork()
    if child:
        return child
    try:
        os.close(go)
        signal.alarm(120)  # whatever hangs ends
        os.read(ready, 1)
        options.read_now = lambda: LATER
        ledger.LOCK_SECONDS = 60
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
        keys = ["--key", folder / "publisher", "--log-key", folder / "log", "--yes"]
        where = ["-C", folder / "aurora", "--record", folder / "record"]
        os._exit(run([str(x) for x in ("publish", *where, *keys)]))
    finally:
        os._exit(70)


def test_two_who_publish_at_once_state_everything_once(root, tmp_path):  # noqa: F811
    for name, seed in (("publisher", b"\11"), ("log", b"\1")):
        write_key_file(tmp_path / name, format_key(make_signer(seed * 32)))
    ready, go = os.pipe()
    children = [start_publishing(tmp_path, ready, go) for _ in range(2)]
    os.close(ready)
    os.close(go)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0, 0]
    verdict = verify(tmp_path / "record", brought=Brought()).verdict
    assert [x.id for x in verdict.steps if x.status == "failed"] == []
    assert verdict.size == Ledger(root / FOLDER).read_state().statements == 13
    assert Ledger(root / FOLDER).read_pending() is None


def test_who_waits_too_long_is_told(root, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(ledger, "LOCK_SECONDS", 0.05)
    held = Ledger(root / FOLDER)
    with held.alone():
        with pytest.raises(Error) as caught, Ledger(root / FOLDER).alone():
            pass
        assert caught.value.code == "publication.busy"
    with Ledger(root / FOLDER).alone():
        pass
