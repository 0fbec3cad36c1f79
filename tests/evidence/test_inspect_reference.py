"""The recomputed numbers are inspect-ai's own, to the bit."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ifthen.evidence.question import group_questions
from ifthen.evidence.reading import read_log
from ifthen.evidence.recompute import find_views, producer_value

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("inspect_ai") is None,
    reason="inspect-ai is not installed: its numbers cannot be compared",
)

LOGS = ["plain.eval", "limited.eval", "epochs.eval", "keys.eval", "object.json", "edited.eval"]


def own_numbers(path):
    log = read_log(Path(path))
    return {
        (view.result.scorer, view.result.key or view.result.scorer, view.reducer.label,
         view.metric.name): producer_value(
            view, group_questions(log, view.result.scorer, view.result.key)
        )
        for view in find_views(log)[0]
    }  # fmt: skip


def test_every_metric_of_every_log_is_the_producers(data_folder):
    paths = [str(data_folder / name) for name in LOGS]
    script = str(Path(__file__).with_name("inspect_reference.py"))
    done = subprocess.run(
        [sys.executable, script, *paths], capture_output=True, text=True, check=True
    )
    compared = 0
    for path, rows in json.loads(done.stdout.splitlines()[-1]).items():
        own = own_numbers(path)
        for scorer, name, reducer, metric, value in rows:
            assert own[scorer, name, reducer, metric] == value, (path, scorer, reducer, metric)
            compared += 1
    assert compared >= 60
