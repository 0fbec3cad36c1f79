"""Who decides at a gate: by the tier that is reached, or by how people read a text."""

from pydantic import Field

from ifthen.encoding.document import Id, Line, Part, Text


class Deciders(Part):
    """Who signs off where one of some thresholds counts as reached."""

    reached: tuple[Id, ...] = Field(min_length=1)
    """Thresholds; one that does not count as below is enough."""
    decided_by: tuple[Id, ...] = Field(min_length=1)
    """Roles that sign off then."""
    quorum: int | None = Field(default=None, ge=1)
    """How many of these roles have to approve; absent: every one."""


class DeciderReading(Part):
    """One of several ways in which people read who signs off."""

    id: Id
    """Name of the reading."""
    text: Text
    """How the text is understood."""
    held_by: tuple[Line, ...] = ()
    """Who reads it so, with where they said it."""
    decided_by: tuple[Id, ...] = Field(min_length=1)
    """Roles that sign off in this reading."""
