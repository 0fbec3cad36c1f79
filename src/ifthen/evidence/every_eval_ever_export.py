"""Writing a log as an Every Eval Ever record, for collections that take them.

The record is a copy for others, not evidence: the format (schema 0.3) holds less than a log. What
is lost or changed is said in the record itself, under ``not_carried`` of the source's details.

- Every recomputed number is a result of its own, with scorer, metric and reducer in its id. The
  reducer stands in ``metric_parameters``, for which the schema has no agreed name.
- A row is one answer under one scorer, with the answer's own score, not the reduced one; a reader
  has to reduce. Its epoch, status and raw value stand in its metadata, as text.
- The schema asks for a score in every row. An answer without usable score has none, and making one
  up would be wrong: its row is left out, and the result says how many were.
- Texts (input, reference, output) are not part of a log as read. Without them, rows hold empty
  texts and no hash.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from ifthen.errors import Error
from ifthen.evidence.building import find_statuses
from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.log import Log, Metric, Sample, SampleId, SampleScore, format_line
from ifthen.evidence.question import group_questions, score_of
from ifthen.evidence.recompute import View, find_views, measure, producer_value
from ifthen.evidence.record import Measurement
from ifthen.evidence.scores import Unusable, value_to_float

SCHEMA_VERSION = "0.3.0"
NOT_CARRIED = (
    "answers without a usable score; edits of scores but the last; who invalidated an answer; "
    "types of limits; digests of the questions; state of the code that ran"
)
_UUID4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """The texts of one answer."""

    input: str
    reference: tuple[str, ...] = ()
    output: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Publisher:
    """Who gives the record out, and what the log does not say about the model."""

    organization: str
    relationship: Literal["first_party", "third_party", "collaborative", "other"]
    """Between the evaluator and the model."""
    developer: str | None = None
    """Of the model; None where the model's id begins with it, before a slash."""
    deployment: Literal["self_deployed", "externally_managed", "unknown"] = "unknown"
    availability: Literal["open_weights", "closed_weights", "unknown"] = "unknown"


def export_every_eval_ever(
    log: Log,
    *,
    publisher: Publisher,
    file_id: str,
    retrieved_at: datetime,
    texts: Mapping[tuple[SampleId, int], Texts] | None = None,
) -> tuple[dict[str, Any], bytes]:
    """Return the aggregate, as plain JSON data, and the bytes of the rows' file.

    ``file_id`` is a UUID of version 4: the files are to be named ``<file_id>.json`` and
    ``<file_id>_samples.jsonl``. ``texts`` are by id and epoch. Numbers are the recomputed ones.

    Raises:
        Error: ``export.contradiction`` for a log that contradicts itself, ``export.no-samples``
            for one without samples, ``export.no-measurement``, ``export.model-id`` for a model
            that no folder can be named after, ``export.file-id``.
    """
    if _UUID4.fullmatch(file_id) is None:
        raise Error(
            "export.file-id",
            f"{file_id[:80]!r} is no UUID of version 4",
            hint="leave the name of the files out; a random one is made",
        )
    items = _measure(log)
    folder = _folder(log, publisher)
    identity = f"{folder[0]}/{_text(log.run.model)}/{retrieved_at.timestamp()}"
    rows = list(_rows(log, items, identity, texts))
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    counts = Counter(row["evaluation_result_id"] for row in rows)
    aggregate = {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": identity,
        "evaluation_timestamp": str(log.run.created.timestamp()),
        "retrieved_timestamp": str(retrieved_at.timestamp()),
        "source_metadata": _source(log, publisher),
        "eval_library": _library(log),
        "model_info": _model(log, publisher),
        "evaluation_results": [_result(log, item, counts[item.id]) for item in items],
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": "/".join(("data", *folder, f"{file_id}_samples.jsonl")),
            "hash_algorithm": "sha256",
            "checksum": hashlib.sha256(data).hexdigest(),
            "total_rows": len(rows),
        },
    }
    return aggregate, data


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A number that is exported."""

    view: View
    measurement: Measurement

    @property
    def id(self) -> str:
        """Id of the result: scorer, metric and reducer."""
        one = self.measurement
        return f"{one.scorer}:{one.metric}:{one.reducer}"


def _measure(log: Log) -> tuple[Item, ...]:
    if log.claim != "samples" or not log.samples:
        raise Error(
            "export.no-samples",
            "the log holds no samples: its numbers are only stated",
            hint="export a log with samples",
        )
    measurements, found = measure(log, None)
    findings = (*log.findings, *found, *check_consistency(log, measurements))
    wrong = next((item for item in findings if item.severity == "contradiction"), None)
    if wrong is not None:
        raise Error(
            "export.contradiction",
            f"the log contradicts itself: {wrong.message}",
            where=wrong.where,
            hint="see all findings with: ifthen evidence read LOG",
        )
    views = {
        (format_line(view.result.label), view.metric.name, view.reducer.label): view
        for view in find_views(log)[0]
    }
    items = tuple(
        Item(view=views[one.scorer, one.metric, one.reducer], measurement=one)
        for one in measurements
        if one.value is not None
    )
    if not items:
        raise Error("export.no-measurement", "no number of the log can be recomputed")
    return items


def _folder(log: Log, publisher: Publisher) -> tuple[str, str, str]:
    """Return collection, developer and model as the datastore's folders are named."""
    identity = _text(log.run.model)
    first, slash, rest = identity.partition("/")
    developer, model = (first, rest) if slash else (publisher.developer or "", first)
    collection = _text(log.run.dataset or log.run.task)
    parts = [_UNSAFE.sub("_", part).strip("._") for part in (collection, developer, model)]
    if not all(parts) or not all(identity.split("/")):
        raise Error(
            "export.model-id",
            f"no folder can be named after the model {identity[:80]!r}",
            hint="name the developer of the model",
        )
    return parts[0], parts[1], parts[2]


