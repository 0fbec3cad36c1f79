"""SWE-bench submissions and harness reports: what is recomputed, and what is noticed."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.evidence.foreign import (
    check_log_or_error,
    contradictions,
    mutated,
    notices,
    read_files,
    record_of,
    to_bytes,
)

from ifthen.errors import Error
from ifthen.evidence.reading import read_log
from ifthen.evidence.swe_bench_format import OutcomesJson, ReportJson, recompute_resolved

MAIN = "metadata.yaml"
RESULTS = "results/results.json"
METADATA = "info:\n  name: Helper\ntags:\n  model: [example/small]\n  system:\n    attempts: '1'\n"
FACTS = "split: sums\nquestions: 6\ncreated: 2026-05-01T00:00:00Z\n"


def make_report(name, passed=True, kept=True, resolved=None):
    def tests(good, case):
        return {"success": [case] if good else [], "failure": [] if good else [case]}

    return {
        name: {
            "patch_is_None": False,
            "patch_exists": True,
            "patch_successfully_applied": True,
            "resolved": passed and kept if resolved is None else resolved,
            "tests_status": {
                "FAIL_TO_PASS": tests(passed, "test_new"),
                "PASS_TO_PASS": tests(kept, "test_old"),
            },
        }
    }


def make_submission():
    """Two instances resolved, two not, one without patch, one whose logs were lost."""
    names = [f"sums__sums-{number}" for number in range(1, 7)]
    patches = dict.fromkeys(names, "+ 1\n") | {names[4]: ""}
    files = {
        MAIN: METADATA,
        "metadata.facts.yaml": FACTS,
        "all_preds.jsonl": "".join(
            json.dumps({"instance_id": name, "model_patch": patch, "model_name_or_path": "helper"})
            + "\n"
            for name, patch in patches.items()
        ),
        RESULTS: {"resolved": names[:2], "no_generation": [names[4]], "no_logs": [names[5]]},
    }
    outcomes = [(True, True), (True, True), (True, False), (False, True)]
    for name, (passed, kept) in zip(names, outcomes, strict=False):
        files[f"logs/{name}/report.json"] = make_report(name, passed, kept)
        files[f"logs/{name}/patch.diff"] = patches[name]
    return files


def read(files):
    return read_files(files, MAIN)


def test_a_submission_is_recomputed_from_its_reports():
    log = read(make_submission())
    record = record_of(log)
    (accuracy,) = record.measurements
    assert (log.claim, log.total, len(log.samples)) == ("samples", 6, 6)
    assert (accuracy.value, accuracy.stated, accuracy.agrees) == (2 / 6, 2 / 6, True)
    assert (accuracy.low, accuracy.high, accuracy.questions) == (2, 3, 6)
    assert (log.run.model, log.run.task) == ("example/small", "swe-bench/sums")
    assert log.run.elicitation == "attempts: 1"
    assert {finding.code for finding in record.findings} == {"log.report-missing"}
    assert len(log.files) == 12
    assert all(sample.sha256 for sample in log.samples)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=8))
@settings(deadline=None, max_examples=40)
def test_the_share_is_that_of_the_harness(outcomes):
    names = [f"sums__sums-{number}" for number in range(len(outcomes))]
    files = {
        MAIN: METADATA,
        "metadata.facts.yaml": FACTS.replace("6", str(len(names)), 1),
        RESULTS: {"resolved": [n for n, pair in zip(names, outcomes, strict=True) if all(pair)]},
    }
    for name, pair in zip(names, outcomes, strict=True):
        files[f"logs/{name}/report.json"] = make_report(name, *pair)
    log = read(files)
    (accuracy,) = record_of(log).measurements
    assert contradictions(log) == set()
    assert accuracy.value == sum(map(all, outcomes)) / len(outcomes)


@pytest.mark.parametrize(
    ("passed", "kept", "expected"),
    [
        ((1, 0), (1, 0), True),
        ((1, 1), (1, 0), False),
        ((1, 0), (0, 1), False),
        ((0, 0), (0, 0), True),
    ],
)
def test_resolved_is_every_test_passed(passed, kept, expected):
    status = {
        name: OutcomesJson(success=["a"] * good, failure=["b"] * bad)
        for name, (good, bad) in (("FAIL_TO_PASS", passed), ("PASS_TO_PASS", kept))
    }
    assert recompute_resolved(ReportJson(resolved=False, tests_status=status)) is expected
    assert recompute_resolved(ReportJson(resolved=True)) is None
    status.pop("PASS_TO_PASS")
    assert recompute_resolved(ReportJson(resolved=True, tests_status=status)) is None


ONE, THREE, FOUR = "sums__sums-1", "sums__sums-3", "sums__sums-4"


def report(files, name):
    return files[f"logs/{name}/report.json"][name]


def flip(files):
    report(files, THREE)["resolved"] = True


def flip_with_tests(files):
    files[f"logs/{THREE}/report.json"] = make_report(THREE)


def remove_report(files):
    del files[f"logs/{THREE}/report.json"]


def remove_instance(files):
    remove_report(files)
    files["all_preds.jsonl"] = "".join(
        line for line in files["all_preds.jsonl"].splitlines(True) if THREE not in line
    )


def duplicate(files):
    files["all_preds.jsonl"] += files["all_preds.jsonl"].splitlines(True)[0]


def edit_list(files):
    files[RESULTS]["resolved"].append(THREE)


def edit_no_logs(files):
    files[RESULTS]["no_logs"].append(THREE)


def swap_reports(files):
    one, three = f"logs/{ONE}/report.json", f"logs/{THREE}/report.json"
    files[one], files[three] = files[three], files[one]


def other_patch(files):
    files[f"logs/{ONE}/patch.diff"] = "+ 2\n"


def not_applied(files):
    report(files, ONE)["patch_successfully_applied"] = False


def both_outcomes(files):
    report(files, FOUR)["tests_status"]["FAIL_TO_PASS"]["success"] = ["test_new"]


def smaller(files):
    files["metadata.facts.yaml"] = FACTS.replace("6", "4", 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (flip, "log.score-differs"),
        (flip_with_tests, "log.list-differs"),
        (remove_report, "log.list-differs"),
        (remove_instance, "log.sample-count"),
        (duplicate, "log.duplicate-sample"),
        (edit_list, "log.list-differs"),
        (edit_no_logs, "log.list-differs"),
        (swap_reports, "log.companion-differs"),
        (other_patch, "log.companion-differs"),
        (not_applied, "log.score-differs"),
        (both_outcomes, "log.score-differs"),
        (smaller, "log.sample-count"),
    ],
)
def test_changes_are_noticed(change, code):
    files = make_submission()
    change(files)
    assert code in contradictions(read(files))


def test_a_flipped_report_does_not_change_the_value():
    files = make_submission()
    flip(files)
    assert record_of(read(files)).measurements[0].value == 2 / 6


def test_without_a_size_the_share_is_unknown():
    files = make_submission() | {"metadata.facts.yaml": "created: 2026-05-01T00:00:00Z\n"}
    log = read(files)
    assert "log.denominator-unknown" in contradictions(log)
    assert record_of(log).measurements[0].stated is None


def test_split_and_day_come_from_the_folders(tmp_path):
    folder = tmp_path / "lite" / "20260501_helper"
    for name, content in make_submission().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(content))
    (folder / "metadata.facts.yaml").unlink()
    log = read_log(folder)
    assert (log.run.task, log.total) == ("swe-bench/lite", 300)
    assert log.run.created.isoformat() == "2026-05-01T00:00:00+00:00"
    assert contradictions(log) == {"log.sample-count", "log.header-differs"}


def test_lists_alone_are_counts():
    files = {name: content for name, content in make_submission().items() if "/" not in name}
    files[RESULTS] = make_submission()[RESULTS]
    log = read(files)
    (accuracy,) = record_of(log).measurements
    assert (log.claim, accuracy.value, accuracy.low, accuracy.high) == ("counts", 2 / 6, 2, 2)
    assert contradictions(log) == set()
    del files["all_preds.jsonl"]
    log = read(files)
    assert (len(log.samples), record_of(log).measurements[0].value) == (6, 2 / 6)
    assert notices(log) == {"log.unnamed-instances"}


def test_details_of_instances_are_counts():
    files = {
        MAIN: METADATA,
        "metadata.facts.yaml": FACTS.replace("6", "2", 1),
        "per_instance_details.json": {
            ONE: {"cost": 0.1, "resolved": True},
            THREE: {"cost": 0.2, "resolved": False},
        },
    }
    log = read(files)
    assert (log.claim, contradictions(log)) == ("counts", set())
    assert record_of(log).measurements[0].value == 0.5


def test_an_empty_report_is_an_error_of_the_harness():
    files = make_submission()
    files[f"logs/{THREE}/report.json"] = b""
    (accuracy,) = record_of(read(files)).measurements
    assert (accuracy.value, accuracy.low, accuracy.high) == (2 / 6, 2, 4)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda files: files.pop("metadata.facts.yaml"), "log.facts-missing"),
        (lambda files: files.update({"metadata.facts.yaml": "size: 6\n"}), "document.unknown-key"),
        (lambda files: files.update({MAIN: "info: &a 1\n"}), "yaml.alias"),
        (lambda files: files.update({"all_preds.jsonl": "{}\n"}), "log.wrong-shape"),
        (lambda files: files[RESULTS]["resolved"].append(ONE), "log.wrong-shape"),
        (lambda files: files.update({f"logs/{ONE}/report.json": "{"}), "log.not-json"),
    ],
)
def test_what_cannot_be_read_is_a_coded_error(change, code):
    files = make_submission()
    change(files)
    with pytest.raises(Error) as caught:
        read(files)
    errors = getattr(caught.value, "errors", (caught.value,))
    assert code in {error.code for error in errors}


def test_a_submission_without_results_is_refused():
    files = {name: content for name, content in make_submission().items() if "/" not in name}
    with pytest.raises(Error) as caught:
        read(files)
    assert caught.value.code == "log.file-missing"


@given(mutated(make_submission()))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_submission_gives_a_log_or_a_coded_error(files):
    check_log_or_error(files, MAIN)


def make_summary():
    names = [f"sums__sums-{number}" for number in range(1, 6)]
    return {
        "total_instances": 5,
        "submitted_instances": 5,
        "completed_instances": 3,
        "resolved_instances": 2,
        "unresolved_instances": 1,
        "infra_failure_instances": 0,
        "empty_patch_instances": 1,
        "error_instances": 1,
        "completed_ids": names[:3],
        "incomplete_ids": [],
        "empty_patch_ids": [names[3]],
        "submitted_ids": names,
        "resolved_ids": names[:2],
        "unresolved_ids": [names[2]],
        "infra_failure_ids": [],
        "error_ids": [names[4]],
        "schema_version": 2,
    }


SUMMARY = "helper.run1.json"


def make_report_files():
    return {
        SUMMARY: make_summary(),
        "helper.run1.facts.yaml": (
            "model: example/small\nsplit: sums\nquestions: 5\ncreated: 2026-05-01T00:00:00Z\n"
        ),
    }


def read_summary(files):
    return read_files(files, SUMMARY)


def test_a_harness_report_is_counts():
    log = read_summary(make_report_files())
    (accuracy,) = record_of(log).measurements
    assert (log.format, log.claim) == ("swe-bench-report", "counts")
    assert (accuracy.value, accuracy.stated, accuracy.low, accuracy.high) == (0.4, 0.4, 2, 3)
    assert contradictions(log) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: s.update(resolved_instances=3), "log.list-differs"),
        (lambda s: s["resolved_ids"].append("x"), "log.header-differs"),
        (lambda s: s["resolved_ids"].append("sums__sums-3"), "log.list-differs"),
        (lambda s: s["unresolved_ids"].clear(), "log.sample-count"),
        (lambda s: s["incomplete_ids"].append("x"), "log.sample-missing"),
        (lambda s: s.update(total_instances=4), "log.sample-count"),
        (lambda s: s["completed_ids"].pop(), "log.list-differs"),
    ],
)
def test_changes_of_a_harness_report_are_noticed(change, code):
    files = make_report_files()
    change(files[SUMMARY])
    assert code in contradictions(read_summary(files))


def test_a_part_of_the_split_is_noticed():
    files = make_report_files()
    files["helper.run1.facts.yaml"] = (
        "model: example/small\nsplit: verified\ncreated: 2026-05-01T00:00:00Z\n"
    )
    assert contradictions(read_summary(files)) == {"log.sample-count"}
    files["helper.run1.facts.yaml"] = "model: example/small\ncreated: 2026-05-01T00:00:00Z\n"
    assert contradictions(read_summary(files)) == {"log.denominator-unknown"}


def test_a_harness_report_needs_facts():
    with pytest.raises(Error) as caught:
        read_summary({SUMMARY: make_summary()})
    assert caught.value.code == "log.facts-missing"
    assert "helper.run1.facts.yaml" in caught.value.hint


@given(mutated(copy.deepcopy(make_report_files())))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_harness_report_gives_a_log_or_a_coded_error(files):
    check_log_or_error(files, SUMMARY)
