"""The overlay document, version 1: a layer of law laid over instruments, as data.

A layer adds provisions (a baseline), overrides some, changes a parameter of some, sets some aside
(pre-emption), or designates a law that counts for another. It changes what it names and nothing
else, only on its days, and only where somebody asks for it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ifthen.conformance.instrument import (
    Answer,
    Checkability,
    Clock,
    Penalty,
    Provision,
    Reading,
)
from ifthen.dossier.developer import StartEvent
from ifthen.encoding.document import Day, Document, Id, Line, Part, Text
from ifthen.framework.model import InForce


class Adds(Part):
    """Adds provisions to an instrument: the baseline of a layer."""

    change: Literal["adds"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    provisions: tuple[Provision, ...] = Field(min_length=1)
    """What it asks beside what the instrument asks; subjects are the instrument's own."""


class Overrides(Part):
    """Says otherwise in one provision; what is not given stays."""

    change: Literal["overrides"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    provision: Id
    """The provision."""
    text: Text | None = None
    """What it asks, in own words."""
    binds: Id | None = None
    """The subject that it binds."""
    checkability: Checkability | None = None
    """What software can check."""
    answered_by: Answer | None = None
    """What kind of thing answers it."""
    judgement: Text | None = None
    """What stays for a person to judge."""
    in_force: InForce | None = None
    """Days on which it applies."""
    contested: tuple[Reading, ...] | None = Field(default=None, min_length=2)
    """Ways in which people read it, where they differ."""

    @model_validator(mode="after")
    def _something(self) -> "Overrides":
        _check_changes(self, ("instrument", "provision"))
        return self


class SetsClock(Part):
    """Sets parameters of a clock; what is not given stays."""

    change: Literal["sets-clock"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    clock: Id
    """The clock."""
    amount: int | None = Field(default=None, ge=0, le=1200)
    """How many units."""
    unit: Literal["hours", "days", "business-days", "weeks", "months", "years"] | None = None
    """Unit of the amount."""
    recipient: Line | None = None
    """Who is told."""
    event: Line | None = None
    """What starts it, in own words."""
    starts: StartEvent | None = None
    """What starts it, as documents name it."""
    otherwise: Text | None = None
    """Another time that the text allows, and under which condition."""

    @model_validator(mode="after")
    def _something(self) -> "SetsClock":
        _check_changes(self, ("instrument", "clock"))
        return self


class AddsClock(Part):
    """Adds a clock to a provision."""

    change: Literal["adds-clock"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    provision: Id
    """The provision."""
    clock: Clock
    """The clock, under a name of its own."""


class SetsRecognition(Part):
    """Says otherwise in a clause that recognises other laws; what is not given stays."""

    change: Literal["sets-recognition"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    recognition: Id
    """The clause."""
    provisions: tuple[Id, ...] | None = None
    """What another law answers; empty: the whole instrument."""
    conditions: tuple[Text, ...] | None = Field(default=None, min_length=1)
    """What has to hold for it."""

    @model_validator(mode="after")
    def _something(self) -> "SetsRecognition":
        _check_changes(self, ("instrument", "recognition"))
        return self


class SetsLaw(Part):
    """Sets what holds of the instrument as a whole; what is not given stays."""

    change: Literal["sets-law"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    in_force: InForce | None = None
    """Days on which it applies."""
    penalty: Penalty | None = None
    """Its highest penalty."""
    public_report_from: Day | None = None
    """First day by which the authority publishes a yearly report over all developers."""

    @model_validator(mode="after")
    def _something(self) -> "SetsLaw":
        _check_changes(self, ("instrument",))
        return self


class SetsSubject(Part):
    """Sets a line of a subject; what is not given stays."""

    change: Literal["sets-subject"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    subject: Id
    """The subject."""
    compute_above: float | None = Field(default=None, gt=0)
    """Training compute of a model, in operations."""
    revenue_above_usd: float | None = Field(default=None, gt=0)
    """Gross revenue of the year before, in US dollars."""
    place: Line | None = None
    """A model has to be developed, deployed or operating here, in whole or in part."""

    @model_validator(mode="after")
    def _something(self) -> "SetsSubject":
        _check_changes(self, ("instrument", "subject"))
        return self


class PreEmpts(Part):
    """Sets provisions aside."""

    change: Literal["pre-empts"]
    """The kind of change."""
    instrument: Id
    """The instrument under it."""
    provisions: tuple[Id, ...] = Field(min_length=1)
    """The provisions that no longer apply; each is named."""


class Designates(Part):
    """Designates another law under a recognition clause of an instrument."""

    change: Literal["designates"]
    """The kind of change."""
    instrument: Id
    """The instrument whose clause it is."""
    recognition: Id
    """The clause."""
    regime: Id
    """Instrument that is designated."""
    provisions: tuple[Id, ...] = ()
    """What of it is designated; empty: all of it."""


Change = Annotated[
    Adds
    | Overrides
    | SetsClock
    | AddsClock
    | SetsSubject
    | SetsRecognition
    | SetsLaw
    | PreEmpts
    | Designates,
    Field(discriminator="change"),
]


def _check_changes(part: Part, names: Sequence[str]) -> None:
    others = set(type(part).model_fields) - {"change", *names}
    if all(getattr(part, x) is None for x in others):
        raise ValueError(f"changes nothing; give one of {', '.join(sorted(others))}")


class Dated(Part):
    """A change with its own days and its place."""

    id: Id
    """Name of the change."""
    text: Text
    """What it does, in own words."""
    source: Line | None = None
    """Section of the source."""
    in_force: InForce | None = None
    """Days on which it works; absent: as the overlay."""
    does: Change
    """The change."""


class Overlay(Document):
    """A layer of law over instruments."""

    kind: Literal["overlay"]
    layer: Literal["federal", "state", "eu", "other"]
    """Layer that it stands for."""
    title: Line
    """Name of the law, bill or supposition."""
    citation: Line
    """How it is cited."""
    status: Literal["in-force", "enacted", "pending", "hypothetical"]
    """What it is on the day on which the file was written. What is pending or hypothetical is shown
    as a supposition in every result."""
    in_force: InForce | None = None
    """Days on which it works. Absent, for what is pending or hypothetical: on every day for which
    it is asked for."""
    standing: Literal["primary", "partly-primary", "secondary", "unverified"]
    """How the file was written."""
    source: Line
    """What it was written from."""
    notice: Text | None = None
    """Printed with every result."""
    changes: tuple[Dated, ...] = Field(min_length=1)
    """What it changes."""

    @model_validator(mode="after")
    def _whole(self) -> "Overlay":
        names = [x.id for x in self.changes]
        twice = sorted({x for x in names if names.count(x) > 1})
        if twice:
            raise ValueError(f"stands twice: {', '.join(twice)}")
        if self.in_force is None and self.status in ("in-force", "enacted"):
            raise ValueError(f"what is {self.status} has days in force; they are not given")
        return self

    @property
    def supposed(self) -> bool:
        """Whether it is no law, so that results under it are suppositions."""
        return self.status in ("pending", "hypothetical")

    def working(self, on: date) -> Iterator[Dated]:
        """Yield the changes that work on a day."""
        for change in self.changes:
            days = change.in_force or self.in_force
            if (self.in_force is None or self.in_force.covers(on)) and (
                days is None or days.covers(on)
            ):
                yield change
