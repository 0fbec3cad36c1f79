"""Where statements of the elicitation contradict the log, or each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decision.world import EVIDENCE, PLAN, load

from ifthen.decision.elicitation import COMPARED, check_elicitation, check_plan, find_statements
from ifthen.dossier.model import Plan
from ifthen.encoding.elicitation import Elicitation
from ifthen.evidence.record import EvidenceRecord

SETUP = {
    "steps": ["use_tools", "generate"],
    "tools": ["bash", "python"],
    "limits": {"token_limit": 5000.0},
    "generation": {"reasoning_effort": "low", "reasoning_tokens": 1000.0},
}


def record(elicitation=None, metadata=None, **run) -> EvidenceRecord:
    tree = EVIDENCE | {"run": EVIDENCE["run"] | {"setup": SETUP} | run}
    if elicitation is not None:
        tree |= {"elicitation": elicitation}
    if metadata is not None:
        tree["run"]["elicitation"] = metadata
    return load(tree, EvidenceRecord).document


def plan(elicitation, **changes) -> Plan:
    return load(PLAN | changes | {"elicitation": elicitation}, Plan).document


def texts(plan_, record_) -> list[str]:
    return [found.reason.text for found in check_elicitation(plan_, record_)]


def test_nobody_states_anything():
    assert find_statements(plan("Words."), record(metadata="words")) == ()
    assert check_elicitation(None, record()) == ()


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"attempts": 5}, "attempts = 5; the log says epochs = 1"),
        ({"tools": []}, "tools = none; the log says also bash, python"),
        ({"tools": ["bash"]}, "tools = bash; the log says also python"),
        ({"reasoning_effort": "high"}, "reasoning_effort = high; the log says low"),
        ({"reasoning_tokens": 9}, "reasoning_tokens = 9; the log says 1000"),
        ({"token_limit": 9}, "token_limit = 9; the log says 5000"),
    ],
)
def test_the_log_says_otherwise(stated, said):
    (found,) = check_elicitation(None, record(stated))
    assert found.key in stated
    assert found.reason.code == "elicitation.log-differs"
    assert found.reason.text == f"record ctf-run says {said}"


@pytest.mark.parametrize(
    "stated",
    [
        {"attempts": 1, "tools": ["python", "bash"], "reasoning_effort": "low"},
        {"reasoning_tokens": 1000, "token_limit": 5000},
        {"tools": ["bash", "python", "hidden in a solver"]},
        {"scaffold": "none", "access": "weights", "notes": "x", "helpful_only": "no"},
    ],
)
def test_what_the_log_says_too_or_cannot_say(stated):
    assert check_elicitation(None, record(stated)) == ()


def test_a_log_that_says_nothing_of_tools_contradicts_none():
    stated = {"tools": [], "token_limit": 9, "reasoning_effort": "high"}
    assert check_elicitation(None, record(stated, setup=None)) == ()


def test_plan_says_five_attempts_and_the_log_has_one_epoch():
    (found,) = check_plan(plan({"attempts": 5}, epochs=5), record().run)
    assert found.reason.text == "plan ctf-plan says attempts = 5; the log says epochs = 1"
    assert check_plan(plan("Words."), record().run) == ()


def test_statements_against_each_other():
    found = texts(
        plan({"helpful_only": "yes", "fine_tuned": "yes", "tools": ["bash", "python"]}),
        record(
            {"helpful_only": "no", "fine_tuned": "unknown", "tools": ["python", "bash"]},
            metadata={"helpful_only": "yes"},
        ),
    )
    assert found == [
        "record ctf-run says helpful_only = no; the log's metadata says yes",
        "record ctf-run says helpful_only = no; plan ctf-plan says yes",
    ]


STATED = st.builds(
    lambda **keys: {key: value for key, value in keys.items() if value is not None},
    attempts=st.integers(1, 2),
    tools=st.none() | st.lists(st.sampled_from(["bash", "python", "web"]), unique=True),
    helpful_only=st.none() | st.sampled_from(["yes", "no", "unknown"]),
    reasoning_effort=st.none() | st.sampled_from(["low", "high"]),
    token_limit=st.none() | st.integers(4999, 5001),
)


@given(STATED, STATED)
def test_a_contradiction_is_between_values_that_differ(one, other):
    """An oracle in other words: both say something known, and not the same."""
    found = check_elicitation(
        plan(other, epochs=other["attempts"]), record(one, epochs=other["attempts"])
    )
    between = {x.key for x in found if x.reason.code == "elicitation.statements-differ"}
    first, second = Elicitation(**_tuples(one)), Elicitation(**_tuples(other))
    for key in COMPARED:
        a, b = getattr(first, key), getattr(second, key)
        known = {a, b}.isdisjoint({None, "unknown"})
        alike = set(a) == set(b) if isinstance(a, tuple) and isinstance(b, tuple) else a == b
        assert (key in between) is (known and not alike)


def _tuples(stated):
    return {k: tuple(v) if isinstance(v, list) else v for k, v in stated.items()}
