"""Every Eval Ever records: what its converters write is read, and what was changed is found."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.eee_records import FOLDER, KEYS, LM_EVAL, PLAIN, load

from ifthen.encoding.canonical import digest_bytes, digest_value
from ifthen.errors import Error
from ifthen.evidence.building import count_samples
from ifthen.evidence.log import Log
from ifthen.evidence.reading import list_parts, read_log, read_source
from ifthen.evidence.recompute import measure
from ifthen.evidence.source import MemorySource

PART = "match:accuracy"


def test_parts_are_results():
    assert list_parts(FOLDER / f"{LM_EVAL}.json") == ("acc", "mcc", "acc_norm")
    assert list_parts(FOLDER / f"{PLAIN}.json") == (PART,)


def test_the_record_of_an_inspect_log():
    path = FOLDER / f"{PLAIN}.json"
    log = read_log(path)
    rows = path.with_name(f"{PLAIN}_samples.jsonl").read_bytes()
    assert (log.format, log.part, log.claim) == ("every-eval-ever", PART, "samples")
    assert log.run.task == "plain"
    assert log.run.model == "openai/openai/mock"
    assert log.run.producer == "inspect_ai 0.3.285"
    assert log.run.created == datetime(2026, 11, 23, 20, 7, 12, tzinfo=UTC)
    assert log.sample_ids == ("q0", "q1", "q2", "q3", "q4", "q5")
    assert [sample.sha256 for sample in log.samples] == [
        hashlib.sha256(row).digest() for row in rows.splitlines()
    ]
    assert [file.sha256 for file in log.files] == [
        digest_bytes(path.read_bytes()), digest_bytes(rows)
    ]  # fmt: skip
    assert log.sha256 == digest_value(
        [{"path": file.path, "sha256": file.sha256, "bytes": file.bytes} for file in log.files]
    )
    (measurement,) = measure(log, None)[0]
    assert measurement.value == measurement.stated == 1 / 6
    assert load(PLAIN).findings(PART) == ()


def test_the_record_of_a_harness_run():
    pair = load(LM_EVAL)
    for part in ("acc", "acc_norm"):
        (measurement,) = measure(pair.read(part), None)[0]
        assert (measurement.metric, measurement.value, measurement.stated) == (
            "accuracy" if part == "accuracy" else "mean", 0.5, 0.5
        )  # fmt: skip
        assert pair.findings(part) == ()
    assert pair.read("mcc").claim == "stated"
    assert "log.metric-unknown" in pair.notices("mcc")


def test_invented_scores_are_left_out():
    """Values by key get no score in a row: the converter puts in what it makes of the texts."""
    pair = load(KEYS)
    assert [row["evaluation"]["score"] for row in pair.rows] == [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    log = pair.read("a:accuracy")
    assert (log.claim, log.samples) == ("stated", ())
    assert "log.rows-unattributed" in pair.notices("a:accuracy")


def test_rows_by_name_where_results_have_no_id():
    pair = load(PLAIN)
    del pair.aggregate["evaluation_results"][0]["evaluation_result_id"]
    for row in pair.rows:
        del row["evaluation_result_id"]
    assert pair.contradictions("plain") == set()
    assert len(pair.read("plain").samples) == 6


def test_results_of_the_same_id_are_ambiguous():
    """Inspect's converter writes one for each reducer, all with one id."""
    pair = load(PLAIN)
    pair.aggregate["evaluation_results"] *= 2
    assert list(pair.aggregate["evaluation_results"][0]) == list(
        pair.aggregate["evaluation_results"][1]
    )
    for part in (PART, f"{PART}#2"):
        assert "log.result-ambiguous" in pair.contradictions(part)


