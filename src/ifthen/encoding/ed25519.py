"""Ed25519 (RFC 8032) with the strict rule of verification: one signature binds one message.

OpenSSL, and with it ``cryptography``, takes public keys of small order; under such a key one
signature fits every message, so that its owner could deny or swap what was signed. Here keys and
signatures are refused that hold a point of small order or a second spelling of a point, and
signatures whose number S is not reduced. Of C2SP's edge cases the same ones pass as in libsodium.

``cryptography`` is imported when it is used: reading a public key needs none of it.
"""

from functools import lru_cache

from ifthen.errors import Error

KEY_BYTES = 32
SEED_BYTES = 32
SIGNATURE_BYTES = 64

P = 2**255 - 19
"""Prime of the field (RFC 8032, section 5.1)."""
ORDER = 2**252 + 27742317777372353535851937790883648493
"""Order L of the group that signatures live in (RFC 8032, section 5.1)."""
_D = -121665 * pow(121666, -1, P) % P
_SIGN = 1 << 255  # the bit that says which of two x belongs to a y

_EIGHTH = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER = frozenset({1, P - 1, 0, _EIGHTH, P - _EIGHTH})
"""The y of the points whose order divides 8: of order 1, 2, 4 and twice 8."""


def verify_public_key(key: bytes) -> bytes:
    """Return the key where it is one that binds; 32 bytes.

    Raises:
        Error: ``ed25519.key-length``, ``ed25519.key-not-canonical``, ``ed25519.weak-key`` for a
            point of small order, ``ed25519.key-not-a-point``.
    """
    if len(key) != KEY_BYTES:
        raise Error(
            "ed25519.key-length", f"a public key has {KEY_BYTES} bytes; these are {len(key)}"
        )
    y = _read_y(key)
    if y >= P:
        raise Error("ed25519.key-not-canonical", "the public key is a second spelling of a point")
    if y in _SMALL_ORDER:
        raise Error(
            "ed25519.weak-key",
            "the public key is a point of small order: its signatures fit any message",
            hint="make another key; no honest program makes this one",
        )
    if not _is_on_curve(y):
        raise Error("ed25519.key-not-a-point", "the public key is no point of the curve")
    return key


def verify_signature(key: bytes, signature: bytes, message: bytes) -> None:
    """Verify a signature by the strict rule.

    Raises:
        Error: those of :func:`verify_public_key`; ``ed25519.signature-length``,
            ``ed25519.signature-not-canonical``, ``ed25519.weak-signature``, ``ed25519.signature``
            where it does not fit key and message.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow to import

    loaded = _load_public(key)
    if len(signature) != SIGNATURE_BYTES:
        raise Error(
            "ed25519.signature-length",
            f"a signature has {SIGNATURE_BYTES} bytes; these are {len(signature)}",
        )
    y = _read_y(signature[:KEY_BYTES])
    if y >= P or int.from_bytes(signature[KEY_BYTES:], "little") >= ORDER:
        raise Error(
            "ed25519.signature-not-canonical", "the signature is a second spelling of another"
        )
    if y in _SMALL_ORDER:
        raise Error("ed25519.weak-signature", "the signature holds a point of small order")
    try:
        loaded.verify(signature, message)
    except InvalidSignature as error:
        raise Error(
            "ed25519.signature", "the signature does not fit this key and these bytes"
        ) from error


def derive_public_key(seed: bytes) -> bytes:
    """Return the public key of a private key; both have 32 bytes.

    Raises:
        Error: ``ed25519.seed-length``.
    """
    return _load(seed).public_key().public_bytes_raw()  # type: ignore[no-any-return]


def sign_message(seed: bytes, message: bytes) -> bytes:
    """Return the signature of a message: 64 bytes, the same ones every time.

    Raises:
        Error: ``ed25519.seed-length``.
    """
    return _load(seed).sign(message)  # type: ignore[no-any-return]


def _load(seed: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202 - cryptography's own type
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    if len(seed) != SEED_BYTES:
        raise Error(
            "ed25519.seed-length", f"a private key has {SEED_BYTES} bytes; these are {len(seed)}"
        )
    return Ed25519PrivateKey.from_private_bytes(seed)


@lru_cache(maxsize=1024)
def _load_public(key: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Return a public key that binds; once for each: a record has many signatures by few keys."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    return Ed25519PublicKey.from_public_bytes(verify_public_key(key))


def _read_y(point: bytes) -> int:
    return int.from_bytes(point, "little") & ~_SIGN


@lru_cache(maxsize=1024)
def _is_on_curve(y: int) -> bool:
    """Return whether some x belongs to y: x^2 = (y^2 - 1) / (d y^2 + 1) has to be a square.

    The two powers are the dear part of reading a key, and a record names few keys many times.
    """
    square = (y * y - 1) * pow(_D * y * y + 1, -1, P) % P
    return square == 0 or pow(square, (P - 1) // 2, P) == 1
