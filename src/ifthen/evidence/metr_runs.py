"""Reader of METR's runs files (``all_runs.jsonl``, ``runs.jsonl``): one row a run, many agents.

A part of the file is what METR calls an alias: one agent, or the human baseliners. A question is a
task, and its epochs are the runs of the task in the order of the file.

What a row says about itself more than once is compared: the weights, which follow from the ids
alone; the binary score, which is the score held against a limit of its task; human time and family,
which belong to the task.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from ifthen.encoding.canonical import digest_bytes
from ifthen.evidence.formats import Request
from ifthen.evidence.horizon import Weighting, weigh_tasks
from ifthen.evidence.log import (
    Finding,
    Log,
    Metric,
    Result,
    RunFacts,
    Sample,
    SampleScore,
    Scorer,
    contradiction,
    notice,
)
from ifthen.evidence.metr_rows import Row, list_aliases, read_rows
from ifthen.evidence.source import Source

SCORER = "score_binarized"
LIMITS = frozenset({"usageLimits"})
"""Ends of a run that are limits of METR's platform on tokens, time and actions; all others are
errors of the agent, the task or the server."""
HUMAN = "human"
WEIGHT_TOLERANCE = 1e-9
"""METR states weights with ten decimals."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def list_parts(source: Source) -> tuple[str, ...]:
    """Return the aliases of a file.

    Raises:
        Error: those of :func:`~ifthen.evidence.metr_rows.read_rows`.
    """
    return list_aliases(source)


def read(source: Source, request: Request) -> Log:
    """Return the runs of one alias.

    Raises:
        Error: those of :func:`~ifthen.evidence.metr_rows.read_rows`.
    """
    every, data = read_rows(source)
    rows = [row for row in every if row.alias == request.part]
    counts = Counter(row.task for row in rows)
    scorer = Scorer(name=SCORER, metrics=(Metric(name="mean"),))
    started = [row.started_at for row in rows if row.started_at is not None]
    return Log(
        format="metr-runs",
        sha256=digest_bytes(data),
        bytes=len(data),
        part=request.part,
        claim="samples",
        run=RunFacts(
            task="metr-time-horizon",
            model=request.part or "",
            models=tuple(sorted({row.model for row in rows if row.model is not None})),
            created=EPOCH + timedelta(milliseconds=min(started, default=0.0)),
            status="success",  # the file holds finished runs and states no status
            producer="METR runs file",
            epochs=max(counts.values(), default=1),
            epochs_vary=True,
            questions=len(counts),
        ),
        scorers=(scorer,),
        sample_ids=None,
        total=None,
        completed=None,
        results=(Result(scorer=SCORER, metrics=scorer.metrics),),
        samples=list(_samples(rows)),
        findings=tuple(_check(rows, every)),
    )


def _samples(rows: Iterable[Row]) -> Iterator[Sample]:
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.task] += 1
        limit = row.ended_by if row.ended_by in LIMITS else None
        scores = {SCORER: SampleScore(value=row.success)}
        if row.score is not None:
            scores["score"] = SampleScore(value=row.score)
        yield Sample(
            id=row.task,
            epoch=seen[row.task],
            place=f"line {row.line}",
            error=row.ended_by is not None and limit is None,
            limit=limit,
            scores=scores,
            metadata={
                "run_id": row.run_id,
                "task_family": row.family,
                "human_minutes": row.minutes,
                **row.weights,
            },
            sha256=row.sha256,
        )


def _check(rows: Sequence[Row], every: Sequence[Row]) -> Iterator[Finding]:
    yield from _check_runs(rows, every)
    yield from _check_tasks(rows, every)
    yield from _check_scores(rows, every)
    yield from _check_people(rows)
    for weighting, key in (("equal", "equal_task_weight"), ("invsqrt", "invsqrt_task_weight")):
        yield from _check_weights(rows, weighting, key)  # type: ignore[arg-type]
    if not any(row.started_at for row in rows):
        yield contradiction("log.created-unknown", "no run states when it was started", "samples")


