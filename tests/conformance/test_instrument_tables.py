"""Two tables that lawyers keep by hand, read from the data: the three states, and the clocks.

The expected values were written from the texts of the three acts, of the EU Code and of the
policy, not from the files.
"""

from datetime import date, timedelta

import pytest

from ifthen.workspace.instruments import load_instruments
from ifthen.workspace.library import find_version, load_library
from ifthen.workspace.state_model import STATES as MODEL
from ifthen.workspace.state_model import make_state

LAWS = {x.document.id: x.document for x in load_instruments()}
STATES = ("ca-sb53", "ny-raise", "il-430-ilcs-185")
DFS = "the office within the Department of Financial Services"


def provision(law, id):
    return next((x for x in LAWS[law].provisions if x.id == id), None)


def clock(law, id):
    return next((c for p in LAWS[law].provisions for c in p.clocks if c.id == id), None)


def first_day(law, id):
    return max(x.from_ for x in (LAWS[law].in_force, provision(law, id).in_force) if x is not None)


def verb(law):
    text = provision(law, "framework-thresholds").text
    return "handles in detail" if "in detail how it handles" in text else "approaches"


def schedule(law):
    return clock(law, "internal-use-summary").otherwise.rstrip(".")


def incident(law):
    clocks = [x for x in provision(law, "incident-report").clocks if x.id.startswith("incident")]
    return [(x.amount, x.unit, x.event.split()[0], x.recipient) for x in clocks]


def registration(law):
    renewal = clock(law, "disclosure-renewal")
    money = [x.id for x in LAWS[law].provisions if x.id in ("assessment-share", "disclosure-fee")]
    return (renewal.amount, renewal.unit, *money) if renewal else None


def recognition(law):
    (clause,) = LAWS[law].recognition
    said = " ".join(clause.conditions)
    whole = "whole act" if clause.provisions == () else " ".join(clause.provisions)
    return whole, "Copies" in said, "audits" in said


def whistleblower(law):
    cited = [x.citation for x in LAWS[law].provisions if x.asks == "whistleblower"]
    return sorted({x.split("(")[0] for x in cited})


def penalty(law):
    found = LAWS[law].penalty
    return found.first_usd, found.later_usd


def retention(law):
    kept = [(c.id, c.amount) for p in LAWS[law].provisions for c in p.clocks if c.asks == "keep"]
    return sorted(kept)


