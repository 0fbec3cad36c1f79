"""Documents of the dossier: model, plan, declaration, assessment, determination.

Each is a statement by a named person with a date, and where it can grow old, an expiry. Nothing
here is measured or computed.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.dossier.compute import ComputeLedger
from ifthen.dossier.lineage import (
    Origin,
    Release,
    Snapshot,
    Stage,
    WeightsManifest,
    check_origins,
)
from ifthen.dossier.safeguard import (
    AcceptanceTest,
    AccessLevel,
    ControlUse,
    OpenItem,
    PathwayCoverage,
    SecurityLevel,
)
from ifthen.dossier.screening import Screening, check_screening
from ifthen.encoding.document import Day, Digest, Id, Line, Moment, Part, Salted, Text
from ifthen.encoding.elicitation import Elicitation


class Person(Part):
    """Who makes a statement, and in which role."""

    name: Line
    """Name of the person."""
    role: Line
    """Role in which the person speaks."""
    organisation: Line | None = None
    """Where it is not the developer."""


class Model(Salted):
    """A model: what it is called, which weights it has, what it was made from."""

    kind: Literal["model"]
    title: Line
    """What the model is called where people read it."""
    developer: Line
    """Who made the model."""
    generation: int = Field(ge=1)
    """Counts the developer's generations; a later model has a greater number."""
    names_in_logs: tuple[Line, ...] = Field(min_length=1)
    """What evaluation logs call this model."""
    weights_sha256: Digest | None = None
    """Digest of the weights that would be deployed."""
    weights: Literal["closed", "open"]
    """Whether the weights are, or are to be, released."""
    based_on: Id | None = None
    """Model that this one was made from, where it is not said how; ``lineage`` says it."""
    lineage: tuple[Origin, ...] = Field(default=(), max_length=50)
    """Models that this one was made from, and how: one relation each."""
    trained_on: Day | None = None
    """Day on which the weights were final. No statement about the model can be older."""
    snapshots: tuple[Snapshot, ...] = Field(default=(), max_length=1_000)
    """The weights at other times than now."""
    releases: tuple[Release, ...] = Field(default=(), max_length=200)
    """To whom the model is open, since when."""
    weights_manifest: WeightsManifest | None = None
    """Signed manifest of the weights' files, where there is one."""
    compute: ComputeLedger | None = None
    """Compute that went into this model beyond the one it was made from; absent: not known."""
    note: Text | None = None
    """Anything that readers should know."""

    @model_validator(mode="after")
    def _whole(self) -> "Model":
        if self.based_on is not None and self.lineage:
            raise ValueError("say in lineage how the model was made, and leave based_on out")
        if wrong := check_origins(self.lineage):
            raise ValueError(wrong)
        if repeated := _repeated(x.id for x in self.snapshots):
            raise ValueError(f"snapshot {repeated} stands twice")
        names = {x.id for x in self.snapshots}
        for release in self.releases:
            if release.snapshot is not None and release.snapshot not in names:
                raise ValueError(f"there is no snapshot {release.snapshot} of this model")
            if self.born_on is not None and release.from_ < self.born_on:
                raise ValueError(
                    f"released from {release.from_} on, but there was no such model before"
                    f" {self.born_on}"
                )
            if release.channel == "open-weights" and self.weights == "closed":
                raise ValueError("a release of open-weights needs weights: open")
        return self

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The relations to other models; ``based_on`` counts as a fine-tune."""
        if self.based_on is not None:
            return (Origin(relation="fine-tune", parent=self.based_on),)
        return tuple(origin for origin in self.lineage if origin.parent is not None)

    @property
    def parents(self) -> tuple[str, ...]:
        """Ids of the models that this one was made from, each once."""
        return tuple(dict.fromkeys(x.parent for x in self.origins if x.parent is not None))

    @property
    def born_on(self) -> date | None:
        """First day on which there was a snapshot of the model; None where it is not stated."""
        days = [x.taken_on for x in self.snapshots]
        days += [] if self.trained_on is None else [self.trained_on]
        return min(days, default=None)

    def stage_on(self, on: date) -> Stage:
        """Return how far the model has come on a day; where no day is stated it is ``trained``."""
        channels = {x.channel for x in self.releases if x.open_on(on)}
        if channels - {"internal"}:
            return "external"
        if channels:
            return "internal"
        return "planned" if self.born_on is not None and on < self.born_on else "trained"


def _repeated(ids: Iterable[str]) -> str | None:
    """Return the first id that stands a second time."""
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            return id
        seen.add(id)
    return None


class Plan(Salted):
    """An evaluation registered before it is run: what would rule in, what would rule out."""

    kind: Literal["plan"]
    framework: Id
    """Framework that asks for the evaluation."""
    framework_version: Line
    """Version of that framework when the plan was made, in quotes."""
    evaluation: Id
    """Evaluation of that framework that is planned."""
    model: Id
    """Model that is to be evaluated."""
    registered_at: Moment
    """When the plan was made; has to be earlier than the run."""
    registered_by: Person
    """Who registered the plan."""
    questions: int = Field(ge=1)
    """How many questions are to be asked."""
    epochs: int = Field(default=1, ge=1)
    """How often each question is asked."""
    rule_out_below: float | None = Field(default=None, gt=0, le=1)
    """The framework's rule-out value when the plan was made."""
    margin: float = Field(default=0.0, ge=0, lt=1)
    """The framework's margin when the plan was made."""
    survives_factor: float | None = Field(default=None, gt=1, le=1e6)
    """The framework's step of effective compute when the plan was made."""
    survives_slope: float | None = Field(default=None, gt=0, le=100)
    """The framework's slope of that step when the plan was made."""
    rule_in_at_least: float | None = Field(default=None, gt=0, le=1)
    """The framework's rule-in value when the plan was made."""
    estimand: Literal["population", "benchmark"] = "population"
    """What the framework's values spoke of when the plan was made."""
    benchmark_size: int | None = Field(default=None, ge=1)
    """The framework's number of questions of the benchmark when the plan was made."""
    answers: Literal["drawn", "fixed"] = "drawn"
    """Whether, for the framework, another attempt might fall out otherwise when the plan was
    made."""
    elicitation: Text | Elicitation
    """How the model is to be elicited: in words, or key by key. Keys are compared with the log."""
    packages: dict[str, Line] = Field(default_factory=dict)
    """Versions of the packages that are to run and score it, by name; compared with the log's."""
    screening: Screening | None = None
    """How the evaluation may end early; null when every question is asked."""

    @model_validator(mode="after")
    def _apart(self) -> "Plan":
        below, at_least = self.rule_out_below, self.rule_in_at_least
        if below is not None and self.margin >= below:
            raise ValueError(f"margin {self.margin:g} leaves nothing below {below:g}")
        if below is not None and at_least is not None and at_least < below:
            raise ValueError(
                f"rule_in_at_least {at_least:g} lies under rule_out_below {below:g}:"
                " one result could show both"
            )
        stated = None if isinstance(self.elicitation, str) else self.elicitation.attempts
        if stated is not None and stated != self.epochs:
            raise ValueError(f"elicitation.attempts is {stated}, epochs is {self.epochs}")
        if self.screening is not None:
            check_screening(
                self.screening,
                questions=self.questions,
                epochs=self.epochs,
                rule_out_at=None
                if below is None
                else float(Decimal(repr(below)) - Decimal(repr(self.margin))),
                rule_in_at_least=at_least,
            )
        return self


