"""Worked cases: what follows as expected, what does not, and what cannot be tried."""

from datetime import date

import pytest
from pydantic import ValidationError
from tests.decision.world import EXEMPTION, world

from ifthen.decision.case import Case, check_case, check_case_names, decide_case
from ifthen.decision.readings import decide_by_reading, find_disputed_gates
from ifthen.decision.supposing import make_document
from ifthen.errors import Error

READINGS = [
    {"id": "alone", "text": "the first threshold is enough"},
    {
        "id": "together",
        "text": "only with the second threshold",
        "when": {"in": {"threshold": "cyber-2", "values": ["reached"]}},
    },
]


def make_case(**keys):
    tree = {
        "kind": "case", "id": "c", "framework": "frontier", "version": "1.0", "title": "A case",
        "text": "What it shows.", "on": "2026-07-01",
        "expect": {"gates": {"deploy": "undetermined"}},
    }  # fmt: skip
    return make_document(tree | keys, Case)


def framework(readings=False):
    changed = world()
    if readings:
        changed.framework["commitments"][0]["readings"] = READINGS
    return changed.facts().framework


REACHED = {
    "measurements": [{"evaluation": "ctf", "passed": 150, "questions": 200}],
    "determinations": [{"threshold": "cyber-2", "conclusion": "cannot-rule-out"}],
    "assessments": [{"safeguard": "vault", "result": "effective"}],
    "declarations": [{"statement": "filter-on", "value": False}],
}


def test_a_case_that_holds_has_no_differences():
    case = make_case(
        suppose=REACHED,
        expect={
            "thresholds": {"cyber-1": "reached"},
            "commitments": {"if-cyber-1": "due"},
            "safeguards": {"vault": "yes", "filter": "no"},
            "gates": {"deploy": "hold", "store": "go"},
        },
    )
    assert check_case(case, framework()).differences == ()


def test_each_difference_is_named_with_what_was_found():
    case = make_case(
        suppose=REACHED,
        expect={
            "thresholds": {"cyber-1": "ruled-out"},
            "commitments": {"if-cyber-1": "not-due"},
            "safeguards": {"filter": "yes"},
            "gates": {"deploy": "go"},
        },
    )
    assert check_case(case, framework()).differences == (
        "threshold cyber-1: expected ruled-out, found reached",
        "commitment if-cyber-1: expected not-due, found due",
        "safeguard filter: expected yes, found no",
        "gate deploy: expected go, found hold",
    )


def test_two_readings_are_computed_both_ways():
    suppose = REACHED | {"determinations": [{"threshold": "cyber-2", "conclusion": "reached"}]}
    case = make_case(
        suppose=suppose,
        expect={
            "commitments": {"if-cyber-1": "due"},
            "readings": {
                "if-cyber-1": {"alone": {"deploy": "hold"}, "together": {"deploy": "hold"}}
            },
        },
    )
    assert check_case(case, framework(readings=True)).differences == ()


def test_a_gate_that_hangs_on_the_reading_is_found():
    changed = world()
    changed.framework["commitments"] = [
        {"id": "if-cyber-1", "if": "cyber-1", "then": ["vault", "filter"], "readings": READINGS},
        {"id": "if-cyber-2", "if": "cyber-2", "then": ["vault"]},
    ]
    changed.framework["domains"][0]["thresholds"][1]["ruled_out_when"] = {
        "in": {"determination": "cyber-2", "values": ["ruled-out"]}
    }
    case = make_case(
        suppose=REACHED
        | {
            "measurements": [{"evaluation": "ctf", "passed": 150, "questions": 200}],
            "determinations": [{"threshold": "cyber-2", "conclusion": "ruled-out"}],
        },
        expect={
            "commitments": {"if-cyber-1": "contested"},
            "gates": {"deploy": "undetermined"},
            "readings": {"if-cyber-1": {"alone": {"deploy": "hold"}}},
        },
    )
    loaded = changed.facts().framework
    assert check_case(case, loaded).differences == ()
    facts, _ = decide_case(case, loaded)
    ways = list(decide_by_reading(facts, on=date(2026, 7, 1)))
    assert [x.reading for x in ways] == ["alone", "together"]
    assert all(x.decision.hypothetical for x in ways)
    assert len({x.decision.framework.digest for x in ways}) == 2
    disputed = find_disputed_gates(ways)
    assert set(disputed) == {"if-cyber-1"}
    assert next(x.outcome.value for x in disputed["if-cyber-1"] if x.gate == "deploy") == "hold"


