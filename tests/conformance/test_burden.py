"""What regimes ask of a model is counted, and what they add is told by crosswalks alone."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ifthen.conformance.burden import Estimates, count_burden, list_spared_commitments
from ifthen.conformance.crosswalk import Crosswalk
from ifthen.decision.deciding import decide
from ifthen.decision.facts import Facts
from ifthen.dossier.developer import Developer
from ifthen.dossier.model import Determination, Model
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error
from ifthen.framework.model import Framework
from ifthen.publication.burden_page import format_burden_page
from ifthen.workspace.instruments import load_instruments, load_layer
from ifthen.workspace.library import LIBRARY

STEPS = Path(__file__).parents[2] / "examples" / "borealis" / "steps"
LAWS = {x.document.id: x for x in load_instruments()}
STATES = [LAWS[x] for x in ("ca-sb53", "ny-raise", "il-430-ilcs-185")]
WALKS = [
    load_layer(x, "crosswalks", Crosswalk, LIBRARY).document
    for x in ("ca-sb53--ny-raise", "ca-sb53--il-430-ilcs-185", "ny-raise--il-430-ilcs-185")
]
ON = date(2028, 2, 1)


def developer(compute=2e26, revenue=6e8):
    data = {
        "kind": "developer", "id": "lab", "title": "Example Lab, which does not exist",
        "revenue": [{"year": 2027, "low": revenue, "high": revenue}], "all_models": True,
        "models": [
            {"id": "big", "compute": {"low": compute, "high": compute},
             "places": ["Illinois", "New York", "California"]},
            {"id": "small", "compute": {"low": 1e24, "high": 1e24}, "places": ["Illinois"]},
        ],
    }  # fmt: skip
    return load_document(parse_tree(json.dumps(data).encode(), name="d.json"), Developer).document


def count(laws=STATES, model="big", walks=WALKS, on=ON, **more):
    facts = more.pop("facts", None) or developer()
    return count_burden(laws, facts, model, walks, on, **more)


def make(model, tree):
    return load_document(parse_tree(json.dumps(tree).encode(), name="made.json"), model)


def read(name, model):
    return load_document(parse_tree((STEPS / name).read_bytes(), name=name), model)


def test_what_a_crosswalk_calls_asked_already_is_not_added_and_the_rest_is():
    first, _, last = count().regimes
    assert first.adds.provisions == first.provisions == len(STATES[0].document.provisions)
    assert 0 < last.adds.provisions < last.provisions
    already = {x.document for x in last.documents if x.standing == "already"}
    assert "audit-report" not in already
    assert already
    new = [x for x in last.documents if x.document == "audit-report"]
    assert new[0].standing == "new"
    assert len(new[0].fields) == 7


def test_without_crosswalks_everything_is_added_and_that_is_said():
    *_, last = count(walks=[]).regimes
    assert last.adds.provisions == last.provisions
    assert last.adds.documents == len(last.documents)
    assert last.adds.fields == last.fields
    assert last.adds.unmapped == ("ca-sb53", "ny-raise")


def test_what_an_earlier_regime_does_not_ask_of_this_model_answers_nothing():
    # Not in force in California, so that nothing is asked there which could count in New York.
    law = STATES[0]
    later = law.document.in_force.model_copy(update={"from_": date(2030, 1, 1)})
    off = replace(law, document=law.document.model_copy(update={"in_force": later}))
    first, second = count([off, STATES[1]]).regimes
    assert (first.provisions, first.not_in_force) == (0, len(law.document.provisions))
    assert second.adds.provisions == second.provisions


def test_a_model_below_the_line_of_compute_is_outside_and_revenue_leaves_less():
    assert [x.provisions for x in count(model="small").regimes] == [0, 0, 0]
    assert count(model="small").regimes[0].outside == len(STATES[0].document.provisions)
    poor = count(facts=developer(revenue=1e8)).regimes[0]
    rich = count().regimes[0]
    assert 0 < poor.provisions < rich.provisions
    assert poor.provisions + poor.outside == rich.provisions


def test_what_is_not_known_counts_and_is_called_uncertain():
    code = count([LAWS["eu-code-of-practice"]]).regimes[0]
    assert code.uncertain == code.provisions > 0


def test_hours_are_lengths_of_clocks_and_work_is_only_what_somebody_estimated():
    plain = count().regimes
    assert all(x.estimate_hours is None for x in plain)
    clocks = {x.clock: x for x in plain[0].clocks}
    assert (clocks["incident"].hours, clocks["imminent-danger"].hours) == (360, 24)
    assert clocks["internal-use-summary"].hours is None
    assert clocks["internal-use-summary"].times_a_year == 4
    assert plain[0].shortest().clock == "imminent-danger"
    given = count(estimates=Estimates(document=10, field=2)).regimes
    for x in given:
        assert x.estimate_hours == 10 * x.adds.documents + 2 * x.adds.fields
    assert count(estimates=Estimates(element=3)).regimes[0].estimate_hours == 39


def test_a_similarly_safe_model_is_spared_the_four_provisions_of_the_code():
    (code,) = count([LAWS["eu-code-of-practice"]]).regimes
    assert {x.citation for x in code.spared} == {
        "Measure 3.5, fourth paragraph",
        "Measure 7.6, third paragraph",
        "Measure 10.2",
        "Appendix 3.5, first paragraph",
    }
    assert all(x.spared == () for x in count().regimes)


def test_a_cleared_model_is_spared_the_commitments_of_its_framework_and_an_unmeasured_one_is_not():
    name = "01-trained/frameworks/quick-fsf-1.0.yaml"
    tree = parse_tree((STEPS / name).read_bytes(), name=name).tree
    # Judged by a person here, so that no log has to be read.
    threshold = tree["domains"][0]["thresholds"][0]
    threshold["ruled_out_when"] = {"in": {"determination": "products-1", "values": ["ruled-out"]}}
    framework = make(Framework, tree)
    model = read("05-precaution/models/borealis-2.yaml", Model)
    judged = make(
        Determination,
        {
            "kind": "determination", "id": "judged", "model": "borealis-2",
            "threshold": "products-1", "conclusion": "ruled-out", "reasons": "It cannot.",
            "made_on": "2027-01-10", "expires": "2027-12-31",
            "made_by": {"name": "S. Lund", "role": "head of safety"},
        },
    )  # fmt: skip

    def spared(**facts):
        held = Facts(framework=framework, model=model, **facts)
        decision = decide(held, on=date(2027, 3, 1), hypothetical=False)
        return list(list_spared_commitments(framework.document, decision))

    (found,) = spared(determinations=[judged])
    assert (found.commitment, found.safeguards) == ("if-products-1", ("vault", "filter"))
    assert "ruled out by evaluations or named people" in found.because
    assert spared() == []


def test_an_unknown_model_is_an_error_with_what_there_is():
    with pytest.raises(Error) as caught:
        count(model="other")
    assert caught.value.code == "burden.unknown-model"
    assert "big, small" in caught.value.hint


def test_the_page_holds_every_regime_and_clock_and_no_script():
    burden = count([*STATES, LAWS["eu-code-of-practice"]])
    page = format_burden_page(burden)
    assert all(x.instrument in page for x in burden.regimes)
    assert page.count("<tr><td>") == len(burden.regimes) + sum(
        len(x.clocks) for x in burden.regimes
    )
    assert "<script" not in page
    assert "Measure 10.2" in page
