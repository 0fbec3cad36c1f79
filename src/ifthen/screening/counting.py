"""What one score counts, at its worst where it is not known.

For rule-out the worst is a pass, for reached a failure. A sample without usable score is never
left out: otherwise long answers that time out, or errors that capable answers run into, would
clear a model.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ifthen.evidence.scores import Unusable, value_to_float
from ifthen.screening.design import Design


@dataclass(frozen=True, slots=True)
class Counted:
    """What a question counts: 0 to 1, a pass being 1; ``why`` where that is not its score."""

    score: float
    why: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """How one asking of a question ended."""

    values: tuple[Any, ...] = ()
    """The score, and every other value that it ever had; empty for none."""
    error: bool = False
    limited: bool = False
    """Whether a limit stopped it."""
    invalidated: bool = False
    ended_otherwise: bool = False
    """Whether its events tell of another end than it states."""
    replaced: bool = False
    """Whether another model answered in place of the one that was asked."""


def count_attempt(attempt: Attempt, design: Design) -> Counted:
    """Return what one asking counts."""
    worst = 1.0 if design.counts_passes else 0.0
    for ended, why in (
        (attempt.invalidated, "invalidated"),
        (attempt.ended_otherwise, "its events tell of another end"),
        (attempt.replaced, "another model answered"),
        (attempt.error, "error"),
        (attempt.limited and design.limit == "either", "stopped by a limit"),
        (not attempt.values, "no score"),
    ):
        if ended:
            return Counted(worst, why)
    found = [_count_value(value, design, worst) for value in attempt.values]
    chosen = max(found, key=lambda x: x.score if design.counts_passes else -x.score)
    if chosen.why is None and len({each.score for each in found}) > 1:
        return Counted(chosen.score, "the score was changed")
    return chosen


def _count_value(value: Any, design: Design, worst: float) -> Counted:
    number = value_to_float(value)
    if isinstance(number, Unusable):
        return Counted(worst, "no score" if number is Unusable.UNSCORED else "score is no number")
    if not 0 <= number <= 1:
        return Counted(worst, "score outside 0 to 1")
    if design.scores == "pass-fail" and 0 < number < 1:
        return Counted(worst, "passed in part")
    return Counted(number)


def count_question(attempts: Iterable[Attempt | None], design: Design) -> Counted:
    """Return what a question counts: the mean over its epochs; an absent one counts its worst.

    ``attempts`` are as many as the design has epochs.
    """
    found = [count_attempt(attempt or Attempt(), design) for attempt in attempts]
    why = [each.why for each in found if each.why is not None]
    mean = math.fsum(each.score for each in found) / len(found)
    return Counted(mean, ", ".join(dict.fromkeys(why)) if why else None)
