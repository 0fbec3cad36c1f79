"""Exact one-sided bounds for a proportion (Clopper and Pearson, Biometrika 1934).

Successes and trials may be fractions, because an effective sample size is one; the binomial tail
is then continued through the incomplete beta function. Its inverse is off by up to 1e-11 for
successes as small as that, so the proportion itself is taken where the bound would pass it.
"""

import math

from ifthen.errors import Error
from ifthen.stats.estimate import require_alpha


def clopper_pearson_upper(successes: float, n: float, alpha: float) -> float:
    """Return the greatest proportion that ``successes`` of ``n`` trials do not contradict.

    A true proportion lies above the returned fraction with probability at most ``alpha`` when the
    trials are independent and each is 0 or 1. With no successes it is 1 - alpha^(1/n); with
    nothing but successes, and with no trials at all, it is 1.

    Raises:
        Error: ``stats.trials`` unless 0 <= successes <= n < infinity; ``stats.alpha``.
    """
    _require_trials(successes, n)
    require_alpha(alpha)
    if successes == n:
        return 1.0
    if successes == 0:
        return -math.expm1(math.log(alpha) / n)
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    return max(float(special.betainccinv(successes + 1, n - successes, alpha)), successes / n)


def clopper_pearson_lower(successes: float, n: float, alpha: float) -> float:
    """Return the least proportion that ``successes`` of ``n`` trials do not contradict.

    The mirror image of :func:`clopper_pearson_upper`: alpha^(1/n) when every trial succeeded, 0
    with no successes and with no trials at all.

    Raises:
        Error: ``stats.trials`` unless 0 <= successes <= n < infinity; ``stats.alpha``.
    """
    _require_trials(successes, n)
    require_alpha(alpha)
    if successes == 0:
        return 0.0
    if successes == n:
        return math.exp(math.log(alpha) / n)
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    return min(float(special.betaincinv(successes, n - successes + 1, alpha)), successes / n)


def _require_trials(successes: float, n: float) -> None:
    if not 0 <= successes <= n < math.inf:
        raise Error("stats.trials", f"{successes!r} successes of {n!r} trials cannot be")
