"""Keys that verify notes (C2SP signed-note: verifier keys), and what signs.

A key is known by its name and a key id of four bytes. The id is no hash that one could rely on: it
only says which key to try.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from ifthen.encoding.ed25519 import verify_public_key, verify_signature
from ifthen.errors import Error
from ifthen.tlog.spelling import check_name, format_base64, parse_base64

ED25519 = 0x01
"""Ed25519 over the text of a note: how a log signs."""
COSIGNATURE = 0x04
"""Ed25519 over a checkpoint and a time: how a witness signs."""
ML_DSA_44 = 0x06
"""ML-DSA-44 (FIPS 204) over a checkpoint and a time: how a log or a witness signs."""
KINDS = (ED25519, COSIGNATURE, ML_DSA_44)

ML_DSA_KEY_BYTES = 1312
ML_DSA_SIGNATURE_BYTES = 2420
ID_BYTES = 4
MAX_VKEY_BYTES = 4096


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and kind (one of ``KINDS``).

    Raises:
        Error: ``tlog.name``, ``tlog.key-kind``, ``tlog.key-size``, those of
            :func:`~ifthen.encoding.ed25519.verify_public_key`.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name, "the name of a key")
        if self.kind not in KINDS:
            raise Error(
                "tlog.key-kind",
                f"the key {self.name!r} is of signature type {self.kind:#04x}, expected 0x01 or"
                " 0x04 (Ed25519) or 0x06 (ML-DSA-44)",
            )
        if self.kind != ML_DSA_44:
            verify_public_key(self.public)
        elif len(self.public) != ML_DSA_KEY_BYTES:
            raise Error(
                "tlog.key-size",
                f"an ML-DSA-44 key has {ML_DSA_KEY_BYTES} bytes, not {len(self.public)}",
            )

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that stand in a signature line."""
        data = b"%s\n%c%s" % (self.name.encode(), self.kind, self.public)
        return hashlib.sha256(data).digest()[:ID_BYTES]

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether ``signature`` over ``message`` is this key's; no note is looked at."""
        if self.kind == ML_DSA_44:
            return _verify_ml_dsa(self.public, message, signature)
        try:
            verify_signature(self.public, signature, message)
        except Error:  # the key is a good one since it was made
            return False
        return True


class Signer(Protocol):
    """Whatever holds a private key: a file, an agent, a device."""

    @property
    def key(self) -> VerifierKey:
        """The public half: name, kind and key id."""

    def sign(self, message: bytes) -> bytes:
        """Return the bare signature over ``message``: 64 bytes, or 2,420 of ML-DSA-44."""


def format_vkey(key: VerifierKey) -> str:
    """Return a key as one line; the inverse of :func:`parse_vkey`."""
    material = format_base64(bytes([key.kind]) + key.public).decode()
    return f"{key.name}+{key.key_id.hex()}+{material}"


def parse_vkey(text: str) -> VerifierKey:
    """Return the key of a line ``name+id+material``.

    Raises:
        Error: ``tlog.vkey``, ``tlog.base64``, ``tlog.name``, ``tlog.key-kind``,
            ``tlog.key-size``, ``ed25519.*``.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or len(text) > MAX_VKEY_BYTES:
        raise Error("tlog.vkey", f"a key is {text[:80]!r}, expected name+id+material")
    material = parse_base64(parts[2].encode(errors="replace"), "the material of a key")
    key = VerifierKey(parts[0], material[0], material[1:])
    if format_vkey(key) != text:
        raise Error(
            "tlog.vkey",
            f"the key id is {parts[1][:16]!r}, expected {key.key_id.hex()} for this name and key",
            hint="ask for the key again: its name, its id or its material was changed",
        )
    return key


def _verify_ml_dsa(public: bytes, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import (  # noqa: PLC0415 - loaded when used
        InvalidSignature,
        UnsupportedAlgorithm,
    )
    from cryptography.hazmat.primitives.asymmetric.mldsa import (  # noqa: PLC0415
        MLDSA44PublicKey,
    )

    if len(signature) != ML_DSA_SIGNATURE_BYTES:
        return False
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    except UnsupportedAlgorithm as error:
        raise Error(
            "tlog.key-unsupported",
            "the cryptographic library of this machine has no ML-DSA-44",
            hint="install cryptography from its wheel, which brings its own",
        ) from error
    return True
