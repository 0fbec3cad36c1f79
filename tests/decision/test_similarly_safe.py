"""Every condition of a comparison decides, and nothing unsaid passes."""

import json
from datetime import date

import pytest

from ifthen.decision.model import Reason
from ifthen.decision.similarly_safe import compare_safety
from ifthen.decision.truth import Truth
from ifthen.dossier.comparison import SafetyComparison
from ifthen.encoding.calendar import add_months
from ifthen.stats.independent import ScoreSum, compare_independent
from ifthen.stats.paired import ItemScore, compare_pairs

ON = date(2026, 7, 1)
YES = {"value": True, "reasons": "because"}
NO = {"value": False, "reasons": "because not"}
COUNT = {"correct": 1, "questions": 2}


def make(reference=None, benchmarks=("trivia",), **more) -> SafetyComparison:
    tree = {
        "kind": "comparison",
        "id": "two-like-one",
        "model": "two",
        "reference": {
            "model": "one",
            "basis": "full-process",
            "since": "2026-01-01",
            "visibility": YES,
            "no_doubt": YES,
        }
        | (reference or {}),
        "made_by": {"name": "A", "role": "B"},
        "made_on": "2026-06-01",
        "expires": "2026-12-01",
        "same_scenarios": YES,
        "no_raising_difference": YES,
        "margin": 0.05,
        "margin_reason": "noise of a rerun",
        "benchmarks": [
            {
                "id": name,
                "title": name,
                "relevance": "r",
                "model_count": COUNT,
                "reference_count": COUNT,
            }
            for name in benchmarks
        ],
    }
    return SafetyComparison.model_validate_json(json.dumps(tree | more))


def difference(new, old, n=1000, **more):
    first, second = (ScoreSum(questions=n, low=x, high=x) for x in (new, old))
    return compare_independent(first, second, **{"alpha": 0.05} | more)


LOWER, SAME, HIGHER = difference(200, 300), difference(30, 30, 100), difference(500, 300)


def outcome(comparison=None, results=None, on=ON) -> str:
    results = {"trivia": LOWER} if results is None else results
    return compare_safety(comparison or make(), results, on).outcome


def test_all_conditions_hold():
    found = compare_safety(make(), {"trivia": LOWER}, ON)
    assert found.outcome == "shown"
    assert [x.value for x in found.conditions] == [Truth.YES] * len(found.conditions)
    assert [x.name for x in found.conditions] == [
        *("time", "reference", "scenarios", "benchmark.trivia", "differences")
    ]
    assert found.conditions[3].difference is LOWER
    assert found.deadline is None


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (LOWER, "shown"),
        (HIGHER, "refuted"),
        (SAME, "undetermined"),  # of 100 questions each, the bound lies above the margin
        (Reason(code="comparison.x", text="x"), "undetermined"),
        (difference(1, 0, 0), "undetermined"),
        (difference(5, 4, 4), "undetermined"),
    ],
)
def test_each_result(result, expected):
    assert outcome(results={"trivia": result}) == expected


def test_a_benchmark_that_was_not_measured():
    assert outcome(results={}) == "undetermined"


def test_every_benchmark_has_to_hold():
    both = make(benchmarks=("trivia", "sums"))
    assert outcome(both, {"trivia": LOWER, "sums": LOWER}) == "shown"
    assert outcome(both, {"trivia": LOWER, "sums": SAME}) == "undetermined"
    assert outcome(both, {"trivia": HIGHER, "sums": SAME}) == "refuted"
    assert outcome(both, {"trivia": LOWER}) == "undetermined"


def test_the_bound_counts_and_equality_holds():
    assert outcome(make(margin=SAME.upper), {"trivia": SAME}) == "shown"
    assert outcome(make(margin=SAME.upper - 1e-9), {"trivia": SAME}) == "undetermined"
    at_lower = make(margin=HIGHER.lower)
    assert outcome(at_lower, {"trivia": HIGHER}) == "undetermined"
    assert outcome(make(margin=HIGHER.lower - 1e-9), {"trivia": HIGHER}) == "refuted"


def test_pairs_show_more_than_counts():
    """600 questions, both right on the same 300: paired, nothing is left to doubt at 2 points."""
    scores = [ItemScore(item=str(k), low=k % 2, high=k % 2) for k in range(600)]
    paired = compare_pairs(scores, scores, alpha=0.05)
    counts = difference(300, 300, 600)
    assert paired.upper < 0.02 < counts.upper
    assert outcome(make(margin=0.02), {"trivia": paired}) == "shown"
    assert outcome(make(margin=0.02), {"trivia": counts}) == "undetermined"


