"""Step 15: sign-offs by the right people over published decisions, and the gates they open."""

from collections.abc import Sequence
from datetime import date

from ifthen.attestation.identity import NO_LIBRARY
from ifthen.attestation.quorum import Vote
from ifthen.attestation.roles import Register
from ifthen.attestation.signoff import Signoff
from ifthen.attestation.trust import verify_current
from ifthen.decision.identity import digest_decision, list_differences
from ifthen.decision.model import Decision
from ifthen.errors import Error
from ifthen.framework.model import Framework, Gate
from ifthen.verification.kinds import GateStatement
from ifthen.verification.order import Contents
from ifthen.verification.replaying import Asked, NotReplayable, Replayed, decide_again
from ifthen.verification.statements import Entry
from ifthen.verification.verdict import Step
from ifthen.verification.voting import combine, make_rule, make_vote, weigh_votes


def check_signoffs(step: Step, contents: Contents, register: Register, replayed: Replayed) -> None:
    """Check each sign-off, then each statement about a gate."""
    for copy in contents.of_kind("signoff"):
        if copy.document is None:
            text = "parts of the sign-off are withheld"
            step.note("withheld", "signoffs.withheld", text, copy.entry.where)
        else:
            _check_signoff(step, copy.entry, copy.document.document, register, replayed)
    for copy in contents.of_kind("gate"):
        if copy.document is None:
            text = "parts of the statement about a gate are withheld"
            step.note("withheld", "signoffs.withheld", text, copy.entry.where)
            continue
        if replayed.is_withheld(copy.document.document.decision):
            text = "it rests on a decision that cannot be made again from what is public"
            step.note("withheld", "signoffs.withheld", text, copy.entry.where)
            continue
        try:
            fault = _find_gate_fault(
                copy.entry.index, copy.document.document, contents, register, replayed
            )
        except NotReplayable as error:
            step.note("withheld", "signoffs.withheld", str(error), copy.entry.where)
        except Error as error:
            _say(step, error, copy.entry.where)
        else:
            if fault is None:
                step.hold()
            else:
                step.fail("signoffs.gate", fault, copy.entry.where)
    _note_missing(step, contents, replayed)


def _say(step: Step, error: Error, where: str) -> None:
    if error.code == NO_LIBRARY:
        step.note("not-at-hand", error.code, error.message, where)
    else:
        step.fail_with(error, where)


def _note_missing(step: Step, contents: Contents, replayed: Replayed) -> None:
    """Name each gate of a last decision that people decide and no statement speaks of.

    A decision alone does not say who dissented: whoever leaves the statement out hides it.
    """
    end = contents.end
    last: dict[tuple[str, str], Decision] = {}
    for decision in replayed.made.values():
        about = (decision.model.id, decision.framework.id)
        if about not in last or decision.on >= last[about].on:
            last[about] = decision
    said: dict[tuple[str, str], GateStatement] = {}
    for copy in contents.standing(end, ("gate",)):
        if copy.document is None:
            return  # withheld: named already
        statement: GateStatement = copy.document.document
        said[statement.model, statement.gate] = statement
    for decision in last.values():
        decided = _list_decided(contents, decision)
        for finding in (x for x in decision.gates if x.gate in decided):
            found = said.get((decision.model.id, finding.gate))
            rests = None if found is None else replayed.made.get(found.decision)
            if rests is None or not (
                rests is decision or _still_says(rests, decision, finding.gate)
            ):
                text = (
                    f"no statement says who signed the decision of {decision.on} about"
                    f" {decision.model.id} for the gate {finding.gate}"
                )
                step.note("not-at-hand", "signoffs.no-gate", text)


def _check_signoff(
    step: Step,
    entry: Entry,
    signoff: Signoff,
    register: Register,
    replayed: Replayed,
) -> None:
    where = entry.where
    vote = make_vote(signoff, register)
    if vote.fault is not None and vote.unread:
        step.note("not-at-hand", NO_LIBRARY, vote.fault, where)
    elif vote.fault is not None:
        step.fail("signoffs.signature", vote.fault, where)
    elif any(register.keys[key][0].id != vote.person for key in vote.key_ids):
        step.fail("signoffs.key", f"it is signed by a key that is not one of {vote.person}", where)
    elif fault := _find_key_fault(vote, register):
        step.fail("signoffs.key", fault, where)
    elif register.find_seat(vote.person, vote.role, vote.signed_on) is None:
        text = f"{vote.person} was not {vote.role} on {vote.signed_on}"
        step.fail("signoffs.role", text, where)
    elif vote.signed_on > entry.day:
        step.fail("signoffs.future", "it was signed after it was published", where)
    elif replayed.is_withheld(vote.decision):
        text = "it is about a decision that cannot be made again from what is public"
        step.note("withheld", "signoffs.withheld", text, where)
    elif vote.decision not in replayed.made:
        step.fail(
            "signoffs.decision",
            "it is about a decision that the record does not hold, or that does not follow",
            where,
        )
    else:
        step.hold()


def _find_key_fault(vote: Vote, register: Register) -> str | None:
    for id in vote.key_ids:
        _, key, _ = register.keys[id]
        if key.revoked is not None:
            return f"the key of {vote.person} was revoked: {key.revoked.reason}"
        if not key.covers(vote.signed_on):
            return f"the key of {vote.person} does not count on {vote.signed_on}"
    return None


