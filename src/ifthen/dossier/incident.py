"""An incident, from a mere event up, and what it touches.

Whatever it touches is open until a named person has looked at it again and says so here. The facts
that laws ask about are data; which law asks for what is not said here.
"""

from datetime import UTC, date
from typing import Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.dossier.model import Person
from ifthen.dossier.safeguard import OpenItem
from ifthen.encoding.document import Day, Id, Line, Moment, Part, Salted, Text

Severity = Literal["event", "incident", "serious-incident"]
"""An AI event; an AI incident; a serious, or critical, safety incident."""

SEVERITIES: tuple[Severity, ...] = ("event", "incident", "serious-incident")
"""The ladder, the least first."""

Harm = Literal[
    "death", "injury", "property-damage", "critical-infrastructure", "fundamental-rights",
    "environment", "weights-access", "loss-of-control", "deception-of-developer", "cyber-attack",
    "weapon-uplift", "none-known",
]  # fmt: skip
"""Kinds of harm that reporting rules tell apart. weights-access: somebody got at the weights who
may not; deception-of-developer: the model deceived those who control it."""


class Touch(Part):
    """Something that an incident concerns: exactly one of these."""

    everything: StrictBool | None = None
    """Every argument about the model."""
    evaluation: Id | None = None
    """Results of an evaluation of the framework."""
    safeguard: Id | None = None
    """A safeguard, and every assessment of it."""
    threshold: Id | None = None
    """A threshold, and every determination about it."""
    statement: Id | None = None
    """A stated fact: every declaration of it."""

    @model_validator(mode="after")
    def _one(self) -> "Touch":
        named = [key for key in type(self).model_fields if getattr(self, key) is not None]
        if len(named) != 1:
            listed = ", ".join(type(self).model_fields)
            raise ValueError(f"name one of {listed}; found {len(named)}")
        if self.everything is False:
            raise ValueError("everything is true, or left out")
        return self

    @property
    def kind(self) -> str:
        """Which of them it is."""
        return next(key for key in type(self).model_fields if getattr(self, key) is not None)

    @property
    def name(self) -> str | None:
        """Its id; None for everything."""
        name = getattr(self, self.kind)
        return None if name is True else str(name)


class Grading(Part):
    """How serious it is, as somebody determined at some time; the last one counts."""

    severity: Severity
    """Step of the ladder."""
    at: Moment
    """When it was determined."""
    by: Person
    """Who determined it."""
    reasons: Text
    """Why."""


class HarmFacts(Part):
    """What reporting rules ask about, as far as it is known."""

    kinds: tuple[Harm, ...] = Field(min_length=1)
    """Kinds of harm."""
    imminent: Literal["yes", "no", "not-known"] = "not-known"
    """Whether there is an imminent risk of death or serious injury."""
    deaths: int | None = Field(default=None, ge=0)
    """How many people died; absent: not known."""
    injured: int | None = Field(default=None, ge=0)
    """How many people were seriously injured; absent: not known."""
    damage_usd: float | None = Field(default=None, ge=0)
    """Damage in US dollars; absent: not known."""
    places: tuple[Line, ...] = ()
    """Countries and states in which it had effects."""
    text: Text | None = None
    """What happened to whom."""


class IncidentReport(Part):
    """That somebody was told."""

    to: Line
    """Who was told."""
    at: Moment
    """When."""
    reference: Line | None = None
    """Number that the recipient gave it."""


class Review(Part):
    """That somebody looked again at what the incident touches."""

    by: Person
    """Who looked."""
    on: Day
    """Day from which this holds."""
    about: tuple[Touch, ...] = ()
    """What was looked at; empty: everything that the incident concerns."""
    conclusion: Literal["stands", "no-longer-stands"]
    """stands: what the incident touches counts again. no-longer-stands: it stays open until other
    documents take its place and a later review says that these stand."""
    reasons: Text
    """Why."""


class Incident(Salted):
    """What happened, when it was noticed, what it concerns, who has looked at that again."""

    kind: Literal["incident"]
    model: Id
    """Model that it happened with."""
    title: Line
    """What it is called where people read it."""
    text: Text
    """What happened."""
    recorded_by: Person
    """Who recorded it."""
    occurred_at: Moment | None = None
    """When it happened; absent: not known."""
    discovered_at: Moment
    """When somebody noticed it. From that day on it touches what it concerns."""
    aware_at: Moment | None = None
    """When the developer was aware of what it is, where that is later."""
    resolved_at: Moment | None = None
    """When it was over and dealt with; absent: it is not, as far as is known."""
    gradings: tuple[Grading, ...] = Field(min_length=1, max_length=50)
    """How serious it is, in the order in which that was determined."""
    concerns: tuple[Touch, ...] = Field(default=(), max_length=100)
    """What it touches; empty: no argument about the model."""
    harm: HarmFacts | None = None
    """What reporting rules ask about; absent: not known."""
    reports: tuple[IncidentReport, ...] = Field(default=(), max_length=100)
    """Who was told, and when."""
    reviews: tuple[Review, ...] = Field(default=(), max_length=100)
    """Who looked again at what it concerns."""
    open_items: tuple[OpenItem, ...] = Field(default=(), max_length=1_000)
    """What is still to be done, by whom, until when."""

    @model_validator(mode="after")
    def _in_order(self) -> "Incident":
        if self.occurred_at is not None and self.discovered_at < self.occurred_at:
            raise ValueError("discovered_at is before occurred_at")
        if self.aware_at is not None and self.aware_at < self.discovered_at:
            raise ValueError("aware_at is before discovered_at")
        if self.resolved_at is not None and self.resolved_at < self.discovered_at:
            raise ValueError("resolved_at is before discovered_at")
        times = [grading.at for grading in self.gradings]
        if times != sorted(times) or times[0] < self.discovered_at:
            raise ValueError("gradings stand in the order of time, from discovered_at on")
        for report in self.reports:
            if report.at < self.discovered_at:
                raise ValueError(f"reported to {report.to} before it was discovered")
        return self

    @model_validator(mode="after")
    def _reviewed(self) -> "Incident":
        known = set(self.concerns)
        for review in self.reviews:
            if review.on < self.discovered_on:
                raise ValueError(f"reviewed on {review.on}, before it was discovered")
            for touch in review.about:
                if touch not in known:
                    raise ValueError(
                        f"a review is about {touch.kind} {touch.name or ''}".rstrip()
                        + ", which the incident does not concern"
                    )
        return self

    @property
    def discovered_on(self) -> date:
        """Day of the discovery, in UTC."""
        return self.discovered_at.astimezone(UTC).date()

    @property
    def severity(self) -> Severity:
        """How serious it is, as last determined."""
        return self.gradings[-1].severity

    def open_touches(self, on: date) -> tuple[Touch, ...]:
        """Return what it touches on a day and nobody has found to stand since.

        Of several reviews of one matter, the one of the latest day counts; of one day, the worst.
        """
        if on < self.discovered_on:
            return ()
        return tuple(touch for touch in self.concerns if not self._stands(touch, on))

    def _stands(self, touch: Touch, on: date) -> bool:
        said = [x for x in self.reviews if x.on <= on and (not x.about or touch in x.about)]
        last = max((x.on for x in said), default=None)
        return last is not None and all(x.conclusion == "stands" for x in said if x.on == last)
