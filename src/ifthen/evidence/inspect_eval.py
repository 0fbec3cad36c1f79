"""Reader of Inspect's ``.eval`` logs: a zip archive with one JSON member for each sample."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ifthen.errors import Error
from ifthen.evidence.archive import Archive, Limits
from ifthen.evidence.formats import Request
from ifthen.evidence.inspect_format import (
    CHOICES,
    HeaderJson,
    StartJson,
    check_version,
    decode,
    is_equal,
)
from ifthen.evidence.inspect_log import to_log, to_results, to_scorers
from ifthen.evidence.inspect_repeats import (
    Earlier,
    check_journal,
    read_reductions,
    read_summaries,
)
from ifthen.evidence.inspect_samples import Share, join_shares, read_share
from ifthen.evidence.log import Finding, Log, Reduction, SampleScore, contradiction, notice
from ifthen.evidence.metrics import metadata_keys
from ifthen.evidence.samples import Marks, SampleTable
from ifthen.evidence.sharing import (
    WORTH_SHARING,
    available_workers,
    can_fork,
    cut,
    cut_shrinking,
    share_out,
)
from ifthen.evidence.source import Source, digest_source
from ifthen.evidence.strict_json import check_keys

MAX_HEADER = 1 << 27
"""Most bytes of a header; as Python values they take some twenty times that."""
_HEADER, _START = "header.json", "_journal/start.json"
_SAMPLE = 8600  # the work on a sample beside its bytes, as bytes: 13 us, and 1.5 ns for each
_SHARES = 48  # the last ones are so small that the processes end at about the same time
_MOST_ROWS = 4096  # of one share, which takes a kilobyte for each until it is packed
_CHUNKED = re.compile(r"samples/.*_epoch_[0-9]+/")
_KNOWN = re.compile(
    r"(header|summaries|reductions)\.json|_journal/start\.json"
    r"|_journal/(summaries|config_updates)/[0-9]+\.json|(samples|_journal(/[a-z_]+)?)/"
)


def read(source: Source, request: Request, *, limits: Limits | None = None) -> Log:
    """Return the log in an ``.eval`` file.

    Raises:
        Error: those of :class:`~ifthen.evidence.archive.Archive`, ``log.not-json``,
            ``log.wrong-shape``, ``log.unknown-version``, ``log.chunked``, ``log.worker-died``.
    """
    return _Reader(source, request, limits).read()


class _Reader:
    def __init__(self, source: Source, request: Request, limits: Limits | None) -> None:
        self._source = source
        self._keep = request.keep
        self._workers = request.workers
        self._archive = Archive(source, limits=limits)
        self._findings: list[Finding] = []
        self._sha256 = ""
        self._summaries: dict[str, SampleTable] = {}
        self._earlier: Earlier = {}
        self._reductions: tuple[Reduction, ...] = ()

    def read(self) -> Log:
        header = self._read_header()
        self._keep |= metadata_keys(to_scorers(header), to_results(header))
        share = self._read_samples()
        self._findings += share.findings
        self._check_duplicates(share.table)
        self._findings += check_journal(self._archive, len(header.config_updates or ()))
        self._findings += self._find_unknown()
        if share.retried:
            message = f"{share.retried} samples were tried again after an error"
            self._findings.append(notice("log.retried", message, "samples"))
        return to_log(
            header,
            format="inspect-eval",
            sha256=self._sha256,
            size=self._source.size,
            where=self._archive.where(_HEADER),
            samples=share.table,
            summaries=self._summaries,
            reductions=self._reductions,
            findings=self._findings,
            start_differs=self._compare_start(),
        )

    def _read_header(self) -> HeaderJson:
        """Return the header, or what was written when an unfinished run began."""
        archive = self._archive
        for name in archive.members.named:
            self._refuse_chunks(name)
        found = archive.find(_HEADER) or archive.find(_START)
        if found is None:
            raise Error(
                "log.not-a-log",
                "the archive holds no header.json, so it is not an evaluation log",
                where=self._source.name,
                hint="see the formats that are read with: ifthen evidence formats",
            )
        if found.name == _START:
            self._findings.append(
                contradiction(
                    "log.unfinished",
                    "the log has no header.json: the run is still going, or it crashed",
                    self._source.name,
                )
            )
        where = archive.where(found.name)
        if found.size > MAX_HEADER:
            message = f"{found.size:,} bytes; {MAX_HEADER:,} are read"
            raise Error("log.too-large", message, where=where)
        content = archive.read(found)
        check_keys(content, where=where)
        check_version(content, where=where)
        return decode(content, HeaderJson, where=where)

    def _find_unknown(self) -> Iterator[Finding]:
        """Yield ``log.member-unknown`` for members that are no known part of the format."""
        others = [
            name
            for name in self._archive.members.named
            if not (name.startswith("samples/") and name.endswith(".json"))
            and not _KNOWN.fullmatch(name)
        ]
        if others:
            message = f"{len(others)} members are none that is known, first {others[0]}"
            yield notice("log.member-unknown", message, self._source.name)

    def _refuse_chunks(self, name: str) -> None:
        if _CHUNKED.match(name):
            raise Error(
                "log.chunked",
                "the sample is written in chunks, a layout that is not read",
                where=self._archive.where(name),
                hint="write the log again with inspect log convert",
            )

    def _read_samples(self) -> Share:
        """Return the samples, read in several processes where that is faster."""
        members, places = self._archive.members, self._archive.samples()
        costs = [_SAMPLE + size for size in members.sizes(places)]
        workers = available_workers() if self._workers is None else self._workers
        worth = sum(costs) - _SAMPLE * len(costs) >= WORTH_SHARING
        shared = workers > 1 and worth and can_fork()
        if shared:
            ends = cut_shrinking(costs, 1 / (2 * workers), sum(costs) / _SHARES, _MOST_ROWS)
        else:
            ends = cut(costs, math.inf, _MOST_ROWS)

        def read(number: int) -> Share:
            own = places[ends[number - 1] if number else 0 : ends[number]]
            share = read_share(self._source, members, own, self._keep)
            share.table.pack()
            return share

        if not shared:
            self._read_rest()
            return join_shares(map(read, range(len(ends))), self._keep)
        shares = share_out(read, len(ends), workers, self._read_rest, self._source.name)
        return join_shares(shares, self._keep)

    def _read_rest(self) -> None:
        """Hash the file and read what says the scores again."""
        self._sha256 = digest_source(self._source)
        self._summaries, self._earlier = read_summaries(self._archive, self._keep)
        self._reductions = read_reductions(self._archive)

    def _check_duplicates(self, table: SampleTable) -> None:
        """Tell samples that were run again, as the journal says, from members that were added.

        Every score that the journal has counts, also where its member was taken out, as the
        producer does it to save room.
        """
        for key, attempts in self._earlier.items():
            self._supersede(table, key, attempts)
        members, superseded = self._archive.members, self._archive.superseded()
        if not superseded:
            return
        samples = [x for x in superseded if members.name(x).startswith("samples/")]
        earlier = read_share(self._source, members, samples, self._keep).table
        counts = Counter((str(s.id), s.epoch) for s in earlier)
        requeued = {k for k, count in counts.items() if len(self._earlier.get(k, ())) == count}
        for sample in earlier:
            key = (str(sample.id), sample.epoch)
            if key in requeued:
                self._supersede(table, key, [sample.scores])
        known = {f"samples/{identifier}_epoch_{epoch}.json" for identifier, epoch in requeued}
        self._findings += [
            contradiction(
                "log.duplicate-member",
                "the archive holds several members of this name; the last one was read",
                where=name,
            )
            for name in self._archive.duplicates
            if name not in known
        ]

    @staticmethod
    def _supersede(
        table: SampleTable, key: tuple[str, int], attempts: list[Mapping[str, SampleScore]]
    ) -> None:
        """Add the scores of earlier attempts at a sample to those that count."""
        row = table.rows_by_key.get(key)
        if row is not None:
            marks = table.marks.setdefault(row, Marks())
            marks.superseded = (*marks.superseded, *attempts)

    def _compare_start(self) -> Iterator[str]:
        """Yield the parts of the header that differ from what was written when the run began."""
        archive = self._archive
        header, start = archive.find(_HEADER), archive.find(_START)
        if header is None:
            return
        if start is None:
            yield "beginning"
            return
        now = decode(archive.read(header), StartJson, where=archive.where(_HEADER))
        if start.size > MAX_HEADER:
            yield "beginning"
            return
        beginning = archive.read(start)
        check_keys(beginning, where=archive.where(_START))
        then = decode(beginning, StartJson, where=archive.where(_START))
        yield from differing(now, then)


def differing(now: StartJson, then: StartJson) -> Iterator[str]:
    """Yield the parts of a header that differ from what was written when the run began.

    Nothing changes them, but for options of the run, and for those the header says so.
    """
    for name in sorted((now.eval.keys() | then.eval.keys()) - {"config"}):
        if not is_equal(now.eval.get(name), then.eval.get(name)):
            yield name
    chosen, before = _config(now), _config(then)
    names = CHOICES if now.config_updates else sorted(chosen.keys() | before.keys())
    for name in names:
        if not is_equal(chosen.get(name), before.get(name)):
            yield name
    if not is_equal(now.plan, then.plan):
        yield "plan"


def _config(start: StartJson) -> Mapping[str, Any]:
    config = start.eval.get("config")
    return config if isinstance(config, dict) else {}
