"""Canonical JSON (RFC 8785) and the digests that identify a document.

A label is a hint, the digest is the identity: two documents are the same exactly when the SHA-256
of their canonical JSON is the same, whatever their spacing, comments or key order.
"""

import hashlib
import json
import re
from typing import Any

import msgspec
import rfc8785

from ifthen.errors import Error

MAX_INTEGER = 2**53 - 1  # I-JSON (RFC 7493, 2.2): larger integers do not survive JSON


def format_canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of plain data; the inverse of :func:`parse_canonical`.

    Raises:
        Error: ``canonical.unsupported`` for NaN, infinities, integers beyond 2^53 and other types.
    """
    try:
        data = _WRITE(value)
        if _is_common(data) and _READ(data) == value:  # what is no plain data is not read back
            return data
    except _CANNOT:
        pass
    try:
        return _ENCODE(_to_common(value)).encode()
    except (_UncommonError, UnicodeEncodeError, RecursionError):
        pass
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise Error(
            "canonical.unsupported",
            f"cannot write as canonical JSON: {error}",
            hint="use text, finite numbers, integers below 2^53, true, false, null, lists and maps",
        ) from error


class _UncommonError(Exception):
    """A value that the standard library may write otherwise than RFC 8785."""


_ENCODE = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def _to_common(value: Any) -> Any:
    """Return a value that the standard library writes as RFC 8785 does, at ten times the speed.

    Keys that are ASCII have the same order in both. Numbers from 1e-4 up to 1e15 have the same
    digits in both, once those without a fraction are integers.

    Raises:
        _UncommonError: where the two could differ, or the value has no canonical form.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    if kind is dict:
        found = {}
        for key, each in value.items():
            if type(key) is not str or not key.isascii():
                raise _UncommonError
            found[key] = _to_common(each)
        return found
    if kind is list or kind is tuple:
        return [_to_common(each) for each in value]
    if kind is float:
        if value.is_integer() and -1e15 < value < 1e15:
            return int(value)
        if 1e-4 <= abs(value) < 1e15:
            return value
    raise _UncommonError


def _take_fraction(text: str) -> float:
    """Return a double whose shortest digits msgspec and RFC 8785 write alike."""
    if _COMMON_FRACTION.fullmatch(text) is None:
        raise _UncommonError
    return float(text)


def _is_common(data: bytes) -> bool:
    """Return whether keys can only be ASCII, and integers have at most 15 digits.

    Integers stand after a key, in a list or alone; digits elsewhere are in text.
    """
    if not data.isascii():
        return False
    digits = data.translate(_TO_NINES, b"-")
    return not (_AFTER_KEY in digits or _IN_LIST in digits or digits.startswith(_LONG))


_WRITE = msgspec.json.Encoder(order="sorted").encode
_READ = msgspec.json.Decoder(float_hook=_take_fraction).decode
_CANNOT = (
    _UncommonError,
    msgspec.MsgspecError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What is raised for what the quick way cannot read or write."""
_COMMON_FRACTION = re.compile(r"-?(?:0[.]0{0,3}[1-9][0-9]*|[1-9][0-9]{0,14}[.][0-9]*[1-9])")
_LONG = b"9" * 16
_AFTER_KEY = b'":' + _LONG
_IN_LIST = b"," + _LONG
_TO_NINES = bytes.maketrans(b"012345678[", b"999999999,")


def parse_canonical(data: bytes) -> Any:
    """Return the value of canonical bytes; any other spelling of the same value is refused.

    Raises:
        Error: ``canonical.not-json``, ``canonical.not-canonical`` for a second spelling, or
            ``canonical.unsupported`` for a value that has no canonical spelling.
    """
    if _is_common(data):  # most documents: written again, they compare
        try:
            value = _READ(data)
            if _WRITE(value) == data:
                return value
        except _CANNOT:
            pass  # the whole way tells what is wrong, if anything is
    try:
        value = _DECODE(data.decode())
    except (ValueError, RecursionError) as error:
        raise Error("canonical.not-json", f"not JSON: {error}") from error
    if format_canonical(value) != data:
        raise Error(
            "canonical.not-canonical",
            "the bytes are JSON, but not in the one canonical spelling (RFC 8785)",
            hint="write the value again in its canonical form",
        )
    return value


def _parse_integer(text: str) -> int | float:
    """Return an integer, or the double it stands for: 1e20 is spelled without an exponent."""
    number = int(text)
    return number if abs(number) <= MAX_INTEGER else float(text)


_DECODE = json.JSONDecoder(parse_int=_parse_integer).decode


def digest_bytes(data: bytes) -> str:
    """Return ``sha256:`` and the 64 hex digits of the SHA-256 of ``data``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_value(value: Any) -> str:
    """Return the digest of a value's canonical JSON."""
    return digest_bytes(format_canonical(value))
