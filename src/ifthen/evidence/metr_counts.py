"""Reader of METR's per-task counts (``task_results_*.yaml``): successes and runs by agent and task.

The single runs are not in the file. A task becomes as many samples as it has runs, with as many
successes; which of them is which is not known, and the log claims no more than counts.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ifthen.encoding.canonical import digest_bytes
from ifthen.errors import Error
from ifthen.evidence.formats import Request
from ifthen.evidence.horizon import Curve, fit_curve, weigh_raw, weigh_tasks
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
from ifthen.evidence.source import Source, read_whole

SCORER = "score_binarized"
MAX_BYTES = 8 * 1024 * 1024
"""What strict YAML reads; METR's file has 0.7 MB."""
MAX_RUNS = 1_000_000
WEIGHT_TOLERANCE = 0.00051
"""METR states weights with three decimals."""
FIT_TOLERANCE = 0.02
"""METR states slope and intercept with three decimals, but human times, too: 0.02 minutes can be
2.5 % more or less, which moves the fit more than its own rounding."""
CARRIED = ("benchmark_name", "long_tasks_version", "swaa_version")
"""What says which task set it is."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """The runs of one task."""

    task: str
    family: str
    minutes: float
    successes: int
    runs: int
    weight: float | None
    place: str


def list_parts(source: Source) -> tuple[str, ...]:
    """Return the agents of a file.

    Raises:
        Error: see :func:`read`.
    """
    return tuple(_parse(source)[1])


def read(source: Source, request: Request) -> Log:
    """Return the counts of one agent.

    Raises:
        Error: ``log.too-large``, ``log.wrong-shape``, ``log.impossible-count``, and the codes
            ``yaml.*`` of strict YAML, each with line and column.
    """
    head, agents, data = _parse(source)
    agent = _mapping(agents.get(request.part or ""), "the agent", source.name)
    counts = _counts(agent, source.name)
    scorer = Scorer(name=SCORER, metrics=(Metric(name="mean"),))
    created, unknown = _created(agent)
    carried = {key: value for key in CARRIED if isinstance(value := head.get(key), str)}
    return Log(
        format="metr-counts",
        sha256=digest_bytes(data),
        bytes=len(data),
        part=request.part,
        claim="counts",
        run=RunFacts(
            task="metr-time-horizon",
            task_args=carried,
            dataset=carried.get("benchmark_name"),
            model=request.part or "",
            created=created,
            status="success",  # the file holds finished runs and states no status
            producer="METR per-task counts",
            epochs=max((count.runs for count in counts), default=1),
            epochs_vary=True,
            questions=len(counts),
        ),
        scorers=(scorer,),
        sample_ids=None,
        total=None,
        completed=None,
        results=(Result(scorer=SCORER, metrics=scorer.metrics),),
        samples=list(_samples(counts)),
        findings=(unknown, *_check(counts, agent, source.name)),
    )


def _parse(source: Source) -> tuple[Mapping[str, Any], Mapping[str, Any], bytes]:
    """Return the outermost mapping, the agents in it, and the file's bytes."""
    from ifthen.encoding.tree import parse_tree  # noqa: PLC0415 - YAML for those who need it

    data = read_whole(source, limit=MAX_BYTES)
    tree = _mapping(parse_tree(data, name=source.name).tree, "the file", source.name)
    key = "agents" if "agents" in tree else "agent"
    agents = _mapping(tree.get(key), key, source.name)
    if not agents:
        raise _shape(key, "agents by name", "empty", source.name)
    return tree, agents, data


def _counts(agent: Mapping[str, Any], where: str) -> list[Count]:
    tasks = agent.get("tasks")
    if not isinstance(tasks, list):
        raise _shape("tasks", "a list", tasks, where)
    counts = [
        _count(_mapping(task, f"tasks[{index}]", where), f"{where}: tasks[{index}]")
        for index, task in enumerate(tasks)
    ]
    if sum(count.runs for count in counts) > MAX_RUNS:
        raise Error("log.too-large", f"more than {MAX_RUNS:,} runs", where=where)
    return counts


