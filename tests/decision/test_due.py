"""What is due by a small world's documents: each kind in time, late, missed, or not to be told."""

import copy
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.attestation.people import load as load_people
from tests.attestation.people import person
from tests.attestation.trust import first, following
from tests.decision.world import EXPIRES, ON, STALE_ON, world
from tests.dossier.documents import EXCEPTION, INCIDENT

from ifthen.attestation.signoff import Signoff
from ifthen.attestation.trust import Trust
from ifthen.decision.due import STANDINGS, Sources
from ifthen.decision.due_list import list_due
from ifthen.dossier.erratum import Withdrawal
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Determination, Model
from ifthen.encoding.canonical import format_canonical
from ifthen.encoding.document import dump_document, load_document
from ifthen.encoding.tree import parse_tree
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.model import Framework

LAST = EXPIRES - timedelta(days=1)


def load(kind, *trees):
    return [
        load_document(parse_tree(format_canonical(tree), name=f"{tree['id']}.yaml"), kind)
        for tree in trees
    ]


def sources(content=None, **more) -> Sources:
    content = content or world()
    values = {
        "frameworks": load(Framework, content.framework),
        "models": load(Model, content.model),
        "evidence": load(EvidenceRecord, *content.evidence),
        "declarations": load(Declaration, *content.declarations),
        "assessments": load(Assessment, *content.assessments),
        "determinations": load(Determination, *content.determinations),
    }
    return Sources(**(values | more))


def entries(given, on=ON):
    return {x.id: x for x in list_due(given, on=on).entries}


def standing(given, id, on=ON):
    found = entries(given, on)[id]
    return found.standing, found.last_day, found.done_on


def with_trigger(**trigger):
    content = world()
    content.framework["cadence"]["triggers"] = [{"id": "again", "text": "Again."} | trigger]
    return content


def test_everything_of_the_world_is_listed_and_counted():
    due = list_due(sources(), on=ON)
    assert sorted(x.kind for x in due.entries) == [
        "assessment",
        "declaration",
        "determination",
        "evidence",
        "review",
    ]
    assert due.counts == {"missed": 0, "undetermined": 0, "due": 5, "late": 0, "met": 0}
    assert [x.text for x in due.watched] == ["every release"]


def test_a_measurement_is_due_on_the_last_day_on_which_it_counts():
    id, last = "evidence/frontier/ctf-run", STALE_ON - timedelta(days=1)
    assert standing(sources(), id, last) == ("due", last, None)
    assert standing(sources(), id, STALE_ON)[0] == "missed"
    content = world()
    content.evidence.append(copy.deepcopy(content.evidence[0]) | {"id": "second"})
    content.evidence[1]["run"]["created"] = f"{STALE_ON}T09:00:00Z"
    assert standing(sources(content), id, STALE_ON) == ("late", last, STALE_ON)
    content.evidence[1]["run"]["created"] = f"{last}T23:59:59Z"
    assert standing(sources(content), id, STALE_ON) == ("met", last, last)
    assert standing(sources(content), "evidence/frontier/second", STALE_ON)[0] == "due"
    content.evidence[1]["model"] = "another"
    assert standing(sources(content), id, STALE_ON)[0] == "missed"


@pytest.mark.parametrize("key", ["declarations", "assessments", "determinations"])
def test_a_statement_is_renewed_by_a_later_one_about_the_same(key):
    content = world()
    tree = getattr(content, key)[0]
    id = f"{tree['kind']}/{tree['id']}"
    assert standing(sources(content), id, LAST) == ("due", LAST, None)
    assert standing(sources(content), id, EXPIRES) == ("missed", LAST, None)
    renewed = tree | {"id": "renewed", "made_on": str(EXPIRES), "expires": "2027-12-10"}
    getattr(content, key).append(renewed)
    assert standing(sources(content), id, EXPIRES) == ("late", LAST, EXPIRES)
    renewed["made_on"] = str(LAST)
    assert standing(sources(content), id, EXPIRES) == ("met", LAST, LAST)
    renewed["expires"] = str(EXPIRES)  # it runs out on the same day: nothing is renewed
    assert standing(sources(content), id, EXPIRES)[0] == "missed"


