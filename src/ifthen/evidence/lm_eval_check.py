"""Whether the files of an lm-evaluation-harness run say the same: hashes, counts, model, versions.

Scores are compared elsewhere, like those of every format. What is checked here is what only this
harness writes.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ifthen.evidence.foreign import Faults
from ifthen.evidence.lm_eval_format import (
    ResultsJson,
    RowJson,
    TaskJson,
    compute_mean,
    expect_asked,
    find_prompt,
    hash_document,
    hash_text,
    name_models,
)
from ifthen.evidence.log import Finding, contradiction, notice

_TOLERANCE = 1e-12  # the harness adds in one of two ways, and its files do not say which


@dataclass(kw_only=True, slots=True)
class Rows:
    """What is noted of the rows of a task while they are read one by one."""

    where: str
    repeats: int
    has_media: bool
    counts: Counter[str] = field(default_factory=Counter)
    """Rows by filter."""
    valued: Counter[str] = field(default_factory=Counter)
    """Rows with a value by ``metric,filter``."""
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Rows by filter and document."""
    faults: dict[str, Faults] = field(default_factory=dict)
    hashes: Any = field(default_factory=hashlib.sha256)
    """The hash over all rows' hashes, as the results state it."""

    def add(self, row: RowJson, fields: Sequence[str], *, where: str) -> None:
        """Note a row; ``fields`` are its keys that may be metrics."""
        name = row.filter if row.filter is not None else ""
        self.counts[name] += 1
        self.seen[name, row.doc_id] += 1
        for metric in fields:
            self.valued[f"{metric},{name}"] += 1
        if row.metrics is not None and set(row.metrics) != set(fields):
            self._fault("metrics", where)
        if row.filter is None:
            self._fault("filter", where)
        if isinstance(row.resps, list) and any(
            isinstance(answers, list) and len(answers) != self.repeats for answers in row.resps
        ):
            self._fault("repeats", where)
        self._check_hashes(row, where)

    def occurrence(self, row: RowJson) -> int:
        """Return how often the row's document has stood under its filter, with this row."""
        return self.seen[row.filter if row.filter is not None else "", row.doc_id]

    def _check_hashes(self, row: RowJson, where: str) -> None:
        target = row.target if isinstance(row.target, str) else None
        prompt = find_prompt(row.arguments)
        try:
            document = None if self.has_media else hash_document(row.doc)
        except RecursionError:
            document = None
        for name, stated, found in (
            ("doc_hash", row.doc_hash, document),
            ("prompt_hash", row.prompt_hash, None if prompt is None else hash_text(prompt)),
            ("target_hash", row.target_hash, None if target is None else hash_text(target)),
        ):
            if stated is None or found is None:
                self._fault(f"unchecked {name}", where)
            elif stated != found:
                self._fault(name, where)
            self.hashes.update((stated or "").encode("utf-8", "replace"))

    def _fault(self, name: str, where: str) -> None:
        self.faults.setdefault(name, Faults()).add(where)


def check_rows(
    rows: Rows, content: ResultsJson, task: str, labels: Sequence[str]
) -> Iterator[Finding]:
    """Yield what is wrong with the rows of a task.

    Contradictions: ``log.hash-differs``, ``log.task-hash-differs``, ``log.sample-count``,
    ``log.row-differs``. Notices: ``log.hash-unchecked``, ``log.repeats``, ``log.limited``.
    """
    for name in ("doc_hash", "prompt_hash", "target_hash"):
        if (fault := rows.faults.get(name)) is not None:
            message = f"{name} of {fault.count} rows is not that of their content"
            yield contradiction("log.hash-differs", message, fault.first)
        if (fault := rows.faults.get(f"unchecked {name}")) is not None:
            message = f"{name} of {fault.count} rows cannot be checked"
            yield notice("log.hash-unchecked", message, fault.first)
    stated = content.task_hashes.get(task)
    if stated is None:
        yield notice("log.hash-unchecked", "the results state no hash of the task's rows", "header")
    elif stated != rows.hashes.hexdigest():
        message = "the rows are not those, in the order, that the results' task hash was made of"
        yield contradiction("log.task-hash-differs", message, rows.where)
    yield from _check_shape(rows, labels)
    yield from _check_counts(rows, content, task)
    if rows.repeats > 1:
        message = (
            f"every question was asked {rows.repeats} times; only what the filter made of the "
            "answers was scored"
        )
        yield notice("log.repeats", message, rows.where)


