"""Samples of Inspect's logs as rows of a table, and their digests.

This is the part that runs once for each sample, in several processes where that is faster.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from ifthen.errors import Error
from ifthen.evidence.archive import read_many
from ifthen.evidence.columns import Coded, Same
from ifthen.evidence.directory import Directory
from ifthen.evidence.inspect_ending import find_other_end
from ifthen.evidence.inspect_format import (
    NO_JSON,
    NO_VALUE,
    UNCHANGED,
    EventJson,
    FallbackJson,
    Held,
    ProvenanceJson,
    SampleJson,
    ScoreJson,
    SummaryJson,
    Value,
    decode,
)
from ifthen.evidence.log import Finding, SampleScore, contradiction
from ifthen.evidence.samples import Marks, SampleTable, is_label
from ifthen.evidence.source import Source
from ifthen.evidence.strict_json import check_keys

PLACE = "samples/{id}_epoch_{epoch}.json"
_TELLING = ("score", "score_edit", "error", "sample_limit")
_EMPTY = (b"", b"null", b"[]")
_NONE: Mapping[str, Any] = {}
_RAW = ("metadata", "error_retries")
_QUESTION = msgspec.json.Encoder(order="deterministic")
_CUT = "(content truncated)"
_REPLACED = ("attachment://", "data:", "<base64-data-removed>")
_BARE = re.compile(rb"([:,\[]\s*)-?(?:NaN|Infinity)")


class Share(msgspec.Struct):
    """A share of a log's samples, read."""

    table: SampleTable
    findings: list[Finding]
    retried: int = 0
    """Samples that were tried again after an error."""


def read_share(
    source: Source, members: Directory, places: Sequence[int], keep: frozenset[str]
) -> Share:
    """Return the samples at some places in an archive; ``keep`` are metadata keys.

    Raises:
        Error: those of :func:`~ifthen.evidence.archive.read_many`, ``log.not-json``,
            ``log.wrong-shape``.
    """
    share = Share(SampleTable(place=PLACE, keep=keep), [])
    table, decode_sample = share.table, SampleDecoder(source.name).decode
    add, sha256 = adder(share, keep), hashlib.sha256
    for name, content in read_many(source, members, places):
        sample = decode_sample(content, name)
        add(sample, name, sha256(content).digest())
        if name != f"samples/{sample.held_id.value}_epoch_{sample.held_epoch.value}.json":
            table.places[len(table) - 1] = name
            share.findings.append(
                contradiction(
                    "log.sample-name",
                    f"the member holds sample {sample.id!r} of epoch {sample.epoch}",
                    where=name,
                )
            )
    return share


def join_shares(shares: Iterable[Share], keep: frozenset[str]) -> Share:
    """Return consecutive shares as one."""
    whole = Share(SampleTable(place=PLACE, keep=keep).pack(), [])
    for share in shares:
        whole.table.extend(share.table)
        whole.findings += share.findings
        whole.retried += share.retried
    return whole


class SampleDecoder:
    """Decodes the samples of one file, and finds what an object states twice.

    Of a key that stands twice, every reader takes the last; what stands before it is a score, or an
    error, that nobody sees. Each value that is decoded is counted, so that one that is lost is
    noticed: id, epoch, error, limit, invalidation, and every score.
    """

    def __init__(self, name: str) -> None:
        """``name`` is that of the file, for errors."""
        self._name = name
        self._seen: list[None] = []  # one for each value that was decoded
        self._hold = _holder(self._seen)
        self._decode = msgspec.json.Decoder(SampleJson, dec_hook=self._hold).decode

    def decode(self, content: bytes | memoryview | msgspec.Raw, place: str) -> SampleJson:
        """Return a sample; ``place`` is its member or the like, for errors.

        Raises:
            Error: ``log.not-json``, ``log.wrong-shape``.
        """
        seen = self._seen
        seen.clear()
        try:
            sample = self._decode(content)
            sample.check_types()
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return self._decode_again(bytes(content), f"{self._name}:{place}")
        if len(seen) != sample.count_values():
            raise _twice(f"{self._name}:{place}")
        return sample

    def _decode_again(self, content: bytes, where: str) -> SampleJson:
        """Decode what the fast decoder refuses: bare NaN, or something that deserves an error."""
        tree = decode(content, dict[str, Any], where=where)
        try:
            raw = {
                key: msgspec.Raw(json.dumps(tree.pop(key)).encode()) for key in _RAW if key in tree
            }
            sample = msgspec.convert(tree, SampleJson, dec_hook=self._hold)
            sample.check_types()
            question_digest(sample)
            self._seen.clear()
            self._decode(_BARE.sub(rb"\1null", content))
        except UnicodeEncodeError as error:  # only the standard library reads half of a character
            raise Error(
                "log.not-json", f"text that is not Unicode: {error.reason}", where=where
            ) from error
        except RecursionError as error:
            raise Error("log.not-json", "nested too deep", where=where) from error
        except msgspec.ValidationError as error:
            raise Error("log.wrong-shape", str(error), where=where) from error
        except msgspec.DecodeError:  # what only the standard library reads, in a part not in use
            check_keys(content, where=where)
        else:
            if len(self._seen) != sample.count_values():
                raise _twice(where)
        for key, value in raw.items():
            setattr(sample, key, value)
        return sample


