"""Digests that bind a log's samples and its questions."""

import hashlib

from ifthen.encoding.merkle import merkle_root
from ifthen.evidence.log import Finding, Log, contradiction
from ifthen.evidence.record import Integrity
from ifthen.evidence.samples import SampleTable


def bind_samples(log: Log) -> tuple[Integrity, tuple[Finding, ...]]:
    """Return the digests, and ``log.question-differs`` where epochs were asked different things.

    A digest is absent where a sample has none of its own.
    """
    table = SampleTable.of(log.samples)
    samples = [digest for digest in table.digests if digest is not None]
    root = None
    if samples and len(samples) == len(table):
        root = f"sha256:{merkle_root(samples).hex()}"
    state = hashlib.sha256()
    digests = table.question_digests
    known = bool(digests) and None not in digests
    different: list[str] = []
    for identifier, rows in table.rows_by_id.items() if known else ():
        first = digests[rows[0]]
        state.update(first or b"")
        if len(rows) > 1 and any(digests[row] != first for row in rows):
            different.append(identifier)
    findings: tuple[Finding, ...] = ()
    if different:
        message = (
            f"{len(different)} questions have another input or target in another epoch, "
            f"first {different[0]}"
        )
        findings = (contradiction("log.question-differs", message, "samples"),)
    dataset = f"sha256:{state.hexdigest()}" if known else None
    return Integrity(samples_root=root, dataset_sha256=dataset), findings
