"""What a DSSE signature is over: the pre-authentication encoding (PAE) of type and payload.

Source: secure-systems-lab/dsse, ``protocol.md`` (version 1.0.0).
"""

import re

from ifthen.errors import Error

_PARTS = re.compile(rb"DSSEv1 (0|[1-9][0-9]{0,8}) (.*)", re.DOTALL)
_LENGTH = re.compile(rb" (0|[1-9][0-9]{0,8}) (.*)", re.DOTALL)


def encode_pae(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: type and payload, each after its length in bytes."""
    name = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def decode_pae(message: bytes) -> tuple[str, bytes]:
    """Return type and payload; the inverse of :func:`encode_pae`.

    Raises:
        Error: ``attestation.pae``.
    """
    if (whole := _PARTS.fullmatch(message)) is not None:
        size = int(whole[1])
        name, rest = whole[2][:size], whole[2][size:]
        found = _LENGTH.fullmatch(rest)
        if len(name) == size and found is not None and int(found[1]) == len(found[2]):
            try:
                return name.decode(), found[2]
            except UnicodeDecodeError:
                pass
    raise Error("attestation.pae", "what is to be signed is no type and payload of DSSE")
