"""The metrics that are recomputed, by an allow-list, with the producer's rules by release.

A metric that is not in the list gives a notice; so does one that draws random numbers without a
seed, which nobody can compute again. The formulas are those of Inspect's built-in metrics. Sums are
taken in its order, so that the numbers are the same to the bit, except for the quantile of
Student's distribution in ``ci``, which is computed in another way (:data:`QUANTILE_TOLERANCE`).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ifthen.evidence.log import Metric, Result, Scorer
from ifthen.evidence.rules import NEWEST, Rules
from ifthen.evidence.student import student_quantile

MEASURED: Final = frozenset({"accuracy", "mean"})
"""Metrics that become measurements."""
COMPARED: Final = frozenset({"stderr", "std", "var", "ci", "ci_wilson", "grouped"})
"""Metrics that are recomputed only to be compared with the header."""
RANDOM: Final = frozenset({"bootstrap_stderr", "bootstrap_std"})
"""Metrics that draw without a seed."""

TOLERANCE: Final = 1e-12
"""Relative and absolute: the order of a sum changes its last bits."""
QUANTILE_TOLERANCE: Final = 1e-9
"""The same for intervals that rest on Student's distribution."""

MAX_LEVEL: Final = 0.9999
"""Highest confidence level whose quantile is known to the tolerance."""
MAX_VALUES: Final = 1_000
"""Most stated values of one log that are recomputed: each takes a pass over the samples."""
MAX_PRODUCTS: Final = 2_000
"""Largest cluster whose products are summed one by one, as old releases did."""

Labels = Callable[[str], Sequence[Any]]
"""From a key of the samples' metadata to its value for each question; None where it has none."""


class Support(StrEnum):
    """Whether a metric can be computed again."""

    RECOMPUTED = "recomputed"
    IRREPRODUCIBLE = "irreproducible"
    """It draws random numbers, and the log holds no seed."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Irreproducible:
    """In place of a value that cannot be computed again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Formula:
    """A metric with the options that matter."""

    function: str
    cluster: str | None = None
    level: float = 0.95
    group_key: str = ""
    over_all: str | bool = "samples"
    all_label: str = "all"
    template: str = "{group_name}"
    inner: "Formula | None" = None


def is_measured(metric: Metric) -> bool:
    """Return whether a metric gives a measurement: plain accuracy or mean over all questions."""
    return metric.name in MEASURED and metric.group is None and metric.is_plain


def support_of(metric: Metric) -> Support:
    """Return whether a metric can be computed again."""
    found = parse_formula(metric)
    return found if isinstance(found, Support) else Support.RECOMPUTED


def key_of(metric: Metric) -> tuple[str | None, str, "Formula | Support"]:
    """Return what tells a metric with its options from every other."""
    return metric.group, metric.name, parse_formula(metric)


def name_of(metric: Metric) -> str:
    """Return the metric's name for a message, with the group that it belongs to."""
    function = _function(metric)
    return metric.name if function == metric.name else f"{function} {metric.name}"


def tolerance_of(metric: Metric) -> float:
    """Return how far a stated value may be from the recomputed one, relative and absolute."""
    return QUANTILE_TOLERANCE if _function(metric) in {"ci", "ci_wilson"} else TOLERANCE


def metadata_keys(scorers: Iterable[Scorer], results: Iterable[Result]) -> frozenset[str]:
    """Return the keys of the samples' metadata that the metrics of a log need."""
    found: set[str] = set()
    owners: tuple[Scorer | Result, ...] = (*scorers, *results)
    for metric in (metric for owner in owners for metric in owner.metrics):
        formula = parse_formula(metric)
        while isinstance(formula, Formula):
            found |= {formula.cluster or "", formula.group_key}
            formula = formula.inner or Support.UNKNOWN
    return frozenset(found - {""})


def parse_formula(metric: Metric) -> Formula | Support:
    """Return what a metric computes; or that it is irreproducible, or unknown."""
    options = {name: value for name, value in metric.options.items() if value is not None}
    function = _function(metric)
    if function in RANDOM or (function == "ci" and options.get("method") == "bootstrap"):
        return Support.IRREPRODUCIBLE
    if function == "grouped":
        return _parse_grouped(options)
    return _parse_simple(function, options)


def _function(metric: Metric) -> str:
    """Return the name of the metric's function.

    Releases before 0.3.241 do not say which metric a value is a part of; the options of ``grouped``
    are its alone, and ``ci`` came later.
    """
    if metric.group is not None:
        return metric.group
    is_grouped = {"metric", "group_key"} <= metric.options.keys()
    return "grouped" if is_grouped else metric.name


