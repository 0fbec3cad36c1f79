"""When a framework asks for something again: triggers, and the review of the framework itself."""

from typing import Literal

from pydantic import Field

from ifthen.encoding.document import Id, Line, Text
from ifthen.framework.clause import Clause, Force


class Trigger(Clause):
    """What calls for a new evaluation, review or report."""

    id: Id
    """Name of the trigger."""
    asks_for: Literal["evaluation", "review", "report", "safeguard-assessment"] = "evaluation"
    """What has to be done again."""
    event: Literal[
        "time", "compute-multiple", "fine-tuning", "capability-change", "modification", "incident",
        "release", "other",
    ]  # fmt: skip
    """What starts it."""
    days: int | None = Field(default=None, ge=1)
    """After how many days, for ``time`` and ``fine-tuning``."""
    multiple: float | None = Field(default=None, gt=1)
    """After how many times the effective compute, for ``compute-multiple``."""
    text: Text
    """The trigger in words."""
    force: Force = "will"
    """Modal force of the clause."""


class Cadence(Clause):
    """When the promise is looked at again."""

    review_every_days: int | None = Field(default=None, ge=1)
    """The framework itself is reviewed at least this often; absent: it does not say."""
    triggers: tuple[Trigger, ...] = ()
    """What calls for a new evaluation, review or report."""
    reevaluate_on: tuple[Line, ...] = ()
    """Events that call for a new evaluation, in words."""
