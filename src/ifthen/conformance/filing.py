"""The filing: what a law asks to be written, field by field, drafted from a workspace's documents.

A field holds what documents say, each entry with its basis, or says plainly that a person has to
write it. Nothing is invented, and nothing here says that a filing is enough: it is a draft.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field

from ifthen.conformance.instrument import ByDocument, Instrument, Provision
from ifthen.decision.due import Due
from ifthen.encoding.document import Day, Digest, Document, Id, Line, Loaded, Part, Text
from ifthen.errors import Error

FilingKind = Literal[
    "transparency-report", "model-report", "internal-use-summary", "incident-report",
    "framework-modification",
]  # fmt: skip
"""What can be drafted, by the name that instruments use for the document."""

SUMMARIES = (
    "risk-assessments",
    "assessment-results",
    "third-party-involvement",
    "other-steps",
)
"""The four summaries of a transparency report."""

NOT_HERE = "not in the workspace: write"
"""How every field begins that a person has to write."""

NOTICE = (
    "A draft from documents of the workspace. Whether a law asks for it, and whether it is enough, "
    "is for a person; it is no legal advice and no legal conclusion."
)


class Source(Part):
    """A document that an entry was taken from."""

    document: Line
    """Its kind and name, such as evidence/borealis-1-products."""
    sha256: Digest
    """Its identity."""
    path: Line | None = None
    """Where in the document, where one place says it."""


class Entry(Part):
    """Something that documents say."""

    text: Text
    """What they say, in a sentence."""
    basis: tuple[Source, ...] = Field(min_length=1)
    """The documents."""


class FilingField(Part):
    """One thing that the filing has to hold."""

    field: Id
    """Name of the field, as the instrument has it."""
    citation: Line
    """Where it is asked for."""
    title: Line
    """What it is about."""
    asks: Text
    """What the provision asks, in own words."""
    binds: Line
    """Whom the provision binds."""
    entries: tuple[Entry, ...] = ()
    """What the workspace's documents say."""
    write: Text | None = None
    """What a person has to write; absent where documents answer."""
    judgement: Text | None = None
    """What stays for a person to judge."""


class FilingDeadline(Part):
    """A time of the law that the filing keeps or misses."""

    title: Text
    """What is to be done."""
    last_day: Day | None = None
    """Last day, in the place; null where it cannot be told."""
    standing: Literal["met", "due", "late", "missed", "undetermined"]
    """How it stands on the day of the draft."""
    reason: Text | None = None
    """Why it cannot be told, or what else has to be known."""


class Filing(Document):
    """A draft of something that a law asks to be published or sent."""

    kind: Literal["filing"]
    filing: FilingKind
    """What is drafted."""
    title: Line
    """What it is called."""
    instrument: Line
    """The law or code."""
    instrument_sha256: Digest
    """Identity of its file."""
    on: Day
    """The day for which it is drafted."""
    about: Line
    """The model, the incident or the versions that it is about."""
    notices: tuple[Text, ...]
    """What has to be known to read it."""
    deadlines: tuple[FilingDeadline, ...] = ()
    """Times of the law that it has to keep."""
    fields: tuple[FilingField, ...] = Field(min_length=1)
    """The fields, in the order of the instrument."""

    def unwritten(self) -> tuple[FilingField, ...]:
        """Return the fields that a person has to write."""
        return tuple(x for x in self.fields if x.write is not None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What documents say to a field; ``missing`` says why they do not, where that is known."""

    entries: Sequence[Entry] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A field and the provision that asks for it."""

    field: str
    title: str
    provision: Provision
    citation: str | None = None
    """Where the text lists the field, if that is not where it asks for the filing."""


PARTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "incident-report": (
        ("incident-date", "Date of the incident"),
        ("incident-reasons", "Reasons why it counts as a critical safety incident"),
        ("incident-statement", "Short and plain statement of what happened"),
        ("incident-internal-use", "Whether internal use of a model was involved"),
    ),
    "internal-use-summary": (
        ("internal-models", "Models used internally in the period"),
        ("internal-assessments", "Assessments of risk from internal use"),
        ("internal-results", "Results of these assessments"),
        ("internal-oversight", "Risk that a model gets around oversight"),
        ("internal-incidents", "Incidents in the period"),
    ),
    "framework-modification": (
        ("modified-version", "The modified framework"),
        ("modification-changes", "What was modified"),
        ("modification-justification", "Justification of the modification"),
    ),
}
"""Fields of filings which an instrument asks for in one provision: a layout of ours, after what the
texts speak of. Where an instrument holds the list itself, with places, that is taken instead."""


