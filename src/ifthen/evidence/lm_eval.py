"""Reader of lm-evaluation-harness results with the samples beside them.

The main file is ``results_<date>.json``; ``samples_<task>_<date>.jsonl`` stands beside it when the
run was told to log samples. A part is a task. Groups of tasks are not read: their numbers are made
of those of their tasks.

A row is one document under one filter. All rows of a document become one sample with a score for
each metric and filter, labelled ``metric,filter`` as in the results. However often a question was
asked, the filter makes one answer of it, so there is one epoch.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ifthen.encoding.canonical import digest_bytes, digest_value
from ifthen.errors import Error
from ifthen.evidence.foreign import parse_as, parse_json, read_lines
from ifthen.evidence.formats import Request
from ifthen.evidence.lm_eval_check import Rows, check_mean, check_results, check_rows
from ifthen.evidence.lm_eval_format import (
    FIELDS,
    ResultsJson,
    RowJson,
    TaskJson,
    expect_asked,
    find_aggregation,
    find_date,
    is_date,
    name_models,
    split_results,
)
from ifthen.evidence.log import (
    Finding,
    Log,
    LogFile,
    Metric,
    Result,
    RunFacts,
    Sample,
    SampleId,
    SampleScore,
    Scorer,
    notice,
)
from ifthen.evidence.source import Source, read_whole

MAX_RESULTS = 1 << 28
MAX_SAMPLES = 5_000_000
_MEANS = {"mean", "nanmean"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """One number that the results state for a task."""

    metric: str
    filter: str
    aggregation: str
    value: float | None
    stderr: float | None

    @property
    def label(self) -> str:
        """The scorer: metric and filter, as the results name them."""
        return f"{self.metric},{self.filter}"

    @property
    def is_mean(self) -> bool:
        """Whether the value is a mean of the rows' values."""
        return self.aggregation in _MEANS


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One task of a results file."""

    content: ResultsJson
    task: TaskJson
    name: str


def list_parts(source: Source) -> tuple[str, ...]:
    """Return the names of the tasks in a results file.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``, ``log.too-large``.
    """
    content = _parse(read_whole(source, limit=MAX_RESULTS), where=source.name)
    return tuple(name for name in content.results if name in content.configs)


def read(source: Source, request: Request) -> Log:
    """Return the log of one task.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``, ``log.too-large``, ``log.unknown-version``,
            ``log.part-unknown``, ``log.member-name``, ``log.several-logs``.
    """
    data = read_whole(source, limit=MAX_RESULTS)
    content = _parse(data, where=source.name)
    name = request.part
    if name is None or name not in content.results or name not in content.configs:
        raise Error("log.part-unknown", "the file holds no such task", where=source.name)
    task = parse_as(content.configs[name], TaskJson, where=f"{source.name}: configs.{name}")
    part = Part(content=content, task=task, name=name)
    stated = _to_stated(part, where=source.name)
    main = LogFile(path=source.name, sha256=digest_bytes(data), bytes=len(data))
    companion = find_samples(source, name)
    findings = [*check_results(content, task, name), *_describe_metrics(stated)]
    if companion is None:
        if name in content.task_hashes:
            message = "the run logged samples, but their file is not there: numbers are stated only"
            findings.append(notice("log.samples-missing", message, f"samples of {name}"))
        return _to_log(part, (main,), stated, None, findings)
    rows = Rows(where=companion.name, repeats=task.repeats or 1, has_media=task.has_media)
    digest = hashlib.sha256()
    gathered = _gather(companion, digest, rows, stated, request.keep)
    companion.check_unchanged()
    beside = LogFile(
        path=companion.name, sha256=f"sha256:{digest.hexdigest()}", bytes=companion.size
    )
    findings.extend(check_rows(rows, content, name, [item.label for item in stated]))
    findings.extend(gathered.check_means(stated))
    return _to_log(part, (main, beside), stated, gathered, findings)


def find_samples(source: Source, task: str) -> Source | None:
    """Return the file with a task's samples, or None if there is none.

    It repeats the date of the results file. If that has none (somebody renamed it), the only file
    of samples of the task is taken.

    Raises:
        Error: ``log.several-logs`` where more than one could be meant, ``log.member-name``.
    """
    date = find_date(source.name)
    if date is not None:
        return source.companion(f"samples_{task}_{date}.jsonl")
    start = f"samples_{task}_"
    names = [
        name
        for name in source.list_companions("samples_*.jsonl")
        if name.startswith(start) and is_date(name[len(start) :].removesuffix(".jsonl"))
    ]
    if len(names) > 1:
        raise Error(
            "log.several-logs",
            f"{len(names)} files hold samples of {task}, and the results name no date",
            where=source.name,
            hint="give the results file its own name back: results_<date>.json",
        )
    return source.companion(names[0]) if names else None


@dataclass(kw_only=True, slots=True)
class Gathered:
    """The samples made of a file's rows."""

    samples: list[Sample] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    """Values by label, in the order of the rows."""

    def check_means(self, stated: Iterable[Stated]) -> Iterator[Finding]:
        """Yield ``log.header-differs`` for means of values outside [0, 1], which nothing else does.

        Means of scores within [0, 1] are compared when they are measured.
        """
        for item in stated:
            if item.is_mean:
                yield from check_mean(item.label, item.value, self.values.get(item.label, []))


