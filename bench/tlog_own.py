"""Our side, in a process of its own so that its memory is told: floor, append, audit, proofs.

    python -m bench.tlog_own FOLDER ENTRIES RUNS SMALL

FOLDER must be on a real disk. SMALL is how many appends of each small batch are timed; 0 for none.
Prints one JSON object. Times are in seconds, floors beside what they are compared with: entries are
made before the clock runs, and the machine's speed drifts less within a part of a second.
"""

import hashlib
import json
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.memory import own_peak_mb
from ifthen.tlog.auditing import audit, make_inclusion_proof
from ifthen.tlog.checkpoint import Checkpoint, parse_checkpoint
from ifthen.tlog.note import parse_note
from ifthen.tlog.sequencer import MAX_BATCH, Sequencer
from ifthen.tlog.signer import Ed25519Signer
from ifthen.tlog.stores import DirectoryStore
from ifthen.tlog.tree import verify_inclusion

ENTRY_BYTES = 256
BATCH = MAX_BATCH
PROOFS = 300
START = datetime(2026, 1, 1, tzinfo=UTC)
SIGNER = Ed25519Signer("bench.example/log", b"\1" * 32)


def make_entries(first: int, count: int) -> list[bytes]:
    """Return entries of 256 bytes, no two alike."""
    return [n.to_bytes(8, "big") * (ENTRY_BYTES // 8) for n in range(first, first + count)]


def hash_floor(entries: list[bytes]) -> float:
    """Return the seconds that all leaf and node hashes take, and nothing else."""
    sha256 = hashlib.sha256
    started = time.perf_counter()
    nodes = [sha256(b"\0" + entry).digest() for entry in entries]
    while len(nodes) > 1:
        pairs = iter(nodes)
        above = [sha256(b"\1" + one + other).digest() for one, other in zip(pairs, pairs)]  # noqa: B905
        if len(nodes) & 1:
            above.append(nodes[-1])
        nodes = above
    return time.perf_counter() - started


def measure_append(folder: Path, count: int) -> tuple[float, float, bytes]:
    """Return seconds of the floor and of appending, in turns, and the checkpoint."""
    floor = seconds = 0.0
    store = DirectoryStore(folder / "log")
    with Sequencer.create(folder / "log.db", store, signers=[SIGNER], now=START) as log:
        for turn, first in enumerate(range(0, count, BATCH), 1):
            entries = make_entries(first, min(BATCH, count - first))
            floor += hash_floor(entries)
            started = time.perf_counter()
            log.append(entries, now=START + timedelta(seconds=turn))
            seconds += time.perf_counter() - started
        return floor, seconds, log.checkpoint


def measure_audit(folder: Path, checkpoint: Checkpoint) -> tuple[float, float]:
    """Return seconds of the floor and of a full audit: every file read, every hash computed."""
    floor = 0.0
    for first in range(0, checkpoint.size, BATCH):
        floor += hash_floor(make_entries(first, min(BATCH, checkpoint.size - first)))
    store = DirectoryStore(folder / "log")
    started = time.perf_counter()
    seen = sum(bundle.width for bundle in audit(store.read, checkpoint))
    seconds = time.perf_counter() - started
    if seen != checkpoint.size:
        raise SystemExit(f"the audit saw {seen} of {checkpoint.size} entries")
    return floor, seconds


def measure_proofs(folder: Path, checkpoint: Checkpoint) -> tuple[float, float]:
    """Return the median seconds of a proof from files, nothing kept, and of its verification."""
    store = DirectoryStore(folder / "log")
    rng = random.Random(20261124)  # noqa: S311 - places to measure
    made, verified = [], []
    for index in [rng.randrange(checkpoint.size) for _ in range(PROOFS)]:
        started = time.perf_counter()
        leaf, proof = make_inclusion_proof(store.read, checkpoint, index)
        between = time.perf_counter()
        verify_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)
        made.append(between - started)
        verified.append(time.perf_counter() - between)
    return statistics.median(made), statistics.median(verified)


def measure_small(folder: Path, appends: int) -> dict[str, float]:
    """Return entries a second, appended 1, 10, 100 and 1,000 at a time; each time on the disk."""
    found = {}
    for size in (1, 10, 100, 1000):
        inside = folder / f"batch-{size}"
        inside.mkdir()
        store = DirectoryStore(inside / "log")
        with Sequencer.create(inside / "log.db", store, signers=[SIGNER], now=START) as log:
            batches = [make_entries(n * size, size) for n in range(appends)]
            started = time.perf_counter()
            for turn, entries in enumerate(batches, 1):
                log.append(entries, now=START + timedelta(seconds=turn))
            found[f"append_{size}_per_s"] = appends * size / (time.perf_counter() - started)
    return found


def main() -> None:
    """Print the measurements."""
    folder, count, runs, small = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    append_floor, append_seconds, note = measure_append(folder, count)
    checkpoint = parse_checkpoint(parse_note(note).text)
    audits = [measure_audit(folder, checkpoint) for _ in range(runs)]
    proof, verify = measure_proofs(folder, checkpoint)
    result: dict[str, Any] = {
        "floor_s": statistics.median([floor for floor, _ in audits]),
        "append_s": append_seconds,
        "audit_s": statistics.median([seconds for _, seconds in audits]),
        "append_vs_hash_floor": append_seconds / append_floor,
        "audit_vs_hash_floor": statistics.median([s / floor for floor, s in audits]),
        "append_bulk_per_s": count / append_seconds,
        "proof_ms": 1000 * proof,
        "verify_proof_us": 1e6 * verify,
        "peak_rss_mb": own_peak_mb(),
    }
    print(json.dumps(result | (measure_small(folder, small) if small else {})))


if __name__ == "__main__":
    main()
