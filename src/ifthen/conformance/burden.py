"""What each regime asks of one model, and what it adds to the regimes before it. Pure.

Counts are of what instruments hold as data: documents, fields, deadlines. Hours are lengths of the
laws' own clocks; hours of work are there only where somebody gave an estimate, and are that
estimate times the counts. What an earlier regime asks already is told by crosswalks alone, and
nothing is inferred from what they do not map.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field

from ifthen.conformance.crosswalk import Crosswalk
from ifthen.conformance.instrument import ByDocument, ByFramework, Clock, Instrument, Provision
from ifthen.conformance.scope import judge_scope
from ifthen.decision.model import Decision
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Day, Digest, Id, Line, Loaded, Part, Text
from ifthen.errors import Error
from ifthen.framework.model import Framework

HOURS: Mapping[str, int] = {"hours": 1, "days": 24, "weeks": 168}
"""Length of a unit of a clock in hours; months, years and business days have no one length."""

YEARLY: Mapping[str, float] = {
    "hours": 8766, "days": 365.25, "weeks": 52.18, "months": 12, "years": 1,
}  # fmt: skip
"""How many units a year has, on average; business days are left out: no calendar is guessed."""

Standing = Literal["new", "in-part", "already"]


class DocumentCount(Part):
    """A document that a regime asks for."""

    document: Id
    """Its kind."""
    fields: tuple[Id, ...]
    """What it has to hold."""
    citations: tuple[Line, ...]
    """Where it is asked for."""
    standing: Standing
    """Whether an earlier regime asks for all of it, a part, or nothing that a crosswalk maps."""


class ClockCount(Part):
    """A deadline of a regime."""

    citation: Line
    """Where it stands."""
    clock: Id
    """Its name."""
    event: Line
    """What starts it."""
    amount: int
    """How many units."""
    unit: Line
    """The unit."""
    hours: int | None = None
    """Its length in hours; null for months, years and business days."""
    times_a_year: float | None = None
    """How often it ends in a year by itself; null where an event starts it each time."""


class Added(Part):
    """Counts of what a regime asks beyond the regimes before it."""

    provisions: int
    """Provisions that no crosswalk says to be asked already."""
    in_part: int
    """Of these, provisions that an earlier regime asks a part of."""
    documents: int
    """Documents, not asked in full already."""
    fields: int
    """Fields of documents, not asked in full already."""
    unmapped: tuple[Line, ...] = ()
    """Earlier regimes to which there is no crosswalk: all that this one asks counts as added."""


class Spared(Part):
    """A provision that the text spares some models."""

    provision: Id
    """The provision."""
    citation: Line
    """Its place."""
    title: Line
    """What it is about."""
    when: Line
    """Which models are spared it."""
    documents: tuple[Id, ...] = ()
    """Document that it asks for."""


class SparedCommitment(Part):
    """A commitment of the framework that is not due, because its threshold is ruled out."""

    commitment: Id
    """The commitment."""
    threshold: Id
    """The threshold that is ruled out."""
    safeguards: tuple[Id, ...]
    """Safeguards that it would ask for, and that no other commitment asks for now."""
    because: Text
    """What rules the threshold out."""


class RegimeBurden(Part):
    """What one regime asks of the model on the day."""

    instrument: Id
    """The law or code."""
    sha256: Digest
    """Identity of its file."""
    title: Line
    """Its name."""
    provisions: int
    """Provisions that are in force and bind, or may bind."""
    uncertain: int
    """Of these, provisions of which it is undetermined whether they bind."""
    outside: int
    """Provisions that do not bind, by compute, revenue, place or signature."""
    not_in_force: int
    """Provisions that apply on another day."""
    framework_elements: int
    """Provisions that a clause of the framework answers."""
    documents: tuple[DocumentCount, ...]
    """Documents that it asks for."""
    fields: int
    """Fields of these documents."""
    judgements: int
    """Provisions that only a person can tell."""
    clocks: tuple[ClockCount, ...]
    """Deadlines."""
    adds: Added
    """What it adds to the regimes before it."""
    spared: tuple[Spared, ...] = ()
    """What a model that is shown to be similarly safe is spared."""
    estimate_hours: float | None = None
    """Hours of work for what it adds, from the estimates that were given; null without any."""

    def shortest(self) -> ClockCount | None:
        """Return the deadline that is shortest in hours."""
        timed = [x for x in self.clocks if x.hours]
        return min(timed, key=lambda x: x.hours or 0, default=None)

    def recurring(self) -> float:
        """Return how many deadlines a year come by themselves."""
        return sum(x.times_a_year or 0 for x in self.clocks)


class Estimates(Part):
    """Hours of work that somebody estimates."""

    document: float | None = Field(default=None, ge=0)
    """For each document, to set up and send it."""
    field: float | None = Field(default=None, ge=0)
    """For each field."""
    element: float | None = Field(default=None, ge=0)
    """For each element of the framework."""


class Burden(Part):
    """What regimes ask of a model on a day, each beside those before it."""

    on: Day
    """The day."""
    developer: Line
    """The developer."""
    model: Id
    """The model."""
    notices: tuple[Text, ...]
    """What has to be known to read the counts."""
    estimates: Estimates | None = None
    """Estimates of hours, where they were given."""
    regimes: tuple[RegimeBurden, ...]
    """The regimes, in the order in which they are counted."""
    commitments: tuple[SparedCommitment, ...] = ()
    """What the developer's framework spares the model, where a decision was given."""


