"""The part of a plan that lets an evaluation end early: seed, level, threshold, and what counts."""

from typing import Literal

from pydantic import Field, model_validator

from ifthen.encoding.document import Digest, Line, Part

MIN_SEED = 8


class BetaPrior(Part):
    """Where the rate is looked for: how soon the test ends, never whether it is right."""

    a: float = Field(default=0.5, gt=0, le=1000)
    """First number of the Beta distribution."""
    b: float = Field(default=5.0, gt=0, le=1000)
    """Second number of the Beta distribution."""


class Screening(Part):
    """A test that may end at any question, in an order fixed beforehand."""

    seed: Line
    """Questions are asked in the order of SHA-256(seed and then the question's id, as UTF-8)."""
    direction: Literal["rule-out", "reached"] = "rule-out"
    """What the test can show: that the rate is below the threshold, or that it is not."""
    threshold: float = Field(gt=0, lt=1)
    """The rate of passes that is ruled out or reached."""
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    """Greatest chance that the test says so wrongly."""
    population: int | None = Field(default=None, ge=1)
    """Size of the benchmark, when the conclusion is about it; null when its questions stand for
    others like them, each drawn independently."""
    scores: Literal["pass-fail", "fraction"] = "pass-fail"
    """Whether a question is passed or not, or can be passed in part (or in some of its epochs)."""
    prior: BetaPrior = BetaPrior()
    """For pass-fail: of the rate of passes (rule-out) or of failures (reached)."""
    scorer: Line | None = None
    """Scorer whose score counts; needed where there are several."""
    limit: Literal["either", "as-scored"] = "either"
    """How a sample counts that a limit stopped: at its worst, or by its score."""
    order_sha256: Digest | None = None
    """Digest of the ids in their order, as ``ifthen screen plan`` prints it."""

    @model_validator(mode="after")
    def _consistent(self) -> "Screening":
        if len(self.seed) < MIN_SEED:
            raise ValueError(f"a seed has {MIN_SEED} characters or more")
        if self.scores == "fraction" and "prior" in self.model_fields_set:
            raise ValueError("the test of fractions has no prior; leave it out")
        return self


def check_screening(
    screening: Screening,
    *,
    questions: int,
    epochs: int,
    rule_out_at: float | None,
    rule_in_at_least: float | None,
) -> None:
    """Refuse a test that shows less than the plan's values ask for.

    ``rule_out_at`` is the rule-out value minus its margin.

    Raises:
        ValueError: what is wrong, in one sentence; for a pydantic validator.
    """
    if screening.population not in {None, questions}:
        raise ValueError(
            f"screening.population is {screening.population}, questions is {questions}:"
            " every question stands in the order, and the test ends where it ends"
        )
    if epochs > 1 and screening.scores == "pass-fail":
        raise ValueError(f"screening of {epochs} epochs has scores: fraction")
    wanted, name = rule_out_at, "rule_out_below minus margin"
    wrong = wanted is not None and screening.threshold > wanted
    if screening.direction == "reached":
        wanted, name = rule_in_at_least, "rule_in_at_least"
        wrong = wanted is not None and screening.threshold < wanted
    if wrong:
        raise ValueError(f"screening.threshold is {screening.threshold:g}, {name} is {wanted:g}")
