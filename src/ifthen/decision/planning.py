"""What would follow: today's decision beside one with suppositions, another day, another framework.

Pure. A plan is no decision: the decision inside it is hypothetical and says what it supposes.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import ValidationError

from ifthen.decision.bounds import COMPUTED, Bounds
from ifthen.decision.case import find_standings
from ifthen.decision.deciding import decide
from ifthen.decision.facts import Facts
from ifthen.decision.model import Decision
from ifthen.decision.supposed import Supposition
from ifthen.decision.supposing import suppose, suppose_model
from ifthen.decision.sweeping import Range, TurningPoint, find_turning_points
from ifthen.encoding.document import Day, Line, Part, Text
from ifthen.encoding.tree import resolve_scalar
from ifthen.errors import Error
from ifthen.framework.dated import load_on
from ifthen.framework.model import Framework

MAX_DAYS = 3_660
"""How far a plan looks ahead, in days."""

_COUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)/([0-9]+)(?:@([0-9]+))?")
_KINDS = {
    "evaluation": "measurements",
    "declaration": "declarations",
    "assessment": "assessments",
    "determination": "determinations",
}


class Shift(Part):
    """Something that stands otherwise in the plan than now."""

    about: Literal["threshold", "commitment", "safeguard", "gate"]
    """What kind of thing it is."""
    id: Line
    """Its id."""
    before: Line | None
    """Where it stands now; null where the framework of now does not have it."""
    after: Line | None
    """Where it would stand; null where the framework of the plan does not have it."""


class Switch(Part):
    """A day on which a gate comes to say something else."""

    on: Day
    """First day of the new outcome."""
    gate: Line
    """The gate."""
    before: Line
    """What it said the day before."""
    after: Line
    """What it says from that day."""
    because: Text
    """Why, in the gate's words."""


class Plan(Part):
    """What would follow."""

    model: Line
    """The model."""
    now: Day
    """Day of the decision that the plan is compared with."""
    supposed: tuple[Line, ...]
    """What is supposed, each in a sentence."""
    shifts: tuple[Shift, ...]
    """What would stand otherwise than now."""
    switches: tuple[Switch, ...]
    """Days ahead on which a gate would change, if nothing is done; only where asked for."""
    turning_points: tuple[TurningPoint, ...] = ()
    """Results at which something turns, over a range; only where asked for."""
    decision: Decision
    """The decision as it would be; hypothetical."""


def parse_supposition(texts: Sequence[str]) -> Supposition:
    """Return what is supposed, from texts such as ``evaluation:ctf=3/200``.

    Forms: ``evaluation:ID=PASSED/QUESTIONS`` (``@CLUSTERS`` behind it for clusters of one size),
    ``declaration:ID=VALUE``, ``assessment:ID=RESULT``, ``determination:ID=CONCLUSION``.

    Raises:
        Error: ``plan.supposition``.
    """
    tree: dict[str, list[dict[str, Any]]] = {}
    for text in texts:
        kind, _, rest = text.partition(":")
        name, equals, value = rest.partition("=")
        if kind not in _KINDS or not name or not equals or not value:
            raise _unreadable(text, "it is not KIND:ID=VALUE")
        tree.setdefault(_KINDS[kind], []).append(_said(text, kind, name, value))
    try:
        return Supposition.model_validate({key: tuple(said) for key, said in tree.items()})
    except ValidationError as error:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        raise _unreadable(", ".join(texts), said) from error


def _said(text: str, kind: str, name: str, value: str) -> dict[str, Any]:
    if kind == "evaluation":
        found = _COUNT.fullmatch(value)
        if found is None:
            raise _unreadable(text, "an evaluation's result is PASSED/QUESTIONS")
        passed, questions, clusters = found.groups()
        counts: dict[str, Any] = {"passed": float(passed), "questions": int(questions)}
        return {"evaluation": name, **counts} | ({"clusters": int(clusters)} if clusters else {})
    if kind == "declaration":
        return {"statement": name, "value": resolve_scalar(value)}
    if kind == "assessment":
        return {"safeguard": name, "result": value}
    return {"threshold": name, "conclusion": value}


def _unreadable(text: str, why: str) -> Error:
    return Error(
        "plan.supposition",
        f"cannot suppose {text[:200]!r}: {why[:300]}",
        hint="write evaluation:ID=3/200, declaration:ID=true, assessment:ID=effective"
        " or determination:ID=ruled-out",
    )


