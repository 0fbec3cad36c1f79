"""How long a record of many statements takes to verify, in processor time.

The record is of the shipped example's people, framework and model, then of declarations, plans and
results of plans, each document with a name of its own: stated, signed, chained, in a log with a
checkpoint for every hundred statements that a witness cosigned. Raw logs are withheld, and there is
no decision: what deciding takes is measured by ``bench.decision``.

    python -m bench.record_large FOLDER [--count 10000]
"""

import argparse
import copy
import hashlib
import json
import platform
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench.memory import own_peak_mb
from ifthen.attestation.envelope import format_envelope, parse_envelope, sign_envelope
from ifthen.attestation.keys import FileSigner, format_public_key, make_signer
from ifthen.attestation.pae import encode_pae
from ifthen.attestation.stated import parse_stated, summarize_result
from ifthen.attestation.statement import (
    Statement,
    digest_statement,
    format_statement,
    make_statement,
    make_subject,
    parse_statement,
)
from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.tlog.checkpoint import Checkpoint
from ifthen.tlog.cosignature import cosign, sign_checkpoint
from ifthen.tlog.growing import RightEdge, grow
from ifthen.tlog.key import COSIGNATURE
from ifthen.tlog.note import Note, format_note, parse_note
from ifthen.tlog.policy import Policy, TrustedLog, Witness, format_policy
from ifthen.tlog.signer import Ed25519Signer
from ifthen.verification.files import blob_path, format_history, open_record, read_blob
from ifthen.verification.log import read_head
from ifthen.verification.trust import Brought
from ifthen.verification.verdict import Steps, Verdict
from ifthen.verification.verifying import AtHand, verify_record
from ifthen.workspace.loading import load_workspace

