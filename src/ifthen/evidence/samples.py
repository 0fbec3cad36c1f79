"""The samples of a log in columns: some 120 bytes each when packed, whatever the samples hold.

A log can have millions of samples, and only little of each is needed: what it scored, whether it
ended well, and digests. Columns also go from one process to another quickly.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property
from itertools import cycle, islice, repeat
from operator import eq, is_
from typing import Any, Literal, overload

import msgspec

from ifthen.errors import Error
from ifthen.evidence.columns import Coded, Digests, Ids, Same, pack_numbers
from ifthen.evidence.log import Sample, SampleId, SampleScore
from ifthen.evidence.matching import all_different


class Absent(Enum):
    """Stands where a sample has no score by a scorer, or no value under a metadata key."""

    ABSENT = 0


ABSENT = Absent.ABSENT
MAX_CELLS = 50_000_000
"""Most scores of a table that has rows without one: each takes room whether it is there or not."""
COLUMNS = ("ids", "epochs", "errors", "models", "digests", "question_digests", "uuids")
"""Columns that every table has, besides those of scores and metadata."""


MAX_LABEL = 200
"""Most characters of a text that can label a sample."""


def is_label(value: Any) -> bool:
    """Return whether a metadata value can label a sample: a whole number or a short text."""
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= MAX_LABEL)


class Marks(msgspec.Struct, kw_only=True):
    """What only few samples have."""

    limit: str | None = None
    """Type of the limit that stopped it."""
    invalidated: bool = False
    invalidated_by: str | None = None
    edited: dict[str, SampleScore] = {}
    """Scores with a history, by scorer."""
    superseded: tuple[Mapping[str, SampleScore], ...] = ()
    """Scores of earlier attempts that the log holds besides the one that counts."""
    told: dict[str, SampleScore] = {}
    """Other scores that the events of the sample tell, by scorer."""
    told_end: Literal["error", "limit", "neither"] | None = None
    """How the events of the sample say that it ended, where the sample itself says otherwise."""
    fallbacks: tuple[str, ...] = ()
    """Models in whose place another answered: ``NAME by OTHER``."""


NO_MARKS = Marks()


class SampleTable(Sequence[Sample]):
    """Samples in columns of equal length; reads as a sequence of :class:`Sample`."""

    def __init__(
        self, *, place: str = "{id}_epoch_{epoch}", keep: Iterable[str] | None = ()
    ) -> None:
        """Make an empty table; ``keep`` are the metadata keys it has, None for all.

        ``place`` is the pattern of a sample's place, with ``{id}``, ``{epoch}`` and ``{row}``.
        """
        self.place = place
        self.keep = None if keep is None else frozenset(keep)
        self.ids: list[SampleId] | Ids = []
        self.epochs: list[int] | array[int] = []
        self.errors: list[bool] | bytearray = []
        self.scores: dict[str, list[Any] | Coded] = {}
        """Values by scorer, ABSENT where a sample has none."""
        self.metadata: dict[str, list[Any] | Coded] = {key: [] for key in self.keep or ()}
        self.models: list[tuple[str, ...]] | Coded | Same = []
        self.marks: dict[int, Marks] = {}
        self.places: dict[int, str] = {}
        """Places that do not follow the pattern."""
        self.digests: list[bytes | None] | Digests | Same = []
        self.question_digests: list[bytes | None] | Digests | Same = []
        self.uuids: list[str | None] | Ids | Same = []
        self.cache: dict[Any, Any] = {}
        """What was computed from the table, by what it was asked for."""
        self._is_of: tuple[tuple[SampleId, ...], bool] | None = None

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "SampleTable":
        """Return the samples as a table; a table is returned as it is."""
        if isinstance(samples, SampleTable):
            return samples
        table = cls(keep=None)
        for sample in samples:
            table.add(sample)
        return table

    def add(self, sample: Sample) -> None:
        """Append a sample."""
        row = len(self.ids)
        self.places[row] = sample.place
        marks = Marks(
            limit=sample.limit,
            invalidated=sample.invalidated,
            invalidated_by=sample.invalidated_by,
            edited={k: s for k, s in sample.scores.items() if s.history or s.authors},
            superseded=sample.superseded,
            told=dict(sample.told),
            told_end=sample.told_end,
            fallbacks=sample.fallbacks,
        )
        if marks != NO_MARKS:
            self.marks[row] = marks
        self.append(
            sample.id,
            sample.epoch,
            error=sample.error,
            scores={name: score.value for name, score in sample.scores.items()},
            metadata=sample.metadata,
            models=sample.models,
            digest=sample.sha256,
            question_digest=sample.question_sha256,
            uuid=sample.uuid,
        )

    def append(
        self,
        id: SampleId,
        epoch: int,
        *,
        error: bool,
        scores: Mapping[str, Any],
        metadata: Mapping[str, Any],
        models: tuple[str, ...] = (),
        digest: bytes | None = None,
        question_digest: bytes | None = None,
        uuid: str | None = None,
    ) -> None:
        """Append a row; marks and odd places are set by row by the caller."""
        row = len(self.ids)
        self.ids.append(id)
        self.epochs.append(epoch)
        self.errors.append(error)
        self.models.append(models)
        self.digests.append(digest)
        self.question_digests.append(question_digest)
        self.uuids.append(uuid)
        self.add_scores(scores, row)
        self.add_metadata(metadata, row)

    def add_scores(self, scores: Mapping[str, Any], row: int) -> None:
        """Append the values of a row to the columns of the scorers.

        Raises:
            Error: ``log.too-large`` for more than :data:`MAX_CELLS`.
        """
        columns = self.scores
        if scores.keys() != columns.keys():
            if len(scores.keys() | columns.keys()) * (row + 1) > MAX_CELLS:
                raise Error("log.too-large", "too many scorers that score few samples each")
            for name in scores:  # in the order of the log: that of a set differs in each process
                if name not in columns:
                    columns[name] = [ABSENT] * row
            scores = {name: scores.get(name, ABSENT) for name in columns}
        for name, value in scores.items():
            columns[name].append(value)

    def add_metadata(self, metadata: Mapping[str, Any], row: int) -> None:
        """Append the values of a row to the columns of the kept metadata keys."""
        if self.keep is None:
            for name in metadata:
                if name not in self.metadata:
                    self.metadata[name] = [ABSENT] * row
        for key, column in self.metadata.items():
            column.append(metadata.get(key, ABSENT))

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, row: int) -> Sample: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Sample, ...]: ...
    def __getitem__(self, row: int | slice) -> Sample | tuple[Sample, ...]:
        """Return a sample, or the samples of a slice."""
        if isinstance(row, slice):
            return tuple(self[place] for place in range(*row.indices(len(self))))
        if row < 0:
            row += len(self)
        identifier, epoch = self.ids[row], self.epochs[row]
        marks = self.marks.get(row, NO_MARKS)
        return Sample(
            id=identifier,
            epoch=epoch,
            place=self.place_of(row),
            error=bool(self.errors[row]),
            limit=marks.limit,
            invalidated=marks.invalidated,
            invalidated_by=marks.invalidated_by,
            scores={
                name: marks.edited.get(name) or SampleScore(value=column[row])
                for name, column in self.scores.items()
                if column[row] is not ABSENT
            },
            metadata={
                key: column[row]
                for key, column in self.metadata.items()
                if column[row] is not ABSENT
            },
            models=self.models[row],
            sha256=self.digests[row],
            question_sha256=self.question_digests[row],
            uuid=self.uuids[row],
            superseded=marks.superseded,
            told=marks.told,
            told_end=marks.told_end,
            fallbacks=marks.fallbacks,
        )

    def __iter__(self) -> Iterator[Sample]:
        return (self[row] for row in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def place_of(self, row: int) -> str:
        """Return where a sample stands in the file."""
        known = self.places.get(row)
        if known is not None:
            return known
        return self.place.format(id=self.ids[row], epoch=self.epochs[row], row=row)

    def values(self, scorer: str, key: str | None) -> Sequence[Any]:
        """Return a scorer's values by row, or those under one key of mapping-valued scores.

        ABSENT stands where a sample has no score; a score without the key has None there.
        """
        column = self.scores.get(scorer)
        if column is None:
            return [ABSENT] * len(self)
        if key is None:
            return column
        return [value if value is ABSENT else value_at(value, key) for value in column]

    def labels(self, key: str) -> Sequence[Any]:
        """Return the metadata values under a key, ABSENT where there is none.

        Raises:
            ValueError: for a key that the log was not read with.
        """
        if self.keep is not None and key not in self.keep:
            raise ValueError(f"the log was read without the metadata key {key!r}; see keep")
        return self.metadata.get(key) or [ABSENT] * len(self)

    def id_texts(self) -> Iterator[str]:
        """Yield the text of each row's id, by which the producer tells questions apart."""
        return self.ids.texts() if isinstance(self.ids, Ids) else map(str, self.ids)

    @cached_property
    def grid(self) -> int:
        """Number of questions, where all of them stand in one order, epoch after epoch from 1.

        So it is in a whole log: every question of every epoch is there, once, and row r is of
        question r modulo this number. In any other log it is 0.
        """
        count, epochs = len(self), self.epochs
        if not isinstance(epochs, array) or not count or epochs[-1] < 1 or count % epochs[-1]:
            return 0
        last = epochs[-1]
        size = count // last
        if any(epochs[at : at + size] != array("q", (n,)) * size for n, at in self._blocks(size)):
            return 0
        if not all_different(array("q", map(hash, islice(self.id_texts(), size)))):
            return 0
        after = islice(self.id_texts(), size, None)
        first = cycle(islice(self.id_texts(), size)) if last > 1 else ()
        return size if all(map(eq, after, first)) else 0

    def _blocks(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield number and first row of each block of ``size`` rows."""
        return enumerate(range(0, len(self), size), 1)

    def is_grid_of(self, ids: tuple[SampleId, ...] | None) -> bool:
        """Return whether the table is a :attr:`grid` of these questions, in this order."""
        if not self.grid or ids is None or len(ids) != self.grid:
            return False
        if self._is_of is None or self._is_of[0] is not ids:
            self._is_of = (ids, all(map(eq, map(str, ids), self.id_texts())))
        return self._is_of[1]

    def is_parallel(self, other: "SampleTable") -> bool:
        """Return whether each row is of the same question and epoch as that row of the other."""
        if len(self) != len(other) or not all(map(eq, self.epochs, other.epochs)):
            return False
        one, two = self.ids, other.ids
        same = isinstance(one, Ids) and isinstance(two, Ids) and one == two  # in one comparison
        return same or all(map(eq, self.id_texts(), other.id_texts()))

    @cached_property
    def rows_by_id(self) -> dict[str, list[int]]:
        """Rows of each question in the order of the run; ids are told apart by their text."""
        rows: dict[str, list[int]] = {}
        for row, key in enumerate(self.id_texts()):
            known = rows.get(key)
            if known is None:
                rows[key] = [row]
            else:
                known.append(row)
        return rows

    @cached_property
    def rows_by_key(self) -> dict[tuple[str, int], int]:
        """Row of each (id, epoch); of several, the last."""
        return {key: row for row, key in enumerate(zip(self.id_texts(), self.epochs, strict=True))}

    def pack(self) -> "SampleTable":
        """Pack the columns, which then take a tenth of the room, and return the table.

        Rows can still be added, at some microseconds each; packed tables are joined quickly.
        """
        self.ids = self.ids if isinstance(self.ids, Ids) else Ids(self.ids)
        self.epochs = pack_numbers(self.epochs)
        self.errors = bytearray(self.errors)
        self.models = self.models if isinstance(self.models, Same) else _coded(self.models)
        self.scores = {name: _coded(column) for name, column in self.scores.items()}
        self.metadata = {key: _coded(column) for key, column in self.metadata.items()}
        self.digests = _packed(self.digests, Digests)
        self.question_digests = _packed(self.question_digests, Digests)
        self.uuids = _packed(self.uuids, Ids)
        return self

    def reordered(self, order: Sequence[int]) -> "SampleTable":
        """Return the rows in another order."""
        table = SampleTable(place=self.place, keep=self.keep)
        for name in COLUMNS:
            setattr(table, name, _take(getattr(self, name), order))
        table.scores = {name: _take(column, order) for name, column in self.scores.items()}
        table.metadata = {key: _take(column, order) for key, column in self.metadata.items()}
        if self.marks or self.places:
            new = {row: place for place, row in enumerate(order)}
            table.marks = {new[row]: marks for row, marks in self.marks.items()}
            table.places = {new[row]: place for row, place in self.places.items()}
        return table

    def extend(self, other: "SampleTable") -> None:
        """Append the rows of another table with the same metadata keys."""
        base = len(self)
        count = len(other)
        names = self.scores.keys() | other.scores.keys()
        if names != self.scores.keys() and len(names) * (base + count) > MAX_CELLS:
            raise Error("log.too-large", "too many scorers that score few samples each")
        for name in COLUMNS:
            setattr(self, name, _joined(getattr(self, name), getattr(other, name)))
        for mine, theirs in ((self.scores, other.scores), (self.metadata, other.metadata)):
            for name, column in theirs.items():
                if name not in mine:
                    mine[name] = _absent(column, base)
            for name, column in mine.items():
                column.extend(theirs.get(name) or repeat(ABSENT, count))
        self.marks.update({base + row: marks for row, marks in other.marks.items()})
        self.places.update({base + row: place for row, place in other.places.items()})
        self.cache.clear()
        for name in ("rows_by_id", "rows_by_key", "grid"):
            self.__dict__.pop(name, None)
        self._is_of = None


def _joined(one: Any, other: Any) -> Any:
    """Return two columns as one; the first is added to where it can hold what is added."""
    if not len(one):
        one = other[:0] if isinstance(other, list | array | bytearray) else other.take(())
    wide = isinstance(one, array) and not isinstance(other, array)  # perhaps no eight-byte numbers
    several = isinstance(one, Same) and not (isinstance(other, Same) and one.value == other.value)
    if wide or several:
        one = list(one)
    one.extend(other)
    return one


def _absent(like: list[Any] | Coded, count: int) -> list[Any] | Coded:
    """Return a column of the same kind without any value."""
    return Coded(repeat(ABSENT, count)) if isinstance(like, Coded) else [ABSENT] * count


def _packed(column: Any, kind: type[Ids | Digests]) -> Any:
    """Return a column as one of that kind; where one value that is none stands in it, as that."""
    if not isinstance(column, list):
        return column
    first = column[0] if column else None
    alike = not first and all(map(is_, column, repeat(first)))
    return Same(first, len(column)) if alike and column else kind(column)


def _coded(column: list[Any] | Coded) -> Coded:
    return column if isinstance(column, Coded) else Coded(column)


def _take(column: Any, rows: Sequence[int]) -> Any:
    """Return some rows of a column, as the same kind of column."""
    if isinstance(column, Ids | Digests | Coded | Same):
        return column.take(rows)
    found = map(column.__getitem__, rows)
    if isinstance(column, array):
        return array(column.typecode, found)
    return bytearray(found) if isinstance(column, bytearray) else list(found)


def value_at(value: Any, key: str) -> Any:
    """Return the value under a key of a mapping; None for other values."""
    return value.get(key) if isinstance(value, dict) else None
