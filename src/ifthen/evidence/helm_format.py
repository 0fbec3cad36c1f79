"""The parts of a HELM run folder that are read, and what they mean.

Facts from stanford-crfm/helm (``benchmark/runner.py``, ``metrics/metric.py``,
``metrics/statistic.py``): a statistic holds count, sum and sum of squares of the values that were
added to it; ``stats.json`` holds, for each metric, split and perturbation, one value per trial,
which is the mean over the instances of that trial.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

import msgspec

from ifthen.evidence.strict_json import Count

MAX_PERTURBATION = 80


class NameJson(msgspec.Struct):
    """What a statistic is about."""

    name: str
    split: str | None = None
    sub_split: str | None = None
    perturbation: dict[str, Any] | None = None


class StatJson(msgspec.Struct):
    """A statistic."""

    name: NameJson
    count: Count
    sum: float
    sum_squared: float | None = None
    min: float | None = None
    max: float | None = None
    mean: float | None = None


class EntryJson(msgspec.Struct):
    """The statistics of one instance in one trial."""

    instance_id: str
    train_trial_index: int
    stats: list[StatJson]
    perturbation: dict[str, Any] | None = None


class AdapterJson(msgspec.Struct):
    """How the model was asked."""

    model: str | None = None
    model_deployment: str | None = None
    method: str | None = None
    max_train_instances: int | None = None
    num_train_trials: int = 1


class ScenarioSpecJson(msgspec.Struct):
    """What the model was asked."""

    args: dict[str, Any] = {}


class RunSpecJson(msgspec.Struct):
    """The specification of a run."""

    name: str
    scenario_spec: ScenarioSpecJson
    adapter_spec: dict[str, Any]


class ScenarioJson(msgspec.Struct):
    """The scenario."""

    name: str | None = None


class InstanceJson(msgspec.Struct):
    """One question."""

    id: str
    split: str | None = None
    sub_split: str | None = None
    perturbation: dict[str, Any] | None = None


class ResultJson(msgspec.Struct):
    """The answer to one request."""

    success: bool = True
    request_datetime: int | None = None


class RequestStateJson(msgspec.Struct):
    """One request."""

    instance: InstanceJson
    train_trial_index: int
    result: ResultJson | None = None


class ScenarioStateJson(msgspec.Struct):
    """Every request."""

    adapter_spec: dict[str, Any]
    request_states: list[RequestStateJson]


@dataclass(frozen=True, slots=True)
class Context:
    """The instances that a statistic runs over."""

    split: str | None
    sub_split: str | None
    perturbation: str | None
    """Canonical text of the perturbation; None for the original instances."""

    @property
    def label(self) -> str:
        """``split``, ``split/sub_split`` or ``split+perturbation``."""
        text = "/".join([self.split or "all", *([self.sub_split] if self.sub_split else [])])
        if self.perturbation is None:
            return text
        name = json.loads(self.perturbation).get("name")
        return f"{text}+{name if isinstance(name, str) else self.perturbation}"


def make_context(thing: NameJson | InstanceJson) -> Context:
    """Return the context of a statistic or of an instance."""
    return Context(thing.split, thing.sub_split, perturbation_text(thing.perturbation))


def perturbation_text(perturbation: dict[str, Any] | None) -> str | None:
    """Return one spelling of a perturbation."""
    return None if perturbation is None else json.dumps(perturbation, sort_keys=True)


def is_coherent(stat: StatJson) -> bool:
    """Return whether count, sum, squares, mean, least and greatest value of a statistic fit."""
    if stat.count == 0:
        return stat.sum == 0 and not stat.mean
    if stat.count < 0:
        return False
    mean = stat.sum / stat.count
    if not math.isfinite(mean):
        return True  # HELM leaves NaN out and writes infinity as it is
    slack = 1e-9 * max(1.0, abs(mean))
    squares = stat.sum_squared
    return (
        (stat.mean is None or math.isclose(stat.mean, mean, rel_tol=1e-12, abs_tol=1e-12))
        and (stat.min is None or stat.min <= mean + slack)
        and (stat.max is None or stat.max >= mean - slack)
        and (squares is None or _squares_fit(squares, stat.sum, stat.count))
    )


def _squares_fit(squares: float, total: float, count: int) -> bool:
    """Return whether a sum of squares can be that of values with this sum.

    It is at least the square of the sum over the count, and for one value exactly its square.
    """
    least = total * total / count
    slack = 1e-9 * max(1.0, abs(least))
    return squares >= least - slack and (count > 1 or squares <= least + slack)
