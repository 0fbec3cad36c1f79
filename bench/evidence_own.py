"""One measurement of our side or of a floor, in a process of its own.

    python -m bench.evidence_own ours|one-worker|inflate|hash REPEAT WARM_UP LOG

Prints one JSON object. Time is taken after imports and after a first, small log.
"""

import hashlib
import json
import mmap
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.evidence_archive import scan_directory
from bench.memory import own_peak_mb

if TYPE_CHECKING:  # a floor starts without them
    from ifthen.evidence.log import Log
    from ifthen.evidence.record import EvidenceRecord

Found = dict[str, Any]
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def ours(path: Path, *, workers: int | None = None) -> "tuple[Log, EvidenceRecord]":
    """Do what ``ifthen evidence read`` does before it prints: read, hash, recompute, compare."""
    from ifthen.evidence.building import build_record  # noqa: PLC0415 - see above
    from ifthen.evidence.reading import read_log  # noqa: PLC0415

    log = read_log(path, workers=workers)
    record = build_record(
        log,
        id="log",
        evaluation="none",
        model="none",
        plan=None,
        recorded_by="nobody",
        recorded_at=NOW,
        cluster_by=None,
        log_path=path.name,
    )
    return log, record


def describe(log: "Log", record: "EvidenceRecord") -> Found:
    """Return what the caller compares: numbers, contradictions, how many samples were hashed.

    A spread is recomputed only to be compared: without contradiction it is the stated one.
    """
    from ifthen.evidence.recompute import find_views  # noqa: PLC0415 - as in ours

    views, _ = find_views(log)
    numbers = {(view.result.label, view.metric.name): view.metric.value for view in views}
    numbers |= {(x.scorer, x.metric): x.value for x in record.measurements}
    return {
        "numbers": [[label, name, value] for (label, name), value in numbers.items()],
        "agree": all(x.agrees for x in record.measurements) and bool(record.measurements),
        "contradictions": [x.code for x in record.findings if x.severity == "contradiction"],
        "samples": record.samples.total,
        "hashed": sum(len(sample.sha256 or b"") == 32 for sample in log.samples),
    }


def inflate(path: Path) -> None:
    """Inflate every member and do nothing else: what no reader of the format can do without."""
    import zstandard  # noqa: PLC0415 - ours loads it by itself

    decompress = zstandard.ZstdDecompressor().decompress
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        view = memoryview(data)
        for _, start, packed, size in scan_directory(data):
            decompress(view[start : start + packed], max_output_size=size)
        view.release()


def hash_only(path: Path) -> float:
    """Hash the file and every sample; return the seconds of hashing alone."""
    import zstandard  # noqa: PLC0415 - as above

    decompress = zstandard.ZstdDecompressor().decompress
    data = path.read_bytes()
    view, spent = memoryview(data), 0.0
    for name, start, packed, size in scan_directory(data):
        if name.startswith(b"samples/"):
            content = decompress(view[start : start + packed], max_output_size=size)
            began = time.perf_counter()
            hashlib.sha256(content).digest()
            spent += time.perf_counter() - began
    began = time.perf_counter()
    hashlib.sha256(data).digest()
    return spent + time.perf_counter() - began


SUBJECTS: dict[str, Callable[[Path], Any]] = {
    "ours": ours,
    "one-worker": lambda path: ours(path, workers=1),
    "inflate": inflate,
    "hash": hash_only,
}


def _processor_seconds() -> float:
    """Return what this process has used of processors, and its workers that have ended."""
    used = (resource.getrusage(x) for x in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def main() -> None:
    """Print seconds and processor seconds of each run, peak memory in MB, and what was found."""
    subject, repeat, warm_up, path = sys.argv[1:]
    run = SUBJECTS[subject]
    run(Path(warm_up))
    seconds: list[float] = []
    processor: list[float] = []
    found: Any = None
    for _ in range(int(repeat)):
        found = None  # what the last run made is gone before the next one starts
        worked, started = _processor_seconds(), time.perf_counter()
        found = run(Path(path))
        spent = time.perf_counter() - started
        seconds.append(found if isinstance(found, float) else spent)
        processor.append(_processor_seconds() - worked)
    result: Found = {"seconds": seconds, "cpu": processor, "peak_mb": round(own_peak_mb(), 1)}
    if isinstance(found, tuple):
        result |= describe(*found)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
