"""Cosignatures of checkpoints (C2SP tlog-cosignature v1.1.0-rc.1), Ed25519 and ML-DSA-44.

A cosignature says: at this time, this was the largest consistent tree that I had seen for this
origin. The Ed25519 message does not name its cosigner, so a key serves one cosigner only. The
ML-DSA-44 message leaves extension lines out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ifthen.encoding.ed25519 import SIGNATURE_BYTES
from ifthen.errors import Error
from ifthen.tlog.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from ifthen.tlog.key import ED25519, ML_DSA_44, ML_DSA_SIGNATURE_BYTES, Signer, VerifierKey
from ifthen.tlog.note import (
    Note,
    NoteSignature,
    format_note,
    match_signatures,
    sign_text,
    signature_wrong,
)
from ifthen.tlog.spelling import MAX_NUMBER, check_name

TIME_BYTES = 8
_LABEL = b"subtree/v1\n\0"


@dataclass(frozen=True, slots=True)
class Verified:
    """A key whose signature was verified; ``time`` in POSIX seconds, None of a plain signature."""

    key: VerifierKey
    time: int | None


def format_timed_signature(time: int, signature: bytes) -> bytes:
    """Return time (POSIX seconds) and signature; the inverse of :func:`parse_timed_signature`.

    Raises:
        Error: ``tlog.time``.
    """
    return _check_time(time).to_bytes(TIME_BYTES, "big") + signature


def parse_timed_signature(data: bytes, kind: int) -> tuple[int, bytes]:
    """Return the time (POSIX seconds) and the bare signature.

    Raises:
        Error: ``tlog.cosignature`` for another length than that kind of key has, ``tlog.time``.
    """
    expected = ML_DSA_SIGNATURE_BYTES if kind == ML_DSA_44 else SIGNATURE_BYTES
    if len(data) != TIME_BYTES + expected:
        raise Error(
            "tlog.cosignature",
            f"the cosignature has {len(data)} bytes, expected {TIME_BYTES + expected}",
        )
    return _check_time(int.from_bytes(data[:TIME_BYTES], "big")), data[TIME_BYTES:]


def cosigned_message(text: bytes, key: VerifierKey, time: int) -> bytes:
    """Return what a key of kind 0x04 or 0x06 signs of a checkpoint's text at ``time``.

    Raises:
        Error: ``tlog.key-kind``, ``tlog.time``, and those of ``parse_checkpoint``.
    """
    checkpoint = parse_checkpoint(text)
    if key.kind == ED25519:
        raise Error("tlog.key-kind", f"the key {key.name} signs notes, expected one that cosigns")
    if key.kind == ML_DSA_44:
        return subtree_message(
            name=key.name,
            time=time,
            origin=checkpoint.origin,
            start=0,
            end=checkpoint.size,
            root=checkpoint.root,
        )
    return b"cosignature/v1\ntime %d\n%s" % (_check_time(time), text)


def subtree_message(
    *, name: str, time: int, origin: str, start: int, end: int, root: bytes
) -> bytes:
    """Return the structure that ML-DSA-44 signs; ``end`` is the tree's size for a checkpoint.

    Raises:
        Error: ``tlog.time``, ``tlog.name``, ``tlog.checkpoint``.
    """
    cosigner = check_name(name, "the name of a cosigner").encode()
    log = Checkpoint(origin, end, root).origin.encode()
    if not 0 <= start <= end or (start and time):
        raise Error("tlog.checkpoint", f"no subtree from {start} to {end} is signed at time {time}")
    return b"".join(
        (
            _LABEL,
            bytes([len(cosigner)]),
            cosigner,
            _check_time(time).to_bytes(8, "big"),
            bytes([len(log)]),
            log,
            start.to_bytes(8, "big"),
            end.to_bytes(8, "big"),
            root,
        )
    )


def cosign(text: bytes, signer: Signer, time: int) -> NoteSignature:
    """Return a cosignature of a checkpoint's text at ``time`` (POSIX seconds).

    That the tree is consistent with what the cosigner saw before has to be checked first.

    Raises:
        Error: those of :func:`cosigned_message`.
    """
    key = signer.key
    signature = signer.sign(cosigned_message(text, key, time))
    return NoteSignature(key.name, key.key_id, format_timed_signature(time, signature))


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer], time: int) -> bytes:
    """Return the signed note of a checkpoint; ``time`` in POSIX seconds, for those that state it.

    Raises:
        Error: those of :func:`cosign` and ``sign_text``.
    """
    text = format_checkpoint(checkpoint)
    signatures = (
        sign_text(text, signer) if signer.key.kind == ED25519 else cosign(text, signer, time)
        for signer in signers
    )
    return format_note(Note(text, tuple(signatures)))


def verify_signatures(note: Note, keys: Iterable[VerifierKey]) -> tuple[Verified, ...]:
    """Return the known keys, of any kind, that signed a checkpoint; possibly none.

    Raises:
        Error: ``tlog.signature-wrong`` where a known key's signature does not verify, and those
            of ``match_signatures``, ``parse_checkpoint`` and :func:`parse_timed_signature`.
    """
    found: list[Verified] = []
    for key, line in match_signatures(note, keys):
        time: int | None = None
        message, signature = note.text, line.signature
        if key.kind != ED25519:
            time, signature = parse_timed_signature(line.signature, key.kind)
            message = cosigned_message(note.text, key, time)
        if not key.verify(message, signature):
            raise signature_wrong(key)
        found.append(Verified(key, time))
    return tuple(found)


def _check_time(time: int) -> int:
    if not 0 <= time <= MAX_NUMBER:
        raise Error("tlog.time", f"the time {time} is not from 0 to {MAX_NUMBER} seconds")
    return time
