"""The directory at the end of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16)."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import gt
from struct import Struct
from typing import overload

import msgspec

from ifthen.errors import Error
from ifthen.evidence.inflate import METHODS
from ifthen.evidence.matching import all_different
from ifthen.evidence.source import Source

_END = Struct("<4s4H2LH")
_END64_LOCATOR = Struct("<4sLQL")
_END64 = Struct("<4sQ2H2L4Q")
_ENTRY = Struct("<4s4x2H8x2L3H8xL")
"""Signature, flags, method, packed size, size, three lengths and start of an entry."""
FIELDS = Struct("<8x2H4x3L2H10xL")
"""Flags, method, CRC-32, packed size, size, lengths of name and extra field, start."""
LOCAL_SIZE = 30
_ENTRY_SIZE = 46
_MAX_COMMENT = 0xFFFF
_MAX_EXTRA = 0xFFFF
_FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED, _UTF8 = 0x1, 0x800
_MAX_DIRECTORY = 1 << 30
_MOST = 1 << 62  # the arrays hold 64 bits
_SAMPLE = re.compile(rb"samples/[\x01-.0-\x7f]*\.json")
"""Names that are :func:`is_plain`, need no decoding and lead nowhere: nearly all of a log."""


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


class Directory(Sequence[Entry]):
    """The entries of a directory, each made when it is asked for.

    An archive can have millions of members, so what is kept is the directory as it stands in the
    file and four bytes for each entry.
    """

    def __init__(self, data: bytes, start: int, source: str) -> None:
        """Make a directory without entries; ``start`` is where it stands in the file ``source``."""
        self.start = start
        """Where the directory begins: no member reaches further."""
        self.data = data
        self.named: dict[str, int] = {}
        """Place of the last entry of each name that is not :func:`is_plain`."""
        self.places = array("I")
        """Where each entry stands in ``data``."""
        self.largest = 0
        """Most bytes of a member when inflated."""
        self.total = 0
        """Bytes of all members when inflated."""
        self.repeats_names = False
        """Whether two names are perhaps the same; where not, they are surely not."""
        self.order: Sequence[int] = range(0)
        """The places of the entries in the order in which their members stand in the file."""
        self._source = source
        self._starts: array[int] | None = None

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, place: int | slice) -> Entry | tuple[Entry, ...]:
        """Return an entry, or those of a slice."""
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        return self.take((place + len(self) if place < 0 else place,))[0]

    def take(self, places: Iterable[int]) -> list[Entry]:
        """Return the entries at some places."""
        data, at_of, starts, last = self.data, self.places, self._starts, len(self)
        found: list[Entry] = []
        for place in places:
            at = at_of[place]
            flags, method, crc32, _, _, named, _, _ = FIELDS.unpack_from(data, at)
            raw = data[at + _ENTRY_SIZE : at + _ENTRY_SIZE + named]
            start, packed, size = self.span(place)
            if starts is None:
                after = self.span(place + 1)[0] if place + 1 < last else self.start
            else:
                following = bisect_right(starts, start)
                after = starts[following] if following < last else self.start
            room = min(after - start, LOCAL_SIZE + named + packed + _MAX_EXTRA)
            name, fixed = _decode(raw, flags), data[at + 8 : at + 30]
            found.append(Entry(name, raw, flags, method, crc32, start, packed, size, room, fixed))
        return found

    def span(self, place: int) -> tuple[int, int, int]:
        """Return where a member starts, and its bytes in the archive and when inflated."""
        at = self.places[place]
        _, _, _, packed, size, named, extra, start = FIELDS.unpack_from(self.data, at)
        if FULL32 in (start, packed, size):
            fields_at = at + _ENTRY_SIZE + named
            fields = self.data[fields_at : fields_at + extra]
            size, packed, start = parse_sizes64(fields, size, packed, start)
        return start, packed, size

    def sizes(self, places: Iterable[int]) -> Iterator[int]:
        """Yield the bytes of some members when inflated."""
        data, at_of, unpack = self.data, self.places, FIELDS.unpack_from
        for place in places:
            size = unpack(data, at_of[place])[4]
            yield size if size != FULL32 else self.span(place)[2]

    def __iter__(self) -> Iterator[Entry]:
        for place in range(0, len(self), 1024):
            yield from self.take(range(place, min(place + 1024, len(self))))

    def name(self, place: int) -> str:
        """Return the name of an entry."""
        data, at = self.data, self.places[place]
        flags, _, _, _, _, named, _, _ = FIELDS.unpack_from(data, at)
        return _decode(data[at + _ENTRY_SIZE : at + _ENTRY_SIZE + named], flags)

    def sort(self) -> None:
        """Put the entries into the order of their members, which is not theirs."""
        starts = array("Q", (self.span(place)[0] for place in range(len(self))))
        self.order = array("I", sorted(range(len(self)), key=starts.__getitem__))
        self._starts = array("Q", map(starts.__getitem__, self.order))

    def find_overlap(self) -> int | None:
        """Return a place in ``order`` whose member reaches into the next one or the directory."""
        if self._starts is None:
            last = len(self) - 1
            return last if last >= 0 and self._end(last) > self.start else None
        limits = chain(islice(self._starts, 1, None), (self.start,))
        ends = map(self._end, self.order)
        return next((at for at, over in enumerate(map(gt, ends, limits)) if over), None)

    def _end(self, place: int) -> int:
        """Return the least offset at which a member ends: its extra field is not known here."""
        named: int = FIELDS.unpack_from(self.data, self.places[place])[5]
        start, packed, _ = self.span(place)
        return start + LOCAL_SIZE + named + packed


def read_directory(source: Source, most: int) -> Directory:
    """Return the entries of the directory.

    Raises:
        Error: ``log.damaged``, ``log.too-large`` for more than ``most`` entries,
            ``log.member-name``, ``log.encrypted``, ``log.method``.
    """
    return _Reader(source).read(most)


def is_plain(name: str) -> bool:
    """Return whether a name is that of one of the many: ``samples/`` and the name of a file."""
    return name.startswith("samples/") and name.endswith(".json") and name.find("/", 8) < 0


def _decode(raw: bytes, flags: int) -> str:
    return raw.decode("utf-8") if flags & _UTF8 or raw.isascii() else raw.decode("cp437")


def parse_sizes64(extra: bytes, size: int, packed: int, start: int) -> tuple[int, int, int]:
    """Return size, packed size and start, those that are full taken from the extra field.

    Raises:
        ValueError: where they are not there.
    """
    values: list[int] = []
    at = 0
    while at + 4 <= len(extra):
        kind = int.from_bytes(extra[at : at + 2], "little")
        length = int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == 1:
            body = extra[at + 4 : at + 4 + length]
            values = [int.from_bytes(body[i : i + 8], "little") for i in range(0, len(body) - 7, 8)]
        at += 4 + length
    if len(values) < (size, packed, start).count(FULL32):
        raise ValueError("fewer than there are full ones")
    rest = iter(values)
    return (
        next(rest) if size == FULL32 else size,
        next(rest) if packed == FULL32 else packed,
        next(rest) if start == FULL32 else start,
    )


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._name = source.name
        self._size = source.size

    def read(self, most: int) -> Directory:
        start, end, count = self._find()
        if count > most:
            raise Error("log.too-large", f"{count:,} members; {most:,} are read", where=self._name)
        if end - start > _MAX_DIRECTORY:
            raise Error("log.too-large", "the directory is too large", where=self._name)
        return self._entries(self._source.read(start, end - start), start, count)

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
        if located or _FULL16 in {disk, first_disk, here, count} or FULL32 in {size, start}:
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

    def _entries(self, data: bytes, start: int, count: int) -> Directory:
        directory = Directory(data, start, self._name)
        unpack, at, end = _ENTRY.unpack_from, 0, len(data)
        hashes, sizes = array("q"), array("Q")
        add_place, add_hash, add_size = directory.places.append, hashes.append, sizes.append
        is_sample = _SAMPLE.fullmatch
        reached, in_order = 0, True
        for place in range(count):
            if at + _ENTRY_SIZE > end:
                raise self._damaged("the directory is cut off")
            signature, flags, method, packed, size, named, extra, comment, first = unpack(data, at)
            name_at = at + _ENTRY_SIZE
            name_end = name_at + named
            after = name_end + extra
            if signature != b"PK\x01\x02" or after + comment > end:
                raise self._damaged("the directory holds something that is not an entry")
            raw = data[name_at:name_end]
            if is_sample(raw):
                add_hash(hash(raw))
            else:
                name = self._member_name(raw, flags)
                add_hash(hash(raw if raw.isascii() else name))
                if not is_plain(name):
                    directory.named[name] = place
            sizes32 = (size, packed, first)
            if comment or FULL32 in sizes32 or flags & _ENCRYPTED or method not in METHODS:
                kinds = (flags, method, comment)
                rare = self._rare(_decode(raw, flags), kinds, sizes32, data[name_end:after])
                size, packed, first = rare
            if first < reached:
                in_order = False
            reached = first + LOCAL_SIZE + named + packed
            if reached >= _MOST:
                raise self._damaged("the member stands outside the archive", _decode(raw, flags))
            add_size(size)
            add_place(at)
            at = after
        if at != end:
            raise self._damaged("the directory holds more than its entries")
        directory.largest, directory.total = max(sizes, default=0), sum(sizes)
        directory.repeats_names = not all_different(hashes)
        directory.order = range(count)
        if not in_order:
            directory.sort()
        return directory

    def _rare(
        self,
        name: str,
        kinds: tuple[int, int, int],
        sizes: tuple[int, int, int],
        extra: bytes,
    ) -> tuple[int, int, int]:
        """Return size, packed size and start of an entry that has something few entries have.

        ``kinds`` are its flags, method and length of the comment.
        """
        flags, method, comment = kinds
        if comment:  # what other readers could take for a second directory
            raise self._damaged("an entry of the directory has a comment", name)
        try:
            found = parse_sizes64(extra, *sizes)
        except ValueError as error:
            raise self._damaged("the zip64 sizes are missing", name) from error
        where = f"{self._name}:{name}"
        if flags & _ENCRYPTED:
            raise Error("log.encrypted", "the member is encrypted", where=where)
        if method not in METHODS:
            message = f"compression method {method} is not read; 0, 8 and 93 are"
            raise Error("log.method", message, where=where)
        return found

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
