"""What a plan's screening will do, computed before it is run."""

from collections.abc import Sequence
from typing import Any

from ifthen.dossier.model import Plan
from ifthen.errors import Error
from ifthen.screening.design import Design
from ifthen.screening.order import digest_order
from ifthen.screening.plan import design_of

RATES = (0.0, 0.1, 0.25, 0.5, 0.75)
"""True rates that are shown, as shares of the threshold; for reached, of the way from it to 1."""


def check_order(plan: Plan, order: Sequence[str]) -> None:
    """Refuse an order that is not of the planned questions.

    Raises:
        Error: ``screening.questions`` for another number, ``screening.order-differs`` for another
            digest than the plan's.
    """
    if len(order) != plan.questions:
        raise Error(
            "screening.questions",
            f"the plan is of {plan.questions} questions; there are {len(order)}",
            hint="give all questions of the plan, and no other",
        )
    bound = None if plan.screening is None else plan.screening.order_sha256
    if bound is not None and bound != digest_order(order):
        raise Error(
            "screening.order-differs",
            "the plan's digest of the order is of other questions",
            hint="give the questions that the plan was made with",
        )


def describe_plan(plan: Plan, order: Sequence[str] | None) -> dict[str, Any]:
    """Return the design, its table, the exact chance of error and what to expect, as plain data.

    ``order`` are the ids in their order, where they are known.

    Raises:
        Error: ``screening.no-block``.
    """
    design = design_of(plan)
    table = design.table
    return {
        "plan": plan.id,
        "design": design.to_dict(),
        "least": design.least,
        "table": None if table is None else list(table.stops),
        "table_sha256": design.table_sha256,
        "error_rate": design.error_rate(),
        "expected": list(_expect(design)),
        "order": None if order is None else list(order),
        "order_sha256": None if order is None else digest_order(order),
    }


def _expect(design: Design) -> list[dict[str, float | int]]:
    """Return the expected number of questions at some true rates."""
    found = []
    for share in RATES:
        room = design.threshold if design.counts_passes else 1 - design.threshold
        rate = share * room if design.counts_passes else 1 - share * room
        if design.population is not None:
            rate = round(rate * design.population) / design.population
        operation = design.operate(rate)
        if operation is not None:
            found.append(
                {
                    "rate": round(rate, 6),
                    "decides": round(operation.stops, 6),
                    "mean_questions": round(operation.mean, 1),
                    "ninth_in_ten": operation.ninth,
                }
            )
    return found
