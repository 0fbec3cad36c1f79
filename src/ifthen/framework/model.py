"""The framework document, version 1.

Shape, as published frontier safety frameworks share it: domain, tiered capability thresholds,
evaluations asked for, safeguards, if-then commitments, gates on actions, the people who decide.
Rules that need only one field's neighbours stand here; rules across the document are in ``lint``.
"""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.encoding.document import Day, Digest, Id, Line, Part, Salted, Text
from ifthen.framework.acceptance import ControlMenu, Pathway, SecurityLevel
from ifthen.framework.anchor import Coverage
from ifthen.framework.cadence import Cadence
from ifthen.framework.clause import (
    ChangeLog,
    Clause,
    Consequence,
    CrossReference,
    Definition,
    Duty,
    Exemption,
    Force,
    Inheritance,
    Reading,
)
from ifthen.framework.dated import Dated
from ifthen.framework.deciders import DeciderReading, Deciders
from ifthen.framework.predicate import Predicate


class InForce(Part):
    """From when and until when a version applies."""

    from_: Day = Field(alias="from")
    """First day in force."""
    until: Day | None = None
    """First day no longer in force; open when absent."""

    @model_validator(mode="after")
    def _ordered(self) -> "InForce":
        if self.until is not None and self.until <= self.from_:
            raise ValueError(f"until ({self.until}) has to be later than from ({self.from_})")
        return self

    def covers(self, on: date) -> bool:
        """Return whether the version applies on a day."""
        return self.from_ <= on and (self.until is None or on < self.until)


SafeguardKind = Literal["security", "deployment", "oversight"]
"""Protection of the weights; of the use of a model; against a model that acts against people."""


class ComputeStep(Part):
    """A step of effective compute that a rule-out has to survive, as a further safety margin."""

    factor: float = Field(gt=1, le=1e6)
    """By how much effective compute grows: 4 for four times as much."""
    slope: float = Field(gt=0, le=100)
    """Rise of logit(score) for each unit of ln(effective compute)."""
    source: Text
    """Where the slope comes from: the models and the fit."""


class RuleOut(Part):
    """Below which value a measurement shows that a capability is not there."""

    below: Dated = Field(gt=0, le=1)
    """The threshold value of the metric."""
    margin: Dated = Field(default=0.0, ge=0, lt=1)
    """Safety margin, taken off the value."""
    survives: ComputeStep | None = None
    """Step of effective compute after which the bound would still lie below the value."""

    @model_validator(mode="after")
    def _positive(self) -> "RuleOut":
        if self.margin >= self.below:
            raise ValueError(f"margin {self.margin:g} leaves nothing below {self.below:g}")
        return self


class RuleIn(Part):
    """From which value on a measurement shows that a capability is there."""

    at_least: Dated = Field(gt=0, le=1)
    """The threshold value of the metric."""


class Counting(Part):
    """How samples count that ended otherwise than by an answer.

    ``either``: 0 at worst, 1 at best; ``incorrect``: 0; ``as-scored``: what the scorer gave.
    """

    error: Literal["either", "incorrect", "as-scored"] = "either"
    """Samples that ended in an error."""
    limit: Literal["either", "incorrect", "as-scored"] = "either"
    """Samples that a message, token, time or other limit stopped."""
    unscored: Literal["either", "incorrect"] = "either"
    """Samples without a usable score."""


class Aggregation(Part):
    """How several results of one evaluation become the one that counts."""

    attempts: Literal["mean", "max", "min", "median", "pass-at-k"] | None = None
    """Over attempts at one question."""
    snapshots: Literal["mean", "max", "min", "last"] | None = None
    """Over snapshots of one model."""
    variants: Literal["mean", "max", "min"] | None = None
    """Over variants, such as helpful-only, and over scaffolds."""


