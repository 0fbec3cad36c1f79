"""Real logs whose run, questions, clusters or header were changed."""

import copy

import pytest
from tests.evidence.tampering import (
    DATA,
    HEADER,
    LOGS,
    REDUCTION_DIFFERS,
    REDUCTIONS,
    START,
    SUMMARY_DIFFERS,
    EvalLog,
    JsonLog,
    codes,
    every_log,
    result,
    told_to_differ,
)

from ifthen.evidence.inspect_format import CHOICES

IDENTITY = (
    "task", "task_args", "task_args_passed", "solver", "solver_args", "model", "model_args",
    "model_generate_config", "dataset", "metadata", "scorers", "metrics", "created", "eval_id",
    "run_id", "packages", "revision", "model_roles", "model_base_url",
    "task_id", "task_version", "task_file", "eval_set_id", "sandbox", "tags", "task_attribs",
    "headline_metric", "shards", "a field of a later release",
)  # fmt: skip


# Run, questions, clusters


@every_log
def test_model_mixed(log):
    log.samples[0]["model_usage"] = {"another/model": {"input_tokens": 1}}
    assert "log.several-models" in codes(log, "notice")


@every_log
@pytest.mark.parametrize("field", IDENTITY)
def test_header_and_beginning_differ(log, field):
    header, start = log.header["eval"], log[START]["eval"]
    changed = {"model": "another", "task": "another", "created": "2025-01-01T00:00:00+00:00"}
    old = header.get(field)
    header[field] = changed.get(field) or (
        [*old, copy.deepcopy(old[0])] if isinstance(old, list) and old and field == "scorers"
        else {**old, "name": "another"} if isinstance(old, dict) and field == "dataset"
        else {"another": 1} if field != "scorers" else []
    )  # fmt: skip
    assert header[field] != start.get(field)
    assert "log.start-differs" in codes(log)


@every_log
def test_beginning_removed(log):
    log.drop(START)
    assert codes(log) == {"log.start-differs"}


@every_log
def test_header_removed(log):
    log.drop(HEADER)
    assert "log.unfinished" in codes(log)


@every_log
def test_id_changed_inside_a_sample(log):
    log.samples[0]["id"] = "another"
    assert {"log.sample-name", "log.sample-unexpected", "log.sample-missing"} <= codes(log)


@every_log
def test_id_changed_inside_a_sample_and_in_its_name(log):
    at = next(i for i, (name, _) in enumerate(log.members) if name.startswith("samples/"))
    tree = log.members[at][1]
    tree["id"] = "another"
    log.members[at] = (f"samples/another_epoch_{tree['epoch']}.json", tree)
    found = codes(log)
    assert {"log.sample-unexpected", "log.sample-missing", SUMMARY_DIFFERS} <= found
    ids = log.header["eval"]["dataset"]["sample_ids"]
    log.header["eval"]["dataset"]["sample_ids"] = ["another", *ids[1:]]
    assert "log.start-differs" in codes(log)


@every_log
@pytest.mark.parametrize("field", ["input", "target"])
def test_question_changed(log, field):
    """The digest of the questions is another one; several epochs of a question contradict."""
    before = result(log.to_bytes()).integrity
    sample = log.samples[0]
    sample[field] = "another"
    after = result(log.to_bytes()).integrity
    assert after.dataset_sha256 != before.dataset_sha256
    assert after.samples_root != before.samples_root
    repeated = len({s["epoch"] for s in log.samples}) > 1
    other_epochs = {"log.question-differs"} if repeated else set()
    assert codes(log) == {SUMMARY_DIFFERS} | other_epochs
    assert told_to_differ(log) == ["question"]
    for item in (*log.summaries, *log.journal):
        if (item["id"], item["epoch"]) == (sample["id"], sample["epoch"]):
            item[field] = "another"
    assert codes(log) == other_epochs


@pytest.mark.parametrize("name", ["deflate", "aurora"])  # the others ask one question only
def test_questions_exchanged(log):
    before = result(log.to_bytes()).integrity.dataset_sha256
    one, two = (s for s in log.samples[:2])
    one["input"], two["input"] = two["input"], one["input"]
    one["target"], two["target"] = two["target"], one["target"]
    assert result(log.to_bytes()).integrity.dataset_sha256 != before


@every_log
def test_what_a_model_answered_is_bound_by_the_root_alone(log):
    before = result(log.to_bytes()).integrity
    log.samples[0]["output"] = {"choices": []}
    after = result(log.to_bytes()).integrity
    assert after.samples_root != before.samples_root
    assert after.dataset_sha256 == before.dataset_sha256


@every_log
def test_clusters_edited_in_the_samples(log):
    for sample in log.samples:
        sample["metadata"]["family"] = "all"
    assert codes(log) == {SUMMARY_DIFFERS}


@every_log
def test_clusters_edited_in_the_samples_and_all_summaries_are_bound_by_the_root(log):
    """Cannot be found: nothing else in the log repeats metadata."""
    before = result(log.to_bytes())
    for item in (*log.samples, *log.summaries, *log.journal):
        item["metadata"]["family"] = "all"
    after = result(log.to_bytes())
    assert codes(log) == set()
    assert after.integrity.samples_root != before.integrity.samples_root
    assert after.measurements[0].clusters != before.measurements[0].clusters


@every_log
@pytest.mark.parametrize("value", [None, "", ["a"], {"a": 1}])
def test_clusters_taken_away(log, value):
    for sample in log.samples:
        sample["metadata"]["family"] = value
    assert {"log.cluster-key-missing", SUMMARY_DIFFERS} <= codes(log)


