"""The evidence document of one log."""

from datetime import datetime
from re import fullmatch

from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.log import Finding, Log, RunFacts, format_line, notice
from ifthen.evidence.question import score_of
from ifthen.evidence.recompute import measure
from ifthen.evidence.record import (
    EvidenceRecord,
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
        log=LogReference(path=log_path, sha256=log.sha256, bytes=log.bytes, format=log.format),
        run=_run(log.run, weights),
        samples=count_samples(log),
        measurements=measurements,
        findings=tuple(_finding(finding) for finding in dict.fromkeys(findings)),
    )


def count_samples(log: Log) -> SampleCounts:
    """Return how many samples have which status; a sample counts under each that it has."""
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
    return SampleCounts(
        total=len(flags),
        ok=sum(not any(row) for row in flags),
        error=sum(row[0] for row in flags),
        limit=sum(row[1] for row in flags),
        invalidated=sum(row[2] for row in flags),
        unscored=sum(row[3] for row in flags),
        edited=sum(row[4] for row in flags),
    )


def _run(run: RunFacts, weights: str | None) -> Run:
    return Run(
        task=format_line(run.task),
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
