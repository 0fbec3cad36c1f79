"""Reader of Inspect's ``.eval`` logs: a zip archive with one JSON member for each sample."""

import re
from collections.abc import Iterator

from ifthen.errors import Error
from ifthen.evidence.archive import Archive, Limits
from ifthen.evidence.formats import Request
from ifthen.evidence.inspect_format import (
    IDENTITY,
    HeaderJson,
    ReductionJson,
    SampleJson,
    StartJson,
    SummaryJson,
    check_version,
    decode,
    is_equal,
)
from ifthen.evidence.inspect_log import to_log, to_reductions, to_sample, to_summary
from ifthen.evidence.log import Finding, Log, Reduction, Sample, Summary, contradiction
from ifthen.evidence.source import Source, read_whole

_HEADER, _START = "header.json", "_journal/start.json"
_SUMMARIES, _REDUCTIONS = "summaries.json", "reductions.json"
_JOURNAL = re.compile(r"_journal/summaries/([0-9]+)\.json")
_CHUNKED = re.compile(r"samples/.*_epoch_[0-9]+/")


def read(source: Source, request: Request) -> Log:  # noqa: ARG001
    """Return the log in a source; see :func:`read_eval`."""
    return read_eval(read_whole(source), name=source.name)


def read_eval(data: bytes, *, name: str, limits: Limits | None = None) -> Log:
    """Return the log in the bytes of an ``.eval`` file.

    Raises:
        Error: those of :class:`~ifthen.evidence.archive.Archive`, ``log.not-json``,
            ``log.wrong-shape``, ``log.unknown-version``, ``log.unfinished``, ``log.chunked``.
    """
    archive = Archive(data, name=name, limits=limits)
    header = _read_header(archive, name)
    findings: list[Finding] = [
        contradiction(
            "log.duplicate-member",
            "the archive holds several members of this name; the last one was read",
            where=member,
        )
        for member in archive.duplicates
    ]
    samples: list[Sample] = []
    for sample in _read_samples(archive):
        samples.append(sample)
        if sample.place != f"samples/{sample.id}_epoch_{sample.epoch}.json":
            findings.append(
                contradiction(
                    "log.sample-name",
                    f"the member holds sample {sample.id!r} of epoch {sample.epoch}",
                    where=sample.place,
                )
            )
    return to_log(
        data,
        header,
        format="inspect-eval",
        where=archive.where(_HEADER),
        samples=samples,
        summaries=_read_summaries(archive),
        reductions=_read_reductions(archive),
        findings=findings,
        start_differs=_compare_start(archive),
    )


def _compare_start(archive: Archive) -> Iterator[str]:
    """Yield the parts of the header that differ from what was written when the run began."""
    header, start = archive.find(_HEADER), archive.find(_START)
    if header is None or start is None:
        yield "beginning"
        return
    now = decode(archive.read(header), StartJson, where=archive.where(_HEADER))
    then = decode(archive.read(start), StartJson, where=archive.where(_START))
    for name in IDENTITY:
        if not is_equal(now.eval.get(name), then.eval.get(name)):
            yield name
    if not is_equal(now.plan, then.plan):
        yield "plan"


def _read_header(archive: Archive, name: str) -> HeaderJson:
    header = archive.find(_HEADER)
    if header is None:
        if archive.find(_START) is None:
            raise Error(
                "log.not-a-log",
                "the archive holds no header.json, so it is not an evaluation log",
                where=name,
                hint="give an .eval or .json log of Inspect",
            )
        raise Error(
            "log.unfinished",
            "the log has no header.json: the run is still going, or it crashed",
            where=name,
            hint="wait for the run to end, or repeat it; an unfinished run is no evidence",
        )
    for member in archive.members:
        if _CHUNKED.match(member.name):
            raise Error(
                "log.chunked",
                "the sample is written in chunks, a layout that is not read",
                where=archive.where(member.name),
                hint="write the log again with inspect log convert",
            )
    content = archive.read(header)
    where = archive.where(_HEADER)
    check_version(content, where=where)
    return decode(content, HeaderJson, where=where)


def _read_samples(archive: Archive) -> Iterator[Sample]:
    for member in archive.live():
        if member.name.startswith("samples/") and member.name.endswith(".json"):
            content = archive.read(member)
            where = archive.where(member.name)
            yield to_sample(decode(content, SampleJson, where=where), place=member.name)


def _read_summaries(archive: Archive) -> Iterator[Summary]:
    """Yield the summaries, and of the journal's the last one of each sample."""
    journal: list[tuple[int, str]] = []
    for member in archive.live():
        if match := _JOURNAL.fullmatch(member.name):
            journal.append((int(match[1][:9]), member.name))
    last: dict[tuple[str, int], Summary] = {}
    for _, place in sorted(journal):
        last.update({(str(item.id), item.epoch): item for item in _summaries(archive, place)})
    yield from last.values()
    yield from _summaries(archive, _SUMMARIES)


def _summaries(archive: Archive, place: str) -> Iterator[Summary]:
    member = archive.find(place)
    if member is not None:
        where = archive.where(place)
        for item in decode(archive.read(member), list[SummaryJson], where=where):
            yield to_summary(item, place=place)


def _read_reductions(archive: Archive) -> tuple[Reduction, ...]:
    member = archive.find(_REDUCTIONS)
    if member is None:
        return ()
    where = archive.where(_REDUCTIONS)
    items = decode(archive.read(member), list[ReductionJson], where=where)
    return to_reductions(items, place=_REDUCTIONS)
