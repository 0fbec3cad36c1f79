"""``ifthen report``: a decision as one self-contained page."""

from datetime import date
from pathlib import Path

import click

from ifthen.cli.options import (
    framework_option,
    guarded,
    json_option,
    made_on_option,
    no_cache_option,
    on_option,
    workspace_option,
)


@click.command("report")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@workspace_option
@on_option
@framework_option
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    help="File to write.",
)
@made_on_option
@no_cache_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    models: tuple[str, ...],
    directory: Path,
    on: date | None,
    framework_id: str | None,
    output: Path,
    made_on: date | None,
    no_cache: bool,
    json_: bool,
) -> int:
    """Write the decision about each MODEL (default: all) as one HTML page.

    The page needs nothing else: it holds its pictures, its style and the decision's data.
    """
    from ifthen.cli.deciding import make_decisions  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.publication.report import format_report  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    decisions = make_decisions(
        directory, models, on=on, framework_id=framework_id, use_cache=not no_cache, made_on=made_on
    )
    write_file(output, format_report(decisions).encode(), replace=True)
    if json_:
        gates = {d.model.id: {g.gate: g.outcome.value for g in d.gates} for d in decisions}
        emit_json({"report": str(output), "gates": gates})
    else:
        click.echo(f"report: {output}")
    return 0
