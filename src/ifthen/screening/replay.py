"""The screening of a finished log, and whether a run that stopped itself stopped rightly."""

from collections.abc import Iterator, Sequence
from typing import Any

from ifthen.dossier.model import Plan
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.evidence.building import limit_findings
from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.integrity import bind_samples
from ifthen.evidence.log import Finding, Log, contradiction, notice
from ifthen.evidence.recompute import measure
from ifthen.evidence.samples import ABSENT, Marks, SampleTable, value_at
from ifthen.screening.counting import Attempt, count_question
from ifthen.screening.design import Design
from ifthen.screening.order import digest_order, rank_ids
from ifthen.screening.outcome import Outcome, outcome_of
from ifthen.screening.plan import design_of
from ifthen.screening.process import Process
from ifthen.screening.trail import MANAGER, Trail, decision_of, parse_trail

_PLAN = "give the registered plan with --plan"


def screen_log(log: Log, plan: Loaded[Plan] | None) -> Outcome:
    """Return what the screening of a log shows, by its plan or by what the log itself says.

    Every question counts in the order of the seed; one without usable score counts its worst, and
    so does whatever the bounds of an evaluation count from 0 to 1
    (:meth:`~ifthen.evidence.question.Questions.sample_bounds`).

    Raises:
        Error: ``screening.no-plan``, ``screening.no-samples``, ``screening.epochs``,
            ``screening.questions``, ``screening.scorer``, ``screening.trail``,
            ``screening.design``, ``screening.duplicate-id``, ``screening.id``.
    """
    if log.claim != "samples":
        raise Error(
            "screening.no-samples",
            f"the log states {log.claim}, not samples; a screening needs each question's result",
        )
    trail = find_trail(log)
    if plan is None and trail is None:
        raise Error("screening.no-plan", "the log did not stop itself by ifthen", hint=_PLAN)
    design = design_of(plan.document) if plan is not None else trail.design  # type: ignore[union-attr]
    ids = SampleTable.of(log.samples).rows_by_id if log.sample_ids is None else log.sample_ids
    order = rank_ids(ids, design.seed)
    if log.run.epochs_vary or log.run.epochs != design.epochs:
        found = "varying" if log.run.epochs_vary else str(log.run.epochs)
        raise Error(
            "screening.epochs", f"the plan is of {design.epochs} epochs; the log is of {found}"
        )
    process = Process(design, order)
    for attempts in read_attempts(log, order, design):
        process.add(count_question(attempts, design))
        if process.decision is not None:
            break
    findings = [*check_log(log), *check_plan(log, plan, trail, order)]
    agrees = None
    if trail is not None:
        differs = list(check_trail(process, trail))
        findings += differs
        agrees = not differs
    return outcome_of(
        process,
        findings=limit_findings(findings),
        trail=trail,
        agrees=agrees,
        ended_early=log.run.stopping is not None and bool(log.run.stopping.left_out),
    )


def find_trail(log: Log) -> Trail | None:
    """Return what ifthen left in the log when it ran; None where it did not.

    Raises:
        Error: ``screening.trail``, ``screening.design``.
    """
    stopping = log.run.stopping
    if stopping is None or stopping.manager != MANAGER:
        return None
    return parse_trail(stopping.metadata.get("screening"), where="results.early_stopping.metadata")


def read_attempts(
    log: Log, order: tuple[str, ...], design: Design
) -> Iterator[list[Attempt | None]]:
    """Yield, for each question of the order, how each of its epochs ended; None for absent ones.

    Raises:
        Error: ``screening.scorer``.
    """
    table = SampleTable.of(log.samples)
    scorer, key = choose_scorer(log, design)
    values = table.values(scorer, key)
    rows = table.rows_by_key
    for identifier in order:
        places = [rows.get((identifier, epoch)) for epoch in range(1, design.epochs + 1)]
        yield [None if row is None else _attempt(table, values, row, scorer, key) for row in places]


