"""Checks of what is said about models: lineage, time, exceptions, incidents, corrections, controls.

Where two documents cannot both be right, the error names both places.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import Any

from ifthen.encoding.document import Document, Loaded
from ifthen.errors import Error
from ifthen.framework.model import Framework
from ifthen.workspace.loading import Workspace
from ifthen.workspace.references import find_dangling, find_dangling_key


def check_dossier(workspace: Workspace) -> list[Error]:
    """Return every error in what is said about models."""
    return [
        *_lineage(workspace),
        *_circular_lineage(workspace),
        *_births(workspace),
        *_exceptions(workspace),
        *_incidents(workspace),
        *_corrections(workspace),
        *_errata_in_circles(workspace),
        *_assessments(workspace),
    ]


def warn_dossier(workspace: Workspace, on: date) -> list[Error]:
    """Return what somebody has to look after in what is said about models, on a day."""
    return [
        *_overdue(workspace, on),
        *_open_incidents(workspace, on),
        *_chains(workspace),
        *_changed_after(workspace),
        *_uncovered(workspace),
        *_conflicts(workspace, on),
        *_no_tier_left(workspace, on),
    ]


# -- lineage and time ------------------------------------------------------------------------------


def _lineage(workspace: Workspace) -> Iterator[Error]:
    models = {x.document.id: x for x in workspace.models}
    for loaded in workspace.models:
        model = loaded.document
        if model.based_on is not None:
            yield from find_dangling_key(loaded, "based_on", "model", models)
        for i, origin in enumerate(model.lineage):
            if origin.parent is None:
                continue
            yield from find_dangling(
                loaded, ("lineage", i, "parent"), "model", origin.parent, models
            )
            parent = models.get(origin.parent)
            if parent is not None and origin.snapshot is not None:
                names = [x.id for x in parent.document.snapshots]
                path = ("lineage", i, "snapshot")
                noun = f"snapshot of {origin.parent}"
                yield from find_dangling(loaded, path, noun, origin.snapshot, names)


def _circular_lineage(workspace: Workspace) -> Iterator[Error]:
    """Yield each model that is made from itself, once for each circle."""
    models = {x.document.id: x for x in workspace.models}
    seen: set[frozenset[str]] = set()
    for start in models:
        for circle in _circles(start, models, (start,)):
            if frozenset(circle) in seen:
                continue
            seen.add(frozenset(circle))
            first, second = models[circle[0]], models[circle[-1]]
            yield Error(
                "workspace.circular-lineage",
                f"{circle[0]} is made from itself: {' from '.join([*circle, circle[0]])}; the other"
                f" place is {second.where(*_place(second, circle[0]))}",
                where=first.where(*_place(first, circle[1] if len(circle) > 1 else circle[0])),
                hint="correct the lineage of one of them",
            )


def _circles(
    start: str, models: Mapping[str, Loaded[Any]], way: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for parent in models[way[-1]].document.parents if way[-1] in models else ():
        if parent == start:
            yield way
        elif parent not in way and parent in models:
            yield from _circles(start, models, (*way, parent))


def _place(loaded: Loaded[Any], parent: str) -> tuple[str | int, ...]:
    for i, origin in enumerate(loaded.document.lineage):
        if origin.parent == parent:
            return ("lineage", i, "parent")
    return ("based_on",)


def _births(workspace: Workspace) -> Iterator[Error]:
    """Yield each statement, run and derivation that is older than the model it is about."""
    models = {x.document.id: x for x in workspace.models}
    born = {id: x.document.born_on for id, x in models.items()}
    for loaded in workspace.models:
        own = loaded.document.born_on
        for parent in loaded.document.parents:
            before = born.get(parent)
            if own is not None and before is not None and own < before:
                place = _place(loaded, parent)
                text = f"{loaded.document.id} was there on {own}, before {parent} that it is from"
                yield _before_birth(loaded.where(*place), text, models[parent])
    dated: list[Loaded[Any]] = [
        *workspace.declarations, *workspace.assessments, *workspace.determinations,
        *workspace.exceptions,
    ]  # fmt: skip
    for statement in dated:
        said = statement.document
        first = born.get(said.model)
        if first is None:
            continue
        if said.expires <= first:
            yield Error(
                "workspace.expired-on-arrival",
                f"{said.kind} {said.id} expired on {said.expires}; there was no {said.model} before"
                f" {first}, as {_birth_place(models[said.model])} says",
                where=statement.where("expires"),
                hint="correct one of the days",
            )
        elif said.made_on < first:
            text = f"{said.kind} {said.id} is of {said.made_on}"
            yield _before_birth(statement.where("made_on"), text, models[said.model])
    for record in workspace.evidence:
        ran, first = (
            record.document.run.created.astimezone(UTC).date(),
            born.get(record.document.model),
        )
        if first is not None and ran < first:
            text = f"evidence {record.document.id} is of a run on {ran}"
            yield _before_birth(record.where("run", "created"), text, models[record.document.model])
    for incident in workspace.incidents:
        first, at = born.get(incident.document.model), incident.document.discovered_on
        if first is not None and at < first:
            text = f"incident {incident.document.id} was discovered on {at}"
            yield _before_birth(
                incident.where("discovered_at"), text, models[incident.document.model]
            )


def _before_birth(where: str, text: str, model: Loaded[Any]) -> Error:
    id, born = model.document.id, model.document.born_on
    return Error(
        "workspace.before-birth",
        f"{text}; there was no {id} before {born}, as {_birth_place(model)} says",
        where=where,
        hint="correct one of the days, or state the earlier snapshot",
    )


def _birth_place(model: Loaded[Any]) -> str:
    document = model.document
    if document.trained_on == document.born_on:
        return model.where("trained_on")
    days = [x.taken_on for x in document.snapshots]
    return model.where("snapshots", days.index(document.born_on), "taken_on")


# -- exceptions, incidents -------------------------------------------------------------------------


def _exceptions(workspace: Workspace) -> Iterator[Error]:
    models = {x.document.id for x in workspace.models}
    for loaded in workspace.exceptions:
        document = loaded.document
        yield from find_dangling_key(loaded, "model", "model", models)
        named = [x.document for x in workspace.frameworks if x.document.id == document.framework]
        yield from find_dangling_key(
            loaded, "framework", "framework", {x.document.id for x in workspace.frameworks}
        )
        if not named:
            continue
        clauses = {x.id: x for framework in named for x in framework.exemptions}
        yield from find_dangling_key(loaded, "exemption", "exemption", clauses)
        known = {x.id for f in named for x in f.commitments}
        known |= {x.id for f in named for x in f.safeguards}
        known |= {x.id for f in named for x in f.gates}
        for i, id in enumerate(document.sets_aside):
            path: tuple[str | int, ...] = ("sets_aside", i)
            yield from find_dangling(loaded, path, "commitment, safeguard or gate", id, known)
        roles = {role.id for framework in named for role in framework.roles}
        for i, approval in enumerate(document.approved_by):
            path = ("approved_by", i, "role")
            yield from find_dangling(loaded, path, "role", approval.role, roles)


def _incidents(workspace: Workspace) -> Iterator[Error]:
    models = {x.document.id for x in workspace.models}
    frameworks = [x.document for x in workspace.frameworks]
    known = {
        "evaluation": {x.id for f in frameworks for x in f.evaluations},
        "safeguard": {x.id for f in frameworks for x in f.safeguards},
        "threshold": {t.id for f in frameworks for _, t in f.thresholds()},
        "statement": _statements(frameworks),
    }
    for loaded in workspace.incidents:
        yield from find_dangling_key(loaded, "model", "model", models)
        for i, touch in enumerate(loaded.document.concerns):
            if touch.name is not None:
                path = ("concerns", i, touch.kind)
                yield from find_dangling(loaded, path, touch.kind, touch.name, known[touch.kind])


def _statements(frameworks: Sequence[Framework]) -> set[str]:
    return {
        leaf.subject.declaration
        for framework in frameworks
        for _, predicate in framework.conditions()
        for _, leaf in predicate.leaves()
        if leaf.subject is not None and leaf.subject.declaration is not None
    }


def _open_incidents(workspace: Workspace, on: date) -> Iterator[Error]:
    for loaded in workspace.incidents:
        touches = loaded.document.open_touches(on)
        if touches:
            named = ", ".join("everything" if x.name is None else x.name for x in touches)
            yield Error(
                "workspace.incident-open",
                f"{loaded.document.severity} {loaded.document.id} leaves open: {named}",
                where=loaded.where("concerns"),
                hint="look again at what it touches, and say in reviews what stands",
            )


# -- errata and withdrawals ------------------------------------------------------------------------


def _targets(workspace: Workspace) -> dict[tuple[str, str], Loaded[Any]]:
    every: list[Loaded[Any]] = [
        *workspace.evidence, *workspace.declarations, *workspace.assessments,
        *workspace.determinations, *workspace.exceptions,
    ]  # fmt: skip
    return {(x.document.kind, x.document.id): x for x in every}


def _corrections(workspace: Workspace) -> Iterator[Error]:
    """Yield each correction of a document that is not there, or is about another model."""
    models = {x.document.id for x in workspace.models}
    targets = _targets(workspace)
    errata = {x.document.id for x in workspace.errata}
    both: list[Loaded[Any]] = [*workspace.errata, *workspace.withdrawals]
    for loaded in both:
        document: Any = loaded.document
        yield from find_dangling_key(loaded, "model", "model", models)
        if document.document is not None:
            kind, id = document.document.kind, document.document.id
            ids = {name for each, name in targets if each == kind}
            yield from find_dangling(loaded, ("document", "id"), kind, id, ids)
            found = targets.get((kind, id))
            if found is not None and found.document.model != document.model:
                yield Error(
                    "workspace.other-model",
                    f"{document.kind} {document.id} is about {document.model}, {kind} {id} about"
                    f" {found.document.model} ({found.where('model')})",
                    where=loaded.where("model"),
                    hint="name the model that the document is about",
                )
    for erratum in workspace.errata:
        if erratum.document.follows is not None:
            yield from find_dangling_key(erratum, "follows", "erratum", errata)
    for withdrawal in workspace.withdrawals:
        kind, other = withdrawal.document.document.kind, withdrawal.document.replaced_by
        if other is not None:
            ids = {name for each, name in targets if each == kind}
            yield from find_dangling(withdrawal, ("replaced_by",), kind, other, ids)


def _errata_in_circles(workspace: Workspace) -> Iterator[Error]:
    errata = {x.document.id: x for x in workspace.errata}
    for loaded in workspace.errata:
        chain = [loaded.document.id]
        while (before := errata[chain[-1]].document.follows) in errata and before not in chain:
            chain.append(str(before))
        if before == loaded.document.id and chain[-1] == min(chain):
            last = errata[chain[-1]]
            yield Error(
                "workspace.circular-errata",
                f"errata follow one another in a circle: {' after '.join([*chain, chain[0]])};"
                f" the other place is {last.where('follows')}",
                where=loaded.where("follows"),
                hint="an erratum follows the one that was made before it",
            )


def _chains(workspace: Workspace) -> Iterator[Error]:
    """Yield where a chain of errata does not fit: what was stated is not what was right before."""
    errata = {x.document.id: x for x in workspace.errata}
    followed: dict[str, Loaded[Any]] = {}
    for loaded in workspace.errata:
        document = loaded.document
        before = errata.get(document.follows or "")
        if before is None:
            continue
        said = before.document
        if (type(said.right), said.right) != (type(document.stated), document.stated):
            yield Error(
                "workspace.erratum-chain",
                f"erratum {document.id} says that {document.stated} was stated; the one before it"
                f" says that {said.right} is right ({before.where('right')})",
                where=loaded.where("stated"),
                hint="find out what was stated; nobody can tell from these which value is right",
            )
        other = followed.setdefault(said.id, loaded)
        if other is not loaded:
            yield Error(
                "workspace.erratum-chain",
                f"errata {other.document.id} and {document.id} both follow {said.id}"
                f" ({other.where('follows')})",
                where=loaded.where("follows"),
                hint="let one follow the other",
            )


def _changed_after(workspace: Workspace) -> Iterator[Error]:
    """Yield each document that is no longer what was withdrawn or corrected."""
    targets = _targets(workspace)
    both: list[Loaded[Any]] = [*workspace.errata, *workspace.withdrawals]
    for loaded in both:
        about = loaded.document.document
        found = None if about is None else targets.get((about.kind, about.id))
        if about is not None and found and about.digest not in (None, found.digest):
            yield Error(
                "workspace.changed-after",
                f"{about.kind} {about.id} is not the one that {loaded.document.kind}"
                f" {loaded.document.id} is about: {found.where()} has changed since",
                where=loaded.where("document", "digest"),
                hint="put the document back as it was; write a new one beside it",
            )


# -- assessments -----------------------------------------------------------------------------------


def _assessments(workspace: Workspace) -> Iterator[Error]:
    catalogues = {x.document.id: x.document for x in workspace.catalogues}
    evidence = {x.document.id for x in workspace.evidence}
    frameworks = [x.document for x in workspace.frameworks]
    evaluations = {x.id for f in frameworks for x in f.evaluations}
    pathways = {(s.id, p.id) for f in frameworks for s in f.safeguards for p in s.pathways}
    for loaded in workspace.assessments:
        document = loaded.document
        for i, test in enumerate(document.tests):
            if test.evaluation is not None:
                path: tuple[str | int, ...] = ("tests", i, "evaluation")
                yield from find_dangling(loaded, path, "evaluation", test.evaluation, evaluations)
            for e, id in enumerate(test.evidence):
                path = ("tests", i, "evidence", e)
                yield from find_dangling(loaded, path, "evidence", id, evidence)
        for i, pathway in enumerate(document.pathways):
            path = ("pathways", i, "pathway")
            known = {id for safeguard, id in pathways if safeguard == document.safeguard}
            noun = f"pathway of {document.safeguard}"
            yield from find_dangling(loaded, path, noun, pathway.pathway, known)
        for i, used in enumerate(document.controls):
            path = ("controls", i, "catalogue")
            yield from find_dangling(loaded, path, "catalogue", used.catalogue, catalogues)
            if used.catalogue in catalogues:
                ids = {x.id for x in catalogues[used.catalogue].controls}
                path = ("controls", i, "control")
                noun = f"control of {used.catalogue}"
                yield from find_dangling(loaded, path, noun, used.control, ids)


def _uncovered(workspace: Workspace) -> Iterator[Error]:
    """Yield each control of a framework's menu that its catalogue, where at hand, does not have."""
    catalogues = {x.document.id: x.document for x in workspace.catalogues}
    for loaded in workspace.frameworks:
        for s, safeguard in enumerate(loaded.document.safeguards):
            menu = safeguard.menu
            if menu is None or menu.catalogue not in catalogues:
                continue
            known = {x.id for x in catalogues[menu.catalogue].controls if not x.withdrawn}
            if missing := [x for x in menu.controls if x not in known]:
                yield Error(
                    "workspace.unknown-control",
                    f"catalogue {menu.catalogue} has no control {', '.join(missing)}",
                    where=loaded.where("safeguards", s, "menu", "controls"),
                    hint="ifthen controls list shows those that it has",
                )


