"""From a workspace directory to decisions: what decide, explain, report and demo share."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import open_workspace, read_today
from ifthen.errors import Problems

if TYPE_CHECKING:
    from ifthen.decision.model import Decision

EXIT_CODES = {"go": 0, "hold": 2, "undetermined": 3}


def make_decisions(
    directory: Path,
    models: Sequence[str],
    *,
    on: date | None,
    framework_id: str | None,
    use_cache: bool = True,
    made_on: date | None = None,
) -> "list[Decision]":
    """Return a decision for each model named, or for every model of the workspace.

    Raises:
        Problems: the documents have faults; nothing is decided from them.
    """
    from ifthen.decision.bounds import COMPUTED  # noqa: PLC0415
    from ifthen.decision.deciding import decide  # noqa: PLC0415 - slow to import
    from ifthen.workspace.checking import check_workspace  # noqa: PLC0415
    from ifthen.workspace.confirming import confirm_evidence  # noqa: PLC0415
    from ifthen.workspace.remembering import RememberedBounds  # noqa: PLC0415
    from ifthen.workspace.resolving import (  # noqa: PLC0415
        assemble_facts,
        find_framework,
        find_model,
    )

    today = made_on or read_today()
    day = on or today
    workspace = open_workspace(directory)
    lint = check_workspace(workspace, on=day)
    if lint.errors:
        raise Problems(lint.errors)
    framework = find_framework(workspace, framework_id, day)
    chosen = [find_model(workspace, id) for id in dict.fromkeys(models)] or sorted(
        workspace.models, key=lambda loaded: (loaded.document.generation, loaded.document.id)
    )
    remembered = RememberedBounds(workspace.root) if use_cache else None
    bounds = remembered or COMPUTED
    decisions: list[Decision] = []
    for model in chosen:
        records = [r for r in workspace.evidence if r.document.model == model.document.id]
        evidence = confirm_evidence(workspace, records, use_cache=use_cache)
        facts = assemble_facts(workspace, framework, model, evidence)
        decisions.append(decide(facts, on=day, hypothetical=day != today, bounds=bounds))
    if remembered is not None:
        remembered.save()
    if not decisions:
        raise click.UsageError("the workspace has no model; add one to models/")
    return decisions


def exit_code(decisions: "Sequence[Decision]", exit_zero: bool) -> int:
    """Return 2 when any gate holds, else 3 when any is undetermined, else 0."""
    if exit_zero:
        return 0
    codes = {EXIT_CODES[decision.outcome.value] for decision in decisions}
    return 2 if 2 in codes else max(codes)
