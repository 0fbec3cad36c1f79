"""``ifthen diff``: what changed between two versions of a framework, and which way."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import guarded, json_option, on_option, open_workspace, read_today

if TYPE_CHECKING:
    from ifthen.workspace.redeciding import Redecision

_FILE = click.Path(path_type=Path)  # a missing one is an error with a code


@click.command("diff")
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option("--coding", type=_FILE, help="Recorded human judgements, which take precedence.")
@click.option("--all", "everything", is_flag=True, help="Show what is retained or reworded too.")
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page.")
@click.option(
    "--decide",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Decide about the models of this workspace under both versions.",
)
@on_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    before: Path,
    after: Path,
    coding: Path | None,
    everything: bool,
    markdown: bool,
    html: Path | None,
    directory: Path | None,
    on: date | None,
    json_: bool,
) -> int:
    """Compare two versions of a framework, the files BEFORE and AFTER, clause by clause.

    Each clause is added, removed, relocated, strengthened, weakened, changed, undetermined,
    reworded or retained. The direction follows from the structure; where only words changed, the
    outcome is undetermined until a person codes it. Exit code 2 where something is weaker that the
    change log does not account for, 3 where words changed that neither it nor a coding speaks of,
    else 0.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.publication.diff_text import (  # noqa: PLC0415
        format_lines,
        format_markdown,
        format_page,
    )
    from ifthen.workspace.versions import compare_files  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    comparison = compare_files(before, after, coding)
    if html is not None:
        write_file(html, format_page(comparison).encode(), replace=True)
    redecided = () if directory is None else _redecide(directory, before, after, on)
    if json_:
        data = comparison.model_dump(mode="json")
        if directory is not None:
            data["decided"] = [x.model_dump(mode="json") for x in redecided]
        emit_json(data)
    elif markdown:
        click.echo(format_markdown(comparison, everything=everything), nl=False)
    else:
        for line in format_lines(comparison, everything=everything):
            click.echo(line)
    if not json_:
        for line in _format_redecided(redecided):
            click.echo(line)
    if comparison.disclosure.weaker_silent:
        return 2
    return 3 if comparison.disclosure.unread else 0


def _redecide(
    directory: Path, before: Path, after: Path, on: date | None
) -> "tuple[Redecision, ...]":
    from ifthen.workspace.redeciding import redecide  # noqa: PLC0415
    from ifthen.workspace.versions import load_framework  # noqa: PLC0415

    workspace = open_workspace(directory)
    versions = load_framework(before), load_framework(after)
    return redecide(workspace, *versions, on=on or read_today())


def _format_redecided(redecided: "tuple[Redecision, ...]") -> Iterator[str]:
    for each in redecided:
        yield ""
        yield f"{each.model} on {each.on}:"
        if not each.shifts:
            yield "  nothing stands otherwise under the later version"
        for shift in each.shifts:
            was, would = shift.before or "not there", shift.after or "not there"
            yield f"  {shift.about} {shift.id}: {was} -> {would}"
