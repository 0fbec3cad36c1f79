"""``ifthen keys``: keys to sign with."""

from pathlib import Path
from typing import Any

import click

from ifthen.cli.keys_trust import add_commands
from ifthen.cli.options import guarded, json_option
from ifthen.cli.signers import ask_passphrase, read_public

_PATH = click.Path(path_type=Path, dir_okay=False)


@click.group("keys", no_args_is_help=True)
def command() -> None:
    """Make, list, rotate and revoke keys; sign the trust file that says whose they are."""


add_commands(command)


@command.command("make")
@click.argument("file", type=_PATH)
@click.option("--comment", default="", help="Whose key it is, for example a name.")
@click.option(
    "--no-passphrase", is_flag=True, help="Write the private key plain; only its owner can read it."
)
@json_option
@guarded
def make(file: Path, comment: str, no_passphrase: bool, json_: bool) -> int:
    """Make an Ed25519 key in FILE, sealed with a passphrase, and print its public line.

    The passphrase is asked for, or taken from IFTHEN_PASSPHRASE. The public line goes into a
    document of kind people. An Ed25519 key of OpenSSH serves as well: nothing has to be made then.
    """
    import secrets  # noqa: PLC0415

    from ifthen.attestation.keyfile import format_key, write_key_file  # noqa: PLC0415
    from ifthen.attestation.keys import make_signer  # noqa: PLC0415

    signer = make_signer(secrets.token_bytes(32), comment=comment)
    passphrase = None if no_passphrase else ask_passphrase(confirm=True)
    data = format_key(signer, passphrase=passphrase, random_bytes=secrets.token_bytes)
    write_key_file(file, data)
    _show(signer.public, json_, passphrase is not None, file)
    return 0


@command.command("show")
@click.argument("file", type=_PATH)
@json_option
@guarded
def show(file: Path, json_: bool) -> int:
    """Print the public line and the id of the key in FILE.

    FILE is a private key of ifthen or OpenSSH, a public line such as a .pub file, or a public key
    in PEM, as tokens and key services export it. No passphrase is asked for, except for a private
    key of OpenSSH that has one.
    """
    public, protected = read_public(file)
    _show(public, json_, protected, None)
    return 0


@command.command("identity")
@click.argument("issuer")
@click.argument("subject")
@json_option
@guarded
def identity(issuer: str, subject: str, json_: bool) -> int:
    """Print the public line of somebody who signs by identity, through Sigstore.

    ISSUER is the provider of identities as certificates name it, such as
    https://accounts.google.com; SUBJECT is whom they name: an e-mail address, or a URI.
    """
    from ifthen.attestation.identity import Identity  # noqa: PLC0415

    _show(Identity(issuer, subject), json_, None, None)
    return 0


def _show(public: Any, json_: bool, protected: bool | None, written: Path | None) -> None:
    from ifthen.attestation.identity import Identity, format_identity  # noqa: PLC0415
    from ifthen.attestation.keys import format_public_key  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415

    is_identity = isinstance(public, Identity)
    line = format_identity(public) if is_identity else format_public_key(public)
    if json_:
        emit_json({"public": line, "id": public.id, "protected": protected})
        return
    click.echo(line)
    click.echo(f"id {public.id}")
    if protected is not None:
        click.echo("sealed with a passphrase" if protected else "NOT sealed with a passphrase")
    if written is not None:
        click.echo(f"wrote {written}; next: put the first line into a document of kind people")
