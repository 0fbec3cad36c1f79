"""Whether the parts of a log say the same: header, summaries, reductions and samples.

What makes the numbers untrustworthy is a contradiction. What somebody did in the open, with a name
to it (edited scores, invalidated samples, changed tags), is a notice.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from operator import eq
from typing import Any

from ifthen.evidence.columns import Pairs
from ifthen.evidence.log import Finding, Log, Reduction, contradiction, format_line, notice
from ifthen.evidence.metrics import is_measured, name_of, tolerance_of
from ifthen.evidence.question import Questions, group_questions
from ifthen.evidence.recompute import (
    agrees_with,
    find_views,
    header_differs,
    producer_value,
    resolve_reducer,
)
from ifthen.evidence.record import Measurement
from ifthen.evidence.rules import rules_of
from ifthen.evidence.samples import ABSENT, SampleTable
from ifthen.evidence.scores import Reducer, is_same, producer_number
from ifthen.evidence.summaries import check_summaries

_TOLERANCE = 1e-12


def check_consistency(log: Log, measurements: Sequence[Measurement]) -> tuple[Finding, ...]:
    """Return where the parts of the log differ, and what its reader has to know.

    ``measurements`` are those of :func:`~ifthen.evidence.recompute.measure`.
    """
    if log.claim == "stated":
        return (*check_run(log), *check_changes(log))
    return tuple(
        finding
        for check in (
            check_run(log),
            check_measurements(measurements),
            check_spread(log, measurements),
            check_counts(log),
            check_samples(log),
            check_stopping(log),
            check_histories(log),
            check_summaries(log),
            check_reductions(log),
            check_start(log),
            check_endings(log),
            check_changes(log),
        )
        for finding in check
    )


def check_run(log: Log) -> Iterator[Finding]:
    """Yield ``log.not-success``, ``log.no-samples``, ``log.no-results`` and notices on the run.

    A file that is known to state numbers only contradicts nothing: ``log.stated-only``.
    """
    run = log.run
    if run.status != "success":
        yield contradiction("log.not-success", f"the status of the run is {run.status}", "header")
    if log.claim == "stated":
        message = "numbers are stated and nothing stands behind them: they decide nothing"
        yield notice("log.stated-only", message, "header")
    elif not log.samples:
        yield contradiction("log.no-samples", "the log holds no samples", "samples")
    if not any(result.metrics for result in log.results):
        yield contradiction("log.no-results", "the header states no metric", "header")
    if run.dirty:
        yield notice(
            "log.dirty-revision", "the code that ran had changes that no commit holds", "header"
        )
    used = {name for names in set(SampleTable.of(log.samples).models) for name in names}
    models = sorted({*run.models, *used})
    if len(models) > 1:
        yield notice("log.several-models", f"the run used {', '.join(models)}", "header")


def check_measurements(measurements: Iterable[Measurement]) -> Iterator[Finding]:
    """Yield ``log.header-differs`` for every stated value that is not the recomputed one."""
    for measurement in measurements:
        if measurement.stated is not None and not measurement.agrees:
            yield header_differs(
                f"{measurement.scorer} ({measurement.reducer})",
                measurement.metric,
                measurement.stated,
                measurement.value,
            )


def check_spread(log: Log, measurements: Iterable[Measurement]) -> Iterator[Finding]:
    """Yield ``log.header-differs`` for stated values of what gives no measurement.

    That is what is compared only, and a mean of scores outside [0, 1]. A value that is stated as no
    number (NaN) differs from one that the samples give.
    """
    views, _ = find_views(log)
    done = {(found.scorer, found.metric, found.reducer) for found in measurements}
    for view in views:
        metric = view.metric
        name = tuple(map(format_line, (view.result.label, metric.name, view.reducer.label)))
        measured = is_measured(metric) and name in done
        if metric.value is None and not metric.is_nan:
            continue
        if measured and not metric.is_nan:
            continue
        questions = group_questions(log, view.result.scorer, view.result.key)
        value = producer_value(view, questions)
        stated = math.nan if metric.value is None else metric.value
        same = value is None if metric.is_nan else agrees_with(stated, value, tolerance_of(metric))
        if not same:
            label = f"{view.result.label} ({view.reducer.label})"
            yield header_differs(label, name_of(metric), stated, value)


def check_counts(log: Log) -> Iterator[Finding]:
    """Yield ``log.sample-count`` where stated numbers of samples are not those of the samples.

    Producers have counted a completed sample as one without error and as one with a score.
    """
    table = SampleTable.of(log.samples)
    left_out = len(_left_out(log))
    if log.total is not None and log.total != len(table) + left_out:
        message = f"the header states {log.total} samples; there are {len(table)}"
        message += f", and {left_out} were left out" if left_out else ""
        yield contradiction("log.sample-count", message, "header")
    without_error = table.errors.count(False)
    if log.completed is not None and log.completed != without_error:
        scored = sum(
            any(value is not ABSENT for value in row)
            for row in zip(*table.scores.values(), strict=True)
        )
        if log.completed != scored:
            message = f"the header states {log.completed} completed samples, not {without_error}"
            yield contradiction("log.sample-count", message, "header")
    for result in log.results:
        reducer = resolve_reducer(log, result.reducer)
        if result.scored is None or reducer is None:
            continue
        questions = group_questions(log, result.scorer, result.key)
        reduced = questions.answers()[0] if reducer.is_off else questions.reduce(reducer)
        count = sum(1 for number in reduced if number is not None and not math.isnan(number))
        if result.scored != count:
            message = f"the header states {result.scored} scored questions; there are {count}"
            yield notice("log.scored-count", message, f"scorer {result.label}")


def check_samples(log: Log) -> Iterator[Finding]:
    """Yield ``log.duplicate-sample``, ``log.sample-missing``, ``log.sample-unexpected``."""
    table = SampleTable.of(log.samples)
    epochs, ids = log.run.epochs, log.sample_ids
    if len(table) == table.grid * epochs and (table.is_grid_of(ids) or not ids):
        return  # each question of each epoch stands there, once
    keys = table.rows_by_key
    if len(keys) < len(table):
        counts = Counter(
            (str(identifier), epoch)
            for identifier, epoch in zip(table.ids, table.epochs, strict=True)
        )
        doubled = [key for key, count in counts.items() if count > 1]
        yield _about("log.duplicate-sample", "stand in the log more than once", doubled)
    late = [key for key in keys if not 1 <= key[1] <= epochs and not log.run.epochs_vary]
    if late:
        yield _about("log.epoch-unexpected", f"are of an epoch beyond the stated {epochs}", late)
    known = set(map(str, ids or ()))
    if len(known) < len(ids or ()):
        message = "the list of sample ids names a question twice"
        yield contradiction("log.duplicate-id", message, "header")
    known = known or set(table.rows_by_id)
    unexpected = [key for key in keys if key[0] not in known]
    if unexpected:
        yield _about("log.sample-unexpected", "are not in the stated list of ids", unexpected)
    asked = 1 if log.run.epochs_vary else epochs
    if not (late or unexpected) and len(keys) == len(known) * asked:
        return  # every key is of a known question and epoch, so none is missing
    missing = [
        (identifier, epoch)
        for identifier in sorted(known)
        for epoch in range(1, asked + 1)
        if (identifier, epoch) not in keys
    ]
    left_out = _left_out(log)
    lost = [key for key in missing if key not in left_out]
    if lost:
        yield _about("log.sample-missing", "are stated, but not in the log", lost)


def check_stopping(log: Log) -> Iterator[Finding]:
    """Yield ``log.left-out``, or ``log.left-out-unlisted`` where the questions are not known.

    What an early stop left out is no smaller sample: where the run ended depends on its results.
    Each such sample counts 0 to 1, and that is only possible where it is known to belong to the
    run.
    """
    left_out, stopping = _left_out(log), log.run.stopping
    if not left_out or stopping is None:
        return
    known = set(map(str, log.sample_ids or ()))
    unlisted = sum(identifier not in known for identifier, _ in left_out)
    if unlisted:
        message = f"{unlisted} samples that were left out are not in the stated list of ids"
        yield contradiction("log.left-out-unlisted", message, "header")
    message = (
        f"{stopping.manager} ended the run early and left out {len(left_out)} samples; each counts"
        " as it could have ended, and the stated metrics are no estimate"
    )
    yield notice("log.left-out", message, "header")


def _left_out(log: Log) -> frozenset[tuple[str, int]]:
    """Return the samples that early stopping left out and that the log does not hold."""
    if log.run.stopping is None:
        return frozenset()
    return log.run.stopping.left_out - SampleTable.of(log.samples).rows_by_key.keys()


def _about(code: str, message: str, keys: Sequence[tuple[str, int]]) -> Finding:
    identifier, epoch = keys[0]
    text = f"{len(keys)} samples {message}, first {identifier} of epoch {epoch}"
    return contradiction(code, text, "samples")


def check_histories(log: Log) -> Iterator[Finding]:
    """Yield ``log.history-differs`` where a score is not the last value of its history."""
    table = SampleTable.of(log.samples)
    declared = {scorer.name for scorer in log.scorers}
    for row, marks in sorted(table.marks.items()):
        for name, score in marks.edited.items():
            whole = len(score.history) > len(score.authors) or _is_by_hand(name, declared)
            if score.authors and not whole:
                message = f"the score of {name} was edited, and its original value is not there"
                yield contradiction("log.history-differs", message, table.place_of(row))
            elif score.history and not is_same(score.history[-1], score.value):
                message = f"the score of {name} is not the last value of its history"
                yield contradiction("log.history-differs", message, table.place_of(row))


def _is_by_hand(scorer: str, declared: AbstractSet[str]) -> bool:
    """Return whether no scorer of that name ran, so that its score has no original value.

    Of scorers with one name, the producer numbers the second and later ones.
    """
    return bool(declared) and declared.isdisjoint({scorer, scorer.rstrip("0123456789")})


def check_start(log: Log) -> Iterator[Finding]:
    """Yield ``log.start-differs`` where the header is not what was written when the run began."""
    for name in log.start_differs:
        message = f"the header's {name} is not what the log's first member says"
        yield contradiction("log.start-differs", message, "_journal/start.json")


def check_reductions(log: Log) -> Iterator[Finding]:
    """Yield ``log.reduction-differs`` where stated question scores are not the recomputed ones."""
    keys: dict[str, set[str | None]] = {}
    for result in log.results:
        reducer = resolve_reducer(log, result.reducer)
        if reducer is not None and not reducer.is_off:
            keys.setdefault(result.scorer, set()).add(result.key)
    reduced = {reduction.scorer for reduction in log.reductions}
    if "reductions" in log.repeats:
        for scorer in sorted(keys.keys() - reduced):
            message = f"no question scores of {scorer} are stated"
            lost = reduced and not rules_of(log.run.producer).keeps_reductions
            report = notice if lost else contradiction
            yield report("log.reduction-differs", message, "reductions.json")
    for reduction in log.reductions:
        reducer = resolve_reducer(log, reduction.reducer)
        if reducer is None:
            continue
        stated: dict[str, Any] = {}
        for key in sorted(keys.get(reduction.scorer, {None}), key=str):
            questions = group_questions(log, reduction.scorer, key)
            if _is_stated(reduction, key, questions, reducer):
                continue
            stated = stated or {str(identifier): value for identifier, value in reduction.values}
            numbers = zip(questions.ids, questions.reduce(reducer), strict=True)
            recomputed = {identifier: x for identifier, x in numbers if x is not None}
            wrong = stated.keys() ^ recomputed.keys()
            wrong |= {
                identifier
                for identifier, number in recomputed.items()
                if identifier in stated
                and not _same_number(_stated_number(stated[identifier], key), number)
            }
            if wrong:
                message = (
                    f"{len(wrong)} question scores ({reducer.label}) of {reduction.scorer} differ "
                    f"from the samples, first of {min(wrong)}"
                )
                yield contradiction("log.reduction-differs", message, reduction.place)


def _is_stated(
    reduction: Reduction, key: str | None, questions: Questions, reducer: Reducer
) -> bool:
    """Return whether the scores of all questions are stated, each once and in their order."""
    values, reduced = reduction.values, questions.reduce(reducer)
    if not isinstance(values, Pairs) or len(values) != len(questions):
        return False
    if not all(map(eq, values.ids.texts(), questions.ids)):
        return False
    pairs = set(zip(values.values.codes, reduced, strict=True))
    return all(
        number is not None and _same_number(_stated_number(values.values.values[code], key), number)
        for code, number in pairs
    )


def _stated_number(value: Any, key: str | None) -> float:
    if key is not None:
        value = value.get(key) if isinstance(value, dict) else None
    return value if type(value) is float else producer_number(value)


def _same_number(one: float, other: float) -> bool:
    if one == other:
        return True
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)


def check_endings(log: Log) -> Iterator[Finding]:
    """Yield ``log.ending-differs`` where samples and their events end in different ways.

    An error that only the events tell of was taken away: no producer leaves it so. A limit that
    only they tell of can have been one of a part of the sample, and one that only the sample states
    one that its own code made; so these are notices. All of these samples count 0 to 1.
    """
    table = SampleTable.of(log.samples)
    found: dict[str, list[int]] = {}
    for row, marks in sorted(table.marks.items()):
        if marks.told_end is not None:
            found.setdefault(marks.told_end, []).append(row)
    for end, rows in sorted(found.items()):
        message = f"{len(rows)} samples {_ENDINGS[end]}; each counts 0 to 1, first"
        report = contradiction if end == "error" else notice
        first = f"{table.ids[rows[0]]} of epoch {table.epochs[rows[0]]}"
        yield report("log.ending-differs", f"{message} {first}", "samples")


_ENDINGS = {
    "error": "state no error, and their events end in one",
    "limit": "state no limit, and their events end at one",
    "neither": "state an error or a limit of which their events do not tell",
}


def check_changes(log: Log) -> Iterator[Finding]:
    """Yield notices on what was changed after the run or during it."""
    marks = SampleTable.of(log.samples).marks.values()
    edits = Counter(
        author for mark in marks for score in mark.edited.values() for author in score.authors
    )
    invalidations = Counter(mark.invalidated_by or "unknown" for mark in marks if mark.invalidated)
    superseded = sum(bool(mark.superseded) for mark in marks)
    if edits:
        yield notice("log.edited", f"scores were edited: {_by(edits)}", "samples")
    if invalidations:
        yield notice(
            "log.invalidated", f"samples were invalidated: {_by(invalidations)}", "samples"
        )
    if superseded:
        message = f"{superseded} samples were run again; every score they had counts"
        yield notice("log.requeued", message, "samples")
    fallbacks = Counter(pair for mark in marks for pair in mark.fallbacks)
    if fallbacks:
        message = "another model answered in place of the one that was asked, and the sample counts"
        yield notice("log.model-fallback", f"{message} 0 to 1: {_times(fallbacks)}", "samples")
    told = sum(bool(mark.told) for mark in marks)
    if told:
        message = f"the events of {told} samples tell other scores; every one of them counts"
        yield notice("log.event-differs", message, "samples")
    if log.run.updates:
        message = f"tags or metadata were changed after the run: {_by(Counter(log.run.updates))}"
        yield notice("log.metadata-edited", message, "header")
    if log.run.retuned:
        message = f"{log.run.retuned} settings were changed during the run"
        yield notice("log.retuned", message, "header")


def _times(counts: Counter[str]) -> str:
    """Return what stands in how many samples; the most frequent ones of many."""
    return ", ".join(f"{name} in {count}" for name, count in counts.most_common(5))


def _by(counts: Counter[str]) -> str:
    return ", ".join(f"{count} by {name}" for name, count in sorted(counts.items()))
