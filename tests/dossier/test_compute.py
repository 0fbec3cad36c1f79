"""The compute ledger of a model document."""

from typing import Any

import pytest

from ifthen.dossier.model import Model
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import format_tree, parse_tree
from ifthen.errors import Problems

MODEL: dict[str, Any] = {
    "kind": "model",
    "id": "cook-1",
    "title": "Cook 1",
    "developer": "Example Lab",
    "generation": 1,
    "names_in_logs": ["lab/cook-1"],
    "weights": "closed",
}
COUNTED = {"parameters": 1e11, "tokens": 1e13}
HARDWARE = {"chip_hours": 1e6, "peak_flops": 1e15, "utilisation": 0.4}
DECLARED = {"flop": 1e25, "sd": 0.0}


def load(ledger: Any) -> Model:
    tree = MODEL | {"compute": ledger}
    return load_document(parse_tree(format_tree(tree).encode(), name="m.yaml"), Model).document


def ledger(**entry: Any) -> dict[str, Any]:
    return {"complete": True, "entries": [{"stage": "pre-training", "source": "x"} | entry]}


@pytest.mark.parametrize(
    "entry",
    [
        {"counted": COUNTED},
        {"hardware": HARDWARE},
        {"counted": COUNTED, "hardware": HARDWARE},
        {"declared": DECLARED},
        {"unknown": "nobody says"},
    ],
)
def test_ways_to_know_or_not(entry):
    assert load(ledger(**entry)).compute.entries[0].stage == "pre-training"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "or else declared, or else unknown"),
        (ledger(), "or else declared, or else unknown"),
        (ledger(declared=DECLARED, counted=COUNTED), "or else declared, or else unknown"),
        (ledger(unknown="x", counted=COUNTED), "or else declared, or else unknown"),
        (ledger(declared={"flop": 1e25}), "sd"),
        (ledger(declared={"flop": 0, "sd": 0}), "greater than 0"),
        (ledger(hardware=HARDWARE | {"utilisation": 1.2}), "at most 1"),
        (ledger(counted=COUNTED, source=None), "numbers need a source"),
        ({"complete": True, "entries": []}, "at least 1"),
        ({"entries": ledger(counted=COUNTED)["entries"]}, "complete"),
    ],
)
def test_is_refused(wrong, said):
    wrong = wrong or {"complete": True, "entries": [{"stage": "other", "source": "x"}]}
    with pytest.raises(Problems) as caught:
        load(wrong)
    assert said in str(caught.value)
