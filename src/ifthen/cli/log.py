"""``ifthen log``: logs of one's own and of others, looked at, served, mirrored."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli import log_anchor, log_rotate
from ifthen.cli.options import guarded, json_option, read_now

if TYPE_CHECKING:
    from ifthen.portal.mirroring import Contradicted
    from ifthen.tlog.policy import Policy

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
CLOCK_SECONDS = 60
"""How far a witness's clock may be ahead."""

policy_option = click.option(
    "--policy",
    "policy_file",
    type=_FILE,
    required=True,
    help="Whom you trust: keys of logs, witnesses, quorum (C2SP tlog-policy).",
)


@click.group("log", no_args_is_help=True)
def command() -> None:
    """Transparency logs: look at one, serve one, mirror one."""


command.add_command(log_rotate.command)
command.add_command(log_anchor.command)


@command.command("status")
@click.argument("source")
@policy_option
@click.option("--oldest", type=click.IntRange(0), help="Seconds from which on it is stale.")
@json_option
@guarded
def status(source: str, policy_file: Path, oldest: int | None, json_: bool) -> int:
    """Show what the log at SOURCE (folder or address) says, and who vouches for it.

    Size, root hash, signatures, the age that a witness states, and whether the policy accepts it.
    Exit code 2 where it does not.
    """
    from ifthen.cli.log_text import show_status  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.portal.source import open_source  # noqa: PLC0415
    from ifthen.portal.status import read_status  # noqa: PLC0415

    policy = read_policy(policy_file)
    found = read_status(
        open_source(source), policy, now=read_seconds(), slack=CLOCK_SECONDS, oldest=oldest
    )
    if json_:
        emit_json(found.to_dict())
    else:
        show_status(found)
    return 2 if found.problem else 0


@command.command("serve")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port there."
)
@guarded
def serve(folder: Path, host: str, port: int) -> int:
    """Serve the log or record in FOLDER over HTTP until stopped: its files and nothing else.

    Any static web server does it as well. Nobody but this machine is answered unless --host says
    so.
    """
    from ifthen.portal.log_server import make_log_app  # noqa: PLC0415
    from ifthen.portal.running import run_app  # noqa: PLC0415
    from ifthen.verification.files import FolderFiles  # noqa: PLC0415

    app = make_log_app(FolderFiles(folder).read)
    if not (folder / "checkpoint").is_file():
        click.echo(f"{folder} holds no checkpoint yet: readers will find no log", err=True)
    click.echo(f"serving {folder} at http://{host}:{port}/ (stop with Ctrl-C)", err=True)
    run_app(app, host, port)
    return 0


@command.command("mirror")
@click.argument("source")
@click.argument("folder", type=_FOLDER)
@policy_option
@click.option("--new-only", is_flag=True, help="Do not confirm again what the copy has.")
@click.option("--most", type=click.IntRange(0), help="Most entries to copy.  [default: 10000000]")
@click.option("--evidence", type=_FILE, help="Where to write evidence.  [default: beside FOLDER]")
@json_option
@guarded
def mirror(  # noqa: PLR0917 - click passes options by name
    source: str,
    folder: Path,
    policy_file: Path,
    new_only: bool,
    most: int | None,
    evidence: Path | None,
    json_: bool,
) -> int:
    """Copy the log at SOURCE (folder or address) to FOLDER, or bring the copy up to date.

    Every file is confirmed before it is written. A log that does not continue what the copy
    remembers is not followed: a file of evidence is written, exit code 2.
    """
    from ifthen.cli.evidence_many import show_progress  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.portal.mirroring import (  # noqa: PLC0415
        MOST_ENTRIES,
        Contradicted,
        begin_copy,
        copy,
    )
    from ifthen.portal.source import open_source  # noqa: PLC0415
    from ifthen.tlog.stores import DirectoryStore  # noqa: PLC0415
    from ifthen.tlog.tiles import WIDTH  # noqa: PLC0415

    policy, read, store = read_policy(policy_file), open_source(source), DirectoryStore(folder)
    most = MOST_ENTRIES if most is None else most
    latest = read_seconds() + CLOCK_SECONDS
    try:
        copying = begin_copy(read, store, policy, latest=latest, most=most)
    except Contradicted as error:
        path = evidence or folder.with_name(f"{folder.name}-evidence.json")
        return _show_contradiction(error, path, json_)
    head, old = copying.accepted.checkpoint, copying.before
    bundles = (head.size + WIDTH - 1) // WIDTH
    with show_progress(copy(read, store, copying, whole=not new_only), bundles) as rows:
        confirmed = sum(bundle.width for bundle in rows)
    if json_:
        emit_json(
            {
                "origin": head.origin,
                "size": head.size,
                "before": old.size,
                "confirmed": confirmed,
                "root": head.root.hex(),
            }
        )
    else:
        click.echo(
            f"{head.origin}: {head.size} entries, {head.size - old.size} new, {confirmed} confirmed"
        )
    return 0