@pytest.mark.parametrize("key", ["same_scenarios", "no_raising_difference"])
@pytest.mark.parametrize(("value", "expected"), [(NO, "refuted"), (None, "undetermined")])
def test_each_statement(key, value, expected):
    assert outcome(make(**{key: value})) == expected


@pytest.mark.parametrize("key", ["visibility", "no_doubt"])
@pytest.mark.parametrize(("value", "expected"), [(NO, "refuted"), (None, "undetermined")])
def test_each_statement_about_the_reference(key, value, expected):
    assert outcome(make({key: value})) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 5, 31), "undetermined"),
        (date(2026, 6, 1), "shown"),
        (date(2026, 11, 30), "shown"),
        (date(2026, 12, 1), "undetermined"),
    ],
)
def test_a_comparison_grows_old(on, expected):
    assert outcome(on=on) == expected


def test_it_lapses_when_the_reference_loses_its_status():
    lost = make({"lost_on": "2026-08-31"})
    before = compare_safety(lost, {"trivia": LOWER}, date(2026, 8, 30))
    assert (before.outcome, before.deadline) == ("shown", None)
    after = compare_safety(lost, {"trivia": LOWER}, date(2026, 8, 31))
    assert (after.outcome, after.deadline) == ("lapsed", date(2027, 2, 28))
    assert after.conditions[1].value is Truth.NO
    worse = compare_safety(lost, {"trivia": HIGHER}, date(2026, 9, 1))
    assert worse.outcome == "lapsed"


def test_a_status_that_is_still_to_come():
    assert outcome(make({"since": "2026-07-02"})) == "refuted"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"effective_compute": [1.5, 3.9], "since": "2026-03-01"}, "shown"),
        ({"effective_compute": [1.5, 4.0], "since": "2026-03-01"}, "undetermined"),
        ({"effective_compute": [4.0, 5.0], "since": "2026-03-01"}, "refuted"),
        ({"effective_compute": [1.5, 3.9], "since": "2026-01-01"}, "refuted"),
        ({"effective_compute": [1.5, 3.9], "since": "2026-01-02"}, "shown"),
        ({"effective_compute": [1.5, 3.9]}, "undetermined"),
        ({"since": "2026-03-01"}, "undetermined"),
        ({"effective_compute": [5.0, 6.0]}, "refuted"),
        ({"effective_compute": [5.0, 6.0], "since": "2026-03-01", "factor": 7}, "shown"),
        ({}, "undetermined"),
    ],
)
def test_notably_more_capable(step, expected):
    """On 1 July 2026, by four times the effective compute or six months of elicitation."""
    if "effective_compute" in step:
        low, high = step["effective_compute"]
        step = step | {"effective_compute": {"low": low, "high": high, "source": "x"}}
    assert outcome(make(capability_step=step)) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({}, "effective compute not stated; start of elicitation not stated"),
        (
            {
                "effective_compute": {"low": 1.5, "high": 3.0, "source": "x"},
                "since": "2026-03-01",
            },
            "1.5 to 3 times the effective compute; 6 months of elicitation are full on 2026-09-01",
        ),
    ],
)
def test_what_was_found_of_the_step(step, expected):
    found = compare_safety(make(capability_step=step), {"trivia": LOWER}, ON).conditions[-1]
    assert (found.name, found.found) == ("capability-step", expected)
    assert found.claim == (
        "not notably more capable: less than 4 times the effective compute and"
        " less than 6 months of elicitation"
    )


def test_what_was_found_of_a_benchmark():
    uneven = compare_independent(
        ScoreSum(questions=1000, low=200, high=210),
        ScoreSum(questions=500, low=150, high=150),
        alpha=0.05,
    )
    found = compare_safety(make(), {"trivia": uneven}, ON).conditions[3]
    low, high = 100 * uneven.lower, 100 * uneven.upper
    assert found.claim == "trivia: at most 5 points above the reference"
    assert found.found == (
        f"-10.0 to -9.0 points, shown between {low:+.1f} and {high:+.1f}, each bound at 95 %,"
        " 1000 and 500 questions, not paired"
    )


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 6, 15), 6, date(2026, 12, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 5, 1), 12, date(2027, 5, 1)),
    ],
)
def test_months(day, months, expected):
    assert add_months(day, months) == expected
