"""Safe reading of a zip archive, range by range.

Only what evaluation logs use is read: stored, deflated (8) and Zstandard (93) members, with or
without zip64 fields (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16). Everything that two readers
could understand differently is refused: a directory that does not end where the file ends, local
headers that say something else than the directory, members that overlap. Sizes are checked before
anything is inflated and again while it is inflated, so a small file cannot fill the memory.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct

import msgspec
from zlib_ng import zlib_ng

from ifthen.errors import Error
from ifthen.evidence.directory import (
    FIELDS,
    FULL32,
    LOCAL_SIZE,
    Directory,
    Entry,
    is_plain,
    read_directory,
)
from ifthen.evidence.inflate import inflate_pieces, inflater
from ifthen.evidence.source import MemorySource, Source

_LOCAL = Struct("<4s5H3L2H")
_DESCRIPTOR = 0x8
_SIGNIFICANT = 0x1 | 0x800  # encryption and UTF-8: flags that change what a reader makes of it
_FREE_RATIO_BYTES = 1 << 20  # small members may have any ratio: they cannot do harm
_WINDOW = 1 << 20
_GAP = 4096  # bytes between two members that are read and not used


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on what an archive may hold, in members, bytes and bytes out per byte in."""

    members: int = 5_000_000
    member_bytes: int = 1 << 30
    total_bytes: int = 1 << 40
    ratio: int = 2000


Member = Entry


class Archive:
    """The members of a zip archive; reading one verifies its local header, size and CRC-32."""

    def __init__(
        self, source: Source | bytes, *, name: str = "", limits: Limits | None = None
    ) -> None:
        """Read the directory of ``source``; ``name`` is used in error places for bytes.

        Raises:
            Error: codes ``log.damaged``, ``log.member-name``, ``log.encrypted``, ``log.method``,
                ``log.overlap``, ``log.too-large``, ``log.bomb``.
        """
        self._source = MemorySource(source, name) if isinstance(source, bytes) else source
        self._limits = limits or Limits()
        self.members = read_directory(self._source, self._limits.members)
        """Every entry of the directory, in its order."""
        self._check_sizes()
        self._check_overlaps()
        self._replaced = self._find_replaced()

    @property
    def duplicates(self) -> tuple[str, ...]:
        """Names that stand more than once in the directory."""
        if not self._replaced:
            return ()
        counts = Counter(map(self.members.name, range(len(self.members))))
        return tuple(name for name, count in counts.items() if count > 1)

    def live(self) -> Iterator[Member]:
        """Yield the members that count: of several with one name, the last."""
        for place, member in enumerate(self.members):
            if place not in self._replaced:
                yield member

    @property
    def has_duplicates(self) -> bool:
        """Whether a name stands more than once in the directory."""
        return bool(self._replaced)

    def superseded(self) -> Sequence[int]:
        """Return the places of members that another one of the same name, later on, replaces."""
        return [place for place in self.members.order if place in self._replaced]

    def samples(self) -> Sequence[int]:
        """Return the places in ``members`` of samples/*.json that count, in the file's order."""
        others = {
            place
            for name, place in self.members.named.items()
            if not (name.startswith("samples/") and name.endswith(".json"))
        }
        others |= self._replaced
        return array("I", (place for place in self.members.order if place not in others))

    def find(self, name: str) -> Member | None:
        """Return the last member of that name, or None."""
        members = self.members
        place = members.named.get(name)
        if place is None and is_plain(name):
            places = (x for x in reversed(range(len(members))) if members.name(x) == name)
            place = next(places, None)
        return None if place is None else members[place]

    def where(self, member: str) -> str:
        """Return the place of a member for error messages."""
        return f"{self._source.name}:{member}"

    def read(self, member: Member) -> bytes:
        """Return the inflated bytes of a member.

        Raises:
            Error: ``log.damaged`` for a body that does not inflate to the stated size, ``log.crc``.
        """
        return next(iter(read_members(self._source, (member,))))[1]

    def read_many(self, places: Sequence[int]) -> Iterator[tuple[str, bytes]]:
        """Yield names and inflated bytes of the members at some places; see :func:`read_many`."""
        return read_many(self._source, self.members, places)

    def stream(self, member: Member) -> Iterator[bytes]:
        """Yield the inflated bytes of a member piece by piece; verified when the last is taken.

        Raises:
            Error: as :meth:`read`.
        """
        size = crc32 = 0
        packed = _Packed(self._source, member)
        try:
            for piece in inflate_pieces(packed, method=member.method):
                size += len(piece)
                crc32 = zlib_ng.crc32(piece, crc32)
                if size > member.size:
                    break
                yield piece
        except ValueError as error:
            raise _damaged(self._source, f"does not inflate: {error}", member.name) from error
        _check_content(self._source, member, size, crc32)

    def _check_sizes(self) -> None:
        limits, members = self._limits, self.members
        if members.largest > min(_FREE_RATIO_BYTES, limits.member_bytes):
            for place, size in enumerate(members.sizes(range(len(members)))):
                self._check_size(place, size)
        if members.total > limits.total_bytes:
            raise Error(
                "log.too-large",
                f"the members have {members.total:,} bytes; {limits.total_bytes:,} are read",
                where=self._source.name,
            )

    def _check_size(self, place: int, size: int) -> None:
        limits = self._limits
        if size > limits.member_bytes:
            raise Error(
                "log.too-large",
                f"{size:,} bytes; {limits.member_bytes:,} are read",
                where=self.where(self.members.name(place)),
            )
        if (
            size > _FREE_RATIO_BYTES
            and size > limits.ratio * (member := self.members[place]).packed
        ):
            raise Error(
                "log.bomb",
                f"{member.packed:,} bytes would inflate to {size:,}",
                where=self.where(member.name),
            )

    def _check_overlaps(self) -> None:
        """Refuse members that share bytes; gaps are legal, compaction leaves them."""
        at = self.members.find_overlap()
        if at is None:
            return
        order = self.members.order
        name = self.members.name(order[at])
        if at == len(order) - 1:
            raise _damaged(self._source, "the member stands outside the archive", name)
        message = "the member overlaps the one after it"
        raise Error("log.overlap", message, where=self.where(name))

    def _find_replaced(self) -> frozenset[int]:
        """Return the places of the entries whose name stands again later in the directory."""
        members = self.members
        if not members.repeats_names:
            return frozenset()
        last = {members.name(place): place for place in range(len(members))}
        return frozenset(range(len(members))) - frozenset(last.values())


