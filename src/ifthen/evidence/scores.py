"""Score values as numbers, and the ways to make one score of a question's epochs.

The rules are those of Inspect's built-in scorers and reducers, written anew, so that a number can
be recomputed without running the software that stated it. Only the reducers named here exist; a
name that a log gives is looked up, never imported.
"""

import math
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ifthen.evidence.rules import NEWEST, Rules

_LETTERS: Final = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
_WORDS: Final = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_WITH_K = re.compile(r"(at_least|pass_at|pass_k)_([1-9][0-9]{0,5})")
_DEPTH = 50
"""How deep score values are compared."""
OFF: Final = "none"
"""Name of the reducer that reduces nothing; no log calls a reducer so."""
_PLAIN: Final = frozenset({"mean", "median", "mode", "majority", "max"})
COUNTING: Final = frozenset({"mode", "majority"})
"""Reducers that count how often each value stands, and do not grow with the values."""


class Unusable(StrEnum):
    """Why a value is no number."""

    UNSCORED = "unscored"
    """NaN or null: the scorer gave no score."""
    NOT_A_NUMBER = "not a number"
    """A list, a mapping or text that names no number; the producer counts it as 0."""


def value_to_float(value: Any) -> float | Unusable:
    """Return the number that a score value stands for.

    C is 1, P is 0.5, I and N are 0; yes and true are 1, no and false are 0 in any case; text of a
    finite number is that number. An integer too large for a float is infinite.
    """
    if isinstance(value, str):
        if (letter := _LETTERS.get(value)) is not None:
            return letter
        if (word := _WORDS.get(value.lower())) is not None:
            return word
        try:
            number = float(value)
        except ValueError:
            return Unusable.NOT_A_NUMBER
        return number if math.isfinite(number) else Unusable.NOT_A_NUMBER
    if value is None:
        return Unusable.UNSCORED
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
        return Unusable.UNSCORED if math.isnan(number) else number
    return Unusable.NOT_A_NUMBER


def producer_number(value: Any) -> float:
    """Return the number that the producer counts: 0 for what is none, NaN for no score."""
    number = value_to_float(value)
    if number is Unusable.UNSCORED:
        return math.nan
    return 0.0 if isinstance(number, Unusable) else number


def is_same(one: Any, other: Any, depth: int = _DEPTH) -> bool:
    """Return whether two score values are the same; NaN and null both mean no score.

    Values nested deeper than ``depth`` are not: nobody could compare them at any depth.
    """
    if depth == 0:
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            is_same(one[key], other[key], depth - 1) for key in one
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            is_same(mine, theirs, depth - 1) for mine, theirs in zip(one, other, strict=True)
        )
    return (_no_score(one) and _no_score(other)) or bool(one == other)


def _no_score(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


@dataclass(frozen=True, slots=True)
class Reducer:
    """How the epochs of a question become one score."""

    name: str
    """One of mean, median, mode, majority, max, at_least, pass_at, pass_k; none where it is off."""
    k: int = 0
    """Number of epochs that ``at_least``, ``pass_at`` and ``pass_k`` are about."""
    rules: Rules = NEWEST
    """Those of the producer's release."""

    @property
    def is_off(self) -> bool:
        """Whether nothing is reduced: metrics run over single answers.

        What a question scored is their mean then, of which the mean over all answers is made where
        every question was asked as often.
        """
        return self.name == OFF

    @property
    def label(self) -> str:
        """The name as logs write it, such as ``pass_at_2``."""
        return f"{self.name}_{self.k}" if self.k else self.name

    def reduce(self, values: Sequence[Any]) -> float:
        """Return the producer's score of a question from its epochs' values; NaN for no score."""
        scored = values
        if self.rules.drops_unscored_epochs and (
            self.rules.reduces_unscored_safely or self.name != "max"
        ):
            scored = [value for value in values if value_to_float(value) is not Unusable.UNSCORED]
        if not scored:
            return math.nan
        if self.name in COUNTING:
            value, count = Counter(map(_mode_key, scored)).most_common(1)[0]
            wins = self.name == "mode" or count * 2 > len(values)
            return producer_number(value) if wins else math.nan
        return self._statistic([producer_number(value) for value in scored], self.rules)

    def bounds(self, lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
        """Return the least and the greatest score of a question from bounds for each epoch.

        Every reducer but mode and majority grows with each of its values; the mode is one of them.
        Where the score is undefined (fewer epochs than k, and perhaps no majority) it could be
        anything from 0 to 1.
        """
        if self.name == "majority":
            return 0.0, 1.0
        if self.name == "mode":
            return min(lows), max(highs)
        low, high = (self._statistic(list(side), NEWEST) for side in (lows, highs))
        return (0.0, 1.0) if math.isnan(low) or math.isnan(high) else (low, high)

    def _statistic(self, numbers: list[float], rules: Rules) -> float:
        match self.name:
            case "mean" | "none":
                return statistics.mean(numbers)
            case "median":
                return statistics.median(numbers)
            case "max":
                return max(numbers)
        correct = sum(1 for number in numbers if number >= 1.0)
        if self.name == "at_least":
            return 1.0 if correct >= self.k else 0.0
        if not rules.pass_is_at_least_one:
            correct = sum(1 for number in numbers if number == 1.0)
        total = len(numbers)
        if total < self.k:
            return math.nan if rules.reduces_unscored_safely else 1.0
        if self.name == "pass_k":
            return math.comb(correct, self.k) / math.comb(total, self.k)
        return _pass_at(total, correct, self.k)


def _mode_key(value: Any) -> str | int | float:
    """Return what the mode counts; every NaN is a value of its own."""
    if value is None:
        return float("nan")
    return value if isinstance(value, str | int | float) else 0.0


def _pass_at(total: int, correct: int, k: int) -> float:
    """Return the chance that k epochs drawn from ``total`` hold a correct one.

    1 - C(total - correct, k) / C(total, k) as a product (Chen et al. 2021, arXiv:2107.03374,
    section 2.1), with numpy's order of multiplication, so that it is the producer's to the bit.
    """
    if total - correct < k:
        return 1.0
    import numpy as np  # noqa: PLC0415 - most logs do without it

    missed = np.prod(1.0 - k / np.arange(total - correct + 1, total + 1))
    return 1.0 - float(missed)


def parse_reducer(name: str, rules: Rules = NEWEST) -> Reducer | None:
    """Return the reducer of that name as logs write it, or None for one that is not known."""
    if name in _PLAIN:
        return Reducer(name, rules=rules)
    if match := _WITH_K.fullmatch(name):
        return Reducer(match[1], int(match[2]), rules)
    return None