def test_epochs_stand_in_metadata_only():
    pair = load(PLAIN)
    for at, row in enumerate(pair.rows):
        row["sample_id"], row["metadata"]["epoch"] = f"q{at // 2}", str(at % 2 + 1)
    result = pair.aggregate["evaluation_results"][0]
    result["source_data"]["sample_ids"] = ["q0", "q1", "q2"]
    result["score_details"]["uncertainty"]["num_samples"] = 3
    del result["score_details"]["uncertainty"]["standard_error"]
    log = pair.read(PART)
    assert (log.run.epochs, log.run.epochs_vary) == (2, False)
    assert pair.contradictions(PART) == set()
    assert "log.epochs-reduced" in pair.notices(PART)
    del pair.rows[0]
    assert pair.read(PART).run.epochs_vary


def test_md5_is_a_checksum_too():
    pair = load(PLAIN)
    pair.bound = False
    details = pair.aggregate["detailed_evaluation_results"]
    details["hash_algorithm"] = "md5"
    details["checksum"] = hashlib.md5(pair.lines(), usedforsecurity=False).hexdigest()
    assert pair.contradictions(PART) == set()
    pair.rows[0]["evaluation"]["num_turns"] = 2
    assert pair.contradictions(PART) == {"log.checksum-differs"}


def flip_score(pair):
    pair.rows[0]["evaluation"] = {"score": 1.0, "is_correct": True}


def remove_row(pair):
    del pair.rows[0]


def duplicate_row(pair):
    pair.rows.append(pair.rows[0])


def swap_rows_file(pair):
    pair.rows = load(KEYS).rows


def edit_aggregate(pair):
    pair.aggregate["evaluation_results"][0]["score_details"]["score"] = 0.5


def edit_error(pair):
    pair.aggregate["evaluation_results"][0]["score_details"]["uncertainty"]["standard_error"] = {
        "value": 0.01
    }


def wrong_checksum(pair):
    pair.aggregate["detailed_evaluation_results"]["checksum"] = "0" * 64


def wrong_total(pair):
    pair.aggregate["detailed_evaluation_results"]["total_rows"] = 7


def other_model(pair):
    pair.aggregate["model_info"]["id"] = "openai/openai/better"


def other_evaluation(pair):
    pair.rows[2]["evaluation_id"] = "plain/another/0"


def other_result(pair):
    pair.rows[2]["evaluation_result_id"] = "model_graded:accuracy"


TAMPERED = [
    (flip_score, {"log.checksum-differs", "log.header-differs"}, {"log.header-differs"}),
    (
        remove_row,
        {"log.checksum-differs", "log.sample-count", "log.sample-missing"},
        {"log.sample-count", "log.sample-missing"},
    ),
    (
        duplicate_row,
        {"log.checksum-differs", "log.sample-count", "log.duplicate-sample"},
        {"log.duplicate-sample"},
    ),
    (swap_rows_file, {"log.checksum-differs", "log.row-differs"}, {"log.row-differs"}),
    (edit_aggregate, {"log.header-differs"}, {"log.header-differs"}),
    (edit_error, {"log.header-differs"}, {"log.header-differs"}),
    (wrong_checksum, {"log.checksum-differs"}, set()),
    (wrong_total, {"log.sample-count"}, set()),
    (other_model, {"log.row-differs"}, {"log.row-differs"}),
    (other_evaluation, {"log.checksum-differs", "log.row-differs"}, {"log.row-differs"}),
    (
        other_result,
        {"log.checksum-differs", "log.row-differs", "log.sample-missing"},
        {"log.row-differs", "log.sample-missing"},
    ),
]


@pytest.mark.parametrize(
    ("change", "codes", "bound"), TAMPERED, ids=[case[0].__name__ for case in TAMPERED]
)
def test_a_change_is_found_even_with_a_new_checksum(change, codes, bound):
    pair = load(PLAIN)
    pair.bound = False
    change(pair)
    assert codes <= pair.contradictions(PART)
    pair.bound = True
    assert bound <= pair.contradictions(PART)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda pair: pair.rows[0].update(sample_hash="0" * 64), "log.hash-unchecked"),
        (lambda pair: pair.rows[0]["evaluation"].update(is_correct=True), "log.correct-differs"),
        (
            lambda pair: pair.aggregate["source_metadata"].update(source_type="documentation"),
            "log.second-hand",
        ),
        (
            lambda pair: pair.aggregate["evaluation_results"][0]["score_details"]["uncertainty"][
                "standard_error"
            ].update(method="bootstrap"),
            "log.metric-irreproducible",
        ),
    ],
)
def test_what_is_told_but_does_not_block(change, code):
    pair = load(PLAIN)
    change(pair)
    assert pair.contradictions(PART) == set()
    assert code in pair.notices(PART)


