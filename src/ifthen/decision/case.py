"""A worked case of a framework: facts in, outcome out. A test of the framework, in its language.

A case says what is known about a model on a day, and what has to follow. Whoever writes a framework
keeps cases beside it; a version that decides one of them otherwise is found at once.
"""

import difflib
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from ifthen.decision.deciding import decide
from ifthen.decision.facts import Facts
from ifthen.decision.model import Decision, Obligation, Outcome
from ifthen.decision.readings import decide_by_reading
from ifthen.decision.supposed import Supposition
from ifthen.decision.supposing import make_document, suppose
from ifthen.decision.truth import Truth
from ifthen.dossier.model import Model
from ifthen.encoding.document import Day, Document, Id, Line, Loaded, Part, Text
from ifthen.errors import Error
from ifthen.framework.dated import load_on
from ifthen.framework.model import Framework

Standing = Literal["due", "contested", "undetermined", "not-due"]
"""Where a commitment stands. Contested: its readings disagree; undetermined: it may be due."""

Path = tuple[str | int, ...]

_WEIGHTS = "sha256:" + "0" * 64


class CaseModel(Part):
    """The model that a case is about."""

    title: Line = "a model"
    """What the model is called where people read it."""
    weights: Literal["closed", "open"] = "closed"
    """Whether the weights are, or are to be, released."""


class Expected(Part):
    """What has to follow; what is not named may be anything."""

    thresholds: dict[Id, Literal["ruled-out", "reached", "cannot-rule-out"]] = Field(
        default_factory=dict
    )
    """Where the model stands at thresholds."""
    commitments: dict[Id, Standing] = Field(default_factory=dict)
    """Which commitments follow."""
    safeguards: dict[Id, Truth] = Field(default_factory=dict)
    """Which safeguards are in place."""
    gates: dict[Id, Outcome] = Field(default_factory=dict)
    """What gates say."""
    readings: dict[Id, dict[Id, dict[Id, Outcome]]] = Field(default_factory=dict)
    """What gates would say if one reading of a commitment were the only one: by commitment,
    reading, gate."""

    @model_validator(mode="after")
    def _something(self) -> "Expected":
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("a case that expects nothing can never fail; say what has to follow")
        return self


class Case(Document):
    """Facts in, outcome out: a worked case of one version of a framework."""

    kind: Literal["case"]
    framework: Id
    """Framework that the case is about."""
    version: Line
    """Version of that framework, in quotes."""
    title: Line
    """What the case is called where people read it."""
    text: Text
    """What the case shows."""
    sources: tuple[Line, ...] = ()
    """Where the facts come from; none where they are made up."""
    on: Day
    """Day of the decision."""
    model: CaseModel = CaseModel()
    """The model that the case is about."""
    suppose: Supposition = Supposition()
    """What is known about it."""
    expect: Expected
    """What has to follow."""


class CaseResult(Part):
    """What became of a case."""

    case: Id
    """The case."""
    framework: Id
    """Framework that was applied."""
    version: Line
    """Version that was applied."""
    title: Line
    """What the case is called where people read it."""
    differences: tuple[Line, ...] = ()
    """What follows otherwise than expected; none where the case holds."""


def decide_case(case: Loaded[Case], framework: Loaded[Framework]) -> tuple[Facts, Decision]:
    """Return the facts of a case and what follows from them.

    Raises:
        Error: ``case.not-in-force``, or a ``document.*`` code for values not yet begun.
    """
    document = case.document
    if not framework.document.in_force.covers(document.on):
        raise Error(
            "case.not-in-force",
            f"{framework.document.id} {framework.document.version} is not in force on"
            f" {document.on}",
            where=case.where("on"),
            hint="choose a day on which that version is in force",
        )
    model = make_document(
        {
            "kind": "model", "id": "supposed", "title": document.model.title,
            "developer": framework.document.developer, "generation": 1,
            "names_in_logs": ["supposed"], "weights": document.model.weights,
            "weights_sha256": _WEIGHTS,
        },
        Model,
    )  # fmt: skip
    facts = Facts(framework=load_on(framework, document.on), model=model)
    facts = suppose(facts, document.suppose, document.on)
    return facts, decide(facts, on=document.on, hypothetical=True)


def check_case(case: Loaded[Case], framework: Loaded[Framework]) -> CaseResult:
    """Return how a case turns out; ``framework`` is of the version that it names.

    Raises:
        Error: as for :func:`decide_case`.
    """
    expect = case.document.expect
    facts, decision = decide_case(case, framework)
    found = find_standings(decision, framework.document)
    differences = [
        f"{noun} {id}: expected {value}, found {found[noun].get(id, 'nothing')}"
        for noun, values in (
            ("threshold", expect.thresholds),
            ("commitment", expect.commitments),
            ("safeguard", {id: value.value for id, value in expect.safeguards.items()}),
            ("gate", {id: value.value for id, value in expect.gates.items()}),
        )
        for id, value in values.items()
        if found[noun].get(id) != value
    ]
    differences += _differing_readings(expect, facts, case.document)
    return CaseResult(
        case=case.document.id,
        framework=framework.document.id,
        version=framework.document.version,
        title=case.document.title,
        differences=tuple(differences),
    )


