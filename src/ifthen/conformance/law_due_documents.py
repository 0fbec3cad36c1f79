"""Deadlines of laws that documents, models and other events start, beside incidents. Pure.

Reviews, reports, audits, registrations, notices: most start again with the last document of their
kind, so that each of them ends one time and begins the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from ifthen.conformance.instrument import ByDocument
from ifthen.conformance.law_clock import NO_ZONE, Asked, Values, start_of
from ifthen.conformance.recipients import judge_sent, list_authorities, say_unsent
from ifthen.conformance.scope import judge_model
from ifthen.decision.due import Due, name_version
from ifthen.dossier.developer import Developer, DeveloperDocument, DeveloperModel
from ifthen.encoding.calendar import judge
from ifthen.encoding.document import Loaded

UNNAMED = "no document here says when this happened"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something that starts a time."""

    about: str
    """Its name, unique among what starts the clock."""
    day: date
    """The day, in the place."""
    words: str
    """What it is, in words."""
    where: str
    """Its place in a file."""
    model: str | None = None
    """The model that it is about."""


def list_document_due(asked: Asked) -> Iterator[Due]:
    """Yield what a clock asks for because of documents, models and events."""
    if asked.clock.starts == "modification":
        yield from _modifications(asked)
        return
    developer = asked.happened.developer
    if developer is None:
        return
    if asked.clock.starts is None:
        if asked.law.applies(asked.provision, asked.on):
            yield _open(asked, f"{UNNAMED}: {asked.clock.event}", developer.where())
        return
    anchors = list(_anchors(asked, developer))
    done = [(x, where) for x, where, went in _answers(asked, developer) if went == "yes"]
    if asked.clock.asks == "begins":
        yield from _beginning(asked, anchors, done, developer)
    elif asked.clock.asks != "act":
        for anchor in anchors:
            yield from _lasting(asked, anchor)
    elif asked.clock.repeats:
        yield from _again(asked, anchors, done, developer)
    else:
        for anchor in anchors:
            before = [x.day for x in anchors if x.model == anchor.model and x.day < anchor.day]
            yield from _once(asked, anchor, done, max(before, default=None))


def _anchors(asked: Asked, loaded: Loaded[Developer]) -> Iterator[Anchor]:
    """Yield what starts a clock by a day, except the documents that answer it."""
    developer, start, on = loaded.document, asked.clock.starts, asked.on
    zone = asked.zone or ZoneInfo("UTC")
    if start == "deployment":
        for i, model in enumerate(developer.models):
            if model.deployed is not None and model.deployed <= on and _reached(asked, model):
                where = loaded.where("models", i, "deployed")
                yield Anchor(model.id, model.deployed, f"{model.id} deployed", where, model.id)
    elif start == "no-longer-deployed":
        shown = [x for x in developer.models if x.deployed is not None]
        gone = [x.withdrawn for x in shown if x.withdrawn is not None and x.withdrawn <= on]
        if gone and len(gone) == len(shown):
            yield Anchor("models", max(gone), "the last model withdrawn", loaded.where("models"))
    elif start == "redaction":
        for i, one in enumerate(developer.documents):
            if one.document == "redaction-manifest" and one.on <= on:
                yield Anchor(one.id, one.on, f"{one.id}", loaded.where("documents", i), one.model)
    elif start != "last-document":
        for i, event in enumerate(developer.events):
            day = event.at.astimezone(zone).date()
            if event.event == start and day <= on:
                where = loaded.where("events", i)
                yield Anchor(event.id, day, event.note or event.id, where, event.model)


def _reached(asked: Asked, model: DeveloperModel) -> bool:
    subject = next(x for x in asked.law.subjects if x.id == asked.provision.binds)
    return judge_model(subject, asked.law.id, model) != "no"


def _answers(
    asked: Asked, loaded: Loaded[Developer]
) -> Iterator[tuple[DeveloperDocument, str, Literal["yes", "unknown"]]]:
    """Yield the documents of the kind that answers a provision, with their places, by day.

    The last says whether they went to the authority that the clock names, or do not say so.
    """
    authorities = list_authorities(asked.law, asked.clock)
    answer, kind, field = asked.provision.answered_by, asked.clock.done_by, None
    if kind is None and isinstance(answer, ByDocument):
        kind, field = answer.document, answer.field
    for i, x in asked.happened.filed.get(kind or "", ()):
        if x.on <= asked.on and (field is None or field in x.holds):
            went = judge_sent(asked.law, authorities, x)
            if went != "no":
                yield x, loaded.where("documents", i), went


def _unsent(asked: Asked, first: date, last: date, model: str | None) -> str | None:
    """Return that a document between two days may have been sent, but does not say so."""
    developer = asked.happened.developer
    for x, _, went in _answers(asked, developer) if developer else ():
        if went == "unknown" and first <= x.on <= last and x.model in (None, model):
            return f"{x.id} of {x.on}: {_unsaid(asked)}"
    return None


