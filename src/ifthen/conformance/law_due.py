"""Deadlines of laws by what is known of a developer, its incidents and its frameworks. Pure.

What starts a clock stands in the instrument, as ``starts``. A clock of incidents that names nothing
is undetermined, not left out. Whether an incident is what a law means, and a change is material,
stays for people: what is graded serious starts clocks.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from ifthen.conformance.instrument import Instrument
from ifthen.conformance.law_clock import NO_ZONE, Asked, Happened, Values
from ifthen.conformance.law_due_documents import list_document_due
from ifthen.conformance.recipients import canonical_name, split_recipients
from ifthen.conformance.scope import Covered, judge_scope
from ifthen.decision.due import Due
from ifthen.dossier.developer import Developer
from ifthen.dossier.incident import Incident, IncidentReport
from ifthen.encoding.document import Loaded

OF_INCIDENTS: Final = frozenset({
    "discovery", "imminent", "determination", "learning", "awareness", "incident-record",
    "last-incident-report", "incident-resolved",
})  # fmt: skip
"""Starts that an incident gives."""


def list_law_due(laws: Sequence[Loaded[Instrument]], happened: Happened) -> Iterator[Due]:
    """Yield what laws ask for by a day because of what documents say, as far as known by then.

    Without what is known of the developer, clocks that start with its reviews, reports, audits and
    models say nothing; of a subject that does not cover it, no clock runs.
    """
    developer, incidents, on = happened.developer, happened.incidents, happened.on
    for loaded in laws:
        law = loaded.document
        covered = _covered(law, developer, on)
        for provision in law.provisions:
            if covered.get(provision.binds) == "no":
                continue
            for clock in provision.clocks:
                asked = Asked(law, provision, clock, happened)
                start = clock.starts
                if start in OF_INCIDENTS or (start is None and provision.asks == "incident-report"):
                    for incident in incidents:
                        if incident.document.discovered_on <= on:
                            yield from _incident(asked, incident)
                else:
                    yield from list_document_due(asked)


def list_silent(laws: Sequence[Loaded[Instrument]], on: date) -> Iterator[str]:
    """Yield, for each law, its clocks in force that say nothing without the developer's documents.

    They start with documents, models and events, not with incidents or versions of a framework.
    """
    for loaded in laws:
        law = loaded.document
        clocks = [
            clock.id
            for provision in law.provisions
            for clock in provision.clocks
            if law.applies(provision, on)
            and clock.starts not in OF_INCIDENTS | {"modification"}
            and not (clock.starts is None and provision.asks == "incident-report")
        ]
        if clocks:
            count = "1 clock says" if len(clocks) == 1 else f"{len(clocks)} clocks say"
            yield (
                f"{law.id}: {count} nothing, since nobody lists the documents, models and events "
                f"of the developer: {', '.join(clocks)}"
            )


def list_unstarted(
    laws: Sequence[Loaded[Instrument]], happened: Happened, found: Sequence[Due]
) -> Iterator[str]:
    """Yield, for each law, its clocks in force that nothing in the developer's documents started.

    That an event did not happen, and that nobody wrote it down, look the same.
    """
    said = {"/".join(x.id.split("/")[:3]) for x in found}
    for loaded in laws:
        law = loaded.document
        covered = _covered(law, happened.developer, happened.on)
        clocks = [
            f"{clock.id} ({clock.starts})"
            for provision in law.provisions
            for clock in provision.clocks
            if law.applies(provision, happened.on)
            and covered.get(provision.binds) != "no"
            and clock.starts not in OF_INCIDENTS | {"modification"}
            and f"law/{law.id}/{clock.id}" not in said
            and not (clock.starts is None and provision.asks == "incident-report")
        ]
        if clocks:
            count = "1 clock is" if len(clocks) == 1 else f"{len(clocks)} clocks are"
            yield (
                f"{law.id}: {count} undetermined, since no document dates a start; if it happened, "
                f"list it in the document of kind developer: {', '.join(clocks)}"
            )


def _covered(
    law: Instrument, developer: Loaded[Developer] | None, on: date
) -> Mapping[str, Covered]:
    if developer is None:
        return {}
    return {x.id: judge_scope(x, law.id, developer.document, on).covered for x in law.subjects}


def _incident(asked: Asked, loaded: Loaded[Incident]) -> Iterator[Due]:
    incident, law, clock, on = loaded.document, asked.law, asked.clock, asked.on
    begun = _begin(asked, incident)
    event = begun if isinstance(begun, datetime) else incident.discovered_at
    place = asked.zone or UTC
    if begun is None or not law.applies(asked.provision, event.astimezone(place).date()):
        return
    values = asked.name(incident.id) | {
        "model": incident.model,
        "owner": f"{incident.recorded_by.name}, {incident.recorded_by.role}"[:300],
        "where": loaded.where("discovered_at"),
    }
    recipient = clock.recipient or "whom the text names"
    title = f"{law.id}: tell {recipient} of incident {incident.id}"
    if clock.asks == "keep":
        title = f"{law.id}: keep what is recorded of incident {incident.id}"
    if isinstance(begun, str):
        yield Due(title=title, standing="undetermined", reason=begun, **values)
        return
    if asked.zone is None:
        yield Due(title=title, standing="undetermined", reason=NO_ZONE, **values)
        return
    last, before, note = asked.end(begun)
    values |= {"since": begun.astimezone(place).date(), "last_day": last}
    if clock.asks == "keep":
        if on <= last:
            yield Due(title=title, standing="due", **values)
        return
    if clock.unit == "hours":
        title += f", before {before:%Y-%m-%d %H:%M} UTC"
    after = begun if clock.starts in ("incident-resolved", "last-incident-report") else None
    stand = _stand(asked, incident, (last, before), after)
    if note and not stand.get("reason"):
        stand["reason"] = note
    yield Due(title=title, **stand, **values)


def _begin(asked: Asked, incident: Incident) -> datetime | str | None:
    """Return when a clock began to run, why that cannot be told, or None if it did not begin.

    A clock that began does not stop because the incident is graded down later.
    """
    clock, on = asked.clock, asked.on
    graded = [x for x in incident.gradings if _day(x.at) <= on]
    serious = [x.at for x in graded if x.severity == "serious-incident"]
    if not serious:
        return None
    start, harm = clock.starts, incident.harm
    known = incident.aware_at or incident.discovered_at
    if _day(known) > on:
        return None
    if start == "discovery":
        return incident.discovered_at
    if start == "learning":
        if clock.alternative and incident.aware_at is None:
            return "no document here says when facts were learned that gave a belief (aware_at)"
        return known
    if start == "determination":
        return serious[0]
    if start == "incident-record":
        return incident.discovered_at
    if start in ("last-incident-report", "incident-resolved"):
        return _follow(asked, incident)
    if start == "imminent":
        if harm is None or harm.imminent == "not-known":
            return "whether there is an imminent risk of death or serious injury is not stated"
        return incident.discovered_at if harm.imminent == "yes" else None
    if start == "awareness":
        if harm is None:
            return "which harms the incident did is not stated"
        return known if not clock.harms or set(clock.harms) & set(harm.kinds) else None
    return f"no document here says when this happened: {clock.event}"


def _follow(asked: Asked, incident: Incident) -> datetime | str | None:
    """Return when the time of a follow-up report began: at the last report, or when it was over."""
    clock, on = asked.clock, asked.on
    over = incident.resolved_at
    if over is not None and _day(over) > on:
        over = None
    if clock.starts == "incident-resolved":
        return over
    named = split_recipients(asked.law, clock)
    told = [
        x.at
        for x in incident.reports
        if _day(x.at) <= on and canonical_name(asked.law, x.to) in named
    ]
    if over is not None or not told:
        return None  # an incident that is over asks for the last report; the first has its own time
    return max(told)


def _stand(
    asked: Asked, incident: Incident, ends: tuple[date, datetime], after: datetime | None
) -> Values:
    """Return the standing of a report: every recipient has to be told, by its name, in time.

    A name that the instrument does not know may be the recipient's: what it was told in time keeps
    a report from being missed, and leaves it undetermined. ``after``: only what was said later
    counts.
    """
    on, (last_day, before) = asked.on, ends
    told = [
        (x, canonical_name(asked.law, x.to))
        for x in incident.reports
        if _day(x.at) <= on and (after is None or x.at > after)
    ]
    named = split_recipients(asked.law, asked.clock)
    if told and (not named or named == ["appropriate authority"]):
        return _stand_anybody(asked, [x for x, _ in told], before)
    first = [min((x.at for x, to in told if to == name), default=None) for name in named]
    done = [x for x in first if x is not None]
    if done and len(done) == len(first):
        return _done(asked, max(done), before)
    others = [x for x, to in told if to not in named]
    if on > last_day and all(x <= before for x in done) and any(x.at <= before for x in others):
        recipient = asked.clock.recipient or "whom the text names"
        said = _say(asked, [x for x in others if x.at <= before])
        reason = f"told: {said}; whether that is {recipient} is for a person"
        return {"standing": "undetermined", "reason": reason}
    names = sorted({x.to for x in others})
    return {
        "standing": "due" if on <= last_day else "missed",
        "reason": f"told others by name: {', '.join(names)}" if names else None,
    }


def _stand_anybody(asked: Asked, told: Sequence[IncidentReport], before: datetime) -> Values:
    """Return the standing of a report to whoever fits: only a person can tell who does.

    Where nobody at all was told in time, it is late whoever that is.
    """
    early = [x for x in told if x.at <= before]
    if not early:
        return _done(asked, min(x.at for x in told), before)
    reason = f"told: {_say(asked, early)}; whether that is whom the text means is for a person"
    return {"standing": "undetermined", "reason": reason}


def _done(asked: Asked, at: datetime, before: datetime) -> Values:
    standing = "met" if at <= before else "late"
    return {"standing": standing, "done_on": at.astimezone(asked.zone or UTC).date()}


def _say(asked: Asked, told: Sequence[IncidentReport]) -> str:
    return "; ".join(f"{x.to} on {x.at.astimezone(asked.zone or UTC).date()}" for x in told)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
