"""Which provisions of which instruments apply to a developer, and from when. Pure, three-valued.

A provision that is in force is judged by the facts of the day asked for; one that begins later, by
the facts of its first day, since revenue counts by the year before. No legal conclusion is drawn:
that no condition of the data fails is not that a law applies.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

from ifthen.conformance.finding import LaidOver
from ifthen.conformance.instrument import Instrument, Provision, Subject
from ifthen.conformance.overlay import Overlay
from ifthen.conformance.overlaying import Laid, lay_over
from ifthen.conformance.scope import Covered, Scope, judge_scope
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Day, Digest, Line, Loaded, Part, Text

Applying = Literal[
    "applies", "will-apply", "undetermined", "contested", "does-not-apply", "pre-empted", "ended",
    "asks-nothing",
]  # fmt: skip
"""will-apply: from a later day. contested: people read differently from when. asks-nothing: the
instrument is a description, or its file says that it never came into force or was retired."""

APPLYINGS: tuple[Applying, ...] = (
    "applies", "undetermined", "contested", "will-apply", "pre-empted", "does-not-apply", "ended",
    "asks-nothing",
)  # fmt: skip
"""Every state; of an instrument, the first that one of its provisions has is its own."""


NOT_BINDING: frozenset[Applying] = frozenset({"does-not-apply", "ended", "asks-nothing"})


class ProvisionApplies(Part):
    """Whether one provision applies, from when, and why."""

    provision: Line
    """Id of the provision."""
    citation: Line
    """Its place in the instrument."""
    title: Line
    """What it is about."""
    binds: Line
    """The subject that it binds."""
    applies: Applying
    """Whether it applies on the day asked for."""
    applies_from: Day | None
    """First day in force, whoever is bound; null where the instrument names none."""
    applies_until: Day | None = None
    """First day no longer in force."""
    judged_on: Day
    """Day whose facts were used for the subject."""
    because: tuple[Text, ...]
    """Why, a sentence for each reason."""


class SubjectApplies(Part):
    """Whether a subject of an instrument covers the developer, on a day."""

    title: Line
    """What the text calls it."""
    judged_on: Day
    """Day whose facts were used."""
    scope: Scope
    """Whether it covers the developer, and why."""


class InstrumentApplies(Part):
    """What of one instrument applies."""

    instrument: Line
    """Id of the instrument."""
    sha256: Digest
    """Digest of its file."""
    title: Line
    """Its name."""
    citation: Line
    """How it is cited."""
    jurisdiction: Line
    """Its jurisdiction."""
    status: Line
    """What it is, by its file."""
    standing: Line
    """Whether its file was written from its own text."""
    applies: Applying
    """The first of the states, in their order, that one of its provisions has."""
    counts: dict[str, int]
    """How many provisions have which state."""
    notices: tuple[Text, ...]
    """What has to be known to read it."""
    subjects: tuple[SubjectApplies, ...]
    """Each subject, for each day on which it was judged."""
    provisions: tuple[ProvisionApplies, ...]
    """One for each provision, in the order of the instrument."""
    overlays: tuple[LaidOver, ...] = ()
    """Overlays under which it was judged."""


class ApplyingReport(Part):
    """Which instruments and provisions apply to a developer on a day, and later."""

    on: Day
    """The day that was asked for."""
    developer: Line | None
    """Name of the developer; null where no facts were given."""
    developer_sha256: Digest | None
    """Digest of the facts' file."""
    notices: tuple[Text, ...]
    """What has to be known to read it."""
    instruments: tuple[InstrumentApplies, ...]
    """One for each instrument that was asked for."""

    @property
    def open(self) -> bool:
        """Whether something is undetermined or contested."""
        return any(x.counts["undetermined"] or x.counts["contested"] for x in self.instruments)


NOTICE = (
    "No legal advice: whom a text binds is judged by the conditions in the data alone, "
    "by the facts that were given."
)


def list_applying(
    instruments: Sequence[Loaded[Instrument]],
    developer: Loaded[Developer] | None,
    on: date,
    overlays: Sequence[Loaded[Overlay]] = (),
) -> ApplyingReport:
    """Return what applies on a day; without facts of a developer every condition is open.

    Overlays work as on the day asked for, also on provisions that begin later.

    Raises:
        Error: ``overlay.conflict``.
    """
    facts = developer.document if developer else None
    notices = [NOTICE]
    if facts and facts.notice:
        notices.append(facts.notice)
    return ApplyingReport(
        on=on,
        developer=facts.title if facts else None,
        developer_sha256=developer.digest if developer else None,
        notices=tuple(notices),
        instruments=tuple(
            _under(_instrument(laid.law, facts, on), laid)
            for laid in (lay_over(x, overlays, on) for x in instruments)
        ),
    )


