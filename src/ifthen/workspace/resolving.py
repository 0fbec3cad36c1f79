"""Which documents a decision about one model on one day is made from."""

import difflib
from collections.abc import Sequence
from datetime import date

from ifthen.attestation.trust import make_trusted
from ifthen.decision.facts import Evidence, Facts
from ifthen.dossier.model import Model
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.dated import load_on
from ifthen.framework.model import Framework
from ifthen.workspace.loading import Workspace


def find_model(workspace: Workspace, id: str) -> Loaded[Model]:
    """Return the model of an id.

    Raises:
        Error: ``model.unknown``, with the nearest known id.
    """
    for loaded in workspace.models:
        if loaded.document.id == id:
            return loaded
    known = [loaded.document.id for loaded in workspace.models]
    close = difflib.get_close_matches(id, known, n=1)
    listed = ", ".join(known) or "none"
    raise Error(
        "model.unknown",
        f"there is no model '{id}' in this workspace",
        hint=f"did you mean '{close[0]}'?" if close else f"models: {listed}",
    )


def find_framework(workspace: Workspace, id: str | None, on: date) -> Loaded[Framework]:
    """Return the framework version in force on a day, with the values of that day.

    Raises:
        Error: ``framework.unknown``, ``framework.none-in-force``, ``framework.several``, and
            those of :func:`~ifthen.framework.dated.load_on`.
    """
    ids = sorted({loaded.document.id for loaded in workspace.frameworks})
    if id is not None and id not in ids:
        raise Error(
            "framework.unknown",
            f"there is no framework '{id}' in this workspace",
            hint=f"frameworks: {', '.join(ids) or 'none'}",
        )
    asked = [x for x in workspace.frameworks if id is None or x.document.id == id]
    in_force = [x for x in asked if x.document.in_force.covers(on)]
    if not in_force:
        versions = "; ".join(_span(x) for x in asked) or "there are none"
        raise Error(
            "framework.none-in-force",
            f"no framework version is in force on {on}: {versions}",
            hint="choose another day with --on, or write the version that applies",
        )
    if len(in_force) > 1:
        found = ", ".join(f"{x.document.id} {x.document.version}" for x in in_force)
        raise Error(
            "framework.several",
            f"several frameworks are in force on {on}: {found}",
            hint="choose one with --framework",
        )
    return load_on(in_force[0], on)


def _span(loaded: Loaded[Framework]) -> str:
    framework = loaded.document
    until = f" until {framework.in_force.until}" if framework.in_force.until else ""
    return f"{framework.id} {framework.version} from {framework.in_force.from_}{until}"


def find_records(workspace: Workspace, model: str) -> list[Loaded[EvidenceRecord]]:
    """Return the evidence records about a model and about those that it was made from."""
    lineage = find_lineage(workspace, model)
    return [x for x in workspace.evidence if x.document.model in lineage]


def find_lineage(workspace: Workspace, model: str) -> tuple[str, ...]:
    """Return the model's id and those of all that it was made from, as far as the documents go."""
    known = {x.document.id: x.document for x in workspace.models}
    found: dict[str, None] = {}
    waiting = [model]
    while waiting:
        id = waiting.pop(0)
        if id not in found:
            found[id] = None
            waiting += known[id].parents if id in known else ()
    return tuple(found)


def assemble_facts(
    workspace: Workspace,
    framework: Loaded[Framework],
    model: Loaded[Model],
    evidence: Sequence[Evidence],
    below: tuple[str, ...] = (),
) -> Facts:
    """Return what a decision about a model may look at; ``evidence`` is that of its lineage too.

    Raises:
        Error: ``lineage.circular``; ``below`` are the models on the way here.
    """
    chain = (*below, model.document.id)
    parents = []
    for loaded in workspace.models:
        if loaded.document.id in model.document.parents:
            if loaded.document.id in chain:
                raise Error(
                    "lineage.circular",
                    f"a model is made from itself: {' from '.join([*chain, loaded.document.id])}",
                    where=model.where(),
                    hint=f"correct the lineage here or in {loaded.where()}",
                )
            parents.append(assemble_facts(workspace, framework, loaded, evidence, chain))
    return Facts(
        framework=framework,
        model=model,
        plans=workspace.plans,
        evidence=evidence,
        declarations=workspace.declarations,
        assessments=workspace.assessments,
        determinations=workspace.determinations,
        exceptions=workspace.exceptions,
        incidents=workspace.incidents,
        errata=workspace.errata,
        withdrawals=workspace.withdrawals,
        trusted=make_trusted([x.document for x in workspace.trust]),
        parents=tuple(parents),
    )
