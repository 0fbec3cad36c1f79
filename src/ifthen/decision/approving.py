"""Whether those who approve an exception have signed it, by the rule by which sign-offs count.

What is signed is the exception with all that it says, who approves it included, so that a change of
a word, a day or an approver asks everybody to sign again. Each role of the clause needs a person of
its own who held it on the day of the approval; a key counts only for its person and in its time.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time

from ifthen.attestation.identity import NO_LIBRARY
from ifthen.attestation.quorum import Question, Rule, Vote, evaluate_quorum
from ifthen.attestation.signed import dump_stated, format_stated, verify_content
from ifthen.attestation.statement import make_subject
from ifthen.attestation.trust import Trusted
from ifthen.decision.model import Reason
from ifthen.dossier.exception import ExceptionApproval, GrantedException
from ifthen.encoding.canonical import digest_value
from ifthen.errors import Error
from ifthen.framework.clause import Exemption

KIND = "exception"


def digest_exception(exception: GrantedException) -> str:
    """Return the identity of what is signed: the digest of all that an exception says."""
    return digest_value(dump_stated(exception))


def format_exception(exception: GrantedException) -> bytes:
    """Return the bytes of the statement that is signed.

    Raises:
        Error: those of :func:`~ifthen.attestation.signed.format_stated`.
    """
    subject = make_subject(exception.id, digest_exception(exception))
    issued_at = f"{exception.made_on}T00:00:00Z"
    return format_stated(KIND, [subject], exception, issued_at)


def find_unsigned(
    exception: GrantedException, clause: Exemption, trusted: Trusted, on: date
) -> Iterator[Reason]:
    """Yield why an exception is not signed by each of the roles that its clause asks for.

    Before there was a trust file nothing is asked.
    """
    if on < trusted.since:
        return
    signed, fault = _read_signatures(exception, trusted)
    votes = [_make_vote(exception, x, trusted, signed, fault) for x in exception.approved_by]
    rule = Rule(roles=clause.approved_by, needed=len(set(clause.approved_by)))
    question = Question(
        decision=digest_exception(exception),
        decided_on=date.min,  # who approves may do so before the exception begins
        model=exception.model,
        on=on,
    )
    try:
        result = evaluate_quorum(rule, votes, trusted.register, question)
    except Error as error:
        yield Reason(code="exception.not-signed", text=f"{clause.id}: {error.message}")
        return
    if result.state != "open":
        why = "; ".join(dict.fromkeys(x.text for x in result.reasons))
        text = f"the approval that {clause.id} asks for is not signed: {why}"
        yield Reason(code="exception.not-signed", text=text)


def _read_signatures(
    exception: GrantedException, trusted: Trusted
) -> tuple[Mapping[str, datetime | None], str | None]:
    """Return the keys that signed what the exception says, with when, or why there are none."""
    if exception.envelope is None:
        return {}, None
    try:
        found = verify_content(
            exception,
            exception.envelope,
            kind=KIND,
            subjects=[digest_exception(exception)],
            issued_at=datetime.combine(exception.made_on, time(), UTC),
            keys=trusted.register.signatories,
        )
    except Error as error:
        if error.code == NO_LIBRARY:  # what is decided must not depend on what is installed
            raise
        return {}, error.message
    return dict(zip(found.key_ids, found.times, strict=True)), None


def _make_vote(
    exception: GrantedException,
    approval: ExceptionApproval,
    trusted: Trusted,
    signed: Mapping[str, datetime | None],
    fault: str | None,
) -> Vote:
    """Return an approval as a vote, by the keys of its person that signed on its day."""
    person = approval.person
    mine = {
        id: at
        for id, at in signed.items()
        if person is not None and trusted.register.keys[id][0].id == person
    }
    keys = tuple(id for id, at in mine.items() if at is None or at.date() == approval.on)
    if fault is None and person is None:
        fault = "the approval names no person of the trust file"
    elif fault is None and mine and not keys:
        fault = f"the signature was made on another day than {approval.on}"
    return Vote(
        id=exception.id,
        person=person or approval.name,
        role=approval.role,
        says="approve",
        decision=digest_exception(exception),
        signed_on=approval.on,
        key_ids=keys,
        fault=fault,
    )
