"""``ifthen schema``: the JSON Schema of the documents."""

import click

from ifthen.cli.options import guarded


@click.command("schema")
@click.argument("kind", required=False)
@guarded
def command(kind: str | None) -> int:
    """Print the JSON Schema of a document KIND, or of all kinds in one.

    An editor that knows YAML schemas completes and explains documents whose first line is
    "# yaml-language-server: $schema=ifthen.schema.json".
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.schema import format_document_schema, list_kinds  # noqa: PLC0415

    if kind is not None and kind not in list_kinds():
        raise click.UsageError(f"there is no kind '{kind}'; kinds: {', '.join(list_kinds())}")
    emit_json(format_document_schema(kind))
    return 0
