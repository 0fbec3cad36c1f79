"""Parquet tables: the same log as from CSV, and coded errors for everything else."""

import io
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.evidence.foreign import contradictions, record_of
from tests.evidence.test_mapping import MAPPING, ROWS, make_files, read

from ifthen.errors import Error
from ifthen.evidence.parquet_table import read_parquet
from ifthen.evidence.source import MemorySource

pyarrow = pytest.importorskip("pyarrow", reason="the extra arrow is not installed")
parquet = pytest.importorskip("pyarrow.parquet")


def to_parquet(table, **options):
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(table), file, **options)
    return file.getvalue()


def make_table():
    columns = dict(zip(ROWS[0], map(list, zip(*ROWS[1:], strict=True)), strict=True))
    columns["try"] = [int(text) for text in columns["try"]]
    columns["judge"] = [0.75, 0.25, 1.0, 0.5, None, 1.0]
    columns["error"] = [text or None for text in columns["error"]]
    return columns


def rows(data, columns):
    return [row.cells for row in read_parquet(MemorySource(data, "x.parquet"), columns)]


def code_of(data, columns=("a",)):
    with pytest.raises(Error) as caught:
        rows(data, columns)
    return caught.value.code


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
def test_parquet_gives_the_measurements_of_the_csv(compression):
    files = make_files(data="quiz.parquet")
    files["quiz.parquet"] = to_parquet(make_table(), compression=compression, row_group_size=2)
    log = read(files, keep=("topic",))
    assert (
        record_of(log, "topic").measurements
        == record_of(read(make_files(), keep=("topic",)), "topic").measurements
    )
    assert contradictions(log) == set()
    assert [sample.place for sample in log.samples][:3] == ["row 1", "row 2", "row 3"]
    assert {sample.sha256 for sample in log.samples} == {None}


CELLS = st.one_of(
    st.lists(st.none() | st.text(max_size=5), max_size=9),
    st.lists(st.none() | st.booleans(), max_size=9),
    st.lists(st.none() | st.integers(-(2**62), 2**62), max_size=9),
    st.lists(st.none() | st.floats(allow_nan=False), max_size=9),
)


@given(CELLS, st.booleans())
@settings(deadline=None, max_examples=60)
def test_cells_come_back_as_they_were_written(cells, dictionary):
    data = to_parquet({"a": cells, "b": cells}, use_dictionary=dictionary)
    assert rows(data, ["b", "a", "b"]) == [(cell, cell, cell) for cell in cells]


def test_faults_have_codes():
    data = to_parquet({"a": [[1], [2]], "b": ["x" * 200_000] * 2})
    assert code_of(data) == "log.table-text"
    assert code_of(data, ["b"]) == "log.too-large"
    assert code_of(data, ["c"]) == "log.table-columns"
    assert code_of(data[:-10]) == "log.not-parquet"
    assert code_of(b"PAR1") == "log.not-parquet"
    assert code_of(b"") == "log.not-parquet"


def test_a_text_that_many_rows_share_is_not_multiplied():
    column = pyarrow.DictionaryArray.from_arrays([0] * 50_000, ["x" * 100_000])
    data = to_parquet({"a": column}, store_schema=False)
    assert len(data) < 300_000
    tracemalloc.start()
    found = {id(cells[0]) for cells in rows(data, ["a"])}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) < 10
    assert peak < 50_000_000  # the texts one by one would take 5 GB


DATA = to_parquet({"a": ["x", "y", None] * 20, "b": list(range(60))}, row_group_size=16)


@given(
    st.lists(st.tuples(st.integers(0, len(DATA) - 1), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, len(DATA)),
)
@example([(252, 0)], 0)  # an index outside the dictionary of texts
@settings(deadline=None, max_examples=200)
def test_changed_bytes_are_rows_or_a_coded_error(changes, cut):
    data = bytearray(DATA)
    for at, byte in changes:
        data[at] = byte
    for broken in (bytes(data), bytes(data[:cut])):
        try:
            rows(broken, ["a", "b"])
        except Error as error:
            assert error.code.startswith("log.")


CRASH = """
import io, random
import pyarrow, pyarrow.parquet
from ifthen.errors import Error
from ifthen.evidence.parquet_table import read_parquet
from ifthen.evidence.source import MemorySource
rng = random.Random(1)
file = io.BytesIO()
table = pyarrow.table({"a": ["x", "y", None] * 20, "b": list(range(60)), "c": [0.5] * 60})
pyarrow.parquet.write_table(table, file, compression="none", row_group_size=16)
for _ in range(3000):
    data = bytearray(file.getvalue())
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) - 700, len(data))
        data[at] = rng.choice([0, 1, 255, 127, 128, rng.randrange(256)])
    try:
        list(read_parquet(MemorySource(bytes(data), "x"), ["a", "b", "c"]))
    except Error:
        pass
print("alive")
"""


def test_no_broken_footer_ends_the_process():
    done = subprocess.run(
        [sys.executable, "-c", CRASH], capture_output=True, text=True, check=False
    )
    assert done.stdout == "alive\n", done.stderr[-300:]


def test_the_mapping_of_these_tests_names_the_columns():
    assert set(MAPPING["columns"]["metadata"]) <= set(make_table())
