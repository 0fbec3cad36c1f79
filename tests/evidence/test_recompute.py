"""Metrics and bounds from samples; the allow-list; faults that leave no measurement."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.evidence.counting import Counting
from ifthen.evidence.log import Log, Metric, Result, RunFacts, Sample, SampleScore
from ifthen.evidence.metrics import MAX_VALUES
from ifthen.evidence.question import group_questions
from ifthen.evidence.reading import read_log
from ifthen.evidence.recompute import (
    agrees_with,
    check_scores,
    find_views,
    measure,
    producer_value,
)


def codes(findings):
    return [(finding.code, finding.severity) for finding in findings]


def only(log, **keys):
    measurements, _ = measure(log, keys.pop("cluster_by", None))
    found = [m for m in measurements if all(getattr(m, k) == v for k, v in keys.items())]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", ["plain.eval", "limited.eval", "epochs.eval", "keys.eval"])
def test_recomputed_values_are_the_stated_ones_to_the_bit(data_folder, name):
    measurements, findings = measure(read_log(data_folder / name, keep={"family"}), "family")
    assert measurements
    assert findings == ()
    for measurement in measurements:
        assert measurement.agrees
        assert measurement.value == measurement.stated
        assert measurement.low <= measurement.high
        clusters = measurement.clusters
        assert [cluster.cluster for cluster in clusters] == ["f0", "f1"]
        assert sum(cluster.questions for cluster in clusters) == measurement.questions
        assert sum(c.low for c in clusters) == pytest.approx(measurement.low)
        assert sum(c.high for c in clusters) == pytest.approx(measurement.high)


def test_keys_of_a_mapping_are_measured_one_by_one(data_folder):
    log = read_log(data_folder / "keys.eval", keep={"family"})
    assert only(log, scorer="parts/a").metric == "accuracy"
    assert only(log, scorer="parts/b").metric == "mean"


def test_key_that_a_value_lacks_is_unscored(change):
    log = change("keys.eval")
    log.sample("q0")["scores"]["parts"]["value"] = 1.0
    measurement = only(log.read(), scorer="parts/a")
    assert measurement.high >= measurement.low + 0.5


def test_question_scores_that_are_whole_have_equal_bounds(data_folder):
    measurement = only(read_log(data_folder / "plain.eval", keep={"family"}))
    assert measurement.low == measurement.high == measurement.value * measurement.questions


def test_error_without_score_counts_nothing_at_worst_and_one_at_best(change):
    log = change("plain.eval")
    before = only(log.read())
    log.sample("q1")["error"] = {"message": "broken"}
    log.sample("q1")["scores"] = {}
    after = only(log.read())
    assert after.high - after.low == 1.0
    assert after.questions == before.questions
    assert after.value != before.value


def test_error_with_score_could_have_had_any_score(change):
    log = change("plain.eval")
    log.sample("q1")["error"] = {"message": "broken"}
    measurement = only(log.read())
    assert measurement.high - measurement.low == 1.0


@pytest.mark.parametrize("value", [None, float("nan"), "no number", [1]])
def test_value_that_is_no_score(change, value):
    log = change("plain.eval")
    log.sample("q1")["scores"]["match"]["value"] = value
    measurement = only(log.read())
    assert measurement.high - measurement.low == 1.0


def test_value_that_is_no_number_is_reported(change):
    log = change("plain.eval")
    log.sample("q1")["scores"]["match"]["value"] = ["C"]
    assert codes(measure(log.read(), None)[1]) == [("log.score-not-a-number", "notice")]


def test_invalidated_sample_counts_for_the_producer_only(data_folder):
    measurement = only(read_log(data_folder / "invalidated.eval", keep={"family"}))
    assert measurement.agrees
    assert measurement.high - measurement.low == 1.0


def test_edited_score_counts_with_each_value_it_had(data_folder):
    measurement = only(read_log(data_folder / "edited.eval", keep={"family"}))
    assert measurement.agrees
    assert measurement.high - measurement.low == 1.0
    assert measurement.high == measurement.value * measurement.questions


def test_score_edited_from_unscored_could_have_been_anything(change):
    log = change("edited.eval")
    edited = next(s for s in log.members.values() if '"history": [{' in str(s).replace("'", '"'))
    edited["scores"]["match"]["history"][0]["value"] = float("nan")
    read = log.read()
    row = next(row for row, sample in enumerate(read.samples) if sample.id == edited["id"])
    assert group_questions(read, "match", None).sample_bounds(row) == (0.0, 1.0)


def test_missing_sample_counts_nothing_at_worst_and_one_at_best(change):
    log = change("plain.eval")
    log.drop("samples/q1_epoch_1.json")
    measurement = only(log.read())
    assert (measurement.questions, measurement.high - measurement.low) == (6, 1.0)


def test_missing_epoch_widens_its_question(change):
    log = change("epochs.eval")
    before = only(log.read(), scorer="match", reducer="mean")
    log.drop("samples/q1_epoch_2.json")
    after = only(log.read(), scorer="match", reducer="mean")
    assert after.high - after.low == pytest.approx(before.high - before.low + 1 / 3)


@pytest.mark.parametrize("value", [1.5, -0.1, 10**400, float("inf"), "7"])
def test_score_outside_zero_to_one_leaves_no_measurement(change, value):
    log = change("plain.eval")
    log.sample("q1")["scores"]["match"]["value"] = value
    measurements, findings = measure(log.read(), None)
    assert measurements == ()
    found = [code for code in codes(findings) if code[0] != "log.header-differs"]
    assert found == [("log.score-out-of-range", "notice")]  # the stated spread differs, too


def test_score_outside_zero_to_one_in_a_history(change):
    log = change("edited.eval")
    for sample in log.members.values():
        if "history" in str(sample) and isinstance(sample, dict) and "scores" in sample:
            for edit in sample["scores"]["match"]["history"][:1]:
                edit["value"] = 5
    assert ("log.score-out-of-range", "notice") in codes(measure(log.read(), None)[1])


@pytest.mark.parametrize("metric", ["perplexity_per_seq", "os.system", "mypackage/accuracy"])
def test_metric_that_is_not_in_the_list_is_named_and_not_run(change, metric):
    log = change("plain.eval")
    metrics = log["header.json"]["results"]["scores"][0]["metrics"]
    metrics["accuracy"]["name"] = metric
    log["header.json"]["eval"]["scorers"] = []
    measurements, findings = measure(log.read(), None)
    assert measurements == ()
    assert codes(findings) == [("log.metric-unknown", "notice")]
    assert metric in findings[0].message


def test_metric_with_options_that_are_not_known_is_not_recomputed(change):
    log = change("plain.eval")
    metrics = log["header.json"]["results"]["scores"][0]["metrics"]
    metrics["stderr"]["params"] = {"weights": "family"}
    metrics["accuracy"]["params"] = {"to_float": None}
    measurements, findings = measure(log.read(), None)
    assert len(measurements) == 1
    assert codes(findings) == [("log.metric-unknown", "notice")]


def test_random_metric_is_named_as_one_that_nobody_can_recompute(change):
    log = change("plain.eval")
    metrics = log["header.json"]["results"]["scores"][0]["metrics"]
    metrics["stderr"]["name"] = "bootstrap_stderr"
    _, findings = measure(log.read(), None)
    assert codes(findings) == [("log.metric-irreproducible", "notice")]


def test_header_with_very_many_values_is_not_recomputed_to_its_end(change):
    log = change("plain.eval")
    params = {"metric": {"name": "mean"}, "group_key": "family"}
    log["header.json"]["results"]["scores"][0]["metrics"] = {
        f"v{i}": {"name": f"v{i}", "value": 0.5, "group": "grouped", "params": params}
        for i in range(MAX_VALUES + 2)
    }
    _, findings = measure(log.read(), None)
    assert codes(findings) == [("log.too-many-metrics", "notice")]


def test_reducer_that_is_not_in_the_list(change):
    log = change("plain.eval")
    log["header.json"]["results"]["scores"][0]["reducer"] = "collect"
    log["header.json"]["eval"]["scorers"] = []
    measurements, findings = measure(log.read(), None)
    assert measurements == ()
    assert codes(findings) == [("log.reducer-unknown", "notice")]


def test_epochs_that_are_not_reduced_count_as_single_answers(change):
    log = change("epochs.eval")
    config = log["header.json"]["eval"]["config"]
    stated = log["header.json"]["results"]["scores"]
    own = [one for one in stated if one["scorer"] == "match" and one["reducer"] == "mean"]
    log["header.json"]["results"]["scores"] = own
    own[0]["reducer"], config["epochs_reducer"] = None, []
    for metric in own[0]["metrics"].values():
        metric["value"] = 0.0
    first = next(s for s in log.members.values() if isinstance(s, dict) and "epoch" in s)
    first["scores"].pop("match")  # a question with an answer less than the others
    read = log.read()
    answers = [s.scores["match"].value == "C" for s in read.samples if "match" in s.scores]
    assert len(answers) == 11
    measurements, _ = measure(read, None)
    found = next(m for m in measurements if m.scorer == "match")
    assert (found.reducer, found.value) == ("none", sum(answers) / 11)
    questions = {}
    for sample in read.samples:
        score = sample.scores.get("match")
        questions.setdefault(sample.id, []).append(None if score is None else score.value == "C")
    low = sum(sum(each is True for each in epochs) / 3 for epochs in questions.values())
    assert found.low == pytest.approx(low)
    assert found.high == pytest.approx(low + 1 / 3)
    without = measure(read, None, excluded=frozenset({"q0"}))[0][0].excluding
    left = [s.scores["match"].value == "C" for s in read.samples if s.id != "q0" and s.scores]
    assert without.value == sum(left) / len(left)
    assert (found.stated, found.agrees) == (0.0, False)


def test_metric_stated_twice_with_different_values(change):
    log = change("plain.eval")
    scores = log["header.json"]["results"]["scores"]
    scores.append({**scores[0], "metrics": {"accuracy": {"name": "accuracy", "value": 0.99}}})
    assert ("log.header-differs", "contradiction") in codes(measure(log.read(), None)[1])


def test_declared_metric_without_results_is_measured_without_a_stated_value(change):
    log = change("plain.eval")
    log["header.json"]["results"] = None
    measurement = only(log.read())
    assert (measurement.stated, measurement.agrees) == (None, False)
    assert measurement.value is not None


def test_declared_metrics_of_an_odd_shape_are_passed_over(change):
    log = change("plain.eval")
    scorer = log["header.json"]["eval"]["scorers"][0]
    for metrics in (None, "x", [1, {"name": 3}, {"name": "inspect_ai/mean", "options": 7}]):
        scorer["metrics"] = metrics
        log.read()
    assert only(log.read(), metric="mean").stated is None


def test_log_without_any_score(change):
    log = change("plain.eval")
    for index in range(6):
        log.sample(f"q{index}")["scores"]["match"]["value"] = float("nan")
    measurement = only(log.read())
    assert (measurement.value, measurement.low, measurement.high) == (None, 0.0, 6.0)
    assert not measurement.agrees
    log["header.json"]["results"]["scores"][0]["metrics"]["accuracy"]["value"] = float("nan")
    measurement = only(log.read())
    assert (measurement.stated, measurement.agrees) == (None, True)


def test_missing_cluster_key(change, data_folder):
    log = read_log(data_folder / "plain.eval", keep={"none"})
    _, findings = measure(log, "none")
    assert codes(findings) == [("log.cluster-key-missing", "contradiction")]
    with pytest.raises(ValueError, match="read without the metadata key"):
        measure(log, "family")
    changed = change("plain.eval")
    for value in (None, [1], {}, 1.5, ""):
        changed.sample("q3")["metadata"]["family"] = value
        _, findings = measure(changed.read(), "family")
        assert codes(findings) == [("log.cluster-key-missing", "contradiction")]


def test_cluster_key_that_differs_between_epochs(change):
    log = change("keys.eval")
    log.sample("q0", 2)["metadata"]["family"] = "other"
    _, findings = measure(log.read(), "family")
    assert codes(findings) == [("log.cluster-key-missing", "contradiction")]


def test_infinite_scores_have_no_metric(change):
    log = change("plain.eval")
    log.sample("q0")["scores"]["match"]["value"] = float("inf")
    read = log.read()
    view = find_views(read)[0][0]
    questions = group_questions(read, "match", None)
    assert producer_value(view, questions) is None
    assert codes(check_scores(questions, "match")) == [("log.score-out-of-range", "notice")]


def test_agreement_without_scores():
    assert agrees_with(None, None)
    assert agrees_with(0.0, None)
    assert not agrees_with(0.5, None)
    assert not agrees_with(None, 0.5)
    assert agrees_with(0.1 + 0.2, 0.3)


def build_log(values, epochs, reducer):
    """Return a log of one scorer; ``values`` are the scores of each question's epochs."""
    ids = tuple(range(len(values)))
    metrics = (Metric(name="accuracy"), Metric(name="mean"))
    return Log(
        format="inspect-json",
        sha256="sha256:" + "0" * 64,
        bytes=0,
        run=RunFacts(
            task="t",
            model="m",
            created=datetime(2026, 1, 1, tzinfo=UTC),
            status="success",
            producer="p",
            epochs=epochs,
        ),
        scorers=(),
        sample_ids=ids,
        total=None,
        completed=None,
        results=(Result(scorer="s", reducer=reducer, metrics=metrics),),
        samples=tuple(
            Sample(
                id=identifier,
                epoch=epoch + 1,
                place="",
                scores={"s": SampleScore(value=values[identifier][epoch])},
            )
            for epoch in range(epochs)
            for identifier in ids
        ),
    )