def _unsaid(asked: Asked) -> str:
    return say_unsent(asked.law, list_authorities(asked.law, asked.clock))


def _title(asked: Asked, about: str) -> str:
    answer, what, to = asked.provision.answered_by, asked.clock.done_by, asked.clock.recipient
    if what is None and isinstance(answer, ByDocument):
        what = answer.document
    named = what.replace("-", " ") if what else asked.provision.title
    return f"{asked.law.id}: {named}, from {about}" + (f", to {to}" if to else "")


def _open(asked: Asked, reason: str, where: str, about: str = "start") -> Due:
    values = asked.name(about) | {"where": where}
    return Due(title=_title(asked, about), standing="undetermined", reason=reason, **values)


def _timed(asked: Asked, anchor: Anchor) -> tuple[date, str | None, Values] | Due | None:
    """Return the last day of a time that begins, a note, and what an entry says of it.

    None where the provision did not apply when it began; an entry where no day can be computed.
    """
    floor = asked.clock.not_before
    if floor is None and not asked.law.applies(asked.provision, anchor.day):
        return None
    if asked.zone is None:
        return _open(asked, NO_ZONE, anchor.where, anchor.about)
    last, _, note = asked.end(start_of(anchor.day, asked.zone))
    last = max(last, floor) if floor else last
    values = asked.name(anchor.about) | {
        "since": anchor.day,
        "last_day": last,
        "where": anchor.where,
        "model": anchor.model,
    }
    return last, note, values


def _once(
    asked: Asked,
    anchor: Anchor,
    done: Sequence[tuple[DeveloperDocument, str]],
    before: date | None,
) -> Iterator[Due]:
    """Yield what one start asks for; what has to be there at once may have been there before."""
    found = _timed(asked, anchor)
    if not isinstance(found, tuple):
        yield from () if found is None else (found,)
        return
    since = before if asked.clock.amount == 0 else anchor.day
    days = [
        x.on
        for x, _ in done
        if x.model in (None, anchor.model)
        and (since is None or x.on > since or (asked.clock.amount > 0 and x.on == since))
    ]
    yield _standing(asked, anchor, found, days)


def _standing(
    asked: Asked,
    anchor: Anchor,
    timed: tuple[date, str | None, Values],
    days: Sequence[date],
) -> Due:
    (last, note, values), title = timed, _title(asked, anchor.words)
    answer = asked.provision.answered_by
    only_if = answer.only_if if isinstance(answer, ByDocument) else None
    standing: Literal["met", "due", "late", "missed", "undetermined"]
    standing, done_on = judge(last, days, asked.on)
    if standing in ("missed", "late") and (why := _unsent(asked, anchor.day, last, anchor.model)):
        standing, done_on, note = "undetermined", None, why
    if standing == "missed" and not isinstance(answer, ByDocument) and not asked.clock.done_by:
        standing, note = "undetermined", "no kind of document here would say that it was done"
    # That a year has passed since the last review is what calls for the next one.
    called = asked.clock.starts not in ("last-document", "deployment")
    called = called or asked.provision.asks == "review"
    if standing == "missed" and only_if and not called:
        standing, note = "undetermined", f"not done by then; called for only if {only_if}"
    return Due(title=title, standing=standing, done_on=done_on, reason=note, **values)


def _again(
    asked: Asked,
    anchors: Sequence[Anchor],
    done: Sequence[tuple[DeveloperDocument, str]],
    developer: Loaded[Developer],
) -> Iterator[Due]:
    """Yield a time for each start and each document, ended by the next document."""
    first = min((x.day for x in anchors), default=None)
    open_ = asked.clock.starts == "last-document"  # else a document before any start begins nothing
    chain = [
        *anchors,
        *(
            Anchor(x.id, x.on, x.id, where, x.model)
            for x, where in done
            if open_ or (first is not None and x.on >= first)
        ),
    ]
    if asked.provision.asks == "review" and asked.clock.starts == "last-document":
        chain = [*_first_version(asked), *chain]
    if not chain:
        for x, where, went in _answers(asked, developer):
            if went == "unknown" and _now(asked):
                yield _open(asked, _unsaid(asked), where, x.id)
        answer = asked.provision.answered_by
        called = not (isinstance(answer, ByDocument) and answer.only_if)
        if asked.clock.starts == "last-document" and called and _now(asked):
            kind = answer.document if isinstance(answer, ByDocument) else "document"
            reason = f"no {kind} among the documents: nothing says from when the time runs"
            yield _open(asked, reason, developer.where())
        return
    for model in dict.fromkeys(x.model for x in chain):
        # A document that names no model is about all of them.
        own = sorted((x for x in chain if x.model in (model, None)), key=lambda x: (x.day, x.about))
        for anchor in own:
            if anchor.model == model:
                yield from _until_next(asked, anchor, [x.day for x in own if x.day > anchor.day])


