"""Whom an instrument covers, where compute alone does not tell."""

from datetime import date

import pytest

from ifthen.conformance.scope import judge_scope
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.workspace.instruments import find_instrument, load_instruments

LAWS = load_instruments()
ON = date(2026, 11, 20)


def covered(law, subject, compute, designated=None, places="[eu]"):
    named = "" if designated is None else f", designated: {designated}"
    text = (
        "kind: developer\nid: d\ntitle: D\nall_models: true\nmodels:\n"
        f"  - {{id: m, compute: {{low: {compute}, high: {compute}}}, places: {places}{named}}}\n"
    )
    facts = load_document(parse_tree(text.encode(), name="d.yaml"), Developer).document
    subjects = {x.id: x for x in find_instrument(LAWS, law).document.subjects}
    return judge_scope(subjects[subject], law, facts, ON).covered


@pytest.mark.parametrize(
    ("compute", "designated", "state"),
    [
        ("2.0e25", None, "yes"),
        ("2.0e25", "[]", "yes"),
        ("1.0e25", None, "undetermined"),  # not above, but the Commission may have named it
        ("1.0e25", "[]", "no"),
        ("1.0e25", "[ca-sb53]", "no"),
        ("1.0e25", "[eu-ai-act]", "yes"),
    ],
)
def test_compute_leaves_no_model_out_that_an_authority_may_have_named(compute, designated, state):
    assert covered("eu-ai-act", "systemic-risk-provider", compute, designated) == state


def test_a_designation_reaches_no_model_in_another_place():
    found = covered("eu-ai-act", "systemic-risk-provider", "1.0e27", "[eu-ai-act]", "[us-ca]")
    assert found == "no"


def test_a_condition_for_a_person_is_never_a_yes_and_undoes_no_no():
    assert covered("ca-sb1047", "covered-developer", "2.0e26") == "undetermined"
    assert covered("ca-sb1047", "covered-developer", "1.0e26") == "no"


def test_korea_counts_the_threshold_itself():
    assert covered("kr-ai-basic-act", "high-compute-operator", "1.0e26") == "undetermined"
    assert covered("kr-ai-basic-act", "high-compute-operator", "9.9e25") == "no"