def test_what_was_withdrawn_is_missed_until_it_is_made_again():
    content = world()
    tree = content.declarations[0]
    withdrawal = {
        "kind": "withdrawal", "id": "w", "model": "aurora-2", "made_on": "2026-06-20",
        "document": {"kind": "declaration", "id": tree["id"]}, "reason": "Wrong.",
        "made_by": {"name": "Bo", "role": "assessor"},
    }  # fmt: skip
    given = sources(content, withdrawals=load(Withdrawal, withdrawal))
    id = f"declaration/{tree['id']}"
    assert standing(given, id, date(2026, 6, 19)) == ("due", LAST, None)
    assert standing(given, id) == ("missed", date(2026, 6, 20), None)
    again = tree | {"id": "again", "made_on": "2026-06-25", "expires": "2027-01-01"}
    content.declarations.append(again)
    both = [
        withdrawal,
        withdrawal | {"id": "v", "document": {"kind": "declaration", "id": "again"}},
    ]
    given = sources(content, withdrawals=load(Withdrawal, withdrawal))
    assert standing(given, id)[0] == "late"
    given = sources(content, withdrawals=load(Withdrawal, *both))
    assert standing(given, id)[0] == "missed"


def test_words_as_long_as_they_may_be():
    content = with_trigger(event="time", days=60, asks_for="report")
    content.framework["version"] = "v" * 300
    content.declarations[0]["made_by"] = {"name": "n" * 300, "role": "r" * 300}
    assert len(list_due(sources(content), on=ON).entries) == 6


def test_a_review_is_met_by_the_next_version():
    content = world()
    second = copy.deepcopy(content.framework) | {
        "version": "2.0",
        "in_force": {"from": "2027-01-01"},
    }
    id = "review/frontier/1.0/cadence.review_every_days"
    assert standing(sources(content), id, date(2027, 1, 1)) == ("due", date(2027, 1, 1), None)
    assert standing(sources(content), id, date(2027, 1, 2))[0] == "missed"
    frameworks = load(Framework, content.framework, second | {"id": "frontier"})
    given = sources(content, frameworks=frameworks)
    assert standing(given, id, date(2027, 1, 2)) == ("met", date(2027, 1, 1), date(2027, 1, 1))
    second["in_force"] = {"from": "2027-02-01"}
    given = sources(content, frameworks=load(Framework, content.framework, second))
    assert standing(given, id, date(2027, 2, 1)) == ("late", date(2027, 1, 1), date(2027, 2, 1))
    assert (
        standing(given, "review/frontier/2.0/cadence.review_every_days", date(2027, 2, 1))[0]
        == "due"
    )


def test_triggers_of_time():
    again = "evaluation/frontier/again/aurora-2"
    given = sources(with_trigger(event="time", days=60))
    assert standing(given, again, date(2026, 7, 31)) == ("due", date(2026, 7, 31), None)
    assert standing(given, again, date(2026, 8, 1))[0] == "missed"
    given = sources(with_trigger(event="time", days=60, asks_for="safeguard-assessment"))
    found = standing(given, "safeguard-assessment/frontier/again/aurora-2", date(2026, 8, 9))
    assert found == ("due", date(2026, 8, 9), None)
    given = sources(with_trigger(event="time", days=60, asks_for="report"))
    assert entries(given)["report/frontier/again"].standing == "undetermined"
    given = sources(with_trigger(event="time", days=60, asks_for="review"))
    assert standing(given, "review/frontier/1.0/trigger again", ON) == (
        "missed",
        date(2026, 3, 2),
        None,
    )


def test_a_trigger_in_words_is_watched_never_computed():
    for trigger in ({"event": "capability-change"}, {"event": "time"}, {"event": "release"}):
        due = list_due(sources(with_trigger(**trigger)), on=ON)
        assert [x.id for x in due.watched] == ["frontier/again", "frontier/reevaluate-on-1"]
        assert not any("again" in x.id for x in due.entries)


def ledger(flop, sd=0.0, **more):
    entry = {"stage": "pre-training", "declared": {"flop": flop, "sd": sd}, "source": "x"}
    return {"complete": True, "entries": [entry]} | more


def grown(compute, **more):
    """The state of a model after aurora-2, which was measured and has 1e24 FLOP."""
    content = with_trigger(event="compute-multiple", multiple=4)
    content.model["compute"] = ledger(1e24)
    next_model = content.model | {"id": "aurora-3", "generation": 3} | more
    next_model.pop("compute")
    if compute is not None:
        next_model["compute"] = compute
    given = sources(content, models=load(Model, content.model, next_model))
    return entries(given).get("evaluation/frontier/again/aurora-3")


def test_four_times_the_compute_of_the_model_measured_before():
    assert grown(ledger(4e24)).standing == "due"
    assert grown(ledger(3.9e24)) is None
    doubtful = grown(ledger(4e24, sd=0.3))
    assert doubtful.standing == "undetermined"
    assert "times the compute of aurora-2" in doubtful.reason
    assert grown(None).standing == "undetermined"
    assert grown(ledger(1e23, complete=False)).standing == "undetermined"
    assert grown(ledger(5e24, complete=False)).standing == "due"  # what is missing only adds
    assert grown(ledger(3e24), based_on="aurora-2").standing == "due"  # its parent's compute counts


