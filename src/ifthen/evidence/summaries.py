"""Whether the summaries of a log, which say its samples again, say the same.

A producer that writes summaries writes them twice: in its journal while the run goes on, and as a
whole at its end. A sample that was put in another's place is told by its uuid, a changed question
by its digest.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ifthen.evidence.columns import Coded, Digests, Ids
from ifthen.evidence.log import Finding, Log, contradiction
from ifthen.evidence.rules import Rules, rules_of
from ifthen.evidence.samples import ABSENT, NO_MARKS, SampleTable, is_label
from ifthen.evidence.scores import is_same

_REMOVED = "Key removed from summary (> 1k)"
_CUT = 1024
"""Length in characters that Inspect's summaries cut text to."""


def check_summaries(log: Log) -> Iterator[Finding]:
    """Yield ``log.summary-differs``, one for each part with summaries."""
    samples = SampleTable.of(log.samples)
    places = [*log.summaries]
    if "summaries" in log.repeats and "summaries.json" not in places:
        places.append("summaries.json")
    for place in places:
        summaries = SampleTable.of(log.summaries.get(place, ()))
        parallel = samples.grid > 0 and summaries.is_parallel(samples)
        faults = _Differences(summaries, samples, rules_of(log.run.producer), parallel=parallel)
        lost: list[str] = []
        if not parallel:
            known = summaries.rows_by_key
            lost = [str(key[0]) for key in samples.rows_by_key if key not in known]
        if faults.wrong or lost:
            ids = [str(summaries.ids[row]) for row in sorted(faults.wrong)] + lost
            names = sorted(faults.names | ({"nothing stated"} if lost else set()))
            message = f"{len(ids)} summaries differ from their samples ({', '.join(names)})"
            yield contradiction("log.summary-differs", f"{message}, first of {ids[0]}", place)


class _Differences:
    """The summaries that do not say what their sample says, and in what they differ."""

    def __init__(
        self, summaries: SampleTable, samples: SampleTable, rules: Rules, *, parallel: bool
    ) -> None:
        """Compare; ``parallel`` says that there is one for each sample, in the same order."""
        self.wrong: set[int] = set()
        """Rows of the summaries."""
        self.names: set[str] = set()
        """What differs, in words."""
        self._summaries, self._samples, self._parallel = summaries, samples, parallel
        if not parallel:
            known = samples.rows_by_key
            pairs = [(place, known.get(key)) for key, place in summaries.rows_by_key.items()]
            self._found = [(place, row) for place, row in pairs if row is not None]
            self._note("no sample", (place for place, row in pairs if row is None))
            if len(pairs) < len(summaries):  # of two summaries of one sample, none can be trusted
                self._note("stated twice", range(len(summaries)))
        self._compare_columns(rules)
        self._compare_limits(rules)
        for key in summaries.metadata:
            self._compare_labels(key, rules)

    @property
    def _pairs(self) -> Iterable[tuple[int, int]]:
        """Rows of summaries and of their samples."""
        rows = range(len(self._samples))
        return zip(rows, rows, strict=True) if self._parallel else self._found

    def _note(self, name: str, places: Iterable[int]) -> None:
        found = set(places)
        if found:
            self.wrong |= found
            self.names.add(name)

    def _compare_columns(self, rules: Rules) -> None:
        mine, theirs = self._summaries, self._samples
        names = mine.scores.keys() | theirs.scores.keys()
        columns: list[tuple[str, Sequence[Any], Sequence[Any]]] = [
            ("error", mine.errors, theirs.errors)
        ]
        columns += [("score", mine.values(name, None), theirs.values(name, None)) for name in names]
        for name, one, other in columns:
            if self._parallel and _is_same_column(one, other):
                continue
            self._note(name, (p for p, row in self._pairs if not _is_equal(one[p], other[row])))
        told, asked = mine.question_digests, theirs.question_digests
        if not (self._parallel and _is_same_column(told, asked)):
            self._note(
                "question", (p for p, row in self._pairs if told[p] not in {None, asked[row]})
            )
        for name, stated, found, none in (
            ("uuid", mine.uuids, theirs.uuids, None),
            ("models", mine.models, theirs.models, ()),
        ):
            if self._parallel and _is_same_column(stated, found):
                continue
            self._note(
                name,
                (
                    place
                    for place, row in self._pairs
                    if stated[place] != found[row]
                    and (rules.summarizes_runs or stated[place] != none)
                ),
            )

    def _compare_limits(self, rules: Rules) -> None:
        mine, theirs = self._summaries.marks, self._samples.marks
        for place, row in self._pairs if mine or theirs else ():
            told = mine.get(place, NO_MARKS).limit
            limit = theirs.get(row, NO_MARKS).limit
            if told != limit and (told is not None or rules.summarizes_limits):
                self._note("limit", (place,))
            others = mine.get(place, NO_MARKS).fallbacks
            if others and others != theirs.get(row, NO_MARKS).fallbacks:
                self._note("fallbacks", (place,))

    def _compare_labels(self, key: str, rules: Rules) -> None:
        """Compare a key of the metadata, of which the producer leaves long values out."""
        told, whole = self._summaries.metadata[key], self._samples.labels(key)
        for place, row in self._pairs:
            if told[place] is ABSENT:
                same = not (rules.summarizes_runs and is_label(whole[row]))
            else:
                same = _is_summary_of(told[place], whole[row])
            if not same:
                self._note("metadata", (place,))


def _is_same_column(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Return whether two columns are seen to say the same in each row, without looking at each.

    Where many rows hold the same value, each two that stand side by side are compared once.
    """
    if isinstance(one, Coded) and isinstance(other, Coded):
        pairs = set(zip(one.codes, other.codes, strict=True))
        return all(_is_equal(one.values[mine], other.values[theirs]) for mine, theirs in pairs)
    return isinstance(one, bytearray | Digests | Ids) and type(one) is type(other) and one == other


def _is_equal(one: Any, other: Any) -> bool:
    return one is other or (type(one) is str and one == other) or is_same(one, other)


def _is_summary_of(label: Any, value: Any) -> bool:
    """Return whether a summary's metadata value can stand for the sample's.

    The producer makes runs of white space one space, cuts long text, and replaces a long list or
    mapping by a remark.
    """
    if not isinstance(label, str):
        return bool(label == value)
    if not isinstance(value, str):
        return label == _REMOVED and isinstance(value, list | dict)
    told, whole = " ".join(label.split()), " ".join(value.split())
    return told == whole or (
        told.endswith("...") and len(whole) > _CUT and whole.startswith(told[:-3])
    )
