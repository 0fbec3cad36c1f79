"""What decisions over the same facts have in common, kept with the facts.

A part of a trace is immutable. It is taken again only where it would be made of the very same
things: a condition whose statements are those of the day before, a safeguard with the same answer,
asked for by the same commitments. So nothing depends on what was decided before, or on which day;
what is kept saves the making and nothing else. Of each part only the last one is kept: a memory is
at most as large as one decision, and goes when the facts go.
"""

from dataclasses import dataclass, field
from datetime import date

import msgspec

from ifthen.decision.model import Obligation, SafeguardFinding, Step
from ifthen.dossier.model import Assessment
from ifthen.encoding.document import Loaded
from ifthen.framework.model import Commitment
from ifthen.framework.predicate import Predicate


class Answered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a condition on statements, and the days on which they say the same.

    From one day to the next that changes only where one of them begins or ends.
    """

    predicate: Predicate
    since: date
    until: date
    """First day on which they may say something else."""
    step: Step


class Combined(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer to a condition on other conditions; theirs are its parts."""

    predicate: Predicate
    step: Step


class Obliged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What follows from a commitment without a further condition."""

    commitment: Commitment
    obligation: Obligation


class Required(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a gate waits for: a safeguard as it was found, for a commitment that is due."""

    safeguard: SafeguardFinding
    obligation: Obligation
    waiting: tuple[Step, tuple[str, ...]]
    """Whether it is in place, and the ids by which an exception can set it aside."""


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """The last part of each kind that was made over some facts."""

    answers: dict[int, Answered] = field(default_factory=dict)
    """By the identity of the condition, which the entry keeps alive."""
    combined: dict[int, Combined] = field(default_factory=dict)
    """By the identity of the condition, which the entry keeps alive."""
    obligations: dict[int, Obliged] = field(default_factory=dict)
    """By the identity of the commitment, which the entry keeps alive."""
    safeguards: dict[str, SafeguardFinding] = field(default_factory=dict)
    """By safeguard."""
    required: dict[tuple[str, str, str], Required] = field(default_factory=dict)
    """By safeguard, commitment and gate."""
    demanding: list[tuple[Loaded[Assessment], ...]] = field(default_factory=list)
    """The assessments that have to show more than their result, once somebody has looked."""
