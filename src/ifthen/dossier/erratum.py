"""Errata and withdrawals: what was said stays, and beside it stands what is right.

Neither changes the document that it is about. An erratum says what was stated and what is right; a
withdrawal says that a document no longer counts, and why.
"""

from typing import Literal

from pydantic import Field, model_validator

from ifthen.dossier.model import Person
from ifthen.encoding.document import Day, Digest, Id, Line, Part, Salted, Text

StatementKind = Literal["evidence", "declaration", "assessment", "determination", "exception"]
"""Kinds of documents that can be withdrawn, or corrected."""


class DocumentName(Part):
    """A document of the workspace."""

    kind: StatementKind
    """Kind of the document."""
    id: Id
    """Name of the document."""
    digest: Digest | None = None
    """Its identity when it was named; absent: whatever it says."""


class Published(Part):
    """A place in something that was published, where people read the statement."""

    title: Line
    """What was published, such as a system card."""
    published_on: Day | None = None
    """When."""
    place: Line | None = None
    """Page or section."""


class Erratum(Salted):
    """What was stated, and what is right."""

    kind: Literal["erratum"]
    model: Id
    """Model that the statement was about."""
    title: Line
    """What the value is: the quantity and how it was measured."""
    document: DocumentName | None = None
    """Document of the workspace that says it."""
    published: Published | None = None
    """Where it was published."""
    stated: float | Line
    """What was stated."""
    right: float | Line
    """What is right, as far as is known."""
    unit: Line | None = None
    """Unit of both."""
    follows: Id | None = None
    """Erratum whose right value this one corrects in turn."""
    bears_on: Literal["wording", "conclusion"]
    """conclusion: what was stated could decide something; its document does not count any more
    until another one takes its place. wording: it could not."""
    reason: Text
    """How the error came about, or that it is not known."""
    made_by: Person
    """Who corrects it."""
    made_on: Day
    """Day from which the correction holds."""
    corrected_in: Published | None = None
    """Where the correction was published."""

    @model_validator(mode="after")
    def _about_something(self) -> "Erratum":
        if self.document is None and self.published is None:
            raise ValueError("name the document, or where the statement was published")
        if self.bears_on == "conclusion" and self.document is None:
            raise ValueError("bears_on: conclusion needs the document that does not count any more")
        if (type(self.stated), self.stated) == (type(self.right), self.right):
            raise ValueError("stated and right are the same: there is nothing to correct")
        if self.follows == self.id:
            raise ValueError("an erratum cannot follow itself")
        return self


class Withdrawal(Salted):
    """That a document no longer counts, and why; the document itself stays where it is."""

    kind: Literal["withdrawal"]
    model: Id
    """Model that the document is about."""
    document: DocumentName
    """Document that is withdrawn."""
    made_by: Person
    """Who withdraws it."""
    made_on: Day
    """Day from which it no longer counts."""
    reason: Text
    """Why."""
    replaced_by: Id | None = Field(default=None)
    """Document of the same kind that takes its place."""

    @model_validator(mode="after")
    def _by_another(self) -> "Withdrawal":
        if self.replaced_by == self.document.id:
            raise ValueError("a document cannot take its own place")
        return self
