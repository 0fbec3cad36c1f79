"""Policies and proofs that travel alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tlog.world import LOG, LOG_PQ, ORIGIN, WITNESS, WITNESS_PQ, code_of, entries, grown

from ifthen.encoding.merkle import hash_leaf
from ifthen.tlog.auditing import make_inclusion_proof
from ifthen.tlog.checkpoint import Checkpoint, format_checkpoint
from ifthen.tlog.cosignature import cosign, sign_checkpoint
from ifthen.tlog.key import COSIGNATURE, ED25519, format_vkey
from ifthen.tlog.note import Note, parse_note
from ifthen.tlog.policy import (
    Group,
    Policy,
    TrustedLog,
    Witness,
    format_policy,
    parse_policy,
    verify_checkpoint,
)
from ifthen.tlog.proof import Proof, format_proof, parse_proof, verify_proof
from ifthen.tlog.signer import Ed25519Signer

LEAVES = entries(300)
STORE, HEAD = grown(LEAVES)
W = [Ed25519Signer(f"w{n}", bytes([n]) * 32, COSIGNATURE) for n in range(10, 16)]
VKEY = format_vkey(LOG.key)


def note_of(*cosigners, head=HEAD, time=100, log=(LOG,)):
    note = parse_note(sign_checkpoint(head, log, time))
    lines = tuple(cosign(note.text, signer, time) for signer in cosigners)
    return Note(note.text, note.signatures + lines)


def witnesses(count):
    return tuple(Witness(f"x{n}", W[n].key) for n in range(count))


LOGS = (TrustedLog(LOG.key),)


def policy(*, logs=LOGS, **words):
    return Policy(logs, **words)


# -- policies --------------------------------------------------------------------------------------


def test_the_example_of_the_specification():
    lines = [f"log {VKEY}", "", "# a comment", *(
        f"witness {name} {format_vkey(signer.key)}"
        for name, signer in zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"], W, strict=True)
    ), "group X-witnesses 2 X1 X2 X3", "\tgroup  Y-witnesses any Y1 Y2\tY3 ",
        "group X-and-Y all X-witnesses Y-witnesses", "quorum X-and-Y"]  # fmt: skip
    found = parse_policy("\n".join([*lines, ""]).encode())
    assert parse_policy(format_policy(found)) == found
    assert found.is_quorum(["X1", "X3", "Y2"])
    assert not found.is_quorum(["X1", "Y1", "Y2", "Y3"])
    assert not found.is_quorum(["X1", "X2", "X3"])
    assert verify_checkpoint(note_of(W[0], W[2], W[4]), found).witnesses == {
        "X1": 100, "X3": 100, "Y2": 100,
    }  # fmt: skip
    assert code_of(verify_checkpoint, note_of(W[0], W[4]), found) == "tlog.quorum"


@pytest.mark.parametrize(
    "text",
    [
        "", "quorum none", "\n", f"log {VKEY}\n", "quorum x\n", "quorum none\nquorum none\n",
        f"log {VKEY}\nlog {VKEY}\nquorum none\n", f"log {VKEY} url url\nquorum none\n",
        "log\nquorum none\n", "Log x\nquorum none\n", "quorum none none\n", "group g any\n",
        f"witness none {format_vkey(W[0].key)}\nquorum none\n",
        f"witness a {format_vkey(W[0].key)}\nwitness b {format_vkey(W[0].key)}\nquorum a\n",
        f"witness a {format_vkey(W[0].key)}\nwitness a {format_vkey(W[1].key)}\nquorum a\n",
        f"witness a {format_vkey(W[0].key)}\ngroup a any a\nquorum a\n",
        f"witness a {format_vkey(W[0].key)}\ngroup g any a a\nquorum g\n",
        f"witness a {format_vkey(W[0].key)}\ngroup g 2 a\nquorum g\n",
        f"witness a {format_vkey(W[0].key)}\ngroup g 0 a\nquorum g\n",
        f"witness a {format_vkey(W[0].key)}\ngroup g any a\ngroup h any a\nquorum g\n",
        f"group g any a\nwitness a {format_vkey(W[0].key)}\nquorum g\n",
        "group g any g\nquorum g\n", "group g any none\nquorum g\n", "quorum none\r\n",
        "quorum\vnone\n", "quorum none\0\n", "quorum\u00a0none\n",
    ],
)  # fmt: skip
def test_no_policy(text):
    assert code_of(parse_policy, text.encode()) == "tlog.policy"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("log x\nquorum none\n", "tlog.vkey"),
        (f"log {format_vkey(WITNESS.key)}\nquorum none\n", "tlog.key-kind"),
        (f"witness a {VKEY}\nquorum none\n", "tlog.key-kind"),
        (f"witness a {format_vkey(W[0].key)}\ngroup g 01 a\nquorum g\n", "tlog.number"),
        ("#" * (1 << 20) + "\n", "tlog.too-large"),
    ],
)
def test_no_policy_for_another_reason(text, code):
    assert code_of(parse_policy, text.encode()) == code


def test_names_are_octets():
    data = b"witness K\xff " + format_vkey(W[0].key).encode() + b"\nquorum K\xff\n"
    found = parse_policy(data)
    assert found.is_quorum([found.witnesses[0].name])
    assert parse_policy(format_policy(found)) == found
    assert code_of(Policy, (), (Witness("\ud800", W[0].key),)) == "tlog.policy"
    assert code_of(Policy, (), (Witness("a b", W[0].key),)) == "tlog.policy"
    assert code_of(Policy, (TrustedLog(LOG.key, "a b"),)) == "tlog.policy"


def test_one_key_under_two_names_counts_once():
    again = Ed25519Signer("another", bytes([10]) * 32, COSIGNATURE)
    twice = (Witness("a", W[0].key), Witness("b", again.key))
    assert code_of(Policy, (), twice) == "tlog.policy"


@given(st.integers(1, 6), st.sets(st.integers(0, 5)))
def test_a_threshold(needed, cosigned):
    found = Policy(
        (), witnesses(6), (Group("g", needed, tuple(x.name for x in witnesses(6))),), "g"
    )
    assert found.is_quorum(f"x{n}" for n in cosigned) is (len(cosigned) >= needed)


def test_who_must_have_signed():
    assert verify_checkpoint(note_of(), policy()).checkpoint == HEAD
    both = policy(logs=(TrustedLog(LOG.key), TrustedLog(LOG_PQ.key)))
    assert verify_checkpoint(note_of(log=(LOG, LOG_PQ)), both).log == (LOG.key, LOG_PQ.key)
    stranger = Ed25519Signer(ORIGIN, b"\x22" * 32, ED25519)
    missing = code_of(verify_checkpoint, note_of(log=(stranger,)), policy())
    assert missing == "tlog.signature-missing"
    other = Checkpoint("other.example", 300, HEAD.root)
    signed = note_of(head=other, log=(Ed25519Signer("other.example", b"\1" * 32),))
    assert code_of(verify_checkpoint, signed, policy()) == "tlog.origin"
    # The key of one log does not speak for another, whoever's name stands in the line.
    crossed = note_of(head=other)
    assert code_of(verify_checkpoint, crossed, policy()) == "tlog.origin"


def test_a_cosignature_of_the_future():
    strict = policy(witnesses=witnesses(1), quorum="x0")
    assert verify_checkpoint(note_of(W[0]), strict, latest=100)
    assert code_of(verify_checkpoint, note_of(W[0]), strict, latest=99) == "tlog.cosignature-future"


def test_a_wrong_cosignature_of_a_known_witness_rejects_the_note():
    strict = policy(witnesses=witnesses(2), quorum="x0")
    good, other = note_of(W[0]), note_of(W[1], head=Checkpoint(ORIGIN, 7, HEAD.root))
    mixed = Note(good.text, (*good.signatures, other.signatures[-1]))
    assert code_of(verify_checkpoint, mixed, strict) == "tlog.signature-wrong"
    twice = note_of(W[0], W[0])
    assert code_of(verify_checkpoint, twice, strict) == "tlog.signature-twice"


def test_extension_lines_need_a_signature_that_covers_them():
    head = Checkpoint(ORIGIN, 300, HEAD.root, ("more",))
    only = policy(logs=(TrustedLog(LOG_PQ.key),))
    note = note_of(head=head, log=(LOG_PQ,))
    assert code_of(verify_checkpoint, note, only) == "tlog.extension-unsigned"
    assert verify_checkpoint(note_of(head=head), policy()).checkpoint.extensions == ("more",)


# -- proofs ----------------------------------------------------------------------------------------


def proof_of(index, *cosigners, extra=b""):
    _, hashes = make_inclusion_proof(STORE.read, HEAD, index)
    return Proof(index, hashes, note_of(*cosigners), extra)


@pytest.mark.parametrize("extra", [b"", b"more"])
@pytest.mark.parametrize("index", [0, 7, 299])
def test_a_proof_travels_alone(index, extra):
    data = format_proof(proof_of(index, WITNESS, WITNESS_PQ, extra=extra))
    found = parse_proof(data)
    assert format_proof(found) == data
    assert found.extra == extra
    keys = (Witness("a", WITNESS.key), Witness("b", WITNESS_PQ.key))
    strict = policy(witnesses=keys, groups=(Group("g", 2, ("a", "b")),), quorum="g")
    accepted = verify_proof(found, hash_leaf(LEAVES[index]), strict)
    assert accepted.witnesses == {"a": 100, "b": 100}
    wrong = code_of(verify_proof, found, hash_leaf(b"other"), strict)
    assert wrong == "tlog.inclusion"
    alone = proof_of(index)
    assert code_of(verify_proof, alone, hash_leaf(LEAVES[index]), strict) == "tlog.quorum"


def test_no_proof():
    data = format_proof(proof_of(7, extra=b"x"))
    changes = [
        (b"@v1", b"@v2", "tlog.proof"),
        (b"index 7", b"index 07", "tlog.number"),
        (b"index 7", b"index  7", "tlog.number"),
        (b"index 7", b"Index 7", "tlog.proof"),
        (b"extra eA==", b"extra ", "tlog.base64"),
        (b"extra eA==", b"extra eB==", "tlog.base64"),
        (b"extra eA==\n", b"extra eA==\nextra eA==\n", "tlog.proof"),
        (b"index 7\n", b"index 7\nAA==\n", "tlog.base64"),
        (b"index 7\n", b"index 7\n" + b"A" * 43 + b"=\n" * 1 + (b"A" * 43 + b"=\n") * 63,
         "tlog.proof"),
        (b"\n\n", b"\n\n\n", "tlog.number"),
    ]  # fmt: skip
    for old, new, code in changes:
        assert old in data
        changed = data.replace(old, new, 1)
        if old == b"\n\n":  # the note begins with an empty line: no checkpoint
            found = parse_proof(changed)
            assert code_of(verify_proof, found, hash_leaf(LEAVES[7]), policy()) == code
        else:
            assert code_of(parse_proof, changed) == code
    assert code_of(Proof, -1, (), note_of()) == "tlog.proof"
    assert code_of(Proof, 0, (b"short",), note_of()) == "tlog.proof"
    assert code_of(parse_proof, b"x" * (1 << 20)) == "tlog.too-large"


def test_the_text_of_the_head():
    assert format_checkpoint(HEAD).startswith(ORIGIN.encode() + b"\n300\n")
