"""From a registered plan to the design of its screening."""

from typing import Any

from ifthen.dossier.model import Plan
from ifthen.encoding.document import Loaded, load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error
from ifthen.screening.design import Design


def parse_plan(data: bytes, *, name: str) -> Loaded[Plan]:
    """Return the plan in a file's bytes; ``name`` is what errors call the file.

    Raises:
        Error: those of a document that is not a plan; ``screening.no-block`` for one without
            screening.
    """
    loaded = load_document(parse_tree(data, name=name), Plan)
    if loaded.document.screening is None:
        raise Error(
            "screening.no-block",
            f"plan {loaded.document.id} has no screening: every question is to be asked",
            where=name,
            hint="register a plan with a screening block before the run; see the how-to page",
        )
    return loaded


def design_of(plan: Plan) -> Design:
    """Return the design that a plan fixes.

    Raises:
        Error: ``screening.no-block``, ``screening.design``.
    """
    block = plan.screening
    if block is None:
        raise Error("screening.no-block", f"plan {plan.id} has no screening")
    options: dict[str, Any] = {}
    if block.scores == "pass-fail":
        options["prior"] = (block.prior.a, block.prior.b)
    return Design(
        seed=block.seed,
        direction=block.direction,
        threshold=block.threshold,
        alpha=block.alpha,
        questions=plan.questions,
        population=block.population,
        epochs=plan.epochs,
        scores=block.scores,
        scorer=block.scorer,
        limit=block.limit,
        **options,
    )