def _parse_simple(function: str, options: Mapping[str, Any]) -> Formula | Support:
    allowed = {"stderr": {"cluster"}, "ci": {"cluster", "level", "method", "num_samples"}}
    allowed["ci_wilson"] = {"cluster", "level"}
    if function not in MEASURED | COMPARED or not options.keys() <= allowed.get(function, set()):
        return Support.UNKNOWN
    cluster, level = options.get("cluster"), options.get("level", 0.95)
    if not (cluster is None or (isinstance(cluster, str) and cluster)):
        return Support.UNKNOWN
    if not (isinstance(level, float) and 0.0 < level <= MAX_LEVEL):
        return Support.UNKNOWN
    if options.get("method", "t") != "t":
        return Support.UNKNOWN
    return Formula(function=function, cluster=cluster, level=level)


def _parse_grouped(options: Mapping[str, Any]) -> Formula | Support:
    inner, key = options.get("metric"), options.get("group_key")
    over_all, label = options.get("all", "samples"), options.get("all_label", "all")
    template = options.get("name_template", "{group_name}")
    known = {"metric", "group_key", "all", "all_label", "name_template"}
    if not (isinstance(inner, Mapping) and isinstance(inner.get("name"), str)):
        return Support.UNKNOWN
    params = inner.get("params") or {}
    if not (isinstance(key, str) and key and isinstance(label, str) and isinstance(params, dict)):
        return Support.UNKNOWN
    if not (options.keys() <= known and over_all in ("samples", "groups", False)):
        return Support.UNKNOWN
    if not (isinstance(template, str) and template.count("{") == template.count("}") <= 1):
        return Support.UNKNOWN
    formula = parse_formula(Metric(name=inner["name"].removeprefix("inspect_ai/"), options=params))
    if isinstance(formula, Support):
        return formula
    if formula.function in {"ci", "ci_wilson", "grouped"}:
        return Support.UNKNOWN  # it gives several values, and a group has one
    return Formula(
        function="grouped",
        group_key=key,
        over_all=over_all,
        all_label=label,
        template=template,
        inner=formula,
    )


def compute_metric(
    metric: Metric, numbers: Sequence[float], labels: Labels, rules: Rules = NEWEST
) -> float | Irreproducible | None:
    """Return a metric of the questions' scores; None where the producer has no number for it.

    ``numbers`` are finite and in the order of the run. What is unknown gives None.
    """
    formula = parse_formula(metric)
    if formula is Support.IRREPRODUCIBLE:
        return Irreproducible()
    if isinstance(formula, Support) or not numbers:
        return None
    if formula.function == "accuracy":
        return _accuracy(numbers)
    import numpy as np  # noqa: PLC0415 - a log with accuracy alone does without it

    with np.errstate(all="ignore"):  # scores near the largest float overflow to infinity
        if formula.function == "grouped":
            value = _grouped(metric, formula, numbers, labels, rules)
        elif formula.function in {"ci", "ci_wilson"}:
            bounds = _interval(formula, numbers, labels, rules)
            value = None if bounds is None else bounds.get(_part(metric.name))
        else:
            value = _plain(formula, numbers, labels, rules)
    return value if value is not None and math.isfinite(value) else None


def _accuracy(numbers: Sequence[float]) -> float:
    total = 0.0
    for number in numbers:
        total += number
    return total / len(numbers)


def _plain(
    formula: Formula, numbers: Sequence[float], labels: Labels, rules: Rules
) -> float | None:
    import numpy as np  # noqa: PLC0415 - see compute_metric

    count = len(numbers)
    match formula.function:
        case "accuracy":
            return _accuracy(numbers)
        case "mean":
            return float(np.mean(numbers))
        case "stderr" if formula.cluster is not None:
            clusters = _partition(numbers, labels(formula.cluster))
            return None if clusters is None else _clustered_error(clusters, count, numbers, rules)
    if count == 1:
        return 0.0
    if formula.function == "var":
        return float(np.var(numbers, ddof=1 if rules.sample_variance else 0))
    deviation = np.std(numbers, ddof=1)
    return float(deviation / np.sqrt(count)) if formula.function == "stderr" else float(deviation)


def _partition(
    numbers: Sequence[float], labels: Sequence[Any]
) -> dict[str | float, list[float]] | None:
    """Return the numbers by cluster; None if a question has no usable label."""
    clusters: dict[str | float, list[float]] = {}
    for number, label in zip(numbers, labels, strict=True):
        if not isinstance(label, str | int | float):
            return None
        if isinstance(label, float) and math.isnan(label):
            return None
        clusters.setdefault(label, []).append(number)
    return clusters


