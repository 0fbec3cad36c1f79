"""Conditions evaluated over the facts, each with its trace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from operator import is_
from typing import TypeVar

from ifthen.decision.bounds import COMPUTED, Bounds
from ifthen.decision.error_rates import Side, level_of
from ifthen.decision.facts import Facts, Found, find_span
from ifthen.decision.further import more_questions
from ifthen.decision.measuring import find_evidence
from ifthen.decision.memory import Answered, Combined, Memory
from ifthen.decision.model import EvaluationFinding, Measured, Reason, Step, ThresholdFinding
from ifthen.decision.reopening import NOTHING, SUBJECTS, OpenMatters, reopen
from ifthen.decision.truth import Truth, at_least, every, negate, some
from ifthen.decision.wording import format_finding
from ifthen.framework.predicate import (
    Comparison,
    Membership,
    Predicate,
    Subject,
    format_number,
)

GONE_BAD = (
    "expired", "conflicting", "stale", "contradicted", "record-", "log-", "withdrawn", "corrected",
    "before-birth", "open",
)  # fmt: skip
"""How reason codes continue, after their kind of fact, when a fact was there and does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a condition is evaluated over: the facts, the findings, the day, and the bounds."""

    facts: Facts
    findings: Mapping[str, EvaluationFinding]
    on: date
    bounds: Bounds = COMPUTED
    open: OpenMatters = NOTHING
    """What has to be looked at again before it counts."""
    dissents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Who dissents from a determination and why, by the digest of its document."""
    thresholds: Mapping[str, ThresholdFinding] = field(default_factory=dict)
    """Where the model stands, once that is known: conditions of thresholds cannot ask for it."""
    either_way: bool = False
    """Whether a threshold that is not shown to be reached or ruled out is neither in a condition;
    where this is false it is what the framework treats it as."""
    memory: Memory = field(default_factory=Memory)
    """What was made over the same facts before."""


def answer(predicate: Predicate, grounds: Grounds) -> Step:
    """Return the answer to a condition with the answers to the conditions inside it."""
    last = grounds.memory.answers.get(id(predicate))
    if last is not None and last.since <= grounds.on < last.until and last.predicate is predicate:
        step = last.step
    elif (subject := predicate.subject) is not None:
        step = _leaf(predicate, subject, grounds)
    else:
        return _combine(
            predicate, tuple(answer(part, grounds) for part in predicate.parts), grounds
        )
    if grounds.dissents:
        step = _add_dissents(step, grounds)
    if grounds.open is not NOTHING:
        step = _reopen(step, predicate, grounds.open)
    return step


def _reopen(step: Step, predicate: Predicate, open: OpenMatters) -> Step:
    subject = predicate.subject
    if subject is None or subject.kind not in SUBJECTS:
        return step
    return reopen(step, open.under(subject.kind, subject.name))


def _combine(predicate: Predicate, parts: tuple[Step, ...], grounds: Grounds) -> Step:
    """Return the answer to a condition on others; the last one, where it was of these answers."""
    last = grounds.memory.combined.get(id(predicate))
    if last is not None and last.predicate is predicate and all(map(is_, last.step.parts, parts)):
        return last.step
    step = _combine_anew(predicate, parts)
    grounds.memory.combined[id(predicate)] = Combined(predicate=predicate, step=step)
    return step


def _combine_anew(predicate: Predicate, parts: tuple[Step, ...]) -> Step:
    values = [part.value for part in parts]
    if predicate.not_ is not None:
        value = negate(values[0])
    elif predicate.k_of is not None:
        value = at_least(predicate.k_of.k, values)
    else:
        value = every(values) if predicate.all is not None else some(values)
    settled = value is Truth.YES
    deciding = [part for part in parts if part.value is value]
    reasons = _unique(reason for part in deciding for reason in part.reasons)
    if predicate.not_ is not None and value is Truth.NO:
        reasons = (Reason(code="condition.holds", text=f"{parts[0].claim}; it must not"),)
    return Step(
        claim=predicate.sentence,
        value=value,
        reasons=reasons,
        basis=_unique(b for part in parts for b in part.basis) if settled else (),
        facts=_unique(fact for part in parts for fact in part.facts),
        change=()
        if settled
        else _unique(c for part in parts if part.value is not Truth.YES for c in part.change),
        parts=parts,
    )


