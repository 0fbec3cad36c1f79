"""How long a user waits: help, check and decide of the example, as whole processes.

Peer: ``trestle --help`` of compliance-trestle. Floor: a Python process that does nothing.

    python -m bench.startup [--quick] --json
"""

import argparse
import json
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from bench.timing import install_peer, time_side_by_side

PEER = "compliance-trestle==5.2.0"
EXAMPLE = Path("examples") / "aurora"
DAY = "2026-12-01"


def measure(runs: int) -> dict[str, float | str]:
    """Return seconds and ratios; ratios over 1 say how many times the peer or the floor takes."""
    ifthen = str(Path(sys.executable).with_name("ifthen"))
    trestle = install_peer("trestle", PEER) / "trestle"
    with tempfile.TemporaryDirectory() as directory:
        workspace = Path(directory) / "aurora"
        shutil.copytree(EXAMPLE, workspace)
        inside = ["-C", str(workspace), "--on", DAY]
        seconds = time_side_by_side(
            {
                "floor": [sys.executable, "-c", "pass"],
                "help": [ifthen, "--help"],
                "check": [ifthen, "check", *inside],
                "decide": [ifthen, "decide", "aurora-2", *inside],
                "decide_uncached": [ifthen, "decide", "aurora-2", "--no-cache", *inside],
                "trestle_help": [str(trestle), "--help"],
            },
            runs=runs,
        )
    result: dict[str, float | str] = {f"{name}_s": round(s, 4) for name, s in seconds.items()}
    result |= {
        "trestle_help_vs_help": round(seconds["trestle_help"] / seconds["help"], 2),
        "trestle_help_vs_check": round(seconds["trestle_help"] / seconds["check"], 2),
        "help_vs_floor": round(seconds["help"] / seconds["floor"], 2),
        "check_vs_floor": round(seconds["check"] / seconds["floor"], 2),
        "decide_vs_floor": round(seconds["decide"] / seconds["floor"], 2),
        "peer": PEER,
        "python": platform.python_version(),
        "runs": runs,
    }
    return result


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs; ends within 40 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = measure(runs=3 if arguments.quick else 11)
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
