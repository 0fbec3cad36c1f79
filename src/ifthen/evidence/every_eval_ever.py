"""Reader of Every Eval Ever: an aggregate JSON, and rows in a JSONL file beside it.

A part is one evaluation result, by its id. The rows are bound to the aggregate by a checksum.

The format holds less than the logs it is made of. It has no epochs and no reducers: a converter may
write the epoch of a row into its metadata, and may have put the reduced score into every row of a
question. A row without usable score got one all the same (1 if the answer is the reference, else
0); its converter names no result in such a row, so rows that name none are left out where results
have ids.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from ifthen.encoding.canonical import digest_bytes, digest_value
from ifthen.errors import Error
from ifthen.evidence.every_eval_ever_format import (
    AggregateJson,
    DataJson,
    DetailsJson,
    ResultJson,
    RowJson,
    find_metric,
    hash_inputs,
)
from ifthen.evidence.foreign import Faults, parse_as, parse_json, read_lines
from ifthen.evidence.formats import Request
from ifthen.evidence.log import (
    Finding,
    Log,
    LogFile,
    Metric,
    Result,
    RunFacts,
    Sample,
    SampleScore,
    Scorer,
    contradiction,
    notice,
)
from ifthen.evidence.metrics import Support, support_of
from ifthen.evidence.source import Source, read_whole

MAX_AGGREGATE = 1 << 28
MAX_EPOCHS = 10_000
MAX_SAMPLES = 5_000_000


def list_parts(source: Source) -> tuple[str, ...]:
    """Return the ids of the results; further results of the same id get ``#2``, ``#3``...

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``, ``log.too-large``, ``log.unknown-version``.
    """
    content = _parse(read_whole(source, limit=MAX_AGGREGATE), where=source.name)
    return tuple(_name_parts(content))


def read(source: Source, request: Request) -> Log:
    """Return the log of one result.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``, ``log.too-large``, ``log.unknown-version``,
            ``log.part-unknown``, ``log.member-name``.
    """
    data = read_whole(source, limit=MAX_AGGREGATE)
    content = _parse(data, where=source.name)
    parts = _name_parts(content)
    if request.part not in parts:
        raise Error("log.part-unknown", "the file holds no such result", where=source.name)
    result = parts[request.part]
    main = LogFile(path=source.name, sha256=digest_bytes(data), bytes=len(data))
    rows = Rows(content=content, result=result, keep=request.keep)
    findings = list(_check_aggregate(content, result))
    companion = _find_rows(source, content.detailed_evaluation_results)
    files: tuple[LogFile, ...] = (main,)
    if companion is not None:
        details = content.detailed_evaluation_results
        files = (main, rows.read(companion, details))
        findings.extend(rows.check(companion.name, details))
    elif content.detailed_evaluation_results is not None:
        message = "the file of the rows is not there: the number is stated only"
        findings.append(notice("log.samples-missing", message, "detailed_evaluation_results"))
    return _to_log(content, result, request.part, files, (rows, findings))


def _parse(data: bytes, *, where: str) -> AggregateJson:
    content = parse_as(parse_json(data, where=where), AggregateJson, where=where)
    if not content.schema_version.startswith(("0.2.", "0.3.")):
        raise Error(
            "log.unknown-version",
            f"schema version {content.schema_version[:40]!r}; 0.2 and 0.3 are read",
            where=where,
            hint="use an ifthen version that reads this format",
        )
    return content


def _name_parts(content: AggregateJson) -> dict[str, ResultJson]:
    parts: dict[str, ResultJson] = {}
    counts: Counter[str] = Counter()
    for result in content.evaluation_results:
        counts[result.identity] += 1
        number = counts[result.identity]
        parts[result.identity if number == 1 else f"{result.identity}#{number}"] = result
    return parts


def _find_rows(source: Source, details: DetailsJson | None) -> Source | None:
    """Return the rows' file beside the main file; its stated path is that in the datastore."""
    if details is None or details.format != "jsonl":
        return None
    return source.companion(details.file_path.rpartition("/")[2])