def read_many(
    source: Source, members: Directory, places: Sequence[int], *, window: int = _WINDOW
) -> Iterator[tuple[str, bytes]]:
    """Yield names and inflated bytes of members, in the order of ``places``.

    That should be the order of the file: then neighbours are read together.

    This is :func:`read_members` for very many: a local header that repeats the directory's entry
    byte for byte and has no extra field, as nearly all have, is seen to be right in three
    comparisons. Every other member goes the careful way.

    Raises:
        Error: as :func:`read_members`.
    """
    data, at_of = members.data, members.places
    fields = [FIELDS.unpack_from(data, at_of[place]) for place in places]
    at, count = 0, len(fields)
    while at < count:
        _, _, _, packed, size, named, _, begin = fields[at]
        if FULL32 in (packed, size, begin):  # what they are stands elsewhere
            for member, content in read_members(source, members.take((places[at],))):
                yield member.name, content
            at += 1
            continue
        end, after = begin + LOCAL_SIZE + named + packed, at + 1
        while after < count:
            _, _, _, packed, size, named, _, start = fields[after]
            reached = start + LOCAL_SIZE + named + packed
            full = FULL32 in (packed, size, start)
            if full or not 0 <= start - end <= _GAP or reached - begin > window:
                break
            end = reached
            after += 1
        chunk = source.read(begin, end - begin)
        spans = zip(places[at:after], fields[at:after], strict=True)
        yield from _open_many(source, members, spans, chunk, begin)
        at = after


def _open_many(
    source: Source,
    members: Directory,
    spans: Iterable[tuple[int, tuple[int, ...]]],
    chunk: bytes,
    begin: int,
) -> Iterator[tuple[str, bytes]]:
    """Yield names and inflated bytes of members that stand in ``chunk``, read from ``begin`` on."""
    data, at_of, crc32_of, view = members.data, members.places, zlib_ng.crc32, memoryview(chunk)
    known, inflate = -1, inflater(0)
    for place, (_, method, crc32, packed, size, named, extra, start) in spans:
        at, local = at_of[place], start - begin
        body = local + LOCAL_SIZE + named
        raw = data[at + 46 : at + 46 + named]
        if (
            extra
            or chunk[local + 6 : local + 30] != data[at + 8 : at + 32]
            or chunk[local + 30 : body] != raw
            or chunk[local : local + 4] != b"PK"
            or not raw.isascii()
        ):
            for member, content in read_members(source, members.take((place,))):
                yield member.name, content
            continue
        if method != known:
            known, inflate = method, inflater(method)
        try:
            content = inflate(view[body : body + packed], size)
        except ValueError as error:
            message = f"does not inflate: {error}"
            raise _damaged(source, message, members.name(place)) from error
        if len(content) != size or crc32_of(content) != crc32:
            (member,) = members.take((place,))
            _check_content(source, member, len(content), zlib_ng.crc32(content))
        yield raw.decode("ascii"), content


