"""Whether the people whom a framework asks have approved one decision.

The rule, in the order in which it is applied:

1. A sign-off counts where it is about this decision, its signature fits, the key was its person's
   on the day of signing and was never revoked, and the person held the role on that day.
2. An approval does not count where it has expired, where the person declared a conflict of
   interest, or where anybody dissented in the person's name.
3. Each role needs so many approvals, of different seats by different people; one person counts
   once, whatever roles they hold.
4. Whoever abstains from this decision, or recuses themselves, does not approve it as well. The seat
   of somebody who abstained stays empty; that of somebody who takes no part a stand-in may fill.
5. A dissent by a role with a veto closes. A dissent with such a role whose signature cannot be
   verified leaves it undetermined: taking a signature away opens nothing.
6. Dissents and recusals never expire, and those over the same decision made on another day count.

Open takes nothing but approvals that count; no further dissent, no missing or older approval and no
doubt can make the result more favourable. Where dissents make the approvals impossible it is
closed, otherwise it is undetermined until they are there. Nothing here reads a clock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Literal

from ifthen.attestation.roles import Register
from ifthen.attestation.seats import Edge, fills
from ifthen.encoding.document import Digest, Id, Line, Part, Text
from ifthen.errors import Error

MAX_ROLES = 12
"""More deciding roles than this are refused: each choice among them is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a gate asks for."""

    roles: tuple[str, ...]
    """Roles that decide."""
    needed: int
    """How many of the roles have to approve."""
    approvals: int = 1
    """How many people have to approve in each of them."""
    vetoes: tuple[str, ...] = ()
    """Roles whose dissent closes."""
    valid_days: int | None = None
    """After how many days an approval expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A sign-off as far as a quorum looks at it."""

    id: str
    person: str
    role: str
    says: Literal["approve", "dissent", "abstain", "recuse"]
    decision: str
    """Digest of the decision."""
    signed_on: date
    key_ids: tuple[str, ...] = ()
    """Keys whose signatures over exactly this were verified; none where that failed."""
    fault: str | None = None
    """Why no signature was verified."""
    unread: bool = False
    """Whether that is only because what verifies such signatures is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the votes are asked about."""

    decision: str
    """Digest of the decision."""
    decided_on: date
    model: str
    on: date
    """Day on which the quorum is asked for."""
    same: Collection[str] = ()
    """Digests of the same decision, made on other days from the same documents."""


class QuorumReason(Part):
    """Why the result is what it is, as a stable code and a sentence."""

    code: Line
    """Stable dotted code of the reason."""
    text: Text
    """The reason in words."""
    signoff: Id | None = None
    """The sign-off that it is about."""


class QuorumResult(Part):
    """Whether the sign-offs open a gate."""

    state: Literal["open", "closed", "undetermined"]
    """closed: by dissent. undetermined: approvals are missing, or a dissent is in doubt."""
    decision: Digest | None = None
    """The decision that was asked about; null where nobody signed one that stands."""
    approvals: tuple[Id, ...] = ()
    """Sign-offs that count as approval."""
    dissents: tuple[Id, ...] = ()
    """Sign-offs that dissent; they stay on the record whatever the result."""
    abstentions: tuple[Id, ...] = ()
    """Sign-offs by which somebody abstains or takes no part."""
    reasons: tuple[QuorumReason, ...] = ()
    """Why it is not open, and why sign-offs do not count."""


def evaluate_quorum(
    rule: Rule, votes: Iterable[Vote], register: Register, question: Question
) -> QuorumResult:
    """Return whether these votes open a gate; their order and repetitions do not matter.

    Raises:
        Error: ``signoff.rule`` for a rule that nobody can meet or evaluate.
    """
    _verify_rule(rule)
    ordered = sorted(set(votes), key=repr)
    dissents = [x for x in ordered if x.says == "dissent" and _is_meant(x, question)]
    apart = [x for x in ordered if x.says in ("abstain", "recuse") and _is_meant(x, question)]
    reasons = [_older(x, question) for x in ordered if not _is_meant(x, question)]
    against = {x.person for x in dissents}
    against |= {_seat(x, register) for x in dissents}
    reasons += [_of_apart(x, rule, register, question) for x in apart]
    silent = {x.person for x in apart}
    empty = {_seat(x, register) for x in apart if x.says == "abstain"}
    approvals: list[Vote] = []
    for vote in (x for x in ordered if x.says == "approve" and x.decision == question.decision):
        found = _set_aside(vote, rule, register, question, against)
        if found is None and (vote.person in silent or _seat(vote, register) in empty):
            text = f"{vote.person}, or their seat, abstains or takes no part as well"
            found = fault("signoff.own-abstention", f"{text}: the approval does not count")
        if found is None:
            approvals.append(vote)
        else:
            reasons.append(_about(vote, found))
    state, why = _weigh(rule, approvals, dissents, register, question)
    return QuorumResult(
        state=state,
        decision=question.decision,
        approvals=tuple(dict.fromkeys(x.id for x in approvals)),
        dissents=tuple(dict.fromkeys(x.id for x in dissents)),
        abstentions=tuple(dict.fromkeys(x.id for x in apart)),
        reasons=tuple(dict.fromkeys((*why, *reasons))),
    )


def _verify_rule(rule: Rule) -> None:
    roles = set(rule.roles)
    if not roles or len(roles) > MAX_ROLES or not 1 <= rule.needed <= len(roles):
        raise Error(
            "signoff.rule",
            f"{rule.needed} of {len(roles)} roles have to approve; expected at least 1 and at most"
            f" all of at most {MAX_ROLES}",
            hint="mend decided_by and quorum of the gate",
        )
    if rule.approvals < 1:
        raise Error("signoff.rule", "a role with no approvals decides nothing")


def _is_meant(vote: Vote, question: Question) -> bool:
    """Return whether a vote is about the decision; dissent and recusal, of whatever day it is."""
    if vote.decision == question.decision:
        return True
    return vote.says in ("dissent", "recuse") and vote.decision in question.same


def _of_apart(vote: Vote, rule: Rule, register: Register, question: Question) -> QuorumReason:
    """Return what a vote that is neither for nor against says, and whether it is in doubt."""
    if (doubt := _doubt(vote, register, question)) is not None:
        return _about(vote, doubt)
    asked = "" if vote.role in rule.roles else ", which is not asked for"
    if vote.says == "abstain":
        text = f"{vote.person} abstains as {vote.role}{asked}"
        return _about(vote, fault("signoff.abstained", text))
    text = f"{vote.person} takes no part as {vote.role}{asked}"
    return _about(vote, fault("signoff.recused", text))


def _seat(vote: Vote, register: Register) -> str:
    return register.find_seat(vote.person, vote.role, vote.signed_on) or vote.person


def _older(vote: Vote, question: Question) -> QuorumReason:
    if vote.decision in question.same:
        text = f"{vote.person} signed the same decision of another day"
        return _about(vote, fault("signoff.other-day", text))
    text = (
        f"{vote.person} signed another decision ({vote.decision[:19]}…), not this one"
        f" ({question.decision[:19]}…)"
    )
    return _about(vote, fault("signoff.other-decision", text))


def fault(code: str, text: str) -> tuple[str, str]:
    """Return a code with its words."""
    return code, text


def _about(vote: Vote, why: tuple[str, str]) -> QuorumReason:
    code, text = why
    return QuorumReason(code=code, text=text, signoff=vote.id)


def _doubt(vote: Vote, register: Register, question: Question) -> tuple[str, str] | None:
    """Return why a vote is not surely its person's, or None where it is."""
    if vote.fault is not None or not vote.key_ids:
        return fault("signoff.not-verified", f"{vote.person}: {vote.fault or 'it is not signed'}")
    for key_id in vote.key_ids:
        owner, key, _ = register.keys.get(key_id, (None, None, None))
        if owner is None or key is None or owner.id != vote.person:
            return fault(
                "signoff.foreign-key", f"the key {key_id[:19]}… is not one of {vote.person}"
            )
        if key.revoked is not None:
            return fault(
                "signoff.key-revoked",
                f"the key of {vote.person} was revoked on {key.revoked.on}: {key.revoked.reason}",
            )
        if not key.covers(vote.signed_on):
            return fault(
                "signoff.key-not-valid",
                f"the key of {vote.person} does not count on {vote.signed_on}",
            )
    if vote.signed_on > question.on:
        text = f"{vote.person} signed on {vote.signed_on}, still to come"
        return fault("signoff.from-the-future", text)
    return None


