"""METR's per-task counts: what is read, what is refused, and which tampering is noticed."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.metr import (
    codes,
    load_counts,
    load_rows,
    read_bytes,
    read_counts,
    read_rows,
)

from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error
from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.horizon_log import measure_horizon
from ifthen.evidence.log import Log
from ifthen.evidence.metr_counts import list_parts
from ifthen.evidence.recompute import measure
from ifthen.evidence.source import MemorySource

SOUND = {"log.created-unknown": "notice"}


def tasks(value):
    return value["agents"]["aurora-1"]["tasks"]


def error_of(value) -> Error:
    with pytest.raises(Error) as caught:
        read_counts(value)
    return caught.value


def test_parts_are_agents():
    data = yaml.safe_dump(load_counts()).encode()
    assert list_parts(MemorySource(data, "x.yaml")) == ("aurora-1", "aurora-2")


def test_counts_claim_no_more_than_counts():
    data = yaml.safe_dump(load_counts()).encode()
    log = read_bytes(data, "aurora-1", "task_results.yaml")
    assert (log.format, log.part, log.claim) == ("metr-counts", "aurora-1", "counts")
    assert (log.sha256, log.bytes) == (digest_bytes(data), len(data))
    assert log.run.dataset == "Example-Horizon"
    assert log.run.task_args == {"benchmark_name": "Example-Horizon", "long_tasks_version": "1"}
    assert f"{log.run.created:%Y-%m-%d}" == "2026-11-01"
    assert {sample.sha256 for sample in log.samples} == {None}
    assert codes(log) == SOUND


@pytest.mark.parametrize("part", ["aurora-1", "aurora-2"])
@pytest.mark.parametrize("weighting", ["invsqrt", "equal"])
def test_counts_give_the_horizon_of_their_runs(part, weighting):
    runs = measure_horizon(read_rows(load_rows(), part), weighting=weighting)
    counts = measure_horizon(read_counts(load_counts(), part), weighting=weighting)
    assert counts.tallies == runs.tallies
    assert (counts.p50, counts.p80, counts.curve) == (runs.p50, runs.p80, runs.curve)
    assert (counts.weights_gap is None) == (weighting == "equal")


def test_the_mean_over_tasks_is_recomputed_and_nothing_contradicts():
    log = read_counts(load_counts())
    (mean,), findings = measure(log, None)
    (other,), _ = measure(read_rows(load_rows()), None)
    assert mean.value == other.value
    assert (*findings, *check_consistency(log, [mean])) == ()


def test_agent_is_read_for_agents():
    value = load_counts()
    value["agent"] = value.pop("agents")
    assert codes(read_counts(value)) == SOUND


def test_without_release_date_nothing_dates_the_runs():
    value = load_counts()
    del value["agents"]["aurora-1"]["release_date"]
    assert codes(read_counts(value)) == {"log.created-unknown": "contradiction"}
    value["agents"]["aurora-1"]["release_date"] = "soon"
    assert codes(read_counts(value)) == {"log.created-unknown": "contradiction"}


def test_more_successes_than_runs():
    value = load_counts()
    tasks(value)[3]["n_successes"] = 5
    error = error_of(value)
    assert (error.code, error.where) == ("log.impossible-count", "task_results.yaml: tasks[3]")
    assert "5 successes in 4 runs" in error.message


@pytest.mark.parametrize(("successes", "runs"), [(-1, 4), (0, 0), (0, -1), (1, 10**9)])
def test_impossible_counts(successes, runs):
    value = load_counts()
    tasks(value)[3].update(n_successes=successes, n_runs=runs)
    assert error_of(value).code == "log.impossible-count"


def test_too_many_runs_in_all():
    value = load_counts()
    for task in tasks(value):
        task["n_runs"] = 999_999
    assert error_of(value).code == "log.too-large"


def test_an_edited_weight():
    value = load_counts()
    tasks(value)[3]["task_weight"] += 0.001
    log = read_counts(value)
    assert codes(log) == SOUND | {"log.weights-differ": "contradiction"}
    assert "arithmetic/long_division" in log.findings[-1].message
    del tasks(value)[3]["task_weight"]
    assert codes(read_counts(value)) == SOUND | {"log.weights-differ": "contradiction"}


def test_a_removed_task_shows_in_the_weights_of_its_family():
    value = load_counts()
    del tasks(value)[0]
    assert codes(read_counts(value))["log.weights-differ"] == "contradiction"


def test_a_task_twice():
    value = load_counts()
    tasks(value).append(dict(tasks(value)[0]))
    assert codes(read_counts(value))["log.duplicate-task"] == "contradiction"


@pytest.mark.parametrize("key", ["coefficient", "intercept"])
def test_an_edited_fit(key):
    value = load_counts()
    value["agents"]["aurora-1"][key] += 0.03
    assert codes(read_counts(value)) == SOUND | {"log.fit-differs": "contradiction"}


def test_edited_counts_show_in_the_fit():
    value = load_counts()
    hard = next(task for task in tasks(value) if task["n_successes"] == 0)
    hard["n_successes"] = 4
    assert codes(read_counts(value)) == SOUND | {"log.fit-differs": "contradiction"}


def test_a_fit_that_is_not_stated_or_not_defined():
    value = load_counts()
    del value["agents"]["aurora-1"]["intercept"]
    assert codes(read_counts(value)) == SOUND | {"log.fit-missing": "notice"}
    value = load_counts()
    for task in tasks(value):
        task["n_successes"] = 0
    assert codes(read_counts(value)) == SOUND | {"log.fit-undefined": "notice"}


WRONG = [
    *(("task_id", value) for value in (None, "", 5, "nofamily", "/x")),
    *(("human_minutes", value) for value in (0, -3, None, "5", True)),
    *(("n_successes", value) for value in (None, "1", 1.0, True)),
    *(("n_runs", value) for value in (None, 4.5, [])),
    *(("task_weight", value) for value in ("1", True, [])),
]


@pytest.mark.parametrize(("key", "value"), WRONG, ids=lambda value: repr(value)[:20])
def test_a_field_of_another_shape_is_refused(key, value):
    counts = load_counts()
    tasks(counts)[2][key] = value
    error = error_of(counts)
    assert (error.code, error.where) == ("log.wrong-shape", "task_results.yaml: tasks[2]")


@pytest.mark.parametrize("agent", [None, [], "x", {}, {"tasks": {}}, {"tasks": [1]}])
def test_an_agent_of_another_shape_is_refused(agent):
    value = load_counts()
    value["agents"]["aurora-1"] = agent
    assert error_of(value).code == "log.wrong-shape"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("agents: &a {x: *a}", "yaml.alias"),
        ("agents: {x: 1, x: 2}", "yaml.duplicate-key"),
        ("agents: {x: !!python/object:os.system 1}", "yaml.tag"),
        ("agents: {x: .nan}", "yaml.number"),
        ("agents: []", "log.wrong-shape"),
        ("agents: {}", "log.wrong-shape"),
        ("- agents", "log.wrong-shape"),
        ("agents: " + "[" * 100, "yaml.too-deep"),
    ],
)
def test_only_strict_yaml_is_read(text, code):
    words = "# task_id human_minutes n_successes n_runs\n"
    with pytest.raises(Error) as caught:
        read_bytes((words + text).encode(), None, "x.yaml")
    assert caught.value.code == code


def test_a_file_beyond_the_size_of_strict_yaml_is_refused():
    data = json.dumps(load_counts()).encode() + b" " * (8 << 20)
    with pytest.raises(Error) as caught:
        read_bytes(data, "aurora-1", "x.yaml")
    assert caught.value.code == "log.too-large"


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_the_file_holds_there_is_a_log_or_a_coded_error(data):
    raw = bytearray(yaml.safe_dump(load_counts(), sort_keys=False)[:2500].encode())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        log = read_bytes(bytes(raw), None, "x.yaml")
        assert isinstance(log, Log)
        measure_horizon(log)
    except Error as error:
        assert error.code.split(".")[0] in {"log", "yaml", "horizon"}
