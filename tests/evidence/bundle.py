"""A format of the tests' own: one file names results, the files beside it hold their samples.

``x.bundle`` is ``{"bundle": 1, "task": ..., "model": ..., "parts": [...]}``;
every ``x/PART-*.jsonl`` holds samples, ``x/PART.note`` may say that the run was dirty.
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ifthen.encoding.canonical import digest_value
from ifthen.evidence.formats import FORMATS, Format, Request
from ifthen.evidence.log import Log, LogFile, Metric, Result, RunFacts, Sample, SampleScore
from ifthen.evidence.source import Source, digest_source, read_whole

FORMAT = Format(
    name="bundle",
    title="Bundle of the tests",
    module=__name__,
    recognise=lambda peek: "bundle" in peek.keys,
    files="one .bundle file and a folder of the same name",
    main=("*.bundle",),
    claim="samples",
    supports=("every score recomputed",),
    lacks=("a beginning",),
    extra="arrow",
    parts={"part": "result"},
)


def register(monkeypatch) -> None:
    """Make the format known for one test."""
    monkeypatch.setitem(FORMATS, FORMAT.name, FORMAT)


def list_parts(source: Source) -> tuple[str, ...]:
    return tuple(json.loads(read_whole(source))["parts"])


def read(source: Source, request: Request) -> Log:
    head = json.loads(read_whole(source))
    stem, part = source.name.removesuffix(".bundle"), request.part
    samples: list[Sample] = []
    found: list[tuple[str, Source]] = [(source.name, source)]
    note = source.companion(f"{stem}/{part}.note")
    if note is not None:
        found.append((f"{stem}/{part}.note", note))
    for name in source.list_companions(f"{stem}/{part}-*.jsonl"):
        file = source.companion(name)
        assert file is not None
        found.append((name, file))
        for line in read_whole(file).splitlines():
            row = json.loads(line)
            metadata = {k: v for k, v in row.items() if k in request.keep}
            samples.append(
                Sample(
                    id=row["id"],
                    epoch=1,
                    place=name,
                    scores={"match": SampleScore(value=row["value"])},
                    metadata=metadata,
                    sha256=hashlib.sha256(line).digest(),
                )
            )
    files = tuple(
        LogFile(path=name, sha256=digest_source(file), bytes=file.size) for name, file in found
    )
    many = len(files) > 1
    listed = [{"path": f.path, "sha256": f.sha256, "bytes": f.bytes} for f in files]
    return Log(
        format="bundle",
        sha256=digest_value(listed) if many else files[0].sha256,
        bytes=sum(file.bytes for file in files),
        files=files if many else (),
        part=part,
        run=RunFacts(
            task=head["task"],
            model=head["model"],
            created=datetime(2026, 6, 1, tzinfo=UTC),
            status="success",
            producer="tests",
            epochs=1,
            dirty=note is not None,
        ),
        scorers=(),
        sample_ids=None,
        total=len(samples),
        completed=len(samples),
        results=(Result(scorer="match", metrics=(Metric(name="accuracy"),)),),
        samples=tuple(samples),
    )


ROWS = [{"id": f"q{n}", "value": "C" if n % 3 else "I", "family": f"f{n % 2}"} for n in range(6)]


def write_bundle(folder: Path, *, parts=("first", "second"), rows: Any = None, **head: Any) -> Path:
    """Write a bundle with the same samples in every part, but one less in each."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "x.bundle"
    path.write_text(
        json.dumps({"bundle": 1, "task": "plain", "model": "m", "parts": list(parts)} | head)
    )
    (folder / "x").mkdir(exist_ok=True)
    for number, part in enumerate(parts):
        content = (rows or ROWS)[number:]
        write_rows(folder / "x" / f"{part}-0.jsonl", content[:3])
        write_rows(folder / "x" / f"{part}-1.jsonl", content[3:])
    return path


def write_rows(path: Path, rows: Any) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
