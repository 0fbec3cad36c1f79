"""Signing by an identity: a certificate of some minutes, a log entry, and a bundle of both.

What signs is the library ``sigstore`` and the services that a client trust configuration names; it
is an extra, imported only when somebody signs so. The key is made for the occasion and forgotten.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ifthen.attestation.identity import EXTRA, NO_LIBRARY, Identity
from ifthen.attestation.pae import decode_pae
from ifthen.attestation.statement import PAYLOAD_TYPE
from ifthen.encoding.canonical import format_canonical
from ifthen.errors import Error

PREFIX = "sigstore:"
"""How the address of a signer by identity begins; the rest is a file, or nothing."""


@dataclass(frozen=True, slots=True)
class IdentitySigner:
    """Signs as somebody whom a provider of identities vouches for."""

    identity: Identity
    context: Any
    """The library's signing context: where certificates are had, and the log."""
    token: Any
    """What the provider gave: an identity token of the library."""

    @property
    def key_id(self) -> str:
        """Id of the identity."""
        return self.identity.id

    def sign(self, message: bytes) -> bytes:
        """Return a bundle over a message, in canonical JSON; whether it fits is verified later.

        Raises:
            Error: ``attestation.external`` where a service refuses or cannot be reached.
        """
        from sigstore.dsse import Statement  # noqa: PLC0415 - an extra, and slow

        kind, payload = decode_pae(message)
        if kind != PAYLOAD_TYPE:
            raise Error("attestation.external", f"an identity signs statements, not {kind[:80]!r}")
        try:
            with self.context.signer(self.token) as signer:
                bundle = signer.sign_dsse(Statement(payload))
        except Exception as error:  # each service has its own
            raise _refused(error) from error
        return format_canonical(json.loads(bundle.to_json()))


def open_identity(
    configuration: str | None, identity: Identity, find_token: Callable[[Any], str]
) -> IdentitySigner:
    """Return the signer of an identity.

    ``configuration`` is a client trust configuration as JSON; without one it is that of the public
    Sigstore, which is fetched. ``find_token`` is given the configuration and returns a token.

    Raises:
        Error: ``attestation.no-sigstore`` without the extra, ``attestation.external``,
            ``attestation.identity`` where the token is somebody else's.
    """
    try:
        from sigstore.models import ClientTrustConfig  # noqa: PLC0415 - an extra, and slow
        from sigstore.oidc import IdentityToken  # noqa: PLC0415
        from sigstore.sign import SigningContext  # noqa: PLC0415
    except ImportError as error:
        raise Error(
            NO_LIBRARY, "signing by identity needs the package sigstore", hint=EXTRA
        ) from error
    try:
        if configuration is None:
            trusted = ClientTrustConfig.production()
        else:
            trusted = ClientTrustConfig.from_json(configuration)
        token = IdentityToken(find_token(trusted))
        context = SigningContext.from_trust_config(trusted)
    except Error:
        raise
    except Exception as error:  # the library and what it rests on have many
        raise _refused(error) from error
    found = (token.federated_issuer, token.identity)
    if found != (identity.issuer, identity.subject):
        raise Error(
            "attestation.identity",
            f"the token is of {found[1]} at {found[0]}, expected {identity.subject} at"
            f" {identity.issuer}",
            hint="sign in as the person whose line you gave as --public",
        )
    return IdentitySigner(identity, context, token)


def _refused(error: Exception) -> Error:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return Error(
        "attestation.external",
        f"the identity cannot sign: {said}",
        hint="see that the token is fresh, and that the services can be reached",
    )
