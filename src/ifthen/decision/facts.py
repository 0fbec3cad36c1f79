"""The facts that a decision rests on, and which of them count on a day.

A statement that is missing, not yet made, expired or contradicted by another gives no value but a
reason; nothing here has a default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import msgspec

from ifthen.attestation.trust import Trusted
from ifthen.decision.memory import Memory
from ifthen.decision.model import FactReference, Reason
from ifthen.decision.supposed import SupposedMeasurement
from ifthen.dossier.erratum import Erratum, Withdrawal
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Determination, Model, Plan
from ifthen.encoding.document import DocumentT, Loaded
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.model import Framework

Statement = Declaration | Assessment | Determination


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What the screening of a record's log came to when it was replayed by its plan."""

    plan: str
    """Digest of the plan."""
    verdict: Literal["ruled-out", "reached", "undecided"] = "undecided"
    asked: int = 0
    """How many questions counted: up to the one that decided, or all."""
    question: str | None = None
    """The question that decided."""
    against: float = 0.0
    """What spoke against the conclusion by then: passes for rule-out, failures for reached."""
    scorer: str | None = None
    """Scorer whose score counted."""
    fault: Reason | None = None
    """Why nothing follows; None where the replay agrees with the log and its plan."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence record, and whether the log behind it was at hand and says the same."""

    record: Loaded[EvidenceRecord]
    fault: Reason | None = None
    """Why the record is not confirmed by its log; None when it is."""
    screened: Screened | None = None
    """What its screening came to; None where nobody replayed one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All documents that a decision about one model may look at."""

    framework: Loaded[Framework]
    model: Loaded[Model]
    plans: Sequence[Loaded[Plan]] = ()
    evidence: Sequence[Evidence] = ()
    declarations: Sequence[Loaded[Declaration]] = ()
    assessments: Sequence[Loaded[Assessment]] = ()
    determinations: Sequence[Loaded[Determination]] = ()
    exceptions: Sequence[Loaded[GrantedException]] = ()
    incidents: Sequence[Loaded[Incident]] = ()
    errata: Sequence[Loaded[Erratum]] = ()
    withdrawals: Sequence[Loaded[Withdrawal]] = ()
    trusted: Trusted | None = None
    """By whom exceptions have to be signed; None where no trust file says who is who."""
    parents: "Sequence[Facts]" = ()
    """The facts about each model that this one was made from, by the same framework."""
    struck: Mapping[str, Reason] = field(default_factory=dict)
    """Why documents do not count on the day, by ``kind id``. Statements among them are left out."""
    gone: Mapping[tuple[str, str], tuple[Reason, ...]] = field(default_factory=dict)
    """Why statements that are left out do not count, by kind and subject."""
    measurements: Mapping[str, SupposedMeasurement] = field(default_factory=dict)
    """Supposed results, which take the place of the evidence of their evaluations."""
    supposed: tuple[str, ...] = ()
    """What is supposed, in sentences; not empty where anything is."""
    _by_subject: dict[str, dict[str, list["_Stated"]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Statements about the model by kind and subject, once somebody has asked for the kind."""
    _inputs: list[tuple[FactReference, ...]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    """Every document that could bear on a decision, once a decision has listed them."""
    _standing: list["Facts"] = field(default_factory=list, init=False, repr=False, compare=False)
    """The facts without those that were struck last, as long as the same ones are."""
    memory: Memory = field(default_factory=Memory, init=False, repr=False, compare=False)
    """What decisions over these facts have in common."""


class Found(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the statements about one subject say on a day."""

    value: bool | float | str | None
    """None when no statement counts; the reason says why."""
    reason: Reason | None = None
    facts: tuple[FactReference, ...] = ()
    change: str | None = None
    """What would give a value, or renew it."""
    basis: str | None = None
    """The statement behind the value, in words."""


class Span(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is found about a subject, and the days on which just that is found."""

    since: date
    until: date
    """First day on which something else may be found."""
    found: Found


def reference(kind: str, loaded: Loaded[DocumentT]) -> FactReference:
    """Return the name and identity of a document."""
    return FactReference(kind=kind, id=loaded.document.id, digest=loaded.digest)


_KEYS = {
    "declaration": ("statement", "value"),
    "assessment": ("safeguard", "result"),
    "determination": ("threshold", "conclusion"),
}
"""What a statement of each kind calls its subject, and what it says of it."""


class _Stated(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A statement about the model, with what follows where it is the only one that counts."""

    document: Statement
    begins: date
    ends: date
    alone: Found


def find_statement(facts: Facts, kind: str, subject: str, on: date) -> Found:
    """Return what the declarations, assessments or determinations about a subject say on a day."""
    return find_span(facts, kind, subject, on).found


def find_span(facts: Facts, kind: str, subject: str, on: date) -> Span:
    """Return what the statements about a subject say on a day, and how long they say it."""
    by_subject = facts._by_subject.get(kind)
    if by_subject is None:
        by_subject = facts._by_subject[kind] = _sort_by_subject(facts, kind)
    candidates = by_subject.get(subject, [])
    since, until = date.min, date.max
    live: list[_Stated] = []
    for each in candidates:
        begins, ends = each.begins, each.ends
        if begins <= on < ends:
            live.append(each)
        for turn in (begins, ends):
            if turn <= on:
                since = max(since, turn)
            else:
                until = min(until, turn)
    if len(live) == 1:
        found = live[0].alone
    elif live:
        found = _find_several(kind, subject, live)
    else:
        refs = tuple(x.alone.facts[0] for x in candidates)
        found = _none_live(kind, subject, [x.document for x in candidates], on, refs)
    return Span(since=since, until=until, found=found)


def _find_several(kind: str, subject: str, live: list[_Stated]) -> Found:
    refs = tuple(x.alone.facts[0] for x in live)
    last = live[-1].alone
    if len({(type(x.alone.value), x.alone.value) for x in live}) > 1:  # True is not 1.0
        said = "; ".join(f"{x.document.id} says {_text(x.alone.value)}" for x in live)
        return Found(
            value=None,
            reason=Reason(
                code=f"{kind}.conflicting", text=f"{kind}s of {subject} conflict: {said}"
            ),
            facts=refs,
            change=f"one of the conflicting {kind}s of {subject} withdrawn",
        )
    return Found(value=last.value, facts=refs, basis=last.basis)


def _sort_by_subject(facts: Facts, kind: str) -> dict[str, list[_Stated]]:
    model = facts.model.document.id
    statements: dict[str, Sequence[Loaded[Any]]] = {
        "declaration": facts.declarations,
        "assessment": facts.assessments,
        "determination": facts.determinations,
    }
    about, says = _KEYS[kind]
    found: dict[str, list[_Stated]] = {}
    days: dict[date, str] = {}  # most statements of a model end on a few days
    mine = [loaded for loaded in statements[kind] if loaded.document.model == model]
    for loaded in sorted(mine, key=lambda x: (x.document.made_on, x.document.id, x.digest)):
        document = loaded.document
        ends = document.expires
        until = days.get(ends) or days.setdefault(ends, ends.isoformat())
        alone = Found(
            value=getattr(document, says),
            facts=(reference(kind, loaded),),
            basis=f"{kind} {document.id} by {document.made_by.role}, until {until}",
        )
        stated = _Stated(document=document, begins=document.made_on, ends=ends, alone=alone)
        found.setdefault(getattr(document, about), []).append(stated)
    return found


def _none_live(
    kind: str,
    subject: str,
    documents: list[Statement],
    on: date,
    refs: tuple[FactReference, ...],
) -> Found:
    past = [document for document in documents if document.expires <= on]
    if past:
        last = max(past, key=lambda document: document.expires)
        return Found(
            value=None,
            reason=Reason(
                code=f"{kind}.expired",
                text=f"{kind} {last.id} of {subject} expired on {last.expires}",
            ),
            facts=refs,
            change=f"a new {kind} of {subject} ({last.id} expired on {last.expires})",
        )
    if documents:
        first = min(documents, key=lambda document: document.made_on)
        return Found(
            value=None,
            reason=Reason(
                code=f"{kind}.not-yet",
                text=f"{kind} {first.id} of {subject} holds from {first.made_on} on",
            ),
            facts=refs,
            change=f"waiting until {first.made_on}",
        )
    return Found(
        value=None,
        reason=Reason(code=f"{kind}.missing", text=f"there is no {kind} of {subject}"),
        change=f"{_article(kind)} {kind} of {subject}",
    )


def subject_of(document: Statement) -> str:
    """Return what a statement is about: the fact, the safeguard or the threshold."""
    subject: str = getattr(document, _KEYS[document.kind][0])
    return subject


def _text(value: bool | float | str | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
