"""promptfoo results: its own sums again, and what is noticed when rows are changed."""

import copy
import json
import os
from hashlib import sha256
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
from ifthen.evidence.promptfoo import name_parts
from ifthen.evidence.promptfoo_format import PromptJson
from ifthen.evidence.reading import list_parts, read_log

MAIN = "results.json"
REAL = "IFTHEN_PROMPTFOO_RESULTS"


def make_row(test, column, provider, outcomes, *, failed=False, named=None):
    """Return a row as promptfoo writes it; ``outcomes`` are the scores of its assertions."""
    components = [
        {"pass": score >= 1, "score": score, "reason": "x", "assertion": {"type": "equals"}}
        for score in outcomes
    ]
    passed = not failed and all(item["pass"] for item in components)
    score = 0 if failed else sum(outcomes) / len(outcomes)
    row = {
        "promptIdx": column,
        "testIdx": test,
        "provider": {"id": provider, "label": ""},
        "prompt": {"raw": "q", "label": "{{question}}"},
        "vars": {"question": f"How much is {test} + 1?", "topic": f"t{test % 2}"},
        "testCase": {"vars": {}, "assert": [{"type": "equals"} for _ in outcomes], "metadata": {}},
        "success": passed,
        "score": score,
        "failureReason": 2 if failed else 0 if passed else 1,
        "namedScores": named or {},
        "latencyMs": 10,
    }
    if failed:
        row["error"] = "Error: connection refused"
    else:
        row["gradingResult"] = {
            "pass": passed,
            "score": score,
            "reason": "x",
            "componentResults": components,
        }
        if not passed:
            row["error"] = "Expected output to equal 2"
    return row


def count(rows):
    passed = sum(row["success"] for row in rows)
    errors = sum(not row["success"] and row["failureReason"] == 2 for row in rows)
    return passed, len(rows) - passed - errors, errors


def make_file(columns):
    """Return a results file; ``columns`` maps a provider to its rows."""
    rows = [row for column in columns.values() for row in column]
    prompts = []
    for provider, column in columns.items():
        passed, failed, errors = count(column)
        named = {}
        for row in column:
            for name, value in row["namedScores"].items():
                named[name] = named.get(name, 0) + value
        metrics = {
            "score": sum(row["score"] for row in column),
            "testPassCount": passed,
            "testFailCount": failed,
            "testErrorCount": errors,
            "namedScores": named,
        }
        prompts.append(
            {"provider": provider, "label": "{{question}}", "raw": "q", "metrics": metrics}
        )
    passed, failed, errors = count(rows)
    return {
        "evalId": "eval-1",
        "results": {
            "version": 3,
            "timestamp": "2026-05-19T22:20:39.572Z",
            "prompts": prompts,
            "results": rows,
            "stats": {"successes": passed, "failures": failed, "errors": errors},
        },
        "config": {"description": "sums", "tests": "file://tests.csv"},
        "shareableUrl": None,
        "metadata": {"promptfooVersion": "0.121.11"},
    }


def make_example():
    def rows(column, provider):
        return [
            make_row(0, column, provider, [1, 1], named={"tone": 1}),
            make_row(1, column, provider, [1, 0.5], named={"tone": 0.5}),
            make_row(2, column, provider, [0], named={"tone": 0}),
            make_row(3, column, provider, [1], failed=column == 1),
        ]

    return {MAIN: make_file({name: rows(n, name) for n, name in enumerate(["a:one", "b:two"])})}


def read(files, part="a:one", keep=()):
    return read_files(files, MAIN, part, keep)


def results(files):
    return files[MAIN]["results"]


def test_a_column_is_read():
    log = read(make_example(), "b:two")
    assert FORMATS["promptfoo"].list_parts(make_source(make_example(), MAIN)) == ("a:one", "b:two")
    assert (log.format, log.part, log.total) == ("promptfoo", "b:two", 4)
    assert (log.run.task, log.run.model) == ("sums", "b:two")
    assert log.run.producer == "promptfoo 0.121.11"
    assert [sample.error for sample in log.samples] == [False, False, False, True]
    found = {item.scorer: item for item in record_of(log).measurements}
    assert found["success"].value == found["success"].stated == 0.25
    assert (found["success"].low, found["success"].high) == (1, 2)
    assert found["score"].value == found["score"].stated == 0.4375
    assert found["tone"].value == 0.5
    assert contradictions(log) == notices(log) == set()


def test_the_variables_of_a_test_can_cluster_it():
    log = read(make_example(), keep=("topic",))
    (success, *_) = record_of(log, "topic").measurements
    assert [(item.cluster, item.questions) for item in success.clusters] == [("t0", 2), ("t1", 2)]


def test_the_digest_of_a_row_is_that_of_its_bytes():
    row = json.dumps(results(make_example())["results"][0]).encode()
    assert read(make_example()).samples[0].sha256 == sha256(row).digest()


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([0, 0.25, 0.5, 1]), min_size=1, max_size=3), st.booleans()
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(deadline=None, max_examples=50)
def test_the_sums_of_the_producer_come_out(drawn):
    rows = [
        make_row(n, 0, "a:one", outcomes, failed=failed)
        for n, (outcomes, failed) in enumerate(drawn)
    ]
    log = read({MAIN: make_file({"a:one": rows})})
    assert contradictions(log) == set()
    assert all(item.agrees for item in record_of(log).measurements)


def flip(files):
    results(files)["results"][2]["success"] = True


