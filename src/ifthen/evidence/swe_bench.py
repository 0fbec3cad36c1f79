"""Reader of a SWE-bench submission: ``metadata.yaml`` and the folder around it.

With the reports of the instances under ``logs/`` the claim is ``samples``: every ``resolved`` is
recomputed from the outcomes of the tests, where they are listed. With lists of instances alone it
is ``counts``. An instance with a patch and no report counts as not resolved, as the benchmark has
it, and from 0 to 1 in the bounds.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error
from ifthen.evidence.file_set import FileSet
from ifthen.evidence.formats import Request
from ifthen.evidence.log import (
    Finding,
    Log,
    Metric,
    Result,
    RunFacts,
    Sample,
    SampleScore,
    contradiction,
    notice,
)
from ifthen.evidence.source import Source
from ifthen.evidence.stated_facts import StatedFacts, facts_name, read_facts
from ifthen.evidence.strict_json import convert, decode, parse_json
from ifthen.evidence.swe_bench_format import (
    SPLITS,
    DetailJson,
    PredictionJson,
    ReportJson,
    ResultsJson,
    check_unique,
    find_report_fault,
    list_models,
    metadata_at,
    recompute_resolved,
)

SCORER = "resolved"
RESULTS = "results/results.json"
DETAILS = "per_instance_details.json"
_UNNAMED = "(unnamed"
_DATE = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})_")


@dataclass(slots=True)
class Submission:
    """The parsed files of a submission."""

    metadata: Any
    facts: StatedFacts
    split: str | None
    size: int | None
    """Number of instances of the split; None where neither the split nor the number is known."""
    predictions: dict[str, PredictionJson]
    lines: dict[str, bytes]
    """SHA-256 of the line of each prediction."""
    reports: dict[str, ReportJson | None]
    """None for an empty report: the harness failed there."""
    digests: dict[str, bytes]
    results: ResultsJson | None
    details: dict[str, DetailJson] | None
    findings: list[Finding] = field(default_factory=list)

    @property
    def resolved(self) -> frozenset[str] | None:
        """Instances that the lists state as resolved; None without a list."""
        if self.results is not None:
            return frozenset(self.results.resolved)
        if self.details is not None:
            return frozenset(name for name, detail in self.details.items() if detail.resolved)
        return None

    def has_no_patch(self, name: str) -> bool:
        """Return whether the model made no patch, which cannot resolve anything."""
        prediction = self.predictions.get(name)
        if prediction is not None:
            return not prediction.model_patch
        return self.results is not None and name in self.results.no_generation


def read(source: Source, request: Request) -> Log:  # noqa: ARG001 - there is one part
    """Return the log of a submission.

    Raises:
        Error: ``yaml.*`` and ``document.*`` for the YAML files, ``log.not-json``,
            ``log.wrong-shape``, ``log.file-missing``, ``log.facts-missing``, ``log.too-large``.
    """
    files = FileSet(source)
    submission = _load(files)
    stated = submission.resolved
    if not submission.reports and stated is None:
        raise Error(
            "log.file-missing",
            f"there are neither logs/*/report.json nor {RESULTS} beside it",
            where=source.name,
            hint="get the results and logs of the submission",
        )
    samples = tuple(_make_samples(submission))
    size = submission.size
    accuracy = None if stated is None or size is None else len(stated) / size
    run = _read_run(submission, source, len(samples))
    return Log(
        format="swe-bench",
        sha256=files.sha256,
        bytes=files.bytes,
        files=files.files,
        claim="samples" if submission.reports else "counts",
        run=run,
        scorers=(),
        sample_ids=None,
        total=size,
        completed=None,
        results=(Result(scorer=SCORER, metrics=(Metric(name="accuracy", value=accuracy),)),),
        samples=samples,
        findings=(*submission.findings, *_check(submission, samples)),
    )


def _load(files: FileSet) -> Submission:
    source = files.source
    metadata = parse_tree(files.read() or b"", name=source.name).tree
    facts = read_facts(files)
    folder = _folders(source)[0]
    split = facts.split or (folder if folder in SPLITS else None)
    findings: list[Finding] = []
    predictions, lines = _read_predictions(files, findings)
    reports, digests = _read_reports(files, predictions, findings)
    results = files.read(RESULTS)
    details = files.read(DETAILS)
    found = None if results is None else decode(results, ResultsJson, where=RESULTS)
    if found is not None:
        for ids in (found.resolved, found.no_generation, found.no_logs or []):
            check_unique(ids, where=RESULTS)
    return Submission(
        metadata=metadata,
        facts=facts,
        split=split,
        size=facts.questions or SPLITS.get(split or ""),
        predictions=predictions,
        lines=lines,
        reports=reports,
        digests=digests,
        results=found,
        details=None if details is None else decode(details, dict[str, DetailJson], where=DETAILS),
        findings=findings,
    )


def _folders(source: Source) -> tuple[str, str]:
    """Return the names of the split's folder and of the submission's, as far as they are known."""
    path = getattr(source, "path", None)
    parts = Path(path).absolute().parts if path is not None else tuple(source.name.split("/"))
    padded = ("", "", *parts)
    return padded[-3], padded[-2]


def _read_predictions(
    files: FileSet, findings: list[Finding]
) -> tuple[dict[str, PredictionJson], dict[str, bytes]]:
    predictions: dict[str, PredictionJson] = {}
    lines: dict[str, bytes] = {}
    doubled: list[str] = []
    name = "all_preds.jsonl"
    for number, line in enumerate((files.read(name) or b"").split(b"\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        prediction = decode(line, PredictionJson, where=where)
        identifier = prediction.instance_id
        if not identifier:
            raise Error("log.wrong-shape", "a prediction without instance_id", where=where)
        if identifier in predictions:
            doubled.append(identifier)
        predictions[identifier] = prediction
        lines[identifier] = sha256(line.removesuffix(b"\r")).digest()
    name = "preds.json"
    if not predictions and (data := files.read(name)) is not None:
        predictions = decode(data, dict[str, PredictionJson], where=name)
    if doubled:
        message = f"{len(doubled)} instances have two predictions, first {doubled[0]}"
        findings.append(contradiction("log.duplicate-sample", message, "all_preds.jsonl"))
    return predictions, lines


def _read_reports(
    files: FileSet, predictions: Mapping[str, PredictionJson], findings: list[Finding]
) -> tuple[dict[str, ReportJson | None], dict[str, bytes]]:
    reports: dict[str, ReportJson | None] = {}
    digests: dict[str, bytes] = {}
    for path in files.source.list_companions("logs/*/report.json"):
        parts = path.split("/")
        if len(parts) != 3:
            continue
        data = files.read(path, keep=False) or b""
        digests[parts[1]] = sha256(data).digest()
        reports[parts[1]] = _read_report(data, parts[1], path, findings)
    other = [
        path.split("/")[1]
        for path in files.source.list_companions("logs/*/patch.diff")
        if path.count("/") == 2 and not _is_patch(files, path, predictions)
    ]
    if other:
        message = f"{len(other)} logs are of another patch than the prediction, first {other[0]}"
        findings.append(contradiction("log.companion-differs", message, "logs"))
    return reports, digests


def _read_report(data: bytes, name: str, where: str, findings: list[Finding]) -> ReportJson | None:
    if not data.strip():
        return None
    found = parse_json(data, where=where)
    inner = found.get(name) if isinstance(found, dict) else None
    if inner is None:
        message = f"the report is not about {name}"
        findings.append(contradiction("log.companion-differs", message, where))
        return None
    report = convert(inner, ReportJson, where=where)
    if (fault := find_report_fault(report)) is not None:
        findings.append(contradiction("log.score-differs", f"the report {fault}", where))
    return report


def _is_patch(files: FileSet, path: str, predictions: Mapping[str, PredictionJson]) -> bool:
    prediction = predictions.get(path.split("/")[1])
    if prediction is None:
        return True
    patch = (prediction.model_patch or "").encode("utf-8", "replace")
    return files.read(path, keep=False) == patch


def _make_samples(submission: Submission) -> Iterator[Sample]:
    names = dict.fromkeys(submission.predictions)
    others = {*submission.reports, *(submission.details or ())}
    if submission.results is not None:
        results = submission.results
        others |= {*results.resolved, *results.no_generation, *(results.no_logs or ())}
    names |= dict.fromkeys(sorted(others))
    for name in names:
        if submission.reports:
            yield _from_report(submission, name)
        else:
            resolved = name in (submission.resolved or ())
            yield _make_sample(name, resolved, place=_list_name(submission))
    if not submission.reports:
        for number in range(len(names) + 1, (submission.size or 0) + 1):
            yield _make_sample(f"{_UNNAMED} {number})", False, place=_list_name(submission))


def _from_report(submission: Submission, name: str) -> Sample:
    if name in submission.reports:
        report = submission.reports[name]
        place = f"logs/{name}/report.json"
        digest = submission.digests[name]
        if report is None:
            return _make_sample(name, False, place=place, error=True, digest=digest)
        recomputed = recompute_resolved(report)
        resolved = report.resolved if recomputed is None else recomputed
        return _make_sample(name, resolved, place=place, error=report.infra_failure, digest=digest)
    return _make_sample(
        name,
        False,
        place="all_preds.jsonl",
        error=not submission.has_no_patch(name),
        digest=submission.lines.get(name),
    )


def _make_sample(
    name: str, resolved: bool, *, place: str, error: bool = False, digest: bytes | None = None
) -> Sample:
    return Sample(
        id=name,
        epoch=1,
        place=place,
        error=error,
        scores={SCORER: SampleScore(value=resolved)},
        sha256=digest,
    )


def _list_name(submission: Submission) -> str:
    return RESULTS if submission.results is not None else DETAILS


def _check(submission: Submission, samples: Sequence[Sample]) -> Iterator[Finding]:
    if submission.size is None:
        yield contradiction(
            "log.denominator-unknown",
            "nothing says how many instances the split holds: state split or questions in "
            f"{facts_name('metadata.yaml')}",
            "metadata",
        )
    if submission.reports:
        yield from _check_lists(submission)
        return
    unnamed = sum(str(sample.id).startswith(_UNNAMED) for sample in samples)
    if unnamed:
        message = (
            f"{unnamed} of {len(samples)} instances are named nowhere; they count as not resolved"
        )
        yield notice("log.unnamed-instances", message, _list_name(submission))


def _check_lists(submission: Submission) -> Iterator[Finding]:
    recomputed = {
        name
        for name, report in submission.reports.items()
        if report is not None and _counts(report)
    }
    if submission.resolved is not None:
        yield from _differ("resolved", recomputed ^ submission.resolved, submission)
    if submission.details is not None and submission.results is not None:
        listed = {name for name, detail in submission.details.items() if detail.resolved}
        yield from _differ("resolved", listed ^ set(submission.results.resolved), submission)
    silent = {
        name
        for name in submission.predictions
        if name not in submission.reports and not submission.has_no_patch(name)
    }
    if submission.results is not None:
        results = submission.results
        wrong = {name for name in results.no_generation if name in submission.reports}
        wrong |= {name for name in results.no_logs or () if name in submission.reports}
        if results.no_logs is not None:
            wrong |= silent - {*results.no_logs, *results.no_generation}
        yield from _differ("no_generation and no_logs", wrong, submission)
    if silent:
        message = f"{len(silent)} instances have a patch and no report, first {min(silent)}"
        yield notice("log.report-missing", message, "logs")


def _counts(report: ReportJson) -> bool:
    recomputed = recompute_resolved(report)
    return report.resolved if recomputed is None else recomputed


def _differ(
    what: str, names: set[str] | frozenset[str], submission: Submission
) -> Iterator[Finding]:
    if names:
        message = (
            f"the list of {what} and the reports differ in {len(names)} instances, "
            f"first {min(names)}"
        )
        yield contradiction("log.list-differs", message, _list_name(submission))


def _read_run(submission: Submission, source: Source, questions: int) -> RunFacts:
    facts = submission.facts
    named = {item.model_name_or_path for item in submission.predictions.values()}
    models = _first(
        (facts.model,) if facts.model else (),
        list_models(submission.metadata),
        tuple(sorted(name for name in named if name)),
    )
    created = facts.created or _date(_folders(source)[1])
    missing = [word for word, value in (("created", created), ("model", models)) if not value]
    if created is None or not models:
        raise Error(
            "log.facts-missing",
            f"nothing says {' and '.join(missing)}",
            where=source.name,
            hint=f"state it in {facts_name(source.name)} beside it",
        )
    attempts = metadata_at(submission.metadata, "tags", "system", "attempts")
    return RunFacts(
        task=facts.task or f"swe-bench/{submission.split or 'unknown'}",
        model=models[0],
        created=created,
        status="success",
        producer=facts.producer or "swebench",
        epochs=1,
        weights_sha256=facts.weights_sha256,
        engine=facts.engine,
        elicitation=facts.elicitation
        or (f"attempts: {attempts}" if isinstance(attempts, str | int) else None),
        dataset=None if submission.split is None else f"SWE-bench {submission.split}",
        questions=submission.size or questions,
        models=models,
    )


def _first(*choices: Sequence[str]) -> tuple[str, ...]:
    return next((tuple(choice) for choice in choices if choice), ())


def _date(folder: str) -> datetime | None:
    """Return the day that a submission's folder begins with: ``20250928_name``."""
    if match := _DATE.match(folder):
        try:
            return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
        except ValueError:
            return None
    return None
