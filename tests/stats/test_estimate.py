import dataclasses

import pytest

from ifthen.stats import Estimate, Undefined

VALUES = {
    "point_low": 0.2,
    "point_high": 0.3,
    "lower": 0.1,
    "upper": 0.5,
    "method": "korn-graubard",
    "n": 10,
    "effective_n": 7.5,
    "clusters": 5,
    "alpha": 0.05,
}


def test_point_is_open_while_scores_are_unknown():
    assert Estimate(**VALUES).point is None
    assert Estimate(**{**VALUES, "point_high": 0.2}).point == 0.2


def test_values_at_every_limit_are_accepted():
    for change in (
        {"lower": 0, "point_low": 0, "point_high": 0, "upper": 0},
        {"lower": 1, "point_low": 1, "point_high": 1, "upper": 1},
        {"n": 2, "effective_n": 2, "clusters": 2},
        {"n": 1, "effective_n": 1, "clusters": None, "method": "clopper-pearson"},
        {"clusters": 10, "effective_n": 1e-6},
    ):
        assert Estimate(**{**VALUES, **change}).upper >= 0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"lower": -0.1}, "bounds"),
        ({"lower": 0.25}, "bounds"),
        ({"point_low": 0.31}, "bounds"),
        ({"point_high": 0.51}, "bounds"),
        ({"upper": 1.01}, "bounds"),
        ({"upper": float("nan")}, "bounds"),
        ({"alpha": 0}, "alpha"),
        ({"alpha": 0.5}, "alpha"),
        ({"n": 0, "effective_n": 0, "clusters": None, "method": "clopper-pearson"}, "n, effect"),
        ({"effective_n": 0}, "effective_n"),
        ({"effective_n": 10.5}, "effective_n"),
        ({"method": "clopper-pearson"}, "method"),
        ({"clusters": None}, "method"),
        ({"clusters": 1}, "clusters"),
        ({"clusters": 11}, "clusters"),
        ({"estimand": "benchmark"}, "estimand"),
        ({"estimand": "sample"}, "estimand"),
        ({"estimand": "population", "attempts": 2}, "estimand"),
        ({"method": "hypergeometric", "clusters": None}, "estimand"),
        ({"attempts": 0}, "effective_n, estimand, attempts"),
    ],
)
def test_contradictions_cannot_be_built(change, fault):
    with pytest.raises(ValueError, match=f"^not an estimate, see {fault}.*: Estimate\\("):
        Estimate(**{**VALUES, **change})


def test_several_faults_are_named_together():
    with pytest.raises(ValueError, match=r"see bounds, alpha: "):
        Estimate(**{**VALUES, "upper": 2, "alpha": 1})


@pytest.mark.parametrize(
    "value", [Estimate(**VALUES), Undefined(reason="no-questions", message="none")]
)
def test_values_are_frozen_keyword_only_and_without_further_attributes(value):
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, 0)
    assert not hasattr(value, "__dict__")
    with pytest.raises(TypeError):
        type(value)(*(getattr(value, f.name) for f in dataclasses.fields(value)))