def test_without_its_rows_a_number_is_only_stated():
    pair = load(PLAIN)
    pair.rows_name = "another.jsonl"
    assert pair.read(PART).claim == "stated"
    assert "log.samples-missing" in pair.notices(PART)
    del pair.aggregate["detailed_evaluation_results"]
    assert "log.samples-missing" not in pair.notices(PART)


def test_a_path_leads_nowhere_but_beside():
    pair = load(PLAIN)
    details = pair.aggregate["detailed_evaluation_results"]
    details["file_path"] = f"../../{PLAIN}_samples.jsonl"
    assert pair.read(PART).claim == "samples"
    for path in ("data/..", "", "data/", "a\\..\\b", "\0"):
        details["file_path"] = path
        with pytest.raises(Error) as caught:
            pair.read(PART)
        assert caught.value.code == "log.member-name"


def test_the_time_of_the_record_stands_in():
    pair = load(PLAIN)
    del pair.aggregate["evaluation_timestamp"]
    del pair.aggregate["evaluation_results"][0]["evaluation_timestamp"]
    assert "log.time-unknown" in pair.notices(PART)
    for text in ("2026-11-23T20:07:12+01:00", "2026-11-23"):
        pair.aggregate["retrieved_timestamp"] = text
        assert pair.read(PART).run.created.isoformat().startswith(text[:10])
    for text in ("now", "nan", "1e300", "-5"):
        pair.aggregate["retrieved_timestamp"] = text
        with pytest.raises(Error) as caught:
            pair.read(PART)
        assert caught.value.code == "log.wrong-shape"


def test_percent_is_not_compared_with_proportions():
    pair = load(PLAIN)
    pair.aggregate["evaluation_results"][0]["metric_config"]["metric_unit"] = "percent"
    pair.aggregate["evaluation_results"][0]["score_details"]["score"] = 16.7
    assert measure(pair.read(PART), None)[0] == ()
    assert "log.metric-unknown" in pair.notices(PART)


def test_another_schema_is_refused():
    pair = load(PLAIN)
    pair.aggregate["schema_version"] = "1.0.0"
    with pytest.raises(Error) as caught:
        pair.read(PART)
    assert caught.value.code == "log.unknown-version"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def read_or_error(source):
    try:
        log = read_source(source, part=PART)
    except Error:
        return
    assert isinstance(log, Log)
    measure(log, None)
    count_samples(log)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_field_can_hold_anything(data):
    pair = load(PLAIN)
    tree = pair.aggregate if data.draw(st.booleans()) else pair.rows
    for _ in range(data.draw(st.integers(1, 3))):
        node = tree
        while node:
            key = data.draw(
                st.sampled_from(list(node) if isinstance(node, dict) else list(range(len(node))))
            )
            if isinstance(node[key], dict | list) and data.draw(st.integers(0, 3)):
                node = node[key]
                continue
            if data.draw(st.booleans()):
                node[key] = data.draw(junk)
            else:
                del node[key]
            break
    rows = "".join(json.dumps(row) + "\n" for row in pair.rows).encode()
    main = json.dumps(pair.aggregate).encode()
    read_or_error(MemorySource(main, f"{PLAIN}.json", {f"{PLAIN}_samples.jsonl": rows}))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_log_or_an_error(data):
    source = load(PLAIN).source()
    name = next(iter(source.beside))
    files = {"main": bytearray(source.data), "rows": bytearray(source.beside[name])}
    for _ in range(data.draw(st.integers(1, 4))):
        file = files[data.draw(st.sampled_from(["main", "rows"]))]
        at = data.draw(st.integers(0, len(file)))
        file[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    read_or_error(MemorySource(bytes(files["main"]), source.name, {name: bytes(files["rows"])}))
