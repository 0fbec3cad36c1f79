"""Tests that may stop at any time, compiled to a table of whole numbers.

The question is whether the rate of an event (a pass) is as high as ``rate``. For an alternative
q < rate the likelihood ratio of q against ``rate`` is a test supermartingale under every rate that
is ``rate`` or more, and so is a mixture over q. By Ville's inequality such a process exceeds
1 / alpha at any time with probability at most alpha, however often one looks (Howard et al.,
arXiv:1810.08240; Ramdas et al., arXiv:2210.01948). The mixture depends only on how many questions
were asked and how many events they had, and it grows with every question without event; so the
whole test is a table: *with s events, ruled out from question n_s on*.

Two designs: independent draws, and drawing without replacement from a list of known size, which
ends sooner. In the second the order must be random, and the events need not be independent.
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ifthen.errors import Error
from ifthen.stats.estimate import require_alpha

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Prior = tuple[float, float]
"""The two numbers of a Beta distribution, both above 0."""

MAX_HORIZON = 20_000
"""Most questions of a table: it takes seconds then."""
MAX_PRIOR = 1000.0
SLACK = 1e-9
"""How far, as a logarithm, 1 / alpha has to be exceeded: more than rounding makes out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Boundary:
    """From which question on a number of events is few enough.

    Raises:
        ValueError: the places are not increasing whole numbers from 1 to ``horizon``.
    """

    stops: tuple[int, ...]
    """At place s the least number of questions at which s events rule the rate out."""
    horizon: int
    """The greatest number of questions that was looked at."""

    def __post_init__(self) -> None:
        ends = (0, *self.stops, self.horizon + 1)
        if any(one >= other for one, other in pairwise(ends)):
            raise ValueError(f"not a boundary: {self!r}")

    def clears(self, questions: int, events: int) -> bool:
        """Return whether ``events`` in the first ``questions`` rule the rate out."""
        return events < bisect_right(self.stops, questions)

    def questions_for(self, events: int) -> int | None:
        """Return from which question on ``events`` rule the rate out; None for never."""
        return self.stops[events] if events < len(self.stops) else None


def compile_draws(*, rate: float, alpha: float, prior: Prior, horizon: int) -> Boundary:
    """Return the table for independent draws, up to ``horizon`` questions.

    It rules out that the chance of the event is ``rate`` or more, wrongly with probability at most
    ``alpha`` over the whole run. ``prior`` is a Beta distribution of the alternative, cut off at
    ``rate``; it decides how soon the test ends and never whether it is right.

    Raises:
        Error: ``stats.threshold`` unless 0 < rate < 1, ``stats.alpha``, ``stats.prior``,
            ``stats.horizon``.
    """
    _require(rate=rate, alpha=alpha, prior=prior, horizon=horizon)
    a, b = prior
    one, other = math.log(rate), math.log1p(-rate)
    start = _log_beta_part(a, b, rate)

    def evidence(questions: int, events: int) -> float:
        failures = questions - events
        part = _log_beta_part(a + events, b + failures, rate)
        return part - start - events * one - failures * other

    return _search(evidence, -math.log(alpha) + SLACK, horizon, horizon)


def compile_population(*, population: int, least: int, alpha: float, prior: Prior) -> Boundary:
    """Return the table for drawing all ``population`` questions in random order.

    It rules out that ``least`` or more of them have the event, wrongly with probability at most
    ``alpha`` over the random orders, whatever the questions have to do with each other. The
    alternative that K have the event weighs as the density of ``prior`` at (K + 1/2) / population.
    When too few questions remain to make ``least`` full, the matter is certain.

    Raises:
        Error: ``stats.horizon`` for a population outside 1 to ``MAX_HORIZON``, ``stats.population``
            unless 1 <= least <= population, ``stats.alpha``, ``stats.prior``.
    """
    _require(rate=0.5, alpha=alpha, prior=prior, horizon=population)
    if type(least) is not int or not 1 <= least <= population:
        raise Error("stats.population", f"{least!r} of {population} questions cannot be ruled out")
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    factorial = np.array([math.lgamma(k + 1) for k in range(population + 1)])
    counts = np.arange(least)
    shares = (counts + 0.5) / population
    weights = (prior[0] - 1) * np.log(shares) + (prior[1] - 1) * np.log1p(-shares)
    weights -= _log_sum(weights)
    surest = population - least
    """The most questions without event that leave ``least`` possible."""

    def evidence(questions: int, events: int) -> float:
        failures = questions - events
        if failures > surest:
            return math.inf
        others = counts[events:]
        ratios = (
            factorial[others]
            - factorial[others - events]
            + factorial[population - others]
            - factorial[population - others - failures]
        )
        null = (
            factorial[least]
            - factorial[least - events]
            + factorial[surest]
            - factorial[surest - failures]
        )
        return _log_sum(weights[events:] + ratios) - float(null)

    return _search(evidence, -math.log(alpha) + SLACK, population, least)


