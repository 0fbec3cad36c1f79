"""The parts of an ``.eval`` log that say its scores again: journal, summaries, reductions.

They can be as large as the samples, because producers put answers and explanations into them, so
they are taken piece by piece where the layout of the newest releases allows it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ifthen.errors import Error
from ifthen.evidence.archive import Archive
from ifthen.evidence.columns import Coded, Ids, Pairs
from ifthen.evidence.directory import Entry
from ifthen.evidence.inspect_format import ReducedJson, ReductionJson, SummaryJson, decode
from ifthen.evidence.inspect_log import to_pairs, to_reductions
from ifthen.evidence.inspect_samples import to_summaries
from ifthen.evidence.log import Finding, Reduction, SampleScore, contradiction
from ifthen.evidence.samples import SampleTable

SUMMARIES, JOURNAL, REDUCTIONS = "summaries.json", "_journal/summaries", "reductions.json"
UPDATES = "_journal/config_updates"
_JOURNAL_MEMBER = re.compile(r"_journal/summaries/([0-9]+)\.json")
_UPDATE_MEMBER = re.compile(r"_journal/config_updates/([0-9]+)\.json")
_LARGE = 1 << 20
_BATCH = 1 << 18  # bytes that are decoded at a time: some six times that is taken meanwhile
_LARGEST = 1 << 24
_MANY = 500
_NAME = rb'"(?:[^"\\]*)"'
_FIRST = re.compile(rb'\[\{"scorer":(' + _NAME + rb'),"samples":\[(?=\{)')
_LAST = re.compile(rb'\](?:,"reducer":(' + _NAME + rb"|null))?\}\]\s*\Z")
_BETWEEN = b'},{"'

Earlier = dict[tuple[str, int], list[Mapping[str, SampleScore]]]
"""Scores of earlier attempts at a sample, by its id and epoch."""


def read_summaries(
    archive: Archive, keep: frozenset[str]
) -> tuple[dict[str, SampleTable], Earlier]:
    """Return the summaries by part, and what the journal says of earlier attempts at a sample.

    A journal that is ``summaries.json`` byte for byte is not kept a second time.

    Raises:
        Error: those of the archive, ``log.not-json``, ``log.wrong-shape``.
    """
    journal = [
        (int(match[1][:9]), place)
        for name, place in archive.members.named.items()
        if (match := _JOURNAL_MEMBER.fullmatch(name))
    ]
    pieces = [place for _, place in sorted(journal)]
    whole = archive.find(SUMMARIES)
    if whole is not None and pieces and not archive.has_duplicates:
        table = _read_joined(archive, whole, pieces, keep)
        if table is not None:
            return {SUMMARIES: table}, {}
    found: dict[str, SampleTable] = {}
    earlier: Earlier = {}
    if whole is not None:
        items = decode(archive.read(whole), list[SummaryJson], where=archive.where(SUMMARIES))
        found[SUMMARIES] = to_summaries(items, keep)
    if pieces:
        last: dict[tuple[str, int], SummaryJson] = {}
        for name, content in archive.read_many(pieces):
            for item in decode(content, list[SummaryJson], where=archive.where(name)):
                key = str(item.id), item.epoch
                if key in last:
                    found_there = (last[key].scores or {}).items()
                    scores = {name: SampleScore(value=score.value) for name, score in found_there}
                    earlier.setdefault(key, []).append(scores)
                last[key] = item
        found[JOURNAL] = to_summaries(list(last.values()), keep)
    return found, earlier


def check_journal(archive: Archive, retuned: int) -> Iterator[Finding]:
    """Yield ``log.journal-incomplete`` where pieces of the journal are not there.

    The producer numbers them from 1. What they alone tell are the attempts at a sample before the
    last one, and changes of settings while the run went on; ``retuned`` is how many of these the
    header tells.
    """
    names = [name for name in archive.members.named if name.startswith("_journal/")]
    found = [match for name in names if (match := _JOURNAL_MEMBER.fullmatch(name))]
    numbers = sorted(int(match[1][:9]) for match in found)
    has_samples = len(archive.samples()) > 0
    first, count = (numbers[0], len(numbers)) if numbers else (1, 0)
    if has_samples and not numbers:
        message = "the journal of the samples' summaries is not there"
        yield contradiction("log.journal-incomplete", message, JOURNAL)
    elif first > 1 or numbers != list(range(first, first + count)):
        message = f"the {count} pieces of the journal are not those from 1 to {count}"
        yield contradiction("log.journal-incomplete", message, JOURNAL)
    told = sum(_UPDATE_MEMBER.fullmatch(name) is not None for name in names)
    if told > retuned:
        message = f"the journal tells of {told} changes of settings; the header tells of {retuned}"
        yield contradiction("log.retuned-differs", message, UPDATES)


def _read_joined(
    archive: Archive, whole: Entry, pieces: Sequence[int], keep: frozenset[str]
) -> SampleTable | None:
    """Return the summaries if ``whole`` is the lists of ``pieces`` one after the other, else None.

    Both are compared as bytes while they are inflated; what is decoded is the journal.
    """
    table = SampleTable(keep=keep).pack()
    items: list[SummaryJson] = []
    rest, at = b"", 0
    stream = archive.stream(whole)
    for number, (name, piece) in enumerate(archive.read_many(pieces)):
        if piece[:1] != b"[" or piece[-1:] != b"]":
            return None
        expected = (b"," if number else b"[") + piece[1:-1]
        if len(rest) - at < len(expected):
            taken = [rest[at:]]
            missing = len(expected) - len(taken[0])
            while missing > 0:
                more = next(stream, b"")
                if not more:
                    return None
                taken.append(more)
                missing -= len(more)
            rest, at = b"".join(taken), 0  # once: adding them one by one takes quadratic time
        if not rest.startswith(expected, at):
            return None
        at += len(expected)
        items += decode(piece, list[SummaryJson], where=archive.where(name))
        if len(items) >= _MANY:
            table.extend(to_summaries(items, keep))
            items = []
    table.extend(to_summaries(items, keep))
    return table if rest[at:] + b"".join(stream) == b"]" else None


def read_reductions(archive: Archive) -> tuple[Reduction, ...]:
    """Return the stated scores of the questions.

    Raises:
        Error: those of the archive, ``log.not-json``, ``log.wrong-shape``.
    """
    member = archive.find(REDUCTIONS)
    if member is None:
        return ()
    if member.size > _LARGE:
        found = _read_large(archive, member)
        if found is not None:
            return found
    where = archive.where(REDUCTIONS)
    items = decode(archive.read(member), list[ReductionJson], where=where)
    return to_reductions(items, place=REDUCTIONS)


def _read_large(archive: Archive, member: Entry) -> tuple[Reduction, ...] | None:
    """Return the reductions of one scorer, decoded batch by batch; None for another layout.

    A batch is cut where ``},{"`` stands. That can also be the end of a string, but then what lies
    before the cut is no JSON, and the whole is decoded instead.
    """
    where = archive.where(REDUCTIONS)
    ids, values = Ids(), Coded()
    scorer = last = None
    try:
        for batch in _cut(archive.stream(member)):
            text = batch
            if scorer is None:
                first = _FIRST.match(text)
                if first is None:
                    return None
                scorer, text = first[1], text[first.end() :]
            last = _LAST.search(text, max(0, len(text) - 200))
            if last is not None:
                text = text[: last.start()]
            pairs = to_pairs(decode(b"[" + text + b"]", list[ReducedJson], where=where))
            if not isinstance(pairs, Pairs):
                return None
            ids.extend(pairs.ids)
            values.extend(pairs.values)
    except Error as error:
        if error.code in {"log.not-json", "log.wrong-shape"}:
            return None
        raise
    if scorer is None or last is None:
        return None
    head = decode(
        b'{"scorer":' + scorer + b',"reducer":' + (last[1] or b"null") + b"}",
        ReductionJson,
        where=where,
    )
    (found,) = to_reductions([head], place=REDUCTIONS)
    return (replace(found, values=Pairs(ids, values)),)


def _cut(stream: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes in batches that end before a comma between two objects.

    Raises:
        Error: ``log.not-json`` where there is none for long, since looking on and on takes
            quadratic time.
    """
    rest = b""
    for piece in stream:
        rest += piece
        cut = rest.rfind(_BETWEEN) if len(rest) >= _BATCH else -1
        if cut < 0 and len(rest) > _LARGEST:
            raise Error("log.not-json", "no two objects one after the other", where=REDUCTIONS)
        if cut >= 0:
            yield rest[: cut + 1]
            rest = rest[cut + 2 :]
    yield rest
