"""Drafts of filings from a workspace: finding what they are about."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ifthen.conformance.filing import Filing
from ifthen.conformance.filing_event import draft_incident, draft_modification
from ifthen.conformance.filing_model import Case
from ifthen.conformance.filing_report import draft_internal_use
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.summaries import ModelSummaries
from ifthen.encoding.document import Loaded
from ifthen.encoding.schema import format_schema
from ifthen.errors import Error
from ifthen.framework.diff import diff_frameworks
from ifthen.framework.model import Framework
from ifthen.workspace.developers import know_developer
from ifthen.workspace.instruments import load_calendars
from ifthen.workspace.loading import Workspace
from ifthen.workspace.versions import load_framework


def draft_incident_report(
    workspace: Workspace, law: Loaded[Instrument], incident: str, on: date
) -> Filing:
    """Return the draft of a report of an incident of the workspace.

    Raises:
        Error: ``incident.unknown``, ``filing.not-asked``, ``filing.not-yet``.
    """
    for loaded in workspace.incidents:
        if loaded.document.id == incident:
            named = (x for x in workspace.models if x.document.id == loaded.document.model)
            return draft_incident(law, loaded, next(named, None), _happened(workspace, on))
    known = ", ".join(x.document.id for x in workspace.incidents)
    raise Error(
        "incident.unknown",
        f"the workspace has no incident {incident}",
        hint=f"it has: {known or 'none'}",
    )


def draft_internal_use_summary(
    workspace: Workspace, law: Loaded[Instrument], cases: Sequence[Case], since: date, on: date
) -> Filing:
    """Return the draft of a summary of internal use from ``since`` to ``on``.

    Raises:
        Error: ``filing.not-asked``, ``filing.no-internal-use``.
    """
    return draft_internal_use(law, cases, since, _happened(workspace, on))


def draft_modification_notice(
    workspace: Workspace | None, law: Loaded[Instrument], before: str, after: str, on: date
) -> Filing:
    """Return the draft of a notice of a modified framework.

    ``before`` and ``after`` are versions in the workspace, as ``example-fsf@2.1``, or files.

    Raises:
        Error: ``framework.unknown-version``, ``diff.other-framework``, ``filing.*``, ``file.*``.
        Problems: every fault of a file, with its place.
    """
    old, new = (_find_version(workspace, x) for x in (before, after))
    if old.document.id != new.document.id:
        raise Error(
            "diff.other-framework",
            f"{before} is framework '{old.document.id}', {after} is '{new.document.id}'",
            hint="give two versions of one framework",
        )
    happened = _happened(workspace, on)
    return draft_modification(law, old, new, diff_frameworks(old, new, None), happened)


def _happened(workspace: Workspace | None, on: date) -> Happened:
    """Return what starts clocks, with what is known of the developer where a document says it."""
    developer = None
    if workspace is not None and workspace.developers:
        developer = know_developer(workspace.developers, workspace.models, "").developer
    return Happened(on=on, developer=developer, calendars=load_calendars())


def _find_version(workspace: Workspace | None, name: str) -> Loaded[Framework]:
    if name.endswith((".yaml", ".yml", ".json")):
        return load_framework(Path(name))
    held = workspace.frameworks if workspace else ()
    known = {f"{x.document.id}@{x.document.version}": x for x in held}
    if name in known:
        return known[name]
    raise Error(
        "framework.unknown-version",
        f"the workspace has no framework {name}",
        hint=f"it has: {', '.join(known) or 'none'}; or give a file",
    )


def format_summaries_schema() -> dict[str, Any]:
    """Return the JSON Schema of the machine-readable summaries."""
    return format_schema({"model-summaries": ModelSummaries})