class Evaluation(Clause):
    """An evaluation that the framework asks for, and what its results may show."""

    id: Id
    """Name by which conditions and plans refer to the evaluation."""
    title: Line
    """What the evaluation is called where people read it."""
    task: Line
    """Name of the task as the evaluation log gives it."""
    task_args: dict[str, StrictBool | float | Line] = Field(default_factory=dict)
    """Arguments that tell runs of one task apart, as the log gives them."""
    scorer: Line
    """Scorer whose metric counts."""
    metric: Literal["accuracy", "mean"] = "accuracy"
    """Metric over the questions; scores lie between 0 and 1."""
    reducer: Line = "mean"
    """How the epochs of one question become one score."""
    purpose: Literal["decide", "rule-out", "rule-in", "alert", "informational"] = "decide"
    """What the framework uses it for. An alert or an information decides nothing by itself."""
    aggregation: Aggregation = Aggregation()
    """How several results become one, where the framework says it."""
    baseline: Text | None = None
    """What the result is compared with: people or models without this one."""
    elicitation: tuple[Line, ...] = ()
    """What the elicitation has to have been, as keys of an elicitation record or in words."""
    proxy_for: Text | None = None
    """For a harmless stand-in: what it stands in for."""
    rule_out: RuleOut | None = None
    """What would show that the capability is not there."""
    rule_in: RuleIn | None = None
    """What would show that the capability is there."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """One-sided confidence of each bound."""
    estimand: Literal["population", "benchmark"] = "population"
    """What the values speak of: all the questions that these were drawn from, so that the choice
    of questions is part of the doubt; or the questions of one benchmark, of which each attempt is
    in doubt, and which could have any score where they were not asked."""
    benchmark_size: int | None = Field(default=None, ge=1)
    """How many questions the benchmark has, where the values speak of a benchmark."""
    answers: Literal["drawn", "fixed"] = "drawn"
    """Of a benchmark: whether another attempt at a question may fall out otherwise, so that the
    values speak of the chance of success; or every attempt would repeat the answer, so that they
    speak of the score that a full run gives."""
    cluster_by: Line | None = None
    """Metadata key of the samples that groups related questions."""
    counting: Counting = Counting()
    """How samples with an error, stopped by a limit, or without score count."""
    dataset_sha256: Digest | None = None
    """Digest of the questions (ids, inputs, targets); a log with others does not answer."""
    min_questions: int = Field(ge=1)
    """Fewer questions than this decide nothing."""
    min_clusters: int | None = Field(default=None, ge=2)
    """Fewer clusters than this decide nothing; only with ``cluster_by``."""
    screened_from: int | None = Field(default=None, ge=1)
    """A registered screening counts that ended after so many questions or more; null where every
    question has to be asked."""
    valid_for_days: int = Field(ge=1, le=36_500)
    """A result older than this is stale."""
    plan: Literal["required", "not-required"] = "required"
    """Whether the evaluation has to be registered before it is run."""
    snapshot: Literal["same-weights", "same-name"] = "same-weights"
    """How a log is bound to the model: by the digest of the weights, or by the name alone."""

    @model_validator(mode="after")
    def _apart(self) -> "Evaluation":
        if self.rule_out and self.rule_in and self.rule_in.at_least < self.rule_out.below:
            raise ValueError(
                f"rule_in.at_least {self.rule_in.at_least:g} lies under rule_out.below"
                f" {self.rule_out.below:g}: one result could show both"
            )
        if self.min_clusters is not None and self.cluster_by is None:
            raise ValueError("min_clusters asks for clusters; say in cluster_by what they are")
        return self

    @model_validator(mode="after")
    def _of_a_benchmark(self) -> "Evaluation":
        if (self.estimand == "benchmark") != (self.benchmark_size is not None):
            raise ValueError("estimand benchmark and benchmark_size need one another")
        if self.benchmark_size is not None and self.min_questions > self.benchmark_size:
            raise ValueError(
                f"min_questions {self.min_questions} is more than the {self.benchmark_size}"
                " questions of the benchmark"
            )
        if self.benchmark_size is not None and self.cluster_by is not None:
            raise ValueError(
                "cluster_by has no meaning for a benchmark: its questions are not drawn"
            )
        if self.answers == "fixed" and self.benchmark_size is None:
            raise ValueError("answers: fixed has a meaning for a benchmark only")
        if self.screened_from is not None and self.plan != "required":
            raise ValueError("screened_from needs plan: required, for the order of questions")
        if self.screened_from is not None and self.cluster_by is not None:
            raise ValueError(
                "screened_from and cluster_by exclude one another: a screening counts each question"
                " as a draw of its own"
            )
        return self


class Threshold(Clause):
    """A capability threshold of a domain."""

    id: Id
    """Name by which commitments and conditions refer to the threshold."""
    tier: int = Field(ge=1)
    """Place in the domain's ladder: 1, 2, 3, without gaps. Where the tiers of the domain are not
    ordered, a number without meaning."""
    title: Line
    """What the threshold is called where people read it."""
    label: Line | None = None
    """The document's own word for the tier: High, Critical, CCL."""
    level: Literal["alert", "tracked", "critical", "other"] = "other"
    """What the tier is for: to look closer, to act, to stop."""
    status: Literal["in-force", "exploratory", "to-be-specified"] = "in-force"
    """Whether the document applies the threshold already."""
    text: Text
    """What the model would be able to do."""
    baseline: Text | None = None
    """Compared with what: the tools or models that people have without this one."""
    ruled_out_when: Predicate
    """Condition under which the capability is shown not to be there."""
    reached_when: Predicate | None = None
    """Condition under which it is shown to be there."""


