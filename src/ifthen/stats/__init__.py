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
from ifthen.stats.benchmark import (
    Benchmark,
    estimate_benchmark,
    hypergeometric_lower,
    hypergeometric_upper,
)
from ifthen.stats.beta_binomial import estimate_beta_binomial
from ifthen.stats.betting import Bettor
from ifthen.stats.bounded import ScoreMethod, estimate_scores
from ifthen.stats.bounds import clopper_pearson_lower, clopper_pearson_upper
from ifthen.stats.cluster_check import ClusterWarning, check_clusters
from ifthen.stats.clusters import ClusterSums, effective_clusters, effective_sample_size
from ifthen.stats.combining import Envelope, envelop, require_estimand
from ifthen.stats.compute_step import (
    ComputeStep,
    advance,
    headroom,
    lower_threshold,
    survives,
)
from ifthen.stats.estimate import Estimand, Estimate, Method, Undefined, UndefinedReason
from ifthen.stats.p_values import (
    find_level,
    find_p_values,
    p_value_at_least,
    p_value_below,
)
from ifthen.stats.paired import ItemScore, PairedDifference, compare_pairs
from ifthen.stats.planning import further_questions, smallest_clusters, zero_success_questions
from ifthen.stats.proportion import estimate_proportion
from ifthen.stats.reducers import (
    Reduction,
    estimate_reduced,
    format_reduction,
    parse_reduction,
    reduce_attempts,
)
from ifthen.stats.resampling import bootstrap_cluster_means, clustered_standard_error
from ifthen.stats.sequential import (
    Boundary,
    Operation,
    compile_draws,
    compile_population,
    operate_draws,
    operate_population,
)
from ifthen.stats.spending import spend
from ifthen.stats.threshold import Side, compare, is_at_least, is_below, subtract_margin
from ifthen.stats.wilson import wilson_interval

__all__ = [
    "AtLeast",
    "Benchmark",
    "Bettor",
    "Boundary",
    "ClusterSums",
    "ClusterWarning",
    "ComputeStep",
    "Envelope",
    "Estimand",
    "Estimate",
    "Formula",
    "ItemScore",
    "Leaf",
    "Method",
    "Operation",
    "PairedDifference",
    "Reduction",
    "ScoreMethod",
    "Side",
    "Undefined",
    "UndefinedReason",
    "adjust_holm",
    "advance",
    "all_of",
    "any_of",
    "bootstrap_cluster_means",
    "check_clusters",
    "clopper_pearson_lower",
    "clopper_pearson_upper",
    "clustered_standard_error",
    "combine_e",
    "combine_p",
    "compare",
    "compare_pairs",
    "compile_draws",
    "compile_population",
    "dual",
    "effective_clusters",
    "effective_sample_size",
    "envelop",
    "error_rate",
    "estimate_benchmark",
    "estimate_beta_binomial",
    "estimate_proportion",
    "estimate_reduced",
    "estimate_scores",
    "find_level",
    "find_p_values",
    "format_reduction",
    "further_questions",
    "headroom",
    "hypergeometric_lower",
    "hypergeometric_upper",
    "is_at_least",
    "is_below",
    "lower_threshold",
    "operate_draws",
    "operate_population",
    "p_value_at_least",
    "p_value_below",
    "parse_reduction",
    "reduce_attempts",
    "require_estimand",
    "smallest_clusters",
    "spend",
    "split_level",
    "subtract_margin",
    "survives",
    "wilson_interval",
    "zero_success_questions",
]