def _attempt(
    table: SampleTable, values: Sequence[Any], row: int, scorer: str, key: str | None
) -> Attempt:
    marks = table.marks.get(row) or Marks()
    found = [] if values[row] is ABSENT else [values[row]]
    scores = [marks.edited.get(scorer), marks.told.get(scorer)]
    scores += [attempt.get(scorer) for attempt in marks.superseded]
    for score in scores:
        for value in () if score is None else (*score.history, score.value):
            found.append(value if key is None else value_at(value, key))
    return Attempt(
        values=tuple(found),
        error=bool(table.errors[row]),
        limited=marks.limit is not None,
        invalidated=marks.invalidated,
        ended_otherwise=marks.told_end is not None,
        replaced=bool(marks.fallbacks),
    )


def choose_scorer(log: Log, design: Design) -> tuple[str, str | None]:
    """Return the scorer whose score counts, and the key of mapping-valued scores.

    Raises:
        Error: ``screening.scorer`` unless the design names one that is there, or there is only one.
    """
    known = {result.label: (result.scorer, result.key) for result in log.results}
    stated = {scorer for scorer, _ in known.values()}
    names = {scorer.name for scorer in log.scorers} | SampleTable.of(log.samples).scores.keys()
    known |= {name: (name, None) for name in sorted(names - stated)}
    if design.scorer is None and len(known) == 1:
        return next(iter(known.values()))
    if design.scorer in known:
        return known[design.scorer]
    held = ", ".join(sorted(known)) or "none"
    said = "the plan names none" if design.scorer is None else f"the plan names {design.scorer}"
    raise Error(
        "screening.scorer",
        f"the log has the scorers {held[:200]}; {said[:200]}",
        hint="name one as screening.scorer in the plan",
    )


def check_log(log: Log) -> tuple[Finding, ...]:
    """Return where the log contradicts itself, and what its reader has to know."""
    measurements, measured = measure(log, None)
    _, different = bind_samples(log)
    return (*log.findings, *measured, *different, *check_consistency(log, measurements))


def check_plan(
    log: Log, plan: Loaded[Plan] | None, trail: Trail | None, order: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield where the log and its plan do not fit."""
    if plan is None:
        message = "no plan is at hand: that the seed came before the run is not shown"
        yield notice("screening.plan-unseen", message)
        return
    document, created = plan.document, log.run.created
    if document.registered_at >= created:
        message = (
            f"plan {document.id} was registered at {document.registered_at.isoformat()}, after the"
            f" run started at {created.isoformat()}"
        )
        yield contradiction("screening.plan-late", message)
    bound = document.screening.order_sha256 if document.screening else None
    if bound is not None and bound != digest_order(order):
        message = "the plan's digest of the order is of other questions than the log's"
        yield contradiction("screening.order-differs", message)
    if trail is None:
        return
    if trail.design != design_of(document):
        message = "the run was screened by another design than the plan's"
        yield contradiction("screening.design-differs", message)
    if trail.plan is not None and trail.plan != (document.id, plan.digest):
        message = f"the run was screened by plan {trail.plan[0]} with another digest or id"
        yield contradiction("screening.plan-differs", message)


def check_trail(process: Process, trail: Trail) -> Iterator[Finding]:
    """Yield where the log says something else than follows from its scores."""
    for name, found, expected in (
        ("order_sha256", trail.order_sha256, digest_order(process.order)),
        ("table_sha256", trail.table_sha256, trail.design.table_sha256),
    ):
        if found != expected:
            message = f"the log's {name} is not the one that follows from its seed and design"
            yield contradiction("screening.replay-differs", message)
    logged, replayed = trail.decision, decision_of(process)
    if logged != replayed:
        said = "none" if logged is None else f"question {logged.place} ({logged.question})"
        follows = "none" if replayed is None else f"question {replayed.place} ({replayed.question})"
        message = f"the log says that it was decided by {said}; from its scores follows {follows}"
        yield contradiction("screening.replay-differs", message)
