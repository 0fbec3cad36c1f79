"""HELM run folders: HELM's own means again, and what is noticed when files are changed."""

import copy
import math
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.evidence.foreign import (
    check_log_or_error,
    contradictions,
    make_source,
    mutated,
    notices,
    read_files,
    record_of,
)

from ifthen.errors import Error
from ifthen.evidence.formats import FORMATS
from ifthen.evidence.helm import strip_model
from ifthen.evidence.reading import list_parts, read_log

SPEC, STATE = "run_spec.json", "scenario_state.json"
STATS, ENTRIES = "stats.json", "per_instance_stats.json"
TYPO = {"name": "typo", "robustness": True, "fairness": False, "computed_on": "perturbed"}
REAL = "IFTHEN_HELM_RUNS"


def add(stat, value):
    """Add a value to a statistic the way HELM does, one after the other."""
    stat["sum"] += value
    stat["sum_squared"] += value * value
    stat["min"] = min(stat.get("min", value), value)
    stat["max"] = max(stat.get("max", value), value)
    stat["count"] += 1
    stat["mean"] = stat["sum"] / stat["count"]
    return stat


def make_stat(metric, split, perturbation=None, values=()):
    name = {"name": metric, "split": split}
    if perturbation:
        name["perturbation"] = perturbation
    stat = {"name": name, "count": 0, "sum": 0, "sum_squared": 0}
    for value in values:
        add(stat, value)
    return stat


def make_run(scores, trials=1, metric="exact_match", perturbations=(None,)):
    """Return the files of a run; ``scores[instance][trial]`` is a value or None."""
    adapter = {
        "method": "generation",
        "model": "example/small",
        "model_deployment": "local/small",
        "max_train_instances": 2,
        "num_train_trials": trials,
    }
    entries, states, stats = [], [], []
    for perturbation in perturbations:
        means = []
        for trial in range(trials):
            added = []
            for name, values in scores.items():
                instance = {"id": name, "split": "test", "input": {"text": name}}
                owner = {"instance_id": name, "train_trial_index": trial}
                if perturbation:
                    instance["perturbation"] = owner["perturbation"] = perturbation
                given = [] if values[trial] is None else [values[trial]]
                added += given
                states.append(
                    {
                        "instance": instance,
                        "train_trial_index": trial,
                        "result": {"success": True, "request_datetime": 1_780_000_000 + trial},
                    }
                )
                inner = [
                    make_stat(metric, "test", perturbation, given),
                    make_stat("num_output_tokens", "test", perturbation, [3]),
                ]
                entries.append(owner | {"stats": inner})
            if added:
                means.append(make_stat(metric, "test", None, added)["mean"])
        stats += [
            make_stat(metric, "test", perturbation, means),
            make_stat("num_output_tokens", "test", perturbation, [3.0] * trials),
            make_stat("num_instances", "test", perturbation, [len(scores)] * trials),
        ]
    return {
        SPEC: {
            "name": "trivia:topic=rivers,model=example_small",
            "scenario_spec": {"class_name": "trivia", "args": {"topic": "rivers"}},
            "adapter_spec": adapter,
            "metric_specs": [],
        },
        STATE: {"adapter_spec": copy.deepcopy(adapter), "request_states": states},
        STATS: stats,
        ENTRIES: entries,
        "scenario.json": {"name": "trivia"},
    }


SCORES = {"id1": [1.0, 1.0], "id2": [0.0, 1.0], "id3": [1.0, 0.5], "id4": [0.0, 0.0]}
PART = "exact_match/test"


def read(files, part=PART):
    return read_files(files, SPEC, part)


def test_a_run_is_read():
    log = read(make_run(SCORES, trials=2))
    assert (log.format, log.part, log.claim) == ("helm", PART, "samples")
    assert log.run.task == "trivia:topic=rivers"
    assert log.run.task_args == {"topic": "rivers"}
    assert (log.run.model, log.run.engine) == ("example/small", "local/small")
    assert log.run.created.isoformat() == "2026-05-28T20:26:40+00:00"
    assert (log.run.epochs, log.total, len(log.samples)) == (2, 8, 8)
    assert [file.path for file in log.files] == [SPEC, ENTRIES, "scenario.json", STATE, STATS]
    assert len({sample.sha256 for sample in log.samples}) == 8
    record = record_of(log)
    (mean,) = record.measurements
    assert (mean.metric, mean.value, mean.stated, mean.agrees) == ("mean", 0.5625, 0.5625, True)
    assert (mean.low, mean.high, mean.questions) == (2.25, 2.25, 4)
    assert record.findings == ()


def test_parts_are_metrics_of_splits_scores_first():
    source = make_source(make_run(SCORES, perturbations=(None, TYPO)), SPEC)
    assert FORMATS["helm"].list_parts(source) == (
        "exact_match/test",
        "exact_match/test+typo",
        "num_output_tokens/test",
        "num_output_tokens/test+typo",
    )
    log = read(make_run(SCORES, perturbations=(None, TYPO)), "exact_match/test+typo")
    assert (len(log.samples), contradictions(log)) == (4, set())