def answer_against(predicate: Predicate, grounds: Grounds, against: Truth) -> Step:
    """Return the answer; what is open takes nothing away from one that speaks against going.

    A threshold that is not shown either way counts as the framework treats it where that speaks
    against going. The other answer needs it whichever way the threshold is: else the end of a
    ruling-out would make it, and so open a gate.
    """
    marked = answer(predicate, grounds)
    if marked.value is Truth.UNDETERMINED and grounds.open is not NOTHING:
        plain = answer(predicate, replace(grounds, open=NOTHING))
        return plain if plain.value is against else marked
    if marked.value in (against, Truth.UNDETERMINED) or not _asks_thresholds(predicate):
        return marked
    return answer(predicate, replace(grounds, either_way=True))


def _asks_thresholds(predicate: Predicate) -> bool:
    subjects = (leaf.subject for _, leaf in predicate.leaves())
    return any(subject is not None and subject.kind == "threshold" for subject in subjects)


def _add_dissents(step: Step, grounds: Grounds) -> Step:
    """Return the answer with who of those who judged sees it otherwise, whatever it is."""
    found = _unique(text for fact in step.facts for text in grounds.dissents.get(fact.digest, ()))
    return step.model_copy(update={"dissents": found}) if found else step


T = TypeVar("T")


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


def _leaf(predicate: Predicate, subject: Subject, grounds: Grounds) -> Step:
    if subject.kind == "evaluation":
        finding = grounds.findings[subject.name]
        return _measured(predicate, subject, finding, predicate.sentence, grounds.bounds)
    if subject.kind == "threshold":
        standing = grounds.thresholds[subject.name]
        either_way = grounds.either_way and not is_shown(standing)
        return _standing(predicate, standing, either_way=either_way)
    span = find_span(grounds.facts, subject.kind, subject.name, grounds.on)
    step = _stated(predicate, subject, span.found, grounds.facts)
    grounds.memory.answers[id(predicate)] = Answered(
        predicate=predicate, since=span.since, until=span.until, step=step
    )
    return step


def _stated(predicate: Predicate, subject: Subject, found: Found, facts: Facts) -> Step:
    """Return the answer to a condition on what people state, from what is found of it."""
    claim, kind, name = predicate.sentence, subject.kind, subject.name
    if found.value is None:
        reasons = facts.gone.get((kind, name), ())
        if found.reason and not (reasons and found.reason.code.endswith(".missing")):
            reasons = (*reasons, found.reason)
        change = (found.change,) if found.change else ()
        return Step(
            claim=claim,
            value=Truth.UNDETERMINED,
            reasons=reasons,
            facts=found.facts,
            change=change,
        )
    value, text = _compare_stated(predicate, found.value)
    if value is Truth.YES:
        basis = (found.basis,) if found.basis else ()
        return Step(claim=claim, value=value, basis=basis, facts=found.facts)
    said = f"{kind} {name} says {_say(found.value)}; {text}"
    return Step(
        claim=claim,
        value=value,
        reasons=(Reason(code=f"{kind}.says", text=said),),
        facts=found.facts,
        change=(f"{kind} {name}: {text}",),
    )


def is_shown(finding: ThresholdFinding) -> bool:
    """Return whether a threshold is shown to be reached, or shown to be ruled out.

    It is not where what ruled it out beside what says reached has gone bad: while that stood there
    was a conflict, and its end settles nothing.
    """
    if finding.status == "reached":
        return not list_doubts(finding.ruled_out)
    return finding.status == "ruled-out"


def list_doubts(answered: Step | None) -> tuple[Reason, ...]:
    """Return why something that was said for a condition of a threshold no longer counts.

    What was never said leaves the other condition alone. What was said and has since expired, grown
    stale, been contradicted or lost its log does not: it might have settled the condition, and a
    fact that goes bad must not make a threshold easier to rule out, or to tell, than the same fact
    in good order.
    """
    if answered is None or answered.value is not Truth.UNDETERMINED:
        return ()
    return tuple(r for r in answered.reasons if r.code.partition(".")[2].startswith(GONE_BAD))


