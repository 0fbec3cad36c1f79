"""How a log grows: entries in, new tiles and bundles out, with the state that is needed to go on.

Of the tree only the tiles at its right edge are kept: at most 8 kB a level and one bundle.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ifthen.encoding.merkle import perfect_root, perfect_roots
from ifthen.errors import Error
from ifthen.tlog.spelling import MAX_NUMBER
from ifthen.tlog.tiles import (
    ENTRIES,
    HEIGHT,
    MAX_BUNDLE_BYTES,
    MAX_TILE_BYTES,
    WIDTH,
    Tile,
    format_bundle,
    format_tile_path,
    hash_bundle,
    parse_tile,
    tile_width,
)
from ifthen.tlog.tree import fold_roots

Read = Callable[[str, int], bytes | None]
"""``read(path, most)``: the bytes of a file of the log, None where there is none.

More than ``most`` bytes are an error, ``tlog.too-large``.
"""


@dataclass(frozen=True, slots=True)
class RightEdge:
    """The tiles at the right edge of a tree of ``size`` entries, those that are not full.

    ``tiles`` holds for each level, lowest first, the hashes of the last tile; ``bundle`` the
    entries below the lowest. Both are empty where the last one is full.
    """

    size: int = 0
    tiles: tuple[tuple[bytes, ...], ...] = ()
    bundle: bytes = b""

    @property
    def root(self) -> bytes:
        """The root hash of the tree, 32 bytes."""
        return fold_roots([x for tile in reversed(self.tiles) for x in perfect_roots(list(tile))])


@dataclass(frozen=True, slots=True)
class Growth:
    """What adding entries came to: the new right edge, the new files, and the entries again.

    ``files`` are path and bytes; ``bundles`` the new entries alone: index of the first, count,
    bytes as in a bundle.
    """

    edge: RightEdge
    files: tuple[tuple[str, bytes], ...]
    bundles: tuple[tuple[int, int, bytes], ...]


def grow(edge: RightEdge, entries: Sequence[bytes]) -> Growth:
    """Return what comes of adding entries, of at most 65,535 bytes each, in order.

    Raises:
        Error: ``tlog.entry-size``, ``tlog.full`` for a log of more than 2^63 - 1 entries.
    """
    if edge.size + len(entries) > MAX_NUMBER:
        raise Error("tlog.full", f"a log has at most {MAX_NUMBER} entries")
    sha256 = hashlib.sha256
    files: list[tuple[str, bytes]] = []
    bundles: list[tuple[int, int, bytes]] = []
    levels = [list(tile) for tile in edge.tiles] or [[]]
    bundle, size, at = edge.bundle, edge.size, 0
    touched = [False] * len(levels)
    while at < len(entries):
        chunk = entries[at : at + WIDTH - len(levels[0])]
        framed = format_bundle(chunk)
        bundles.append((size, len(chunk), framed))
        at += len(chunk)
        size += len(chunk)
        bundle = bundle + framed if bundle else framed
        levels[0] += [sha256(b"\0" + entry).digest() for entry in chunk]
        touched[0] = True
        if len(levels[0]) == WIDTH:
            files.append((format_tile_path(Tile(ENTRIES, (size - 1) // WIDTH)), bundle))
            bundle = b""
            _carry(levels, touched, size, files)
    if levels[0] and touched[0]:
        files.append((format_tile_path(Tile(ENTRIES, size // WIDTH, len(levels[0]))), bundle))
    for level, hashes in enumerate(levels):
        if hashes and touched[level]:
            index = (size >> HEIGHT * level) // WIDTH
            tile = Tile(level, index, len(hashes))
            files.append((format_tile_path(tile), b"".join(hashes)))
    tiles = tuple(map(tuple, levels)) if size else ()
    return Growth(RightEdge(size, tiles, bundle), tuple(files), tuple(bundles))


def _carry(
    levels: list[list[bytes]], touched: list[bool], size: int, files: list[tuple[str, bytes]]
) -> None:
    """Move the hash of each full tile to the level above, and write the tile."""
    level = 0
    while len(levels[level]) == WIDTH:
        index = ((size >> HEIGHT * level) - 1) // WIDTH
        files.append((format_tile_path(Tile(level, index)), b"".join(levels[level])))
        if level + 1 == len(levels):
            levels.append([])
            touched.append(False)
        levels[level + 1].append(perfect_root(levels[level]))
        touched[level + 1] = True
        levels[level] = []
        level += 1


def read_edge(read: Read, size: int, root: bytes, *, entries: bool = True) -> RightEdge:
    """Return the right edge of a tree of ``size`` entries, confirmed by its root.

    ``entries`` says whether the last bundle is read too, which is confirmed by its tile.

    Raises:
        Error: ``tlog.file-missing``, ``tlog.tile-size``, ``tlog.root`` where the tiles lead to
            another root, ``tlog.bundle-differs``, and whatever ``read`` raises.
    """
    tiles: list[tuple[bytes, ...]] = []
    level = 0
    while size >> HEIGHT * level:
        index = (size >> HEIGHT * level) // WIDTH
        width = tile_width(level, index, size)
        tiles.append(tuple(read_tile(read, Tile(level, index, width))) if width else ())
        level += 1
    edge = RightEdge(size, tuple(tiles))
    if edge.root != root:
        raise Error(
            "tlog.root",
            f"the tiles of {size} entries lead to the root {edge.root.hex()}, the checkpoint has"
            f" {root.hex()}",
            hint="a tile was changed, or the checkpoint is that of another log",
        )
    bundle = b""
    if entries and tiles and tiles[0]:
        bundle = read_bundle(read, Tile(ENTRIES, size // WIDTH, len(tiles[0])), tiles[0])
    return RightEdge(size, edge.tiles, bundle)


def read_tile(read: Read, tile: Tile) -> list[bytes]:
    """Return the hashes of a tile; where a partial one is gone, those of the full one.

    Nothing is confirmed.

    Raises:
        Error: ``tlog.file-missing``, ``tlog.tile-size``, and whatever ``read`` raises.
    """
    path = format_tile_path(tile)
    data = read(path, MAX_TILE_BYTES)
    if data is not None:
        return _at(path, parse_tile, data, tile.width)
    if tile.width < WIDTH:
        path = format_tile_path(tile.full)
        data = read(path, MAX_TILE_BYTES)
        if data is not None:
            return _at(path, parse_tile, data, WIDTH)[: tile.width]
    raise _missing(path)


def find_bundle(read: Read, tile: Tile) -> tuple[str, bytes]:
    """Return the path and the bytes of a bundle; where a partial one is gone, of the full one.

    Nothing is confirmed.

    Raises:
        Error: ``tlog.file-missing``, and whatever ``read`` raises.
    """
    path = format_tile_path(tile)
    data = read(path, MAX_BUNDLE_BYTES)
    if data is None and tile.width < WIDTH:
        path = format_tile_path(tile.full)
        data = read(path, MAX_BUNDLE_BYTES)
        data = None if data is None else cut_bundle(data, tile.width)
    if data is None:
        raise _missing(path)
    return path, data


def read_bundle(read: Read, tile: Tile, leaves: Sequence[bytes]) -> bytes:
    """Return the bytes of a bundle whose entries have these leaf hashes.

    Raises:
        Error: ``tlog.file-missing``, ``tlog.bundle-size``, ``tlog.bundle-differs``, and whatever
            ``read`` raises.
    """
    path, data = find_bundle(read, tile)
    hashes = _at(path, hash_bundle, data, tile.width)
    if hashes != list(leaves):
        pairs = zip(hashes, leaves, strict=True)
        place = next(at for at, (one, other) in enumerate(pairs) if one != other)
        raise bundle_differs(tile.index * WIDTH + place, path)
    return data


def bundle_differs(index: int, path: str) -> Error:
    """Return the error of an entry that is not the one in the tree."""
    return Error(
        "tlog.bundle-differs",
        f"entry {index} is not the one that the tree holds",
        where=path,
        hint="the entry was changed after it was published: do not use it",
    )


def cut_bundle(data: bytes, width: int) -> bytes:
    """Return the first ``width`` entries of a longer bundle, as bytes of a bundle."""
    at = 0
    for _ in range(width):
        if at + 1 >= len(data):
            break
        at += 2 + (data[at] << 8 | data[at + 1])
    return data[:at]


def _at(
    path: str, parse: Callable[[bytes, int], list[bytes]], data: bytes, width: int
) -> list[bytes]:
    try:
        return parse(data, width)
    except Error as error:
        raise Error(error.code, error.message, where=path) from None


def _missing(path: str) -> Error:
    return Error(
        "tlog.file-missing",
        f"the log has no file {path}, which its checkpoint needs",
        where=path,
        hint="copy the whole folder of the log",
    )