WORDS: Mapping[str, str] = {
    "website": "the address of the developer's website",
    "contact": "a way in which a person can reach the developer",
    "release-date": "the day of the release to others",
    "languages": "the languages that the model supports",
    "modalities": "the kinds of output, such as text or images",
    "intended-uses": "the intended uses",
    "restrictions": "the restrictions and conditions of use that apply generally",
    "third-party-involvement": "how far third-party evaluators took part, or that none did",
    "incident-reasons": "why it is a critical safety incident, by which limb of the definition",
    "incident-internal-use": "whether it was associated with internal use of a model",
    "internal-incidents": "the incidents of the period, or that there were none",
    "modification-justification": "the justification of the modification",
}
"""What a person has to write to a field, where its title does not say it."""

STATEMENTS = frozenset(
    {"website", "contact", "release-date", "languages", "modalities", "intended-uses"}
    | {"restrictions", *SUMMARIES}
)
"""Fields of a transparency report, any of which a declaration of the same name can state."""


def list_asked(law: Loaded[Instrument], kind: FilingKind) -> tuple[Asked, ...]:
    """Return the fields that an instrument asks a filing to hold.

    Raises:
        Error: ``filing.not-asked`` where it asks for no such document.
    """
    asking: list[tuple[Provision, str | None]] = [
        (x, x.answered_by.field)
        for x in law.document.provisions
        if isinstance(x.answered_by, ByDocument) and x.answered_by.document == kind
    ]
    named = [(x, field) for x, field in asking if field and field != "machine-readable-summaries"]
    if named:
        return tuple(Asked(field, x.title, x) for x, field in named)
    listed = [(x, held) for x, _ in asking for held in x.holds]
    if listed:
        return tuple(Asked(held.field, held.title, x, held.citation) for x, held in listed)
    if not asking or kind not in PARTS:
        raise Error(
            "filing.not-asked",
            f"{law.document.id} asks for no {kind}",
            where=law.document.id,
            hint=f"'ifthen instruments show {law.document.id}' shows what it asks for",
        )
    return tuple(Asked(field, title, asking[0][0]) for field, title in PARTS[kind])


def make_field(asked: Asked, answer: Answer) -> FilingField:
    """Return a field with what documents say, or with what a person has to write."""
    provision, write = asked.provision, None
    if not answer.entries or answer.missing:
        write = f"{NOT_HERE} {WORDS.get(asked.field) or asked.title[:1].lower() + asked.title[1:]}"
        if answer.missing:
            write += f" ({answer.missing})"
    return FilingField(
        field=asked.field,
        citation=asked.citation or provision.citation,
        title=asked.title,
        asks=provision.text,
        binds=provision.binds,
        entries=tuple(answer.entries),
        write=write,
        judgement=provision.judgement,
    )


def make_deadlines(due: Iterable[Due]) -> tuple[FilingDeadline, ...]:
    """Return what is due by a law as deadlines of a filing."""
    return tuple(
        FilingDeadline(title=x.title, last_day=x.last_day, standing=x.standing, reason=x.reason)
        for x in due
    )


def list_notices(law: Instrument, asked: Sequence[Asked], on: date) -> Iterator[str]:
    """Yield what has to be known to read a draft: what it is, and what is not in force yet."""
    yield NOTICE
    yield from law.cautions()
    late: dict[str, list[str]] = {}
    for x in asked:
        days = x.provision.in_force or law.in_force
        if not law.applies(x.provision, on):
            begins = f"applies from {days.from_}" if days else "applies on no day"
            late.setdefault(begins, []).append(x.provision.citation)
    for begins, citations in late.items():
        yield f"{', '.join(dict.fromkeys(citations))}: {begins}; drafted for {on}."
    disputes: dict[str, list[str]] = {}
    for x in asked:
        if x.provision.contested:
            readings = "; or: ".join(r.text for r in x.provision.contested)
            disputes.setdefault(readings, []).append(x.provision.citation)
    for readings, citations in disputes.items():
        names = ", ".join(dict.fromkeys(citations))
        yield f"{names}: people read it in different ways: {readings}"
