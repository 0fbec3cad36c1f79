"""Ed25519 (RFC 8032), strict: a signature that verifies binds one key to one message.

``cryptography`` accepts public keys of small order. With the identity as key one signature fits
every message, so that a publisher could deny or swap a document. Keys and first halves of
signatures that are points of small order, in any encoding, and keys with a second encoding are
refused here before the library is asked. The library refuses the rest: S of the group's order or
more, and R in any but its one encoding. Together this accepts the same 43 of C2SP's 914 edge cases
as libsodium does.
"""

from ifthen.errors import Error

KEY_BYTES = 32
SIGNATURE_BYTES = 64
P = 2**255 - 19
_SIGN = 1 << 255
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
"""The y of a point of order 8; the other such y is its negative."""
SMALL_ORDER = frozenset(
    (y | sign).to_bytes(32, "little")
    for y in (0, 1, P - 1, P, P + 1, _ORDER_8, P - _ORDER_8)
    for sign in (0, _SIGN)
)
"""Every encoding, canonical or not, of the eight points of small order."""


def check_ed25519_key(public: bytes) -> bytes:
    """Return a public key of 32 bytes if it binds messages.

    Raises:
        Error: ``tlog.key-size``, ``tlog.key-weak``.
    """
    if len(public) != KEY_BYTES:
        raise Error("tlog.key-size", f"an Ed25519 key has {KEY_BYTES} bytes, not {len(public)}")
    if public in SMALL_ORDER or int.from_bytes(public, "little") & (_SIGN - 1) >= P:
        raise Error(
            "tlog.key-weak",
            f"the Ed25519 key {public.hex()} is of small order or has a second encoding: its"
            " signatures would fit several messages",
            hint="make a new key pair",
        )
    return public


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether ``signature`` (64 bytes) over ``message`` is that key's.

    Raises:
        Error: ``tlog.key-size``, ``tlog.key-weak``.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - loaded when used
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    check_ed25519_key(public)
    if len(signature) != SIGNATURE_BYTES or signature[:32] in SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):  # ValueError: the key is no point
        return False
    return True
