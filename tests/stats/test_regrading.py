"""Figures of the reference: 36 to 48 answers confirm "12 % is below 20 %" at a risk of 5 %."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.stats.regrading import Claim, audit_grading, zero_error_audit


def log(passes=60, questions=500):
    return [1.0] * passes + [0.0] * (questions - passes)


def claim(**keys):
    return Claim(**({"scores": log(), "threshold": 0.2, "risk": 0.05} | keys))


@pytest.mark.parametrize(("scope", "needed"), [("all", 41), ("failures", 36)])
def test_without_a_wrong_grade(scope, needed):
    start = audit_grading(claim(scope=scope), [])
    assert (start.further, start.confirmed_at, start.p_value) == (needed, None, 1)
    agreed = [(0.0, 0.0)] * needed
    assert audit_grading(claim(scope=scope), agreed[:-1]).confirmed_at is None
    assert audit_grading(claim(scope=scope), agreed).confirmed_at == needed


def test_the_margin_matters_and_the_size_hardly():
    few, many = (
        audit_grading(claim(scores=log(n * 12 // 100, n)), []).further for n in (500, 50_000)
    )
    assert abs(few - many) <= 2
    near = audit_grading(claim(threshold=0.14), []).further
    assert near > 3 * few


@pytest.mark.parametrize(
    ("rate", "count"), [(0.01, 299), (0.02, 149), (0.05, 59), (0.1, 29), (1, 1)]
)
def test_zero_errors(rate, count):
    assert zero_error_audit(rate, 0.05) == count


def simulate(truth, scope, runs, seed):
    """Return in how many of the audits the claim was confirmed, and after how many answers."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    asked = claim(scope=scope)
    pairs = [p for p in zip(log(), truth, strict=True) if scope == "all" or p[0] == 0]
    found = []
    for _ in range(runs):
        rng.shuffle(pairs)
        at = audit_grading(asked, pairs).confirmed_at
        found.append(at)
    confirmed = [at for at in found if at is not None]
    return len(confirmed) / runs, sum(confirmed) / max(1, len(confirmed))


@pytest.mark.parametrize("scope", ["all", "failures"])
def test_a_false_claim_is_seldom_confirmed(scope):
    truth = [1.0] * 100 + [0.0] * 400  # exactly the threshold: 40 answers were graded too low
    share, _ = simulate(truth, scope, 400, seed=1)
    assert share <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


@pytest.mark.parametrize(
    ("raised", "lowered", "mean"), [(0.005, 0, 48), (0.01, 0.05, 51), (0.02, 0.05, 70)]
)
def test_answers_that_a_true_claim_takes(raised, lowered, mean):
    """Within a quarter of the reference's means, which other bets gave."""
    up, down = round(440 * raised), round(60 * lowered)
    truth = [0.0] * down + [1.0] * (60 - down) + [1.0] * up + [0.0] * (440 - up)
    share, found = simulate(truth, "all", 200, seed=2)
    assert share == 1
    assert found == pytest.approx(mean, rel=0.25)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 2**32))
def test_a_raised_grade_never_helps(agree, raised, seed):
    pairs = [(0.0, 0.0)] * agree + [(0.0, 1.0)] * raised
    random.Random(seed).shuffle(pairs)  # noqa: S311 - no secret
    found = audit_grading(claim(), pairs)
    better = audit_grading(claim(), [(0.0, 0.0)] * len(pairs))
    assert found.p_value >= better.p_value
    assert (found.graded, found.raised, found.lowered) == (len(pairs), raised, 0)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"scores": []}, "stats.scores"),
        ({"scores": [2.0]}, "stats.scores"),
        ({"scores": [float("nan")]}, "stats.scores"),
        ({"threshold": 0.12}, "stats.no-margin"),
        ({"threshold": 0.1}, "stats.no-margin"),
        ({"threshold": 0}, "stats.threshold"),
        ({"risk": 0}, "stats.alpha"),
        ({"scores": [0.5], "threshold": 0.9, "scope": "failures"}, "stats.failures-only"),
    ],
)
def test_claims_that_cannot_be(keys, code):
    with pytest.raises(Error) as caught:
        claim(**keys)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("pairs", "scope", "code"),
    [
        ([(0.0, 2.0)], "all", "stats.scores"),
        ([(float("nan"), 0.0)], "all", "stats.scores"),
        ([(1.0, 1.0)], "failures", "stats.failures-only"),
        ([(0.0, 0.0)] * 501, "all", "stats.population"),
    ],
)
def test_grades_that_cannot_be(pairs, scope, code):
    with pytest.raises(Error) as caught:
        audit_grading(claim(scope=scope), pairs)
    assert caught.value.code == code
