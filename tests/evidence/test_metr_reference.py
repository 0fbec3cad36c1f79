"""METR's own data: stated weights, and the horizons that METR publishes.

The data are not shipped. ``IFTHEN_METR_DATA`` names a folder (or one file) with runs files
(``*.jsonl``) of METR/eval-analysis-public, per-task counts (``*.yaml``) of metr.org/assets and
published fits (``headline.csv``) of METR/cross-domain-horizon; docs/howto/metr-horizon.md says
where they are and what was found in them.
"""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from ifthen.evidence.horizon import Curve
from ifthen.evidence.horizon_log import KEEP, measure_horizon
from ifthen.evidence.reading import list_parts, read_log

NAMED = os.environ.get("IFTHEN_METR_DATA")
DATA = Path(NAMED or ".")
FILES = sorted(DATA.iterdir()) if NAMED and DATA.is_dir() else [DATA] * bool(NAMED)
RUNS = [path for path in FILES if path.suffix == ".jsonl"]
FITS = [path for path in FILES if path.name == "headline.csv"]
COUNTS = [path for path in FILES if path.suffix == ".yaml"]

PUBLISHED = {
    # agent: regularisation, p50 and p80 in minutes, allowed relative difference
    "GPT-4 0314": [
        (1e-5, 3.987428, 0.889561, 2e-4),  # benchmark_results_1_1.yaml of March 2026
        (0.1, 3.524514, 0.621658, 2e-4),  # the same file in January 2026
    ],
    "GPT-5.4": [(1e-5, 342, 54, 3e-3)],  # metr.org in March 2026, in whole minutes
}


def every(paths):
    return [
        pytest.param(path, part, id=f"{path.name}-{part}")
        for path in paths
        for part in list_parts(path)
    ] or [
        pytest.param(
            None, None, marks=pytest.mark.skip("IFTHEN_METR_DATA names no data of METR"), id="none"
        )
    ]


@pytest.mark.parametrize(("path", "part"), every(RUNS))
def test_weights_of_a_runs_file_are_metrs_to_the_last_decimal(path, part):
    log = read_log(path, part=part, keep=KEEP)
    for weighting in ("invsqrt", "equal"):
        gap = measure_horizon(log, weighting=weighting).weights_gap
        assert gap is not None
        assert gap < 6e-11  # they have ten decimals
    severe = {finding.code for finding in log.findings if finding.severity == "contradiction"}
    assert severe == ({"log.created-unknown"} if part == "human" else set())


@pytest.mark.parametrize(("path", "part"), every(RUNS))
@pytest.mark.parametrize("penalty", [1e-5, 0.1])
def test_fit_to_grouped_runs_is_scipys_to_single_runs_with_metrs_weights(path, part, penalty):
    log = read_log(path, part=part, keep=KEEP)
    horizon = measure_horizon(log, regularisation=penalty)
    if horizon.undefined is not None:
        assert horizon.average == 0
        return
    metadata = [sample.metadata for sample in log.samples]
    x = np.log2([row["human_minutes"] for row in metadata])
    w = np.array([row["invsqrt_task_weight"] for row in metadata])
    y = np.array([sample.scores["score_binarized"].value for sample in log.samples])

    def value(at):
        z = at[0] + at[1] * x
        return float(np.sum(w * (np.logaddexp(0, z) - y * z)) + penalty / 2 * at[1] ** 2)

    found = minimize(value, [0.0, -0.1], method="BFGS", options={"gtol": 1e-10}).x
    assert horizon.p50 == pytest.approx(2 ** (-found[0] / found[1]), rel=1e-4)


@pytest.mark.parametrize(("path", "part"), every(COUNTS))
def test_counts_agree_with_the_weights_and_the_fit_beside_them(path, part):
    log = read_log(path, part=part, keep=KEEP)
    codes = {finding.code for finding in log.findings}
    assert codes <= {"log.created-unknown", "log.fit-undefined"}
    assert measure_horizon(log).weights_gap <= 0.0005


@pytest.mark.parametrize(("path", "part"), every(COUNTS))
def test_horizons_are_the_published_ones(path, part):
    if part not in PUBLISHED:
        pytest.skip("no published horizon of this agent is written down here")
    for penalty, p50, p80, tolerance in PUBLISHED[part]:
        horizon = measure_horizon(read_log(path, part=part, keep=KEEP), regularisation=penalty)
        assert horizon.p50 == pytest.approx(p50, rel=tolerance)
        assert horizon.p80 == pytest.approx(p80, rel=tolerance)


@pytest.mark.skipif(not FITS, reason="IFTHEN_METR_DATA holds no headline.csv of METR's fits")
def test_horizons_of_published_fits_follow_from_slope_and_intercept():
    rows = list(csv.DictReader(FITS[0].read_text("utf-8").splitlines()))
    assert len(rows) >= 17
    for row in rows:
        slope, intercept = float(row["coefficient"]), float(row["intercept"])
        curve = Curve(slope=slope, intercept=intercept, steps=0, gradient=0.0)
        for share, name in ((0.5, "p50"), (0.8, "p80")):
            assert curve.horizon(share) == pytest.approx(float(row[name]), rel=1e-4), row["agent"]
