"""Kills a writer at each step of its protocol, and looks at what is left.

    python -m tests.tlog.crash_driver FOLDER WAY

WAY is kill, fail-before, fail-after or random. Prints how many steps there were. Each step is a
call that changes a file, or a statement of SQL; the writer is a forked process that ends at that
step, or whose call fails there with or without effect.
"""

import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

from tests.tlog.world import LOG, START, at, checkpoint_of, entry

from ifthen.errors import Error
from ifthen.tlog import stores
from ifthen.tlog.auditing import audit
from ifthen.tlog.sequencer import Sequencer
from ifthen.tlog.stores import DirectoryStore

BATCHES = [(3, 20), (300, 20), (0, 0), (300, 4096), (1, 20)]
"""Number and size of entries; the fourth is large enough to be staged in a file."""
CALLS = ["open", "write", "fsync", "rename", "mkdir", "rmdir", "unlink"]


def leaf(index):
    return entry(index, 4096 if 303 <= index < 603 else 20)


def write(folder, report):
    """Begin a log or open it, and append; report the size after each batch."""
    store, path = DirectoryStore(folder / "log"), folder / "log.db"
    try:
        log = Sequencer.open(path, store, signers=[LOG])
    except Error as error:
        if error.code != "tlog.lock-missing":
            raise
        log = Sequencer.create(path, store, signers=[LOG], now=START)
    report(log.size)
    second = 1
    for count, _ in BATCHES:
        first = log.size
        log.append([leaf(n) for n in range(first, first + count)], now=at(second))
        second += 1
        report(log.size)
    log.close()


class Steps:
    """Counts calls, and lets the one with a number go wrong."""

    def __init__(self, way, number):
        self.way, self.number, self.count = way, number, 0

    def install(self):
        for name in CALLS:
            setattr(os, name, self.wrap(getattr(os, name)))
        stores._sync_file_system = self.wrap(stores._sync_file_system)
        connect = sqlite3.connect

        def traced(*args, **words):
            connection = connect(*args, **words)
            if self.way == "kill":
                connection.set_trace_callback(lambda _: self.step())
            return connection

        sqlite3.connect = traced

    def step(self):
        self.count += 1
        if self.count == self.number and self.way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, call):
        def wrapped(*args, **words):
            self.step()
            if self.count == self.number and self.way == "fail-before":
                raise OSError(28, "No space left on device")
            result = call(*args, **words)
            if self.count == self.number and self.way == "fail-after":
                if call.__name__ == "open":
                    os.close(result)
                raise OSError(5, "Input/output error")
            return result

        return wrapped


def fork(folder, way, number):
    """Run the writer in a child; return the sizes it reported, its steps, and its code."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        real_write = os.write
        os.close(reading)
        steps = Steps(way, number)

        def report(size):
            real_write(writing, f"{size}\n".encode())

        status = 0
        try:
            steps.install()
            write(folder, report)
        except Error as error:
            assert error.code.startswith("tlog."), error
            real_write(writing, f"{error.code}\n".encode())
            status = 3
        except BaseException as error:  # noqa: BLE001 - the parent tells
            real_write(writing, f"bad {error!r}\n".encode())
            status = 4
        real_write(writing, f"steps {steps.count}\n".encode())
        os._exit(status)
    os.close(writing)
    if way == "random":
        time.sleep(number)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as file:
        lines = file.read().splitlines()
    os.waitpid(child, 0)
    return lines


def look(folder, known):
    """Check what a reader sees, then what the next writer makes of it; ``known`` must be there."""
    store = DirectoryStore(folder / "log")
    data = store.read("checkpoint", 1 << 18)
    if data is None:
        assert known is None, "a published log is gone"
    else:
        seen = check_all(store)
        assert known is None or seen >= known, (seen, known)
    try:
        log = Sequencer.open(folder / "log.db", store, signers=[LOG])
    except Error as error:
        assert error.code == "tlog.lock-missing"
        assert data is None
        assert known is None
        log = Sequencer.create(folder / "log.db", store, signers=[LOG], now=START)
    with log:
        assert log.size >= (known or 0)
        assert check_all(store) == log.size
        log.append([leaf(log.size)], now=at(1000))
        assert check_all(store) == log.size
    left = [p.name for p in folder.iterdir() if "-staged-" in p.name]
    assert not left, left
    assert not (folder / "log" / ".writing").exists()


def check_all(store):
    head = checkpoint_of(store.read("checkpoint", 1 << 18))
    found = [e for bundle in audit(store.read, head) for e in bundle.entries]
    assert found == [leaf(n) for n in range(head.size)]
    return head.size


def main():
    folder, way = Path(sys.argv[1]), sys.argv[2]
    (folder / "whole").mkdir()
    whole = fork(folder / "whole", "kill", 0)
    total = int(whole[-1].removeprefix("steps "))
    assert whole[:-1] == ["0", "3", "303", "303", "603", "604"], whole
    rng = random.Random(7)  # noqa: S311
    numbers = list(range(1, total + 1))
    if way == "random":
        numbers = [rng.uniform(0, 0.06) for _ in range(60)]
    ended = 0
    for place, number in enumerate(numbers):
        inside = folder / str(place)
        inside.mkdir()
        lines = fork(inside, way, number)
        assert not any(line.startswith("bad") for line in lines), lines
        sizes = [int(line) for line in lines if line.isdigit()]
        ended += not lines or not lines[-1].startswith("steps") or "tlog." in lines[-2]
        look(inside, max(sizes, default=None))
    sys.stdout.write(json.dumps({"steps": total, "ended": ended}))


if __name__ == "__main__":
    main()
