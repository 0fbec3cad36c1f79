"""P-values behind the bounds: the least level at which a bound still shows its claim.

A bound at level alpha shows a claim exactly when the claim's p-value lies below alpha, so the two
never disagree. A p-value says how far a result is from mattering; a decision is made at the level
that was fixed beforehand.
"""

import math
from collections.abc import Callable

from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.estimate import Estimate
from ifthen.stats.threshold import is_at_least, is_below, require_threshold

LEAST_LEVEL = 1e-12
"""Where the search for a level ends; bounds further out mean nothing."""
_WORST = 0.5 - 1e-9  # alpha stays below 0.5


def p_value_below(successes: float, n: float, value: float) -> float:
    """Return the p-value of "the proportion is ``value`` or more" for independent questions.

    It is the chance of so few successes at a proportion of ``value``, the binomial tail continued
    to fractions as in :func:`~ifthen.stats.bounds.clopper_pearson_upper`; that bound at level alpha
    lies below ``value`` exactly when this is less than alpha.

    Raises:
        Error: ``stats.trials``, ``stats.threshold``.
    """
    require_threshold(value)
    clopper_pearson_upper(successes, n, 0.05)  # the same demands on the numbers
    if successes == n:
        return 1.0
    if successes == 0:
        return math.exp(n * math.log1p(-value)) if value < 1 else 0.0
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    return float(special.betainc(n - successes, successes + 1, 1 - value))


def p_value_at_least(successes: float, n: float, value: float) -> float:
    """Return the p-value of "the proportion is less than ``value``"; see :func:`p_value_below`.

    Raises:
        Error: ``stats.trials``, ``stats.threshold``.
    """
    require_threshold(value)
    clopper_pearson_lower(successes, n, 0.05)
    if successes == 0:
        return 1.0
    if successes == n:
        return math.exp(n * math.log(value))
    from scipy import special  # noqa: PLC0415 - importing it costs 0.2 s

    return float(special.betainc(successes, n - successes + 1, value))


def find_level(is_shown: Callable[[float], bool]) -> float:
    """Return the least level at which a claim is shown: the p-value of any family of bounds.

    ``is_shown`` is asked with levels between ``LEAST_LEVEL`` and 0.5 and has to answer yes from
    some level on. The result is a level at which the answer is yes, within 1e-9 relative of the
    least one; 1 when it is never yes, ``LEAST_LEVEL`` when it always is.
    """
    if not is_shown(_WORST):
        return 1.0
    if is_shown(LEAST_LEVEL):
        return LEAST_LEVEL
    low, high = math.log(LEAST_LEVEL), math.log(_WORST)
    while high - low > 1e-10:
        middle = (low + high) / 2
        if is_shown(math.exp(middle)):
            high = middle
        else:
            low = middle
    return math.exp(high)


def find_p_values(estimate: Estimate, *, below: float, at_least: float) -> tuple[float, float]:
    """Return the p-values of an estimate's two claims: "less than", and "at least".

    Exact where the method is ``clopper-pearson``. Any other bound needs the data to be computed at
    another level (use :func:`find_level`); from the estimate alone its claim has the p-value alpha
    when the bound shows it and 1 when it does not, which is a valid p-value, only a coarse one.

    Raises:
        Error: ``stats.threshold`` for a value outside (0, 1].
    """
    require_threshold(below)
    require_threshold(at_least)
    if estimate.method == "clopper-pearson":
        n = estimate.effective_n
        return (
            p_value_below(estimate.point_high * n, n, below),
            p_value_at_least(estimate.point_low * n, n, at_least),
        )
    return (
        estimate.alpha if is_below(estimate, below) else 1.0,
        estimate.alpha if is_at_least(estimate, at_least) else 1.0,
    )
