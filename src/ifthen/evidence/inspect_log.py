"""From the structures of Inspect's log format to a :class:`~ifthen.evidence.log.Log`."""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from operator import lt
from typing import Any, Literal

from ifthen.errors import Error
from ifthen.evidence.columns import Coded, Ids, Pairs
from ifthen.evidence.inspect_format import HeaderJson, ReducedJson, ReductionJson
from ifthen.evidence.inspect_header import check_header
from ifthen.evidence.inspect_samples import author_of
from ifthen.evidence.inspect_setup import to_elicitation, to_setup
from ifthen.evidence.log import (
    Finding,
    Log,
    Metric,
    Reduction,
    Result,
    RunFacts,
    SampleId,
    Scorer,
    Stopping,
)
from ifthen.evidence.rules import rules_of
from ifthen.evidence.samples import SampleTable

MAX_EPOCHS = 10_000
MAX_SAMPLES = 5_000_000
"""Questions times epochs: what a header says is looked for, so a header must not say too much."""


def to_log(
    header: HeaderJson,
    *,
    format: Literal["inspect-eval", "inspect-json"],
    sha256: str,
    size: int,
    where: str,
    samples: SampleTable,
    summaries: Mapping[str, SampleTable],
    reductions: Iterable[Reduction] = (),
    findings: Iterable[Finding] = (),
    start_differs: Iterable[str] = (),
) -> Log:
    """Return the log of a header and its parts; ``sha256`` and ``size`` are of the whole file.

    Raises:
        Error: ``log.wrong-shape``, ``log.too-large`` for a header that tells of too many samples.
    """
    run = to_run(header, where=where)
    results = header.results
    stated = header.eval.dataset.sample_ids
    ids = None if stated is None else tuple(stated)
    if max(len(ids or ()), len(samples)) * run.epochs > MAX_SAMPLES:
        raise Error(
            "log.too-large",
            f"the header tells of more than {MAX_SAMPLES:,} samples",
            where=where,
        )
    findings = (*findings, *check_header(header, samples))
    order = run_order(samples, ids)
    ordered = samples
    if order is not None:
        ordered = samples.reordered(order)
        summaries = {
            place: table.reordered(order) if table.is_parallel(samples) else table
            for place, table in summaries.items()
        }
    return Log(
        format=format,
        sha256=sha256,
        bytes=size,
        run=run,
        scorers=to_scorers(header),
        sample_ids=ids,
        total=results.total_samples if results else None,
        completed=results.completed_samples if results else None,
        results=to_results(header),
        samples=ordered,
        summaries=summaries,
        reductions=tuple(reductions),
        findings=findings,
        start_differs=tuple(start_differs),
        repeats=_repeats(format, run),
    )


def _repeats(
    format: Literal["inspect-eval", "inspect-json"], run: RunFacts
) -> frozenset[Literal["summaries", "reductions"]]:
    """Return the parts in which a log of this format and release says its scores again."""
    if format == "inspect-eval":
        return frozenset({"summaries", "reductions"})
    return frozenset({"reductions"} if rules_of(run.producer).writes_reductions else ())


