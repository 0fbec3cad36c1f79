"""The decision document: what follows from the framework and the facts, at a date, and why.

A decision is a pure value. The same documents, the same date and the same confirmation of the logs
give the same bytes; who made it and when stands in the signature, not here.
"""

from enum import StrEnum
from typing import Literal

from ifthen.decision.truth import Truth
from ifthen.encoding.document import Day, Digest, Document, Id, Line, Text
from ifthen.encoding.value import Value


class Outcome(StrEnum):
    """What a gate says."""

    GO = "go"
    HOLD = "hold"
    UNDETERMINED = "undetermined"


class FactReference(Value, frozen=True, kw_only=True):
    """A document that was used, by name and by identity."""

    kind: Line
    """Kind of the document."""
    id: Id
    """Name of the document."""
    digest: Digest
    """Identity of the document."""


class Reason(Value, frozen=True, kw_only=True):
    """Why an answer is not yes, as a stable code and a sentence."""

    code: Line
    """Stable dotted code of the reason."""
    text: Text
    """The reason in words."""


class Interval(Value, frozen=True, kw_only=True):
    """A proportion with its one-sided bounds, each at the stated confidence."""

    lower: float
    """Lower bound."""
    upper: float
    """Upper bound."""
    point_low: float
    """Share of successes, counting samples without a usable score as failures."""
    point_high: float
    """Share of successes, counting samples without a usable score as successes; of questions that a
    screening left out, as many as it has not ruled out."""
    method: Line
    """clopper-pearson, or korn-graubard for clusters; for a benchmark clopper-pearson-attempts, or
    hoeffding-rounding where the scores do not add up to a whole number, or hypergeometric where
    answers are fixed. A screening may narrow one side."""
    questions: int
    """Number of questions."""
    clusters: int | None = None
    """Number of clusters of related questions."""
    estimand: Literal["population", "benchmark"] = "population"
    """What the proportion is one of: of all such questions, or of one benchmark's."""
    attempts: int = 1
    """How many attempts at each question the bounds count as independent."""

    effective_clusters: float | None = None
    """Number of clusters of one size that would spread as much (Kish); at most ``clusters``."""
    confidence: float
    """One-sided confidence of each bound, unless a stricter one is given below."""
    lower_confidence: float | None = None
    """Confidence of the lower bound, where an error budget makes it stricter."""
    upper_confidence: float | None = None
    """Confidence of the upper bound, where an error budget makes it stricter."""


class ScreeningFinding(Value, frozen=True, kw_only=True):
    """What a registered test that may end early shows, replayed from the log."""

    counts: bool
    """Whether it bears on the evaluation; where it does not, the bounds stand as without it."""
    verdict: Literal["ruled-out", "reached", "undecided"]
    """What was shown at the end of the test."""
    threshold: float
    """Rate of passes that the test rules out, or reaches."""
    error: float
    """Greatest chance that the test says so wrongly, wherever it ends."""
    asked: int
    """Questions that counted, in the order of the plan's seed."""
    question: Line | None = None
    """The question that decided."""
    against: float
    """Passes up to it where it rules out, failures where it reaches."""
    shows: float | None = None
    """The bound that follows for the values of the framework: upper where it rules out, lower where
    it reaches; null where nothing follows."""
    excluded: bool = False
    """The rate is shown to lie below the bound, not at it."""
    left: float
    """What is left of the level for the ordinary bound of the same side; 0 for none."""
    reason: Reason | None = None
    """Why nothing follows."""


class Measured(Value, frozen=True, kw_only=True):
    """One evidence record that was used."""

    evidence: FactReference
    """The record that was used."""
    plan: FactReference | None = None
    """Plan that was registered before the run, where there is one."""
    log_sha256: Digest | None = None
    """The raw log behind the numbers; null where they are supposed."""
    interval: Interval
    """The measured value with its bounds."""
    assessment: int | None = None
    """Number of the assessment that the run belongs to, where there is an error budget."""
    screening: ScreeningFinding | None = None
    """What its screening shows, where its plan has one."""


