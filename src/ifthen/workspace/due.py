"""What is due by the documents of a workspace."""

from collections.abc import Sequence
from datetime import date

from ifthen.conformance.instrument import Instrument
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import list_law_due, list_silent, list_unstarted
from ifthen.conformance.naming import check_named
from ifthen.decision.due import STANDINGS, DueList, Sources
from ifthen.decision.due_list import list_due
from ifthen.encoding.document import Loaded
from ifthen.errors import Problems
from ifthen.workspace.developers import know_workspace
from ifthen.workspace.instruments import load_calendars, load_instrument, load_instruments
from ifthen.workspace.loading import Workspace


def list_workspace_due(workspace: Workspace, *, on: date) -> DueList:
    """Return everything that is, will be or was due by a workspace, on a day."""
    return list_due(
        Sources(
            frameworks=workspace.frameworks,
            models=workspace.models,
            evidence=workspace.evidence,
            declarations=workspace.declarations,
            assessments=workspace.assessments,
            determinations=workspace.determinations,
            comparisons=workspace.comparisons,
            exceptions=workspace.exceptions,
            incidents=workspace.incidents,
            withdrawals=workspace.withdrawals,
            people=workspace.trust[-1:] or workspace.people,
            trust=workspace.trust,
            signoffs=workspace.signoffs,
        ),
        on=on,
    )


def load_listed(workspace: Workspace, names: Sequence[str]) -> tuple[Loaded[Instrument], ...]:
    """Return the instruments that the manifest lists, and those named beside it, each once.

    Raises:
        Problems: where the manifest names one that is not in the library, with its place.
        Error: ``instrument.*``, ``file.*``.
    """
    listed = workspace.manifest.document.instruments
    if not listed and not names:
        return ()
    known = {x.document.id: x for x in load_instruments()} if listed else {}
    faults = [
        error
        for i, id in enumerate(listed)
        for error in check_named(workspace.manifest, ("instruments", i), "instrument", id, known)
    ]
    if faults:
        raise Problems(faults)
    loaded = [*(known[x] for x in listed), *(load_instrument(x) for x in names)]
    return tuple({x.document.id: x for x in loaded}.values())


def add_law_due(due: DueList, workspace: Workspace, laws: Sequence[Loaded[Instrument]]) -> DueList:
    """Return the list with the deadlines of laws that the workspace's documents start.

    Clocks that nothing started are named in ``notices``: without a document of kind developer, and
    with one that does not date a start.
    """
    known = know_workspace(workspace)
    happened = Happened(
        on=due.on,
        incidents=workspace.incidents,
        frameworks=workspace.frameworks,
        developer=known.developer if known.register else None,
        calendars=load_calendars() if laws else {},
    )
    found = tuple(list_law_due(laws, happened))
    if known.register:
        silent = tuple(list_unstarted(laws, happened, found))
    else:
        silent = tuple(list_silent(laws, due.on))
    entries = sorted([*due.entries, *found], key=lambda x: (x.last_day or date.min, x.kind, x.id))
    return due.model_copy(
        update={
            "entries": tuple(entries),
            "notices": (*due.notices, *silent),
            "counts": {name: sum(x.standing == name for x in entries) for name in STANDINGS},
        }
    )