def _source(log: Log, publisher: Publisher) -> dict[str, Any]:
    return {
        "source_name": "ifthen",
        "source_type": "evaluation_run",
        "source_organization_name": publisher.organization,
        "evaluator_relationship": publisher.relationship,
        "additional_details": {
            "log_format": log.format,
            "log_sha256": log.sha256,
            "not_carried": NOT_CARRIED,
            "numbers": "recomputed from the samples by the producer's rules",
        },
    }


def _library(log: Log) -> dict[str, str]:
    name, _, version = _text(log.run.producer).partition(" ")
    return {"name": name, "version": version or "unknown"}


def _model(log: Log, publisher: Publisher) -> dict[str, Any]:
    details: dict[str, str] = {
        "deployment_type": publisher.deployment,
        "model_availability": publisher.availability,
    }
    if log.run.weights_sha256 is not None:
        details["weights_sha256"] = _text(log.run.weights_sha256)
    identity = _text(log.run.model)
    model: dict[str, Any] = {
        "name": identity,
        "id": identity,
        "developer": publisher.developer or identity.partition("/")[0],
        "additional_details": details,
    }
    if log.run.engine is not None:
        model["inference_engine"] = {"name": _text(log.run.engine)}
    return model


def _result(log: Log, item: Item, rows: int) -> dict[str, Any]:
    one, view = item.measurement, item.view
    questions = group_questions(log, view.result.scorer, view.result.key)
    reduced = questions.reduce(view.reducer)
    uncertainty: dict[str, Any] = {
        "num_samples": sum(number is not None and not math.isnan(number) for number in reduced)
    }
    error = producer_value(replace(view, metric=Metric(name="stderr")), questions)
    if error is not None:
        uncertainty["standard_error"] = {"value": error, "method": "analytic"}
    return {
        "evaluation_result_id": item.id,
        "evaluation_name": _text(log.run.task),
        "source_data": {
            "dataset_name": _text(log.run.dataset or log.run.task),
            "source_type": "other",
        },
        "evaluation_timestamp": str(log.run.created.timestamp()),
        "metric_config": {
            "evaluation_description": f"{one.metric} of scorer {one.scorer}",
            "metric_id": one.metric,
            "metric_name": one.metric,
            "metric_unit": "proportion",
            "metric_parameters": {"reducer": one.reducer, "epochs": log.run.epochs},
            "lower_is_better": _is_lower_better(log, view),
            "score_type": "continuous",
            "min_score": 0.0,
            "max_score": 1.0,
        },
        "score_details": {
            "score": one.value,
            "uncertainty": uncertainty,
            "details": {
                "stated": json.dumps(one.stated),
                "questions": str(one.questions),
                "sum_at_least": json.dumps(one.low),
                "sum_at_most": json.dumps(one.high),
                "answers": str(len(log.samples)),
                "answers_left_out": str(len(log.samples) - rows),
            },
        },
    }


def _is_lower_better(log: Log, view: View) -> bool:
    for scorer in log.scorers:
        if scorer.name == view.result.scorer:
            options = scorer.options
            return options.get("lower_is_better") is True or (
                options.get("higher_is_better") is False
            )
    return False


def _rows(
    log: Log,
    items: Iterable[Item],
    identity: str,
    texts: Mapping[tuple[SampleId, int], Texts] | None,
) -> Iterator[dict[str, Any]]:
    statuses = find_statuses(log)
    for item in items:
        result = item.view.result
        lower = _is_lower_better(log, item.view)
        for sample, status in zip(log.samples, statuses, strict=True):
            score = score_of(sample, result.scorer, result.key)
            number = Unusable.UNSCORED if score is None else value_to_float(score.value)
            if score is None or isinstance(number, Unusable):
                continue
            yield {
                "schema_version": SCHEMA_VERSION,
                "evaluation_id": identity,
                "model_id": _text(log.run.model),
                "evaluation_name": _text(log.run.task),
                "evaluation_result_id": item.id,
                "sample_id": _text(str(sample.id)),
                "interaction_type": "single_turn",
                "answer_attribution": [],
                "evaluation": {
                    "score": number,
                    "is_correct": number <= 0.0 if lower else number >= 1.0,
                },
                "error": "the answer ended in an error" if sample.error else None,
                **_put_texts((texts or {}).get((sample.id, sample.epoch))),
                "metadata": _describe(sample, score, status, withheld=texts is None),
            }


def _put_texts(found: Texts | None) -> dict[str, Any]:
    if found is None:
        return {
            "input": {"raw": "", "reference": []},
            "output": {"raw": []},
            "sample_hash": None,
        }
    references = [_text(reference) for reference in found.reference]
    question = _text(found.input)
    return {
        "input": {"raw": question, "reference": references},
        "output": {"raw": [_text(output) for output in found.output]},
        "sample_hash": hashlib.sha256((question + "".join(references)).encode()).hexdigest(),
    }


def _describe(
    sample: Sample, score: SampleScore, status: tuple[str, ...], *, withheld: bool
) -> dict[str, str]:
    details = {
        "epoch": str(sample.epoch),
        "status": ",".join(status),
        "value": json.dumps(score.value),
    }
    if score.history:
        details["history"] = json.dumps(list(score.history))
    if sample.sha256 is not None:
        details["sample_sha256"] = sample.sha256.hex()
    if withheld:
        details["withheld"] = "input, reference, output"
    return details


def _text(text: str) -> str:
    """Return a text that can be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