def _standing(predicate: Predicate, finding: ThresholdFinding, *, either_way: bool) -> Step:
    """Return the answer to a condition on a threshold, which counts as the framework treats it.

    ``either_way``: it may be reached or ruled out, and what holds for one of them alone is open.
    """
    said = {"reached": ["reached"], "below": ["ruled-out"]}.get(finding.treated_as, [])
    if either_way:
        said = ["reached", "ruled-out"]
    if predicate.present is not None:
        known = finding.status != "cannot-rule-out" and not either_way
        value = Truth.YES if known else Truth.UNDETERMINED
    elif predicate.in_ is None:
        value = Truth.UNDETERMINED
    else:
        holds = {way in predicate.in_.values for way in said}
        value = Truth.UNDETERMINED if len(holds) != 1 else Truth.YES if True in holds else Truth.NO
    text = f"threshold {finding.threshold} is {finding.status}, treated as {finding.treated_as}"
    return Step(
        claim=predicate.sentence,
        value=value,
        reasons=() if value is Truth.YES else (Reason(code="threshold.stands", text=text),),
        basis=(text,) if value is Truth.YES else (),
        facts=finding.ruled_out.facts,
    )


def _compare_stated(predicate: Predicate, stated: bool | float | str) -> tuple[Truth, str]:
    """Return the answer for a stated value, and what would have been needed."""
    if predicate.present is not None:
        return Truth.YES, "it is at hand"
    if predicate.in_ is not None:
        for wanted in predicate.in_.values:
            if wanted == stated and type(wanted) is type(stated):  # True is not 1.0
                return Truth.YES, "it is one of those"
        needed = " or ".join(_say(value) for value in predicate.in_.values)
        return Truth.NO, f"needs {needed}"
    comparison = predicate.ge or predicate.le
    if comparison is None or isinstance(stated, bool | str):
        return Truth.UNDETERMINED, "needs a number"
    sign = "at least" if predicate.ge is not None else "at most"
    holds = stated >= comparison.value if predicate.ge is not None else stated <= comparison.value
    return (Truth.YES if holds else Truth.NO), f"needs {sign} {format_number(comparison.value)}"


def _measured(
    predicate: Predicate,
    subject: Subject,
    finding: EvaluationFinding,
    claim: str,
    bounds: Bounds,
) -> Step:
    facts = find_evidence(finding)
    if finding.outcome == "undetermined":
        return Step(
            claim=claim,
            value=Truth.UNDETERMINED,
            reasons=finding.reasons,
            facts=facts,
            change=finding.change,
        )
    if isinstance(subject, Membership):
        value, reasons, change = _outcome_in(subject, finding)
    elif isinstance(subject, Comparison):
        value, reasons, change = _compare_interval(predicate, subject, finding, bounds)
    else:
        value, reasons, change = Truth.YES, (), ()
    basis = (f"{finding.title}: {format_finding(finding)}",) if value is Truth.YES else ()
    return Step(claim=claim, value=value, reasons=reasons, basis=basis, facts=facts, change=change)


_Answer = tuple[Truth, tuple[Reason, ...], tuple[str, ...]]


def _outcome_in(subject: Membership, finding: EvaluationFinding) -> _Answer:
    if finding.outcome in ("undecided", "measured"):
        return Truth.UNDETERMINED, finding.reasons, finding.change
    if finding.outcome in subject.values:
        return Truth.YES, (), ()
    text = f"evaluation {finding.evaluation} shows {finding.outcome}"
    return Truth.NO, (Reason(code="evaluation.shows", text=text),), ()


def _compare_interval(
    predicate: Predicate, subject: Comparison, finding: EvaluationFinding, bounds: Bounds
) -> _Answer:
    """Return yes or no only where the whole interval lies on one side of the value."""
    if finding.lower is None or finding.upper is None:
        return Truth.UNDETERMINED, finding.reasons, finding.change
    target = subject.value
    measured = list(finding.measured)
    if predicate.ge is not None:
        sign, holds, fails = "at least", finding.lower >= target, finding.upper < target
    else:
        sign, holds, fails = "at most", finding.upper <= target, finding.lower > target
    if holds:
        return Truth.YES, (), ()
    text = (
        f"{finding.title}: {format_finding(finding)}, needs {sign} {format_number(target)}"
        f" with {_confidence(measured, predicate):g}% confidence"
    )
    change: tuple[str, ...] = ()
    if predicate.le is not None:
        more = more_questions(measured, target, bounds)
        change = tuple(f"{finding.evaluation}: {line}" for line in more)
    if fails:
        return Truth.NO, (Reason(code="evaluation.fails", text=text),), change
    return Truth.UNDETERMINED, (Reason(code="evaluation.straddles", text=text),), change


def _confidence(measured: list[Measured], predicate: Predicate) -> float:
    """Return the confidence, in per cent, of the bound that the condition has to meet."""
    side: Side = "lower" if predicate.ge is not None else "upper"
    return round(100 * (1 - level_of(measured[0].interval, side)), 10)


def _say(value: bool | float | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else format_number(value)
