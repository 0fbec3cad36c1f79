"""Sign-offs as votes: verified, weighed by the rule of the gate, and what that makes of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Literal

from ifthen.attestation.identity import NO_LIBRARY
from ifthen.attestation.quorum import Question, QuorumResult, Rule, Vote, evaluate_quorum
from ifthen.attestation.roles import Register
from ifthen.attestation.signed import verify_stated
from ifthen.attestation.signoff import Signoff
from ifthen.decision.deciders import find_deciding
from ifthen.decision.identity import digest_decision
from ifthen.decision.model import Decision, Outcome
from ifthen.errors import Error
from ifthen.framework.model import Gate

_BEST = ("open", "closed", "undetermined")

State = Literal["open", "closed", "undetermined"]


def make_rule(gate: Gate, decision: Decision) -> Rule:
    """Return the rule by which a gate's sign-offs on a decision are counted.

    Where the tier that is reached chooses who decides, the decision says which that is.
    """
    deciding = find_deciding(gate, decision.thresholds)
    return Rule(
        roles=deciding.roles,
        needed=deciding.needed,
        approvals=gate.approvals,
        vetoes=gate.overruled_by,
        valid_days=gate.approval_valid_days,
    )


def make_vote(signoff: Signoff, register: Register) -> Vote:
    """Return a sign-off as a vote, with the keys that verifiably signed it."""
    keys: tuple[str, ...] = ()
    fault = None
    unread = False
    try:
        keys = verify_signoff(signoff, register)
    except Error as error:
        fault, unread = error.message, error.code == NO_LIBRARY
    return Vote(
        id=signoff.id,
        person=signoff.person,
        role=signoff.role,
        says=signoff.says,
        decision=signoff.decision,
        signed_on=signoff.signed_at.astimezone(UTC).date(),
        key_ids=keys,
        fault=fault,
        unread=unread,
    )


def verify_signoff(signoff: Signoff, register: Register) -> tuple[str, ...]:
    """Return the ids of the keys that signed exactly what the sign-off says.

    Whose keys these are and when they counted is not asked here.

    Raises:
        Error: ``signoff.unsigned``, ``signoff.differs`` where the signed statement says something
            else, and those of :mod:`ifthen.attestation.envelope` and ``statement``.
    """
    if signoff.envelope is None:
        raise Error("signoff.unsigned", "it is not signed")
    try:
        return verify_stated(
            signoff,
            signoff.envelope,
            kind="signoff",
            subjects=[signoff.decision],
            issued_at=signoff.signed_at,
            keys=register.signatories,
        )
    except Error as error:
        if error.code != "attestation.differs":
            raise
        raise Error("signoff.differs", error.message, hint=error.hint) from error


def weigh_votes(
    rule: Rule,
    votes: Sequence[Vote],
    register: Register,
    decision: Decision,
    standing: Mapping[str, date],
) -> QuorumResult:
    """Return the best result over the decisions that stand; dissents over any of them count.

    ``standing`` are digests of signed decisions that say what ``decision`` says, each with its day.
    Where none stands, the votes are asked about ``decision`` itself.
    """
    results = [
        evaluate_quorum(
            rule,
            votes,
            register,
            Question(
                decision=digest,
                decided_on=day,
                model=decision.model.id,
                on=decision.on,
                same=tuple(standing),
            ),
        )
        for digest, day in (standing or {digest_decision(decision): decision.on}).items()
    ]
    return min(results, key=lambda x: (_BEST.index(x.state), -len(x.approvals)))


def combine(decided: Outcome, signed: State) -> Literal["go", "hold", "undetermined"]:
    """Return what a gate says: go only where the decision is go and the sign-offs are there."""
    if decided is Outcome.HOLD or signed == "closed":
        return "hold"
    return "go" if decided is Outcome.GO and signed == "open" else "undetermined"
