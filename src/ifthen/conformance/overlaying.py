"""An instrument under overlays: the instrument that results, and the findings of that. Pure.

What an overlay does not name comes out as it went in, byte for byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from ifthen.conformance.basis import Holding
from ifthen.conformance.finding import Finding, LaidOver, Report, judge
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.naming import check_named
from ifthen.conformance.overlay import (
    Adds,
    AddsClock,
    Change,
    Dated,
    Designates,
    Overlay,
    Overrides,
    PreEmpts,
    SetsClock,
    SetsLaw,
    SetsRecognition,
    SetsSubject,
)
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.framework.model import Framework

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Laid:
    """An instrument under overlays."""

    law: Loaded[Instrument]
    """The instrument that results; its digest is still that of its file."""
    set_aside: Mapping[str, str]
    """Provisions that are pre-empted, each with the reason in words."""
    touched: Mapping[str, tuple[str, ...]]
    """Every provision that a change names or reaches, with what the change does, in words."""
    overlays: tuple[LaidOver, ...]
    """The overlays, with the changes that work."""
    notices: tuple[str, ...]
    """What has to be known to read results under them."""


@dataclass(slots=True)
class _Work:
    law: Instrument
    set_aside: dict[str, str] = field(default_factory=dict)
    touched: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def touch(self, provision: str, text: str) -> None:
        self.touched[provision] = (*self.touched.get(provision, ()), text)


def lay_over(law: Loaded[Instrument], overlays: Sequence[Loaded[Overlay]], on: date) -> Laid:
    """Return an instrument under overlays on a day, laid one over the other in their order.

    Raises:
        Error: ``overlay.conflict`` where the instrument that results is none, for example because
            an added provision has a name that is taken.
    """
    work = _Work(law.document)
    laid: list[LaidOver] = []
    notices: list[str] = []
    for loaded in overlays:
        overlay = loaded.document
        chosen = [x for x in overlay.working(on) if x.does.instrument == law.document.id]
        for change in chosen:
            _apply(work, change, name_overlay(overlay))
        laid.append(
            LaidOver(
                overlay=overlay.id,
                sha256=loaded.digest,
                layer=overlay.layer,
                status=overlay.status,
                standing=overlay.standing,
                changes=tuple(x.id for x in chosen),
            )
        )
        notices += _notices(overlay, chosen, on)
        _check_result(work.law, loaded)
    return Laid(
        law=replace(law, document=work.law),
        set_aside=work.set_aside,
        touched=work.touched,
        overlays=tuple(laid),
        notices=tuple(notices),
    )


def name_overlay(overlay: Overlay) -> str:
    """Return an overlay in a few words that say what it is worth."""
    unread = ", unverified" if overlay.standing in ("secondary", "unverified") else ""
    return f"{overlay.id} ({overlay.layer}, {overlay.status}{unread})"


def _notices(overlay: Overlay, chosen: Sequence[Dated], on: date) -> Iterator[str]:
    name = name_overlay(overlay)
    if not chosen:
        yield f"Under {name}: it changes nothing here on {on}."
        return
    yield f"Under {name}: {', '.join(x.id for x in chosen)}."
    if overlay.supposed:
        yield f"Supposition: {overlay.title} is {overlay.status}; results are as if in force."
    if overlay.notice:
        yield overlay.notice


def _check_result(law: Instrument, overlay: Loaded[Overlay]) -> None:
    try:
        Instrument.model_validate_json(law.model_dump_json(by_alias=True))
    except ValidationError as error:
        found = "; ".join(x["msg"] for x in error.errors())
        raise Error(
            "overlay.conflict",
            f"laid over {law.id} it makes no instrument: {found}",
            where=overlay.where("changes"),
            hint="mend the overlay, or give the overlays in another order",
        ) from error


def _apply(work: _Work, change: Dated, name: str) -> None:
    law, does, text = work.law, change.does, f"{name}: {change.text}"
    if isinstance(does, PreEmpts):
        for id in does.provisions:
            work.set_aside.setdefault(id, text)
            work.touch(id, text)
    elif isinstance(does, Adds):
        work.law = law.model_copy(update={"provisions": (*law.provisions, *does.provisions)})
        for x in does.provisions:
            work.touch(x.id, text)
    elif isinstance(does, Overrides):
        _update(work, "provisions", does.provision, _given(does, "provision"))
        work.touch(does.provision, text)
    elif isinstance(does, SetsClock):
        for x in law.provisions:
            if any(c.id == does.clock for c in x.clocks):
                clocks = tuple(
                    c.model_copy(update=_given(does, "clock")) if c.id == does.clock else c
                    for c in x.clocks
                )
                _update(work, "provisions", x.id, {"clocks": clocks})
                work.touch(x.id, text)
    elif isinstance(does, AddsClock):
        clocks = next(x.clocks for x in law.provisions if x.id == does.provision)
        _update(work, "provisions", does.provision, {"clocks": (*clocks, does.clock)})
        work.touch(does.provision, text)
    else:
        _apply_whole(work, does, text)


def _apply_whole(work: _Work, does: Change, text: str) -> None:
    """Change what is not one provision's; every provision that it reaches is touched."""
    law = work.law
    if isinstance(does, SetsSubject):
        _update(work, "subjects", does.subject, _given(does, "subject"))
        reached = [x.id for x in law.provisions if x.binds == does.subject]
    elif isinstance(does, SetsLaw):
        work.law = law.model_copy(update=_given(does))
        reached = [x.id for x in law.provisions if does.in_force is not None]
    elif isinstance(does, SetsRecognition):
        _update(work, "recognition", does.recognition, _given(does, "recognition"))
        reached = []
    else:
        return
    for id in reached:
        work.touch(id, text)


