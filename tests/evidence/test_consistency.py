"""Tampered logs: each change is found, with the code that names it."""

from pathlib import Path

import pytest

from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.reading import read_log, read_source
from ifthen.evidence.recompute import measure
from ifthen.evidence.source import MemorySource


def faults(log, severity="contradiction"):
    read = log.read() if hasattr(log, "read") else log
    measurements, measured = measure(read, None)
    found = (*measured, *check_consistency(read, measurements))
    return {finding.code for finding in found if finding.severity == severity}


def results(log):
    return log["header.json"]["results"]


@pytest.mark.parametrize(
    "name",
    [
        "plain.eval", "limited.eval", "epochs.eval", "keys.eval", "object.json", "edited.eval",
        "invalidated.eval",
    ],
)  # fmt: skip
def test_untouched_logs_hold_no_contradiction(data_folder, name):
    assert faults(read_log(data_folder / name, keep={"family"})) == set()


def test_value_edited_in_the_header_only(change):
    log = change("plain.eval")
    results(log)["scores"][0]["metrics"]["accuracy"]["value"] = 0.01
    assert faults(log) == {"log.header-differs"}


def test_spread_edited_in_the_header_only(change):
    for metric in ("stderr", "std", "var"):
        log = change("epochs.eval")
        results(log)["scores"][-7]["metrics"][metric]["value"] = 0.01
        assert faults(log) == {"log.header-differs"}


def test_sample_scores_flipped(change):
    log = change("plain.eval")
    for index in range(6):
        log.sample(f"q{index}")["scores"]["match"]["value"] = "C"
    assert faults(log) == {"log.header-differs", "log.summary-differs", "log.reduction-differs"}


def test_sample_scores_all_taken_away(change):
    log = change("plain.eval")
    for index in range(6):
        log.sample(f"q{index}")["scores"] = {}
    assert "log.header-differs" in faults(log)


def test_samples_removed(change):
    log = change("plain.eval")
    log.drop("samples/q0_epoch_1.json")
    log.drop("samples/q3_epoch_1.json")
    found = faults(log)
    assert {"log.sample-count", "log.sample-missing", "log.summary-differs"} <= found


def stop(log, *left_out):
    stops = [{"id": identifier, "epoch": 1} for identifier in left_out]
    results(log)["early_stopping"] = {"manager": "m", "early_stops": stops, "metadata": {}}


def test_samples_left_out_by_early_stopping_are_a_notice(change):
    log = change("plain.eval")
    log.drop("samples/q0_epoch_1.json")
    stop(log, "q0")
    assert "log.left-out" in faults(log, "notice")
    assert "log.sample-missing" not in faults(log)
    assert "log.sample-count" in faults(log)  # the number of completed samples


def test_samples_that_early_stopping_did_not_leave_out(change):
    log = change("plain.eval")
    log.drop("samples/q0_epoch_1.json")
    log.drop("samples/q1_epoch_1.json")
    stop(log, "q0")
    assert "log.sample-missing" in faults(log)


def test_samples_left_out_of_no_known_list(change):
    log = change("plain.eval")
    stop(log, "another")
    assert "log.left-out-unlisted" in faults(log)


def test_early_stopping_of_another_shape_leaves_nothing_out(change):
    for value in (3, {"manager": "m"}, {"early_stops": [3, {"id": [], "epoch": 1}, {"id": "q0"}]}):
        log = change("plain.eval")
        log.drop("samples/q0_epoch_1.json")
        results(log)["early_stopping"] = value
        assert "log.sample-missing" in faults(log)


def test_sample_added(change):
    log = change("plain.eval")
    log.members["samples/q9_epoch_1.json"] = {**log.sample("q0"), "id": "q9"}
    assert {"log.sample-count", "log.sample-unexpected", "log.summary-differs"} <= faults(log)


def test_sample_under_another_name(change):
    log = change("plain.eval")
    log.members["samples/again.json"] = log.sample("q0")
    assert {"log.sample-count", "log.duplicate-sample"} <= faults(log)


def test_epoch_beyond_the_stated_number(change):
    log = change("plain.eval")
    log.members["samples/q0_epoch_2.json"] = {**log.sample("q0"), "epoch": 2}
    assert "log.epoch-unexpected" in faults(log)


