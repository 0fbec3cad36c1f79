"""From a supposed result of an evaluation to the bounds that a decision would have of it."""

from collections.abc import Iterator

from ifthen.decision.bounding import round_outward
from ifthen.decision.bounds import Bounds
from ifthen.decision.budget import find_levels, find_supposed_assessment
from ifthen.decision.error_rates import find_alpha
from ifthen.decision.facts import Facts
from ifthen.decision.model import FactReference, Interval, Measured, Reason
from ifthen.decision.supposed import SupposedMeasurement
from ifthen.encoding.canonical import digest_value
from ifthen.framework.model import Evaluation
from ifthen.stats.benchmark import Benchmark
from ifthen.stats.clusters import ClusterSums
from ifthen.stats.estimate import Estimate, Undefined


def refer_to_supposed(supposed: SupposedMeasurement) -> FactReference:
    """Return the name and identity of a supposed result."""
    tree = supposed.model_dump(mode="json", exclude_defaults=True)
    return FactReference(kind="supposition", id=supposed.evaluation, digest=digest_value(tree))


def measure_supposed(
    evaluation: Evaluation, supposed: SupposedMeasurement, facts: Facts, bounds: Bounds
) -> tuple[Measured, Estimate] | Reason:
    """Return what a supposed result would show, or why it would not count.

    No log, plan or weights are asked for: they are supposed to be in order. The numbers of
    questions and clusters that the framework asks for are, and under an error budget its bounds
    get the share of the assessment that it would belong to.
    """
    for found, asked, noun in (
        (supposed.questions, evaluation.min_questions, "questions"),
        (supposed.clusters or 0, evaluation.min_clusters or 0, "clusters"),
    ):
        if found < asked:
            text = f"{found} {noun} are supposed; the framework asks for {asked}"
            return Reason(code=f"evaluation.too-few-{noun}", text=text)
    number = find_supposed_assessment(evaluation, facts)
    alpha, levels = find_alpha(evaluation), find_levels(evaluation, number, facts)
    estimates: dict[float, Estimate] = {}
    for level in {alpha, *levels}:
        estimate = estimate_supposed(evaluation, supposed, level, bounds)
        if isinstance(estimate, Undefined):
            text = f"no bound can be given: {estimate.message}"
            return Reason(code="evaluation.no-bound", text=text)
        estimates[level] = round_outward(estimate)
    estimate, (lower, upper) = estimates[alpha], levels
    interval = Interval(
        lower=estimates[lower].lower,
        upper=estimates[upper].upper,
        point_low=estimate.point_low,
        point_high=estimate.point_high,
        method=estimate.method,
        questions=estimate.n,
        clusters=estimate.clusters,
        estimand=estimate.estimand,
        attempts=estimate.attempts,
        effective_clusters=supposed.clusters,
        confidence=evaluation.confidence,
        lower_confidence=None if lower == alpha else round(1 - lower, 12),
        upper_confidence=None if upper == alpha else round(1 - upper, 12),
    )
    measured = Measured(evidence=refer_to_supposed(supposed), interval=interval, assessment=number)
    return measured, estimate


def estimate_supposed(
    evaluation: Evaluation, supposed: SupposedMeasurement, alpha: float, bounds: Bounds
) -> Estimate | Undefined:
    """Return the share with one-sided bounds at level ``alpha``.

    Questions are drawn independently, or in clusters of one size with the passes spread evenly
    over them; ``too-few-clusters`` where the evaluation has clusters and none are supposed.
    """
    clusters = None
    if evaluation.cluster_by is not None:
        if supposed.clusters is None:
            said = f"{evaluation.id} has clusters; suppose how many"
            return Undefined(reason="too-few-clusters", message=said)
        clusters = list(_spread(supposed, supposed.clusters))
    size = evaluation.benchmark_size
    return bounds.estimate(
        questions=supposed.questions,
        low=supposed.passed,
        high=supposed.passed,
        alpha=alpha,
        clusters=clusters,
        benchmark=None
        if size is None
        else Benchmark(size=size, attempts=1, answers=evaluation.answers),
    )


def _spread(supposed: SupposedMeasurement, count: int) -> Iterator[ClusterSums]:
    """Yield clusters that differ by one question at most, with one pass rate."""
    questions = supposed.questions
    for index in range(count):
        size = questions // count + (index < questions % count)
        share = supposed.passed * size / questions
        yield ClusterSums(questions=size, low=share, high=share)
