"""Confirming evidence: the log is read again and has to say what its record says.

A record is a convenience; the log is the evidence. What a log yields is kept under the log's own
digest in ``.ifthen/cache``, so that a second decision hashes the log instead of parsing it again.
The cache holds nothing that the log does not: delete it at any time. It belongs to whoever runs
the program; a verifier starts without one.
"""

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ifthen import __version__
from ifthen.decision.facts import Evidence
from ifthen.decision.model import Reason
from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.encoding.document import Loaded, dump_document
from ifthen.errors import Error
from ifthen.evidence.record import EvidenceRecord
from ifthen.workspace.loading import Workspace
from ifthen.workspace.writing import write_file

RECOMPUTED = ("log", "run", "samples", "measurements", "findings")
"""Parts of a record that come from the log and are compared with it (of log, all but the path)."""

CACHE = Path(".ifthen") / "cache"
_CHUNK = 1 << 20


def confirm_evidence(
    workspace: Workspace, records: Sequence[Loaded[EvidenceRecord]], *, use_cache: bool = True
) -> tuple[Evidence, ...]:
    """Return each record with the reason why its log does not confirm it, if there is one."""
    return tuple(
        Evidence(record=record, fault=_fault(workspace.root, record, use_cache))
        for record in records
    )


def _fault(root: Path, loaded: Loaded[EvidenceRecord], use_cache: bool) -> Reason | None:
    record = loaded.document
    try:
        path = log_path(root, record.log.path)
        if path is None:
            text = f"the log path {record.log.path} leads out of the workspace"
            return _reason("log-outside", text)
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            return _reason("log-unreadable", f"{record.log.path} is not a file")
        found = _digest_file(path)
    except FileNotFoundError:
        return _reason("log-missing", f"the log {record.log.path} is not there")
    except OSError as error:
        return _reason("log-unreadable", f"{record.log.path} cannot be read: {error.strerror}")
    except (RuntimeError, ValueError):  # links in a circle (Python before 3.13), a zero character
        return _reason("log-unreadable", f"{record.log.path!r} is not a path that can be followed")
    if found != record.log.sha256:
        return _reason(
            "log-changed",
            f"{record.log.path} is {found[:19]}…; the record was made from"
            f" {record.log.sha256[:19]}…",
        )
    try:
        recomputed = _recompute(root, record, path, use_cache)
    except Error as error:
        return _reason("log-unreadable", f"{record.log.path}: {error.message} [{error.code}]")
    stated = _parts(record)
    differing = [part for part in RECOMPUTED if stated.get(part) != recomputed.get(part)]
    if differing:
        return _reason(
            "record-differs",
            f"the record's {', '.join(differing)} differ from what its log says"
            f" ({record.log.path})",
        )
    return None


def log_path(root: Path, path: str) -> Path | None:
    """Return where a record's log lies, or None when the path leads out of the workspace."""
    resolved = (root / path).resolve()
    return resolved if resolved.is_relative_to(root.resolve()) else None


def _digest_file(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return "sha256:" + state.hexdigest()


def _recompute(root: Path, record: EvidenceRecord, path: Path, use_cache: bool) -> dict[str, Any]:
    """Return the parts of a record that its log yields, from the cache where that is sound."""
    key = digest_bytes(
        format_canonical([__version__, list(RECOMPUTED), record.log.sha256, record.cluster_by])
    )
    cached = root / CACHE / f"{key.removeprefix('sha256:')}.json"
    if use_cache and (parts := _read_cache(cached, key)) is not None:
        return parts
    from ifthen.evidence.building import build_record  # noqa: PLC0415 - slow to import
    from ifthen.evidence.reading import read_log  # noqa: PLC0415

    rebuilt = build_record(
        read_log(path, keep=() if record.cluster_by is None else {record.cluster_by}),
        id=record.id,
        evaluation=record.evaluation,
        model=record.model,
        plan=record.plan,
        recorded_by=record.recorded_by,
        recorded_at=record.recorded_at,
        cluster_by=record.cluster_by,
        log_path=record.log.path,
    )
    if rebuilt.log.sha256 != record.log.sha256:
        raise Error("log.changed", "the file changed while it was read", where=record.log.path)
    parts = _parts(rebuilt)
    if use_cache:
        body = format_canonical({"key": key, "parts": parts})
        entry = format_canonical([digest_bytes(body), body.decode()])
        with contextlib.suppress(Error):  # a workspace that may only be read has no cache
            write_file(cached, entry, replace=True)
    return parts


def _parts(record: EvidenceRecord) -> dict[str, Any]:
    dumped = dump_document(record)
    parts = {part: dumped[part] for part in RECOMPUTED if part in dumped}
    return parts | {"log": {key: parts["log"][key] for key in parts["log"] if key != "path"}}


def _read_cache(path: Path, key: str) -> dict[str, Any] | None:
    """Return the cached parts, or None when the entry is absent or not whole."""
    try:
        digest, body = json.loads(path.read_bytes())
        if digest_bytes(body.encode()) != digest:
            return None
        entry = json.loads(body)
        parts = entry["parts"]
        whole = entry["key"] == key and isinstance(parts, dict)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return parts if whole else None


def _reason(code: str, text: str) -> Reason:
    return Reason(code=f"evaluation.{code}", text=text)
