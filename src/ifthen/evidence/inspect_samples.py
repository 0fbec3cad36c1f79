"""Samples of Inspect's logs as rows of a table, and their digests.

This is the part that runs once for each sample, in several processes where that is faster.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ifthen.errors import Error
from ifthen.evidence.archive import read_members
from ifthen.evidence.directory import Entry
from ifthen.evidence.inspect_format import (
    NO_JSON,
    UNCHANGED,
    ProvenanceJson,
    SampleJson,
    ScoreJson,
    SummaryJson,
    decode,
)
from ifthen.evidence.log import Finding, SampleScore, contradiction
from ifthen.evidence.samples import Marks, SampleTable
from ifthen.evidence.source import Source

PLACE = "samples/{id}_epoch_{epoch}.json"
MAX_LABEL = 200
_EMPTY = (b"", b"null", b"[]")
_RAW = ("metadata", "error", "error_retries")
_QUESTION = msgspec.json.Encoder(order="deterministic")
_DECODE = msgspec.json.Decoder(SampleJson).decode


class Share(msgspec.Struct):
    """A share of a log's samples, read."""

    table: SampleTable
    findings: list[Finding]
    retried: int = 0
    """Samples that were tried again after an error."""


def read_share(source: Source, members: Sequence[Entry], keep: frozenset[str]) -> Share:
    """Return the samples in some members of an archive; ``keep`` are metadata keys.

    Raises:
        Error: those of :func:`~ifthen.evidence.archive.read_members`, ``log.not-json``,
            ``log.wrong-shape``.
    """
    share = Share(SampleTable(place=PLACE, keep=keep), [])
    table = share.table
    for member, content in read_members(source, members):
        sample = decode_sample(content, source.name, member.name)
        add_sample(share, sample, keep, hashlib.sha256(content).digest())
        if member.name != f"samples/{sample.id}_epoch_{sample.epoch}.json":
            table.places[len(table) - 1] = member.name
            share.findings.append(
                contradiction(
                    "log.sample-name",
                    f"the member holds sample {sample.id!r} of epoch {sample.epoch}",
                    where=member.name,
                )
            )
    return share


def decode_sample(content: bytes | memoryview | msgspec.Raw, name: str, place: str) -> SampleJson:
    """Return a sample; ``name`` and ``place`` are of the file and the member, for errors.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``.
    """
    try:
        return _DECODE(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _decode_again(bytes(content), f"{name}:{place}")


def _decode_again(content: bytes, where: str) -> SampleJson:
    """Decode what the fast decoder refuses: bare NaN, or something that deserves an error."""
    tree = decode(content, dict[str, Any], where=where)
    try:
        raw = {key: msgspec.Raw(json.dumps(tree.pop(key)).encode()) for key in _RAW if key in tree}
        sample = msgspec.convert(tree, SampleJson)
        question_digest(sample)
    except UnicodeEncodeError as error:  # only the standard library reads half of a character
        raise Error(
            "log.not-json", f"text that is not Unicode: {error.reason}", where=where
        ) from error
    except RecursionError as error:
        raise Error("log.not-json", "nested too deep", where=where) from error
    except msgspec.ValidationError as error:
        decode(content, SampleJson, where=where)  # says what is wrong, and where
        raise Error("log.wrong-shape", str(error), where=where) from error
    for key, value in raw.items():
        setattr(sample, key, value)
    return sample


def add_sample(share: Share, sample: SampleJson, keep: frozenset[str], digest: bytes) -> None:
    """Append a sample to a share."""
    table = share.table
    row = len(table.ids)
    found = sample.scores or {}
    edited = {name: to_score(score) for name, score in found.items() if score.history}
    if edited or sample.limit is not None or sample.invalidation is not None:
        table.marks[row] = Marks(
            limit=sample.limit.type if sample.limit else None,
            invalidated=sample.invalidation is not None,
            invalidated_by=author_of(sample.invalidation) if sample.invalidation else None,
            edited=edited,
        )
    if not _is_empty(sample.error_retries):
        share.retried += 1
    table.ids.append(sample.id)
    table.epochs.append(sample.epoch)
    table.errors.append(not _is_empty(sample.error))
    usage = sample.model_usage
    table.models.append(tuple(usage) if usage else ())
    table.digests.append(digest)
    table.question_digests.append(question_digest(sample))
    table.add_scores({name: score.value for name, score in found.items()}, row)
    if keep:
        table.add_metadata(_metadata_of(sample, keep), row)


def question_digest(sample: SampleJson) -> bytes:
    """Return the SHA-256 of id, input and target."""
    return hashlib.sha256(_QUESTION.encode((sample.id, sample.input, sample.target))).digest()


def _is_empty(raw: msgspec.Raw) -> bool:
    return raw is NO_JSON or bytes(raw) in _EMPTY


def _metadata_of(sample: SampleJson, keep: Iterable[str]) -> dict[str, Any]:
    """Return the values of the kept keys in a sample's metadata."""
    if _is_empty(sample.metadata):
        return {}
    tree = decode(bytes(sample.metadata), dict[str, Any], where="metadata")
    return {key: tree[key] for key in keep if key in tree}


def to_score(score: ScoreJson) -> SampleScore:
    """Return a score with its history."""
    return SampleScore(
        value=score.value,
        history=tuple(edit.value for edit in score.history or () if edit.value != UNCHANGED),
        authors=tuple(
            author_of(edit.provenance) for edit in score.history or () if edit.provenance
        ),
    )


def author_of(provenance: ProvenanceJson | None) -> str:
    """Return who changed something."""
    return (provenance.author if provenance else None) or "unknown"


def to_summaries(items: Sequence[SummaryJson], keep: frozenset[str]) -> SampleTable:
    """Return summaries as a table: errors, scores, and short single values of kept metadata."""
    table = SampleTable(keep=keep)
    table.ids = [item.id for item in items]
    table.epochs = [item.epoch for item in items]
    table.errors = [item.error is not None for item in items]
    table.models = [()] * len(items)
    table.digests = [None] * len(items)
    table.question_digests = [None] * len(items)
    for row, item in enumerate(items):
        found = item.scores or {}
        table.add_scores({name: score.value for name, score in found.items()}, row)
        if keep:
            table.add_metadata(_labels_of(item, keep), row)
    return table


def _labels_of(item: SummaryJson, keep: Iterable[str]) -> dict[str, Any]:
    labels = {}
    for key in keep:
        value = (item.metadata or {}).get(key)
        if isinstance(value, int) or (isinstance(value, str) and len(value) <= MAX_LABEL):
            labels[key] = value
    return labels
