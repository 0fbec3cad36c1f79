"""Signatures by an identity: Sigstore bundles, verified offline against a trusted root at hand.

Who signs with Sigstore has no lasting key. A provider of identities (OpenID Connect) says who they
are, a certificate of some minutes binds that to a key, and a log says when the key was used. So an
entry of the people may name the provider and the person instead of a key:
``sigstore ISSUER SUBJECT``. A signature is then a bundle (version 0.3) with a DSSE envelope over
exactly the bytes that a key would have signed.

What is believed is a trusted root: the keys of a certificate authority and of logs. It stands in
the same signed document as the people, for the days on which it counts, so that nothing is fetched.
The library ``sigstore`` verifies chain, certificate log, log entry and signature; it is an extra,
imported only here and only when used. Without it nothing is verified, and nothing is valid.

Source: Sigstore bundle format 0.3 and ``protobuf-specs``; Fulcio ``oid-info`` for the extensions.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from ifthen.attestation.keys import PublicKey, parse_public_key
from ifthen.attestation.pae import encode_pae
from ifthen.attestation.wire import pack_string
from ifthen.encoding.canonical import digest_bytes, parse_canonical
from ifthen.errors import Error

SCHEME = "sigstore"
EXTRA = "pip install 'ifthen[sigstore]'"
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MAX_BUNDLE_BYTES = 24_000
MAX_ROOT_BYTES = 1 << 18
MAX_LINE = 300
NO_LIBRARY = "attestation.no-sigstore"
"""Code of the error where a signature cannot be verified for want of the library."""


@dataclass(frozen=True, slots=True)
class RootOnDays:
    """A trusted root and the days on which it is believed."""

    text: str
    """The trusted root as JSON (media type ``trustedroot+json;version=0.1``)."""
    begins: date
    ends: date | None = None
    """First day on which it is not believed; None while it is."""

    def covers(self, on: date) -> bool:
        """Return whether the root is believed for a signature of a day."""
        return self.begins <= on and (self.ends is None or on < self.ends)


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody by the word of a provider of identities, in the place of a public key."""

    issuer: str
    """Address of the provider, as in the certificate, such as ``https://accounts.google.com``."""
    subject: str
    """Whom the certificate names: an address of electronic mail, or a URI."""
    roots: tuple[RootOnDays, ...] = field(default=(), compare=False)
    """What is believed; without one no signature is verified."""

    def __post_init__(self) -> None:
        for what, text in (("issuer", self.issuer), ("subject", self.subject)):
            if not text or not text.isascii() or not text.isprintable() or " " in text:
                raise Error(
                    "attestation.identity",
                    f"no identity: the {what} {text[:100]!r} is not ASCII without spaces",
                )
        if not self.issuer.startswith("https://"):
            raise Error(
                "attestation.identity",
                f"no identity: the issuer {self.issuer[:100]!r} is no https address",
            )

    @property
    def key(self) -> bytes:
        """The bytes by which two entries are told apart, as those of a key are."""
        return b"".join(pack_string(x.encode()) for x in (SCHEME, self.issuer, self.subject))

    @property
    def id(self) -> str:
        """The id: ``sha256:`` and 64 digits."""
        return digest_bytes(self.key)

    def believing(self, roots: Sequence[RootOnDays]) -> "Identity":
        """Return the identity with the trusted roots by which its signatures are verified."""
        return replace(self, roots=tuple(roots))

    def verify(self, message: bytes, signature: bytes) -> datetime:
        """Return when a message was signed, as the log or a timestamp of the bundle says.

        Raises:
            Error: ``attestation.signature`` where the bundle does not fit, whatever the reason;
                ``attestation.no-sigstore`` without the library, ``attestation.no-root`` where no
                trusted root is believed for the day.
        """
        at, envelope = _read_bundle(signature)
        if _encode_pae(envelope) != message:
            raise _misfit("it is over something else")
        roots = [x for x in self.roots if x.covers(at.date())]
        if not roots:
            raise Error(
                "attestation.no-root",
                f"no trusted root is believed for a signature of {at.date()}",
                hint="add one to the people, with the days on which it counts: ifthen keys root",
            )
        faults: list[str] = []
        for root in roots:
            fault = _find_fault(root.text, signature, (self.issuer, self.subject), message)
            if fault is None:
                return at
            faults.append(fault)
        raise _misfit("; ".join(dict.fromkeys(faults)))


def format_identity(identity: Identity) -> str:
    """Return the line of an identity; the inverse of :func:`parse_identity`."""
    return f"{SCHEME} {identity.issuer} {identity.subject}"


def parse_identity(line: str) -> Identity:
    """Return the identity of a line.

    Raises:
        Error: ``attestation.identity``.
    """
    parts = line.split(" ")
    if len(line) > MAX_LINE or len(parts) != 3 or parts[0] != SCHEME:
        raise Error(
            "attestation.identity",
            f"no identity: expected '{SCHEME} ISSUER SUBJECT', at most {MAX_LINE} characters",
            hint="make the line with: ifthen keys identity ISSUER SUBJECT",
        )
    return Identity(parts[1], parts[2])


