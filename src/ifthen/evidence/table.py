"""Logs as tables for analysis: one row for each sample and scorer, or one row for each run.

The columns are in :data:`SAMPLE_COLUMNS` and :data:`RUN_COLUMNS`. Logs are read one after the
other, and rows are handed on in batches, so that memory is bounded by the largest log.
:mod:`ifthen.evidence.table_file` writes them; :func:`samples_table` and :func:`runs_table` give
Arrow tables, which pandas (``.to_pandas()``), polars (``polars.from_arrow``) and DuckDB take.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ifthen.encoding.canonical import format_canonical
from ifthen.errors import Error
from ifthen.evidence.building import STATUSES, build_record, find_statuses
from ifthen.evidence.log import Log, Sample, SampleId, SampleScore, format_line
from ifthen.evidence.question import score_of
from ifthen.evidence.reading import list_parts, read_log
from ifthen.evidence.record import EvidenceRecord
from ifthen.evidence.scores import Unusable, value_to_float
from ifthen.evidence.table_value import clean_text, describe_value

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["text", "integer", "number", "flag", "moment", "list"]
Row = tuple[Any, ...]

BATCH_ROWS = 1 << 14
BATCH_TEXT = 1 << 25
"""Most characters of score values in a batch, so that long ones do not add up."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind
    meaning: str
    fields: "tuple[Column, ...]" = ()
    """Of a list: what each entry holds."""


_LOG = (
    Column("log", "text", "path of the log, as it was given"),
    Column("log_sha256", "text", "digest of the log, `sha256:` and 64 hex digits"),
    Column("format", "text", "format that it was read as"),
    Column("part", "text", "which of several results in the file it is"),
    Column("task", "text", "name of the task, one line"),
    Column("model", "text", "name of the model as the run called it, one line"),
)

SAMPLE_COLUMNS = (
    *_LOG,
    Column("id", "text", "id of the sample, numbers as text"),
    Column("id_is_number", "flag", 'whether the id is a number: tells `1` from `"1"`'),
    Column("epoch", "integer", "which asking of the question it is, from 1"),
    Column("scorer", "text", "name of the scorer; null for a sample that nothing scores"),
    Column("key", "text", "key of a mapping-valued score; null for the whole score"),
    Column(
        "value_text",
        "text",
        "the score as the log has it: text as it is, else JSON with sorted keys and without spaces"
        " (`NaN` and `Infinity` are written so); null without a score, and for one that is null",
    ),
    Column(
        "value_type",
        "text",
        "`text`, `number`, `truth`, `list`, `mapping`, or `none` for a score that is null; null"
        " without a score",
    ),
    Column(
        "value_number",
        "number",
        "the number that the score counts as (`C` is 1, `P` is 0.5, `I` is 0); null where it is no"
        " finite number",
    ),
    Column("error", "flag", "whether the sample ended in an error"),
    Column("limit", "flag", "whether a limit stopped it"),
    Column("invalidated", "flag", "whether somebody declared it invalid"),
    Column("unscored", "flag", "whether at least one of its scorers gave no usable score"),
    Column("edited", "flag", "whether at least one of its scores was changed after the run"),
    Column("limit_type", "text", "which limit it was, such as `token`"),
    Column("sample_sha256", "text", "SHA-256 of the bytes that hold the sample, 64 hex digits"),
)
"""One row for each sample and scorer; ``cluster_KEY`` columns follow for the keys asked for."""

RUN_COLUMNS = (
    *_LOG,
    Column("bytes", "integer", "size of the log's files"),
    Column("files", "integer", "number of the log's files"),
    Column("claim", "text", "what stands behind the numbers: `samples`, `counts` or `stated`"),
    Column("task_args", "text", "arguments of the task that are single values, as JSON"),
    Column("weights_sha256", "text", "digest of the weights, where the log states one"),
    Column("engine", "text", "inference engine, where the log states one"),
    Column("elicitation", "text", "how the model was elicited, where the log states it"),
    Column("created", "moment", "when the run was started"),
    Column("status", "text", "status of the run, as the log states it"),
    Column("producer", "text", "software that wrote the log"),
    Column("dataset", "text", "name of the dataset"),
    Column("questions", "integer", "number of questions that the log says the run covers"),
    Column("epochs", "integer", "how often each question was asked"),
    Column("samples", "integer", "samples in the log"),
    Column("ok", "integer", "samples that are scored and have none of the states below"),
    *(Column(name, "integer", f"samples with the status {name}") for name in STATUSES),
    Column("contradictions", "integer", "findings that make the log unusable as evidence"),
    Column("notices", "integer", "other findings"),
    Column(
        "measurements",
        "list",
        "numbers recomputed from the samples, beside the stated ones",
        (
            Column("scorer", "text", "scorer, with the key after a slash"),
            Column("metric", "text", "accuracy or mean"),
            Column("reducer", "text", "how epochs become one score"),
            Column("value", "number", "the metric recomputed"),
            Column("stated", "number", "the metric as stated"),
            Column("agrees", "flag", "whether they are the same"),
            Column("questions", "integer", "number of questions"),
            Column("low", "number", "least possible sum of the question scores"),
            Column("high", "number", "greatest possible sum of the question scores"),
        ),
    ),
    Column(
        "stated",
        "list",
        "every metric that the log states, whether it can be recomputed or not",
        (
            Column("scorer", "text", "scorer"),
            Column("key", "text", "key of a mapping-valued score"),
            Column("reducer", "text", "how epochs become one score"),
            Column("metric", "text", "name of the metric"),
            Column("value", "number", "its value; null where it is no finite number"),
        ),
    ),
    Column(
        "findings",
        "list",
        "what the reader of the log has to know",
        (
            Column("code", "text", "stable dotted code"),
            Column("severity", "text", "contradiction or notice"),
            Column("message", "text", "what was found"),
            Column("where", "text", "part of the log"),
        ),
    ),
)
"""One row for each run: what the log says, what was recomputed, and what was found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What is asked of the logs."""

    table: Literal["samples", "runs"] = "samples"
    part: str | None = None
    """One of several results in each file; None for all of them."""
    cluster_by: tuple[str, ...] = ()
    """Keys of the samples' metadata that become columns."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of every row."""
        if self.table == "runs":
            return RUN_COLUMNS
        return SAMPLE_COLUMNS + tuple(
            Column(f"cluster_{clean_text(key)}", "text", f"value of the metadata key {key}")
            for key in self.cluster_by
        )


