"""Time-stamp tokens (RFC 3161): some bytes were there at a time, by the word of an authority.

A token is the answer of a time-stamping authority, in DER. It holds a digest of the bytes, a time,
and a signature (RFC 5652) by a certificate that may sign nothing but times. What is believed are
the roots that the verifier names. The library ``rfc3161-client`` verifies chain, purpose and
signature, as of the time of the token; it is an extra, imported only here and only when used.
Whether a certificate was revoked is not asked: that needs the network.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ifthen.errors import Error

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

EXTRA = "pip install 'ifthen[anchors]'"
MAX_TOKEN_BYTES = 1 << 16
MAX_ROOTS_BYTES = 1 << 20
NO_LIBRARY = "anchors.no-library"
"""Code of the error where a token cannot be read for want of the library."""
NO_ROOT = "anchors.no-root"
"""Code of the error where no certificate that is believed has to do with a token."""
_DIGESTS = {
    "2.16.840.1.101.3.4.2.1": hashlib.sha256,
    "2.16.840.1.101.3.4.2.2": hashlib.sha384,
    "2.16.840.1.101.3.4.2.3": hashlib.sha512,
}
"""Digests that a token may be over, by object identifier."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a verified token says."""

    at: datetime
    """The bytes were there at this time at the latest: that of the token and its inaccuracy."""
    by: str
    """Name of the root under which it was issued (RFC 4514)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token over the right bytes. Nobody's signature is verified."""

    response: Any
    at: datetime
    certificates: tuple["Certificate", ...]


def parse_roots(data: bytes) -> tuple["Certificate", ...]:
    """Return the certificates of a file in PEM, or the one of a file in DER.

    Raises:
        Error: ``anchors.roots``.
    """
    from cryptography import x509  # noqa: PLC0415 - slow, and only for anchors

    try:
        if b"-----BEGIN" in data:
            found = tuple(x509.load_pem_x509_certificates(data))
        else:
            found = (x509.load_der_x509_certificate(data),)
        for each in found:
            each.subject.rfc4514_string()  # what is damaged shows when it is read
        return found
    except (ValueError, x509.InvalidVersion) as error:
        raise Error(
            "anchors.roots",
            "no certificates in PEM or DER",
            hint="name the file with the root certificate of a time-stamping authority",
        ) from error


def read_token(data: bytes, message: bytes) -> Token:
    """Return the token of an answer, if it is over ``message``.

    Raises:
        Error: ``anchors.token`` for what is none or was not granted, ``anchors.other`` for a token
            over something else, ``anchors.no-library``.
    """
    response = _decode(data)
    try:
        if response.status not in (0, 1):
            raise _no_token(f"the authority refused it, with status {response.status}")
        info = response.tst_info
        imprint = info.message_imprint
        digest = _DIGESTS.get(imprint.hash_algorithm.dotted_string)
        at = info.gen_time.astimezone(UTC) + _read_accuracy(info.accuracy)
        found = imprint.message
        certificates = _read_certificates(response.signed_data.certificates)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _no_token(str(error)[:200]) from error
    if digest is None:
        raise _no_token("its digest is not SHA-256, SHA-384 or SHA-512")
    if digest(message).digest() != found:
        raise Error("anchors.other", "the token is over other bytes than this checkpoint")
    return Token(response, at, certificates)


def verify_token(token: Token, message: bytes, roots: Sequence["Certificate"]) -> Stamp:
    """Return what a token says, if an authority under one of the roots signed it.

    Raises:
        Error: ``anchors.no-root`` where no root is named, or none that issued a certificate of the
            token; ``anchors.signature`` where one is named and the token does not verify: a wrong
            signature, a certificate that had run out then or is not for time stamps.
    """
    from rfc3161_client import VerificationError, VerifierBuilder  # noqa: PLC0415 - the extra

    issuers = {certificate.issuer for certificate in token.certificates}
    near = [root for root in roots if root.subject in issuers or root in token.certificates]
    if not near:
        raise Error(
            NO_ROOT,
            "a time stamp by an authority for which you named no root",
            hint="name the root certificate of an authority that you trust: --tsa-root FILE",
        )
    faults: list[str] = []
    for root in near:
        verifier = VerifierBuilder().add_root_certificate(root).build()
        try:
            verifier.verify_message(token.response, message)
        except (VerificationError, ValueError) as error:
            faults.append(" ".join(str(error).split())[:200])
            continue
        return Stamp(token.at, root.subject.rfc4514_string())
    raise Error("anchors.signature", "the time stamp does not verify: " + "; ".join(faults))


def _decode(data: bytes) -> Any:
    if len(data) > MAX_TOKEN_BYTES:
        raise _no_token(f"it has {len(data)} bytes, expected at most {MAX_TOKEN_BYTES}")
    try:
        from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - the extra
    except ImportError as error:
        raise Error(
            NO_LIBRARY,
            f"time stamps are read with the package rfc3161-client, which is not here: {EXTRA}",
            hint=EXTRA,
        ) from error
    try:
        return decode_timestamp_response(data)
    except ValueError as error:
        raise _no_token(" ".join(str(error).split())[:200]) from error


def _read_accuracy(accuracy: Any) -> timedelta:
    """Return by how much the time may be wrong; what is not said counts as nothing (2.4.2)."""
    if accuracy is None:
        return timedelta()
    return timedelta(
        seconds=accuracy.seconds or 0,
        milliseconds=accuracy.millis or 0,
        microseconds=accuracy.micros or 0,
    )


def _read_certificates(found: Sequence[bytes]) -> tuple["Certificate", ...]:
    from cryptography import x509  # noqa: PLC0415 - slow, and only for anchors

    try:
        certificates = tuple(x509.load_der_x509_certificate(each) for each in found)
        for each in certificates:
            each.subject.rfc4514_string()  # what is damaged shows when it is read
            each.issuer.rfc4514_string()
    except (ValueError, x509.InvalidVersion) as error:
        raise _no_token("a certificate in it cannot be read") from error
    return certificates


def _no_token(found: str) -> Error:
    return Error(
        "anchors.token",
        f"no time stamp (RFC 3161): {found}",
        hint="give the answer of the authority as it came, in DER",
    )
