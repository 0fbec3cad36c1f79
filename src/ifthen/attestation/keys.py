"""Public keys as one line of text, their ids, and what signs with a private one.

Three schemes: ``ifthen-ed25519`` signs the bytes, ``ssh-ed25519`` signs as ``ssh-keygen -Y sign``
does, so that people can use the keys that they have, and ``ecdsa-p256`` is for keys in tokens and
key services, most of which have no Ed25519. A line is the scheme, the base64 of SSH's wire
encoding, and a comment; of an SSH key it is its ``.pub`` file. The id is the SHA-256 of the wire
encoding: of an SSH key the fingerprint that ``ssh-keygen -l`` shows, in hexadecimal digits.
"""

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol, get_args

from ifthen.attestation.sshsig import (
    NAMESPACE,
    SshSignature,
    encode_signed,
    format_sshsig,
    parse_sshsig,
)
from ifthen.attestation.wire import decode_base64, pack_string, unpack_strings
from ifthen.encoding import p256
from ifthen.encoding.canonical import digest_bytes
from ifthen.encoding.ed25519 import (
    derive_public_key,
    sign_message,
    verify_public_key,
    verify_signature,
)
from ifthen.encoding.p256 import verify_point
from ifthen.errors import Error

Scheme = Literal["ifthen-ed25519", "ssh-ed25519", "ecdsa-p256"]

MAX_LINE = 500
_COMMENT = re.compile(r"[!-~](?:[ -~]{0,98}[!-~])?")


class Signer(Protocol):
    """Something that signs: a key in a file, in a token, in a service."""

    @property
    def key_id(self) -> str:
        """Id of the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        ...


@lru_cache(maxsize=1024)
def _encode_wire(scheme: str, key: bytes) -> bytes:
    return pack_string(scheme.encode()) + pack_string(key)


@lru_cache(maxsize=1024)
def _digest_wire(scheme: str, key: bytes) -> str:
    """Return the id of a key; once for each: it is asked for with every signature."""
    return digest_bytes(_encode_wire(scheme, key))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key of one scheme; weak keys cannot be made into one."""

    scheme: Scheme
    key: bytes
    """The 32 bytes of an Ed25519 key, or the 65 of a point of P-256."""
    comment: str = ""

    def __post_init__(self) -> None:
        if self.scheme == "ecdsa-p256":
            verify_point(self.key)
        else:
            verify_public_key(self.key)
        if self.comment and not _COMMENT.fullmatch(self.comment):
            raise Error(
                "attestation.key-comment",
                f"a key cannot have the comment {self.comment[:100]!r}",
                hint="use up to 100 ASCII characters",
            )

    @property
    def wire(self) -> bytes:
        """The key in SSH's wire encoding."""
        return _encode_wire(self.scheme, self.key)

    @property
    def id(self) -> str:
        """The id: ``sha256:`` and 64 digits."""
        return _digest_wire(self.scheme, self.key)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Verify a signature of this key's scheme.

        Raises:
            Error: ``attestation.signature`` where it does not fit, whatever the reason.
        """
        try:
            if self.scheme == "ssh-ed25519":
                found = parse_sshsig(signature)
                if (found.public_key, found.namespace) != (self.wire, NAMESPACE):
                    raise Error(
                        "attestation.sshsig",
                        f"is by another key, or for the namespace {found.namespace[:80]!r}",
                    )
                message = encode_signed(
                    message, namespace=found.namespace, hash_name=found.hash_name
                )
                signature = found.signature
            if self.scheme == "ecdsa-p256":
                p256.verify_signature(self.key, signature, message)
            else:
                verify_signature(self.key, signature, message)
        except Error as error:
            raise Error(
                "attestation.signature",
                f"a signature by the key {self.id} does not fit: {error.message}",
                hint="somebody changed what was signed, or signed something else",
            ) from error


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with a private key that is at hand."""

    public: PublicKey
    seed: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Id of the public key."""
        return self.public.id

    def sign(self, message: bytes) -> bytes:
        """Return the signature: 64 bytes, or an SSH signature in its binary form."""
        if self.public.scheme != "ssh-ed25519":
            return sign_message(self.seed, message)
        signed = encode_signed(message, namespace=NAMESPACE, hash_name="sha512")
        signature = sign_message(self.seed, signed)
        return format_sshsig(SshSignature(self.public.wire, NAMESPACE, "sha512", signature))


def make_signer(seed: bytes, *, scheme: Scheme = "ifthen-ed25519", comment: str = "") -> FileSigner:
    """Return the signer of a private key of 32 bytes.

    Raises:
        Error: ``ed25519.seed-length``, ``attestation.key-comment``, ``attestation.key-scheme``.
    """
    if scheme == "ecdsa-p256":
        raise Error("attestation.key-scheme", "a key of P-256 stays in its token or key service")
    return FileSigner(PublicKey(scheme, derive_public_key(seed), comment), seed)


def format_public_key(key: PublicKey) -> str:
    """Return the line of a key, without a line end; the inverse of :func:`parse_public_key`."""
    parts = (key.scheme, base64.b64encode(key.wire).decode(), key.comment)
    return " ".join(part for part in parts if part)


def parse_public_key(line: str) -> PublicKey:
    """Return the key of a line.

    Raises:
        Error: ``attestation.key-line``, ``attestation.wire``, ``attestation.key-comment``, and
            those of :func:`ifthen.encoding.ed25519.verify_public_key`; ``p256.key``.
    """
    scheme, _, rest = line.partition(" ")
    encoded, _, comment = rest.partition(" ")
    found: list[Scheme] = [x for x in get_args(Scheme) if x == scheme]
    if len(line) > MAX_LINE or not found:
        raise Error(
            "attestation.key-line",
            f"no public key: a line starts with {', '.join(get_args(Scheme))}",
            hint="copy the line that ifthen keys show prints, or a .pub file of an Ed25519 key",
        )
    name, key = unpack_strings(decode_base64(encoded, "the public key"), 2, "the public key")
    if name != scheme.encode():
        raise Error("attestation.key-line", "the public key is of another scheme than its line")
    public = PublicKey(found[0], key, comment)
    if format_public_key(public) != line:
        raise Error("attestation.key-line", "the line of the public key has stray spaces")
    return public


def read_pem(data: bytes, comment: str = "") -> PublicKey:
    """Return the key of a PEM file of a public key, as tokens and key services export it.

    Raises:
        Error: ``attestation.key-pem``, ``attestation.key-comment``, and those of weak keys.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - slow to import
    from cryptography.hazmat.primitives.asymmetric.ec import (  # noqa: PLC0415
        SECP256R1,
        EllipticCurvePublicKey,
    )
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
        load_pem_public_key,
    )

    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Error("attestation.key-pem", "no public key in PEM that can be read") from error
    if isinstance(key, Ed25519PublicKey):
        return PublicKey("ifthen-ed25519", key.public_bytes_raw(), comment)
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return PublicKey("ecdsa-p256", point, comment)
    raise Error(
        "attestation.key-pem",
        "the key is of another kind than Ed25519 or ECDSA P-256",
        hint="make a key of one of these in the token or key service",
    )
