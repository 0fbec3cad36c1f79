"""DSSE: the protocol's own example, strict forms, and every tampering that keeps the shape."""

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.attestation.envelope import (
    MAX_SIGNATURES,
    Envelope,
    Signature,
    encode_pae,
    envelope_to_dict,
    format_envelope,
    parse_envelope,
    sign_envelope,
    verify_envelope,
)
from ifthen.attestation.keys import make_signer
from ifthen.attestation.statement import MAX_BYTES, PAYLOAD_TYPE
from ifthen.encoding.canonical import format_canonical
from ifthen.errors import Error

ONE, TWO = make_signer(bytes([1]) * 32), make_signer(bytes([2]) * 32, scheme="ssh-ed25519")
KEYS = (ONE.public, TWO.public)
ENVELOPE = sign_envelope(b'{"a":1}', [ONE, TWO])
TREE = envelope_to_dict(ENVELOPE)


def code_of(call, *args, **kwargs):
    with pytest.raises(Error) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_the_pae_of_the_protocol():
    """The example of DSSE's protocol.md."""
    assert encode_pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert encode_pae("é", "ü".encode()) == b"DSSEv1 2 \xc3\xa9 2 \xc3\xbc"


@given(st.text(max_size=9), st.binary(max_size=9), st.text(max_size=9), st.binary(max_size=9))
def test_no_two_things_have_one_pae(type_, payload, other_type, other):
    one = encode_pae(type_.encode("utf-8", "ignore").decode(), payload)
    two = encode_pae(other_type.encode("utf-8", "ignore").decode(), other)
    same = type_.encode("utf-8", "ignore") == other_type.encode("utf-8", "ignore")
    assert (one == two) == (same and payload == other)


def test_one_and_several_signatures():
    assert parse_envelope(format_envelope(ENVELOPE)) == ENVELOPE
    verified = verify_envelope(ENVELOPE, KEYS)
    assert verified.payload == b'{"a":1}'
    assert verified.key_ids == (ONE.key_id, TWO.key_id)
    only = verify_envelope(ENVELOPE, [TWO.public])
    assert (only.key_ids, only.unknown) == ((TWO.key_id,), (ONE.key_id,))


def test_nobody_known():
    assert code_of(verify_envelope, ENVELOPE, []) == "attestation.no-known-key"
    renamed = replace(ENVELOPE, signatures=(Signature("someone", ENVELOPE.signatures[0].data),))
    assert code_of(verify_envelope, renamed, KEYS) == "attestation.no-known-key"
    lying = {ONE.key_id: TWO.public}  # a table that gives one key under the id of another
    assert code_of(verify_envelope, ENVELOPE, lying) == "attestation.no-known-key"


@pytest.mark.parametrize("signer", [ONE, TWO])
def test_tampering(signer):
    envelope = sign_envelope(b"payload", [signer])
    (signature,) = envelope.signatures
    tampered = [
        replace(envelope, payload=b"payloae"),
        replace(envelope, payload=b"payload "),
        *(
            replace(envelope, signatures=(Signature(signature.key_id, data),))
            for data in (
                b"",
                signature.data[:-1],
                signature.data + b"\0",
                signature.data[:-1] + bytes([signature.data[-1] ^ 1]),
                sign_envelope(b"other", [signer]).signatures[0].data,
            )
        ),
    ]
    for other in tampered:
        assert code_of(verify_envelope, other, KEYS) == "attestation.signature"
    typed = replace(envelope, payload_type="text/plain")
    assert code_of(verify_envelope, typed, KEYS) == "attestation.payload-type"
    assert (
        code_of(verify_envelope, typed, KEYS, payload_type="text/plain") == "attestation.signature"
    )


def test_one_bad_signature_of_a_known_key_spoils_all():
    first, second = ENVELOPE.signatures
    other = replace(ENVELOPE, signatures=(first, Signature(second.key_id, first.data)))
    assert code_of(verify_envelope, other, KEYS) == "attestation.signature"


def test_no_signer_and_one_twice():
    assert code_of(sign_envelope, b"x", []) == "attestation.no-signature"
    assert code_of(sign_envelope, b"x", [ONE, ONE]) == "attestation.duplicate-signature"
    assert code_of(sign_envelope, bytes(MAX_BYTES), [ONE]) == "attestation.too-large"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"more": 1}, "envelope"),
        ({"payload": "eyJhIjoxfQ"}, "envelope"),  # without padding
        ({"payload": "eyJhIjoxfR=="}, "envelope"),  # bits that nothing says
        ({"payload": "eyJh IjoxfQ=="}, "envelope"),
        ({"payload": "eyJhIjoxfQ__"}, "envelope"),
        ({"payload": 1}, "envelope"),
        ({"payloadType": None}, "envelope"),
        ({"signatures": {}}, "envelope"),
        ({"signatures": []}, "no-signature"),
        ({"signatures": [1]}, "envelope"),
        ({"signatures": [{"keyid": "x"}]}, "envelope"),
        ({"signatures": [{"keyid": "", "sig": ""}]}, "envelope"),
        ({"signatures": [{"keyid": "x", "sig": "", "cert": ""}]}, "envelope"),
        ({"signatures": TREE["signatures"] * 2}, "duplicate-signature"),
        (
            {"signatures": [{"keyid": str(n), "sig": ""} for n in range(MAX_SIGNATURES + 1)]},
            "too-many-signatures",
        ),
    ],
)
def test_what_is_no_envelope(changes, code):
    assert code_of(parse_envelope, format_canonical(TREE | changes)) == f"attestation.{code}"


def test_one_spelling():
    assert code_of(parse_envelope, json.dumps(TREE).encode()) == "canonical.not-canonical"
    assert code_of(parse_envelope, b"[]") == "attestation.envelope"
    assert code_of(parse_envelope, b" " * (MAX_BYTES + 1)) == "attestation.too-large"
    assert base64.b64decode(TREE["payload"]) == b'{"a":1}'


@given(
    st.binary(max_size=50),
    st.lists(st.tuples(st.text(min_size=1, max_size=5), st.binary(max_size=9)), min_size=1,
             max_size=4, unique_by=lambda x: x[0]),
)  # fmt: skip
def test_parse_and_format_are_inverses(payload, signatures):
    envelope = Envelope(payload, PAYLOAD_TYPE, tuple(Signature(*x) for x in signatures))
    try:
        data = format_envelope(envelope)
    except Error as error:
        assert error.code == "canonical.unsupported"
        return
    assert parse_envelope(data) == envelope


@given(st.data())
def test_any_bytes_are_an_envelope_or_a_coded_error(data):
    whole = format_envelope(ENVELOPE)
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=4))
    other = whole[:at] + junk + whole[at + data.draw(st.integers(0, 4)) :]
    try:
        found = parse_envelope(other)
    except Error as error:
        assert error.code.split(".")[0] in ("attestation", "canonical")
        return
    assert format_envelope(found) == other
    if other != whole:
        try:
            assert verify_envelope(found, KEYS).payload == ENVELOPE.payload
        except Error as error:
            assert error.code.startswith("attestation.")
