"""The parts of Every Eval Ever's format, schemas 0.2 and 0.3, that are read.

From the project's ``eval.schema.json`` and ``instance_level_eval.schema.json`` and from what its
converters write. Every other field is ignored.
"""

import hashlib
import json
from typing import Any

import msgspec


class SourceJson(msgspec.Struct):
    """Where the numbers come from."""

    source_type: str | None = None
    evaluator_relationship: str | None = None


class LibraryJson(msgspec.Struct):
    """The program that ran the evaluation."""

    name: str = "unknown"
    version: str = "unknown"


class EngineJson(msgspec.Struct):
    """The program that ran the model."""

    name: str | None = None
    version: str | None = None


class ModelJson(msgspec.Struct):
    """The model."""

    id: str
    inference_platform: str | None = None
    inference_engine: EngineJson | None = None
    additional_details: dict[str, Any] | None = None


class MetricJson(msgspec.Struct):
    """What a result measures."""

    metric_id: str | None = None
    metric_name: str | None = None
    metric_kind: str | None = None
    metric_unit: str | None = None
    metric_parameters: dict[str, Any] | None = None
    lower_is_better: bool | None = None


class ErrorJson(msgspec.Struct):
    """A stated standard error."""

    value: float
    method: str | None = None


class UncertaintyJson(msgspec.Struct):
    """What is stated beside a score."""

    standard_error: ErrorJson | None = None
    standard_deviation: float | None = None
    num_samples: int | None = None


class ScoreJson(msgspec.Struct):
    """A stated score."""

    score: float
    uncertainty: UncertaintyJson | None = None


class DataJson(msgspec.Struct):
    """The dataset."""

    dataset_name: str | None = None
    sample_ids: list[str] | None = None


class ResultJson(msgspec.Struct):
    """One number: what is measured, on what, and how much it is."""

    evaluation_name: str
    metric_config: MetricJson
    score_details: ScoreJson
    evaluation_result_id: str | None = None
    evaluation_timestamp: str | None = None
    source_data: Any = None
    generation_config: dict[str, Any] | None = None

    @property
    def identity(self) -> str:
        """Id of the result, or the name of its evaluation."""
        return self.evaluation_result_id or self.evaluation_name


class DetailsJson(msgspec.Struct):
    """The file with the rows."""

    format: str
    file_path: str
    hash_algorithm: str | None = None
    checksum: str | None = None
    total_rows: int | None = None


class AggregateJson(msgspec.Struct):
    """The main file."""

    schema_version: str
    evaluation_id: str
    retrieved_timestamp: str
    model_info: ModelJson
    evaluation_results: list[ResultJson]
    source_metadata: SourceJson = msgspec.field(default_factory=SourceJson)
    eval_library: LibraryJson = msgspec.field(default_factory=LibraryJson)
    evaluation_timestamp: str | None = None
    detailed_evaluation_results: DetailsJson | None = None


class InputJson(msgspec.Struct):
    """A question and its reference answers."""

    raw: str = ""
    reference: list[str] = []


class EvaluationJson(msgspec.Struct):
    """The score of a row."""

    score: float
    is_correct: bool


class RowJson(msgspec.Struct):
    """One line of the rows' file."""

    evaluation_id: str
    model_id: str
    evaluation_name: str
    sample_id: str
    input: InputJson
    evaluation: EvaluationJson
    evaluation_result_id: str | None = None
    sample_hash: str | None = None
    error: str | None = None
    metadata: dict[str, Any] | None = None


_MEANS = frozenset({"acc", "acc_bytes", "acc_mutual_info", "acc_norm", "exact_match", "mean"})


def find_metric(result: ResultJson, library: str) -> str:
    """Return ``accuracy`` or ``mean`` for a score that is a mean of its rows, else its own name.

    The schema has no field for it. What is known: names of metrics that are means in Inspect and
    lm-evaluation-harness, and that the converter of the latter calls a standard error analytic for
    a mean alone. A score in percent is none.
    """
    config = result.metric_config
    name = config.metric_name or (config.metric_id or "score").rpartition(".")[2]
    if config.metric_unit not in {None, "proportion"}:
        return f"{name} ({config.metric_unit})"
    if name == "accuracy":
        return name
    uncertainty = result.score_details.uncertainty
    error = uncertainty.standard_error if uncertainty else None
    analytic = library == "lm_eval" and error is not None and error.method == "analytic"
    return "mean" if name in _MEANS or analytic else name


def hash_inputs(text: str, references: list[str]) -> set[str]:
    """Return the hashes of a question that the project's converters write.

    The schema says "hash of input and reference"; Inspect's, lm-evaluation-harness's and HELM's
    converters and the adapters each do it in their own way.
    """
    both = {"raw": text, "reference": references}
    texts = [
        text + "".join(references),
        text + (references[0] if references else ""),
        json.dumps(both, sort_keys=True, separators=(",", ":")),
        json.dumps(both, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    ]
    if len(references) == 1:
        texts.append(json.dumps({"raw": text, "reference": references[0]}, sort_keys=True))
    return {hashlib.sha256(one.encode("utf-8", "replace")).hexdigest() for one in texts}