class Domain(Clause):
    """A domain of catastrophic risk with its thresholds: a ladder, or cells without order."""

    id: Id
    """Name of the domain."""
    title: Line
    """What the domain is called where people read it."""
    threat_model: Text
    """How harm would come about."""
    ordered: Literal["yes", "no"] = "yes"
    """Whether a higher tier says something of the lower ones. ``no`` for the cells of a matrix,
    such as severity by likelihood: each stands for itself."""
    thresholds: tuple[Threshold, ...] = Field(min_length=1)
    """The capability thresholds; those of a ladder, lowest tier first."""


class Safeguard(Clause):
    """A mitigation, and the condition under which it counts as in place."""

    id: Id
    """Name by which commitments and assessments refer to the safeguard."""
    kind: SafeguardKind
    """Whether it protects the weights and their storage, the use of the model, or people from the
    model itself."""
    title: Line
    """What the safeguard is called where people read it."""
    text: Text
    """What is done, in words."""
    specified: Literal["yes", "to-be-specified", "elsewhere"] = "yes"
    """Whether the document says what the safeguard consists of."""
    specified_in: Line | None = None
    """The other document, for ``elsewhere``."""
    judged_by: Id | None = None
    """Role that judges whether it is enough, where that is a judgement."""
    pathways: tuple[Pathway, ...] = ()
    """Ways around it, each of which an assessment has to find covered."""
    security_level: SecurityLevel | None = None
    """Security level that an assessment has to find, at least."""
    menu: ControlMenu | None = None
    """Controls that an assessment has to find in place."""
    in_place_when: Predicate | None = None
    """Acceptance condition; absent where the framework does not specify the safeguard yet."""


class Commitment(Clause):
    """If a threshold is treated as reached, then these safeguards have to be in place."""

    id: Id
    """Name of the commitment."""
    if_: Id = Field(alias="if")
    """The threshold."""
    then: tuple[Id, ...]
    """The safeguards; empty where the framework leaves the consequence open."""
    force: Force = "will"
    """Modal force of the clause. Only ``will`` can hold a gate."""
    text: Text | None = None
    """The clause in own words."""
    when: Predicate | None = None
    """A further condition. Where it cannot be told, the commitment is due."""
    readings: tuple[Reading, ...] = ()
    """Ways in which people read the clause, instead of ``when``; due if it is due in any."""
    depends_on_others: Text | None = None
    """How the clause depends on the conduct of other developers."""

    @model_validator(mode="after")
    def _one_condition(self) -> "Commitment":
        if self.when is not None and self.readings:
            raise ValueError("state the condition in when, or in readings, not in both")
        if len(self.readings) == 1:
            raise ValueError("one reading is no dispute: state its condition in when")
        return self


