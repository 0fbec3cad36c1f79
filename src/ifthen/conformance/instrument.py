"""The instrument document, version 1: a law or code, provision by provision, in own words.

Each provision says whom it binds and from when, what it asks, what kind of thing answers it, what
stays for a person to judge, and its clocks. The text itself is not copied; anchors lead to it.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ifthen.dossier.developer import StartEvent
from ifthen.dossier.incident import Harm
from ifthen.encoding.document import Day, Document, Id, Line, Part, Text
from ifthen.framework.anchor import Anchor, Coverage
from ifthen.framework.model import InForce, LegalRole

Checkability = Literal["automatic", "attestation", "human"]
"""What software can check: presence and dates; that a statement exists; nothing but a person."""

FrameworkPart = Literal[
    "legal-role", "published", "thresholds", "evaluations", "commitments", "safeguards", "gates",
    "roles", "triggers", "cadence", "consequences", "duties", "definitions",
]  # fmt: skip
"""Where in a framework document an answer may stand."""


class Selector(Part):
    """Which clauses of a framework speak to a provision; every key that is given has to fit."""

    parts: tuple[FrameworkPart, ...] = Field(min_length=1)
    """Any of these parts."""
    kinds: tuple[Id, ...] = ()
    """Any of these kinds of duty."""
    opens: tuple[Id, ...] = ()
    """Any of these actions of a gate."""
    words: tuple[Line, ...] = ()
    """Any of these words or phrases, whole, in the clause's own words; case does not count."""
    at_most_days: int | None = Field(default=None, ge=1)
    """A period or deadline that the clause states may be no longer, in days."""


class ByFramework(Part):
    """Answered by what a framework document says."""

    by: Literal["framework"]
    """The kind of answer."""
    clauses: tuple[Selector, ...] = Field(min_length=1)
    """Each has to be met by some clause."""


class ByDocument(Part):
    """Answered by a document that the developer has made, such as a transparency report."""

    by: Literal["document"]
    """The kind of answer."""
    document: Id
    """Kind of the document."""
    field: Id | None = None
    """What the document has to hold; absent: its existence answers."""
    for_each: Literal["deployed-model"] | None = None
    """Whether every deployed model needs one, on or before the day of its deployment."""
    not_older_than_months: int | None = Field(default=None, ge=1)
    """After so many months a document no longer answers."""
    only_if: Line | None = None
    """What calls for the document, where that need not happen: without one it is not absent, since
    nobody can tell from documents alone that it was called for."""
    promised: Selector | None = None
    """Clauses of the framework that promise it: shown, and compared with; no answer."""

    @model_validator(mode="after")
    def _one_time(self) -> "ByDocument":
        if self.for_each and self.not_older_than_months:
            raise ValueError("a document for each deployment does not grow old")
        return self


class ByJudgement(Part):
    """Answered by a person only."""

    by: Literal["judgement"]
    """The kind of answer."""


Answer = Annotated[ByFramework | ByDocument | ByJudgement, Field(discriminator="by")]


class Clock(Part):
    """A time that starts with an event."""

    id: Id
    """Name of the clock, unique in the instrument."""
    event: Line
    """What starts it, in own words."""
    amount: int = Field(ge=0, le=1200)
    """How many units; 0: at once, before or together with the event."""
    unit: Literal["hours", "days", "business-days", "weeks", "months", "years"]
    """Unit of the amount. Days and longer count whole days of the place; hours count moments."""
    starts: StartEvent | None = None
    """What starts it, as documents name it; absent: nothing here can tell when it starts."""
    harms: tuple[Harm, ...] = ()
    """Of what an incident has to be an incident for it to start; empty: of anything."""
    asks: Literal["act", "keep", "at-most", "at-least", "begins"] = "act"
    """act: do something by its end. keep: keep something until then. at-most, at-least: something
    may or has to last until then. begins: from its end on, the provision asks for what it asks."""
    not_before: Day | None = None
    """The time ends on this day at the earliest, and may have begun before the provision."""
    done_by: Id | None = None
    """Kind of the document that shows that it was done; absent: the one that answers the
    provision."""
    repeats: bool = False
    """Whether it starts again each time that it ends."""
    recipient: Line | None = None
    """Who is told."""
    alternative: Id | None = None
    """Another clock of the provision that the text joins to this one with "or"."""
    otherwise: Text | None = None
    """Another time that the text allows, and under which condition."""


