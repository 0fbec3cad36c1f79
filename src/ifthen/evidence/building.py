"""The evidence document of one log."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from re import fullmatch
from typing import Any

from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.log import Finding, Log, RunFacts, format_line, notice
from ifthen.evidence.question import score_of
from ifthen.evidence.recompute import measure
from ifthen.evidence.record import (
    EvidenceRecord,
    FileReference,
    LogFinding,
    LogReference,
    Run,
    SampleCounts,
)
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
) -> EvidenceRecord:
    """Return the evidence document: the log's statements, recomputed numbers and findings.

    ``log_path`` is relative to the workspace, with forward slashes.
    """
    measurements, measured = measure(log, cluster_by)
    weights, odd = _weights(log.run)
    findings = (*log.findings, *odd, *measured, *check_consistency(log, measurements))
    return EvidenceRecord(
        kind="evidence",
        id=id,
        evaluation=evaluation,
        model=model,
        plan=plan,
        recorded_by=recorded_by,
        recorded_at=recorded_at,
        cluster_by=cluster_by,
        log=_reference(log, log_path),
        run=_run(log.run, weights),
        samples=count_samples(log),
        measurements=measurements,
        findings=tuple(_finding(finding) for finding in dict.fromkeys(findings)),
    )


STATUSES = ("error", "limit", "invalidated", "unscored", "edited")
"""States of a sample besides ok, as :class:`~ifthen.evidence.record.SampleCounts` names them."""


def find_statuses(log: Log) -> list[tuple[str, ...]]:
    """Return the statuses of each sample, in the log's order: ``("ok",)``, or all that it has."""
    scorers = {(result.scorer, result.key) for result in log.results}
    named = {scorer for scorer, _ in scorers}
    scorers |= {(scorer.name, None) for scorer in log.scorers if scorer.name not in named}
    scores = [
        [score_of(sample, scorer, key) for scorer, key in sorted(scorers, key=str)]
        for sample in log.samples
    ]
    unscored = [
        not scorers
        or any(score is None or isinstance(value_to_float(score.value), Unusable) for score in row)
        for row in scores
    ]
    edited = [
        any(score.authors or score.history for score in sample.scores.values())
        for sample in log.samples
    ]
    flags = [
        (sample.error, sample.limit is not None, sample.invalidated, missing, changed)
        for sample, missing, changed in zip(log.samples, unscored, edited, strict=True)
    ]
    return [
        tuple(name for name, flag in zip(STATUSES, row, strict=True) if flag) or ("ok",)
        for row in flags
    ]


def count_samples(log: Log) -> SampleCounts:
    """Return how many samples have which status; a sample counts under each that it has."""
    statuses = find_statuses(log)
    counts = Counter(status for row in statuses for status in row)
    return SampleCounts(total=len(statuses), **{name: counts[name] for name in ("ok", *STATUSES)})


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
    return _run(run, _weights(run)[0])


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


def _run(run: RunFacts, weights: str | None) -> Run:
    return Run(
        task=format_line(run.task),
        task_args=_scalars(run.task_args),
        model=format_line(run.model),
        weights_sha256=weights,
        engine=_optional(run.engine),
        elicitation=_optional(run.elicitation),
        created=run.created,
        status=format_line(run.status),
        producer=format_line(run.producer),
        dataset=_optional(run.dataset),
        questions=run.questions,
        epochs=run.epochs,
    )


def _scalars(arguments: Mapping[str, Any]) -> dict[str, bool | float | str]:
    """Return the arguments that are single values; lists and tables tell no evaluations apart."""
    found: dict[str, bool | float | str] = {}
    for name, value in arguments.items():
        if isinstance(value, str) and value:
            found[name] = format_line(value)
        elif isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 2**53):
            found[name] = value
    return found


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
