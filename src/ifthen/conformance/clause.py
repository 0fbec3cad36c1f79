"""How a clause stands by which keeping to another law counts under an instrument."""

from typing import Literal

from ifthen.encoding.document import Day, Line, Part, Text

Counting = Literal["counts", "does-not-count", "failed-there", "undetermined"]
"""counts: as far as documents tell; conditions in words stay for a person. failed-there: and by the
clause that is a failure here."""


class ClauseFinding(Part):
    """How a clause of recognition of the target stands."""

    clause: Line
    """Id of the clause."""
    citation: Line
    """Its place in the instrument."""
    regime: Line
    """What it recognises, in words."""
    designated: Line | None
    """The instrument that is designated under it; null: none was given."""
    scope: tuple[Line, ...]
    """Provisions that it can answer, and no other."""
    state: Counting
    """Whether keeping to the other law counts here."""
    declared_on: Day | None = None
    """Day on which the developer declared that it relies on the clause; null: it does not."""
    because: tuple[Text, ...]
    """Why."""
    conditions: tuple[Text, ...]
    """What the text asks for, in words: for people."""
    effect: Text
    """What follows, and what follows from a failure there."""
    ends: Text | None
    """When it ends."""
