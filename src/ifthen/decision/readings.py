"""What would follow if one reading of a contested clause were the only one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ifthen.decision.bounds import COMPUTED, Bounds
from ifthen.decision.deciding import decide
from ifthen.decision.facts import Facts
from ifthen.decision.model import Decision, GateFinding
from ifthen.decision.supposing import restate
from ifthen.framework.clause import Reading
from ifthen.framework.model import Commitment, Framework


@dataclass(frozen=True, slots=True)
class ReadingDecision:
    """A decision by one reading of one commitment."""

    commitment: str
    """Commitment that people read in several ways."""
    reading: str
    """The reading that was taken."""
    text: str
    """How the clause is understood in it."""
    held_by: tuple[str, ...]
    """Who reads it so."""
    decision: Decision
    """What follows. It is hypothetical: the framework itself does not choose."""


def decide_by_reading(
    facts: Facts, *, on: date, bounds: Bounds = COMPUTED
) -> Iterator[ReadingDecision]:
    """Yield a decision for each reading of each commitment that has several.

    One commitment is read in one way at a time; the other ones keep all their readings.
    """
    framework = facts.framework.document
    for index, commitment in enumerate(framework.commitments):
        for reading in commitment.readings:
            changed = _settle(framework, index, reading)
            only = replace(facts, framework=restate(facts.framework, changed))
            decision = decide(only, on=on, hypothetical=True, bounds=bounds)
            yield ReadingDecision(
                commitment=commitment.id,
                reading=reading.id,
                text=reading.text,
                held_by=reading.held_by,
                decision=decision,
            )


def _settle(framework: Framework, index: int, reading: Reading) -> Framework:
    commitments: list[Commitment] = list(framework.commitments)
    commitments[index] = commitments[index].model_copy(
        update={"when": reading.when, "readings": ()}
    )
    return framework.model_copy(update={"commitments": tuple(commitments)})


def find_disputed_gates(decisions: Sequence[ReadingDecision]) -> dict[str, list[GateFinding]]:
    """Return, by commitment, the gates whose outcome hangs on how it is read, one per reading."""
    disputed: dict[str, list[GateFinding]] = {}
    for commitment in dict.fromkeys(x.commitment for x in decisions):
        ways = [x.decision for x in decisions if x.commitment == commitment]
        for gates in zip(*(way.gates for way in ways), strict=True):
            if len({gate.outcome for gate in gates}) > 1:
                disputed.setdefault(commitment, []).extend(gates)
    return disputed
