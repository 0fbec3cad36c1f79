"""``ifthen compute``."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.cli.compute_text import describe, to_plain
from ifthen.decision.computing import tally_compute
from ifthen.dossier.model import Model

EXAMPLE = Path(__file__).parents[2] / "examples" / "compute"


def compute(ifthen, *arguments):
    return ifthen("compute", *arguments, "-C", EXAMPLE)


def test_a_published_model(ifthen):
    result = compute(ifthen, "llama-3.1-405b")
    assert (result.code, result.err) == (0, "")
    assert "above 1e+25 FLOP: YES (chance >99.9 %)" in result.out
    assert "above 1e+26 FLOP: NO" in result.out
    assert "third" not in result.out
    assert all(len(line) <= 110 for line in result.out.splitlines())


def test_a_modification(ifthen):
    result = compute(ifthen, "harbour-1", "--json")
    assert result.code == 3
    found = result.json
    assert found["lineage"] == ["llama-3.1-405b", "harbour-1"]
    assert found["modification"]["outcome"] == "undetermined"
    assert found["modification"]["share_of_original"] == 1 / 3
    assert [item["method"] for item in found["items"]] == ["both", "declared", "hardware"]


def test_what_is_missing_is_said(ifthen):
    result = compute(ifthen, "harbour-2")
    assert result.code == 3
    assert "known part" in result.out
    assert "missing       reinforcement-learning of harbour-2: The environment" in result.out
    assert "above 1e+25 FLOP: YES (chance >99.9 % to 100 %)" in result.out
    assert "above 1e+26 FLOP: UNDETERMINED" in result.out
    assert compute(ifthen, "harbour-2", "--json").json["complete"] is False


def test_another_value(ifthen):
    assert compute(ifthen, "llama-3.1-405b", "--above", "1e23").code == 0
    assert compute(ifthen, "llama-3.1-405b", "--above", "4e25").code == 3
    assert compute(ifthen, "llama-3.1-405b", "--above", "1e26", "--sure", "0.9999").code == 3


def test_a_model_without_a_ledger(ifthen, aurora):
    result = ifthen("compute", "aurora-1", "-C", aurora)
    assert result.code == 3
    assert "known part    nothing" in result.out
    assert "model aurora-1 has no compute ledger" in result.out
    assert "chance 0 % to 100 %" in result.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nobody"], "compute.unknown-model"),
        (["harbour-1", "--above", "0"], "compute.value"),
        (["harbour-1", "--above", "nan"], "compute.value"),
        (["harbour-1", "--sure", "1"], "stats.level"),
    ],
)
def test_wrong_input(ifthen, arguments, code):
    assert compute(ifthen, *arguments, "--json").error_codes == [code]


sds = st.floats(0, 10) | st.none()
entries = st.one_of(
    st.builds(
        lambda p, t, sd: {"counted": {"parameters": p, "tokens": t, "sd": sd}},
        *(st.floats(1e-300, 1e18), st.floats(1e-3, 1e18), sds),
    ),
    st.builds(
        lambda h, u, sd: {
            "hardware": {"chip_hours": h, "peak_flops": 1e15, "utilisation": u, "sd": sd}
        },
        *(st.floats(1e-3, 1e15), st.floats(1e-6, 1), sds),
    ),
    st.builds(
        lambda f, sd: {"declared": {"flop": f, "sd": sd}}, st.floats(1, 1e40), st.floats(0, 10)
    ),
    st.just({"unknown": "x"}),
)


@given(st.lists(entries, min_size=1, max_size=3), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_ledger_gives_chances(found, complete):
    tree = {
        "kind": "model",
        "id": "m",
        "title": "m",
        "developer": "d",
        "generation": 1,
        "names_in_logs": ["m"],
        "weights": "closed",
        "compute": {
            "complete": complete,
            "entries": [{"stage": "other", "source": "x"} | one for one in found],
        },
    }
    model = Model.model_validate_json(json.dumps(tree))
    tally = tally_compute(model, {})
    plain = to_plain(tally)
    json.dumps(plain, allow_nan=False)
    assert list(describe(tally))
    for value in plain["values"]:
        assert 0 <= value["chance"]["least"] <= value["chance"]["greatest"] <= 1
        if not tally.complete:
            assert value["outcome"] != "below"
    if tally.known is not None:
        assert tally.known[0] <= tally.known[1] <= tally.known[2]
