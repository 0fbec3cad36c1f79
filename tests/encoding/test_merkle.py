"""Roots against published vectors and against the definition of RFC 6962, written out."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from ifthen.encoding.merkle import EMPTY, hash_leaf, merkle_root


def by_definition(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    one, other = by_definition(leaves[:split]), by_definition(leaves[split:])
    return hashlib.sha256(b"\1" + one + other).digest()


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_root_is_that_of_the_definition(leaves):
    assert merkle_root(leaves) == by_definition(leaves)


def test_published_roots():
    leaves = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243")]
    expected = {  # the test tree of Certificate Transparency
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    }
    for count, root in expected.items():
        assert merkle_root(leaves[:count]).hex() == root
    assert expected[0] == EMPTY.hex()
    assert merkle_root([b""]) == hash_leaf(b"")
