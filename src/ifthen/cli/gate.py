"""``ifthen gate``: whether a gate is open, for a release pipeline."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import (
    exit_zero_option,
    framework_option,
    guarded,
    json_option,
    made_on_option,
    no_cache_option,
    open_workspace,
    read_today,
    workspace_option,
)
from ifthen.errors import Problems

if TYPE_CHECKING:
    from ifthen.workspace.gating import GateState

EXIT_CODES = {"go": 0, "hold": 2, "undetermined": 3}


@click.command("gate")
@click.argument("model")
@click.argument("gate")
@workspace_option
@framework_option
@made_on_option
@no_cache_option
@exit_zero_option
@json_option
@guarded
def command(  # noqa: PLR0917 - click passes options by name
    model: str,
    gate: str,
    directory: Path,
    framework_id: str | None,
    made_on: date | None,
    no_cache: bool,
    exit_zero: bool,
    json_: bool,
) -> int:
    """Say whether GATE is open for MODEL: the decision is go, and the people asked have signed.

    Exit code 0 go, 2 hold (the decision holds it, or dissent closes it), 3 undetermined (approvals
    are missing, or cannot be counted), 1 on an error.
    """
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415
    from ifthen.workspace.gating import evaluate_gate  # noqa: PLC0415
    from ifthen.workspace.remembering import RememberedBounds  # noqa: PLC0415
    from ifthen.workspace.replaying import Replay  # noqa: PLC0415
    from ifthen.workspace.resolving import find_framework, find_model  # noqa: PLC0415

    today = made_on or read_today()
    workspace = open_workspace(directory)
    lint = check_workspace(workspace, on=today)
    if lint.errors:
        raise Problems(lint.errors)
    find_model(workspace, model)
    framework = find_framework(workspace, framework_id, today).document
    bounds = RememberedBounds(workspace.root)
    replay = Replay(workspace, model, bounds=bounds, use_cache=not no_cache)
    state = evaluate_gate(workspace, replay, framework, model=model, gate=gate, today=today)
    bounds.save()
    if json_:
        emit_json(state.model_dump(mode="json", by_alias=True))
    else:
        _show(state)
    return 0 if exit_zero else EXIT_CODES[state.outcome]


def _show(state: "GateState") -> None:
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from ifthen.cli.decision_text import GATE  # noqa: PLC0415
    from ifthen.cli.output import make_console, print_trimmed  # noqa: PLC0415

    console = make_console()
    word, style = GATE[state.outcome]
    title = Text(word, style=style)
    title.append(f"  {state.gate} of {state.model}", style="bold")
    title.append(
        f"   framework {state.framework} {state.framework_version}   on {state.on}", style="default"
    )
    print_trimmed(console, title)
    signed = state.signoff
    lines = [f"decision: {state.decided}: {state.summary}", f"sign-off: {signed.state}"]
    lines += [f"approval: {id}" for id in signed.approvals]
    lines += [f"dissent: {id}" for id in signed.dissents]
    for reason in signed.reasons:
        about = f"{reason.signoff}: " if reason.signoff else ""
        lines.append(f"- {about}{reason.text} [{reason.code}]")
    for line in lines:
        print_trimmed(console, Padding(Text(line), (0, 0, 0, 2)))