def _under(found: InstrumentApplies, laid: Laid) -> InstrumentApplies:
    if not laid.overlays:
        return found
    provisions = tuple(
        x.model_copy(
            update={"applies": "pre-empted", "because": (laid.set_aside[x.provision], *x.because)}
        )
        if x.provision in laid.set_aside and x.applies not in NOT_BINDING
        else x
        for x in found.provisions
    )
    return found.model_copy(
        update={
            "provisions": provisions,
            "notices": (*found.notices, *laid.notices),
            "overlays": laid.overlays,
            **_sum(provisions),
        }
    )


def _sum(provisions: Sequence[ProvisionApplies]) -> dict[str, Any]:
    counted = Counter(x.applies for x in provisions)
    return {
        "applies": next(x for x in APPLYINGS if counted[x]),
        "counts": {x: counted[x] for x in APPLYINGS},
    }


def _instrument(loaded: Loaded[Instrument], facts: Developer | None, on: date) -> InstrumentApplies:
    law = loaded.document
    subjects = {x.id: x for x in law.subjects}
    days = {(x.binds, _judged_on(law, x, on)): None for x in law.provisions}
    scopes = {
        (id, day): SubjectApplies(
            title=subjects[id].title,
            judged_on=day,
            scope=_judge(law, subjects[id], facts, on=on, day=day),
        )
        for id, day in days
    }
    provisions = tuple(
        _provision(law, x, scopes[x.binds, _judged_on(law, x, on)].scope, on)
        for x in law.provisions
    )
    return InstrumentApplies(
        instrument=law.id,
        sha256=loaded.digest,
        title=law.title,
        citation=law.citation,
        jurisdiction=law.jurisdiction,
        status=law.status,
        standing=law.coverage.standing,
        **_sum(provisions),
        notices=tuple(_notices(law)),
        subjects=tuple(scopes.values()),
        provisions=provisions,
    )


def _notices(law: Instrument) -> Iterable[str]:
    if law.status == "pending":
        yield "Pending: it is no law; days in force, if any, are the bill's."
    yield from law.cautions()


def _first_day(law: Instrument, provision: Provision) -> date | None:
    days = [x.from_ for x in (law.in_force, provision.in_force) if x is not None]
    return None if law.in_force is None else max(days)


def _end(law: Instrument, provision: Provision) -> date | None:
    days = [x.until for x in (law.in_force, provision.in_force) if x is not None]
    return min((x for x in days if x), default=None)


def _readings(law: Instrument, provision: Provision, on: date) -> set[bool]:
    """Return the answers of the readings to whether it is in force on a day."""
    named = [date.fromisoformat(x.in_force_from) for x in provision.contested if x.in_force_from]
    return {law.applies(provision, on), *(law.covers(on) and x <= on for x in named)}


def _judged_on(law: Instrument, provision: Provision, on: date) -> date:
    return (
        on if True in _readings(law, provision, on) else max(on, _first_day(law, provision) or on)
    )


def _judge(
    law: Instrument, subject: Subject, facts: Developer | None, *, on: date, day: date
) -> Scope:
    """Return the scope on a day; of a later one, what is known of today's models holds no longer.

    That a developer has no model above a line today does not say that it has none then.
    """
    scope = judge_scope(subject, law.id, facts, day)
    limits = subject.compute_above is not None or subject.place is not None
    if day > on and scope.covered == "no" and limits:
        elsewhere = subject.model_copy(update={"compute_above": None, "place": None})
        if judge_scope(elsewhere, law.id, facts, day).covered != "no":
            later = f"by {day} there may be other models"
            return Scope(
                subject=subject.id, covered="undetermined", because=(*scope.because, later)
            )
    return scope


def _provision(law: Instrument, provision: Provision, scope: Scope, on: date) -> ProvisionApplies:
    state, because = _state(law, provision, scope.covered, on)
    return ProvisionApplies(
        provision=provision.id,
        citation=provision.citation,
        title=provision.title,
        binds=provision.binds,
        applies=state,
        applies_from=_first_day(law, provision),
        applies_until=_end(law, provision),
        judged_on=_judged_on(law, provision, on),
        because=(*because, *scope.because),
    )


def _state(
    law: Instrument, provision: Provision, covered: Covered, on: date
) -> tuple[Applying, tuple[str, ...]]:
    if law.status in ("descriptive", "retired"):
        return "asks-nothing", (f"the instrument is {law.status}",)
    end = _end(law, provision)
    if end is not None and on >= end:
        return "ended", (f"it applied until the day before {end}",)
    first = _first_day(law, provision)
    days = {x.in_force_from for x in provision.contested if x.in_force_from}
    if covered == "no":
        return "does-not-apply", ()
    if len(days) > 1 and str(on) < max(days):
        texts = "; ".join(x.text for x in provision.contested)
        return "contested", (f"people read differently from when it applies: {texts}",)
    if law.status == "pending":
        return "undetermined", ("the instrument is pending: nobody knows whether it comes",)
    if first is None:
        return "asks-nothing", ("the instrument is in force on no day",)
    said = f"in force from {first}"
    if covered == "undetermined":
        return "undetermined", (said,)
    return ("applies" if True in _readings(law, provision, on) else "will-apply"), (said,)