def test_clusters_that_differ_between_epochs():
    log = EvalLog(LOGS["epochs"])
    log.samples[0]["metadata"]["family"] = "another"
    assert "log.cluster-key-missing" in codes(log)


# The header


@every_log
def test_error_in_the_header_of_a_run_that_says_success(log):
    log.header["error"] = {"message": "x", "traceback": ""}
    assert codes(log) == {"log.not-success"}


def test_invalidation_taken_from_the_samples_alone():
    log = EvalLog(DATA / "invalidated.eval")
    before = result(log.to_bytes()).measurements[0]
    assert codes(log) == set()
    for sample in log.samples:
        sample.pop("invalidation", None)
    assert codes(log) == {"log.invalidated-differs"}
    assert result(log.to_bytes()).measurements[0].high <= before.high


@every_log
def test_invalidated_stated_or_denied(log):
    log.header["invalidated"] = True
    assert codes(log) == {"log.invalidated-differs"}
    log.samples[0]["invalidation"] = {"author": "a"}
    assert codes(log) == set()
    log.header["invalidated"] = False
    assert codes(log) == {"log.invalidated-differs"}
    del log.header["invalidated"]  # releases before 0.3.158 do not say it
    assert codes(log) == set()


@pytest.mark.parametrize("name", ["plain", "epochs", "aurora"])  # "deflate" has a limit
@pytest.mark.parametrize(
    ("config", "asked"),
    [
        ({}, 0), ({"limit": 10_000}, 0), ({"limit": [0, 10_000]}, 0), ({"limit": None}, 0),
        ({}, 1), ({}, -1), ({"limit": 10_000}, 1), ({"limit": 1}, 0), ({"limit": [1, 10_000]}, 0),
    ],
    ids=str,
)  # fmt: skip
def test_number_of_questions_in_the_dataset(log, config, asked):
    fits = asked == 0 and config.get("limit") not in (1, [1, 10_000])
    for tree in (log.header, log[START]):
        tree["eval"]["dataset"]["samples"] += asked
        tree["eval"]["config"] |= config
    assert codes(log) == (set() if fits else {"log.sample-count"})


@pytest.mark.parametrize(
    ("limit", "asked"), [(3, 3), ([2, 5], 3), ([4, 99], 2), ([5, 5], 0), (-1, None), ("x", None)]
)
def test_questions_that_a_limit_leaves(limit, asked):
    log = EvalLog(LOGS["plain"])
    assert len(log.samples) == 6
    for tree in (log.header, log[START]):
        tree["eval"]["config"]["limit"] = limit
    found = [f.message for f in result(log.to_bytes()).findings if f.code == "log.sample-count"]
    expected = f"{asked} questions of the dataset were to be asked; there are 6"
    assert found == ([] if asked is None else [expected])


def test_questions_chosen_by_id_can_be_any_number():
    log = EvalLog(LOGS["plain"])
    for tree in (log.header, log[START]):
        tree["eval"]["dataset"]["samples"] = 100
        tree["eval"]["config"]["sample_id"] = ["q*"]
    assert codes(log) == set()


@every_log
@pytest.mark.parametrize("field", CHOICES)
def test_choice_of_questions_in_header_and_beginning_differs(log, field):
    log[START]["eval"]["config"][field] = ["another"]
    assert codes(log) == {"log.start-differs"}


def test_epochs_removed_everywhere_but_in_the_beginning():
    log = EvalLog(LOGS["epochs"])
    log.members = [m for m in log.members if not m[0].endswith(("_epoch_2.json", "_epoch_3.json"))]
    log.header["eval"]["config"]["epochs"] = 1
    for items in (log.summaries, *(t for n, t in log.members if "_journal/summaries" in n)):
        items[:] = [item for item in items if item["epoch"] == 1]
    log.header["results"] |= {"total_samples": 4, "completed_samples": 4}
    assert "log.start-differs" in codes(log)


@pytest.mark.parametrize(("release", "severity"), [("0.3.254", "notice"), ("0.3.285", None)])
def test_question_scores_that_scoring_once_more_loses(release, severity):
    log = EvalLog(LOGS["epochs"])
    for tree in (log.header, log[START]):
        tree["eval"]["packages"]["inspect_ai"] = release
    log[REDUCTIONS] = [r for r in log.reductions if r["scorer"] != "match"]
    assert (codes(log) == set()) == (severity == "notice")
    assert REDUCTION_DIFFERS in codes(log, severity or "contradiction")
    log[REDUCTIONS] = []
    assert codes(log) == {REDUCTION_DIFFERS}


def test_json_header_denies_what_the_samples_say():
    log = JsonLog()
    log.header["invalidated"] = True
    assert codes(log) == {"log.invalidated-differs"}
    log = JsonLog()
    log.header["error"] = {"message": "x"}
    assert codes(log) == {"log.not-success"}


def test_json_questions_removed_with_all_that_counts_them():
    log = JsonLog()
    first = log.samples.pop(0)
    log.header["results"]["total_samples"] -= 1
    log.header["results"]["completed_samples"] -= 1
    log.header["eval"]["dataset"]["sample_ids"].remove(first["id"])
    for reduction in log.reductions:
        reduction["samples"] = [i for i in reduction["samples"] if i["sample_id"] != first["id"]]
    assert "log.sample-count" in codes(log)
    log.header["eval"]["dataset"]["sample_ids"] = None  # as releases before 0.3.46
    assert "log.sample-count" in codes(log)
