"""Documents that carry their own signature: the same words, signed, in an envelope at their end.

The document is what people read; its envelope holds an in-toto statement whose predicate is the
document without the envelope. Nothing is believed that the envelope does not say as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ifthen.attestation.envelope import (
    Envelope,
    Signatory,
    Verified,
    envelope_from_dict,
    format_envelope,
    parse_envelope,
    verify_envelope,
)
from ifthen.attestation.statement import format_statement, make_statement, parse_statement
from ifthen.encoding.document import Document, dump_document
from ifthen.encoding.enveloped import SignedEnvelope
from ifthen.errors import Error

MAX_APART = timedelta(hours=1)
"""How far the day that somebody states may be from the time that their signature shows."""
ENVELOPE = "envelope"
"""Key under which a document carries its signature."""


def dump_stated(document: Document) -> dict[str, Any]:
    """Return what a document states: all that it says, without its envelope."""
    tree = dump_document(document)
    tree.pop(ENVELOPE, None)
    return tree


def format_stated(
    kind: str, subjects: Iterable[dict[str, Any]], document: Document, issued_at: str
) -> bytes:
    """Return the bytes that are signed for a document.

    Raises:
        Error: those of :func:`~ifthen.attestation.statement.make_statement`.
    """
    predicate = {"issued_at": issued_at, "document": dump_stated(document)}
    return format_statement(make_statement(kind, subjects, predicate))


def read_envelope(envelope: SignedEnvelope) -> Envelope:
    """Return the envelope of a document; nothing about it is verified yet.

    Raises:
        Error: those of :func:`~ifthen.attestation.envelope.parse_envelope`.
    """
    tree = envelope.model_dump(mode="json", by_alias=True)
    return parse_envelope(format_envelope(envelope_from_dict(tree)))


def verify_stated(
    document: Document,
    envelope: SignedEnvelope,
    *,
    kind: str,
    subjects: Sequence[str],
    issued_at: datetime,
    keys: Mapping[str, Signatory],
) -> tuple[str, ...]:
    """Return the ids of the known keys that signed exactly what a document says.

    ``subjects`` are the digests that the statement is about. Whose keys these are, and when they
    counted, is not asked here.

    Raises:
        Error: ``attestation.signed-elsewhen`` where a signature shows that it was made at another
            time than ``issued_at``, and those of :func:`verify_content`.
    """
    verified = verify_content(
        document, envelope, kind=kind, subjects=subjects, issued_at=issued_at, keys=keys
    )
    for time in verified.times:
        if time is not None and abs(time - issued_at) > MAX_APART:
            raise Error(
                "attestation.signed-elsewhen",
                f"it says that it was signed at {issued_at}, and its signature was made at {time}",
                hint="sign it again; the clock of the machine may be wrong",
            )
    return verified.key_ids


def verify_content(
    document: Document,
    envelope: SignedEnvelope,
    *,
    kind: str,
    subjects: Sequence[str],
    issued_at: datetime,
    keys: Mapping[str, Signatory],
) -> Verified:
    """Return the known keys that signed exactly what a document says, whenever that was.

    Raises:
        Error: ``attestation.differs`` where the signed statement says something else, and those of
            :mod:`ifthen.attestation.envelope` and ``statement``.
    """
    verified = verify_envelope(read_envelope(envelope), keys)
    statement = parse_statement(verified.payload)
    content = statement.predicate
    revised = content.chain or content.amends or content.withdraws
    same = (
        statement.kind == kind
        and content.document == dump_stated(document)
        and [x.sha256 for x in statement.subject] == list(subjects)
        and content.issued_at == issued_at
        and revised is None
    )
    if not same:
        raise Error(
            "attestation.differs",
            "the signed statement says something else than the document",
            hint="put the document back as it was signed",
        )
    return verified
