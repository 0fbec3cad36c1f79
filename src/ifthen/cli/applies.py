"""``ifthen applies``: which laws and codes apply to a developer, from when."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.cli.options import Day, exit_zero_option, guarded, json_option, read_today
from ifthen.errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ifthen.conformance.instrument import Instrument
    from ifthen.dossier.developer import Developer
    from ifthen.encoding.document import Loaded


@click.command("applies")
@click.argument("instruments", nargs=-1)
@click.option(
    "--developer",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of what is known of the developer. Without it, a few questions are asked.",
)
@click.option(
    "-C",
    "--workspace",
    "directory",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Workspace whose documents say what is known: its developer and its models.",
)
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="NAME",
    help="Layer of law to lay over them, such as us-federal-preemption, or a file; repeatable.",
)
@click.option("--on", type=Day(), help="Day to ask for.  [default: today]")
@click.option(
    "--write",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save the answers as a developer file; an existing file is not overwritten.",
)
@exit_zero_option
@json_option
@guarded
def command(
    *,
    instruments: tuple[str, ...],
    path: Path | None,
    directory: Path | None,
    overlays: tuple[str, ...],
    on: date | None,
    write: Path | None,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Show which provisions of which laws and codes apply, to whom, and from when.

    INSTRUMENTS are ids of 'ifthen instruments list', or files; without them, all of the library.
    Facts come from a developer file, from the documents of a workspace with -C, or from the answers
    to seven questions. Each answer may be a range, or "do not know". It is no legal advice.

    Exit code 3 where something is undetermined or contested, else 0.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.conformance.applying import list_applying  # noqa: PLC0415
    from ifthen.workspace.applying import load_chosen, load_developer  # noqa: PLC0415
    from ifthen.workspace.instruments import load_overlays  # noqa: PLC0415

    day = on or read_today()
    laws = load_chosen(instruments)
    if sum(x is not None for x in (path, directory, write)) > 1:
        raise Error(
            "command.usage",
            "facts come from --developer, from -C, or from answers that --write saves",
            hint="give one of them",
        )
    layers = load_overlays(overlays, [x.document for x in laws])
    if directory is not None:
        developer = _know(directory)
    else:
        developer = _ask(laws, day, write) if path is None else load_developer(path)
    report = list_applying(laws, developer, day, layers)
    if json_:
        emit_json(report.model_dump(mode="json"))
    else:
        from ifthen.cli.applies_text import show_applying  # noqa: PLC0415

        show_applying(report)
    return 3 if report.open and not exit_zero else 0


def _know(directory: Path) -> "Loaded[Developer]":
    """Return what a workspace says of its developer."""
    from ifthen.cli.options import open_workspace  # noqa: PLC0415
    from ifthen.workspace.developers import know_workspace  # noqa: PLC0415

    return know_workspace(open_workspace(directory)).developer


def _ask(laws: "Sequence[Loaded[Instrument]]", on: date, write: Path | None) -> "Loaded[Developer]":
    from ifthen.workspace.applying import make_developer  # noqa: PLC0415
    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    if not sys.stdin.isatty():
        raise Error(
            "applies.no-terminal",
            "there is no terminal to ask on, and no developer file was given",
            hint="give --developer FILE, a document of kind developer: "
            "'ifthen schema developer' prints its schema",
        )
    if write is not None and write.exists():
        raise Error(
            "file.exists",
            "there is a file already",
            where=str(write),
            hint="name another file, or remove it first",
        )
    click.echo('Any answer may be "do not know"; numbers may be ranges, as 2e26 .. 4e26.', err=True)
    developer, text = make_developer(laws, on, _prompt)
    if write is not None:
        write_file(write, text, replace=False)
    return developer


def _prompt(question: str, example: str, parse: "Callable[[str], Any]") -> Any:
    while True:
        answer: str = click.prompt(f"{question} (as {example})", err=True)
        try:
            return parse(answer)
        except Error as error:
            click.echo(f"{error.message}: {error.hint}", err=True)
