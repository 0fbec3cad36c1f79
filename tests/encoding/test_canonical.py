import hashlib
import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ifthen.encoding.canonical import (
    MAX_INTEGER,
    digest_bytes,
    digest_value,
    format_canonical,
    parse_canonical,
)
from ifthen.errors import Error


def vectors() -> Path | None:
    """Return the shared RFC 8785 vectors, which stand beside the repository."""
    if named := os.environ.get("IFTHEN_SHARED"):
        return Path(named) / "vectors" / "jcs"
    folders = (folder / "shared" / "vectors" / "jcs" for folder in Path(__file__).parents)
    return next((folder for folder in folders if folder.is_dir()), None)


VECTORS = vectors()
NAMES = ["arrays", "french", "structures", "unicode", "values", "weird"]

finite = st.floats(allow_nan=False, allow_infinity=False)
integers = st.integers(min_value=-MAX_INTEGER, max_value=MAX_INTEGER)
text = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | integers | finite | text,
    lambda inner: st.lists(inner) | st.dictionaries(text, inner),
    max_leaves=20,
)


def code(data: bytes) -> str:
    with pytest.raises(Error) as caught:
        parse_canonical(data)
    return caught.value.code


@pytest.mark.skipif(
    VECTORS is None, reason="no folder 'shared' beside the repository; set IFTHEN_SHARED to it"
)
@pytest.mark.parametrize("name", NAMES)
class TestVectors:
    def test_output(self, name: str) -> None:
        assert VECTORS is not None
        value = json.loads((VECTORS / "input" / f"{name}.json").read_bytes())
        assert format_canonical(value) == (VECTORS / "output" / f"{name}.json").read_bytes()

    def test_output_is_read_back(self, name: str) -> None:
        assert VECTORS is not None
        data = (VECTORS / "output" / f"{name}.json").read_bytes()
        assert format_canonical(parse_canonical(data)) == data


@given(json_values)
def test_parse_is_the_inverse_of_format(value: object) -> None:
    assert parse_canonical(format_canonical(value)) == value


@given(json_values)
def test_any_json_spelling_has_the_one_canonical_form(value: object) -> None:
    data = format_canonical(value)
    spelled = json.dumps(value, indent=1).encode()
    try:
        assert format_canonical(parse_canonical(spelled)) == spelled == data
    except Error as error:
        assert error.code == "canonical.not-canonical"
        assert spelled != data


@given(st.binary() | st.text().map(lambda x: x.encode(errors="surrogatepass")))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        assert format_canonical(parse_canonical(data)) == data
    except Error as error:
        assert error.code.startswith("canonical.")


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[1,]", b"1" * 5000, b"[" * 100_000])
def test_not_json(data: bytes) -> None:
    assert code(data) == "canonical.not-json"


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"[1, 2]",
        b"1.0",
        b"1e2",
        b"-0",
        b'"\\u00e9"',
        b'"\\/"',
        b"1\n",
        b"\xef\xbb\xbf1",
        b"9007199254740993",
        "1".encode("utf-16"),
    ],
)
def test_another_spelling_is_refused(data: bytes) -> None:
    assert code(data) in ("canonical.not-canonical", "canonical.not-json")


@pytest.mark.parametrize("data", [b"NaN", b"[Infinity]", b'"\\ud800"', b'{"\\ud800":1}'])
def test_json_without_canonical_spelling(data: bytes) -> None:
    assert code(data) == "canonical.unsupported"


def test_a_large_double_is_read_back() -> None:
    assert format_canonical(1e20) == b"100000000000000000000"
    assert parse_canonical(b"100000000000000000000") == 1e20


def nested(levels: int) -> list[object]:
    value: list[object] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        {1: 2},
        {"a"},
        b"x",
        "\ud800",
        {"\ud800": 1},
        object(),
        nested(100_000),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(Error) as caught:
        format_canonical(value)
    assert caught.value.code == "canonical.unsupported"
    assert caught.value.hint


def test_digest_names_its_hash() -> None:
    assert digest_bytes(b"abc") == "sha256:" + hashlib.sha256(b"abc").hexdigest()


def test_digest_ignores_key_order_and_the_spelling_of_numbers() -> None:
    assert digest_value({"a": 1, "b": 2.0}) == digest_value({"b": 2, "a": 1.0})
    assert digest_value({"a": 1}) != digest_value({"a": "1"})


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1)
any_values = st.recursive(
    st.none() | st.booleans() | st.text() | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(any_values)
def test_the_quick_way_writes_what_the_reference_writes(value: object) -> None:
    assert format_canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [0.0, -0.0, 1.0, 1e15, 1e16, 1e20, 1e21, 1e-4, 9e-5, 1e-6, 1e-7, 0.1, 1 / 3, 5e-324, 1.5e300],
)
def test_numbers_on_the_edges_of_the_quick_way(value: float) -> None:
    for each in (value, -value, [value], {"a": value}):
        assert format_canonical(each) == rfc8785.dumps(each)


@pytest.mark.parametrize("key", ["\u20ac", "\U0001f600", "\ufb33", "\x7f", "\x1f", "a\\", '"'])
def test_keys_on_the_edges_of_the_quick_way(key: str) -> None:
    value = {key: 1, "b": 2, "\r": 3}
    assert format_canonical(value) == rfc8785.dumps(value)


edges = st.sampled_from(
    [
        *(0.0, -0.0, 1.0, -1.5, 0.1, 1e-4, 9.9e-5, 1e-7, 1e15, 1e16, 1e21, 123456789012345.6),
        *(10**15 - 1, 10**15, MAX_INTEGER, -MAX_INTEGER),
        *('":1111111111111111', ",1111111111111111", "1" * 64, "sha256:" + "1" * 64, '\\"\x7f/'),
    ]
)


@given(
    st.recursive(
        edges | numbers | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(edges.map(str), inner),
        max_leaves=8,
    )
)
def test_what_is_read_is_what_the_standard_library_reads(value: object) -> None:
    data = rfc8785.dumps(value)
    found = parse_canonical(data)
    assert repr(found) == repr(json.loads(data, parse_int=read_integer))


def read_integer(digits: str) -> int | float:
    return int(digits) if abs(int(digits)) <= MAX_INTEGER else float(digits)


@pytest.mark.parametrize("key", [b"", b'"a":', b'"a":-', b"-"])
@pytest.mark.parametrize(
    "digits",
    [b"1e5", b"1e-5", b"1.0", b"0.0", b"9007199254740993", b"0.10", b"1E-7", b"1.5e3", b"00"],
)
def test_numbers_of_another_spelling_are_refused_wherever_they_stand(
    key: bytes, digits: bytes
) -> None:
    number = key + digits
    data = b"{%b}" % number if b":" in key else b"[1,%b]" % number
    assert code(data) in ("canonical.not-canonical", "canonical.not-json")
    if b":" not in key:
        assert code(b"[%b]" % number) in ("canonical.not-canonical", "canonical.not-json")


@pytest.mark.parametrize(
    "value",
    [("a", b"x"), {"a": {1}}, [datetime(2026, 7, 1, tzinfo=UTC)], [Decimal(1)], [UUID(int=1)]],
    ids=str,
)
def test_what_another_encoder_would_write_is_refused(value: object) -> None:
    with pytest.raises(Error) as caught:
        format_canonical(value)
    assert caught.value.code == "canonical.unsupported"