def find_standings(decision: Decision, framework: Framework) -> dict[str, dict[str, str]]:
    """Return where thresholds, commitments, safeguards and gates stand, each by its id."""
    due = {x.commitment: _stand(x) for x in decision.obligations}
    return {
        "threshold": {x.threshold: x.status for x in decision.thresholds},
        "commitment": {x.id: due.get(x.id, "not-due") for x in framework.commitments},
        "safeguard": {x.safeguard: x.in_place.value for x in decision.safeguards},
        "gate": {x.gate: x.outcome.value for x in decision.gates},
    }


def _stand(obligation: Obligation) -> Standing:
    if obligation.contested:
        return "contested"
    return "due" if obligation.because == "reached" else "undetermined"


def _differing_readings(expect: Expected, facts: Facts, case: Case) -> Iterator[str]:
    if not expect.readings:
        return
    found = {
        (x.commitment, x.reading): {gate.gate: gate.outcome for gate in x.decision.gates}
        for x in decide_by_reading(facts, on=case.on)
    }
    for commitment, readings in expect.readings.items():
        for reading, gates in readings.items():
            for gate, outcome in gates.items():
                said = found.get((commitment, reading), {}).get(gate)
                if said != outcome:
                    told = "nothing" if said is None else said.value
                    yield (
                        f"gate {gate}, {commitment} read as {reading}: expected {outcome.value},"
                        f" found {told}"
                    )


def check_case_names(case: Loaded[Case], framework: Framework) -> Iterator[Error]:
    """Yield a fault for each name in a case that its framework does not have."""
    statements = {
        leaf.subject.declaration
        for _, predicate in framework.conditions()
        for _, leaf in predicate.leaves()
        if leaf.subject is not None and leaf.subject.declaration is not None
    }
    thresholds = {threshold.id for _, threshold in framework.thresholds()}
    evaluations = {x.id for x in framework.evaluations}
    safeguards = {x.id for x in framework.safeguards}
    commitments, gates = {x.id for x in framework.commitments}, {x.id for x in framework.gates}
    expect = case.document.expect
    known_to = {
        "evaluation": evaluations, "declaration": statements, "safeguard": safeguards,
        "threshold": thresholds, "exemption": {x.id for x in framework.exemptions},
        "role": {x.id for x in framework.roles},
        "commitment, safeguard or gate": commitments | safeguards | gates,
    }  # fmt: skip
    for path, noun, name in _list_named(case.document.suppose, ("suppose",)):
        yield from _unknown(case, path, noun, name, known_to[noun])
    for noun, key, names, known in (
        ("threshold", "thresholds", list(expect.thresholds), thresholds),
        ("commitment", "commitments", list(expect.commitments), commitments),
        ("safeguard", "safeguards", list(expect.safeguards), safeguards),
        ("gate", "gates", list(expect.gates), gates),
        ("commitment", "readings", list(expect.readings), commitments),
    ):
        for name in names:
            yield from _unknown(case, ("expect", key, name), noun, name, known)


def _list_named(supposed: Supposition, path: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield what a supposition names of the framework: the place, what it is to be, the name."""
    for noun, key, attribute in (
        ("evaluation", "measurements", "evaluation"),
        ("declaration", "declarations", "statement"),
        ("safeguard", "assessments", "safeguard"),
        ("threshold", "determinations", "threshold"),
        ("exemption", "exceptions", "exemption"),
    ):
        for index, each in enumerate(getattr(supposed, key)):
            yield (*path, key, index), noun, getattr(each, attribute)
    for index, exception in enumerate(supposed.exceptions):
        place = (*path, "exceptions", index)
        for id in exception.sets_aside:
            yield place, "commitment, safeguard or gate", id
        for role in exception.approved_by:
            yield place, "role", role
    for index, incident in enumerate(supposed.incidents):
        for touch in incident.concerns:
            noun = "declaration" if touch.kind == "statement" else touch.kind
            if touch.name is not None:
                yield (*path, "incidents", index), noun, touch.name
    for index, parent in enumerate(supposed.parents):
        if parent.suppose is not None:
            yield from _list_named(parent.suppose, (*path, "parents", index, "suppose"))


def _unknown(
    case: Loaded[Case], path: tuple[str | int, ...], noun: str, name: str, known: set[str]
) -> Iterator[Error]:
    if name not in known:
        close = difflib.get_close_matches(name, sorted(known), n=1)
        yield Error(
            "case.unknown-name",
            f"{case.document.framework} {case.document.version} has no {noun} '{name}'",
            where=case.where(*path),
            hint=f"did you mean '{close[0]}'?"
            if close
            else f"known: {', '.join(sorted(known)[:12]) or 'none'}",
        )
