"""Tiles and entry bundles (C2SP tlog-tiles): where they lie, how wide they are, what they hold.

A tile of level L holds up to 256 hashes, each over 256^L entries. Only full tiles are hashed into
the level above. A bundle holds the entries below a tile of level 0.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct

from ifthen.errors import Error
from ifthen.tlog.spelling import MAX_NUMBER
from ifthen.tlog.tree import HASH_BYTES

WIDTH = 256
"""Hashes of a full tile."""
HEIGHT = 8
"""Levels of the tree in a tile."""
MAX_LEVEL = 63
MAX_ENTRY_BYTES = 65_535
MAX_TILE_BYTES = WIDTH * HASH_BYTES
MAX_BUNDLE_BYTES = WIDTH * (MAX_ENTRY_BYTES + 2)
ENTRIES = -1
"""The level of bundles, where tiles and bundles are listed together."""
CHECKPOINT_PATH = "checkpoint"

_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)
_LENGTH = Struct(">H").pack


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of a tile or, at level ``ENTRIES``, of a bundle; ``width`` is 256 when full.

    Raises:
        Error: ``tlog.tile-name``.
    """

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        in_range = ENTRIES <= self.level <= MAX_LEVEL and 1 <= self.width <= WIDTH
        if not in_range or not 0 <= self.index <= MAX_NUMBER:
            raise Error(
                "tlog.tile-name",
                f"there is no tile {self.index} of width {self.width} at level {self.level}",
            )

    @property
    def full(self) -> "Tile":
        """The full tile of this place."""
        return Tile(self.level, self.index)


def format_tile_path(tile: Tile) -> str:
    """Return the path below the log's folder; the inverse of :func:`parse_tile_path`."""
    number = tile.index
    parts: list[str] = []
    while number or not parts:
        number, rest = divmod(number, 1000)
        parts.append(f"{'x' if parts else ''}{rest:03d}")
    level = "entries" if tile.level == ENTRIES else tile.level
    suffix = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{suffix}"


def parse_tile_path(path: str) -> Tile:
    """Return the tile of a path in its one spelling.

    Raises:
        Error: ``tlog.tile-name``.
    """
    match = _PATH.fullmatch(path)
    if match:
        level, index, width = match.groups()
        number = int(index.replace("x", "").replace("/", ""))
        if (ENTRIES if level == "entries" else int(level)) <= MAX_LEVEL and int(width or 1) < WIDTH:
            tile = Tile(ENTRIES if level == "entries" else int(level), number, int(width or WIDTH))
            if format_tile_path(tile) == path:
                return tile
    raise Error("tlog.tile-name", f"{path[:80]!r} is no path of a tile, such as tile/0/x001/067")


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes a tile has in a tree of ``size`` entries: 0 to 256."""
    hashes = size >> (HEIGHT * max(level, 0))
    return max(0, min(WIDTH, hashes - index * WIDTH))


def list_tiles(size: int, old_size: int = 0) -> Iterator[Tile]:
    """Yield the bundles and tiles of a tree that one of ``old_size`` entries does not have."""
    for level in range(ENTRIES, MAX_LEVEL + 1):
        old, new = (x >> (HEIGHT * max(level, 0)) for x in (old_size, size))
        if not new:
            return
        if new > old:
            for index in range(old // WIDTH, (new + WIDTH - 1) // WIDTH):
                yield Tile(level, index, tile_width(level, index, size))


def parse_tile(data: bytes, width: int) -> list[bytes]:
    """Return the hashes of a tile.

    Raises:
        Error: ``tlog.tile-size``.
    """
    if len(data) != width * HASH_BYTES:
        raise Error(
            "tlog.tile-size",
            f"the tile has {len(data)} bytes, expected {width} hashes of {HASH_BYTES} bytes",
        )
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries, each after its length in two bytes; the inverse of :func:`parse_bundle`.

    Raises:
        Error: ``tlog.entry-size`` for an entry of more than 65,535 bytes.
    """
    lengths = list(map(len, entries))
    if lengths and max(lengths) > MAX_ENTRY_BYTES:
        raise Error(
            "tlog.entry-size",
            f"an entry has {max(lengths)} bytes, expected at most {MAX_ENTRY_BYTES}",
            hint="put the digest of a large thing into the entry, not the thing",
        )
    parts = [b""] * (2 * len(lengths))
    parts[::2] = map(_LENGTH, lengths)
    parts[1::2] = entries
    return b"".join(parts)


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the entries of a bundle of ``width`` entries.

    Raises:
        Error: ``tlog.bundle-size``.
    """
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at + 1 < end and len(entries) < width:
        start = at + 2
        at = start + (data[at] << 8 | data[at + 1])
        entries.append(data[start:at])
    if at != end or len(entries) != width:
        raise _bundle_error(len(data), width)
    return entries


def hash_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the leaf hashes of a bundle of ``width`` entries, without keeping an entry.

    Raises:
        Error: ``tlog.bundle-size``.
    """
    # One byte before each entry becomes the zero that a leaf starts with: no entry is copied.
    sha256 = hashlib.sha256
    hashes: list[bytes] = []
    at, end = 0, len(data)
    scratch = bytearray(data)
    view = memoryview(scratch)
    while at + 1 < end and len(hashes) < width:
        start = at + 1
        at += 2 + (scratch[at] << 8 | scratch[start])
        scratch[start] = 0
        hashes.append(sha256(view[start:at]).digest())
    if at != end or len(hashes) != width:
        raise _bundle_error(len(data), width)
    return hashes


def _bundle_error(size: int, width: int) -> Error:
    return Error(
        "tlog.bundle-size", f"the bundle of {size} bytes does not hold exactly {width} entries"
    )