class SetAside(Value, frozen=True, kw_only=True):
    """An evidence record that was not used, and why."""

    evidence: FactReference
    """The record that was not used."""
    reason: Reason
    """Why it was not used."""


class Limit(Value, frozen=True, kw_only=True):
    """A value that the framework compares an evaluation with, and the side that it asks for."""

    kind: Literal["rule-out", "rule-in", "at-most", "at-least"]
    """rule-out: ruled out when the interval lies below. rule-in: reached when it lies at or above.
    at-most, at-least: a condition compares with the value; ``not`` turns the side around."""
    value: float
    """The value; for rule-out the framework's value minus its margin."""


class EvaluationFinding(Value, frozen=True, kw_only=True):
    """What the evidence says about one evaluation."""

    evaluation: Id
    """Evaluation of the framework."""
    title: Line
    """Title of the evaluation."""
    outcome: Literal["ruled-out", "reached", "undecided", "measured", "undetermined"]
    """undecided: measured, but the interval settles nothing. measured: no threshold of its own.
    undetermined: there is no usable measurement."""
    lower: float | None = None
    """Least lower bound over the records used."""
    upper: float | None = None
    """Greatest upper bound over the records used."""
    asked: Line | None = None
    """What was asked for, such as ``rule out below 0.25 - 0.05``."""
    limits: tuple[Limit, ...] = ()
    """Values to compare with: the evaluation's own, then those of conditions, in their order."""
    measured: tuple[Measured, ...] = ()
    """Evidence records that were used."""
    set_aside: tuple[SetAside, ...] = ()
    """Evidence records that were not used."""
    reasons: tuple[Reason, ...] = ()
    """Why the evaluation settles nothing."""
    change: tuple[Text, ...] = ()
    """What would settle it."""


class Struck(Value, frozen=True, kw_only=True):
    """A document that was there and does not count, and why."""

    document: FactReference
    """The document."""
    reason: Reason
    """Why it does not count: withdrawn, corrected, or older than the model."""


class OpenIncident(Value, frozen=True, kw_only=True):
    """An incident that touches something which nobody has found to stand since."""

    incident: FactReference
    """The incident."""
    title: Line
    """What it is called."""
    severity: Line
    """How serious it is, as last determined."""
    touches: tuple[Line, ...]
    """What is open because of it."""


class ExceptionFinding(Value, frozen=True, kw_only=True):
    """An exception about the model, and whether it has an effect."""

    exception: FactReference
    """The exception."""
    exemption: Id
    """Clause of the framework that it calls on."""
    sets_aside: tuple[Id, ...]
    """Commitments, safeguards or gates that it sets aside."""
    admitted: bool
    """Whether it has an effect on the day."""
    reasons: tuple[Reason, ...] = ()
    """Why it has none."""
    basis: Text | None = None
    """Who approved it and until when it holds, in words."""


class Inherited(Value, frozen=True, kw_only=True):
    """What a model takes over from one that it was made from."""

    model: Id
    """Model of which it was found."""
    relation: Line
    """How this one was made from it, or from one between them."""
    status: Literal["ruled-out", "reached", "may-be-reached"]
    """What was found."""
    text: Text
    """Why it is taken over, in words."""


class Step(Value, frozen=True, kw_only=True):
    """One condition with its answer, its reasons and the conditions inside it."""

    claim: Text
    """The condition as a sentence."""
    value: Truth
    """Whether the condition holds."""
    reasons: tuple[Reason, ...] = ()
    """Why it does not hold, or why that cannot be told."""
    basis: tuple[Text, ...] = ()
    """What a yes rests on, in words."""
    facts: tuple[FactReference, ...] = ()
    """Documents that the answer rests on."""
    change: tuple[Text, ...] = ()
    """What would make it hold."""
    parts: tuple["Step", ...] = ()
    """The conditions inside this one."""
    dissents: tuple[Text, ...] = ()
    """Who of those who judged sees it otherwise, and why."""


