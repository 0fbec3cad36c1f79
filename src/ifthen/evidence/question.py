"""The questions of a log: what every epoch of each question scored, and what is missing."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, overload

from ifthen.evidence.columns import Coded, Strided
from ifthen.evidence.counting import EITHER, INCORRECT, WORST_AND_BEST, Counting
from ifthen.evidence.log import Log, Sample, SampleId, SampleScore
from ifthen.evidence.rules import rules_of
from ifthen.evidence.samples import ABSENT, Marks, SampleTable, value_at
from ifthen.evidence.scores import COUNTING, Reducer, Unusable, producer_number, value_to_float

Bounds = tuple[float, float]
_MEMO = 10_000
_MAX_CACHED = 64


class Questions(Sequence["Question"]):
    """The questions under one scorer, in the order of the run; those that the log names first.

    The producer tells questions apart by the text of their id.
    """

    def __init__(self, log: Log, scorer: str, key: str | None, counting: Counting) -> None:
        """Group the samples of ``log`` by question."""
        self.table = SampleTable.of(log.samples)
        self.epochs = 0 if log.run.epochs_vary else log.run.epochs
        """How often each question should have been asked; 0 where no number is stated."""
        values = self.table.values(scorer, key)
        if not rules_of(log.run.producer).counts_scored_errors and any(self.table.errors):
            values = [
                ABSENT if error else value
                for error, value in zip(self.table.errors, values, strict=True)
            ]
        self._scorer, self._key, self._counting = scorer, key, counting
        self.ids, self.rows = _group(self.table, log.sample_ids)
        self._different = values.values if isinstance(values, Coded) else None
        self._once: Coded | None = None
        """The values by question, where each was asked once and row is place."""
        if isinstance(values, Coded) and isinstance(self.rows, Strided):
            self._once = values if len(self.rows) == len(self.table) else None
        self.values: Sequence[Any] = values if self._once is not None else list(values)
        """Values by row of the table."""
        self._memo: dict[Any, Bounds] = {}
        self._reduced: dict[Reducer, list[float | None]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> "Question": ...
    @overload
    def __getitem__(self, place: slice) -> "tuple[Question, ...]": ...
    def __getitem__(self, place: int | slice) -> "Question | tuple[Question, ...]":
        """Return a question, or the questions of a slice."""
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        return Question(self, self.ids[place], self.rows[place])

    def __iter__(self) -> "Iterator[Question]":
        return (self[place] for place in range(len(self)))

    def different_values(self) -> Iterator[Any]:
        """Yield every value of :meth:`every_value` at least once; far fewer of many."""
        if self._different is None:
            yield from (value for _, value in self.every_value())
            return
        yield from (value for value in self._different if value is not ABSENT)
        for marks in self.table.marks.values():
            yield from self._earlier(marks)

    def every_value(self) -> Iterator[tuple[str, Any]]:
        """Yield the values of the scores and of their histories, each with its question's id."""
        for identifier, rows in zip(self.ids, self.rows, strict=True):
            for row in rows:
                value = self.values[row]
                if value is not ABSENT:
                    yield identifier, value
        for row, marks in self.table.marks.items():
            for value in self._earlier(marks):
                yield str(self.table.ids[row]), value

    def reduce(self, reducer: Reducer) -> list[float | None]:
        """Return the producer's score of each question: NaN for no score, None if nobody scored."""
        known = self._reduced.get(reducer)
        if known is None:
            known = self._reduced[reducer] = self._reduce(reducer)
        return known

    def _reduce(self, reducer: Reducer) -> list[float | None]:
        once, values = self._once, self.values
        if once is not None:
            of_code = [None if v is ABSENT else reducer.reduce([v]) for v in once.values]
            return list(map(of_code.__getitem__, once.codes))
        memo: dict[Any, float | None] = {ABSENT: None}
        reduced: list[float | None] = []
        for rows in self.rows:
            if len(rows) == 1:
                key = values[rows[0]]
                scored = [key]
            else:
                scored = [value for row in rows if (value := values[row]) is not ABSENT]
                key = tuple(scored) if scored else ABSENT
            try:
                if key in memo:
                    reduced.append(memo[key])
                    continue
            except TypeError:  # a list or a mapping
                reduced.append(reducer.reduce(scored))
                continue
            number = reducer.reduce(scored)
            if len(memo) < _MEMO:
                memo[key] = number
            reduced.append(number)
        return reduced

    def answers(self, only: Sequence[int] | None = None) -> tuple[list[float | None], list[int]]:
        """Return what every answer with a score counts, NaN for none, and its row.

        They are in the order of the run. ``only`` are the places of the questions to take.
        """
        taken = None if only is None else {row for place in only for row in self.rows[place]}
        rows = [
            row
            for row, value in enumerate(self.values)
            if value is not ABSENT and (taken is None or row in taken)
        ]
        return [producer_number(self.values[row]) for row in rows], rows

    def answer_labels(self, key: str) -> list[Any]:
        """Return a metadata value by row, None where there is none."""
        return [None if label is ABSENT else label for label in self.table.labels(key)]

    def bounds(self, reducer: Reducer) -> list[Bounds]:
        """Return the least and the greatest score that each question can have, within [0, 1]."""
        memo: dict[Any, Bounds] = {}
        found: list[Bounds] = []
        epochs, asked_for = self.table.epochs, max(self.epochs, 1)
        plain = asked_for == 1 and not self.table.marks and not any(self.table.errors)
        if plain and self._once is not None:
            of_code = [
                self._reduced_bounds(reducer, (), [self._of_value(value)], [value])
                for value in self._once.values
            ]
            return list(map(of_code.__getitem__, self._once.codes))
        by_value: dict[Any, Bounds] = {}
        for rows in self.rows:
            value = self.values[rows[0]] if plain and len(rows) == 1 else None
            known = by_value.get(value) if type(value) is str else None
            if known is not None:
                found.append(known)
                continue
            pairs = [self.sample_bounds(row) for row in rows]
            asked = 1 if len(rows) == 1 else len({epochs[row] for row in rows})
            pairs += [EITHER] * (asked_for - asked)
            key = pairs[0] if len(pairs) == 1 else tuple(pairs)
            bounds = memo.get(key)
            if bounds is None:
                bounds = self._reduced_bounds(reducer, rows, pairs)
                if len(memo) < _MEMO and reducer.name not in COUNTING:
                    memo[key] = bounds
            if type(value) is str and len(by_value) < _MEMO:
                by_value[value] = bounds
            found.append(bounds)
        return found

    def _reduced_bounds(
        self, reducer: Reducer, rows: Sequence[int], pairs: list[Bounds], values: Sequence[Any] = ()
    ) -> Bounds:
        """Return the bounds of a question from those of its epochs; ``values`` in place of rows."""
        if reducer.name in COUNTING and all(low == high for low, high in pairs):
            plain = all(row not in self.table.marks and not self.table.errors[row] for row in rows)
            values = values or [self.values[row] for row in rows]
            if not plain or any(isinstance(_number_of(value), Unusable) for value in values):
                values = [low for low, _ in pairs]  # as the framework says that they count
            exact = reducer.reduce(values)
            if not math.isnan(exact):
                return exact, exact
        return reducer.bounds([low for low, _ in pairs], [high for _, high in pairs])

    def sample_bounds(self, row: int) -> Bounds:
        """Return the least and the greatest score that one sample can have.

        That is 0 and 1 for an invalidated sample, for one whose events tell of another end, for one
        in which another model answered, and, unless the framework says how they count, for one that
        ended in an error or at a limit and for one without a usable score; for an edited score the
        least and the greatest of the values that it ever had.
        """
        value = self.values[row]
        marks = self.table.marks.get(row)
        if marks is None and not self.table.errors[row]:
            return self._of_value(value)
        marks = marks or Marks()
        if marks.invalidated or marks.told_end is not None or marks.fallbacks:
            return EITHER
        for ended, rule in (
            (self.table.errors[row], self._counting.error),
            (marks.limit is not None, self._counting.limit),
        ):
            if ended and rule != "as-scored":
                return EITHER if rule == "either" else INCORRECT
        bounds = [self._of_value(value), *map(self._of_value, self._earlier(marks))]
        return min(low for low, _ in bounds), max(high for _, high in bounds)

    def _of_value(self, value: Any) -> Bounds:
        try:
            known = self._memo.get(value)
        except TypeError:
            known, value = None, ABSENT  # a list or a mapping is no number
        if known is not None:
            return known
        number = _number_of(value)
        if isinstance(number, Unusable):
            bounds = EITHER if self._counting.unscored == "either" else INCORRECT
        else:
            bounds = (number, number)
        if len(self._memo) < _MEMO:
            self._memo[value] = bounds
        return bounds

    def _earlier(self, marks: Marks) -> Iterator[Any]:
        """Yield the values that a sample had before: of edits, events, and earlier attempts."""
        scores = [marks.edited.get(self._scorer), marks.told.get(self._scorer)]
        scores += [attempt.get(self._scorer) for attempt in marks.superseded]
        for place, score in enumerate(scores):
            if score is not None:
                earlier = score.history if place == 0 else (*score.history, score.value)
                for value in earlier:
                    yield value if self._key is None else value_at(value, self._key)

    def labels(self, key: str) -> list[Any]:
        """Return a metadata value of each question as the producer takes it.

        That is the one of its first epoch with a score; None where there is none.
        """
        labels, values = list(self.table.labels(key)), self.values
        found: list[Any] = []
        for rows in self.rows:
            first = next((row for row in rows if values[row] is not ABSENT), None)
            label = None if first is None else labels[first]
            found.append(None if label is ABSENT else label)
        return found

    def clusters(self, key: str) -> list[str | None]:
        """Return the text of a metadata value that all samples of a question share, else None."""
        labels = list(self.table.labels(key))
        found: list[str | None] = []
        for rows in self.rows:
            texts = {cluster_text(labels[row]) for row in rows}
            found.append(texts.pop() if len(texts) == 1 else None)
        return found