def _find_gate_fault(
    before: int,
    stated: GateStatement,
    contents: Contents,
    register: Register,
    replayed: Replayed,
) -> str | None:
    """Return why a statement about a gate does not follow, or None where it does."""
    decisions = replayed.made
    decision = decisions.get(stated.decision)
    if decision is None:
        return "it rests on a decision that the record does not hold, or that does not follow"
    same = (decision.model.id, decision.on, decision.framework.id, decision.framework.version)
    if same != (stated.model, stated.on, stated.framework, stated.framework_version):
        return "its decision is about another model, day or framework"
    found = [x for x in decision.gates if x.gate == stated.gate]
    if len(found) != 1:
        return f"the decision has no gate {stated.gate}"
    gate = _find_gate(contents, before, decision, stated.gate)
    signed = _list_signed(contents, before, stated)
    votes = [make_vote(signoff, register) for signoff in signed]
    if unread := next((x.fault for x in votes if x.unread), None):
        raise Error(NO_LIBRARY, unread)
    standing = _find_standing(before, decision, stated.gate, votes, (contents, replayed))
    result = weigh_votes(make_rule(gate, decision), votes, register, decision, standing)
    state = result.state
    if state == "open" and _has_lapsed(contents, before, stated.on):
        state = "undetermined"
    outcome = combine(found[0].outcome, state)
    if (found[0].outcome.value, outcome, state) != (stated.decided, stated.outcome, stated.signoff):
        return (
            f"it says {stated.outcome} with {stated.signoff} sign-offs, and {outcome} with"
            f" {state} ones follows"
        )
    follows = {
        "approvals": (result.approvals, stated.approvals),
        "dissents": (result.dissents, stated.dissents),
        "abstentions": (result.abstentions, stated.abstentions),
        "exceptions": (found[0].exceptions, stated.exceptions),
    }
    for what, (right, said) in follows.items():
        if right != said:
            return (
                f"it names as {what} {', '.join(said) or 'none'}, and {', '.join(right) or 'none'}"
                " follows"
            )
    return None


def _list_signed(contents: Contents, before: int, stated: GateStatement) -> list[Signoff]:
    """Return the sign-offs of a gate that were published before an entry.

    An approval that was taken back is none. Whatever else somebody signed stays: a publisher who
    takes back the dissent of somebody opens nothing by it.

    Raises:
        NotReplayable: where one that may be about the gate is withheld in part.
    """
    standing = {copy.entry.index for copy in contents.standing(before, ("signoff",))}
    found: list[Signoff] = []
    for copy in contents.of_kind("signoff"):
        if copy.entry.index >= before:
            continue
        about = (copy.tree.get("model", stated.model), copy.tree.get("gate", stated.gate))
        if about != (stated.model, stated.gate):
            continue
        stands = copy.entry.index in standing
        if not stands and copy.tree.get("says") == "approve":
            continue
        if copy.document is None:
            raise NotReplayable(f"{copy.withheld} parts of {copy.entry.stated.name} are withheld")
        found.append(copy.document.document)
    return found


def _has_lapsed(contents: Contents, before: int, on: date) -> bool:
    """Return whether the trust file that was last published opens nothing on a day."""
    versions = [x for x in contents.of_kind("trust") if x.entry.index < before]
    if not versions or versions[-1].document is None:
        return False
    try:
        verify_current(versions[-1].document.document, on)
    except Error:
        return True
    return False


def _find_gate(contents: Contents, before: int, decision: Decision, id: str) -> Gate:
    for copy in contents.standing(before, ("framework",)):
        if copy.document is not None and copy.document.digest == decision.framework.digest:
            framework: Framework = copy.document.document
            for gate in framework.gates:
                if gate.id == id:
                    return gate
    raise Error("signoffs.gate", f"the framework of the decision has no gate {id}")


def _list_decided(contents: Contents, decision: Decision) -> set[str]:
    """Return the gates that people decide, by the framework that a decision followed."""
    return {
        gate.id
        for copy in contents.of_kind("framework")
        if copy.document is not None and copy.document.digest == decision.framework.digest
        for gate in copy.document.document.gates
        if gate.decided_by
    }


def _find_standing(
    before: int,
    decision: Decision,
    gate: str,
    votes: Sequence[Vote],
    record: tuple[Contents, Replayed],
) -> dict[str, date]:
    """Return the signed decisions that still say what this one does, each with its day."""
    contents, replayed = record
    standing: dict[str, date] = {}
    for digest in dict.fromkeys(vote.decision for vote in votes):
        signed = replayed.made.get(digest)
        if signed is None or signed.on > decision.on:
            continue
        if digest == digest_decision(decision):
            standing[digest] = signed.on
            continue
        asked = Asked(before, signed.model.id, signed.framework.id, signed.on)
        again = decide_again(contents, asked, replayed.bounds)
        if digest_decision(again) == digest and _still_says(signed, decision, gate):
            standing[digest] = signed.on
    return standing


def _still_says(signed: Decision, decision: Decision, gate: str) -> bool:
    """Return whether a later decision says of a gate what a signed one did."""
    same = signed.framework.digest == decision.framework.digest
    return same and not list_differences(signed, decision, gate)
