"""The root of a Merkle tree (RFC 6962, section 2.1; RFC 9162, section 2.1.1), SHA-256."""

import hashlib
from collections.abc import Iterable
from itertools import islice

EMPTY = hashlib.sha256(b"").digest()
_BLOCK = 1 << 10
"""Leaves taken at a time, a power of two."""


def hash_leaf(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of a zero byte and the data."""
    return hashlib.sha256(b"\0" + data).digest()


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over ``leaves``, the data of each leaf in order; 32 bytes.

    Of each perfect subtree only the root is kept: memory grows with the logarithm of the number.
    """
    sha256 = hashlib.sha256
    roots: list[bytes] = []
    source = iter(leaves)
    count = 0
    while block := list(islice(source, _BLOCK)):
        nodes = [sha256(b"\0" + leaf).digest() for leaf in block]
        if len(block) < _BLOCK:
            break
        node = perfect_root(nodes)
        size = count
        while size & 1:  # two perfect subtrees of one size make one of twice the size
            node = sha256(b"\1" + roots.pop() + node).digest()
            size >>= 1
        roots.append(node)
        count += 1
    else:
        nodes = []
    roots += perfect_roots(nodes)
    if not roots:
        return EMPTY
    root = roots.pop()
    while roots:
        root = sha256(b"\1" + roots.pop() + root).digest()
    return root


def perfect_roots(nodes: list[bytes]) -> list[bytes]:
    """Return the roots of the largest perfect subtrees over hashes, from the left."""
    roots: list[bytes] = []
    at, left = 0, len(nodes)
    while left:
        size = 1 << (left.bit_length() - 1)
        roots.append(perfect_root(nodes[at : at + size]))
        at, left = at + size, left - size
    return roots


def perfect_root(nodes: list[bytes]) -> bytes:
    """Return the root over a power of two of hashes, made level by level; 32 bytes."""
    sha256 = hashlib.sha256
    while len(nodes) > 1:
        pairs = iter(nodes)
        nodes = [sha256(b"\1" + one + other).digest() for one, other in zip(pairs, pairs)]  # noqa: B905
    return nodes[0]