@st.composite
def scored_logs(draw, score, *more):
    epochs = draw(st.integers(1, 4))
    row = st.lists(score, min_size=epochs, max_size=epochs)
    values = draw(st.lists(row, min_size=1, max_size=8))
    names = ["mean", "median", "mode", "max", "at_least_1", "pass_at_1", "pass_k_1", *more]
    return build_log(values, epochs, draw(st.sampled_from(names)))


@given(scored_logs(st.sampled_from(["C", "I", "P", "N", 0.25, True, "0.1"]) | st.floats(0, 1)))
def test_value_times_questions_is_both_bounds_when_every_sample_has_a_score(log):
    measurements, findings = measure(log, None)
    assert findings == ()
    for measurement in measurements:
        assert measurement.low == measurement.high
        assert measurement.value * measurement.questions == pytest.approx(measurement.low)


OFTEN_UNSCORED = st.sampled_from(["C", "I", None, float("nan"), "P", [1]])


@given(scored_logs(OFTEN_UNSCORED, "majority"), st.data())
def test_bounds_hold_whatever_the_missing_scores_are(log, data):
    wide, _ = measure(log, None)
    filled = replace(
        log,
        samples=tuple(
            replace(sample, scores={"s": SampleScore(value=data.draw(st.floats(0, 1)))})
            if sample.scores["s"].value not in ("C", "I", "P")
            else sample
            for sample in log.samples
        ),
    )
    for outer, inner in zip(wide, measure(filled, None)[0], strict=True):
        assert outer.low - 1e-9 <= inner.low <= inner.high <= outer.high + 1e-9


@pytest.mark.parametrize(
    ("reducer", "values", "sums"),
    [
        ("mode", ["C", None, None], (0, 0)),
        ("mode", ["C", "C", float("nan")], (1, 1)),
        ("majority", ["C", None, None], (0, 0)),
        ("majority", ["C", "C", None], (1, 1)),
        ("majority", ["C", "I", 0.5], (0, 1)),
        ("majority", [None], (0, 0)),
    ],
)
def test_unscored_epochs_that_count_as_incorrect_are_counted_by_mode_and_majority(
    reducer, values, sums
):
    log = build_log([values], len(values), reducer)
    found, _ = measure(log, None, Counting(unscored="incorrect"))
    assert {(measurement.low, measurement.high) for measurement in found} == {sums}
