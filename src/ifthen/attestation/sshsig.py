"""SSH signatures as ``ssh-keygen -Y sign`` makes them, with Ed25519 keys.

A signature names the public key, a namespace and a hash; signed are these and the hash of the
message, so that it never counts as a login or for another namespace. The binary form stands in
envelopes; the armored form is what ssh-keygen writes and reads.

Source: OpenSSH, ``PROTOCOL.sshsig``.
"""

import base64
import hashlib
from dataclasses import dataclass

from ifthen.attestation.wire import decode_base64, pack_string, unpack_strings
from ifthen.encoding.ed25519 import SIGNATURE_BYTES
from ifthen.errors import Error

NAMESPACE = "attestation@ifthen.dev"
"""Namespace of what this program signs: ``ssh-keygen -Y sign -n attestation@ifthen.dev``."""
ALGORITHM = b"ssh-ed25519"
MAX_BYTES = 4_096

_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = {b"sha512": hashlib.sha512, b"sha256": hashlib.sha256}
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH = 70


@dataclass(frozen=True, slots=True)
class SshSignature:
    """What an SSH signature holds; nothing about it is verified yet."""

    public_key: bytes
    """The key in SSH's wire encoding."""
    namespace: str
    hash_name: str
    signature: bytes
    """The Ed25519 signature, 64 bytes."""


def encode_signed(message: bytes, *, namespace: str, hash_name: str) -> bytes:
    """Return the bytes that the Ed25519 signature is over."""
    digest = _HASHES[hash_name.encode()](message).digest()
    parts = (namespace.encode(), b"", hash_name.encode(), digest)
    return _MAGIC + b"".join(map(pack_string, parts))


def format_sshsig(signature: SshSignature) -> bytes:
    """Return the binary form; the inverse of :func:`parse_sshsig`."""
    inner = pack_string(ALGORITHM) + pack_string(signature.signature)
    parts = (
        signature.public_key,
        signature.namespace.encode(),
        b"",
        signature.hash_name.encode(),
        inner,
    )
    return _MAGIC + _VERSION.to_bytes(4, "big") + b"".join(map(pack_string, parts))


def parse_sshsig(data: bytes) -> SshSignature:
    """Return what the binary form holds.

    Raises:
        Error: ``attestation.sshsig``, ``attestation.wire``.
    """
    if len(data) > MAX_BYTES or data[:6] != _MAGIC or len(data) < 10:
        raise Error("attestation.sshsig", "no SSH signature")
    if (version := int.from_bytes(data[6:10], "big")) != _VERSION:
        raise Error("attestation.sshsig", f"an SSH signature of version {version}, expected 1")
    key, namespace, reserved, hash_name, inner = unpack_strings(data[10:], 5, "the SSH signature")
    if reserved or hash_name not in _HASHES:
        raise Error("attestation.sshsig", "an SSH signature with an unknown hash or field")
    algorithm, signature = unpack_strings(inner, 2, "the SSH signature")
    if algorithm != ALGORITHM or len(signature) != SIGNATURE_BYTES:
        raise Error(
            "attestation.sshsig",
            "an SSH signature by another algorithm than ssh-ed25519",
            hint="sign with an Ed25519 key: ssh-keygen -t ed25519",
        )
    try:
        name = namespace.decode()
    except UnicodeDecodeError as error:
        raise Error("attestation.sshsig", "the namespace is not UTF-8") from error
    return SshSignature(key, name, hash_name.decode(), signature)


def format_armored(signature: SshSignature) -> str:
    """Return the armored form; the inverse of :func:`parse_armored`."""
    text = base64.b64encode(format_sshsig(signature)).decode()
    lines = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    return "\n".join([_BEGIN, *lines, _END]) + "\n"


def parse_armored(text: str) -> SshSignature:
    """Return what the armored form holds; only the spelling of ssh-keygen is read.

    Raises:
        Error: ``attestation.sshsig``, ``attestation.wire``.
    """
    lines = text.split("\n")
    if len(text) > 2 * MAX_BYTES or len(lines) < 4 or (lines[0], *lines[-2:]) != (_BEGIN, _END, ""):
        raise Error("attestation.sshsig", f"no SSH signature: it starts with {_BEGIN}")
    found = parse_sshsig(decode_base64("".join(lines[1:-2]), "the SSH signature"))
    if format_armored(found) != text:
        raise Error("attestation.sshsig", "the SSH signature is broken into lines otherwise")
    return found
