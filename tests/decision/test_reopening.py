"""Incidents: what they touch is open until a named person says that it stands."""

import pytest
from tests.decision.world import INCIDENT, World, reached, world

PERSON = INCIDENT["recorded_by"]


def struck_by(changed: World, *concerns, **changes) -> World:
    changed.incidents.append(INCIDENT | {"concerns": list(concerns)} | changes)
    return changed


def codes(reasons):
    return [reason.code for reason in reasons]


def test_an_incident_leaves_a_safeguard_open_and_the_gate_shut():
    assert reached().gates()["deploy"] == "go"
    changed = struck_by(reached(), {"safeguard": "vault"})
    assert changed.gates() == {"store": "undetermined", "deploy": "undetermined"}
    (found,) = [x for x in changed.decide().safeguards if x.safeguard == "vault"]
    assert found.in_place.value == "undetermined"
    assert codes(found.reasons) == ["incident.open"]
    assert ("incident", "leak") in {(x.kind, x.id) for x in found.condition.facts}
    gate = changed.gate_finding()
    assert "a review of incident leak that finds that it stands" in gate.change
    assert ("incident", "leak") in {(x.kind, x.id) for x in changed.decide().inputs}


def test_a_safeguard_that_rests_on_something_else_is_touched_all_the_same():
    """The filter's condition asks for a declaration, the incident concerns the safeguard."""
    changed = struck_by(reached(), {"safeguard": "filter"})
    assert changed.gates() == {"store": "go", "deploy": "undetermined"}


@pytest.mark.parametrize(
    "touch",
    [{"evaluation": "ctf"}, {"threshold": "cyber-1"}, {"everything": True}],
)
def test_an_incident_leaves_no_threshold_ruled_out(touch):
    finding = struck_by(world(), touch).threshold()
    assert finding.status == "cannot-rule-out"
    assert "incident.open" in codes(finding.reasons)


def test_incidents_are_listed_in_the_order_in_which_they_were_discovered():
    changed = struck_by(world(), {"safeguard": "vault"})
    changed.incidents.append(INCIDENT | {"id": "earlier", "discovered_at": "2026-06-19T08:00:00Z"})
    changed.incidents.append(INCIDENT | {"id": "a-like-time"})
    found = [x.incident.id for x in changed.decide().incidents]
    assert found == ["earlier", "a-like-time", "leak"]


def test_a_measurement_that_it_touches_is_undetermined():
    finding = struck_by(world(), {"evaluation": "ctf"}).ctf()
    assert (finding.outcome, finding.lower, finding.upper) == ("undetermined", None, None)
    assert codes(finding.reasons) == ["incident.open"]
    assert finding.measured, "the records stay in sight"


def test_a_determination_that_it_touches_is_undetermined():
    changed = world()
    changed.thresholds[0]["ruled_out_when"] = {
        "in": {"determination": "cyber-1", "values": ["ruled-out"]}
    }
    assert changed.threshold().status == "ruled-out"
    finding = struck_by(changed, {"threshold": "cyber-1"}).threshold()
    assert finding.status == "cannot-rule-out"
    assert finding.ruled_out.value.value == "undetermined"


def test_a_statement_that_it_touches_is_undetermined():
    changed = struck_by(reached(), {"statement": "filter-on"})
    assert changed.gates() == {"store": "go", "deploy": "undetermined"}


@pytest.mark.parametrize("treat", ["reached", "undetermined"])
@pytest.mark.parametrize(
    "touch", [{"evaluation": "ctf"}, {"threshold": "cyber-1"}, {"everything": True}]
)
def test_what_is_reached_stays_reached(touch, treat):
    changed = reached()
    changed.framework["treat_undetermined_as"] = treat
    finding = struck_by(changed, touch).threshold()
    assert finding.status == finding.treated_as == "reached"


@pytest.mark.parametrize("touch", [{"safeguard": "vault"}, {"everything": True}])
def test_what_is_missing_stays_missing(touch):
    changed = reached()
    changed.assessments[0]["result"] = "not-effective"
    assert struck_by(changed, touch).gates() == {"store": "hold", "deploy": "hold"}


