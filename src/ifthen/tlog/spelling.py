"""One spelling of each value: decimal numbers, base64 and names. Any other is refused.

A second spelling of the same value lets two people hold different bytes for one statement, or one
reader take for valid what another refuses.
"""

import base64
import binascii

from ifthen.errors import Error

MAX_NUMBER = 2**63 - 1
"""Largest tree size, index and time: what readers with signed 64-bit integers can hold."""
MAX_NAME_BYTES = 255
"""Longest name of a key or log: an ML-DSA-44 cosignature writes the length in one byte."""
LINE_BREAKS = frozenset("\x85\u2028\u2029")
"""Characters that some readers take for the end of a line."""


def parse_decimal(text: bytes, what: str, *, most: int = MAX_NUMBER) -> int:
    """Return the number of ASCII digits without leading zeros, from 0 to ``most``.

    Raises:
        Error: ``tlog.number``.
    """
    wrong = not text.isdigit() or len(text) > 19 or (text[0] == 0x30 and len(text) > 1)
    if wrong or int(text) > most:
        raise Error(
            "tlog.number",
            f"{what} is {_show(text)}, expected a decimal number up to {most}"
            " without sign, spaces or leading zeros",
        )
    return int(text)


def format_base64(data: bytes) -> bytes:
    """Return standard base64 with padding; the inverse of :func:`parse_base64`."""
    return base64.b64encode(data)


def parse_base64(text: bytes, what: str, *, size: int | None = None) -> bytes:
    """Return the bytes of standard base64 (RFC 4648, section 4) in its one spelling.

    ``size`` is the number of bytes expected, where there is one.

    Raises:
        Error: ``tlog.base64``.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data) != text:
        raise Error("tlog.base64", f"{what} is {_show(text)}, expected standard base64")
    if size is not None and len(data) != size:
        raise Error("tlog.base64", f"{what} has {len(data)} bytes, expected {size}")
    return data


def check_name(name: str, what: str) -> str:
    """Return the name of a key if it is one: no space of any kind, no plus, not empty.

    Raises:
        Error: ``tlog.name``.
    """
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        length = 0
    bad = any(c == "+" or c < " " or c.isspace() for c in name)
    if bad or not 1 <= length <= MAX_NAME_BYTES:
        raise Error(
            "tlog.name",
            f"{what} is {name[:80]!r}, expected 1 to {MAX_NAME_BYTES} bytes of UTF-8 without"
            " spaces, control characters and '+'",
            hint="use an address without its scheme, such as example.com/log",
        )
    return name


def check_line(line: str, what: str) -> str:
    """Return a line of a checkpoint if every reader sees one line that is not empty.

    Raises:
        Error: ``tlog.line``.
    """
    if not line or any(c < " " or c in LINE_BREAKS for c in line):
        raise Error(
            "tlog.line",
            f"{what} is {line[:80]!r}, expected text on one line without control characters",
        )
    return line


def decode_text(data: bytes, what: str, *, most: int) -> str:
    """Return the text of UTF-8 without control characters other than the newline.

    ``most`` is the number of bytes allowed.

    Raises:
        Error: ``tlog.too-large``, ``tlog.not-text``.
    """
    if len(data) > most:
        raise Error("tlog.too-large", f"{what} has {len(data)} bytes, expected at most {most}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Error("tlog.not-text", f"{what} is not UTF-8 at byte {error.start}") from None
    if control := next((c for c in text if c < " " and c != "\n"), None):
        raise Error("tlog.not-text", f"{what} holds the control character {control!r}")
    return text


def _show(text: bytes) -> str:
    return repr(text[:80])[1:]
