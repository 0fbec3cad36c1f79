"""Cosignatures: what is signed, what is stated, what is refused."""

import struct

import pytest
from tests.tlog.world import LOG, LOG_PQ, ORIGIN, WITNESS, WITNESS_PQ, code_of

from ifthen.tlog.checkpoint import Checkpoint, format_checkpoint
from ifthen.tlog.cosignature import (
    Verified,
    cosign,
    cosigned_message,
    format_timed_signature,
    parse_timed_signature,
    sign_checkpoint,
    subtree_message,
    verify_signatures,
)
from ifthen.tlog.note import Note, NoteSignature, parse_note

HEAD = Checkpoint(ORIGIN, 5, b"\5" * 32)
TEXT = format_checkpoint(HEAD)
TIME = 1_679_315_147


def test_the_message_is_that_of_the_specification():
    assert cosigned_message(TEXT, WITNESS.key, TIME) == b"cosignature/v1\ntime 1679315147\n" + TEXT
    name = b"witness.example/pq"
    expected = b"subtree/v1\n\0" + bytes([len(name)]) + name + struct.pack(">Q", TIME)
    expected += bytes([len(ORIGIN)]) + ORIGIN.encode() + struct.pack(">QQ", 0, 5) + b"\5" * 32
    assert cosigned_message(TEXT, WITNESS_PQ.key, TIME) == expected
    assert code_of(cosigned_message, TEXT, LOG.key, TIME) == "tlog.key-kind"


@pytest.mark.parametrize("signer", [WITNESS, WITNESS_PQ], ids=["ed25519", "ml-dsa"])
def test_a_cosignature_verifies_and_binds_its_time(signer):
    line = cosign(TEXT, signer, TIME)
    assert verify_signatures(Note(TEXT, (line,)), [signer.key]) == (Verified(signer.key, TIME),)
    time, bare = parse_timed_signature(line.signature, signer.key.kind)
    later = NoteSignature(line.name, line.key_id, format_timed_signature(time + 1, bare))
    assert code_of(verify_signatures, Note(TEXT, (later,)), [signer.key]) == "tlog.signature-wrong"
    other = format_checkpoint(Checkpoint(ORIGIN + "x", 5, b"\5" * 32))
    assert code_of(verify_signatures, Note(other, (line,)), [signer.key]) == "tlog.signature-wrong"
    for cut in (line.signature[:-1], line.signature + b"\0", b"1"):
        short = NoteSignature(line.name, line.key_id, cut)
        assert code_of(verify_signatures, Note(TEXT, (short,)), [signer.key]) == "tlog.cosignature"


def test_a_time_fits_in_63_bits():
    line = cosign(TEXT, WITNESS, TIME)
    late = NoteSignature(line.name, line.key_id, b"\x80" + line.signature[1:])
    assert code_of(verify_signatures, Note(TEXT, (late,)), [WITNESS.key]) == "tlog.time"
    assert code_of(cosign, TEXT, WITNESS, -1) == "tlog.time"
    assert code_of(cosign, TEXT, WITNESS, 2**63) == "tlog.time"


def test_a_log_signs_with_both_kinds():
    note = parse_note(sign_checkpoint(HEAD, [LOG, LOG_PQ], TIME))
    assert note.text == TEXT
    found = verify_signatures(note, [LOG_PQ.key, LOG.key, WITNESS.key])
    assert found == (Verified(LOG.key, None), Verified(LOG_PQ.key, TIME))
    assert verify_signatures(note, [WITNESS.key]) == ()


def test_only_checkpoints_are_cosigned():
    assert code_of(cosign, b"any text\n", WITNESS, TIME) == "tlog.checkpoint"


def test_a_subtree_states_no_time():
    parts = {"name": "a", "origin": "b", "end": 5, "root": bytes(32)}
    assert subtree_message(**parts, start=4, time=0)
    assert code_of(subtree_message, **parts, start=4, time=1) == "tlog.checkpoint"
    assert code_of(subtree_message, **parts, start=6, time=0) == "tlog.checkpoint"
