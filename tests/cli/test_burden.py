"""``ifthen burden``."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEVELOPER = """\
kind: developer
id: lab
title: Example Lab, which does not exist
revenue: [{year: 2027, low: 6.0e8, high: 9.0e8}]
models:
  - {id: aurora-1, compute: {low: 2.0e26, high: 2.0e26}, places: [Illinois]}
"""


@pytest.fixture
def asked(tmp_path):
    path = tmp_path / "d.yaml"
    path.write_text(DEVELOPER)
    return ("burden", "aurora-1", "ca-sb53", "il-430-ilcs-185", "--developer", path,
            "--on", "2028-02-01")  # fmt: skip


def test_counts_as_table_json_and_page(ifthen, asked, tmp_path):
    page = tmp_path / "b.html"
    text, data = ifthen(*asked, "--html", page), ifthen(*asked, "--json")
    assert text.code == data.code == 0
    first, second = data.json["regimes"]
    assert (first["provisions"], second["provisions"]) == (38, 53)
    assert second["adds"]["provisions"] < 53
    assert "il-430-ilcs-185" in text.out
    assert page.read_text().startswith("<!doctype html>")


def test_estimates_are_the_users_and_a_wrong_one_is_an_error(ifthen, asked):
    data = ifthen(*asked, "--hours", "document=4", "--json").json
    assert data["estimates"] == {"document": 4.0, "field": None, "element": None}
    assert data["regimes"][0]["estimate_hours"] == 40
    for wrong in ("document", "document=x", "cup=2", "field=-1", "field=nan"):
        assert ifthen(*asked, "--hours", wrong).code == 1


def test_without_names_all_that_is_in_force_is_counted_oldest_first(ifthen, asked):
    data = ifthen(*asked[:2], *asked[4:], "--json").json
    names = [x["instrument"] for x in data["regimes"]]
    assert names.index("seoul") < names.index("ca-sb53") < names.index("il-430-ilcs-185")
    assert "ca-sb1047" not in names
    assert "metr-common-elements" not in names


def test_a_model_cleared_by_a_screening_is_shown_what_its_framework_spares_it(ifthen, tmp_path):
    root = shutil.copytree(ROOT / "examples" / "screened", tmp_path / "screened")
    result = ifthen("burden", "smollm2", "ca-sb53", "-C", root, "--on", "2026-12-01", "--json")
    (spared,) = result.json["commitments"]
    assert (spared["commitment"], spared["safeguards"]) == ("if-autonomy-1", ["vault"])
    assert "ruled out by a screening of products" in spared["because"]
