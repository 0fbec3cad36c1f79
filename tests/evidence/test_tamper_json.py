"""Logs in the JSON format, changed as somebody would who wants another number.

They repeat less: the scores in the reductions, the result in the header.
"""

import copy

import pytest
from tests.evidence.tampering import (
    DATA,
    HEADER_DIFFERS,
    JSON_LOG,
    REDUCTION_DIFFERS,
    JsonLog,
    codes,
    flip_reductions,
    flip_samples,
    numbers,
    result,
    state_perfect,
)


@pytest.mark.parametrize("path", [JSON_LOG, DATA / "object.json"], ids=["20", "object"])
def test_untouched_json_log(path):
    assert codes(JsonLog(path)) <= {"log.cluster-key-missing"}


def test_json_scores_flipped():
    log = JsonLog()
    changed = flip_samples(log)
    assert codes(log) == {HEADER_DIFFERS, REDUCTION_DIFFERS}
    flip_reductions(log, changed)
    assert codes(log) == {HEADER_DIFFERS}
    state_perfect(log)
    assert codes(log) == set()  # written anew as a whole: cannot be found


def test_json_header_edited():
    log = JsonLog()
    log.header["results"]["scores"][0]["metrics"]["accuracy"]["value"] += 0.1
    assert codes(log) == {HEADER_DIFFERS}


def test_json_samples_removed():
    log = JsonLog()
    first = log.samples.pop(0)
    found = codes(log)
    assert {"log.sample-count", "log.sample-missing", REDUCTION_DIFFERS} <= found
    log.header["results"]["total_samples"] -= 1
    log.header["results"]["completed_samples"] -= 1
    assert "log.sample-missing" in codes(log)
    log.header["eval"]["dataset"]["sample_ids"].remove(first["id"])
    assert REDUCTION_DIFFERS in codes(log)


def test_json_samples_duplicated():
    log = JsonLog()
    log.samples.append(copy.deepcopy(log.samples[0]))
    assert {"log.sample-count", "log.duplicate-sample"} <= codes(log)


def test_json_samples_in_another_order_change_no_number():
    log = JsonLog()
    before = result(log.to_bytes(), log.name)
    log.samples.reverse()
    assert numbers(result(log.to_bytes(), log.name)) == numbers(before)


def test_json_questions_and_ids_changed():
    log = JsonLog()
    before = result(log.to_bytes(), log.name).integrity
    log.samples[0]["input"] = "another"
    assert result(log.to_bytes(), log.name).integrity.dataset_sha256 != before.dataset_sha256
    log.samples[0]["id"] = "another"
    assert {"log.sample-unexpected", "log.sample-missing", REDUCTION_DIFFERS} <= codes(log)


def test_json_clusters_edited_are_bound_by_the_root():
    """Cannot be found: a JSON log has no summaries."""
    log = JsonLog()
    before = result(log.to_bytes(), log.name)
    for sample in log.samples:
        sample["metadata"]["family"] = "all"
    after = result(log.to_bytes(), log.name)
    assert codes(log) == set()
    assert after.integrity.samples_root != before.integrity.samples_root


def test_json_model_mixed():
    log = JsonLog()
    log.samples[0]["model_usage"] = {"another/model": {}}
    assert "log.several-models" in codes(log, "notice")


def test_json_cut_off_or_with_bytes_after_the_end():
    data = JsonLog().to_bytes()
    for changed in (data[:-1], data[:5000], data + b"{}", data + b"\0", data + b"x"):
        log = JsonLog()
        log.to_bytes = lambda changed=changed: changed
        assert codes(log) == {"log.not-json"}
