"""The sign-off: a person approves a decision for a gate, dissents, abstains or takes no part.

The document is what people read; its envelope holds the same words signed. A sign-off whose
envelope is missing or says something else counts for nothing, and its dissent stays in doubt.
"""

from typing import Literal

from pydantic import model_validator

from ifthen.encoding.document import Day, Digest, Document, Id, Line, Moment, Text
from ifthen.encoding.enveloped import SignedEnvelope


class Signoff(Document):
    """What a named person says about a decision for a gate, with its signature."""

    kind: Literal["signoff"]
    model: Id
    """Model that was decided about."""
    gate: Id
    """Gate that the sign-off is for."""
    framework: Id
    """Framework of the decision."""
    framework_version: Line
    """Version of that framework, in quotes."""
    decision: Digest
    """Digest of the decision's canonical JSON."""
    decided_on: Day
    """Day for which the decision was made."""
    person: Id
    """Who signs off."""
    role: Id
    """Role in which the person speaks."""
    says: Literal["approve", "dissent", "abstain", "recuse"]
    """Whether the person approves. abstain: neither for nor against. recuse: takes no part in
    what is decided about the model, for example for a conflict of interest."""
    reasons: Text | None = None
    """Why; everything but an approval has to say."""
    signed_at: Moment
    """When it was signed, as the person says; in UTC."""
    envelope: SignedEnvelope | None = None
    """The signed statement; without one the sign-off does not count."""

    @model_validator(mode="after")
    def _with_reasons(self) -> "Signoff":
        if self.says != "approve" and self.reasons is None:
            raise ValueError(f"to {self.says} says why: give reasons")
        return self
