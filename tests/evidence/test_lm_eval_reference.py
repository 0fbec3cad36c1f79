"""Recomputed numbers are lm-evaluation-harness's own, to the bit.

The harness adds with Python's ``sum``: plainly before Python 3.12 and, where numbers are numpy's,
after it, else with compensation. Its files do not say which, so a stated number has to be one of
the two; what the harness computes here has to be the one of the Python that it runs in.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.evidence.lm_eval_logs import FOLDER, RUNS, main_file

from ifthen.evidence.lm_eval_format import (
    add_compensated,
    add_plain,
    compute_mean,
    compute_stderr,
    hash_document,
)
from ifthen.evidence.reading import list_parts, read_log
from ifthen.evidence.recompute import measure

LM_EVAL = os.environ.get("IFTHEN_LM_EVAL_PYTHON", "")
WAYS = (add_plain, add_compensated)


def logs(folder):
    path = next(Path(folder).glob("results_*.json"))
    return [read_log(path, part=part) for part in list_parts(path)]


def values_of(log, label):
    return [sample.scores[label].value for sample in log.samples]


@pytest.mark.parametrize("run", [run for run in RUNS if run != "bare"])
def test_stated_numbers_are_the_recomputed_ones(run):
    compared = 0
    for log in logs(FOLDER / run):
        stated = {result.scorer: result.metrics for result in log.results}
        for measurement in measure(log, None)[0]:
            assert measurement.agrees
            mean, *errors = stated[measurement.scorer]
            values = values_of(log, measurement.scorer)
            assert mean.value in {compute_mean(values, way) for way in WAYS}
            for error in errors:
                assert error.value in {compute_stderr(values, way) for way in WAYS}
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
    way = WAYS[tuple(answer["python"]) >= (3, 12)]
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
            assert compute_mean(values, way) == value
            assert compute_stderr(values, way) == error
            compared += 1
    assert compared == (7 if fresh else 9)


def test_the_fixtures_name_no_machine():
    for run in RUNS:
        for path in main_file(run).parent.iterdir():
            assert b"/root" not in path.read_bytes()
            assert b"/tmp" not in path.read_bytes()