class Recipient(Part):
    """An authority that the instrument has something sent to: what is sent to another is not."""

    name: Line
    """Its name as the recipients of clocks have it."""
    also: tuple[Line, ...] = ()
    """Other names of it, which nobody else has."""


class Reading(Part):
    """One of several ways in which people read a provision."""

    text: Text
    """How it is understood."""
    in_force_from: str | None = Field(default=None, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    """First day in force in this reading, where the dispute is about that."""
    held_by: tuple[Line, ...] = ()
    """Who reads it so."""


class Subject(Part):
    """Whom provisions bind; every condition that is given has to hold."""

    id: Id
    """Name by which provisions refer to it."""
    title: Line
    """What the text calls it."""
    text: Text
    """Who that is, in own words."""
    compute_above: float | None = Field(default=None, gt=0)
    """Training compute of a model, in operations, has to be greater than this."""
    revenue_above_usd: float | None = Field(default=None, gt=0)
    """Gross revenue with affiliates in the calendar year before, in US dollars, has to be more."""
    signatory: bool = False
    """Whether the developer has to have signed the instrument."""
    designation: bool = False
    """Whether an authority can name a model that lies below the line of compute: then compute
    alone leaves no model out."""
    place: Line | None = None
    """A model has to be developed, deployed or operating here, in whole or in part."""
    to_judge: Line | None = None
    """A further condition that no fact of a developer answers: whom the others do not leave out
    may be covered, and no more."""
    anchors: tuple[Anchor, ...] = ()
    """Where the text says so."""


class Term(Part):
    """A term of the instrument that decides what it reaches.

    A term of the same name in another instrument is another term.
    """

    id: Id
    """Name of the term."""
    citation: Line
    """Place in the instrument."""
    term: Line
    """The term as the text writes it."""
    text: Text
    """What it means there, in own words."""
    anchors: tuple[Anchor, ...] = ()
    """Where the text says so."""


class Held(Part):
    """One thing that a document has to hold, where the text lists it."""

    field: Id
    """Name of the field."""
    title: Line
    """What it is, in own words."""
    citation: Line
    """Place of the list in the instrument."""
    anchors: tuple[Anchor, ...] = ()
    """Where it stands in the text."""


class Provision(Part):
    """One thing that the instrument asks."""

    id: Id
    """Name of the provision, unique in the instrument."""
    citation: Line
    """Place in the instrument as people cite it."""
    title: Line
    """What it is about, in a few words."""
    text: Text
    """What it asks, in own words."""
    binds: Id
    """The subject that it binds."""
    asks: Literal[
        "framework", "framework-element", "review", "publication", "transparency-report",
        "internal-use-summary", "truthful-statements", "redaction", "incident-report", "audit",
        "registration", "whistleblower", "assessment", "mitigation", "records", "governance",
    ]  # fmt: skip
    """The kind of what is asked."""
    checkability: Checkability
    """What software can check."""
    answered_by: Answer
    """What kind of thing answers it."""
    judgement: Text | None = None
    """What stays for a person to judge, whatever the documents say."""
    in_force: InForce | None = None
    """Days on which it applies; absent: as the instrument."""
    clocks: tuple[Clock, ...] = ()
    """Its deadlines."""
    contested: tuple[Reading, ...] = ()
    """Ways in which people read it, where they differ; two at least."""
    holds: tuple[Held, ...] = ()
    """What the document that answers it has to hold, where the text lists that in another place."""
    spares: Literal["similarly-safe"] | None = None
    """Models that the text itself spares it: those that are shown to be similarly safe or safer
    than a reference model."""
    anchors: tuple[Anchor, ...] = ()
    """Where it stands in the text."""

    @model_validator(mode="after")
    def _differ(self) -> "Provision":
        if len(self.contested) == 1:
            raise ValueError("one reading is no dispute")
        fields = [x.field for x in self.holds]
        if len(set(fields)) < len(fields):
            raise ValueError("a field stands twice in holds")
        return self


class Recognition(Part):
    """Keeping to another law counts here, as the text has it."""

    id: Id
    """Name of the clause."""
    citation: Line
    """Place in the instrument."""
    regime: Line
    """What is recognised."""
    provisions: tuple[Id, ...]
    """What it answers; empty: the whole instrument."""
    conditions: tuple[Text, ...] = Field(min_length=1)
    """What has to hold for it: designation, declared intent, equivalence."""
    effect: Text
    """What follows, and what follows from a failure there."""
    ends: Text | None = None
    """When it ends."""
    anchors: tuple[Anchor, ...] = ()
    """Where it stands in the text."""


class Penalty(Part):
    """The highest penalty of an instrument; which one is due is for a court."""

    citation: Line
    """Place in the instrument."""
    binds: Id
    """The subject that it can be asked of."""
    first_usd: int = Field(ge=0)
    """Highest amount for a first violation, in US dollars."""
    later_usd: int = Field(ge=0)
    """Highest amount for a later violation, in US dollars."""


class Instrument(Document):
    """A law or code on frontier AI, provision by provision."""

    kind: Literal["instrument"]
    jurisdiction: Id
    """Name of the jurisdiction: us-ca, eu, international."""
    title: Line
    """Name of the instrument."""
    citation: Line
    """How it is cited."""
    status: Literal["in-force", "enacted", "pending", "voluntary", "retired", "descriptive"]
    """What it is on the day on which the file was written; descriptive: it lists what documents
    have and asks for nothing."""
    in_force: InForce | None = None
    """The days on which it applies; absent: on none, such as a bill that was vetoed."""
    legal_role: LegalRole | None = None
    """How a framework document says that it is published for this instrument."""
    time_zone: Line | None = None
    """Time zone of the place, as the tz database names it: days are counted there."""
    holidays: Id | None = None
    """Calendar by which business days are counted; absent: none is known."""
    notice: Text | None = None
    """Printed with every result."""
    subjects: tuple[Subject, ...] = Field(min_length=1)
    """Whom it binds."""
    recipients: tuple[Recipient, ...] = ()
    """Authorities that clocks name, with other names of each."""
    terms: tuple[Term, ...] = ()
    """What it means by the words that decide what it reaches."""
    provisions: tuple[Provision, ...] = Field(min_length=1)
    """What it asks."""
    recognition: tuple[Recognition, ...] = ()
    """Other laws that count here."""
    penalty: Penalty | None = None
    """Its highest penalty, where the file holds it."""
    public_report_from: Day | None = None
    """First day by which the authority publishes a yearly report over all developers."""
    coverage: Coverage
    """What was read, what was left out."""

    @model_validator(mode="after")
    def _whole(self) -> "Instrument":
        subjects = [x.id for x in self.subjects]
        provisions = [x.id for x in self.provisions]
        clocks = [c.id for x in self.provisions for c in x.clocks]
        terms = [x.id for x in self.terms]
        for names in (subjects, terms, provisions, clocks, [x.id for x in self.recognition]):
            twice = sorted({x for x in names if names.count(x) > 1})
            if twice:
                raise ValueError(f"stands twice: {', '.join(twice)}")
        binds = {x.binds for x in (*self.provisions, self.penalty) if x is not None}
        unknown = sorted(binds - set(subjects))
        unknown += sorted({p for x in self.recognition for p in x.provisions} - set(provisions))
        if unknown:
            raise ValueError(f"refers to what is not in the instrument: {', '.join(unknown)}")
        other = {c.alternative for x in self.provisions for c in x.clocks if c.alternative}
        if lost := sorted(other - set(clocks)):
            raise ValueError(f"alternative is no clock of the instrument: {', '.join(lost)}")
        if self.in_force is None and self.status not in ("pending", "retired"):
            raise ValueError(f"an instrument that is {self.status} needs the days in in_force")
        return self

    def cautions(self) -> tuple[str, ...]:
        """Return what has to be said with every result: what was not read, and the notice."""
        unread = {
            "secondary": "Unverified: the instrument was not written from its own text.",
            "partly-primary": "Unverified in part: not all of the instrument's own text was read.",
        }.get(self.coverage.standing)
        return tuple(x for x in (unread, self.notice) if x)

    def covers(self, on: date) -> bool:
        """Return whether the instrument is in force on a day."""
        return self.in_force is not None and self.in_force.covers(on)

    def applies(self, provision: Provision, on: date) -> bool:
        """Return whether a provision is in force on a day."""
        return self.covers(on) and (provision.in_force is None or provision.in_force.covers(on))
