"""Logs that can be changed part by part, and what reading them says."""

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from ifthen.errors import Error
from ifthen.evidence.archive import Archive
from ifthen.evidence.building import build_record
from ifthen.evidence.reading import read_source
from ifthen.evidence.record import CountingRule, EvidenceRecord
from ifthen.evidence.source import MemorySource

DATA = Path(__file__).parent / "data"
AURORA = Path(__file__).parents[2] / "examples" / "aurora" / "logs"
LOGS = {
    "plain": DATA / "plain.eval",
    "epochs": DATA / "epochs.eval",
    "deflate": DATA / "theory-of-mind-20-deflate.eval",
    "aurora": AURORA / "aurora-1-arithmetic-easy.eval",
}
JSON_LOG = DATA / "theory-of-mind-20.json"
HEADER, START = "header.json", "_journal/start.json"
SUMMARIES, REDUCTIONS = "summaries.json", "reductions.json"

HEADER_DIFFERS, SUMMARY_DIFFERS = "log.header-differs", "log.summary-differs"
REDUCTION_DIFFERS = "log.reduction-differs"
SAMPLES_ONLY = {HEADER_DIFFERS, SUMMARY_DIFFERS, REDUCTION_DIFFERS}
"""What names scores that were changed in the samples alone."""

every_log = pytest.mark.parametrize("name", LOGS)
"""For tests that take the fixture ``log``."""

Writer = Callable[[list[tuple[str, bytes]]], bytes]


class EvalLog:
    """An ``.eval`` log as its members in order, parsed."""

    def __init__(self, path: Path) -> None:
        archive = Archive(path.read_bytes(), name=path.name)
        self.members = [(m.name, json.loads(archive.read(m))) for m in archive.members]

    def __getitem__(self, name: str) -> Any:
        return next(tree for member, tree in reversed(self.members) if member == name)

    def __setitem__(self, name: str, tree: Any) -> None:
        at = [member for member, _ in self.members].index(name)
        self.members[at] = (name, tree)

    @property
    def samples(self) -> list[Any]:
        return [tree for name, tree in self.members if name.startswith("samples/")]

    @property
    def summaries(self) -> list[Any]:
        """The items of ``summaries.json``."""
        return self[SUMMARIES]

    @property
    def journal(self) -> list[Any]:
        """The items of the summaries in the journal."""
        found = [t for name, t in self.members if name.startswith("_journal/summaries/")]
        return [item for tree in found for item in tree]

    @property
    def header(self) -> Any:
        return self[HEADER]

    @property
    def reductions(self) -> list[Any]:
        return self[REDUCTIONS]

    def drop(self, *names: str) -> None:
        self.members = [(name, tree) for name, tree in self.members if name not in names]

    def contents(self) -> list[tuple[str, bytes]]:
        return [(name, json.dumps(tree).encode()) for name, tree in self.members]

    def to_bytes(self, writer: "Writer | None" = None) -> bytes:
        return (writer or write_zip)(self.contents())

    @property
    def name(self) -> str:
        return "x.eval"


class JsonLog:
    """A ``.json`` log, parsed; its parts have the names of those of an ``.eval`` log."""

    def __init__(self, path: Path = JSON_LOG) -> None:
        self.header = json.loads(path.read_text("utf-8"))
        self.name = "x.json"

    @property
    def samples(self) -> list[Any]:
        return self.header["samples"]

    @property
    def reductions(self) -> list[Any]:
        return self.header["reductions"]

    def to_bytes(self) -> bytes:
        return json.dumps(self.header).encode()


def result(
    data: bytes, name: str = "x.eval", counting: CountingRule | None = None
) -> EvidenceRecord:
    """Return the record of a log.

    Raises:
        Error: what reading it raises.
    """
    return build_record(
        read_source(MemorySource(data, name), keep={"family"}, workers=1),
        id="e-1",
        evaluation="x",
        model="m",
        plan=None,
        recorded_by="r",
        recorded_at=datetime(2026, 11, 24, tzinfo=UTC),
        cluster_by="family",
        counting=counting,
        log_path="x",
    )


def codes(log: Any, severity: str = "contradiction") -> set[str]:
    """Return the codes of the findings of that severity, or that of the error."""
    data, name = (log, "x.eval") if isinstance(log, bytes) else (log.to_bytes(), log.name)
    try:
        record = result(data, name)
    except Error as error:
        return {error.code}
    return {f.code for f in record.findings if f.severity == severity}