def _gather(
    source: Source, digest: Any, rows: Rows, stated: Iterable[Stated], keep: frozenset[str]
) -> Gathered:
    means = {(item.metric, item.filter): item.label for item in stated if item.is_mean}
    only = {name for _, name in means} if len({item.filter for item in stated}) == 1 else set()
    gathered = Gathered()
    found: dict[tuple[SampleId, int], int] = {}
    states: list[Any] = []
    drafts: list[dict[str, Any]] = []
    for number, line in read_lines(source, digest):
        where = f"{source.name}:{number}"
        tree = parse_json(line, where=where)
        row = parse_as(tree, RowJson, where=where)
        if row.filter is None:
            row.filter = next(iter(only), None)
        rows.add(row, [key for key in tree if key not in FIELDS], where=where)
        scores = {}
        for (metric, name), label in means.items():
            if name == row.filter and metric in tree:
                scores[label] = SampleScore(value=tree[metric])
                gathered.values.setdefault(label, []).append(tree[metric])
        key = (row.doc_id, rows.occurrence(row))
        at = found.setdefault(key, len(drafts))
        if at == len(drafts):
            document = row.doc if isinstance(row.doc, dict) else {}
            drafts.append(
                {
                    "id": row.doc_id,
                    "place": where,
                    "scores": scores,
                    "metadata": {name: document[name] for name in keep if name in document},
                }
            )
            states.append(hashlib.sha256(line))
            if len(drafts) > MAX_SAMPLES:
                raise Error("log.too-large", f"more than {MAX_SAMPLES:,} samples", where=where)
        else:
            drafts[at]["scores"] |= scores
            states[at].update(b"\n" + line)
    gathered.samples = [
        Sample(**draft, epoch=1, sha256=state.digest())
        for draft, state in zip(drafts, states, strict=True)
    ]
    return gathered


def _parse(data: bytes, *, where: str) -> ResultsJson:
    return parse_as(parse_json(data, where=where), ResultsJson, where=where)


def _to_stated(part: Part, *, where: str) -> list[Stated]:
    entry = part.content.results[part.name]
    rows = split_results(entry)
    if not rows and any(isinstance(value, float) for value in entry.values()):
        raise Error(
            "log.unknown-version",
            "the results name no filters: they were written by lm-eval before 0.4",
            where=where,
            hint="run the evaluation with lm-eval 0.4.3 or later",
        )
    return [
        Stated(
            metric=metric,
            filter=filter_name,
            aggregation=find_aggregation(part.task, metric),
            value=_number(value),
            stderr=_number(stderr),
        )
        for metric, filter_name, value, stderr in rows
    ]


def _describe_metrics(stated: Iterable[Stated]) -> Iterator[Finding]:
    for item in stated:
        where = f"scorer {item.label}"
        if not item.is_mean:
            message = f"{item.metric} is no mean of values of single samples; it is not recomputed"
            yield notice("log.metric-unknown", message, where)
        if item.stderr is not None and item.aggregation != "mean":
            message = "the standard error comes from resampling; it is not recomputed"
            yield notice("log.metric-irreproducible", message, where)