def test_question_named_twice_in_the_list_of_ids(change):
    log = change("plain.eval")
    log["header.json"]["eval"]["dataset"]["sample_ids"].append("q0")
    assert "log.duplicate-id" in faults(log)


def test_list_of_ids_left_out(change):
    log = change("plain.eval")
    del log["header.json"]["eval"]["dataset"]["sample_ids"]
    assert faults(log) == set()
    log.drop("samples/q0_epoch_1.json")
    assert "log.sample-count" in faults(log)


@pytest.mark.parametrize("key", ["total_samples", "completed_samples"])
def test_stated_counts_that_are_wrong(change, key):
    log = change("plain.eval")
    results(log)[key] = 7
    assert faults(log) == {"log.sample-count"}


def test_stated_number_of_scored_questions_is_a_notice(change):
    log = change("plain.eval")
    results(log)["scores"][0]["scored_samples"] = 5
    assert faults(log) == set()
    assert "log.scored-count" in faults(log, "notice")


def test_header_without_counts_or_results(change):
    log = change("plain.eval")
    log["header.json"]["results"] = {}
    assert faults(log) == {"log.no-results"}
    log["header.json"]["results"] = None
    assert faults(log) == {"log.no-results"}
    assert log.read().run.questions == 6
    del log["header.json"]["eval"]["dataset"]["sample_ids"]
    assert log.read().run.questions is None


def test_log_without_samples(change):
    log = change("plain.eval")
    for member in [name for name in log.members if name.startswith("samples/")]:
        log.drop(member)
    assert {"log.no-samples", "log.sample-missing"} <= faults(log)


@pytest.mark.parametrize("status", ["error", "cancelled", "started", ""])
def test_run_that_did_not_succeed(change, status):
    log = change("plain.eval")
    log["header.json"]["status"] = status
    assert faults(log) == {"log.not-success"}


def test_summaries_edited(change):
    log = change("plain.eval")
    log["summaries.json"][0]["scores"]["match"]["value"] = "P"
    assert faults(log) == {"log.summary-differs"}


def test_journal_edited(change):
    log = change("plain.eval")
    log["_journal/summaries/1.json"][0]["scores"]["match"]["value"] = "P"
    assert faults(log) == {"log.summary-differs"}


def test_later_journal_counts(change):
    log = change("plain.eval")
    good = log["_journal/summaries/1.json"]
    bad = [{**good[0], "scores": {}}]
    log.members["_journal/summaries/1.json"] = bad
    log.members["_journal/summaries/10.json"] = good
    assert faults(log) == set()


def test_summary_of_a_sample_removed_and_added(change):
    log = change("plain.eval")
    log["summaries.json"].pop()
    assert faults(log) == {"log.summary-differs"}
    log = change("plain.eval")
    log["summaries.json"].append({**log["summaries.json"][0], "id": "q9"})
    assert faults(log) == {"log.summary-differs"}


def test_log_without_summaries_and_reductions(change):
    log = change("plain.eval")
    for member in ("summaries.json", "reductions.json", "_journal/summaries/1.json"):
        log.drop(member)
    assert faults(log) == {"log.summary-differs", "log.reduction-differs"}


def test_emptied_summaries_and_reductions(change):
    log = change("plain.eval")
    log.members |= {"summaries.json": [], "reductions.json": [], "_journal/summaries/1.json": []}
    assert faults(log) == {"log.summary-differs", "log.reduction-differs"}


def test_a_family_that_the_summaries_do_not_know(change):
    log = change("plain.eval")
    log.sample("q1")["metadata"]["family"] = "another"
    assert faults(log) == {"log.summary-differs"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("task", "other"),
        ("model", "other/model"),
        ("created", "2026-11-29T00:00:00+00:00"),
        ("task_args", {"safeguard": "none"}),
        ("metadata", {"weights_sha256": "0" * 64}),
    ],
)
def test_a_header_that_is_not_what_the_run_began_with(change, key, value):
    log = change("plain.eval")
    log.in_step = False
    log["header.json"]["eval"][key] = value
    assert "log.start-differs" in faults(log)


def test_a_log_without_its_beginning(change):
    log = change("plain.eval")
    log.drop("_journal/start.json")
    assert faults(log) == {"log.start-differs"}


def test_an_edit_without_the_original_value(change):
    log = change("plain.eval")
    score = log.sample("q1")["scores"]["match"]
    score["history"] = [
        {"value": "UNCHANGED"},
        {"value": score["value"], "provenance": {"author": "somebody"}},
    ]
    assert "log.history-differs" in faults(log)


