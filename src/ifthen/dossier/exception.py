"""An exception: somebody lets something be done in spite of what a framework asks for.

It counts only under a clause of the framework that admits it, with the approval of the roles that
the clause names, until it expires; and a gate that goes because of it says so. Where a trust file
says who is who, the approvals have to be signed: an envelope holds the same words, with the
signatures of those who approve.
"""

from typing import Literal

from pydantic import Field, model_validator

from ifthen.dossier.model import Dated
from ifthen.encoding.document import Day, Id, Line, Part, Text
from ifthen.encoding.enveloped import SignedEnvelope


class ExceptionApproval(Part):
    """Who approves the exception, in which role, and when."""

    name: Line
    """Name of the person."""
    person: Id | None = None
    """Who it is in the trust file, where the approval is signed."""
    role: Id
    """Role of the framework in which the person approves."""
    on: Day
    """Day of the approval."""
    reasons: Text | None = None
    """Why the person approves."""


class GrantedException(Dated):
    """A commitment, safeguard or gate that is set aside for one model, for a time."""

    kind: Literal["exception"]
    model: Id
    """Model that it is for."""
    framework: Id
    """Framework that it is an exception from."""
    exemption: Id
    """Clause of the framework that admits it."""
    sets_aside: tuple[Id, ...] = Field(min_length=1, max_length=100)
    """Commitments, safeguards or gates that it sets aside; the clause has to allow each."""
    condition: Text
    """Under which condition it holds; whoever approves it says that the condition is met."""
    justification: Text
    """Why."""
    approved_by: tuple[ExceptionApproval, ...] = Field(default=(), max_length=50)
    """Who approved it; without the roles that the clause names it has no effect."""
    disclosure: Text
    """How, and to whom, it is disclosed."""
    disclosed_on: Day | None = None
    """Day on which it was disclosed; absent: not yet."""
    envelope: SignedEnvelope | None = None
    """The signed statement; made by ``ifthen approve``."""

    @model_validator(mode="after")
    def _before_its_end(self) -> "GrantedException":
        for approval in self.approved_by:
            if approval.on >= self.expires:
                raise ValueError(
                    f"approved on {approval.on}, when it had expired on {self.expires}"
                )
        return self
