"""The page on agreement shows what is measured, and every matched clause is in a framework."""

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "explanation" / "agreement.md").read_text("utf-8")
PUBLISHED = {
    "rsp-2.2-3.0.csv": (
        {"weakened": 30, "strengthened": 3, "removed": 23, "relocated": 4, "added": 26},
        {"announced": 23, "partly-announced": 12, "silent": 51},
    ),
    "preparedness-beta-2.csv": (
        {"weakened": 26, "strengthened": 2, "removed": 3, "added": 10},
        {"announced": 16, "partly-announced": 6, "silent": 19},
    ),
}
"""Material outcomes and announcements of each pair, as ``coding/results.md`` of the corpus says."""


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure", DOCS / "agreement" / "measure.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure"] = module
    spec.loader.exec_module(module)
    return module


MEASURE = load()
PAIRS = [pytest.param(pair, id=pair.rows) for pair in MEASURE.PAIRS]


@pytest.mark.parametrize("pair", PAIRS)
def test_page_shows_what_is_measured(pair) -> None:
    assert f"\n{MEASURE.measure(pair)}\n" in PAGE


def test_page_shows_both_pairs_together() -> None:
    assert f"\n{MEASURE.measure_all()}\n" in PAGE


@pytest.mark.parametrize("pair", PAIRS)
def test_every_matched_clause_exists_in_its_version(pair) -> None:
    diff, _ = MEASURE.compare(pair)
    changes = MEASURE.find_changes(diff)
    for row in MEASURE.read_rows(pair):
        assert bool(row.kind) == bool(row.clause), row
        if row.kind:
            change = changes[row.key]
            assert change.before if row.traced else change.after, row


@pytest.mark.parametrize("pair", PAIRS)
def test_rows_are_those_that_were_published(pair) -> None:
    rows = MEASURE.read_rows(pair)
    name = rows[0].row.rpartition("-")[0]
    assert [row.row for row in rows] == [f"{name}-{i:03}" for i in range(1, len(rows) + 1)]
    outcomes, announcements = PUBLISHED[pair.rows]
    material = [row for row in rows if row.outcome != "retained"]
    assert Counter(row.outcome for row in material) == outcomes
    assert Counter(row.announcement for row in material) == announcements
    assert not any(row.announcement for row in rows if row.outcome == "retained")


@pytest.mark.parametrize("pair", PAIRS)
def test_files_hold_facts_only(pair) -> None:
    text = (DOCS / "agreement" / pair.rows).read_text("utf-8")
    assert text.startswith("row,human_outcome,human_announcement,kind,clause\n")
    assert max(map(len, text.splitlines())) < 100


@pytest.mark.parametrize("pair", PAIRS)
def test_matched_rows_are_all_in_the_table(pair) -> None:
    rows, (diff, _) = MEASURE.read_rows(pair), MEASURE.compare(pair)
    pairs = MEASURE.pair_outcomes(rows, diff)
    assert len(pairs) == sum(row.traced and bool(row.kind) for row in rows)
    table = MEASURE.format_table(pairs, MEASURE.CODED, MEASURE.COMPUTED, "")
    assert table.endswith(f"| {len(pairs)} |")


def test_rows_that_the_page_names_exist() -> None:
    known = {row.row for pair in MEASURE.PAIRS for row in MEASURE.read_rows(pair)}
    named = set(re.findall(r"\b(?:ANT|OAI)-\d-\d{3}\b", PAGE))
    assert named and named <= known


def test_kappa_of_a_known_table() -> None:
    counts = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    pairs = [key for key, n in counts.items() for _ in range(n)]
    assert MEASURE.kappa(pairs) == pytest.approx(0.4)
    low, high = MEASURE.bootstrap_kappa(pairs)
    # Fleiss, Cohen and Everitt's formula gives a standard error of 0.127 for this table.
    assert low == pytest.approx(0.4 - 1.96 * 0.127, abs=0.03)
    assert high == pytest.approx(0.4 + 1.96 * 0.127, abs=0.03)


def test_kappa_is_undefined_where_chance_agrees_always() -> None:
    assert MEASURE.kappa([("same", "same")] * 3) is None
    assert "undefined" in MEASURE.format_kappa([("same", "same")] * 3)


def test_counts_in_the_prose_are_those_of_the_tables() -> None:
    outcomes, statuses = Counter(), Counter()
    for pair in MEASURE.PAIRS:
        rows, (diff, disclosure) = MEASURE.read_rows(pair), MEASURE.compare(pair)
        outcomes += Counter(MEASURE.pair_outcomes(rows, diff))
        statuses += Counter(MEASURE.pair_announcements(rows, disclosure))
    collapsed = Counter(MEASURE.collapse(outcomes.elements()))
    computed = Counter(b for _, b in collapsed.elements())
    words = " ".join(PAGE.split())
    assert f"{collapsed['weaker', 'weaker']} of the {computed['weaker']} are coded" in words
    assert f"{collapsed['weaker', 'other']} of {computed['other']} that are computed" in words
    unread = [a for a, b in outcomes.elements() if b == "undetermined"]
    retained = sum(a == "retained" for a in unread)
    weaker = sum(MEASURE.COLLAPSED[a] == "weaker" for a in unread)
    assert f"{retained} of the {len(unread)} such rows are coded as retained, and {weaker}" in words
    assert (collapsed["weaker", "stronger"], computed["stronger"]) == (4, 5)
    assert collapsed["stronger", "weaker"] == 1
    assert outcomes["weakened", "removed"] == 15
    assert statuses["announced", "silent"] == 17
