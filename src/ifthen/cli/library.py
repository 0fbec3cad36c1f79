"""``ifthen library``: the published frameworks that come with the program, as code."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import guarded, json_option
from ifthen.errors import Error

if TYPE_CHECKING:
    from ifthen.encoding.document import Loaded
    from ifthen.framework.model import Framework

root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Another library folder.  [default: the shipped one]",
)


@click.group("library")
def command() -> None:
    """Published frameworks as code, each clause anchored in the text that it was written from.

    The texts themselves are not copied. Who has one can check that every clause stands in it.
    """


@command.command("list")
@root_option
@json_option
@guarded
def list_(root: Path | None, json_: bool) -> int:
    """List the frameworks with what they hold and what was left out."""
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.library import LIBRARY, load_library, summarise  # noqa: PLC0415

    rows = [
        summarise(shelf, version)
        for shelf in load_library(root or LIBRARY)
        for version in shelf.versions
    ]
    if json_:
        emit_json([row.model_dump(mode="json") for row in rows])
        return 0
    from ifthen.cli.library_text import show_library  # noqa: PLC0415

    show_library(rows)
    return 0


@command.command("check")
@root_option
@click.option("--warnings", is_flag=True, help="Show the warnings, too: open ends of the texts.")
@json_option
@guarded
def check(root: Path | None, warnings: bool, json_: bool) -> int:
    """Check every framework of the library and try every worked case.

    A warning tells what a published text leaves open. Exit code 0 where everything holds, else 1.
    """
    from ifthen.cli.output import emit_json, show_fault  # noqa: PLC0415
    from ifthen.workspace.library import LIBRARY, check_library, load_library  # noqa: PLC0415

    place = root or LIBRARY
    shelves = load_library(place)
    lint = check_library(shelves)
    versions = sum(len(shelf.versions) for shelf in shelves)
    cases = sum(len(shelf.cases) for shelf in shelves)
    if json_:
        emit_json(
            {
                "versions": versions,
                "cases": cases,
                "errors": [fault.to_dict() for fault in lint.errors],
                "warnings": [fault.to_dict() for fault in lint.warnings],
            }
        )
        return 1 if lint.errors else 0
    for fault in lint.errors:
        show_fault(fault, "error", place)
    for fault in lint.warnings if warnings else ():
        show_fault(fault, "warning", place)
    click.echo(
        f"{versions} framework versions, {cases} cases: {len(lint.errors)} errors,"
        f" {len(lint.warnings)} warnings"
    )
    return 1 if lint.errors else 0


@command.command("copy")
@click.argument("name")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("frameworks"),
    show_default=True,
    help="Folder to copy into.",
)
@root_option
@json_option
@guarded
def copy(name: str, folder: Path, root: Path | None, json_: bool) -> int:
    """Copy the framework NAME (``id`` or ``id@version``) with its cases into a workspace."""
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.library import LIBRARY, copy_version, load_library  # noqa: PLC0415

    place = root or LIBRARY
    written = [x.as_posix() for x in copy_version(load_library(place), name, place, folder)]
    if json_:
        emit_json({"written": written})
    else:
        for path in written:
            click.echo(path)
    return 0


@command.command("verify")
@click.argument("name")
@click.argument("text", type=click.Path(path_type=Path))
@click.option("--source", help="Id of the source text, for a framework written from several.")
@root_option
@json_option
@guarded
def verify(name: str, text: Path, source: str | None, root: Path | None, json_: bool) -> int:
    """Check that the clauses of NAME (``id@version``, or a file) stand in TEXT, a text file.

    Each anchor keeps the length and the digest of the words it was written from. Exit code 0 where
    all are found, 2 where one is not: another edition, another layout, or a wrong anchor.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.library import check_anchors, read_text  # noqa: PLC0415

    framework = _find(name, root)
    findings = check_anchors(framework, read_text(text), source)
    missing = [x for x in findings if not x.found]
    if not findings:
        raise Error(
            "library.no-anchors",
            f"{name} has no anchor with a digest" + (f" in source '{source}'" if source else ""),
            hint="choose another --source, or a framework whose clauses have anchors",
        )
    if json_:
        emit_json([finding.model_dump(mode="json") for finding in findings])
    else:
        for finding in missing:
            click.echo(f"not found: {finding.clause} (section {finding.section})")
        click.echo(f"{len(findings) - len(missing)} of {len(findings)} anchors stand in the text")
    return 2 if missing else 0


def _find(name: str, root: Path | None) -> "Loaded[Framework]":
    from ifthen.workspace.library import LIBRARY, find_version, load_library  # noqa: PLC0415
    from ifthen.workspace.versions import load_framework  # noqa: PLC0415

    if name.endswith((".yaml", ".yml")):
        return load_framework(Path(name))
    return find_version(load_library(root or LIBRARY), name)
