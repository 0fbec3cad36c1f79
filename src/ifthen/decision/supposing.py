"""Puts supposed facts in the place of real ones, so that a decision shows what would follow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ifthen.decision.facts import Facts
from ifthen.decision.supposed import (
    SupposedException,
    SupposedIncident,
    SupposedParent,
    Supposition,
)
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.lineage import Origin
from ifthen.dossier.model import Assessment, Declaration, Determination, Model
from ifthen.encoding.canonical import format_canonical
from ifthen.encoding.document import Document, DocumentT, Loaded, load_document
from ifthen.encoding.tree import parse_tree

NAME = "supposed"
"""What stands for the file, the person and the role behind a supposed statement."""
_SUBJECT = 60  # an id has 80 characters; the rest says what kind of supposition it is


def suppose(facts: Facts, supposition: Supposition, on: date) -> Facts:
    """Return the facts with what is supposed in the place of the real ones about its subjects.

    Supposed statements hold on the day ``on`` alone. Earlier suppositions stay where this one says
    nothing of their subject.
    """
    model = facts.model.document.id
    base: dict[str, Any] = {
        "model": model,
        "made_by": {"name": NAME, "role": NAME},
        "made_on": on.isoformat(),
        "expires": (on + timedelta(days=1)).isoformat(),
    }
    declared = {x.statement: {"statement": x.statement, "value": x.value, "evidence": NAME}
                for x in supposition.declarations}  # fmt: skip
    assessed = {
        x.safeguard: {
            "safeguard": x.safeguard, "result": x.result, "independence": "internal",
            "access": NAME, "basis": NAME,
        } for x in supposition.assessments
    }  # fmt: skip
    determined = {
        x.threshold: {"threshold": x.threshold, "conclusion": x.conclusion, "reasons": NAME}
        for x in supposition.determinations
    }
    made = replace(
        facts,
        declarations=_replace(facts.declarations, "statement", declared, base, Declaration),
        assessments=_replace(facts.assessments, "safeguard", assessed, base, Assessment),
        determinations=_replace(facts.determinations, "threshold", determined, base, Determination),
        measurements={
            **facts.measurements,
            **{x.evaluation: x for x in supposition.measurements},
        },
        supposed=(*facts.supposed, *supposition.sentences()),
    )
    incidents = [_make_incident(x, model, on) for x in supposition.incidents]
    exceptions = [_make_exception(x, made, base, on) for x in supposition.exceptions]
    made = replace(
        made,
        incidents=[*made.incidents, *incidents],
        exceptions=[*made.exceptions, *exceptions],
    )
    return _suppose_parents(made, supposition.parents, on)


def _make_incident(supposed: SupposedIncident, model: str, on: date) -> Loaded[Incident]:
    """Return an incident of the day; a review of the same day, where there is one."""
    by = {"name": NAME, "role": NAME}
    moment = f"{on.isoformat()}T00:00:00Z"
    review = {"by": by, "on": on.isoformat(), "conclusion": "stands", "reasons": NAME}
    return make_document(
        {
            "kind": "incident", "id": supposed.id, "model": model, "title": supposed.id,
            "text": NAME, "recorded_by": by, "discovered_at": moment,
            "gradings": [{"severity": "event", "at": moment, "by": by, "reasons": NAME}],
            "concerns": [x.model_dump(exclude_none=True) for x in supposed.concerns],
            "reviews": [review] if supposed.reviewed == "stands" else [],
        },
        Incident,
    )  # fmt: skip


def _make_exception(
    supposed: SupposedException, facts: Facts, base: dict[str, Any], on: date
) -> Loaded[GrantedException]:
    """Return an exception that holds on the day alone."""
    day = on.isoformat()
    disclosed = {"disclosed_on": day} if supposed.disclosed == "yes" else {}
    return make_document(
        {
            "kind": "exception", "id": supposed.id, **base,
            "framework": facts.framework.document.id, "exemption": supposed.exemption,
            "sets_aside": list(supposed.sets_aside), "condition": NAME, "justification": NAME,
            "approved_by": [{"name": NAME, "role": x, "on": day} for x in supposed.approved_by],
            "disclosure": NAME, **disclosed,
        },
        GrantedException,
    )  # fmt: skip


def _suppose_parents(facts: Facts, parents: Sequence[SupposedParent], on: date) -> Facts:
    """Return the facts with the models that this one is supposed to be made from.

    A parent has the weights and the developer of the model; whatever else is known of it is what
    is supposed of it.
    """
    if not parents:
        return facts
    model = facts.model.document
    origins = tuple(Origin(relation=x.relation, parent=x.id) for x in parents)
    made: list[Facts] = []
    for each in parents:
        if each.suppose is None:
            continue  # a parent without a document may have reached everything
        own = {"id": each.id, "title": each.id, "names_in_logs": (each.id,), "lineage": ()}
        parent = Facts(framework=facts.framework, model=suppose_model(facts.model, **own))
        made.append(suppose(parent, each.suppose, on))
    return replace(
        facts,
        model=suppose_model(facts.model, lineage=(*model.lineage, *origins)),
        parents=(*facts.parents, *made),
    )


def _replace(
    real: Sequence[Loaded[Any]],
    key: str,
    supposed: dict[str, dict[str, Any]],
    base: dict[str, Any],
    kind: type[Document],
) -> list[Loaded[Any]]:
    """Return the statements without those that say of a subject what is now supposed."""
    kept = [
        x
        for x in real
        if x.document.model != base["model"] or getattr(x.document, key) not in supposed
    ]
    named = {"kind": kind.__name__.lower(), **base}
    made = [
        make_document({"id": f"{NAME}-{id[:_SUBJECT]}", **named, **said}, kind)
        for id, said in supposed.items()
    ]
    return kept + made


def make_document(tree: dict[str, Any], kind: type[DocumentT]) -> Loaded[DocumentT]:
    """Return a supposed document with an identity, as if a file held it.

    Raises:
        Problems: codes ``document.*``.
    """
    return load_document(parse_tree(format_canonical(tree), name=NAME), kind)


def restate(loaded: Loaded[DocumentT], document: Document) -> Loaded[DocumentT]:
    """Return a changed document with an identity of its own, its places kept from the file."""
    tree = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Loaded(document=document, source=replace(loaded.source, tree=tree))  # type: ignore[arg-type]


def suppose_model(loaded: Loaded[Model], **changes: Any) -> Loaded[Model]:
    """Return the model with other facts, such as ``weights="open"``."""
    return restate(loaded, loaded.document.model_copy(update=changes))
