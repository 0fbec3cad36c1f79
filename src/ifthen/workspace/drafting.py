"""Drafts of filings from a workspace: finding what they are about."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ifthen.conformance.basis import describe_hidden
from ifthen.conformance.filing import Filing
from ifthen.conformance.filing_event import draft_incident, draft_modification
from ifthen.conformance.filing_model import Case
from ifthen.conformance.filing_report import draft_internal_use
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.summaries import ModelSummaries
from ifthen.dossier.incident import Incident
from ifthen.encoding.document import Loaded
from ifthen.encoding.schema import format_schema
from ifthen.errors import Error
from ifthen.framework.diff import diff_frameworks
from ifthen.framework.model import Framework
from ifthen.workspace.conforming import Documents
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
    loaded = _find_incident(workspace.incidents, incident, "workspace")
    named = (x for x in workspace.models if x.document.id == loaded.document.model)
    return draft_incident(law, loaded, next(named, None), _happened(workspace, on))


def draft_public_incident_report(
    documents: Documents, law: Loaded[Instrument], incident: str, on: date
) -> Filing:
    """Return the draft of a report of an incident of a record, from what is public of it.

    A field that nothing public answers says which parts of the incident are withheld, and why.

    Raises:
        Error: ``incident.unknown``, ``incident.withheld`` where nothing of it can be read,
            ``filing.not-asked``, ``filing.not-yet``.
    """
    name = f"incident/{incident}"
    hidden = [x for x in documents.hidden if x.document.partition(" ")[0] == name]
    said = "; ".join(f"{x.place} is {describe_hidden(x)} (copy {x.sha256})" for x in hidden)
    if hidden and all(x.document.id != incident for x in documents.incidents):
        raise Error(
            "incident.withheld",
            f"of incident {incident} so much is withheld that none is left to report: {said}",
            hint="draft from the workspace of the developer",
        )
    loaded = _find_incident(documents.incidents, incident, "record")
    named = (x for x in documents.models if x.document.id == loaded.document.model)
    known = documents.known
    happened = Happened(
        on=on, developer=known.developer if known.register else None, calendars=load_calendars()
    )
    draft = draft_incident(law, loaded, next(named, None), happened)
    fields = tuple(
        x.model_copy(update={"write": f"{x.write} It may stand in what is withheld: {said}."})
        if said and x.write is not None
        else x
        for x in draft.fields
    )
    notices = (*draft.notices, *documents.notices)
    if said:
        notices = (*notices, f"Of the incident, {said}.")
    return draft.model_copy(update={"fields": fields, "notices": notices})


def _find_incident(held: Sequence[Loaded[Incident]], incident: str, place: str) -> Loaded[Incident]:
    for loaded in held:
        if loaded.document.id == incident:
            return loaded
    known = ", ".join(x.document.id for x in held)
    raise Error(
        "incident.unknown",
        f"the {place} has no incident {incident}",
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