def _count(task: Mapping[str, Any], where: str) -> Count:
    name = task.get("task_id")
    if not isinstance(name, str) or not name:
        raise _shape("task_id", "text", name, where)
    family = name.rpartition("/")[0]
    if not family:
        raise _shape("task_id", "family/task", name, where)
    minutes = _number(task, "human_minutes", where)
    if minutes is None or not minutes > 0:
        raise _shape("human_minutes", "a number above 0", task.get("human_minutes"), where)
    successes, runs = (_whole(task, key, where) for key in ("n_successes", "n_runs"))
    if not 0 <= successes <= runs or not 1 <= runs <= MAX_RUNS:
        raise Error(
            "log.impossible-count",
            f"{name[:80]} has {successes} successes in {runs} runs",
            where=where,
            hint="get the file again from who published it",
        )
    return Count(
        task=name,
        family=family,
        minutes=minutes,
        successes=successes,
        runs=runs,
        weight=_number(task, "task_weight", where),
        place=where,
    )


def _samples(counts: list[Count]) -> Iterator[Sample]:
    seen: Counter[str] = Counter()
    for count in counts:
        metadata = {"task_family": count.family, "human_minutes": count.minutes}
        if count.weight is not None:
            metadata["task_weight"] = count.weight
        for run in range(count.runs):
            seen[count.task] += 1
            yield Sample(
                id=count.task,
                epoch=seen[count.task],
                place=count.place,
                scores={SCORER: SampleScore(value=1 if run < count.successes else 0)},
                metadata=metadata,
            )


def _check(counts: list[Count], agent: Mapping[str, Any], where: str) -> Iterator[Finding]:
    twice = [name for name, n in Counter(count.task for count in counts).items() if n > 1]
    if twice:
        message = f"{len(twice)} tasks stand in the list more than once, first {twice[0]}"
        yield contradiction("log.duplicate-task", message, "tasks")
    expected = weigh_raw([count.family for count in counts], "invsqrt")
    stated = any(count.weight is not None for count in counts)
    wrong = [
        (count, weight)
        for count, weight in zip(counts, expected, strict=True)
        if stated and (count.weight is None or abs(count.weight - weight) > WEIGHT_TOLERANCE)
    ]
    if wrong:
        count, weight = wrong[0]
        yield contradiction(
            "log.weights-differ",
            f"{len(wrong)} tasks state another task_weight than follows from the ids, first "
            f"{count.task}: {count.weight}, not {weight:.3f}",
            "tasks",
        )
    yield from _check_fit(counts, agent, where)


def _check_fit(counts: list[Count], agent: Mapping[str, Any], where: str) -> Iterator[Finding]:
    """Compare the stated curve with that of METR's method: invsqrt weights, penalty 1e-5."""
    stated = [_number(agent, key, where) for key in ("coefficient", "intercept")]
    if stated[0] is None or stated[1] is None:
        yield notice("log.fit-missing", "no slope and intercept are stated", "agent")
        return
    fitted = fit_curve(
        [count.minutes for count in counts],
        [count.successes / count.runs for count in counts],
        weigh_tasks([count.family for count in counts], "invsqrt"),
    )
    text = f"slope {stated[0]} and intercept {stated[1]} are stated; "
    if not isinstance(fitted, Curve):
        yield notice("log.fit-undefined", f"{text}the counts give none: {fitted.value}", "agent")
    elif max(abs(fitted.slope - stated[0]), abs(fitted.intercept - stated[1])) > FIT_TOLERANCE:
        found = f"the counts give {fitted.slope:.3f} and {fitted.intercept:.3f}"
        yield contradiction("log.fit-differs", text + found, "agent")


def _created(agent: Mapping[str, Any]) -> tuple[datetime, Finding]:
    """Return the day from which the runs are dated, and the finding that it is not theirs."""
    text = agent.get("release_date")
    try:
        day = date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        day = None
    if day is None:
        message = "the file states neither when the runs were made nor the model's release date"
        return EPOCH, contradiction("log.created-unknown", message, "agent")
    message = f"the file does not state when the runs were made; {day} is the model's release date"
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return moment, notice("log.created-unknown", message, "agent")


def _mapping(value: Any, what: str, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _shape(what, "a mapping", value, where)
    return value


def _whole(task: Mapping[str, Any], key: str, where: str) -> int:
    value = task.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _shape(key, "a whole number", value, where)
    return value


def _number(task: Mapping[str, Any], key: str, where: str) -> float | None:
    value = task.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _shape(key, "a finite number", value, where)
    return float(value)


def _shape(key: str, expected: str, found: Any, where: str) -> Error:
    text = repr(found) if isinstance(found, int | float) else type(found).__name__
    text = found if isinstance(found, str) else text
    return Error("log.wrong-shape", f"{key} is {text[:60]}; expected {expected}", where=where)
