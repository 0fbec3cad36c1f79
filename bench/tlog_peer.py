"""The peer's side, run by a Python with pymerkle: a tree in SQLite, and proofs of inclusion.

    python bench/tlog_peer.py FOLDER ENTRIES PROOFS

Prints one JSON object. This file imports nothing of ifthen. pymerkle is GPL-3.0-or-later: it is run
beside, not used.
"""

import json
import random
import statistics
import sys
import time
from importlib.metadata import version

BATCH = 1 << 16


def main() -> None:
    """Print the seconds of appending, and the median of a proof, after one that is not counted."""
    from pymerkle import SqliteTree  # noqa: PLC0415 - only where it is installed

    folder, count, proofs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    tree = SqliteTree(f"{folder}/pymerkle.db")
    seconds = 0.0
    for first in range(0, count, BATCH):
        last = min(first + BATCH, count)
        entries = [n.to_bytes(8, "big") * 32 for n in range(first, last)]
        started = time.perf_counter()
        tree.append_entries(entries)
        seconds += time.perf_counter() - started
    rng = random.Random(20261124)  # noqa: S311 - places to measure
    times = []
    for _ in range(proofs + 1):
        index = rng.randrange(1, count + 1)
        started = time.perf_counter()
        tree.prove_inclusion(index, count)
        times.append(time.perf_counter() - started)
    print(
        json.dumps(
            {
                "append_s": seconds,
                "proof_s": statistics.median(times[1:]),
                "version": version("pymerkle"),
            }
        )
    )


if __name__ == "__main__":
    main()