def _check_shape(rows: Rows, labels: Sequence[str]) -> Iterator[Finding]:
    for name, message in (
        ("metrics", "name other metrics than they hold"),
        ("filter", "do not say which filter they are about"),
        ("repeats", f"hold another number of answers than the stated {rows.repeats}"),
    ):
        if (fault := rows.faults.get(name)) is not None:
            yield contradiction("log.row-differs", f"{fault.count} rows {message}", fault.first)
    unstated = sorted(set(rows.valued) - set(labels))
    absent = sorted(set(labels) - set(rows.valued))
    for found, message in (
        (unstated, "is in the rows, but not in the results"),
        (absent, "is in the results, but in no row"),
    ):
        if found:
            yield contradiction("log.row-differs", f"{found[0]} {message}", rows.where)


def _check_counts(rows: Rows, content: ResultsJson, task: str) -> Iterator[Finding]:
    if len(set(rows.counts.values())) > 1:
        listed = ", ".join(f"{count} of {name}" for name, count in sorted(rows.counts.items()))
        yield contradiction("log.sample-count", f"filters have unlike rows: {listed}", rows.where)
    count = content.n_samples.get(task)
    if count is None:
        yield notice("log.count-missing", "the results state no number of samples", "header")
        return
    asked = expect_asked(count.original, content.config.limit)
    most, least = max(rows.counts.values(), default=0), max(rows.valued.values(), default=0)
    if count.effective not in {most, least}:
        message = f"the results state {count.effective} samples; a filter has {most} rows"
        yield contradiction("log.sample-count", message, rows.where)
    outside = [identifier for _, identifier in rows.seen if not 0 <= identifier < count.original]
    if outside:
        message = f"document {outside[0]} is none of the stated {count.original}"
        yield contradiction("log.sample-unexpected", message, rows.where)
    if content.config.limit is not None and asked not in {count.effective, most}:
        message = f"the limit {content.config.limit:g} means {asked} samples; {most} are there"
        yield contradiction("log.limit-differs", message, "header")


def check_results(content: ResultsJson, task: TaskJson, name: str) -> Iterator[Finding]:
    """Yield where parts of the results differ, and what a reader has to know about them.

    Contradictions: ``log.hash-differs``, ``log.model-differs``, ``log.header-differs``,
    ``log.limit-differs``. Notices: ``log.limited``, ``log.groups-not-read``,
    ``log.version-untested``.
    """
    named = name_models(content.config.model_args)
    if named and content.model_name is not None and content.model_name not in named:
        message = f"the model is {content.model_name}, but its arguments name {named[0]}"
        yield contradiction("log.model-differs", message, "header")
    if content.model_source not in {None, content.config.model}:
        message = f"the model runs by {content.model_source}, but also by {content.config.model}"
        yield contradiction("log.model-differs", message, "header")
    for what, text, stated in (
        ("chat template", content.chat_template, content.chat_template_sha),
        ("system instruction", content.system_instruction, content.system_instruction_sha),
    ):
        if isinstance(text, str) and text and stated != hash_text(text):
            message = f"the hash of the {what} is not that of its text"
            yield contradiction("log.hash-differs", message, "header")
    version = (task.metadata or {}).get("version")
    shots = content.n_shot.get(name)
    length = content.results[name].get("sample_len")
    count = content.n_samples.get(name)
    for what, one, other in (
        ("version", content.versions.get(name), version),
        ("number of shots", shots, task.num_fewshot),
        ("number of samples", length, None if count is None else count.effective),
    ):
        if one is not None and other is not None and one != other:
            message = f"the {what} is {str(one)[:40]} and also {str(other)[:40]}"
            yield contradiction("log.header-differs", message, "header")
    if count is not None and count.effective < count.original:
        limit = content.config.limit
        why = "no limit is stated" if limit is None else f"limit {limit:g}"
        message = f"{count.effective} of {count.original} documents were asked ({why})"
        yield notice("log.limited", message, "header")
    elif count is not None and count.effective > count.original:
        message = f"{count.effective} samples of {count.original} documents"
        yield contradiction("log.limit-differs", message, "header")
    if content.groups:
        listed = ", ".join(sorted(content.groups)[:3])
        yield notice("log.groups-not-read", f"the groups are not read: {listed}", "header")
    if not (content.lm_eval_version or "").startswith("0.4."):
        message = f"lm-eval {content.lm_eval_version or 'of unknown version'}; 0.4 is known"
        yield notice("log.version-untested", message, "header")


def check_mean(label: str, stated: float | None, values: Sequence[Any]) -> Iterator[Finding]:
    """Yield ``log.header-differs`` where a mean of values outside [0, 1] is not the stated one."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if not numbers or len(numbers) < len(values) or all(0 <= number <= 1 for number in numbers):
        return
    try:
        mean = compute_mean(numbers)
    except OverflowError:
        mean = math.inf
    if not math.isfinite(mean):
        same = stated is None
    else:
        same = stated is not None and math.isclose(
            stated, mean, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE
        )
    if not same:
        message = f"the results state mean {stated!r}; the samples give {mean!r}"
        yield contradiction("log.header-differs", message, f"scorer {label}")