def _holder(seen: list[None]) -> Callable[[type[Held], Any], Value]:
    """Return what holds a value for the decoder and adds one to ``seen``.

    It is called three times and more for each sample, so it has nothing to look up.
    """
    add, make = seen.append, Value

    def hold(_kind: type[Held], value: Any) -> Value:
        add(None)
        return make(value)

    return hold


def _twice(where: str) -> Error:
    message = "a key of the sample or among its scores stands twice in an object"
    return Error("log.not-json", message, where=where)


def adder(share: Share, keep: frozenset[str]) -> Callable[[SampleJson, str, bytes], None]:
    """Return what appends a sample, given where it stands in the file and its digest, to a share.

    The table of the share must not be packed before the last one. The columns are looked up once,
    and what few samples have is asked for first: this runs for each of very many.
    """
    table, columns = share.table, share.table.scores
    add_id, add_epoch, add_error = table.ids.append, table.epochs.append, table.errors.append
    add_models, add_digest = table.models.append, table.digests.append
    add_question, add_uuid = table.question_digests.append, table.uuids.append
    encode, sha256 = _QUESTION.encode, hashlib.sha256

    def add(sample: SampleJson, place: str, digest: bytes) -> None:
        row = len(table.ids)
        identifier, usage, retries = sample.held_id.value, sample.model_usage, sample.error_retries
        _mark(share, sample, place, row)
        add_id(identifier)
        add_epoch(sample.held_epoch.value)
        add_error(sample.held_error is not NO_VALUE and sample.is_error)
        add_models(tuple(usage) if usage else ())
        add_digest(digest)
        add_question(sha256(encode((identifier, sample.input, sample.target))).digest())
        add_uuid(sample.uuid)
        values = {}
        if sample.scores:
            for name, score in sample.scores.items():
                values[name] = score.value.value
        if values.keys() == columns.keys():
            for name, value in values.items():
                columns[name].append(value)
        else:
            table.add_scores(values, row)
        if keep:
            table.add_metadata(_metadata_of(sample, keep), row)
        if retries is not NO_JSON and bytes(retries) not in _EMPTY:
            share.retried += 1

    return add


def _mark(share: Share, sample: SampleJson, place: str, row: int) -> None:
    """Note what few samples have: edited scores, other scores in events, limits and the like."""
    found, edited = sample.scores or _NONE, {}
    for name, score in found.items():
        if score.history:
            edited[name] = to_score(score)
    told: Mapping[str, SampleScore] = _NONE
    is_edited, end = False, None
    if sample.events:
        telling = [event for event in sample.events if event.event in _TELLING]
        told, is_edited = read_events(telling, found)
        end = find_other_end(sample, telling)
    if is_edited and not edited:
        message = "its events tell of an edited score; no score has a history"
        share.findings.append(contradiction("log.history-differs", message, place))
    held = sample.held_limit is not NO_VALUE or sample.held_invalidation is not NO_VALUE
    others = sample.model_fallbacks
    if edited or told or held or end or others:
        limit, invalidation = sample.limit, sample.invalidation
        share.table.marks[row] = Marks(
            limit=limit.type if limit else None,
            invalidated=invalidation is not None,
            invalidated_by=author_of(invalidation) if invalidation else None,
            edited=edited,
            told=dict(told),
            told_end=end,
            fallbacks=to_fallbacks(others),
        )


