"""What lm-evaluation-harness writes, and how it computes it.

From the source of lm-eval 0.4.3 to 0.4.13: ``evaluator.py``, ``evaluator_utils.py``,
``api/metrics.py``, ``loggers/evaluation_tracker.py``. The structures name only the fields in use.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec


class SampleCountJson(msgspec.Struct):
    """How many questions the task has, and how many were asked."""

    original: Annotated[int, msgspec.Meta(ge=0)]
    effective: Annotated[int, msgspec.Meta(ge=0)]


class ConfigJson(msgspec.Struct):
    """The model and the options of the run."""

    model: str
    model_args: str | dict[str, Any] | None = None
    limit: float | None = None
    bootstrap_iters: int | None = None


class ResultsJson(msgspec.Struct):
    """``results_<date>.json``."""

    results: dict[str, dict[str, Any]]
    configs: dict[str, dict[str, Any]]
    config: ConfigJson
    date: float
    versions: dict[str, Any] = {}
    n_shot: dict[str, Any] = msgspec.field(name="n-shot", default_factory=dict)
    n_samples: dict[str, SampleCountJson] = msgspec.field(name="n-samples", default_factory=dict)
    higher_is_better: dict[str, Any] = {}
    groups: dict[str, Any] | None = None
    group_subtasks: dict[str, Any] = {}
    task_hashes: dict[str, str] = {}
    lm_eval_version: str | None = None
    transformers_version: str | None = None
    git_hash: str | None = None
    model_source: str | None = None
    model_name: str | None = None
    system_instruction: str | None = None
    system_instruction_sha: str | None = None
    chat_template: Any = None
    chat_template_sha: str | None = None
    fewshot_as_multiturn: bool | None = None


class TaskJson(msgspec.Struct):
    """The configuration of a task."""

    dataset_path: str | None = None
    dataset_name: str | None = None
    test_split: str | None = None
    validation_split: str | None = None
    num_fewshot: int | None = None
    repeats: int | None = None
    metric_list: list[dict[str, Any]] | None = None
    generation_kwargs: dict[str, Any] | None = None
    doc_to_image: Any = None
    doc_to_audio: Any = None
    metadata: dict[str, Any] | None = None

    @property
    def has_media(self) -> bool:
        """Whether its documents hold pictures or sound, which are not written as they are."""
        return self.doc_to_image is not None or self.doc_to_audio is not None


class RowJson(msgspec.Struct):
    """One line of ``samples_<task>_<date>.jsonl``: a document under one filter."""

    doc_id: int
    doc: Any = None
    target: Any = None
    arguments: Any = None
    resps: Any = None
    filter: str | None = None
    metrics: list[str] | None = None
    doc_hash: str | None = None
    prompt_hash: str | None = None
    target_hash: str | None = None


FIELDS = frozenset(RowJson.__struct_fields__) | {"filtered_resps"}
"""Fields of a row that are no metric."""

_MEANS = frozenset({"acc", "acc_all", "acc_bytes", "acc_mutual_info", "acc_norm", "exact_match"})
_NO_METRIC = frozenset({"alias", "name", "sample_len", "sample_count", "samples", " "})
_NAMING = ("peft", "delta", "pretrained", "model", "path", "engine")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(\.\d+)?")


def find_aggregation(task: TaskJson, metric: str) -> str:
    """Return how the harness made one number of a metric's values.

    That is what the task states; the harness's own default for the metric where the task names the
    metric only; the mean for a metric that the task's list does not name.
    """
    for entry in task.metric_list or ():
        if entry.get("metric") == metric:
            stated = entry.get("aggregation")
            if isinstance(stated, str):
                return stated
            return "mean" if metric in _MEANS else metric
    return "mean" if task.metric_list or metric in _MEANS else metric


def split_results(
    entry: Mapping[str, Any],
) -> list[tuple[str, str, Any, Any]]:
    """Return metric, filter, value and standard error of every result of a task.

    Keys are ``metric,filter`` and ``metric_stderr,filter``; a key without a comma is skipped.
    """
    rows = []
    for key, value in entry.items():
        metric, comma, name = key.partition(",")
        if key in _NO_METRIC or not comma:
            continue
        if metric.endswith("_stderr") and f"{metric.removesuffix('_stderr')},{name}" in entry:
            continue
        rows.append((metric, name, value, entry.get(f"{metric}_stderr,{name}")))
    return rows


def find_date(name: str) -> str | None:
    """Return the date at the end of a results file's name, as sample files repeat it."""
    date = name.removesuffix(".json").rpartition("_")[2]
    return date if _DATE.fullmatch(date) else None


