"""What an evaluation that stopped itself leaves in its log, so that the decision can be replayed.

It stands in ``results.early_stopping.metadata`` of Inspect's log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ifthen.errors import Error
from ifthen.screening.design import Design, parse_design
from ifthen.screening.process import Process, Step

MANAGER = "ifthen screening"
FORMAT = 1
_KEYS = {"format", "design", "plan", "order_sha256", "table_sha256", "decision", "in_order"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Which question decided."""

    question: str
    place: int
    """Place in the order, from 1."""
    against: float
    """Passes (rule-out) or failures (reached) up to it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """A decision and everything that it depends on, besides the scores."""

    design: Design
    plan: tuple[str, str] | None
    """Id and digest of the registered plan; None where the design came without one."""
    order_sha256: str
    table_sha256: str | None
    decision: Decision | None
    in_order: bool
    """Whether the dataset was in the order, so that nothing was asked in vain."""

    def to_dict(self) -> dict[str, Any]:
        """Return the trail as plain data; :func:`parse_trail` is the inverse."""
        return {
            "format": FORMAT,
            "design": self.design.to_dict(),
            "plan": None
            if self.plan is None
            else dict(zip(("id", "sha256"), self.plan, strict=True)),
            "order_sha256": self.order_sha256,
            "table_sha256": self.table_sha256,
            "decision": None
            if self.decision is None
            else {
                "question": self.decision.question,
                "place": self.decision.place,
                "against": self.decision.against,
            },
            "in_order": self.in_order,
        }


def decision_of(process: Process) -> Decision | None:
    """Return which question decided; None while none has."""
    step: Step | None = process.decision
    if step is None:
        return None
    return Decision(question=step.question, place=step.place, against=step.against)


def parse_trail(value: Any, *, where: str | None = None) -> Trail:
    """Return the trail of a log's metadata; the inverse of :meth:`Trail.to_dict`.

    Raises:
        Error: ``screening.trail``, ``screening.design``.
    """
    if not isinstance(value, Mapping) or set(value) != _KEYS:
        raise _odd("the keys", where)
    if type(value["format"]) is not int or value["format"] != FORMAT:
        raise _odd("the format", where)
    plan, decision, table = value["plan"], value["decision"], value["table_sha256"]
    if plan is not None and not _has(plan, {"id": str, "sha256": str}):
        raise _odd("the plan", where)
    if decision is not None and not _has(
        decision, {"question": str, "place": int, "against": (int, float)}
    ):
        raise _odd("the decision", where)
    if not isinstance(value["order_sha256"], str) or not isinstance(table, str | None):
        raise _odd("a digest", where)
    if not isinstance(value["in_order"], bool):
        raise _odd("in_order", where)
    return Trail(
        design=parse_design(value["design"], where=where),
        plan=None if plan is None else (plan["id"], plan["sha256"]),
        order_sha256=value["order_sha256"],
        table_sha256=table,
        decision=None
        if decision is None
        else Decision(
            question=decision["question"],
            place=decision["place"],
            against=float(decision["against"]),
        ),
        in_order=value["in_order"],
    )


def _has(value: Any, kinds: Mapping[str, Any]) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == kinds.keys()
        and all(
            isinstance(value[key], kind)
            and not isinstance(value[key], bool)
            and (isinstance(value[key], str) or abs(value[key]) < 2**53)
            for key, kind in kinds.items()
        )
    )


def _odd(what: str, where: str | None) -> Error:
    return Error(
        "screening.trail",
        f"{what} of what the log says about its screening cannot be",
        where=where,
        hint="screen the log by its plan: ifthen screen LOG --plan PLAN",
    )
