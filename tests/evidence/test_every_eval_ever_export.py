"""A log written as an Every Eval Ever record holds its numbers, and says what it cannot hold."""

import json
import math
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.evidence.lm_eval_logs import Run

from ifthen.errors import Error
from ifthen.evidence.every_eval_ever_export import Publisher, Texts, export_every_eval_ever
from ifthen.evidence.reading import read_log, read_source
from ifthen.evidence.recompute import measure
from ifthen.evidence.source import MemorySource

EEE = os.environ.get("IFTHEN_EEE_PYTHON", "")
DATA = Path(__file__).parent / "data"
FILE_ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PUBLISHER = Publisher(organization="A lab", relationship="third_party", developer="a-lab")
LOGS = ("plain.eval", "limited.eval", "epochs.eval", "edited.eval", "invalidated.eval")


def export(log, **options):
    return export_every_eval_ever(
        log, publisher=PUBLISHER, file_id=FILE_ID, retrieved_at=NOW, **options
    )


def read_back(aggregate, rows):
    beside = {f"{FILE_ID}_samples.jsonl": rows}
    source = MemorySource(json.dumps(aggregate).encode(), f"{FILE_ID}.json", beside)
    for result in aggregate["evaluation_results"]:
        yield read_source(source, part=result["evaluation_result_id"])


@pytest.mark.parametrize("name", LOGS)
def test_what_is_written_is_read_again_with_the_same_numbers(name):
    log = read_log(DATA / name)
    own = [item for item in measure(log, None)[0] if item.value is not None]
    again = list(read_back(*export(log)))
    assert own
    assert len(own) == len(again)
    for one, other in zip(own, again, strict=True):
        (found,) = measure(other, None)[0]
        assert (found.metric, found.reducer) == (one.metric, one.reducer)
        assert math.isclose(found.value, one.value, rel_tol=1e-15)  # questions in another order
        assert found.agrees
        assert [item for item in other.findings if item.severity == "contradiction"] == []
        assert (other.run.model, other.run.task) == (log.run.model, log.run.task)


def test_a_harness_run_is_written_with_its_direction():
    aggregate, rows = export(Run().read("ifthen_graded"))
    assert {
        result["evaluation_result_id"]: result["metric_config"]["lower_is_better"]
        for result in aggregate["evaluation_results"]
    } == {"closeness,none:mean:mean": False, "distance,none:mean:mean": True}
    scores = [json.loads(row) for row in rows.splitlines()]
    assert {
        row["evaluation"]["is_correct"] for row in scores if row["evaluation"]["score"] == 0.0
    } == {True}  # nothing far from nothing


def test_ids_tell_reducers_apart():
    aggregate, rows = export(read_log(DATA / "epochs.eval"))
    ids = [result["evaluation_result_id"] for result in aggregate["evaluation_results"]]
    assert len(set(ids)) == len(ids)
    assert {"match:accuracy:mean", "match:accuracy:pass_at_2"} <= set(ids)
    named = [json.loads(row)["evaluation_result_id"] for row in rows.splitlines()]
    assert set(named) == set(ids)
    keys = [
        (row["evaluation_result_id"], row["sample_id"], row["metadata"]["epoch"])
        for row in map(json.loads, rows.splitlines())
    ]
    assert len(set(keys)) == len(keys)


def test_answers_without_score_are_left_out_and_counted():
    log = read_log(DATA / "epochs.eval")
    unscored = sum(
        isinstance(value, float) and value != value
        for value in (sample.scores["graded"].value for sample in log.samples)
    )
    assert unscored
    aggregate, rows = export(log)
    named = [json.loads(row)["evaluation_result_id"] for row in rows.splitlines()]
    for result in aggregate["evaluation_results"]:
        if result["evaluation_result_id"].startswith("graded:"):
            details = result["score_details"]["details"]
            assert details["answers_left_out"] == str(unscored)
            assert details["answers"] == str(len(log.samples))
            assert named.count(result["evaluation_result_id"]) == len(log.samples) - unscored


def test_rows_tell_of_edits_and_invalidations():
    rows = [json.loads(row) for row in export(read_log(DATA / "edited.eval"))[1].splitlines()]
    edited = [row["metadata"] for row in rows if "edited" in row["metadata"]["status"]]
    assert len(edited) == 1
    assert len(json.loads(edited[0]["history"])) == 2
    rows = [json.loads(row) for row in export(read_log(DATA / "invalidated.eval"))[1].splitlines()]
    assert sum("invalidated" in row["metadata"]["status"] for row in rows) == 1


