"""A log of our own that answers as Rekor version 2 does."""

import base64
import hashlib
import json

from ifthen.encoding.canonical import format_canonical
from ifthen.encoding.merkle import hash_leaf, merkle_root
from ifthen.tlog.checkpoint import Checkpoint, format_checkpoint
from ifthen.tlog.cosignature import cosign
from ifthen.tlog.key import COSIGNATURE
from ifthen.tlog.note import Note, format_note, sign_text
from ifthen.tlog.policy import Policy, TrustedLog, Witness
from ifthen.tlog.signer import Ed25519Signer

LOG = Ed25519Signer("rekor.example", b"\x61" * 32)
OTHER = Ed25519Signer("rekor.example", b"\x63" * 32)
"""Another key under the log's name."""
WITNESS = Ed25519Signer("witness.example/r", b"\x62" * 32, COSIGNATURE)
UNTIMED = Policy((TrustedLog(LOG.key),))
POLICY = Policy((TrustedLog(LOG.key),), (Witness("r", WITNESS.key),), (), "r")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def make_body(message: bytes, **changed) -> bytes:
    data = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(message).digest())}
    signature = {
        "content": b64(b"a signature"),
        "verifier": {
            "keyDetails": "PKIX_ED25519",
            "publicKey": {"rawBytes": b64(b"a key")},
        },
    }
    body = {
        "apiVersion": "0.0.2",
        "kind": "hashedrekord",
        "spec": {"hashedRekordV002": {"data": data | changed, "signature": signature}},
    }
    return format_canonical(body)


def enter(message: bytes, *, seconds=None, log=LOG, body=None, proven=None) -> bytes:
    """Return the log's answer; ``proven`` is the body of which the proof is instead."""
    body = body or make_body(message)
    leaves = [b"another entry", proven or body, b"a third"]
    text = format_checkpoint(Checkpoint(log.key.name, 3, merkle_root(leaves)))
    signatures = [sign_text(text, log)]
    if seconds is not None:
        signatures.append(cosign(text, WITNESS, seconds))
    answer = {
        "logIndex": "1",
        "logId": {"keyId": b64(hashlib.sha256(b"a key").digest())},
        "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
        "inclusionProof": {
            "logIndex": "1",
            "rootHash": b64(merkle_root(leaves)),
            "treeSize": "3",
            "hashes": [b64(hash_leaf(leaves[0])), b64(hash_leaf(leaves[2]))],
            "checkpoint": {"envelope": format_note(Note(text, tuple(signatures))).decode()},
        },
        "canonicalizedBody": b64(body),
    }
    return json.dumps(answer).encode()
