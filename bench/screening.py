"""How many questions a screening asks, beside tests of a fixed size, and how long its table takes.

Threshold 0.2, level 5 %, benchmarks of 198 and 500 questions. The fixed sizes are the fewest with
which the exact (hypergeometric) test at the end rules the threshold out in nine of ten runs; one is
planned for the true rate, which nobody knows beforehand, the other for 10 %, as careful people
would. All numbers are computed exactly, none is simulated.

    python -m bench.screening [--quick] --json
"""

import argparse
import json
import math
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial

from scipy import stats

from ifthen.stats.sequential import (
    Boundary,
    compile_draws,
    compile_population,
    operate_draws,
    operate_population,
)

THRESHOLD, ALPHA, POWER, PLANNED = 0.2, 0.05, 0.9, 0.10
PRIOR = (0.5, 5.0)
RATES = (0.02, 0.05, 0.10)
SIZES = (198, 500)


def fixed_size(population: int, rate: float, power: float = POWER) -> int | None:
    """Return the fewest questions of the benchmark with which ``rate`` is ruled out so often.

    None where even all questions are too few.
    """
    null, true = math.ceil(THRESHOLD * population), round(rate * population)
    for size in range(1, population + 1):
        allowed = int(stats.hypergeom(population, null, size).ppf(ALPHA))
        while allowed >= 0 and stats.hypergeom(population, null, size).cdf(allowed) > ALPHA:
            allowed -= 1
        if allowed >= 0 and stats.hypergeom(population, true, size).cdf(allowed) >= power:
            return size
    return None


def median_seconds(work: Callable[[], object], runs: int) -> float:
    """Return the median wall time of a piece of work after one warm-up."""
    times = []
    for turn in range(runs + 1):
        started = time.perf_counter()
        work()
        if turn:
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def table_of(population: int) -> Boundary:
    """Return the table of a benchmark."""
    least = math.ceil(THRESHOLD * population)
    return compile_population(population=population, least=least, alpha=ALPHA, prior=PRIOR)


def measure(runs: int) -> dict[str, float | int | str]:
    """Return questions (``n…``), savings as shares, and seconds (``…_s``)."""
    result: dict[str, float | int | str] = {}
    for population in SIZES:
        table, planned = table_of(population), fixed_size(population, PLANNED)
        result[f"n{population}_fixed_planned_for_10pct"] = planned or population
        for rate in RATES:
            name = f"n{population}_p{round(100 * rate):02d}"
            found = operate_population(
                table, population=population, events=round(rate * population)
            )
            result[f"{name}_screened"] = round(found.mean, 1)
            result[f"{name}_screened_9_in_10"] = found.ninth
            result[f"{name}_fixed_known"] = fixed_size(population, rate) or population
            result[f"{name}_saved_vs_whole"] = round(1 - found.mean / population, 3)
            result[f"{name}_saved_vs_planned"] = round(1 - found.mean / (planned or population), 3)
        worst = operate_population(
            table, population=population, events=math.ceil(THRESHOLD * population)
        )
        result[f"n{population}_false_clearances"] = round(worst.stops, 4)
        seconds = median_seconds(partial(table_of, population), runs)
        result[f"n{population}_table_s"] = round(seconds, 5)
    drawn = compile_draws(rate=THRESHOLD, alpha=ALPHA, prior=PRIOR, horizon=2000)
    for rate in RATES:
        found = operate_draws(drawn, rate)
        result[f"iid_p{round(100 * rate):02d}_screened"] = round(found.mean, 1)
    result["iid_2000_table_s"] = round(
        median_seconds(
            lambda: compile_draws(rate=THRESHOLD, alpha=ALPHA, prior=PRIOR, horizon=2000), runs
        ),
        5,
    )
    return result | {"python": platform.python_version(), "runs": runs}


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs; ends within 40 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = measure(runs=3 if arguments.quick else 21)
    if arguments.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:32} {value}")


if __name__ == "__main__":
    main()
