"""Which commitments follow from where a model stands at the thresholds.

A commitment is due where its threshold does not count as below, unless its further condition is
shown not to hold, whichever way a threshold is that cannot be told
(:func:`~ifthen.decision.condition.answer_against`). Where people read the clause in several ways,
each reading is answered; where they disagree the commitment is contested: it is due, and nobody can
say that it holds a gate.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from ifthen.decision.condition import Grounds, answer_against
from ifthen.decision.memory import Obliged
from ifthen.decision.model import Obligation, ReadingFinding, Reason, Step, ThresholdFinding
from ifthen.decision.truth import Truth
from ifthen.framework.model import Commitment, Framework


def find_obligations(
    thresholds: Sequence[ThresholdFinding], framework: Framework, grounds: Grounds, on: date
) -> tuple[Obligation, ...]:
    """Return the commitments that are due, or may be, in the order of the framework."""
    due = {x.threshold: x.treated_as for x in thresholds if x.treated_as != "below"}
    made = grounds.memory.obligations
    found: list[Obligation] = []
    for commitment in framework.commitments:
        treated = due.get(commitment.if_)
        if treated is None or not commitment.applies(on):
            continue
        last = made.get(id(commitment))
        if (
            last is not None
            and last.obligation.because == treated
            and last.commitment is commitment
        ):
            found.append(last.obligation)
        elif commitment.when is None and not commitment.readings:
            obligation = _oblige_plainly(commitment, treated)
            made[id(commitment)] = Obliged(commitment=commitment, obligation=obligation)
            found.append(obligation)
        elif (judged := _oblige(commitment, treated == "reached", grounds)) is not None:
            found.append(judged)
    return tuple(found)


def find_relief(threshold: str, framework: Framework, grounds: Grounds) -> Step | None:
    """Return why nothing is due for a threshold that does not count as below, or None.

    A framework that binds itself under conditions has said what follows where each of them is shown
    not to hold: nothing. That is another thing than a consequence left open. Shape: one step with
    the answers to the conditions as its parts.
    """
    parts: list[Step] = []
    for commitment in framework.commitments:
        if (commitment.if_, commitment.force) != (threshold, "will"):
            continue
        if not commitment.applies(grounds.on):
            continue
        conditions = [commitment.when, *(reading.when for reading in commitment.readings)]
        answers = [answer_against(x, grounds, Truth.YES) for x in conditions if x is not None]
        if not answers or any(x.value is not Truth.NO for x in answers):
            return None
        parts += answers
    if not parts:
        return None
    claim = f"nothing is due for {threshold}: no condition of its commitments holds"
    return Step(claim=claim, value=Truth.YES, parts=tuple(parts))


def _oblige_plainly(
    commitment: Commitment, treated: Literal["reached", "undetermined"]
) -> Obligation:
    return Obligation(
        commitment=commitment.id,
        threshold=commitment.if_,
        because=treated,
        safeguards=commitment.then,
        binding=commitment.force == "will",
    )


def _oblige(commitment: Commitment, reached: bool, grounds: Grounds) -> Obligation | None:
    readings = tuple(
        ReadingFinding(
            reading=reading.id,
            text=reading.text,
            held_by=reading.held_by,
            condition=answer_against(reading.when, grounds, Truth.YES)
            if reading.when is not None
            else None,
        )
        for reading in commitment.readings
    )
    condition = None
    if commitment.when is not None:
        condition = answer_against(commitment.when, grounds, Truth.YES)
    values = [reading.due for reading in readings] or [_value(condition)]
    if all(value is Truth.NO for value in values):
        return None
    certain = reached and all(value is Truth.YES for value in values)
    return Obligation(
        commitment=commitment.id,
        threshold=commitment.if_,
        because="reached" if certain else "undetermined",
        safeguards=commitment.then,
        binding=commitment.force == "will",
        condition=condition,
        readings=readings,
        contested=len(set(values)) > 1,
        reasons=_reasons(commitment, condition, readings, values),
    )


def _value(condition: Step | None) -> Truth:
    return Truth.YES if condition is None else condition.value


def _reasons(
    commitment: Commitment,
    condition: Step | None,
    readings: Sequence[ReadingFinding],
    values: Sequence[Truth],
) -> tuple[Reason, ...]:
    """Return why it cannot be said that the commitment is due."""
    if len(set(values)) > 1:
        said = "; ".join(f"{x.reading}: due {x.due.value}" for x in readings)
        text = f"people read {commitment.id} in ways that disagree here ({said})"
        return (Reason(code="commitment.contested", text=text),)
    if condition is not None and condition.value is Truth.UNDETERMINED:
        text = f"whether {commitment.id} applies cannot be told: {condition.claim}"
        return (Reason(code="commitment.undetermined", text=text), *condition.reasons)
    return ()
