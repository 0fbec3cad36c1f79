"""How many answers graded again confirm what a log claims: a risk-limiting audit of the grading.

As in elections, where ballots are compared with what the machine read (Stark, SHANGRLA,
arXiv:1911.10035; ALPHA, arXiv:2201.02707): the log says x of each answer, the auditor y, and the
claim "the mean score lies below T" stands when mean(y - x) is shown to lie below T - mean(x). The
answers are graded in a random order that nobody could foresee; after each one the audit may stop.
It never contradicts the claim: it confirms it, or goes on to grade everything.

What is certified is the grading of the answers in the log, nothing else: not that the log is whole,
that the model was elicited as stated, or that the questions were unknown to it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ifthen.errors import Error
from ifthen.stats.betting import Bettor
from ifthen.stats.estimate import require_alpha
from ifthen.stats.threshold import require_threshold

BETS = (0.5, 0.99)
"""Large bets: in most audits the grades agree."""

Scope = Literal["all", "failures"]
"""Which answers are graded again: all, or only those that the log counts as failures."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a log claims, and the risk of confirming it wrongly.

    Raises:
        Error: ``stats.threshold``, ``stats.alpha``, ``stats.scores`` for scores outside [0, 1] or
            none, ``stats.no-margin`` where the log itself does not lie below the threshold, and
            ``stats.failures-only`` for that scope with scores other than 0 and 1.
    """

    scores: Sequence[float]
    """The log's score of each answer, 0 to 1."""
    threshold: float
    """The claim is that the mean of the true scores lies below this."""
    risk: float
    """The greatest chance of confirming a claim that is false, below 0.5."""
    scope: Scope = "all"
    """Which answers are graded again."""

    def __post_init__(self) -> None:
        require_threshold(self.threshold)
        require_alpha(self.risk)
        if not self.scores or not all(0 <= score <= 1 for score in self.scores):
            raise Error("stats.scores", "needs one score or more, each between 0 and 1")
        if self.scope == "failures" and not set(self.scores) <= {0, 1}:
            raise Error("stats.failures-only", "only scores of 0 and 1 tell failures apart")
        if self.margin <= 0:
            raise Error(
                "stats.no-margin",
                f"the log's mean {math.fsum(self.scores) / len(self.scores):.4g} is not below"
                f" {self.threshold:g}: there is nothing to confirm",
            )

    @property
    def margin(self) -> float:
        """How far the log's mean lies below the threshold."""
        return self.threshold - math.fsum(self.scores) / len(self.scores)

    @property
    def population(self) -> int:
        """How many answers could be graded again."""
        return len(self.scores) if self.scope == "all" else list(self.scores).count(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Where an audit stands."""

    graded: int
    """Answers graded again."""
    confirmed_at: int | None
    """After how many of them the claim was confirmed; None: not yet."""
    p_value: float
    """The least risk at which the claim would be confirmed now."""
    raised: int
    """Answers that the auditor scores higher than the log does."""
    lowered: int
    """Answers that the auditor scores lower."""
    further: int | None
    """How many more confirm it if all of them agree; 0 when confirmed, None when none would."""


def audit_grading(claim: Claim, graded: Iterable[tuple[float, float]]) -> Progress:
    """Return where the audit stands after some answers: pairs of the log's and the auditor's score.

    The pairs are in the order in which the answers were drawn, without gaps.

    Raises:
        Error: ``stats.scores`` for a score outside [0, 1], ``stats.failures-only`` for an answer
            that the log does not count as a failure in that scope, ``stats.population`` for more
            answers than there are.
    """
    bettor = _bettor(claim)
    best, confirmed, raised, lowered, count = 0.0, None, 0, 0, 0
    pairs = list(graded)
    for count, (logged, audited) in enumerate(pairs, start=1):
        if not (0 <= logged <= 1 and 0 <= audited <= 1):
            raise Error("stats.scores", f"scores lie from 0 to 1: {logged!r}, {audited!r}")
        if claim.scope == "failures" and logged != 0:
            raise Error("stats.failures-only", f"the log counts answer {count} as {logged:g}")
        raised, lowered = raised + (audited > logged), lowered + (audited < logged)
        done = bettor.add(_score(claim, logged, audited))
        best = max(best, bettor.evidence)
        if done and confirmed is None:
            confirmed = count
    return Progress(
        graded=count,
        confirmed_at=confirmed,
        p_value=min(1.0, math.exp(-best)),
        raised=raised,
        lowered=lowered,
        further=0 if confirmed is not None else _further(claim, pairs),
    )


def zero_error_audit(rate: float, risk: float) -> int:
    """Return how many answers without a wrong grade show that fewer than ``rate`` are wrong.

    ceil(ln risk / ln(1 - rate)): 299 for 1 % at 5 %.

    Raises:
        Error: ``stats.threshold``, ``stats.alpha``.
    """
    require_threshold(rate)
    require_alpha(risk)
    return 1 if rate == 1 else math.ceil(math.log(risk) / math.log1p(-rate))


def _bettor(claim: Claim) -> Bettor:
    """Return the bet that the mean of what is graded again is too high for the claim."""
    population = claim.population
    if claim.scope == "all":
        mean = (claim.margin + 1) / 2
    else:
        mean = claim.margin * len(claim.scores) / population
    if mean >= 1:
        raise Error("stats.no-margin", "no grading could make the claim false")
    return Bettor(mean=mean, alpha=claim.risk, population=population, bets=BETS)


def _score(claim: Claim, logged: float, audited: float) -> float:
    """Return the overstatement between 0 and 1, one half for agreement; or the score itself."""
    return (audited - logged + 1) / 2 if claim.scope == "all" else audited


def _further(claim: Claim, pairs: Sequence[tuple[float, float]]) -> int | None:
    """Return how many more answers confirm the claim if the auditor agrees with each."""
    bettor = _bettor(claim)
    for logged, audited in pairs:
        bettor.add(_score(claim, logged, audited))
    agreement = 0.5 if claim.scope == "all" else 0.0
    for more in range(1, claim.population - len(pairs) + 1):
        if bettor.add(agreement):
            return more
    return None