def check_names(supposition: Supposition, framework: Framework) -> Iterator[Error]:
    """Yield a fault for each supposed subject that the framework does not speak of."""
    known = {
        "evaluation": {x.id for x in framework.evaluations},
        "declaration": {
            leaf.subject.declaration
            for _, predicate in framework.conditions()
            for _, leaf in predicate.leaves()
            if leaf.subject is not None and leaf.subject.declaration is not None
        },
        "assessment": {x.id for x in framework.safeguards},
        "determination": {x.id for _, x in framework.thresholds()},
    }
    for kind, name in supposition.subjects():
        if kind in known and name not in known[kind]:
            close = difflib.get_close_matches(name, sorted(known[kind]), n=1)
            listed = ", ".join(sorted(known[kind])[:12]) or "none"
            yield Error(
                "plan.unknown-name",
                f"{framework.id} {framework.version} asks for no {kind} '{name}'",
                hint=f"did you mean '{close[0]}'?" if close else f"known: {listed}",
            )


def make_plan(
    now: Facts,
    then: Facts,
    supposition: Supposition,
    *,
    today: date,
    on: date,
    until: date | None = None,
    weights: Literal["open", "closed"] | None = None,
    over: Range | None = None,
    bounds: Bounds = COMPUTED,
    watch: Callable[[Iterable[Any]], Iterable[Any]] = lambda items: items,
) -> Plan:
    """Return what would follow on a day from ``then`` and what is supposed, beside today.

    ``then`` differs from ``now`` at most in its framework. With ``until``, each day up to that one
    is decided, and the days are named on which a gate changes. With ``over``, each result of a
    range is decided on the day, and those are named at which something turns. ``watch`` may show
    how far either is.

    Raises:
        Error: ``plan.too-long`` where ``until`` lies more than :data:`MAX_DAYS` days after ``on``.
        Problems: ``document.*`` where a dated value of a framework does not apply on a day.
    """
    if until is not None and (until - on).days > MAX_DAYS:
        raise Error(
            "plan.too-long",
            f"from {on} to {until} are more than {MAX_DAYS:,} days",
            hint="choose an earlier day",
        )
    if weights is not None and weights != then.model.document.weights:
        model = suppose_model(then.model, weights=weights)
        then = replace(then, model=model, supposed=(*then.supposed, f"weights are {weights}"))
    before = decide(now, on=today, hypothetical=False, bounds=bounds)
    after = _decide(then, supposition, on, bounds)
    return Plan(
        model=then.model.document.id,
        now=today,
        supposed=after.supposed,
        shifts=tuple(find_shifts(before, now.framework.document, after, then.framework.document)),
        switches=tuple(_find_switches(then, supposition, after, until, bounds=bounds, watch=watch))
        if until is not None
        else (),
        turning_points=_find_turning_points(then, supposition, on, over, bounds=bounds, watch=watch)
        if over is not None
        else (),
        decision=after,
    )


def _decide(facts: Facts, supposition: Supposition, on: date, bounds: Bounds) -> Decision:
    facts = replace(facts, framework=load_on(facts.framework, on))
    return decide(suppose(facts, supposition, on), on=on, hypothetical=True, bounds=bounds)


def find_shifts(
    before: Decision, old: Framework, after: Decision, new: Framework
) -> Iterator[Shift]:
    """Yield what stands otherwise in the second decision than in the first."""
    then, now = find_standings(after, new), find_standings(before, old)
    kinds: tuple[Literal["threshold", "commitment", "safeguard", "gate"], ...] = (
        "threshold", "commitment", "safeguard", "gate",
    )  # fmt: skip
    for about in kinds:
        for id in dict.fromkeys([*now[about], *then[about]]):
            was, would = now[about].get(id), then[about].get(id)
            if was != would:
                yield Shift(about=about, id=id, before=was, after=would)


def _find_turning_points(
    facts: Facts,
    supposition: Supposition,
    on: date,
    over: Range,
    *,
    bounds: Bounds,
    watch: Callable[[Iterable[Any]], Iterable[Any]],
) -> tuple[TurningPoint, ...]:
    facts = replace(facts, framework=load_on(facts.framework, on))
    facts = suppose(facts, supposition, on)

    def decide_supposed(supposed: Supposition) -> Decision:
        return decide(suppose(facts, supposed, on), on=on, hypothetical=True, bounds=bounds)

    framework = facts.framework.document
    return tuple(find_turning_points(over, decide_supposed, framework, watch=watch))


def _find_switches(
    facts: Facts,
    supposition: Supposition,
    first: Decision,
    until: date,
    *,
    bounds: Bounds,
    watch: Callable[[Iterable[Any]], Iterable[Any]],
) -> Iterator[Switch]:
    outcomes = {x.gate: x.outcome.value for x in first.gates}
    days = [first.on + timedelta(days=n + 1) for n in range((until - first.on).days)]
    for day in watch(days):
        for gate in _decide(facts, supposition, day, bounds).gates:
            if gate.outcome.value != outcomes[gate.gate]:
                yield Switch(
                    on=day,
                    gate=gate.gate,
                    before=outcomes[gate.gate],
                    after=gate.outcome.value,
                    because=gate.summary,
                )
                outcomes[gate.gate] = gate.outcome.value
