"""Deadlines that an event starts."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.conformance.clocks import add_business_days, list_deadlines
from ifthen.errors import Error
from ifthen.workspace.instruments import find_instrument, load_instruments

LAW = find_instrument(load_instruments(), "ca-sb53").document
ZONE = ZoneInfo("America/Los_Angeles")
CLOCKS = {c.id: c for p in LAW.provisions for c in p.clocks}
EVENT = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def one(unit, amount):
    return next(id for id, c in CLOCKS.items() if (c.unit, c.amount) == (unit, amount))


def test_fifteen_days_end_at_midnight_of_the_place_with_its_summer_time():
    (deadline,) = list_deadlines(LAW, one("days", 15), EVENT, ZONE)
    assert deadline.last_day == date(2026, 3, 17)
    assert deadline.before == datetime(2026, 3, 18, 7, 0, tzinfo=UTC)  # summer time since 8 March


def test_twenty_four_hours_are_hours():
    (deadline,) = list_deadlines(LAW, one("hours", 24), EVENT, ZONE)
    assert deadline.before == datetime(2026, 3, 3, 20, 0, tzinfo=UTC)


def test_a_clock_that_nobody_knows_and_an_event_without_zone():
    for arguments, code in (
        (("nothing", EVENT), "clock.unknown"),
        ((one("days", 15), EVENT.replace(tzinfo=None)), "clock.no-zone"),
        ((one("days", 15), datetime(2020, 1, 1, tzinfo=UTC)), "clock.not-in-force"),
    ):
        with pytest.raises(Error) as caught:
            list_deadlines(LAW, *arguments, ZONE)
        assert caught.value.code == code


def test_business_days_leave_out_weekends_and_holidays():
    friday = date(2026, 3, 6)
    assert add_business_days(friday, 1, ()) == date(2026, 3, 9)
    assert add_business_days(friday, 1, {date(2026, 3, 9)}) == date(2026, 3, 10)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_so_many_business_days_lie_between(day, amount):
    later = add_business_days(day, amount, ())
    days = [date.fromordinal(n) for n in range(day.toordinal() + 1, later.toordinal() + 1)]
    assert sum(x.weekday() < 5 for x in days) == amount
    assert later.weekday() < 5
