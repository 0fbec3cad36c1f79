"""``ifthen renew``: make a statement that runs out anew."""

from datetime import date
from pathlib import Path

import click

from ifthen.cli.options import (
    Day,
    guarded,
    json_option,
    open_workspace,
    read_today,
    workspace_option,
)


@click.command("renew")
@click.argument("document")
@click.option(
    "--expires", type=Day(), required=True, help="First day on which it no longer counts."
)
@click.option("--made-on", type=Day(), help="Day from which it holds.  [default: today]")
@click.option("--by", help="Name of who states it, where it is somebody else.")
@click.option("--id", "id_", help="Id of the new document.  [default: the old one and the day]")
@workspace_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    document: str,
    expires: date,
    made_on: date | None,
    by: str | None,
    id_: str | None,
    directory: Path,
    json_: bool,
) -> int:
    """Copy a DOCUMENT that runs out (kind/id, or its file) as a new one with new days.

    The old document stays as it is. Read the new one before you commit it: what it says, and the
    evidence for it, have to be true again. An exception is approved, signed and disclosed anew.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.editing import find_document, renew  # noqa: PLC0415

    workspace = open_workspace(directory)
    loaded = find_document(workspace, document)
    written = renew(
        workspace, loaded, made_on=made_on or read_today(), expires=expires, id=id_, by=by
    )
    name = written.path.relative_to(workspace.root).as_posix()
    if json_:
        emit_json({"file": name, "id": written.loaded.document.id})
    elif written.loaded.document.kind == "exception":
        id = written.loaded.document.id
        click.echo(f"wrote {name}, approved by nobody; next: read it, and write who approves it")
        click.echo(f"and when into approved_by; then let each sign: ifthen approve {id}")
    else:
        click.echo(f"wrote {name}; next: read it, and see that every word of it is true again")
    return 0
