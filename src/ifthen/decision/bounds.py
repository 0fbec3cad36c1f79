"""Where a decision gets its bounds from: computed each time, or remembered by the caller.

The functions are pure, so whoever runs the program may remember their values; what a decision says
cannot depend on it.
"""

from collections.abc import Sequence
from typing import Protocol

from ifthen.stats.benchmark import Benchmark, estimate_benchmark
from ifthen.stats.clusters import ClusterSums
from ifthen.stats.estimate import Estimate, Undefined
from ifthen.stats.planning import further_questions
from ifthen.stats.proportion import estimate_proportion


class Bounds(Protocol):
    """The two computations that a decision asks for; see :mod:`ifthen.stats`."""

    def estimate(
        self,
        *,
        questions: int,
        low: float,
        high: float,
        alpha: float,
        clusters: Sequence[ClusterSums] | None,
        benchmark: Benchmark | None = None,
    ) -> Estimate | Undefined:
        """Return the share with one-sided bounds."""
        ...

    def further(
        self, *, questions: int, high: float, threshold: float, alpha: float, allowed: int
    ) -> int | None:
        """Return how many further questions would bring the upper bound under a value."""
        ...


class ComputedBounds:
    """Computes every bound."""

    def estimate(
        self,
        *,
        questions: int,
        low: float,
        high: float,
        alpha: float,
        clusters: Sequence[ClusterSums] | None,
        benchmark: Benchmark | None = None,
    ) -> Estimate | Undefined:
        """Return the estimate of :mod:`~ifthen.stats.proportion` or, with a ``benchmark``, that of
        :mod:`~ifthen.stats.benchmark`, which knows no clusters."""
        if benchmark is not None:
            return estimate_benchmark(
                benchmark, questions=questions, low=low, high=high, alpha=alpha
            )
        return estimate_proportion(
            questions=questions, low=low, high=high, alpha=alpha, clusters=clusters
        )

    def further(
        self, *, questions: int, high: float, threshold: float, alpha: float, allowed: int
    ) -> int | None:
        """Return :func:`~ifthen.stats.planning.further_questions`."""
        return further_questions(
            questions=questions, high=high, threshold=threshold, alpha=alpha, allowed=allowed
        )


COMPUTED = ComputedBounds()
