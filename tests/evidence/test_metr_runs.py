"""METR's runs files: what is read, what is refused, and which tampering is noticed."""

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.metr import RUNS, codes, load_rows, read_bytes, read_rows, write_rows

from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error
from ifthen.evidence.building import count_samples
from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.counting import Counting
from ifthen.evidence.horizon_log import measure_horizon
from ifthen.evidence.log import Log
from ifthen.evidence.reading import list_parts, read_log
from ifthen.evidence.recompute import measure

AS_SCORED = Counting(limit="as-scored")


def of(rows, alias="aurora-1"):
    """Return the rows of an alias; a change in one is a change in ``rows``."""
    return [row for row in rows if row["alias"] == alias]


def error_of(data: bytes, part="aurora-1") -> Error:
    with pytest.raises(Error) as caught:
        read_bytes(data, part)
    return caught.value


def test_parts_are_aliases_in_the_order_of_the_file():
    assert list_parts(RUNS) == ("aurora-1", "aurora-2", "human")


def test_a_part_has_to_be_named():
    with pytest.raises(Error) as caught:
        read_log(RUNS)
    assert caught.value.code == "log.several-parts"


def test_runs_become_samples():
    log = read_log(RUNS, part="aurora-2")
    rows, lines = load_rows(), RUNS.read_bytes().splitlines()
    assert (log.format, log.part, log.claim) == ("metr-runs", "aurora-2", "samples")
    assert (log.sha256, log.bytes) == (digest_bytes(RUNS.read_bytes()), RUNS.stat().st_size)
    assert len(log.samples) == 72
    assert (log.run.questions, log.run.epochs, log.run.epochs_vary) == (18, 4, True)
    assert log.run.created.timestamp() * 1000 == of(rows, "aurora-2")[0]["started_at"]
    first = log.samples[0]
    assert (first.id, first.epoch, first.place) == ("arithmetic/add_two", 1, "line 73")
    assert first.sha256 == hashlib.sha256(lines[72]).digest()
    assert first.metadata["human_minutes"] == 0.1
    assert first.scores["score_binarized"].value == rows[72]["score_binarized"]
    assert first.scores["score"].value == rows[72]["score_cont"]
    assert [s.epoch for s in log.samples[:5]] == [1, 2, 3, 4, 1]
    assert log.findings == ()


def test_the_mean_over_tasks_is_recomputed_and_nothing_contradicts():
    log = read_log(RUNS, part="aurora-1")
    measurements, findings = measure(log, "task_family", AS_SCORED)
    (mean,) = measurements
    rows = of(load_rows())
    assert mean.value == pytest.approx(sum(r["score_binarized"] for r in rows) / len(rows))
    assert [c.questions for c in mean.clusters] == [6, 2, 2, 2, 3, 3]
    assert (*findings, *check_consistency(log, measurements)) == ()
    assert mean.low == mean.high == pytest.approx(mean.value * 18)


def test_usage_limits_are_limits_and_other_ends_are_errors():
    rows = load_rows()
    for row, end in zip(of(rows), ["server", "agent", "usageLimits"], strict=False):
        row["fatal_error_from"] = end
    before, log = count_samples(read_rows(load_rows())), read_rows(rows)
    after = count_samples(log)
    assert [sample.error for sample in log.samples[:4]] == [True, True, False, False]
    assert [sample.limit for sample in log.samples[:3]] == [None, None, "usageLimits"]
    assert (after.error, after.limit) == (2, before.limit + 1)
    (mean,), _ = measure(log, None, AS_SCORED)
    assert mean.high - mean.low == pytest.approx(2 / 4)  # each error could have been anything


def test_a_run_counts_by_its_score_whatever_ended_it():
    rows = load_rows()
    for row in of(rows)[::3]:
        row["fatal_error_from"] = "server"
    one, other = measure_horizon(read_rows(load_rows())), measure_horizon(read_rows(rows))
    assert one.p50 == other.p50
    successes = sum(row["score_binarized"] for row in of(rows)[::3])
    assert (other.errored, other.errored_successes) == (24, successes)


def test_the_older_name_of_the_score_is_read():
    rows = load_rows()
    for row in rows:
        row["score"] = row.pop("score_cont")
    log = read_rows(rows)
    assert log.findings == ()
    assert log.samples[0].scores["score"].value == of(rows)[0]["score"]


def test_windows_line_ends_and_empty_lines_change_no_row():
    data = RUNS.read_bytes().replace(b"\n", b"\r\n") + b"\r\n \n"
    log = read_bytes(data)
    assert log.samples == read_log(RUNS, part="aurora-1").samples
    assert log.sha256 == digest_bytes(data)


# Tampering: each change is found and named.


def test_a_flipped_score_binarized():
    for index, row in enumerate(of(load_rows())):
        rows = load_rows()
        of(rows)[index]["score_binarized"] = 1 - row["score_binarized"]
        if row["score_cont"] in {0, 1}:
            assert codes(read_rows(rows)) == {"log.binarized-differs": "contradiction"}, index


