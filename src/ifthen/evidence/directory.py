"""The directory at the end of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16)."""

from struct import Struct

import msgspec

from ifthen.errors import Error
from ifthen.evidence.inflate import METHODS
from ifthen.evidence.source import Source

_END = Struct("<4s4H2LH")
_END64_LOCATOR = Struct("<4sLQL")
_END64 = Struct("<4sQ2H2L4Q")
_ENTRY = Struct("<4s6H3L5H2L")
_MAX_COMMENT = 0xFFFF
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED, _UTF8 = 0x1, 0x800
_MAX_DIRECTORY = 1 << 30


class Entry(msgspec.Struct, gc=False):
    """One entry of the directory: a member of the archive."""

    name: str
    raw: bytes
    """The name as it stands in the file."""
    flags: int
    method: int
    crc32: int
    start: int
    """Offset of the local header in the file."""
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes when inflated."""
    room: int = 0
    """Bytes from ``start`` to the next member, or to the directory, as far as they are needed."""
    fixed: bytes = b""
    """Flags to name length, which the local header has in the same bytes."""


def read_directory(source: Source, most: int) -> tuple[tuple[Entry, ...], int]:
    """Return the entries of the directory, and where it starts.

    Raises:
        Error: ``log.damaged``, ``log.too-large`` for more than ``most`` entries,
            ``log.member-name``, ``log.encrypted``, ``log.method``.
    """
    return _Directory(source).read(most)


class _Directory:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._name = source.name
        self._size = source.size

    def read(self, most: int) -> tuple[tuple[Entry, ...], int]:
        start, end, count = self._find()
        if count > most:
            raise Error("log.too-large", f"{count:,} members; {most:,} are read", where=self._name)
        if end - start > _MAX_DIRECTORY:
            raise Error("log.too-large", "the directory is too large", where=self._name)
        return self._entries(self._source.read(start, end - start), count), start

    def _damaged(self, message: str, member: str | None = None) -> Error:
        return Error(
            "log.damaged",
            message,
            where=f"{self._name}:{member}" if member else self._name,
            hint="get the log again from where it was made; the copy is incomplete or changed",
        )

    def _find(self) -> tuple[int, int, int]:
        """Return start, end and number of entries of the directory."""
        length = min(self._size, _END.size + _MAX_COMMENT)
        base = self._size - length
        tail = self._source.read(base, length)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or at + _END.size > length:
            raise self._damaged("the directory at the end of the archive is missing")
        _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(tail, at)
        if at + _END.size + comment != length:
            raise self._damaged("the archive does not end where its directory ends")
        end = base + at
        located = (
            at >= _END64_LOCATOR.size and tail[at - _END64_LOCATOR.size :][:4] == b"PK\x06\x07"
        )
        if located or _FULL16 in {disk, first_disk, here, count} or _FULL32 in {size, start}:
            end, disk, first_disk, here, count, size, start = self._find64(end)
        if disk or first_disk or here != count:
            raise self._damaged("the archive has several parts")
        if start + size != end:
            raise self._damaged("the directory does not stand where the archive says")
        return start, end, count

    def _find64(self, end: int) -> tuple[int, int, int, int, int, int, int]:
        at = end - _END64_LOCATOR.size
        if at < 0:
            raise self._damaged("the zip64 locator is missing")
        locator = self._source.read(at, _END64_LOCATOR.size)
        signature, _, start64, _ = _END64_LOCATOR.unpack(locator)
        if signature != b"PK\x06\x07" or start64 + _END64.size > at:
            raise self._damaged("the zip64 locator is missing")
        record = self._source.read(start64, _END64.size)
        signature, length, _, _, disk, first, here, count, size, start = _END64.unpack(record)
        if signature != b"PK\x06\x06" or start64 + 12 + length != at:
            raise self._damaged("the zip64 directory record is missing")
        return start64, disk, first, here, count, size, start

    def _entries(self, data: bytes, count: int) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        unpack, at, end = _ENTRY.unpack_from, 0, len(data)
        for _ in range(count):
            if at + 46 > end:
                raise self._damaged("the directory is cut off")
            (signature, _, _, flags, method, _, _, crc32, packed, size, named, extra, comment,
             _, _, _, start) = unpack(data, at)  # fmt: skip
            name_end = at + 46 + named
            extra_end = name_end + extra
            if signature != b"PK\x01\x02" or extra_end + comment > end:
                raise self._damaged("the directory holds something that is not an entry")
            raw = data[at + 46 : name_end]
            name = self._member_name(raw, flags)
            if comment:  # what other readers could take for a second directory
                raise self._damaged("an entry of the directory has a comment", name)
            if _FULL32 in {size, packed, start}:
                fields = data[name_end:extra_end]
                size, packed, start = self._sizes64(fields, size, packed, start, name)
            if flags & _ENCRYPTED:
                raise Error(
                    "log.encrypted", "the member is encrypted", where=f"{self._name}:{name}"
                )
            if method not in METHODS:
                raise Error(
                    "log.method",
                    f"compression method {method} is not read; 0, 8 and 93 are",
                    where=f"{self._name}:{name}",
                )
            fixed = data[at + 8 : at + 30]
            entries.append(Entry(name, raw, flags, method, crc32, start, packed, size, 0, fixed))
            at = extra_end
        if at != end:
            raise self._damaged("the directory holds more than its entries")
        return tuple(entries)

    def _member_name(self, raw: bytes, flags: int) -> str:
        try:
            name = raw.decode("utf-8") if flags & _UTF8 or raw.isascii() else raw.decode("cp437")
        except UnicodeDecodeError as error:
            raise Error(
                "log.member-name", f"the member name {raw[:80]!r} is not UTF-8", where=self._name
            ) from error
        outside = not name or name[0] in "/\\" or "\0" in name
        if outside or (".." in name and ".." in name.split("/")):
            raise Error(
                "log.member-name",
                f"the member name {name[:80]!r} leads out of the archive",
                where=self._name,
            )
        return name

    def _sizes64(
        self, extra: bytes, size: int, packed: int, start: int, name: str
    ) -> tuple[int, int, int]:
        """Return size, packed size and start, those that are full taken from the extra field."""
        values: list[int] = []
        at = 0
        while at + 4 <= len(extra):
            kind = int.from_bytes(extra[at : at + 2], "little")
            length = int.from_bytes(extra[at + 2 : at + 4], "little")
            if kind == 1:
                body = extra[at + 4 : at + 4 + length]
                values = [
                    int.from_bytes(body[i : i + 8], "little") for i in range(0, len(body) - 7, 8)
                ]
            at += 4 + length
        if len(values) < (size, packed, start).count(_FULL32):
            raise self._damaged("the zip64 sizes are missing", name)
        rest = iter(values)
        return (
            next(rest) if size == _FULL32 else size,
            next(rest) if packed == _FULL32 else packed,
            next(rest) if start == _FULL32 else start,
        )
