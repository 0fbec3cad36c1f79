"""How fast and in how much memory a log is verified, by inspect-ai, by ifthen, and at the least.

Verified means by inspect-ai: the log read in full and its metrics recomputed; by ifthen: what
``ifthen evidence read`` does before it prints, which is that, the comparison of every part of the
log with its samples, and the SHA-256 of the file and of every sample. The floor inflates every
member and does nothing else, in one thread. Each runs in fresh processes, in turns; the shortest
time counts, taken after imports and after a first, small log. On a busy machine look at the ratios
of processor time (``cpu``) beside: two processes that wait for a processor gain nothing.

``--quick`` takes logs of the same shapes with fewer samples, for every subject alike. What a log
costs once, such as starting a second process, weighs more there, so its ratios are worse than those
of the whole logs.

    python -m bench.evidence [--quick | --large] --json

The environment variable IFTHEN_INSPECT_PYTHON names a Python with inspect-ai.
"""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.evidence_logs import SHAPES, find_logs, raw_bytes
from bench.evidence_sample import Shape
from bench.memory import watch

PEER = "inspect"
GOALS = {
    "ratio_vs_inspect_small": (">=", 40.0),
    "ratio_vs_inspect_fat": (">=", 25.0),
    "ratio_vs_inspect_agentic": (">=", 8.0),
    "ratio_vs_floor": ("<=", 2.5),
    "peak_rss_mb": ("<", 80.0),
}
QUICK = {"small": 1_500, "fat": 1_000, "agentic": 60}
"""Samples of the logs of a quick run: each still large enough to be read by two processes."""
_PEER_SCRIPT = Path(__file__).with_name("evidence_peer.py")
Json = dict[str, Any]


def find_peer() -> str:
    """Return a Python that has inspect-ai; without one, the program ends with what to do."""
    python = os.environ.get("IFTHEN_INSPECT_PYTHON") or "build/inspect-ai/bin/python"
    if not Path(python).exists():
        raise SystemExit(
            f"bench.evidence compares with inspect-ai, and there is no {python}. Make one with\n"
            "  python3 -m venv build/inspect-ai && build/inspect-ai/bin/pip install inspect-ai\n"
            "or name a Python that has inspect-ai in IFTHEN_INSPECT_PYTHON."
        )
    return python


def measure(
    *, rounds: int, peer_rounds: int, repeat: int, samples: Mapping[str, int] | None = None
) -> Json:
    """Return ratios, seconds, memory, versions, and which goals are met.

    ``samples`` are how many the log of a shape has where it is not the whole one.
    """
    peer = find_peer()
    load = os.getloadavg()[0]
    shapes = {
        x: replace(shape, samples=(samples or {}).get(x, shape.samples))
        for x, shape in SHAPES.items()
    }
    found = find_logs([*shapes.values(), *(replace(x, samples=12) for x in shapes.values())])
    logs, warm = (
        dict(zip(SHAPES, found[:3], strict=True)),
        dict(zip(SHAPES, found[3:], strict=True)),
    )
    subjects = ("inflate", "ours", "one-worker", "hash", PEER)
    runs: dict[tuple[str, str], list[Json]] = {(s, x): [] for s in subjects for x in SHAPES}
    for turn in range(max(rounds, peer_rounds)):
        for shape, log in logs.items():
            for subject in subjects:
                if turn < (peer_rounds if subject == PEER else rounds):
                    command = _command(peer, subject, warm[shape], log, repeat)
                    runs[subject, shape].append(_run(command))
    seconds = {key: min(s for run in found for s in run["seconds"]) for key, found in runs.items()}
    peaks = {
        x: _peak(runs["ours", x], _command(peer, "ours", warm[x], logs[x], repeat)) for x in SHAPES
    }
    result = _ratios(seconds) | _cpu_ratios(runs) | {"peak_rss_mb": max(peaks.values())}
    result |= _checks(runs, shapes)
    result["goals"] = {name: _met(result[name], *goal) for name, goal in GOALS.items()}
    result["goals_met"] = all(result["goals"].values())
    for shape, log in logs.items():
        for subject in subjects:
            result[f"{subject.replace('-', '_')}_{shape}_s"] = round(seconds[subject, shape], 4)
        result[f"ours_{shape}_mb"] = peaks[shape]
        result[f"inspect_{shape}_mb"] = max(run["peak_mb"] for run in runs[PEER, shape])
        own, members = raw_bytes(log)
        count = shapes[shape].samples
        result[f"log_{shape}"] = (
            f"{count:,} samples of {own / count / 1e3:.1f} kB; "
            f"{own / 1e6:.1f} MB of samples, {members / 1e6:.1f} MB of members, "
            f"{log.stat().st_size / 1e6:.1f} MB packed"
        )
    result |= {"rounds": rounds, "peer_rounds": peer_rounds, "load_before": round(load, 2)}
    return result | _versions(runs)


