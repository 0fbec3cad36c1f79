"""Sums of log-normal numbers: how likely a sum, or a difference of sums, passes a value.

There is no closed form. The parts are integrated out one by one on nodes of the normal
distribution, beginning with the widest, whose own tail is exact; sums of more than two parts are
tabulated on the way. Against simulation the result is right to about 0.001.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

REACH: Final = 8.5
"""Standard deviations that are looked at; what lies beyond is less than 1e-16."""
_NODES: Final = 401
_GRID: Final = 2501
_FINE: Final = 40_001
_QUANTILES: Final = 2000

Part = tuple[float, float]
"""Median and standard deviation of the logarithm."""
Survival = Callable[[Any], Any]
"""From an array of values to the chances that the sum lies above each."""


def survive(parts: Sequence[Part], value: float) -> float:
    """Return P(sum > value) for independent parts; at least one is given."""
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    return _clip(float(make_survival(parts)(np.array([value]))[0]))


def survive_shared(parts: Sequence[Part], value: float) -> float:
    """Return P(sum > value) where one standard normal number moves all parts together."""
    if all(sd == 0 for _, sd in parts):
        return float(_move(parts, 0.0) > value)
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    low, high = -40.0, 40.0
    if _move(parts, low) > value:
        return 1.0
    if _move(parts, high) <= value:
        return 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (low, middle) if _move(parts, middle) > value else (middle, high)
    return float(special.ndtr(-high))


def _move(parts: Sequence[Part], z: float) -> float:
    return math.fsum(median * math.exp(sd * z) for median, sd in parts)


def exceed(one: Sequence[Part], other: Sequence[Part]) -> float:
    """Return P(sum of one > sum of other) for independent parts."""
    nodes, weights = _discretise(one)
    return _clip(float(weights @ (1 - make_survival(other)(nodes))))


def exceed_shared(one: Sequence[Part], other: Sequence[Part]) -> float:
    """Return P(sum of one > sum of other) where one normal number moves all parts together."""
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    z = np.linspace(-REACH, REACH, _FINE)
    gap = sum(m * np.exp(sd * z) for m, sd in one) - sum(m * np.exp(sd * z) for m, sd in other)
    weights = np.exp(-(z**2) / 2)
    return _clip(float(weights[gap > 0].sum() / weights.sum()))


def make_survival(parts: Sequence[Part]) -> Survival:
    """Return the function that says how likely the sum of independent parts passes a value."""
    return _make_survival(tuple(parts))


@lru_cache(maxsize=8)  # several values and quantiles are asked of one sum
def _make_survival(parts: tuple[Part, ...]) -> Survival:
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    exact = math.fsum(median for median, sd in parts if sd == 0)
    varying = sorted((part for part in parts if part[1] > 0), key=lambda x: -x[0] * x[1])
    if not varying:
        return lambda values: (np.asarray(values) < exact).astype(float)
    inner = _one(varying[0])
    for count, part in enumerate(varying[1:], start=1):
        if count > 1:
            inner = _tabulate(inner, *find_range(varying[:count]))
        inner = _add(inner, part)
    return lambda values: inner(np.asarray(values, dtype=float) - exact)


def find_range(parts: Sequence[Part]) -> tuple[float, float]:
    """Return values below and above which the sum lies with a chance that is no number's worth."""
    low, high = _move(parts, -REACH), _move(parts, REACH)
    return low * (1 - 1e-9), high * (1 + 1e-9)


def _one(part: Part) -> Survival:
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    median, sd = part

    def chance(values: Any) -> Any:
        above = np.maximum(values, 1e-300)
        return np.where(values <= 0, 1.0, special.ndtr((math.log(median) - np.log(above)) / sd))

    return chance


def _add(inner: Survival, part: Part) -> Survival:
    nodes, weights = _nodes(part)
    return lambda values: inner(values[:, None] - nodes[None, :]) @ weights


def _nodes(part: Part) -> tuple[Any, Any]:
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    z = np.linspace(-REACH, REACH, _NODES)
    weights = np.exp(-(z**2) / 2)
    return part[0] * np.exp(part[1] * z), weights / weights.sum()


def _tabulate(inner: Survival, low: float, high: float) -> Survival:
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    places = np.linspace(math.log(low), math.log(high), _GRID)
    table = inner(np.exp(places))

    def chance(values: Any) -> Any:
        return np.where(
            values <= 0,
            1.0,
            np.interp(np.log(np.maximum(values, 1e-300)), places, table, left=1.0, right=0.0),
        )

    return chance


def _discretise(parts: Sequence[Part]) -> tuple[Any, Any]:
    """Return values and weights that stand for the distribution of a sum."""
    import numpy as np  # noqa: PLC0415 - importing it costs 0.1 s

    if all(sd == 0 for _, sd in parts):
        return np.array([_move(parts, 0.0)]), np.array([1.0])
    if len(parts) == 1:
        return _nodes(parts[0])
    low, high = find_range(parts)
    places = np.linspace(math.log(low), math.log(high), _GRID)
    below = 1 - make_survival(parts)(np.exp(places))
    chances = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    values = np.exp(np.interp(chances, np.maximum.accumulate(below), places))
    return values, np.full(_QUANTILES, 1 / _QUANTILES)


def _clip(chance: float) -> float:
    return min(1.0, max(0.0, chance))
