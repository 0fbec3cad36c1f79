"""Entries of Rekor version 2: a digest stands in a public log (C2SP tlog-tiles).

The log's answer to a new entry is JSON: the entry as it was hashed, the hashes that lead to the
root, and a signed checkpoint. Only the digest is asked for: whoever signed it, it was there. The
log itself states no time; witnesses who cosigned its checkpoint do, where the verifier names them.

Source: sigstore ``protobuf-specs``, ``TransparencyLogEntry``; Rekor's ``hashedrekord`` 0.0.2.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ifthen.encoding.canonical import parse_canonical
from ifthen.encoding.merkle import hash_leaf
from ifthen.errors import Error
from ifthen.tlog.checkpoint import parse_checkpoint
from ifthen.tlog.note import parse_note
from ifthen.tlog.policy import Policy
from ifthen.tlog.proof import Proof, verify_proof
from ifthen.tlog.tree import HASH_BYTES

MAX_ENTRY_BYTES = 1 << 18
_KIND = ("hashedrekord", "0.0.2")


@dataclass(frozen=True, slots=True)
class RekorEntry:
    """An entry over the right bytes, with its proof. Nobody's signature is verified."""

    leaf: bytes
    proof: Proof
    origin: str
    """Log that the checkpoint names."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What a verified entry says."""

    by: str
    """Name of the log."""
    at: datetime | None
    """Latest of the times that the quorum's witnesses state; None without a witness."""


def read_rekor(data: bytes, message: bytes) -> RekorEntry:
    """Return the entry of an answer, if it is over ``message``.

    Raises:
        Error: ``anchors.entry`` for what is none, ``anchors.other`` for an entry over something
            else, and those of ``parse_note``.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise _no_entry(f"it has {len(data)} bytes, expected at most {MAX_ENTRY_BYTES}")
    try:
        tree = json.loads(data)
        body = _decode(tree["canonicalizedBody"])
        proof = tree["inclusionProof"]
        index = int(proof["logIndex"])
        hashes = tuple(_decode(each) for each in proof.get("hashes", ()))
        note = proof["checkpoint"]["envelope"].encode()
        digest = _read_digest(parse_canonical(body))
    except Error:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _no_entry(f"{type(error).__name__}: {str(error)[:100]}") from error
    if digest != hashlib.sha256(message).digest():
        raise Error("anchors.other", "the entry is over other bytes than this checkpoint")
    checkpoint = parse_note(note)
    origin = parse_checkpoint(checkpoint.text).origin
    return RekorEntry(hash_leaf(body), Proof(index, hashes, checkpoint), origin)


def verify_rekor(entry: RekorEntry, policy: Policy, *, latest: int) -> Logged:
    """Return what an entry says, if its log and the policy's quorum vouch for it.

    ``latest`` is the latest time that a cosignature may state, in POSIX seconds.

    Raises:
        Error: those of ``verify_proof``.
    """
    accepted = verify_proof(entry.proof, entry.leaf, policy, latest=latest)
    at = max(accepted.witnesses.values(), default=None)
    moment = None if at is None else datetime.fromtimestamp(at, UTC)
    return Logged(accepted.checkpoint.origin, moment)


def _read_digest(body: Any) -> bytes:
    """Return the SHA-256 that an entry is over."""
    kind = (body["kind"], body["apiVersion"])
    if kind != _KIND:
        raise _no_entry(f"it is of kind {kind[0]!r} {kind[1]!r}, expected {' '.join(_KIND)}")
    data = body["spec"]["hashedRekordV002"]["data"]
    if data["algorithm"] != "SHA2_256":
        raise _no_entry(f"its digest is {str(data['algorithm'])[:40]}, expected SHA2_256")
    digest = _decode(data["digest"])
    if len(digest) != HASH_BYTES:
        raise _no_entry(f"its digest has {len(digest)} bytes")
    return digest


def _decode(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise _no_entry("a part of it is not base64") from error


def _no_entry(found: str) -> Error:
    return Error(
        "anchors.entry",
        f"no entry of Rekor version 2: {found}",
        hint="give the log's answer as it came, in JSON",
    )
