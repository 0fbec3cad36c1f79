"""SSH's wire encoding (RFC 4251, section 5), as far as keys and signatures need it."""

import base64
import binascii

from ifthen.errors import Error


def pack_string(data: bytes) -> bytes:
    """Return bytes after their length in four bytes."""
    return len(data).to_bytes(4, "big") + data


def unpack_strings(data: bytes, count: int, what: str) -> list[bytes]:
    """Return exactly ``count`` strings that fill the data.

    Raises:
        Error: ``attestation.wire``.
    """
    found: list[bytes] = []
    at = 0
    for _ in range(count):
        size = int.from_bytes(data[at : at + 4], "big")
        if at + 4 > len(data) or at + 4 + size > len(data):
            raise Error("attestation.wire", f"{what} ends early")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    if at != len(data):
        raise Error("attestation.wire", f"{what} goes on after its end")
    return found


def decode_base64(text: str, what: str) -> bytes:
    """Return the bytes of standard base64 in its one spelling.

    Raises:
        Error: ``attestation.wire``.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64.b64encode(data).decode() != text:
        raise Error("attestation.wire", f"{what} is not standard base64")
    return data
