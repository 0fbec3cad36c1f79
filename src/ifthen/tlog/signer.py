"""Signers whose private key is in memory, made from a seed of 32 bytes."""

from ifthen.errors import Error
from ifthen.tlog.key import ED25519, ML_DSA_44, VerifierKey

SEED_BYTES = 32


class Ed25519Signer:
    """Signs with Ed25519. ``kind`` is ``ED25519`` for a log, ``COSIGNATURE`` for a witness."""

    def __init__(self, name: str, seed: bytes, kind: int = ED25519) -> None:
        """Take a seed of 32 random bytes.

        Raises:
            Error: ``tlog.seed``, ``tlog.name``, ``tlog.key-kind``.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PrivateKey,
        )

        self._private = Ed25519PrivateKey.from_private_bytes(_check_seed(seed))
        self.key = VerifierKey(name, kind, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``, 64 bytes."""
        return self._private.sign(message)


class MlDsa44Signer:
    """Signs with ML-DSA-44 (FIPS 204)."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Take a seed of 32 random bytes.

        Raises:
            Error: ``tlog.seed``, ``tlog.name``.
        """
        from cryptography.hazmat.primitives.asymmetric.mldsa import (  # noqa: PLC0415
            MLDSA44PrivateKey,
        )

        self._private = MLDSA44PrivateKey.from_seed_bytes(_check_seed(seed))
        self.key = VerifierKey(name, ML_DSA_44, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``, 2,420 bytes."""
        return self._private.sign(message)


def _check_seed(seed: bytes) -> bytes:
    if len(seed) != SEED_BYTES:
        raise Error("tlog.seed", f"the seed has {len(seed)} bytes, expected {SEED_BYTES}")
    return seed