def test_a_reading_that_turns_out_otherwise_is_a_difference():
    case = make_case(
        suppose=REACHED,
        expect={
            "readings": {"if-cyber-1": {"alone": {"deploy": "go"}, "neither": {"store": "go"}}}
        },
    )
    assert check_case(case, framework(readings=True)).differences == (
        "gate deploy, if-cyber-1 read as alone: expected go, found hold",
        "gate store, if-cyber-1 read as neither: expected go, found nothing",
    )


def test_a_case_that_expects_nothing_is_refused():
    with pytest.raises((ValidationError, Error)):
        make_case(expect={})


def test_unknown_names_are_found_with_their_place_and_the_nearest_one():
    case = make_case(
        suppose={"assessments": [{"safeguard": "vaul", "result": "effective"}]},
        expect={"gates": {"deploys": "go"}, "thresholds": {"cyber-1": "reached"}},
    )
    faults = list(check_case_names(case, framework().document))
    assert [(x.code, x.hint) for x in faults] == [
        ("case.unknown-name", "did you mean 'vault'?"),
        ("case.unknown-name", "did you mean 'deploy'?"),
    ]


@pytest.mark.parametrize(
    ("keys", "noun", "near"),
    [
        ({"suppose": {"measurements": [{"evaluation": "ctfs", "passed": 1, "questions": 200}]}},
         "evaluation 'ctfs'", "ctf"),
        ({"suppose": {"declarations": [{"statement": "filter-off", "value": True}]}},
         "declaration 'filter-off'", "filter-on"),
        ({"suppose": {"determinations": [{"threshold": "cyber-9", "conclusion": "reached"}]}},
         "threshold 'cyber-9'", "cyber-2"),
        ({"expect": {"commitments": {"if-cyber-9": "due"}}},
         "commitment 'if-cyber-9'", "if-cyber-2"),
        ({"expect": {"safeguards": {"filters": "yes"}}}, "safeguard 'filters'", "filter"),
        ({"expect": {"gates": {"deploys": "go"}}}, "gate 'deploys'", "deploy"),
        ({"expect": {"readings": {"if-cyber-9": {"alone": {"store": "go"}}}}},
         "commitment 'if-cyber-9'", "if-cyber-2"),
    ],
)  # fmt: skip
def test_each_kind_of_name_in_a_case_has_to_be_one_of_the_framework(keys, noun, near):
    (fault,) = check_case_names(make_case(**keys), framework().document)
    assert fault.message == f"frontier 1.0 has no {noun}"
    assert fault.hint == f"did you mean '{near}'?"


def test_names_that_the_framework_has_are_no_faults():
    declared = {"declarations": [{"statement": "filter-on", "value": True}]}
    assert list(check_case_names(make_case(suppose=declared), framework().document)) == []


def test_a_case_before_its_version_is_an_error():
    with pytest.raises(Error) as caught:
        check_case(make_case(on="2025-12-31"), framework())
    assert caught.value.code == "case.not-in-force"


@pytest.mark.parametrize(
    ("watch", "outcome"),
    [
        ({"status": "exploratory"}, "go"),
        ({"level": "alert"}, "go"),
        ({"status": "in-force"}, "undetermined"),
        ({"level": "tracked"}, "undetermined"),
    ],
)
def test_a_threshold_that_is_only_watched_holds_up_no_gate(watch, outcome):
    changed = world()
    thresholds = changed.framework["domains"][0]["thresholds"]
    thresholds.append(
        {
            "id": "watched", "tier": len(thresholds) + 1, "title": "Watched", "text": "watched",
            **watch,
            "ruled_out_when": {"in": {"determination": "watched", "values": ["ruled-out"]}},
        }
    )  # fmt: skip
    determined = [
        {"threshold": "cyber-2", "conclusion": "ruled-out"},
        {"threshold": "watched", "conclusion": "cannot-rule-out"},
    ]
    case = make_case(
        suppose={
            **REACHED,
            "measurements": [{"evaluation": "ctf", "passed": 0, "questions": 200}],
            "determinations": determined,
        },
        expect={"gates": {"store": outcome}},
    )
    assert check_case(case, changed.facts().framework).differences == ()


BELOW = {
    "measurements": [{"evaluation": "ctf", "passed": 10, "questions": 200}],
    "assessments": [{"safeguard": "vault", "result": "effective"}],
    "declarations": [{"statement": "filter-on", "value": False}],
}
"""Every threshold is ruled out; the filter is off."""


