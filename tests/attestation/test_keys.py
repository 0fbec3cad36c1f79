"""Public keys: one line, one spelling, no weak keys; whose signature fits which key."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.attestation.keys import (
    PublicKey,
    Signer,
    format_public_key,
    make_signer,
    parse_public_key,
)
from ifthen.attestation.wire import pack_string
from ifthen.errors import Error

PLAIN = make_signer(bytes([1]) * 32, comment="R. Marsh")
SSH = make_signer(bytes([1]) * 32, scheme="ssh-ed25519", comment="r@example.org")
LINE = format_public_key(PLAIN.public)


def code_of(call, *args):
    with pytest.raises(Error) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize("signer", [PLAIN, SSH])
def test_a_key_signs_and_verifies(signer: Signer):
    signer.public.verify(b"x", signer.sign(b"x"))
    assert signer.key_id == signer.public.id
    assert code_of(signer.public.verify, b"y", signer.sign(b"x")) == "attestation.signature"
    assert signer.sign(b"x") == signer.sign(b"x")
    assert bytes([1]).hex() * 32 not in repr(signer) and "seed" not in repr(signer)


def test_the_same_key_in_another_scheme_is_another_key():
    assert PLAIN.public.key == SSH.public.key
    assert PLAIN.key_id != SSH.key_id
    assert code_of(SSH.public.verify, b"x", PLAIN.sign(b"x")) == "attestation.signature"
    assert code_of(PLAIN.public.verify, b"x", SSH.sign(b"x")) == "attestation.signature"


def test_the_comment_is_no_part_of_the_identity():
    assert make_signer(bytes([1]) * 32).key_id == PLAIN.key_id


@given(
    st.binary(min_size=32, max_size=32),
    st.sampled_from(["ifthen-ed25519", "ssh-ed25519"]),
    st.from_regex(r"([!-~]([ -~]{0,20}[!-~])?)?", fullmatch=True),
)
def test_parse_and_format_are_inverses(seed, scheme, comment):
    public = make_signer(seed, scheme=scheme, comment=comment).public
    assert parse_public_key(format_public_key(public)) == public


def line(scheme: str, wire: bytes) -> str:
    return f"{scheme} {base64.b64encode(wire).decode()}"


def wire(scheme: str, key: bytes) -> bytes:
    return pack_string(scheme.encode()) + pack_string(key)


IDENTITY = (1).to_bytes(32, "little")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "attestation.key-line"),
        ("ssh-rsa AAAA", "attestation.key-line"),
        ("ssh-ed25519", "attestation.wire"),
        (f" {LINE}", "attestation.key-line"),
        (f"{LINE} ", "attestation.key-comment"),
        (f"{LINE}\n", "attestation.key-comment"),
        (LINE.replace(" ", "  ", 1), "attestation.wire"),
        (LINE.replace("R. Marsh", "R.\tMarsh"), "attestation.key-comment"),
        (LINE.replace("R. Marsh", "é"), "attestation.key-comment"),
        (LINE.replace("R. Marsh", "x" * 101), "attestation.key-comment"),
        (LINE.replace("ifthen-ed25519", "ssh-ed25519"), "attestation.key-line"),
        (LINE.split(" ")[0] + " " + LINE.split(" ")[1] + "=", "attestation.wire"),
        (LINE.split(" ")[0] + " " + LINE.split(" ")[1] + " ", "attestation.key-line"),
        (line("ssh-ed25519", wire("ssh-ed25519", bytes(31))), "ed25519.key-length"),
        (line("ssh-ed25519", wire("ssh-ed25519", IDENTITY)), "ed25519.weak-key"),
        (line("ssh-ed25519", wire("ssh-ed25519", b"\xff" * 32)), "ed25519.key-not-canonical"),
        (line("ssh-ed25519", wire("ssh-ed25519", PLAIN.public.key) + b"\0"), "attestation.wire"),
    ],
)
def test_what_is_no_key(text, code):
    assert code_of(parse_public_key, text) == code


def test_a_weak_key_cannot_be_made():
    assert code_of(lambda: PublicKey("ifthen-ed25519", IDENTITY)) == "ed25519.weak-key"


@given(st.text(max_size=100), st.integers(0, len(LINE)))
def test_any_text_is_a_key_or_a_coded_error(text, at):
    for candidate in (text, LINE[:at] + text, LINE[:at] + text + LINE[at:]):
        try:
            found = parse_public_key(candidate)
        except Error as error:
            assert error.code.split(".")[0] in ("attestation", "ed25519")
            continue
        assert format_public_key(found) == candidate
