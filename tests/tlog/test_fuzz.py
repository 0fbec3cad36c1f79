"""Any bytes: a value that is written as it was read, or a coded error, nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tlog.world import LOG, ORIGIN, WITNESS, MemoryStore, entries, grown

from ifthen.errors import Error
from ifthen.tlog.auditing import audit, make_inclusion_proof, read_entry
from ifthen.tlog.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from ifthen.tlog.cosignature import cosign, sign_checkpoint, verify_signatures
from ifthen.tlog.key import format_vkey, parse_vkey
from ifthen.tlog.note import Note, format_note, parse_note
from ifthen.tlog.policy import Policy, TrustedLog, Witness, format_policy, parse_policy
from ifthen.tlog.proof import Proof, format_proof, parse_proof, verify_proof
from ifthen.tlog.tiles import format_bundle, format_tile_path, parse_bundle, parse_tile_path

STORE, HEAD = grown(entries(600))
NOTE = parse_note(sign_checkpoint(HEAD, [LOG], 5))
NOTE = Note(NOTE.text, (*NOTE.signatures, cosign(NOTE.text, WITNESS, 5)))
POLICY = Policy((TrustedLog(LOG.key),), (Witness("w", WITNESS.key),), (), "w")
LEAF, HASHES = make_inclusion_proof(STORE.read, HEAD, 77)
PROOF = Proof(77, HASHES, NOTE, b"extra")
BUNDLE = format_bundle(entries(5))


def text_of(write):
    return lambda value: write(value).encode()


FORMATS = {
    "note": (parse_note, format_note, format_note(NOTE)),
    "checkpoint": (parse_checkpoint, format_checkpoint, NOTE.text),
    "proof": (parse_proof, format_proof, format_proof(PROOF)),
    "policy": (parse_policy, None, format_policy(POLICY)),
    "vkey": (
        lambda data: parse_vkey(data.decode(errors="surrogateescape")),
        text_of(format_vkey),
        format_vkey(LOG.key).encode(),
    ),
    "path": (
        lambda data: parse_tile_path(data.decode(errors="surrogateescape")),
        text_of(format_tile_path),
        b"tile/entries/x001/234.p/17",
    ),
    "bundle": (lambda data: parse_bundle(data, 5), format_bundle, BUNDLE),
}
PIECES = [b"\n", b"\n\n", b" ", "— ".encode(), b"=", b"+", b"0", b"\0", b"\xff", "\u2028".encode()]
PIECES += [
    b"tile/",
    b"x999/",
    b".p/",
    b"quorum ",
    b"group ",
    b"any ",
    b"extra ",
    b"index ",
    b"9" * 30,
]


@st.composite
def mutated(draw, data):
    """Draw bytes near those of a sound file."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(data[start:end] * 2))
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=300)
@given(data=st.data())
def test_a_value_or_a_coded_error(name, data):
    parse, write, sound = FORMATS[name]
    content = data.draw(mutated(sound) | st.binary(max_size=200))
    try:
        value = parse(content)
    except Error as error:
        assert error.code.startswith(("tlog.", "ed25519."))
        str(error).encode(errors="strict")
        return
    if write is None:
        assert parse(format_policy(value)) == value
    else:
        assert write(value) == content


@settings(max_examples=300)
@given(mutated(format_proof(PROOF)))
def test_no_other_proof_verifies(content):
    """Only what nothing vouches for can change: extra data, and lines of unknown keys."""
    try:
        found = parse_proof(content)
        accepted = verify_proof(found, LEAF, POLICY)
    except Error as error:
        assert error.code.startswith(("tlog.", "ed25519."))
        return
    assert accepted.checkpoint == HEAD
    assert (found.index, found.hashes, found.checkpoint.text) == (77, HASHES, NOTE.text)


@given(mutated(format_note(NOTE)))
def test_signatures_of_any_note(content):
    try:
        note = parse_note(content)
        if verify_signatures(note, [LOG.key, WITNESS.key]):
            assert note.text == NOTE.text
    except Error as error:
        assert error.code.startswith(("tlog.", "ed25519."))


@given(st.data())
def test_a_log_of_any_bytes(data):
    store = MemoryStore()
    path = data.draw(st.sampled_from(sorted(STORE.files)))
    store.files = STORE.files | {path: data.draw(mutated(STORE.files[path]) | st.binary())}
    head = HEAD
    if data.draw(st.booleans()):
        head = Checkpoint(ORIGIN, data.draw(st.integers(1, 2**63 - 1)), HEAD.root)
    for work in (
        lambda: [bundle.entries for bundle in audit(store.read, head)],
        lambda: make_inclusion_proof(store.read, head, head.size - 1),
        lambda: read_entry(store.read, head, head.size // 2),
    ):
        try:
            work()
        except Error as error:
            assert error.code.startswith(("tlog.", "ed25519."))
