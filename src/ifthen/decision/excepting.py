"""Exceptions: which of them have an effect on a day, and what they set aside at a gate.

An exception has an effect only under a clause of the framework that admits it, with the approval
of each role that the clause names, from its day on until it expires. Where a trust file says who
is who, those who approve have to have signed it. What it sets aside stays in sight, with its own
answer inside the one that the exception gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ifthen.decision.approving import find_unsigned
from ifthen.decision.facts import Facts, reference
from ifthen.decision.model import ExceptionFinding, Reason, Step
from ifthen.decision.truth import Truth
from ifthen.dossier.exception import GrantedException
from ifthen.encoding.document import Loaded
from ifthen.framework.clause import Exemption

Waiting = tuple[Step, tuple[str, ...]]
"""One thing that a gate waits for, and the ids by which an exception can set it aside."""


def find_exceptions(facts: Facts, standing: Facts, on: date) -> tuple[ExceptionFinding, ...]:
    """Return every exception about the model under this framework, with whether it has an effect.

    ``standing`` are the facts that count, with why others do not.
    """
    framework = facts.framework.document
    found = [
        _find(loaded, facts, standing.struck, on)
        for loaded in facts.exceptions
        if loaded.document.model == facts.model.document.id
        and loaded.document.framework == framework.id
    ]
    return tuple(sorted(found, key=lambda x: (x.exception.id, x.exception.digest)))


def _find(
    loaded: Loaded[GrantedException],
    facts: Facts,
    struck: Mapping[str, Reason],
    on: date,
) -> ExceptionFinding:
    document = loaded.document
    framework = facts.framework.document
    clause = next((x for x in framework.exemptions if x.id == document.exemption), None)
    reasons = [
        Reason(code=f"exception.{code}", text=text)
        for code, text in _find_faults(document, clause, on)
    ]
    if clause is not None and not reasons and (trusted := facts.trusted) is not None:
        reasons += find_unsigned(document, clause, trusted, on)
    if (gone := struck.get(f"exception {document.id}")) is not None:
        reasons.insert(0, gone)
    basis = None
    if not reasons:
        people = ", ".join(f"{x.name} ({x.role})" for x in document.approved_by)
        basis = f"exception {document.id} under {document.exemption}, approved by {people}, until"
        basis = f"{basis} {document.expires}; disclosed: {_disclosed(document)}"
    return ExceptionFinding(
        exception=reference("exception", loaded),
        exemption=document.exemption,
        sets_aside=document.sets_aside,
        admitted=not reasons,
        reasons=tuple(reasons),
        basis=basis,
    )


def _disclosed(document: GrantedException) -> str:
    how = " ".join(document.disclosure.split())
    return f"{how} ({document.disclosed_on or 'not yet'})"


def _find_faults(
    document: GrantedException, clause: Exemption | None, on: date
) -> Iterator[tuple[str, str]]:
    """Yield why an exception has no effect on a day."""
    if clause is None or not clause.applies(on) or clause.force == "recommend":
        yield "not-admitted", f"the framework has no clause {document.exemption} that admits it"
        return
    if beyond := [id for id in document.sets_aside if id not in clause.weakens]:
        yield "too-wide", f"{clause.id} does not let {', '.join(beyond)} be set aside"
    if on < document.made_on:
        yield "not-yet", f"exception {document.id} holds from {document.made_on} on"
    if document.expires <= on:
        yield "expired", f"exception {document.id} expired on {document.expires}"
    approved = {x.role for x in document.approved_by if x.on <= on}
    if not clause.approved_by:
        yield "no-approver", f"{clause.id} names no role that approves"
    elif missing := [role for role in clause.approved_by if role not in approved]:
        yield "not-approved", f"{clause.id} asks for the approval of {', '.join(missing)}"
    disclosed = document.disclosed_on is not None and document.disclosed_on <= on
    if clause.disclosed == "before-effect" and not disclosed:
        yield "not-disclosed", f"{clause.id} asks for disclosure before it has an effect"


def set_aside(
    waiting: Sequence[Waiting], exceptions: Sequence[ExceptionFinding]
) -> tuple[list[Step], tuple[str, ...]]:
    """Return what a gate waits for with the exceptions in effect, and which of them were needed."""
    admitted = [x for x in exceptions if x.admitted]
    if not admitted:
        return [step for step, _ in waiting], ()
    steps: list[Step] = []
    used: dict[str, None] = {}
    for step, ids in waiting:
        found = [x for x in admitted if set(x.sets_aside) & set(ids)]
        if step.value is Truth.YES or not found:
            steps.append(step)
            continue
        steps.append(_set_aside(step, found[0]))
        used[found[0].exception.id] = None
    return steps, tuple(used)


def _set_aside(step: Step, by: ExceptionFinding) -> Step:
    return Step(
        claim=f"{step.claim}, or an exception sets it aside",
        value=Truth.YES,
        basis=(by.basis,) if by.basis else (),
        facts=(by.exception, *step.facts),
        parts=(step,),
    )
