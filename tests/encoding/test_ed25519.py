"""Strict Ed25519: C2SP's edge cases by their flags, RFC 8032's vectors, every flipped bit."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.encoding.ed25519 import (
    _SMALL_ORDER,
    ORDER,
    P,
    derive_public_key,
    sign_message,
    verify_public_key,
    verify_signature,
)
from ifthen.errors import Error

D = -121665 * pow(121666, -1, P) % P

VECTORS = json.loads(
    gzip.decompress((Path(__file__).parent / "data" / "ed25519vectors.json.gz").read_bytes())
)
REFUSED = {
    *("low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"),
}

RFC8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]
"""Tests 1 and 2 of RFC 8032, section 7.1."""


def accepts(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        verify_signature(key, signature, message)
    except Error as error:
        assert error.code.startswith("ed25519.")
        return False
    return True


def test_edge_cases_pass_exactly_where_no_flag_forbids_it():
    passed = 0
    for vector in VECTORS:
        found = accepts(
            bytes.fromhex(vector["key"]), bytes.fromhex(vector["sig"]), vector["msg"].encode()
        )
        assert found == (not REFUSED & set(vector["flags"] or ())), vector
        passed += found
    assert (len(VECTORS), passed) == (914, 43)


@pytest.mark.parametrize(
    ("flag", "codes"),
    [
        ("low_order_A", {"ed25519.weak-key", "ed25519.key-not-canonical"}),
        ("non_canonical_A", {"ed25519.key-not-canonical", "ed25519.weak-key"}),
    ],
)
def test_edge_keys_are_refused_before_any_signature_is_looked_at(flag, codes):
    keys = {bytes.fromhex(v["key"]) for v in VECTORS if flag in (v["flags"] or ())}
    assert keys
    for key in keys:
        with pytest.raises(Error) as caught:
            verify_public_key(key)
        assert caught.value.code in codes


@pytest.mark.parametrize(("seed", "key", "message", "signature"), RFC8032)
def test_rfc_8032(seed, key, message, signature):
    seed, key, message, signature = map(bytes.fromhex, (seed, key, message, signature))
    assert derive_public_key(seed) == key == verify_public_key(key)
    assert sign_message(seed, message) == signature
    verify_signature(key, signature, message)


def test_the_identity_as_a_key_would_fit_any_message():
    identity = (1).to_bytes(32, "little")
    with pytest.raises(Error) as caught:
        verify_signature(identity, identity + bytes(32), b"anything")
    assert caught.value.code == "ed25519.weak-key"


def test_a_number_that_is_not_reduced_is_a_second_spelling():
    seed = bytes(range(32))
    key, signature = derive_public_key(seed), sign_message(seed, b"x")
    number = int.from_bytes(signature[32:], "little")
    with pytest.raises(Error) as caught:
        verify_signature(key, signature[:32] + (number + ORDER).to_bytes(32, "little"), b"x")
    assert caught.value.code == "ed25519.signature-not-canonical"


def test_a_point_in_a_second_spelling():
    key = derive_public_key(bytes(range(32)))
    with pytest.raises(Error) as caught:
        verify_signature(key, (P + 3).to_bytes(32, "little") + bytes(32), b"x")
    assert caught.value.code == "ed25519.signature-not-canonical"


def test_every_flipped_bit_is_noticed():
    seed = bytes(range(32))
    key, signature = derive_public_key(seed), sign_message(seed, b"decision")
    for bit in range(512):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        assert not accepts(key, bytes(changed), b"decision")
    for bit in range(256):
        changed = bytearray(key)
        changed[bit // 8] ^= 1 << bit % 8
        assert not accepts(bytes(changed), signature, b"decision")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (b"", "ed25519.key-length"),
        (bytes(33), "ed25519.key-length"),
        ((2).to_bytes(32, "little"), "ed25519.key-not-a-point"),
        ((P + 3).to_bytes(32, "little"), "ed25519.key-not-canonical"),
        ((1 | 1 << 255).to_bytes(32, "little"), "ed25519.weak-key"),
    ],
)
def test_keys_that_are_none(key, code):
    with pytest.raises(Error) as caught:
        verify_public_key(key)
    assert caught.value.code == code


@pytest.mark.parametrize("length", [0, 63, 65])
def test_lengths(length):
    key = derive_public_key(bytes(32))
    with pytest.raises(Error) as caught:
        verify_signature(key, bytes(length), b"")
    assert caught.value.code == "ed25519.signature-length"
    with pytest.raises(Error) as caught:
        sign_message(bytes(31), b"")
    assert caught.value.code == "ed25519.seed-length"


@given(st.binary(max_size=40), st.binary(max_size=70), st.binary(max_size=20))
def test_any_bytes_are_refused_with_a_code(key, signature, message):
    assert not accepts(key, signature, message)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_what_is_signed_verifies_and_nothing_else(seed, message):
    key, signature = derive_public_key(seed), sign_message(seed, message)
    assert accepts(key, signature, message)
    assert not accepts(key, signature, message + b"\0")


def test_importing_it_loads_no_cryptography():
    program = "import sys, ifthen.encoding.ed25519 as e; e.verify_public_key(bytes([3]) + bytes(31)"
    program += "); assert not any(x.startswith('cryptography') for x in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def add(one, other):
    (x1, y1), (x2, y2) = one, other
    k = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def decode(data):
    """Return the point of an encoding, canonical or not (RFC 8032, section 5.1.3)."""
    number = int.from_bytes(data, "little")
    y, sign = (number & (2**255 - 1)) % P, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square
    return (P - x) % P if x & 1 != sign else x, y


@pytest.mark.parametrize("y", sorted(_SMALL_ORDER))
def test_each_weak_y_is_of_a_point_whose_eightfold_is_the_identity(y):
    point = decode(y.to_bytes(32, "little"))
    for _ in range(3):
        point = add(point, point)
    assert point == (0, 1)


def test_the_weak_points_are_all_eight():
    signs = (0, 1 << 255)
    points = {decode((y | sign).to_bytes(32, "little")) for y in _SMALL_ORDER for sign in signs}
    assert len(points) == 8
