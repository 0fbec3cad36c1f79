"""Drafts on the screen or in a file, as Markdown or JSON."""

import json
from pathlib import Path

import click

from ifthen.cli.output import emit_json
from ifthen.encoding.document import Document
from ifthen.publication.filing_text import dump_draft
from ifthen.workspace.writing import write_file


def give_draft(draft: Document, text: str, output: Path | None, json_: bool, left: int) -> None:
    """Print a draft, or write it in the form that the file's name asks for.

    ``left`` is how many of its fields a person has to write.
    """
    data = dump_draft(draft)
    if output is None:
        if json_:
            emit_json(data)
        else:
            click.echo(text, nl=False)
        return
    if output.suffix not in (".md", ".json"):
        raise click.UsageError(f"{output}: end the name in .md or .json")
    if output.suffix == ".json":
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    write_file(output, text.encode(), replace=True)
    if json_:
        emit_json({"file": str(output), "to_write": left})
    else:
        kind = getattr(draft, "kind", "draft")
        click.echo(f"{kind}: {output}, {left} to be written by a person")
