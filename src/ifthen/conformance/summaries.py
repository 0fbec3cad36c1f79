"""The model-summaries document, version 1: the four summaries of a transparency report, as data.

Illinois asks for these summaries in a machine-readable form that helps to verify claims about a
model (430 ILCS 185/10(c)(3)) and names no format. Here each claim has the digests of what it rests
on, and numbers stand as numbers with their bounds, so that who has the logs can compute them again.
"""

from typing import Literal

from pydantic import Field

from ifthen.conformance.filing import (
    SUMMARIES,
    Entry,
    list_asked,
    list_notices,
    make_field,
)
from ifthen.conformance.filing_model import Case, answer_field, count_left_out
from ifthen.conformance.instrument import Instrument
from ifthen.decision.identity import digest_decision
from ifthen.decision.model import EvaluationFinding, Measured
from ifthen.encoding.document import Day, Digest, Document, Id, Line, Loaded, Part, Text
from ifthen.errors import Error


class NamedModel(Part):
    """The model that the claims are about."""

    id: Id
    """Name of the model document."""
    title: Line
    """Title of the model."""
    weights_sha256: Digest | None = None
    """Digest of the weights."""
    sha256: Digest
    """Identity of the model document."""


class NamedFramework(Part):
    """The framework that it was assessed under."""

    id: Id
    """Name of the framework document."""
    version: Line
    """Its version."""
    sha256: Digest
    """Its identity."""


class Evidence(Part):
    """A record of one run of an evaluation."""

    id: Id
    """Name of the evidence record."""
    sha256: Digest
    """Its identity."""
    log_sha256: Digest | None = None
    """Digest of the raw log, from which the numbers are recomputed."""
    plan_sha256: Digest | None = None
    """Identity of the plan that was registered before."""
    questions: int
    """How many questions of the benchmark were asked, at the least."""
    questions_left_out: int
    """How many of its questions were not asked, since the screening stopped early. The bounds count
    each of them as 0 to 1."""
    questions_in_benchmark: int
    """How many questions the bounds are about: those asked and those left out."""
    stopped_early: bool
    """Whether the run ended before every question was asked."""
    confidence: float
    """One-sided confidence of each bound."""
    method: Line
    """How the bounds were computed."""


class EvaluationClaim(Part):
    """What is claimed of an evaluation."""

    evaluation: Id
    """Evaluation of the framework."""
    title: Line
    """Its title."""
    outcome: Literal["ruled-out", "reached", "undecided", "measured", "undetermined"]
    """What the measurement shows."""
    asked: Line | None = None
    """What the framework asks for."""
    lower: float | None = None
    """Least lower bound; absent: there is no usable measurement."""
    upper: float | None = None
    """Greatest upper bound."""
    evidence: tuple[Evidence, ...] = ()
    """The records that were used."""


class ThresholdClaim(Part):
    """What is claimed of a capability threshold."""

    threshold: Id
    """Threshold of the framework."""
    domain: Id
    """Its domain."""
    title: Line
    """Its title."""
    status: Literal["ruled-out", "reached", "cannot-rule-out"]
    """What was found."""
    treated_as: Literal["below", "reached", "undetermined"]
    """How it counts for the commitments."""
    evaluations: tuple[Id, ...] = ()
    """Evaluations that its conditions speak about."""


class Summary(Part):
    """One of the four summaries."""

    citation: Line
    """Where it is asked for."""
    statements: tuple[Entry, ...] = ()
    """What the documents say, each with its basis."""
    write: Text | None = None
    """What a person has still to write."""


class Summaries(Part):
    """The four summaries."""

    risk_assessments: Summary
    """Assessments of catastrophic risk under the framework."""
    assessment_results: Summary
    """Their results."""
    third_party_involvement: Summary
    """How far third-party evaluators took part."""
    other_steps: Summary
    """Other steps under the framework."""


