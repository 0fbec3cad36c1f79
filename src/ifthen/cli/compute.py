"""``ifthen compute``: the training compute of a model with its doubt."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import guarded, json_option, open_workspace, workspace_option
from ifthen.errors import Error

if TYPE_CHECKING:
    from ifthen.dossier.model import Model


@click.command("compute")
@click.argument("model", metavar="MODEL")
@workspace_option
@click.option(
    "--above",
    "values",
    type=float,
    multiple=True,
    metavar="FLOP",
    help="Value to compare with; repeatable.  [default: 1e25 and 1e26]",
)
@click.option(
    "--sure",
    type=float,
    default=0.95,
    show_default=True,
    help="Chance from which on a value counts as passed, or as not passed.",
)
@json_option
@guarded
def command(
    model: str, directory: Path, values: tuple[float, ...], sure: float, json_: bool
) -> int:
    """Show the training compute of a model, summed over its lineage, and the chance to pass values.

    MODEL is the id of a model in the workspace. Its ledger and those of the models it is based on
    are added up; what is missing is never zero. Exit code 3 when an answer is undetermined.
    """
    from ifthen.cli.compute_text import describe, to_plain  # noqa: PLC0415
    from ifthen.cli.output import emit_json, make_console, print_trimmed  # noqa: PLC0415
    from ifthen.decision.computing import VALUES, tally_compute  # noqa: PLC0415

    others = _load_models(directory)
    if model not in others:
        raise Error(
            "compute.unknown-model",
            f"there is no model '{model}' in this workspace",
            hint=f"known: {', '.join(sorted(others)) or 'none'}",
        )
    tally = tally_compute(others[model], others, values=values or VALUES, sure=sure)
    if json_:
        emit_json(to_plain(tally))
    else:
        console = make_console()
        for line in describe(tally):
            print_trimmed(console, line)
    return 0 if tally.determined else 3


def _load_models(directory: Path) -> "dict[str, Model]":
    return {x.document.id: x.document for x in open_workspace(directory).models}
