"""The fictional developer's documents against every instrument, on the four days that matter.

Each expectation is argued: what the framework of the example says, what ``developer.yaml`` lists,
and from when which law asks. Whatever else a provision is, it is in none of these groups.
"""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ifthen.workspace.conforming import Asking, conform, read_documents
from ifthen.workspace.instruments import load_instruments, load_overlays
from ifthen.workspace.loading import load_workspace

BOREALIS = Path(__file__).parents[2] / "examples" / "borealis"
NO_LAW_YET, CALIFORNIA_BEGINS = date(2025, 12, 31), date(2026, 1, 1)
ALL_STATES, AUDITS = date(2027, 1, 1), date(2028, 1, 1)
DAYS = (NO_LAW_YET, CALIFORNIA_BEGINS, ALL_STATES, AUDITS)
STATES = ("ca-sb53", "ny-raise", "il-430-ilcs-185")

# The framework in force since July 2026 has thresholds, commitments, gates for both uses, and a
# safeguard for the weights; it holds no duty, no definition, no source and no role under a law.
SAID = {"thresholds", "mitigations", "deployment-review", "weights", "internal-use"}
UNSAID = {
    "written", "published", "standards", "third-parties", "updates", "substantial-modification",
    "incidents", "governance",
}  # fmt: skip
FIELDS = {
    "website", "contact", "release-date", "languages", "modalities", "intended-uses",
    "restrictions",
}  # fmt: skip
SUMMARIES = {"risk-assessments", "assessment-results", "third-party-involvement"}
# Of what need not happen, nobody can tell from documents alone that it did.
PERHAPS = {
    "modification-published", "redaction-reasons", "redactions", "incident-report",
    "imminent-danger",
}  # fmt: skip
PEOPLE = {"framework-kept", "true-on-risk", "true-on-framework"}


def named(prefix, names):
    return {f"{prefix}-{x}" for x in names}


FRAMEWORK, LACKING = named("framework", SAID), named("framework", UNSAID)
REPORT = named("report", FIELDS | SUMMARIES)
OTHER = {"report-other-steps"}  # the report on the second model lacks it
WORKERS = {"rights-notice", "anonymous-channel"}  # California and Illinois

EXPECTED = {
    # The framework begins in July: on New Year's Day there is none, and no model, report or notice.
    ("ca-sb53", CALIFORNIA_BEGINS): {
        "absent": FRAMEWORK | LACKING | WORKERS,
        "undetermined": REPORT
        | OTHER
        | PERHAPS
        | {"framework-review", "internal-use-summary", "disclosures-to-directors"},
        "needs-judgement": PEOPLE | {"no-gag"},
    },
    # One model is out, with a report the day before; a summary is four days old.
    ("ca-sb53", ALL_STATES): {
        "present": FRAMEWORK | REPORT | OTHER | WORKERS | {"internal-use-summary"},
        "absent": LACKING,
        "undetermined": PERHAPS | {"framework-review", "disclosures-to-directors"},
        "needs-judgement": PEOPLE | {"no-gag"},
    },
    # New York has no duties to workers; its share of the cost was not paid.
    ("ny-raise", ALL_STATES): {
        "present": FRAMEWORK | REPORT | OTHER | {"internal-use-summary", "disclosure-statement"},
        "absent": LACKING | {"assessment-share"},
        "undetermined": PERHAPS | {"framework-review"},
        "needs-judgement": PEOPLE,
    },
    # Illinois asks for framework and audit a year later, and people differ on the summaries.
    ("il-430-ilcs-185", ALL_STATES): {
        "present": named("report", FIELDS)
        | WORKERS
        | {"internal-use-summary", "disclosure-statement"},
        "contested": named("report", SUMMARIES) | OTHER,
        "absent": {"machine-readable-summaries", "disclosure-fee"},
        "undetermined": PERHAPS | {"framework-review", "disclosures-to-directors"},
        "needs-judgement": {"true-on-risk", "true-on-framework", "no-gag"},
    },
    # The second model went out a week before its report; nothing was sent for nine months.
    ("ca-sb53", AUDITS): {
        "present": FRAMEWORK | WORKERS | {"framework-review"},
        "inconsistent": REPORT,
        "absent": LACKING | OTHER,
        "undetermined": PERHAPS | {"internal-use-summary", "disclosures-to-directors"},
        "needs-judgement": PEOPLE | {"no-gag"},
    },
    # The statement on file is a year old: in New York it holds for two.
    ("ny-raise", AUDITS): {
        "present": FRAMEWORK | {"framework-review", "disclosure-statement"},
        "inconsistent": REPORT,
        "absent": LACKING | OTHER | {"assessment-share"},
        "undetermined": PERHAPS | {"internal-use-summary"},
        "needs-judgement": PEOPLE,
    },
}
AUDIT = named(
    "audit",
    {
        "independent", "access", "substance", "deviations", "controls", "personnel", "conflicts",
        "methodology", "signature", "retained", "published",
    },
)  # fmt: skip
# In Illinois it holds for one year. Whether an audit is called for yet is open: a year has to pass.
EXPECTED["il-430-ilcs-185", AUDITS] = {
    "present": FRAMEWORK | WORKERS | {"framework-review"},
    "inconsistent": REPORT | {"disclosure-statement"},
    "absent": LACKING | OTHER | {"machine-readable-summaries", "disclosure-fee"},
    "undetermined": PERHAPS | AUDIT | {"internal-use-summary", "disclosures-to-directors"},
    "needs-judgement": PEOPLE | {"no-gag", "audit-on-request"},
}

