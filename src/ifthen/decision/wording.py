"""How the sentences of a decision give numbers: rounded so that no result looks better than it is.

Only people read these words; a program reads the fields that they are made from.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ifthen.decision.model import Decision, ErrorRate, EvaluationFinding
from ifthen.framework.model import Evaluation
from ifthen.framework.predicate import format_number

_PLACES = ((Decimal("0.01"), 0.1), (Decimal("0.001"), 0.01))
"""Places of a bound by its size: the smaller it is, the more a rounded digit would hide."""


def format_asked(evaluation: Evaluation, join: str = ", ") -> str | None:
    """Return what the framework asks of an evaluation: ``rule out below 0.25 - 0.05``."""
    asked: list[str] = []
    if evaluation.rule_out:
        margin = evaluation.rule_out.margin
        text = f"rule out below {format_number(evaluation.rule_out.below)}"
        text += f" - {format_number(margin)}" if margin else ""
        if step := evaluation.rule_out.survives:
            text += f" after {format_number(step.factor)}x effective compute"
        asked.append(text)
    if evaluation.rule_in:
        asked.append(f"rule in from {format_number(evaluation.rule_in.at_least)}")
    return join.join(asked) or None


def format_finding(finding: EvaluationFinding, left_out: int = 0) -> str:
    """Return the measurement in words: ``0.31 (0.25 … 0.38), 198 questions``.

    ``left_out``: how many of the questions an early stop left out; then how many were asked too.
    """
    if finding.lower is None or finding.upper is None or not finding.measured:
        return "no measurement"
    intervals = [item.interval for item in finding.measured]
    low = min(interval.point_low for interval in intervals)
    high = max(interval.point_high for interval in intervals)
    share = format_share(low) if low == high else f"{format_share(low)} to {format_share(high)}"
    questions = sum(interval.questions for interval in intervals)
    bounds = format_bounds(finding.lower, finding.upper)
    if finding.outcome == "ruled-out":
        bounds = f"at most {format_upper(finding.upper)}"
    asked = format_count(questions, "question")
    if left_out:
        asked = f"{questions - left_out} of {asked} asked, {left_out} left out: stopped early"
    return f"{share} ({bounds}), {asked}"


def format_chance(value: float) -> str:
    """Return a chance of error in per cent, rounded up to two places that count: ``3.1 %``."""
    if value == 0:
        return "0 %"
    percent = Decimal(repr(value)) * 100
    places = Decimal(1).scaleb(percent.adjusted() - 1)
    rounded = percent.quantize(places, ROUND_CEILING).normalize()
    return f"{format(rounded, 'f')} %"


def format_errors(decision: Decision) -> tuple[str, ...]:
    """Return how often thresholds are ruled out wrongly, and what is spent of the error budget."""
    rates = [t.ruled_out_error for t in decision.thresholds if t.ruled_out_error is not None]
    whole, budget = decision.any_ruled_out_error, decision.error_budget
    lines: list[str] = []
    if rates and whole is not None:
        most = format_chance(max(error.rate for error in rates))
        text = f"Wrongly ruled out with at most {most} chance"
        if len(rates) > 1:
            text += f" each, {format_chance(whole.rate)} for any of the {len(rates)}"
        lines.append(text + format_reserve(whole, brief=True))
    if budget is not None:
        text = f"Error budget: {format_chance(budget.total)} over all assessments ever made"
        for share in budget.shares:
            text += f"; assessment {share.assessment} may spend {format_chance(share.share)}"
        lines.append(text)
    return tuple(lines)


def format_reserve(error: ErrorRate, *, brief: bool = False) -> str:
    """Return what a rate of error leaves out, in brackets; empty where it leaves out nothing."""
    clusters = "nominal: bounds for clusters err up to 8.2 % at 5 % in simulations"
    statements = "what people state is taken as right"
    if brief:
        clusters, statements = "nominal for clusters", "statements given"
    left_out = [clusters] if error.nominal else []
    left_out += [statements] if error.statements_taken_as_right else []
    return f" ({'; '.join(left_out)})" if left_out else ""


def format_beside(decision: Decision) -> tuple[str, ...]:
    """Return what stands beside the gates: exceptions, open incidents, what does not count."""
    lines: list[str] = []
    for found in decision.exceptions:
        said = "; ".join(reason.text for reason in found.reasons)
        lines.append(
            f"In effect: {found.basis}" if found.admitted else f"Without effect: {said or '-'}"
        )
    for incident in decision.incidents:
        touches = ", ".join(incident.touches)
        name = f"{incident.incident.id} ({incident.title})"
        lines.append(f"Open {incident.severity} {name}: nobody has found to stand: {touches}")
    lines += [f"Does not count: {struck.reason.text}" for struck in decision.struck]
    return tuple(lines)


def format_count(count: int, noun: str) -> str:
    """Return ``1 question``, ``2 questions``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def format_share(value: float) -> str:
    """Return a share as people read it: ``0.31``, or ``0.004`` near the ends."""
    return f"{value:.2f}" if 0.01 <= value <= 0.99 else f"{value:.2g}"


def format_bounds(lower: float, upper: float) -> str:
    """Return ``0.25 … 0.38``."""
    return f"{format_lower(lower)} … {format_upper(upper)}"


def format_lower(value: float) -> str:
    """Return a lower bound, rounded down: no interval looks narrower than it is."""
    return _quantize(value, ROUND_FLOOR)


def format_upper(value: float) -> str:
    """Return an upper bound, rounded up."""
    return _quantize(value, ROUND_CEILING)


def _quantize(value: float, rounding: str) -> str:
    places = next((p for p, least in _PLACES if value >= least), Decimal("0.0001"))
    return format(Decimal(repr(value)).quantize(places, rounding).normalize(), "f")
