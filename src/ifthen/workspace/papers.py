"""Work papers of an audit from a workspace: internal controls in documents, what was reviewed."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from ifthen.attestation.roles import Register
from ifthen.conformance.answering import name_framework
from ifthen.conformance.basis import describe_hidden
from ifthen.conformance.filing import Entry, Source
from ifthen.conformance.work_papers import WorkPapers, prepare_papers
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.framework.model import Framework, Gate
from ifthen.workspace.applying import load_developer
from ifthen.workspace.conforming import Asking, Documents, conform, read_documents
from ifthen.workspace.instruments import find_framework, judge_files, load_instrument
from ifthen.workspace.library import LIBRARY
from ifthen.workspace.loading import Workspace
from ifthen.workspace.resolving import find_framework as find_in_workspace
from ifthen.workspace.trusting import find_register, find_trust

KINDS = tuple(x.name for x in fields(Workspace) if x.name not in ("root", "manifest"))
"""Every kind of document of a workspace, as it keeps them."""


def prepare_from_files(
    instrument: str,
    framework: str,
    on: date,
    *,
    developer: Path | None = None,
    overlays: Sequence[str] = (),
    root: Path = LIBRARY,
) -> WorkPapers:
    """Return the work papers for a framework of the library or of a file.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``papers.not-asked``, ``instrument.*``, ``overlay.*``, ``library.*``, ``file.*``.
    """
    law, promise = load_instrument(instrument, root), find_framework(framework, root)
    report = judge_files(instrument, framework, developer, on, root, overlays=overlays)
    reviewed = [_reviewed(f"framework/{promise.document.id}", promise.digest)]
    if developer:
        facts = load_developer(developer)
        reviewed.append(_reviewed(f"developer/{facts.document.id}", facts.digest))
    return prepare_papers(law, report, list(_list_gates(promise, on)), reviewed)


def prepare_from_workspace(
    workspace: Workspace,
    asked: Asking,
    developer: Sequence[Loaded[Developer]] = (),
    root: Path = LIBRARY,
) -> WorkPapers:
    """Return the work papers for the framework of a workspace in force, over all its documents.

    ``asked`` names one instrument; ``developer`` takes the place of the workspace's own document.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``papers.not-asked``, ``instrument.*``, ``overlay.*``, ``framework.*``,
            ``developer.several``, or that no framework is in force on the day.
    """
    (report,) = conform(asked, read_documents(workspace, developer), root)
    law = load_instrument(asked.instruments[0], root)
    promise = find_in_workspace(workspace, asked.framework, asked.on)
    controls = [
        *_list_gates(promise, asked.on),
        *_list_people(workspace, promise, asked.on),
        *_list_signoffs(workspace, asked.on),
    ]
    reviewed = [_reviewed(f"developer/{x.document.id}", x.digest) for x in developer]
    reviewed += _list_reviewed(workspace)
    return prepare_papers(law, report, controls, reviewed)


def prepare_from_record(
    documents: Documents,
    asked: Asking,
    developer: Sequence[Loaded[Developer]] = (),
    root: Path = LIBRARY,
) -> WorkPapers:
    """Return the work papers for what is public of a record; each part withheld is named.

    Who holds which role, and what people signed, is not read from a record.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``papers.not-asked``, ``instrument.*``, ``overlay.*``, ``framework.several``,
            ``papers.no-framework`` where none that is public is in force on the day.
    """
    (report,) = conform(asked, documents, root)
    law = load_instrument(asked.instruments[0], root)
    names = {report.framework}
    promise = next((x for x in documents.frameworks if name_framework(x) in names), None)
    if promise is None:
        raise Error(
            "papers.no-framework",
            f"no framework that is public in the record is in force on {asked.on}",
            hint="give a day on which one is, or prepare the papers from the workspace",
        )
    held: list[Loaded[Any]] = [*documents.frameworks, *documents.models, *documents.incidents]
    reviewed = [_reviewed(f"{x.document.kind}/{x.document.id}", x.digest) for x in held]
    reviewed += [_reviewed(f"developer/{x.document.id}", x.digest) for x in developer]
    reviewed += [
        Entry(
            text=f"not reviewed, {describe_hidden(x)}",
            basis=(Source(document=x.document, sha256=x.sha256, path=x.place),),
        )
        for x in documents.hidden
    ]
    return prepare_papers(law, report, list(_list_gates(promise, asked.on)), reviewed)


def _reviewed(name: str, digest: str) -> Entry:
    return Entry(text=f"reviewed: {name}", basis=(Source(document=name, sha256=digest),))


def _list_reviewed(workspace: Workspace) -> Iterator[Entry]:
    for kind in KINDS:
        for loaded in getattr(workspace, kind):
            yield _reviewed(f"{loaded.document.kind}/{loaded.document.id}", loaded.digest)


def _list_gates(promise: Loaded[Framework], on: date) -> Iterator[Entry]:
    """Yield who decides, by the framework."""
    for gate in promise.document.gates:
        if gate.applies(on):
            over = f"; overruled by {', '.join(gate.overruled_by)}" if gate.overruled_by else ""
            told = f"; informed: {', '.join(gate.informed)}" if gate.informed else ""
            yield Entry(
                text=f"gate {gate.id} ({gate.action}): {_say_deciders(gate)}{over}{told}",
                basis=(_at(promise, f"gates.{gate.id}"),),
            )


def _say_deciders(gate: Gate) -> str:
    """Return who decides, and how many of them: the rule of each reading, or of each tier."""
    if gate.decider_readings:
        roles = [role for x in gate.decider_readings for role in x.decided_by]
        read = "".join(f"; read as {x.id}: {_rule(x.decided_by)}" for x in gate.decider_readings)
        return f"decided by everybody in every reading, {_rule(roles)}{read}"
    by_tier = "".join(
        f"; where {' or '.join(x.reached)} counts as reached: {_rule(x.decided_by, x.quorum)}"
        for x in gate.deciders
    )
    return f"decided by {_rule(gate.decided_by, gate.quorum)}{by_tier}"


def _rule(decided_by: Sequence[str], quorum: int | None = None) -> str:
    roles = tuple(dict.fromkeys(decided_by))
    need = len(roles) if quorum is None else quorum
    return f"{', '.join(roles)}, {need} of {len(roles)} roles approve"


def _list_people(workspace: Workspace, promise: Loaded[Framework], on: date) -> Iterator[Entry]:
    """Yield who holds each role on the day, and which conflicts of interest they declared."""
    register = find_register(workspace)
    held = _list_register_sources(workspace)
    for role in promise.document.roles if held else ():
        seats = register.list_seats(role.id, on)
        names = ", ".join(_name(register, person, seat) for person, seat in seats)
        text = f"role {role.id} ({role.title}): {names or f'held by nobody on {on}'}"
        yield Entry(text=text, basis=(*held, _at(promise, f"roles.{role.id}")))
    for person in register.people:
        for x in person.conflicts:
            if x.covers(on):
                text = f"conflict of interest of {person.name} about {x.about}: {x.text}"
                yield Entry(text=text, basis=tuple(held))


def _list_signoffs(workspace: Workspace, on: date) -> Iterator[Entry]:
    """Yield what people signed; whether it counts is not judged here."""
    for loaded in workspace.signoffs:
        said = loaded.document
        if said.signed_at.date() <= on:
            text = f"{said.role} ({said.person}): {said.says} for gate {said.gate} of "
            text += f"{said.model}, decided for {said.decided_on}"
            text += f"; {said.reasons}" if said.reasons else ""
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