@dataclass(kw_only=True, slots=True)
class Rows:
    """The rows of one result, and what is noted of all rows on the way."""

    content: AggregateJson
    result: ResultJson
    keep: frozenset[str]
    samples: list[Sample] = field(default_factory=list)
    total: int = 0
    faults: dict[str, Faults] = field(default_factory=dict)
    checksum: str | None = None

    def read(self, source: Source, details: DetailsJson | None) -> LogFile:
        """Read every row, keep those of the result, and return the file with its digest."""
        digest = hashlib.sha256()
        md5 = hashlib.md5(usedforsecurity=False)
        is_md5 = details is not None and details.hash_algorithm == "md5"
        both = Both(digest, md5) if is_md5 else digest
        known = {result.evaluation_result_id for result in self.content.evaluation_results}
        for number, line in read_lines(source, both):
            self.total += 1
            where = f"{source.name}:{number}"
            row = parse_as(parse_json(line, where=where), RowJson, where=where)
            self._check(row, known, where)
            if self._is_own(row):
                self.samples.append(self._to_sample(row, line, where))
            if self.total > MAX_SAMPLES:
                raise Error("log.too-large", f"more than {MAX_SAMPLES:,} rows", where=where)
        source.check_unchanged()
        self.checksum = (md5 if is_md5 else digest).hexdigest()
        return LogFile(path=source.name, sha256=f"sha256:{digest.hexdigest()}", bytes=source.size)

    def check(self, name: str, details: DetailsJson | None) -> Iterator[Finding]:
        """Yield what is wrong with the file of the rows.

        Contradictions: ``log.checksum-differs``, ``log.sample-count``, ``log.row-differs``.
        Notices: ``log.checksum-missing``, ``log.hash-unchecked``, ``log.rows-unattributed``.
        """
        if details is None or details.checksum is None:
            yield notice("log.checksum-missing", "the aggregate states no checksum", name)
        elif details.checksum.lower().removeprefix("sha256:") != self.checksum:
            message = "the rows are not those that the aggregate states the checksum of"
            yield contradiction("log.checksum-differs", message, name)
        if details is not None and details.total_rows not in {None, self.total}:
            message = f"the aggregate states {details.total_rows} rows; there are {self.total}"
            yield contradiction("log.sample-count", message, name)
        for key, message in (
            ("evaluation", "are of another evaluation"),
            ("model", "are of another model"),
            ("result", "name a result that is not in the aggregate"),
        ):
            if fault := self.faults.get(key):
                yield contradiction("log.row-differs", f"{fault.count} rows {message}", fault.first)
        for key, code, message in (
            ("hash", "log.hash-unchecked", "have a sample hash that no known way gives"),
            ("unattributed", "log.rows-unattributed", "name no result and are left out"),
            ("correct", "log.correct-differs", "call a score of 0 correct, or of 1 wrong"),
        ):
            if fault := self.faults.get(key):
                yield notice(code, f"{fault.count} rows {message}", fault.first)

    def _check(self, row: RowJson, known: set[str | None], where: str) -> None:
        score = row.evaluation.score
        hashes = () if row.sample_hash is None else hash_inputs(row.input.raw, row.input.reference)
        for key, wrong in (
            ("evaluation", row.evaluation_id != self.content.evaluation_id),
            ("model", row.model_id != self.content.model_info.id),
            ("result", row.evaluation_result_id not in {None, *known}),
            ("unattributed", row.evaluation_result_id is None and None not in known),
            ("hash", row.sample_hash is not None and row.sample_hash not in hashes),
            ("correct", score in {0.0, 1.0} and row.evaluation.is_correct != bool(score)),
        ):
            if wrong:
                self.faults.setdefault(key, Faults()).add(where)

    def _is_own(self, row: RowJson) -> bool:
        if self.result.evaluation_result_id is not None:
            return row.evaluation_result_id == self.result.evaluation_result_id
        return (
            row.evaluation_result_id is None and row.evaluation_name == self.result.evaluation_name
        )

    def _to_sample(self, row: RowJson, line: bytes, where: str) -> Sample:
        metadata = row.metadata or {}
        epoch = metadata.get("epoch")
        known = isinstance(epoch, str) and epoch.isascii() and epoch.isdigit() and len(epoch) < 6
        return Sample(
            id=row.sample_id,
            epoch=min(max(int(epoch), 1), MAX_EPOCHS) if known and epoch is not None else 1,
            place=where,
            error=row.error is not None,
            scores={self.result.identity: SampleScore(value=row.evaluation.score)},
            metadata={key: metadata[key] for key in self.keep if key in metadata},
            sha256=hashlib.sha256(line).digest(),
        )


