"""Drafts about something that happened: an incident, a new version of the framework. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date

from ifthen.conformance.filing import (
    Answer,
    Entry,
    Filing,
    FilingDeadline,
    Source,
    list_asked,
    list_notices,
    make_deadlines,
    make_field,
)
from ifthen.conformance.filing_model import cite
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import list_law_due
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Model
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.framework.diff import ClauseChange, FrameworkDiff
from ifthen.framework.model import Framework

Incidents = Loaded[Incident]


def draft_incident(
    law: Loaded[Instrument],
    incident: Loaded[Incident],
    model: Loaded[Model] | None,
    happened: Happened,
) -> Filing:
    """Return the draft of an incident report; ``model`` is the one that it happened with.

    Deadlines are those that the law's clocks start by what the incident document says.

    Raises:
        Error: ``filing.not-asked``; ``filing.not-yet`` for a day before the discovery.
    """
    on = happened.on
    if incident.document.discovered_on > on:
        raise Error(
            "filing.not-yet",
            f"{incident.document.id} was discovered on {incident.document.discovered_on}, "
            f"after {on}",
            where=incident.where("discovered_at"),
            hint="draft for a later day",
        )
    asked = list_asked(law, "incident-report")
    notices = list(list_notices(law.document, asked, on))
    found = incident.document
    graded = _graded(found, on)
    if "serious-incident" not in graded:
        notices.append(
            f"{found.id} is graded {graded[-1] if graded else 'nothing'}: whether it is what the "
            "law means is for a person, and no clock of the law runs here."
        )
    return Filing(
        kind="filing",
        id=f"{law.document.id}-incident-{found.id}"[:80],
        filing="incident-report",
        title=f"Incident report: {found.title}"[:300],
        instrument=law.document.id,
        instrument_sha256=law.digest,
        on=on,
        about=f"incident {found.id}, model {found.model}",
        notices=tuple(notices),
        deadlines=_deadlines(law, replace(happened, incidents=[incident], frameworks=()), found.id),
        fields=tuple(make_field(x, _answer_incident(x.field, incident, model, on)) for x in asked),
    )


def _deadlines(
    law: Loaded[Instrument], happened: Happened, about: str
) -> tuple[FilingDeadline, ...]:
    """Return the deadlines of a law that are about one thing."""
    return make_deadlines(x for x in list_law_due([law], happened) if x.id.endswith(f"/{about}"))


def _graded(incident: Incident, on: date) -> list[str]:
    return [x.severity for x in incident.gradings if x.at.astimezone(UTC).date() <= on]


def _answer_incident(
    field: str, loaded: Loaded[Incident], model: Loaded[Model] | None, on: date
) -> Answer:
    reader = INCIDENT_READERS.get(field)
    missing = None
    if field == "incident-reasons" and "serious-incident" not in _graded(loaded.document, on):
        missing = "nobody graded it a serious incident"
    if reader is _dates:
        missing = _undated(field, loaded.document, on)
    if reader is not None:
        return Answer(tuple(reader(loaded, on)), missing)
    if field == "incident-internal-use" and model is not None:
        return Answer(tuple(_stage(loaded, model)), "an incident document does not say")
    if field == "model" and model is not None:
        text = f"{model.document.title} ({model.document.id}) of {model.document.developer}"
        return Answer((Entry(text=text, basis=(cite(loaded, "model"), cite(model))),))
    return Answer()


def _dates(loaded: Incidents, on: date) -> Iterator[Entry]:
    x = loaded.document
    if x.occurred_at:
        yield Entry(
            text=f"happened at {x.occurred_at.isoformat()}", basis=_at(loaded, "occurred_at")
        )
    yield Entry(
        text=f"discovered at {x.discovered_at.isoformat()}", basis=_at(loaded, "discovered_at")
    )
    if x.aware_at and x.aware_at.astimezone(UTC).date() <= on:
        text = f"known for what it is at {x.aware_at.isoformat()}"
        yield Entry(text=text, basis=_at(loaded, "aware_at"))

    if x.resolved_at and x.resolved_at.astimezone(UTC).date() <= on:
        text = f"over and dealt with at {x.resolved_at.isoformat()}"
        yield Entry(text=text, basis=_at(loaded, "resolved_at"))


def _undated(field: str, incident: Incident, on: date) -> str | None:
    """Return which dates are asked for that the document does not hold.

    ``incident-date`` is the day of the incident; ``dates`` are its begin and its end (EU Code of
    Practice, Measure 9.2(1)). The day of the discovery is neither.
    """
    lacking = []
    if incident.occurred_at is None:
        lacking.append("when it happened is not stated; the discovery is another day")
    over = incident.resolved_at
    if field == "dates" and (over is None or over.astimezone(UTC).date() > on):
        lacking.append("when it ended is not stated")
    return "; ".join(lacking) or None


def _at(loaded: Incidents, path: str) -> tuple[Source, ...]:
    return (cite(loaded, path),)


def _gradings(loaded: Incidents, on: date) -> Iterator[Entry]:
    for x in loaded.document.gradings:
        if x.at.astimezone(UTC).date() > on:
            break
        text = f"graded {x.severity} by {x.by.name}, {x.by.role}, on {x.at.date()}: {x.reasons}"
        yield Entry(text=text, basis=_at(loaded, "gradings"))


def _statement(loaded: Incidents, _: date) -> Iterator[Entry]:
    x = loaded.document
    yield Entry(text=f"{x.title}: {x.text}", basis=_at(loaded, "text"))


def _harm(loaded: Incidents, _: date) -> Iterator[Entry]:
    harm = loaded.document.harm
    if harm is None:
        return
    counts = (("deaths", harm.deaths), ("injured", harm.injured), ("damage, USD", harm.damage_usd))
    said = [f"kinds: {', '.join(harm.kinds)}", f"imminent risk: {harm.imminent}"]
    said += [f"{name}: {'not known' if n is None else format(n, 'g')}" for name, n in counts]
    said += [harm.text] if harm.text else []
    yield Entry(text="; ".join(said), basis=_at(loaded, "harm"))


def _reviews(loaded: Incidents, on: date) -> Iterator[Entry]:
    for x in loaded.document.reviews:
        if x.on > on:
            continue
        text = f"reviewed by {x.by.name} on {x.on}: {x.conclusion}. {x.reasons}"
        yield Entry(text=text, basis=_at(loaded, "reviews"))
    for item in loaded.document.open_items:
        yield Entry(text=f"open item {item.id}: {item.text}", basis=_at(loaded, "open_items"))


def _involvement(loaded: Incidents, _: date) -> Iterator[Entry]:
    x = loaded.document
    for touch in x.concerns:
        text = f"concerns {touch.kind} {touch.name or ''}".rstrip()
        yield Entry(text=text, basis=_at(loaded, "concerns"))


def _stage(incident: Loaded[Incident], model: Loaded[Model]) -> Iterator[Entry]:
    day = incident.document.discovered_on
    open_to = [x.channel for x in model.document.releases if x.open_on(day)]
    said = f"open through: {', '.join(open_to)}" if open_to else "through no channel"
    yield Entry(
        text=f"on {day} the model was {model.document.stage_on(day)}, {said}; whether the incident "
        "came of internal use does not follow",
        basis=(cite(model, "releases"), cite(incident, "discovered_at")),
    )


INCIDENT_READERS: Mapping[str, Callable[[Incidents, date], Iterator[Entry]]] = {
    "incident-date": _dates,
    "incident-reasons": _gradings,
    "incident-statement": _statement,
    "dates": _dates,
    "harm": _harm,
    "chain-of-events": _statement,
    "involvement": _involvement,
    "response": _reviews,
}
"""What of an incident document speaks to a field; the rest is for a person to write."""


def draft_modification(
    law: Loaded[Instrument],
    before: Loaded[Framework],
    after: Loaded[Framework],
    diff: FrameworkDiff,
    happened: Happened,
) -> Filing:
    """Return the draft of a notice of a modified framework, from the comparison of two versions.

    The justification is drafted from the reasons that the change log of the later version gives;
    for a change without a reason there, a person has to write it.

    Raises:
        Error: ``filing.not-asked``; ``filing.nothing-modified`` where nothing material changed.
    """
    on = happened.on
    asked = list_asked(law, "framework-modification")
    changes = diff.material()
    if not changes:
        raise Error(
            "filing.nothing-modified",
            f"nothing material changed from {before.document.version} to {after.document.version}",
            where=after.where("version"),
            hint="'ifthen diff' shows whose words changed; whether it is material is for a person",
        )
    name = f"{after.document.id} {before.document.version} to {after.document.version}"
    answers = {
        "modified-version": _version(before, after),
        "modification-changes": Answer([_change(x, before, after) for x in changes]),
        "modification-justification": _justify(changes, before, after),
    }
    return Filing(
        kind="filing",
        id=f"{law.document.id}-modification-{after.document.id}"[:80],
        filing="framework-modification",
        title=f"Modification of {name}"[:300],
        instrument=law.document.id,
        instrument_sha256=law.digest,
        on=on,
        about=name,
        notices=(
            *list_notices(law.document, asked, on),
            "Whether a change is material is for a person.",
        ),
        deadlines=_deadlines(
            law,
            replace(happened, incidents=(), frameworks=[before, after]),
            f"{after.document.id}@{after.document.version}",
        ),
        fields=tuple(make_field(x, answers.get(x.field, Answer())) for x in asked),
    )


def _version(before: Loaded[Framework], after: Loaded[Framework]) -> Answer:
    x = after.document
    text = f"{x.title}, version {x.version}, in force from {x.in_force.from_}, after "
    text += f"version {before.document.version}"
    return Answer((Entry(text=text, basis=(cite(after, "in_force"), cite(before, "version"))),))


def _change(change: ClauseChange, before: Loaded[Framework], after: Loaded[Framework]) -> Entry:
    text = f"{change.kind} {change.clause}: {change.outcome}. {change.reason}"
    return Entry(text=text, basis=(cite(before), cite(after)))


def _justify(
    changes: Sequence[ClauseChange], before: Loaded[Framework], after: Loaded[Framework]
) -> Answer:
    log = after.document.changelog
    entries = log.entries if log and log.since == before.document.version else ()
    found: list[Entry] = []
    without: list[str] = []
    for change in changes:
        said = [x for x in entries if change.clause in x.clauses and x.reason]
        if not said:
            without.append(f"{change.kind} {change.clause} ({change.outcome})")
        for x in said:
            text = f"{change.kind} {change.clause}, {change.outcome}: {x.text} Reason: {x.reason}"
            found.append(Entry(text=text, basis=(cite(after, "changelog"),)))
    if not without:
        return Answer(found)
    return Answer(found, f"the change log gives no reason for {', '.join(without)}")
