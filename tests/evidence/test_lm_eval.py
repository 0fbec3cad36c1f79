"""Results of lm-evaluation-harness: what a log holds, which file holds its samples, and faults."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.lm_eval_logs import Run, main_file

from ifthen.encoding.canonical import digest_bytes, digest_value
from ifthen.errors import Error
from ifthen.evidence import lm_eval_check
from ifthen.evidence.building import build_record, count_samples
from ifthen.evidence.log import Log
from ifthen.evidence.reading import list_parts, read_log, read_source
from ifthen.evidence.recompute import measure
from ifthen.evidence.source import MemorySource

TASKS = ("ifthen_choice", "ifthen_last", "ifthen_write", "ifthen_graded")


def test_the_parts_are_the_tasks_and_no_groups():
    assert list_parts(main_file("all")) == TASKS
    assert list_parts(main_file("bare")) == ("ifthen_choice",)
    with pytest.raises(Error) as caught:
        read_log(main_file("all"), part="ifthen_group")
    assert caught.value.code == "log.part-unknown"
    with pytest.raises(Error) as caught:
        read_log(main_file("all"))
    assert caught.value.code == "log.several-parts"


@pytest.mark.parametrize("task", TASKS)
def test_a_real_run_contradicts_itself_nowhere(task):
    assert Run().contradictions(task) == set()


def test_a_log_says_what_ran():
    log = read_log(main_file("limited"))
    assert log.format == "lm-eval"
    assert log.part == "ifthen_choice"
    assert log.claim == "samples"
    run = log.run
    assert (run.task, run.model, run.engine) == ("ifthen_choice", "ifthen/prepared", "prepared")
    assert run.producer == "lm_eval 0.4.13"
    assert run.created == datetime.fromtimestamp(
        json.loads(main_file("limited").read_text())["date"], UTC
    )
    assert (run.dataset, run.questions, run.epochs) == ("json test", 4, 1)
    assert run.task_args == {"version": 1.0, "num_fewshot": 0, "limit": 4.0}
    assert run.elicitation == "0 shots"
    assert log.sample_ids == (0, 1, 2, 3)
    assert log.total == 4


def test_files_and_samples_are_bound_by_digests():
    path = main_file("limited")
    log = read_log(path)
    samples = next(path.parent.glob("samples_*"))
    assert [(file.path, file.sha256, file.bytes) for file in log.files] == [
        (file.name, digest_bytes(file.read_bytes()), file.stat().st_size)
        for file in (path, samples)
    ]
    assert log.sha256 == digest_value(
        [{"path": file.path, "sha256": file.sha256, "bytes": file.bytes} for file in log.files]
    )
    assert log.bytes == path.stat().st_size + samples.stat().st_size
    lines = samples.read_bytes().splitlines()
    assert [sample.sha256 for sample in log.samples] == [
        hashlib.sha256(line).digest() for line in lines
    ]
    assert log.samples[2].place == f"{samples.name}:3"


def test_every_filter_scores_every_document_once():
    log = Run().read("ifthen_write")
    assert [sample.id for sample in log.samples] == list(range(11))
    assert {tuple(sample.scores) for sample in log.samples} == {
        ("exact_match,first", "exact_match,number")
    }
    rows = Run().rows("ifthen_write")
    assert [sample.scores["exact_match,number"].value for sample in log.samples] == [
        row["exact_match"] for row in rows if row["filter"] == "number"
    ]
    assert count_samples(log).ok == 11
    assert "3 answers a question" in log.run.elicitation
    assert {"log.repeats", "log.metric-unknown", "log.metric-irreproducible"} <= Run().notices(
        "ifthen_write"
    )


def test_the_sample_of_several_rows_has_the_digest_of_its_lines():
    log = read_log(main_file("all"), part="ifthen_write")
    lines = (main_file("all").parent / log.files[1].path).read_bytes().splitlines()
    assert log.samples[0].sha256 == hashlib.sha256(lines[0] + b"\n" + lines[11]).digest()


def test_kept_metadata_are_fields_of_the_document():
    log = read_log(main_file("limited"), keep=["gold", "nothing"])
    assert [set(sample.metadata) for sample in log.samples] == [{"gold"}] * 4


def test_without_samples_the_numbers_are_only_stated():
    log = read_log(main_file("bare"))
    assert (log.claim, log.samples, log.files) == ("stated", (), ())
    assert log.sha256 == digest_bytes(main_file("bare").read_bytes())
    assert [result.metrics[0].value for result in log.results] == [4 / 11, 4 / 11]
    assert log.run.questions == 11


def test_samples_that_were_logged_and_are_gone_are_missed():
    run = Run()
    del run.files[run.sample_name("ifthen_last")]
    assert run.read("ifthen_last").claim == "stated"
    assert "log.samples-missing" in run.notices("ifthen_last")
    assert "log.samples-missing" not in Run("bare").notices()


def test_samples_of_another_run_are_not_taken():
    run = Run()
    name = run.sample_name("ifthen_choice")
    run.files[name.replace("2026", "2025")] = run.files.pop(name)
    assert run.read().claim == "stated"


def test_a_renamed_results_file_takes_the_only_samples():
    run = Run()
    run.name = "mine.json"
    assert run.read().claim == "samples"
    name = run.sample_name("ifthen_choice")
    run.files[name.replace("2026", "2025")] = run.files[name]
    with pytest.raises(Error) as caught:
        run.read()
    assert caught.value.code == "log.several-logs"


def test_a_task_name_leads_nowhere():
    run = Run("bare")
    for part in ("results", "configs"):
        run.results[part]["a/../../b"] = run.results[part].pop("ifthen_choice")
    with pytest.raises(Error) as caught:
        run.read("a/../../b")
    assert caught.value.code == "log.member-name"


def test_a_direction_is_kept():
    log = Run().read("ifthen_graded")
    assert {scorer.name: scorer.options["higher_is_better"] for scorer in log.scorers} == {
        "closeness,none": True,
        "distance,none": False,
    }


def test_a_record_is_made_of_it():
    run = Run()
    record = build_record(
        run.read("ifthen_write"),
        id="e",
        evaluation="sums",
        model="prepared",
        plan=None,
        recorded_by="A. Tester",
        recorded_at=datetime(2026, 11, 24, tzinfo=UTC),
        cluster_by=None,
        log_path=run.name,
    )
    assert record.log.part == "ifthen_write"
    assert len(record.log.files) == 2
    assert [(one.scorer, one.questions, one.agrees) for one in record.measurements] == [
        ("exact_match,first", 11, True),
        ("exact_match,number", 11, True),
    ]


def test_results_before_filters_are_refused():
    run = Run("bare")
    run.results["results"]["ifthen_choice"] = {"acc": 0.5, "acc_stderr": 0.1}
    with pytest.raises(Error) as caught:
        run.read()
    assert caught.value.code == "log.unknown-version"


@pytest.mark.parametrize("date", [-1e30, 1e300, 0.0, "yesterday", None])
def test_a_date_that_is_none_is_refused(date):
    run = Run("bare")
    run.results["date"] = date
    with pytest.raises(Error) as caught:
        run.read()
    assert caught.value.code == "log.wrong-shape"


def test_counts_beyond_reason_are_refused():
    run = Run("limited")
    run.results["n-samples"]["ifthen_choice"] = {"original": 10**12, "effective": 10**12}
    run.results["config"]["limit"] = None
    with pytest.raises(Error) as caught:
        run.read()
    assert caught.value.code == "log.too-large"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"doc_id": 1', "log.not-json"),
        (b'{"doc_id": 1, "doc_id": 2}', "log.not-json"),
        (b'{"doc_id": ' + b"9" * 100_000 + b"}", "log.not-json"),
        (b'{"doc_id": 0, "doc": ' + b"[" * 100_000, "log.not-json"),
        (b'{"doc_id": 0, "doc": "\xff"}', "log.not-json"),
        (b'{"doc_id": "one"}', "log.wrong-shape"),
        (b"[]", "log.wrong-shape"),
        (b"{}", "log.wrong-shape"),
    ],
)
def test_a_broken_row_is_named_with_its_line(line, code):
    run = Run("limited")
    name = run.sample_name("ifthen_choice")
    first = json.dumps(run.rows("ifthen_choice")[0]).encode()
    run.files[name] = first + b"\n\n" + line + b"\n"
    with pytest.raises(Error) as caught:
        run.read()
    assert caught.value.code == code
    assert caught.value.where == f"{name}:3"


def test_a_document_too_deep_to_hash_is_only_not_checked(monkeypatch):
    def give_up(_document):
        raise RecursionError

    monkeypatch.setattr(lm_eval_check, "hash_document", give_up)
    assert "log.hash-unchecked" in Run("limited").notices()
    assert Run("limited").contradictions() == set()


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def read_or_error(source):
    try:
        log = read_source(source, part="ifthen_choice")
    except Error:
        return
    assert isinstance(log, Log)
    measure(log, None)
    count_samples(log)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_field_can_hold_anything(data):
    run = Run("limited")
    tree = run.results if data.draw(st.booleans()) else run.rows("ifthen_choice")
    for _ in range(data.draw(st.integers(1, 3))):
        node = tree
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(node[key], dict | list) and data.draw(st.integers(0, 3)):
                node = node[key]
                continue
            if data.draw(st.booleans()):
                node[key] = data.draw(junk)
            else:
                del node[key]
            break
    try:
        source = run.source()
    except UnicodeEncodeError:
        return
    read_or_error(source)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_log_or_an_error(data):
    source = Run("limited").source()
    name = next(iter(source.beside))
    files = {"main": bytearray(source.data), "rows": bytearray(source.beside[name])}
    for _ in range(data.draw(st.integers(1, 4))):
        file = files[data.draw(st.sampled_from(["main", "rows"]))]
        at = data.draw(st.integers(0, len(file)))
        file[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    read_or_error(MemorySource(bytes(files["main"]), source.name, {name: bytes(files["rows"])}))
