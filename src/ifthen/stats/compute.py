"""Training compute with its doubt: estimates as log-normal numbers, their sum, and P(C > value).

An estimate of compute is wrong by a factor, not by an amount. So it is a median and a standard
deviation of its logarithm: a factor of two either way, two times out of three, is about 0.7. The
widths given here for the two methods are those found between such estimates and recorded figures
(see docs/howto/compute.md). Numbers are FLOP: one multiply and one add are two.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ifthen.errors import Error
from ifthen.stats.compute_sum import (
    Part,
    exceed,
    exceed_shared,
    find_range,
    make_survival,
    survive,
    survive_shared,
)

COUNTED_SD: Final = 0.35
"""Standard deviation of ln(FLOP) of a count of operations: 6 N D."""
HARDWARE_SD: Final = 0.7
"""The same of a count of chip hours."""
OPERATIONS: Final = 6
"""Operations for each parameter and token: 2 forward, 4 backward; recomputation is not counted."""
AGREEMENT: Final = 3.0
"""How many standard deviations two estimates of the same compute may lie apart."""
_EXACT: Final = 1e-9
"""A doubt of less than this is none, and would be too small a number to divide by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compute:
    """A log-normal amount of compute.

    Raises:
        Error: ``compute.estimate`` unless the median is above 0, the sd 0 or more, both finite.
    """

    median: float
    """FLOP; as likely more as less."""
    sd: float
    """Standard deviation of ln(FLOP); 0 for a number that is taken as exact."""

    def __post_init__(self) -> None:
        if not (0 < self.median < math.inf and 0 <= self.sd <= 10):
            raise Error(
                "compute.estimate",
                "an estimate has a median above 0 and an sd of ln from 0 to 10, found"
                f" {self.median!r} and {self.sd!r}",
            )

    def interval(self, level: float) -> tuple[float, float]:
        """Return the FLOP between which the compute lies with chance ``level``.

        Raises:
            Error: ``stats.level`` unless 0 < level < 1.
        """
        if not 0 < level < 1:
            raise Error("stats.level", f"a level lies between 0 and 1, found {level!r}")
        from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

        factor = math.exp(self.sd * float(special.ndtri((1 + level) / 2)))
        return self.median / factor, self.median * factor

    def scaled(self, factor: float) -> "Compute":
        """Return a multiple of it.

        Raises:
            Error: ``compute.estimate``.
        """
        return Compute(median=self.median * factor, sd=self.sd)


def count_operations(parameters: float, tokens: float, *, sd: float = COUNTED_SD) -> Compute:
    """Return 6 N D: active parameters times tokens seen (all epochs) times six.

    Raises:
        Error: ``compute.estimate``.
    """
    _require_positive(parameters=parameters, tokens=tokens)
    return Compute(median=OPERATIONS * parameters * tokens, sd=sd)


def count_hardware(
    chip_hours: float, peak_flops: float, utilisation: float, *, sd: float = HARDWARE_SD
) -> Compute:
    """Return chip hours times 3600 times peak FLOP a second (dense) times the share used.

    Raises:
        Error: ``compute.estimate``, also for a utilisation above 1.
    """
    _require_positive(chip_hours=chip_hours, peak_flops=peak_flops, utilisation=utilisation)
    if utilisation > 1:
        raise Error("compute.estimate", f"utilisation is a share up to 1, found {utilisation!r}")
    return Compute(median=chip_hours * 3600 * peak_flops * utilisation, sd=sd)


def _require_positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not 0 < number < math.inf:
            raise Error("compute.estimate", f"{name} has to be above 0 and finite: {number!r}")


def distance(one: Compute, other: Compute) -> float:
    """Return how many standard deviations two estimates of the same compute lie apart."""
    width = math.hypot(one.sd, other.sd)
    apart = abs(math.log(one.median / other.median))
    if width == 0:
        return 0.0 if apart == 0 else math.inf
    return apart / width


