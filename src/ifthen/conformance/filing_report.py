"""Drafts about models: transparency report, Model Report, internal-use summary. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

from ifthen.conformance.filing import (
    Answer,
    Entry,
    Filing,
    FilingDeadline,
    FilingKind,
    list_asked,
    list_notices,
    make_deadlines,
    make_field,
)
from ifthen.conformance.filing_model import Case, answer_field, cite
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import list_law_due
from ifthen.encoding.document import Loaded
from ifthen.errors import Error

TITLES: dict[FilingKind, str] = {
    "transparency-report": "Transparency report",
    "model-report": "Model Report, outline",
    "internal-use-summary": "Summary of assessments of risk from internal use",
}


def draft_report(law: Loaded[Instrument], kind: FilingKind, case: Case) -> Filing:
    """Return the draft of a transparency report or Model Report about a model.

    Raises:
        Error: ``filing.not-asked``.
    """
    asked = list_asked(law, kind)
    model = case.facts.model.document
    return Filing(
        kind="filing",
        id=f"{law.document.id}-{kind}-{model.id}"[:80],
        filing=kind,
        title=f"{TITLES[kind]}: {model.title}"[:300],
        instrument=law.document.id,
        instrument_sha256=law.digest,
        on=case.on,
        about=f"model {model.id}",
        notices=(
            *list_notices(law.document, asked, case.on),
            *_machine_readable(law.document, case),
            *_framework_notices(case),
        ),
        deadlines=tuple(_deadlines(case)),
        fields=tuple(make_field(x, answer_field(x.field, case)) for x in asked),
    )


def _deadlines(case: Case) -> Iterator[FilingDeadline]:
    """Yield that the report is out by the first day on which others can use the model."""
    days = [x.from_ for x in case.facts.model.document.releases if x.channel != "internal"]
    if days:
        over = case.on > min(days)
        yield FilingDeadline(
            title="Published before or with the deployment",
            last_day=min(days),
            standing="undetermined" if over else "due",
            reason="nothing here says when it was published" if over else None,
        )


def _machine_readable(law: Instrument, case: Case) -> Iterator[str]:
    """Yield that the summaries are asked for in a form that programs read, which this is not."""
    for x in law.provisions:
        if getattr(x.answered_by, "field", None) == "machine-readable-summaries":
            yield (
                f"{x.citation} asks for the four summaries in a machine-readable form as well, "
                "which this draft is not: draft them with 'ifthen file summaries "
                f"{case.decision.model.id} --instrument {law.id}'."
            )


def _framework_notices(case: Case) -> Iterator[str]:
    framework = case.facts.framework.document
    if framework.notice:
        yield f"{framework.id} {framework.version}: {framework.notice}"
    if case.decision.hypothetical:
        yield "Hypothetical: drafted for another day than the one it was drafted on."


def draft_internal_use(
    law: Loaded[Instrument], cases: Sequence[Case], since: date, happened: Happened
) -> Filing:
    """Return the draft of a summary over the models used internally since a day.

    The last day of the period is that of ``happened``, which also says which summaries were sent.

    Raises:
        Error: ``filing.not-asked``; ``filing.no-internal-use`` where no model was used internally.
    """
    on = happened.on
    asked = list_asked(law, "internal-use-summary")
    clocks = {clock.id for x in asked for clock in x.provision.clocks}
    used = [x for x in cases if any(True for _ in _internal(x, since, on))]
    if not used:
        raise Error(
            "filing.no-internal-use",
            f"no model of the workspace was used internally from {since} to {on}",
            hint="internal use is a release of a model with channel: internal",
        )
    return Filing(
        kind="filing",
        id=f"{law.document.id}-internal-use-{on}"[:80],
        filing="internal-use-summary",
        title=TITLES["internal-use-summary"],
        instrument=law.document.id,
        instrument_sha256=law.digest,
        on=on,
        about=f"internal use from {since} to {on}",
        notices=(
            *list_notices(law.document, asked, on),
            *dict.fromkeys(n for x in used for n in _framework_notices(x)),
            "Assessments are as of the last day of the period.",
        ),
        deadlines=make_deadlines(
            x for x in list_law_due([law], happened) if x.id.split("/")[2] in clocks
        ),
        fields=tuple(
            make_field(x, _join([_internal_answer(x.field, case, since, on) for case in used]))
            for x in asked
        ),
    )


def _internal(case: Case, since: date, on: date) -> Iterator[Entry]:
    loaded = case.facts.model
    for x in loaded.document.releases:
        if x.channel == "internal" and x.from_ <= on and (x.until is None or x.until > since):
            until = f" until {x.until}" if x.until else ""
            text = f"{loaded.document.title} ({loaded.document.id}): from {x.from_}{until}"
            yield Entry(text=text, basis=(cite(loaded, "releases"),))


def _internal_answer(field: str, case: Case, since: date, on: date) -> Answer:
    if field == "internal-models":
        return Answer(tuple(_internal(case, since, on)))
    if field == "internal-incidents":
        return Answer(tuple(_incidents(case, since, on)))
    found = answer_field(field, case)
    title = case.facts.model.document.title
    entries = [x.model_copy(update={"text": f"{title}: {x.text}"}) for x in found.entries]
    return Answer(entries, f"{title}: {found.missing}" if found.missing else None)


def _incidents(case: Case, since: date, on: date) -> Iterator[Entry]:
    for loaded in case.facts.incidents:
        x = loaded.document
        if x.model == case.decision.model.id and since <= x.discovered_on <= on:
            text = f"{x.id} ({x.title}): {x.severity}, discovered on {x.discovered_on}"
            yield Entry(text=text, basis=(cite(loaded),))


def _join(answers: Sequence[Answer]) -> Answer:
    missing = [x.missing for x in answers if x.missing]
    entries = [entry for x in answers for entry in x.entries]
    return Answer(entries, "; ".join(missing) or None)
