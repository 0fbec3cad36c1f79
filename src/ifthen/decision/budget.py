"""The framework's error budget: which assessment a plan belongs to, and what it may spend.

An *assessment* is one round of evaluations of one model: the first plan for each of its evaluations
makes the first round, the second plan for the same evaluation the second. Assessments are counted
over all models in the order in which their first plan was registered. The count rests on plans and
not on results, because a result that was thrown away has been a chance to err as well.

Why the total holds: a model either has a capability or has not, for all its rounds. If it has, then
its threshold can be ruled out wrongly only where bounds fail, and a bound fails in round j with at
most the level of that round. Every rate in :mod:`ifthen.stats.algebra` is a sum of levels, or the
largest of such sums, so the levels of the rounds add up: over all rounds of all models, thresholds
and assessments, to at most the total.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from ifthen.decision.error_rates import Side, find_alpha, find_bounds, name_bound, to_formula
from ifthen.decision.facts import Evidence, Facts
from ifthen.decision.model import BudgetFinding, BudgetShare, EvaluationFinding, Reason
from ifthen.dossier.model import Plan
from ifthen.encoding.document import Loaded
from ifthen.framework.model import Evaluation, Framework
from ifthen.stats.algebra import AtLeast, Formula, split_level
from ifthen.stats.spending import spend


def number_assessments(plans: Sequence[Loaded[Plan]], framework: Framework) -> dict[str, int]:
    """Return for each plan of a framework, by id, the number of its assessment, from 1 on.

    Only plans of evaluations that can rule something out are counted. The order of ``plans`` does
    not matter, and a plan that is registered later never changes the number of an earlier one.
    """
    counted = _list_counted(framework)
    return _number(
        _register(x.document)
        for x in plans
        if x.document.framework == framework.id and x.document.evaluation in counted
    )


class _Registered(NamedTuple):
    """A plan, as far as it is counted."""

    at: datetime
    id: str
    model: str
    evaluation: str


def _register(plan: Plan) -> _Registered:
    return _Registered(plan.registered_at, plan.id, plan.model, plan.evaluation)


def _number(plans: Iterable[_Registered]) -> dict[str, int]:
    rounds: dict[tuple[str, str], int] = {}
    belongs: dict[str, tuple[str, int]] = {}
    began: dict[tuple[str, int], datetime] = {}
    for plan in sorted(plans):
        round_ = rounds[plan.model, plan.evaluation] = (
            rounds.get((plan.model, plan.evaluation), 0) + 1
        )
        belongs[plan.id] = (plan.model, round_)
        began.setdefault((plan.model, round_), plan.at)
    order = sorted(began, key=lambda assessment: (began[assessment], assessment))
    places = {assessment: place for place, assessment in enumerate(order, 1)}
    return {id: places[assessment] for id, assessment in belongs.items()}


def allot_level(framework: Framework, evaluation: Evaluation, side: Side, number: int) -> float:
    """Return the level of one bound of an evaluation in the assessment of this number.

    Every threshold with a bound in its ``ruled_out_when`` gets the same share; inside its condition
    the share is split over the bounds that could err for it. The result is never above what the
    evaluation's own confidence allows, and that itself for a bound that rules nothing out.
    """
    level = find_alpha(evaluation)
    budget = framework.error_budget
    formulas = find_rule_outs(framework)
    if budget is None or not formulas:
        return level
    share = spend(budget.total, number) / len(formulas)
    for formula in formulas:
        if name_bound(evaluation.id, side) in find_bounds(formula):
            level = min(level, split_level(formula, share, _list_given(formula)))
    return level


def find_rule_outs(framework: Framework) -> list[Formula]:
    """Return the formula of each threshold that bounds can rule out, in document order."""
    formulas = [to_formula(threshold.ruled_out_when) for _, threshold in framework.thresholds()]
    return [formula for formula in formulas if find_bounds(formula)]


def _list_counted(framework: Framework) -> frozenset[str]:
    """Return the evaluations of which a bound can rule something out."""
    bounds = (find_bounds(formula) for formula in find_rule_outs(framework))
    return frozenset(id for found in bounds for id, _ in found.values())


def _list_given(formula: Formula) -> frozenset[str]:
    """Return the leaves that no bound stands behind."""
    if isinstance(formula, AtLeast):
        return frozenset[str]().union(*(_list_given(part) for part in formula.parts))
    return frozenset() if find_bounds(formula) else frozenset({formula.name})


def find_assessment(plan: Loaded[Plan], facts: Facts) -> int | None:
    """Return the number of the assessment a plan belongs to; None where it spends no budget."""
    framework = facts.framework.document
    if framework.error_budget is None:
        return None
    return number_assessments(facts.plans, framework).get(plan.document.id)


def find_supposed_assessment(evaluation: Evaluation, facts: Facts) -> int | None:
    """Return the assessment that a supposed result would belong to; None where it spends no budget.

    It answers the last plan that no run has answered yet. Where there is none, it is the run of a
    plan that is registered after all others.
    """
    framework = facts.framework.document
    if framework.error_budget is None or evaluation.id not in _list_counted(framework):
        return None
    model = facts.model.document.id
    numbers = number_assessments(facts.plans, framework)
    answered = {item.record.document.plan for item in facts.evidence}
    plans = [x.document for x in facts.plans if x.document.id in numbers]
    waiting = [
        numbers[x.id]
        for x in plans
        if (x.model, x.evaluation) == (model, evaluation.id) and x.id not in answered
    ]
    if waiting:
        return max(waiting)
    known = [_register(x) for x in plans]
    after = datetime.max.replace(tzinfo=UTC)
    return _number([*known, _Registered(after, "", model, evaluation.id)])[""]


def find_levels(evaluation: Evaluation, number: int | None, facts: Facts) -> tuple[float, float]:
    """Return the levels of the lower and the upper bound of a run in an assessment.

    Where the framework has no error budget, or the evaluation rules nothing out, both are what the
    evaluation's confidence allows. A run without a plan belongs to no assessment; lint makes sure
    that every evaluation under a budget requires a plan.
    """
    if number is None:
        return find_alpha(evaluation), find_alpha(evaluation)
    framework = facts.framework.document
    return (
        allot_level(framework, evaluation, "lower", number),
        allot_level(framework, evaluation, "upper", number),
    )


def find_earlier_run(item: Evidence, evaluation: Evaluation, facts: Facts) -> Reason | None:
    """Return why a run may not spend under its plan: an earlier run has done so already.

    A second run under one plan would be a second chance at the level of one. Without an error
    budget this is no fault, for then every usable run has to show the same.
    """
    framework = facts.framework.document
    if framework.error_budget is None or evaluation.id not in _list_counted(framework):
        return None
    record = item.record.document
    for other in facts.evidence:
        run = other.record.document
        if (
            run.plan == record.plan
            and run.evaluation == record.evaluation
            and run.model == record.model
            and run.log.sha256 != record.log.sha256
            and (run.run.created, run.id) < (record.run.created, record.id)
        ):
            text = f"plan {record.plan} was spent by {run.id}; the error budget gives it one run"
            return Reason(code="evaluation.plan-spent", text=text)
    return None


def find_budget(facts: Facts, findings: Sequence[EvaluationFinding]) -> BudgetFinding | None:
    """Return what this decision spends of the framework's error budget; None where it has none."""
    budget = facts.framework.document.error_budget
    if budget is None:
        return None
    used = {item.assessment for finding in findings for item in finding.measured if item.assessment}
    return BudgetFinding(
        total=budget.total,
        spending=budget.spending,
        shares=tuple(
            BudgetShare(assessment=number, share=round(spend(budget.total, number), 12))
            for number in sorted(used)
        ),
    )