NOTICES = (
    "Counts of what instruments hold as data; no legal advice. A provision counts where it binds, "
    "or where that is undetermined.",
    "What an earlier regime asks already is told by crosswalks, which have no legal force. Nothing "
    "is inferred from what they do not map.",
    "Deadlines a year are those that come again by themselves, as if each of them runs.",
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a regime asks, by how it stands to those before it."""

    law: Loaded[Instrument]
    binding: Mapping[str, Provision]
    standing: Mapping[str, Standing]


def count_burden(
    laws: Sequence[Loaded[Instrument]],
    developer: Developer,
    model: str,
    walks: Sequence[Crosswalk],
    on: date,
    *,
    estimates: Estimates | None = None,
) -> Burden:
    """Return what each law asks of a model of the developer, in the order of ``laws``.

    Raises:
        Error: ``burden.unknown-model``.
    """
    one = [x for x in developer.models if x.id == model]
    if not one:
        known = ", ".join(x.id for x in developer.models)
        raise Error(
            "burden.unknown-model",
            f"{developer.id} has no model {model}",
            hint=f"it has: {known or 'none'}",
        )
    documents = tuple(x for x in developer.documents if x.model in (None, model))
    alone = developer.model_copy(
        update={"models": tuple(one), "all_models": True, "documents": documents}
    )
    before: list[_Asked] = []
    regimes: list[RegimeBurden] = []
    for law in laws:
        regime, elements = _count(law, alone, before, walks, on)
        hours = _estimate(regime.adds, elements, estimates)
        regimes.append(regime.model_copy(update={"estimate_hours": hours}))
    cautions = [f"{x.document.id}: {y}" for x in laws for y in x.document.cautions()]
    return Burden(
        on=on,
        developer=developer.title,
        model=model,
        notices=(*NOTICES, *cautions),
        estimates=estimates,
        regimes=tuple(regimes),
    )


def _count(
    loaded: Loaded[Instrument],
    developer: Developer,
    before: list[_Asked],
    walks: Sequence[Crosswalk],
    on: date,
) -> tuple[RegimeBurden, int]:
    """Return what a law asks, and how many elements of the framework of it are added."""
    law = loaded.document
    covered = {x.id: judge_scope(x, law.id, developer, on).covered for x in law.subjects}
    in_force = [x for x in law.provisions if law.applies(x, on)]
    binding = {x.id: x for x in in_force if covered[x.binds] != "no"}
    standing, unmapped = _compare(law.id, binding, before, walks)
    before.append(_Asked(loaded, binding, standing))
    asked = tuple(binding.values())
    documents = tuple(_list_documents(asked, standing))
    fields = {
        (x.answered_by.document, x.answered_by.field)
        for x in asked
        if isinstance(x.answered_by, ByDocument) and x.answered_by.field
    }
    elements = [x for x in asked if isinstance(x.answered_by, ByFramework)]
    adds = Added(
        provisions=sum(standing[x.id] != "already" for x in asked),
        in_part=sum(standing[x.id] == "in-part" for x in asked),
        documents=sum(x.standing != "already" for x in documents),
        fields=len(_list_added_fields(asked, standing)),
        unmapped=unmapped,
    )
    new_elements = sum(standing[x.id] != "already" for x in elements)
    regime = RegimeBurden(
        instrument=law.id,
        sha256=loaded.digest,
        title=law.title,
        provisions=len(asked),
        uncertain=sum(covered[x.binds] == "undetermined" for x in asked),
        outside=len(in_force) - len(asked),
        not_in_force=len(law.provisions) - len(in_force),
        framework_elements=len(elements),
        documents=documents,
        fields=len(fields),
        judgements=sum(x.answered_by.by == "judgement" for x in asked),
        clocks=tuple(_clock(x, y) for x in asked for y in x.clocks),
        adds=adds,
        spared=tuple(_list_spared(asked)),
    )
    return regime, new_elements


def list_spared_commitments(framework: Framework, decision: Decision) -> Iterator[SparedCommitment]:
    """Yield the commitments that a model is spared: a test cleared it of their threshold."""
    due = {x.commitment for x in decision.obligations}
    needed = {name for x in decision.obligations for name in x.safeguards}
    found = {x.threshold: x for x in decision.thresholds if x.status == "ruled-out"}
    screened = {
        x.evaluation
        for x in decision.evaluations
        for m in x.measured
        if m.screening is not None and m.screening.verdict == "ruled-out"
    }
    for x in framework.commitments:
        threshold = found.get(x.if_)
        if threshold is None or x.id in due or x.force != "will":
            continue
        by = sorted(screened & set(threshold.evaluations))
        said = f"a screening of {', '.join(by)}" if by else "evaluations or named people"
        yield SparedCommitment(
            commitment=x.id,
            threshold=x.if_,
            safeguards=tuple(name for name in x.then if name not in needed),
            because=f"{threshold.title}: ruled out by {said}; decision for {decision.on}",
        )


def _compare(
    id: str,
    binding: Mapping[str, Provision],
    before: Sequence[_Asked],
    walks: Sequence[Crosswalk],
) -> tuple[dict[str, Standing], tuple[str, ...]]:
    """Return how provisions stand to the regimes before, and to which there is no crosswalk."""
    standing: dict[str, Standing] = dict.fromkeys(binding, "new")
    unmapped: list[str] = []
    for earlier in before:
        source = earlier.law.document.id
        pair = [x for x in walks if {x.from_, x.to} == {source, id}]
        if not pair:
            unmapped.append(source)
        for walk in pair:
            for row in walk.seen_from(source)[0]:
                if not set(row.from_) <= set(earlier.binding):
                    continue  # what is not asked of this model there answers nothing here
                whole = row.relation in ("equal", "equivalent", "superset-of")
                part = row.relation in ("subset-of", "intersects-with")
                for name in row.to:
                    if name in standing and whole:
                        standing[name] = "already"
                    elif name in standing and part and standing[name] == "new":
                        standing[name] = "in-part"
    return standing, tuple(unmapped)


def _list_documents(
    asked: Sequence[Provision], standing: Mapping[str, Standing]
) -> Iterator[DocumentCount]:
    kinds: dict[str, list[Provision]] = {}
    for x in asked:
        if isinstance(x.answered_by, ByDocument):
            kinds.setdefault(x.answered_by.document, []).append(x)
    for kind, provisions in kinds.items():
        found = {standing[x.id] for x in provisions}
        names = (getattr(x.answered_by, "field", None) for x in provisions)
        yield DocumentCount(
            document=kind,
            fields=tuple(dict.fromkeys(x for x in names if x)),
            citations=tuple(dict.fromkeys(x.citation for x in provisions)),
            standing=found.pop() if len(found) == 1 else "in-part",
        )


def _list_added_fields(
    asked: Sequence[Provision], standing: Mapping[str, Standing]
) -> set[tuple[str, str]]:
    return {
        (x.answered_by.document, x.answered_by.field)
        for x in asked
        if isinstance(x.answered_by, ByDocument)
        and x.answered_by.field
        and standing[x.id] != "already"
    }


def _clock(provision: Provision, clock: Clock) -> ClockCount:
    length = HOURS.get(clock.unit)
    yearly = YEARLY.get(clock.unit)
    repeats = clock.repeats and clock.amount > 0 and yearly is not None
    return ClockCount(
        citation=provision.citation,
        clock=clock.id,
        event=clock.event,
        amount=clock.amount,
        unit=clock.unit,
        hours=clock.amount * length if length is not None else None,
        times_a_year=round(yearly / clock.amount, 2) if repeats and yearly else None,
    )


def _list_spared(asked: Sequence[Provision]) -> Iterator[Spared]:
    for x in asked:
        if x.spares is not None:
            answer = x.answered_by
            yield Spared(
                provision=x.id,
                citation=x.citation,
                title=x.title,
                when="similarly safe or safer than a reference model",
                documents=(answer.document,) if isinstance(answer, ByDocument) else (),
            )


def _estimate(adds: Added, elements: int, estimates: Estimates | None) -> float | None:
    """Return the estimates times the counts of what is added."""
    if estimates is None:
        return None
    given = (
        (estimates.document, adds.documents),
        (estimates.field, adds.fields),
        (estimates.element, elements),
    )
    return sum(hours * count for hours, count in given if hours is not None)
