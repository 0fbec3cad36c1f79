"""Quantiles of Student's distribution, without a statistics library.

Formulas: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4 (the
distribution for whole degrees of freedom, as a finite sum) and 26.7.5 (the quantile for many).
"""

import math
from statistics import NormalDist

MANY = 2_000
"""Degrees of freedom above which the expansion is exact to 1e-12."""


def student_quantile(level: float, freedom: int) -> float:
    """Return the t beyond which, on both sides together, lies 1 - ``level`` of the distribution.

    ``level`` is above 0 and at most 0.9999, ``freedom`` at least 1.
    """
    if freedom > MANY:
        return _expand(NormalDist().inv_cdf((1.0 + level) / 2.0), freedom)
    low, high = 0.0, math.pi / 2.0  # the angle atan(t / sqrt(freedom)) is bounded; t is not
    for _ in range(80):
        middle = (low + high) / 2.0
        if _within(middle, freedom) < level:
            low = middle
        else:
            high = middle
    return math.tan((low + high) / 2.0) * math.sqrt(freedom)


def _within(angle: float, freedom: int) -> float:
    """Return the probability that the absolute value of t is below tan(angle) sqrt(freedom)."""
    sine, cosine = math.sin(angle), math.cos(angle)
    square = cosine * cosine
    if freedom % 2 == 0:
        term, total = 1.0, 1.0
        for step in range(2, freedom, 2):
            term *= square * (step - 1) / step
            total += term
        return sine * total
    if freedom == 1:
        return 2.0 * angle / math.pi
    term = total = cosine
    for step in range(3, freedom, 2):
        term *= square * (step - 1) / step
        total += term
    return 2.0 / math.pi * (angle + sine * total)


def _expand(normal: float, freedom: int) -> float:
    """Return Student's quantile from the normal one, for many degrees of freedom."""
    z = normal
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, 1))
