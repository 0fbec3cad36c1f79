"""What signs: a key in a file, a token or a key service, or an identity; and what it asks for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.errors import Error

if TYPE_CHECKING:
    from ifthen.attestation.identity import Identity
    from ifthen.attestation.keys import PublicKey, Signer

PASSPHRASE = "IFTHEN_PASSPHRASE"  # noqa: S105 - the name of a variable of the environment
TOKEN = "IFTHEN_SIGSTORE_TOKEN"  # noqa: S105 - the name of a variable of the environment
IDENTITY = b"sigstore "
PUBLIC = (b"ssh-", b"ifthen-", b"ecdsa-", IDENTITY)
"""How public lines begin."""
PEM = b"-----BEGIN PUBLIC KEY-----"
_PATH = click.Path(path_type=Path, dir_okay=False)

signer_option = click.option(
    "--signer",
    "address",
    metavar="ADDRESS",
    help="Where your key is instead: hsm:2, gcpkms:..., awskms:..., azurekms:..., hv:...; or"
    " sigstore:, or sigstore:FILE, for your identity; with --public.",
)
public_option = click.option(
    "--public", "public_file", type=_PATH, help="The public line, or PEM, of the key at --signer."
)


def open_signer(key_file: Path | None, address: str | None, public_file: Path | None) -> "Signer":
    """Return what signs: the key in a file, or the one at an address.

    Raises:
        Error: those of reading a key file, and of :func:`ifthen.attestation.external.open_signer`.
    """
    if (key_file is None) == (address is None):
        raise click.UsageError("give your key: --key FILE, or --signer ADDRESS and --public FILE")
    if key_file is not None:
        from ifthen.attestation.keyfile import parse_key, read_key_file  # noqa: PLC0415

        return parse_key(read_key_file(key_file), ask_passphrase)
    if address is None or public_file is None:
        raise click.UsageError("--signer needs the public line of the key: --public FILE")
    from ifthen.attestation import external  # noqa: PLC0415
    from ifthen.attestation.identity import Identity  # noqa: PLC0415
    from ifthen.attestation.identity_signing import PREFIX, open_identity  # noqa: PLC0415

    public = read_public(public_file)[0]
    if isinstance(public, Identity) != address.startswith(PREFIX):
        raise click.UsageError(f"the line of an identity goes with --signer {PREFIX}, and only it")
    if isinstance(public, Identity):
        file = address.removeprefix(PREFIX)
        configuration = read_text(Path(file)) if file else None
        return open_identity(configuration, public, find_token)
    return external.open_signer(address, public, ask_pin)


def find_token(trusted: Any) -> str:
    """Return a token of the provider of identities: of the environment, the pipeline, or a browser.

    ``trusted`` is the client trust configuration of the library ``sigstore``.

    Raises:
        Error: ``attestation.no-token`` where nobody can be asked.
    """
    import os  # noqa: PLC0415
    import sys  # noqa: PLC0415

    if given := os.environ.get(TOKEN):
        return given
    from sigstore.oidc import Issuer, detect_credential  # noqa: PLC0415 - an extra, and slow

    if found := detect_credential():
        return found
    if not sys.stdin.isatty():
        raise Error(
            "attestation.no-token",
            "a token of your provider of identities is needed, and nobody can be asked for it",
            hint=f"set {TOKEN}, or run the command in a terminal",
        )
    return str(Issuer(trusted.signing_config.get_oidc_url()).identity_token())


def read_text(file: Path) -> str:
    """Return the text of a small file of JSON."""
    from ifthen.attestation.identity import MAX_ROOT_BYTES  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    return read_bytes(file, str(file), MAX_ROOT_BYTES).decode("utf-8", "replace")


def ask_pin(secret: str) -> str:
    """Return the PIN of a token: from IFTHEN_PASSPHRASE, or typed."""
    del secret  # what the token calls it
    return ask_passphrase()


def ask_passphrase(*, confirm: bool = False) -> str:
    """Return the passphrase of the environment, or what somebody types in a terminal.

    Raises:
        Error: ``attestation.passphrase`` where nobody can be asked.
    """
    import os  # noqa: PLC0415
    import sys  # noqa: PLC0415

    if given := os.environ.get(PASSPHRASE):
        return given
    if not sys.stdin.isatty():
        raise Error(
            "attestation.passphrase",
            "a passphrase is needed, and nobody can be asked for it",
            hint=f"set {PASSPHRASE}, or run the command in a terminal",
        )
    typed: str = click.prompt("passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return typed


def read_public(file: Path) -> "tuple[PublicKey | Identity, bool | None]":
    """Return the public key or identity in a file, and whether a passphrase seals its private key.

    FILE is a private key of ifthen or OpenSSH, or a public line.
    """
    from ifthen.attestation.identity import parse_signatory  # noqa: PLC0415
    from ifthen.attestation.keyfile import (  # noqa: PLC0415
        MAX_BYTES,
        is_protected,
        parse_key,
        read_key_file,
        read_public_line,
    )
    from ifthen.attestation.keys import parse_public_key, read_pem  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    data = read_bytes(file, str(file), MAX_BYTES)
    if data.startswith(PUBLIC):
        return parse_signatory(data.decode("utf-8", "replace").removesuffix("\n")), None
    if data.startswith(PEM):
        return read_pem(data), None
    data = read_key_file(file)
    if data.startswith(b"-----"):
        return parse_key(data, ask_passphrase).public, None
    return parse_public_key(read_public_line(data)), is_protected(data)