def _to_log(
    part: Part,
    files: tuple[LogFile, ...],
    stated: list[Stated],
    gathered: Gathered | None,
    findings: list[Finding],
) -> Log:
    content, name = part.content, part.name
    count = content.n_samples.get(name)
    asked = None if count is None else expect_asked(count.original, content.config.limit)
    if count is not None and max(count.original, count.effective) > MAX_SAMPLES:
        raise Error(
            "log.too-large", f"the results tell of {count.original} samples", where=files[0].path
        )
    ids: tuple[SampleId, ...] | None = None
    total: int | None = None
    if gathered is not None and count is not None:
        known = content.config.limit is not None or count.effective == count.original
        ids = tuple(range(asked or 0)) if known else None
        total = count.effective
        if max(map(len, gathered.values.values()), default=0) == total:
            total = asked if known else None  # documents without a value are not counted there
    better = content.higher_is_better.get(name)
    direction = better if isinstance(better, dict) else {}
    usable = [item for item in stated if item.is_mean] or stated
    return Log(
        format="lm-eval",
        sha256=files[0].sha256 if len(files) == 1 else _digest_files(files),
        bytes=sum(file.bytes for file in files),
        files=files if len(files) > 1 else (),
        part=name,
        claim="stated" if gathered is None else "samples",
        run=_to_run(part),
        scorers=tuple(
            Scorer(name=item.label, options={"higher_is_better": direction.get(item.metric)})
            for item in usable
        ),
        sample_ids=ids,
        total=total,
        completed=None,
        results=tuple(_to_result(item) for item in usable),
        samples=() if gathered is None else tuple(gathered.samples),
        findings=tuple(findings),
    )


def _to_result(item: Stated) -> Result:
    if not item.is_mean:
        return Result(scorer=item.label, metrics=(Metric(name=item.metric, value=item.value),))
    metrics = [Metric(name="mean", value=item.value)]
    if item.stderr is not None and item.aggregation == "mean":
        metrics.append(Metric(name="stderr", value=item.stderr))
    return Result(scorer=item.label, metrics=tuple(metrics))


def _to_run(part: Part) -> RunFacts:
    content, task, name = part.content, part.task, part.name
    config, count = content.config, content.n_samples.get(name)
    try:
        created = datetime.fromtimestamp(content.date, UTC)
    except (ValueError, OverflowError, OSError):
        created = None
    if created is None or not 2000 <= created.year < 3000:
        raise Error("log.wrong-shape", f"{content.date!r} is no date of a run", where="date")
    named = name_models(config.model_args)
    model = content.model_name if named and content.model_name else config.model
    version = content.transformers_version
    engine = config.model if version in {None, "N/A"} else f"{config.model}, transformers {version}"
    git = f", git {content.git_hash}" if content.git_hash else ""
    arguments = {
        "version": content.versions.get(name),
        "num_fewshot": content.n_shot.get(name, task.num_fewshot),
        "limit": config.limit,
    }
    dataset = (task.dataset_path, task.dataset_name, task.test_split or task.validation_split)
    return RunFacts(
        task=name,
        model=model,
        created=created,
        status="success",
        producer=f"lm_eval {content.lm_eval_version or 'of unknown version'}{git}",
        epochs=1,
        engine=engine,
        elicitation=_elicitation(part),
        task_args={key: value for key, value in arguments.items() if value is not None},
        dataset=" ".join(text for text in dataset if text) or None,
        questions=None if count is None else min(count.effective, MAX_SAMPLES),
        packages={} if version in {None, "N/A"} else {"transformers": version},
        models=(model,),
    )


def _elicitation(part: Part) -> str:
    content, task = part.content, part.task
    shots = content.n_shot.get(part.name, task.num_fewshot)
    texts = ["shots not stated" if shots is None else f"{shots} shots"]
    if task.repeats is not None and task.repeats > 1:
        texts.append(f"{task.repeats} answers a question")
    if content.fewshot_as_multiturn:
        texts.append("shots as turns")
    for what, digest in (
        ("chat template", content.chat_template_sha),
        ("system instruction", content.system_instruction_sha),
    ):
        if digest is not None:
            texts.append(f"{what} sha256:{digest}")
    if task.generation_kwargs:
        options = json.dumps(task.generation_kwargs, sort_keys=True, ensure_ascii=False)
        texts.append(f"generation {options}")
    return "; ".join(texts)


def _digest_files(files: tuple[LogFile, ...]) -> str:
    return digest_value(
        [{"path": file.path, "sha256": file.sha256, "bytes": file.bytes} for file in files]
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