class Gate(Clause):
    """An action that waits for the safeguards."""

    id: Id
    """Name of the gate."""
    action: Line
    """What the gate opens: internal use, external deployment, storage of weights."""
    opens: Literal[
        "development", "storage", "internal-use", "external-deployment", "weight-release", "other"
    ] = "other"
    """Which stage of a model's life the action is."""
    needs: tuple[SafeguardKind, ...]
    """Which kinds of safeguards the action waits for."""
    also: Predicate | None = None
    """A further condition for this action."""
    decided_by: tuple[Id, ...] = Field(min_length=1)
    """Roles that sign off, where ``deciders`` and ``decider_readings`` name no others."""
    deciders: tuple[Deciders, ...] = ()
    """Who signs off instead where a threshold counts as reached; the first that applies."""
    decider_readings: tuple[DeciderReading, ...] = ()
    """Ways in which people read who signs off, instead of ``decided_by``; each has to be met."""
    quorum: int | None = Field(default=None, ge=1)
    """How many of these roles have to approve; absent: every one."""
    approvals: int = Field(default=1, ge=1, le=100)
    """How many people have to approve in each of these roles."""
    approval_valid_days: int | None = Field(default=None, ge=1, le=36_500)
    """After how many days an approval expires; absent: with the decision that it is about."""
    overruled_by: tuple[Id, ...] = ()
    """Roles that can reverse the decision."""
    informed: tuple[Id, ...] = ()
    """Roles that are told."""

    @model_validator(mode="after")
    def _one_rule(self) -> "Gate":
        if self.deciders and self.decider_readings:
            raise ValueError("state who decides in deciders, or in decider_readings, not in both")
        if len(self.decider_readings) == 1:
            raise ValueError("one reading is no dispute: state it in decided_by")
        if self.decider_readings and self.quorum is not None:
            raise ValueError("quorum has no meaning beside decider_readings: each states its own")
        return self


class Role(Part):
    """A role that decides."""

    id: Id
    """Name by which gates refer to the role."""
    title: Line
    """What the role is called where people read it."""


class ErrorBudget(Part):
    """How often thresholds may ever be ruled out wrongly, over all assessments to come."""

    total: float = Field(gt=0, lt=0.5)
    """Greatest chance that any threshold is ever ruled out wrongly for any model."""
    spending: Literal["inverse-squares"] = "inverse-squares"
    """How it is spent: the j-th assessment may spend total * 6 / (pi^2 j^2)."""


LegalRole = Literal[
    "voluntary", "ca-sb53", "ny-raise", "il-430-ilcs-185", "eu-code-of-practice", "seoul"
]
"""What a developer publishes a document for."""


