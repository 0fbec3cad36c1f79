"""``ifthen approve``: a person's signature under an exception."""

from datetime import date
from pathlib import Path

import click

from ifthen.cli.options import (
    guarded,
    json_option,
    made_on_option,
    open_workspace,
    read_today,
    workspace_option,
)
from ifthen.cli.signers import open_signer, public_option, signer_option
from ifthen.errors import Problems


@click.command("approve")
@click.argument("exception")
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path, dir_okay=False), help="Your private key."
)
@signer_option
@public_option
@workspace_option
@made_on_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    exception: str,
    key_file: Path | None,
    address: str | None,
    public_file: Path | None,
    directory: Path,
    made_on: date | None,
    json_: bool,
) -> int:
    """Sign an EXCEPTION, by its id, as one of those who approve it.

    You sign all that it says, who else approves included: write everybody into approved_by first,
    each with person, role and day. Where a trust file says who is who, an exception that is not
    signed by every role that its clause asks for has no effect.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.approving import approve_exception  # noqa: PLC0415
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415

    day = made_on or read_today()
    workspace = open_workspace(directory)
    lint = check_workspace(workspace, on=day)
    if lint.errors:
        raise Problems(lint.errors)
    signer = open_signer(key_file, address, public_file)
    written, mine = approve_exception(workspace, exception, signer, today=day)
    model = next(x.document.model for x in workspace.exceptions if x.document.id == exception)
    name = written.path.relative_to(workspace.root).as_posix()
    person, roles = mine[0].person, [x.role for x in mine]
    if json_:
        emit_json({"exception": exception, "file": name, "person": person, "roles": roles})
        return 0
    click.echo(f"{person} approves exception {exception} of {model} as {', '.join(roles)}")
    click.echo(f"wrote {name}; next: ifthen decide {model}")
    return 0
