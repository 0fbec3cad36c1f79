"""Which counts a printed percentage can come from, and whether a printed spread can be.

A share of n answers is k/n for a whole k, so a percentage printed with few decimals fits some
numbers of answers and not others (Brown and Heathers, "The GRIM test", 2017). What does not fit is
a question to the author (how many answers, how many epochs), never a verdict.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from ifthen.errors import Error

MAX_DECIMALS = 12
MAX_ANSWERS = 10_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """A percentage as it is printed."""

    value: Decimal
    """In per cent, 0 to 100."""
    decimals: int
    """Decimals that are printed."""

    @property
    def half(self) -> Decimal:
        """Half of the last place: a value within it rounds to what is printed, either way."""
        return Decimal(5).scaleb(-self.decimals - 1)


def parse_percentage(text: str) -> Printed:
    """Return a printed percentage, such as ``38.8 %``; the per cent sign may be left out.

    Raises:
        Error: ``stats.percentage`` unless it is a decimal number between 0 and 100 with at most
            ``MAX_DECIMALS`` decimals.
    """
    plain = text.strip().removesuffix("%").strip()
    try:
        value = Decimal(plain) if plain.replace(".", "", 1).isdecimal() else None
    except InvalidOperation:
        value = None
    decimals = len(plain.partition(".")[2])
    if value is None or not plain.isascii() or not 0 <= value <= 100 or decimals > MAX_DECIMALS:
        raise Error(
            "stats.percentage",
            f"{text[:40]!r} is no percentage between 0 and 100",
            hint="write it as it is printed, such as 38.8%",
        )
    return Printed(value=value, decimals=decimals)


def find_counts(printed: Printed, answers: int) -> tuple[int, ...]:
    """Return every count of ``answers`` whose percentage rounds to what is printed.

    Either way of rounding a half is allowed. Empty: no count does.

    Raises:
        Error: ``stats.answers`` unless there is one answer or more.
    """
    require_answers(answers)
    low = (printed.value - printed.half) * answers / 100
    high = (printed.value + printed.half) * answers / 100
    first = max(0, int(low.to_integral_value(ROUND_CEILING)))
    last = min(answers, int(high.to_integral_value(ROUND_FLOOR)))
    return tuple(range(first, last + 1))


def fits(printed: Printed, *, questions: int, epochs: int = 1) -> bool:
    """Return whether some count of ``questions`` times ``epochs`` answers rounds to it.

    Raises:
        Error: ``stats.answers``.
    """
    return bool(find_counts(printed, require_answers(questions) * require_answers(epochs)))


def fewest_epochs(printed: Printed, questions: int, *, most: int = 100) -> int | None:
    """Return the fewest epochs of so many questions that it fits, or None up to ``most``.

    Raises:
        Error: ``stats.answers``.
    """
    return next(
        (e for e in range(1, most + 1) if fits(printed, questions=questions, epochs=e)), None
    )


def list_denominators(printed: Printed, *, most: int) -> Iterator[int]:
    """Yield every number of answers up to ``most`` that it fits.

    Raises:
        Error: ``stats.answers``.
    """
    require_answers(most)
    return (answers for answers in range(1, most + 1) if find_counts(printed, answers))


def detection_power(answers: int, decimals: int) -> float:
    """Return the share of printed values that no count of ``answers`` fits, 0 to 1.

    It is the chance that an arbitrary wrong value is noticed: none when there are more answers than
    printed values.

    Raises:
        Error: ``stats.answers``, ``stats.percentage`` for more than six decimals.
    """
    require_answers(answers)
    if not 0 <= decimals <= 6:
        raise Error("stats.percentage", f"needs 0 to 6 decimals, found {decimals!r}")
    values: int = 100 * 10**decimals
    reached: set[int] = set()
    if answers >= values:
        return 0.0
    for count in range(answers + 1):
        scaled = Decimal(count) * values / answers
        reached.add(int((scaled - Decimal("0.5")).to_integral_value(ROUND_CEILING)))
        reached.add(int((scaled + Decimal("0.5")).to_integral_value(ROUND_FLOOR)))
    fitting = len({each for each in reached if 0 <= each <= values})
    return 1 - fitting / (values + 1)


def least_standard_error(printed: Printed, questions: int) -> float:
    """Return the least standard error that a share of single answers can have, as a fraction.

    sqrt(p(1-p)/n) over the shares that round to what is printed; a smaller one means that there
    were more answers than questions, or that it was computed otherwise.

    Raises:
        Error: ``stats.answers``.
    """
    require_answers(questions)
    low = max(0.0, float((printed.value - printed.half) / 100))
    high = min(1.0, float((printed.value + printed.half) / 100))
    return min(math.sqrt(share * (1 - share) / questions) for share in (low, high))


def require_answers(answers: int) -> int:
    """Return a number of answers.

    Raises:
        Error: ``stats.answers`` unless it is a whole number from 1 to ``MAX_ANSWERS``.
    """
    if not isinstance(answers, int) or isinstance(answers, bool) or not 1 <= answers <= MAX_ANSWERS:
        raise Error(
            "stats.answers", f"needs a whole number of answers from 1 on, found {answers!r}"
        )
    return answers