def flip_with_grading(files):
    flip(files)
    results(files)["results"][2]["gradingResult"]["pass"] = True


def flip_with_assertions(files):
    flip_with_grading(files)
    results(files)["results"][2]["gradingResult"]["componentResults"][0]["pass"] = True


def edit_score(files):
    results(files)["results"][2]["score"] = 1


def edit_score_and_grading(files):
    edit_score(files)
    results(files)["results"][2]["gradingResult"]["score"] = 1


def remove(files):
    del results(files)["results"][2]


def duplicate(files):
    results(files)["results"].append(copy.deepcopy(results(files)["results"][0]))


def edit_metrics(files):
    results(files)["prompts"][0]["metrics"].update(testPassCount=3, testFailCount=1)


def edit_sum(files):
    results(files)["prompts"][0]["metrics"]["score"] = 4


def edit_named(files):
    results(files)["prompts"][0]["metrics"]["namedScores"]["tone"] = 4


def edit_stats(files):
    results(files)["stats"]["successes"] += 1


def other_provider(files):
    results(files)["results"][0]["provider"]["id"] = "b:two"


def swap_columns(files):
    for row in results(files)["results"]:
        row["promptIdx"] = 1 - row["promptIdx"]


def hide_failure(files):
    results(files)["results"][2].update(success=True, failureReason=2)


def stray(files):
    results(files)["results"][0]["promptIdx"] = 7


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (flip, "log.score-differs"),
        (flip_with_grading, "log.score-differs"),
        (flip_with_assertions, "log.header-differs"),
        (edit_score, "log.score-differs"),
        (edit_score_and_grading, "log.header-differs"),
        (remove, "log.sample-count"),
        (duplicate, "log.duplicate-sample"),
        (edit_metrics, "log.header-differs"),
        (edit_sum, "log.header-differs"),
        (edit_named, "log.header-differs"),
        (edit_stats, "log.sample-count"),
        (other_provider, "log.companion-differs"),
        (swap_columns, "log.companion-differs"),
        (hide_failure, "log.score-differs"),
        (stray, "log.sample-unexpected"),
    ],
)
def test_changes_are_noticed(change, code):
    files = make_example()
    assert contradictions(read(files)) == set()
    change(files)
    assert code in contradictions(read(files))


def test_a_threshold_has_its_own_rule():
    files = make_example()
    row = results(files)["results"][1]
    row["testCase"]["threshold"] = 0.5
    row.update(success=True, failureReason=0)
    row["gradingResult"]["pass"] = True
    results(files)["prompts"][0]["metrics"].update(testPassCount=3, testFailCount=1)
    results(files)["stats"].update(successes=4, failures=3)
    assert contradictions(read(files)) == set()


def test_a_rating_by_a_person_is_an_edit():
    files = make_example()
    row = results(files)["results"][2]
    row["success"] = row["gradingResult"]["pass"] = True
    row["score"] = row["gradingResult"]["score"] = 1
    row["gradingResult"]["componentResults"].append(
        {"pass": True, "score": 1, "reason": "Manual", "assertion": {"type": "human"}}
    )
    row["failureReason"] = 0
    results(files)["prompts"][0]["metrics"].update(score=3.75, testPassCount=3, testFailCount=1)
    results(files)["stats"].update(successes=4, failures=3)
    log = read(files)
    assert contradictions(log) == set()
    assert notices(log) == {"log.edited"}
    (success, *_) = record_of(log).measurements
    assert (success.value, success.low, success.high) == (0.75, 2, 3)


def test_repeats_are_epochs_of_one_question():
    rows = [make_row(n, 0, "a:one", [n % 2]) for n in range(4)]
    for row in rows:
        row["vars"] = {"question": row["testIdx"] // 2}
    files = {MAIN: make_file({"a:one": rows})}
    assert len(read(files).sample_ids) == 4
    files[MAIN]["config"]["evaluateOptions"] = {"repeat": 2}
    log = read(files)
    assert (log.sample_ids, log.run.epochs, log.run.epochs_vary) == (("0", "2"), 2, False)
    assert contradictions(log) == set()


def test_parts_have_names_of_their_own():
    columns = [("a", "x"), ("a", "x"), ("a", "y" * 90), ("b", "z"), ("", "")]
    names = name_parts([PromptJson(provider=name, label=label) for name, label in columns])
    assert names == ("a/x", "a/x#2", "a/#3", "b", "#5")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda content: content["results"].update(version=2), "log.unknown-version"),
        (lambda content: content.update(results=[]), "log.unknown-version"),
        (lambda content: content["results"].update(timestamp="today"), "log.wrong-shape"),
        (lambda content: content["results"].pop("stats"), "log.wrong-shape"),
        (lambda content: content["results"].update(prompts=[]), "log.part-unknown"),
    ],
)
def test_what_cannot_be_read_is_a_coded_error(change, code):
    files = make_example()
    change(files[MAIN])
    with pytest.raises(Error) as caught:
        read(files)
    assert caught.value.code == code


@given(mutated(make_example()))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_file_gives_a_log_or_a_coded_error(files):
    check_log_or_error(files, MAIN)


@pytest.mark.skipif(REAL not in os.environ, reason=f"{REAL} names no folder with promptfoo results")
def test_the_sums_of_real_files_come_out():
    paths = sorted(Path(os.environ[REAL]).glob("*.json"))
    assert paths
    for path in paths:
        for part in list_parts(path) or (None,):
            assert contradictions(read_log(path, part=part)) == set(), f"{path.name} {part}"
