"""JSON and JSON lines that other programs wrote.

What a producer in Python writes for NaN and infinities is not JSON, but is read. What would let two
readers see two different values is not: a key that an object has twice.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec

from ifthen.errors import Error
from ifthen.evidence.source import CHUNK, Source

MAX_LINE_BYTES = 1 << 26
"""Most bytes of one line: 64 MiB."""
T = TypeVar("T")


@dataclass(slots=True)
class Faults:
    """Places where one thing is wrong."""

    count: int = 0
    first: str = ""

    def add(self, where: str) -> None:
        """Note one more place."""
        self.count += 1
        self.first = self.first or where


class Digest(Protocol):
    """What takes bytes one after the other, as the objects of :mod:`hashlib` do."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""


def parse_json(data: bytes, *, where: str) -> Any:
    """Return the value of JSON text in UTF-8.

    Raises:
        Error: ``log.not-json`` for other text, nesting too deep, numbers too long and keys that
            stand twice.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_pairs)
    except RecursionError as error:
        raise Error("log.not-json", "nested too deep", where=where) from error
    except ValueError as error:
        raise Error("log.not-json", f"not JSON: {error}", where=where) from error


def parse_as(value: Any, kind: type[T], *, where: str) -> T:
    """Return plain data as the structure ``kind``.

    Raises:
        Error: ``log.wrong-shape`` for a field of another type.
    """
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError, ValueError, RecursionError) as error:
        raise Error("log.wrong-shape", str(error), where=where) from error


def read_lines(source: Source, digest: Digest) -> Iterator[tuple[int, bytes]]:
    """Yield number, from 1, and bytes without line end of each line that is not blank.

    Every byte of the source goes through ``digest``, too.

    Raises:
        Error: ``log.too-large`` for a line beyond :data:`MAX_LINE_BYTES`, and those of the source.
    """
    number, pieces, held = 0, [b""], 0
    for start in range(0, source.size, CHUNK):
        chunk = source.read(start, min(CHUNK, source.size - start))
        digest.update(chunk)
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            number += 1
            line = b"".join((*pieces, part)).removesuffix(b"\r")
            pieces, held = [b""], 0
            if line.strip():
                yield number, line
        pieces.append(rest)
        held += len(rest)
        if held > MAX_LINE_BYTES:
            raise Error(
                "log.too-large",
                f"a line of more than {MAX_LINE_BYTES:,} bytes",
                where=f"{source.name}:{number + 1}",
            )
    line = b"".join(pieces).removesuffix(b"\r")
    if line.strip():
        yield number + 1, line


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {key[:80]!r} stands twice in one object")
    return found