class Both:
    """Two digests that are fed the same bytes."""

    def __init__(self, *digests: Any) -> None:
        """Take the digests."""
        self._digests = digests

    def update(self, data: bytes, /) -> None:
        """Feed both."""
        for digest in self._digests:
            digest.update(data)


def _check_aggregate(content: AggregateJson, result: ResultJson) -> Iterator[Finding]:
    same = sum(other.identity == result.identity for other in content.evaluation_results)
    if same > 1:
        message = f"{same} results have the id {result.identity}: their rows cannot be told apart"
        yield contradiction("log.result-ambiguous", message, "evaluation_results")
    if content.source_metadata.source_type == "documentation":
        message = "the number was copied from a publication; nobody ran this evaluation for it"
        yield notice("log.second-hand", message, "source_metadata")
    if result.evaluation_timestamp is None and content.evaluation_timestamp is None:
        message = "no time of the run is stated; the time is that of the record"
        yield notice("log.time-unknown", message, "evaluation_timestamp")
    uncertainty = result.score_details.uncertainty
    error = uncertainty.standard_error if uncertainty else None
    if error is not None and error.method not in {None, "analytic"}:
        message = f"the standard error is made by {error.method}; it is not recomputed"
        yield notice("log.metric-irreproducible", message, f"scorer {result.identity}")


def _to_log(
    content: AggregateJson,
    result: ResultJson,
    part: str,
    files: tuple[LogFile, ...],
    found: tuple[Rows, list[Finding]],
) -> Log:
    rows, findings = found
    data = _data(result)
    asked: dict[str, set[int]] = {}
    for sample in rows.samples:
        asked.setdefault(str(sample.id), set()).add(sample.epoch)
    epochs = max((max(found) for found in asked.values()), default=1)
    vary = any(len(found) != epochs for found in asked.values())
    findings = [*findings, *_check_numbers(result, len(asked), epochs)]
    listed = data.sample_ids if rows.samples else None
    one_file = len(files) == 1
    label = result.identity
    return Log(
        format="every-eval-ever",
        sha256=files[0].sha256
        if one_file
        else digest_value(
            [{"path": file.path, "sha256": file.sha256, "bytes": file.bytes} for file in files]
        ),
        bytes=sum(file.bytes for file in files),
        files=() if one_file else files,
        part=part,
        claim="samples" if rows.samples else "stated",
        run=_to_run(content, result, data, epochs=epochs, vary=vary),
        scorers=(
            Scorer(
                name=label,
                options={"lower_is_better": result.metric_config.lower_is_better},
            ),
        ),
        sample_ids=None if listed is None else tuple(listed),
        total=None,
        completed=None,
        results=(_to_result(content, result),),
        samples=tuple(rows.samples),
        findings=tuple(findings),
    )


