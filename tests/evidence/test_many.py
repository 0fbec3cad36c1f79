"""Many logs: the same results in the same order whoever reads them, and no log lost."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from ifthen.errors import Error
from ifthen.evidence import many
from ifthen.evidence.many import do_many, read_many, summarize

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def logs(data_folder, tmp_path):
    broken = tmp_path / "broken.eval"
    broken.write_bytes(b"PK\x03\x04")
    named = [data_folder / name for name in ("plain.eval", "limited.eval", "epochs.eval")]
    return [named[0], tmp_path / "none.eval", *named[1:], broken, str(data_folder / "object.json")]


def facts(outcomes):
    return [(o.item, o.value, o.error and o.error.to_dict()) for o in outcomes]


def read(logs, **options):
    return facts(read_many(logs, recorded_at=NOW, **options))


def alone(logs):
    return read(logs, workers=1)


def test_each_log_gives_its_record_or_its_error_in_the_order_given(logs):
    outcomes = list(read_many(logs, recorded_at=NOW, workers=2))
    assert [outcome.item for outcome in outcomes] == logs
    codes = [outcome.error and outcome.error.code for outcome in outcomes]
    assert codes == [None, "log.missing", None, None, "log.damaged", None]
    for outcome in outcomes:
        if outcome.error is None:
            assert outcome.value == summarize(outcome.item, recorded_at=NOW)


@pytest.mark.parametrize("workers", [None, 2, 3])
def test_a_pool_gives_what_one_process_gives(logs, workers):
    assert read(logs * 5, workers=workers) == alone(logs * 5)


def test_started_workers_give_what_forked_ones_give(logs, monkeypatch):
    monkeypatch.setattr(many, "can_fork", lambda: False)
    assert read(logs, workers=2) == alone(logs)


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_same(logs, kind):
    options = {"mp_context": get_context("spawn")} if kind is ProcessPoolExecutor else {}
    with kind(2, **options) as executor:
        assert read(logs, executor=executor) == alone(logs)


def test_grouping_and_metadata_reach_the_reader(data_folder):
    log = data_folder / "limited.eval"
    found = read([log, log], cluster_by="family", workers=2)
    assert found[0][1] == summarize(log, cluster_by="family", recorded_at=NOW)
    assert found[0][1].cluster_by == "family"


def test_one_log_is_shared_out_and_several_are_not(data_folder, monkeypatch):
    asked = []

    def note(source, **options):
        asked.append(options["workers"])
        raise Error("log.test", "noted")

    monkeypatch.setattr(many, "read_source", note)
    log = data_folder / "plain.eval"
    with ThreadPoolExecutor(1) as executor:
        read([log], workers=7)
        read([log, log], executor=executor)
        read([log], executor=executor)
    assert asked == [7, 1, 1, 1]


def test_no_logs():
    assert read([]) == []


def double(number):
    return 2 * number


def die_at_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail_at_three(number):
    if number == 3:
        raise ZeroDivisionError("three")
    if number == 4:
        raise MemoryError
    return number


def wait_a_minute(number):
    time.sleep(60)
    return number


class Noting(Executor):
    """Does at once what it is given, and notes how much was begun."""

    def __init__(self):
        self.begun = 0

    def submit(self, work, /, *arguments):
        self.begun += 1
        future: Future = Future()
        future.set_result(work(*arguments))
        return future


def test_few_are_under_way_however_many_there_are():
    executor, done = Noting(), 0
    for outcome in do_many(double, range(10_000), executor=executor, workers=3):
        assert (outcome.item, outcome.value) == (done, 2 * done)
        assert executor.begun - done <= many.AHEAD * 3
        done += 1
    assert done == 10_000


def test_items_are_asked_for_as_they_are_needed():
    taken = []
    numbers = (taken.append(number) or number for number in range(10_000))
    outcomes = do_many(double, numbers, workers=2)
    next(outcomes)
    outcomes.close()
    assert len(taken) <= many.AHEAD * 2


@pytest.mark.parametrize("workers", [2, 3])
def test_a_worker_that_dies_costs_one_log(workers):
    outcomes = list(do_many(die_at_three, range(30), workers=workers))
    assert [outcome.item for outcome in outcomes] == list(range(30))
    assert [o.item for o in outcomes if o.error] == [3]
    assert outcomes[3].error.code == "log.worker-died"
    assert [o.value for o in outcomes if not o.error] == [n for n in range(30) if n != 3]


def test_several_workers_that_die_cost_their_logs(monkeypatch):
    items = [1, 3, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 3]
    outcomes = list(do_many(die_at_three, items, workers=2))
    assert [o.value for o in outcomes] == [None if n == 3 else n for n in items]
    assert {o.error.code for o in outcomes if o.error} == {"log.worker-died"}


def test_an_executor_that_was_given_and_breaks_loses_no_log_in_silence():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        outcomes = list(do_many(die_at_three, range(12), executor=executor, workers=1))
    assert [o.item for o in outcomes] == list(range(12))
    assert all(o.value == o.item or o.error.code == "log.worker-died" for o in outcomes)
    assert outcomes[3].error is not None


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_of_the_reader_costs_one_log(workers):
    outcomes = list(do_many(fail_at_three, range(6), workers=workers))
    assert [o.value for o in outcomes] == [0, 1, 2, None, None, 5]
    assert outcomes[3].error.code == "log.worker-failed"
    assert "ZeroDivisionError: three" in outcomes[3].error.message
    assert outcomes[4].error.code == "log.worker-died"


def test_a_worker_with_another_version_does_not_read(monkeypatch):
    found = many._do(double, "0.0.1", Path("a/x.eval"))
    assert (found.value, found.error.code, found.error.where) == (
        None,
        "log.worker-version",
        "x.eval",
    )


def test_an_interrupt_ends_the_workers_without_a_traceback(tmp_path):
    script = tmp_path / "main.py"
    script.write_text(
        "from ifthen.evidence.many import do_many\n"
        "from tests.evidence.test_many import wait_a_minute\n"
        "if __name__ == '__main__':\n"
        "    print('ready', flush=True)\n"
        "    try:\n"
        "        list(do_many(wait_a_minute, range(20), workers=2))\n"
        "    except KeyboardInterrupt:\n"
        "        print('stopped', flush=True)\n"
    )
    paths = [str(Path(__file__).parents[2]), *sys.path]
    done = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    try:
        assert done.stdout.readline() == "ready\n"
        time.sleep(1)
        os.killpg(done.pid, signal.SIGINT)  # as Ctrl-C in a terminal
        out, err = done.communicate(timeout=20)
    finally:
        done.kill()
    assert (out, err, done.returncode) == ("stopped\n", "", 0)