def _set_aside(
    vote: Vote, rule: Rule, register: Register, question: Question, against: Collection[str]
) -> tuple[str, str] | None:
    """Return why an approval does not count, or None where it does."""
    if (doubt := _doubt(vote, register, question)) is not None:
        return doubt
    if vote.signed_on < question.decided_on:
        return fault(
            "signoff.backdated",
            f"{vote.person} signed on {vote.signed_on}, before the decision of"
            f" {question.decided_on} was made",
        )
    if vote.role not in rule.roles:
        return fault("signoff.role-not-asked", f"{vote.role} does not decide about this gate")
    if register.find_seat(vote.person, vote.role, vote.signed_on) is None:
        return fault(
            "signoff.no-role",
            f"{vote.person} was not {vote.role} on {vote.signed_on}",
        )
    if rule.valid_days is not None and (question.on - vote.signed_on).days >= rule.valid_days:
        expired = vote.signed_on + timedelta(days=rule.valid_days)
        return fault("signoff.expired", f"the approval of {vote.person} expired on {expired}")
    for day in (vote.signed_on, question.on):
        if (conflict := register.find_conflict(vote.person, question.model, day)) is not None:
            text = f"{vote.person} declared a conflict of interest: {conflict.text}"
            return fault("signoff.conflict-of-interest", text)
    seat = register.find_seat(vote.person, vote.role, vote.signed_on)
    if vote.person in against or seat in against:
        text = f"there is a dissent by {vote.person} or for the same seat as well"
        return fault("signoff.own-dissent", f"{text}: the approval does not count")
    return None


