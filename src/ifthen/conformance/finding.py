"""Per provision, what the documents answer on a day. Pure; draws no legal conclusion.

``present`` says that a document holds something of the kind that is asked for, not that it is
enough: what stays for a person is in ``judgement``. Documents answer by the best of them, so that
to leave one out can only make a finding worse.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from ifthen.conformance.answering import (
    Given,
    answer_by_document,
    answer_by_framework,
    hides_deployment,
    name_framework,
    name_kind,
)
from ifthen.conformance.basis import RANK, Basis, Hidden, Holding, Outcome, State
from ifthen.conformance.clause import ClauseFinding
from ifthen.conformance.instrument import (
    ByDocument,
    ByFramework,
    Clock,
    Instrument,
    Provision,
    Selector,
)
from ifthen.conformance.scope import Scope, judge_scope
from ifthen.conformance.selecting import ClauseIndex
from ifthen.decision.due import Due
from ifthen.dossier.developer import Developer, DeveloperDocument
from ifthen.encoding.document import Day, Digest, Line, Loaded, Part, Text
from ifthen.framework.model import Framework


class Finding(Part):
    """What the documents answer to one provision."""

    provision: Line
    """Id of the provision."""
    citation: Line
    """Its place in the instrument."""
    title: Line
    """What it is about."""
    state: State
    """What was found."""
    why: Text
    """Why, in a sentence."""
    binds: Line
    """The subject that the provision binds."""
    covered: Literal["yes", "no", "undetermined"]
    """Whether that subject covers the developer."""
    basis: tuple[Basis, ...]
    """What it rests on."""
    would_satisfy: Text | None = None
    """What would answer it, in words, where it is not answered."""
    judgement: Text | None = None
    """What stays for a person to judge."""
    readings: tuple[Text, ...] = ()
    """Ways in which people read the provision, where they differ."""
    under: tuple[Text, ...] = ()
    """What overlays did to the provision."""


class LaidOver(Part):
    """An overlay under which findings were made."""

    overlay: Line
    """Id of the overlay."""
    sha256: Digest
    """Digest of its file."""
    layer: Line
    """Layer that it stands for."""
    status: Line
    """What it is: in force, enacted, pending, hypothetical."""
    standing: Line
    """How its file was written."""
    changes: tuple[Line, ...]
    """The changes to this instrument that work on the day, by id."""


class Report(Part):
    """What the documents answer to an instrument, provision by provision."""

    instrument: Line
    """Id of the instrument."""
    instrument_sha256: Digest
    """Digest of the instrument's file."""
    framework: Line | None
    """Id and version of the framework document, where one was given."""
    on: Day
    """The day that was asked for."""
    standing: Line
    """Whether the instrument was written from its own text: primary, partly-primary, secondary."""
    notices: tuple[Text, ...]
    """What has to be known to read the findings."""
    scopes: tuple[Scope, ...]
    """Whether each subject covers the developer."""
    findings: tuple[Finding, ...]
    """One for each provision, in the order of the instrument."""
    overlays: tuple[LaidOver, ...] = ()
    """Overlays under which they were made."""
    clauses: tuple[ClauseFinding, ...] = ()
    """How clauses stand by which keeping to another law counts."""


def judge(
    instrument: Loaded[Instrument],
    framework: Loaded[Framework] | None,
    developer: Loaded[Developer] | None,
    on: date,
    held: Holding = Holding(),  # noqa: B008 - frozen
) -> Report:
    """Return the findings for a day; a document that is None was not given."""
    law, facts = instrument.document, developer.document if developer else None
    index = ClauseIndex(framework.document, on, law.legal_role) if framework else None
    due: dict[str, list[Due]] = {}
    for entry in held.due:
        due.setdefault("/".join(entry.id.split("/")[:3]), []).append(entry)
    filed: dict[str, list[DeveloperDocument]] = {}
    for document in facts.documents if facts else ():
        if document.on <= on:
            filed.setdefault(document.document, []).append(document)
    given = Given(law, framework, developer, on, held, index, due, filed)
    scopes = {x.id: judge_scope(x, law.id, facts, on) for x in law.subjects}
    return Report(
        instrument=law.id,
        instrument_sha256=instrument.digest,
        framework=name_framework(framework) if framework else None,
        on=on,
        standing=law.coverage.standing,
        notices=(*_notices(law, framework), *held.notices),
        scopes=tuple(scopes.values()),
        findings=tuple(_find(given, x, scopes[x.binds]) for x in law.provisions),
    )