def test_fine_tuning_has_a_day_or_cannot_be_told():
    content = with_trigger(event="fine-tuning", days=30)
    id = "evaluation/frontier/again/aurora-2"
    content.model["lineage"] = [{"relation": "fine-tune", "parent": "base", "on": "2026-05-20"}]
    given = sources(content)
    assert standing(given, id) == ("met", date(2026, 6, 19), date(2026, 6, 1))
    content.model["lineage"][0]["on"] = "2026-06-02"
    assert standing(sources(content), id) == ("due", date(2026, 7, 2), None)
    content.model["lineage"][0].pop("on")
    assert standing(sources(content), id)[0] == "undetermined"
    content.model["trained_on"] = "2026-05-20"
    assert standing(sources(content), id)[0] == "met"


def test_exceptions_and_open_items():
    items = [
        {"id": "lock", "text": "Lock it.", "owner": "Bo", "due": "2026-07-10"},
        {
            "id": "bolt",
            "text": "Bolt it.",
            "owner": "Bo",
            "due": "2026-06-30",
            "done_on": "2026-07-01",
        },
    ]
    content = world()
    content.assessments[0]["open_items"] = items
    given = sources(content, exceptions=load(GrantedException, EXCEPTION))
    about = f"open-item/assessment/{content.assessments[0]['id']}"
    assert standing(given, f"{about}/lock") == ("due", date(2026, 7, 10), None)
    assert standing(given, f"{about}/lock", date(2026, 7, 11))[0] == "missed"
    assert standing(given, f"{about}/bolt") == ("late", date(2026, 6, 30), ON)
    assert entries(given)[f"{about}/bolt"].owner == "Bo"
    assert standing(given, "exception/no-timer") == ("due", date(2026, 7, 31), None)


def test_an_incident_is_due_until_all_that_it_touches_was_looked_at():
    id, on = "incident/burnt", date(2026, 7, 10)
    given = sources(incidents=load(Incident, INCIDENT))
    assert id not in entries(given, date(2026, 7, 1))
    found = entries(given, on)[id]
    assert (found.standing, found.last_day) == ("due", None)
    assert "oven-timer, baking-1" in found.title
    reviewed = INCIDENT | {
        "reviews": [
            {
                "by": INCIDENT["recorded_by"],
                "on": "2026-07-09",
                "conclusion": "stands",
                "reasons": "x",
            }
        ]
    }
    found = entries(sources(incidents=load(Incident, reviewed)), on)[id]
    assert (found.standing, found.done_on) == ("met", date(2026, 7, 9))


def test_keys_and_roles_that_end():
    ends = {"roles": [{"role": "chief", "from": "2026-01-01", "until": "2026-08-01"}]}
    ada = person("ada", 1, **ends)
    role, key = "role/ada/chief/2026-01-01", "key/ada/1"
    assert standing(sources(people=[load_people(ada)]), role) == ("due", date(2026, 7, 31), None)
    assert standing(sources(people=[load_people(ada)]), role, date(2026, 8, 1))[0] == "missed"
    bo = person("bo", 2) | {"roles": [{"role": "chief", "from": "2026-08-01"}]}
    assert standing(sources(people=[load_people(ada, bo)]), role)[0] == "met"
    bo["roles"][0]["from"] = "2026-08-03"
    given = sources(people=[load_people(ada, bo)])
    assert standing(given, role, date(2026, 8, 3)) == ("late", date(2026, 7, 31), date(2026, 8, 3))

    cy = person("cy", 3, "chief")
    cy["keys"][0]["until"] = "2026-08-01"
    given = sources(people=[load_people(cy)])
    assert standing(given, "key/cy/1") == ("due", date(2026, 7, 31), None)
    line = person("x", 4)["keys"][0]["public"]
    cy["keys"].append({"public": line, "from": "2026-07-15"})
    assert standing(sources(people=[load_people(cy)]), "key/cy/1")[0] == "met"
    cy["keys"][1]["revoked"] = {"on": "2026-07-16", "reason": "lost"}
    found = entries(sources(people=[load_people(cy)]), date(2026, 8, 1))
    assert (found["key/cy/1"].standing, found["key/cy/2"].standing) == (
        "missed",
        "met",
    )  # the first one covered the second
    ada["keys"][0]["until"] = "2026-09-01"  # no role then, so no key is needed
    assert key not in entries(sources(people=[load_people(ada)]))


