"""How a model was elicited, as somebody states it: a part of plans and of evidence records.

It stands here because both kinds of documents hold it and neither package knows the other. What can
be compared with a log is a field of its own; the rest is words.
"""

from typing import Literal

from pydantic import Field, model_validator

from ifthen.encoding.document import Line, Part, Text

Answer = Literal["yes", "no", "unknown"]


class Elicitation(Part):
    """How the model was elicited. Every key may be absent; an absent one states nothing."""

    scaffold: Text | None = None
    """The agent, prompts and worked examples around the model, with version; or that none was."""
    attempts: int | None = Field(default=None, ge=1, le=10_000)
    """How often each question is asked anew (the log's epochs); tries within one asking belong to
    the scaffold."""
    tools: tuple[Line, ...] | None = None
    """Tools that the model could use, as the log names them; an empty list where it had none."""
    helpful_only: Answer | None = None
    """Whether the model was without trained refusals: a helpful-only variant, or a base model."""
    fine_tuned: Answer | None = None
    """Whether the model was fine-tuned to bring the capability out."""
    reasoning_effort: Line | None = None
    """Reasoning effort, in the words of the model's API."""
    reasoning_tokens: int | None = Field(default=None, ge=0, le=10**12)
    """Most tokens of reasoning for one answer."""
    token_limit: int | None = Field(default=None, ge=1, le=10**12)
    """Most tokens for one question."""
    access: Line | None = None
    """How the evaluators reached the model: its weights, an API, the product."""
    notes: Text | None = None
    """What else was done, or not done, to bring the capability out."""

    @model_validator(mode="after")
    def _something(self) -> "Elicitation":
        if all(value is None for _, value in self):
            raise ValueError("says nothing; state at least one key, or leave it out")
        return self
