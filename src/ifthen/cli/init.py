"""``ifthen init``: a workspace with a framework to fill in."""

import shlex
from pathlib import Path

import click

from ifthen.cli.options import guarded, json_option, read_today


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--title", default="Frontier safety framework", help="Title of the framework.")
@click.option("--developer", default="<developer>", help="Name of the developer.")
@click.option(
    "--template",
    type=click.Choice(["blank", "metr", "sb53", "eu-code"]),
    default="blank",
    help="Shape of the framework: one domain; the elements that published frameworks share, after"
    " METR; the topics of California's SB 53; the EU Code of Practice.",
)
@json_option
@guarded
def command(directory: Path, title: str, developer: str, template: str, json_: bool) -> int:
    """Make a workspace in DIRECTORY (default: here): a framework and a model to fill in.

    Asks no questions, uses no network, replaces no file.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.beginning import begin_workspace  # noqa: PLC0415

    names = begin_workspace(
        directory, title=title, developer=developer, today=read_today(), template=template
    )
    if json_:
        emit_json({"directory": str(directory), "files": names})
        return 0
    for name in names:
        click.echo(f"wrote {directory / name}")
    place = "" if directory == Path() else f" -C {shlex.quote(str(directory))}"
    click.echo(f"next: fill in frameworks/framework.yaml, then: ifthen check{place}")
    return 0