def _notices(law: Instrument, framework: Loaded[Framework] | None) -> Iterable[str]:
    yield "Findings say what documents hold. They are no legal advice and no legal conclusion."
    yield from law.cautions()
    if framework and law.legal_role and law.legal_role not in framework.document.legal_roles:
        yield f"The framework does not say that it is published for {law.legal_role}."


def _find(given: Given, provision: Provision, scope: Scope) -> Finding:
    state, why, basis = _outcome(given, provision, scope)
    return Finding(
        provision=provision.id,
        citation=provision.citation,
        title=provision.title,
        state=state,
        why=why,
        binds=provision.binds,
        covered=scope.covered,
        basis=basis,
        would_satisfy=None if state in SETTLED else describe_answer(provision),
        judgement=provision.judgement,
        readings=tuple(x.text for x in provision.contested),
    )


def _outcome(given: Given, provision: Provision, scope: Scope) -> Outcome:
    law, on = given.law, given.on
    if not law.applies(provision, on) and not _in_some_reading(law, provision, on):
        return "not-in-force", _when(law, provision, on), ()
    if scope.covered == "no":
        return "not-applicable", "; ".join(scope.because), ()
    answer = provision.answered_by
    if isinstance(answer, ByFramework):
        outcome = answer_by_framework(answer, given)
    elif isinstance(answer, ByDocument):
        outcome = answer_by_document(answer, provision, given)
    else:
        outcome = "needs-judgement", "only a person can tell", ()
    outcome = _conceal(_in_time(outcome, provision, given), provision, given)
    if provision.contested and RANK[outcome[0]] >= RANK["contested"]:
        return "contested", f"people read the provision in different ways; {outcome[1]}", outcome[2]
    return outcome


def _in_some_reading(law: Instrument, provision: Provision, on: date) -> bool:
    days = [date.fromisoformat(x.in_force_from) for x in provision.contested if x.in_force_from]
    return law.covers(on) and any(x <= on for x in days)


def _when(law: Instrument, provision: Provision, on: date) -> str:
    days = provision.in_force or law.in_force
    if law.in_force is None or days is None:
        return f"the instrument is {law.status} and in force on no day"
    if law.in_force.until is not None and on >= law.in_force.until:
        return f"applied until {law.in_force.until}; asked for {on}"
    return f"applies from {days.from_}; asked for {on}"


Timed = tuple[Due, Clock]
"""A deadline and the clock that asks for it."""


def _in_time(outcome: Outcome, provision: Provision, given: Given) -> Outcome:
    """Return an outcome with what deadlines say: to have missed one contradicts a document.

    Of a time that starts again, only the last one counts, so that to leave a document out never
    makes a finding better. Nobody can tell that something was missed where it may be withheld.
    """
    state, _, basis = outcome
    entries: list[Timed] = [
        (entry, clock)
        for clock in provision.clocks
        if clock.asks == "act"
        for entry in given.due.get(f"law/{given.law.id}/{clock.id}", ())
    ]
    if not entries:
        return outcome
    hidden = [x for x in given.held.hidden if x.kind != "model"]
    public = not any(_bears(x, provision) for x in hidden)
    entries, open_ = _settle(entries, provision)
    failed = [
        x
        for x, clock in entries
        if (x.standing == "missed" and public) or (x.standing == "late" and not clock.repeats)
    ]
    incident = provision.asks == "incident-report"
    if state == "inconsistent" or (state != "present" and not incident):
        return outcome
    if failed:
        said = "; ".join(f"{x.title}: {_say(x)}" for x in failed)
        return "inconsistent", said, (*basis, *(_cite(x) for x in failed))
    if state == "present":
        return outcome
    cited = (*basis, *(_cite(x) for x, _ in entries))
    if open_:
        return "undetermined", "; ".join(open_), cited
    if all(x.standing == "met" for x, _ in entries):
        return "present", "; ".join(f"{x.title}: {_say(x)}" for x, _ in entries), cited
    left = [x for x, _ in entries if x.standing not in ("met", "missed")]
    if not left:
        return outcome  # missed, as far as is public
    return "undetermined", "; ".join(f"{x.title}: {_say(x)}" for x in left), cited