@command.command("tidy")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@policy_option
@json_option
@guarded
def tidy(folder: Path, policy_file: Path, json_: bool) -> int:
    """Remove partial tiles of the log in FOLDER whose full ones are there and confirmed."""
    from ifthen.cli.evidence_many import show_progress  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.portal.status import read_accepted  # noqa: PLC0415
    from ifthen.tlog.stores import DirectoryStore  # noqa: PLC0415
    from ifthen.tlog.tidying import tidy as tidy_log  # noqa: PLC0415
    from ifthen.tlog.tiles import WIDTH  # noqa: PLC0415

    store = DirectoryStore(folder)
    head = read_accepted(store.read, read_policy(policy_file), latest=read_seconds() + 60)
    with show_progress(tidy_log(store, head), head.size // WIDTH) as rows:
        removed = sum(rows)
    if json_:
        emit_json({"size": head.size, "removed": removed})
    else:
        click.echo(f"{removed} partial files removed; {head.size} entries confirmed")
    return 0


@command.command("follow")
@click.argument("source")
@policy_option
@click.option("--out", type=_FILE, help="Where to write it; must not be there.  [default: shown]")
@json_option
@guarded
def follow(source: str, policy_file: Path, out: Path | None, json_: bool) -> int:
    """Make the next version of a policy from the changes of keys that the log at SOURCE announces.

    Only a key that is trusted announces another. The new version names the digest of the old one.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.portal.following import follow_log  # noqa: PLC0415
    from ifthen.portal.source import open_source  # noqa: PLC0415
    from ifthen.tlog.policy import MAX_POLICY_BYTES  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    data = read_bytes(policy_file, str(policy_file), MAX_POLICY_BYTES)
    new = follow_log(open_source(source), data, latest=read_seconds() + CLOCK_SECONDS)
    if new is not None and out is not None:
        write_new(out, new)
    if json_:
        emit_json({"changed": new is not None, "policy": None if new is None else new.decode()})
    elif new is None:
        click.echo("the log announces no change of keys")
    elif out is None:
        click.echo(new, nl=False)
    else:
        click.echo(f"wrote {out}; read it before you trust it")
    return 0


@command.command("evidence")
@click.argument("file", type=_FILE)
@json_option
@guarded
def evidence(file: Path, json_: bool) -> int:
    """Say what a file of evidence shows, and whose keys signed it."""
    from ifthen.cli.log_text import show_contradiction  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.tlog.forking import (  # noqa: PLC0415
        MAX_EVIDENCE_BYTES,
        parse_evidence,
        verify_evidence,
    )
    from ifthen.tlog.key import format_vkey  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    parsed = parse_evidence(read_bytes(file, str(file), MAX_EVIDENCE_BYTES))
    found = verify_evidence(parsed)
    keys = [format_vkey(key) for key in parsed.keys]
    if json_:
        sizes = {"first": found.first.size, "second": found.second.size}
        emit_json(
            {"kind": found.kind, "origin": found.origin, "proven": found.proven, "keys": keys}
            | sizes
        )
    else:
        show_contradiction(found, keys)
    return 2


def read_seconds() -> int:
    """Return the present moment in POSIX seconds."""
    return int(read_now().timestamp())


def read_policy(path: Path) -> "Policy":
    """Return the policy in a file.

    Raises:
        Error: those of reading and of parsing it.
    """
    from ifthen.tlog.policy import MAX_POLICY_BYTES, parse_policy  # noqa: PLC0415
    from ifthen.workspace.loading import read_bytes  # noqa: PLC0415

    return parse_policy(read_bytes(path, str(path), MAX_POLICY_BYTES))


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        Error: ``file.exists``, ``file.unwritable``.
    """
    from ifthen.errors import Error  # noqa: PLC0415

    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise Error(
            "file.exists", "there is a file already", where=str(path), hint="choose another name"
        ) from error
    except OSError as error:
        raise Error(
            "file.unwritable", f"cannot be written: {error.strerror}", where=str(path)
        ) from error


def _show_contradiction(error: "Contradicted", path: Path, json_: bool) -> int:
    from ifthen.cli.output import emit_json, show_error  # noqa: PLC0415
    from ifthen.tlog.forking import format_evidence  # noqa: PLC0415

    write_new(path, format_evidence(error.evidence))
    if json_:
        emit_json({"errors": [error.to_dict()], "evidence": str(path)})
    else:
        show_error(error)
        click.echo(f"wrote {path}", err=True)
    return 2
