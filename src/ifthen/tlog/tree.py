"""The Merkle tree of RFC 6962, section 2.1, and RFC 9162, section 2.1: proofs, made and verified.

Leaf: SHA-256 of a zero byte and the entry. Node: SHA-256 of a one byte and both children. A tree is
split at the largest power of two below its size. Nothing is proved about an empty tree: size 0 is a
matter of whoever calls.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ifthen.encoding.merkle import EMPTY, hash_leaf
from ifthen.errors import Error

HASH_BYTES = 32
MAX_PROOF_HASHES = 63
"""Hashes of a proof in a tree of up to 2^63 - 1 entries."""
MAX_SIZE = 2**64 - 1

NodeAt = Callable[[int, int], bytes]
"""``node(level, index)``: hash over entries index·2^level to (index + 1)·2^level - 1."""

__all__ = [
    "EMPTY",
    "Edge",
    "extend_edge",
    "hash_leaf",
    "hash_node",
    "prove_consistency",
    "prove_inclusion",
    "verify_consistency",
    "verify_inclusion",
]


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash over two hashes: SHA-256 of a one byte and both."""
    return hashlib.sha256(b"\1" + left + right).digest()


def fold_roots(roots: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees in order of decreasing size; that of none is EMPTY."""
    if not roots:
        return EMPTY
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = hashlib.sha256(b"\1" + left + root).digest()
    return root


@dataclass(frozen=True, slots=True)
class Edge:
    """The compact right edge of a tree: the roots of its perfect subtrees, largest first.

    One hash for each 1 in the binary number of entries: all that is needed to grow the tree.

    Raises:
        Error: ``tlog.edge`` where sizes do not fit.
    """

    size: int
    roots: tuple[bytes, ...]

    def __post_init__(self) -> None:
        expected = self.size.bit_count() if 0 <= self.size <= MAX_SIZE else -1
        if len(self.roots) != expected or any(len(x) != HASH_BYTES for x in self.roots):
            raise Error(
                "tlog.edge",
                f"the right edge of {self.size} entries has {len(self.roots)} hashes,"
                f" expected {expected} of {HASH_BYTES} bytes",
            )

    @property
    def root(self) -> bytes:
        """The root hash of the tree, 32 bytes."""
        return fold_roots(self.roots)


def extend_edge(edge: Edge, leaves: Iterable[bytes]) -> Edge:
    """Return the right edge after leaf hashes were added, in order.

    Raises:
        Error: ``tlog.hash-size``.
    """
    roots, size = list(edge.roots), edge.size
    for leaf in leaves:
        node, level = _check_hash(leaf, "a leaf"), size
        while level & 1:  # two perfect subtrees of one size make one of twice the size
            node = hash_node(roots.pop(), node)
            level >>= 1
        roots.append(node)
        size += 1
    return Edge(size, tuple(roots))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Make sure that a leaf hash stands at ``index`` of the tree (RFC 9162, section 2.1.3.2).

    ``proof`` goes from the leaf's sibling to the root's child.

    Raises:
        Error: ``tlog.hash-size``, ``tlog.index``, ``tlog.inclusion``.
    """
    _check_hash(leaf, "the leaf")
    if not 0 <= index < size <= MAX_SIZE:
        raise _index_error(index, size)
    place, last, found = index, size - 1, leaf
    for other in proof:
        _check_hash(other, "a hash of the proof")
        if last == 0:
            raise _error("tlog.inclusion", "the proof of inclusion is too long")
        if place & 1 or place == last:
            found = hash_node(other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hash_node(found, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise _error("tlog.inclusion", "the proof of inclusion is too short")
    if found != root:
        raise _error(
            "tlog.inclusion",
            f"the proof that entry {index} is among {size} leads to the root {found.hex()},"
            f" expected {root.hex()}",
        )


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Make sure that the old tree is the beginning of the new (RFC 9162, section 2.1.4.2).

    Raises:
        Error: ``tlog.index`` unless 0 < ``old_size`` <= ``new_size``, ``tlog.hash-size``,
            ``tlog.consistency``.
    """
    if not 0 < old_size <= new_size <= MAX_SIZE:
        raise _index_error(old_size, new_size)
    for other in proof:
        _check_hash(other, "a hash of the proof")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise _error(
                "tlog.consistency",
                f"two trees of {old_size} entries have different roots, or a proof where none is",
            )
        return
    # The old root is the first hash where the old tree is a perfect subtree of the new.
    hashes = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not hashes:
        raise _error("tlog.consistency", "the proof of consistency is empty")
    if _climb_both(old_size - 1, new_size - 1, hashes) != (old_root, new_root):
        raise _error(
            "tlog.consistency",
            f"the tree of {old_size} entries is not the beginning of that of {new_size}",
        )


def _climb_both(place: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots of both trees that a proof of consistency leads to."""
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            raise _error("tlog.consistency", "the proof of consistency is too long")
        if place & 1 or place == last:
            first, second = hash_node(other, first), hash_node(other, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = hash_node(second, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise _error("tlog.consistency", "the proof of consistency is too short")
    return first, second


def prove_inclusion(index: int, size: int, node: NodeAt) -> tuple[bytes, ...]:
    """Return the hashes from the leaf's sibling to the root's child (RFC 9162, section 2.1.3.1).

    Raises:
        Error: ``tlog.index``, and whatever ``node`` raises.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise _index_error(index, size)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    return tuple(reversed(path))


def prove_consistency(old_size: int, new_size: int, node: NodeAt) -> tuple[bytes, ...]:
    """Return the hashes that prove the old tree the beginning of the new (RFC 9162, 2.1.4.1).

    Raises:
        Error: ``tlog.index`` unless 0 < ``old_size`` <= ``new_size``, and whatever ``node`` raises.
    """
    if not 0 < old_size <= new_size <= MAX_SIZE:
        raise _index_error(old_size, new_size)
    path: list[bytes] = []
    start, end = 0, new_size
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    if start:  # else the old tree is itself a perfect subtree, whose root the verifier has
        path.append(range_root(start, end, node))
    return tuple(reversed(path))


def range_root(start: int, end: int, node: NodeAt) -> bytes:
    """Return the root over entries ``start`` to ``end`` - 1, a subtree of some tree."""
    roots: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        roots.append(node(level, start >> level))
        start += 1 << level
    return fold_roots(roots)


def _split(size: int) -> int:
    """Return the largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_hash(value: bytes, what: str) -> bytes:
    if len(value) != HASH_BYTES:
        raise Error("tlog.hash-size", f"{what} has {len(value)} bytes, expected {HASH_BYTES}")
    return value


def _index_error(index: int, size: int) -> Error:
    return Error("tlog.index", f"nothing can be proved of {index} in a tree of {size} entries")


def _error(code: str, message: str) -> Error:
    return Error(code, message, hint="the proof, the checkpoint or the entry is not the log's")
