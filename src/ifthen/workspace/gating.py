"""Whether a gate is open: what the decision of the day says, and whether the right people signed.

A sign-off is about the decision of the day on which it was made. That decision is made again from
the documents as they are now: where the bytes are the same, nothing that it rests on has changed,
and where its answers are still those of today, nothing has run out. Then the sign-off stands.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ifthen.attestation.quorum import (
    Question,
    QuorumReason,
    QuorumResult,
    Rule,
    Vote,
    evaluate_quorum,
)
from ifthen.attestation.roles import Register
from ifthen.attestation.signoff import Signoff
from ifthen.decision.identity import (
    Change,
    digest_decision,
    find_changes,
    list_changes,
    list_differences,
)
from ifthen.decision.model import Decision
from ifthen.encoding.document import Day, Digest, Id, Line, Part, Text
from ifthen.errors import Error
from ifthen.framework.model import Framework, Gate
from ifthen.verification.voting import combine, make_rule, make_vote, weigh_votes
from ifthen.workspace.loading import Workspace
from ifthen.workspace.replaying import Replay
from ifthen.workspace.resolving import find_framework
from ifthen.workspace.signing import find_signed_decision, make_votes
from ifthen.workspace.trusting import find_lapse, find_register


class Suspect(Part):
    """A sign-off that no longer stands because of a document that has changed since."""

    signoff: Id
    """The sign-off."""
    changes: tuple[Change, ...]
    """The documents, each with its identity then and now."""


class Told(Part):
    """Who is told of what was decided."""

    role: Id
    """Role of the framework that is told."""
    people: tuple[Id, ...] = ()
    """Who holds it on the day."""


class GateState(Part):
    """Whether a gate is open, and why."""

    model: Id
    """Model that was decided about."""
    gate: Id
    """Gate of the framework."""
    action: Line
    """What the gate opens."""
    snapshot: Digest | None = None
    """Digest of the weights that were decided about; null where the model does not state it."""
    on: Day
    """Day for which this holds."""
    framework: Id
    """Framework in force."""
    framework_version: Line
    """Its version."""
    outcome: Literal["go", "hold", "undetermined"]
    """go only where the decision is go and the sign-offs are there."""
    decided: Literal["go", "hold", "undetermined"]
    """What the decision of the day says."""
    summary: Text
    """The decision's own summary."""
    decision: Digest
    """Digest of the decision of the day."""
    signoff: QuorumResult
    """Whether the people whom the framework asks have signed off."""
    exceptions: tuple[Id, ...] = ()
    """Exceptions that set aside something which is not in place; an override is one of these."""
    suspects: tuple[Suspect, ...] = ()
    """Sign-offs that changed documents have made stale, each with these documents."""
    informed: tuple[Told, ...] = ()
    """Who is told, as the framework says."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """What became of a decision that people signed."""

    digest: str
    day: date
    fault: tuple[str, str] | None
    """Why sign-offs of it do not count, as a code and a sentence."""
    changes: tuple[Change, ...] = ()
    """Documents that have changed since it was signed."""


def find_gate(framework: Framework, id: str) -> Gate:
    """Return the gate of an id.

    Raises:
        Error: ``gate.unknown``, with the nearest known id.
    """
    known = {gate.id: gate for gate in framework.gates}
    if id not in known:
        close = difflib.get_close_matches(id, known, n=1)
        raise Error(
            "gate.unknown",
            f"framework {framework.id} {framework.version} has no gate '{id}'",
            hint=f"did you mean '{close[0]}'?" if close else f"gates: {', '.join(known) or 'none'}",
        )
    return known[id]


def evaluate_gate(
    workspace: Workspace,
    replay: Replay,
    framework: Framework,
    *,
    model: str,
    gate: str,
    today: date,
) -> GateState:
    """Return whether a gate is open today.

    ``framework`` is the one in force today.

    Raises:
        Error: ``gate.unknown``, ``signoff.rule``, and those of deciding.
    """
    found = find_gate(framework, gate)
    decision = replay.decide(framework.id, today)
    rule = make_rule(found, decision)
    (finding,) = [x for x in decision.gates if x.gate == gate]
    register = find_register(workspace)
    votes = tuple(make_votes(workspace, register, model, gate))
    signed = _check_signed(workspace, replay, decision, gate, votes)
    result = _evaluate(rule, votes, register, decision, signed)
    if (lapse := find_lapse(workspace, today)) is not None:
        result = _lapsed(result, lapse)
    return GateState(
        model=model,
        gate=gate,
        action=finding.action,
        snapshot=decision.model.weights_sha256,
        on=today,
        framework=framework.id,
        framework_version=framework.version,
        outcome=combine(finding.outcome, result.state),
        decided=finding.outcome.value,
        summary=finding.summary,
        decision=digest_decision(decision),
        signoff=result,
        exceptions=finding.exceptions,
        suspects=_list_suspects(votes, signed),
        informed=list_told(found, register, today),
    )


def _lapsed(result: QuorumResult, lapse: Error) -> QuorumResult:
    """Return a result that a trust file which has run out cannot make an opening."""
    why = QuorumReason(code=lapse.code, text=f"the trust file {lapse.message}")
    state = "undetermined" if result.state == "open" else result.state
    return result.model_copy(update={"state": state, "reasons": (why, *result.reasons)})


def _check_signed(
    workspace: Workspace, replay: Replay, today: Decision, gate: str, votes: Sequence[Vote]
) -> list[_Signed]:
    """Return what became of each decision that somebody signed, the latest day first."""
    days = {
        (x.document.decided_on, x.document.decision)
        for x in workspace.signoffs
        if x.document.id in {vote.id for vote in votes}
    }
    made: dict[date, Decision | Error] = {today.on: today}
    found: list[_Signed] = []
    for day, digest in sorted(days, reverse=True):
        if day not in made and day <= today.on:
            try:
                made[day] = replay.decide(today.framework.id, day)
            except Error as error:
                made[day] = error
        again = made.get(day)
        fault = _find_fault(workspace, again, today, gate, digest)
        changes: tuple[Change, ...] = ()
        if fault is not None and isinstance(again, Decision):
            signed = find_signed_decision(workspace, digest)
            changes = () if signed is None else find_changes(signed, again)
        found.append(_Signed(digest, day, fault, changes))
    return found


def _list_suspects(votes: Sequence[Vote], signed: Sequence[_Signed]) -> tuple[Suspect, ...]:
    changed = {x.digest: x.changes for x in signed if x.changes}
    return tuple(
        Suspect(signoff=vote.id, changes=changed[vote.decision])
        for vote in votes
        if vote.decision in changed
    )


def list_told(gate: Gate, register: Register, on: date) -> tuple[Told, ...]:
    """Return which roles are told about a gate, and who holds them on a day."""
    return tuple(
        Told(role=role, people=tuple(person for person, _ in register.list_seats(role, on)))
        for role in gate.informed
    )


def _find_fault(
    workspace: Workspace, again: Decision | Error | None, today: Decision, gate: str, digest: str
) -> tuple[str, str] | None:
    """Return why sign-offs of a decision do not count today, or None where they do."""
    if again is None:
        return "signoff.from-the-future", "it is a decision for a day still to come"
    if isinstance(again, Error):
        return "signoff.not-replayed", f"the decision cannot be made again: {again.message}"
    if digest_decision(again) != digest:
        signed = find_signed_decision(workspace, digest)
        changes = list_changes(signed, again) if signed is not None else []
        since = "; ".join(changes) or "what it rests on is not what it was"
        return "signoff.stale", f"the documents have changed since: {since}"
    if again.framework.digest != today.framework.digest:
        return "signoff.other-framework", "another version of the framework is in force now"
    if differences := list_differences(again, today, gate):
        return "signoff.overtaken", f"the answers have changed since: {'; '.join(differences)}"
    return None


def _evaluate(
    rule: Rule,
    votes: Sequence[Vote],
    register: Register,
    today: Decision,
    signed: Sequence[_Signed],
) -> QuorumResult:
    """Return the best result over the decisions that stand; dissents over any of them count."""
    standing = {x.digest: x.day for x in signed if x.fault is None}
    best = weigh_votes(rule, votes, register, today, standing)
    return best.model_copy(
        update={
            "reasons": _explain(best.reasons, votes, signed),
            "decision": best.decision if standing else None,
        }
    )


def _explain(
    reasons: Sequence[QuorumReason], votes: Sequence[Vote], signed: Sequence[_Signed]
) -> tuple[QuorumReason, ...]:
    """Return the reasons, with why another decision than this one was signed."""
    faults = {x.digest: x.fault for x in signed if x.fault is not None}
    decisions = {vote.id: (vote.person, faults.get(vote.decision)) for vote in votes}
    found: list[QuorumReason] = []
    for reason in reasons:
        person, fault = decisions.get(reason.signoff or "", ("", None))
        if reason.code == "signoff.other-decision" and fault is not None:
            text = f"{person} signed a decision that no longer stands: {fault[1]}"
            found.append(QuorumReason(code=fault[0], text=text, signoff=reason.signoff))
        else:
            found.append(reason)
    return tuple(found)


def verify_new_signoff(
    workspace: Workspace, signoff: Signoff, decision: Decision, today: date
) -> None:
    """Verify that a sign-off would count, before it is written.

    Raises:
        Error: ``gate.unknown``, ``signoff.no-role``, and the code of whatever else is wrong.
    """
    framework = find_framework(workspace, decision.framework.id, decision.on).document
    rule = make_rule(find_gate(framework, signoff.gate), decision)
    register = find_register(workspace)
    vote = make_vote(signoff, register)
    if vote.role not in (*rule.roles, *rule.vetoes):
        raise Error(
            "signoff.role-not-asked",
            f"{vote.role} neither decides about the gate {signoff.gate} nor can overrule it",
            hint=f"roles: {', '.join((*rule.roles, *rule.vetoes))}",
        )
    if register.find_seat(vote.person, vote.role, vote.signed_on) is None:
        raise Error(
            "signoff.no-role",
            f"{vote.person} is not {vote.role} on {vote.signed_on}",
            hint="say in the document of kind people who holds the role, and since when",
        )
    question = Question(
        decision=signoff.decision, decided_on=decision.on, model=decision.model.id, on=today
    )
    result = evaluate_quorum(rule, [vote], register, question)
    spoken = ("veto", "dissent", "dissent-decides", "abstained", "recused")
    for reason in result.reasons:
        if reason.signoff == vote.id and reason.code.removeprefix("signoff.") not in spoken:
            raise Error(reason.code, reason.text, hint="mend that, then sign again")
