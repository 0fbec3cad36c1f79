"""Whether those who state how a model was elicited agree, with each other and with the log.

Only keys that have one meaning are compared. Words (scaffold, access, notes) are left to a reader,
and what a log does not say contradicts nothing: an option set inside other code is not in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ifthen.decision.model import Reason
from ifthen.dossier.model import Plan
from ifthen.encoding.elicitation import Elicitation
from ifthen.evidence.record import EvidenceRecord, Run

COMPARED = (
    "attempts",
    "tools",
    "helpful_only",
    "fine_tuned",
    "reasoning_effort",
    "reasoning_tokens",
    "token_limit",
)
"""Keys that two statements can contradict each other in."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sources that state different things under one key."""

    key: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Stated:
    """An elicitation record, and whose it is."""

    by: str
    """In words: ``plan x``, ``record y``, ``the log's metadata``."""
    kind: str
    """Kind of the document that holds it."""
    id: str
    """Name of that document."""
    path: str
    """Where in the document it stands."""
    elicitation: Elicitation


def find_statements(plan: Plan | None, record: EvidenceRecord) -> tuple[Stated, ...]:
    """Return the elicitation records, the nearest to the run first: record, log, plan."""
    found = [
        (f"record {record.id}", "evidence", record.id, "elicitation", record.elicitation),
        ("the log's metadata", "evidence", record.id, "run.elicitation", record.run.elicitation),
    ]
    if plan is not None:
        found.append((f"plan {plan.id}", "plan", plan.id, "elicitation", plan.elicitation))
    return tuple(
        Stated(by, kind, id, path, stated)
        for by, kind, id, path, stated in found
        if isinstance(stated, Elicitation)
    )


def check_elicitation(plan: Plan | None, record: EvidenceRecord) -> tuple[Contradiction, ...]:
    """Return where the statements contradict the log or each other.

    Codes ``elicitation.log-differs`` and ``elicitation.statements-differ``.
    """
    statements = find_statements(plan, record)
    return (
        *(found for stated in statements for found in _against_log(stated, record.run)),
        *(
            found
            for one, other in combinations(statements, 2)
            for found in _against_each_other(one, other)
        ),
    )


def check_plan(plan: Plan, run: Run) -> tuple[Contradiction, ...]:
    """Return where the log contradicts the plan's elicitation record."""
    if not isinstance(plan.elicitation, Elicitation):
        return ()
    stated = Stated(f"plan {plan.id}", "plan", plan.id, "elicitation", plan.elicitation)
    return tuple(_against_log(stated, run))


def _against_log(stated: Stated, run: Run) -> Iterator[Contradiction]:
    said = stated.elicitation
    if said.attempts is not None and said.attempts != run.epochs:
        yield _differs(stated, "attempts", said.attempts, f"epochs = {run.epochs}")
    setup = run.setup
    if setup is None:
        return
    if said.tools is not None and (more := sorted({*setup.tools} - {*said.tools})):
        yield _differs(stated, "tools", said.tools, f"also {', '.join(more)}")
    for key, found in (
        ("reasoning_effort", setup.generation.get("reasoning_effort")),
        ("reasoning_tokens", setup.generation.get("reasoning_tokens")),
        ("token_limit", setup.limits.get("token_limit")),
    ):
        value = getattr(said, key)
        if value is not None and found is not None and value != found:
            yield _differs(stated, key, value, _words(found))


def _against_each_other(one: Stated, other: Stated) -> Iterator[Contradiction]:
    for key in COMPARED:
        values = [getattr(stated.elicitation, key) for stated in (one, other)]
        if None in values or "unknown" in values:
            continue
        first, second = (sorted(v) if isinstance(v, tuple) else v for v in values)
        if first != second:
            reason = Reason(
                code="elicitation.statements-differ",
                text=f"{one.by} says {key} = {_words(first)}; {other.by} says {_words(second)}",
            )
            yield Contradiction(key, reason)


def _differs(stated: Stated, key: str, value: Any, found: str) -> Contradiction:
    reason = Reason(
        code="elicitation.log-differs",
        text=f"{stated.by} says {key} = {_words(value)}; the log says {found}",
    )
    return Contradiction(key, reason)


def _words(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(value) or "none"
    return f"{value:.17g}" if isinstance(value, float) else str(value)
