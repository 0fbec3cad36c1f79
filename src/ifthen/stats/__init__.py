"""Bounds for proportions, and the decisions they carry.

Numbers go in, an ``Estimate`` or an ``Undefined`` comes out; nothing here reads, waits or draws.

Importing this package loads neither scipy nor numpy; the first bound that needs scipy does.
"""

from ifthen.stats.betting import Bettor
from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.clusters import ClusterSums, effective_clusters, effective_sample_size
from ifthen.stats.estimate import Estimate, Method, Undefined, UndefinedReason
from ifthen.stats.planning import further_questions, smallest_clusters, zero_success_questions
from ifthen.stats.proportion import estimate_proportion
from ifthen.stats.sequential import (
    Boundary,
    Operation,
    compile_draws,
    compile_population,
    operate_draws,
    operate_population,
)
from ifthen.stats.threshold import Side, compare, is_at_least, is_below, subtract_margin

__all__ = [
    "Bettor",
    "Boundary",
    "ClusterSums",
    "Estimate",
    "Method",
    "Operation",
    "Side",
    "Undefined",
    "UndefinedReason",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "compare",
    "compile_draws",
    "compile_population",
    "effective_clusters",
    "effective_sample_size",
    "estimate_proportion",
    "further_questions",
    "is_at_least",
    "is_below",
    "operate_draws",
    "operate_population",
    "smallest_clusters",
    "subtract_margin",
    "zero_success_questions",
]
