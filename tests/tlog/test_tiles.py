"""Tiles and bundles: the paths and the example of the specification."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tlog.world import code_of

from ifthen.tlog.tiles import (
    ENTRIES,
    MAX_ENTRY_BYTES,
    Tile,
    format_bundle,
    format_tile_path,
    hash_bundle,
    list_tiles,
    parse_bundle,
    parse_tile,
    parse_tile_path,
    tile_width,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(3, 1234067), "tile/3/x001/x234/067"),
        (Tile(63, 999), "tile/63/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(1, 0, 1), "tile/1/000.p/1"),
        (Tile(ENTRIES, 256, 255), "tile/entries/256.p/255"),
    ],
)
def test_path(tile, path):
    assert format_tile_path(tile) == path
    assert parse_tile_path(path) == tile


@given(st.integers(ENTRIES, 63), st.integers(0, 2**63 - 1), st.integers(1, 256))
def test_a_path_is_read_as_written(level, index, width):
    tile = Tile(level, index, width)
    assert parse_tile_path(format_tile_path(tile)) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "checkpoint", "tile", "tile/0", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000",
        "tile/-1/000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/000.p/0",
        "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p", "tile/0/000/", "/tile/0/000",
        "tile/0/../000", "tile/0/000\n", "tile/entries/x9", "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x999/" * 6 + "999", "../tile/0/000",
    ],
)  # fmt: skip
def test_no_path(path):
    assert code_of(parse_tile_path, path) == "tlog.tile-name"


@pytest.mark.parametrize("tile", [(64, 0, 1), (-2, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_no_tile(tile):
    assert code_of(Tile, *tile) == "tlog.tile-name"


def test_the_tiles_of_70_000_entries():
    found = Counter((tile.level, tile.width) for tile in list_tiles(70_000))
    assert {key: count for key, count in found.items() if key[0] != ENTRIES} == {
        (0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1,
    }  # fmt: skip
    assert found[ENTRIES, 256] == 273
    assert [*list_tiles(0)] == []
    assert set(list_tiles(256)) == {Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)}
    assert (tile_width(0, 273, 70_000), tile_width(0, 274, 70_000)) == (112, 0)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_new_tiles_are_those_that_the_old_tree_lacks(one, other):
    old, new = sorted((one, other))
    assert set(list_tiles(new, old)) == set(list_tiles(new)) - set(list_tiles(old))


@given(st.lists(st.binary(max_size=40), max_size=256))
def test_a_bundle_is_read_as_written(entries):
    data = format_bundle(entries)
    assert parse_bundle(data, len(entries)) == entries
    hashes = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
    assert hash_bundle(data, len(entries)) == hashes
    for parse in (parse_bundle, hash_bundle):
        assert code_of(parse, data, len(entries) + 1) == "tlog.bundle-size"
        assert code_of(parse, data + b"\0", len(entries)) == "tlog.bundle-size"
        if entries:
            assert code_of(parse, data[:-1], len(entries)) == "tlog.bundle-size"
            assert code_of(parse, data, len(entries) - 1) == "tlog.bundle-size"


def test_an_entry_has_at_most_65_535_bytes():
    longest = bytes(MAX_ENTRY_BYTES)
    assert parse_bundle(format_bundle([longest, b"", longest]), 3) == [longest, b"", longest]
    assert code_of(format_bundle, [longest + b"\0"]) == "tlog.entry-size"


def test_a_tile_of_another_size():
    assert parse_tile(bytes(64), 2) == [bytes(32)] * 2
    for data in (b"", bytes(63), bytes(96)):
        assert code_of(parse_tile, data, 2) == "tlog.tile-size"