class Question:
    """One question under one scorer."""

    def __init__(self, of: Questions, id: str, rows: Sequence[int]) -> None:
        """Make the question of ``of`` with these rows."""
        self._of = of
        self.id = id
        self.rows = rows

    @property
    def values(self) -> list[Any]:
        """Values of the epochs that have a score, usable or not."""
        return [v for row in self.rows if (v := self._of.values[row]) is not ABSENT]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Metadata of its first sample, as far as the log was read with it."""
        return self._of.table[self.rows[0]].metadata if self.rows else {}


def _number_of(value: Any) -> float | Unusable:
    return Unusable.UNSCORED if value is ABSENT else value_to_float(value)


def _group(
    table: SampleTable, sample_ids: tuple[SampleId, ...] | None
) -> tuple[Sequence[str], Sequence[Sequence[int]]]:
    """Return the ids of the questions and the rows of each; those that the log names first."""
    if table.grid and (sample_ids is None or table.is_grid_of(sample_ids)):
        ids: Iterable[str] = map(str, sample_ids or islice(table.id_texts(), table.grid))
        return list(ids), Strided(table.grid, len(table))
    rows = table.rows_by_id
    named = dict.fromkeys(map(str, sample_ids or ()))
    found = [*named, *(identifier for identifier in rows if identifier not in named)]
    return found, [rows.get(identifier, []) for identifier in found]


def cluster_text(value: Any) -> str | None:
    """Return the text of a metadata value that can name a cluster, or None."""
    return str(value) if isinstance(value, str | int) and value != "" else None


def score_of(sample: Sample, scorer: str, key: str | None) -> SampleScore | None:
    """Return a sample's score by ``scorer``, or that of one key of a mapping-valued score."""
    score = sample.scores.get(scorer)
    if score is None or key is None:
        return score
    return SampleScore(
        value=value_at(score.value, key),
        history=tuple(value_at(value, key) for value in score.history),
        authors=score.authors,
    )


def group_questions(
    log: Log, scorer: str, key: str | None, counting: Counting = WORST_AND_BEST
) -> Questions:
    """Return the questions of a log under a scorer, or under one key of mapping-valued scores."""
    if not isinstance(log.samples, SampleTable):
        return Questions(log, scorer, key, counting)
    asked = (scorer, key, counting, log.sample_ids, log.run.epochs, log.run.epochs_vary)
    cache = log.samples.cache
    cached = cache.get(asked[:3])
    if cached is None or cached[0] != asked:
        if len(cache) >= _MAX_CACHED:  # as many as a log states, which can be any number
            cache.clear()
        cached = cache[asked[:3]] = (asked, Questions(log, scorer, key, counting))
    found: Questions = cached[1]
    return found
