"""How often what a threshold's condition says is wrong, from the levels of the bounds it rests on.

A condition becomes a formula over one-sided bounds (:mod:`ifthen.stats.algebra`): all of them,
any of them, k of them; ``not`` turns it around. Every bound may fail with the chance its level
states, and the formula's rate follows, however the evaluations depend on one another.

Statements by people (declarations, assessments, determinations) have no rate of error that could be
computed. They are taken as right, and the rate says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from ifthen.decision.model import ErrorRate, EvaluationFinding, Interval
from ifthen.framework.model import Evaluation, Framework
from ifthen.framework.predicate import Membership, Predicate
from ifthen.stats.algebra import AtLeast, Formula, Leaf, all_of, any_of, error_rate

Side = Literal["lower", "upper"]
Bound = tuple[str, Side]
"""An evaluation and which of its two bounds."""

_GIVEN = "given"
_NEVER = "never"  # a condition that no bound can answer this way; it adds no error


def to_formula(predicate: Predicate, *, holds: bool = True) -> Formula:
    """Return the formula over bounds that answers a condition with yes, or with no.

    Leaves are named by :func:`name_bound`; what no bound answers is one of the two names that
    :func:`find_bounds` leaves out.
    """
    if predicate.not_ is not None:
        return to_formula(predicate.not_, holds=not holds)
    if predicate.subject is None:
        parts = tuple(to_formula(part, holds=holds) for part in predicate.parts)
        k = predicate.k_of.k if predicate.k_of else len(parts) if predicate.all else 1
        return AtLeast(k if holds else len(parts) - k + 1, parts)
    if predicate.subject.kind != "evaluation":
        return Leaf(_GIVEN)
    id = predicate.subject.name
    if predicate.ge is not None or predicate.le is not None:
        return Leaf(name_bound(id, "lower" if (predicate.ge is not None) == holds else "upper"))
    if isinstance(predicate.in_, Membership):
        sides: dict[str, Side] = {"ruled-out": "upper", "reached": "lower"}
        named = [sides[str(value)] for value in dict.fromkeys(predicate.in_.values)]
        answering = named if holds else [side for side in sides.values() if side not in named]
        return any_of(*(Leaf(name_bound(id, side)) for side in answering), Leaf(_NEVER))
    return Leaf(_GIVEN)  # present: whether there is a measurement is no measurement


def name_bound(evaluation: str, side: Side) -> str:
    """Return the name of a bound in a formula: ``ctf upper``."""
    return f"{evaluation} {side}"


def find_bounds(formula: Formula) -> dict[str, Bound]:
    """Return the bounds that stand in a formula, by name, in its order."""
    if isinstance(formula, AtLeast):
        return {name: bound for part in formula.parts for name, bound in find_bounds(part).items()}
    id, _, side = formula.name.partition(" ")
    return {formula.name: (id, "lower" if side == "lower" else "upper")} if side else {}


def rate(
    formula: Formula, framework: Framework, findings: Mapping[str, EvaluationFinding]
) -> ErrorRate | None:
    """Return the greatest chance that a formula is shown while it is false; None without a bound.

    The level of a bound is the one it was computed at; of an evaluation that was not measured, the
    one that the framework states.
    """
    bounds = find_bounds(formula)
    if not bounds:
        return None
    levels = _find_levels(bounds.values(), framework, findings)
    given = {_GIVEN: 0.0, _NEVER: 0.0}
    evaluations = [
        framework.evaluation(id) for id in dict.fromkeys(id for id, _ in bounds.values())
    ]
    return ErrorRate(
        rate=round(error_rate(formula, levels | given), 12),
        evaluations=tuple(evaluation.id for evaluation in evaluations),
        nominal=any(evaluation.cluster_by is not None for evaluation in evaluations),
        statements_taken_as_right=_has_statement(formula),
    )


def rate_any(
    formulas: Sequence[Formula], framework: Framework, findings: Mapping[str, EvaluationFinding]
) -> ErrorRate | None:
    """Return the greatest chance that one or more of several formulas is shown while it is false.

    It is at most the sum of their rates, and at most the sum of the levels of all the bounds in
    them: where no bound fails, nothing is wrong. The smaller of the two counts.
    """
    together = [formula for formula in formulas if find_bounds(formula)]
    if not together:
        return None
    whole = rate(any_of(*together), framework, findings)
    each = [Leaf(name) for name in find_bounds(all_of(*together))]
    apart = rate(any_of(*each), framework, findings)
    if whole is None or apart is None:
        return None
    return whole.model_copy(update={"rate": min(whole.rate, apart.rate)})


def _find_levels(
    bounds: Iterable[Bound],
    framework: Framework,
    findings: Mapping[str, EvaluationFinding],
) -> dict[str, float]:
    levels: dict[str, float] = {}
    for id, side in bounds:
        stated = find_alpha(framework.evaluation(id))
        finding = findings.get(id)
        used = [level_of(item.interval, side) for item in finding.measured] if finding else []
        levels[name_bound(id, side)] = max(used, default=stated)
    return levels


def find_alpha(evaluation: Evaluation) -> float:
    """Return the chance of error that the framework allows each bound of an evaluation."""
    return round(1 - evaluation.confidence, 12)


def level_of(interval: Interval, side: Side) -> float:
    """Return the level at which one bound of an interval was computed."""
    stricter = interval.lower_confidence if side == "lower" else interval.upper_confidence
    return round(1 - (interval.confidence if stricter is None else stricter), 12)


def _has_statement(formula: Formula) -> bool:
    if isinstance(formula, Leaf):
        return formula.name == _GIVEN
    return any(_has_statement(part) for part in formula.parts)
