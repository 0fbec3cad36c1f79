"""Ledgers summed over a lineage."""

import json
import math

import pytest

from ifthen.decision.computing import SHARE, tally_compute
from ifthen.dossier.model import Model
from ifthen.errors import Error
from ifthen.stats.compute import Compute

COUNTED = {"counted": {"parameters": 1e11, "tokens": 1e13}}  # 6e24
DECLARED = {"declared": {"flop": 1e25, "sd": 0.0}}


def make(id, *entries, complete=True, developer="Lab", based_on=None) -> Model:
    tree = {
        "kind": "model",
        "id": id,
        "title": id,
        "developer": developer,
        "generation": 1,
        "names_in_logs": [id],
        "weights": "closed",
        "based_on": based_on,
    }
    if entries:
        entries = [{"stage": "pre-training", "source": "x"} | entry for entry in entries]
        tree["compute"] = {"complete": complete, "entries": entries}
    return Model.model_validate_json(json.dumps(tree))


def tally(model, *others, **more):
    return tally_compute(model, {one.id: one for one in others}, **more)


def outcomes(found) -> list[str]:
    return [passing.outcome for passing in found.passings]


def test_one_entry():
    found = tally(make("m", COUNTED))
    (item,) = found.items
    assert (item.method, item.estimate) == ("counted", Compute(median=6e24, sd=0.35))
    assert found.known[1] == pytest.approx(6e24)
    assert outcomes(found) == ["undetermined", "below"]
    assert found.third is None
    assert not found.determined
    assert outcomes(tally(make("m", COUNTED), sure=0.9)) == ["below", "below"]


def test_the_entry_states_its_own_doubt():
    entry = {"counted": COUNTED["counted"] | {"sd": 0.0}}
    found = tally(make("m", entry))
    assert found.items[0].estimate.sd == 0
    assert outcomes(found) == ["below", "below"]


def test_both_methods():
    hardware = {"chip_hours": 4e6, "peak_flops": 1e15, "utilisation": 0.4}  # 5.8e24
    found = tally(make("m", COUNTED | {"hardware": hardware}))
    assert found.items[0].method == "both"
    assert 5.76e24 < found.items[0].estimate.median < 6e24
    assert found.items[0].estimate.sd < 0.35
    wrong = tally(make("m", COUNTED | {"hardware": hardware | {"chip_hours": 1e8}}))
    assert wrong.items[0].estimate is None
    assert "3 standard deviations apart" in wrong.gaps[0]
    assert outcomes(wrong) == ["undetermined"] * 2


def test_the_lineage_is_summed():
    base, middle = make("base", COUNTED), make("middle", COUNTED, based_on="base")
    top = make("top", DECLARED, based_on="middle")
    found = tally(top, base, middle)
    assert found.lineage == ("base", "middle", "top")
    assert [item.model for item in found.items] == ["base", "middle", "top"]
    # two counts of 6e24 with mean 6.38e24, and sd 0.25 of the log of their sum; median is less
    mean, sd = 2 * 6e24 * math.exp(0.35**2 / 2), math.sqrt(math.log1p(math.expm1(0.35**2) / 2))
    assert found.known[1] == pytest.approx(1e25 + mean * math.exp(-(sd**2) / 2), rel=0.002)
    assert outcomes(found) == ["above", "below"]
    assert found.determined
    assert found.third is None  # one developer made all three


@pytest.mark.parametrize(
    ("model", "others", "gap"),
    [
        (make("m"), (), "model m has no compute ledger"),
        (make("m", COUNTED, complete=False), (), "the compute ledger of m is not complete"),
        (make("m", COUNTED, based_on="b"), (), "model b, which m is based on, has no document"),
        (make("m", COUNTED, based_on="b"), (make("b"),), "model b has no compute ledger"),
        (make("m", COUNTED, {"unknown": "secret"}), (), "pre-training of m: secret"),
    ],
)
def test_what_is_missing_is_undetermined_and_never_zero(model, others, gap):
    found = tally(model, *others)
    assert found.gaps == (gap,)
    assert not found.complete
    assert outcomes(found) == ["undetermined", "undetermined"]
    assert all(passing.chance.greatest == 1 for passing in found.passings)


def test_a_value_that_the_known_part_passes_is_passed():
    found = tally(make("m", {"declared": {"flop": 5e25, "sd": 0.1}}, complete=False))
    assert outcomes(found) == ["above", "undetermined"]


@pytest.mark.parametrize(
    ("flop", "outcome"), [(2e24, "below"), (3.4e24, "undetermined"), (6e24, "above")]
)
def test_a_third_of_another_developer_s_model(flop, outcome):
    base = make("base", {"declared": {"flop": 1e25, "sd": 0.1}}, developer="Other")
    top = make("top", {"declared": {"flop": flop, "sd": 0.1}}, based_on="base")
    found = tally(top, base)
    assert (found.third.value, found.third.outcome) == (SHARE, outcome)


def test_a_developer_s_modifications_are_added_up():
    """A third is not passed by neither of two steps alone, and is by both."""
    base = make("base", {"declared": {"flop": 1e25, "sd": 0.0}}, developer="Other")
    step = {"declared": {"flop": 2e24, "sd": 0.0}}
    first = make("first", step, based_on="base")
    second = make("second", step, based_on="first")
    assert tally(first, base).third.outcome == "below"
    assert tally(second, base, first).third.outcome == "above"


def test_a_circle_is_an_error():
    one, other = make("one", COUNTED, based_on="other"), make("other", COUNTED, based_on="one")
    with pytest.raises(Error) as caught:
        tally(one, one, other)
    assert caught.value.code == "compute.lineage-cycle"


@pytest.mark.parametrize("sure", [0.5, 1.0, float("nan")])
def test_how_sure_is_a_chance(sure):
    with pytest.raises(Error) as caught:
        tally(make("m", COUNTED), sure=sure)
    assert caught.value.code == "stats.level"


def test_each_item_names_its_stage_and_its_title():
    found = tally(
        make("m", COUNTED, DECLARED | {"stage": "fine-tuning", "title": "Preference training"})
    )
    assert [(x.stage, x.title) for x in found.items] == [
        ("pre-training", None),
        ("fine-tuning", "Preference training"),
    ]
