"""``ifthen forecast``."""

import json
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.cli.forecast_plot import draw_chart
from ifthen.cli.forecast_text import describe, to_plain
from ifthen.decision.forecasting import make_forecast
from ifthen.dossier.series import Series
from ifthen.errors import Error

SERIES = Path(__file__).parents[2] / "examples" / "series"
METR, GPQA, SWE = (
    SERIES / f"{name}.yaml" for name in ("metr-time-horizon-1-1", "gpqa", "swe-bench")
)
SVG = "{http://www.w3.org/2000/svg}"


def test_published_horizons(ifthen):
    result = ifthen("forecast", METR)
    assert (result.code, result.err) == (0, "")
    assert "doubles in 196.5 days" in result.out
    assert "doubles in 130.8 days (105.3 to 172.6)" in result.out
    assert "although scaffold changes: METR gives" in result.out
    assert "at any time: the interval begins before the last point" in result.out
    assert "no change    never" in result.out
    assert "\x1b" not in result.out
    assert all(len(line) <= 110 for line in result.out.splitlines())


@pytest.mark.parametrize("series", [SWE, GPQA])
def test_three_points_of_different_tests(ifthen, series):
    result = ifthen("forecast", series)
    assert result.code == 3
    assert "INSUFFICIENT: no forecast" in result.out
    assert "a forecast needs 5 points, found 3" in result.out
    assert "subset changes along the series" in result.out
    assert "n changes along the series" in result.out
    assert "2025" not in result.out.split("window")[1].split("o points")[0]
    plot = [line.partition("|")[2] for line in result.out.splitlines() if "|" in line]
    assert sum(line.count("o") for line in plot) == 3
    assert not any("-" in line or "=" in line for line in plot)


def test_in_json_no_day_of_a_line_that_may_not_speak(ifthen):
    result = ifthen("forecast", SWE, "--json")
    assert result.code == 3
    found = result.json
    assert found["outcome"] == "insufficient"
    assert {x["reason"] for x in found["reasons"]} == {
        *("not-comparable", "too-few-points", "slope-unclear")
    }
    (aim,) = found["values"]
    assert aim["earliest"] is None
    for window in ("all", "recent"):
        assert [aim[window][key] for key in ("point", "earliest", "latest")] == [None] * 3


def test_in_json(ifthen):
    found = ifthen("forecast", METR, "--to", "480", "--level", "0.8", "--json").json
    assert (found["outcome"], found["level"]) == ("forecast", 0.8)
    assert found["windows"]["all"]["doubling_days"]["point"] == pytest.approx(196.475, abs=0.001)
    assert found["windows"]["recent"]["points"] == 11
    (aim,) = found["values"]
    assert (aim["value"], aim["label"]) == (480, "a working day of 8 hours")
    assert aim["recent"]["point"] == "2026-03-25"
    assert aim["earliest"] == aim["recent"]["earliest"] < aim["recent"]["point"]


def test_a_value_too_far_ahead(ifthen):
    result = ifthen("forecast", METR, "--to", "1e9")
    assert result.code == 3
    assert "further ahead than the points reach back" in result.out
    assert "no forecast (beyond-span)" in result.out


def test_a_value_that_was_reached(ifthen):
    result = ifthen("forecast", METR, "--to", "60")
    assert result.code == 0
    assert "REACHED" in result.out
    assert "reached      by o3, 2025-04-16 (benchmark_version 1.1, scaffold triframe)" in result.out


@pytest.mark.parametrize("series", [METR, SWE])
def test_the_picture(ifthen, series):
    assert ifthen("forecast", series, "--plot", "p.svg").code in (0, 3)
    root = ET.fromstring(Path("p.svg").read_text("utf-8"))  # noqa: S314 - our own picture
    paths = [x for x in root.iter(f"{SVG}path") if "line" in x.get("class", "")]
    dots = [x for x in root.iter(f"{SVG}circle") if "line0" in x.get("class", "")]
    lines = 5 if series == METR else 1  # both lines, two ends, no change; no change alone
    assert len(dots) == 1 + (14 if series == METR else 3)  # one in the legend
    assert len(paths) == 2 * lines


def test_by_id_in_a_workspace(ifthen, aurora):
    (aurora / "series.yaml").write_bytes(GPQA.read_bytes())
    assert ifthen("check", "-C", aurora).code in (0, 2)
    assert ifthen("forecast", "gpqa", "-C", aurora).code == 3
    assert ifthen("forecast", "nothing", "-C", aurora, "--json").error_codes == ["forecast.unknown"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["missing.yaml"], "file.missing"),
        ([str(METR), "--to", "0"], "forecast.value"),
        ([str(METR), "--to", "nan"], "forecast.value"),
        ([str(METR), "--level", "1"], "stats.level"),
        ([str(GPQA), "--to", "0.2"], "forecast.value"),
        (["."], "workspace.not-found"),
    ],
)
def test_wrong_input(ifthen, arguments, code):
    assert ifthen("forecast", *arguments, "--json").error_codes == [code]


HEAD = {
    "kind": "series",
    "id": "s",
    "title": "S",
    "benchmark_version": "1",
    "subset": "all",
    "scaffold": "none",
    "source": "x",
}


@st.composite
def any_series(draw) -> Series:
    measure = draw(st.sampled_from(["score", "time-horizon"]))
    against = draw(st.sampled_from(["release-date", "effective-compute"]))
    greatest = 1.0 if measure == "score" else 1e300
    values = st.one_of(st.floats(0, greatest), st.sampled_from([0.0, 1.0, 0.25, 5e-324]))
    points = [
        {
            "model": f"m{k}",
            "value": draw(values),
            "released": draw(st.dates()).isoformat(),
            "effective_compute": draw(st.floats(5e-324, 1e308)),
            "generation": draw(st.sampled_from(["a", "b", "c", "d", None])),
            "left_out": draw(st.sampled_from([None, None, None, "x"])),
        }
        for k in range(draw(st.integers(1, 8)))
    ]
    tree = HEAD | {
        "measure": measure,
        "unit": None if measure == "score" else "hours",
        "floor": draw(st.sampled_from([0.0, 0.25])) if measure == "score" else 0.0,
        "against": against,
        "best_at_release": draw(st.booleans()),
        "recent_from": draw(st.none() | st.dates().map(date.isoformat))
        if against == "release-date"
        else None,
        "points": points,
    }
    return Series.model_validate_json(json.dumps(tree))


@given(any_series(), st.lists(st.floats(1e-300, 1e300), max_size=2))
@settings(max_examples=300, deadline=None)
def test_any_series_gives_a_forecast_or_reasons_or_a_coded_error(series, values):
    try:
        found = make_forecast(series, tuple(values) or None)
    except Error as error:
        assert error.code in {"forecast.value", "forecast.no-points"}
        return
    plain = to_plain(found)
    json.dumps(plain, allow_nan=False)
    assert (plain["outcome"] == "insufficient") is bool(plain["reasons"])
    assert list(describe(found))
    ET.fromstring(draw_chart(found))  # noqa: S314 - our own picture
    for aim in plain["values"]:
        for window in ("all", "recent"):
            if aim[window]["insufficient"]:
                assert aim[window]["point"] is None
