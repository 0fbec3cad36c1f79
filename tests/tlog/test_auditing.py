"""Growing and auditing: every root as by definition, every change of a file found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tlog.world import ORIGIN, MemoryStore, code_of, entries, grown

from ifthen.encoding.merkle import hash_leaf, merkle_root
from ifthen.tlog.auditing import (
    audit,
    make_consistency_proof,
    make_inclusion_proof,
    read_entry,
)
from ifthen.tlog.checkpoint import Checkpoint
from ifthen.tlog.growing import RightEdge, grow, read_edge
from ifthen.tlog.tiles import WIDTH
from ifthen.tlog.tree import verify_consistency, verify_inclusion


def audited(store, checkpoint, **words):
    found = []
    for bundle in audit(store.read, checkpoint, **words):
        assert bundle.first == len(found) or words
        found += bundle.entries
    return found


@settings(max_examples=25)
@given(st.lists(st.integers(0, 700), max_size=5))
def test_in_any_batches_the_files_are_the_same(sizes):
    leaves = entries(sum(sizes))
    edge, store, first = RightEdge(), MemoryStore(), 0
    for size in sizes:
        growth = grow(edge, leaves[first : first + size])
        store.create(growth.files)  # refuses a file that is there with other bytes
        first += size
        edge = growth.edge
        assert edge.root == merkle_root(leaves[:first])
        assert read_edge(store.read, first, edge.root) == edge
        assert sum(count for _, count, _ in growth.bundles) == size
    whole, checkpoint = grown(leaves)
    assert {path: store.files[path] for path in whole.files} == whole.files
    assert audited(store, checkpoint) == leaves


@pytest.fixture(scope="module")
def large():
    """Two full tiles of level 1 would take 131,072 entries; this has one, and three levels."""
    leaves = entries(WIDTH * WIDTH + WIDTH + 3)
    store, checkpoint = grown(leaves)
    return leaves, store, checkpoint


def test_a_tree_of_three_levels(large):
    leaves, store, checkpoint = large
    assert checkpoint.root == merkle_root(leaves)
    assert audited(store, checkpoint) == leaves
    late = audited(store, checkpoint, start=WIDTH * WIDTH + 1)
    assert late == leaves[WIDTH * WIDTH :]


@pytest.mark.parametrize("index", [0, 255, 256, 40_000, 65_535, 65_536, 65_792, 65_794])
def test_entries_and_proofs(large, index):
    leaves, store, checkpoint = large
    assert read_entry(store.read, checkpoint, index) == leaves[index]
    leaf, proof = make_inclusion_proof(store.read, checkpoint, index)
    assert leaf == hash_leaf(leaves[index])
    verify_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)
    old = Checkpoint(ORIGIN, index + 1, merkle_root(leaves[: index + 1]))
    proof = make_consistency_proof(store.read, old, checkpoint)
    verify_consistency(old.size, checkpoint.size, old.root, checkpoint.root, proof)


def test_two_logs_and_empty_trees():
    store, new = grown(entries(3))
    _, empty = grown([])
    assert make_consistency_proof(store.read, empty, new) == ()
    other = Checkpoint("other", 2, bytes(32))
    assert code_of(make_consistency_proof, store.read, other, new) == "tlog.origin"
    assert code_of(make_consistency_proof, store.read, new, empty) == "tlog.index"
    fork = Checkpoint(ORIGIN, 2, bytes(32))
    assert code_of(make_consistency_proof, store.read, fork, new) == "tlog.consistency"
    assert code_of(make_inclusion_proof, store.read, new, 3) == "tlog.index"
    assert audited(store, empty) == []


DIFFERS = {"tlog.root", "tlog.tile-differs", "tlog.bundle-differs", "tlog.bundle-size"}


@given(st.data())
def test_any_change_of_any_file_is_found(data):
    leaves = entries(data.draw(st.sampled_from([1, 200, 256, 257, 600])))
    store, checkpoint = grown(leaves)
    path = data.draw(st.sampled_from(sorted(store.files)))
    content = store.files[path]
    place = data.draw(st.integers(0, len(content) - 1))
    way = data.draw(st.sampled_from(["flip", "cut", "more", "gone"]))
    if way == "flip":
        bit = 1 << data.draw(st.integers(0, 7))
        store.files[path] = content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
        assert code_of(audited, store, checkpoint) in DIFFERS
    elif way == "cut":
        store.files[path] = content[:place]
        assert code_of(audited, store, checkpoint) in {*DIFFERS, "tlog.tile-size"}
    elif way == "more":
        store.files[path] = content + content[: place + 1]
        found = {*DIFFERS, "tlog.tile-size", "tlog.too-large"}
        assert code_of(audited, store, checkpoint) in found
    else:
        del store.files[path]
        assert code_of(audited, store, checkpoint) == "tlog.file-missing"


def test_a_log_of_other_entries_is_found():
    _, checkpoint = grown(entries(300))
    other, _ = grown(entries(300, first=1))
    assert code_of(audited, other, checkpoint) == "tlog.root"
    assert code_of(make_inclusion_proof, other.read, checkpoint, 7) == "tlog.inclusion"
    store, checkpoint = grown(entries(300))
    store.files["tile/entries/000"] = other.files["tile/entries/000"]
    assert code_of(read_entry, store.read, checkpoint, 7) == "tlog.bundle-differs"


def test_the_full_tile_stands_for_a_partial_one():
    leaves = entries(2 * WIDTH)
    store, _ = grown(leaves)
    _, old = grown(leaves[:300])
    assert not any(path.endswith(".p/44") for path in store.files)
    store.files |= {"tile/1/000.p/1": grown(leaves[:300])[0].files["tile/1/000.p/1"]}
    assert audited(store, old) == leaves[:300]
    assert read_entry(store.read, old, 299) == leaves[299]


def test_a_log_is_full():
    edge = RightEdge(2**63 - 1)
    assert code_of(grow, edge, [b""]) == "tlog.full"
