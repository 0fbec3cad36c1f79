"""Real runs of Inspect that end themselves, and what a verifer makes of their logs.

They run in the environment that IFTHEN_INSPECT_PYTHON names, with a model that is a lookup.
"""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.screening.test_design import RULE_OUT

from ifthen.evidence.reading import read_log
from ifthen.evidence.recompute import measure
from ifthen.screening.order import rank_ids
from ifthen.screening.outcome import Verdict
from ifthen.screening.plan import parse_plan
from ifthen.screening.replay import check_log, find_trail, screen_log

INSPECT = os.environ.get("IFTHEN_INSPECT_PYTHON", "")
SOURCE = Path(__file__).parents[2] / "src"
DESIGN = replace(RULE_OUT, questions=120, population=120, seed="plug-in tests")
ORDER = rank_ids([f"sum-{n}" for n in range(120)], DESIGN.seed)

pytestmark = pytest.mark.skipif(
    not INSPECT,
    reason="IFTHEN_INSPECT_PYTHON names no Python with inspect-ai: nothing can be run"
    " (.ci/run sets it up)",
)


def number(place: int) -> int:
    """Return the number of the question at a place of the order, from 1."""
    return int(ORDER[place - 1].removeprefix("sum-"))


SLOW = {"right": [3, 40, 60], "sleep": 0.05}
"""A pass takes three times as long as a failure: asked at once, failures come first."""
FRACTION = replace(DESIGN, scores="fraction", epochs=2)
REACHED = replace(DESIGN, direction="reached", threshold=0.5, prior=(1.0, 1.0))
RUNS = {
    "one": {"concurrency": 1, **SLOW},
    "twenty": {"concurrency": 20, **SLOW},
    "errors": {"broken": [2, 5]},
    "replaced": {"replaced": [2]},
    "unordered": {"as_it_comes": True, "right": [3]},
    "capable": {"right": range(1, 121, 2), "concurrency": 20},
    "fractions": {"design": FRACTION.to_dict(), "epochs": 2, "right": [4], "concurrency": 10},
    "reached": {"design": REACHED.to_dict(), "right": range(1, 121)},
    "fewer": {"questions": 100},
    "more epochs": {"epochs": 2},
}


PLAN = """
kind: plan
id: plan-sums
framework: kitchen
framework_version: "1"
evaluation: sums
model: lookup
registered_at: {registered_at}
registered_by: {{name: A. Person, role: evaluation lead}}
questions: 120
rule_out_below: 0.2
elicitation: none
screening: {{seed: plug-in tests, threshold: 0.2, population: 120}}
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """One run by a plan that was registered before, and one by a plan of the far future."""
    if subprocess.run(
        [INSPECT, "-c", "import rfc8785"], check=False, capture_output=True
    ).returncode:
        pytest.skip("the Python of IFTHEN_INSPECT_PYTHON has no rfc8785, which plans are read with")
    folder = tmp_path_factory.mktemp("planned")
    settings = {}
    for name, year in (("before", 2024), ("after", 2999)):
        plan = folder / f"{name}.yaml"
        plan.write_text(PLAN.format(registered_at=f"{year}-01-01T00:00:00Z"), "utf-8")
        settings[name] = settings_of("errors", folder) | {"plan": str(plan)}
        del settings[name]["design"]
    return folder, execute(settings)


def settings_of(name: str, folder: Path):
    """Return what the script takes; right, broken and replaced are places in the order."""
    given = {"design": DESIGN.to_dict(), "concurrency": 1, "sleep": 0.0} | RUNS[name]
    for key in ("right", "broken", "replaced"):
        given[key] = [number(place) for place in RUNS[name].get(key, ())]
    return given | {"folder": str(folder / name)}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Every run, in one process: to import Inspect takes longer than a run."""
    folder = tmp_path_factory.mktemp("runs")
    return execute({name: settings_of(name, folder) for name in RUNS})


