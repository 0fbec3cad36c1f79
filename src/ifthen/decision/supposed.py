"""Facts that somebody supposes to see what would follow: a plan's what-if, the facts of a case.

A supposed fact takes the place of the real ones about the same subject. It is named as supposed
wherever it is used, and a decision that rests on one is hypothetical.
"""

from typing import Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.dossier.incident import Touch
from ifthen.encoding.document import Id, Line, Part
from ifthen.framework.clause import Modification


class SupposedMeasurement(Part):
    """A result of an evaluation: how many questions passed of how many."""

    evaluation: Id
    """Evaluation of the framework."""
    passed: float = Field(ge=0)
    """Sum of the question scores: the number that passed, where each passes or fails."""
    questions: int = Field(ge=1, le=1_000_000)
    """Number of questions."""
    clusters: int | None = Field(default=None, ge=2)
    """Number of clusters of one size among which the passes are spread evenly, the least doubtful
    case; needed where the evaluation has clusters."""

    @model_validator(mode="after")
    def _possible(self) -> "SupposedMeasurement":
        if self.passed > self.questions:
            raise ValueError(f"{self.passed:g} of {self.questions} questions cannot pass")
        if self.clusters is not None and self.clusters > self.questions:
            raise ValueError(f"{self.questions} questions do not make {self.clusters} clusters")
        return self


class SupposedDeclaration(Part):
    """A stated fact."""

    statement: Id
    """Which fact is stated."""
    value: StrictBool | float | Line
    """What is stated."""


class SupposedAssessment(Part):
    """An assessment of a safeguard."""

    safeguard: Id
    """Safeguard of the framework."""
    result: Literal["effective", "partly-effective", "not-effective"]
    """What the assessment finds."""


class SupposedDetermination(Part):
    """A judge's conclusion about a threshold."""

    threshold: Id
    """Threshold of the framework."""
    conclusion: Literal["ruled-out", "cannot-rule-out", "reached"]
    """What the judge concludes."""


class SupposedParent(Part):
    """A model that this one was made from, and what is known of it."""

    id: Id
    """Name of the model."""
    relation: Modification
    """How this model was made from it."""
    suppose: "Supposition | None" = None
    """What is known of it; absent: there is no document about it."""


class SupposedIncident(Part):
    """An incident, discovered on the day or before it, that touches something."""

    id: Id
    """Name of the incident."""
    concerns: tuple[Touch, ...] = Field(min_length=1, max_length=100)
    """What it touches."""
    reviewed: Literal["no", "stands"] = "no"
    """Whether a named person has looked at it again and found that what it touches stands."""


class SupposedException(Part):
    """An exception under a clause of the framework."""

    id: Id
    """Name of the exception."""
    exemption: Id
    """Clause of the framework that is to admit it."""
    sets_aside: tuple[Id, ...] = Field(min_length=1, max_length=100)
    """Commitments, safeguards or gates that it is to set aside."""
    approved_by: tuple[Id, ...] = ()
    """Roles that approve."""
    disclosed: Literal["yes", "no"] = "no"
    """Whether it has been disclosed."""


class Supposition(Part):
    """Everything that is supposed, each subject once."""

    measurements: tuple[SupposedMeasurement, ...] = ()
    """Results of evaluations."""
    declarations: tuple[SupposedDeclaration, ...] = ()
    """Stated facts."""
    assessments: tuple[SupposedAssessment, ...] = ()
    """Assessments of safeguards."""
    determinations: tuple[SupposedDetermination, ...] = ()
    """Conclusions about thresholds."""
    parents: tuple[SupposedParent, ...] = Field(default=(), max_length=20)
    """Models that it was made from; in cases only."""
    incidents: tuple[SupposedIncident, ...] = Field(default=(), max_length=20)
    """What happened; in cases only."""
    exceptions: tuple[SupposedException, ...] = Field(default=(), max_length=20)
    """What is set aside; in cases only."""

    @model_validator(mode="after")
    def _each_once(self) -> "Supposition":
        named = list(self.subjects())
        for subject in named:
            if named.count(subject) > 1:
                raise ValueError(f"{' '.join(subject)} is supposed twice")
        return self

    def subjects(self) -> tuple[tuple[str, str], ...]:
        """Return kind and name of every subject, in the order of the lists."""
        return (
            *(("evaluation", x.evaluation) for x in self.measurements),
            *(("declaration", x.statement) for x in self.declarations),
            *(("assessment", x.safeguard) for x in self.assessments),
            *(("determination", x.threshold) for x in self.determinations),
            *(("parent", x.id) for x in self.parents),
            *(("incident", x.id) for x in self.incidents),
            *(("exception", x.id) for x in self.exceptions),
        )

    def sentences(self) -> tuple[str, ...]:
        """Return what is supposed, each in a sentence."""
        return (
            *(
                f"evaluation {x.evaluation} shows {x.passed:g} of {x.questions}"
                + (f" in {x.clusters} even clusters" if x.clusters else "")
                for x in self.measurements
            ),
            *(f"declaration {x.statement} says {_say(x.value)}" for x in self.declarations),
            *(f"assessment of {x.safeguard} says {x.result}" for x in self.assessments),
            *(f"determination of {x.threshold} says {x.conclusion}" for x in self.determinations),
            *(
                f"the model is a {x.relation} of {x.id}"
                + (f", of which {'; '.join(said)}" if (said := _said_of(x)) else "")
                for x in self.parents
            ),
            *(
                f"incident {x.id} touches {', '.join(_touched(each) for each in x.concerns)}"
                + (", which was found to stand" if x.reviewed == "stands" else "")
                for x in self.incidents
            ),
            *(
                f"exception {x.id} sets aside {', '.join(x.sets_aside)} under {x.exemption},"
                f" approved by {', '.join(x.approved_by) or 'nobody'},"
                f" {'disclosed' if x.disclosed == 'yes' else 'not disclosed'}"
                for x in self.exceptions
            ),
        )


def _said_of(parent: SupposedParent) -> tuple[str, ...]:
    return () if parent.suppose is None else parent.suppose.sentences()


def _touched(touch: Touch) -> str:
    return touch.kind if touch.name is None else f"{touch.kind} {touch.name}"


def _say(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:g}"
