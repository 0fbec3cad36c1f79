"""``ifthen evidence completeness``, and stating how a model was elicited when a log is added."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ifthen.cli.options import (
    framework_option,
    guarded,
    json_option,
    on_option,
    open_workspace,
    read_today,
    workspace_option,
)

if TYPE_CHECKING:
    from rich.console import Console

    from ifthen.decision.completeness import Completeness
    from ifthen.decision.model import Reason
    from ifthen.encoding.elicitation import Elicitation
    from ifthen.evidence.record import EvidenceRecord
    from ifthen.workspace.loading import Workspace

elicitation_option = click.option(
    "--elicitation",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="YAML file that states how the model was elicited.",
)
STYLES = {"present": "green", "absent": "red", "needs judgement": "yellow"}


@click.command("completeness")
@click.argument("id_", metavar="[ID]", required=False)
@workspace_option
@framework_option
@on_option
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="YAML file that says where a published report answers a criterion, or why it need not.",
)
@json_option
@guarded
def completeness(  # noqa: PLR0917 - click passes options by name
    id_: str | None,
    directory: Path,
    framework_id: str | None,
    on: date | None,
    report: Path | None,
    json_: bool,
) -> int:
    """Show whether the documents say what a reader of a result needs to be told.

    Criteria after STREAM, for one evidence record or all of them. Nothing is judged: where the
    answer is prose, it says where the prose stands. Exit code 2 when a criterion of the minimum is
    absent; one that needs a person's judgement is not.
    """
    from ifthen.cli.output import emit_json, make_console  # noqa: PLC0415
    from ifthen.decision.completeness import Reported, check_completeness  # noqa: PLC0415
    from ifthen.workspace.confirming import confirm_evidence  # noqa: PLC0415
    from ifthen.workspace.recording import find_record  # noqa: PLC0415
    from ifthen.workspace.resolving import (  # noqa: PLC0415
        assemble_facts,
        find_framework,
        find_model,
    )
    from ifthen.workspace.stating import load_statement  # noqa: PLC0415

    workspace = open_workspace(directory)
    reported = None if report is None else load_statement(report, Reported)
    framework = find_framework(workspace, framework_id, on or read_today())
    chosen = [find_record(workspace, id_)] if id_ else list(workspace.evidence)
    found = []
    for item in confirm_evidence(workspace, chosen):
        model = find_model(workspace, item.record.document.model)
        facts = assemble_facts(workspace, framework, model, [item])
        found.append(check_completeness(facts, item, reported))
    if json_:
        values = [each.model_dump(mode="json") for each in found]
        emit_json(values[0] if id_ else values)
    else:
        console = make_console()
        for each in found:
            show_completeness(each, console)
    return 2 if any(each.lacks_minimum() for each in found) else 0


def show_completeness(found: "Completeness", console: "Console") -> None:
    """Print a line for each criterion, below the names of their groups."""
    from rich.text import Text  # noqa: PLC0415

    from ifthen.cli.output import print_trimmed  # noqa: PLC0415
    from ifthen.decision.stream import GROUPS  # noqa: PLC0415

    lines = [(f"{found.evidence}: {found.evaluation} of {found.model}", "bold")]
    for group, title in GROUPS.items():
        lines.append((f"  {title}", "bold"))
        for answer in found.answers:
            if answer.group != group:
                continue
            number = f" [STREAM {answer.stream}]" if answer.stream else ""
            head = f"{answer.criterion}, {answer.tier}{number}"
            lines.append((f"    {answer.status:<15} {head}", STYLES.get(answer.status, "")))
            lines.append((f"      {answer.text}", ""))
            lines += [(f"      at {x.kind} {x.id}: {x.path}", "dim") for x in answer.basis]
    lines += [(f"  contradiction [{x.code}] {x.text}", "red") for x in found.contradictions]
    counts = ", ".join(
        f"{found.count(status)} {status}"
        for status in ("present", "needs judgement", "absent", "not applicable")
    )
    lines.append((f"  {counts}", "bold"))
    for text, style in lines:
        print_trimmed(console, Text(text, style=style))


def state_elicitation(
    workspace: "Workspace", records: Sequence["EvidenceRecord"], path: Path | None
) -> tuple[list["EvidenceRecord"], list["Reason"]]:
    """Return the records with a file's statement, and where statements or the log contradict it.

    Without a file a record that is replaced from the same log keeps its statement, and the plan and
    the log's metadata are compared with the log all the same.

    Raises:
        Error: those of :func:`ifthen.workspace.stating.load_statement`.
    """
    from ifthen.decision.elicitation import check_elicitation  # noqa: PLC0415
    from ifthen.encoding.elicitation import Elicitation as Statement  # noqa: PLC0415
    from ifthen.workspace.stating import load_statement  # noqa: PLC0415

    stated = None if path is None else load_statement(path, Statement)
    former = {x.document.id: x.document for x in workspace.evidence}
    changed = [
        record.model_copy(update={"elicitation": stated or _former(former.get(record.id), record)})
        for record in records
    ]
    plans = {loaded.document.id: loaded.document for loaded in workspace.plans}
    against = [
        found.reason
        for record in changed
        for found in check_elicitation(plans.get(record.plan or ""), record)
    ]
    return changed, list(dict.fromkeys(against))


def _former(old: "EvidenceRecord | None", new: "EvidenceRecord") -> "Elicitation | None":
    same = old is not None and old.log.sha256 == new.log.sha256
    return old.elicitation if old is not None and same else None


def show_contradictions(reasons: Sequence["Reason"]) -> None:
    """Print what contradicts a statement, on standard error."""
    from ifthen.cli.output import wants_color  # noqa: PLC0415

    for reason in reasons:
        line = click.style("contradiction", fg="red") + f" [{reason.code}] {reason.text}"
        click.echo(line, err=True, color=wants_color())