COUNTS = {
    # Neither law nor pledge, or not one of this developer's.
    "ca-sb1047": ["11 not-in-force"] * 4,
    "hiroshima": ["8 not-applicable"] * 4,
    "white-house-2023": ["8 not-applicable"] * 4,
    # In force since 22 January 2026; two provisions speak of a system that nobody described.
    "kr-ai-basic-act": ["3 not-in-force"] * 2 + ["2 absent, 1 present"] * 2,
    # What a framework answers appears with the framework, and does not change after.
    "bletchley": ["3 absent"] * 2 + ["2 absent, 1 present"] * 2,
    "metr-common-elements": ["16 absent"] * 2 + ["10 absent, 6 present"] * 2,
    "seoul": ["7 absent, 1 needs-judgement"] * 2 + ["4 absent, 1 needs-judgement, 3 present"] * 2,
    # Four clauses for four duties of Article 55 and 51; five documents that nobody made; what is
    # asked of a provider outside the Union, or after an incident, is open.
    "eu-ai-act": ["9 absent, 1 needs-judgement, 3 undetermined"] * 2
    + ["5 absent, 1 needs-judgement, 4 present, 3 undetermined"] * 2,
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """Return what the developer holds: frameworks, models, the incident, and what it filed."""
    root = tmp_path_factory.mktemp("laws") / "borealis"
    for step in sorted((BOREALIS / "steps").iterdir()):
        shutil.copytree(step, root, dirs_exist_ok=True)
    shutil.copyfile(BOREALIS / "developer.yaml", root / "developer.yaml")
    return read_documents(load_workspace(root))


@pytest.fixture(scope="module")
def reports(documents):
    ids = tuple(x.document.id for x in load_instruments())
    return {
        (x.instrument, on): x
        for on in DAYS
        for x in conform(Asking(instruments=ids, on=on), documents)
    }


@pytest.mark.parametrize(("law", "on"), EXPECTED, ids=str)
def test_each_provision_of_the_three_states_stands_as_argued(reports, law, on):
    expected, found = EXPECTED[law, on], {}
    for finding in reports[law, on].findings:
        found.setdefault(finding.state, set()).add(finding.provision)
    assert {x: found.get(x) for x in expected} == expected
    assert set(found) - set(expected) <= {"not-in-force"}


@pytest.mark.parametrize("law", STATES)
def test_before_its_first_day_a_state_asks_nothing(reports, law):
    for on in DAYS[: 1 if law == "ca-sb53" else 2]:
        assert {x.state for x in reports[law, on].findings} == {"not-in-force"}


def say(report):
    counts = Counter(x.state for x in report.findings)
    return ", ".join(f"{n} {state}" for state, n in sorted(counts.items()))


@pytest.mark.parametrize("law", COUNTS)
def test_the_other_instruments_by_count(reports, law):
    assert [say(reports[law, on]) for on in DAYS] == COUNTS[law]


def test_the_code_of_practice_finds_more_once_there_is_a_framework(reports):
    code = [reports["eu-code-of-practice", on] for on in DAYS]
    counts = [Counter(x.state for x in report.findings) for report in code]
    assert {sum(x.values()) for x in counts} == {145}
    assert {x["needs-judgement"] for x in counts} == {9}  # by a person, on any day
    assert [x["present"] for x in counts] == [0, 0, 14, 14]
    for finding in code[2].findings:
        if finding.state == "present" and finding.provision != "m8-3-notice":  # told in 2026
            assert {x.document for x in finding.basis} == {"quick-fsf@1.0"}, finding.provision


def test_the_subject_is_judged_by_the_revenue_of_the_year_before(reports):
    large = {on: reports["ca-sb53", on].scopes[1].covered for on in DAYS}
    # 2024 was under the line; 2027 is not stated, so that on the last day nobody can tell.
    assert list(large.values()) == ["no", "yes", "yes", "undetermined"]


@pytest.mark.parametrize("on", DAYS)
def test_the_federal_switch_changes_what_it_names_and_nothing_else(documents, reports, on):
    ids = tuple(x.document.id for x in load_instruments())
    (overlay,) = load_overlays(["us-federal-preemption"], [])
    names = {(x.does.instrument, p) for x in overlay.document.changes for p in x.does.provisions}
    assert {x for x, _ in names} == set(STATES)
    asked = Asking(instruments=ids, on=on, overlays=("us-federal-preemption",))
    for under in conform(asked, documents):
        for before, after in zip(
            reports[under.instrument, on].findings, under.findings, strict=True
        ):
            if (under.instrument, before.provision) not in names:
                assert after == before
            elif before.state in ("not-in-force", "not-applicable"):
                assert after.state == before.state
            else:
                assert after.state == "pre-empted"
                assert f"Without that: {before.state}" in after.why