class ModelSummaries(Document):
    """The four summaries of a transparency report, with the claims as data."""

    kind: Literal["model-summaries"]
    instrument: Line
    """The law that asks for them."""
    instrument_sha256: Digest
    """Identity of its file."""
    on: Day
    """The day for which they are drafted."""
    model: NamedModel
    """The model."""
    framework: NamedFramework
    """The framework."""
    decision_sha256: Digest
    """Identity of the decision that the claims are taken from, made again by 'ifthen decide'."""
    hypothetical: bool
    """Drafted for another day than the one it was drafted on."""
    notices: tuple[Text, ...]
    """What has to be known to read them."""
    summaries: Summaries
    """The four summaries."""
    thresholds: tuple[ThresholdClaim, ...] = Field(default=())
    """The claims about thresholds."""
    evaluations: tuple[EvaluationClaim, ...] = Field(default=())
    """The claims about evaluations."""

    def unwritten(self) -> tuple[str, ...]:
        """Return the summaries that a person has still to write."""
        parts = type(self.summaries).model_fields
        return tuple(x for x in parts if getattr(self.summaries, x).write is not None)


def draft_summaries(law: Loaded[Instrument], case: Case) -> ModelSummaries:
    """Return the four summaries about a model as data.

    Raises:
        Error: ``filing.not-asked`` where the law does not ask for the four.
    """
    asked = {x.field: x for x in list_asked(law, "transparency-report")}
    if missing := [x for x in SUMMARIES if x not in asked]:
        raise Error(
            "filing.not-asked",
            f"{law.document.id} does not ask for {', '.join(missing)}",
            where=law.document.id,
            hint="give a law that asks for the four summaries, such as il-430-ilcs-185",
        )
    chosen = [asked[x] for x in SUMMARIES]
    fields = {x.field: make_field(x, answer_field(x.field, case)) for x in chosen}
    decision, framework = case.decision, case.facts.framework
    return ModelSummaries(
        kind="model-summaries",
        id=f"summaries-{decision.model.id}-{case.on}"[:80],
        instrument=law.document.id,
        instrument_sha256=law.digest,
        on=case.on,
        model=NamedModel(
            id=decision.model.id,
            title=decision.model.title,
            weights_sha256=decision.model.weights_sha256,
            sha256=decision.model.digest,
        ),
        framework=NamedFramework(
            id=framework.document.id, version=framework.document.version, sha256=framework.digest
        ),
        decision_sha256=digest_decision(decision),
        hypothetical=decision.hypothetical,
        notices=tuple(list_notices(law.document, chosen, case.on)),
        summaries=Summaries(
            **{
                name.replace("-", "_"): Summary(
                    citation=x.citation, statements=x.entries, write=x.write
                )
                for name, x in fields.items()
            }
        ),
        thresholds=tuple(
            ThresholdClaim(
                threshold=x.threshold,
                domain=x.domain,
                title=x.title,
                status=x.status,
                treated_as=x.treated_as,
                evaluations=x.evaluations,
            )
            for x in decision.thresholds
        ),
        evaluations=tuple(_claim(x, case) for x in decision.evaluations),
    )


def _claim(finding: EvaluationFinding, case: Case) -> EvaluationClaim:
    return EvaluationClaim(
        evaluation=finding.evaluation,
        title=finding.title,
        outcome=finding.outcome,
        asked=finding.asked,
        lower=finding.lower,
        upper=finding.upper,
        evidence=tuple(_rest(x, case) for x in finding.measured),
    )


def _rest(used: Measured, case: Case) -> Evidence:
    left_out = count_left_out(used, case)
    return Evidence(
        id=used.evidence.id,
        sha256=used.evidence.digest,
        log_sha256=used.log_sha256,
        plan_sha256=used.plan.digest if used.plan else None,
        questions=used.interval.questions - left_out,
        questions_left_out=left_out,
        questions_in_benchmark=used.interval.questions,
        stopped_early=left_out > 0,
        confidence=used.interval.confidence,
        method=used.interval.method,
    )