def test_texts_are_withheld_unless_given():
    log = read_log(DATA / "plain.eval")
    first = json.loads(export(log)[1].splitlines()[0])
    assert first["input"] == {"raw": "", "reference": []}
    assert first["sample_hash"] is None
    assert first["metadata"]["withheld"] == "input, reference, output"
    texts = {
        (sample.id, sample.epoch): Texts(input="Say 1", reference=("1",), output=("2",))
        for sample in log.samples
    }
    aggregate, rows = export(log, texts=texts)
    first = json.loads(rows.splitlines()[0])
    assert "withheld" not in first["metadata"]
    # as Inspect's converter hashes the same question, see data/every-eval-ever
    assert first["sample_hash"] == (
        "0caa5a1059a855741737e9289869d52287c8dfffde0c73afac9a8d0d92aa6a3b"
    )
    (log_again,) = read_back(aggregate, rows)
    assert "log.hash-unchecked" not in {item.code for item in log_again.findings}


def test_the_same_log_gives_the_same_bytes():
    log = read_log(DATA / "plain.eval")
    assert export(log) == export(log)


def test_the_record_says_what_it_is_made_of():
    log = read_log(DATA / "plain.eval")
    details = export(log)[0]["source_metadata"]["additional_details"]
    assert details["log_sha256"] == log.sha256
    assert "without a usable score" in details["not_carried"]


def test_weights_are_kept_where_they_are_known():
    log = read_log(DATA / "plain.eval")
    digest = "sha256:" + "ab" * 32
    (again,) = read_back(*export(replace(log, run=replace(log.run, weights_sha256=digest))))
    assert again.run.weights_sha256 == digest


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda log: replace(log, samples=()), "export.no-samples"),
        (lambda log: replace(log, claim="stated"), "export.no-samples"),
        (lambda log: replace(log, samples=log.samples[1:]), "export.contradiction"),
        (lambda log: replace(log, run=replace(log.run, status="error")), "export.contradiction"),
        (lambda log: replace(log, run=replace(log.run, model="")), "export.model-id"),
        (lambda log: replace(log, run=replace(log.run, model="/models/a.gguf")), "export.model-id"),
        (lambda log: replace(log, run=replace(log.run, dataset="..")), "export.model-id"),
    ],
)
def test_what_cannot_be_written_honestly_is_refused(change, code):
    log = change(read_log(DATA / "plain.eval"))
    with pytest.raises(Error) as caught:
        export(log)
    assert caught.value.code == code


@pytest.mark.parametrize("file_id", ["", "a/../b", FILE_ID.replace("-4", "-1")])
def test_a_file_id_is_a_random_uuid(file_id):
    log = read_log(DATA / "plain.eval")
    with pytest.raises(Error) as caught:
        export_every_eval_ever(log, publisher=PUBLISHER, file_id=file_id, retrieved_at=NOW)
    assert caught.value.code == "export.file-id"


@pytest.mark.skipif(
    not EEE,
    reason="IFTHEN_EEE_PYTHON names no Python with every_eval_ever: its schema cannot be asked",
)
@pytest.mark.parametrize("name", [*LOGS, "lm-eval"])
def test_the_projects_own_validator_finds_nothing(name, tmp_path):
    log = Run().read("ifthen_write") if name == "lm-eval" else read_log(DATA / name)
    texts = {
        (sample.id, sample.epoch): Texts(input="Say 1", reference=("1",)) for sample in log.samples
    }
    aggregate, rows = export(log, texts=texts if name == "plain.eval" else None)
    path = tmp_path / aggregate["detailed_evaluation_results"]["file_path"]
    path.parent.mkdir(parents=True)
    path.write_bytes(rows)
    main = path.with_name(f"{FILE_ID}.json")
    main.write_text(json.dumps(aggregate))
    script = str(Path(__file__).with_name("eee_reference.py"))
    done = subprocess.run(
        [EEE, script, str(tmp_path), str(main), str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1]) == []
    # that it can find something
    aggregate["model_info"].pop("id")
    main.write_text(json.dumps(aggregate))
    done = subprocess.run(
        [EEE, script, str(tmp_path), str(main)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) != []
