"""A test for scores between 0 and 1 that may stop at any time: a bet against the threshold.

Somebody who believes that the mean is ``mean`` or more must lose nothing by taking, at each
question, the bet 1 + lambda (m - x): its expected value is at most 1, where m is the mean that the
remaining questions need. Whoever bets against it multiplies the stakes; when they have grown to
1 / alpha, the belief is ruled out with an error of at most alpha, at any time (Waudby-Smith and
Ramdas, arXiv:2010.09686; without replacement arXiv:2006.04347). Several fixed sizes of the bet are
played side by side and their mean counts.
"""

import math

from ifthen.errors import Error
from ifthen.stats.estimate import require_alpha
from ifthen.stats.sequential import SLACK

BETS = (0.3, 0.6, 0.9)
"""Sizes of the bet, as shares of the greatest that cannot ruin."""


class Bettor:
    """The bet against ``mean``, question by question.

    With ``population`` the scores are drawn without replacement from that many, and what is ruled
    out is that *their* mean is ``mean`` or more; without, they are independent draws.

    Raises:
        Error: ``stats.threshold`` unless 0 < mean < 1, ``stats.alpha``, ``stats.population``.
    """

    def __init__(self, *, mean: float, alpha: float, population: int | None) -> None:
        require_alpha(alpha)
        if not 0 < mean < 1:
            raise Error("stats.threshold", f"a rate lies between 0 and 1, found {mean!r}")
        if population is not None and population < 1:
            raise Error("stats.population", f"{population!r} questions cannot be")
        self._mean, self._population = mean, population
        self._enough = -math.log(alpha) + SLACK
        self._stakes = [0.0] * len(BETS)
        self._lost = False
        self._scores: list[float] = []
        self.evidence = 0.0
        """Logarithm of the stakes; minus infinity when the mean is reached for certain."""

    @property
    def is_ruled_out(self) -> bool:
        """Whether the stakes are enough, now."""
        return self.evidence >= self._enough

    def add(self, score: float) -> bool:
        """Bet on the next score, and return whether the mean is ruled out.

        Raises:
            Error: ``stats.score`` unless 0 <= score <= 1, ``stats.population`` when all were drawn.
        """
        if not 0 <= score <= 1:
            raise Error("stats.score", f"a score lies from 0 to 1, found {score!r}")
        needed = self._needed()
        self._scores.append(score)
        if self._lost or needed <= SLACK:
            self._lost, self.evidence = True, -math.inf  # the mean is reached already
        elif self._is_certain():
            self.evidence = math.inf
        elif needed < 1 - SLACK:
            reach = (needed - score) / (1 - needed)
            self._stakes = [
                stake + math.log1p(bet * reach)
                for stake, bet in zip(self._stakes, BETS, strict=True)
            ]
            top = max(self._stakes)
            mean = sum(math.exp(stake - top) for stake in self._stakes) / len(BETS)
            self.evidence = top + math.log(mean)
        return self.is_ruled_out

    def _needed(self) -> float:
        """Return the mean that the remaining scores need for the whole to have the mean."""
        if self._population is None:
            return self._mean
        left = self._population - len(self._scores)
        if left < 1:
            raise Error("stats.population", f"all {self._population} questions were drawn")
        return (self._population * self._mean - math.fsum(self._scores)) / left

    def _is_certain(self) -> bool:
        """Return whether nothing but ones would still be too little."""
        if self._population is None:
            return False
        left = self._population - len(self._scores)
        return math.fsum(self._scores) + left < self._population * self._mean - SLACK
