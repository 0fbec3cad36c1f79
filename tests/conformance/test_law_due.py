"""Clocks of laws that a workspace starts: none lost, none started by what the law does not name."""

from datetime import date

import pytest

from ifthen.conformance.law_clock import Happened
from ifthen.conformance.law_due import OF_INCIDENTS, list_law_due
from ifthen.dossier.incident import Incident
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.framework.model import Framework
from ifthen.workspace.instruments import find_instrument, load_instruments
from ifthen.workspace.library import find_version, load_library

LAWS = load_instruments()
FCF = find_version(load_library(), "anthropic/frontier-compliance-framework@2")
ON = date(2027, 3, 2)
PERSON = "{name: S. Lund (fictional), role: head of safety}"


def text_of(severity="serious-incident", more=""):
    return f"""kind: incident
id: i
model: m
title: T
text: T.
recorded_by: {PERSON}
discovered_at: 2027-03-01T11:00:00Z
aware_at: 2027-03-01T12:00:00Z
gradings: [{{severity: {severity}, at: "2027-03-01T18:00:00Z", by: {PERSON}, reasons: R.}}]
{more}"""


def load(text):
    return load_document(parse_tree(text.encode(), name="i.yaml"), Incident)


def incident(severity="serious-incident", more=""):
    return load(text_of(severity, more))


def due(law, given, on=ON, frameworks=()):
    happened = Happened(on=on, incidents=given, frameworks=frameworks)
    found = list_law_due([find_instrument(LAWS, law)], happened)
    return {x.id.split("/")[2]: x for x in found}


IMMINENT = "harm: {kinds: [injury], imminent: 'yes'}\n"


def test_each_state_counts_from_its_own_event():
    given = [incident(more=IMMINENT)]
    california, new_york = due("ca-sb53", given), due("ny-raise", given)
    illinois = due("il-430-ilcs-185", given)
    assert california["incident"].last_day == date(2027, 3, 16)
    assert "before 2027-03-04 18:00 UTC" in new_york["incident"].title  # 72 h from determination
    assert "before 2027-03-04 12:00 UTC" in new_york["incident-belief"].title
    assert "before 2027-03-04 12:00 UTC" in illinois["incident"].title
    for found in (california, new_york, illinois):
        assert "before 2027-03-02 11:00 UTC" in found["imminent-danger"].title
        assert all(x.kind == "law" and x.where.startswith("i.yaml:") for x in found.values())


@pytest.mark.parametrize("severity", ["event", "incident"])
def test_what_is_not_serious_starts_nothing(severity):
    assert due("ca-sb53", [incident(severity)]) == {}


def test_a_clock_that_began_does_not_stop_when_the_incident_is_graded_down():
    later = f', {{severity: event, at: "2027-03-20T00:00:00Z", by: {PERSON}, reasons: R.}}]'
    down = load(text_of().replace("reasons: R.}]", "reasons: R.}" + later))
    assert due("ca-sb53", [down], date(2027, 3, 21))["incident"].standing == "missed"


def test_an_unknown_danger_is_undetermined_and_none_is_no_clock():
    assert due("ca-sb53", [incident()])["imminent-danger"].standing == "undetermined"
    safe = incident(more="harm: {kinds: [injury], imminent: 'no'}\n")
    assert "imminent-danger" not in due("ca-sb53", [safe])


def test_before_it_is_in_force_or_discovered_a_law_asks_nothing():
    early = load(text_of().replace("2027-03", "2026-03"))
    assert due("ny-raise", [early]) == {}
    assert due("ca-sb53", [early])["incident"].last_day == date(2026, 3, 16)
    assert due("ny-raise", [incident()], date(2027, 2, 28)) == {}


def reported(*reports):
    lines = "".join(f"  - {{to: {to}, at: {at}}}\n" for to, at in reports)
    return f"reports:\n{lines}"


AGENCY, ATTORNEY = "Agency", "the attorney general"