def test_a_flip_does_not_spoil_agents_who_never_ran_the_task():
    rows = load_rows()
    task = "arithmetic/add_two"
    rows = [row for row in rows if row["task_id"] != task or row["alias"] == "aurora-1"]
    flipped = next(row for row in of(rows) if row["task_id"] == task and row["score_cont"] == 1)
    flipped["score_binarized"] = 0
    assert codes(read_rows(rows))["log.binarized-differs"] == "contradiction"
    assert "log.binarized-differs" not in codes(read_rows(rows, "aurora-2"))


def test_a_partial_score_is_held_against_the_limit_that_others_show():
    rows = load_rows()
    failed = next(row for row in of(rows) if row["score_binarized"] == 0 and row["score_cont"] > 0)
    failed["score_cont"] = 0.999
    other = next(row for row in of(rows, "aurora-2") if row["task_id"] == failed["task_id"])
    other.update(score_binarized=1, score_cont=0.8)
    assert "log.binarized-differs" in codes(read_rows(rows))


@pytest.mark.parametrize("key", ["equal_task_weight", "invsqrt_task_weight"])
@pytest.mark.parametrize("change", [1e-8, -1e-4, 1.0])
def test_an_edited_weight(key, change):
    rows = load_rows()
    of(rows)[7][key] += change
    log = read_rows(rows)
    assert codes(log) == {"log.weights-differ": "contradiction"}
    assert (log.findings[0].where, key in log.findings[0].message) == ("line 8", True)
    gap = measure_horizon(log, weighting="equal" if key[0] == "e" else "invsqrt").weights_gap
    assert gap == pytest.approx(abs(change), rel=0.01)
    assert codes(read_rows(rows, "aurora-2")) == {}


def test_a_weight_that_one_row_does_not_state():
    rows = load_rows()
    del of(rows)[7]["invsqrt_task_weight"]
    assert codes(read_rows(rows)) == {"log.weights-differ": "contradiction"}


def test_a_file_without_weights_has_none_to_compare():
    rows = load_rows()
    for row in rows:
        del row["invsqrt_task_weight"], row["equal_task_weight"]
    log = read_rows(rows)
    assert log.findings == ()
    assert measure_horizon(log).weights_gap is None
    assert measure_horizon(log).p50 == measure_horizon(read_rows(load_rows())).p50


def test_a_removed_run_shows_in_the_weights():
    rows = load_rows()
    del rows[5]
    assert codes(read_rows(rows)) == {"log.weights-differ": "contradiction"}


def test_a_duplicate_run_id():
    rows = load_rows()
    of(rows)[3]["run_id"] = of(rows)[2]["run_id"]
    assert codes(read_rows(rows)) == {"log.duplicate-run": "contradiction"}
    rows = load_rows()
    of(rows)[3]["run_id"] = of(rows, "aurora-2")[2]["run_id"]
    assert codes(read_rows(rows)) == {"log.duplicate-run": "contradiction"}


def test_a_missing_family():
    rows = load_rows()
    del of(rows)[3]["task_family"]
    log = read_rows(rows)
    assert codes(log) == {"log.family-missing": "contradiction"}
    with pytest.raises(Error) as caught:
        measure_horizon(log)
    assert caught.value.code == "horizon.no-times"


def test_another_family():
    rows = load_rows()
    of(rows)[3]["task_family"] = "trivia"
    found = codes(read_rows(rows))
    assert found["log.family-differs"] == "contradiction"
    assert found["log.family-unusual"] == "notice"


def test_human_rows_among_those_of_a_model():
    rows = load_rows()
    of(rows, "human")[0]["alias"] = "aurora-1"
    found = codes(read_rows(rows))
    assert found["log.human-run"] == "contradiction"
    rows = load_rows()
    of(rows)[0]["alias"] = "human"
    assert codes(read_rows(rows, "human"))["log.human-run"] == "contradiction"


def test_a_human_part_is_named_as_such():
    found = codes(read_rows(load_rows(), "human"))
    assert found == {"log.human-baseline": "notice", "log.created-unknown": "contradiction"}


@pytest.mark.parametrize("score", [-0.2, 1.4])
def test_a_score_outside_its_range(score):
    rows = load_rows()
    row = next(row for row in of(rows) if row["score_binarized"] == (score > 1))
    row["score_cont"] = score
    assert codes(read_rows(rows)) == {"log.score-out-of-range": "notice"}
    row["score_binarized"] = int(score < 0)
    assert codes(read_rows(rows))["log.binarized-differs"] == "contradiction"


def test_a_task_with_two_human_times():
    rows = load_rows()
    of(rows)[0]["human_minutes"] = 0.2
    log = read_rows(rows)
    assert codes(log) == {"log.times-differ": "contradiction"}
    with pytest.raises(Error) as caught:
        measure_horizon(log)
    assert caught.value.code == "horizon.times-differ"


