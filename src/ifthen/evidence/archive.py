"""Safe reading of a zip archive that is held in memory.

Only what evaluation logs use is read: stored, deflated (8) and Zstandard (93) members, with or
without zip64 fields (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16). Everything that two readers
could understand differently is refused: a directory that does not end where the file ends, local
headers that name another member, members that overlap. Sizes are checked before anything is
inflated and again while it is inflated, so a small file cannot fill the memory.
"""

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from ifthen.errors import Error
from ifthen.evidence.inflate import METHODS, inflate

_END = Struct("<4s4H2LH")
_END64_LOCATOR = Struct("<4sLQL")
_END64 = Struct("<4sQ2H2L4Q")
_ENTRY = Struct("<4s6H3L5H2L")
_LOCAL = Struct("<4s5H3L2H")
_MAX_COMMENT = 0xFFFF
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED, _UTF8 = 0x1, 0x800
_FREE_RATIO_BYTES = 1 << 20  # small members may have any ratio: they cannot do harm


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds on what an archive may hold, in members, bytes and bytes out per byte in."""

    members: int = 500_000
    member_bytes: int = 1 << 30
    total_bytes: int = 1 << 35
    ratio: int = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One entry of the archive's directory."""

    name: str
    method: int
    crc32: int
    start: int
    """Offset of the local header in the file."""
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes when inflated."""


class Archive:
    """The members of a zip archive; reading one verifies its size and its CRC-32."""

    def __init__(self, data: bytes, *, name: str, limits: Limits | None = None) -> None:
        """Read the directory of ``data``; ``name`` is used in error places.

        Raises:
            Error: codes ``log.damaged``, ``log.member-name``, ``log.encrypted``, ``log.method``,
                ``log.overlap``, ``log.too-large``, ``log.bomb``.
        """
        self._data = memoryview(data)
        self._name = name
        self._limits = limits or Limits()
        start, end, count = self._directory(data)
        self.members: tuple[Member, ...] = tuple(self._entries(start, end, count))
        self._check_sizes()
        self._bodies = self._place(start)
        self._last = {member.name: member for member in self.members}

    @property
    def duplicates(self) -> tuple[str, ...]:
        """Names that stand more than once in the directory."""
        counts = Counter(member.name for member in self.members)
        return tuple(name for name, count in counts.items() if count > 1)

    def live(self) -> Iterator[Member]:
        """Yield the members that count: of several with one name, the last."""
        return iter(self._last.values())

    def find(self, name: str) -> Member | None:
        """Return the last member of that name, or None."""
        return self._last.get(name)

    def where(self, member: str) -> str:
        """Return the place of a member for error messages."""
        return f"{self._name}:{member}"

    def read(self, member: Member) -> bytes:
        """Return the inflated bytes of a member.

        Raises:
            Error: ``log.damaged`` for a body that does not inflate to the stated size, ``log.crc``.
        """
        start = self._bodies[member]
        packed = self._data[start : start + member.packed]
        try:
            content = inflate(packed, method=member.method, size=member.size)
        except ValueError as error:
            raise self._damaged(f"does not inflate: {error}", member.name) from error
        if len(content) != member.size:
            found = f"more than {member.size:,}" if len(content) > member.size else len(content)
            raise self._damaged(f"inflates to {found} bytes, not {member.size:,}", member.name)
        if zlib.crc32(content) != member.crc32:
            raise Error(
                "log.crc",
                f"the CRC-32 of the content is {zlib.crc32(content):08x}, "
                f"the directory says {member.crc32:08x}",
                where=self.where(member.name),
                hint="get the log again from where it was made",
            )
        return content

    def _damaged(self, message: str, member: str | None = None) -> Error:
        return Error(
            "log.damaged",
            message,
            where=self.where(member) if member else self._name,
            hint="get the log again from where it was made; the copy is incomplete or changed",
        )

    def _directory(self, data: bytes) -> tuple[int, int, int]:
        """Return start, end and number of entries of the central directory."""
        at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - _MAX_COMMENT))
        if at < 0 or at + _END.size > len(data):
            raise self._damaged("the directory at the end of the archive is missing")
        _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(data, at)
        if at + _END.size + comment != len(data):
            raise self._damaged("the archive does not end where its directory ends")
        end = at
        locator = data[max(0, at - _END64_LOCATOR.size) : at][:4] == b"PK\x06\x07"
        if locator or _FULL16 in {disk, first_disk, here, count} or _FULL32 in {size, start}:
            end, disk, first_disk, here, count, size, start = self._directory64(data, at)
        if disk or first_disk or here != count:
            raise self._damaged("the archive has several parts")
        if start + size != end:
            raise self._damaged("the directory does not stand where the archive says")
        if count > self._limits.members:
            raise Error(
                "log.too-large",
                f"{count:,} members; {self._limits.members:,} are read",
                where=self._name,
            )
        return start, end, count

    def _directory64(self, data: bytes, end: int) -> tuple[int, int, int, int, int, int, int]:
        at = end - _END64_LOCATOR.size
        if at < 0:
            raise self._damaged("the zip64 locator is missing")
        signature, _, start64, _ = _END64_LOCATOR.unpack_from(data, at)
        if signature != b"PK\x06\x07" or start64 + _END64.size > at:
            raise self._damaged("the zip64 locator is missing")
        signature, length, _, _, disk, first, here, count, size, start = _END64.unpack_from(
            data, start64
        )
        if signature != b"PK\x06\x06" or start64 + 12 + length != at:
            raise self._damaged("the zip64 directory record is missing")
        return start64, disk, first, here, count, size, start

    def _entries(self, at: int, end: int, count: int) -> Iterator[Member]:
        for _ in range(count):
            if at + _ENTRY.size > end:
                raise self._damaged("the directory is cut off")
            fields = _ENTRY.unpack_from(self._data, at)
            signature, flags, method, crc32 = fields[0], fields[3], fields[4], fields[7]
            packed, size, start = fields[8], fields[9], fields[16]
            name_end = at + _ENTRY.size + fields[10]
            extra_end = name_end + fields[11]
            if signature != b"PK\x01\x02" or extra_end + fields[12] > end:
                raise self._damaged("the directory holds something that is not an entry")
            if fields[12]:  # what other readers could take for a second directory
                raise self._damaged("an entry of the directory has a comment")
            name = self._member_name(bytes(self._data[at + _ENTRY.size : name_end]), flags)
            if _FULL32 in {packed, size, start}:
                extra = bytes(self._data[name_end:extra_end])
                size, packed, start = self._sizes64(extra, size, packed, start, name)
            if flags & _ENCRYPTED:
                raise Error("log.encrypted", "the member is encrypted", where=self.where(name))
            if method not in METHODS:
                raise Error(
                    "log.method",
                    f"compression method {method} is not read; 0, 8 and 93 are",
                    where=self.where(name),
                )
            yield Member(
                name=name, method=method, crc32=crc32, start=start, packed=packed, size=size
            )
            at = extra_end + fields[12]
        if at != end:
            raise self._damaged("the directory holds more than its entries")

    def _member_name(self, raw: bytes, flags: int) -> str:
        try:
            name = raw.decode("utf-8" if flags & _UTF8 else "cp437")
        except UnicodeDecodeError as error:
            raise Error(
                "log.member-name", f"the member name {raw[:80]!r} is not UTF-8", where=self._name
            ) from error
        if not name or name.startswith(("/", "\\")) or "\0" in name or ".." in name.split("/"):
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

    def _check_sizes(self) -> None:
        limits = self._limits
        for member in self.members:
            if member.size > limits.member_bytes:
                raise Error(
                    "log.too-large",
                    f"{member.size:,} bytes; {limits.member_bytes:,} are read",
                    where=self.where(member.name),
                )
            if member.size > _FREE_RATIO_BYTES and member.size > limits.ratio * member.packed:
                raise Error(
                    "log.bomb",
                    f"{member.packed:,} bytes would inflate to {member.size:,}",
                    where=self.where(member.name),
                )
        total = sum(member.size for member in self.members)
        if total > limits.total_bytes:
            raise Error(
                "log.too-large",
                f"the members have {total:,} bytes; {limits.total_bytes:,} are read",
                where=self._name,
            )

    def _place(self, directory: int) -> dict[Member, int]:
        """Return where each member's body starts; members may not overlap (gaps are legal)."""
        bodies: dict[Member, int] = {}
        free = 0
        for member in sorted(self.members, key=lambda member: member.start):
            if member.start < free:
                raise Error(
                    "log.overlap",
                    "the member overlaps the one before it",
                    where=self.where(member.name),
                )
            if member.start + _LOCAL.size > directory:
                raise self._damaged("the member stands outside the archive", member.name)
            fields = _LOCAL.unpack_from(self._data, member.start)
            name_start = member.start + _LOCAL.size
            body = name_start + fields[9] + fields[10]
            free = body + member.packed
            if fields[0] != b"PK\x03\x04" or fields[3] != member.method or free > directory:
                raise self._damaged("the local header and the directory differ", member.name)
            local = self._member_name(bytes(self._data[name_start : body - fields[10]]), fields[2])
            if local != member.name:
                raise self._damaged(f"the local header names {local[:80]!r}", member.name)
            bodies[member] = body
        return bodies
