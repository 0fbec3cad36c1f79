"""Work papers of an audit from a workspace: internal controls in documents, what was reviewed."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from ifthen.attestation.roles import Register
from ifthen.conformance.filing import Entry, Source
from ifthen.conformance.overlaying import judge_under
from ifthen.conformance.work_papers import WorkPapers, prepare_papers
from ifthen.encoding.document import Loaded
from ifthen.framework.model import Framework
from ifthen.workspace.applying import load_developer
from ifthen.workspace.instruments import find_framework, load_instrument, load_overlays
from ifthen.workspace.library import LIBRARY
from ifthen.workspace.loading import Workspace
from ifthen.workspace.resolving import find_framework as find_in_workspace
from ifthen.workspace.trusting import find_register, find_trust

KINDS = (
    "frameworks", "models", "plans", "evidence", "declarations", "assessments", "determinations",
    "exceptions", "incidents", "errata", "withdrawals", "catalogues", "series", "comparisons",
    "cases", "people", "trust", "signoffs", "publications",
)  # fmt: skip
"""Every kind of document of a workspace, as it keeps them."""


def prepare(
    instrument: str,
    workspace: Workspace | None,
    on: date,
    *,
    framework: str | None = None,
    developer: Path | None = None,
    overlays: Sequence[str] = (),
    root: Path = LIBRARY,
) -> WorkPapers:
    """Return the work papers for a framework: named, or the one of the workspace in force.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``papers.not-asked``, ``instrument.*``, ``overlay.*``, ``library.*``, ``file.*``, or
            that the workspace has no framework in force.
    """
    law = load_instrument(instrument, root)
    if framework is not None:
        promise = find_framework(framework, root)
    elif workspace is not None:
        promise = find_in_workspace(workspace, None, on)
    else:
        raise ValueError("neither a framework nor a workspace")
    facts = load_developer(developer) if developer else None
    layers = load_overlays(overlays, [law.document], root)
    report = judge_under(law, promise, facts, layers, on)
    controls = list(_list_controls(workspace, promise, on))
    reviewed = [_reviewed(f"framework/{promise.document.id}", promise.digest)]
    if facts:
        reviewed.append(_reviewed(f"developer/{facts.document.id}", facts.digest))
    if workspace:
        reviewed += _list_reviewed(workspace, promise)
    return prepare_papers(law, report, controls, reviewed)


def _reviewed(name: str, digest: str) -> Entry:
    return Entry(text=f"reviewed: {name}", basis=(Source(document=name, sha256=digest),))


def _list_reviewed(workspace: Workspace, promise: Loaded[Framework]) -> Iterator[Entry]:
    for kind in KINDS:
        for loaded in getattr(workspace, kind):
            if loaded.digest != promise.digest:
                document = loaded.document
                yield _reviewed(f"{document.kind}/{document.id}", loaded.digest)


def _list_controls(
    workspace: Workspace | None, promise: Loaded[Framework], on: date
) -> Iterator[Entry]:
    """Yield who decides, by the framework, who that is on the day, and what they signed."""
    framework = promise.document
    for gate in framework.gates:
        if gate.applies(on):
            need = f"{gate.quorum or len(gate.decided_by)} of {len(gate.decided_by)}"
            over = f"; overruled by {', '.join(gate.overruled_by)}" if gate.overruled_by else ""
            told = f"; informed: {', '.join(gate.informed)}" if gate.informed else ""
            yield Entry(
                text=f"gate {gate.id} ({gate.action}): decided by {', '.join(gate.decided_by)}, "
                f"{need} roles approve{over}{told}",
                basis=(_at(promise, f"gates.{gate.id}"),),
            )
    if workspace is None:
        return
    register = find_register(workspace)
    held = _list_register_sources(workspace)
    for role in framework.roles if held else ():
        seats = register.list_seats(role.id, on)
        names = ", ".join(_name(register, person, seat) for person, seat in seats)
        text = f"role {role.id} ({role.title}): {names or f'held by nobody on {on}'}"
        yield Entry(text=text, basis=(*held, _at(promise, f"roles.{role.id}")))
    for person in register.people:
        for x in person.conflicts:
            if x.covers(on):
                text = f"conflict of interest of {person.name} about {x.about}: {x.text}"
                yield Entry(text=text, basis=tuple(held))
    for loaded in workspace.signoffs:
        x = loaded.document
        if x.signed_at.date() <= on:
            text = f"{x.role} ({x.person}): {x.says} for gate {x.gate} of {x.model}, decided for "
            text += f"{x.decided_on}" + (f"; {x.reasons}" if x.reasons else "")
            yield Entry(text=text, basis=(_at(loaded),))


def _name(register: Register, person: str, seat: str) -> str:
    name = register.by_id[person].name
    return name if person == seat else f"{name} for {register.by_id[seat].name}"


def _list_register_sources(workspace: Workspace) -> list[Source]:
    trust = find_trust(workspace)
    kept = workspace.people if trust is None else workspace.trust[-1:]
    return [_at(x) for x in kept]


def _at(loaded: Loaded, path: str | None = None) -> Source:  # type: ignore[type-arg]
    document = loaded.document
    return Source(document=f"{document.kind}/{document.id}", sha256=loaded.digest, path=path)
