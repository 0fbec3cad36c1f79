"""Private keys that are elsewhere: in tokens (PKCS#11), in key services of clouds and of Vault.

securesystemslib reaches them by an address, such as ``hsm:2?label=token`` or ``gcpkms:...``; it is
an extra, imported only here and only when used. What comes back is verified with the public key
that people know before it counts as a signature.

Sigstore's signatures by identity are of another kind, and made by ``identity_signing``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ifthen.attestation.keys import PublicKey
from ifthen.encoding.p256 import format_pem
from ifthen.errors import Error

EXTRA = "pip install 'ifthen[signers]'"


@dataclass(frozen=True, slots=True)
class ExternalSigner:
    """Signs with a key that is elsewhere."""

    public: PublicKey
    signer: Any
    """What reaches the key: a signer of securesystemslib."""

    @property
    def key_id(self) -> str:
        """Id of the public key."""
        return self.public.id

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, verified.

        Raises:
            Error: ``attestation.external`` where the key cannot be reached or refuses,
                ``attestation.signature`` where it is another key than the public one.
        """
        try:
            signature = bytes.fromhex(self.signer.sign(message).signature)
        except Exception as error:  # each service has its own
            raise _unreachable(error) from error
        self.public.verify(message, signature)
        return signature


def open_signer(
    address: str, public: PublicKey, ask: Callable[[str], str] | None = None
) -> ExternalSigner:
    """Return the signer at an address; ``ask`` is called for a PIN, where one is needed.

    Raises:
        Error: ``attestation.no-signers`` without the extra, ``attestation.key-scheme``,
            ``attestation.external``.
    """
    if public.scheme == "ssh-ed25519":
        raise Error(
            "attestation.key-scheme",
            "an SSH key signs from its own file",
            hint="give the line of an ecdsa-p256 or ifthen-ed25519 key",
        )
    try:
        from securesystemslib.signer import Signer, SSlibKey  # noqa: PLC0415 - an extra, and slow
    except ImportError as error:
        raise Error(
            "attestation.no-signers",
            "keys in tokens and key services need the package securesystemslib",
            hint=EXTRA,
        ) from error
    if public.scheme == "ecdsa-p256":
        value = {"public": format_pem(public.key).decode()}
        key = SSlibKey(public.id, "ecdsa", "ecdsa-sha2-nistp256", value)
    else:
        key = SSlibKey(public.id, "ed25519", "ed25519", {"public": public.key.hex()})
    try:
        return ExternalSigner(public, Signer.from_priv_key_uri(address, key, ask))
    except Exception as error:  # each service has its own
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> Error:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return Error(
        "attestation.external",
        f"the key cannot be used: {said}",
        hint="see that the token is there, that its library is named, and that you may sign",
    )
