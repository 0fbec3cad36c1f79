"""Reading a log that one does not trust: proofs, single entries, all entries.

``read`` gives the bytes of a file by its path. Nothing that it gives is used before it was
confirmed by the root hash of a checkpoint, whose signatures the caller has verified.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from ifthen.encoding.merkle import hash_leaf, perfect_root
from ifthen.errors import Error
from ifthen.tlog.checkpoint import Checkpoint
from ifthen.tlog.growing import (
    Read,
    bundle_differs,
    find_bundle,
    read_bundle,
    read_edge,
    read_tile,
)
from ifthen.tlog.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    format_tile_path,
    parse_bundle,
    tile_width,
)
from ifthen.tlog.tree import (
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

KEPT_TILES = 64


@dataclass(frozen=True, slots=True)
class Bundle:
    """The confirmed bytes of up to 256 entries; the first has the index ``first``."""

    first: int
    width: int
    data: bytes

    @property
    def entries(self) -> list[bytes]:
        """The entries, in order."""
        return parse_bundle(self.data, self.width)


def audit(read: Read, checkpoint: Checkpoint, *, start: int = 0) -> Iterator[Bundle]:
    """Yield every bundle from the one that holds entry ``start``, each confirmed by the root.

    Tiles are confirmed from the root downwards, and bundles by their tiles, so that what was
    yielded is true even if something later is not. The audit is complete when the iteration
    ends. One tile a level is in memory.

    Raises:
        Error: ``tlog.file-missing``, ``tlog.tile-size``, ``tlog.bundle-size``, ``tlog.root``,
            ``tlog.tile-differs``, ``tlog.bundle-differs``, and whatever ``read`` raises.
    """
    size = checkpoint.size
    edge = read_edge(read, size, checkpoint.root, entries=False)
    for level in reversed(range(len(edge.tiles))):
        first = (size >> HEIGHT * level) // WIDTH * WIDTH
        if level == 0 and edge.tiles[0]:
            yield _bundle(read, first // WIDTH, edge.tiles[0])
        elif level:
            for place, known in enumerate(edge.tiles[level]):
                yield from _walk(read, level - 1, first + place, known, start)


def _walk(read: Read, level: int, index: int, known: bytes, start: int) -> Iterator[Bundle]:
    """Yield the bundles below a full tile whose hash is ``known``."""
    if (index + 1) << HEIGHT * (level + 1) <= start:
        return
    tile = Tile(level, index)
    hashes = read_tile(read, tile)
    if perfect_root(hashes) != known:
        raise Error(
            "tlog.tile-differs",
            "the tile is not the one that the tree holds",
            where=format_tile_path(tile),
            hint="the log's files were changed after they were published: do not use it",
        )
    if level == 0:
        yield _bundle(read, index, hashes)
        return
    for place, below in enumerate(hashes):
        yield from _walk(read, level - 1, index * WIDTH + place, below, start)


def _bundle(read: Read, index: int, leaves: list[bytes] | tuple[bytes, ...]) -> Bundle:
    data = read_bundle(read, Tile(ENTRIES, index, len(leaves)), leaves)
    return Bundle(index * WIDTH, len(leaves), data)


class TreeReader:
    """Hashes of a tree of ``size`` entries, from its tiles; the tiles used last are kept.

    Nothing is confirmed here: what is made of the hashes has to be.
    """

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._size = size
        self._tiles: OrderedDict[Tile, list[bytes]] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """Return the hash over entries index·2^level to (index + 1)·2^level - 1.

        Raises:
            Error: ``tlog.file-missing``, ``tlog.tile-size``, and whatever ``read`` raises.
        """
        tile_level, height = divmod(level, HEIGHT)
        number, first = divmod(index << height, WIDTH)
        tile = Tile(tile_level, number, tile_width(tile_level, number, self._size))
        hashes = self._tiles.get(tile)
        if hashes is None:
            hashes = self._tiles[tile] = read_tile(self._read, tile)
            if len(self._tiles) > KEPT_TILES:
                self._tiles.popitem(last=False)
        return perfect_root(hashes[first : first + (1 << height)])


def make_inclusion_proof(
    read: Read, checkpoint: Checkpoint, index: int
) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the leaf hash of an entry and its proof of inclusion, confirmed by the root.

    Raises:
        Error: ``tlog.index``, ``tlog.file-missing``, ``tlog.tile-size``, ``tlog.inclusion`` where
            a tile was changed, and whatever ``read`` raises.
    """
    size = checkpoint.size
    node = TreeReader(read, size).node
    proof = prove_inclusion(index, size, node)
    leaf = node(0, index)
    verify_inclusion(leaf, index, size, proof, checkpoint.root)
    return leaf, proof


def make_consistency_proof(read: Read, old: Checkpoint, new: Checkpoint) -> tuple[bytes, ...]:
    """Return the proof that the old tree is the beginning of the new, confirmed by both roots.

    An empty old tree is the beginning of every tree: its proof is empty.

    Raises:
        Error: ``tlog.origin`` for checkpoints of two logs, ``tlog.index`` for a new tree smaller
            than the old, ``tlog.file-missing``, ``tlog.tile-size``, ``tlog.consistency``, and
            whatever ``read`` raises.
    """
    check_origins(old, new)
    if old.size == 0:
        return ()
    proof = prove_consistency(old.size, new.size, TreeReader(read, new.size).node)
    verify_consistency(old.size, new.size, old.root, new.root, proof)
    return proof


def check_origins(old: Checkpoint, new: Checkpoint) -> None:
    """Make sure that two checkpoints are of one log.

    Raises:
        Error: ``tlog.origin``.
    """
    if old.origin != new.origin:
        raise Error(
            "tlog.origin", f"the checkpoint is of the log {new.origin!r}, expected {old.origin!r}"
        )


def read_entry(read: Read, checkpoint: Checkpoint, index: int) -> bytes:
    """Return one entry, confirmed by the root.

    Raises:
        Error: those of :func:`make_inclusion_proof`, ``tlog.bundle-size``, ``tlog.bundle-differs``.
    """
    leaf, _ = make_inclusion_proof(read, checkpoint, index)
    number, place = divmod(index, WIDTH)
    tile = Tile(ENTRIES, number, tile_width(0, number, checkpoint.size))
    path, data = find_bundle(read, tile)
    entry = parse_bundle(data, tile.width)[place]
    if hash_leaf(entry) != leaf:
        raise bundle_differs(index, path)
    return entry
