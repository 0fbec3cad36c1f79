"""How fast the statistics are, beside scipy and statsmodels in the same process.

Data: 5,000 samples in 500 clusters, of ten each unless the name says unequal. Peers:
``scipy.stats.bootstrap`` (10,000 resamples, percentile, batches of 500, which ignores the clusters)
and the GEE of statsmodels with exchangeable correlation. A ratio over 1 says how many times as long
the peer takes.

    python -m bench.stats [--quick] --json
"""

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy
from scipy import stats

from ifthen.stats import (
    Leaf,
    adjust_holm,
    all_of,
    any_of,
    bootstrap_cluster_means,
    clustered_standard_error,
    combine_e,
    combine_p,
)

SAMPLES, CLUSTERS, DRAWS, LEAVES = 5_000, 500, 10_000, 100
GOALS = {"bootstrap_vs_scipy": 50.0, "cluster_se_vs_gee": 1000.0}


def make_samples(*, unequal: bool = False) -> tuple[Any, Any]:
    """Return the scores and the cluster of each: mean 0.12, intra-cluster correlation 0.2."""
    rng = np.random.default_rng(20261124)
    codes = np.repeat(np.arange(CLUSTERS), SAMPLES // CLUSTERS)
    if unequal:
        more = rng.integers(0, CLUSTERS, SAMPLES - CLUSTERS)
        codes = np.sort(np.concatenate((np.arange(CLUSTERS), more)))
    scores = (rng.random(SAMPLES) < rng.beta(0.12 * 4, 0.88 * 4, CLUSTERS)[codes]).astype(float)
    return scores, codes


def time_in_turns(
    calls: Mapping[str, tuple[Callable[[], object], int]], *, runs: int
) -> dict[str, float]:
    """Return the median time in seconds of each call, in turns after one warm-up.

    The number beside a call says how often it is repeated in one turn: short calls need many.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(runs + 1):
        for name, (call, repeats) in calls.items():
            started = time.perf_counter()
            for _ in range(repeats):
                call()
            if turn:
                times[name].append((time.perf_counter() - started) / repeats)
    return {name: statistics.median(found) for name, found in times.items()}


def measure_bootstrap(quick: bool) -> dict[str, float]:
    """Return the time of a 10,000-fold cluster bootstrap beside scipy's without clusters."""
    scores, codes = make_samples()
    uneven = make_samples(unequal=True)
    ours, theirs = np.random.default_rng(1), np.random.default_rng(2)

    def peer() -> object:
        return stats.bootstrap(
            (scores,),
            np.mean,
            n_resamples=DRAWS,
            batch=500,
            method="percentile",
            rng=theirs,
        )

    def own() -> object:
        means = bootstrap_cluster_means(scores, codes, draws=DRAWS, rng=ours)
        return np.quantile(means, [0.05, 0.95])

    def own_unequal() -> object:
        means = bootstrap_cluster_means(*uneven, draws=DRAWS, rng=ours)
        return np.quantile(means, [0.05, 0.95])

    seconds = time_in_turns(
        {"own": (own, 5), "unequal": (own_unequal, 2), "peer": (peer, 1)}, runs=5 if quick else 21
    )
    return {
        "bootstrap_vs_scipy": seconds["peer"] / seconds["own"],
        "bootstrap_unequal_vs_scipy": seconds["peer"] / seconds["unequal"],
        "bootstrap_ms": 1000 * seconds["own"],
        "bootstrap_scipy_ms": 1000 * seconds["peer"],
    }


def measure_standard_error(quick: bool) -> dict[str, float]:
    """Return the time of a clustered standard error beside that of a GEE."""
    from statsmodels import api  # noqa: PLC0415 - only this entry needs it

    scores, codes = make_samples()
    ones = np.ones(SAMPLES)

    def peer() -> float:
        model = api.GEE(
            scores,
            ones,
            groups=codes,
            family=api.families.Binomial(),
            cov_struct=api.cov_struct.Exchangeable(),
        )
        return float(model.fit().bse[0])

    def own() -> float:
        return clustered_standard_error(scores, codes)

    seconds = time_in_turns({"own": (own, 500), "peer": (peer, 1)}, runs=5 if quick else 21)
    return {
        "cluster_se_vs_gee": seconds["peer"] / seconds["own"],
        "cluster_se_ms": 1000 * seconds["own"],
        "cluster_se_gee_ms": 1000 * seconds["peer"],
    }


def measure_algebra(quick: bool) -> dict[str, float]:
    """Return the time of a nested formula, and of Holm's adjustment beside statsmodels'."""
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415 - only this entry

    rng = np.random.default_rng(3)
    values = {f"e{n}": float(p) for n, p in enumerate(rng.random(LEAVES))}
    evidence = {name: 1 / p for name, p in values.items()}
    leaves = [Leaf(name) for name in values]
    formula = any_of(*(all_of(*leaves[at : at + 5]) for at in range(0, LEAVES, 5)))
    numbers = list(values.values())

    def peer() -> object:
        return multipletests(numbers, method="holm")[1]

    seconds = time_in_turns(
        {
            "p": (lambda: combine_p(formula, values), 50),
            "e": (lambda: combine_e(formula, evidence), 50),
            "own": (lambda: tuple(adjust_holm(values).values()), 50),
            "peer": (peer, 50),
        },
        runs=5 if quick else 21,
    )
    return {
        "holm_vs_statsmodels": seconds["peer"] / seconds["own"],
        "formula_p_ms": 1000 * seconds["p"],
        "formula_e_ms": 1000 * seconds["e"],
        "holm_ms": 1000 * seconds["own"],
    }


ENTRIES: list[Callable[[bool], dict[str, float]]] = [
    measure_bootstrap,
    measure_standard_error,
    measure_algebra,
]
"""Each returns its figures; the argument says whether to be quick. All quick ones fit in 40 s."""


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs; ends within 40 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    try:
        import statsmodels  # noqa: PLC0415 - a peer, not needed to import this module
    except ImportError:
        sys.exit("the bench needs statsmodels: pip install -c constraints.txt -e '.[dev]'")
    result: dict[str, float | str] = {}
    for entry in ENTRIES:
        result |= {name: round(value, 4) for name, value in entry(arguments.quick).items()}
    result |= {f"{name}_goal": goal for name, goal in GOALS.items()}
    result |= {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "statsmodels": str(statsmodels.__version__),
    }
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
