"""How the sentences of a decision give numbers: rounded so that no result looks better than it is.

Only people read these words; a program reads the fields that they are made from.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ifthen.decision.model import EvaluationFinding
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


def format_finding(finding: EvaluationFinding) -> str:
    """Return the measurement in words: ``0.31 (0.25 … 0.38), 198 questions``."""
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
    return f"{share} ({bounds}), {format_count(questions, 'question')}"


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