def _search(
    evidence: Callable[[int, int], float], enough: float, horizon: int, events: int
) -> Boundary:
    """Return where the evidence is enough, for fewer than ``events`` events.

    It grows with each question without event and falls with each event, so the places increase,
    and each is one change of sign.
    """
    stops: list[int] = []
    for count in range(events):
        below = stops[-1] if stops else 0
        step, found = 1, below + 1
        while found <= horizon and evidence(found, count) < enough:
            below, found, step = found, found + step, step * 2
        if found > horizon:
            if below >= horizon or evidence(horizon, count) < enough:
                break
            found = horizon
        while found - below > 1:
            middle = (below + found) // 2
            if evidence(middle, count) < enough:
                below = middle
            else:
                found = middle
        stops.append(found)
    return Boundary(stops=tuple(stops), horizon=horizon)


def _log_sum(values: "NDArray[np.float64]") -> float:
    import numpy as np  # noqa: PLC0415 - loaded already by the caller

    top = float(values.max())
    return top + math.log(float(np.exp(values - top).sum()))


def _log_beta_part(a: float, b: float, x: float) -> float:
    """Return the logarithm of the integral of t^(a-1) (1-t)^(b-1) from 0 to x, for 0 < x < 1."""
    whole = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    if x < (a + 1) / (a + b + 2):
        return _log_tail(a, b, x)
    return whole + math.log1p(-math.exp(_log_tail(b, a, 1 - x) - whole))


def _log_tail(a: float, b: float, x: float) -> float:
    """Return the same by the continued fraction (DLMF 8.17.22), which is quick for small x."""
    front = a * math.log(x) + b * math.log1p(-x) - math.log(a)
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    fraction = d
    for m in range(1, 10_000):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + factor * d or tiny)
            c = 1 + factor / c or tiny
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front + math.log(fraction)


def _require(*, rate: float, alpha: float, prior: Prior, horizon: int) -> None:
    require_alpha(alpha)
    if not 0 < rate < 1:
        raise Error("stats.threshold", f"a rate lies between 0 and 1, found {rate!r}")
    if not all(0 < number <= MAX_PRIOR for number in prior):
        raise Error(
            "stats.prior", f"a Beta prior has numbers above 0 and up to {MAX_PRIOR:g}: {prior!r}"
        )
    if type(horizon) is not int or not 1 <= horizon <= MAX_HORIZON:
        raise Error("stats.horizon", f"1 to {MAX_HORIZON:,} questions are planned, not {horizon!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """What a table does at one true rate, computed exactly."""

    stops: float
    """Chance that it rules the rate out at all."""
    mean: float
    """Expected number of questions; where it never does, all of them are asked."""
    ninth: int
    """Number of questions that nine runs of ten do not exceed."""


def operate_draws(boundary: Boundary, rate: float) -> Operation:
    """Return what the table does when each question has the event with chance ``rate``.

    Raises:
        Error: ``stats.threshold`` unless 0 <= rate <= 1.
    """
    if not 0 <= rate <= 1:
        raise Error("stats.threshold", f"a rate lies from 0 to 1, found {rate!r}")
    return _operate(boundary, lambda _, __: rate)


def operate_population(boundary: Boundary, *, population: int, events: int) -> Operation:
    """Return what the table does when ``events`` of the questions have the event.

    Raises:
        Error: ``stats.population`` unless 0 <= events <= population = the table's horizon.
    """
    if population != boundary.horizon or not 0 <= events <= population:
        raise Error("stats.population", f"{events!r} of {population!r} questions cannot be")
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    def chance(asked: int, states: "NDArray[np.float64]") -> "NDArray[np.float64]":
        share: NDArray[np.float64] = np.clip((events - states) / (population - asked), 0.0, 1.0)
        return share

    return _operate(boundary, chance)


def _operate(
    boundary: Boundary,
    chance: Callable[[int, "NDArray[np.float64]"], "NDArray[np.float64] | float"],
) -> Operation:
    """Go through the numbers of events question by question (dynamic programming)."""
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    states = np.arange(len(boundary.stops), dtype=float)
    running = np.zeros(len(states))
    if len(states):
        running[0] = 1.0
    never = 0.0 if len(states) else 1.0
    stopped = np.zeros(boundary.horizon + 1)
    for asked in range(boundary.horizon):
        passing = running * chance(asked, states)
        running = running - passing
        running[1:] += passing[:-1]
        never += float(passing[-1]) if len(passing) else 0.0
        out = bisect_right(boundary.stops, asked + 1)
        stopped[asked + 1] = running[:out].sum()
        running[:out] = 0.0
    never += float(running.sum())
    total = float(stopped.sum())
    reached = np.cumsum(stopped)
    ninth = int(np.searchsorted(reached, 0.9 - 1e-12))
    return Operation(
        stops=min(total, 1.0),
        mean=float(stopped @ np.arange(len(stopped))) + never * boundary.horizon,
        ninth=min(ninth, boundary.horizon),
    )
