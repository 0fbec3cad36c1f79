"""What a screening says: its verdict, what follows from it, and what does not."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ifthen.evidence.log import Finding
from ifthen.screening.design import Design
from ifthen.screening.process import Process, Step
from ifthen.screening.trail import Trail


class Verdict(StrEnum):
    """What was shown."""

    RULED_OUT = "ruled-out"
    """The rate of passes is below the threshold."""
    REACHED = "reached"
    """The rate of passes is at the threshold or above."""
    UNDECIDED = "undecided"
    """Neither."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A screening as it stands."""

    design: Design
    order: tuple[str, ...]
    steps: tuple[Step, ...]
    decision: Step | None
    hopeless: bool
    """Whether no further question can bring a decision."""
    findings: tuple[Finding, ...] = ()
    """A contradiction takes away every conclusion."""
    trail: Trail | None = None
    """What the log of a run that stopped itself says."""
    agrees: bool | None = None
    """Whether that is what follows from the scores; None where the log says nothing."""
    ended_early: bool = False
    """Whether the run left questions out."""

    @property
    def stands(self) -> bool:
        """Whether nothing contradicts the screening."""
        return not any(finding.severity == "contradiction" for finding in self.findings)

    @property
    def verdict(self) -> Verdict:
        """What was shown; undecided where something contradicts it."""
        if self.decision is None or not self.stands:
            return Verdict.UNDECIDED
        return Verdict.RULED_OUT if self.design.counts_passes else Verdict.REACHED


def outcome_of(process: Process, **more: Any) -> Outcome:
    """Return the outcome of a process as far as it went."""
    return Outcome(
        design=process.design,
        order=process.order,
        steps=tuple(process.steps),
        decision=process.decision,
        hopeless=process.is_hopeless,
        **more,
    )


def conclude(outcome: Outcome) -> str:
    """Return what follows, in one sentence."""
    design = outcome.design
    if not outcome.stands:
        return "nothing: the log or the plan contradicts the screening"
    if outcome.decision is None:
        if outcome.hopeless:
            return "nothing, and no further question can: ask them all, and estimate"
        return "nothing yet: the questions so far show neither side"
    side = "below" if design.counts_passes else "at or above"
    if design.population is not None:
        what = f"of these {design.population} questions, the share passed if all were asked is"
    else:
        what = "for questions drawn like these, the rate of passes is"
    return (
        f"{what} {side} {design.threshold:g}; a test like this says so wrongly in at most"
        f" {100 * design.alpha:g} % of runs, wherever it stops"
    )


def list_limits(outcome: Outcome) -> Iterator[str]:
    """Yield what does not follow, each in one sentence."""
    design = outcome.design
    if outcome.decision is not None:
        yield (
            "how far from the threshold: where it stopped depends on the results, so the share of"
            " passes among the questions asked is no estimate"
        )
    else:
        yield "that the other side is true: a screening that does not end shows nothing"
    if design.population is None:
        yield "anything, if the questions are related: each counts as an independent draw"
    else:
        yield "anything about other questions than these"
    yield "what more elicitation would bring: the verdict is about this model as it was run"
    yield "that the seed came before every result: the plan's registration has to show it"
    yield "that the run is of the model and the evaluation that a plan names"


def to_plain(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as plain data, for programs."""
    design, trail = outcome.design, outcome.trail
    return {
        "verdict": outcome.verdict.value,
        "concludes": conclude(outcome),
        "does_not_conclude": list(list_limits(outcome)),
        "decision": None if outcome.decision is None else step_to_plain(outcome.decision),
        "asked": len(outcome.steps),
        "hopeless": outcome.hopeless,
        "ended_early": outcome.ended_early,
        "replay_agrees": outcome.agrees,
        "logged": None if trail is None else trail.to_dict(),
        "design": design.to_dict(),
        "table": None if design.table is None else list(design.table.stops),
        "trace": [step_to_plain(step) for step in outcome.steps],
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "message": finding.message,
                "where": finding.where,
            }
            for finding in outcome.findings
        ],
    }


def step_to_plain(step: Step) -> dict[str, Any]:
    """Return a step as plain data; ``evidence`` is null where it is not finite."""
    finite = step.evidence is not None and math.isfinite(step.evidence)
    return {
        "place": step.place,
        "question": step.question,
        "score": step.score,
        "why": step.why,
        "against": step.against,
        "needed": step.needed,
        "evidence": step.evidence if finite else None,
    }
