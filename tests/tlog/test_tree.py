"""Proofs against a tree written from the definition, and against other people's vectors."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tlog.world import code_of, find_vectors, needs

from ifthen.encoding.merkle import merkle_root
from ifthen.errors import Error
from ifthen.tlog.tree import (
    EMPTY,
    Edge,
    extend_edge,
    hash_leaf,
    prove_consistency,
    prove_inclusion,
    range_root,
    verify_consistency,
    verify_inclusion,
)

VECTORS = find_vectors("merkle")


def naive_root(leaves):
    """Return the root by RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def leaves_of(size):
    return [b"%d" % n for n in range(size)]


def node_at(leaves):
    return lambda level, index: naive_root(leaves[index << level : (index + 1) << level])


@given(st.integers(1, 70), st.data())
def test_every_inclusion_proof_holds_and_no_other(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    root, leaf = naive_root(leaves), hash_leaf(leaves[index])
    proof = prove_inclusion(index, size, node_at(leaves))
    verify_inclusion(leaf, index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) | st.just(size))
    assert code_of(verify_inclusion, leaf, other, size, proof, root) in {
        "tlog.inclusion",
        "tlog.index",
    }
    assert code_of(verify_inclusion, leaf, index, size, (*proof, leaf), root) == "tlog.inclusion"
    assert code_of(verify_inclusion, bytes(32), index, size, proof, root) == "tlog.inclusion"
    if proof:
        assert code_of(verify_inclusion, leaf, index, size, proof[:-1], root) == "tlog.inclusion"
        changed = (*proof[:-1], bytes(32))
        assert code_of(verify_inclusion, leaf, index, size, changed, root) == "tlog.inclusion"
        short = (*proof[:-1], proof[-1][:31])
        assert code_of(verify_inclusion, leaf, index, size, short, root) == "tlog.hash-size"


@given(st.integers(1, 70), st.data())
def test_every_consistency_proof_holds_and_no_other(size, data):
    old = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    roots = naive_root(leaves[:old]), naive_root(leaves)
    proof = prove_consistency(old, size, node_at(leaves))
    verify_consistency(old, size, *roots, proof)
    bad = "tlog.consistency"
    assert code_of(verify_consistency, old, size, *roots, (*proof, bytes(32))) == bad
    assert code_of(verify_consistency, old, size, bytes(32), roots[1], proof) == bad
    assert code_of(verify_consistency, old, size, roots[0], bytes(32), proof) == bad
    if proof:
        assert code_of(verify_consistency, old, size, *roots, proof[:-1]) == bad


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 5), (1, 2**64)])
def test_nothing_is_proved_of_an_empty_or_shrinking_tree(old, new):
    assert code_of(verify_consistency, old, new, EMPTY, EMPTY, ()) == "tlog.index"
    assert code_of(prove_consistency, old, new, None) == "tlog.index"


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (0, 2**64)])
def test_no_such_entry(index, size):
    assert code_of(verify_inclusion, bytes(32), index, size, (), bytes(32)) == "tlog.index"
    assert code_of(prove_inclusion, index, size, None) == "tlog.index"


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_right_edge_is_enough_to_grow(one, other):
    leaves = leaves_of(one + other)
    edge = extend_edge(Edge(0, ()), map(hash_leaf, leaves[:one]))
    assert edge.root == naive_root(leaves[:one]) == merkle_root(leaves[:one])
    edge = extend_edge(edge, map(hash_leaf, leaves[one:]))
    assert edge.size == one + other
    assert edge.root == naive_root(leaves)
    assert range_root(0, one + other, node_at(leaves)) == edge.root


def test_a_right_edge_that_does_not_fit():
    assert code_of(Edge, 3, (bytes(32),)) == "tlog.edge"
    assert code_of(Edge, 1, (bytes(31),)) == "tlog.edge"
    assert code_of(Edge, -1, ()) == "tlog.edge"
    assert code_of(extend_edge, Edge(0, ()), [b"short"]) == "tlog.hash-size"


def cases(kind):
    paths = sorted((VECTORS / kind).rglob("*.json")) if VECTORS else []
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in paths]


def holds(work, *args):
    try:
        work(*args)
    except Error as error:
        assert error.code.startswith("tlog.")
        return False
    return True


def decoded(values):
    return [base64.b64decode(value) for value in values or ()]


@needs(VECTORS)
def test_all_vectors_are_there():
    assert (len(cases("inclusion")), len(cases("consistency"))) == (98, 98)


@pytest.mark.parametrize("path", cases("inclusion"))
def test_inclusion_vector(path):
    case = json.loads(path.read_bytes())
    leaf, root = decoded([case["leafHash"] or "", case["root"] or ""])
    proof = decoded(case["proof"])
    found = holds(verify_inclusion, leaf, case["leafIdx"], case["treeSize"], proof, root)
    assert found is not case["wantErr"]


@pytest.mark.parametrize("path", cases("consistency"))
def test_consistency_vector(path):
    case = json.loads(path.read_bytes())
    roots = decoded([case["root1"] or "", case["root2"] or ""])
    found = holds(verify_consistency, case["size1"], case["size2"], *roots, decoded(case["proof"]))
    assert found is not case["wantErr"]
