"""Inflating one member of an archive, never to more bytes than it states."""

import zlib
from functools import cache
from typing import Any

STORED, DEFLATED, ZSTANDARD = 0, 8, 93
METHODS = frozenset({STORED, DEFLATED, ZSTANDARD})

_CHUNK = 1 << 20
_MAX_WINDOW = 1 << 27  # the largest window that a Zstandard decoder accepts by default


def inflate(packed: memoryview, *, method: int, size: int) -> bytes:
    """Return the inflated bytes, at most ``size + 1`` of them: one too many shows a wrong size.

    Raises:
        ValueError: for bytes that are not a stream of that method, or that do not end with it.
    """
    if method == STORED:
        return bytes(packed)
    if method == DEFLATED:
        return _inflate_deflated(packed, size)
    return _inflate_zstandard(packed, size)


def _inflate_deflated(packed: memoryview, size: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(content) == size and (not inflater.eof or inflater.unused_data):
        raise ValueError("the stream does not end where the member ends")
    return content


def _inflate_zstandard(packed: memoryview, size: int) -> bytes:
    """Inflate every frame: producers write large members as several frames."""
    import zstandard  # noqa: PLC0415 - logs without Zstandard members do without it

    decoder = _zstandard_decoder()
    pieces: list[bytes] = []
    left = size + 1
    try:
        with decoder.stream_reader(packed, read_across_frames=True) as reader:
            while left > 0 and (piece := reader.read(min(left, _CHUNK))):
                pieces.append(piece)
                left -= len(piece)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
    return b"".join(pieces)


@cache
def _zstandard_decoder() -> Any:
    import zstandard  # noqa: PLC0415

    return zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
