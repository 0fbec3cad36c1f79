"""Logs beyond one machine's patience: a set of 20 GB, a log of 200,000 samples, many workers.

The set is 12 logs (four of each shape, from four seeds) and hard links to them, so that it takes
little of the disk and every byte of it is read. Its files are in the page cache: what is measured
is reading, not the disk.
"""

import importlib
import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.evidence_logs import FOLDER, SHAPES, find_logs, raw_bytes
from bench.memory import watch

SEEDS = (1, 2, 3, 4)
WORKERS_GOAL = 1.7
_GROWTH_MB = 8.0
"""More than this between the first and the last quarter of a set is growth."""
Json = dict[str, Any]


def measure_large(
    *, set_bytes: int = 20_000_000_000, samples: int = 200_000, scale: int = 1
) -> Json:
    """Return memory over the set, bytes a sample, and the gain of workers and of a Dask cluster.

    ``scale`` divides the samples of every log of the set.
    """
    shapes = [replace(x, samples=max(2, x.samples // scale)) for x in SHAPES.values()]
    logs = [path for seed in SEEDS for path in find_logs(shapes, seed=seed)]
    paths = make_set(logs, set_bytes)
    raw = {path: raw_bytes(path)[1] for path in logs}
    times, rest = divmod(len(paths), len(logs))
    inflated = sum(raw.values()) * times + sum(raw[path] for path in logs[:rest])
    result: Json = {
        "set": f"{len(paths)} files: {len(logs)} logs of three shapes and hard links to them",
        "set_packed_bytes": sum(path.stat().st_size for path in paths),
        "set_raw_bytes": inflated,
    }
    result |= _read_set(paths[0].parent, inflated)
    result |= _read_long(samples, shapes[0].samples)
    result |= _compare_workers(paths[: 2 * len(logs)])
    result["goals"] = {
        "set_memory_constant": result["set_memory_constant"],
        "two_workers_vs_one": result["two_workers_vs_one"] >= WORKERS_GOAL,
    }
    result["goals_met"] = all(result["goals"].values())
    return result


def make_set(logs: Sequence[Path], size: int) -> list[Path]:
    """Return hard links to the logs, each in turn, until they have that many bytes together."""
    folder = FOLDER / "set"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    paths: list[Path] = []
    while size > 0:
        log = logs[len(paths) % len(logs)]
        paths.append(folder / f"{len(paths):06}.eval")
        paths[-1].hardlink_to(log)
        size -= log.stat().st_size
    return paths


def verify(path: str) -> int:
    """Read and check one log in one process; return its number of samples."""
    from bench.evidence_own import describe, ours  # noqa: PLC0415 - not in the watching process

    found = describe(*ours(Path(path), workers=1))
    if found["contradictions"] or not found["agree"]:
        raise SystemExit(f"{path}: {found['contradictions']}")
    return int(found["samples"])


def read_all(paths: Sequence[Path], executor: Executor, workers: int) -> int:
    """Return the number of samples of the logs, read by the workers of an executor."""
    from bench.evidence_own import NOW  # noqa: PLC0415 - not in the watching process
    from ifthen.evidence.many import read_many  # noqa: PLC0415

    total = 0
    for outcome in read_many(paths, recorded_at=NOW, executor=executor, workers=workers):
        if outcome.value is None:
            raise SystemExit(f"{outcome.item}: {outcome.error}")
        total += outcome.value.samples.total
    return total


def _read_set(folder: Path, inflated: int) -> Json:
    """Read a set log by log in one process with its default workers, watched from outside."""
    command = [sys.executable, "-m", "bench.evidence_large", "ours", str(folder)]
    printed, over_time = watch(command, period=0.05)
    seconds = json.loads(printed.splitlines()[-1])["seconds"]
    quarter = max(1, len(over_time) // 4)
    first, last = max(over_time[:quarter]), max(over_time[-quarter:])
    return {
        "set_s": round(seconds, 1),
        "set_raw_mb_per_s": round(inflated / 1e6 / seconds),
        "set_peak_mb": round(max(over_time), 1),
        "set_peak_mb_first_quarter": round(first, 1),
        "set_peak_mb_last_quarter": round(last, 1),
        "set_memory_constant": last - first <= _GROWTH_MB,
    }


def _read_long(samples: int, few: int) -> Json:
    """Read one log of many small samples and one of few: what a sample takes is the difference."""
    peaks, seconds = [], []
    for count in (few, samples):
        (path,) = find_logs([replace(SHAPES["small"], samples=count)])
        command = [sys.executable, "-m", "bench.evidence_large", "one-worker", str(path)]
        printed, over_time = watch(command, period=0.01)
        found = json.loads(printed.splitlines()[-1])
        peaks.append(max(found["peak_mb"], *over_time))
        seconds.append(found["seconds"])
    return {
        "long_log": f"{samples:,} small samples, {raw_bytes(path)[1] / 1e6:.0f} MB raw",
        "long_s": round(seconds[1], 2),
        "long_peak_mb": round(peaks[1], 1),
        "long_bytes_per_sample": round((peaks[1] - peaks[0]) * 2**20 / (samples - few)),
    }


def _compare_workers(paths: Sequence[Path]) -> Json:
    """Return seconds of one and two workers, and of two of a Dask cluster if that is installed."""
    seconds: dict[str, float] = {}
    makers: dict[str, Callable[[], Any]] = {
        "one_worker": lambda: ProcessPoolExecutor(1, mp_context=get_context("spawn")),
        "two_workers": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    }
    if _has_dask():
        makers["dask"] = dask_executor
    samples: set[int] = set()
    for _ in range(3):
        for name, make in makers.items():
            with make() as executor:
                _each(paths[:4], executor)  # workers start and import
                started = time.perf_counter()
                samples.add(read_all(paths, executor, 1 if name == "one_worker" else 2))
                spent = time.perf_counter() - started
            seconds[name] = min(spent, seconds.get(name, spent))
    result: Json = {f"{name}_s": round(value, 2) for name, value in seconds.items()}
    result["two_workers_vs_one"] = round(seconds["one_worker"] / seconds["two_workers"], 2)
    result["same_samples"] = len(samples) == 1
    if "dask" in seconds:
        result["dask_vs_two_workers"] = round(seconds["two_workers"] / seconds["dask"], 2)
    else:
        result["dask"] = "not measured: install distributed"
    return result


def _each(paths: Sequence[Path], executor: Executor) -> list[int]:
    futures = [executor.submit(verify, str(path)) for path in paths]
    return [future.result() for future in futures]


def _has_dask() -> bool:
    return importlib.util.find_spec("distributed") is not None


@contextmanager
def dask_executor() -> Iterator[Executor]:
    """Yield the executor of a local Dask cluster of two workers, each a process."""
    distributed: Any = importlib.import_module("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client.get_executor(pure=False)  # pure: it would not read a log twice


def main() -> None:
    """Read a log, or each log of a folder, and print seconds and peak memory in MB."""
    from bench.evidence_own import describe, ours  # noqa: PLC0415 - not in the watching process
    from bench.memory import own_peak_mb  # noqa: PLC0415

    subject, place = sys.argv[1], Path(sys.argv[2])
    workers = 1 if subject == "one-worker" else None
    paths = sorted(place.iterdir()) if place.is_dir() else [place]
    started = time.perf_counter()
    for path in paths:
        log, record = ours(path, workers=workers)
        if describe(log, record)["contradictions"]:
            raise SystemExit(f"{os.fspath(path)} contradicts itself")
        del log, record
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_mb": own_peak_mb()}))


if __name__ == "__main__":
    main()
