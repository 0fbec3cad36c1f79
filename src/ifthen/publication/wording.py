"""How the pages say things: words for answers, rounded numbers, short digests, visible text.

Every answer has a word and a shape; a colour only repeats what they say, so that a page means the
same on a black-and-white printout and to a reader who does not tell colours apart.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from markupsafe import Markup


class Mark(NamedTuple):
    """A word, and the tone that stands behind it: good, bad, open or plain."""

    word: str
    tone: str


OUTCOME = {
    "go": Mark("GO", "good"),
    "hold": Mark("HOLD", "bad"),
    "undetermined": Mark("UNDETERMINED", "open"),
}
TRUTH = {
    "yes": Mark("yes", "good"),
    "no": Mark("no", "bad"),
    "undetermined": Mark("undetermined", "open"),
}
IN_PLACE = {
    "yes": Mark("in place", "good"),
    "no": Mark("NOT in place", "bad"),
    "undetermined": Mark("undetermined", "open"),
}
STATUS = {
    "ruled-out": Mark("ruled out", "good"),
    "reached": Mark("reached", "bad"),
    "cannot-rule-out": Mark("cannot rule out", "open"),
}
TREATED_AS = {
    "below": Mark("below the threshold", "good"),
    "reached": Mark("reached", "bad"),
    "undetermined": Mark("undetermined", "open"),
}
MEASURED = {
    "ruled-out": Mark("ruled out", "good"),
    "reached": Mark("reached", "bad"),
    "undecided": Mark("undecided", "open"),
    "measured": Mark("measured", "plain"),
    "undetermined": Mark("undetermined", "open"),
}

_PLACES = Decimal("0.0001")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def format_visible(value: Any) -> Any:
    """Return text in which nothing is hidden: control and direction characters show as ⟨U+202E⟩.

    A title that reorders or hides part of the line would let a page say what its data does not.
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", value)
    return value


def format_lower(value: float) -> str:
    """Return a lower bound to four decimals, rounded down, so that no interval narrows."""
    return str(Decimal(repr(value)).quantize(_PLACES, ROUND_FLOOR))


def format_upper(value: float) -> str:
    """Return an upper bound to four decimals, rounded up."""
    return str(Decimal(repr(value)).quantize(_PLACES, ROUND_CEILING))


def format_point(low: float, high: float) -> str:
    """Return a share to four decimals, or the two shares between which missing scores leave it."""
    ends = [str(Decimal(repr(v)).quantize(_PLACES, ROUND_HALF_EVEN)) for v in (low, high)]
    return ends[0] if low == high else " to ".join(ends)


def format_confidence(value: float) -> str:
    """Return ``95 %`` for 0.95 and ``97.5 %`` for 0.975, with a space that does not break."""
    return f"{value * 100:g}\N{NO-BREAK SPACE}%"


def format_short(digest: str) -> str:
    """Return the first twelve hex digits of a digest, which are enough to find it in the inputs."""
    return f"{digest[:19]}…"