def _weigh(
    rule: Rule,
    approvals: Sequence[Vote],
    dissents: Sequence[Vote],
    register: Register,
    question: Question,
) -> tuple[Literal["open", "closed", "undetermined"], list[QuorumReason]]:
    """Return the result of votes that count, and why it is no better."""
    why: list[QuorumReason] = []
    closed = doubtful = False
    surely: set[str] = set()
    for vote in dissents:
        doubt = _doubt(vote, register, question)
        seat = register.find_seat(vote.person, vote.role, vote.signed_on)
        known = vote.person in register.by_id
        if doubt is None:
            surely.add(vote.person)
        else:
            why.append(_about(vote, doubt))
        if vote.role in rule.vetoes and doubt is None and seat is not None:
            closed = True
            text = f"{vote.person} dissents as {vote.role}, who can overrule"
            why.append(_about(vote, fault("signoff.veto", text)))
        elif vote.role in rule.vetoes and (doubt is not None or not known):
            doubtful = True
            text = f"a dissent as {vote.role}, who can overrule, is in doubt"
            why.append(_about(vote, fault("signoff.doubtful-dissent", text)))
        else:
            why.append(
                _about(vote, fault("signoff.dissent", f"{vote.person} dissents as {vote.role}"))
            )
    edges = [_edge(vote, register) for vote in approvals]
    if closed:
        return "closed", why
    if _is_filled(rule, edges):
        return ("undetermined" if doubtful else "open"), why
    against = {vote.person for vote in dissents}
    hopeful = [*edges, *_further(rule, register, question, against)]
    if not _is_filled(rule, hopeful) and _is_filled(
        rule, [*hopeful, *_further(rule, register, question, against - surely, only=surely)]
    ):
        text = "those who dissent are needed: without them the approvals cannot come together"
        return "closed", [QuorumReason(code="signoff.dissent-decides", text=text), *why]
    return "undetermined", [*_awaited(rule, edges, register, question), *why]


def _edge(vote: Vote, register: Register) -> Edge:
    return vote.person, vote.role, _seat(vote, register)


def _further(
    rule: Rule,
    register: Register,
    question: Question,
    without: Collection[str],
    only: Collection[str] | None = None,
) -> list[Edge]:
    """Return the seats that people could still fill on the day, without some or only by some."""
    return [
        (person, role, seat)
        for role in dict.fromkeys(rule.roles)
        for person, seat in register.list_seats(role, question.on)
        if person not in without
        and (only is None or person in only)
        and register.find_conflict(person, question.model, question.on) is None
    ]


def _is_filled(rule: Rule, edges: Sequence[Edge]) -> bool:
    """Return whether enough of the roles have their approvals at the same time."""
    roles = [
        role
        for role in sorted(set(rule.roles))
        if len({seat for _, name, seat in edges if name == role}) >= rule.approvals
    ]
    return any(fills(chosen, rule.approvals, edges) for chosen in combinations(roles, rule.needed))


def _awaited(
    rule: Rule, edges: Sequence[Edge], register: Register, question: Question
) -> list[QuorumReason]:
    """Return which roles have fewer approvals than they need."""
    found: list[QuorumReason] = []
    for role in dict.fromkeys(rule.roles):
        count = len({seat for _, name, seat in edges if name == role})
        if count >= rule.approvals:
            continue
        if not register.list_seats(role, question.on):
            text = f"nobody is known to be {role} on {question.on}"
            found.append(QuorumReason(code="signoff.no-holder", text=text))
        else:
            text = f"{role}: {count} of {rule.approvals} approvals"
            found.append(QuorumReason(code="signoff.awaited", text=text))
    if not found:
        text = "one person counts once: somebody else has to approve in one of the roles"
        found.append(QuorumReason(code="signoff.same-person", text=text))
    return found
