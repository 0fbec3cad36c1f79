"""``ifthen oscal``: laws, mappings and findings in NIST's OSCAL 1.2."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ifthen.cli.options import (
    Day,
    guarded,
    json_option,
    open_sound_workspace,
    read_now,
    read_today,
    workspace_option,
)
from ifthen.cli.public_record import public_record_options, read_public_record

if TYPE_CHECKING:
    from ifthen.workspace.exporting_oscal import Asked

to_option = click.option(
    "--to",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: standard output]",
)
catalogues_option = click.option(
    "--catalogues",
    metavar="PLACE",
    default="",
    help="Folder or address of the catalogues it refers to.  [default: beside it]",
)
developer_option = click.option(
    "--developer",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of what is known of the developer.",
)
overlay_option = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="NAME",
    help="Layer of law to lay over it, or a file; repeatable.",
)
on_option = click.option("--on", type=Day(), help="Day to ask for.  [default: today]")


@click.group("oscal")
def command() -> None:
    """Laws, mappings and findings as OSCAL 1.2, for tools of governance, risk and compliance.

    A reference such as ca-sb53.catalog.json is to the file that "ifthen oscal catalogue ca-sb53
    --to ca-sb53.catalog.json" writes.
    """


@command.command("catalogue")
@click.argument("instrument")
@to_option
@json_option
@guarded
def catalogue(instrument: str, output: Path | None, json_: bool) -> int:
    """Write INSTRUMENT as a catalogue: a control for each provision, in own words.

    INSTRUMENT is an id of 'ifthen instruments list', or a file.
    """
    from ifthen.workspace.exporting_oscal import export_catalogue  # noqa: PLC0415

    return _give(export_catalogue(instrument, now=read_now()), output, json_)


@command.command("profile")
@click.argument("instrument")
@developer_option
@overlay_option
@on_option
@catalogues_option
@to_option
@json_option
@guarded
def profile(  # noqa: PLR0917 - click passes options by name
    instrument: str,
    developer: Path | None,
    overlays: tuple[str, ...],
    on: date | None,
    catalogues: str,
    output: Path | None,
    json_: bool,
) -> int:
    """Write what INSTRUMENT asks on a day as a profile.

    That is what is in force, applies to the developer and is not pre-empted. Under an overlay,
    what it changes is added to the controls.
    """
    from ifthen.workspace.exporting_oscal import Place, export_profile  # noqa: PLC0415

    asked = _ask(instrument, None, developer, overlays, on)
    return _give(export_profile(asked, Place(catalogues), now=read_now()), output, json_)


@command.command("mapping")
@click.argument("crosswalk")
@click.option(
    "--instrument",
    "regimes",
    multiple=True,
    metavar="FILE",
    help="Also this instrument; repeatable.",
)
@catalogues_option
@to_option
@json_option
@guarded
def mapping(
    crosswalk: str,
    regimes: tuple[str, ...],
    catalogues: str,
    output: Path | None,
    json_: bool,
) -> int:
    """Write CROSSWALK as a mapping collection, with its relations, provenance and gaps.

    CROSSWALK is a name of the library, such as ca-sb53--ny-raise, or a file. A name in it that
    stands in no instrument is an error, and nothing is written.
    """
    from ifthen.workspace.exporting_oscal import Place, export_mapping  # noqa: PLC0415

    found = export_mapping(crosswalk, Place(catalogues), now=read_now(), regimes=regimes)
    return _give(found, output, json_)


@command.command("results")
@click.argument("instrument")
@click.argument("framework", required=False)
@workspace_option
@public_record_options
@developer_option
@overlay_option
@on_option
@catalogues_option
@to_option
@json_option
@guarded
def results(  # noqa: PLR0917 - click passes options by name
    instrument: str,
    framework: str | None,
    directory: Path,
    record: str | None,
    pin: str | None,
    developer: Path | None,
    overlays: tuple[str, ...],
    on: date | None,
    catalogues: str,
    output: Path | None,
    json_: bool,
) -> int:
    """Write the findings of "ifthen conform" as assessment results.

    They are over the documents of a workspace, over what is public of a record, or over FRAMEWORK,
    of the library or a file. "Satisfied" is said of one objective only: that a document holds
    something of the kind. It is no legal conclusion.
    """
    from ifthen.workspace.exporting_oscal import (  # noqa: PLC0415
        Place,
        export_results,
        export_workspace_results,
    )

    place = Place(catalogues)
    if framework is not None:
        if record is not None:
            raise click.UsageError("give FRAMEWORK, or a record with --record")
        asked = _ask(instrument, framework, developer, overlays, on)
        return _give(export_results(asked, place, now=read_now()), output, json_)
    from ifthen.workspace.applying import load_developer  # noqa: PLC0415
    from ifthen.workspace.conforming import Asking, read_documents  # noqa: PLC0415

    given = (load_developer(developer),) if developer else ()
    day = on or read_today()
    if record is not None:
        documents = read_public_record(record, pin, given)
    else:
        documents = read_documents(open_sound_workspace(directory, day), given)
    asking = Asking(instruments=[instrument], on=day, overlays=overlays)
    found = export_workspace_results(asking, documents, place, now=read_now())
    return _give(found, output, json_)


def _ask(
    instrument: str,
    framework: str | None,
    developer: Path | None,
    overlays: tuple[str, ...],
    on: date | None,
) -> "Asked":
    from ifthen.workspace.exporting_oscal import Asked  # noqa: PLC0415

    return Asked(
        instrument=instrument,
        framework=framework,
        developer=developer,
        overlays=overlays,
        on=on or read_today(),
    )


def _give(found: dict[str, Any], output: Path | None, json_: bool) -> int:
    from ifthen.cli.output import emit_json  # noqa: PLC0415

    if output is None:
        emit_json(found)
        return 0
    import json  # noqa: PLC0415

    from ifthen.workspace.writing import write_file  # noqa: PLC0415

    data = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    write_file(output, data.encode(), replace=True)
    (model,) = found
    if json_:
        emit_json({"file": str(output), "model": model})
    else:
        click.echo(f"{model}: {output}")
    return 0