class Dated(Salted):
    """A statement by a person that holds from a day on, and grows old."""

    made_by: Person
    """Who makes the statement."""
    made_on: Day
    """Day from which the statement holds."""
    expires: Day
    """First day on which it no longer counts."""

    @model_validator(mode="after")
    def _ordered(self) -> "Dated":
        if self.expires <= self.made_on:
            raise ValueError(
                f"expires ({self.expires}) has to be later than made_on ({self.made_on})"
            )
        return self


class Declaration(Dated):
    """A stated fact. After its expiry it is unknown, not false."""

    kind: Literal["declaration"]
    model: Id
    """Model that the statement is about."""
    statement: Id
    """Which fact is stated, as the framework's conditions name it."""
    value: StrictBool | float | Line
    """What is stated."""
    evidence: Text
    """On what evidence it is stated."""


class Assessment(Dated):
    """Somebody's examination of a safeguard."""

    kind: Literal["assessment"]
    model: Id
    """Model that the safeguard protects."""
    safeguard: Id
    """Safeguard that was examined."""
    result: Literal["effective", "partly-effective", "not-effective"]
    """Whether the safeguard does what it is for."""
    independence: Literal["internal", "internal-independent", "external"]
    """How far the assessor is from those who built the safeguard."""
    access: Text
    """What the assessor could see."""
    access_level: AccessLevel | None = None
    """The same as one of a few words; absent: not stated."""
    basis: Text
    """What the result rests on."""
    security_level: SecurityLevel | None = None
    """Security level that the assessor found, for a safeguard of the weights."""
    tests: tuple[AcceptanceTest, ...] = Field(default=(), max_length=200)
    """Tests that the safeguard had to pass."""
    pathways: tuple[PathwayCoverage, ...] = Field(default=(), max_length=200)
    """Which ways around the safeguard were looked at, and whether they are covered."""
    controls: tuple[ControlUse, ...] = Field(default=(), max_length=5_000)
    """Controls of catalogues that make up the safeguard."""
    open_items: tuple[OpenItem, ...] = Field(default=(), max_length=1_000)
    """What is still to be done, by whom, until when."""

    @model_validator(mode="after")
    def _each_once(self) -> "Assessment":
        for noun, ids in (
            ("test", [x.id for x in self.tests]),
            ("pathway", [x.pathway for x in self.pathways]),
            ("control", [f"{x.catalogue} {x.control}" for x in self.controls]),
            ("open item", [x.id for x in self.open_items]),
        ):
            if repeated := _repeated(ids):
                raise ValueError(f"{noun} {repeated} stands twice")
        return self


class Dissent(Part):
    """What one of those who judged says against the conclusion."""

    by: Person
    """Who dissents."""
    reasons: Text
    """Why."""
    conclusion: Literal["ruled-out", "cannot-rule-out", "reached", "below"] | None = None
    """What they would have concluded instead."""


class Determination(Dated):
    """A named judge's conclusion about a threshold; arithmetic never stands in for it."""

    kind: Literal["determination"]
    model: Id
    """Model that was judged."""
    threshold: Id
    """Threshold that was judged."""
    body: Line | None = None
    """Body that judged, where it was not one person; ``made_by`` speaks for it."""
    question: Text | None = None
    """What was asked."""
    conclusion: Literal["ruled-out", "cannot-rule-out", "reached", "below"]
    """What the judge concludes. below: the model is under the threshold as far as can be told,
    which is less than ruled out; a framework says whether that is enough."""
    reasons: Text
    """Why the judge concludes so."""
    evidence: tuple[Id, ...] = ()
    """Evidence records that were considered."""
    dissents: tuple[Dissent, ...] = Field(default=(), max_length=100)
    """Who of those who judged sees it otherwise."""
