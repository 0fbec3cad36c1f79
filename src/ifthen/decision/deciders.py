"""Which roles have to sign off at a gate, for a model that stands where it stands.

Where a framework lets the tier choose who decides, and it cannot be told whether that tier is
reached, everybody who may have to decide has to: nobody signs in the place of somebody above. The
same holds where people read in several ways who decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ifthen.decision.model import ThresholdFinding
from ifthen.framework.model import Gate


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who has to sign off."""

    roles: tuple[str, ...]
    """The roles, each once."""
    needed: int
    """How many of them have to approve, at least 1."""


def find_deciding(gate: Gate, thresholds: Sequence[ThresholdFinding]) -> Deciding:
    """Return who has to sign off at a gate; ``thresholds`` are where the model stands."""
    if gate.decider_readings:
        return _every([reading.decided_by for reading in gate.decider_readings])
    treated = {x.threshold: x.treated_as for x in thresholds}
    asked: list[tuple[tuple[str, ...], int | None]] = []
    for deciders in gate.deciders:
        standings = {treated.get(id, "undetermined") for id in deciders.reached}
        if standings == {"below"}:
            continue
        asked.append((deciders.decided_by, deciders.quorum))
        if "reached" in standings:
            break
    else:
        asked.append((gate.decided_by, gate.quorum))
    if len(asked) > 1:
        return _every([roles for roles, _ in asked])
    roles, quorum = asked[0]
    return Deciding(roles, len(set(roles)) if quorum is None else quorum)


def _every(groups: Sequence[tuple[str, ...]]) -> Deciding:
    roles = tuple(dict.fromkeys(role for group in groups for role in group))
    return Deciding(roles, len(roles))
