"""The document that says on what grounds a model is held to be as safe as a reference model.

It follows appendix 2 of the safety chapter of the EU Code of Practice for general-purpose AI: what
makes a safe reference model (2.1), and what makes another one similarly safe or safer (2.2).
"""

from typing import Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.dossier.model import Dated
from ifthen.encoding.document import Day, Id, Line, Part, Text


class Stated(Part):
    """A statement with its reasons."""

    value: StrictBool
    """What is stated."""
    reasons: Text
    """On what grounds."""


class Reference(Part):
    """Why the reference model is a safe reference model."""

    model: Id
    """The reference model."""
    basis: Literal["before-the-code", "full-process"]
    """Placed on the market before the chapter was published, or assessed in full and accepted."""
    since: Day
    """Day from which the reference model has that status."""
    lost_on: Day | None = None
    """Day on which it lost it; absent: not lost."""
    visibility: Stated | None = None
    """Whether enough is known of it: it is an own model, or all information was had."""
    no_doubt: Stated | None = None
    """Whether there are no other grounds to doubt its safety."""


class ScoreCount(Part):
    """A stated result: how many of how many questions."""

    correct: float = Field(ge=0)
    """Sum of the scores."""
    questions: int = Field(ge=1)
    """Number of questions."""

    @model_validator(mode="after")
    def _within(self) -> "ScoreCount":
        if self.correct > self.questions:
            raise ValueError(f"{self.correct:g} of {self.questions} questions is no result")
        return self


class LightBenchmark(Part):
    """A light-weight benchmark on which both models were run."""

    id: Id
    """Name of the benchmark."""
    title: Line
    """What it is called where people read it."""
    relevance: Text
    """For which risk it is relevant."""
    model_evidence: Id | None = None
    """Evidence record of the new model."""
    reference_evidence: Id | None = None
    """Evidence record of the reference model."""
    scorer: Line | None = None
    """Scorer whose metric counts, for evidence records."""
    metric: Literal["accuracy", "mean"] = "accuracy"
    """Metric over the questions, for evidence records."""
    model_count: ScoreCount | None = None
    """Stated result of the new model, where there is no evidence record."""
    reference_count: ScoreCount | None = None
    """Stated result of the reference model, where there is no evidence record."""

    @model_validator(mode="after")
    def _one_way(self) -> "LightBenchmark":
        records = (self.model_evidence, self.reference_evidence, self.scorer)
        counts = (self.model_count, self.reference_count)
        by_record, by_count = records.count(None) == 0, counts.count(None) == 0
        if by_record == by_count or any(x is not None for x in (counts if by_record else records)):
            raise ValueError(
                "a benchmark has model_evidence, reference_evidence and scorer, or else"
                " model_count and reference_count"
            )
        return self


class Ratio(Part):
    """How many times the effective compute of the reference the new model has."""

    low: float = Field(gt=0)
    """At least so many times."""
    high: float = Field(gt=0)
    """At most so many times."""
    source: Text
    """How it was found."""

    @model_validator(mode="after")
    def _ordered(self) -> "Ratio":
        if self.high < self.low:
            raise ValueError(f"high {self.high:g} is less than low {self.low:g}")
        return self


class CapabilityStep(Part):
    """From where on a model counts as notably more capable, and where this one stands."""

    factor: float = Field(default=4.0, gt=1)
    """So many times the effective compute."""
    months: int = Field(default=6, ge=1, le=120)
    """So many months of fine-tuning and other elicitation."""
    effective_compute: Ratio | None = None
    """The new model's effective compute against the reference."""
    since: Day | None = None
    """Day from which fine-tuning and elicitation have accumulated."""


class SafetyComparison(Dated):
    """Grounds on which a model is held to be similarly safe as a reference model, or safer."""

    kind: Literal["comparison"]
    model: Id
    """The new model."""
    reference: Reference
    """The reference model and its status."""
    same_scenarios: Stated | None = None
    """Whether no risk scenario is materially different from the reference's."""
    no_raising_difference: Stated | None = None
    """Whether no known difference raises the risk."""
    margin: float = Field(ge=0, lt=0.5)
    """By how much a score may lie above the reference's and still count as no higher."""
    margin_reason: Text
    """Why so much is negligible, and what uncertainty it leaves room for."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """One-sided confidence of each bound."""
    benchmarks: tuple[LightBenchmark, ...] = Field(min_length=1, max_length=200)
    """The relevant light-weight benchmarks."""
    capability_step: CapabilityStep | None = None
    """When the model would count as notably more capable; absent: not asked."""

    @model_validator(mode="after")
    def _apart(self) -> "SafetyComparison":
        if self.model == self.reference.model:
            raise ValueError("a model is not its own reference")
        names = [one.id for one in self.benchmarks]
        if len(set(names)) < len(names):
            raise ValueError("two benchmarks have one id")
        if self.reference.lost_on is not None and self.reference.lost_on < self.reference.since:
            raise ValueError("lost_on lies before since")
        return self