@pytest.mark.parametrize(
    ("reports", "on", "standing"),
    [
        ([(AGENCY, "2027-03-02T00:00:00Z")], date(2027, 3, 3), "due"),
        ([(AGENCY, "2027-03-02T00:00:00Z")], date(2027, 3, 5), "missed"),
        (
            [(AGENCY, "2027-03-02T00:00:00Z"), (ATTORNEY, "2027-03-04T12:00:00Z")],
            date(2027, 3, 5),
            "met",
        ),
        (
            [(AGENCY, "2027-03-02T00:00:00Z"), (ATTORNEY, "2027-03-04T12:00:01Z")],
            date(2027, 3, 5),
            "late",
        ),
        ([("Cal OES", "2027-03-02T00:00:00Z")], date(2027, 3, 3), "due"),
        ([("Cal OES", "2027-03-02T00:00:00Z")], date(2027, 3, 5), "undetermined"),  # who is that
        ([("Cal OES", "2027-03-04T12:00:01Z")], date(2027, 3, 5), "missed"),  # nobody in time
        (
            [(AGENCY, "2027-03-04T12:00:01Z"), ("the State", "2027-03-02T00:00:00Z")],
            date(2027, 3, 5),
            "missed",
        ),
        (
            [
                (
                    "Illinois Emergency Management Agency and Office of Homeland Security",
                    "2027-03-02T00:00:00Z",
                ),
                ("Illinois Attorney General", "2027-03-02T00:00:00Z"),
            ],
            date(2027, 3, 5),
            "met",
        ),
    ],
)
def test_every_recipient_has_to_be_told_by_name_and_to_the_moment(reports, on, standing):
    assert (
        due("il-430-ilcs-185", [incident(more=reported(*reports))], on)["incident"].standing
        == standing
    )


def test_whether_an_authority_is_the_appropriate_one_is_for_a_person():
    told = incident(more=reported(("the police", "2027-03-01T12:00:00Z")) + IMMINENT)
    found = due("ca-sb53", [told])["imminent-danger"]
    assert found.standing == "undetermined"
    assert "for a person" in found.reason


def test_a_danger_that_nobody_was_told_of_in_time_was_told_late_whoever_fits():
    told = reported(("the police", "2027-03-02T11:00:01Z"), ("FBI", "2027-03-03T00:00:00Z"))
    found = due("ny-raise", [incident(more=told + IMMINENT)], date(2027, 3, 5))["imminent-danger"]
    assert (found.standing, found.done_on) == ("late", date(2027, 3, 2))
    early = reported(("the police", "2027-03-02T11:00:00Z"))
    found = due("ny-raise", [incident(more=early + IMMINENT)], date(2027, 3, 5))["imminent-danger"]
    assert found.standing == "undetermined"


def test_without_a_day_of_belief_new_york_counts_from_the_determination_alone():
    bare = load(text_of().replace("aware_at: 2027-03-01T12:00:00Z\n", ""))
    found = due("ny-raise", [bare])
    assert (found["incident-belief"].standing, found["incident-belief"].last_day) == (
        "undetermined", None)  # fmt: skip
    assert found["incident"].standing == "due"


def test_the_eu_code_tells_harms_apart_and_what_nothing_dates_is_undetermined():
    found = due("eu-code-of-practice", [incident(more="harm: {kinds: [death]}\n")])
    assert found["incident-death"].last_day == date(2027, 3, 11)
    assert not {"incident-cyber", "incident-infrastructure", "incident-harm"} & set(found)
    assert "incident-final" not in found  # it is not over
    unknown = due("eu-code-of-practice", [incident()])
    assert unknown["incident-death"].standing == "undetermined"


def test_every_clock_of_incidents_of_the_three_states_is_known():
    for id in ("ca-sb53", "ny-raise", "il-430-ilcs-185"):
        for provision in find_instrument(LAWS, id).document.provisions:
            for clock in provision.clocks:
                if provision.asks == "incident-report" or clock.id == "modification":
                    assert clock.starts in {*OF_INCIDENTS, "modification"}, clock


def test_a_new_version_for_the_law_is_to_be_published_in_thirty_days():
    earlier = FCF.document.model_copy(
        update={
            "version": "1",
            "in_force": FCF.document.in_force.model_copy(update={"from_": date(2026, 1, 1)}),
        }
    )
    first = type(FCF)(document=earlier, source=FCF.source)
    day = FCF.document.in_force.from_
    assert isinstance(FCF.document, Framework)
    found = due("ca-sb53", [], day, [first, FCF])["modification"]
    assert (found.standing, (found.last_day - day).days) == ("due", 30)
    later = due("ca-sb53", [], date(2027, 1, 1), [first, FCF])["modification"]
    assert later.standing == "undetermined"
    assert due("ca-sb53", [], day, [FCF]) == {}  # nothing was modified
    assert due("seoul", [], day, [first, FCF]) == {}
