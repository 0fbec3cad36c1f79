"""What is known of a developer: compute, revenue, models, and the documents that it has made.

Whom a law binds, and what answers it, is not concluded here.
"""

from typing import Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.encoding.document import Day, Digest, Document, Id, Line, Moment, Part, Text

StartEvent = Literal[
    "discovery", "imminent", "determination", "learning", "awareness", "incident-record",
    "last-incident-report", "incident-resolved",
    "modification", "last-document", "redaction",
    "deployment", "model-change", "no-longer-deployed",
    "notified-commission", "high-impact-condition", "first-qualifying", "framework-confirmed",
    "model-report-confirmed", "model-report-due", "audit-received", "findings-told",
    "reference-lost", "evaluation-began", "evaluator-call", "employee-disclosure",
]  # fmt: skip
"""What can start a time that a law sets: of an incident; of a document; of a model; the rest."""


class Amount(Part):
    """A number that is known to lie in a range; both ends the same where it is exact."""

    low: float = Field(ge=0)
    """It is at least this."""
    high: float = Field(ge=0)
    """It is at most this."""

    @model_validator(mode="after")
    def _ordered(self) -> "Amount":
        if self.high < self.low:
            raise ValueError(f"high ({self.high:g}) is under low ({self.low:g})")
        return self


class YearRevenue(Amount):
    """Gross revenue with affiliates in one calendar year, in US dollars."""

    year: int = Field(ge=1900, le=2200)
    """The calendar year."""


class DeveloperModel(Part):
    """A model of the developer."""

    id: Id
    """Name of the model."""
    compute: Amount | None = None
    """Training compute in operations, with all later training; absent: not known."""
    deployed: Day | None = None
    """Day on which it was first made available to others; absent: it was not."""
    places: tuple[Line, ...] | None = None
    """Where it is developed, deployed or operating; absent: not known."""
    withdrawn: Day | None = None
    """First day on which it was no longer available; absent: it is, or that is not known."""
    designated: tuple[Id, ...] | None = None
    """Instruments under which an authority has named this model; absent: not known."""


class DeveloperDocument(Part):
    """A document that the developer has made."""

    id: Id
    """Name of the document."""
    document: Id
    """Kind of the document, as instruments name it: transparency-report, framework-review."""
    on: Day
    """Day of publication, of transmission, or of making."""
    model: Id | None = None
    """The model that it is about."""
    holds: tuple[Id, ...] = ()
    """What it holds, by the names that instruments use."""
    to: tuple[Line, ...] = ()
    """To whom it was sent or with whom it was filed; empty: not stated."""
    instruments: tuple[Id, ...] = ()
    """Instruments under which it was sent or filed, and no others; empty: not stated."""
    url: Line | None = None
    """Where it can be read."""
    sha256: Digest | None = None
    """Digest of the file."""


class DeveloperEvent(Part):
    """Something that happened and that starts a time of a law."""

    id: Id
    """Name of the event."""
    event: StartEvent
    """What happened, as instruments name it."""
    at: Moment
    """When."""
    model: Id | None = None
    """The model that it is about."""
    note: Text | None = None
    """What happened, in words."""


class Developer(Document):
    """What is known of a developer, for judging which provisions bind it and what answers them."""

    kind: Literal["developer"]
    title: Line
    """Name of the developer."""
    notice: Text | None = None
    """Where the facts come from."""
    revenue: tuple[YearRevenue, ...] = ()
    """Gross revenue by calendar year."""
    signed: tuple[Id, ...] | None = None
    """Instruments that it has signed; absent: not known."""
    models: tuple[DeveloperModel, ...] = ()
    """Its models."""
    all_models: StrictBool = False
    """Whether these are all its models."""
    documents: tuple[DeveloperDocument, ...] = ()
    """Documents that it has made."""
    events: tuple[DeveloperEvent, ...] = ()
    """What happened that starts a time of a law, beside what other documents say."""

    @model_validator(mode="after")
    def _whole(self) -> "Developer":
        models = {x.id for x in self.models}
        named = [x.model for x in self.documents] + [x.model for x in self.events]
        unknown = sorted({x for x in named if x} - models)
        if unknown:
            raise ValueError(f"documents speak of models that are not listed: {', '.join(unknown)}")
        for names in (
            [x.id for x in self.models],
            [x.id for x in self.documents],
            [x.id for x in self.events],
            [str(x.year) for x in self.revenue],
        ):
            if len(set(names)) < len(names):
                raise ValueError("a model, a document, an event or a year stands twice")
        return self
