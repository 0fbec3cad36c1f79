"""``ifthen set``: change one value of a document, and keep its comments."""

from pathlib import Path

import click

from ifthen.cli.options import guarded, json_option, open_workspace, workspace_option


@click.command("set")
@click.argument("document")
@click.argument("path")
@click.argument("value")
@workspace_option
@json_option
@guarded
def command(document: str, path: str, value: str, directory: Path, json_: bool) -> int:
    """Set the value at PATH of a DOCUMENT (kind/id, or its file) and keep comments and order.

    PATH is keys with dots between them, items of a list by their number from 0 on: people.0.name.
    VALUE is YAML. A document that would have a fault is not written, and one that is signed or
    computed (sign-off, trust file, evidence) is not edited. Signatures of an exception do not fit
    another text: who approves it signs anew.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.editing import (  # noqa: PLC0415
        edit_document,
        find_document,
        parse_path,
        parse_value,
        setting,
    )

    workspace = open_workspace(directory)
    loaded = find_document(workspace, document)
    written = edit_document(workspace, loaded, [setting(parse_path(path), parse_value(value))])
    name = written.path.relative_to(workspace.root).as_posix()
    if json_:
        emit_json({"file": name, "digest": written.loaded.digest, "void_signatures": written.void})
    elif written.void:
        click.echo(f"wrote {name}; the signatures in it are over what it said before, and are void")
        click.echo(f"next: ifthen set {name} envelope null; then everybody signs anew:")
        click.echo(f"ifthen approve {written.loaded.document.id}")
    else:
        click.echo(f"wrote {name}; next: ifthen check")
    return 0
