"""A clock of a law over what happened: when its time ends, and how an entry names what asks for it.

Business days are counted with the holidays of the instrument's calendar, for the years for which it
holds; else without holidays, which can only make a day too early.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from ifthen.conformance.clocks import check_in_force
from ifthen.conformance.holidays import HolidayCalendar
from ifthen.conformance.instrument import Clock, Instrument, Provision
from ifthen.dossier.developer import Developer, DeveloperDocument
from ifthen.dossier.incident import Incident
from ifthen.encoding.calendar import list_ends
from ifthen.encoding.document import Loaded
from ifthen.framework.model import Framework

NO_ZONE: Final = "the instrument names no time zone"

Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What starts clocks, and what was done, as far as documents say it by a day."""

    on: date
    incidents: Sequence[Loaded[Incident]] = ()
    frameworks: Sequence[Loaded[Framework]] = ()
    developer: Loaded[Developer] | None = None
    calendars: Mapping[str, Loaded[HolidayCalendar]] = field(default_factory=dict)
    """Calendars of holidays by id."""
    filed: Mapping[str, Sequence[tuple[int, DeveloperDocument]]] = field(
        init=False, repr=False, compare=False
    )
    """Documents of the developer by their kind, each with its index, by day and name."""

    def __post_init__(self) -> None:
        filed: dict[str, list[tuple[int, DeveloperDocument]]] = {}
        listed = enumerate(self.developer.document.documents if self.developer else ())
        for i, x in sorted(listed, key=lambda pair: (pair[1].on, pair[1].id)):
            filed.setdefault(x.document, []).append((i, x))
        object.__setattr__(self, "filed", filed)


@dataclass(frozen=True, slots=True)
class Asked:
    """A clock of a provision of a law, and what happened."""

    law: Instrument
    provision: Provision
    clock: Clock
    happened: Happened

    @property
    def on(self) -> date:
        """The day that is asked for."""
        return self.happened.on

    @property
    def zone(self) -> ZoneInfo | None:
        """Time zone of the place; None where the instrument names none."""
        return ZoneInfo(self.law.time_zone) if self.law.time_zone else None

    def name(self, about: str) -> Values:
        """Return the values by which an entry says what asks for it."""
        law, clock = self.law, self.clock
        return {
            "id": f"law/{law.id}/{clock.id}/{about}"[:300],
            "kind": "law",
            "source": f"{law.id}, {self.provision.citation}, clock {clock.id}"[:300],
        }

    def end(self, begun: datetime) -> tuple[date, datetime, str | None]:
        """Return the last day of a time that began, the moment that ends it, and a note."""
        law, clock, zone = self.law, self.clock, self.zone or ZoneInfo("UTC")
        if clock.not_before is None:
            check_in_force(law, self.provision, begun, zone)
        if clock.unit != "business-days":
            last, before = next(list_ends(begun, clock.amount, clock.unit, zone))
            return last, before, None
        loaded = self.happened.calendars.get(law.holidays or "")
        if loaded is not None:
            calendar = loaded.document
            last, before = next(list_ends(begun, clock.amount, clock.unit, zone, calendar.days))
            if calendar.covers(begun.astimezone(zone).date(), last):
                bare, _ = next(list_ends(begun, clock.amount, clock.unit, zone))
                note = f"counted with the holidays of {calendar.title}; without holidays {bare}"
                return last, before, note + (f". {calendar.notice}" if calendar.notice else "")
        last, before = next(list_ends(begun, clock.amount, clock.unit, zone))
        return last, before, "counted without holidays, which can only make the day too early"


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in a place."""
    return datetime.combine(day, time(), zone)
