"""``ifthen burden``: what each law asks of a model, and what it adds to the others."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import (
    Day,
    framework_option,
    guarded,
    json_option,
    open_sound_workspace,
    read_today,
)

if TYPE_CHECKING:
    from ifthen.conformance.burden import Burden, Estimates
    from ifthen.decision.model import Decision
    from ifthen.dossier.developer import Developer
    from ifthen.framework.model import Framework

_FILE = click.Path(path_type=Path, dir_okay=False)
_HOURS = ("document", "field", "element")


@click.command("burden")
@click.argument("model")
@click.argument("instruments", nargs=-1, metavar="[INSTRUMENT]...")
@click.option(
    "--developer",
    type=_FILE,
    help="File of what is known of the developer.  [default: what the workspace holds]",
)
@click.option("--crosswalk", "crosswalks", multiple=True, metavar="FILE", help="Also this one.")
@click.option(
    "--hours",
    "estimates",
    multiple=True,
    metavar="KIND=HOURS",
    help="Your estimate of work for each document, field or element; repeatable.",
)
@click.option(
    "-C",
    "--workspace",
    "directory",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Workspace, to show what its framework spares the model as well.",
)
@framework_option
@click.option("--on", type=Day(), help="Day to ask for.  [default: today]")
@click.option("--html", type=_FILE, help="Write a page.")
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    model: str,
    instruments: tuple[str, ...],
    developer: Path | None,
    crosswalks: tuple[str, ...],
    estimates: tuple[str, ...],
    directory: Path | None,
    framework_id: str | None,
    on: date | None,
    html: Path | None,
    json_: bool,
) -> int:
    """Count what each INSTRUMENT asks of MODEL: documents, fields, deadlines, and what it adds.

    By default these are all instruments of the library in force on the day, oldest first. What an
    earlier one asks already is told by crosswalks. Hours are lengths of the laws' own clocks; hours
    of work are shown only for estimates of yours. What is spared a model that is similarly safe, or
    cleared of a threshold of the framework, is listed.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.burden import count_files  # noqa: PLC0415

    day = on or read_today()
    decided = None if directory is None else _decide(directory, model, day, framework_id)
    found = count_files(
        model,
        _know(developer, directory, day),
        instruments,
        day,
        crosswalks=crosswalks,
        estimates=_parse_estimates(estimates),
        decided=decided,
    )
    if html is not None:
        from ifthen.publication.burden_page import format_burden_page  # noqa: PLC0415
        from ifthen.workspace.writing import write_file  # noqa: PLC0415

        write_file(html, format_burden_page(found).encode(), replace=True)
    if json_:
        emit_json(found.model_dump(mode="json"))
    else:
        _show(found)
    return 0


def _know(developer: Path | None, directory: Path | None, on: date) -> "Developer":
    """Return what is known of the developer: by a file, else by the workspace."""
    if developer is not None:
        from ifthen.workspace.applying import load_developer  # noqa: PLC0415

        return load_developer(developer).document
    from ifthen.workspace.conforming import read_documents  # noqa: PLC0415

    return read_documents(open_sound_workspace(directory or Path(), on)).known.developer.document


def _parse_estimates(given: tuple[str, ...]) -> "Estimates | None":
    from ifthen.conformance.burden import Estimates  # noqa: PLC0415

    hours: dict[str, float] = {}
    for text in given:
        kind, _, value = text.partition("=")
        try:
            hours[kind] = float(value)
        except ValueError:
            hours[kind] = -1.0
        if kind not in _HOURS or not 0 <= hours[kind] < 1e6:
            raise click.BadParameter(
                f"{text!r}: write it as {'|'.join(_HOURS)}=HOURS", param_hint="--hours"
            )
    return Estimates(**hours) if hours else None


def _decide(
    directory: Path, model: str, on: date, framework_id: str | None
) -> "tuple[Framework, Decision]":
    from ifthen.cli.deciding import gather_facts  # noqa: PLC0415
    from ifthen.decision.deciding import decide  # noqa: PLC0415

    found = gather_facts(directory, [model], on=on, framework_id=framework_id)
    (facts,) = found.facts
    decision = decide(facts, on=on, hypothetical=on != found.today, bounds=found.bounds)
    found.save()
    return facts.framework.document, decision


def _show(found: "Burden") -> None:
    from rich.table import Table  # noqa: PLC0415

    from ifthen.cli.conform_text import wrap  # noqa: PLC0415
    from ifthen.cli.output import make_console, print_trimmed  # noqa: PLC0415

    console = make_console()
    click.echo(f"{found.model} of {found.developer}, {found.on}")
    for notice in found.notices:
        wrap(notice, console.width, "  ")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("regime", no_wrap=True)
    titles = ("prov.", "unsure", "docs", "fields", "elem.", "clocks", "/year", "shortest")
    for title in (*titles, "+prov.", "+docs", "+fields"):
        table.add_column(title, justify="right", no_wrap=True)
    if found.estimates:
        table.add_column("hours", justify="right", no_wrap=True)
    for x in found.regimes:
        short = x.shortest()
        row = [
            x.instrument, str(x.provisions), str(x.uncertain), str(len(x.documents)),
            str(x.fields), str(x.framework_elements), str(len(x.clocks)), f"{x.recurring():g}",
            f"{short.hours} h" if short else "-", str(x.adds.provisions),
            str(x.adds.documents), str(x.adds.fields),
        ]  # fmt: skip
        if found.estimates:
            row.append("-" if x.estimate_hours is None else f"{x.estimate_hours:g}")
        table.add_row(*row)
    click.echo("")
    print_trimmed(console, table)
    for x in found.regimes:
        if x.adds.unmapped:
            names = ", ".join(x.adds.unmapped)
            wrap(f"{x.instrument}: there is no crosswalk from {names}", console.width, "")
        for y in x.spared:
            text = f"spared where {y.when}: {x.instrument}, {y.citation}, {y.title}"
            wrap(text, console.width, "")
    for z in found.commitments:
        text = f"spared by the framework: {z.commitment} ({', '.join(z.safeguards) or 'nothing'})"
        wrap(f"{text}; {z.because}", console.width, "")
