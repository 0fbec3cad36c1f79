"""Signing an exception as one of those who approve it."""

from collections.abc import Collection
from datetime import date

from ifthen.attestation.envelope import (
    Envelope,
    Signature,
    envelope_to_dict,
    format_envelope,
    parse_envelope,
    sign_envelope,
    verify_envelope,
)
from ifthen.attestation.keys import Signer
from ifthen.attestation.pae import encode_pae
from ifthen.attestation.signed import read_envelope
from ifthen.decision.approving import format_exception
from ifthen.dossier.exception import ExceptionApproval, GrantedException
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.workspace.editing import Written, edit_document, setting
from ifthen.workspace.loading import Workspace
from ifthen.workspace.trusting import find_register


def approve_exception(
    workspace: Workspace, id: str, signer: Signer, *, today: date
) -> tuple[Written, tuple[ExceptionApproval, ...]]:
    """Write the signature of a person into an exception; return it and what the person approves.

    Raises:
        Error: ``exception.unknown``, ``exception.no-approver`` where the person is not among those
            who approve, ``signoff.unknown-key``, ``signoff.key-not-valid``, ``signoff.no-role``,
            ``exception.changed`` where what was signed is not what it says,
            ``exception.signed-already``, ``attestation.signed-elsewhen`` where an identity signs on
            another day than its approval states, and those of signing, verifying and editing.
    """
    loaded = _find(workspace, id)
    exception = loaded.document
    mine = _find_approvals(workspace, loaded, signer)
    for approval in mine:
        if approval.on > today:
            raise Error(
                "signoff.from-the-future",
                f"the approval is of {approval.on}, still to come",
                where=loaded.where("approved_by"),
            )
    payload = format_exception(exception)
    if exception.envelope is None:
        envelope = sign_envelope(payload, [signer])
    else:
        before = read_envelope(exception.envelope)
        if before.payload != payload:
            raise Error(
                "exception.changed",
                "somebody changed the exception after it was signed",
                where=loaded.where("envelope"),
                hint=f"ifthen set exception/{id} envelope null; then everybody signs again",
            )
        if signer.key_id in {x.key_id for x in before.signatures}:
            raise Error("exception.signed-already", f"the key {signer.key_id} has signed it")
        signature = signer.sign(encode_pae(before.payload_type, payload))
        added = (*before.signatures, Signature(signer.key_id, signature))
        envelope = Envelope(payload, before.payload_type, added)
        parse_envelope(format_envelope(envelope))
    _verify(workspace, exception, envelope, signer.key_id, {x.on for x in mine})
    edit = setting(("envelope",), envelope_to_dict(envelope))
    return edit_document(workspace, loaded, [edit]), mine


def _verify(
    workspace: Workspace,
    exception: GrantedException,
    envelope: Envelope,
    key_id: str,
    days: Collection[date],
) -> None:
    """Verify that the signatures fit before they are written, and that mine is of its day."""
    found = verify_envelope(envelope, find_register(workspace).signatories)
    for id, time in zip(found.key_ids, found.times, strict=True):
        if id == key_id and time is not None and days != {time.date()}:
            raise Error(
                "attestation.signed-elsewhen",
                f"the signature was made on {time.date()}, the approval of {exception.id} states"
                f" {', '.join(sorted(map(str, days)))}",
                hint="state the day on which the person signs",
            )


def _find(workspace: Workspace, id: str) -> Loaded[GrantedException]:
    for loaded in workspace.exceptions:
        if loaded.document.id == id:
            return loaded
    known = ", ".join(x.document.id for x in workspace.exceptions)
    raise Error(
        "exception.unknown", f"there is no exception '{id}'", hint=f"known: {known or 'none'}"
    )


def _find_approvals(
    workspace: Workspace, loaded: Loaded[GrantedException], signer: Signer
) -> tuple[ExceptionApproval, ...]:
    """Return the approvals of whoever signs, each in a role held, by a key that counts."""
    register = find_register(workspace)
    if signer.key_id not in register.keys:
        raise Error(
            "signoff.unknown-key",
            f"nobody in this workspace has the key {signer.key_id}",
            hint="add its line (ifthen keys show FILE) to a document of kind people",
        )
    person, key, _ = register.keys[signer.key_id]
    mine = tuple(x for x in loaded.document.approved_by if x.person == person.id)
    if not mine:
        raise Error(
            "exception.no-approver",
            f"{person.id} is not among those who approve",
            where=loaded.where("approved_by"),
            hint=f"add name, person: {person.id}, role and on; everybody signs the same words",
        )
    for approval in mine:
        if key.revoked is not None or not key.covers(approval.on):
            text = f"the key of {person.id} does not count on {approval.on}"
            raise Error("signoff.key-not-valid", text, where=loaded.where("approved_by"))
        if register.find_seat(person.id, approval.role, approval.on) is None:
            text = f"{person.id} was not {approval.role} on {approval.on}"
            raise Error("signoff.no-role", text, where=loaded.where("approved_by"))
    return mine
