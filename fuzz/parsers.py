"""Readers of what a record, and who checks it, hold: each with a sound input, or several.

Whatever the bytes, a reader gives a value or a coded error. What has one spelling is written again
as it was read.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.attestation.trust import first
from tests.attestation.tsa import Authority
from tests.tlog import test_fuzz
from tests.verification import rekor_world
from tests.verification.world import FIRST, PEOPLE

from fuzz.oracle import promise
from ifthen.attestation.disclosure import list_digests, parse_disclosure, restore, verify_copy
from ifthen.attestation.envelope import parse_envelope
from ifthen.attestation.roles import People
from ifthen.attestation.stated import parse_stated
from ifthen.attestation.statement import parse_statement
from ifthen.attestation.timestamp import parse_roots, read_token, verify_token
from ifthen.attestation.trust import Trust
from ifthen.encoding.canonical import parse_canonical
from ifthen.encoding.document import dump_document, load_document
from ifthen.encoding.tree import format_tree, parse_tree
from ifthen.errors import Error
from ifthen.tlog.forking import parse_evidence
from ifthen.tlog.tiles import parse_bundle
from ifthen.verification.files import (
    format_anchors,
    format_history,
    parse_anchors,
    parse_history,
)
from ifthen.verification.memory import parse_memory
from ifthen.verification.opening import parse_package
from ifthen.verification.rekor import read_rekor, verify_rekor

VECTORS = Path(__file__).parents[1] / "vectors"
MESSAGE = b"log.example/aurora\n14\nz5BOvaMsx3z2ZqEbEKA+GED0k1JtTLKVTR9YuVIeDFk=\n"
AUTHORITY = Authority(seed=7)


def _statement(data: bytes) -> None:
    parse_stated(parse_statement(data))


def _copy(data: bytes) -> None:
    tree = parse_canonical(data)
    list(list_digests(tree))
    if isinstance(tree, dict):
        verify_copy(tree)
        promise(restore(tree, []) == tree, "a copy without disclosures is another one")


def _document(kind: type) -> Callable[[bytes], Any]:
    return lambda data: load_document(parse_tree(data, name="x"), kind)


def _token(data: bytes) -> None:
    verify_token(read_token(data, MESSAGE), MESSAGE, [AUTHORITY.root])


def _rekor(data: bytes) -> None:
    verify_rekor(read_rekor(data, MESSAGE), rekor_world.POLICY, latest=1 << 40)


def _both(parse: Callable[[bytes], Any], write: Callable[[Any], bytes]) -> Callable[[bytes], None]:
    """Return a reader that also writes again what it read."""

    def check(data: bytes) -> None:
        promise(write(parse(data)) == data, "it is written otherwise than it was read")

    return check


READERS: dict[str, Callable[[bytes], Any]] = {
    f"tlog-{name}": parse if write is None else _both(parse, write)
    for name, (parse, write, _) in test_fuzz.FORMATS.items()
} | {
    "record-envelope": parse_envelope,
    "record-statement": _statement,
    "record-copy": _copy,
    "record-disclosure": lambda data: parse_disclosure(data.decode("latin-1")),
    "record-package": parse_package,
    "record-history": _both(parse_history, format_history),
    "record-anchors": _both(parse_anchors, format_anchors),
    "record-people": _document(People),
    "record-trust": _document(Trust),
    "verifier-memory": parse_memory,
    "verifier-evidence": parse_evidence,
    "verifier-roots": parse_roots,
    "anchor-stamp": _token,
    "anchor-rekor": _rekor,
}
"""Every reader by the name of its harness."""


def check_bytes(harness: str, data: bytes) -> None:
    """Read bytes.

    Raises:
        AssertionError: where a promise is broken. Any other exception is a finding as well.
    """
    try:
        READERS[harness](data)
    except Error as error:
        promise(bool(error.code) and bool(str(error)), f"an error without words: {error!r}")


def find_bytes() -> Iterator[tuple[str, bytes]]:
    """Yield a harness and an input, for every reader one at least."""
    for name, (_, _, sound) in test_fuzz.FORMATS.items():
        yield f"tlog-{name}", sound
    record = VECTORS / "record"
    entries = parse_bundle(next((record / "tile" / "entries").rglob("9")).read_bytes(), 9)
    for entry in entries:
        yield "record-envelope", entry
        yield "record-statement", parse_envelope(entry).payload
    for path in sorted((record / "blobs" / "sha256").iterdir()):
        if b"_sd" in path.read_bytes():
            yield "record-copy", path.read_bytes()
    for each in json.loads((VECTORS / "disclosures.json").read_bytes()):
        yield "record-disclosure", each["disclosure"].encode()
    yield "record-package", (VECTORS / "package.json").read_bytes()
    yield "record-history", b"1\n9\n26\n"
    yield "record-anchors", b"12-0123456789abcdef.tsr\n3-0123456789abcdef.rekor.json\n"
    yield "record-people", format_tree(PEOPLE).encode()
    yield "record-trust", format_tree(dump_document(first())).encode()
    yield "verifier-memory", b'{"format":"ifthen-memory/1","seen":{}}'
    yield (
        "verifier-evidence",
        b'{"format":"ifthen-log-evidence-v1","keys":[],"notes":[],"proof":[]}',
    )
    yield "verifier-roots", AUTHORITY.pem
    yield "anchor-stamp", AUTHORITY.stamp(MESSAGE, FIRST)
    yield "anchor-rekor", rekor_world.enter(MESSAGE, seconds=int(FIRST.timestamp()))
