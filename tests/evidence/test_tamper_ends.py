"""Real logs that say another score, or another end of a sample, in one place than in another."""

import copy

import pytest
from tests.evidence.tampering import (
    DATA,
    LOGS,
    START,
    SUMMARY_DIFFERS,
    EvalLog,
    codes,
    every_log,
    flip,
    numbers,
    result,
    told_to_differ,
)


@pytest.mark.parametrize("name", ["plain", "epochs"])  # the others were written without events
def test_log_written_anew_but_for_the_events_of_its_samples(log):
    """As ``write_eval_log`` does it after an assignment: what the scorer said still counts."""
    before = result(log.to_bytes()).measurements[0]
    for sample in log.samples:
        sample["scores"]["match"]["value"] = "I"
    for item in (*log.summaries, *log.journal):
        item["scores"]["match"]["value"] = "I"
    for reduction in log.reductions:
        for item in reduction["samples"] if reduction["scorer"] == "match" else ():
            item["value"] = 0.0
    for stated in log.header["results"]["scores"]:
        for metric in stated["metrics"].values() if stated["scorer"] == "match" else ():
            metric["value"] = 0.0
    assert codes(log) == set()
    assert "log.event-differs" in codes(log, "notice")
    after = result(log.to_bytes()).measurements[0]
    assert after.value == 0.0
    assert after.high == before.high > 0.0


@pytest.mark.parametrize("name", ["plain", "epochs"])
def test_intermediate_scores_and_scores_without_a_name_do_not_count(log):
    before = numbers(result(log.to_bytes()))
    for sample in log.samples:
        event = next(e for e in sample["events"] if e["event"] == "score")
        for change in ({"intermediate": True}, {"scorer": None}, {"score": {"value": None}}):
            other = {"value": flip(event["score"]["value"])}
            sample["events"].append({**event, "score": other, **change})
    after = numbers(result(log.to_bytes()))
    assert after.measurements == before.measurements
    assert after.findings == before.findings


def test_edit_whose_history_is_taken_away():
    log = EvalLog(DATA / "edited.eval")
    assert codes(log) == set()
    edited = next(s for s in log.samples if s["scores"]["match"]["history"])
    edited["scores"]["match"]["history"] = []
    assert codes(log) == {"log.history-differs"}
    edited["events"] = [e for e in edited["events"] if e["event"] != "score_edit"]
    assert codes(log) == set()
    assert "log.event-differs" in codes(log, "notice")  # what the scorer said


def test_score_by_hand_of_a_scorer_that_did_not_run_has_no_original():
    log = EvalLog(LOGS["plain"])
    by_hand = {"value": "I", "history": [{"value": "I", "provenance": {"author": "a"}}]}
    for name, expected in (("new", set()), ("match", {"log.history-differs"})):
        changed = copy.deepcopy(log)
        sample = changed.samples[0]
        assert sample["scores"]["match"]["value"] == "I"
        sample["scores"][name] = by_hand
        for item in (*changed.summaries, *changed.journal):
            if item["id"] == sample["id"]:
                item["scores"][name] = {"value": "I"}
        assert codes(changed) == expected
        assert "log.edited" in codes(changed, "notice")


@every_log
def test_limit_given_to_a_sample_alone(log):
    """A framework can say that samples stopped by a limit count as incorrect."""
    log.samples[0]["limit"] = {"type": "token", "limit": 5}
    assert codes(log) == {SUMMARY_DIFFERS}


@every_log
def test_limit_taken_from_a_sample_alone(log):
    first = log.samples[0]
    first["limit"] = {"type": "token", "limit": 5}
    for item in (*log.summaries, *log.journal):
        if (item["id"], item["epoch"]) == (first["id"], first["epoch"]):
            item["limit"] = "token"
    assert codes(log) == set()
    first["limit"]["type"] = "message"
    assert codes(log) == {SUMMARY_DIFFERS}
    del first["limit"]
    assert codes(log) == {SUMMARY_DIFFERS}


def test_limit_that_an_old_release_does_not_summarize():
    log = EvalLog(LOGS["plain"])
    log.samples[0]["limit"] = {"type": "token", "limit": 5}
    for tree in (log.header, log[START]):
        tree["eval"]["packages"] = {"inspect_ai": "0.3.46"}
    assert codes(log) == set()


@every_log
def test_earlier_attempt_that_only_the_journal_tells_of_counts(log):
    """The producer takes replaced members out of an archive to save room."""
    before = result(log.to_bytes()).measurements[0]
    first = log.samples[0]
    score = next(iter(first["scores"].values()))["value"]
    row = next(i for i in log.journal if (i["id"], i["epoch"]) == (first["id"], first["epoch"]))
    earlier = copy.deepcopy(row)
    next(iter(earlier["scores"].values()))["value"] = flip(score)
    log.members.insert(1, ("_journal/summaries/0.json", [earlier]))
    assert codes(log) == set()
    assert "log.requeued" in codes(log, "notice")
    after = result(log.to_bytes()).measurements[0]
    assert after.value == before.value
    assert after.high - after.low > before.high - before.low


@every_log
def test_earlier_attempt_whose_member_says_another_score_than_the_journal(log):
    """Both count: what was put into the replaced member takes nothing back."""
    at = next(i for i, (name, _) in enumerate(log.members) if name.startswith("samples/"))
    name, tree = log.members[at]
    row = next(i for i in log.journal if (i["id"], i["epoch"]) == (tree["id"], tree["epoch"]))
    earlier = copy.deepcopy(row)
    value = flip(next(iter(tree["scores"].values()))["value"])
    next(iter(earlier["scores"].values()))["value"] = value
    log.members.insert(at, (name, copy.deepcopy(tree)))
    log.members.append(("_journal/summaries/0.json", [earlier]))
    assert codes(log) == set()
    measured = result(log.to_bytes()).measurements[0]
    assert measured.high > measured.low


@every_log
def test_sample_that_another_model_answered_counts_from_0_to_1(log):
    """A refusal handed on to a weaker model says nothing of the model that was evaluated."""
    before = result(log.to_bytes()).measurements[0]
    stated = [{"model": "a", "fallback_model": "b", "count": 1}]
    first = log.samples[0]
    first["model_fallbacks"] = stated
    assert codes(log) == set()
    record = result(log.to_bytes())
    (found,) = (each for each in record.findings if each.code == "log.model-fallback")
    assert found.severity == "notice"
    assert "a by b in 1" in found.message
    after = record.measurements[0]
    assert after.value == before.value
    assert after.high - after.low > before.high - before.low
    for item in log.summaries:
        if (item["id"], item["epoch"]) == (first["id"], first["epoch"]):
            item["model_fallbacks"] = stated
    assert codes(log) == set()
    first["model_fallbacks"] = None
    assert codes(log) == {SUMMARY_DIFFERS}
    assert told_to_differ(log) == ["fallbacks"]
