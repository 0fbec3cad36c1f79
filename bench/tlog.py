"""How fast the transparency log is, beside the pure hash floor and pymerkle, in one run.

Data: 1,000,000 entries of 256 bytes, in a folder of plain files. The floor is the hashing of all
leaves and nodes in one loop of Python, nothing read or written. Appending is durable: each batch of
65,536 is on the disk, signed and published before the next. The audit reads every file and confirms
every hash. A proof is made from files with nothing kept, and confirmed; pymerkle's is made from its
SQLite tree. Ratios to the floor are better when smaller, the one to pymerkle when larger.

With ``--large``, a record of 10,000 statements is verified too, in processor time, beside its own
floor: every hash and signature once (``bench.record_large``).

    python -m bench.tlog [--quick] [--large] --json
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.timing import install_peer

ENTRIES = 1_000_000
PEER = "pymerkle==7.0.0"
GOALS = {
    "audit_vs_hash_floor": 2.0,
    "append_vs_hash_floor": 3.0,
    "proof_vs_pymerkle_sqlite": 50.0,
    "peak_rss_mb": 100.0,
}
"""At most, but ``proof_vs_pymerkle_sqlite`` at least."""
LARGE_GOALS = {"verify_10000_cpu_s": 10.0}


def run_json(command: list[str]) -> dict[str, Any]:
    """Return the JSON object that a command prints."""
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def measure_peer(folder: Path, entries: int, proofs: int) -> dict[str, Any]:
    """Return the peer's figures, or the reason why there are none."""
    try:
        python = install_peer("pymerkle", PEER) / "python"
    except (OSError, subprocess.CalledProcessError) as error:
        return {"reason": f"pymerkle could not be installed: {type(error).__name__}"}
    script = Path(__file__).with_name("tlog_peer.py")
    return run_json([str(python), str(script), str(folder), str(entries), str(proofs)])


def measure(*, quick: bool, entries: int = ENTRIES) -> dict[str, Any]:
    """Return all figures; ``quick`` ends within 40 s."""
    place = Path("build") / "bench"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as name:
        runs, small, proofs = ("1", "10", 7) if quick else ("5", "1000", 100)
        own = [sys.executable, "-m", "bench.tlog_own", name, str(entries), runs, small]
        result = run_json(own)
    with tempfile.TemporaryDirectory(dir=place) as name:
        peer = measure_peer(Path(name), entries, proofs)
    if reason := peer.get("reason"):
        return result | {
            "proof_vs_pymerkle_sqlite": None,
            "proof_vs_pymerkle_sqlite_reason": reason,
        }
    return result | {
        "proof_vs_pymerkle_sqlite": 1000 * peer["proof_s"] / result["proof_ms"],
        "append_vs_pymerkle_sqlite": peer["append_s"] / result["append_s"],
        "proof_pymerkle_ms": 1000 * peer["proof_s"],
        "pymerkle": peer["version"],
    }


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs; ends within 40 s")
    parser.add_argument("--large", action="store_true", help="a record of 10,000 statements too")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in measure(quick=arguments.quick).items()
    }
    goals = GOALS
    if arguments.large:
        result |= run_json([sys.executable, "-m", "bench.record_large"])
        goals = GOALS | LARGE_GOALS
    result |= {f"{name}_goal": goal for name, goal in goals.items()}
    result |= {"entries": ENTRIES, "python": platform.python_version()}
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:28} {value}")


if __name__ == "__main__":
    main()
