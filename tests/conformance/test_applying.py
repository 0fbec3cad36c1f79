"""What applies: by the day's facts, by later days' facts, and never better for a fact less."""

from datetime import date

import pytest

from ifthen.conformance.applying import APPLYINGS, list_applying
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.workspace.instruments import load_instruments

LAWS = load_instruments()
ON = date(2026, 11, 20)
LARGE = """revenue: [{year: 2025, low: 6.0e8, high: 9.0e8}, {year: 2026, low: 6.0e8, high: 9.0e8}]
signed: [seoul]
models: [{id: m, compute: {low: 2.0e26, high: 4.0e26}, places: [us-ny]}]
all_models: true
"""


def facts(text=LARGE):
    text = "kind: developer\nid: d\ntitle: D\n" + text
    return load_document(parse_tree(text.encode(), name="d.yaml"), Developer)


def applying(developer, on=ON):
    return {x.instrument: x for x in list_applying(LAWS, developer, on).instruments}


def provision(found, id):
    return next(x for x in found.provisions if x.provision == id)


def test_a_large_developer_is_bound_now_in_california_and_later_in_new_york():
    found = applying(facts())
    assert found["ca-sb53"].applies == "applies"
    assert {x.applies for x in found["ca-sb53"].provisions} == {"applies"}
    new_york = provision(found["ny-raise"], "incident-report")
    assert (new_york.applies, new_york.applies_from) == ("will-apply", date(2027, 1, 1))
    assert new_york.judged_on == date(2027, 1, 1)  # by the revenue of 2026, not of 2025
    framework = provision(found["il-430-ilcs-185"], "framework-thresholds")
    assert framework.applies_from == date(2028, 1, 1)
    assert framework.applies == "undetermined"  # the revenue of 2027 is not stated
    assert any("2027 is not stated" in x for x in framework.because)
    assert found["seoul"].applies == "applies"
    assert found["eu-code-of-practice"].applies == "does-not-apply"
    assert found["metr-common-elements"].applies == "asks-nothing"


def test_a_range_across_the_line_is_undetermined_and_one_below_is_not_bound():
    across = facts(LARGE.replace("low: 2.0e26", "low: 0.5e26"))
    below = facts(LARGE.replace("low: 2.0e26, high: 4.0e26", "low: 1.0e25, high: 1.0e26"))
    assert applying(across)["ca-sb53"].applies == "undetermined"
    assert applying(below)["ca-sb53"].applies == "does-not-apply"


def test_that_no_model_is_above_the_line_today_says_nothing_of_the_next_year():
    below = applying(facts(LARGE.replace("low: 2.0e26, high: 4.0e26", "low: 1.0e25, high: 9.0e25")))
    later = provision(below["ny-raise"], "incident-report")
    assert later.applies == "undetermined"
    assert "by 2027-01-01 there may be other models" in later.because


@pytest.mark.parametrize("on", [ON, date(2027, 6, 1)])
def test_a_provision_that_people_date_differently_is_contested_until_the_last_of_the_days(on):
    found = applying(facts(), on)
    contested = [x for x in found["il-430-ilcs-185"].provisions if x.applies == "contested"]
    assert "185/10(c)(3)" in {x.citation for x in contested}
    after = applying(facts(), date(2028, 1, 1))["il-430-ilcs-185"]
    assert not after.counts["contested"]


@pytest.mark.parametrize("on", [date(2025, 12, 31), ON, date(2027, 1, 1), date(2028, 1, 1)])
def test_without_facts_nothing_is_said_to_apply_and_nothing_to_spare(on):
    for instrument in applying(None, on).values():
        states = {x.applies for x in instrument.provisions}
        assert states <= {"undetermined", "contested", "asks-nothing", "applies"}
        if instrument.instrument != "metr-common-elements":
            assert "applies" not in states
            assert "does-not-apply" not in states


@pytest.mark.parametrize("line", LARGE.splitlines())
@pytest.mark.parametrize("on", [ON, date(2027, 1, 1)])
def test_a_fact_less_never_turns_an_open_or_binding_provision_into_one_that_does_not_apply(
    line, on
):
    whole = applying(facts(), on)
    # Without its models a file that says "these are all" says something else, not less.
    gone = LARGE.replace(line + "\n", "")
    less = applying(facts(gone if "models: [" in gone else gone.replace("true", "false")), on)
    for id, instrument in whole.items():
        for before, after in zip(instrument.provisions, less[id].provisions, strict=True):
            if after.applies == "does-not-apply":
                assert before.applies == "does-not-apply"


def test_every_provision_is_there_with_its_citation_and_reasons():
    for loaded in LAWS:
        found = applying(facts())[loaded.document.id]
        assert [x.citation for x in found.provisions] == [
            x.citation for x in loaded.document.provisions
        ]
        assert all(x.because for x in found.provisions)
        assert sum(found.counts.values()) == len(found.provisions)
        assert list(found.counts) == list(APPLYINGS)


def test_no_legal_advice_and_unverified_are_said():
    report = list_applying(LAWS, facts(), ON)
    assert "No legal advice" in report.notices[0]
    for found in report.instruments:
        said = any(x.startswith("Unverified") for x in found.notices)
        assert said == (found.standing != "primary")
