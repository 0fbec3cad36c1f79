"""JSON of other programs: NaN is read, keys that stand twice are not."""

import hashlib
import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.evidence import foreign
from ifthen.evidence.foreign import parse_as, parse_json, read_lines
from ifthen.evidence.source import MemorySource


def read(data):
    digest = hashlib.sha256()
    lines = list(read_lines(MemorySource(data, "a.jsonl"), digest))
    assert digest.hexdigest() == hashlib.sha256(data).hexdigest()
    return lines


def test_python_spells_nan_in_a_way_of_its_own():
    assert math.isnan(parse_json(b'{"a": NaN}', where="a")["a"])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1, "b": 2, "a": 3}',
        b'[{"a": {"b": 1, "b": 1}}]',
        b"[" * 100_000,
        b"9" * 100_000,
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_other_text_is_an_error_with_its_place(data):
    with pytest.raises(Error) as caught:
        parse_json(data, where="a.json:3")
    assert (caught.value.code, caught.value.where) == ("log.not-json", "a.json:3")


def test_a_key_twice_is_named():
    with pytest.raises(Error, match="'b' stands twice"):
        parse_json(b'{"a": 1, "b": 2, "c": 1, "b": 3}', where="a")


class Shape(msgspec.Struct):
    number: float


@pytest.mark.parametrize("value", [{}, [], None, {"number": "x"}, {"number": 10**400}])
def test_another_shape_is_an_error(value):
    with pytest.raises(Error) as caught:
        parse_as(value, Shape, where="a")
    assert caught.value.code == "log.wrong-shape"
    assert parse_as({"number": 1}, Shape, where="a").number == 1.0


@given(st.lists(st.binary(max_size=8).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b""))))
def test_lines_are_those_between_line_ends(lines):
    expected = [(at, line) for at, line in enumerate(lines, 1) if line.strip()]
    for end in (b"\n", b"\r\n"):
        assert read(end.join(lines)) == expected
        assert read(end.join(lines) + end) == expected


def test_lines_across_chunks_are_whole(monkeypatch):
    monkeypatch.setattr(foreign, "CHUNK", 3)
    assert read(b"abcdef\n\ngh\r\nijklmnop") == [(1, b"abcdef"), (3, b"gh"), (4, b"ijklmnop")]


def test_a_line_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(foreign, "CHUNK", 10)
    monkeypatch.setattr(foreign, "MAX_LINE_BYTES", 25)
    with pytest.raises(Error) as caught:
        read(b"a\n" + b"b" * 100)
    assert (caught.value.code, caught.value.where) == ("log.too-large", "a.jsonl:2")
    assert json.dumps(len(read(b"b" * 10 + b"\n" + b"c" * 10))) == "2"