def read_members(
    source: Source, members: Iterable[Member], *, window: int = _WINDOW
) -> Iterator[tuple[Member, bytes]]:
    """Yield members with their inflated bytes, in the order of the file.

    Neighbours are read together, ``window`` bytes at a time. This needs no archive, so that another
    process can do it for a share of the members.

    Raises:
        Error: ``log.damaged`` for a local header that differs from the directory and for a body
            that does not inflate to the stated size, ``log.crc``.
    """
    ordered = sorted(members, key=_start)
    at, count = 0, len(ordered)
    while at < count:
        first = ordered[at]
        begin, end, after = first.start, first.start + first.room, at + 1
        while after < count:
            following = ordered[after]
            if following.start - end > _GAP or following.start + following.room - begin > window:
                break
            end = following.start + following.room
            after += 1
        view = memoryview(source.read(begin, end - begin))
        for member in ordered[at:after]:
            start = member.start - begin
            yield member, _open(source, member, view[start : start + member.room])
        at = after


class _Packed:
    """The packed bytes of a large member as a file that is read from its beginning on."""

    def __init__(self, source: Source, member: Member) -> None:
        view = memoryview(source.read(member.start, member.room - member.packed))
        self._source = source
        self._at = member.start + _body_start(source, member, view)
        self._end = self._at + member.packed

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""
        length = min(size, self._end - self._at)
        piece = self._source.read(self._at, length) if length else b""
        self._at += length
        return piece


def _open(source: Source, member: Member, view: memoryview) -> bytes:
    body = _body(source, member, view)
    try:
        content = inflater(member.method)(body, member.size)
    except ValueError as error:
        raise _damaged(source, f"does not inflate: {error}", member.name) from error
    size, crc32 = len(content), zlib_ng.crc32(content)
    if size != member.size or crc32 != member.crc32:
        _check_content(source, member, size, crc32)
    return content


def _body(source: Source, member: Member, view: memoryview) -> memoryview:
    """Return the packed bytes behind a local header that says what the directory says."""
    body = _body_start(source, member, view)
    return view[body : body + member.packed]


def _body_start(source: Source, member: Member, view: memoryview) -> int:
    """Return where the packed bytes begin, counted from the local header, which is checked."""
    named, extra = len(member.raw), view[28] | view[29] << 8
    body = 30 + named + extra
    if (
        view[6:28] != member.fixed
        or view[30 : 30 + named] != member.raw
        or bytes(view[:4]) != b"PK\x03\x04"
    ):
        _check_local(source, member, view)
    if body + member.packed > member.room:
        raise _damaged(source, "the member stands outside the archive", member.name)
    return body


def _check_content(source: Source, member: Member, size: int, crc32: int) -> None:
    if size != member.size:
        found = f"more than {member.size:,}" if size > member.size else size
        raise _damaged(source, f"inflates to {found} bytes, not {member.size:,}", member.name)
    if crc32 != member.crc32:
        message = f"the CRC-32 of the content is {crc32:08x}, the directory says {member.crc32:08x}"
        raise _wrong_crc(source, message, member.name)


def _check_local(source: Source, member: Member, view: memoryview) -> None:
    """Let pass what a local header may leave to the directory; refuse what contradicts it."""
    (signature, _, flags, method, _, _, crc32, packed, size, named, _) = _LOCAL.unpack_from(view)
    described = bool(flags & _DESCRIPTOR) and crc32 == packed == size == 0
    if (
        signature != b"PK\x03\x04"
        or method != member.method
        or (flags ^ member.flags) & _SIGNIFICANT
        or not (described or packed in {member.packed, FULL32})
        or not (described or size in {member.size, FULL32})
    ):
        raise _damaged(source, "the local header and the directory differ", member.name)
    if view[30 : 30 + named] != member.raw:
        local = bytes(view[30 : 30 + named])[:80]
        raise _damaged(source, f"the local header names {local!r}", member.name)
    if not described and crc32 != member.crc32:
        message = (
            f"the CRC-32 is {crc32:08x} before the member, {member.crc32:08x} in the directory"
        )
        raise _wrong_crc(source, message, member.name)


def _wrong_crc(source: Source, message: str, member: str) -> Error:
    return Error(
        "log.crc",
        message,
        where=f"{source.name}:{member}",
        hint="get the log again from where it was made",
    )


def _start(member: Member) -> int:
    return member.start


def _damaged(source: Source, message: str, member: str) -> Error:
    return Error(
        "log.damaged",
        message,
        where=f"{source.name}:{member}",
        hint="get the log again from where it was made; the copy is incomplete or changed",
    )
