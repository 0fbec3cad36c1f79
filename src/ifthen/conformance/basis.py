"""The states of a finding, how they rank, and what a finding rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ifthen.decision.due import Due
from ifthen.encoding.document import Digest, Line, Part, Text

State = Literal[
    "present", "needs-judgement", "contested", "inconsistent", "absent", "withheld",
    "undetermined", "not-in-force", "not-applicable", "pre-empted",
]  # fmt: skip
"""withheld: nothing public answers, and what could stands in a part that is withheld."""

RANK: dict[str, int] = {
    "present": 3, "needs-judgement": 2, "contested": 2, "inconsistent": 1, "absent": 0,
    "withheld": 0, "undetermined": 0, "not-in-force": 0, "not-applicable": 0,
    "pre-empted": 0,
}  # fmt: skip
"""How much the documents answer: more is better."""


class Basis(Part):
    """What a finding rests on."""

    document: Line
    """File or name of the document."""
    sha256: Digest | None = None
    """Digest of the document."""
    path: Line | None = None
    """Path of the clause inside the document."""
    section: Line | None = None
    """Section of the published text."""
    says: Text
    """What stands there, in own words."""


Outcome = tuple[State, str, tuple[Basis, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A part of a published document that is withheld."""

    kind: str
    """Kind of the document."""
    document: str
    """Its name."""
    sha256: str
    """Digest of its public copy."""
    place: str
    """Where the part stands; ``document`` for all of it."""
    reason: str
    """Why it is withheld."""
    note: str | None = None
    """The reason in words."""

    @property
    def root(self) -> str:
        """The first step of its place."""
        return self.place.partition(".")[0].partition("[")[0]

    def cite(self) -> Basis:
        """Return it as something that a finding rests on."""
        says = describe_hidden(self)
        return Basis(document=self.document, sha256=self.sha256, path=self.place, says=says)


def describe_hidden(hidden: Hidden) -> str:
    """Return in words that something is withheld, and why."""
    return f"withheld: {hidden.reason}" + (f" - {hidden.note}" if hidden.note else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is known beside the framework and the developer's facts."""

    whole: bool = False
    """Whether the documents are all that a workspace or a record holds: then a framework that is
    not among them is absent."""
    register: bool = True
    """Whether the developer's facts list its documents: else none of these is absent."""
    hidden: Sequence[Hidden] = ()
    """What is withheld of published documents."""
    due: Sequence[Due] = ()
    """Deadlines of the instrument, and how they stand on the day."""
    notices: Sequence[str] = ()
    """What has to be known to read the findings."""