def _first_version(asked: Asked) -> Iterator[Anchor]:
    """Yield the day from which a framework is to be reviewed: its own, or the provision's first.

    The framework is the first one made for the law; a law that names no role has any.
    """
    law, role = asked.law, asked.law.legal_role
    ours = [x for x in asked.happened.frameworks if role is None or role in x.document.legal_roles]
    first = min(ours, key=lambda x: x.document.in_force.from_, default=None)
    days = [x.from_ for x in (law.in_force, asked.provision.in_force) if x is not None]
    if first is not None and days:
        day = max(first.document.in_force.from_, *days)
        if day <= asked.on:
            name = name_version(first.document)
            yield Anchor(f"{first.document.id}@{first.document.version}", day, name, first.where())


def _until_next(asked: Asked, anchor: Anchor, later: Sequence[date]) -> Iterator[Due]:
    found = _timed(asked, anchor)
    if found is None:
        if not later and _now(asked):
            reason = f"the last one is of {anchor.day}, before the provision was in force"
            yield _open(asked, reason, anchor.where, anchor.about)
        return
    if isinstance(found, Due):
        yield found
        return
    yield _standing(asked, anchor, found, later)


def _now(asked: Asked) -> bool:
    return asked.law.applies(asked.provision, asked.on)


def _beginning(
    asked: Asked,
    anchors: Sequence[Anchor],
    done: Sequence[tuple[DeveloperDocument, str]],
    developer: Loaded[Developer],
) -> Iterator[Due]:
    """Yield from which day a provision asks: nothing is missed on it, and no document ends it.

    Of several starts the first counts. From that day on it is open until there is a document of
    the kind, whose own time then runs.
    """
    if not asked.law.covers(asked.on):
        return
    first = min(anchors, key=lambda x: x.day, default=None)
    if first is None:
        reason = f"no event '{asked.clock.starts}' is stated, from which the day is counted"
        yield _open(asked, f"{reason}: {asked.clock.event}", developer.where())
        return
    found = _timed(asked, first)
    if not isinstance(found, tuple):
        yield from () if found is None else (found,)
        return
    last, note, values = found
    title = f"{asked.law.id}: {asked.provision.title}, asked for from that day on"
    if asked.on <= last:
        yield Due(title=title, standing="due", reason=note, **values)
    elif not any(x.on >= last for x, _ in done):
        reason = "asked for since that day; nothing here says whether it was begun"
        yield Due(title=title, standing="undetermined", reason=reason, **values)


def _lasting(asked: Asked, anchor: Anchor) -> Iterator[Due]:
    """Yield what is to be kept, or may or has to last, as long as it does."""
    found = _timed(asked, anchor)
    if not isinstance(found, tuple):
        yield from () if found is None else (found,)
        return
    last, note, values = found
    if asked.on > last:
        return
    words = {
        "keep": "to be kept until then",
        "at-most": "may last until then and no longer",
        "at-least": "has to last until then",
    }[asked.clock.asks]
    title = f"{_title(asked, anchor.words)}: {words}"
    yield Due(title=title, standing="due", reason=note, **values)


def _modifications(asked: Asked) -> Iterator[Due]:
    """Yield the publication of each version that follows another and is made for the law.

    A document of the kind that answers the provision, made from that day on, says when it was
    published.
    """
    law, on = asked.law, asked.on
    frameworks, developer = asked.happened.frameworks, asked.happened.developer
    done = list(_answers(asked, developer)) if developer else []
    for loaded in frameworks:
        framework = loaded.document
        day = framework.in_force.from_
        earlier = any(
            x.document.id == framework.id and x.document.in_force.from_ < day for x in frameworks
        )
        ours = law.legal_role is not None and law.legal_role in framework.legal_roles
        if day > on or not earlier or not ours or not law.applies(asked.provision, day):
            continue
        values = asked.name(f"{framework.id}@{framework.version}") | {
            "title": f"{law.id}: publish {name_version(framework)} and the reasons for the change, "
            "if it is material",
            "where": loaded.where("in_force"),
        }
        if asked.zone is None:
            yield Due(standing="undetermined", reason=NO_ZONE, **values)
            continue
        last, _, _ = asked.end(start_of(day, asked.zone))
        values |= {"since": day, "last_day": last}
        days = [x.on for x, _, _ in done if x.on >= day]
        standing, done_on = judge(last, days, on)
        if standing != "missed":
            yield Due(standing=standing, done_on=done_on, **values)
            continue
        reason = "nothing here says when it was published"
        yield Due(standing="undetermined", reason=reason, **values)
