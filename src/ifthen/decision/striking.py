"""Documents that do not count on a day: withdrawn, corrected, or older than the model itself.

They are struck, not forgotten: where nothing else speaks of the subject the reason is named, and
what was said about reaching a threshold still keeps it from being ruled out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date
from typing import Any

from ifthen.decision.facts import Facts, reference, subject_of
from ifthen.decision.model import Reason, Struck
from ifthen.encoding.document import Loaded

_KINDS = {
    "declaration": "declarations",
    "assessment": "assessments",
    "determination": "determinations",
    "exception": "exceptions",
}
"""Where the documents of a kind are kept, apart from evidence."""


def strike(facts: Facts, on: date) -> Facts:
    """Return the facts without the statements that do not count on a day, and why they do not.

    Evidence stays, to be set aside with its reason when it is measured.
    """
    struck = dict(_find_struck(facts, on))
    if not struck:
        return facts
    if facts._standing and facts._standing[0].struck == struck:
        return facts._standing[0]
    kept: dict[str, Any] = {
        key: _keep(kind, getattr(facts, key), struck) for kind, key in _KINDS.items()
    }
    gone: dict[tuple[str, str], tuple[Reason, ...]] = {}
    for kind, loaded in _documents(facts):
        reason = struck.get(f"{kind} {loaded.document.id}")
        if reason is not None and kind in ("declaration", "assessment", "determination"):
            key = (kind, subject_of(loaded.document))
            gone[key] = (*gone.get(key, ()), reason)
    standing = replace(
        facts, struck=struck, gone={key: _order(found) for key, found in gone.items()}, **kept
    )
    facts._standing[:] = [standing]
    return standing


def _order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (reason.code, reason.text)))


def _keep(
    kind: str, documents: Sequence[Loaded[Any]], struck: dict[str, Reason]
) -> tuple[Loaded[Any], ...]:
    return tuple(x for x in documents if f"{kind} {x.document.id}" not in struck)


def _find_struck(facts: Facts, on: date) -> Iterator[tuple[str, Reason]]:
    yield from _too_old(facts)
    for name, by, text in sorted([*_corrected(facts, on), *_withdrawn(facts, on)]):
        kind = name.partition(" ")[0]
        family = "evaluation" if kind == "evidence" else kind
        yield name, Reason(code=f"{family}.{by}", text=text)


def _withdrawn(facts: Facts, on: date) -> Iterator[tuple[str, str, str]]:
    for loaded in facts.withdrawals:
        said = loaded.document
        if said.model == facts.model.document.id and said.made_on <= on:
            name = f"{said.document.kind} {said.document.id}"
            text = f"{name} was withdrawn on {said.made_on}: {_short(said.reason)}"
            yield name, "withdrawn", text


def _corrected(facts: Facts, on: date) -> Iterator[tuple[str, str, str]]:
    for loaded in facts.errata:
        said = loaded.document
        about = said.document
        mine = said.model == facts.model.document.id and said.made_on <= on
        if mine and about is not None and said.bears_on == "conclusion":
            name = f"{about.kind} {about.id}"
            text = f"{name} says {said.stated}, right is {said.right} (erratum {said.id})"
            yield name, "corrected", text


def _too_old(facts: Facts) -> Iterator[tuple[str, Reason]]:
    """Yield what was said or run before there was such a model."""
    model = facts.model.document
    if model.born_on is None:
        return
    for kind in ("declaration", "assessment", "determination"):
        for loaded in getattr(facts, _KINDS[kind]):
            said = loaded.document
            if said.model == model.id and said.made_on < model.born_on:
                text = f"{kind} {said.id} is of {said.made_on}; there was no {model.id} before"
                yield (
                    f"{kind} {said.id}",
                    Reason(code=f"{kind}.before-birth", text=f"{text} {model.born_on}"),
                )
    for item in facts.evidence:
        record = item.record.document
        ran = record.run.created.astimezone(UTC).date()
        if record.model == model.id and ran < model.born_on:
            text = f"the run was on {ran}; there was no {model.id} before {model.born_on}"
            yield f"evidence {record.id}", Reason(code="evaluation.before-birth", text=text)


def _short(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= 200 else f"{first[:199]}…"


def list_struck(original: Facts, standing: Facts) -> tuple[Struck, ...]:
    """Return each document about the model that does not count, with its identity and why."""
    if not standing.struck:
        return ()
    found = [
        Struck(document=reference(kind, loaded), reason=standing.struck[name])
        for kind, loaded in _documents(original)
        if (name := f"{kind} {loaded.document.id}") in standing.struck
    ]
    return tuple(sorted(found, key=lambda x: (x.document.kind, x.document.id, x.document.digest)))


def _documents(facts: Facts) -> Iterator[tuple[str, Loaded[Any]]]:
    model = facts.model.document.id
    every: Iterable[tuple[str, Loaded[Any]]] = (
        *(("evidence", item.record) for item in facts.evidence),
        *((kind, x) for kind, key in _KINDS.items() for x in getattr(facts, key)),
    )
    return ((kind, loaded) for kind, loaded in every if loaded.document.model == model)