def _given(does: Change, *names: str) -> dict[str, Any]:
    others = set(type(does).model_fields) - {"change", "instrument", *names}
    return {x: value for x in others if (value := getattr(does, x)) is not None}


def _update(work: _Work, part: str, id: str, update: dict[str, Any]) -> None:
    items = tuple(x.model_copy(update=update) if x.id == id else x for x in getattr(work.law, part))
    work.law = work.law.model_copy(update={part: items})


def judge_under(  # noqa: PLR0917 - what a finding depends on, one by one
    law: Loaded[Instrument],
    framework: Loaded[Framework] | None,
    developer: Loaded[Developer] | None,
    overlays: Sequence[Loaded[Overlay]],
    on: date,
    held: Holding = Holding(),  # noqa: B008 - frozen
) -> Report:
    """Return the findings of an instrument under overlays.

    Without overlays they are those of :func:`ifthen.conformance.finding.judge`.
    """
    if not overlays:
        return judge(law, framework, developer, on, held)
    laid = lay_over(law, overlays, on)
    report = judge(laid.law, framework, developer, on, held)
    return report.model_copy(
        update={
            "notices": (*report.notices, *laid.notices),
            "findings": tuple(_finding(x, laid) for x in report.findings),
            "overlays": laid.overlays,
        }
    )


def _finding(finding: Finding, laid: Laid) -> Finding:
    under = laid.touched.get(finding.provision)
    if under is None:
        return finding
    update: dict[str, Any] = {"under": under}
    aside = laid.set_aside.get(finding.provision)
    if aside and finding.state not in ("not-in-force", "not-applicable"):
        update |= {
            "would_satisfy": None,
            "state": "pre-empted",
            "why": f"set aside by {aside} Without that: {finding.state}, {finding.why}",
        }
    return finding.model_copy(update=update)


def check_overlay(loaded: Loaded[Overlay], laws: Sequence[Instrument]) -> Iterator[Error]:
    """Yield an error for each name of an overlay that stands in no instrument, with its place."""
    known = {x.id: x for x in laws}
    for index, change in enumerate(loaded.document.changes):
        path: Path = ("changes", index, "does")
        does = change.does
        law = known.get(does.instrument)
        if law is None:
            yield from check_named(
                loaded, (*path, "instrument"), "instrument", does.instrument, known
            )
            continue
        yield from _check_change(loaded, path, does, law)
        if isinstance(does, Designates):
            yield from _check_regime(loaded, path, does, known)


def _check_change(
    loaded: Loaded[Overlay], path: Path, does: Change, law: Instrument
) -> Iterator[Error]:
    noun = f"in {law.id}"
    provisions = [x.id for x in law.provisions]
    if isinstance(does, PreEmpts):
        for i, id in enumerate(does.provisions):
            place = (*path, "provisions", i)
            yield from check_named(loaded, place, f"provision {noun}", id, provisions)
    elif isinstance(does, Overrides | AddsClock):
        place = (*path, "provision")
        yield from check_named(loaded, place, f"provision {noun}", does.provision, provisions)
    elif isinstance(does, SetsClock):
        clocks = [c.id for x in law.provisions for c in x.clocks]
        yield from check_named(loaded, (*path, "clock"), f"clock {noun}", does.clock, clocks)
    elif isinstance(does, SetsSubject):
        subjects = [x.id for x in law.subjects]
        place = (*path, "subject")
        yield from check_named(loaded, place, f"subject {noun}", does.subject, subjects)
    elif isinstance(does, Designates | SetsRecognition):
        clauses = [x.id for x in law.recognition]
        place = (*path, "recognition")
        yield from check_named(
            loaded, place, f"clause of recognition {noun}", does.recognition, clauses
        )


def _check_regime(
    loaded: Loaded[Overlay], path: Path, does: Designates, known: Mapping[str, Instrument]
) -> Iterator[Error]:
    """A regime need not be at hand; where it is, what is named of it has to be there."""
    regime = known.get(does.regime)
    if regime is not None:
        names = [x.id for x in regime.provisions]
        for i, id in enumerate(does.provisions):
            place = (*path, "provisions", i)
            yield from check_named(loaded, place, f"provision in {regime.id}", id, names)


def find_cycles(
    overlays: Sequence[Loaded[Overlay]],
) -> Iterator[Error]:
    """Yield an error for each designation that closes a circle of laws that count for each other.

    Recognition runs one way; in a circle nobody would have to answer anything.
    """
    edges: dict[str, set[str]] = {}
    for loaded in overlays:
        for index, change in enumerate(loaded.document.changes):
            does = change.does
            if not isinstance(does, Designates):
                continue
            if does.instrument in _reach(edges, does.regime):
                yield Error(
                    "overlay.recognition-cycle",
                    f"{does.instrument} would count by {does.regime}, "
                    f"which counts by {does.instrument}",
                    where=loaded.where("changes", index, "does", "regime"),
                    hint="take one of the designations out",
                )
            edges.setdefault(does.instrument, set()).add(does.regime)


def _reach(edges: Mapping[str, set[str]], start: str) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for x in edges.get(todo.pop(), set()) - found:
            found.add(x)
            todo.append(x)
    return found