def test_the_trust_file_runs_out():
    one = first()
    two = following(one)
    files = load(Trust, dump_document(one), dump_document(two))
    given = sources(people=files[-1:], trust=files[:1])
    assert standing(given, "trust/trust/1") == ("due", date(2027, 5, 31), None)
    given = sources(people=files[-1:], trust=files)
    assert standing(given, "trust/trust/1", date(2026, 9, 1))[0] == "met"
    assert standing(given, "trust/trust/2", date(2027, 9, 1))[0] == "missed"


def test_approvals_that_expire():
    content = world()
    content.framework["gates"][0]["approval_valid_days"] = 10
    signoff = {
        "kind": "signoff", "id": "s", "model": "aurora-2", "gate": "store", "framework": "frontier",
        "framework_version": "1.0", "decision": "sha256:" + "1" * 64, "decided_on": "2026-07-01",
        "person": "ada", "role": "safety-lead", "says": "approve",
        "signed_at": "2026-07-01T09:00:00Z",
    }  # fmt: skip
    given = sources(content, signoffs=load(Signoff, signoff))
    assert standing(given, "approval/s", date(2026, 7, 10)) == ("due", date(2026, 7, 10), None)
    assert standing(given, "approval/s", date(2026, 7, 11))[0] == "missed"
    again = signoff | {"id": "t", "signed_at": "2026-07-10T09:00:00Z", "decided_on": "2026-07-10"}
    given = sources(content, signoffs=load(Signoff, signoff, again))
    assert standing(given, "approval/s", date(2026, 7, 11))[0] == "met"
    dissent = again | {"says": "dissent", "reasons": "no"}
    given = sources(content, signoffs=load(Signoff, signoff, dissent))
    assert standing(given, "approval/s", date(2026, 7, 11))[0] == "missed"


@given(st.integers(0, 900))
def test_every_entry_is_counted_once_and_has_one_name(days):
    due = list_due(sources(), on=date(2026, 1, 1) + timedelta(days=days))
    assert sum(due.counts.values()) == len(due.entries) == len({x.id for x in due.entries})
    assert tuple(due.counts) == STANDINGS
    assert all((x.last_day is None) <= (x.standing != "missed") for x in due.entries)


def test_entries_of_the_cadence_stand_where_the_framework_asks_for_them():
    content = with_trigger(event="fine-tuning", days=30)
    content.model["lineage"] = [{"relation": "fine-tune", "parent": "base", "on": "2026-05-20"}]
    content.framework["cadence"]["triggers"].append(
        {"id": "aged", "text": "In time.", "event": "time", "days": 60}
    )
    content.framework["cadence"]["triggers"].append(
        {"id": "told", "text": "When told.", "event": "release"}
    )
    given = sources(content)
    (framework,) = given.frameworks
    due = list_due(given, on=ON)
    found = {x.id: x for x in due.entries}
    fine_tuned = found["evaluation/frontier/again/aurora-2"]
    assert fine_tuned.where == framework.where("cadence", "triggers", 0)
    assert fine_tuned.since == date(2026, 5, 20)
    assert found["evaluation/frontier/aged/aurora-2"].where == framework.where(
        "cadence", "triggers", 1
    )
    assert {x.id: x.where for x in due.watched} == {
        "frontier/told": framework.where("cadence", "triggers", 2),
        "frontier/reevaluate-on-1": framework.where("cadence", "reevaluate_on", 0),
    }
    assert found["review/frontier/1.0/cadence.review_every_days"].where == framework.where(
        "cadence", "review_every_days"
    )


def test_a_day_without_fine_tuning_asks_for_nothing_after_fine_tuning():
    for event in ("capability-change", "release"):
        given = sources(with_trigger(event=event, days=30))
        assert not [x for x in entries(given) if "again" in x]


def test_an_incident_of_which_a_part_was_looked_at_is_not_done():
    review = {
        "by": INCIDENT["recorded_by"], "on": "2026-07-09", "conclusion": "stands",
        "reasons": "x", "about": [{"safeguard": "oven-timer"}],
    }  # fmt: skip
    given = sources(incidents=load(Incident, INCIDENT | {"reviews": [review]}))
    found = entries(given, date(2026, 7, 10))["incident/burnt"]
    assert (found.standing, found.done_on) == ("due", None)
    assert found.title.endswith(": baking-1")
    assert found.where == given.incidents[0].where("concerns")


def test_the_keepers_own_what_the_trust_file_asks_for():
    one = first()
    (file,) = load(Trust, dump_document(one))
    found = entries(sources(people=[file], trust=[file]))["trust/trust/1"]
    assert found.owner == ", ".join(keeper.name for keeper in one.keepers)
    assert found.since == one.issued_at.date()