def is_date(text: str) -> bool:
    """Return whether a text is a date as file names hold it."""
    return _DATE.fullmatch(text) is not None


def name_models(model_args: str | Mapping[str, Any] | None) -> list[str]:
    """Return what arguments of the model can name it, the harness's choice first."""
    if isinstance(model_args, str):
        return [
            model_args.split(f"{key}=")[1].split(",")[0]
            for key in _NAMING
            if f"{key}=" in model_args
        ]
    return [str(model_args[key]) for key in _NAMING if key in model_args] if model_args else []


def expect_asked(original: int, limit: float | None) -> int:
    """Return how many of ``original`` documents a limit leaves: a part below 1, else a number."""
    if limit is None:
        return original
    return math.ceil(original * limit) if limit < 1.0 else min(int(limit), original)


def hash_text(text: str) -> str | None:
    """Return the 64 hex digits of the SHA-256 of a text; None for what has no UTF-8."""
    try:
        return hashlib.sha256(text.encode("utf-8")).hexdigest()
    except UnicodeEncodeError:
        return None


def hash_document(document: Any) -> str | None:
    """Return the harness's hash of a document: of its JSON, two spaces deep, not in ASCII."""
    return hash_text(json.dumps(document, indent=2, ensure_ascii=False))


def find_prompt(arguments: Any) -> str | None:
    """Return the prompt of the first request; None where it is no text."""
    request = arguments.get("gen_args_0") if isinstance(arguments, dict) else None
    prompt = request.get("arg_0") if isinstance(request, dict) else None
    if isinstance(prompt, list) and len(prompt) == 1:  # a chat, wrapped by the harness
        prompt = prompt[0]
    return prompt if isinstance(prompt, str) else None


def add_plain(values: Iterable[float]) -> float:
    """Return a running sum: how Python before 3.12 adds, and every Python numbers of numpy."""
    total: float = 0
    for value in values:
        total += value
    return total


def add_compensated(values: Iterable[float]) -> float:
    """Return a sum whose rounding errors are added at the end: how Python from 3.12 adds floats.

    Neumaier's variant of Kahan's summation (ZAMM 54, 1974), as in CPython's ``sum``.
    """
    total, lost = 0.0, 0.0
    for value in values:
        new = total + value
        if abs(total) >= abs(value):
            lost += (total - new) + value
        else:
            lost += (value - new) + total
        total = new
    return total + lost if lost and math.isfinite(lost) else total


def compute_mean(
    values: Sequence[float], add: Callable[[Iterable[float]], float] = add_plain
) -> float:
    """Return the harness's mean: the sum in the order of the rows, divided by their number.

    Which way to add the harness used is not in its files; to the bit, its number is one of the two.
    """
    return add(values) / len(values)


def compute_stderr(
    values: Sequence[float], add: Callable[[Iterable[float]], float] = add_plain
) -> float:
    """Return the harness's standard error of a mean of two values or more; see the mean.

    The standard deviation divides by n - 1.
    """
    mean = compute_mean(values, add)
    spread = math.sqrt(add([(value - mean) ** 2 for value in values]) / (len(values) - 1))
    return spread / math.sqrt(len(values))
