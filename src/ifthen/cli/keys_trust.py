"""``ifthen keys``: who has which key, new keys, lost keys, and the trust file."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.cli.options import (
    Day,
    guarded,
    json_option,
    made_on_option,
    open_workspace,
    read_now,
    read_today,
    workspace_option,
)
from ifthen.cli.signers import open_signer, public_option, signer_option
from ifthen.errors import Problems

if TYPE_CHECKING:
    from ifthen.attestation.identity import Identity
    from ifthen.attestation.keys import PublicKey
    from ifthen.attestation.roles import Key
    from ifthen.workspace.loading import Workspace

_FILE = click.Path(path_type=Path, dir_okay=False)


def add_commands(group: click.Group) -> None:
    """Add the commands of this module to the group ``ifthen keys``."""
    for command in (list_keys, rotate, revoke, root, release, sign, verify):
        group.add_command(command)


def _state(key: "Key", on: date) -> str:
    if key.revoked is not None:
        return f"revoked on {key.revoked.on}"
    if on < key.from_:
        return f"from {key.from_} on"
    return "counts" if key.covers(on) else f"ended on {key.until}"


@click.command("list")
@workspace_option
@click.option("--on", type=Day(), help="Day to ask for.  [default: today]")
@json_option
@guarded
def list_keys(directory: Path, on: date | None, json_: bool) -> int:
    """List the people who count, with their roles and keys on a day."""
    from ifthen.attestation.identity import (  # noqa: PLC0415
        Identity,
        format_identity,
        parse_signatory,
    )
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.trusting import find_lapse, find_register, find_trust  # noqa: PLC0415

    day = on or read_today()
    workspace = _open(directory, day)
    trust, lapse = find_trust(workspace), find_lapse(workspace, day)
    people: list[dict[str, Any]] = [
        {
            "person": person.id,
            "name": person.name,
            "roles": [x.role for x in person.roles if x.covers(day)],
            "keys": [
                {
                    "id": public.id,
                    "state": _state(x, day),
                    "identity": format_identity(public) if isinstance(public, Identity) else None,
                }
                for x in person.keys
                for public in (parse_signatory(x.public),)
            ],
        }
        for person in find_register(workspace).people
    ]
    fault = None if lapse is None else lapse.message
    version = None if trust is None else trust.version
    if json_:
        emit_json({"on": day.isoformat(), "trust": version, "fault": fault, "people": people})
        return 0
    if trust is None:
        click.echo("no trust file: who can edit the people can sign for them")
    else:
        click.echo(f"trust file version {version}, until {trust.expires}")
    if fault is not None:
        click.echo(f"it opens nothing: {fault}")
    for person in people:
        click.echo(
            f"{person['person']}  {person['name']}: {', '.join(person['roles']) or 'no role'}"
        )
        for key in person["keys"]:
            who = f"  {key['identity']}" if key["identity"] else ""
            click.echo(f"  {key['id'][:19]}…  {key['state']}{who}")
    return 0


@click.command("rotate")
@click.argument("person")
@click.argument("file", type=_FILE)
@click.option("--from", "from_", type=Day(), help="First day of the new key.  [default: today]")
@workspace_option
@json_option
@guarded
def rotate(person: str, file: Path, from_: date | None, directory: Path, json_: bool) -> int:
    """Let PERSON sign with the key in FILE from a day on; the keys of before end on that day.

    FILE is a public line or a key file. What was signed with the old key in its time still counts.
    """
    from ifthen.workspace.key_rotation import rotate_key  # noqa: PLC0415

    workspace = open_workspace(directory)
    day = from_ or read_today()
    public = _read_public(file)
    written = rotate_key(workspace, person, public, on=day)
    said = f"{person} signs with {public.id[:19]}… from {day} on"
    return _say(workspace, written.path, said, json_)


@click.command("revoke")
@click.argument("person")
@click.argument("key_id")
@click.option("--reason", required=True, help="Why: lost, stolen, used by somebody else.")
@click.option("--on", type=Day(), help="Day of the revocation.  [default: today]")
@workspace_option
@json_option
@guarded
def revoke(  # noqa: PLR0917 - click passes options by name
    person: str, key_id: str, reason: str, on: date | None, directory: Path, json_: bool
) -> int:
    """Say that a key of PERSON leaked: nothing that it ever signed counts.

    KEY_ID is the id of the key, or how it begins.
    """
    from ifthen.workspace.key_rotation import revoke_key  # noqa: PLC0415

    workspace = open_workspace(directory)
    written = revoke_key(workspace, person, key_id, on=on or read_today(), reason=reason)
    return _say(workspace, written.path, f"a key of {person} counts for nothing", json_)


@click.command("root")
@click.argument("file", type=_FILE)
@click.option("--from", "from_", type=Day(), help="First day on which it counts.  [default: today]")
@workspace_option
@json_option
@guarded
def root(file: Path, from_: date | None, directory: Path, json_: bool) -> int:
    """Believe the trusted root of Sigstore in FILE about signatures by identity from a day on.

    FILE is a trusted_root.json: the keys of a certificate authority and of logs. Roots of before
    end on that day; what was signed under them still counts.
    """
    from ifthen.cli.signers import read_text  # noqa: PLC0415
    from ifthen.workspace.key_rotation import add_root  # noqa: PLC0415

    workspace = open_workspace(directory)
    day = from_ or read_today()
    written = add_root(workspace, read_text(file), on=day)
    return _say(workspace, written.path, f"a trusted root counts from {day} on", json_)


def _say(workspace: "Workspace", path: Path, said: str, json_: bool) -> int:
    from ifthen.cli.output import emit_json  # noqa: PLC0415

    name = path.relative_to(workspace.root).as_posix()
    then = "ifthen keys release" if workspace.trust else "ifthen check"
    if json_:
        emit_json({"file": name})
    else:
        click.echo(f"{said}; wrote {name}; next: {then}")
    return 0


@click.command("release")
@click.option("--expires", type=Day(), required=True, help="First day on which it opens nothing.")
@click.option(
    "--keeper",
    "keepers",
    multiple=True,
    metavar="NAME=FILE",
    help="A keeper and their public line; repeatable.  [default: those of the version before]",
)
@click.option("--threshold", type=click.IntRange(min=1), help="How many keepers have to sign.")
@workspace_option
@made_on_option
@json_option
@guarded
def release(  # noqa: PLR0917 - click passes options by name
    expires: date,
    keepers: tuple[str, ...],
    threshold: int | None,
    directory: Path,
    made_on: date | None,
    json_: bool,
) -> int:
    """Make the next version of the trust file from the people as they are written.

    It counts when enough keepers of it, and of the version before, have signed it with
    "ifthen keys sign".
    """
    from ifthen.attestation.trust import digest_trust  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.trust_files import release_version  # noqa: PLC0415

    now = datetime.combine(made_on, time(), UTC) if made_on else read_now()
    workspace = _open(directory, now.date())
    trust, path = release_version(
        workspace,
        now=now,
        expires=expires,
        keepers=[_read_keeper(x) for x in keepers],
        threshold=threshold,
    )
    name = path.relative_to(workspace.root).as_posix()
    if json_:
        emit_json({"file": name, "version": trust.version, "digest": digest_trust(trust)})
        return 0
    click.echo(f"version {trust.version}: {len(trust.people)} people, {len(trust.keepers)} keepers,"
               f" {trust.threshold} have to sign, until {trust.expires}")  # fmt: skip
    click.echo(f"digest {digest_trust(trust)}")
    click.echo(f"wrote {name}; next, each keeper: ifthen keys sign {name} --key KEY")
    return 0


def _read_keeper(text: str) -> Any:
    from ifthen.attestation.identity import Identity  # noqa: PLC0415
    from ifthen.attestation.keys import format_public_key  # noqa: PLC0415
    from ifthen.attestation.trust import Keeper  # noqa: PLC0415

    name, equals, file = text.partition("=")
    if not name.strip() or not equals or not file:
        raise click.UsageError(f"--keeper is NAME=FILE, found {text!r}")
    public = _read_public(Path(file))
    if isinstance(public, Identity):
        raise click.UsageError(f"{name}: a keeper signs with a key, not by identity")
    return Keeper(name=name.strip(), public=format_public_key(public))


@click.command("sign")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, help="Your private key.")
@signer_option
@public_option
@workspace_option
@json_option
@guarded
def sign(  # noqa: PLR0917 - click passes options by name
    file: Path,
    key_file: Path | None,
    address: str | None,
    public_file: Path | None,
    directory: Path,
    json_: bool,
) -> int:
    """Sign a version of the trust file as a keeper; read it first.

    The signature that completes it puts it in force.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.trust_files import sign_version  # noqa: PLC0415

    workspace = open_workspace(directory)
    path = file if file.exists() or file.is_absolute() else workspace.root / file
    signer = open_signer(key_file, address, public_file)
    signed = sign_version(workspace, path.resolve(), signer)
    name = signed.path.relative_to(workspace.root).as_posix()
    if json_:
        missing = [{"version": v, "signed": n, "needed": of} for v, n, of in signed.missing]
        emit_json({"file": name, "complete": not missing, "missing": missing})
        return 0
    for version, count, needed in signed.missing:
        click.echo(f"{count} of {needed} keepers of version {version} have signed")
    if not signed.missing:
        click.echo(f"version {signed.trust.version} is in force until {signed.trust.expires}")
    click.echo(f"wrote {name}")
    return 0


@click.command("verify")
@click.option("--first", metavar="DIGEST", help="Digest of the first version, as you know it.")
@workspace_option
@json_option
@guarded
def verify(first: str | None, directory: Path, json_: bool) -> int:
    """Verify every version of the trust file: signatures, order, and what was said before."""
    from ifthen.attestation.trust import digest_trust, verify_versions  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415

    workspace = open_workspace(directory)
    versions = [x.document for x in workspace.trust]
    verify_versions(versions, first=first)
    found = [(x.version, digest_trust(x), x.expires.isoformat()) for x in versions]
    if json_:
        emit_json([{"version": v, "digest": d, "expires": e} for v, d, e in found])
        return 0
    for version, digest, expires in found:
        click.echo(f"version {version}  {digest}  until {expires}")
    if first is None:
        click.echo("the first version is taken as it is; compare its digest, or give it as --first")
    return 0


def _read_public(file: Path) -> "PublicKey | Identity":
    from ifthen.cli.signers import read_public  # noqa: PLC0415

    return read_public(file)[0]


def _open(directory: Path, on: date) -> "Workspace":
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415

    workspace = open_workspace(directory)
    lint = check_workspace(workspace, on=on)
    if lint.errors:
        raise Problems(lint.errors)
    return workspace
