"""The root of a Merkle tree (RFC 6962, section 2.1; RFC 9162, section 2.1.1), SHA-256."""

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").digest()


def hash_leaf(data: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of a zero byte and the data."""
    return hashlib.sha256(b"\0" + data).digest()


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over ``leaves``, the data of each leaf in order; 32 bytes.

    Of each perfect subtree only the root is kept: memory grows with the logarithm of the number.
    """
    sha256 = hashlib.sha256
    roots: list[bytes] = []
    for count, leaf in enumerate(leaves):
        node = sha256(b"\0" + leaf).digest()
        size = count
        while size & 1:  # two perfect subtrees of one size make one of twice the size
            node = sha256(b"\1" + roots.pop() + node).digest()
            size >>= 1
        roots.append(node)
    if not roots:
        return EMPTY
    root = roots.pop()
    while roots:
        root = sha256(b"\1" + roots.pop() + root).digest()
    return root
