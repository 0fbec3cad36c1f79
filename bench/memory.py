"""Memory of a process and the processes it starts, from outside (Linux)."""

import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PERIOD = 0.004


def own_peak_mb() -> float:
    """Return the most memory that this process has held, in MB (2**20 bytes)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def watch(command: Sequence[str], *, period: float = PERIOD) -> tuple[str, list[float]]:
    """Run a command; return what it printed and the memory in MB of its processes over time.

    Pages that processes share count once (proportional set size).
    """
    found: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            found.append(sum(_proportional_mb(pid) for pid in _tree(process.pid)))
            time.sleep(period)
        printed = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return printed, found


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = [p.read_text() for p in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it ended meanwhile
        return
    for child in " ".join(children).split():
        yield from _tree(int(child))


def _proportional_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) for x in lines if x.startswith("Pss:")), 0) / 1024
