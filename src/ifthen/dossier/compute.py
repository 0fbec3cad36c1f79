"""The compute ledger of a model: what was spent at which stage, and by which method that is known.

An entry without a method is no entry of zero: it says ``unknown`` and why.
"""

from typing import Literal

from pydantic import Field, StrictBool, model_validator

from ifthen.encoding.document import Line, Part, Text

_SD = Field(default=None, ge=0, le=10)


class Counted(Part):
    """Operations counted from the model: six for each active parameter and token seen."""

    parameters: float = Field(gt=0, le=1e18)
    """Active parameters; of a mixture of experts, those that one token uses."""
    tokens: float = Field(gt=0, le=1e18)
    """Tokens seen, in all epochs."""
    sd: float | None = _SD
    """Standard deviation of ln(FLOP); absent: 0.35, as usual for this method."""


class Hardware(Part):
    """Operations counted from the machines: hours times peak times the share that was used."""

    chip_hours: float = Field(gt=0, le=1e15)
    """Hours of one chip, summed over all chips."""
    peak_flops: float = Field(gt=0, le=1e20)
    """Peak FLOP a second of one chip, dense, at the precision of the training."""
    utilisation: float = Field(gt=0, le=1)
    """Share of the peak that went into the model's operations."""
    sd: float | None = _SD
    """Standard deviation of ln(FLOP); absent: 0.7, as usual for this method."""


class Declared(Part):
    """A number that somebody states."""

    flop: float = Field(gt=0, le=1e40)
    """Stated FLOP."""
    sd: float = Field(ge=0, le=10)
    """Standard deviation of ln(FLOP): 0 takes the number as exact, 0.7 as right to a factor 2."""


class ComputeEntry(Part):
    """What was spent at one stage. Counted and hardware may stand together, declared alone."""

    stage: Literal[
        "pre-training", "fine-tuning", "reinforcement-learning", "synthetic-data", "distillation",
        "modification", "other",
    ]  # fmt: skip
    """What it was spent on."""
    title: Line | None = None
    """The stage in words."""
    counted: Counted | None = None
    """Operations counted from parameters and tokens."""
    hardware: Hardware | None = None
    """Operations counted from chips and hours."""
    declared: Declared | None = None
    """A number as stated."""
    unknown: Text | None = None
    """Why no number is known."""
    source: Text | None = None
    """Where the numbers come from."""

    @model_validator(mode="after")
    def _one_way(self) -> "ComputeEntry":
        ways = (
            self.counted is not None or self.hardware is not None,
            self.declared is not None,
            self.unknown is not None,
        )
        if sum(ways) != 1:
            raise ValueError(
                "an entry gives counted or hardware or both, or else declared, or else unknown"
            )
        if self.unknown is None and self.source is None:
            raise ValueError("numbers need a source")
        return self


class ComputeLedger(Part):
    """Every stage of a model's training."""

    complete: StrictBool
    """Whether every stage that counts has an entry; if not, the sum is a lower bound."""
    entries: tuple[ComputeEntry, ...] = Field(min_length=1, max_length=200)
    """What was spent, stage by stage."""
