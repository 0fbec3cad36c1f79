"""Files of other producers as plain data, read from memory, and the means to break them."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.evidence.building import build_record
from ifthen.evidence.formats import find_format
from ifthen.evidence.log import Log
from ifthen.evidence.reading import read_source
from ifthen.evidence.record import EvidenceRecord
from ifthen.evidence.source import MemorySource

Files = dict[str, Any]
"""File name to bytes, text, or plain data that is written as JSON."""


def to_bytes(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


def make_source(files: Files, main: str) -> MemorySource:
    data = {name: to_bytes(content) for name, content in files.items()}
    return MemorySource(data[main], main, data)


def read_files(files: Files, main: str, part: str | None = None, keep: tuple[str, ...] = ()) -> Log:
    return read_source(make_source(files, main), part=part, keep=keep)


def record_of(log: Log, cluster_by: str | None = None) -> EvidenceRecord:
    return build_record(
        log,
        id="x",
        evaluation="e",
        model="m",
        plan=None,
        recorded_by="R. Marsh",
        recorded_at=datetime(2026, 7, 1, tzinfo=UTC),
        cluster_by=cluster_by,
        log_path="logs/x",
    )


def contradictions(log: Log) -> set[str]:
    return {item.code for item in record_of(log).findings if item.severity == "contradiction"}


def notices(log: Log) -> set[str]:
    return {item.code for item in record_of(log).findings if item.severity == "notice"}


def check_log_or_error(files: Files, main: str) -> None:
    """Read every part of the files: each gives a record or a coded error, nothing else."""
    try:
        source = make_source(files, main)
        parts = find_format(source).list_parts(source) if source.size else ()
        for part in parts[:3] or (None,):
            record = record_of(read_source(source, part=part))
            for found in record.measurements:
                assert 0 <= found.low <= found.high <= found.questions
    except Error as error:
        assert "." in error.code or error.code == "problems"


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([10**30, -(10**400), 1e308, float("nan"), float("inf"), 2.5]),
    st.text(max_size=6),
    st.sampled_from(["../x", "\ud800", "a\0b", "{}", "/etc", "x" * 400]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn, files: Files) -> Files:
    """Return files with a few places changed, files gone, or bytes broken."""
    found = copy.deepcopy(files)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(found)))
        kind = draw(st.sampled_from(["place", "place", "place", "bytes", "gone", "cut"]))
        if kind == "place" and isinstance(found[name], dict | list):
            _change(draw, found[name])
        elif kind == "bytes":
            found[name] = draw(st.binary(max_size=20))
        elif kind == "cut":
            data = to_bytes(found[name])
            at = draw(st.integers(0, len(data)))
            found[name] = data[:at] + draw(st.binary(max_size=3)) + data[at + 1 :]
        elif kind == "gone" and len(found) > 1:
            found[name] = draw(st.sampled_from([b"", b"{}", b"[]", b"null"]))
    return found


def _change(draw: st.DrawFn, tree: Any) -> None:
    while True:
        keys = list(range(len(tree))) if isinstance(tree, list) else list(tree)
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        if isinstance(tree[key], dict | list) and tree[key] and draw(st.integers(0, 5)):
            tree = tree[key]
            continue
        if draw(st.booleans()):
            tree[key] = draw(VALUES)
        else:
            del tree[key]
        return
