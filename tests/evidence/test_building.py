"""The evidence document of a log."""

from datetime import UTC, datetime

import pytest

from ifthen.evidence.building import build_record, count_samples
from ifthen.evidence.log import format_line
from ifthen.evidence.reading import read_log


def build(log, **changes):
    return build_record(
        log,
        **{
            "id": "one",
            "evaluation": "arithmetic",
            "model": "small",
            "plan": "before",
            "recorded_by": "ann",
            "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
            "cluster_by": "family",
            "log_path": "logs/one.eval",
            **changes,
        },
    )


def test_record_of_a_log(data_folder):
    log = read_log(data_folder / "plain.eval", keep={"family"})
    record = build(log)
    assert record.log.sha256 == log.sha256
    assert record.log.format == "inspect-eval"
    assert record.run.task == "plain"
    assert record.run.questions == 6
    assert record.samples.ok == record.samples.total == 6
    assert record.measurements[0].agrees
    assert type(record).model_validate_json(record.model_dump_json()) == record


def test_record_is_the_same_each_time(data_folder):
    path = data_folder / "epochs.eval"
    assert build(read_log(path, keep={"family"})) == build(read_log(path, keep={"family"}))


def test_sample_counts(change):
    log = change("plain.eval")
    log.sample("q0")["error"] = {"message": "broken"}
    log.sample("q0")["scores"] = {}
    log.sample("q1")["limit"] = {"type": "token", "limit": 5}
    log.sample("q2")["invalidation"] = {"author": None}
    counts = count_samples(log.read())
    assert counts.model_dump() == {
        "total": 6, "ok": 3, "error": 1, "limit": 1, "invalidated": 1, "unscored": 1, "edited": 0,
    }  # fmt: skip


def test_sample_counts_of_logs_with_edits_and_of_mappings(data_folder):
    assert count_samples(read_log(data_folder / "edited.eval", keep={"family"})).edited == 1
    assert count_samples(read_log(data_folder / "keys.eval", keep={"family"})).unscored == 0


def test_samples_of_a_log_without_scorers_are_unscored(change):
    log = change("plain.eval")
    log["header.json"]["results"] = None
    log["header.json"]["eval"]["scorers"] = None
    assert count_samples(log.read()).unscored == 6


@pytest.mark.parametrize(
    ("stated", "kept"),
    [("ab" * 32, True), ("sha256:" + "AB" * 32, True), ("ab", False), ("sha256:\n", False)],
)
def test_digest_of_the_weights(change, stated, kept):
    log = change("plain.eval")
    log["header.json"]["eval"]["metadata"] = {"weights_sha256": stated, "engine": "e 1"}
    record = build(log.read())
    assert record.run.weights_sha256 == ("sha256:" + "ab" * 32 if kept else None)
    assert record.run.engine == "e 1"
    assert ("log.weights-digest" in {finding.code for finding in record.findings}) is not kept


def test_foreign_text_becomes_one_short_line(change):
    log = change("plain.eval")
    log["header.json"]["eval"]["task"] = "a\nb" + "x" * 1000
    log["header.json"]["eval"]["model"] = ""
    log["header.json"]["eval"]["packages"] = {}
    record = build(log.read())
    assert record.run.task.startswith("a b")
    assert len(record.run.task) == 300
    assert record.run.model == "(empty)"
    assert record.run.producer == "inspect_ai"
    assert format_line("\ud800\u2028") == "? "


def test_findings_of_every_part_are_in_the_record(change):
    log = change("plain.eval")
    log.sample("q0")["id"] = "q1"
    log["header.json"]["eval"]["scorers"][0]["metrics"].append({"name": "other"})
    findings = build(log.read()).findings
    codes = {finding.code for finding in findings}
    assert {"log.sample-name", "log.metric-unknown", "log.duplicate-sample"} <= codes
    assert len(findings) == len(set(findings))
