"""The score of one benchmark, whose questions are counted: what a part of a run says of the whole.

Two things can be meant, and the difference is attempt noise:

- ``answers="drawn"``: another attempt at a question may fall out otherwise. The score is the mean
  chance of success over the benchmark's questions. A single full run does not know it, and of
  several runs only the attempts are random, not the questions.
- ``answers="fixed"``: each question has one answer that every attempt would repeat. The score is
  the share that a full run gives; a full run knows it.
"""

import math
from dataclasses import dataclass
from typing import Literal

from ifthen.errors import Error
from ifthen.stats.attempts import attempts_lower, attempts_upper, rounding_lower, rounding_upper
from ifthen.stats.estimate import Estimate, Method, Undefined, require_alpha
from ifthen.stats.proportion import find_fault

_TOLERANCE = 1e-9
"""How far a sum of scores may be from a whole number, for each question, by rounding alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """The finite set of questions that an estimate is about."""

    size: int
    """How many questions the benchmark has."""
    attempts: int = 1
    """How often each question was asked, independently, where its score is the mean of these."""
    answers: Literal["drawn", "fixed"] = "drawn"
    """Whether another attempt at a question may fall out otherwise; see the module."""
    random_sample: bool = False
    """Whether the questions that were asked are a simple random sample, fixed beforehand. Where
    they are not, those that were not asked could have any score."""


def estimate_benchmark(
    benchmark: Benchmark, *, questions: int, low: float, high: float, alpha: float
) -> Estimate | Undefined:
    """Return the mean score over the benchmark's questions, with one-sided bounds at ``alpha``.

    ``questions``, ``low`` and ``high`` are as for
    :func:`~ifthen.stats.proportion.estimate_proportion`. Related questions need no clusters here:
    they are not drawn, they are all there.

    - All questions asked, answers drawn: ``clopper-pearson-attempts``, the exact bounds over all
      attempts, see :func:`~ifthen.stats.attempts.attempts_upper`. Assumed: the attempts are
      independent of one another (no shared cache, no reused seed), each 0 or 1. Of ten attempts
      each at 45 questions with 204 successes the upper bound is 0.494, where 45 questions as a
      sample of a population leave 0.587.
    - A random sample of the questions, answers drawn: the same bounds with one attempt for each
      question asked. The sample's sum is then also a sum of independent 0 and 1 (its generating
      function has real roots only), and where all questions are equally hard it is binomial: how
      many questions the benchmark has does not help.
    - Answers fixed: ``hypergeometric``, exact; without doubt when every question was asked.
    - Sums that are not whole, or several attempts at a sample: ``hoeffding-rounding``, see
      :func:`~ifthen.stats.attempts.rounding_upper`.

    A whole sum is taken to be of scores 0 and 1, as elsewhere in this package.
    """
    fault = find_fault(questions, low, high, alpha) or _find_fault(benchmark, questions)
    if fault is not None:
        return fault
    questions, high = count_unasked(benchmark, questions, high)
    census = questions == benchmark.size
    attempts = benchmark.attempts if census and benchmark.answers == "drawn" else 1
    lower, upper, method = _bound(benchmark, questions, attempts, (low, high), alpha)
    return Estimate(
        point_low=low / questions,
        point_high=high / questions,
        lower=min(lower, low / questions),
        upper=max(upper, high / questions),
        method=method,
        n=questions,
        effective_n=float(questions * attempts),
        clusters=None,
        alpha=alpha,
        estimand="benchmark",
        attempts=attempts,
    )


def count_unasked(benchmark: Benchmark, questions: int, high: float) -> tuple[int, float]:
    """Return how many questions count, and their greatest sum, when those not asked count 1.

    A random sample stays as it is: it speaks for the questions left out.
    """
    if benchmark.random_sample:
        return questions, high
    return benchmark.size, high + (benchmark.size - questions)


def _bound(
    benchmark: Benchmark, questions: int, attempts: int, sums: tuple[float, float], alpha: float
) -> tuple[float, float, Method]:
    low, high = sums
    if benchmark.answers == "fixed" and questions == benchmark.size:
        return low / questions, high / questions, "hypergeometric"
    trials = questions * attempts
    whole = [_round(total * attempts, trials) for total in sums]
    means = benchmark.attempts > 1 and attempts == 1
    if means or None in whole:
        return (
            rounding_lower(min(low * attempts, trials), trials, alpha),
            rounding_upper(min(high * attempts, trials), trials, alpha),
            "hoeffding-rounding",
        )
    least, most = (found for found in whole if found is not None)
    if benchmark.answers == "fixed":
        return (
            hypergeometric_lower(least, questions, benchmark.size, alpha) / benchmark.size,
            hypergeometric_upper(most, questions, benchmark.size, alpha) / benchmark.size,
            "hypergeometric",
        )
    return (
        attempts_lower(least, trials, alpha),
        attempts_upper(most, trials, alpha),
        "clopper-pearson-attempts",
    )


def _round(total: float, trials: int) -> int | None:
    """Return the whole number that a sum is up to rounding, or None."""
    nearest = round(total)
    return nearest if abs(total - nearest) <= _TOLERANCE * trials else None


def hypergeometric_upper(successes: int, drawn: int, size: int, alpha: float) -> int:
    """Return the greatest number of successes among ``size`` that the sample does not contradict.

    ``drawn`` of them were taken at random without replacement, ``successes`` of these succeeded.
    It is the greatest K with P(X <= successes) > ``alpha``, where X is hypergeometric: exact, as
    Clopper and Pearson's bound is for draws with replacement, and never above it. At least the
    successes seen, at most those plus all that were not drawn.

    Raises:
        Error: ``stats.trials`` unless 0 <= successes <= drawn <= size, all whole, size at least 1;
            ``stats.alpha``.
    """
    require_alpha(alpha)
    whole = all(isinstance(number, int) for number in (successes, drawn, size))
    if not (whole and 0 <= successes <= drawn <= size and size >= 1):
        raise Error(
            "stats.trials", f"{successes!r} successes of {drawn!r} drawn from {size!r} cannot be"
        )
    # P(X <= successes) falls as K rises: one change of sign.
    possible, impossible = successes, successes + size - drawn + 1
    while impossible - possible > 1:
        middle = (possible + impossible) // 2
        if _hypergeometric_cdf(successes, drawn, size, middle) > alpha:
            possible = middle
        else:
            impossible = middle
    return possible


def hypergeometric_lower(successes: int, drawn: int, size: int, alpha: float) -> int:
    """Return the least number of successes; the mirror image of :func:`hypergeometric_upper`."""
    return size - hypergeometric_upper(drawn - successes, drawn, size, alpha)


def _hypergeometric_cdf(successes: int, drawn: int, size: int, total: int) -> float:
    """Return P(X <= successes), summed from the most likely term of the tail downwards."""

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    least = max(0, drawn - (size - total))
    most = min(successes, total)
    if most < least:
        return 0.0
    # Beyond the mode the terms rise towards it; there the other tail is the one to be summed.
    mode = (drawn + 1) * (total + 1) // (size + 2)
    upper_tail = most >= mode
    start = most + 1 if upper_tail else most
    if start > min(drawn, total):
        return 1.0
    term = math.exp(
        log_choose(total, start) + log_choose(size - total, drawn - start) - log_choose(size, drawn)
    )
    terms = [term]
    place = start
    while term > 0 and (place < min(drawn, total) if upper_tail else place > least):
        if upper_tail:
            term *= (total - place) * (drawn - place)
            place += 1
            term /= place * (size - total - drawn + place)
        else:
            term *= place * (size - total - drawn + place)
            place -= 1
            term /= (total - place) * (drawn - place)
        terms.append(term)
    tail = math.fsum(terms)
    return 1 - tail if upper_tail else tail


def _find_fault(benchmark: Benchmark, questions: int) -> Undefined | None:
    if not isinstance(benchmark.size, int) or benchmark.size < questions:
        return Undefined(
            reason="benchmark-too-small",
            message=f"{questions} questions of a benchmark of {benchmark.size!r} cannot be",
        )
    if not isinstance(benchmark.attempts, int) or benchmark.attempts < 1:
        return Undefined(
            reason="bad-attempts",
            message=f"{benchmark.attempts!r} is not a whole number of attempts, 1 or more",
        )
    return None