def _overdue(workspace: Workspace, on: date) -> Iterator[Error]:
    both: list[Loaded[Any]] = [*workspace.assessments, *workspace.incidents]
    for loaded in both:
        document: Document = loaded.document
        for i, item in enumerate(loaded.document.open_items):
            if item.done_on is None and item.due < on:
                yield Error(
                    "workspace.item-overdue",
                    f"{item.id} of {document.id} was due on {item.due}: {item.owner} has to see"
                    " to it",
                    where=loaded.where("open_items", i, "due"),
                    hint="do it and say done_on, or agree on another day and say why",
                )


def _conflicts(workspace: Workspace, on: date) -> Iterator[Error]:
    """Yield each pair of live statements about one subject that say different things."""
    withdrawn = {
        (x.document.document.kind, x.document.document.id)
        for x in workspace.withdrawals
        if x.document.made_on <= on
    }
    for kind, documents, subject, value in (
        ("declaration", workspace.declarations, "statement", "value"),
        ("assessment", workspace.assessments, "safeguard", "result"),
        ("determination", workspace.determinations, "threshold", "conclusion"),
    ):
        first: dict[tuple[str, str], Loaded[Any]] = {}
        for loaded in documents:
            said: Any = loaded.document
            if (kind, said.id) in withdrawn or not said.made_on <= on < said.expires:
                continue
            other = first.setdefault((said.model, getattr(said, subject)), loaded)
            mine, theirs = getattr(said, value), getattr(other.document, value)
            if (type(mine), mine) != (type(theirs), theirs):
                yield Error(
                    "workspace.conflict",
                    f"{kind} {said.id} says {mine} of {getattr(said, subject)}, {other.document.id}"
                    f" says {theirs} ({other.where(value)}): both count as unknown",
                    where=loaded.where(value),
                    hint=f"withdraw one of them: a withdrawal names the {kind} and the reason",
                )


def _no_tier_left(workspace: Workspace, on: date) -> Iterator[Error]:
    """Yield each judgement that the topmost tier of a domain is reached: nothing is above it."""
    topmost = {
        max(domain.thresholds, key=lambda x: x.tier).id: domain.id
        for x in workspace.frameworks
        if x.document.in_force.covers(on)
        for domain in x.document.domains
        if domain.ordered == "yes"
    }
    for loaded in workspace.determinations:
        said = loaded.document
        live = said.made_on <= on < said.expires
        if live and said.conclusion == "reached" and said.threshold in topmost:
            yield Error(
                "workspace.no-tier-left",
                f"{said.model} has reached {said.threshold}, the highest tier of"
                f" {topmost[said.threshold]}: the framework has no tier left above it",
                where=loaded.where("conclusion"),
                hint="write a version with a further tier, before a model could reach it",
            )
