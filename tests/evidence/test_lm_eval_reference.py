"""Recomputed numbers are lm-evaluation-harness's own.

The committed results were written by the harness itself under Python 3.12, whose ``sum`` rounds
floating-point numbers less than that of Python 3.11. To the bit, numbers are compared where no
rounding differs (scores of 0 and 1), or where this Python adds up as that one did.
"""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.evidence.lm_eval_logs import FOLDER, RUNS, main_file

from ifthen.evidence.lm_eval_format import compute_mean, compute_stderr, hash_document
from ifthen.evidence.reading import list_parts, read_log
from ifthen.evidence.recompute import measure

LM_EVAL = os.environ.get("IFTHEN_LM_EVAL_PYTHON", "")
COMPENSATED = sys.version_info >= (3, 12)


def logs(folder):
    path = next(Path(folder).glob("results_*.json"))
    return [read_log(path, part=part) for part in list_parts(path)]


def values_of(log, label):
    return [sample.scores[label].value for sample in log.samples]


def compare(found, stated, *, exact):
    assert math.isclose(found, stated, rel_tol=1e-15)
    if exact:
        assert found == stated


@pytest.mark.parametrize("run", [run for run in RUNS if run != "bare"])
def test_stated_numbers_are_the_recomputed_ones(run):
    compared = 0
    for log in logs(FOLDER / run):
        stated = {result.scorer: result.metrics for result in log.results}
        for measurement in measure(log, None)[0]:
            assert measurement.agrees
            mean, *errors = stated[measurement.scorer]
            values = values_of(log, measurement.scorer)
            whole = all(value in {0, 1} for value in values)
            compare(compute_mean(values), mean.value, exact=whole or COMPENSATED)
            compare(measurement.value, mean.value, exact=whole)
            for error in errors:
                compare(compute_stderr(values), error.value, exact=COMPENSATED)
            compared += 1
    assert compared == {"all": 7, "limited": 2}[run]


@pytest.mark.skipif(
    not LM_EVAL,
    reason="IFTHEN_LM_EVAL_PYTHON names no Python with lm-eval: its numbers cannot be compared",
)
@pytest.mark.parametrize("fresh", [False, True])
def test_every_number_is_the_harnesss(fresh, tmp_path):
    here = Path(__file__).parent
    folders = [str(FOLDER / run) for run in ("all", "limited")]
    if fresh:  # run the harness now, where it is
        subprocess.run(
            [LM_EVAL, str(here / "data" / "make_lm_eval.py"), "out", "quick"],
            cwd=tmp_path, capture_output=True, check=True,
        )  # fmt: skip
        folders = [str(tmp_path / "out" / "all")]
        path = next(Path(folders[0]).glob("results_*.json"))
        for part in list_parts(path):
            log = read_log(path, part=part)
            assert [item for item in log.findings if item.severity == "contradiction"] == []
    done = subprocess.run(
        [LM_EVAL, str(here / "lm_eval_reference.py"), *folders],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer = json.loads(done.stdout.splitlines()[-1])
    exact = (tuple(answer["python"]) >= (3, 12)) == COMPENSATED
    compared = 0
    for folder, rows in answer["found"].items():
        own = {log.part: log for log in logs(folder)}
        for task, label, value, error in rows:
            if label == "hashes":
                lines = (Path(folder) / own[task].files[1].path).read_text("utf-8").splitlines()
                assert [hash_document(json.loads(line)["doc"]) for line in lines] == value
                continue
            if label not in own[task].samples[0].scores:
                continue  # a number for each row, but no mean of them: perplexity
            values = values_of(own[task], label)
            compare(compute_mean(values), value, exact=exact or set(values) <= {0, 1})
            compare(compute_stderr(values), error, exact=exact)
            compared += 1
    assert compared == (7 if fresh else 9)


def test_the_fixtures_name_no_machine():
    for run in RUNS:
        for path in main_file(run).parent.iterdir():
            assert b"/root" not in path.read_bytes()
            assert b"/tmp" not in path.read_bytes()
