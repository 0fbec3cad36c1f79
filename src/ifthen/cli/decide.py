"""``ifthen decide``: what follows from the framework, the evidence and the facts, at a date."""

from datetime import date
from pathlib import Path

import click

from ifthen.cli.options import (
    exit_zero_option,
    framework_option,
    guarded,
    json_option,
    made_on_option,
    no_cache_option,
    on_option,
    workspace_option,
)


@click.command("decide")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@workspace_option
@on_option
@framework_option
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the decision's canonical JSON to a file (one model).",
)
@made_on_option
@no_cache_option
@exit_zero_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    models: tuple[str, ...],
    directory: Path,
    on: date | None,
    framework_id: str | None,
    output: Path | None,
    made_on: date | None,
    no_cache: bool,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Decide for each MODEL (default: all) which commitments follow and which gates are open.

    Exit code 0 when every gate is go, 2 when one holds, 3 when one is undetermined, 1 on an error.
    """
    from ifthen.cli.deciding import exit_code, make_decisions  # noqa: PLC0415
    from ifthen.cli.output import emit_bytes, make_console  # noqa: PLC0415
    from ifthen.encoding.canonical import format_canonical  # noqa: PLC0415

    decisions = make_decisions(
        directory, models, on=on, framework_id=framework_id, use_cache=not no_cache, made_on=made_on
    )
    if output is not None:
        from ifthen.workspace.writing import write_file  # noqa: PLC0415

        if len(decisions) != 1:
            raise click.UsageError("--output takes one model; name it")
        data = format_canonical(decisions[0].model_dump(mode="json", by_alias=True))
        write_file(output, data + b"\n", replace=True)
    if json_:
        values = [decision.model_dump(mode="json", by_alias=True) for decision in decisions]
        emit_bytes(format_canonical(values if len(values) != 1 else values[0]))
    else:
        from ifthen.cli.decision_text import show_decision  # noqa: PLC0415

        console = make_console()
        for decision in decisions:
            show_decision(decision, console)
    return exit_code(decisions, exit_zero)
