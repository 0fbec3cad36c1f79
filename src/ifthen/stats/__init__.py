"""Bounds for proportions, and the decisions they carry.

Numbers go in, an ``Estimate`` or an ``Undefined`` comes out; nothing here reads, waits or draws.

Importing this package loads neither scipy nor numpy; the first bound that needs scipy does.
"""

from ifthen.stats.benchmark import (
    Benchmark,
    estimate_benchmark,
    hypergeometric_lower,
    hypergeometric_upper,
)
from ifthen.stats.beta_binomial import estimate_beta_binomial
from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.cluster_check import ClusterWarning, check_clusters
from ifthen.stats.clusters import ClusterSums, effective_clusters, effective_sample_size
from ifthen.stats.combining import Envelope, envelop, require_estimand
from ifthen.stats.estimate import Estimand, Estimate, Method, Undefined, UndefinedReason
from ifthen.stats.planning import further_questions, smallest_clusters, zero_success_questions
from ifthen.stats.proportion import estimate_proportion
from ifthen.stats.threshold import Side, compare, is_at_least, is_below, subtract_margin

__all__ = [
    "Benchmark",
    "ClusterSums",
    "ClusterWarning",
    "Envelope",
    "Estimand",
    "Estimate",
    "Method",
    "Side",
    "Undefined",
    "UndefinedReason",
    "check_clusters",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "compare",
    "effective_clusters",
    "effective_sample_size",
    "envelop",
    "estimate_benchmark",
    "estimate_beta_binomial",
    "estimate_proportion",
    "further_questions",
    "hypergeometric_lower",
    "hypergeometric_upper",
    "is_at_least",
    "is_below",
    "require_estimand",
    "smallest_clusters",
    "subtract_margin",
    "zero_success_questions",
]
