"""How samples count that ended otherwise than by an answer.

The framework says it for each evaluation. What it leaves open counts as it could be at worst and at
best, so that nothing is decided by a default.
"""

from typing import Literal

import msgspec

Ended = Literal["either", "incorrect", "as-scored"]
"""``either``: 0 at worst, 1 at best; ``incorrect``: 0; ``as-scored``: what its scorer gave it."""


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """How samples with an error, stopped by a limit, or without score count in the bounds."""

    error: Ended = "either"
    limit: Ended = "either"
    unscored: Literal["either", "incorrect"] = "either"


WORST_AND_BEST = Counting()
"""Nothing is known about any of them."""
EITHER = (0.0, 1.0)
INCORRECT = (0.0, 0.0)
