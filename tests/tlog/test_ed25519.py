"""Weak keys and malleable signatures are refused: C2SP's 914 edge cases, and the curve itself."""

import json

import pytest
from tests.tlog.world import code_of, find_vectors, needs

from ifthen.errors import Error
from ifthen.tlog.ed25519 import SMALL_ORDER, P, check_ed25519_key, verify_ed25519
from ifthen.tlog.signer import Ed25519Signer

VECTORS = find_vectors("ed25519")
STRICT = {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"}
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


@needs(VECTORS)
def test_the_43_cases_that_bind_are_accepted_and_no_other():
    cases = json.loads((VECTORS / "ed25519vectors.json").read_bytes())
    accepted = []
    for case in cases:
        key, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        try:
            good = verify_ed25519(key, case["msg"].encode(), signature)
        except Error as error:
            assert error.code == "tlog.key-weak"
            good = False
        flags = set(case["flags"] or ())
        assert good is (not flags & STRICT), case["number"]
        if good:
            accepted.append(case["number"])
    assert (len(cases), len(accepted)) == (914, 43)


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


@pytest.mark.parametrize("data", sorted(SMALL_ORDER), ids=lambda data: data[:4].hex())
def test_each_encoding_listed_is_of_small_order(data):
    point = decode(data)
    for _ in range(3):
        point = add(point, point)
    assert point == (0, 1)
    assert code_of(check_ed25519_key, data) == "tlog.key-weak"


def test_all_eight_points_are_listed_in_every_encoding():
    assert len(SMALL_ORDER) == 14
    assert len({decode(data) for data in SMALL_ORDER}) == 8


def test_the_identity_as_key_signs_nothing():
    identity = (1).to_bytes(32, "little")
    with pytest.raises(Error, match="small order"):
        verify_ed25519(identity, b"any", identity + bytes(32))


@pytest.mark.parametrize("y", [P + 2, P + 18, 2**255 - 1])
def test_a_second_encoding_of_a_key(y):
    for sign in (0, 1 << 255):
        assert code_of(check_ed25519_key, (y | sign).to_bytes(32, "little")) == "tlog.key-weak"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size(size):
    assert code_of(check_ed25519_key, b"\2" * size) == "tlog.key-size"


def test_a_signature_has_one_form():
    signer = Ed25519Signer("a", b"\7" * 32)
    public, signature = signer.key.public, signer.sign(b"text")
    assert verify_ed25519(public, b"text", signature)
    assert not verify_ed25519(public, b"other", signature)
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not verify_ed25519(public, b"text", signature[:32] + s.to_bytes(32, "little"))
    for bad in (b"", signature[:-1], signature + b"\0", bytes(64)):
        assert not verify_ed25519(public, b"text", bad)


def test_a_key_that_is_no_point():
    keys = (n.to_bytes(32, "little") for n in range(2, 20))
    assert [verify_ed25519(key, b"", bytes([3]) * 64) for key in keys] == [False] * 18


def test_a_seed_has_32_bytes():
    assert code_of(Ed25519Signer, "a", b"short") == "tlog.seed"