class Framework(Salted):
    """A frontier safety framework: what is promised, by version and date in force."""

    kind: Literal["framework"]
    title: Line
    """Title of the published framework."""
    developer: Line
    """Who made the promise."""
    version: Line
    """Version as the developer gives it, in quotes: "2.1"."""
    in_force: InForce
    """The days on which this version applies."""
    supersedes: Line | None = None
    """Version that this one replaces."""
    notice: Text | None = None
    """Printed with every decision, for example that the evaluations are proxies."""
    treat_undetermined_as: Literal["reached", "undetermined"] = "reached"
    """How a threshold counts that is neither ruled out nor shown to be reached."""
    inheritance: Inheritance | None = None
    """When a modified model needs no evaluation of its own; absent: it always needs one."""
    error_budget: ErrorBudget | None = None
    """Where given, bounds that rule out are at the stricter of this and their confidence."""
    roles: tuple[Role, ...] = Field(min_length=1)
    """The people who decide, by role."""
    cadence: Cadence
    """When the promise is looked at again."""
    domains: tuple[Domain, ...] = ()
    """Domains of catastrophic risk, each with its thresholds."""
    evaluations: tuple[Evaluation, ...] = ()
    """Evaluations that the framework asks for."""
    safeguards: tuple[Safeguard, ...] = ()
    """Mitigations that the commitments ask for."""
    commitments: tuple[Commitment, ...] = ()
    """If a threshold counts as reached, then these safeguards have to be in place."""
    gates: tuple[Gate, ...] = ()
    """Actions that wait for the safeguards."""
    consequences: tuple[Consequence, ...] = ()
    """What happens where safeguards are not in place: pause, restrict, withdraw."""
    exemptions: tuple[Exemption, ...] = ()
    """Clauses that let something else be done."""
    duties: tuple[Duty, ...] = ()
    """What is published, redacted, updated, reviewed, reported, and to whom."""
    definitions: tuple[Definition, ...] = ()
    """What the document means by its terms."""
    references: tuple[CrossReference, ...] = ()
    """What is taken from other documents of the developer."""
    legal_roles: tuple[LegalRole, ...] = ("voluntary",)
    """What the developer publishes the document for."""
    changelog: ChangeLog | None = None
    """What the developer said it changed."""
    coverage: Coverage | None = None
    """For a file written from a published document: what was read, what was left out."""

    def thresholds(self) -> tuple[tuple[Domain, Threshold], ...]:
        """Return every threshold with its domain, in document order."""
        return tuple(
            (domain, threshold) for domain in self.domains for threshold in domain.thresholds
        )

    def conditions(self) -> Iterator[tuple[tuple[str | int, ...], Predicate]]:
        """Yield every condition with its path inside the document, in document order."""
        return ((path, predicate) for path, predicate in self._places() if predicate is not None)

    @cached_property
    def comparisons(self) -> dict[str, list[tuple[tuple[str | int, ...], Predicate]]]:
        """Comparisons (``ge``, ``le``) by evaluation, each with its path, in document order."""
        found: dict[str, list[tuple[tuple[str | int, ...], Predicate]]] = {}
        for path, condition in self.conditions():
            for place, leaf in condition.leaves(path):
                comparison = leaf.ge or leaf.le
                if comparison is not None and comparison.evaluation is not None:
                    found.setdefault(comparison.evaluation, []).append((place, leaf))
        return found

    def _places(self) -> Iterator[tuple[tuple[str | int, ...], Predicate | None]]:
        for d, domain in enumerate(self.domains):
            for t, threshold in enumerate(domain.thresholds):
                path = ("domains", d, "thresholds", t)
                yield (*path, "ruled_out_when"), threshold.ruled_out_when
                yield (*path, "reached_when"), threshold.reached_when
        for s, safeguard in enumerate(self.safeguards):
            yield ("safeguards", s, "in_place_when"), safeguard.in_place_when
        for c, commitment in enumerate(self.commitments):
            yield ("commitments", c, "when"), commitment.when
            for r, reading in enumerate(commitment.readings):
                yield ("commitments", c, "readings", r, "when"), reading.when
        for g, gate in enumerate(self.gates):
            yield ("gates", g, "also"), gate.also
        for c, consequence in enumerate(self.consequences):
            yield ("consequences", c, "when"), consequence.when

    @cached_property
    def demanding(self) -> dict[str, Safeguard]:
        """Safeguards, by id, of which an assessment has to show more than its result."""
        return {
            x.id: x
            for x in self.safeguards
            if x.pathways or x.security_level is not None or x.menu is not None
        }

    def evaluation(self, id: str) -> Evaluation:
        """Return the evaluation of this id; the id has to exist (lint makes sure)."""
        return next(evaluation for evaluation in self.evaluations if evaluation.id == id)
