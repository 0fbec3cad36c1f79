"""Tables through a mapping file: values by their stated meaning, places for every fault."""

import copy
import csv
import io
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.evidence.foreign import (
    check_log_or_error,
    contradictions,
    mutated,
    notices,
    read_files,
    record_of,
)

from ifthen.errors import Error
from ifthen.evidence.csv_table import MAX_RECORD, read_csv
from ifthen.evidence.reading import open_source
from ifthen.evidence.source import MemorySource

MAIN = "quiz.mapping.yaml"
MAPPING = {
    "kind": "mapping",
    "data": "quiz.csv",
    "task": "trivia",
    "model": "example/small",
    "created": "2026-05-01T12:00:00Z",
    "producer": "own harness 1.0",
    "questions": 3,
    "columns": {
        "id": "question",
        "epoch": "try",
        "error": "error",
        "limit": "limit",
        "metadata": ["topic"],
    },
    "scores": {
        "right": {
            "column": "grade",
            "metric": "accuracy",
            "values": {"right": 1, "half": 0.5, "wrong": 0, "": None},
        },
        "judge": {"column": "judge", "metric": "mean"},
    },
}
ROWS = [
    ["question", "try", "topic", "grade", "judge", "error", "limit"],
    ["q1", "1", "rivers", "right", "0.75", "", ""],
    ["q2", "1", "rivers", "wrong", "0.25", "", "token"],
    ["q3", "1", "hills", "half", "true", "", ""],
    ["q1", "2", "rivers", "right", ".5", "", ""],
    ["q2", "2", "rivers", "", "", "timed out", ""],
    ["q3", "2", "hills", "right", "1e0", "", ""],
]


def to_csv(rows, **options):
    text = io.StringIO(newline="")
    csv.writer(text, **({"lineterminator": "\n"} | options)).writerows(rows)
    return text.getvalue().encode()


def make_files(**changes):
    return {MAIN: copy.deepcopy(MAPPING | changes), "quiz.csv": to_csv(ROWS)}


def read(files, part=None, keep=()):
    return read_files(files, MAIN, part, keep)


def error_of(files, part=None):
    with pytest.raises(Error) as caught:
        read(files, part)
    return getattr(caught.value, "errors", (caught.value,))[0]


def test_a_table_is_read_by_its_mapping():
    log = read(make_files(), keep=("topic",))
    assert (log.format, log.claim, log.total) == ("mapping", "samples", 6)
    assert [file.path for file in log.files] == [MAIN, "quiz.csv"]
    assert (log.run.task, log.run.model, log.run.epochs) == ("trivia", "example/small", 2)
    assert [sample.place for sample in log.samples][:2] == ["line 2", "line 3"]
    assert [sample.error for sample in log.samples] == [False] * 4 + [True, False]
    assert log.samples[1].limit == "token"
    assert log.samples[0].sha256 == sha256(b"q1,1,rivers,right,0.75,,").digest()
    right, judge = record_of(log, "topic").measurements
    assert (right.value, right.low, right.high) == ((1 + 0 + 0.75) / 3, 1.75, 2.75)
    assert [(item.cluster, item.questions) for item in right.clusters] == [
        ("hills", 1),
        ("rivers", 2),
    ]
    assert judge.value == (0.625 + 0.25 + 1) / 3
    assert contradictions(log) == notices(log) == set()


