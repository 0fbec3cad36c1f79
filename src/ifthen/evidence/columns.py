"""Columns of a table with very many rows, in few bytes a row.

Each reads as a sequence of the values that were put in. A list of Python objects takes 60 to 120
bytes for each; here an id takes its text and nine bytes, a digest 32 bytes, and a value that stands
in many rows four.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice, repeat
from struct import iter_unpack
from typing import Any, TypeVar, overload

T = TypeVar("T")
DIGEST = 32
"""Bytes of a SHA-256 digest."""
_HASHED = {str, int, bool, float, tuple, type(None)}
"""Kinds of values that are looked for again; tuples are of texts."""
_MOST_KEYS = 4096
"""Most different values that are looked for again; later ones are kept for each row."""


class _Column(Sequence[T]):
    """What the columns have in common."""

    @overload
    def __getitem__(self, row: int) -> T: ...
    @overload
    def __getitem__(self, row: slice) -> list[T]: ...
    def __getitem__(self, row: int | slice) -> T | list[T]:
        """Return a value, or those of a slice."""
        if isinstance(row, slice):
            return [self._value(one) for one in range(*row.indices(len(self)))]
        count = len(self)
        if not -count <= row < count:
            raise IndexError(row)
        return self._value(row if row >= 0 else row + count)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

    def _value(self, row: int) -> T:
        """Return the value in a row, counted from 0, that there is."""
        raise NotImplementedError


class Ids(_Column[Any]):
    """Ids of questions or samples: texts, whole numbers, or None."""

    def __init__(self, values: Iterable[str | int | None] = ()) -> None:
        """Take the ids."""
        self._text = bytearray()
        self._ends = array("Q", (0,))
        self._kinds = bytearray()
        self.extend(values)

    def __len__(self) -> int:
        return len(self._kinds)

    def _value(self, row: int) -> Any:
        text = self._text[self._ends[row] : self._ends[row + 1]].decode("utf-8", "surrogatepass")
        return _of_kind(text, self._kinds[row])

    def __iter__(self) -> Iterator[Any]:
        if self._kinds.count(_TEXT) == len(self):
            return self.texts()
        return map(_of_kind, self.texts(), self._kinds)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Ids):
            mine, theirs = (self._kinds, self._ends, self._text), (other._kinds, other._ends)
            return mine == (*theirs, other._text)
        return super().__eq__(other)

    __hash__ = None

    def texts(self) -> Iterator[str]:
        """Yield the text of each id."""
        blob, ends = self._text, self._ends
        pieces = map(slice, ends, islice(ends, 1, None))
        if blob.isascii():
            return map(blob.decode("ascii").__getitem__, pieces)
        return (piece.decode("utf-8", "surrogatepass") for piece in map(blob.__getitem__, pieces))

    def append(self, value: str | int | None) -> None:
        """Add an id."""
        self.extend((value,))

    def extend(self, values: Iterable[str | int | None]) -> None:
        """Add ids."""
        base = len(self._text)
        if isinstance(values, Ids):
            self._text += values._text
            self._ends.extend(map(base.__add__, islice(values._ends, 1, None)))
            self._kinds += values._kinds
            return
        values = list(values)
        texts: list[Any] = values
        kinds = bytes(map(_KINDS.__getitem__, map(type, values)))
        if kinds.count(_TEXT) < len(kinds):
            texts = ["" if value is None else str(value) for value in values]
        joined = "".join(texts)
        if joined.isascii():  # then each has as many bytes as characters
            sizes, encoded = map(len, texts), joined.encode("ascii")
        else:
            pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
            sizes, encoded = map(len, pieces), b"".join(pieces)
        self._ends.extend(islice(accumulate(sizes, initial=base), 1, None))
        self._text += encoded
        self._kinds += kinds

    def take(self, rows: Iterable[int]) -> "Ids":
        """Return the ids of some rows."""
        return Ids(map(self._value, rows))


_TEXT, _NUMBER, _NONE = 0, 1, 2
_KINDS = {str: _TEXT, int: _NUMBER, type(None): _NONE}


def _of_kind(text: str, kind: int) -> str | int | None:
    return text if kind == _TEXT else int(text) if kind == _NUMBER else None


class Digests(_Column[bytes | None]):
    """SHA-256 digests, and None or an empty one where there is none."""

    def __init__(self, values: Iterable[bytes | None] = ()) -> None:
        """Take the digests."""
        self._bytes = bytearray()
        self._other: dict[int, bytes | None] = {}
        self.extend(values)

    def __len__(self) -> int:
        return len(self._bytes) // DIGEST

    def __contains__(self, value: object) -> bool:
        return None in self._other.values() if value is None else super().__contains__(value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Digests):
            return self._other == other._other and self._bytes == other._bytes
        return super().__eq__(other)

    __hash__ = None

    def repeated(self, count: int) -> bytes | None:
        """Return the bytes of the first ``count`` digests if the rest repeats them, else None."""
        first = bytes(self._bytes[: count * DIGEST])
        return first if self._bytes == first * (len(self) // count) else None

    def _value(self, row: int) -> bytes | None:
        if row in self._other:
            return self._other[row]
        return bytes(self._bytes[row * DIGEST : (row + 1) * DIGEST])

    def __iter__(self) -> Iterator[bytes | None]:
        known = chain.from_iterable(iter_unpack(f"{DIGEST}s", self._bytes))
        if not self._other:
            return known
        return (self._other.get(row, found) for row, found in enumerate(known))

    def append(self, value: bytes | None) -> None:
        """Add a digest."""
        self.extend((value,))

    def extend(self, values: Iterable[bytes | None]) -> None:
        """Add digests."""
        base = len(self)
        if isinstance(values, Digests):
            self._bytes += values._bytes
            self._other.update((base + row, value) for row, value in values._other.items())
            return
        digests: list[Any] = list(values)
        if not all(digests):
            other = ((base + row, value) for row, value in enumerate(digests) if not value)
            self._other.update(other)
            digests = [value or bytes(DIGEST) for value in digests]
        self._bytes += b"".join(digests)

    def take(self, rows: Iterable[int]) -> "Digests":
        """Return the digests of some rows."""
        return Digests(map(self._value, rows))


class Coded(_Column[Any]):
    """Any values, of which many are the same: each different one is kept once."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        """Take the values."""
        self.values: list[Any] = []
        """The different values; lists, mappings and very many different ones stand here often."""
        self.codes = array("I")
        """For each row, the place of its value in ``values``."""
        self._known: dict[Any, int] = {}
        self.extend(values)

    def __len__(self) -> int:
        return len(self.codes)

    def _value(self, row: int) -> Any:
        return self.values[self.codes[row]]

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.codes)

    def append(self, value: Any) -> None:
        """Add a value."""
        self.codes.append(self._code(value))

    def extend(self, values: Iterable[Any]) -> None:
        """Add values."""
        if isinstance(values, Coded):
            codes = [self._code(value) for value in values.values]
            self.codes.extend(map(codes.__getitem__, values.codes))
        elif not self._extend_alike(values := list(values)):
            self.codes.extend(map(self._code, values))

    def _extend_alike(self, values: list[Any]) -> bool:
        """Add values of one kind that are few different ones; return whether they are.

        Then none is looked at by itself: a log of very many samples has little else.
        """
        kinds = set(map(type, values))
        if len(kinds) != 1 or not kinds <= _HASHED:
            return False
        (kind,) = kinds
        texts = map(repr, values) if kind is float else values
        keys = values if kind is str else list(zip(repeat(kind), texts, strict=False))
        try:
            different = dict(zip(keys, values, strict=True))
        except TypeError:  # a tuple of lists
            return False
        known = self._known
        if len(known) + len(different) > _MOST_KEYS:
            return False
        for key, value in different.items():
            if key not in known:
                known[key] = len(self.values)
                self.values.append(value)
        self.codes.extend(map(known.__getitem__, keys))
        return True

    def fill(self, value: Any, count: int) -> None:
        """Add a value ``count`` times."""
        self.codes.extend(repeat(self._code(value), count))

    def take(self, rows: Iterable[int]) -> "Coded":
        """Return the values of some rows."""
        found = Coded()
        found.values, found._known = self.values.copy(), self._known.copy()
        found.codes.extend(map(self.codes.__getitem__, rows))
        return found

    def _code(self, value: Any) -> int:
        # 1, 1.0 and True are one key of a dictionary, as 0.0 and -0.0 are; NaN is none.
        kind = type(value)
        key = value if kind is str else (kind, repr(value)) if kind is float else (kind, value)
        try:
            known = self._known.get(key)
        except (TypeError, RecursionError):  # a list or a mapping
            key, known = None, None
        if known is None:
            known = len(self.values)
            self.values.append(value)
            if key is not None and len(self._known) < _MOST_KEYS:
                self._known[key] = known
        return known


def pack_numbers(values: Sequence[int]) -> "array[int] | list[int]":
    """Return whole numbers in eight bytes each; in a list where one needs more."""
    try:
        return array("q", values)
    except OverflowError:
        return list(values)


class Same(_Column[Any]):
    """One value in every row."""

    def __init__(self, value: Any, count: int) -> None:
        """Take the value and how often it stands."""
        self.value = value
        self._count = count

    def __len__(self) -> int:
        return self._count

    def _value(self, row: int) -> Any:  # noqa: ARG002 - it is the same in each row
        return self.value

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.value, self._count)

    def append(self, value: Any) -> None:
        """Add the value."""
        self.extend((value,))

    def extend(self, values: Iterable[Any]) -> None:
        """Add the value as often as it stands in ``values``, where nothing else may stand."""
        if isinstance(values, Same) and values.value == self.value:
            self._count += len(values)
            return
        added = list(values)
        if any(value != self.value for value in added):
            raise ValueError("another value")
        self._count += len(added)

    def take(self, rows: Iterable[int]) -> "Same":
        """Return the values of some rows."""
        return Same(self.value, sum(1 for _ in rows))


class Pairs(_Column[tuple[str | int, Any]]):
    """Pairs of an id and a value."""

    def __init__(self, ids: Ids, values: Coded) -> None:
        """Take two columns of one length."""
        self.ids = ids
        self.values = values

    def __len__(self) -> int:
        return len(self.ids)

    def _value(self, row: int) -> tuple[str | int, Any]:
        return self.ids[row], self.values[row]

    def __iter__(self) -> Iterator[tuple[str | int, Any]]:
        return zip(self.ids, self.values, strict=True)


class Strided(Sequence[Sequence[int]]):
    """The rows of each of ``size`` questions in a table of ``count`` rows, epoch after epoch."""

    def __init__(self, size: int, count: int) -> None:
        """Make them; ``count`` is a multiple of ``size``."""
        self._size = size
        self._count = count

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> range: ...
    @overload
    def __getitem__(self, place: slice) -> list[range]: ...
    def __getitem__(self, place: int | slice) -> range | list[range]:
        """Return the rows of a question."""
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._size))]
        if not -self._size <= place < self._size:
            raise IndexError(place)
        return range(place % self._size, self._count, self._size)

    def __iter__(self) -> Iterator[range]:
        return (range(place, self._count, self._size) for place in range(self._size))