def test_two_models_under_one_alias():
    rows = load_rows()
    of(rows)[0]["model"] = "aurora-3"
    log = read_rows(rows)
    found = {finding.code for finding in check_consistency(log, measure(log, None)[0])}
    assert found == {"log.several-models"}


def test_a_run_without_score_has_no_horizon():
    rows = load_rows()
    of(rows)[0].update(score_binarized=None, score_cont=None)
    log = read_rows(rows)
    assert count_samples(log).unscored == 1
    with pytest.raises(Error) as caught:
        measure_horizon(log)
    assert caught.value.code == "horizon.unscored"


WRONG = [
    *(("human_minutes", value) for value in (0, -1, None, "5", True, 10**400)),
    *(("score_binarized", value) for value in (2, 0.5, True, "1", [], -1)),
    *(("score_cont", value) for value in ("0.5", True, [], 10**400)),
    *(("alias", value) for value in (None, "", 5, "x" * 1001)),
    *(("task_id", value) for value in (None, "", [])),
    *(("task_family", value) for value in ("", 5, {})),
    *(("run_id", value) for value in (None, 1.5, True, [])),
    *(("model", value) for value in ("", 7)),
    *(("fatal_error_from", value) for value in ("", 1, [])),
    *(("started_at", value) for value in (-1, 1e300, "2026")),
    *(("equal_task_weight", value) for value in ("0.1", True)),
]


@pytest.mark.parametrize(("key", "value"), WRONG, ids=lambda value: repr(value)[:20])
def test_a_field_of_another_shape_is_refused_with_its_line(key, value):
    rows = load_rows()
    of(rows)[4][key] = value
    error = error_of(write_rows(rows))
    assert (error.code, error.where) == ("log.wrong-shape", "runs.jsonl:5")
    assert key in error.message
    assert len(error.message) < 200


def test_two_scores_that_differ_are_refused():
    rows = load_rows()
    of(rows)[4]["score"] = 0.123
    assert error_of(write_rows(rows)).code == "log.wrong-shape"


def test_a_row_without_binary_score_is_refused():
    rows = load_rows()
    del of(rows)[4]["score_binarized"]
    assert error_of(write_rows(rows)).code == "log.wrong-shape"


@pytest.mark.parametrize(
    "line",
    [
        b'{"run_id": 1, "run_id": 2}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"{} {}",
    ],
    ids=range(8),
)
def test_a_line_that_is_no_json_is_refused_with_its_number(line):
    error = error_of(RUNS.read_bytes() + line + b"\n")
    assert (error.code, error.where) == ("log.not-json", "runs.jsonl:163")
    assert len(error.message) < 300


@pytest.mark.parametrize("line", [b"[]", b"1", b"null", b'"x"'])
def test_a_line_that_is_no_object_is_refused(line):
    assert error_of(RUNS.read_bytes() + line).code == "log.wrong-shape"


def test_a_line_of_a_megabyte_is_refused():
    data = RUNS.read_bytes() + b'{"a": "' + b"x" * (1 << 20) + b'"}'
    assert error_of(data).code == "log.too-large"


def test_huge_names_stay_short_in_findings():
    rows = load_rows()
    of(rows)[3]["run_id"] = of(rows)[2]["run_id"] = "\u202e" + "y" * 5000
    assert len(read_rows(rows).findings[0].message) < 1200


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_a_row_holds_there_is_a_log_or_a_coded_error(data):
    rows = load_rows()[:20]
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2),
        max_leaves=3,
    )
    for _ in range(data.draw(st.integers(1, 3))):
        row = rows[data.draw(st.integers(0, 19))]
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(anything)
    try:
        log = read_rows(rows)
        measure_horizon(log)
    except Error as error:
        assert error.code.split(".")[0] in {"log", "horizon"}
    else:
        assert isinstance(log, Log)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_there_is_a_log_or_a_coded_error(data):
    raw = bytearray(b"\n".join(RUNS.read_bytes().splitlines()[:6]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        assert isinstance(read_bytes(bytes(raw), None), Log)
    except Error as error:
        assert error.code.startswith("log.")


def test_the_example_is_what_its_script_writes(tmp_path):
    script = tmp_path / "make.py"
    script.write_bytes((RUNS.parent / "make.py").read_bytes())
    subprocess.run([sys.executable, script], check=True)
    assert Path(tmp_path / "runs.jsonl").read_bytes() == RUNS.read_bytes()


def test_the_example_states_metrs_weights():
    for alias in ("aurora-1", "aurora-2", "human"):
        rows = of(load_rows(), alias)
        for key in ("equal_task_weight", "invsqrt_task_weight"):
            assert math.fsum(row[key] for row in rows) == pytest.approx(1, abs=1e-8)
    assert json.loads(RUNS.read_bytes().splitlines()[0])["task_id"] == "arithmetic/add_two"
