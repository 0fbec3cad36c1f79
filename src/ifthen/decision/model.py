"""The decision document: what follows from the framework and the facts, at a date, and why.

A decision is a pure value. The same documents, the same date and the same confirmation of the logs
give the same bytes; who made it and when stands in the signature, not here.
"""

from enum import StrEnum
from typing import Literal

from ifthen.decision.truth import Truth
from ifthen.encoding.document import Day, Digest, Document, Id, Line, Part, Text


class Outcome(StrEnum):
    """What a gate says."""

    GO = "go"
    HOLD = "hold"
    UNDETERMINED = "undetermined"


class FactReference(Part):
    """A document that was used, by name and by identity."""

    kind: Line
    id: Id
    digest: Digest


class Reason(Part):
    """Why an answer is not yes, as a stable code and a sentence."""

    code: Line
    text: Text


class Interval(Part):
    """A proportion with its one-sided bounds, each at the stated confidence."""

    lower: float
    """Lower bound."""
    upper: float
    """Upper bound."""
    point_low: float
    """Share of successes, counting samples without a usable score as failures."""
    point_high: float
    """Share of successes, counting samples without a usable score as successes."""
    method: Line
    """clopper-pearson, or korn-graubard for clusters."""
    questions: int
    """Number of questions."""
    clusters: int | None = None
    """Number of clusters of related questions."""
    confidence: float
    """One-sided confidence of each bound."""


class Measured(Part):
    """One evidence record that was used."""

    evidence: FactReference
    plan: FactReference | None = None
    log_sha256: Digest
    """The raw log behind the numbers."""
    interval: Interval


class SetAside(Part):
    """An evidence record that was not used, and why."""

    evidence: FactReference
    reason: Reason


class EvaluationFinding(Part):
    """What the evidence says about one evaluation."""

    evaluation: Id
    title: Line
    outcome: Literal["ruled-out", "reached", "undecided", "measured", "undetermined"]
    """undecided: measured, but the interval settles nothing. measured: no threshold of its own.
    undetermined: there is no usable measurement."""
    lower: float | None = None
    """Least lower bound over the records used."""
    upper: float | None = None
    """Greatest upper bound over the records used."""
    asked: Line | None = None
    """What was asked for, such as ``rule out below 0.25 - 0.05``."""
    measured: tuple[Measured, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    reasons: tuple[Reason, ...] = ()
    change: tuple[Text, ...] = ()
    """What would settle it."""


class Step(Part):
    """One condition with its answer, its reasons and the conditions inside it."""

    claim: Text
    value: Truth
    reasons: tuple[Reason, ...] = ()
    basis: tuple[Text, ...] = ()
    """What a yes rests on, in words."""
    facts: tuple[FactReference, ...] = ()
    change: tuple[Text, ...] = ()
    """What would make it hold."""
    parts: tuple["Step", ...] = ()


class ThresholdFinding(Part):
    """Whether a capability threshold is reached, ruled out, or neither."""

    threshold: Id
    domain: Id
    tier: int
    title: Line
    status: Literal["ruled-out", "reached", "cannot-rule-out"]
    treated_as: Literal["below", "reached", "undetermined"]
    reasons: tuple[Reason, ...] = ()
    evaluations: tuple[Id, ...] = ()
    """Evaluations that its conditions speak about."""
    ruled_out: Step
    reached: Step | None = None


class SafeguardFinding(Part):
    """Whether a safeguard is in place."""

    safeguard: Id
    kind: Literal["security", "deployment"]
    title: Line
    in_place: Truth
    required_by: tuple[Id, ...] = ()
    """Commitments that ask for it for this model."""
    reasons: tuple[Reason, ...] = ()
    condition: Step | None = None


class Obligation(Part):
    """An if-then commitment that follows from the thresholds."""

    commitment: Id
    threshold: Id
    because: Literal["reached", "undetermined"]
    safeguards: tuple[Id, ...]
    binding: bool
    """Whether the clause says will."""


class GateFinding(Part):
    """What a gate says, and what would change it."""

    gate: Id
    action: Line
    outcome: Outcome
    summary: Text
    requires: tuple[Id, ...] = ()
    """Safeguards that the gate waits for."""
    reasons: tuple[Reason, ...] = ()
    change: tuple[Text, ...] = ()
    decided_by: tuple[Id, ...]
    """Roles whose sign-off the framework asks for; this decision is not a signature."""
    condition: Step


class FrameworkReference(Part):
    """The framework version that was applied."""

    id: Id
    version: Line
    title: Line
    developer: Line
    in_force_from: Day
    digest: Digest
    notice: Text | None = None


class ModelReference(Part):
    """The model that was decided about."""

    id: Id
    title: Line
    weights_sha256: Digest | None = None
    digest: Digest


class Decision(Document):
    """Per gate: go, hold or undetermined, with the trace."""

    kind: Literal["decision"]
    framework: FrameworkReference
    model: ModelReference
    on: Day
    """Day for which the decision holds."""
    hypothetical: bool
    """Made for another day than the one it was made on."""
    evaluations: tuple[EvaluationFinding, ...]
    thresholds: tuple[ThresholdFinding, ...]
    obligations: tuple[Obligation, ...]
    safeguards: tuple[SafeguardFinding, ...]
    gates: tuple[GateFinding, ...]
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
