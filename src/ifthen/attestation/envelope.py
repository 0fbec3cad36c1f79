"""DSSE envelopes: bytes, what they are, and one or several signatures over both.

What is signed is the pre-authentication encoding (PAE) of type and payload, so that bytes signed as
one thing never count as another. An envelope's own bytes are canonical JSON with standard base64,
in one spelling.

Source: secure-systems-lab/dsse, ``protocol.md`` and ``envelope.md`` (version 1.0.0).
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ifthen.attestation.keys import Signer
from ifthen.attestation.pae import encode_pae
from ifthen.attestation.statement import MAX_BYTES, PAYLOAD_TYPE
from ifthen.encoding.canonical import format_canonical, parse_canonical
from ifthen.errors import Error

MAX_SIGNATURES = 64


class Signatory(Protocol):
    """Whose signature can be verified: a public key, or an identity."""

    @property
    def id(self) -> str:
        """The id by which an envelope names it."""
        ...

    def verify(self, message: bytes, signature: bytes) -> datetime | None:
        """Verify a signature, and return when it was made where it shows that."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature and the id of the key that it is said to be by."""

    key_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """Bytes with signatures; nothing about it is verified yet."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """The payload of an envelope whose known signatures all fit."""

    payload: bytes
    key_ids: tuple[str, ...]
    """Known keys that signed, in the order of the envelope."""
    unknown: tuple[str, ...]
    """Ids of keys that nobody here knows; their signatures were not looked at."""
    times: tuple[datetime | None, ...]
    """When each of the known ones signed, where the signature itself shows it."""


def sign_envelope(
    payload: bytes, signers: Sequence[Signer], *, payload_type: str = PAYLOAD_TYPE
) -> Envelope:
    """Return the payload with a signature by each signer.

    Raises:
        Error: ``attestation.no-signature`` without a signer, ``attestation.duplicate-signature``,
            ``attestation.too-large``.
    """
    message = encode_pae(payload_type, payload)
    signatures = tuple(Signature(signer.key_id, signer.sign(message)) for signer in signers)
    envelope = Envelope(payload, payload_type, signatures)
    parse_envelope(format_envelope(envelope))
    return envelope


def format_envelope(envelope: Envelope) -> bytes:
    """Return the canonical bytes of an envelope; the inverse of :func:`parse_envelope`."""
    return format_canonical(envelope_to_dict(envelope))


def envelope_to_dict(envelope: Envelope) -> dict[str, Any]:
    """Return an envelope as plain data, with the keys of DSSE's JSON form."""
    return {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.payload_type,
        "signatures": [
            {"keyid": x.key_id, "sig": base64.b64encode(x.data).decode()}
            for x in envelope.signatures
        ],
    }


def parse_envelope(data: bytes) -> Envelope:
    """Return the envelope of canonical bytes; any other spelling is refused.

    Raises:
        Error: ``attestation.too-large``, ``attestation.envelope``, ``attestation.no-signature``,
            ``attestation.too-many-signatures``, ``attestation.duplicate-signature``,
            ``canonical.not-json``, ``canonical.not-canonical``, ``canonical.unsupported``.
    """
    if len(data) > MAX_BYTES:
        raise Error(
            "attestation.too-large",
            f"has {len(data):,} bytes; an envelope may have {MAX_BYTES:,}",
            hint="name large things by their digest",
        )
    return envelope_from_dict(parse_canonical(data))


def envelope_from_dict(tree: Any) -> Envelope:
    """Return the envelope of plain data; its payload is not looked into.

    Raises:
        Error: ``attestation.envelope`` and those about signatures of :func:`parse_envelope`.
    """
    payload, payload_type, found = _take(tree, "payload", "payloadType", "signatures")
    if not isinstance(payload_type, str) or not isinstance(found, list):
        raise Error("attestation.envelope", "no envelope: payloadType is text, signatures a list")
    if not found:
        raise Error("attestation.no-signature", "the envelope has no signature")
    if len(found) > MAX_SIGNATURES:
        raise Error(
            "attestation.too-many-signatures",
            f"the envelope has {len(found)} signatures; it may have {MAX_SIGNATURES}",
        )
    signatures = []
    for entry in found:
        key_id, data = _take(entry, "keyid", "sig")
        if not isinstance(key_id, str) or not key_id:
            raise Error("attestation.envelope", "no envelope: keyid is no text")
        signatures.append(Signature(key_id, _decode(data, "sig")))
    if len({x.key_id for x in signatures}) < len(signatures):
        raise Error("attestation.duplicate-signature", "one key signed twice")
    return Envelope(_decode(payload, "payload"), payload_type, tuple(signatures))


def verify_envelope(
    envelope: Envelope,
    keys: Mapping[str, Signatory] | Iterable[Signatory],
    *,
    payload_type: str = PAYLOAD_TYPE,
) -> Verified:
    """Return the payload where every signature by a known key fits, and there is at least one.

    Raises:
        Error: ``attestation.payload-type``, ``attestation.no-known-key``,
            ``attestation.signature`` where the signature of a known key does not fit.
    """
    known = keys if isinstance(keys, Mapping) else {key.id: key for key in keys}
    if envelope.payload_type != payload_type:
        raise Error(
            "attestation.payload-type",
            f"the envelope says that it holds {envelope.payload_type[:80]!r},"
            f" expected {payload_type!r}",
        )
    message = encode_pae(envelope.payload_type, envelope.payload)
    fitting: list[str] = []
    times: list[datetime | None] = []
    unknown: list[str] = []
    for signature in envelope.signatures:
        key = known.get(signature.key_id)
        if key is None or key.id != signature.key_id:
            unknown.append(signature.key_id)
            continue
        times.append(key.verify(message, signature.data))
        fitting.append(key.id)
    if not fitting:
        raise Error(
            "attestation.no-known-key",
            f"no signature is by a known key; signed by {', '.join(unknown)[:200] or 'nobody'}",
            hint="add the signer's public key, if it is theirs",
        )
    return Verified(envelope.payload, tuple(fitting), tuple(unknown), tuple(times))


def _take(tree: Any, *names: str) -> tuple[Any, ...]:
    """Return the values of exactly these keys."""
    if not isinstance(tree, dict) or set(tree) != set(names):
        raise Error("attestation.envelope", f"no envelope: expected the keys {', '.join(names)}")
    return tuple(tree[name] for name in names)


def _decode(text: Any, name: str) -> bytes:
    """Return the bytes of standard base64 in its one spelling."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        data = None
    if data is None or base64.b64encode(data).decode() != text:
        raise Error("attestation.envelope", f"no envelope: {name} is not standard base64")
    return data
