"""Timing of whole processes, side by side: a ratio holds when the machine's speed drifts."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def time_side_by_side(
    commands: Mapping[str, Sequence[str]], *, runs: int, cwd: Path | None = None
) -> dict[str, float]:
    """Return the median wall time in seconds of each command, run in turns after one warm-up."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, cwd=cwd, check=False, capture_output=True)
            if turn:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in times.items()}


def install_peer(name: str, requirement: str) -> Path:
    """Return the directory of commands of a peer, in an environment of its own below ``build/``."""
    environment = Path("build") / "bench" / name
    marker = environment / ".installed"
    binary = environment / ("Scripts" if os.name == "nt" else "bin")
    if not marker.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run(
            [binary / "python", "-m", "pip", "install", "--quiet", requirement],
            check=True,
            stdout=sys.stderr,
        )
        marker.touch()
    return binary.resolve()
