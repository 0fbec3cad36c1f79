"""Deadlines of an instrument: an event and its clock give the last moment.

Hours count moments, so that a change of daylight saving takes or gives none. Days and longer count
whole days of the place, the day of the event not included, and end with the last of them; months
and years end on the same day of the month, or on its last. Holidays are an argument: texts do not
agree on them, and no calendar is guessed. How courts count is not modelled.
"""

from collections.abc import Collection
from datetime import date, datetime, tzinfo
from itertools import islice

from ifthen.conformance.instrument import Instrument, Provision
from ifthen.encoding.calendar import list_ends
from ifthen.encoding.document import Day, Line, Moment, Part, Text
from ifthen.errors import Error


class Deadline(Part):
    """When something is due."""

    provision: Line
    """Id of the provision."""
    citation: Line
    """Its place in the instrument."""
    clock: Line
    """Id of the clock."""
    event: Text
    """What started it."""
    last_day: Day
    """Last day, in the place."""
    before: Moment
    """The moment that ends the time, in UTC: for days, the midnight that follows the last day."""
    recipient: Line | None = None
    """Who is told."""
    otherwise: Text | None = None
    """Another time that the text allows."""
    cautions: tuple[Text, ...] = ()
    """What has to be known of the instrument: what was not read, and its notice."""


def list_deadlines(
    instrument: Instrument,
    clock_id: str,
    event: datetime,
    zone: tzinfo,
    holidays: Collection[date] = (),
    *,
    count: int = 1,
) -> tuple[Deadline, ...]:
    """Return the deadlines that an event starts: one, or the first ``count`` if the clock repeats.

    Raises:
        Error: ``clock.unknown``, ``clock.no-zone`` for an event without time zone, or
            ``clock.not-in-force`` where the provision does not apply on the day of the event.
    """
    if event.tzinfo is None:
        raise Error(
            "clock.no-zone", f"{event} has no time zone", hint="write it like 2026-07-01T12:00:00Z"
        )
    clocks = {c.id: (p, c) for p in instrument.provisions for c in p.clocks}
    if clock_id not in clocks:
        raise Error(
            "clock.unknown",
            f"{instrument.id} has no clock {clock_id}",
            hint=f"it has: {', '.join(clocks) or 'none'}",
        )
    provision, clock = clocks[clock_id]
    check_in_force(instrument, provision, event, zone)
    return tuple(
        Deadline(
            provision=provision.id,
            citation=provision.citation,
            clock=clock.id,
            event=clock.event,
            last_day=last,
            before=before,
            recipient=clock.recipient,
            otherwise=clock.otherwise,
            cautions=instrument.cautions(),
        )
        for last, before in islice(
            list_ends(event, clock.amount, clock.unit, zone, frozenset(holidays)),
            count if clock.repeats else 1,
        )
    )


def check_in_force(
    instrument: Instrument, provision: Provision, event: datetime, zone: tzinfo
) -> None:
    """Refuse an event of a day on which the provision does not apply.

    Raises:
        Error: ``clock.not-in-force``.
    """
    day = event.astimezone(zone).date()
    if not instrument.applies(provision, day):
        raise Error(
            "clock.not-in-force",
            f"{provision.citation} is not in force on {day}",
            hint="give an event on a day on which it is",
        )