EXAMPLE = Path(__file__).parents[1] / "examples" / "aurora"
COUNT = 10_000
STEP = 100
"""Statements of one publication."""
START = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""When the first are published; results from :data:`RESULTS` on."""
RESULTS = datetime(2026, 12, 1, 9, tzinfo=UTC)
PUBLISHER = make_signer(b"\x11" * 32)
LOG = Ed25519Signer("log.example/large", b"\x01" * 32)
WITNESS = Ed25519Signer("witness.example/w", b"\x03" * 32, COSIGNATURE)
POLICY = format_policy(Policy((TrustedLog(LOG.key),), (Witness("w", WITNESS.key),), (), "w"))


def make_people(signer: FileSigner) -> dict[str, Any]:
    """Return a document of people with one publisher."""
    key = {"public": format_public_key(signer.public), "from": "2026-01-01"}
    role = {"role": "publisher", "from": "2026-01-01"}
    person = {"id": "publisher", "name": "Publisher (fictional)", "keys": [key], "roles": [role]}
    return {"kind": "people", "id": "people", "people": [person]}


def list_documents(count: int) -> list[dict[str, Any]]:
    """Return so many documents, results after all plans."""
    trees = [x.source.tree for x in load_workspace(EXAMPLE).documents()]

    def find(kind: str, id: str | None = None) -> dict[str, Any]:
        return next(x for x in trees if x["kind"] == kind and id in (None, x["id"]))

    found = [make_people(PUBLISHER), find("framework"), find("model", "aurora-1")]
    declaration = find("declaration")
    evidence = next(x for x in trees if x["kind"] == "evidence" and x["model"] == "aurora-1")
    plan = find("plan", evidence["plan"])
    results = (count - len(found)) // 3
    found += [plan | {"id": f"plan-{number}"} for number in range(results)]
    for number in range(count - len(found) - results):
        found.append(declaration | {"id": f"declaration-{number}"})
    for number in range(results):
        found.append(evidence | {"id": f"evidence-{number}", "plan": f"plan-{number}"})
    return [copy.deepcopy(tree) for tree in found]


def time_of(number: int, count: int) -> datetime:
    """Return when the statement of a number, from 0, is published."""
    begun = RESULTS if number >= count - (count - 3) // 3 else START
    return begun + timedelta(minutes=number // STEP)


def state(
    tree: dict[str, Any], plans: dict[str, str], before: Statement | None, at: datetime
) -> Statement:
    """Return the statement about a document; ``plans`` are digests of copies by name."""
    data = format_canonical(tree)
    digest = digest_bytes(data)
    document: dict[str, Any] = {
        "kind": tree["kind"],
        "id": tree["id"],
        "copy": {"sha256": digest, "bytes": len(data)},
    }
    name = f"{tree['kind']}/{tree['id']}"
    if tree["kind"] == "framework":
        document["version"] = str(tree["version"])
        name += f" {tree['version']}"
    if tree["kind"] == "plan":
        plans[tree["id"]] = digest
    if tree["kind"] == "evidence":
        document["result"] = {
            **summarize_result(tree),
            "plan": plans[tree["plan"]],
            "raw_withheld": "hazard",
        }
    sequence = 1
    chain: dict[str, Any] = {"publisher": "Example Lab (fictional)"}
    if before is not None:
        assert before.predicate.chain is not None  # noqa: S101 - this made it
        sequence = before.predicate.chain.sequence + 1
        chain["previous"] = digest_statement(before)
    chain["sequence"] = sequence
    predicate = {
        "issued_at": at.isoformat().replace("+00:00", "Z"),
        "chain": chain,
        "document": document,
    }
    return make_statement(tree["kind"], [make_subject(name, digest)], predicate)


def write_record(folder: Path, count: int = COUNT) -> None:
    """Write a record of so many statements."""
    plans: dict[str, str] = {}
    entries: list[bytes] = []
    before: Statement | None = None
    for number, tree in enumerate(list_documents(count)):
        before = state(tree, plans, before, time_of(number, count))
        signed = sign_envelope(format_statement(before), [PUBLISHER])
        entries.append(format_envelope(signed))
        data = format_canonical(tree)
        _write(folder / blob_path(digest_bytes(data)), data)
    edge, sizes = RightEdge(), [*range(STEP, count, STEP), count]
    for at, size in zip([0, *sizes[:-1]], sizes, strict=True):
        growth = grow(edge, entries[at:size])
        edge = growth.edge
        when = int(time_of(size - 1, count).timestamp()) + 2
        note = parse_note(sign_checkpoint(Checkpoint(LOG.key.name, size, edge.root), [LOG], when))
        mine = cosign(note.text, WITNESS, when)
        shown = format_note(Note(note.text, (*note.signatures, mine)))
        for path, data in (*growth.files, (f"history/{size}", shown), ("checkpoint", shown)):
            _write(folder / path, data)
    _write(folder / "history" / "index", format_history(sizes))
    _write(folder / "policy", POLICY)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def verify_large(folder: Path, count: int) -> tuple[float, Verdict]:
    """Return processor seconds and the verdict."""
    now = time_of(count, count) + timedelta(hours=1)
    began = time.process_time()
    brought = Brought(policy=POLICY, people=format_canonical(make_people(PUBLISHER)))
    found = verify_record(open_record(str(folder)), AtHand(brought=brought), now=now)
    return time.process_time() - began, found.verdict


def measure_floor(folder: Path) -> float:
    """Return processor seconds of what no verifier can leave out, and of nothing else.

    Each entry, statement and document is hashed once, and each signature verified by the library
    that the verifier uses; everything is read and taken apart before.
    """
    files = open_record(str(folder))
    head = read_head(Steps()["checkpoint"], files)
    if head is None or head.fault is not None:
        raise RuntimeError("the record cannot be read")
    signed: list[tuple[bytes, bytes]] = []
    hashed = list(head.entries)
    for entry in head.entries:
        envelope = parse_envelope(entry)
        message = encode_pae(envelope.payload_type, envelope.payload)
        signed += [(signature.data, message) for signature in envelope.signatures]
        stated = parse_stated(parse_statement(envelope.payload))
        hashed += [envelope.payload, read_blob(files, stated.copy_)]
    verify = Ed25519PublicKey.from_public_bytes(PUBLISHER.public.key).verify
    began = time.process_time()
    for data in hashed:
        hashlib.sha256(data).digest()
    for signature, message in signed:
        verify(signature, message)
    return time.process_time() - began


def measure(folder: Path, count: int, runs: int) -> dict[str, Any]:
    """Return the named figures.

    Raises:
        RuntimeError: a step failed: then nothing of the kind was measured.
    """
    write_record(folder, count)
    found = [verify_large(folder, count)]
    peak = own_peak_mb()
    floors = [measure_floor(folder)]
    for _ in range(runs - 1):  # in turns, so that a slow moment meets both
        found.append(verify_large(folder, count))
        floors.append(measure_floor(folder))
    failed = [x.id for x in found[0][1].steps if x.status == "failed"]
    if failed:
        raise RuntimeError(f"the record does not verify: {', '.join(failed)}")
    seconds, floor = min(seconds for seconds, _ in found), min(floors)
    return {
        "verify_10000_cpu_s": seconds * COUNT / count,
        "verify_10000_floor_cpu_s": floor * COUNT / count,
        "verify_10000_vs_floor": seconds / floor,
        "verify_statements": count,
        "verify_peak_rss_mb": peak,
    }


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--runs", type=int, default=2)
    arguments = parser.parse_args()
    place = Path("build") / "bench"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as name:
        found = measure(Path(name), arguments.count, arguments.runs)
    print(json.dumps(found | {"python": platform.python_version()}))


if __name__ == "__main__":
    main()