@given(
    st.lists(
        st.tuples(
            st.text(max_size=8).filter(lambda text: "\0" not in text),
            st.floats(0, 1),
            st.booleans(),
        ),
        min_size=1,
        max_size=10,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.booleans(),
)
@settings(deadline=None, max_examples=80)
def test_any_written_table_is_read_back(rows, end, delimiter, bom):
    table = [["id", "note", "score"]]
    for number, (note, score, quoted) in enumerate(rows):
        table.append([f"q{number}", note + ('"\n' if quoted else ""), repr(score)])
    data = to_csv(table, lineterminator=end, delimiter=delimiter)
    mapping = MAPPING | {
        "columns": {"id": "id", "metadata": ["note"]},
        "scores": {"score": {"column": "score", "metric": "mean"}},
        "delimiter": delimiter,
        "questions": len(rows),
    }
    files = {MAIN: mapping, "quiz.csv": (b"\xef\xbb\xbf" if bom else b"") + data}
    try:
        log = read(files, keep=("note",))
    except Error as error:
        # The writer leaves a bare carriage return in quotes; the reader takes it as it is.
        assert error.code == "log.table-text" and "\r" in "".join(row[0] for row in rows)
        return
    assert [sample.scores["score"].value for sample in log.samples] == [row[1] for row in rows]
    notes = [sample.metadata["note"] for sample in log.samples]
    assert notes == [row[1] for row in table[1:]]
    assert contradictions(log) == set()


def test_without_a_number_of_questions_a_lost_row_cannot_be_seen():
    files = make_files()
    del files[MAIN]["questions"]
    assert notices(read(files)) == {"log.questions-unstated"}


def change_cell(row, column, text):
    rows = [list(item) for item in ROWS]
    rows[row][ROWS[0].index(column)] = text
    return to_csv(rows)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (change_cell(1, "grade", "wrong"), "log.header-differs"),
        (to_csv(ROWS[:1] + ROWS[2:]), "log.sample-missing"),
        (to_csv([row for row in ROWS if row[0] != "q1"]), "log.sample-count"),
        (to_csv([*ROWS, ROWS[1]]), "log.duplicate-sample"),
        (to_csv([*ROWS, ["q4", *ROWS[1][1:]], ["q4", *ROWS[4][1:]]]), "log.sample-count"),
        (change_cell(1, "try", "3"), "log.epoch-unexpected"),
        (to_csv(ROWS).replace(b"rivers", b"lakes."), "log.companion-differs"),
    ],
)
def test_changes_are_noticed(data, code):
    files = make_files(epochs=2)
    files[MAIN]["scores"]["right"] = MAPPING["scores"]["right"] | {"stated": 1.75 / 3}
    files[MAIN]["sha256"] = "sha256:" + sha256(to_csv(ROWS)).hexdigest()
    assert contradictions(read(files)) == set()
    assert code in contradictions(read(files | {"quiz.csv": data}))


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (b"", "log.table-columns", "quiz.csv"),
        (change_cell(2, "grade", "Right"), "log.value-unknown", "quiz.csv:3"),
        (change_cell(2, "judge", "good"), "log.value-unknown", "quiz.csv:3"),
        (change_cell(2, "judge", "nan"), "log.value-unknown", "quiz.csv:3"),
        (change_cell(2, "judge", "1e999"), "log.value-unknown", "quiz.csv:3"),
        (change_cell(2, "try", "0"), "log.table-row", "quiz.csv:3"),
        (change_cell(2, "try", "\u0661"), "log.table-row", "quiz.csv:3"),
        (change_cell(2, "question", ""), "log.table-row", "quiz.csv:3"),
        (to_csv([*ROWS[:3], ["q9"]]), "log.table-row", "quiz.csv:4"),
        (to_csv([*ROWS[:3], ROWS[3] + ["x"]]), "log.table-row", "quiz.csv:4"),
        (to_csv([*ROWS[:3], [], *ROWS[3:]]), "log.table-row", "quiz.csv:4"),
        (to_csv([["question", *ROWS[0]]]), "log.table-columns", "quiz.csv:1"),
        (to_csv([ROWS[0][1:]]), "log.table-columns", "quiz.csv:1"),
        (to_csv(ROWS).replace(b"hills", b"\xff"), "log.table-text", "quiz.csv:4"),
        (to_csv(ROWS).replace(b"hills", b"\0"), "log.table-text", "quiz.csv:4"),
        (to_csv(ROWS).replace(b"hills", b'"hills'), "log.table-text", "quiz.csv:7"),
        (to_csv(ROWS).replace(b"hills", b"h" * 200_000), "log.too-large", "quiz.csv:4"),
        (to_csv(ROWS).decode().encode("utf-16"), "log.table-text", "quiz.csv:1"),
    ],
)
def test_a_fault_of_the_table_has_its_line(data, code, where):
    error = error_of(make_files() | {"quiz.csv": data})
    assert (error.code, error.where) == (code, where)