def _settle(entries: list[Timed], provision: Provision) -> tuple[list[Timed], list[str]]:
    """Return the entries that count where the text joins clocks with "or", and what stays open.

    A time that was kept settles the other one that is open; where one was kept and the other was
    not, the text does not say which counts.
    """
    kept, open_ = list(entries), []
    for entry, clock in entries:
        about = entry.id.split("/", 3)[3]
        for other, _ in entries:
            joined = f"/{clock.alternative}/{about}"
            if clock.alternative is None or not other.id.endswith(joined):
                continue
            if (entry.standing == "met") == (other.standing == "met"):
                continue
            rest = other if entry.standing == "met" else entry
            kept = [x for x in kept if x[0] is not rest]
            if rest.standing in ("late", "missed"):
                open_.append(
                    f"{provision.citation} joins two times with 'or', of which one was kept and "
                    f"the other was not ({rest.title}: {_say(rest)}): which counts is for a person"
                )
    return kept, open_


def _say(entry: Due) -> str:
    if entry.standing == "undetermined":
        return entry.reason or "nobody can tell"
    by = f"by {entry.last_day}"
    return {
        "missed": f"not done {by}",
        "late": f"done on {entry.done_on}, not {by}",
        "met": f"done on {entry.done_on}, {by}",
    }.get(entry.standing, f"there is time until {entry.last_day}")


def _cite(entry: Due) -> Basis:
    return Basis(document=entry.where or entry.source, path=entry.id, says=_say(entry))


SETTLED = frozenset({"present", "not-in-force", "not-applicable", "pre-empted"})
"""States in which nothing more would answer a provision."""

_ROOTS = {
    "thresholds": "domains", "triggers": "cadence", "published": "coverage",
    "legal-role": "legal_roles",
}  # fmt: skip
"""Where in a framework document parts stand that do not have their own name there."""


def _conceal(outcome: Outcome, provision: Provision, given: Given) -> Outcome:
    """Return ``withheld`` for an outcome that what is withheld could change for the better."""
    if outcome[0] not in ("absent", "undetermined"):
        return outcome
    found = [x for x in given.held.hidden if _bears(x, provision)]
    if outcome[0] == "absent":  # a further deployment makes nothing better
        found = [x for x in found if x.kind != "model"]
    if not found:
        return outcome
    places = ", ".join(dict.fromkeys(f"{x.document} {x.place}" for x in found[:5]))
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    why = f"what could answer it may stand in what is withheld: {places}{more}; public: "
    return "withheld", why + outcome[1], (*outcome[2], *(x.cite() for x in found))


def _bears(hidden: Hidden, provision: Provision) -> bool:
    answer, whole = provision.answered_by, hidden.root == "document"
    if isinstance(answer, ByFramework) and hidden.kind == "framework":
        roots = {_ROOTS.get(p, p) for x in answer.clauses for p in x.parts}
        return whole or hidden.root in roots
    if not isinstance(answer, ByDocument):
        return False
    if hidden.kind == "incident":
        return provision.asks == "incident-report"
    if hides_deployment(hidden):
        return answer.for_each is not None
    roots = {"documents", "models"} if answer.for_each else {"documents"}
    return hidden.kind == "developer" and (whole or hidden.root in roots)


def describe_answer(provision: Provision) -> str:
    """Return what would answer a provision, in words."""
    answer = provision.answered_by
    if isinstance(answer, ByFramework):
        return "; and ".join(_describe(x) for x in answer.clauses)
    if not isinstance(answer, ByDocument):
        return "a person's judgement"
    said = name_kind(answer.document)
    if answer.field:
        said += f" that holds {answer.field}"
    if answer.for_each:
        said += ", for each deployed model by the day of its deployment"
    if answer.not_older_than_months:
        said += f", not older than {answer.not_older_than_months} months"
    return said + (f", if {answer.only_if}" if answer.only_if else "")


def _describe(selector: Selector) -> str:
    said = f"a clause of the framework among its {' or '.join(selector.parts)}"
    if selector.kinds or selector.opens:
        said += f" of kind {' or '.join((*selector.kinds, *selector.opens))}"
    if selector.words:
        said += f" that speaks of {', '.join(selector.words[:-1])}"
        said += f"{' or ' if len(selector.words) > 1 else ''}{selector.words[-1]}"
    if selector.at_most_days:
        said += f", of at most {selector.at_most_days} days"
    return said
