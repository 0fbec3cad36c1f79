"""``ifthen check``: every document of the workspace, all faults at once."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import guarded, json_option, on_option, open_workspace, read_today
from ifthen.cli.options import workspace_option as in_workspace

if TYPE_CHECKING:
    from ifthen.framework.lint import Lint


@click.command("check")
@in_workspace
@on_option
@click.option("--strict", is_flag=True, help="Exit 2 when there are warnings.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="What is printed: SARIF for code hosts, JUnit for build servers.",
)
@json_option
@guarded
def command(directory: Path, on: date | None, strict: bool, format_: str, json_: bool) -> int:
    """Check every document: unknown keys, dangling references, gaps, what has expired.

    All faults are shown at once, each with file:line:column and the next step. Exit code 0 without
    errors, 1 with errors, 2 with warnings under --strict.
    """
    from ifthen.cli.output import emit_json, show_fault  # noqa: PLC0415
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415

    workspace = open_workspace(directory)
    lint = check_workspace(workspace, on=on or read_today())
    if format_ in ("sarif", "junit"):
        _emit(format_, lint, sum(1 for _ in workspace.documents()))
    elif json_ or format_ == "json":
        emit_json(
            {
                "errors": [error.to_dict() for error in lint.errors],
                "warnings": [warning.to_dict() for warning in lint.warnings],
            }
        )
    else:
        for error in lint.errors:
            show_fault(error, "error", workspace.root)
        for warning in lint.warnings:
            show_fault(warning, "warning", workspace.root)
        documents = sum(1 for _ in workspace.documents())
        click.echo(
            f"{_count(documents, 'document')}: {_count(len(lint.errors), 'error')},"
            f" {_count(len(lint.warnings), 'warning')}"
        )
    if lint.errors:
        return 1
    return 2 if lint.warnings and strict else 0


def _emit(format_: str, lint: "Lint", documents: int) -> None:
    from ifthen.cli.output import emit_bytes, emit_json  # noqa: PLC0415
    from ifthen.publication.fault_formats import format_junit, format_sarif  # noqa: PLC0415

    if format_ == "sarif":
        emit_json(format_sarif(lint))
    else:
        emit_bytes(format_junit(lint, documents=documents))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
