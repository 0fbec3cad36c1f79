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

from ifthen.evidence.log import Metric
from ifthen.evidence.metrics import Support, support_of
from ifthen.evidence.question import group_questions
from ifthen.evidence.reading import read_log
from ifthen.evidence.recompute import find_views, producer_value
from ifthen.evidence.scores import parse_reducer

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


NOT_RECOMPUTED = {
    "aggregate", "frequency", "krippendorff_alpha", "perplexity_per_seq", "perplexity_per_token",
    "collect",
}  # fmt: skip
"""What inspect-ai 0.3.285 has and the list of what is recomputed has not."""


def test_everything_that_inspect_computes_is_recomputed_or_named_as_not_recomputed():
    """A later release with another metric fails here, and somebody has to decide."""
    script = (
        "import json, inspect_ai.scorer; from inspect_ai._util.registry import _registry;"
        "print(json.dumps([k for k in _registry if k.startswith(('metric:', 'score_reducer:'))]))"
    )
    done = subprocess.run([INSPECT, "-c", script], capture_output=True, text=True, check=True)
    names = json.loads(done.stdout.splitlines()[-1])
    assert len(names) >= 23
    unknown = set()
    for kind, name in (each.replace("inspect_ai/", "").split(":") for each in names):
        if kind == "metric":
            options = {"metric": {"name": "mean"}, "group_key": "x"} if name == "grouped" else {}
            support = support_of(Metric(name=name, options=options))
            assert (support is Support.IRREPRODUCIBLE) == (name == "bootstrap_stderr")
            if support is Support.UNKNOWN:
                unknown.add(name)
        elif parse_reducer(name) is None and parse_reducer(f"{name}_2") is None:
            unknown.add(name)
    assert unknown == NOT_RECOMPUTED
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "evidence.md").read_text("utf-8")
    assert [name for name in sorted(unknown) if f"`{name}`" not in page] == []


REDUCE = """
import itertools, json, math
from inspect_ai.scorer import Score, value_to_float
from inspect_ai.scorer._reducer import create_reducers
rows = []
for name in ["mean", "median", "mode", "majority", "max", "at_least_2", "pass_at_2", "pass_k_2"]:
    (reducer,) = create_reducers([name])
    for count in range(1, 5):
        for values in itertools.product(["C", "I", "P", float("nan")], repeat=count):
            reduced = reducer([Score(value=value) for value in values]).value
            rows.append((name, values, value_to_float()(reduced)))
print(json.dumps(rows))
"""


def test_every_reducer_is_the_producers_for_every_few_epochs():
    done = subprocess.run([INSPECT, "-c", REDUCE], capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout.splitlines()[-1])
    assert len(rows) == 8 * (4 + 16 + 64 + 256)
    for name, values, theirs in rows:
        mine = parse_reducer(name).reduce(values)
        assert mine == theirs or (math.isnan(mine) and math.isnan(theirs)), (name, values)
