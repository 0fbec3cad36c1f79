"""The numbers of the screening benchmark, which are exact: expected questions and fixed sizes."""

from bench.screening import fixed_size, measure


def test_the_reference_is_reproduced():
    found = measure(runs=1)
    screened = [found[f"iid_p{rate}_screened"] for rate in ("02", "05", "10")]
    assert screened == [22.4, 36.3, 102.2]
    for population in (198, 500):
        assert found[f"n{population}_false_clearances"] <= 0.05
        for rate in ("02", "05"):
            name = f"n{population}_p{rate}"
            assert found[f"{name}_saved_vs_whole"] > 0.8
            assert found[f"{name}_saved_vs_planned"] > 0.5


def test_a_fixed_size_has_its_level_and_power():
    size = fixed_size(198, 0.02)
    assert size is not None
    assert 15 <= size <= 30
    assert fixed_size(198, 0.2) is None
