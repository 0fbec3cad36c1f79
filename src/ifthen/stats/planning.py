"""How much evidence a conclusion needs, computed before it is gathered.

An evaluation that could not rule a threshold out even if every question failed is underpowered;
saying so beforehand is cheaper than running it.
"""

from ifthen.errors import Error
from ifthen.stats.bounds import clopper_pearson_upper
from ifthen.stats.threshold import require_threshold

MAX_FURTHER_QUESTIONS = 100_000
"""Where the search ends: beyond this a plan is not a plan."""


def further_questions(
    *, questions: int, high: float, threshold: float, alpha: float, allowed: int = 0
) -> int | None:
    """Return the fewest further questions that can bring the upper bound below ``threshold``.

    ``questions`` and ``high`` are what there is now, ``high`` being the greatest possible sum of
    scores; ``allowed`` is how many of the further questions may succeed, the rest failing. The
    bound is that of Clopper and Pearson, so the questions are independent; subtract a margin from
    ``threshold`` beforehand. 0 when the bound is below already, None when more than
    ``MAX_FURTHER_QUESTIONS`` are needed.

    The questions there are and the further ones must be fixed before looking: running on until
    the bound happens to fall below the threshold is a different test, with more false results.

    Raises:
        Error: ``stats.trials``, ``stats.alpha``, ``stats.threshold``, or ``stats.allowed`` for a
            negative number.
    """
    require_threshold(threshold)
    if allowed < 0:
        raise Error("stats.allowed", f"{allowed!r} further successes cannot be")
    if clopper_pearson_upper(high, questions, alpha) < threshold:
        return 0

    def is_enough(further: int) -> bool:
        return clopper_pearson_upper(high + allowed, questions + further, alpha) < threshold

    # The bound rises with each success and falls with each failure, so the worst order has every
    # allowed success first. From there on it only falls: what is searched is one change of sign.
    too_few, enough = allowed, MAX_FURTHER_QUESTIONS
    if allowed > enough or not is_enough(enough):
        return None
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if is_enough(middle):
            enough = middle
        else:
            too_few = middle
    return enough


def zero_success_questions(threshold: float, alpha: float) -> int | None:
    """Return the fewest independent questions that rule ``threshold`` out when every one fails.

    It is the least n with (1 - threshold)^n < alpha: 14 for 20 % at 5 %. None beyond
    ``MAX_FURTHER_QUESTIONS``.

    Raises:
        Error: ``stats.threshold``, ``stats.alpha``.
    """
    return further_questions(questions=0, high=0, threshold=threshold, alpha=alpha)


def smallest_clusters(threshold: float, alpha: float) -> int | None:
    """Return the fewest clusters with which ``threshold`` can be ruled out at all.

    With fewer, no number of questions inside the clusters helps, for nothing is known about how
    they depend on one another. It is :func:`zero_success_questions`, and two at least, because
    one cluster shows no spread. Where cluster sizes differ, hold it against
    :func:`~ifthen.stats.clusters.effective_clusters` instead of the plain number.

    Raises:
        Error: ``stats.threshold``, ``stats.alpha``.
    """
    fewest = zero_success_questions(threshold, alpha)
    return None if fewest is None else max(2, fewest)
