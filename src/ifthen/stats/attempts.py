"""Bounds for the mean of independent scores that need not have the same distribution.

The questions of a benchmark are fixed and of unequal difficulty; what is random is how each attempt
falls out. So the scores are independent, each with a mean of its own, and the mean of these means
is what is bounded. Nothing is assumed of how the difficulties differ.
"""

import math

from ifthen.errors import Error
from ifthen.stats.bounds import clopper_pearson_upper
from ifthen.stats.estimate import require_alpha

_ROOT_STEPS = 200
"""Halvings of an interval of width 1; more than a double has places for."""


def attempts_upper(successes: int, attempts: int, alpha: float) -> float:
    """Return the upper bound of the mean chance of success over independent attempts.

    A fraction. Of all chances with a given mean, equal ones make few successes most likely
    (Hoeffding, Annals of Mathematical Statistics 27, 1956, theorem 5: for c at most the mean
    minus 1, P(S <= c) is at most that of the binomial distribution). So the bound of Clopper and
    Pearson holds for unequal chances too, with two cases of its own:

    - c is never above the mean minus 1 where the binomial P(S <= c) is at most 1/4 and the mean
      chance is below 1 - 1/n (Greenberg and Mohri, Statistics & Probability Letters 86, 2014), so
      an ``alpha`` above 1/4 is taken as 1/4.
    - With one failure, P(S <= n-1) is at most n times the mean chance of failure, which is
      reached when a single attempt can fail; the bound is at least 1 - alpha/n.

    Raises:
        Error: ``stats.trials`` unless both are whole and 0 <= successes <= attempts;
            ``stats.alpha``.
    """
    require_alpha(alpha)
    if not (isinstance(successes, int) and isinstance(attempts, int)):
        raise Error("stats.trials", f"{successes!r} successes of {attempts!r} trials cannot be")
    level = min(alpha, 0.25)
    bound = clopper_pearson_upper(successes, attempts, level)
    if successes == attempts - 1:
        return max(bound, 1 - level / attempts)
    return bound


def attempts_lower(successes: int, attempts: int, alpha: float) -> float:
    """Return the lower bound; the mirror image of :func:`attempts_upper`."""
    return 1 - attempts_upper(attempts - successes, attempts, alpha)


def rounding_upper(total: float, count: int, alpha: float) -> float:
    """Return an upper bound of the mean of ``count`` independent scores in [0, 1] that sum to this.

    The scores may have any distributions, and each its own. The bound is the lesser of two, each
    valid at ``alpha`` and each rising with the sum, so that the lesser is valid too:

    - Hoeffding (JASA 58, 1963, theorem 1): the mean q with count * kl(total/count, q) =
      ln(1/alpha), where kl is the relative entropy of two coins.
    - :func:`attempts_upper` at the sum rounded up, at ``alpha`` / 2. Toss a coin for every score,
      with the score as its chance: given the scores, the heads are at most the sum rounded up
      with probability 1/2 or more (Jogdeo and Samuels, Annals of Mathematical Statistics 39,
      1968), and the heads are attempts of 0 and 1 with the same mean.

    Bentkus (Annals of Probability 32, 2004) has the factor e where the second has 2.

    Raises:
        Error: ``stats.trials`` unless 0 <= total <= count, with a whole count of 1 or more;
            ``stats.alpha``.
    """
    require_alpha(alpha)
    if not (isinstance(count, int) and count >= 1 and 0 <= total <= count):
        raise Error("stats.trials", f"{count!r} scores in [0, 1] cannot sum to {total!r}")
    rounded = attempts_upper(math.ceil(total), count, alpha / 2)
    return max(total / count, min(rounded, _entropy_upper(total / count, count, alpha)))


def rounding_lower(total: float, count: int, alpha: float) -> float:
    """Return the lower bound; the mirror image of :func:`rounding_upper`."""
    return 1 - rounding_upper(count - total, count, alpha)


def _entropy_upper(mean: float, count: int, alpha: float) -> float:
    """Return the greatest q with count * kl(mean, q) <= ln(1/alpha)."""
    if mean == 1:
        return 1.0
    limit = -math.log(alpha) / count
    low, high = mean, 1.0
    for _ in range(_ROOT_STEPS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if _relative_entropy(mean, middle) <= limit:
            low = middle
        else:
            high = middle
    return high


def _relative_entropy(p: float, q: float) -> float:
    heads = p * math.log(p / q) if p > 0 else 0.0
    return heads + (1 - p) * math.log((1 - p) / (1 - q))