def _command(peer: str, subject: str, warm_up: Path, log: Path, repeat: int) -> list[str]:
    if subject == PEER:
        return [peer, str(_PEER_SCRIPT), str(warm_up), str(log)]
    own = [sys.executable, "-m", "bench.evidence_own"]
    return [*own, subject, str(repeat), str(warm_up), str(log)]


def _run(command: Sequence[str]) -> Json:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: Json = json.loads(done.stdout.splitlines()[-1])
    return found


def _peak(runs: Sequence[Json], command: Sequence[str]) -> float:
    """Return the most memory in MB of the reading process or, seen from outside, of all of them."""
    printed, over_time = watch(command)
    inside = [run["peak_mb"] for run in (*runs, json.loads(printed.splitlines()[-1]))]
    return float(round(max(*inside, *over_time), 1))


def _ratios(seconds: dict[tuple[str, str], float]) -> Json:
    ratios: Json = {
        f"ratio_vs_inspect_{x}": round(seconds[PEER, x] / seconds["ours", x], 2) for x in SHAPES
    }
    for subject, name in (("ours", ""), ("one-worker", "_one_worker")):
        floors = {x: round(seconds[subject, x] / seconds["inflate", x], 2) for x in SHAPES}
        ratios[f"ratio_vs_floor{name}"] = max(floors.values())
        ratios |= {f"ratio_vs_floor{name}_{x}": value for x, value in floors.items()}
    for x in SHAPES:
        least = seconds["inflate", x] + seconds["hash", x]
        ratios[f"ratio_vs_inflate_and_hash_{x}"] = round(seconds["ours", x] / least, 2)
    return ratios


def _cpu_ratios(runs: dict[tuple[str, str], list[Json]]) -> Json:
    """Return ratios of the least processor time, that of all processes of a reader together."""
    cpu = {key: min(s for run in found for s in run["cpu"]) for key, found in runs.items()}
    ratios: Json = {}
    for x in SHAPES:
        ratios[f"cpu_ratio_vs_inspect_{x}"] = round(cpu[PEER, x] / cpu["one-worker", x], 2)
        ratios[f"cpu_ratio_vs_floor_{x}"] = round(cpu["one-worker", x] / cpu["inflate", x], 2)
        ratios[f"cpu_ratio_two_vs_one_{x}"] = round(cpu["ours", x] / cpu["one-worker", x], 2)
    return ratios


def _checks(runs: dict[tuple[str, str], list[Json]], shapes: Mapping[str, Shape]) -> Json:
    """Return whether the logs were read as whole and consistent ones, with the peer's numbers."""
    own = {x: runs["ours", x] + runs["one-worker", x] for x in SHAPES}
    return {
        "same_numbers": all(
            same_numbers(run["numbers"], runs[PEER, x][0]["numbers"])
            for x in SHAPES
            for run in own[x]
        ),
        "consistent": all(
            run["agree"] and not run["contradictions"] for x in SHAPES for run in own[x]
        ),
        "every_sample_hashed": all(
            run["hashed"] == run["samples"] == shapes[x].samples for x in SHAPES for run in own[x]
        ),
    }


def same_numbers(own: Sequence[Sequence[Any]], peer: Sequence[Sequence[Any]]) -> bool:
    """Return whether both give the same metrics: accuracies to the bit, sums of squares nearly.

    The peer adds the samples of a zip in the order of its members.
    """
    ours, theirs = ({(scorer, name): value for scorer, name, value in x} for x in (own, peer))
    return ours.keys() == theirs.keys() and all(
        math.isclose(value, theirs[key], rel_tol=0 if key[1] == "accuracy" else 4e-16)
        for key, value in ours.items()
    )


def _met(value: float, sign: str, goal: float) -> bool:
    return {">=": value >= goal, "<=": value <= goal, "<": value < goal}[sign]


def _versions(runs: dict[tuple[str, str], list[Json]]) -> Json:
    libraries = {name: version(name) for name in ("ifthen", "msgspec", "zstandard")}
    return {
        "inspect_ai": runs[PEER, "small"][0]["version"],
        **libraries,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
    }


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="smaller logs, fewer runs; within 40 s"
    )
    parser.add_argument("--large", action="store_true", help="a set of 20 GB instead; minutes")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if arguments.large:
        from bench.evidence_large import measure_large  # noqa: PLC0415 - not for the others

        result = measure_large()
    else:
        result = (
            measure(rounds=1, peer_rounds=1, repeat=3, samples=QUICK)
            if arguments.quick
            else measure(rounds=5, peer_rounds=3, repeat=3)
        )
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:36} {value}")


if __name__ == "__main__":
    main()
