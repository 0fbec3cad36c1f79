"""Metrics recomputed from a log's samples, by an allow-list.

A metric or reducer that is not in the list gives a notice; nothing that a log names is imported or
run. The value of a metric follows the producer's own rule (samples without score are left out of
the denominator); the bounds beside it do not: there, a sample without a usable score counts 0 at
worst and 1 at best.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ifthen.evidence.log import (
    Finding,
    Log,
    Metric,
    Result,
    contradiction,
    format_line,
    notice,
)
from ifthen.evidence.question import Question, group_questions
from ifthen.evidence.record import ClusterTally, Measurement
from ifthen.evidence.scores import Reducer, Unusable, parse_reducer, value_to_float

MEASURED = frozenset({"accuracy", "mean"})
"""Metrics that become measurements."""
COMPARED = frozenset({"stderr", "std", "var"})
"""Metrics that are recomputed only to be compared with the header."""

_TOLERANCE = 1e-12  # the order of a sum changes its last bits


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One metric of one scorer and reducer, as the log states or declares it."""

    result: Result
    metric: Metric
    reducer: Reducer


def is_close(one: float | None, other: float | None) -> bool:
    """Return whether two numbers are the same up to the order of a sum."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)


def compute_metric(name: str, numbers: Sequence[float]) -> float | None:
    """Return a metric of question scores, by the producer's formula; None without scores.

    The formulas are those of Inspect's built-in metrics to the bit: accuracy is a running sum, mean
    numpy's; stderr, std and var divide by n - 1 and are 0 for a single score.
    """
    count = len(numbers)
    if not count:
        return None
    if name == "accuracy":
        total = 0.0
        for number in numbers:
            total += number
        return total / count
    import numpy as np  # noqa: PLC0415 - a log with accuracy alone does without it

    with np.errstate(all="ignore"):  # scores near the largest float overflow to infinity
        if name == "mean":
            return float(np.mean(numbers))
        if count == 1:
            return 0.0
        if name == "var":
            return float(np.var(numbers, ddof=1))
        deviation = np.std(numbers, ddof=1)
        return float(deviation / np.sqrt(count)) if name == "stderr" else float(deviation)


def resolve_reducer(log: Log, stated: str | None) -> Reducer | None:
    """Return the reducer that a stated name means in this log, or None if it is not known."""
    if stated is None and log.run.reducers == () and log.run.epochs > 1:
        return None  # reduction was switched off: the metric runs over single answers
    return parse_reducer("mean" if stated is None else stated)


def find_views(log: Log) -> tuple[tuple[View, ...], tuple[Finding, ...]]:
    """Return what can be recomputed: every stated metric, then the declared ones not stated."""
    views: dict[tuple[str, str, str], View] = {}
    findings: list[Finding] = []
    for result in (*log.results, *_declared(log)):
        reducer = resolve_reducer(log, result.reducer)
        where = f"scorer {result.label}"
        if reducer is None:
            name = "none" if result.reducer is None else result.reducer
            findings.append(
                notice("log.reducer-unknown", f"reducer {name} cannot be recomputed", where)
            )
            continue
        for metric in result.metrics:
            if metric.name not in MEASURED | COMPARED or not metric.is_plain:
                options = "" if metric.is_plain else " with options"
                findings.append(
                    notice(
                        "log.metric-unknown",
                        f"metric {metric.name}{options} cannot be recomputed",
                        where,
                    )
                )
                continue
            key = (result.label, reducer.label, metric.name)
            known = views.get(key)
            if known is None:
                views[key] = View(result=result, metric=metric, reducer=reducer)
            elif metric.value is not None and not is_close(known.metric.value, metric.value):
                message = f"metric {metric.name} is stated twice, with different values"
                findings.append(contradiction("log.header-differs", message, where))
    return tuple(views.values()), tuple(dict.fromkeys(findings))


def _declared(log: Log) -> Iterator[Result]:
    for scorer in log.scorers:
        for reducer in log.run.reducers or (None,):
            yield Result(scorer=scorer.name, reducer=reducer, metrics=scorer.metrics)


def measure(
    log: Log, cluster_by: str | None
) -> tuple[tuple[Measurement, ...], tuple[Finding, ...]]:
    """Return accuracy and mean of every scorer with their bounds, and what stood in the way.

    ``cluster_by`` is a key of the samples' metadata. Findings: ``log.metric-unknown``,
    ``log.reducer-unknown``, ``log.score-out-of-range``, ``log.score-not-a-number``,
    ``log.cluster-key-missing``, ``log.header-differs`` for a metric stated twice.
    """
    views, found = find_views(log)
    findings = list(found)
    tables: dict[str, tuple[Question, ...] | None] = {}
    measurements: list[Measurement] = []
    for view in views:
        label = view.result.label
        if label not in tables:
            questions = group_questions(log, view.result.scorer, view.result.key)
            faults = check_scores(questions, label)
            findings.extend(faults)
            broken = any(fault.code == "log.score-out-of-range" for fault in faults)
            tables[label] = None if broken else questions
        table = tables[label]
        if view.metric.name in MEASURED and table is not None:
            measurements.append(_measure_view(view, table, cluster_by))
    if cluster_by is not None:
        findings.extend(_check_clusters(log, cluster_by))
    return tuple(measurements), tuple(findings)


def check_scores(questions: Sequence[Question], label: str) -> tuple[Finding, ...]:
    """Return findings for values that are no numbers and for numbers outside [0, 1]."""
    strange: list[str] = []
    outside: list[str] = []
    for question in questions:
        for value in question.every_value():
            number = value_to_float(value)
            if number is Unusable.NOT_A_NUMBER:
                strange.append(question.id)
            elif not isinstance(number, Unusable) and not 0.0 <= number <= 1.0:
                outside.append(question.id)
    findings: list[Finding] = []
    where = f"scorer {label}"
    if strange:
        message = f"{len(strange)} values are no numbers, first in sample {strange[0]}"
        findings.append(notice("log.score-not-a-number", message, where))
    if outside:
        message = f"{len(outside)} scores are outside [0, 1], first in sample {outside[0]}"
        findings.append(
            notice("log.score-out-of-range", f"{message}; it gives no measurement", where)
        )
    return tuple(findings)


def producer_value(view: View, questions: Sequence[Question]) -> float | None:
    """Return the metric by the producer's rule: unscored epochs, then unscored questions left out.

    A value that is not finite counts as none.
    """
    reduced = [view.reducer.reduce(question.values) for question in questions if question.values]
    numbers = [number for number in reduced if not math.isnan(number)]
    if not all(map(math.isfinite, numbers)):
        return None
    return compute_metric(view.metric.name, numbers)


def agrees_with(stated: float | None, value: float | None) -> bool:
    """Return whether a stated value is the recomputed one.

    Without any score, versions of Inspect state nothing, NaN, or 0.
    """
    if value is None:
        return stated in {None, 0.0}
    return is_close(stated, value)


def _measure_view(view: View, questions: Sequence[Question], cluster_by: str | None) -> Measurement:
    value = producer_value(view, questions)
    bounds = [question.bounds(view.reducer) for question in questions]
    clusters: tuple[ClusterTally, ...] | None = None
    if cluster_by is not None:
        groups: dict[str, list[tuple[float, float]]] = {}
        for question, pair in zip(questions, bounds, strict=True):
            cluster = question.cluster(cluster_by)
            if cluster is not None:
                groups.setdefault(cluster, []).append(pair)
        clusters = tuple(
            ClusterTally(
                cluster=format_line(cluster),
                questions=len(pairs),
                low=math.fsum(low for low, _ in pairs),
                high=math.fsum(high for _, high in pairs),
            )
            for cluster, pairs in sorted(groups.items())
        )
    return Measurement(
        scorer=format_line(view.result.label),
        metric=view.metric.name,
        reducer=view.reducer.label,
        value=value,
        stated=view.metric.value,
        agrees=agrees_with(view.metric.value, value),
        questions=len(questions),
        low=math.fsum(low for low, _ in bounds),
        high=math.fsum(high for _, high in bounds),
        clusters=clusters,
    )


def _check_clusters(log: Log, cluster_by: str) -> Iterator[Finding]:
    questions = group_questions(log, "", None)
    missing = [question.id for question in questions if question.cluster(cluster_by) is None]
    if missing:
        yield contradiction(
            "log.cluster-key-missing",
            f"{len(missing)} questions have no single value under the metadata key {cluster_by}, "
            f"first {missing[0]}",
            where="samples",
        )
