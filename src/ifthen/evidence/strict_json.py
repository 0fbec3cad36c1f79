"""Strict JSON of foreign files: one meaning, typed fields, coded errors.

A key that stands twice in an object, text that is not UTF-8, half of a surrogate pair and nesting
without end are refused, because two programs could read them differently. The bare constants NaN
and Infinity are read: Python's own writer makes them.
"""

import json
import re
from typing import Annotated, Any, TypeVar

import msgspec

from ifthen.errors import Error

MAX_BYTES = 1 << 29
"""Most bytes of one JSON file that is read in one piece."""

T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
"""A number of things, as small as one that a float holds exactly: it can be divided."""

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(data: bytes, *, where: str) -> Any:
    """Return the plain data of a JSON text.

    Raises:
        Error: ``log.not-json``.
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
        if _ESCAPED_SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise Error("log.not-json", "nested too deep", where=where) from error
    except ValueError as error:
        raise Error("log.not-json", f"not JSON: {_reason(error)}", where=where) from error
    return value


def check_keys(data: bytes, *, where: str) -> None:
    """Refuse a key that stands twice in an object.

    Raises:
        Error: ``log.not-json``.
    """
    try:
        json.loads(data.decode("utf-8"), object_pairs_hook=_unique)
    except RecursionError as error:
        raise Error("log.not-json", "nested too deep", where=where) from error
    except ValueError as error:
        raise Error("log.not-json", f"not JSON: {_reason(error)}", where=where) from error


def decode(data: bytes, kind: type[T], *, where: str) -> T:
    """Return a JSON text as the structure ``kind``.

    Raises:
        Error: ``log.not-json``, or ``log.wrong-shape`` for a field of another type.
    """
    return convert(parse_json(data, where=where), kind, where=where)


def convert(value: Any, kind: type[T], *, where: str) -> T:
    """Return plain data as the structure ``kind``.

    Raises:
        Error: ``log.wrong-shape``.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Error("log.wrong-shape", str(error)[:300], where=where) from error
    except (OverflowError, RecursionError) as error:
        message = "a number is too large, or the data are nested too deep"
        raise Error("log.wrong-shape", message, where=where) from error


def split_array(data: bytes, *path: str) -> tuple[bytes, ...] | None:
    """Return the bytes of each entry of an array that stands under a path of keys.

    None where the text holds NaN or Infinity, whose entries cannot be told apart this way.
    """
    try:
        for key in path:
            data = bytes(msgspec.json.decode(data, type=dict[str, msgspec.Raw])[key])
        return tuple(map(bytes, msgspec.json.decode(data, type=list[msgspec.Raw])))
    except (msgspec.DecodeError, KeyError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:80]!r} stands twice in an object")
    return found


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8 text"
    if isinstance(error, UnicodeEncodeError):
        return "a text holds half of a surrogate pair"
    return str(error)[:200]