class ErrorRate(Value, frozen=True, kw_only=True):
    """How often a conclusion is wrong at most, from the levels of the bounds it rests on."""

    rate: float
    """Greatest chance of the conclusion while it is false, however the evaluations depend."""
    evaluations: tuple[Id, ...]
    """Evaluations whose bounds it rests on."""
    nominal: bool = False
    """A bound is for clusters: it keeps its level closely, not exactly, and so does this rate."""
    statements_taken_as_right: bool = False
    """People's statements count as well; their errors are not in the rate."""


class BudgetShare(Value, frozen=True, kw_only=True):
    """What one assessment may spend of the error budget."""

    assessment: int
    """Number of the assessment, from 1 on."""
    share: float
    """Greatest chance that any threshold is ruled out wrongly in it."""


class BudgetFinding(Value, frozen=True, kw_only=True):
    """The framework's error budget, and what the runs behind this decision may spend of it."""

    total: float
    """Greatest chance that any threshold is ever ruled out wrongly, over all assessments."""
    spending: Line
    """How it is spent over the assessments."""
    shares: tuple[BudgetShare, ...] = ()
    """The assessments that the measured runs belong to."""


class ThresholdFinding(Value, frozen=True, kw_only=True):
    """Whether a capability threshold is reached, ruled out, or neither."""

    threshold: Id
    """Threshold of the framework."""
    domain: Id
    """Domain of the threshold."""
    tier: int
    """Place in the ladder of the domain."""
    ordered: Literal["yes", "no"] = "yes"
    """Whether the tiers of the domain are a ladder; ``no`` for cells of which each stands for
    itself."""
    title: Line
    """Title of the threshold."""
    status: Literal["ruled-out", "reached", "cannot-rule-out"]
    """What the conditions of the threshold show."""
    treated_as: Literal["below", "reached", "undetermined"]
    """How the threshold counts for the commitments."""
    reasons: tuple[Reason, ...] = ()
    """Why the threshold is not ruled out."""
    evaluations: tuple[Id, ...] = ()
    """Evaluations that its conditions speak about."""
    ruled_out: Step
    """Whether the condition for ruling it out holds."""
    reached: Step | None = None
    """Whether the condition for having reached it holds; null where there is none."""
    ruled_out_error: ErrorRate | None = None
    """How often it would be ruled out wrongly; null where no evaluation could rule it out."""
    reached_error: ErrorRate | None = None
    """How often it would be said to be reached wrongly; null where no evaluation could say so."""
    inherited: tuple[Inherited, ...] = ()
    """What decided it that was found of models which this one was made from."""


class SafeguardFinding(Value, frozen=True, kw_only=True):
    """Whether a safeguard is in place."""

    safeguard: Id
    """Safeguard of the framework."""
    kind: Literal["security", "deployment", "oversight"]
    """Security, deployment or oversight, as the framework says."""
    title: Line
    """Title of the safeguard."""
    in_place: Truth
    """Whether the safeguard is in place."""
    required_by: tuple[Id, ...] = ()
    """Commitments that ask for it for this model."""
    reasons: tuple[Reason, ...] = ()
    """Why it is not in place, or why that cannot be told."""
    condition: Step | None = None
    """The acceptance condition with its answer; null where there is none."""


class ReadingFinding(Value, frozen=True, kw_only=True):
    """Whether a commitment is due in one reading of its clause."""

    reading: Id
    """Reading of the framework's clause."""
    text: Text
    """How the clause is understood."""
    held_by: tuple[Line, ...] = ()
    """Who reads it so."""
    condition: Step | None = None
    """The condition in this reading with its answer; null where there is none."""

    @property
    def due(self) -> Truth:
        """Whether the commitment applies in this reading."""
        return Truth.YES if self.condition is None else self.condition.value