@given(
    st.integers(1, 3).flatmap(
        lambda trials: st.dictionaries(
            st.text("abc", min_size=1, max_size=3),
            st.lists(st.none() | st.floats(0, 1), min_size=trials, max_size=trials),
            min_size=1,
            max_size=6,
        ).map(lambda scores: (trials, scores))
    )
)
@settings(max_examples=60, deadline=None)
def test_the_producers_means_come_out_whatever_the_trials_hold(drawn):
    trials, scores = drawn
    log = read(make_run(scores, trials))
    assert contradictions(log) == set()
    asked = {frozenset(i for i in scores if scores[i][t] is not None) for t in range(trials)}
    (mean,) = record_of(log).measurements
    if len(asked - {frozenset()}) <= 1:  # a trial without values has no mean
        assert mean.stated is None or math.isclose(mean.value, mean.stated, abs_tol=1e-12)
    else:
        assert "log.trials-uneven" in notices(log)
        assert mean.stated is None


def flip(files):
    stat = files[ENTRIES][0]["stats"][0]
    stat.update(sum=0, sum_squared=0, min=0, max=0, mean=0.0)


def flip_mean_only(files):
    files[ENTRIES][0]["stats"][0]["mean"] = 0.0


def flip_sum_only(files):
    files[ENTRIES][0]["stats"][0]["sum"] = 0


def remove(files):
    del files[ENTRIES][1]


def remove_both(files):
    del files[ENTRIES][1]
    del files[STATE]["request_states"][1]


def duplicate(files):
    files[ENTRIES].append(copy.deepcopy(files[ENTRIES][0]))


def rename(files):
    files[ENTRIES][0]["instance_id"] = "id99"


def edit_mean(files):
    files[STATS][0]["mean"] = 0.75


def edit_all_of_the_statistic(files):
    files[STATS][0].update(sum=0.75, sum_squared=0.5625, min=0.75, max=0.75, mean=0.75)


def drop_statistic(files):
    del files[STATS][0]


def other_state(files):
    files[STATE]["adapter_spec"]["model"] = "example/large"


def other_entries(files):
    files[ENTRIES] = make_run({f"id{n}": [1.0] for n in range(7, 11)})[ENTRIES]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (flip, "log.header-differs"),
        (flip_mean_only, "log.score-differs"),
        (flip_sum_only, "log.score-differs"),
        (remove, "log.sample-missing"),
        (remove_both, "log.sample-count"),
        (duplicate, "log.duplicate-sample"),
        (rename, "log.sample-unexpected"),
        (edit_mean, "log.header-differs"),
        (edit_all_of_the_statistic, "log.header-differs"),
        (drop_statistic, "log.header-differs"),
        (other_state, "log.companion-differs"),
        (other_entries, "log.sample-unexpected"),
    ],
)
def test_changes_are_noticed(change, code):
    files = make_run(SCORES)
    change(files)
    assert code in contradictions(read(files))


def test_a_changed_trial_is_noticed_where_trials_are_uneven():
    scores = {"id1": [1.0, None], "id2": [0.0, 1.0]}
    files = make_run(scores, trials=2)
    assert contradictions(read(files)) == set()
    files[STATS][0].update(sum=1.25, sum_squared=0.8125, min=0.5, max=0.75, mean=0.625)
    assert contradictions(read(files)) == {"log.header-differs"}


def test_a_failed_request_counts_from_0_to_1():
    files = make_run(SCORES)
    files[STATE]["request_states"][1]["result"]["success"] = False
    (mean,) = record_of(read(files)).measurements
    assert (mean.value, mean.low, mean.high) == (0.5, 2.0, 3.0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda files: files.pop(STATE), "log.file-missing"),
        (lambda files: files.pop(STATS), "log.file-missing"),
        (lambda files: files.update({ENTRIES: "[{}]"}), "log.wrong-shape"),
        (lambda files: files.update({STATS: '[{"a": 1, "a": 2}]'}), "log.not-json"),
        (lambda files: files.update({STATS: "[" * 100_000}), "log.not-json"),
        (lambda files: files.update({STATS: b"\xff"}), "log.not-json"),
        (lambda files: files[SPEC]["adapter_spec"].pop("model"), None),
        (lambda files: files[SPEC]["adapter_spec"].update(num_train_trials=0), "log.wrong-shape"),
        (
            lambda files: [state.pop("result") for state in files[STATE]["request_states"]],
            "log.time-missing",
        ),
    ],
)
def test_what_cannot_be_read_is_a_coded_error(change, code):
    files = make_run(SCORES)
    change(files)
    if code is None:
        assert read(files).run.model == "local/small"
        return
    with pytest.raises(Error) as caught:
        read(files)
    assert caught.value.code == code


@pytest.mark.parametrize("name", [STATE, STATS, ENTRIES])
def test_another_file_of_the_run_points_to_the_main_one(name):
    with pytest.raises(Error) as caught:
        read_files(make_run(SCORES), name, PART)
    assert caught.value.code == "log.companion-given"
    assert SPEC in caught.value.hint


def test_names_of_runs_lose_the_model():
    assert strip_model("mmlu:subject=law,model=openai_gpt2") == "mmlu:subject=law"
    assert strip_model("narrative_qa:model=openai_gpt2") == "narrative_qa"
    assert strip_model("boolq") == "boolq"


@given(mutated(make_run(SCORES, trials=2, perturbations=(None, TYPO))))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_file_gives_a_log_or_a_coded_error(files):
    check_log_or_error(files, SPEC)


@pytest.mark.skipif(REAL not in os.environ, reason=f"{REAL} names no folder with HELM runs")
def test_every_mean_of_real_runs_comes_out():
    compared = 0
    for folder in sorted(Path(os.environ[REAL]).iterdir()):
        for part in list_parts(folder / SPEC):
            log = read_log(folder, part=part)
            assert contradictions(log) == set(), f"{folder.name} {part}"
            compared += len(log.results) > 1
    assert compared