@dataclass(slots=True)
class Outcome:
    """What was noticed while rows were handed on."""

    logs: int = 0
    """Results that were read."""
    rows: int = 0
    contradictions: dict[str, int] = field(default_factory=dict)
    """Number of contradictions of each log that contradicts itself, by its path."""
    keys_found: set[str] = field(default_factory=set)
    """Cluster keys under which at least one sample has a single value."""


def read_batches(
    paths: Iterable[Path | str], query: Query, outcome: Outcome | None = None
) -> Iterator[list[Row]]:
    """Yield rows in the order of the logs, parts, samples and scorers, many at a time.

    Raises:
        Error: the ``log.*`` codes of the reader; ``table.integer`` and ``table.moment`` for numbers
            and moments that no table can hold; ``table.too-deep`` for a score nested too deeply.
    """
    noted = Outcome() if outcome is None else outcome
    batch: list[Row] = []
    size = 0
    for path in paths:
        for row in _read_rows(Path(path), query, noted):
            batch.append(row)
            if query.table == "samples":
                size += len(row[_VALUE_TEXT] or "")
            if len(batch) >= BATCH_ROWS or size >= BATCH_TEXT:
                noted.rows += len(batch)
                yield batch
                batch, size = [], 0
    if batch:
        noted.rows += len(batch)
        yield batch


_VALUE_TEXT = [column.name for column in SAMPLE_COLUMNS].index("value_text")


def _read_rows(path: Path, query: Query, noted: Outcome) -> Iterator[Row]:
    parts: Sequence[str | None] = (query.part,) if query.part is not None else list_parts(path)
    for part in parts or (None,):
        log = read_log(path, part=part, keep=query.cluster_by)
        record = _record(log)
        noted.logs += 1
        count = sum(finding.severity == "contradiction" for finding in record.findings)
        if count:
            noted.contradictions[str(path)] = noted.contradictions.get(str(path), 0) + count
        name = clean_text(str(path))
        if query.table == "runs":
            yield _run_row(name, log, record)
        else:
            yield from _sample_rows(name, log, record, query.cluster_by, noted.keys_found)
        del log, record  # before the next one is read


def _record(log: Log) -> EvidenceRecord:
    """Return what was recomputed and found, as a record that is not to be written."""
    return build_record(
        log,
        id="log",
        evaluation="none",
        model="none",
        plan=None,
        recorded_by="nobody",
        recorded_at=log.run.created,
        cluster_by=None,
        log_path="log",
    )


def _log_cells(name: str, log: Log, record: EvidenceRecord) -> Row:
    part = None if log.part is None else clean_text(log.part)
    return (name, log.sha256, log.format, part, record.run.task, record.run.model)


def _sample_rows(
    name: str, log: Log, record: EvidenceRecord, keys: Sequence[str], found: set[str]
) -> Iterator[Row]:
    of_log = _log_cells(name, log, record)
    declared = _declared(log)
    for sample, statuses in zip(log.samples, find_statuses(log), strict=True):
        of_sample = (*_id_cells(sample.id), _integer(sample.epoch, "epoch", name))
        clusters = tuple(_cluster(sample, key) for key in keys)
        found.update(key for key, value in zip(keys, clusters, strict=True) if value is not None)
        rest = (
            *(status in statuses for status in STATUSES),
            None if sample.limit is None else clean_text(sample.limit),
            None if sample.sha256 is None else sample.sha256.hex(),
            *clusters,
        )
        undeclared = dict.fromkeys(scorer for scorer in sample.scores if scorer not in declared)
        for scorer, stated_keys in (declared | dict.fromkeys(undeclared, ())).items():
            for key in (None, *stated_keys):
                value = _score_cells(score_of(sample, scorer, key), name)
                label = (clean_text(scorer), None if key is None else clean_text(key))
                yield of_log + of_sample + label + value + rest
        if not declared and not undeclared:
            yield of_log + of_sample + (None, None, None, None, None) + rest


