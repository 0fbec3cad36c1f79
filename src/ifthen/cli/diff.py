"""``ifthen diff``: what changed between two versions of a framework, and which way."""

from pathlib import Path

import click

from ifthen.cli.options import guarded, json_option
from ifthen.errors import Error

_FILE = click.Path(path_type=Path)  # a missing one is an error with a code


@click.command("diff")
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option("--coding", type=_FILE, help="Recorded human judgements, which take precedence.")
@click.option("--all", "everything", is_flag=True, help="Show what is retained or reworded too.")
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page.")
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    before: Path,
    after: Path,
    coding: Path | None,
    everything: bool,
    markdown: bool,
    html: Path | None,
    json_: bool,
) -> int:
    """Compare two versions of a framework, the files BEFORE and AFTER, clause by clause.

    Each clause is added, removed, relocated, strengthened, weakened, changed, reworded or retained.
    The direction follows from the structure; prose is shown as reworded, for a person to judge.
    Exit code 2 where something is weaker that the change log does not account for, else 0.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.publication.diff_text import (  # noqa: PLC0415
        format_lines,
        format_markdown,
        format_page,
    )
    from ifthen.workspace.versions import compare_files  # noqa: PLC0415

    comparison = compare_files(before, after, coding)
    if html is not None:
        _write(html, format_page(comparison))
    if json_:
        emit_json(comparison.model_dump(mode="json"))
    elif markdown:
        click.echo(format_markdown(comparison, everything=everything), nl=False)
    else:
        for line in format_lines(comparison, everything=everything):
            click.echo(line)
    return 2 if comparison.disclosure.weaker_silent else 0


def _write(path: Path, page: str) -> None:
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    try:
        write_file(path, page.encode(), replace=True)
    except OSError as error:
        raise Error(
            "file.unwritable",
            f"{path.name} cannot be written: {error.strerror}",
            hint="choose another place with --html",
        ) from error
