"""The peer's side, run by a Python with inspect-ai: read a log in full and recompute its metrics.

    python bench/evidence_peer.py WARM_UP LOG

Prints one JSON object. Time is taken after imports and after a first, small log; the garbage
collector is as it is by default. This file imports nothing of ifthen.
"""

import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path


def verify(path: str) -> list[list[object]]:
    """Return every metric of a log by the library's own way: read the samples, recompute."""
    from inspect_ai.log import (  # noqa: PLC0415 - only where it is installed
        read_eval_log,
        recompute_metrics,
    )

    log = read_eval_log(path)
    recompute_metrics(log)
    return [
        [score.name, metric.name, metric.value]
        for score in log.results.scores
        for metric in score.metrics.values()
    ]


def main() -> None:
    """Print seconds, peak memory in MB, numbers and version."""
    warm_up, path = sys.argv[1:]
    verify(warm_up)
    worked, started = time.process_time(), time.perf_counter()
    numbers = verify(path)
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM:"))
        kilobytes = int(line.split()[1])
    else:
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "seconds": [seconds],
                "cpu": [processor],
                "peak_mb": round(kilobytes / 1024, 1),
                "numbers": numbers,
                "version": version("inspect_ai"),
            }
        )
    )


if __name__ == "__main__":
    main()