def parse_signatory(line: str) -> PublicKey | Identity:
    """Return the public key, or the identity, of a line.

    Raises:
        Error: those of :func:`parse_identity` and of
            :func:`~ifthen.attestation.keys.parse_public_key`.
    """
    return parse_identity(line) if line.startswith(f"{SCHEME} ") else parse_public_key(line)


def verify_root(text: str) -> None:
    """Verify that a text is a trusted root as far as can be told without the library.

    Raises:
        Error: ``attestation.root``.
    """
    try:
        tree = json.loads(text)
        named = str(tree["mediaType"]).startswith("application/vnd.dev.sigstore.trustedroot")
        complete = all(tree[x] for x in ("tlogs", "certificateAuthorities", "ctlogs"))
    except (ValueError, KeyError, TypeError, RecursionError):
        named = complete = False
    if not (named and complete):
        raise Error(
            "attestation.root",
            "no trusted root of Sigstore: expected JSON with tlogs, certificateAuthorities, ctlogs",
            hint="take the trusted_root.json of the Sigstore that you trust",
        )


def _read_bundle(signature: bytes) -> tuple[datetime, dict[str, Any]]:
    """Return when a bundle says that it was signed, and its envelope; nothing is verified yet.

    The time is the log's where the log promised the entry, which the library then verifies. Without
    a promise it is that of the only timestamp: of several one could not say which was verified.
    """
    try:
        if len(signature) > MAX_BUNDLE_BYTES:
            raise ValueError("it is too long")
        tree = parse_canonical(signature)
        material = tree["verificationMaterial"]
        (entry,) = material["tlogEntries"]
        if tree["mediaType"] != MEDIA_TYPE:
            raise ValueError("it is of another version")
        envelope = tree["dsseEnvelope"]
        if entry.get("inclusionPromise") and int(entry.get("integratedTime") or 0) > 0:
            return datetime.fromtimestamp(int(entry["integratedTime"]), UTC), envelope
        (stamp,) = material["timestampVerificationData"]["rfc3161Timestamps"]
        return _read_stamp(base64.b64decode(stamp["signedTimestamp"], validate=True)), envelope
    except (
        Error, ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError
    ) as error:  # fmt: skip
        if isinstance(error, Error) and error.code == NO_LIBRARY:
            raise
        said = str(error)[:100]
        raise Error(
            "attestation.signature", f"the signature is no bundle of Sigstore 0.3: {said}"
        ) from error


def _read_stamp(data: bytes) -> datetime:
    try:
        from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - of the extra
    except ImportError as error:
        raise _no_library() from error
    return decode_timestamp_response(data).tst_info.gen_time.astimezone(UTC)


def _encode_pae(envelope: dict[str, Any]) -> bytes:
    """Return what the signature of a bundle's envelope is over."""
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        return encode_pae(envelope["payloadType"], payload)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise _misfit("its envelope cannot be read") from error


@lru_cache(maxsize=4)
def _open_verifier(root: str) -> Any:
    """Return the library's verifier for a trusted root; nothing is fetched."""
    from sigstore.models import TrustedRoot  # noqa: PLC0415 - an extra, and slow
    from sigstore.verify import Verifier  # noqa: PLC0415
    from sigstore_models.trustroot.v1 import TrustedRoot as Parsed  # noqa: PLC0415

    return Verifier(trusted_root=TrustedRoot(Parsed.from_json(root)))


@lru_cache(maxsize=256)
def _find_fault(root: str, bundle: bytes, who: tuple[str, str], message: bytes) -> str | None:
    """Return why a bundle is not by an issuer and subject over a message, or None where it is.

    Raises:
        Error: ``attestation.no-sigstore``.
    """
    try:
        from sigstore.models import Bundle  # noqa: PLC0415 - an extra, and slow
        from sigstore.verify import policy  # noqa: PLC0415
    except ImportError as error:
        raise _no_library() from error
    issuer, subject = who
    by_issuer = policy.AnyOf([policy.OIDCIssuerV2(issuer), policy.OIDCIssuer(issuer)])
    wanted = policy.AllOf([policy.Identity(identity=subject), by_issuer])
    try:
        parsed = Bundle.from_json(bundle)
        if json.loads(parsed.to_json()) != json.loads(bundle):
            return "the library reads another bundle in it"  # a key spelt in two ways
        kind, payload = _open_verifier(root).verify_dsse(parsed, wanted)
    except Exception as error:  # noqa: BLE001 - the library and what it rests on have many
        return " ".join(str(error).split())[:300] or type(error).__name__
    return None if encode_pae(kind, payload) == message else "it is over something else"


def _no_library() -> Error:
    return Error(
        NO_LIBRARY,
        f"a signature by identity is verified with the package sigstore; it is not here: {EXTRA}",
        hint=EXTRA,
    )


def _misfit(found: str) -> Error:
    return Error(
        "attestation.signature",
        f"the signature by identity does not fit: {found}",
        hint="somebody changed what was signed, or it is by somebody else",
    )
