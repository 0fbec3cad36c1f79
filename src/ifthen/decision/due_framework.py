"""What a framework makes due: its own review, new measurements, and what its triggers call for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from typing import Any, Literal

from ifthen.decision.computing import ComputeTally, tally_compute
from ifthen.decision.due import (
    ONE_DAY,
    Due,
    DueKind,
    Sources,
    Watched,
    make_due,
    name_version,
)
from ifthen.dossier.model import Model
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.cadence import Trigger
from ifthen.framework.model import Evaluation, Framework

COMPUTED = {"time": "days", "fine-tuning": "days", "compute-multiple": "multiple"}
"""Events that documents can show, with the amount that is needed for it."""


def list_framework_due(sources: Sources, on: date) -> Iterator[Due]:
    """Yield what each framework version makes due, as far as it had come into force on a day."""
    for loaded in sources.frameworks:
        framework = loaded.document
        if framework.in_force.from_ > on:
            continue
        yield from _reviews(loaded, sources, on)
    for loaded in sources.in_force(on):
        yield from _measurements(loaded, sources, on)
        for index, trigger in enumerate(loaded.document.cadence.triggers):
            yield from _triggered(loaded, index, trigger, sources, on)


def list_watched(sources: Sources, on: date) -> Iterator[Watched]:
    """Yield the triggers in force that only people can notice."""
    for loaded in sources.in_force(on):
        framework = loaded.document
        for index, trigger in enumerate(framework.cadence.triggers):
            amount = COMPUTED.get(trigger.event)
            if amount is None or getattr(trigger, amount) is None:
                yield Watched(
                    id=f"{framework.id}/{trigger.id}",
                    text=trigger.text,
                    asks_for=trigger.asks_for,
                    where=loaded.where("cadence", "triggers", index),
                )
        for index, text in enumerate(framework.cadence.reevaluate_on):
            yield Watched(
                id=f"{framework.id}/reevaluate-on-{index + 1}",
                text=text,
                asks_for="evaluation",
                where=loaded.where("cadence", "reevaluate_on", index),
            )


def _reviews(loaded: Loaded[Framework], sources: Sources, on: date) -> Iterator[Due]:
    """Yield the review of a version: the next version of the framework is what it ends in."""
    framework = loaded.document
    since = framework.in_force.from_
    spans = [
        ("cadence.review_every_days", framework.cadence.review_every_days, "review_every_days")
    ]
    spans += [
        (f"trigger {x.id}", x.days, "triggers")
        for x in framework.cadence.triggers
        if x.event == "time" and x.asks_for == "review"
    ]
    later = [
        x.document.in_force.from_
        for x in sources.frameworks
        if x.document.id == framework.id and x.document.in_force.from_ > since
    ]
    for source, days, key in spans:
        if days is not None:
            yield make_due(
                last_day=since + timedelta(days=days),
                done=later,
                on=on,
                id=f"review/{framework.id}/{framework.version[:80]}/{source}",
                kind="review",
                title=f"review {framework.title}, version {framework.version}",
                since=since,
                source=f"{name_version(framework)}, {source}",
                where=loaded.where("cadence", key),
            )


def run_day(record: EvidenceRecord) -> date:
    """Return the day of a run, in UTC."""
    return record.run.created.astimezone(UTC).date()


def _measurements(loaded: Loaded[Framework], sources: Sources, on: date) -> Iterator[Due]:
    """Yield when each measurement grows stale, and whether there was a newer one by then."""
    evaluations = {
        x.id: (index, x)
        for index, x in enumerate(loaded.document.evaluations)
        if x.purpose != "informational"
    }
    for record in sources.evidence:
        found = evaluations.get(record.document.evaluation)
        if found is not None and run_day(record.document) <= on:
            yield _measurement(
                loaded,
                index=found[0],
                evaluation=found[1],
                record=record,
                sources=sources,
                on=on,
            )


def _measurement(
    loaded: Loaded[Framework],
    *,
    index: int,
    evaluation: Evaluation,
    record: Loaded[EvidenceRecord],
    sources: Sources,
    on: date,
) -> Due:
    document, day = record.document, run_day(record.document)
    later = [
        run_day(x.document)
        for x in sources.evidence
        if (x.document.evaluation, x.document.model) == (evaluation.id, document.model)
        and run_day(x.document) > day
    ]
    return make_due(
        last_day=day + timedelta(days=evaluation.valid_for_days) - ONE_DAY,
        done=later,
        on=on,
        id=f"evidence/{loaded.document.id}/{document.id}",
        kind="evidence",
        title=f"measure {evaluation.title} of {document.model} again",
        model=document.model,
        since=day,
        source=f"{name_version(loaded.document)}, valid_for_days of {evaluation.id}",
        where=loaded.where("evaluations", index, "valid_for_days"),
    )


def _triggered(
    loaded: Loaded[Framework], index: int, trigger: Trigger, sources: Sources, on: date
) -> Iterator[Due]:
    where = loaded.where("cadence", "triggers", index)
    if trigger.event == "compute-multiple" and trigger.multiple is not None:
        others = {x.document.id: x.document for x in sources.models}
        for model in sources.models:
            yield from _grown(
                loaded.document,
                trigger,
                model=model.document,
                others=others,
                sources=sources,
                on=on,
                where=where,
            )
    if trigger.event == "fine-tuning" and trigger.days is not None:
        yield from _fine_tuned(loaded.document, trigger, sources, on, where)
    if trigger.event != "time" or trigger.days is None or trigger.asks_for == "review":
        return
    if trigger.asks_for == "evaluation":
        yield from _by_time(
            loaded.document, trigger, kind="evaluation", done=_runs(sources, on), on=on, where=where
        )
    elif trigger.asks_for == "safeguard-assessment":
        made = [
            (x.document.model, x.document.made_on)
            for x in sources.assessments
            if x.document.made_on <= on
        ]
        yield from _by_time(
            loaded.document, trigger, kind="safeguard-assessment", done=made, on=on, where=where
        )
    else:
        yield Due(
            id=f"report/{loaded.document.id}/{trigger.id}",
            kind="report",
            title=trigger.text,
            standing="undetermined",
            source=f"{name_version(loaded.document)}, trigger {trigger.id}",
            where=where,
            reason=f"due every {trigger.days} days, and no document here says when one was made",
        )


def _runs(sources: Sources, on: date) -> list[tuple[str, date]]:
    found = ((x.document.model, run_day(x.document)) for x in sources.evidence)
    return [(model, day) for model, day in found if day <= on]


def _by_time(
    framework: Framework,
    trigger: Trigger,
    *,
    kind: DueKind,
    done: Sequence[tuple[str, date]],
    on: date,
    where: str,
) -> Iterator[Due]:
    """Yield per model when something is due again: so many days after it was done last."""
    last: dict[str, date] = {}
    for model, day in done:
        last[model] = max(day, last.get(model, day))
    for model, day in sorted(last.items()):
        yield make_due(
            last_day=day + timedelta(days=trigger.days or 0),
            done=(),
            on=on,
            id=f"{kind}/{framework.id}/{trigger.id}/{model}",
            kind=kind,
            title=f"{trigger.text} ({model})",
            model=model,
            since=day,
            source=f"{name_version(framework)}, trigger {trigger.id}",
            where=where,
        )


def _fine_tuned(
    framework: Framework, trigger: Trigger, sources: Sources, on: date, where: str
) -> Iterator[Due]:
    """Yield so many days after a model was made from another one by fine-tuning."""
    for loaded in sources.models:
        model = loaded.document
        tuned = [x for x in model.origins if x.relation == "fine-tune"]
        if not tuned:
            continue
        values: dict[str, Any] = {
            "id": f"evaluation/{framework.id}/{trigger.id}/{model.id}",
            "kind": "evaluation",
            "title": f"{trigger.text} ({model.id})",
            "model": model.id,
            "source": f"{name_version(framework)}, trigger {trigger.id}",
            "where": where,
        }
        since = min((x.on for x in tuned if x.on is not None), default=model.born_on)
        if since is None:
            reason = f"no document says when {model.id} was made"
            yield Due(standing="undetermined", reason=reason, **values)
        elif since <= on:
            done = [day for name, day in _runs(sources, on) if name == model.id and day >= since]
            last = since + timedelta(days=trigger.days or 0)
            yield make_due(last_day=last, done=done, on=on, since=since, **values)


def _grown(
    framework: Framework,
    trigger: Trigger,
    *,
    model: Model,
    others: dict[str, Model],
    sources: Sources,
    on: date,
    where: str,
) -> Iterator[Due]:
    """Yield whether a model has so many times the compute of the model measured before it."""
    measured = {model for model, _ in _runs(sources, on)}
    before = _last_measured(model, others, measured)
    if before is None:
        return
    multiple = trigger.multiple or 1.0
    grown, reason = _compare(model, before, others, multiple)
    if grown is False:
        return
    runs = [day for name, day in _runs(sources, on) if name == model.id]
    standing: Literal["met", "due", "undetermined"] = "met" if runs else "due"
    yield Due(
        id=f"evaluation/{framework.id}/{trigger.id}/{model.id}",
        kind="evaluation",
        title=f"{trigger.text} ({model.id}, after {before.id})",
        model=model.id,
        standing=standing if grown or runs else "undetermined",
        done_on=min(runs, default=None),
        source=f"{name_version(framework)}, trigger {trigger.id}",
        where=where,
        reason=reason if grown is None and not runs else None,
    )


def _last_measured(model: Model, others: dict[str, Model], measured: set[str]) -> Model | None:
    """Return the nearest measured model of the lineage, else one of an earlier generation."""
    seen, queue = {model.id}, list(model.parents)
    for id in queue:
        parent = others.get(id)
        if parent is None or id in seen:
            continue
        if id in measured:
            return parent
        seen.add(id)
        queue.extend(parent.parents)
    earlier = [
        x
        for x in others.values()
        if x.id in measured and x.developer == model.developer and x.generation < model.generation
    ]
    return max(earlier, key=lambda x: (x.generation, x.id), default=None)


def _compare(
    model: Model, before: Model, others: dict[str, Model], multiple: float
) -> tuple[bool | None, str | None]:
    """Return whether the compute has grown so far; None, with the reason, where nobody can say."""
    try:
        mine, theirs = (tally_compute(x, others) for x in (model, before))
    except Error as error:
        return None, error.message
    if theirs.known is None or not theirs.complete or mine.known is None:
        return None, _gap(mine if theirs.known is not None and theirs.complete else theirs)
    least, most = mine.known[0] / theirs.known[2], mine.known[2] / theirs.known[0]
    if least >= multiple:  # what is missing of the model's own compute could only add
        return True, None
    if not mine.complete:
        return None, _gap(mine)
    if most < multiple:
        return False, None
    return None, f"{model.id} has {least:.3g} to {most:.3g} times the compute of {before.id}"


def _gap(tally: ComputeTally) -> str:
    return f"the compute of {tally.model} is not known: {'; '.join(tally.gaps) or 'no ledger'}"
