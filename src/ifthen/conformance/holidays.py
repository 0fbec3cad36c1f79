"""The calendar document: which days are holidays of a place, for the years for which that is known.

Rules make the days: a date, a weekday of a month, a distance from Easter. A calendar says for which
years its rules hold, and in its notice which of them were compared with a list; of other years it
says nothing, and nothing is guessed.
"""

from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ifthen.encoding.calendar import SATURDAY
from ifthen.encoding.document import Document, Line, Part, Text

Weekday = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]  # fmt: skip
WEEKDAYS: tuple[Weekday, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
)  # fmt: skip


class Fixed(Part):
    """The same date every year."""

    rule: Literal["date"]
    """The kind of rule."""
    title: Line
    """What the day is called."""
    month: int = Field(ge=1, le=12)
    """Month."""
    day: int = Field(ge=1, le=31)
    """Day of the month."""
    moves: Literal["no", "sunday-to-monday", "weekend-to-nearest"] = "no"
    """Where it is kept when it falls on a weekend. The day itself stays a holiday too."""
    only: Literal["every-year", "even-years"] = "every-year"
    """Years in which it is one."""

    @model_validator(mode="after")
    def _exists(self) -> "Fixed":
        date(2024, self.month, self.day)  # a leap year has every day that any year has
        return self


class NthWeekday(Part):
    """A weekday of a month, such as the third Monday in January."""

    rule: Literal["weekday"]
    """The kind of rule."""
    title: Line
    """What the day is called."""
    month: int = Field(ge=1, le=12)
    """Month."""
    weekday: Weekday
    """Day of the week."""
    nth: Literal[1, 2, 3, 4, -1]
    """Which of the month; -1: the last."""
    plus_days: int = Field(default=0, ge=0, le=6)
    """So many days later: an election day is the Tuesday after the first Monday."""
    only: Literal["every-year", "even-years"] = "every-year"
    """Years in which it is one."""


class FromEaster(Part):
    """So many days from Easter Sunday of the western churches."""

    rule: Literal["easter"]
    """The kind of rule."""
    title: Line
    """What the day is called."""
    days: int = Field(ge=-60, le=70)
    """Days after Easter Sunday; before it, less than 0."""


Rule = Annotated[Fixed | NthWeekday | FromEaster, Field(discriminator="rule")]


class HolidayCalendar(Document):
    """The holidays of a place or an institution."""

    kind: Literal["holidays"]
    title: Line
    """Whose holidays they are."""
    source: Line
    """What it was written from."""
    standing: Literal["primary", "secondary"]
    """Whether it was written from the text itself."""
    first_year: int = Field(ge=1900, le=2200)
    """First year for which it holds."""
    last_year: int = Field(ge=1900, le=2200)
    """Last year for which it holds."""
    notice: Text | None = None
    """What readers should know: days that are named from year to year are not in it."""
    rules: tuple[Rule, ...] = Field(min_length=1)
    """What makes the days."""

    @model_validator(mode="after")
    def _ordered(self) -> "HolidayCalendar":
        if self.last_year < self.first_year:
            raise ValueError("last_year is before first_year")
        return self

    def covers(self, first: date, last: date) -> bool:
        """Return whether it holds for every day between two days."""
        return self.first_year <= first.year and last.year <= self.last_year

    @cached_property
    def days(self) -> frozenset[date]:
        """Every holiday of its years, on whatever weekday."""
        return frozenset(
            day
            for year in range(self.first_year, self.last_year + 1)
            for rule in self.rules
            for day in _days(rule, year)
        )


def find_easter(year: int) -> date:
    """Return Easter Sunday of the western churches (Gregorian computus after Meeus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 19 * m) // 433
    month = (h + m - 7 * n + 90) // 25
    return date(year, month, (h + m - 7 * n + 33 * month + 19) % 32)


def _days(rule: Rule, year: int) -> tuple[date, ...]:
    if isinstance(rule, FromEaster):
        return (find_easter(year) + timedelta(days=rule.days),)
    if rule.only == "even-years" and year % 2:
        return ()
    if isinstance(rule, NthWeekday):
        return (_nth(rule, year) + timedelta(days=rule.plus_days),)
    try:
        day = date(year, rule.month, rule.day)
    except ValueError:
        return ()  # 29 February of a year that has none
    return (day, *_kept(rule, day))


def _kept(rule: Fixed, day: date) -> tuple[date, ...]:
    if rule.moves != "no" and day.weekday() == SATURDAY + 1:
        return (day + timedelta(days=1),)
    if rule.moves == "weekend-to-nearest" and day.weekday() == SATURDAY:
        return (day - timedelta(days=1),)
    return ()


def _nth(rule: NthWeekday, year: int) -> date:
    wanted = WEEKDAYS.index(rule.weekday)
    if rule.nth == -1:
        last = date(year + rule.month // 12, rule.month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - wanted) % 7)
    first = date(year, rule.month, 1)
    return first + timedelta(days=(wanted - first.weekday()) % 7 + 7 * (rule.nth - 1))
