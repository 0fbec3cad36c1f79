"""Reader of the one file that the SWE-bench harness writes at the end of a run.

It lists every instance under its outcome, without the tests, so the claim is ``counts``. It says
neither which model ran nor when: a facts file beside it has to.
"""

from collections.abc import Iterator
from itertools import combinations

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
)
from ifthen.evidence.source import Source
from ifthen.evidence.stated_facts import facts_name, read_facts
from ifthen.evidence.strict_json import decode
from ifthen.evidence.swe_bench import SCORER
from ifthen.evidence.swe_bench_format import SPLITS, SummaryJson, check_unique


def read(source: Source, request: Request) -> Log:  # noqa: ARG001 - there is one part
    """Return the log of a harness summary.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``, ``log.facts-missing``, and those of the facts
            file.
    """
    files = FileSet(source)
    summary = decode(files.read() or b"", SummaryJson, where=source.name)
    facts = read_facts(files)
    if facts.model is None or facts.created is None:
        raise Error(
            "log.facts-missing",
            "the file says neither which model ran nor when",
            where=source.name,
            hint=f"state model and created in {facts_name(source.name)} beside it",
        )
    for ids in _outcomes(summary).values():
        check_unique(ids, where=source.name)
    total = summary.total_instances
    known = facts.questions or SPLITS.get(facts.split or "")
    return Log(
        format="swe-bench-report",
        sha256=files.sha256,
        bytes=files.bytes,
        files=files.files,
        claim="counts",
        run=RunFacts(
            task=facts.task or f"swe-bench/{facts.split or 'unknown'}",
            model=facts.model,
            created=facts.created,
            status="success",
            producer=facts.producer or "swebench",
            epochs=1,
            weights_sha256=facts.weights_sha256,
            engine=facts.engine,
            elicitation=facts.elicitation,
            dataset=None if facts.split is None else f"SWE-bench {facts.split}",
            questions=max(total, 0),
            models=(facts.model,),
        ),
        scorers=(),
        sample_ids=None,
        total=total,
        completed=None,
        results=(
            Result(
                scorer=SCORER,
                metrics=(Metric(name="accuracy", value=_stated(summary)),),
            ),
        ),
        samples=tuple(_make_samples(summary)),
        findings=tuple(_check(summary, known)),
    )


def _outcomes(summary: SummaryJson) -> dict[str, list[str]]:
    return {
        "resolved": summary.resolved_ids,
        "unresolved": summary.unresolved_ids,
        "empty_patch": summary.empty_patch_ids,
        "error": summary.error_ids,
        "incomplete": summary.incomplete_ids,
    }


def _stated(summary: SummaryJson) -> float | None:
    resolved, total = summary.resolved_instances, summary.total_instances
    return None if resolved is None or total <= 0 else resolved / total


def _make_samples(summary: SummaryJson) -> Iterator[Sample]:
    failed = set(summary.infra_failure_ids)
    for outcome, ids in _outcomes(summary).items():
        for name in ids:
            yield Sample(
                id=name,
                epoch=1,
                place=f"{outcome}_ids",
                error=outcome in {"error", "incomplete"} or name in failed,
                scores={SCORER: SampleScore(value=outcome == "resolved")},
            )


def _check(summary: SummaryJson, known: int | None) -> Iterator[Finding]:
    outcomes = _outcomes(summary)
    for (one, first), (other, second) in combinations(outcomes.items(), 2):
        if both := set(first) & set(second):
            message = f"{len(both)} instances are {one} and {other}, first {min(both)}"
            yield contradiction("log.list-differs", message, f"{other}_ids")
    for name, ids in {
        **outcomes,
        "completed": summary.completed_ids,
        "submitted": summary.submitted_ids,
        "infra_failure": summary.infra_failure_ids,
    }.items():
        stated = getattr(summary, f"{name}_instances", None)
        if stated is not None and ids is not None and stated != len(ids):
            message = f"{stated} instances are stated as {name}; {len(ids)} are listed"
            yield contradiction("log.list-differs", message, f"{name}_ids")
    judged = {*summary.resolved_ids, *summary.unresolved_ids}
    if summary.completed_ids is not None and judged - set(summary.completed_ids):
        message = "instances are resolved or unresolved, but not completed"
        yield contradiction("log.list-differs", message, "completed_ids")
    if summary.incomplete_ids:
        message = f"{len(summary.incomplete_ids)} instances have no prediction: the run is partial"
        yield contradiction("log.sample-missing", message, "incomplete_ids")
    if known is not None and known != summary.total_instances:
        message = f"the split holds {known} instances; the run covers {summary.total_instances}"
        yield contradiction("log.sample-count", message, "total_instances")
    elif known is None:
        message = (
            "nothing says how many instances the split holds: state split or questions in the "
            "facts file"
        )
        yield contradiction("log.denominator-unknown", message, "total_instances")
