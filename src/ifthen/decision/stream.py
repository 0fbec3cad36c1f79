"""What a reader of an evaluation's result needs to be told: criteria after STREAM, as data.

STREAM (McCaslin, Alaga, Nedungadi, Donoughe, Reed, Bommasani, Painter, Righetti 2025, version 1,
arXiv 2508.09853, https://streamevals.com) has 28 criteria in six groups, each with a minimum and a
full part. The names of the groups and the numbers of eight criteria were read in the summary on
that site. The rest of its list was not at hand, so **this is not STREAM's list**: a criterion
without ``stream`` is ours, filed in the group that it fits; every id, every wording and every tier
is ours.
"""

from dataclasses import dataclass
from typing import Literal

Group = Literal["threat", "test", "elicitation", "performance", "baseline", "interpretation"]
Tier = Literal["minimum", "full"]

SOURCE = "STREAM version 1, arXiv 2508.09853, streamevals.com"
STREAM_COUNT = 28
"""How many criteria STREAM has."""

GROUPS: dict[Group, str] = {
    "threat": "Threat relevance",
    "test": "Test construction, grading and scoring",
    "elicitation": "Model elicitation",
    "performance": "Model performance",
    "baseline": "Baseline performance",
    "interpretation": "Results interpretation",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that the reader of a result needs to be told."""

    id: str
    group: Group
    tier: Tier
    """``minimum``: without it the result cannot be read; ``full``: with it, it can be weighed."""
    asks: str
    """What has to be said."""
    stream: str | None = None
    """STREAM's own number, where it was read; None for a criterion of ours."""


CRITERIA = (
    Criterion(
        "threat-model",
        "threat",
        "minimum",
        "which capability is measured, for which threat",
        "1(i)",
    ),
    Criterion(
        "deciding-values",
        "threat",
        "minimum",
        "which results would show the capability, which its absence",
        "1(ii)",
    ),
    Criterion("example-item", "threat", "minimum", "one question with an answer to it", "1(iii)"),
    Criterion("values-beforehand", "threat", "full", "that those values were set before the run"),
    Criterion("item-count", "test", "minimum", "how many questions were asked", "2(i)"),
    Criterion(
        "item-form", "test", "minimum", "what form the questions have and how they score", "2(ii)"
    ),
    Criterion(
        "grading-quality",
        "test",
        "minimum",
        "where the answer key or rubric comes from and how it was checked",
        "2(iii)",
    ),
    Criterion("human-graders", "test", "minimum", "who graded, where people graded", "2(iv-a)"),
    Criterion(
        "model-graders", "test", "minimum", "which model graded, where a model graded", "2(v-a)"
    ),
    Criterion("model-snapshot", "elicitation", "minimum", "which weights were tested"),
    Criterion(
        "refusals", "elicitation", "minimum", "whether the model tested was one that refuses"
    ),
    Criterion("method", "elicitation", "minimum", "scaffold, tools and attempts for each question"),
    Criterion("budget", "elicitation", "full", "how much reasoning or how many tokens it had"),
    Criterion(
        "adaptation", "elicitation", "full", "whether it was fine-tuned for this, by what access"
    ),
    Criterion("result", "performance", "minimum", "the measured value"),
    Criterion("uncertainty", "performance", "minimum", "how far chance can have moved the value"),
    Criterion(
        "left-out", "performance", "full", "samples that failed, were stopped, edited or left out"
    ),
    Criterion("baseline", "baseline", "minimum", "with what the value is to be compared"),
    Criterion(
        "baseline-method",
        "baseline",
        "full",
        "how the comparison was measured, or why there is none",
    ),
    Criterion("conclusion", "interpretation", "minimum", "what follows from the result"),
    Criterion("judge", "interpretation", "full", "who judged on this result, and why so"),
)