def to_run(header: HeaderJson, *, where: str) -> RunFacts:
    """Return the statements about the run.

    Raises:
        Error: ``log.wrong-shape`` for a date or a number of epochs that is none.
    """
    spec, results = header.eval, header.results
    epochs = 1 if spec.config.epochs is None else spec.config.epochs
    if not 1 <= epochs <= MAX_EPOCHS:
        raise Error(
            "log.wrong-shape", f"{epochs} epochs; 1 to {MAX_EPOCHS:,} are read", where=where
        )
    metadata = {**(header.metadata or {}), **(spec.metadata or {})}
    version = spec.packages.get("inspect_ai")
    questions: int | None = None
    if results is not None and results.total_samples is not None:
        questions = min(max(results.total_samples, 0) // epochs, MAX_SAMPLES)
    elif spec.dataset.sample_ids is not None:
        questions = len(spec.dataset.sample_ids)
    reducers = spec.config.epochs_reducer
    return RunFacts(
        task=spec.task,
        task_args=spec.task_args,
        model=spec.model,
        created=_time(spec.created, where=where),
        status=header.status,
        producer=f"inspect_ai {version}" if isinstance(version, str) else "inspect_ai",
        epochs=epochs,
        weights_sha256=_text(metadata.get("weights_sha256")),
        engine=_text(metadata.get("engine")),
        elicitation=to_elicitation(metadata.get("elicitation")),
        setup=to_setup(header.plan, spec.config),
        dataset=spec.dataset.name,
        questions=questions,
        reducers=None if reducers is None else tuple(reducers),
        dirty=bool(spec.revision and spec.revision.dirty),
        packages=spec.packages,
        models=tuple(sorted({spec.model, *header.stats.model_usage})),
        stopping=None if results is None else to_stopping(results.early_stopping),
        updates=tuple(author_of(update.provenance) for update in header.log_updates or ()),
        retuned=len(header.config_updates or ()),
    )


def to_stopping(value: Any) -> Stopping | None:
    """Return what the log says of early stopping; odd parts are left out, and so leave nothing out.

    Raises:
        Error: ``log.too-large`` for more than :data:`MAX_SAMPLES` samples left out.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        return Stopping(manager="unknown")
    listed, metadata = value.get("early_stops"), value.get("metadata")
    stops = listed if isinstance(listed, list) else []
    if len(stops) > MAX_SAMPLES:
        raise Error("log.too-large", f"more than {MAX_SAMPLES:,} samples were left out")
    return Stopping(
        manager=_text(value.get("manager")) or "unknown",
        left_out=frozenset(
            (str(stop["id"]), stop["epoch"])
            for stop in stops
            if isinstance(stop, Mapping)
            and isinstance(stop.get("id"), str | int)
            and type(stop.get("epoch")) is int
        ),
        metadata=metadata if isinstance(metadata, Mapping) else {},
    )


def to_scorers(header: HeaderJson) -> tuple[Scorer, ...]:
    """Return the declared scorers with their metrics of the whole score."""
    return tuple(
        Scorer(
            name=scorer.name,
            options=scorer.options or {},
            metrics=tuple(_declared(scorer.metrics)),
        )
        for scorer in header.eval.scorers or ()
    )


def to_results(header: HeaderJson) -> tuple[Result, ...]:
    """Return the stated metrics.

    A result whose name is not its scorer's is about one key of a mapping-valued score.
    """
    return tuple(
        Result(
            scorer=score.scorer or score.name,
            key=None if score.scorer in {None, score.name} else score.name,
            reducer=score.reducer,
            metrics=tuple(
                Metric(
                    name=_plain_name(metric.name),
                    options={**(metric.options or {}), **(metric.params or {})},
                    value=_finite(metric.value),
                    group=metric.group,
                    is_nan=metric.value is None or math.isnan(metric.value),
                )
                for metric in score.metrics.values()
            ),
            scored=score.scored_samples,
            unscored=score.unscored_samples,
        )
        for score in (header.results.scores if header.results else ())
    )


def to_reductions(items: Iterable[ReductionJson], *, place: str) -> tuple[Reduction, ...]:
    """Return the stated scores per question."""
    return tuple(
        Reduction(
            scorer=item.scorer,
            reducer=item.reducer,
            values=to_pairs(item.samples),
            place=place,
        )
        for item in items
    )


def to_pairs(items: Sequence[ReducedJson]) -> Sequence[tuple[SampleId | None, Any]]:
    """Return ids and values; packed where none lacks its id."""
    ids = [item.sample_id for item in items]
    if None in ids:
        return tuple((item.sample_id, item.value) for item in items)
    return Pairs(Ids(ids), Coded(item.value for item in items))


def run_order(samples: SampleTable, ids: tuple[SampleId, ...] | None) -> Sequence[int] | None:
    """Return the rows by epoch, then by the place of their id in the dataset; None as they are.

    Sums of floating-point numbers depend on their order; this is the producer's.
    """
    if samples.grid and (not ids or samples.is_grid_of(ids)):
        return None
    rank = {str(identifier): place for place, identifier in enumerate(ids or ())}
    last, epochs = len(rank), samples.epochs
    ranks = array("Q", (rank.get(text, last) for text in samples.id_texts()))
    del rank
    order = sorted(range(len(ranks)), key=lambda row: (epochs[row], ranks[row]))
    return None if all(map(lt, order, islice(order, 1, None))) else array("Q", order)


def _declared(metrics: Any) -> Iterable[Metric]:
    for metric in metrics if isinstance(metrics, list) else ():
        name = metric.get("name") if isinstance(metric, Mapping) else None
        options = metric.get("options") if isinstance(metric, Mapping) else None
        if isinstance(name, str):
            yield Metric(
                name=_plain_name(name), options=options if isinstance(options, Mapping) else {}
            )


def _plain_name(name: str) -> str:
    return name.removeprefix("inspect_ai/")


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(text: str, *, where: str) -> datetime:
    """Return a time with its zone; Inspect's logs without one are in UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise Error("log.wrong-shape", f"{text[:40]!r} is not a time", where=where) from error
    if not 2000 <= time.year < 3000:  # no evaluation ran then, and days are counted from it
        raise Error("log.wrong-shape", f"{text[:40]!r} lies in no possible year", where=where)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
