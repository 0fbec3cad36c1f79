"""Evidence algebra: how often a formula over several tests errs, however the tests depend.

A formula says which claims have to hold: all of them, any of them, at least k of them, nested at
will. Each leaf is a claim that one test may show. The formula is shown when enough of its parts
are, and the question is how often it is shown while it is false. One rule answers it for every
node, so a whole policy formula has one overall rate.

*At least k of n claims* is false when n-k+1 or more of them are false; write m = n-k+1. Let t of
the claims be true, t at most k-1, and all of those be shown. Then at least k-t false ones have to
be shown as well. By Markov's inequality on their number this has a chance of at most (the sum of
the n-t levels in question) / (k-t), and that is largest at t = k-1: the n-t largest levels sum to
at most (n-t)/m times the m largest, and n-t = (m-1) + (k-t) is at most m(k-t). So the rate is **the
sum of the m largest levels**, with no assumption on how the tests depend, and there are tests that
reach it. Its ends are the two classical cases:

- all of n (m = 1): the largest level alone, an intersection-union test (Berger, Technometrics
  1982). Whoever needs every test to succeed pays nothing for having several.
- any of n (m = n): the sum of all levels (Bonferroni). Whoever may choose the test pays for each.

The same argument gives the p-value of a node, m times the k-th smallest p-value (the partial
conjunction of Benjamini and Heller, Biometrics 2008), and its e-value, the mean of the m smallest
e-values: at least m of the parts are false, the mean of the m smallest is at most the mean over any
m false ones, and that has an expectation of at most 1 (Vovk and Wang, Annals of Statistics 2021).

A capability formula is read in both directions: it is *reached* when the formula is shown, and
*ruled out* when its :func:`dual` is shown with each leaf meaning "this one is not there".
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ifthen.errors import Error


@dataclass(frozen=True, slots=True)
class Leaf:
    """A claim that one test may show, by name."""

    name: str
    """Under this name its level, p-value or e-value is given."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``k`` of the parts hold.

    Raises:
        Error: ``stats.formula`` unless 1 <= k <= the number of parts.
    """

    k: int
    """How many have to hold."""
    parts: tuple["Formula", ...]
    """The parts; a part may stand in several places."""

    def __post_init__(self) -> None:
        if not 1 <= self.k <= len(self.parts):
            raise Error("stats.formula", f"{self.k!r} of {len(self.parts)} parts cannot be asked")

    @property
    def false_parts(self) -> int:
        """How many parts are false at least when the whole is: n - k + 1."""
        return len(self.parts) - self.k + 1


Formula = Leaf | AtLeast


def all_of(*parts: Formula) -> Formula:
    """Return the formula that every part holds.

    Raises:
        Error: ``stats.formula`` for no part.
    """
    return AtLeast(len(parts), parts)


def any_of(*parts: Formula) -> Formula:
    """Return the formula that one part or more holds.

    Raises:
        Error: ``stats.formula`` for no part.
    """
    return AtLeast(1, parts)


def dual(formula: Formula) -> Formula:
    """Return the formula of the contrary: with every leaf denied it says that this one is false.

    At least k of n are there, or at least n-k+1 are not.
    """
    if isinstance(formula, Leaf):
        return formula
    return AtLeast(formula.false_parts, tuple(dual(part) for part in formula.parts))


def error_rate(formula: Formula, levels: Mapping[str, float]) -> float:
    """Return the greatest chance that the formula is shown while it is false.

    ``levels`` are the chances, 0 to 1, that a leaf's claim is shown while it is false; 0 stands for
    a fact that is taken as right. The tests may depend on one another in any way.

    Raises:
        Error: ``stats.leaf`` for a leaf without a level, ``stats.level`` for one outside [0, 1].
    """
    return min(1.0, _weigh(formula, _read(levels, "stats.level", "level", 0.0, 1.0)))


def split_level(formula: Formula, total: float, given: frozenset[str] = frozenset()) -> float:
    """Return the one level for every leaf with which the formula errs at most ``total``.

    ``total`` is a chance. Leaves named in ``given`` are facts taken as right and need no level. It
    is ``total`` itself when the formula asks for all of its tests.

    Raises:
        Error: ``stats.level`` unless 0 <= total <= 1; ``stats.formula`` when all leaves are given.
    """
    if not 0 <= total <= 1:
        raise Error("stats.level", f"a level lies between 0 and 1, found {total!r}")
    weight = _weigh(formula, lambda name: 0.0 if name in given else 1.0)
    if weight == 0:
        raise Error("stats.formula", "no test stands in the formula: there is no level to split")
    return total / weight


def combine_p(formula: Formula, values: Mapping[str, float]) -> float:
    """Return the p-value of the formula's being false, from the p-values of its leaves.

    Each p-value tests "this leaf's claim is false"; a small one shows the claim. The result is at
    most u with a chance of at most u whenever the formula is false, under any dependence.

    Raises:
        Error: ``stats.leaf`` for a leaf without a p-value, ``stats.p-value`` outside [0, 1].
    """
    read = _read(values, "stats.p-value", "p-value", 0.0, 1.0)

    def combine(node: AtLeast, parts: Sequence[float]) -> float:
        return min(1.0, node.false_parts * sorted(parts)[node.k - 1])

    return _fold(formula, read, combine)


def combine_e(formula: Formula, values: Mapping[str, float]) -> float:
    """Return the e-value against the formula's being false, from the e-values of its leaves.

    Each e-value has an expectation of at most 1 while its claim is false; a large one shows the
    claim. So has the result, under any dependence; 1/e is a p-value (Markov). Infinity stands for
    a fact that is taken as right.

    Raises:
        Error: ``stats.leaf`` for a leaf without an e-value, ``stats.e-value`` below 0.
    """
    read = _read(values, "stats.e-value", "e-value", 0.0, math.inf)

    def combine(node: AtLeast, parts: Sequence[float]) -> float:
        return math.fsum(sorted(parts)[: node.false_parts]) / node.false_parts

    return _fold(formula, read, combine)


def adjust_holm(values: Mapping[str, float]) -> dict[str, float]:
    """Return Holm's adjusted p-values (Scandinavian Journal of Statistics 1979), by name.

    When several claims could be made and those are named whose adjusted p-value is at most a, then
    one of them is false with a chance of at most a, under any dependence. It says *which* parts of
    an any-of hold; that one of them holds is :func:`combine_p`, which the least of these equals.

    Raises:
        Error: ``stats.p-value`` outside [0, 1].
    """
    read = _read(values, "stats.p-value", "p-value", 0.0, 1.0)
    adjusted: dict[str, float] = {}
    least = 0.0
    for place, name in enumerate(sorted(values, key=read)):
        least = max(least, min(1.0, (len(values) - place) * read(name)))
        adjusted[name] = least
    return {name: adjusted[name] for name in values}


def _weigh(formula: Formula, read: Callable[[str], float]) -> float:
    def combine(node: AtLeast, parts: Sequence[float]) -> float:
        return math.fsum(sorted(parts)[-node.false_parts :])

    return _fold(formula, read, combine)


def _fold(
    formula: Formula,
    read: Callable[[str], float],
    combine: Callable[[AtLeast, Sequence[float]], float],
) -> float:
    if isinstance(formula, Leaf):
        return read(formula.name)
    return combine(formula, [_fold(part, read, combine) for part in formula.parts])


def _read(
    values: Mapping[str, float], code: str, noun: str, low: float, high: float
) -> Callable[[str], float]:
    """Return how a leaf's number is looked up: one that is missing or cannot be is an error."""

    def read(name: str) -> float:
        if name not in values:
            raise Error("stats.leaf", f"leaf {name!r} has no {noun}")
        if not low <= values[name] <= high:
            raise Error(
                code,
                f"the {noun} of {name!r} is {values[name]!r}; it lies between {low:g} and {high:g}",
            )
        return values[name]

    return read