def _clustered_error(
    clusters: Mapping[str | float, list[float]],
    count: int,
    numbers: Sequence[float],
    rules: Rules,
) -> float | None:
    """Return the clustered standard error of the mean.

    The variance sums, over clusters, the square of the sum of deviations from the mean of all, with
    the correction C / (C - 1) (Miller 2024, arXiv:2411.00640, appendix A, without the correction).
    """
    import numpy as np  # noqa: PLC0415 - see compute_metric

    total = len(clusters)
    if total < 2:
        return 0.0 if rules.single_cluster_is_zero else None
    groups: Iterable[list[float]] = clusters.values()
    if rules.squares_cluster_sums:
        mean = float(np.mean(np.concatenate([np.asarray(group) for group in groups])))
    else:
        mean = float(np.mean(np.asarray(numbers)))
        texts = any(isinstance(label, str) for label in clusters)
        in_order = sorted(clusters, key=str if texts else float)
        groups = [clusters[label] for label in in_order]
    variance = 0.0
    for group in groups:
        deviations = np.asarray(group) - mean
        if rules.squares_cluster_sums or len(group) > MAX_PRODUCTS:
            variance += deviations.sum() ** 2
        else:
            variance += np.outer(deviations, deviations).sum()
    return float(np.sqrt(variance * total / (total - 1)) / count)


def _part(name: str) -> str:
    """Return which end of an interval a value is; keyed results put the metric's name before."""
    return name.rsplit("_", 1)[-1]


def _interval(
    formula: Formula, numbers: Sequence[float], labels: Labels, rules: Rules
) -> dict[str, float] | None:
    import numpy as np  # noqa: PLC0415 - see compute_metric

    count = len(numbers)
    clusters: dict[str | float, list[float]] | None = None
    if formula.cluster is not None:
        clusters = _partition(numbers, labels(formula.cluster))
        if clusters is None:
            return None
    if formula.function == "ci_wilson":
        return _wilson(formula.level, numbers, clusters, rules)
    if count < 2:
        return {"lower": numbers[0], "upper": numbers[0]}
    freedom = count - 1
    error: float | None = float(np.std(numbers, ddof=1) / np.sqrt(count))
    if clusters is not None:
        freedom = max(len(clusters) - 1, 1)
        error = _clustered_error(clusters, count, numbers, rules)
    if error is None:
        return None
    mean, width = float(np.mean(numbers)), student_quantile(formula.level, freedom) * error
    return {"lower": mean - width, "upper": mean + width}


def _wilson(
    level: float,
    numbers: Sequence[float],
    clusters: Mapping[str | float, list[float]] | None,
    rules: Rules,
) -> dict[str, float] | None:
    """Return Wilson's score interval; with clusters, by the effective number of questions.

    That number is p (1 - p) over the clustered variance, and at most n (Korn and Graubard; Franco
    et al. 2019, PMC6690503); the quantile is then Student's, for clusters - 1.
    """
    from statistics import NormalDist  # noqa: PLC0415 - few logs need it

    if not all(0.0 <= number <= 1.0 for number in numbers):
        return None
    size = float(len(numbers))
    rate = sum(numbers) / size
    if clusters is None:
        quantile = -NormalDist().inv_cdf((1.0 - level) / 2.0)
    else:
        error = _clustered_error(clusters, len(numbers), numbers, rules)
        if len(clusters) < 2 or error is None:
            return None
        spread = rate * (1.0 - rate)
        if spread > 0.0 and error**2 > 0.0:
            size = min(spread / error**2, size)
        quantile = student_quantile(level, len(clusters) - 1)
    square = quantile * quantile
    scale = 1.0 + square / size
    center = (rate + square / (2.0 * size)) / scale
    half = quantile * math.sqrt(rate * (1.0 - rate) / size + square / (4.0 * size * size)) / scale
    return {"lower": max(center - half, 0.0), "upper": min(center + half, 1.0)}


def _grouped(
    metric: Metric, formula: Formula, numbers: Sequence[float], labels: Labels, rules: Rules
) -> float | None:
    import numpy as np  # noqa: PLC0415 - see compute_metric

    inner = formula.inner
    if inner is None:
        return None
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels(formula.group_key)):
        places.setdefault(str(label), []).append(place)

    clusters = labels(inner.cluster) if inner.cluster is not None else ()

    def of_group(group: str) -> float | None:
        chosen = places[group]
        return _plain(
            inner,
            [numbers[place] for place in chosen],
            lambda _: [clusters[place] for place in chosen],
            rules,
        )

    name = _group_name(metric, formula, places)
    if name is None:
        return None
    if name in places:
        return of_group(name)
    if formula.over_all == "samples":
        return _plain(inner, numbers, labels, rules)
    values = [of_group(group) for group in places]
    return None if None in values else float(np.mean([value or 0.0 for value in values]))


def _group_name(metric: Metric, formula: Formula, groups: Iterable[str]) -> str | None:
    """Return the group that a value is about, ``""`` for all, or None.

    Releases that do not name the metric a value belongs to give a name that is taken a number at
    its end, and keyed results put the metric's name before it.
    """
    known = {formula.template.replace("{group_name}", group): group for group in groups}
    if formula.over_all:
        known[formula.all_label] = ""
    name = metric.name
    if metric.group is None and name not in known:
        name = name.removeprefix("grouped_")
    if metric.group is None and name not in known:
        name = next((n for n in known if n and name.startswith(n) and name[len(n) :].isdigit()), "")
    return known.get(name)