@pytest.mark.parametrize(
    ("relation", "suppose", "standing"),
    [
        ("fine-tune", REACHED, "reached"),
        ("distillation", REACHED, "cannot-rule-out"),
        ("fine-tune", None, "cannot-rule-out"),
        ("fine-tune", BELOW, "cannot-rule-out"),
    ],
)
def test_what_a_supposed_parent_reached_is_inherited(relation, suppose, standing):
    parent = {"id": "base-1", "relation": relation} | ({"suppose": suppose} if suppose else {})
    case = make_case(
        suppose=BELOW | {"measurements": [], "parents": [parent]},
        expect={"thresholds": {"cyber-1": standing}},
    )
    assert check_case(case, framework()).differences == ()
    facts, decision = decide_case(case, framework())
    known = ["base-1"] if suppose is not None else []
    assert [x.model.document.id for x in facts.parents] == known
    inherited = decision.thresholds[0].inherited
    assert bool(inherited) == (suppose is not BELOW)
    assert any(x.startswith(f"the model is a {relation} of base-1") for x in decision.supposed)


def test_a_supposed_parent_that_was_ruled_out_spares_a_small_change_nothing_without_a_clause():
    parent = {"id": "base-1", "relation": "fine-tune", "suppose": BELOW}
    itself = make_case(
        suppose=BELOW | {"parents": [parent]}, expect={"thresholds": {"cyber-1": "ruled-out"}}
    )
    assert check_case(itself, framework()).differences == ()


@pytest.mark.parametrize(("reviewed", "gate"), [("no", "undetermined"), ("stands", "go")])
def test_what_a_supposed_incident_touches_is_open_until_it_was_reviewed(reviewed, gate):
    incident = {"id": "leak", "concerns": [{"threshold": "cyber-1"}], "reviewed": reviewed}
    changed = world()
    changed.framework["treat_undetermined_as"] = "undetermined"
    loaded = changed.facts().framework
    case = make_case(suppose=BELOW | {"incidents": [incident]}, expect={"gates": {"deploy": gate}})
    assert check_case(case, loaded).differences == ()
    _, decision = decide_case(case, loaded)
    said = "incident leak touches threshold cyber-1"
    assert [x for x in decision.supposed if x.startswith(said)]


EXCEPTED = {
    "id": "no-filter", "exemption": "marginal-risk", "sets_aside": ["filter"],
    "approved_by": ["safety-lead"], "disclosed": "yes",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "gate"), [({}, "go"), ({"approved_by": []}, "hold"), ({"disclosed": "no"}, "hold")]
)
def test_a_supposed_exception_counts_under_the_clause_that_admits_it(changes, gate):
    changed = world()
    changed.framework["exemptions"] = [EXEMPTION | {"disclosed": "before-effect"}]
    loaded = changed.facts().framework
    case = make_case(
        suppose=REACHED | {"exceptions": [EXCEPTED | changes]}, expect={"gates": {"deploy": gate}}
    )
    assert check_case(case, loaded).differences == ()
    _, decision = decide_case(case, loaded)
    assert decision.exceptions[0].admitted == (gate == "go")
    assert decision.hypothetical


def test_unknown_names_in_lineage_incidents_and_exceptions_are_found():
    changed = world()
    changed.framework["exemptions"] = [EXEMPTION]
    case = make_case(
        suppose={
            "parents": [
                {
                    "id": "base-1",
                    "relation": "merge",
                    "suppose": {"assessments": [{"safeguard": "vaul", "result": "effective"}]},
                }
            ],
            "incidents": [
                {"id": "x", "concerns": [{"evaluation": "cft"}, {"everything": True}]},
            ],
            "exceptions": [
                EXCEPTED | {"exemption": "marginal", "sets_aside": ["fliter"]},
            ],
        }
    )
    faults = list(check_case_names(case, changed.facts().framework.document))
    assert [x.hint for x in faults] == [
        "did you mean 'marginal-risk'?",
        "did you mean 'filter'?",
        "did you mean 'ctf'?",
        "did you mean 'vault'?",
    ]


def test_one_parent_is_supposed_once():
    twice = [{"id": "base-1", "relation": x} for x in ("fine-tune", "merge")]
    with pytest.raises((ValidationError, Error)):
        make_case(suppose={"parents": twice})
