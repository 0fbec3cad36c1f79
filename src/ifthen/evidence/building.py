"""The evidence document of one log."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from re import fullmatch
from typing import Any

from ifthen.encoding.elicitation import Elicitation
from ifthen.evidence.collection import paused_collection
from ifthen.evidence.columns import Coded
from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.counting import WORST_AND_BEST, Counting
from ifthen.evidence.eliciting import build_setup, read_elicitation, single_values
from ifthen.evidence.integrity import bind_samples
from ifthen.evidence.log import Finding, Log, RunFacts, Severity, format_line, notice
from ifthen.evidence.packages import read_packages
from ifthen.evidence.recompute import measure
from ifthen.evidence.record import (
    CountingRule,
    EarlyStopping,
    EvidenceRecord,
    Exclusion,
    FileReference,
    LogFinding,
    LogReference,
    Run,
    SampleCounts,
)
from ifthen.evidence.samples import ABSENT, Marks, SampleTable
from ifthen.evidence.scores import Unusable, value_to_float


def build_record(
    log: Log,
    *,
    id: str,
    evaluation: str,
    model: str,
    plan: str | None,
    recorded_by: str,
    recorded_at: datetime,
    cluster_by: str | None,
    log_path: str,
    counting: CountingRule | None = None,
    exclusions: Sequence[Exclusion] = (),
) -> EvidenceRecord:
    """Return the evidence document: the log's statements, recomputed numbers and findings.

    ``log_path`` is relative to the workspace, with forward slashes.
    """
    weights, odd = _weights(log.run)
    stated, unlike = read_elicitation(log.run.elicitation)
    _, unnamed = read_packages(log.run)
    with paused_collection():
        measurements, measured = measure(
            log,
            cluster_by,
            Counting(**counting.model_dump()) if counting else WORST_AND_BEST,
            excluded=frozenset(each.question for each in exclusions),
        )
        digests, different = bind_samples(log)
        checked = check_consistency(log, measurements)
        told = (*log.findings, *odd, *unlike, *unnamed)
        findings = limit_findings((*told, *measured, *different, *checked))
    # What is cached holds the table that caches it: only a collection would free such a circle.
    SampleTable.of(log.samples).cache.clear()
    return EvidenceRecord(
        kind="evidence",
        id=id,
        evaluation=evaluation,
        model=model,
        plan=plan,
        recorded_by=recorded_by,
        recorded_at=recorded_at,
        cluster_by=cluster_by,
        counting=counting or CountingRule(),
        exclusions=tuple(exclusions),
        log=_reference(log, log_path),
        run=_run(log.run, weights, stated),
        samples=count_samples(log),
        integrity=digests,
        measurements=measurements,
        findings=tuple(_finding(finding) for finding in findings),
    )


MAX_ALIKE = 100
"""Most findings of one code and severity that a document lists."""


def limit_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once, and of very many of one kind the first, and how many more."""
    counts: Counter[tuple[str, Severity]] = Counter()
    kept: list[Finding] = []
    for finding in dict.fromkeys(findings):
        kind = (finding.code, finding.severity)
        counts[kind] += 1
        if counts[kind] <= MAX_ALIKE:
            kept.append(finding)
    for (code, severity), count in counts.items():
        if count > MAX_ALIKE:
            kept.append(Finding(code, severity, f"{count - MAX_ALIKE:,} more like these"))
    return tuple(kept)


OK = ("ok",)
STATUSES = ("error", "limit", "invalidated", "unscored", "edited")
"""States of a sample besides ok, as :class:`~ifthen.evidence.record.SampleCounts` names them."""


def find_statuses(log: Log) -> list[tuple[str, ...]]:
    """Return the statuses of each sample, in the log's order: ``("ok",)``, or all that it has."""
    statuses: list[tuple[str, ...]] = [OK] * len(log.samples)
    for row, found in _find_special(log).items():
        statuses[row] = found
    return statuses


