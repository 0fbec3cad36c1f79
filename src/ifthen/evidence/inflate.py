"""Inflating one member of an archive, never to more bytes than it states."""

import threading
from collections.abc import Callable, Iterator
from typing import IO, Any, Protocol, cast

from zlib_ng import zlib_ng

STORED, DEFLATED, ZSTANDARD = 0, 8, 93
METHODS = frozenset({STORED, DEFLATED, ZSTANDARD})

_CHUNK = 1 << 18
_NOT_STATED = -1
_MAX_WINDOW = 1 << 27  # the largest window that a Zstandard decoder accepts by default

_Fault = cast("type[Exception]", zlib_ng.error)  # its stubs say that it is an instance

_OF_THREAD = threading.local()  # a decoder is not for two threads at once

Inflate = Callable[[memoryview, int], bytes]


def inflate(packed: memoryview, *, method: int, size: int) -> bytes:
    """Return the inflated bytes, at most ``size + 1`` of them: one too many shows a wrong size.

    Raises:
        ValueError: for bytes that are not a stream of that method, or that do not end with it.
    """
    return inflater(method)(packed, size)


def inflater(method: int) -> Inflate:
    """Return the function that inflates members of that method in this thread."""
    if method == DEFLATED:
        return _inflate_deflated
    if method == ZSTANDARD:
        found: Inflate | None = getattr(_OF_THREAD, "zstandard", None)
        if found is None:
            found = _OF_THREAD.zstandard = _zstandard_inflater()
        return found
    return _copy


class Readable(Protocol):
    """What gives bytes piece by piece."""

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""


def inflate_pieces(packed: Readable, *, method: int) -> Iterator[bytes]:
    """Yield the inflated bytes piece by piece, so that a large member is never whole in memory.

    Raises:
        ValueError: for bytes that are not a stream of that method, or that do not end with it.
    """
    if method == DEFLATED:
        yield from _inflate_deflated_pieces(packed)
    elif method == ZSTANDARD:
        import zstandard  # noqa: PLC0415 - see below

        decoder = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
        file = cast("IO[bytes]", packed)  # nothing but its read is called
        try:
            with decoder.stream_reader(file, read_across_frames=True) as reader:
                while piece := reader.read(_CHUNK):
                    yield piece
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from error
    else:
        while piece := packed.read(_CHUNK):
            yield piece


def _inflate_deflated_pieces(packed: Readable) -> Iterator[bytes]:
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    try:
        while not inflater.eof and (given := packed.read(_CHUNK)):
            while given and (piece := inflater.decompress(given, _CHUNK)):
                yield piece
                given = inflater.unconsumed_tail
        while piece := inflater.decompress(inflater.unconsumed_tail, _CHUNK):
            yield piece
    except _Fault as error:
        raise ValueError(str(error)) from error
    if not inflater.eof or inflater.unused_data or packed.read(1):
        raise ValueError("the stream does not end where the member ends")


def _copy(packed: memoryview, size: int) -> bytes:  # noqa: ARG001 - stored bytes have one size
    return bytes(packed)


def _inflate_deflated(packed: memoryview, size: int) -> bytes:
    inflater = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    try:
        content = inflater.decompress(packed, size + 1)
    except _Fault as error:
        raise ValueError(str(error)) from error
    if len(content) == size and (not inflater.eof or inflater.unused_data):
        raise ValueError("the stream does not end where the member ends")
    return content


def _zstandard_inflater() -> Inflate:
    """Return a function that inflates one frame in one call, and other streams piece by piece.

    A frame is given one buffer of the size that it states, so that is compared first.
    """
    import zstandard  # noqa: PLC0415 - logs without Zstandard members do without it

    decoder = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    stated_size, decompress = zstandard.frame_content_size, decoder.decompress
    fault = zstandard.ZstdError

    def one_shot(packed: memoryview, size: int) -> bytes:
        try:
            stated = stated_size(packed)
            if size > 0 and stated in (size, _NOT_STATED):
                content = decompress(packed, max_output_size=size, allow_extra_data=False)
                if len(content) == size:
                    return content
        except fault:
            pass  # several frames, or a damaged one: the slow way tells
        return _inflate_frames(decoder, packed, size, fault)

    return one_shot


def _inflate_frames(decoder: Any, packed: memoryview, size: int, fault: type[Exception]) -> bytes:
    """Inflate every frame: producers write large members as several frames."""
    pieces: list[bytes] = []
    left = size + 1
    try:
        with decoder.stream_reader(packed, read_across_frames=True) as reader:
            while left > 0 and (piece := reader.read(min(left, _CHUNK))):
                pieces.append(piece)
                left -= len(piece)
    except fault as error:
        raise ValueError(str(error)) from error
    return b"".join(pieces)
