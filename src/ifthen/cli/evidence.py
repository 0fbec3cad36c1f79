"""``ifthen evidence``: add, read and show evaluation logs."""

import getpass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ifthen.cli import horizon
from ifthen.cli.completeness import (
    completeness,
    elicitation_option,
    show_contradictions,
    state_elicitation,
)
from ifthen.cli.evidence_export import command as export
from ifthen.cli.evidence_many import (
    PARTS,
    Place,
    open_workers,
    read_several,
    recursive_option,
    scheduler_option,
    show_progress,
    workers_option,
)
from ifthen.cli.options import (
    framework_option,
    guarded,
    json_option,
    on_option,
    open_workspace,
    part_option,
    read_now,
    workspace_option,
)
from ifthen.errors import Error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ifthen.evidence.record import EvidenceRecord, Exclusion
    from ifthen.evidence.table_file import FileFormat
    from ifthen.workspace.loading import Workspace

UNSOUND = "look into the log itself with: ifthen evidence read LOG"


@click.group("evidence")
def command() -> None:
    """Add, read and show evaluation logs; every number is recomputed from the samples."""


command.add_command(horizon.command)
command.add_command(completeness)
command.add_command(export)


@command.command("read")
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=Place())
@click.option("--cluster-by", metavar="KEY", help="Metadata key that groups related questions.")
@part_option
@recursive_option
@workers_option
@scheduler_option
@json_option
@guarded
def read(  # noqa: PLR0917 - click passes options by name
    logs: tuple[Path | str, ...],
    cluster_by: str | None,
    part: str | None,
    recursive: bool,
    workers: int | None,
    scheduler: str | None,
    json_: bool,
) -> int:
    """Show what each LOG holds, and where it contradicts itself; writes nothing.

    A LOG is a file, a folder with one log, or an address such as s3://bucket/logs/a.eval. Exit
    code 2 when a log contradicts itself; of several logs, 1 when any cannot be read.
    """
    from ifthen.cli.evidence_text import show_record  # noqa: PLC0415
    from ifthen.cli.output import emit_json, make_console  # noqa: PLC0415
    from ifthen.encoding.document import dump_document  # noqa: PLC0415
    from ifthen.evidence.many import summarize  # noqa: PLC0415

    if len(logs) > 1 or recursive or scheduler is not None:
        return read_several(
            logs,
            now=read_now(),
            cluster_by=cluster_by,
            part=part,
            workers=workers,
            scheduler=scheduler,
            recursive=recursive,
            as_json=json_,
        )
    record = summarize(
        logs[0], cluster_by=cluster_by, recorded_at=read_now(), part=part, workers=workers
    )
    if json_:
        emit_json({k: v for k, v in dump_document(record).items() if k in PARTS})
    else:
        show_record(record, make_console(), title=str(logs[0]))
    return 2 if any(f.severity == "contradiction" for f in record.findings) else 0


@command.command("add")
@click.argument("logs", nargs=-1, required=True, type=Place())
@workspace_option
@framework_option
@on_option
@click.option("--evaluation", help="The framework's evaluation that the log answers.")
@click.option("--model", help="The model that was run.")
@click.option("--plan", help="The plan that was registered for it.")
@part_option
@elicitation_option
@click.option("--id", "id_", help="Name of the record.  [default: MODEL-EVALUATION]")
@click.option("--by", "recorded_by", envvar="IFTHEN_BY", help="Who adds it.  [default: login name]")
@click.option(
    "--exclude",
    "excluded",
    multiple=True,
    metavar="QUESTION=REASON",
    help="Question held to be unfit, and why; numbers are shown with and without it.",
)
@click.option("--replace", is_flag=True, help="Replace a record of the same name.")
@workers_option
@scheduler_option
@json_option
@guarded
def add(  # noqa: PLR0917 - click passes options by name
    logs: tuple[Path | str, ...],
    directory: Path,
    framework_id: str | None,
    on: date | None,
    evaluation: str | None,
    model: str | None,
    plan: str | None,
    part: str | None,
    elicitation: Path | None,
    id_: str | None,
    recorded_by: str | None,
    excluded: tuple[str, ...],
    replace: bool,
    workers: int | None,
    scheduler: str | None,
    json_: bool,
) -> int:
    """Record each of the LOGS as evidence, in evidence/ of the workspace.

    Which evaluation of which model it answers is found from the log where that is unambiguous. A
    second run of the same evaluation needs an --id of its own. Exit code 2 when a log contradicts
    itself, or what somebody states of the elicitation.
    """
    from ifthen.cli.evidence_text import show_record  # noqa: PLC0415
    from ifthen.cli.output import emit_json, make_console  # noqa: PLC0415
    from ifthen.encoding.document import dump_document  # noqa: PLC0415
    from ifthen.workspace.recording import record_logs, write_records  # noqa: PLC0415
    from ifthen.workspace.resolving import find_framework  # noqa: PLC0415

    if id_ is not None and len(logs) > 1:
        raise click.UsageError("--id takes one log")
    workspace = open_workspace(directory)
    now = read_now()
    framework = find_framework(workspace, framework_id, on or now.date()).document
    with open_workers(scheduler, workers) as (executor, count):
        recorded = record_logs(
            workspace,
            framework,
            logs,
            executor=executor,
            workers=count,
            id=id_,
            evaluation=evaluation,
            model=model,
            plan=plan,
            recorded_by=recorded_by or _login_name(),
            now=now,
            exclusions=[_exclusion(text) for text in excluded],
            part=part,
        )
        with show_progress(recorded, len(logs)) as rows:
            records = list(rows)
    records, against = state_elicitation(workspace, records, elicitation)
    paths = write_records(workspace, records, replace=replace)
    names = [path.relative_to(workspace.root).as_posix() for path in paths]
    written = list(zip(records, names, strict=True))
    if json_:
        emit_json([{"path": path} | dump_document(record) for record, path in written])
    for record, name in () if json_ else written:
        show_record(record, make_console(), title=name)
    show_contradictions(against)
    _show_versions(workspace, records)
    found = any(f.severity == "contradiction" for record in records for f in record.findings)
    return 2 if found or against else 0