def _find_special(log: Log) -> dict[int, tuple[str, ...]]:
    """Return the statuses by row of the samples that are not merely ok."""
    table = SampleTable.of(log.samples)
    scorers = {(result.scorer, result.key) for result in log.results}
    named = {scorer for scorer, _ in scorers}
    scorers |= {(scorer.name, None) for scorer in log.scorers if scorer.name not in named}
    unscored = set(range(len(table))) if not scorers else set()
    for scorer, key in scorers:
        unscored |= _unscored(table.values(scorer, key))
    errors = {row for row, error in enumerate(table.errors) if error} if any(table.errors) else ()
    special: dict[int, tuple[str, ...]] = {}
    for row in sorted({*unscored, *errors, *table.marks}):
        marks = table.marks.get(row) or Marks()
        flags = (
            bool(table.errors[row]),
            marks.limit is not None,
            marks.invalidated,
            row in unscored,
            bool(marks.edited),
        )
        found = tuple(name for name, flag in zip(STATUSES, flags, strict=True) if flag)
        if found:
            special[row] = found
    return special


def _unscored(values: Sequence[Any]) -> set[int]:
    """Return the rows without a usable value."""
    if isinstance(values, Coded):
        bad = {code for code, value in enumerate(values.values) if not _is_usable(value)}
        return {row for row, code in enumerate(values.codes) if code in bad} if bad else set()
    return {row for row, value in enumerate(values) if not _is_usable(value)}


def _is_usable(value: Any) -> bool:
    return value is not ABSENT and not isinstance(value_to_float(value), Unusable)


def count_samples(log: Log) -> SampleCounts:
    """Return how many samples have which status; a sample counts under each that it has."""
    special = _find_special(log)
    counts = Counter(status for found in special.values() for status in found)
    total = len(log.samples)
    return SampleCounts(
        total=total, ok=total - len(special), **{name: counts[name] for name in STATUSES}
    )


def list_samples(log: Log) -> list[dict[str, Any]]:
    """Return a plain row for each sample: id, epoch, status, score by scorer, member."""
    return [
        {
            "id": sample.id,
            "epoch": sample.epoch,
            "status": list(statuses),
            "scores": {name: score.value for name, score in sample.scores.items()},
            "where": sample.place,
        }
        for sample, statuses in zip(log.samples, find_statuses(log), strict=True)
    ]


def describe_run(run: RunFacts) -> Run:
    """Return the log's statements about its run, as the record has them."""
    return _run(run, _weights(run)[0], read_elicitation(run.elicitation)[0])


def _reference(log: Log, path: str) -> LogReference:
    return LogReference(
        path=path,
        sha256=log.sha256,
        bytes=log.bytes,
        format=log.format,
        part=_optional(log.part),
        claim=log.claim,
        files=tuple(
            FileReference(path=format_line(file.path), sha256=file.sha256, bytes=file.bytes)
            for file in log.files
        ),
    )


def _run(run: RunFacts, weights: str | None, elicitation: str | Elicitation | None) -> Run:
    return Run(
        task=format_line(run.task),
        task_args=single_values(run.task_args),
        model=format_line(run.model),
        weights_sha256=weights,
        engine=_optional(run.engine),
        elicitation=elicitation,
        setup=build_setup(run.setup),
        created=run.created,
        status=format_line(run.status),
        producer=format_line(run.producer),
        packages=read_packages(run)[0],
        dirty=run.dirty,
        dataset=_optional(run.dataset),
        questions=run.questions,
        epochs=run.epochs,
        early_stopping=None
        if run.stopping is None
        else EarlyStopping(
            manager=format_line(run.stopping.manager), left_out=len(run.stopping.left_out)
        ),
    )


def _optional(text: str | None) -> str | None:
    return None if text is None else format_line(text)


def _weights(run: RunFacts) -> tuple[str | None, tuple[Finding, ...]]:
    """Return the digest of the weights; 64 bare hex digits are taken for SHA-256."""
    stated = run.weights_sha256
    if stated is None:
        return None, ()
    digits = stated.removeprefix("sha256:")
    if fullmatch("[0-9a-fA-F]{64}", digits):
        return f"sha256:{digits.lower()}", ()
    message = f"weights_sha256 is no SHA-256 digest: {stated}"
    return None, (notice("log.weights-digest", message, "header"),)


def _finding(finding: Finding) -> LogFinding:
    return LogFinding(
        code=finding.code,
        severity=finding.severity,
        message=format_line(finding.message),
        where=None if finding.where is None else format_line(finding.where),
    )
