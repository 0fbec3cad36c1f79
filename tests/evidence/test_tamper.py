"""Real logs, whose scores were changed as somebody would who wants another number.

An unsigned log can be written anew as a whole, consistently. Nothing in the file can tell that;
``test_log_written_anew_as_a_whole`` shows it, and that the digests of the record do. The files
``test_tamper_*.py`` change the archive, the run and its questions, the ends of samples, and logs in
the JSON format.
"""

import pytest
from tests.evidence.tampering import (
    HEADER_DIFFERS,
    REDUCTION_DIFFERS,
    REDUCTIONS,
    SAMPLES_ONLY,
    SUMMARIES,
    SUMMARY_DIFFERS,
    codes,
    every_log,
    flip,
    flip_reductions,
    flip_samples,
    flip_summaries,
    result,
    state_perfect,
)


@every_log
def test_untouched_log(log):
    assert codes(log) == set()


@every_log
def test_scores_flipped_in_the_samples(log):
    flip_samples(log)
    assert codes(log) == SAMPLES_ONLY


@every_log
def test_one_score_flipped_in_the_samples(log):
    flip_samples(log, only=1)
    assert codes(log) == SAMPLES_ONLY


@every_log
@pytest.mark.parametrize("part", ["summaries", "journal"])
def test_scores_flipped_in_samples_and_one_kind_of_summaries(log, part):
    flip_summaries(getattr(log, part), flip_samples(log))
    assert codes(log) == SAMPLES_ONLY


@every_log
def test_scores_flipped_in_samples_and_all_summaries(log):
    changed = flip_samples(log)
    flip_summaries(log.summaries, changed)
    flip_summaries(log.journal, changed)
    assert codes(log) == {HEADER_DIFFERS, REDUCTION_DIFFERS}


@every_log
def test_scores_flipped_everywhere_but_in_the_header(log):
    changed = flip_samples(log)
    flip_summaries(log.summaries, changed)
    flip_summaries(log.journal, changed)
    flip_reductions(log, changed)
    assert HEADER_DIFFERS in codes(log)
    assert SUMMARY_DIFFERS not in codes(log)


@every_log
def test_two_scores_exchanged_so_that_no_mean_changes(log):
    right = next(s for s in log.samples if next(iter(s["scores"].values()))["value"] == "C")
    wrong = next(
        s
        for s in log.samples
        if next(iter(s["scores"].values()))["value"] == "I" and s["id"] != right["id"]
    )
    for sample in (right, wrong):
        score = next(iter(sample["scores"].values()))
        score["value"] = flip(score["value"])
    assert {SUMMARY_DIFFERS, REDUCTION_DIFFERS} <= codes(log)


@every_log
def test_scores_taken_away(log):
    for sample in log.samples:
        sample["scores"] = {}
    assert codes(log) >= SAMPLES_ONLY


@every_log
@pytest.mark.parametrize("value", [None, float("nan"), 2.0, -1, 10**400, "x", [1], {"a": 1}])
def test_scores_replaced_by_what_is_no_score(log, value):
    for sample in log.samples:
        next(iter(sample["scores"].values()))["value"] = value
    assert SUMMARY_DIFFERS in codes(log)
    assert codes(log) & {HEADER_DIFFERS, REDUCTION_DIFFERS}


@every_log
def test_edit_with_a_forged_history_widens_the_bounds(log):
    """An edit that its history tells is a notice; every value that the score had counts."""
    before = result(log.to_bytes()).measurements[0]
    changed = flip_samples(log)
    for sample in log.samples:
        if (sample["id"], sample["epoch"]) in changed:
            next(iter(sample["scores"].values()))["history"] = [
                {"value": "I"},
                {"value": "C", "provenance": {"author": "nobody", "timestamp": "2026-01-01"}},
            ]
    flip_summaries(log.summaries, changed)
    flip_summaries(log.journal, changed)
    flip_reductions(log, changed)
    state_perfect(log)
    assert "log.edited" in codes(log, "notice")
    after = result(log.to_bytes()).measurements[0]
    assert after.low <= before.low
    assert after.high == after.questions


@every_log
@pytest.mark.parametrize(
    "history",
    [
        [{"value": "C"}, {"value": "I", "provenance": {"author": "a"}}],  # ends with another value
        [{"value": "C", "provenance": {"author": "a"}}],  # without the original
        [{"value": "UNCHANGED", "provenance": {"author": "a"}}, {"value": "C"}],
    ],
)
def test_history_that_cannot_be(log, history):
    changed = flip_samples(log)
    for sample in log.samples:
        if (sample["id"], sample["epoch"]) in changed:
            next(iter(sample["scores"].values()))["history"] = history
    assert "log.history-differs" in codes(log)


@every_log
def test_value_in_the_header(log):
    for stated in log.header["results"]["scores"]:
        for key in stated["metrics"]:
            value = stated["metrics"][key]["value"]
            stated["metrics"][key]["value"] = value + 0.001
            assert codes(log) == {HEADER_DIFFERS}, (stated["name"], key)
            stated["metrics"][key]["value"] = value
    assert codes(log) == set()


@every_log
def test_reductions_alone(log):
    log.reductions[0]["samples"][0]["value"] = 0.123
    assert codes(log) == {REDUCTION_DIFFERS}


@every_log
@pytest.mark.parametrize("member", [REDUCTIONS, SUMMARIES])
def test_part_that_repeats_the_scores_removed(log, member):
    log.drop(member)
    assert codes(log) == {SUMMARY_DIFFERS if member == SUMMARIES else REDUCTION_DIFFERS}


@every_log
def test_log_written_anew_as_a_whole(log):
    """Cannot be found in an unsigned log: only a digest taken before tells."""
    before = result(log.to_bytes())
    scorer = next(iter(log.samples[0]["scores"]))
    changed = flip_samples(log)
    flip_summaries(log.summaries, changed)
    flip_summaries(log.journal, changed)
    flip_reductions(log, changed)
    state_perfect(log)
    after = result(log.to_bytes())
    assert codes(log) == set()
    assert {m.value for m in after.measurements if m.scorer == scorer} == {1.0}
    assert after.log.sha256 != before.log.sha256
    assert after.integrity.samples_root != before.integrity.samples_root