def combine(one: Compute, other: Compute) -> Compute | None:
    """Return the one estimate that two independent estimates of the same compute make.

    Logarithms are weighted with the inverse of their variance. None where the two lie more than
    ``AGREEMENT`` standard deviations apart: then at least one of them is wrong, not just uncertain.
    """
    if distance(one, other) > AGREEMENT:
        return None
    if min(one.sd, other.sd) <= _EXACT:
        return one if one.sd <= other.sd else other
    first, second = one.sd**-2, other.sd**-2
    log = (first * math.log(one.median) + second * math.log(other.median)) / (first + second)
    return Compute(median=math.exp(log), sd=(first + second) ** -0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chance:
    """The chance of an event, between what independent and what shared errors of the parts give.

    With shared errors all parts are too high or too low together, as when one utilisation was
    assumed for all. Other dependence can lie outside the two.
    """

    independent: float | None
    """With independent errors; None where a part is missing."""
    shared: float | None
    """With one error shared by all parts; None where a part is missing."""
    least: float
    """The lesser of the two; with a missing part, the same of the known parts."""
    greatest: float
    """The greater of the two; 1 with a missing part."""


def chance_above(parts: Sequence[Compute | None], value: float) -> Chance:
    """Return P(sum of parts > value). None is a missing part: it is some amount, unknown, above 0.

    A missing part can only add, so that the known ones give the least chance.

    Raises:
        Error: ``compute.value`` unless the value is above 0 and finite; ``compute.no-parts``.
    """
    if not 0 < value < math.inf:
        raise Error("compute.value", f"needs a value above 0 and finite, found {value!r}")
    if not parts:
        raise Error("compute.no-parts", "there is nothing to sum")
    known = [part for part in parts if part is not None]
    if not known:
        return Chance(independent=None, shared=None, least=0.0, greatest=1.0)
    independent = survive(_plain(known), value)
    shared = survive_shared(_plain(known), value)
    if len(known) < len(parts):
        least = min(independent, shared)
        return Chance(independent=None, shared=None, least=least, greatest=1.0)
    return Chance(
        independent=independent,
        shared=shared,
        least=min(independent, shared),
        greatest=max(independent, shared),
    )


def chance_share_above(
    part: Sequence[Compute | None], whole: Sequence[Compute | None], share: float
) -> Chance:
    """Return P(sum of part > share * sum of whole): how likely a modification is so large.

    None is a missing amount. On the side of the part it can only raise the chance, on the side of
    the whole only lower it.

    Raises:
        Error: ``compute.value`` unless the share is above 0 and finite; ``compute.no-parts``.
    """
    if not 0 < share < math.inf:
        raise Error("compute.value", f"needs a share above 0 and finite, found {share!r}")
    if not part or not whole:
        raise Error("compute.no-parts", "there is nothing to compare")
    changed = _plain([one for one in part if one is not None])
    original = _plain([one.scaled(share) for one in whole if one is not None])
    more, less = len(changed) < len(part), len(original) < len(whole)
    if not changed or not original:
        return Chance(independent=None, shared=None, least=0.0, greatest=1.0)
    independent = exceed(changed, original)
    shared = exceed_shared(changed, original)
    known = not more and not less
    return Chance(
        independent=independent if known else None,
        shared=shared if known else None,
        least=0.0 if less else min(independent, shared),
        greatest=1.0 if more else max(independent, shared),
    )


def total_median(parts: Sequence[Compute]) -> float:
    """Return the FLOP that the sum of independent parts exceeds with chance one half.

    Raises:
        Error: ``compute.no-parts``.
    """
    return total_quantile(parts, 0.5)


def total_quantile(parts: Sequence[Compute], chance: float) -> float:
    """Return the FLOP that the sum of independent parts stays below with a chance.

    Raises:
        Error: ``compute.no-parts``; ``stats.level`` unless 0 < chance < 1.
    """
    if not parts:
        raise Error("compute.no-parts", "there is nothing to sum")
    if not 0 < chance < 1:
        raise Error("stats.level", f"a chance lies between 0 and 1, found {chance!r}")
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    plain = _plain(parts)
    above = make_survival(plain)
    low, high = (math.log(end) for end in find_range(plain))
    for _ in range(60):
        middle = (low + high) / 2
        if float(above(np.array([math.exp(middle)]))[0]) > 1 - chance:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _plain(parts: Sequence[Compute]) -> list[Part]:
    return [(part.median, part.sd if part.sd > _EXACT else 0.0) for part in parts]
