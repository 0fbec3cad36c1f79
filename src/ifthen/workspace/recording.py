"""Recording a log as evidence: which evaluation of which model it answers, and what it holds."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ifthen.encoding.document import Id, Line, Loaded, dump_document
from ifthen.encoding.tree import format_tree
from ifthen.errors import Error
from ifthen.evidence.building import build_record, describe_run
from ifthen.evidence.log import Log, format_line
from ifthen.evidence.many import do_many, summarize
from ifthen.evidence.reading import main_file, read_log
from ifthen.evidence.record import CountingRule, EvidenceRecord, Exclusion, Run
from ifthen.framework.model import Evaluation, Framework
from ifthen.workspace.loading import Workspace
from ifthen.workspace.resolving import find_model
from ifthen.workspace.writing import write_file

SCHEMA_FILE = "ifthen.schema.json"


def record_log(
    workspace: Workspace,
    framework: Framework,
    path: Path | str,
    *,
    id: str | None = None,
    evaluation: str | None,
    model: str | None,
    plan: str | None,
    recorded_by: str,
    now: datetime,
    exclusions: Sequence[Exclusion] = (),
    part: str | None = None,
    workers: int | None = None,
) -> EvidenceRecord:
    """Return the evidence record of a log; what is not named is found from the log itself.

    ``path`` may be a folder with the main file of a log, and has to lie in the workspace: an
    address in a store does not. ``part`` is one of several results in the file, ``workers`` how
    many processes read it.

    Raises:
        Error: ``evidence.outside``, ``evidence.no-evaluation``, ``evidence.several-evaluations``,
            ``evidence.no-model``, ``evidence.several-models``, ``model.unknown``,
            ``plan.unknown``, ``evidence.value``, and the reader's ``log.*`` codes.
    """
    if isinstance(path, str):
        raise _outside(workspace, format_line(path))
    if model is not None:
        find_model(workspace, model)
    if plan is not None:
        _find_plan(workspace, plan)
    # The files beside a log are looked for where it really lies, as a decision does it.
    main = main_file(path).resolve()
    keys = {each.cluster_by for each in framework.evaluations if each.cluster_by is not None}
    log = read_log(main, part=part, keep=keys, workers=workers)
    try:
        relative = main.relative_to(workspace.root.resolve()).as_posix()
    except ValueError as error:
        raise _outside(workspace, path.name) from error
    run = describe_run(log.run)
    chosen = _evaluation(framework, run, evaluation, relative)
    model_id = model or _model(workspace, run, relative)
    named = {
        "id": (Id, id or f"{model_id}-{chosen.id}", "give a shorter one, in small letters: --id"),
        "by": (Line, recorded_by, "give a name of one line: --by"),
        "log path": (Line, relative, "give the file a shorter name, of one line"),
    }
    for name, (kind, value, hint) in named.items():
        _check(name, kind, value, hint)
    _check_named_in_log(log)
    return build_record(
        log,
        id=named["id"][1],
        evaluation=chosen.id,
        model=model_id,
        plan=plan or _plan(workspace, chosen.id, model_id),
        recorded_by=recorded_by,
        recorded_at=now,
        cluster_by=chosen.cluster_by,
        log_path=relative,
        counting=CountingRule(**chosen.counting.model_dump()),
        exclusions=exclusions,
    )


def record_logs(
    workspace: Workspace,
    framework: Framework,
    paths: Sequence[Path | str],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    **options: Any,
) -> Iterator[EvidenceRecord]:
    """Yield the record of each log, in the order given; ``options`` are :func:`record_log`'s.

    Several logs are read by processes, one each: see :func:`ifthen.evidence.many.do_many`.

    Raises:
        Error: the first that a log ends with.
    """
    # Records that stand already are not looked at: workers need not get them.
    record: Callable[..., EvidenceRecord] = record_log
    work = partial(record, replace(workspace, evidence=()), framework, **options)
    if len(paths) == 1 and executor is None:
        yield work(paths[0], workers=workers)
        return
    alone = partial(work, workers=1)
    for outcome in do_many(alone, paths, executor=executor, workers=workers):
        if outcome.value is None:
            raise outcome.error or Error("log.unreadable", "nothing was read")
        yield outcome.value


def summarize_log(
    path: Path, *, cluster_by: str | None, now: datetime, part: str | None = None
) -> EvidenceRecord:
    """Return what a log holds, as a record that names no evaluation and is not to be written."""
    return summarize(path, recorded_at=now, cluster_by=cluster_by, part=part)


def find_record(workspace: Workspace, id: str) -> Loaded[EvidenceRecord]:
    """Return the evidence record of an id.

    Raises:
        Error: ``evidence.unknown``, with the nearest known id.
    """
    known = {loaded.document.id: loaded for loaded in workspace.evidence}
    if id not in known:
        close = difflib.get_close_matches(id, known, n=1)
        raise Error(
            "evidence.unknown",
            f"there is no evidence '{id}' in this workspace",
            hint=f"did you mean '{close[0]}'?" if close else f"evidence: {_listed(known)}",
        )
    return known[id]


def write_records(
    workspace: Workspace, records: Sequence[EvidenceRecord], *, replace: bool
) -> list[Path]:
    """Write records as :func:`write_record` does, or none of them when one cannot be written.

    Raises:
        Error: ``evidence.same-id`` when two logs would make one record, ``evidence.same-log`` when
            another record holds the log already, and those of :func:`write_record`.
    """
    logs: dict[str, str] = {}
    for record in records:
        if record.id in logs:
            raise Error(
                "evidence.same-id",
                f"{logs[record.id]} and {record.log.path} would both be the record {record.id}",
                where=record.log.path,
                hint="add them one at a time, the second with an --id of its own",
            )
        logs[record.id] = record.log.path
        _refuse_same_log(workspace, record)
    for record in records:
        _find_place(workspace, record.id, replace)
    return [write_record(workspace, record, replace=replace) for record in records]


def write_record(workspace: Workspace, record: EvidenceRecord, *, replace: bool) -> Path:
    """Write the record to ``evidence/<id>.yaml``, or where it stands, and return its path.

    Raises:
        Error: ``file.exists`` unless ``replace``; ``file.unwritable``.
    """
    path = _find_place(workspace, record.id, replace)
    header = f"# yaml-language-server: $schema=../{SCHEMA_FILE}\n"
    note = (
        f"# Recomputed from {record.log.path}. Do not edit: a decision compares it with the log.\n"
    )
    write_file(path, (header + note + format_tree(dump_document(record))).encode(), replace=replace)
    return path


def _refuse_same_log(workspace: Workspace, record: EvidenceRecord) -> None:
    """Refuse a log that another record states already: one run is not to look like two."""
    for loaded in workspace.evidence:
        other = loaded.document
        same = (other.log.sha256, other.log.part, other.evaluation, other.model) == (
            record.log.sha256,
            record.log.part,
            record.evaluation,
            record.model,
        )
        if same and other.id != record.id:
            raise Error(
                "evidence.same-log",
                f"the record {other.id} holds this log already",
                where=record.log.path,
                hint=f"replace that one with --replace --id {other.id}",
            )


def _find_place(workspace: Workspace, id: str, replace: bool) -> Path:
    """Return where a record is to be written; a record may stand in a file of any name."""
    standing = [x.source.name for x in workspace.evidence if x.document.id == id]
    name = standing[0] if standing else f"evidence/{id}.yaml"
    path = workspace.root / name
    if not replace and (standing or path.exists()):
        raise Error(
            "file.exists",
            f"there is a record {id} already",
            where=name,
            hint="replace it with --replace, or name this one with --id",
        )
    if not standing and any(x.source.name == name for x in workspace.documents()):
        raise Error(
            "file.exists",
            f"the file holds another document than the record {id}",
            where=name,
            hint="name this record with --id",
        )
    return path


def _outside(workspace: Workspace, where: str) -> Error:
    return Error(
        "evidence.outside",
        "the log does not lie in the workspace",
        where=where,
        hint=f"copy it to {workspace.root.name}/logs first, so that others find it",
    )


def _find_plan(workspace: Workspace, id: str) -> None:
    known = [loaded.document.id for loaded in workspace.plans]
    if id not in known:
        close = difflib.get_close_matches(id, known, n=1)
        raise Error(
            "plan.unknown",
            f"there is no plan '{id}' in this workspace",
            hint=f"did you mean '{close[0]}'?" if close else f"plans: {_listed(known)}",
        )


def _check(name: str, kind: Any, value: str, hint: str) -> None:
    try:
        TypeAdapter(kind).validate_python(value)
        value.encode()
    except (ValidationError, UnicodeEncodeError) as error:
        raise _unfit(name, value, hint) from error


def _unfit(name: str, value: str, hint: str) -> Error:
    return Error("evidence.value", f"a record cannot have the {name} {value!r:.100}", hint=hint)


def _check_named_in_log(log: Log) -> None:
    """Refuse names that a record would have to change: a decision reads the log again by them."""
    names = [("part", log.part), *(("log path", file.path) for file in log.files)]
    for what, name in names:
        if name is not None and format_line(name) != name:
            raise _unfit(what, name, "give it a name of one line, in the log and on the disk")


def _evaluation(framework: Framework, run: Run, named: str | None, where: str) -> Evaluation:
    if named is not None:
        found = [e for e in framework.evaluations if e.id == named]
    else:
        found = [
            e
            for e in framework.evaluations
            if e.task == run.task
            and all(run.task_args.get(key) == value for key, value in e.task_args.items())
        ]
    if len(found) == 1:
        return found[0]
    ids = _listed(e.id for e in (found or framework.evaluations))
    if found:
        raise Error(
            "evidence.several-evaluations",
            f"the log of task {run.task} could answer several evaluations: {ids}",
            where=where,
            hint="name one with --evaluation",
        )
    what = f"evaluation '{named}'" if named else f"evaluation of task {run.task}"
    raise Error(
        "evidence.no-evaluation",
        f"framework {framework.id} {framework.version} has no {what}",
        where=where,
        hint=f"evaluations: {ids}",
    )


def _model(workspace: Workspace, run: Run, where: str) -> str:
    named = [x.document for x in workspace.models if run.model in x.document.names_in_logs]
    exact = [m for m in named if run.weights_sha256 and m.weights_sha256 == run.weights_sha256]
    found = exact or named
    if len(found) == 1:
        return found[0].id
    if found:
        raise Error(
            "evidence.several-models",
            f"the log's model {run.model} could be any of {_listed(m.id for m in found)}",
            where=where,
            hint="name one with --model",
        )
    raise Error(
        "evidence.no-model",
        f"no model of the workspace is called {run.model} in logs",
        where=where,
        hint="add the name to the model's names_in_logs, or name a model with --model",
    )


def _plan(workspace: Workspace, evaluation: str, model: str) -> str | None:
    plans = [
        x.document.id
        for x in workspace.plans
        if x.document.evaluation == evaluation and x.document.model == model
    ]
    return plans[0] if len(plans) == 1 else None


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(ids) or "none"