TABLE = {
    "effective": (
        lambda law: [first_day(law, "report-website"), first_day(law, "framework-written")],
        [date(2026, 1, 1), date(2026, 1, 1)],
        [date(2027, 1, 1), date(2027, 1, 1)],
        [date(2027, 1, 1), date(2028, 1, 1)],
    ),
    "framework verb": (verb, "approaches", "handles in detail", "approaches"),
    "machine-readable summaries": (
        lambda law: provision(law, "machine-readable-summaries") is not None,
        False, False, True,
    ),
    "independent audit": (
        lambda law: [x.id for x in LAWS[law].provisions if x.asks == "audit"] != [],
        False, False, True,
    ),
    "audit from": (
        lambda law: provision(law, "audit-independent") and first_day(law, "audit-independent"),
        None, None, date(2028, 1, 1),
    ),
    "schedule other than 3 months": (
        schedule,
        "Another reasonable schedule that the developer specifies and tells the office in writing",
        "Another reasonable schedule that the developer requests in writing and the office"
        " agrees to",
        "Another reasonable schedule, told in writing to the Agency and the Attorney General, that"
        " the Agency agrees to",
    ),
    "incident clock and recipient": (
        incident,
        [(15, "days", "discovery", "the Office of Emergency Services")],
        [(72, "hours", "determination", DFS), (72, "hours", "facts", DFS)],
        [(72, "hours", "facts", "the Agency and the Attorney General")],
    ),
    "imminent danger": (
        lambda law: (clock(law, "imminent-danger").amount, clock(law, "imminent-danger").unit),
        (24, "hours"), (24, "hours"), (24, "hours"),
    ),
    "federal equivalence: reach, concurrent copy, equivalent audit": (
        recognition,
        ("incident-report imminent-danger", False, False),
        ("incident-report imminent-danger", True, False),
        ("whole act", False, True),
    ),
    "registration": (
        registration,
        None,
        (2, "years", "assessment-share"),
        (1, "years", "disclosure-fee"),
    ),
    "whistleblower duties": (whistleblower, ["Labor Code 1107.1"], [], ["185/20"]),
    "max penalty": (
        penalty, (1_000_000, 1_000_000), (1_000_000, 3_000_000), (1_000_000, 3_000_000),
    ),
    "retention": (
        retention,
        [("redaction-retention", 5)],
        [("redaction-retention", 5)],
        [("audit-retention", 5), ("redaction-retention", 5)],
    ),
    "public aggregate report": (
        lambda law: LAWS[law].public_report_from,
        date(2027, 1, 1), date(2028, 1, 1), date(2029, 1, 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("topic", TABLE)
def test_the_data_give_the_table_of_the_three_states(topic):
    read, *expected = TABLE[topic]
    assert [read(law) for law in STATES] == expected


@pytest.mark.parametrize("topic", TABLE)
def test_the_base_under_each_states_overrides_gives_the_same_table(topic, monkeypatch):
    read, *expected = TABLE[topic]
    for file, model in zip(STATES, MODEL, strict=True):
        monkeypatch.setitem(LAWS, file, make_state(model))
    assert [read(law) for law in STATES] == expected


def test_the_day_of_the_public_report_is_the_one_that_is_left_out():
    for law in STATES:
        said = " ".join(x.why for x in LAWS[law].coverage.left_out)
        assert f"January 1, {LAWS[law].public_report_from.year}" in said, law


def test_penalties_are_named_as_left_out_in_each_state():
    for law in STATES:
        assert any(x.why.startswith("Penalties") for x in LAWS[law].coverage.left_out), law


CLOCKS = {
    "material framework change": [
        (law, "modification", 30, "days", False) for law in STATES
    ],
    "framework review": [
        *((law, "yearly-review", 1, "years", True) for law in STATES),
        ("eu-code-of-practice", "framework-assessment", 12, "months", True),
    ],
    "framework confirmed to the AI Office": [
        ("eu-code-of-practice", "framework-to-office", 5, "business-days", False),
    ],
    "Article 52(1) notice to framework confirmed": [
        ("eu-ai-act", "notification", 2, "weeks", False),
        ("eu-code-of-practice", "confirmation", 4, "weeks", False),
    ],
    "model report refresh": [
        ("eu-code-of-practice", "model-report-refresh", 6, "months", True),
    ],
    "model report update to the AI Office": [
        ("eu-code-of-practice", "model-report-update", 5, "business-days", False),
        ("eu-code-of-practice", "model-report-delay", 15, "business-days", False),
    ],
    "internal-use summary": [
        (law, "internal-use-summary", 3, "months", True) for law in STATES
    ],
    "incident": [
        ("ca-sb53", "incident", 15, "days", False),
        ("ny-raise", "incident", 72, "hours", False),
        ("ny-raise", "incident-belief", 72, "hours", False),
        ("il-430-ilcs-185", "incident", 72, "hours", False),
        ("eu-code-of-practice", "incident-infrastructure", 2, "days", False),
        ("eu-code-of-practice", "incident-cyber", 5, "days", False),
        ("eu-code-of-practice", "incident-death", 10, "days", False),
        ("eu-code-of-practice", "incident-harm", 15, "days", False),
        *((law, "imminent-danger", 24, "hours", False) for law in STATES),
    ],
    "incident follow-up": [
        ("eu-code-of-practice", "incident-intermediate", 4, "weeks", True),
        ("eu-code-of-practice", "incident-final", 60, "days", False),
    ],
    "evaluator publication block": [
        ("eu-code-of-practice", "evaluator-publication", 30, "business-days", False),
    ],
    "safe reference model lost": [
        ("eu-code-of-practice", "reference-lost", 6, "months", False),
    ],
    "audit report publication": [
        ("il-430-ilcs-185", "audit-publication", 30, "days", False),
        ("il-430-ilcs-185", "audit-yearly", 1, "years", True),
        ("il-430-ilcs-185", "audit-first", 90, "days", False),
    ],
    "retention": [
        *((law, "redaction-retention", 5, "years", False) for law in STATES),
        ("il-430-ilcs-185", "audit-retention", 5, "years", False),
        ("eu-code-of-practice", "incident-retention", 5, "years", False),
        ("eu-code-of-practice", "documentation-retention", 10, "years", False),
    ],
    "other times of the Code": [
        ("eu-code-of-practice", "evaluation-time", 20, "business-days", False),
        ("eu-code-of-practice", "evaluator-search", 20, "business-days", False),
        ("eu-code-of-practice", "interface-access-review", 6, "months", True),
        ("eu-code-of-practice", "whistleblower-notice", 1, "years", True),
    ],
    "registration and whistleblowers": [
        ("ny-raise", "disclosure-renewal", 2, "years", True),
        ("il-430-ilcs-185", "disclosure-renewal", 1, "years", True),
        *((law, "discloser-update", 1, "months", True) for law in (STATES[0], STATES[2])),
        *((law, "disclosures-to-directors", 3, "months", True) for law in (STATES[0], STATES[2])),
    ],
}  # fmt: skip


@pytest.mark.parametrize("row", CLOCKS)
def test_every_row_of_the_clock_table_is_in_the_data(row):
    found = []
    for law, id, *_ in CLOCKS[row]:
        there = clock(law, id)
        assert there is not None, (law, id)
        found.append((law, id, there.amount, there.unit, there.repeats))
    assert found == CLOCKS[row]


def test_two_weeks_before_the_market_and_where_a_longer_time_is_allowed_are_said():
    assert "two weeks before placing" in clock("eu-code-of-practice", "confirmation").otherwise
    for law, id in (
        ("eu-code-of-practice", "evaluator-publication"),
        ("eu-code-of-practice", "model-report-update"),
        ("eu-code-of-practice", "model-report-refresh"),
        ("il-430-ilcs-185", "audit-first"),
    ):
        assert clock(law, id).otherwise, (law, id)


def test_the_times_of_the_risk_report_are_those_of_the_policy():
    policy = find_version(load_library(), "anthropic/responsible-scaling-policy@3.4").document
    duties = {x.id: x for x in policy.duties}
    assert duties["coverage-date"].within_days == 30
    assert duties["publish-internal-model"].within_days == 30
    (every,) = {x.every_days for x in policy.duties if x.event and "three to six months" in x.event}
    assert every == 183
    assert timedelta(days=every) >= date(2027, 7, 1) - date(2027, 1, 1)
