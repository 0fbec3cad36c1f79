"""Evidence in the terminal."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ifthen.cli.output import print_trimmed
from ifthen.decision.facts import Evidence
from ifthen.decision.model import Reason
from ifthen.decision.wording import format_share
from ifthen.evidence.record import EvidenceRecord, Measurement

if TYPE_CHECKING:
    from rich.console import Console

    from ifthen.evidence.formats import Format

T = TypeVar("T")
BAR_FROM = 3
CLAIMS = {
    "samples": "samples: every number is recomputed from what each sample scored",
    "counts": "counts: numbers are recomputed from counts for each item, not from samples",
    "stated": "stated: numbers are taken from the file; nothing stands behind them",
}
"""What stands behind a log's numbers, in words."""


def track(items: Sequence[T], what: str) -> Iterator[T]:
    """Yield the items, with a progress bar on a terminal when there are several."""
    if len(items) < BAR_FROM or not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track as bar  # noqa: PLC0415

    from ifthen.cli.output import make_console  # noqa: PLC0415

    yield from bar(items, description=what, console=make_console(stderr=True), transient=True)


def show_record(
    record: EvidenceRecord, console: "Console", *, title: str, fault: Reason | None = None
) -> None:
    """Print what a log holds, with its findings."""
    from rich.text import Text  # noqa: PLC0415

    run, counts, claim = record.run, record.samples, record.log.claim
    others = [
        f"{getattr(counts, name)} {name}"
        for name in ("error", "limit", "invalidated", "unscored", "edited")
        if getattr(counts, name)
    ]
    lines = [
        (title, "bold"),
        (f"  task      {run.task}   model {run.model}   {run.created:%Y-%m-%d}", ""),
        *([(f"  part      {record.log.part}", "")] if record.log.part is not None else ()),
        *([(f"  claim     {CLAIMS[claim]}", "yellow")] if claim != "samples" else ()),
        (
            f"  log       {record.log.sha256[:19]}…   {record.log.bytes:,} bytes   {run.producer}",
            "",
        ),
        *((f"  {'packages':<9} {said}", "") for said in _versions(record)),
        (f"  samples   {counts.total}: {', '.join([f'{counts.ok} ok', *others])}", ""),
    ]
    lines += [(line, "") for line in _bindings(record)]
    lines += [
        (f"  {'measured' if claim != 'stated' else 'stated  '}  {_measurement(each, claim)}", "")
        for each in record.measurements
    ]
    lines += [
        (
            f"  {finding.severity} [{finding.code}] {finding.message}",
            "red" if finding.severity == "contradiction" else "yellow",
        )
        for finding in record.findings
    ]
    if fault is not None:
        lines.append((f"  not confirmed [{fault.code}] {fault.text}", "red"))
    for text, style in lines:
        print_trimmed(console, Text(text, style=style))


def _versions(record: EvidenceRecord) -> Iterator[str]:
    """Yield versions that the log names besides its producer's, and whether code was changed."""
    said = [f"{name} {version}" for name, version in record.run.packages.items()]
    if record.run.dirty:
        said.append("code with changes that no commit holds")
    if said:
        yield ", ".join(said)


def _bindings(record: EvidenceRecord) -> Iterator[str]:
    """Yield what binds the samples, how odd ones count, and what is excluded, where stated."""
    digests = (
        ("samples' root", record.integrity.samples_root),
        ("questions", record.integrity.dataset_sha256),
    )
    if known := [f"{name} {digest[:19]}…" for name, digest in digests if digest is not None]:
        yield f"  digests   {'   '.join(known)}"
    if rules := record.counting.model_dump(exclude_defaults=True):
        yield f"  counting  {', '.join(f'{name}: {rule}' for name, rule in rules.items())}"
    for excluded in record.exclusions:
        yield f"  excluded  {excluded.question}: {excluded.reason}"


def _measurement(measurement: Measurement, claim: str) -> str:
    value = "none" if measurement.value is None else format_share(measurement.value)
    stated = "" if measurement.stated is None else format_share(measurement.stated)
    if claim == "stated":
        return f"{measurement.scorer}/{measurement.metric} {stated or 'none'}, not recomputed"
    told = f", stated {stated}" if stated else ""
    clusters = f" in {len(measurement.clusters)} clusters" if measurement.clusters else ""
    silent = measurement.stated is None  # nothing is stated, so nothing differs
    agreement = "" if measurement.agrees or silent else "  DIFFERS from what the log states"
    without = measurement.excluding
    less = ""
    if without is not None:
        number = "none" if without.value is None else format_share(without.value)
        less = f"; {number} over {without.questions} without the excluded"
    return (
        f"{measurement.scorer}/{measurement.metric} {value}{told}"
        f" over {measurement.questions} questions{clusters}{less}{agreement}"
    )


def show_records(confirmed: Iterable[Evidence], console: "Console") -> None:
    """Print a line for each record."""
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("evidence", "model", "evaluation", "run", "samples", "log"):
        table.add_column(name)
    for item in confirmed:
        record = item.record.document
        state = "confirmed" if item.fault is None else item.fault.text
        if item.fault is None and any(f.severity == "contradiction" for f in record.findings):
            state = "contradicts itself"
        table.add_row(
            record.id,
            record.model,
            record.evaluation,
            f"{record.run.created:%Y-%m-%d}",
            str(record.samples.total),
            state,
        )
    print_trimmed(console, table)


def list_samples(log: Path, part: str | None) -> list[dict[str, Any]]:
    """Return a plain row for every sample of a log: id, epoch, status, score by scorer."""
    from ifthen.evidence import building, reading  # noqa: PLC0415

    return building.list_samples(reading.read_log(log.resolve(), part=part))


def show_samples(rows: Sequence[dict[str, Any]], console: "Console") -> None:
    """Print a line for every sample."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from ifthen.evidence.log import format_line  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("sample", "epoch", "status", "scores"):
        table.add_column(name)
    for row in rows:
        scores = ", ".join(f"{name} {value}" for name, value in row["scores"].items())
        cells = (str(row["id"]), str(row["epoch"]), ", ".join(row["status"]), scores or "none")
        table.add_row(*(Text(format_line(cell)) for cell in cells))  # a log's text is foreign
    print_trimmed(console, table)


def describe_format(entry: "Format") -> dict[str, Any]:
    """Return a format as plain data: claim, files, what it supports and lacks, what it needs."""
    return {
        "name": entry.name,
        "title": entry.title,
        "claim": entry.claim,
        "files": entry.files,
        "main": list(entry.main),
        "parts": dict(entry.parts),
        "supports": list(entry.supports),
        "lacks": list(entry.lacks),
        "extra": entry.extra,
    }


def show_formats(entries: Iterable["Format"]) -> None:
    """Print a paragraph for each format."""
    lines: list[str] = []
    for entry in entries:
        rows = [
            ("claim", CLAIMS[entry.claim]),
            ("files", entry.files),
            ("parts", ", ".join(entry.parts.values()) + ": name one with --part"),
            *(("supports", each) for each in entry.supports),
            *(("lacks", each) for each in entry.lacks),
            ("needs", f"pip install 'ifthen[{entry.extra}]'"),
        ]
        absent = {
            name for name, value in (("parts", entry.parts), ("needs", entry.extra)) if not value
        }
        lines += ["", f"{entry.name}  {entry.title}"]
        lines += [f"  {name:<9} {text}" for name, text in rows if name not in absent]
    click.echo("\n".join(lines[1:]))
