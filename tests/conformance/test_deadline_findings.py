"""What a missed or met deadline does to a finding, and what recognised laws do to it."""

from datetime import date

import pytest
from tests.conformance.test_law_due import IMMINENT, LAWS, incident, reported
from tests.conformance.test_recognising import DESIGNATION, INTENT, RECOGNITION, developer, law

from ifthen.conformance.basis import Hidden, Holding
from ifthen.conformance.finding import judge
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import list_law_due
from ifthen.conformance.overlay import Overlay
from ifthen.conformance.recognising import apply_clauses, judge_clauses
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.workspace.instruments import find_instrument

CALIFORNIA = find_instrument(LAWS, "ca-sb53")
OFFICE = "the Office of Emergency Services"


def finding(given, on, hidden=(), provision="incident-report", law=CALIFORNIA):
    due = list_law_due([law], Happened(on=on, incidents=given))
    held = Holding(whole=True, due=tuple(due), hidden=hidden)
    report = judge(law, None, developer(), on, held)
    return next(x for x in report.findings if x.provision == provision)


@pytest.mark.parametrize(
    ("told", "on", "state"),
    [
        (None, date(2027, 3, 10), "undetermined"),  # there is time until the 16th
        (None, date(2027, 3, 17), "inconsistent"),
        ("2027-03-10T00:00:00Z", date(2027, 3, 17), "present"),
        ("2027-03-20T00:00:00Z", date(2027, 3, 21), "inconsistent"),
        ("2027-03-20T00:00:00Z", date(2027, 3, 15), "undetermined"),  # not told yet on the day
    ],
)
def test_a_report_that_is_due_late_or_missed_is_no_report(told, on, state):
    more = reported((OFFICE, told)) if told else ""
    found = finding([incident(more=more)], on)
    assert found.state == state
    assert any(x.document.startswith("i.yaml:") for x in found.basis)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("2027-03-04T11:00:00Z", "present"),  # both times were kept
        ("2027-03-04T17:00:00Z", "undetermined"),  # that from the determination, not the other
        ("2027-03-04T19:00:00Z", "inconsistent"),  # neither
    ],
)
def test_one_of_two_times_that_the_text_joins_with_or_is_no_contradiction(told, state):
    given = [incident(more=reported(("the Office", told)))]
    found = finding(given, date(2027, 3, 6), law=find_instrument(LAWS, "ny-raise"))
    assert found.state == state
    assert ("for a person" in found.why) == (state == "undetermined")


def test_without_a_day_of_belief_the_determination_alone_decides():
    more = reported(("the Office", "2027-03-04T17:00:00Z"))
    bare = incident(more=more)
    bare = type(bare)(bare.document.model_copy(update={"aware_at": None}), bare.source)
    found = finding([bare], date(2027, 3, 6), law=find_instrument(LAWS, "ny-raise"))
    assert found.state == "present"


def test_an_unknown_name_told_in_time_is_no_contradiction_and_conform_says_so():
    given = [incident(more=reported(("the state", "2027-03-10T00:00:00Z")))]
    found = finding(given, date(2027, 3, 17))
    assert found.state == "undetermined"
    assert "told: the state on 2027-03-09" in found.why


def test_without_an_incident_nobody_can_tell_that_one_was_to_be_reported():
    found = finding([], date(2027, 3, 17))
    assert found.state == "undetermined"
    assert "only if" in found.why


def test_a_danger_of_which_nothing_is_known_is_undetermined_and_one_that_was_not_told_is_missed():
    unknown = finding([incident()], date(2027, 3, 10), provision="imminent-danger")
    assert unknown.state == "undetermined"
    missed = finding([incident(more=IMMINENT)], date(2027, 3, 10), provision="imminent-danger")
    assert missed.state == "inconsistent"


def test_what_may_be_withheld_is_not_called_missed():
    part = Hidden(kind="incident", document="incident/i", sha256="sha256:" + "0" * 64,
                  place="reports", reason="privacy")  # fmt: skip
    found = finding([incident()], date(2027, 3, 17), hidden=(part,))
    assert found.state == "withheld"
    late = incident(more=reported((OFFICE, "2027-03-20T00:00:00Z")))
    assert finding([late], date(2027, 3, 21), hidden=(part,)).state == "inconsistent"


ON = date(2027, 7, 1)


def recognised(*documents, overlay=DESIGNATION, on=ON, at_hand=True):
    """Return the findings of ``b``, which recognises ``a`` in what it says of ``x`` alone."""
    target, regime = law("b", ["x", "y"], RECOGNITION), law("a", ["p", "q"])
    layers = [load_document(parse_tree(overlay.encode(), name="o.yaml"), Overlay)]
    given = developer(*documents)
    reports = {"a": judge(regime, None, given, on)} if at_hand else {}
    clauses = judge_clauses(target.document, layers, given, reports, on)
    report = apply_clauses(judge(target, None, given, on), clauses)
    return {x.provision: x for x in report.findings}


KEPT, HERE = ("p", "2027-03-01", ""), ("x", "2027-03-01", "")


def test_what_is_kept_there_counts_here_and_only_in_its_scope():
    found = recognised(INTENT, KEPT)
    assert (found["x"].state, found["y"].state) == ("present", "absent")
    assert "Without that: absent" in found["x"].why
    assert "C." in found["x"].judgement  # the conditions stay for a person


@pytest.mark.parametrize("here", [(), (HERE,)])
def test_a_failure_there_is_a_failure_here_whatever_was_filed_here(here):
    found = recognised(INTENT, *here)
    assert found["x"].state == "inconsistent"
    assert "a failure there is a failure here" in found["x"].why
    assert found["y"].state == "absent"


def test_what_nobody_can_tell_there_is_undetermined_here():
    found = recognised(INTENT, HERE, at_hand=False)
    assert found["x"].state == "undetermined"


@pytest.mark.parametrize(
    ("documents", "changes"),
    [
        ((), {}),
        ((INTENT, ("recognition-revoked", "2027-05-01", "b.r")), {}),
        ((INTENT,), {"on": date(2027, 1, 31)}),
        ((INTENT,), {"on": date(2029, 1, 1)}),
        ((INTENT,), {"overlay": DESIGNATION.replace(": b,", ": c,")}),
    ],
)
def test_without_designation_or_intent_on_the_day_findings_are_as_they_were(documents, changes):
    found = recognised(*documents, KEPT, **changes)
    assert (found["x"].state, found["y"].state) == ("absent", "absent")