def test_reductions_edited_removed_and_added(change):
    for damage in (
        lambda samples: samples[0].update(value=0.25),
        lambda samples: samples[0].update(value=None),
        lambda samples: samples.pop(),
        lambda samples: samples.append({"sample_id": "q9", "value": 1.0}),
    ):
        log = change("plain.eval")
        damage(log["reductions.json"][0]["samples"])
        assert faults(log) == {"log.reduction-differs"}


def test_reductions_of_keys(change):
    log = change("keys.eval")
    log["reductions.json"][0]["samples"][0]["value"]["b"] = 0.99
    assert faults(log) == {"log.reduction-differs"}
    log["reductions.json"][0]["samples"][0]["value"] = "C"
    assert faults(log) == {"log.reduction-differs"}


def test_reduction_by_an_unknown_reducer_is_passed_over(change):
    log = change("plain.eval")
    log["reductions.json"][0]["reducer"] = "collect"
    log["reductions.json"][0]["samples"].pop()
    results(log)["scores"][0]["reducer"] = "collect"
    assert faults(log) == set()


def test_history_that_does_not_end_in_the_score(change):
    log = change("edited.eval")
    for name, sample in log.members.items():
        if name.startswith("samples/") and sample["scores"]["match"]["history"]:
            sample["scores"]["match"]["history"][-1]["value"] = "I"
    assert faults(log) == {"log.history-differs"}


def test_edits_and_invalidations_are_notices_with_their_authors(data_folder):
    log = read_log(data_folder / "edited.eval", keep={"family"})
    messages = {f.code: f.message for f in check_consistency(log, ())}
    assert messages["log.edited"] == "scores were edited: 1 by ann"
    log = read_log(data_folder / "invalidated.eval", keep={"family"})
    messages = {f.code: f.message for f in check_consistency(log, ())}
    assert messages["log.invalidated"] == "samples were invalidated: 1 by bob"


def test_notices_on_the_run(change):
    log = change("plain.eval")
    header = log["header.json"]
    header["eval"]["revision"] = {"type": "git", "origin": "", "commit": "c", "dirty": True}
    header["stats"]["model_usage"]["other/model"] = {}
    header["log_updates"] = [{"provenance": {"author": "eve"}}, {}]
    header["config_updates"] = [{}]
    assert faults(log, "notice") == {
        "log.dirty-revision",
        "log.several-models",
        "log.metadata-edited",
        "log.retuned",
    }
    header["eval"]["revision"]["dirty"] = False
    assert "log.dirty-revision" not in faults(log, "notice")


LONG = " ".join(["word"] * 400)


@pytest.mark.parametrize(
    ("value", "summary", "agree"),
    [
        ("def f():\n    return  1\n", "def f(): return 1", True),
        (LONG, "word word...", True),
        (["word"] * 400, "Key removed from summary (> 1k)", True),
        ("def f():\n    return  1\n", "def f(): return 2", False),
        (LONG, "word ward...", False),
        ("short", "sho...", False),
        (3, "Key removed from summary (> 1k)", False),
        (["a"], "a", False),
    ],
)
def test_summaries_shorten_metadata(change, value, summary, agree):
    log = change("plain.eval")
    log.sample("q0")["metadata"]["family"] = value
    for place in ("summaries.json", "_journal/summaries/1.json"):
        next(item for item in log[place] if item["id"] == "q0")["metadata"]["family"] = summary
    read = log.read()
    codes = [item.code for item in check_consistency(read, measure(read, None)[0])]
    assert ("log.summary-differs" not in codes) == agree


def test_a_file_that_states_numbers_only_contradicts_nothing():
    """That it decides nothing is said once; it is no fault of the file."""
    data = Path(__file__).parent / "data" / "every-eval-ever"
    source = (data / "52a3cb0f-2b73-461e-902d-3050b7b9cb60.json").read_bytes()
    log = read_source(MemorySource(source, "x.json"))
    measurements, _ = measure(log, None)
    assert log.claim == "stated"
    found = check_consistency(log, measurements)
    assert [x.code for x in found] == ["log.stated-only"]
    assert [x.severity for x in found] == ["notice"]
    assert [x.value for x in measurements] == [None]