def test_a_commitment_that_is_due_stays_due():
    changed = reached()
    changed.assessments[0]["result"] = "not-effective"
    changed.framework["commitments"][0]["when"] = {
        "in": {"declaration": "filter-on", "values": [True]}
    }
    assert struck_by(changed, {"statement": "filter-on"}).gates()["store"] == "hold"


def test_a_commitment_that_is_not_due_may_be():
    changed = world().measured(140)
    changed.framework["commitments"][0]["when"] = {
        "in": {"declaration": "filter-on", "values": [False]}
    }
    always = {"id": "always", "if": "cyber-1", "then": ["filter"]}
    changed.framework["commitments"].append(always)
    changed.thresholds[1]["ruled_out_when"] = {"le": {"evaluation": "ctf", "value": 0.99}}
    changed.assessments[0]["result"] = "not-effective"
    assert changed.gates()["store"] == "go"
    assert struck_by(changed, {"statement": "filter-on"}).gates()["store"] == "undetermined"


def test_a_condition_of_a_gate_is_touched():
    changed = reached()
    changed.gate("store")["also"] = {"in": {"declaration": "filter-on", "values": [True]}}
    assert changed.gates()["store"] == "go"
    assert struck_by(changed, {"statement": "filter-on"}).gates()["store"] == "undetermined"


def test_an_event_that_concerns_nothing_leaves_everything_as_it_is():
    changed = struck_by(reached())
    assert changed.gates()["deploy"] == "go"
    assert changed.decide().incidents == ()


def test_another_model_s_incident_touches_nothing():
    assert struck_by(reached(), {"everything": True}, model="aurora-1").gates()["deploy"] == "go"


@pytest.mark.parametrize("severity", ["event", "incident", "serious-incident"])
def test_every_step_of_the_ladder_touches(severity):
    graded = [INCIDENT["gradings"][0] | {"severity": severity}]
    changed = struck_by(reached(), {"safeguard": "vault"}, gradings=graded)
    assert changed.gates()["deploy"] == "undetermined"
    (found,) = changed.decide().incidents
    assert (found.severity, found.touches) == (severity, ("safeguard vault",))


def test_a_review_by_a_named_person_closes_it():
    changed = struck_by(reached(), {"safeguard": "vault"})
    review = {"by": PERSON, "on": "2026-06-25", "conclusion": "stands", "reasons": "Locked again."}
    changed.incidents[0]["reviews"] = [review]
    assert changed.gates()["deploy"] == "go"
    changed.incidents[0]["reviews"] = [review | {"conclusion": "no-longer-stands"}]
    assert changed.gates()["deploy"] == "undetermined"
    changed.incidents[0]["reviews"] = [review | {"on": "2026-07-02"}]
    assert changed.gates()["deploy"] == "undetermined"


def test_a_new_assessment_alone_does_not_close_it():
    changed = struck_by(reached(), {"safeguard": "vault"})
    changed.assessments.append(changed.assessments[0] | {"id": "after", "made_on": "2026-06-25"})
    assert changed.gates()["deploy"] == "undetermined"


def test_it_touches_nothing_before_it_was_discovered():
    changed = struck_by(reached(), {"everything": True})
    changed.incidents[0] |= {
        "discovered_at": "2026-07-02T00:00:00Z",
        "gradings": [INCIDENT["gradings"][0] | {"at": "2026-07-02T00:00:00Z"}],
    }
    assert changed.gates()["deploy"] == "go"


def test_what_was_said_about_reaching_it_and_is_open_is_in_doubt():
    """The run rules it out; the judge, who said that it is not reached, is open to doubt."""
    changed = world()
    changed.determinations[0]["conclusion"] = "cannot-rule-out"
    changed.thresholds[0]["reached_when"] = {
        "in": {"determination": "cyber-1", "values": ["reached"]}
    }
    assert changed.threshold().status == "ruled-out"
    assert struck_by(changed, {"threshold": "cyber-1"}).threshold().status == "cannot-rule-out"