def _check_runs(rows: Sequence[Row], every: Sequence[Row]) -> Iterator[Finding]:
    counts = Counter(row.run_id for row in every)
    twice = [row for row in rows if counts[row.run_id] > 1]
    if twice:
        yield _about("log.duplicate-run", "have a run_id that stands in the file again", twice)


def _check_tasks(rows: Sequence[Row], every: Sequence[Row]) -> Iterator[Finding]:
    lost = [row for row in rows if row.family is None]
    if lost:
        yield _about("log.family-missing", "name no task_family, and weights follow from it", lost)
    families: dict[str, set[str | None]] = defaultdict(set)
    times: dict[str, set[float]] = defaultdict(set)
    for row in every:
        families[row.task].add(row.family)
        times[row.task].add(row.minutes)
    mixed = [row for row in rows if len(families[row.task] - {None}) > 1]
    if mixed:
        yield _about("log.family-differs", "are of a task that stands in several families", mixed)
    odd = [row for row in rows if row.family not in {None, row.task.rpartition("/")[0]}]
    if odd:
        yield _about(
            "log.family-unusual", "name a family that the task id does not", odd, mild=True
        )
    varied = [row for row in rows if len(times[row.task]) > 1]
    if varied:
        yield _about("log.times-differ", "are of a task with several human times", varied)


def _check_scores(rows: Sequence[Row], every: Sequence[Row]) -> Iterator[Finding]:
    """Compare the binary score with the score: each task has one limit between 0 and 1.

    METR's limits are not in the file; that there is one shows in the runs of all agents.
    """
    outside = [row for row in rows if row.score is not None and not 0 <= row.score <= 1]
    if outside:
        yield _about("log.score-out-of-range", "have a score outside [0, 1]", outside, mild=True)
    failed: dict[str, float] = {}
    passed: dict[str, float] = {}
    for row in every:
        if row.score is not None and row.success == 0:
            failed[row.task] = max(row.score, failed.get(row.task, row.score))
        elif row.score is not None and row.success == 1:
            passed[row.task] = min(row.score, passed.get(row.task, row.score))
    wrong = [row for row in rows if row.score is not None and not _follows(row, failed, passed)]
    if wrong:
        yield _about(
            "log.binarized-differs", "have a score_binarized that no limit on score gives", wrong
        )


def _follows(row: Row, failed: dict[str, float], passed: dict[str, float]) -> bool:
    score = 0.0 if row.score is None else row.score
    if row.success == 1:
        return score > 0 and score > failed.get(row.task, 0.0)
    if row.success == 0:
        return score < 1 and score < passed.get(row.task, 1.0)
    return True


def _check_people(rows: Sequence[Row]) -> Iterator[Finding]:
    people = [row for row in rows if row.model == HUMAN]
    if people and (len(people) < len(rows) or rows[0].alias != HUMAN):
        yield _about("log.human-run", "are human baselines among those of a model", people)
    elif rows and rows[0].alias == HUMAN and len(people) < len(rows):
        models = [row for row in rows if row.model != HUMAN]
        yield _about("log.human-run", "are runs of a model among human baselines", models)
    elif people:
        yield notice("log.human-baseline", "these runs are of people, not of a model", "samples")


def _check_weights(rows: Sequence[Row], weighting: Weighting, key: str) -> Iterator[Finding]:
    stated = [row for row in rows if key in row.weights]
    if not stated or any(row.family is None for row in rows):
        return
    runs = Counter(row.task for row in rows)
    family = {row.task: str(row.family) for row in rows}
    weights = dict(zip(family, weigh_tasks(tuple(family.values()), weighting), strict=True))
    wrong = [
        row
        for row in rows
        if key not in row.weights
        or abs(row.weights[key] - weights[row.task] / runs[row.task]) > WEIGHT_TOLERANCE
    ]
    if wrong:
        yield _about("log.weights-differ", f"state another {key} than follows from the ids", wrong)


def _about(code: str, message: str, rows: Sequence[Row], *, mild: bool = False) -> Finding:
    text = f"{len(rows)} runs {message}, first {rows[0].run_id} of {rows[0].task}"
    where = f"line {rows[0].line}"
    return notice(code, text, where) if mild else contradiction(code, text, where)