def execute(settings):
    script = str(Path(__file__).with_name("inspect_run.py"))
    done = subprocess.run(
        [INSPECT, script, json.dumps(settings)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(SOURCE), "INSPECT_DISPLAY": "none"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def log_of(runs, name: str):
    assert runs[name]["status"] == "success", runs[name]
    return read_log(Path(runs[name]["log"]))


def contradictions(log):
    return [f for f in check_log(log) if f.severity == "contradiction"]


@pytest.fixture(scope="module")
def pair(runs):
    return {1: log_of(runs, "one"), 20: log_of(runs, "twenty")}


def test_concurrency_changes_what_is_asked_and_not_the_decision(pair):
    decisions = {}
    for concurrency, log in pair.items():
        trail = find_trail(log)
        assert trail is not None
        decisions[concurrency] = trail.decision
        assert trail.in_order
        outcome = screen_log(log, None)
        assert outcome.verdict is Verdict.RULED_OUT, outcome.findings
        assert outcome.agrees is True
        assert outcome.ended_early
    assert decisions[1] == decisions[20]
    assert decisions[1].place == DESIGN.table.questions_for(1)
    assert len(pair[1].samples) == decisions[1].place
    assert decisions[1].place < len(pair[20].samples) < 120  # those on their way are finished


def test_an_early_end_is_no_contradiction_and_no_fixed_sample(pair):
    for log in pair.values():
        assert contradictions(log) == []
        assert "log.left-out" in {finding.code for finding in check_log(log)}
        (measurement, *_), _ = measure(log, None)
        asked = len(log.samples)
        assert measurement.questions == 120
        assert measurement.high - measurement.low == 120 - asked


def test_errors_count_as_passes_while_it_runs(runs):
    log = log_of(runs, "errors")
    outcome = screen_log(log, None)
    assert outcome.agrees is True, outcome.findings
    assert outcome.decision is not None
    assert outcome.decision.place == DESIGN.table.questions_for(2)
    assert outcome.decision.against == 2
    assert [step.why for step in outcome.steps[:5]] == [None, "error", None, None, "error"]
    assert len(log.samples) == outcome.decision.place  # it ended itself, errors and all


def test_what_another_model_answers_counts_as_a_pass_while_it_runs(runs):
    log = log_of(runs, "replaced")
    outcome = screen_log(log, None)
    assert outcome.agrees is True, outcome.findings
    assert [step.why for step in outcome.steps[:3]] == [None, "another model answered", None]
    assert (outcome.decision.place, outcome.decision.against) == (
        DESIGN.table.questions_for(1),
        1,
    )
    assert len(log.samples) == outcome.decision.place


def test_a_dataset_that_is_not_in_the_order_decides_the_same(runs):
    log = log_of(runs, "unordered")
    trail, outcome = find_trail(log), screen_log(log, None)
    assert trail is not None
    assert not trail.in_order
    assert outcome.agrees is True
    assert outcome.decision is not None
    assert outcome.decision.place == DESIGN.table.questions_for(1)
    assert len(log.samples) > outcome.decision.place


def test_a_capable_model_is_asked_everything(runs):
    log = log_of(runs, "capable")
    outcome = screen_log(log, None)
    assert (outcome.verdict, outcome.agrees) == (Verdict.UNDECIDED, True)
    assert len(log.samples) == 120
    assert outcome.hopeless


def test_fractions_over_epochs(runs):
    log = log_of(runs, "fractions")
    outcome = screen_log(log, None)
    assert (outcome.verdict, outcome.agrees) == (Verdict.RULED_OUT, True), outcome.findings
    assert contradictions(log) == []


def test_reached(runs):
    log = log_of(runs, "reached")
    outcome = screen_log(log, None)
    assert (outcome.verdict, outcome.agrees) == (Verdict.REACHED, True)
    assert outcome.decision is not None
    assert len(log.samples) == outcome.decision.place < 10


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fewer", "the plan is of 120 questions; there are 100"),
        ("more epochs", "the plan is of 1 epochs; the run is of 2"),
    ],
)
def test_a_run_that_is_not_the_planned_one_does_not_start(runs, name, said):
    assert runs[name]["status"] == "error"
    assert said in runs[name]["error"]


def test_a_run_by_a_registered_plan(planned):
    folder, runs = planned
    plan = parse_plan((folder / "before.yaml").read_bytes(), name="before.yaml")
    log = log_of(runs, "before")
    outcome = screen_log(log, plan)
    assert (outcome.verdict, outcome.agrees) == (Verdict.RULED_OUT, True), outcome.findings
    assert find_trail(log).plan == ("plan-sums", plan.digest)


def test_a_run_before_its_plan_does_not_start(planned):
    _, runs = planned
    assert runs["after"]["status"] == "error"
    assert "not before the run" in runs["after"]["error"]
