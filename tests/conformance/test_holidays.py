"""Holiday calendars: their rules against published lists, and nothing outside their years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ifthen.conformance.holidays import Fixed, find_easter
from ifthen.workspace.instruments import load_calendars, load_instruments

CALENDARS = load_calendars()


def weekdays(id, year):
    """Return the holidays of a year that are no weekend, as (month, day)."""
    days = CALENDARS[id].document.days
    return {(x.month, x.day) for x in days if x.year == year and x.weekday() < 5}


def test_the_rules_of_the_institutions_make_the_list_of_2023_that_was_published():
    # Official Journal C 201 I of 28.5.2021, page 2, for staff in Brussels.
    assert weekdays("eu-institutions", 2023) == {
        (1, 2), (4, 6), (4, 7), (4, 10), (5, 1), (5, 9), (5, 18), (5, 19), (5, 29),
        (7, 21), (8, 15), (11, 1), (11, 2), *((12, x) for x in range(25, 30)),
    }  # fmt: skip


def test_a_holiday_on_a_weekend_is_kept_as_the_law_of_the_place_says():
    # 4 July 2026 is a Saturday, 25 December 2022 a Sunday.
    assert (7, 3) in weekdays("us-federal", 2026)
    assert not {(7, 3), (7, 6)} & weekdays("us-ny", 2026)
    assert (12, 26) in weekdays("us-ny", 2022)
    assert (12, 26) not in weekdays("us-il", 2022)


def test_an_election_is_on_the_tuesday_after_the_first_monday():
    assert (11, 3) in weekdays("us-ny", 2026)
    assert (11, 2) in weekdays("us-ny", 2027)  # the first Monday is the 1st
    assert (11, 2) not in weekdays("us-il", 2027)  # nobody is elected to the House


@pytest.mark.parametrize(
    ("year", "month", "day"),
    # Among them the earliest and the latest day that is possible, and exceptions of the tables.
    [(1818, 3, 22), (1943, 4, 25), (1954, 4, 18), (1981, 4, 19), (2008, 3, 23), (2014, 4, 20),
     (2025, 4, 20), (2026, 4, 5), (2038, 4, 25), (2049, 4, 18), (2076, 4, 19), (2285, 3, 22)],
)  # fmt: skip
def test_easter(year, month, day):
    assert find_easter(year) == date(year, month, day)


@given(st.integers(1900, 2199))
def test_easter_is_the_sunday_after_a_full_moon_of_spring(year):
    # The paschal full moon of the Gregorian calendar, by the epact of Clavius.
    golden, century = year % 19 + 1, year // 100 + 1
    epact = (11 * golden + 20 + (8 * century + 5) // 25 - 5 - (3 * century // 4 - 12)) % 30
    epact += epact == 24 or (epact == 25 and golden > 11)
    moon = 44 - epact
    full = date(year, 3, 1) + timedelta(days=(moon if moon >= 21 else moon + 30) - 1)
    assert find_easter(year) == full + timedelta(days=6 - full.weekday() or 7)


def test_a_calendar_says_nothing_of_other_years():
    calendar = CALENDARS["us-ny"].document
    assert calendar.covers(date(2021, 1, 1), date(2035, 12, 31))
    assert not calendar.covers(date(2020, 12, 31), date(2021, 1, 4))
    assert not calendar.covers(date(2035, 12, 31), date(2036, 1, 1))
    assert {x.year for x in calendar.days} == set(range(2021, 2036))


def test_a_day_that_no_year_has_is_refused_and_a_leap_day_comes_in_leap_years():
    with pytest.raises(ValidationError):
        Fixed(rule="date", title="T", month=2, day=30)
    leap = CALENDARS["us-ny"].document.model_copy(
        update={"rules": (Fixed(rule="date", title="T", month=2, day=29),)}
    )
    assert {x.year for x in leap.days} == {2024, 2028, 2032}


def test_every_instrument_that_counts_business_days_names_a_calendar_of_the_library():
    laws = [x.document for x in load_instruments()]
    assert all(x.holidays in CALENDARS for x in laws if x.holidays)
    counting = {
        x.id for x in laws for p in x.provisions for c in p.clocks if c.unit == "business-days"
    }
    assert counting == {x.id for x in laws if x.id in counting and x.holidays}
