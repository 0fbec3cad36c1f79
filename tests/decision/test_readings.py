"""Each reading of a contested clause, as if it were the only one."""

from tests.decision.world import ON, world

from ifthen.decision.readings import decide_by_reading, find_disputed_gates

READINGS = [
    {
        "id": "both",
        "text": "Both have to be so.",
        "held_by": ["The developer"],
        "when": {"in": {"declaration": "wide", "values": [True]}},
    },
    {"id": "either", "text": "One is enough.", "held_by": ["A reader"]},
]


def contested():
    made = world()
    made.framework["commitments"][0]["readings"] = READINGS
    return made


def test_one_reading_at_a_time_with_who_holds_it():
    ways = list(decide_by_reading(contested().facts(), on=ON))
    assert [(x.reading, x.held_by) for x in ways] == [
        ("both", ("The developer",)),
        ("either", ("A reader",)),
    ]
    assert all(x.decision.hypothetical for x in ways)


def test_gates_that_hang_on_the_reading_are_those_whose_outcomes_differ():
    ways = list(decide_by_reading(contested().facts(), on=ON))
    disputed = find_disputed_gates(ways)
    for commitment, gates in disputed.items():
        assert commitment == contested().framework["commitments"][0]["id"]
        assert len({gate.outcome for gate in gates}) > 1
    outcomes = [tuple(gate.outcome for gate in x.decision.gates) for x in ways]
    assert bool(disputed) == (outcomes[0] != outcomes[1])


def test_a_framework_without_readings_has_nothing_to_yield():
    assert list(decide_by_reading(world().facts(), on=ON)) == []