def _declared(log: Log) -> dict[str, tuple[str, ...]]:
    """Return the scorers that the log names, with the keys that it states metrics of."""
    found: dict[str, dict[str, None]] = {}
    for result in log.results:
        keys = found.setdefault(result.scorer, {})
        if result.key is not None:
            keys[result.key] = None
    for scorer in log.scorers:
        found.setdefault(scorer.name, {})
    return {scorer: tuple(keys) for scorer, keys in found.items()}


def _id_cells(id: SampleId) -> tuple[str, bool]:
    return describe_value(id)[0] or "", not isinstance(id, str)


def _score_cells(score: SampleScore | None, where: str) -> tuple[str | None, str | None, Any]:
    if score is None:
        return None, None, None
    number = value_to_float(score.value)
    usable = not isinstance(number, Unusable) and math.isfinite(number)
    try:
        return *describe_value(score.value), number if usable else None
    except Error as error:
        raise Error(error.code, error.message, where=where, hint=error.hint) from error


def _cluster(sample: Sample, key: str) -> str | None:
    """Return the text of a metadata value, as a measurement groups by it."""
    value = sample.metadata.get(key)
    if isinstance(value, bool):
        return str(value)
    return describe_value(value)[0] if isinstance(value, str | int) and value != "" else None


def _run_row(name: str, log: Log, record: EvidenceRecord) -> Row:
    run, counts = record.run, record.samples
    try:
        created = run.created.astimezone(UTC)
    except OverflowError as error:
        message = f"the start of the run, {run.created}, is no moment in UTC"
        raise Error("table.moment", message, where=name) from error
    severities = [finding.severity for finding in record.findings]
    return (
        *_log_cells(name, log, record),
        _integer(log.bytes, "bytes", name),
        len(log.files) or 1,
        log.claim,
        format_canonical(run.task_args).decode(),
        *(run.weights_sha256, run.engine, run.elicitation),
        created,
        *(run.status, run.producer, run.dataset),
        _integer(run.questions, "questions", name),
        _integer(run.epochs, "epochs", name),
        *(counts.total, counts.ok),
        *(getattr(counts, status) for status in STATUSES),
        severities.count("contradiction"),
        severities.count("notice"),
        [
            _measurement(each.model_dump(exclude={"clusters", "excluding"}))
            for each in record.measurements
        ],
        _stated(log),
        [finding.model_dump() for finding in record.findings],
    )


def _measurement(dumped: dict[str, Any]) -> dict[str, Any]:
    return dumped | {name: _finite(dumped[name]) for name in ("value", "stated")}


def _stated(log: Log) -> list[dict[str, Any]]:
    return [
        {
            "scorer": format_line(result.scorer),
            "key": None if result.key is None else format_line(result.key),
            "reducer": None if result.reducer is None else format_line(result.reducer),
            "metric": format_line(metric.name),
            "value": _finite(metric.value),
        }
        for result in log.results
        for metric in result.metrics
    ]


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _integer(value: int | None, what: str, where: str) -> int | None:
    """Return a whole number that fits 64 bits; a log can state any."""
    if value is not None and not -(2**63) <= value < 2**63:
        raise Error("table.integer", f"the number of {what} is beyond 64 bits", where=where)
    return value


def samples_table(
    paths: Iterable[Path | str] | Path | str,
    *,
    part: str | None = None,
    cluster_by: Collection[str] = (),
) -> "pa.Table":
    """Return the samples of logs as an Arrow table with :data:`SAMPLE_COLUMNS`.

    ``paths`` is one path or several; ``part`` one of several results in each file (default: all);
    ``cluster_by`` are keys of the samples' metadata; each becomes a ``cluster_KEY`` column.

    Raises:
        Error: ``table.needs-extra`` without pyarrow, and those of :func:`read_batches`.
    """
    query = Query(part=part, cluster_by=tuple(dict.fromkeys(cluster_by)))
    return _arrow_table(paths, query)


def runs_table(paths: Iterable[Path | str] | Path | str, *, part: str | None = None) -> "pa.Table":
    """Return the runs of logs as an Arrow table with :data:`RUN_COLUMNS`, one row for each result.

    Raises:
        Error: as :func:`samples_table`.
    """
    return _arrow_table(paths, Query(table="runs", part=part))


def _arrow_table(paths: Iterable[Path | str] | Path | str, query: Query) -> "pa.Table":
    from ifthen.evidence.table_arrow import arrow_batch, arrow_schema, load_pyarrow  # noqa: PLC0415

    pa = load_pyarrow("an Arrow table")
    given = [paths] if isinstance(paths, Path | str) else paths
    batches = [arrow_batch(rows, query.columns) for rows in read_batches(given, query)]
    return pa.Table.from_batches(batches, arrow_schema(query.columns))
