"""Series as documents: the published ones, METR's table, and effective compute."""

import json
import math
import os
from datetime import date
from pathlib import Path

import pytest
import yaml

from ifthen.decision.forecasting import list_reasons, make_forecast, to_day
from ifthen.dossier.series import Series
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error

SERIES = Path(__file__).parents[2] / "examples" / "series"
TABLE = Path(
    os.environ.get(
        "IFTHEN_METR_TABLE",
        SERIES.parents[2] / "shared" / "vectors" / "metr" / "benchmark_results_1_1.yaml",
    )
)


def read(name: str) -> Series:
    return load_document(
        parse_tree((SERIES / f"{name}.yaml").read_bytes(), name=name), Series
    ).document


def make(points, **more) -> Series:
    return Series.model_validate_json(
        json.dumps(
            {
                "kind": "series",
                "id": "s",
                "title": "S",
                "measure": "score",
                "benchmark_version": "1",
                "subset": "all",
                "scaffold": "none",
                "n": 100,
                "source": "invented",
                "points": points,
            }
            | more
        )
    )


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("swe-bench", ("benchmark_version", "subset", "scaffold", "n")),
        ("gpqa", ("subset", "scaffold", "n")),
    ],
)
def test_three_points_of_different_tests_are_insufficient(name, changed):
    found = make_forecast(read(name))
    assert found.outcome == "insufficient"
    assert found.all.changed == changed
    reasons = list_reasons(found)
    assert {x.reason for x in reasons} == {"not-comparable", "too-few-points", "slope-unclear"}
    assert "a forecast needs 5 points, found 3" in [x.message for x in reasons]
    (aim,) = found.aims
    assert (aim.outcome, aim.earliest) == ("insufficient", None)


def check_metr(found) -> None:
    """METR publishes 196.475 days for all models, 130.801 for those from 2023 on."""
    assert (len(found.all.used), len(found.recent.used)) == (14, 11)
    assert 1 / found.all.trend.slope == pytest.approx(196.475, abs=0.0006)
    assert 1 / found.recent.trend.slope == pytest.approx(130.801, abs=0.0006)
    low, high = found.recent.trend.slope_interval(0.95)
    assert (1 / high, 1 / low) == pytest.approx((105.3, 172.6), abs=0.05)


def test_the_doubling_times_that_metr_publishes():
    check_metr(make_forecast(read("metr-time-horizon-1-1")))


def test_the_dates_that_follow_from_them():
    """From 2023 on; months of the 90 % intervals as in an independent computation."""
    found = make_forecast(read("metr-time-horizon-1-1"))
    assert found.outcome == "forecast"
    ends = [
        (to_day(aim.recent.crossing.earliest), to_day(aim.recent.crossing.latest))
        for aim in found.aims
    ]
    months = [(str(a)[:7], str(b)[:7]) for a, b in ends]
    assert months == [("2025-09", "2026-11"), ("2026-06", "2027-11"), ("2027-02", "2028-09")]
    assert [aim.earliest for aim in found.aims] == [a.recent.crossing.earliest for a in found.aims]


def test_without_leave_metr_s_series_is_not_drawn_on_one_line():
    stated = read("metr-time-horizon-1-1")
    found = make_forecast(stated.model_copy(update={"comparable_despite": ()}))
    assert {x.reason for x in list_reasons(found)} == {"not-comparable"}
    assert found.outcome == "insufficient"


@pytest.mark.skipif(not TABLE.exists(), reason="set IFTHEN_METR_TABLE to METR's published table")
def test_metr_s_own_table_gives_the_same():
    table = yaml.safe_load(TABLE.read_text("utf-8"))
    stated = read("metr-time-horizon-1-1")
    points = tuple(
        stated.points[0].model_copy(
            update={
                "model": name,
                "released": date.fromisoformat(str(result["release_date"])),
                "value": result["metrics"]["p50_horizon_length"]["estimate"],
                "generation": name,
            }
        )
        for name, result in table["results"].items()
    )
    found = make_forecast(stated.model_copy(update={"points": points}))
    check_metr(found)
    ours = sorted((x.released, x.value) for x in stated.points)
    assert ours == sorted((x.released, x.value) for x in points)
    best = {name for name, r in table["results"].items() if r["metrics"]["is_sota"]}
    assert {one.label for one in found.all.used} == best


RISING = [
    {
        "model": f"m{k}",
        "effective_compute": 10.0 ** (24 + k / 2),
        "value": value,
        "generation": f"g{k}",
    }
    for k, value in enumerate((0.05, 0.09, 0.17, 0.24, 0.42, 0.5))
]


def test_over_effective_compute():
    found = make_forecast(make(RISING, against="effective-compute"), (0.8,))
    assert found.outcome == "forecast"
    (aim,) = found.aims
    point = math.exp(aim.all.crossing.point)
    assert 10**26.5 < point < 10**28
    assert aim.earliest == min(aim.all.crossing.earliest, aim.recent.crossing.earliest)


def test_points_left_out_are_not_used():
    odd = RISING[0] | {
        "model": "odd",
        "value": 0.99,
        "scaffold": "other",
        "left_out": "contaminated",
    }
    found = make_forecast(make([*RISING, odd], against="effective-compute"), (0.8,))
    assert found.outcome == "forecast"
    assert len(found.all.used) == 6
    with pytest.raises(Error) as caught:
        make_forecast(make([odd], against="effective-compute"))
    assert caught.value.code == "forecast.no-points"


def test_a_value_that_was_reached_is_no_forecast():
    found = make_forecast(make(RISING, against="effective-compute"), (0.3, 0.8))
    assert [aim.outcome for aim in found.aims] == ["reached", "forecast"]
    assert found.aims[0].earliest is None
    assert found.aims[0].flat


def test_days_outside_the_calendar_are_open():
    assert to_day(None) is None
    assert to_day(1e9) is None
    assert to_day(-5.0) is None
    assert to_day(1.5) == date(1, 1, 1)
    assert to_day(date.max.toordinal() + 0.9) == date.max


def test_a_level_is_checked_before_anything_else():
    with pytest.raises(Error) as caught:
        make_forecast(read("gpqa"), level=1.0)
    assert caught.value.code == "stats.level"