def question_digest(sample: SampleJson | SummaryJson) -> bytes:
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
        value=score.value.value,
        history=tuple(
            edit.value.value for edit in score.history or () if edit.value.value != UNCHANGED
        ),
        authors=tuple(
            author_of(edit.provenance) for edit in score.history or () if edit.provenance
        ),
    )


def read_events(
    events: Iterable[EventJson], scores: Mapping[str, ScoreJson]
) -> tuple[Mapping[str, SampleScore], bool]:
    """Return the other scores that a sample's events tell, and whether they tell of an edit.

    An event names its scorer since 0.3.240; intermediate scores are no final ones.
    """
    told: dict[str, list[Any]] = {}
    is_edited = False
    for event in events:
        if event.event == "score_edit":
            is_edited = True
        elif isinstance(event.score, dict) and not event.intermediate:
            name, value = event.scorer, event.score.get("value")
            if isinstance(name, str) and not _has_had(scores.get(name), value):
                told.setdefault(name, []).append(value)
    if not told:
        return _NONE, is_edited
    other = {
        name: SampleScore(value=values[-1], history=tuple(values[:-1]))
        for name, values in told.items()
    }
    return other, is_edited


def _has_had(score: ScoreJson | None, value: Any) -> bool:
    """Return whether a score is or was of that value; NaN and null are both no score."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return True  # no score widens nothing
    if score is None:
        return False
    if type(value) is str and value == score.value.value:
        return True
    try:
        return value in [score.value.value, *(edit.value.value for edit in score.history or ())]
    except RecursionError:  # too deep to be compared
        return False


def author_of(provenance: ProvenanceJson | None) -> str:
    """Return who changed something."""
    return (provenance.author if provenance else None) or "unknown"


def to_fallbacks(items: Sequence[FallbackJson] | None) -> tuple[str, ...]:
    """Return, for each model that was replaced, its name and that of the one that answered."""
    return tuple(sorted({f"{item.model} by {item.fallback_model}" for item in items or ()}))


def to_summaries(items: Sequence[SummaryJson], keep: frozenset[str]) -> SampleTable:
    """Return summaries as a table, with the short values of kept metadata.

    A digest of the question is there where the summary has the question as a whole.
    """
    table = SampleTable(keep=keep)
    table.ids = [item.id for item in items]
    table.epochs = [item.epoch for item in items]
    table.errors = [item.error is not None for item in items]
    table.models = [tuple(item.model_usage or ()) for item in items]
    table.digests = Same(None, len(items))
    table.question_digests = [told_question(item) for item in items]
    table.uuids = [item.uuid for item in items]
    columns = _score_columns(items)
    if columns is not None:
        table.scores = columns
    for row, item in enumerate(items):
        if columns is None:
            found = item.scores or {}
            table.add_scores({name: score.value for name, score in found.items()}, row)
        if item.limit is not None or item.model_fallbacks:
            others = to_fallbacks(item.model_fallbacks)
            table.marks[row] = Marks(limit=item.limit, fallbacks=others)
        if keep:
            table.add_metadata(_labels_of(item, keep), row)
    return table.pack()


def _score_columns(items: Sequence[SummaryJson]) -> dict[str, list[Any] | Coded] | None:
    """Return the values by scorer where each scored every sample, else None."""
    rows = [item.scores or {} for item in items]
    names = list(rows[0]) if rows else []
    if any(len(row) != len(names) for row in rows):
        return None
    try:
        return {name: [row[name].value for row in rows] for name in names}
    except KeyError:
        return None


def told_question(item: SummaryJson) -> bytes | None:
    """Return the digest of a summary's question, None where the summary does not have it whole.

    The producer cuts text beyond 5,120 characters, and puts words or a reference in place of
    pictures and files. Empty where no question has it: it is missing, or is no text.
    """
    asked, target = item.input, item.target
    if asked is None:
        return b""
    texts: list[Any] = [asked] if isinstance(asked, str) else [m.content for m in asked]
    texts += target if isinstance(target, list) else [target]
    for text in texts:
        if not isinstance(text, str) or text.startswith(_REPLACED) or text.endswith(_CUT):
            return None
    try:
        return question_digest(item)
    except UnicodeEncodeError:  # half of a character, which only the standard library reads
        return b""


def _labels_of(item: SummaryJson, keep: Iterable[str]) -> dict[str, Any]:
    labels = {}
    for key in keep:
        value = (item.metadata or {}).get(key)
        if is_label(value):
            labels[key] = value
    return labels
