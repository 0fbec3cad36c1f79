"""The time horizon of a log of runs against human time: tallies, weights and the fitted curve."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ifthen.errors import Error
from ifthen.evidence.horizon import (
    DEFAULT_REGULARISATION,
    Curve,
    Undefined,
    Weighting,
    fit_curve,
    weigh_raw,
    weigh_tasks,
)
from ifthen.evidence.log import Log, Sample

SCORER = "score_binarized"
"""Scorer whose value is 1 for a success and 0 for a failure."""
STATED = {"invsqrt": "invsqrt_task_weight", "equal": "equal_task_weight"}
"""Metadata key of the weight that a row of a runs file states for its run."""
STATED_COUNTS = "task_weight"
"""Metadata key of the weight that per-task counts state: 1 / sqrt(tasks of the family), rounded."""
KEEP = frozenset({"human_minutes", "task_family", STATED_COUNTS, *STATED.values()})
"""Metadata of samples that a horizon needs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """The runs of one task."""

    task: str
    family: str
    minutes: float
    """Human working time."""
    successes: int
    runs: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Horizon:
    """A time horizon with what it was computed from."""

    weighting: Weighting
    regularisation: float
    curve: Curve | None
    undefined: Undefined | None
    """Why there is no curve."""
    p50: float | None
    """Human minutes at which the chance of success is 50 %."""
    p80: float | None
    """Human minutes at which it is 80 %."""
    average: float
    """Weighted share of successes."""
    tallies: tuple[Tally, ...]
    """Ordered by human time, then by task."""
    weights: tuple[float, ...]
    """Weight of each tally; they sum to 1."""
    weights_gap: float | None
    """Largest difference of a stated weight from the recomputed one; None where none is stated."""
    limited: int
    """Runs that a limit stopped."""
    limited_successes: int
    errored: int
    """Runs that ended in an error."""
    errored_successes: int

    @property
    def runs(self) -> int:
        """Number of runs."""
        return sum(tally.runs for tally in self.tallies)

    @property
    def families(self) -> int:
        """Number of task families."""
        return len({tally.family for tally in self.tallies})


def measure_horizon(
    log: Log,
    *,
    weighting: Weighting = "invsqrt",
    regularisation: float = DEFAULT_REGULARISATION,
) -> Horizon:
    """Return the time horizon of a log that was read with the metadata :data:`KEEP`.

    A run counts by its binarised score, whatever ended it: METR's published code (repository
    eval-analysis-public, ``compute_task_weights.py`` and ``wrangle/logistic.py``) never looks at
    ``fatal_error_from``. How many runs a limit or an error ended, and how many of these count as
    successes, stands in the result.

    Raises:
        Error: ``horizon.no-times`` for a log without human times, ``horizon.unscored`` for runs
            without a binarised score, and those of :func:`~ifthen.evidence.horizon.fit_curve`.
    """
    tallies = tally_tasks(log)
    weights = weigh_tasks([tally.family for tally in tallies], weighting)
    shares = [tally.successes / tally.runs for tally in tallies]
    fitted = fit_curve([tally.minutes for tally in tallies], shares, weights, regularisation)
    curve = fitted if isinstance(fitted, Curve) else None
    limited = [sample for sample in log.samples if sample.limit is not None]
    errored = [sample for sample in log.samples if sample.error]
    return Horizon(
        weighting=weighting,
        regularisation=regularisation,
        curve=curve,
        undefined=fitted if isinstance(fitted, Undefined) else None,
        p50=None if curve is None else curve.horizon(0.5),
        p80=None if curve is None else curve.horizon(0.8),
        average=math.fsum(x * y for x, y in zip(shares, weights, strict=True)),
        tallies=tallies,
        weights=weights,
        weights_gap=_find_gap(log, tallies, weighting),
        limited=len(limited),
        limited_successes=sum(map(_success, limited)),
        errored=len(errored),
        errored_successes=sum(map(_success, errored)),
    )


def tally_tasks(log: Log) -> tuple[Tally, ...]:
    """Return the tallies of a log's tasks, ordered by human time, then by task.

    Raises:
        Error: ``horizon.no-times``, ``horizon.unscored``, ``horizon.times-differ``.
    """
    groups: dict[str, list[Sample]] = {}
    for sample in log.samples:
        groups.setdefault(str(sample.id), []).append(sample)
    tallies = [
        Tally(
            task=task,
            family=str(_shared(task, samples, "task_family")),
            minutes=float(_shared(task, samples, "human_minutes")),
            successes=sum(map(_success, samples)),
            runs=len(samples),
        )
        for task, samples in groups.items()
    ]
    return tuple(sorted(tallies, key=lambda tally: (tally.minutes, tally.task)))


def _shared(task: str, samples: list[Sample], key: str) -> Any:
    """Return the metadata value that the runs of a task share."""
    values = {sample.metadata.get(key) for sample in samples}
    if None in values:
        raise Error(
            "horizon.no-times",
            f"the runs of task {task[:80]} do not state {key}",
            hint="a time horizon needs METR's runs or per-task counts, with human times",
        )
    if len(values) > 1:
        raise Error(
            "horizon.times-differ",
            f"the runs of task {task[:80]} state {len(values)} values of {key}",
            hint="see where with: ifthen evidence read",
        )
    return values.pop()


def _success(sample: Sample) -> int:
    score = sample.scores.get(SCORER)
    if score is None or score.value not in {0, 1}:
        raise Error(
            "horizon.unscored",
            f"a run of task {str(sample.id)[:80]} is neither success nor failure",
            where=sample.place,
            hint="METR's method has no rule for it; ask for the run's score",
        )
    return int(score.value)


def _find_gap(log: Log, tallies: tuple[Tally, ...], weighting: Weighting) -> float | None:
    families = [tally.family for tally in tallies]
    if log.claim == "counts":
        if weighting != "invsqrt":
            return None
        key, expected = STATED_COUNTS, dict(_pair(tallies, weigh_raw(families, weighting)))
    else:
        key = STATED[weighting]
        runs = {tally.task: tally.runs for tally in tallies}
        pairs = _pair(tallies, weigh_tasks(families, weighting))
        expected = {task: weight / runs[task] for task, weight in pairs}
    return find_gap(
        [(expected[str(sample.id)], sample.metadata) for sample in log.samples],
        key,
    )


def find_gap(rows: list[tuple[float, Mapping[str, Any]]], key: str) -> float | None:
    """Return the largest difference of ``row[key]`` from the expected weight; None without any."""
    gaps = [
        abs(value - expected)
        for expected, row in rows
        if isinstance(value := row.get(key), int | float)
    ]
    return max(gaps, default=None)


def _pair(tallies: tuple[Tally, ...], weights: tuple[float, ...]) -> list[tuple[str, float]]:
    return [(tally.task, weight) for tally, weight in zip(tallies, weights, strict=True)]
