"""``ifthen compare``: developers side by side, with the frontier of published practice."""

from datetime import date
from pathlib import Path

import click

from ifthen.cli import options
from ifthen.cli.options import guarded, json_option, on_option, read_today

STYLES = {"row": "bold", "frontier": "green", "none": "red", "unknown": "yellow"}


@click.command("compare")
@click.argument("developers", nargs=-1, metavar="[DEVELOPER]...")
@click.option(
    "--rows",
    default=None,
    help="Instrument whose provisions are the rows: an id, or a file."
    "  [default: metr-common-elements]",
)
@on_option
@click.option("--clauses", is_flag=True, help="Show every clause.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one line for each clause, as CSV.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page.")
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    developers: tuple[str, ...],
    rows: str | None,
    on: date | None,
    clauses: bool,
    as_csv: bool,
    html: Path | None,
    json_: bool,
) -> int:
    """Show developers side by side: what each has published, commitment by commitment.

    DEVELOPER is a developer of the library, the folder of a workspace, or a published record, as a
    folder or a zip file; without any, all of the library. A record is verified; what is withheld
    of it is unknown.

    In each row the frontier of practice is every clause than which no other is stronger: at least
    as strong in every respect and stronger in one. There is no score. Exit code 0.
    """
    from ifthen.cli.output import (  # noqa: PLC0415
        emit_json,
        make_console,
        print_trimmed,
    )
    from ifthen.publication.practice_page import (  # noqa: PLC0415
        format_csv,
        format_lines,
        format_page,
    )
    from ifthen.workspace.practising import ROWS, compare_developers  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    practice = compare_developers(
        developers, rows or ROWS, on or read_today(), now=options.read_now()
    )
    if html is not None:
        write_file(html, format_page(practice).encode(), replace=True)
    if json_:
        emit_json(practice.model_dump(mode="json"))
    elif as_csv:
        click.echo(format_csv(practice), nl=False)
    else:
        from rich.text import Text  # noqa: PLC0415

        console = make_console()
        for line, standing in format_lines(practice, clauses=clauses):
            print_trimmed(console, Text(line, style=STYLES.get(standing, "")))
    return 0