def told_to_differ(log: Any) -> list[str]:
    """Return in what the summaries are said to differ from the samples."""
    found = result(log.to_bytes()).findings
    message = next(f.message for f in found if f.code == "log.summary-differs")
    return message.partition("(")[2].partition(")")[0].split(", ")


def flip(value: Any) -> Any:
    """Return the best score for any other than it, and the worst for it."""
    if isinstance(value, str):
        return "I" if value == "C" else "C"
    return 0.0 if value == 1.0 else 1.0


def flip_samples(log: Any, *, only: int | None = None) -> set[tuple[Any, int]]:
    """Make the first scorer's scores correct; return the changed (id, epoch)."""
    changed = set()
    for sample in log.samples:
        score = next(iter(sample["scores"].values()))
        if score["value"] != "C" and (only is None or len(changed) < only):
            score["value"] = "C"
            changed.add((sample["id"], sample["epoch"]))
    assert changed
    return changed


def flip_summaries(items: Any, changed: set[tuple[Any, int]]) -> None:
    """Make the first score of these samples correct in their summaries."""
    for item in items:
        if (item["id"], item["epoch"]) in changed:
            next(iter(item["scores"].values()))["value"] = "C"


def flip_reductions(log: Any, changed: set[tuple[Any, int]]) -> None:
    """Make the question scores of these samples by the first scorer correct."""
    scorer = next(iter(log.samples[0]["scores"]))
    ids = {identifier for identifier, _ in changed}
    for reduction in log.reductions:
        if reduction["scorer"] == scorer:
            for item in reduction["samples"]:
                if item["sample_id"] in ids:
                    item["value"] = 1.0


def state_perfect(log: Any) -> None:
    """Make the header say what a log without a wrong answer says."""
    scorer = next(iter(log.samples[0]["scores"]))
    for stated in log.header["results"]["scores"]:
        if stated["scorer"] == scorer:
            for key, metric in stated["metrics"].items():
                metric["value"] = 1.0 if key in {"accuracy", "mean"} else 0.0


def numbers(record: EvidenceRecord) -> Any:
    """Return what a log comes to: everything but the digest and size of the file itself."""
    return record.model_copy(update={"log": None})


def write_zip(
    members: list[tuple[str, bytes]],
    *,
    gap: bytes = b"",
    pack: Callable[[bytes], bytes] | None = None,
    method: int = 0,
    local: Mapping[str, Any] | None = None,
    entry: Mapping[str, Any] | None = None,
    only: str | None = None,
    comment: bytes = b"",
) -> bytes:
    """Write a zip by hand; ``local`` and ``entry`` replace fields of the member ``only``.

    The fields are ``name``, ``method``, ``flags``, ``crc``, ``size`` and ``packed``.
    """
    body, directory = bytearray(), bytearray()
    for text, content in members:
        name, packed = text.encode(), pack(content) if pack else content
        fields = {
            "name": name,
            "method": method,
            "flags": 0,
            "crc": zlib.crc32(content),
            "size": len(content),
            "packed": len(packed),
        }
        here = fields | dict(local or {}) if only in {None, text} else fields
        there = fields | dict(entry or {}) if only in {None, text} else fields
        body += gap
        at = len(body)
        body += b"PK\x03\x04" + _fixed(here) + here["name"] + packed
        directory += b"PK\x01\x02" + struct.pack("<H", 45) + _fixed(there)
        directory += struct.pack("<HHHLL", 0, 0, 0, 0, at) + there["name"]
    body += gap
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), len(body),
        len(comment),
    )  # fmt: skip
    return bytes(body + directory + end + comment)


def _fixed(fields: Mapping[str, Any]) -> bytes:
    return struct.pack(
        "<5H3L2H",
        45,
        fields["flags"],
        fields["method"],
        0,
        0,
        fields["crc"],
        fields["packed"],
        fields["size"],
        len(fields["name"]),
        0,
    )


def frames(content: bytes, count: int = 3) -> bytes:
    """Return Zstandard frames, one after the other, that hold the content together."""
    step = len(content) // count + 1
    compress = zstandard.ZstdCompressor().compress
    return b"".join(compress(content[at : at + step]) for at in range(0, len(content), step))
