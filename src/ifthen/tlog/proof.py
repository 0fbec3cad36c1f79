"""Proofs that travel alone (C2SP tlog-proof@v1): an entry's place and the checkpoint around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ifthen.errors import Error
from ifthen.tlog.note import MAX_NOTE_BYTES, Note, format_note, parse_note
from ifthen.tlog.policy import Accepted, Policy, verify_checkpoint
from ifthen.tlog.spelling import (
    MAX_NUMBER,
    decode_text,
    format_base64,
    parse_base64,
    parse_decimal,
)
from ifthen.tlog.tree import HASH_BYTES, MAX_PROOF_HASHES, verify_inclusion

HEADER = b"c2sp.org/tlog-proof@v1"
MAX_EXTRA_BYTES = 1 << 16
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 2 * MAX_EXTRA_BYTES
SUFFIX = ".tlog-proof"


@dataclass(frozen=True, slots=True)
class Proof:
    """Index of an entry, hashes from its sibling to the root's child, the signed checkpoint.

    ``extra`` is data for whoever uses the proof. Nothing vouches for it. Empty means absent.

    Raises:
        Error: ``tlog.proof``.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    def __post_init__(self) -> None:
        sound = 0 <= self.index <= MAX_NUMBER and all(len(x) == HASH_BYTES for x in self.hashes)
        if not sound or len(self.hashes) > MAX_PROOF_HASHES or len(self.extra) > MAX_EXTRA_BYTES:
            raise Error(
                "tlog.proof",
                f"the proof has the index {self.index}, {len(self.hashes)} hashes and"
                f" {len(self.extra)} extra bytes, expected at most {MAX_NUMBER},"
                f" {MAX_PROOF_HASHES} of {HASH_BYTES} bytes, and {MAX_EXTRA_BYTES}",
            )


def format_proof(proof: Proof) -> bytes:
    """Return the bytes of a proof; the inverse of :func:`parse_proof`."""
    lines = [HEADER]
    if proof.extra:
        lines.append(b"extra " + format_base64(proof.extra))
    lines.append(b"index %d" % proof.index)
    lines += map(format_base64, proof.hashes)
    return b"".join(line + b"\n" for line in lines) + b"\n" + format_note(proof.checkpoint)


def parse_proof(data: bytes) -> Proof:
    """Return the parts of a proof, of at most 384 KiB. Nothing is verified.

    Raises:
        Error: ``tlog.proof`` and those of ``spelling`` and ``parse_note``: other bytes than
            :func:`format_proof` writes are refused.
    """
    decode_text(data, "the proof", most=MAX_PROOF_BYTES)
    head, empty, checkpoint = data.partition(b"\n\n")
    lines = head.split(b"\n")
    if lines.pop(0) != HEADER or not empty:
        raise Error(
            "tlog.proof", f"the proof begins with {data[:40]!r}, expected {HEADER.decode()}"
        )
    extra = b""
    if lines and lines[0].startswith(b"extra "):
        extra = parse_base64(lines.pop(0).removeprefix(b"extra "), "the extra data of the proof")
    if not lines or not lines[0].startswith(b"index "):
        raise Error("tlog.proof", "the proof has no line with the index of the entry")
    index = parse_decimal(lines.pop(0).removeprefix(b"index "), "the index")
    hashes = _parse_hashes(lines)
    proof = Proof(index, hashes, parse_note(checkpoint), extra)
    if format_proof(proof) != data:
        raise Error("tlog.proof", "the proof is not in its one spelling")
    return proof


def _parse_hashes(lines: Sequence[bytes]) -> tuple[bytes, ...]:
    if len(lines) > MAX_PROOF_HASHES:
        raise Error("tlog.proof", f"the proof has {len(lines)} hashes, expected up to 63")
    return tuple(parse_base64(line, "a hash of the proof", size=HASH_BYTES) for line in lines)


def verify_proof(
    proof: Proof, leaf: bytes, policy: Policy, *, latest: int | None = None
) -> Accepted:
    """Return the checkpoint of a proof once all holds: log, witnesses, inclusion of ``leaf``.

    ``leaf`` is the leaf hash of the entry, computed by the caller from the entry itself;
    ``latest`` the latest time that a cosignature may state, in POSIX seconds.

    Raises:
        Error: those of ``verify_checkpoint`` and ``verify_inclusion``.
    """
    accepted = verify_checkpoint(proof.checkpoint, policy, latest=latest)
    checkpoint = accepted.checkpoint
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return accepted
