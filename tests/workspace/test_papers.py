"""Who decides, by a framework, as an auditor's work papers print it."""

import copy

import pytest
from tests.decision.world import ON, load, world

from ifthen.framework.model import Framework
from ifthen.workspace.papers import _list_gates

READINGS = [
    {"id": "narrow", "text": "The lead alone.", "decided_by": ["lead", "board"]},
    {"id": "wide", "text": "The council too.", "decided_by": ["board", "council"]},
]
DECIDERS = [
    {"reached": ["cyber-2"], "decided_by": ["lead", "board", "council"], "quorum": 2},
    {"reached": ["cyber-1"], "decided_by": ["board"]},
]


def say(**gate):
    """Return what the papers say of the second gate."""
    framework = copy.deepcopy(world().framework)
    framework["gates"][1] |= gate
    return list(_list_gates(load(framework, Framework), ON))[1].text


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ({"decided_by": ["lead"]}, "decided by lead, 1 of 1 roles approve"),
        (
            {"decided_by": ["lead", "board"], "quorum": 1, "informed": ["council"]},
            "decided by lead, board, 1 of 2 roles approve; informed: council",
        ),
        (
            {"decided_by": ["lead", "board"], "deciders": DECIDERS},
            "decided by lead, board, 2 of 2 roles approve"
            "; where cyber-2 counts as reached: lead, board, council, 2 of 3 roles approve"
            "; where cyber-1 counts as reached: board, 1 of 1 roles approve",
        ),
        (
            {"decided_by": ["lead"], "decider_readings": READINGS},
            "decided by everybody in every reading, lead, board, council, 3 of 3 roles approve"
            "; read as narrow: lead, board, 2 of 2 roles approve"
            "; read as wide: board, council, 2 of 2 roles approve",
        ),
    ],
    ids=["one", "quorum", "by-tier", "readings"],
)
def test_the_rule_of_another_entry_is_not_that_of_the_roles_that_are_named_first(gate, expected):
    assert say(**gate) == f"gate deploy (External deployment): {expected}"
