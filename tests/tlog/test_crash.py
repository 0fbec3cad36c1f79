"""A writer that is killed at any step, whose writes fail at any step, or that is not alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.tlog.test_sequencer import read_all
from tests.tlog.world import LOG, START

from ifthen.tlog.sequencer import Sequencer
from ifthen.tlog.stores import DirectoryStore

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def start(module, *args):
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.tlog.{module}", *map(str, args)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("way", ["kill", "fail-before", "fail-after", "random"])
def test_no_step_loses_or_breaks_what_was_published(way, tmp_path):
    with start("crash_driver", tmp_path, way) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    found = json.loads(out)
    assert found["steps"] > 100
    if way == "kill":
        assert found["ended"] == found["steps"]
    elif way == "random":
        assert found["ended"] > 5
    else:  # steps of SQL and of what is left for the last batch do not fail
        assert found["ended"] > 50


def test_writers_race_and_each_entry_has_one_place(tmp_path):
    store = DirectoryStore(tmp_path / "log")
    Sequencer.create(tmp_path / "log.db", store, signers=[LOG], now=START).close()
    processes = [start("race_driver", tmp_path, name, 60) for name in ("a", "b", "c")]
    placed = {}
    for name, process in zip("abc", processes, strict=True):
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        done = 0
        for line in out.splitlines():
            if not line.startswith("moved"):
                first, count = map(int, line.split())
                for place in range(first, first + count):
                    assert place not in placed
                    placed[place] = f"{name} {done}".encode()
                    done += 1
        assert done == 60
    assert read_all(store) == [placed[n] for n in range(180)]
