"""The recomputed numbers are inspect-ai's own: to the bit, but for the order of one sum.

A standard error sums squares in the order of the samples, and inspect-ai orders the samples of a
zip by member: its last bit may differ there.
"""

import json
import math
import os
import subprocess
from pathlib import Path

import pytest

from ifthen.evidence.question import group_questions
from ifthen.evidence.reading import read_log
from ifthen.evidence.recompute import find_views, producer_value

INSPECT = os.environ.get("IFTHEN_INSPECT_PYTHON", "")

pytestmark = pytest.mark.skipif(
    not INSPECT,
    reason="IFTHEN_INSPECT_PYTHON names no Python with inspect-ai: its numbers cannot be compared"
    " (.ci/run sets it up)",
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "aurora" / "logs"

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
    first = set(paths)
    paths += [str(path) for path in sorted(EXAMPLE.glob("*.eval"))]
    script = str(Path(__file__).with_name("inspect_reference.py"))
    done = subprocess.run([INSPECT, script, *paths], capture_output=True, text=True, check=True)
    compared = 0
    for path, rows in json.loads(done.stdout.splitlines()[-1]).items():
        own = own_numbers(path)
        for scorer, name, reducer, metric, value in rows:
            found = own[scorer, name, reducer, metric]
            if metric in {"stderr", "std", "var"} and path not in first:
                assert math.isclose(found, value, rel_tol=4e-16), (path, scorer, reducer, metric)
            else:
                assert found == value, (path, scorer, reducer, metric)
            compared += 1
    assert compared >= 82