def _check_numbers(result: ResultJson, questions: int, epochs: int) -> Iterator[Finding]:
    uncertainty = result.score_details.uncertainty
    stated = uncertainty.num_samples if uncertainty else None
    if questions and stated is not None and stated != questions:
        message = f"the result states {stated} samples; its rows are of {questions} questions"
        if stated > questions:
            yield contradiction("log.sample-count", message, f"scorer {result.identity}")
        else:
            yield notice("log.scored-count", message, f"scorer {result.identity}")
    if epochs > 1:
        message = "rows have epochs in their metadata only; their scores may be reduced already"
        yield notice("log.epochs-reduced", message, f"scorer {result.identity}")


def _to_result(content: AggregateJson, result: ResultJson) -> Result:
    details = result.score_details
    name = find_metric(result, content.eval_library.name)
    metrics = [Metric(name=name, value=_finite(details.score))]
    uncertainty = details.uncertainty
    if uncertainty is not None and support_of(metrics[0]) is Support.RECOMPUTED:
        error = uncertainty.standard_error
        if error is not None and error.method in {None, "analytic"}:
            metrics.append(Metric(name="stderr", value=_finite(error.value)))
        if uncertainty.standard_deviation is not None:
            metrics.append(Metric(name="std", value=_finite(uncertainty.standard_deviation)))
    reducer = (result.metric_config.metric_parameters or {}).get("reducer")
    return Result(
        scorer=result.identity,
        reducer=reducer if isinstance(reducer, str) else None,
        metrics=tuple(metrics),
    )


def _to_run(
    content: AggregateJson, result: ResultJson, data: DataJson, *, epochs: int, vary: bool
) -> RunFacts:
    model = content.model_info
    engine = model.inference_engine
    known = (
        (engine.name, engine.version)
        if engine is not None and engine.name
        else (model.inference_platform, None)
    )
    weights = (model.additional_details or {}).get("weights_sha256")
    times = (result.evaluation_timestamp, content.evaluation_timestamp)
    uncertainty = result.score_details.uncertainty
    stated = uncertainty.num_samples if uncertainty else None
    settings = result.generation_config
    return RunFacts(
        task=result.evaluation_name,
        model=model.id,
        created=_time(next((time for time in times if time), content.retrieved_timestamp)),
        status="success",
        producer=_producer(content),
        epochs=epochs,
        weights_sha256=weights if isinstance(weights, str) else None,
        engine=" ".join(text for text in known if text) or None,
        elicitation=json.dumps(settings, sort_keys=True) if settings else None,
        dataset=data.dataset_name,
        questions=None if stated is None else min(max(stated, 0), MAX_SAMPLES),
        packages={engine.name: engine.version} if engine and engine.name and engine.version else {},
        models=(model.id,),
        epochs_vary=vary,
    )


def _producer(content: AggregateJson) -> str:
    """Return name and version, those of Inspect's converter as Inspect's own logs have them."""
    name, version = content.eval_library.name, content.eval_library.version
    if version.startswith("inspect_ai:"):
        return version.replace(":", " ", 1)
    return f"{name} {version}"


def _data(result: ResultJson) -> DataJson:
    try:
        data = msgspec.convert(result.source_data, DataJson)
    except (msgspec.ValidationError, RecursionError):
        return DataJson()
    if data.sample_ids is not None and len(data.sample_ids) > MAX_SAMPLES:
        raise Error("log.too-large", f"more than {MAX_SAMPLES:,} sample ids", where="source_data")
    return data


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _time(text: str) -> datetime:
    """Return a time of seconds since 1970, or spelled as in ISO 8601; without a zone, in UTC."""
    time: datetime | None = None
    with suppress(ValueError):
        time = datetime.fromisoformat(text)
    with suppress(ValueError, OverflowError, OSError):
        time = datetime.fromtimestamp(float(text), UTC)
    if time is None or not 2000 <= time.year < 3000:
        raise Error(
            "log.wrong-shape", f"{text[:40]!r} is no time of a run", where="evaluation_timestamp"
        )
    return time if time.tzinfo else time.replace(tzinfo=UTC)
