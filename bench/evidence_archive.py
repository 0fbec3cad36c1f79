"""Writing a zip archive as inspect-ai 0.3.285 does: Zstandard members (method 93, level 3).

Python's own zipfile cannot write that method before 3.14. Frames state no size, as in real logs.
"""

import struct
import zlib
from collections.abc import Iterator
from mmap import mmap
from pathlib import Path
from types import TracebackType

import zstandard

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ZSTANDARD = 93
_VERSION, _MADE_BY = 20, 0x0314
_TIME, _DATE = 23 << 11, (2026 - 1980) << 9 | 11 << 5 | 23
_ATTRIBUTES = 0o600 << 16


class ArchiveWriter:
    """A zip archive that is being written; leave its context to write the directory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._compressor = zstandard.ZstdCompressor(level=3)
        self._entries: list[bytes] = []
        self._at = 0

    def __enter__(self) -> "ArchiveWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        self._file.close()

    def write(self, name: str, content: bytes) -> None:
        """Append a member."""
        frames = self._compressor.compressobj()  # a stream: its frame states no size
        packed = frames.compress(content) + frames.flush()
        raw, crc32 = name.encode(), zlib.crc32(content)
        common = (0, _ZSTANDARD, _TIME, _DATE, crc32, len(packed), len(content), len(raw))
        header = _LOCAL.pack(b"PK\x03\x04", _VERSION, *common, 0) + raw
        self._entries.append(
            _ENTRY.pack(
                b"PK\x01\x02", _MADE_BY, _VERSION, *common, 0, 0, 0, 0, _ATTRIBUTES, self._at
            )
            + raw
        )
        self._file.write(header + packed)
        self._at += len(header) + len(packed)

    def _finish(self) -> None:
        directory = b"".join(self._entries)
        count, size, start = len(self._entries), len(directory), self._at
        self._file.write(directory)
        if count >= 0xFFFF:
            self._file.write(
                _END64.pack(b"PK\x06\x06", 44, _MADE_BY, 45, 0, 0, count, count, size, start)
                + _LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1)
            )
            count = 0xFFFF
        self._file.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, size, start, 0))


def scan_directory(data: bytes | mmap) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield name, start of the body, packed bytes and inflated bytes of each member; no checks."""
    end = data.rfind(b"PK\x05\x06")
    _, _, _, _, count, _, at, _ = _END.unpack_from(data, end)
    if count == 0xFFFF:
        record = _END64.unpack_from(data, _LOCATOR.unpack_from(data, end - _LOCATOR.size)[2])
        count, at = record[7], record[9]
    entry, lengths = _ENTRY.unpack_from, struct.Struct("<2H").unpack_from
    for _ in range(count):
        fields = entry(data, at)
        named, start = fields[10], fields[16]
        local_name, local_extra = lengths(data, start + 26)
        yield data[at + 46 : at + 46 + named], start + 30 + local_name + local_extra, *fields[8:10]
        at += 46 + named + fields[11] + fields[12]
