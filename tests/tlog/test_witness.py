"""The exchange of another implementation's witness: its requests, and what each has to come to."""

import re

from tests.tlog.world import find_vectors, needs

from ifthen.errors import Error
from ifthen.tlog.checkpoint import parse_checkpoint
from ifthen.tlog.key import ED25519, VerifierKey
from ifthen.tlog.note import parse_note, verify_note
from ifthen.tlog.spelling import parse_base64, parse_decimal
from ifthen.tlog.tree import verify_consistency

VECTORS = find_vectors("witness")
PUBLIC = bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
ORIGIN = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
EXPECTED = [200, 403, 403, 422, 422, 200, 409, 200, 409]


def answer(body, state, key):
    """Return the status that a witness with this state gives; only what is under test here."""
    head, _, note = body.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    old = parse_decimal(first.removeprefix(b"old "), "the old size")
    try:
        note = parse_note(note)
    except Error as error:  # an altered signature may be no base64 in its one spelling any more
        assert error.code == "tlog.base64"
        return 403, state
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != key.name:
        return 403, state
    try:
        verify_note(note, [key])
    except Error:
        return 403, state
    if old != state[0]:
        return 409, state
    proof = [parse_base64(line, "a hash", size=32) for line in lines]
    if old:
        try:
            verify_consistency(old, checkpoint.size, state[1], checkpoint.root, proof)
        except Error:
            return 422, state
    return 200, (checkpoint.size, checkpoint.root)


@needs(VECTORS)
def test_each_request_comes_to_what_the_witness_answered():
    (path,) = [p for p in VECTORS.iterdir() if p.name != "LICENSE"]
    text = path.read_text(encoding="utf-8")
    bodies = re.findall(r"^```\n(.*?)^```$\s*^HTTP (\d+)$", text, re.DOTALL | re.MULTILINE)
    assert [int(status) for _, status in bodies] == EXPECTED
    key = VerifierKey(ORIGIN, ED25519, PUBLIC)
    assert key.key_id.hex() == "5202289b"
    state = (0, b"")
    for body, status in bodies:
        found, state = answer(body.encode(), state, key)
        assert found == int(status)
    assert state[0] == 5
