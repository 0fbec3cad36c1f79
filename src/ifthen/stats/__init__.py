"""Bounds for proportions, and the decisions they carry.

Numbers go in, an ``Estimate`` or an ``Undefined`` comes out; nothing here reads, waits or draws.

Importing this package loads neither scipy nor numpy; the first bound that needs scipy does.
"""

from ifthen.stats.algebra import (
    AtLeast,
    Formula,
    Leaf,
    adjust_holm,
    all_of,
    any_of,
    combine_e,
    combine_p,
    dual,
    error_rate,
    split_level,
)
from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.clusters import ClusterSums, effective_clusters, effective_sample_size
from ifthen.stats.estimate import Estimate, Method, Undefined, UndefinedReason
from ifthen.stats.p_values import (
    find_level,
    find_p_values,
    p_value_at_least,
    p_value_below,
)
from ifthen.stats.planning import further_questions, smallest_clusters, zero_success_questions
from ifthen.stats.proportion import estimate_proportion
from ifthen.stats.spending import spend
from ifthen.stats.threshold import Side, compare, is_at_least, is_below, subtract_margin

__all__ = [
    "AtLeast",
    "ClusterSums",
    "Estimate",
    "Formula",
    "Leaf",
    "Method",
    "Side",
    "Undefined",
    "UndefinedReason",
    "adjust_holm",
    "all_of",
    "any_of",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "combine_e",
    "combine_p",
    "compare",
    "dual",
    "effective_clusters",
    "effective_sample_size",
    "error_rate",
    "estimate_proportion",
    "find_level",
    "find_p_values",
    "further_questions",
    "is_at_least",
    "is_below",
    "p_value_at_least",
    "p_value_below",
    "smallest_clusters",
    "spend",
    "split_level",
    "subtract_margin",
    "zero_success_questions",
]