class Obligation(Value, frozen=True, kw_only=True):
    """An if-then commitment that follows from the thresholds."""

    commitment: Id
    """Commitment of the framework."""
    threshold: Id
    """Threshold that makes it due."""
    because: Literal["reached", "undetermined"]
    """Whether the threshold is reached or undetermined."""
    safeguards: tuple[Id, ...]
    """Safeguards that have to be in place."""
    binding: bool
    """Whether the clause says will."""
    condition: Step | None = None
    """The further condition with its answer; null where there is none."""
    readings: tuple[ReadingFinding, ...] = ()
    """What each reading of the clause says, where people read it in several ways."""
    contested: bool = False
    """Whether the readings disagree for this model."""
    reasons: tuple[Reason, ...] = ()
    """Why it cannot be said that it is due, where it cannot."""


class GateFinding(Value, frozen=True, kw_only=True):
    """What a gate says, and what would change it."""

    gate: Id
    """Gate of the framework."""
    action: Line
    """What the gate opens."""
    outcome: Outcome
    """Go, hold or undetermined."""
    summary: Text
    """The outcome and its main reason in a sentence."""
    requires: tuple[Id, ...] = ()
    """Safeguards that the gate waits for."""
    reasons: tuple[Reason, ...] = ()
    """Why the outcome is not go."""
    change: tuple[Text, ...] = ()
    """What would change the outcome."""
    detail: Literal["under-exception"] | None = None
    """under-exception: it goes, or would, only because an exception sets something aside."""
    exceptions: tuple[Id, ...] = ()
    """Exceptions that set aside something which is not in place."""
    decided_by: tuple[Id, ...]
    """Roles whose sign-off the framework asks for; this decision is not a signature."""
    condition: Step
    """Everything that the gate waits for, with the answers."""


class FrameworkReference(Value, frozen=True, kw_only=True):
    """The framework version that was applied."""

    id: Id
    """Name of the framework document."""
    version: Line
    """Version that was applied."""
    title: Line
    """Title of the framework."""
    developer: Line
    """Who made the promise."""
    in_force_from: Day
    """First day on which the version applies."""
    digest: Digest
    """Identity of the framework document."""
    notice: Text | None = None
    """What the framework wants printed with every decision."""


class ModelReference(Value, frozen=True, kw_only=True):
    """The model that was decided about."""

    id: Id
    """Name of the model document."""
    title: Line
    """Title of the model."""
    weights_sha256: Digest | None = None
    """Digest of the weights, where the model document states it."""
    digest: Digest
    """Identity of the model document."""


class Decision(Document):
    """Per gate: go, hold or undetermined, with the trace."""

    kind: Literal["decision"]
    framework: FrameworkReference
    """The framework version that was applied."""
    model: ModelReference
    """The model that was decided about."""
    on: Day
    """Day for which the decision holds."""
    hypothetical: bool
    """Made for another day than the one it was made on, or from supposed facts."""
    supposed: tuple[Text, ...] = ()
    """What is supposed, where the decision shows what would follow."""
    evaluations: tuple[EvaluationFinding, ...]
    """What the evidence says about each evaluation."""
    thresholds: tuple[ThresholdFinding, ...]
    """Where the model stands at each threshold."""
    obligations: tuple[Obligation, ...]
    """Commitments that follow from the thresholds."""
    safeguards: tuple[SafeguardFinding, ...]
    """Which safeguards are in place."""
    gates: tuple[GateFinding, ...]
    """What each gate says."""
    any_ruled_out_error: ErrorRate | None = None
    """How often any of the thresholds would be ruled out wrongly."""
    error_budget: BudgetFinding | None = None
    """What is spent of the framework's error budget; null where it declares none."""
    exceptions: tuple[ExceptionFinding, ...] = ()
    """Exceptions about the model, with or without effect."""
    incidents: tuple[OpenIncident, ...] = ()
    """Incidents that leave something open."""
    struck: tuple[Struck, ...] = ()
    """Documents about the model that do not count."""
    inputs: tuple[FactReference, ...]
    """Every document that was looked at."""

    @property
    def outcome(self) -> Outcome:
        """The least favourable gate: hold, else undetermined, else go."""
        outcomes = {gate.outcome for gate in self.gates}
        for outcome in (Outcome.HOLD, Outcome.UNDETERMINED):
            if outcome in outcomes:
                return outcome
        return Outcome.GO