def _show_versions(workspace: "Workspace", added: "Sequence[EvidenceRecord]") -> None:
    """Say on standard error where logs of one result, or a log and its plan, differ in versions."""
    from ifthen.cli.output import show_fault  # noqa: PLC0415
    from ifthen.workspace.packages import find_differences  # noqa: PLC0415

    of = {record.id for record in added}
    others = [x.document for x in workspace.evidence if x.document.id not in of]
    for _, fault in find_differences([*others, *added], workspace.plans, of=of):
        show_fault(fault, "notice")


def _exclusion(text: str) -> "Exclusion":
    from pydantic import ValidationError  # noqa: PLC0415

    from ifthen.evidence.record import Exclusion  # noqa: PLC0415

    question, _, reason = text.partition("=")
    try:
        return Exclusion(question=question, reason=reason.strip())
    except ValidationError as error:
        raise click.UsageError(
            f"--exclude takes a question and the reason, QUESTION=REASON; found {text!r}"
        ) from error


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:  # a container whose user has no name
        raise click.UsageError("the login name is not known; say who adds it with --by") from error


@command.command("show")
@click.argument("id_", metavar="[ID]", required=False)
@workspace_option
@click.option("--samples", is_flag=True, help="List every sample with its status and score.")
@json_option
@guarded
def show(id_: str | None, directory: Path, samples: bool, json_: bool) -> int:
    """Show an evidence record, or list them all; with --samples what each sample scored.

    Exit code 2 when a record is not confirmed by its log.
    """
    from ifthen.cli.evidence_text import (  # noqa: PLC0415
        list_samples,
        show_record,
        show_records,
        show_samples,
    )
    from ifthen.cli.output import emit_json, make_console  # noqa: PLC0415
    from ifthen.encoding.document import dump_document  # noqa: PLC0415
    from ifthen.workspace.confirming import confirm_evidence  # noqa: PLC0415
    from ifthen.workspace.recording import find_record  # noqa: PLC0415

    if samples and id_ is None:
        raise click.UsageError("--samples takes the ID of one record")
    workspace = open_workspace(directory)
    chosen = [find_record(workspace, id_)] if id_ else list(workspace.evidence)
    confirmed = confirm_evidence(workspace, chosen)
    if samples:
        fault = confirmed[0].fault
        if fault is not None:  # what is in the file now is not what was recorded
            raise Error(fault.code, fault.text, where=chosen[0].where("log", "path"), hint=UNSOUND)
        reference = chosen[0].document.log
        rows = list_samples(workspace.root / reference.path, reference.part)
        if json_:
            emit_json(rows)
        else:
            show_samples(rows, make_console())
        return 0
    if json_:
        values = [
            dump_document(item.record.document)
            | {"confirmed": item.fault is None}
            | ({"fault": item.fault.model_dump()} if item.fault else {})
            for item in confirmed
        ]
        emit_json(values[0] if id_ else values)
    elif id_:
        show_record(chosen[0].document, make_console(), title=id_, fault=confirmed[0].fault)
    else:
        show_records(confirmed, make_console())
    shown = {loaded.document.id for loaded in chosen}
    _show_versions(workspace, [x.document for x in workspace.evidence if x.document.id in shown])
    return 2 if any(item.fault for item in confirmed) else 0


@command.command("formats")
@json_option
@guarded
def formats(json_: bool) -> int:
    """List the formats that are read: what each can support, and what it lacks."""
    from ifthen.cli.evidence_text import describe_format, show_formats  # noqa: PLC0415
    from ifthen.cli.output import emit_json  # noqa: PLC0415
    from ifthen.evidence.formats import FORMATS  # noqa: PLC0415

    if json_:
        emit_json([describe_format(entry) for entry in FORMATS.values()])
    else:
        show_formats(FORMATS.values())
    return 0


@command.command("samples")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=click.Choice(["csv", "jsonl", "arrow", "parquet"]),
    default="csv",
    show_default=True,
    help="Kind of file; arrow and parquet need the extra 'arrow'.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: standard output]",
)
@click.option(
    "--table",
    type=click.Choice(["samples", "runs"]),
    default="samples",
    show_default=True,
    help="A row for each sample and scorer, or for each run.",
)
@click.option(
    "--part", metavar="NAME", help="Which result, of files that hold several.  [default: all]"
)
@click.option(
    "--cluster-by", metavar="KEY", multiple=True, help="Metadata key that becomes a column."
)
@guarded
def samples(  # noqa: PLR0917 - click passes options by name
    logs: tuple[Path, ...],
    form: "FileFormat",
    output: Path | None,
    table: Literal["samples", "runs"],
    part: str | None,
    cluster_by: tuple[str, ...],
) -> int:
    """Write what the samples of LOGS scored as one long table, for pandas, polars, DuckDB, R.

    Exit code 2 when a log contradicts itself, or when no sample has a cluster key.
    """
    from ifthen.cli.evidence_tables import show_faults, write_logs  # noqa: PLC0415
    from ifthen.evidence.table import Outcome, Query  # noqa: PLC0415

    query = Query(table=table, part=part, cluster_by=tuple(dict.fromkeys(cluster_by)))
    if table == "runs" and cluster_by:
        raise click.UsageError("--cluster-by belongs to --table samples")
    outcome = Outcome()
    write_logs(logs, query, form, output, outcome)
    return 2 if show_faults(query, outcome) else 0
