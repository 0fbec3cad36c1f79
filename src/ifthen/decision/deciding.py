"""The decision: thresholds, obligations, safeguards, gates.

Steps, in the order in which a reader would check them:

0. What was withdrawn or corrected is struck (:mod:`ifthen.decision.striking`); what an incident
   touches is open (:mod:`ifthen.decision.reopening`).
1. Each evaluation is measured (:mod:`ifthen.decision.measuring`).
2. Each threshold is reached, ruled out, or neither, by its own conditions, and by what the model
   inherits (:mod:`ifthen.decision.inheriting`).
3. What is neither counts as the framework says (``treat_undetermined_as``).
4. Each threshold that does not count as ruled out makes its commitments due.
5. Each safeguard is in place, is not, or it cannot be told.
6. Each gate waits for the safeguards of its kinds that are due, and for its own condition, unless
   an exception sets them aside (:mod:`ifthen.decision.excepting`).

No step reads a clock or a file; nothing that is missing makes a later step more favourable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from ifthen.decision.assessing import add_lacks
from ifthen.decision.bounds import COMPUTED, Bounds
from ifthen.decision.budget import find_budget, find_rule_outs
from ifthen.decision.condition import Grounds, answer, answer_against, list_doubts
from ifthen.decision.deciders import find_deciding
from ifthen.decision.error_rates import rate, rate_any, to_formula
from ifthen.decision.excepting import Waiting, find_exceptions, set_aside
from ifthen.decision.facts import Facts
from ifthen.decision.inheriting import Standing, check_lineage, inherit
from ifthen.decision.inputs import list_inputs
from ifthen.decision.measuring import measure
from ifthen.decision.memory import Required
from ifthen.decision.model import (
    Decision,
    ErrorRate,
    ExceptionFinding,
    FrameworkReference,
    GateFinding,
    ModelReference,
    Obligation,
    Outcome,
    Reason,
    SafeguardFinding,
    Step,
    ThresholdFinding,
)
from ifthen.decision.obliging import find_obligations, find_relief
from ifthen.decision.reopening import (
    NOTHING,
    find_open,
    list_incidents,
    mark_findings,
    reopen,
)
from ifthen.decision.striking import list_struck, strike
from ifthen.decision.truth import Truth, every
from ifthen.framework.model import Domain, Framework, Gate, Safeguard, Threshold
from ifthen.framework.predicate import Predicate

Status = Literal["ruled-out", "reached", "cannot-rule-out"]
TreatedAs = Literal["below", "reached", "undetermined"]

_MODEL_ID = 69  # an id has 80 characters, the day and its hyphen 11 of them


def decide(facts: Facts, *, on: date, hypothetical: bool, bounds: Bounds = COMPUTED) -> Decision:
    """Return what follows from the facts on a day.

    ``hypothetical`` says that ``on`` is not the day on which the decision is made; it is recorded,
    so that nobody takes a what-if for a decision.
    """
    framework = facts.framework.document
    check_lineage(facts)
    grounds, thresholds = _stand(facts, on, bounds)
    obligations = find_obligations(thresholds, framework, grounds, on)
    asked = _find_asking(obligations)
    safeguards = _find_safeguards(framework, asked, grounds)
    exceptions = find_exceptions(facts, grounds.facts, on)
    gates = tuple(
        _gate(g, thresholds, obligations, safeguards, grounds, exceptions=exceptions)
        for g in framework.gates
    )
    findings = mark_findings(grounds.findings, grounds.open)
    return Decision(
        kind="decision",
        id=f"{facts.model.document.id[:_MODEL_ID]}-{on.isoformat()}",
        framework=_framework_reference(facts),
        model=_model_reference(facts),
        on=on,
        hypothetical=hypothetical or bool(facts.supposed),
        supposed=facts.supposed,
        evaluations=tuple(findings.values()),
        thresholds=tuple(thresholds),
        obligations=obligations,
        safeguards=tuple(safeguards.values()),
        gates=gates,
        any_ruled_out_error=rate_any(find_rule_outs(framework), framework, findings),
        error_budget=find_budget(facts, tuple(findings.values())),
        exceptions=exceptions,
        incidents=list_incidents(facts, on),
        struck=list_struck(facts, grounds.facts),
        inputs=list_inputs(facts),
    )


def _stand(facts: Facts, on: date, bounds: Bounds) -> tuple[Grounds, list[ThresholdFinding]]:
    """Return where a model stands at the thresholds, with what that was answered over."""
    framework = facts.framework.document
    standing = strike(facts, on)
    findings = {e.id: measure(e, standing, on, bounds) for e in framework.evaluations}
    open = find_open(facts, on)
    open = add_lacks(open, standing, mark_findings(findings, open), on)
    grounds = Grounds(
        facts=standing,
        findings=findings,
        on=on,
        bounds=bounds,
        open=open,
        dissents=_find_dissents(standing),
        memory=standing.memory,
    )
    parents: dict[str, Standing] = {}
    for each in facts.parents:
        parent = replace(each, framework=facts.framework)  # a supposed one is theirs as well
        found_there = _stand(parent, on, bounds)[1]
        parents[parent.model.document.id] = Standing(parent, {x.threshold: x for x in found_there})
    marked = mark_findings(findings, open)
    found: list[ThresholdFinding] = []
    for domain, threshold in framework.thresholds():
        finding = inherit(_threshold(domain, threshold, grounds), facts, marked, parents, on)
        treated = _treat(finding.status, framework)
        found.append(finding.model_copy(update={"treated_as": treated}))
    thresholds = _tier_conflicts(found, framework)
    return replace(grounds, thresholds={x.threshold: x for x in thresholds}), thresholds


def _find_dissents(facts: Facts) -> dict[str, tuple[str, ...]]:
    return {
        loaded.digest: tuple(
            f"{x.by.name} ({x.by.role}) dissents in {loaded.document.id}"
            + (f", and finds {x.conclusion}" if x.conclusion else "")
            + f": {x.reasons}"
            for x in loaded.document.dissents
        )
        for loaded in facts.determinations
        if loaded.document.dissents
    }


def _threshold(domain: Domain, threshold: Threshold, grounds: Grounds) -> ThresholdFinding:
    ruled_out = answer(threshold.ruled_out_when, grounds)
    reached = None
    if threshold.reached_when is not None:
        reached = answer_against(threshold.reached_when, grounds, Truth.YES)
    touched = grounds.open.about("threshold", threshold.id)
    is_reached = reached is not None and reached.value is Truth.YES
    reasons: tuple[Reason, ...] = ()
    status: Status
    if is_reached and ruled_out.value is Truth.YES:
        status = "cannot-rule-out"
        text = f"{threshold.id}: one condition says reached, the other says ruled out"
        reasons = (Reason(code="threshold.conflicting", text=text),)
    elif is_reached:
        status = "reached"
    elif ruled_out.value is Truth.YES and (doubts := list_doubts(reached)):
        status = "cannot-rule-out"
        text = f"{threshold.id} looks ruled out, but whether it is reached can no longer be told"
        reasons = (Reason(code="threshold.in-doubt", text=text), *doubts)
    elif ruled_out.value is Truth.YES and touched:
        status = "cannot-rule-out"
        text = f"{threshold.id} looks ruled out, but something that touches it is open"
        reasons = (Reason(code="threshold.in-doubt", text=text), *(x.reason for x in touched))
    elif ruled_out.value is Truth.YES:
        status = "ruled-out"
    else:
        status, reasons = "cannot-rule-out", ruled_out.reasons
    predicates = [p for p in (threshold.ruled_out_when, threshold.reached_when) if p is not None]
    subjects = [leaf.subject for p in predicates for _, leaf in p.leaves()]
    used = dict.fromkeys(s.evaluation for s in subjects if s is not None and s.evaluation)
    return ThresholdFinding(
        threshold=threshold.id,
        domain=domain.id,
        tier=threshold.tier,
        ordered=domain.ordered,
        title=threshold.title,
        status=status,
        treated_as=_treat(status, grounds.facts.framework.document),
        reasons=reasons,
        evaluations=tuple(used),
        ruled_out=ruled_out,
        reached=reached,
        ruled_out_error=_rate(threshold.ruled_out_when, grounds),
        reached_error=_rate(threshold.reached_when, grounds),
    )


def _rate(condition: Predicate | None, grounds: Grounds) -> ErrorRate | None:
    if condition is None:
        return None
    return rate(to_formula(condition), grounds.facts.framework.document, grounds.findings)


def _treat(status: Status, framework: Framework) -> TreatedAs:
    if status == "cannot-rule-out":
        return framework.treat_undetermined_as
    return "reached" if status == "reached" else "below"


def _tier_conflicts(found: list[ThresholdFinding], framework: Framework) -> list[ThresholdFinding]:
    """Return the findings; a tier cannot be ruled out while a higher one is reached.

    In a domain whose tiers are not ordered no tier is higher than another.
    """
    reached = [
        x for x in found if x.ordered == "yes" and (x.status == "reached" or list_doubts(x.reached))
    ]
    settled: list[ThresholdFinding] = []
    for finding in found:
        above = [x for x in reached if x.domain == finding.domain and x.tier > finding.tier]
        if finding.status == "ruled-out" and above:
            said = "is" if above[0].status == "reached" else "may be"
            text = f"{finding.threshold} looks ruled out, but {above[0].threshold} {said} reached"
            finding = finding.model_copy(  # noqa: PLW2901 - the corrected finding takes its place
                update={
                    "status": "cannot-rule-out",
                    "treated_as": _treat("cannot-rule-out", framework),
                    "reasons": (Reason(code="threshold.tier-conflict", text=text),),
                }
            )
        settled.append(finding)
    return settled


def _find_asking(obligations: Sequence[Obligation]) -> dict[str, tuple[str, ...]]:
    """Return, by safeguard, the binding commitments that ask for it."""
    asking: dict[str, tuple[str, ...]] = {}
    for obligation in obligations:
        if obligation.binding:
            for safeguard in obligation.safeguards:
                others = asking.get(safeguard, ())
                if obligation.commitment not in others:
                    asking[safeguard] = (*others, obligation.commitment)
    return asking


def _find_safeguards(
    framework: Framework, asked: Mapping[str, tuple[str, ...]], grounds: Grounds
) -> dict[str, SafeguardFinding]:
    """Return whether each safeguard is in place; as last time, where the answer is the same."""
    made = grounds.memory.safeguards
    found: dict[str, SafeguardFinding] = {}
    for safeguard in framework.safeguards:
        id, condition = safeguard.id, None
        if safeguard.in_place_when is not None:
            condition = answer_against(safeguard.in_place_when, grounds, Truth.NO)
            if grounds.open is not NOTHING and condition.value is Truth.YES:
                condition = reopen(condition, grounds.open.about("safeguard", id))
        required_by = asked.get(id, ())
        finding = made.get(id)
        if (
            finding is None
            or finding.condition is not condition
            or finding.required_by != required_by
        ):
            finding = made[id] = _safeguard(safeguard, required_by, condition)
        found[id] = finding
    return found


def _safeguard(
    safeguard: Safeguard, required_by: tuple[str, ...], condition: Step | None
) -> SafeguardFinding:
    if condition is None:
        in_place = Truth.UNDETERMINED
        text = f"the framework does not say when {safeguard.id} is in place"
        reasons: tuple[Reason, ...] = (Reason(code="safeguard.unspecified", text=text),)
    else:
        in_place, reasons = condition.value, condition.reasons
    return SafeguardFinding(
        safeguard=safeguard.id,
        kind=safeguard.kind,
        title=safeguard.title,
        in_place=in_place,
        required_by=required_by,
        reasons=reasons,
        condition=condition,
    )


def _gate(
    gate: Gate,
    thresholds: Sequence[ThresholdFinding],
    obligations: Sequence[Obligation],
    safeguards: Mapping[str, SafeguardFinding],
    grounds: Grounds,
    *,
    exceptions: Sequence[ExceptionFinding],
) -> GateFinding:
    waiting, required = _find_waiting(gate, thresholds, obligations, safeguards, grounds)
    also = None
    if gate.also is not None:
        also = answer_against(gate.also, grounds, Truth.NO)
        waiting.append((also, (gate.id,)))
    steps, used = set_aside(waiting, exceptions)
    value = every([step.value for step in steps])
    outcome = {Truth.YES: Outcome.GO, Truth.NO: Outcome.HOLD}.get(value, Outcome.UNDETERMINED)
    open_steps = (
        [] if value is Truth.YES else [step for step in steps if step.value is not Truth.YES]
    )
    deciding = [step for step in open_steps if step.value is value]
    return GateFinding(
        gate=gate.id,
        action=gate.action,
        outcome=outcome,
        summary=_except(_summary(outcome, deciding, tuple(required), thresholds, also), used),
        requires=tuple(required),
        reasons=tuple(dict.fromkeys(r for step in open_steps for r in step.reasons)),
        change=tuple(dict.fromkeys(c for step in open_steps for c in step.change)),
        detail="under-exception" if used else None,
        exceptions=used,
        decided_by=find_deciding(gate, thresholds).roles,
        condition=Step(
            claim=f"{gate.action}: everything that is due is in place",
            value=value,
            parts=tuple(steps),
        ),
    )


def _find_waiting(
    gate: Gate,
    thresholds: Sequence[ThresholdFinding],
    obligations: Sequence[Obligation],
    safeguards: Mapping[str, SafeguardFinding],
    grounds: Grounds,
) -> tuple[list[Waiting], dict[str, None]]:
    """Return what a gate waits for by the commitments that are due, and which safeguards."""
    waiting: list[Waiting] = []
    required: dict[str, None] = {}
    framework = grounds.facts.framework.document
    watched = {
        t.id for _, t in framework.thresholds() if t.status == "exploratory" or t.level == "alert"
    }
    kinds, made, own = gate.needs, grounds.memory.required, gate.id
    for finding in thresholds:
        if finding.treated_as == "below":
            continue
        binding = [o for o in obligations if o.binding and o.threshold == finding.threshold]
        if finding.threshold in watched and not binding:
            continue  # the framework looks closer there and asks for no safeguard
        relief = None if binding else find_relief(finding.threshold, framework, grounds)
        if relief is not None:
            waiting.append((relief, (own,)))
            continue
        if not binding or not all(o.safeguards for o in binding):
            empty = [o.commitment for o in binding if not o.safeguards]
            ids = (*(empty if len(empty) == 1 or not binding else ()), own)
            waiting.append((_unspecified(finding), ids))
        for obligation in binding:
            for id in obligation.safeguards:
                safeguard = safeguards[id]
                if safeguard.kind not in kinds:
                    continue
                required[id] = None
                key = (id, obligation.commitment, own)
                last = made.get(key)
                if (
                    last is None
                    or last.safeguard is not safeguard
                    or last.obligation is not obligation
                ):
                    last = made[key] = Required(
                        safeguard=safeguard,
                        obligation=obligation,
                        waiting=(_required(safeguard, obligation), key),
                    )
                waiting.append(last.waiting)
    return waiting, required


def _unspecified(finding: ThresholdFinding) -> Step:
    text = f"the framework names no safeguard for {finding.threshold}"
    return Step(
        claim=f"what {finding.threshold} calls for is in place",
        value=Truth.UNDETERMINED,
        reasons=(Reason(code="commitment.unspecified", text=text),),
        change=(f"a framework version that says what {finding.threshold} calls for",),
    )


def _required(safeguard: SafeguardFinding, obligation: Obligation) -> Step:
    """Return whether a safeguard that may be due is in place.

    Where it is undetermined whether the threshold is reached at all, a missing safeguard leaves the
    gate undetermined instead of holding it.
    """
    value = safeguard.in_place
    if obligation.because == "undetermined" and value is Truth.NO:
        value = Truth.UNDETERMINED
    condition = safeguard.condition
    return Step(
        claim=f"{safeguard.kind} {safeguard.safeguard} is in place, for {obligation.threshold}",
        value=value,
        reasons=(*obligation.reasons, *safeguard.reasons)
        if value is not Truth.YES
        else safeguard.reasons,
        facts=condition.facts if condition else (),
        change=condition.change if condition else (),
        parts=(condition,) if condition else (),
    )


def _summary(
    outcome: Outcome,
    deciding: Sequence[Step],
    required: tuple[str, ...],
    thresholds: Sequence[ThresholdFinding],
    also: Step | None,
) -> str:
    if outcome is Outcome.GO:
        if required:
            text = f"every required safeguard is in place: {', '.join(required)}"
        elif all(finding.status == "ruled-out" for finding in thresholds):
            text = "every threshold is ruled out; no safeguard is required"
        else:
            text = "no safeguard is required for this action"
        return "; ".join([text, *(also.basis if also is not None else ())])
    reasons = dict.fromkeys(reason.text for step in deciding for reason in step.reasons)
    return "; ".join(reasons) or "; ".join(step.claim for step in deciding)


def _except(summary: str, used: tuple[str, ...]) -> str:
    """Return the summary with the exceptions in front, so that no reader can miss them."""
    return f"under exception {', '.join(used)}: {summary}" if used else summary


def _framework_reference(facts: Facts) -> FrameworkReference:
    framework = facts.framework.document
    return FrameworkReference(
        id=framework.id,
        version=framework.version,
        title=framework.title,
        developer=framework.developer,
        in_force_from=framework.in_force.from_,
        digest=facts.framework.digest,
        notice=framework.notice,
    )


def _model_reference(facts: Facts) -> ModelReference:
    model = facts.model.document
    return ModelReference(
        id=model.id,
        title=model.title,
        weights_sha256=model.weights_sha256,
        digest=facts.model.digest,
    )