def test_empty_lines_at_the_end_are_no_rows():
    assert len(read(make_files() | {"quiz.csv": to_csv(ROWS) + b"\n\n"}).samples) == 6


def test_a_row_without_end_is_not_kept_in_memory():
    source = MemorySource(b"a\n" + b"x" * (MAX_RECORD + 2), "x.csv")
    with pytest.raises(Error) as caught:
        list(read_csv(source, ["a"], delimiter=","))
    assert caught.value.code == "log.too-large"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"data": "../quiz.csv"}, "log.member-name"),
        ({"data": "other.csv"}, "log.file-missing"),
        ({"data": "quiz.xlsx"}, "log.wrong-shape"),
        ({"colums": {}}, "document.unknown-key"),
        ({"created": "2026-05-01"}, "document.value"),
        ({"scores": {}}, "document.value"),
        ({"scores": {"s": {"column": "grade", "metric": "f1"}}}, "document.value"),
        (
            {"scores": {"s": {"column": "judge", "metric": "mean", "reducer": "best"}}},
            "log.wrong-shape",
        ),
    ],
)
def test_a_fault_of_the_mapping_is_a_coded_error(change, code):
    error = error_of(make_files(**change))
    assert error.code == code or (code == "document.value" and error.code.startswith("document."))
    if code != "log.member-name":
        assert error.where.startswith(f"{MAIN}:1:")


def test_a_mapping_is_strict_yaml():
    files = make_files()
    files[MAIN] = "kind: mapping\nkind: mapping\n"
    assert error_of(files).code == "yaml.duplicate-key"
    files[MAIN] = "- kind\n"
    assert error_of(files).code == "log.wrong-shape"


def test_errors_can_be_named():
    columns = MAPPING["columns"] | {
        "error": {"column": "error", "values": {"": False, "timed out": True}}
    }
    log = read(make_files(columns=columns))
    assert [sample.error for sample in log.samples] == [False] * 4 + [True, False]
    columns["error"]["values"] = {"": False}
    assert error_of(make_files(columns=columns)).code == "log.value-unknown"


def test_models_of_a_column_are_parts():
    files = make_files(model={"column": "topic"}, questions=2)
    assert error_of(files).code == "log.several-parts"
    log = read(files, "rivers")
    assert (log.run.model, log.part, len(log.samples)) == ("rivers", "rivers", 4)
    assert contradictions(log) == set()
    assert error_of(files, "lakes").code == "log.part-unknown"


def test_questions_asked_different_numbers_of_times():
    files = make_files() | {"quiz.csv": to_csv(ROWS[:-1])}
    log = read(files)
    assert (log.run.epochs_vary, log.total, contradictions(log)) == (True, None, set())


def test_a_mapping_stands_for_its_folder(tmp_path):
    (tmp_path / MAIN).write_text("x")
    assert open_source(tmp_path).name == MAIN


def test_reading_a_table_needs_no_pyarrow():
    script = (
        "import sys\nsys.modules['pyarrow'] = None\n"
        "from ifthen.evidence import mapping, parquet_table\n"
        "from ifthen.errors import Error\n"
        "try:\n    parquet_table.import_pyarrow()\n"
        "except Error as error:\n    print(error.code, error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "log.extra-missing install it with: pip install 'ifthen[arrow]'\n"


@given(mutated(make_files()))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_mapping_and_table_give_a_log_or_a_coded_error(files):
    check_log_or_error(files, MAIN)


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_rows_or_a_coded_error(data):
    try:
        list(read_csv(MemorySource(b"a,b\n" + data, "x.csv"), ["b"], delimiter=","))
    except Error as error:
        assert error.code.startswith("log.")
