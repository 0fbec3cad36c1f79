"""Findings: true of two published frameworks, and never better for a document less."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.conformance.basis import Hidden, Holding
from ifthen.conformance.finding import RANK, judge
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.workspace.instruments import find_instrument, load_instruments
from ifthen.workspace.library import find_version, load_library

LAWS, SHELVES = load_instruments(), load_library()
FCF = find_version(SHELVES, "anthropic/frontier-compliance-framework@2")
FGF = find_version(SHELVES, "openai/frontier-governance-framework@2026-05-28")
ON = date(2026, 11, 20)
SIGNED = [x.document.id for x in LAWS if any(s.signatory for s in x.document.subjects)]
MODEL = """  - id: m-1
    compute: {low: 2.0e26, high: 3.0e26}
    deployed: 2026-10-01
    places: [us-ny, eu]
"""
REPORT = (
    "  - {id: card, document: transparency-report, on: 2026-10-01, model: m-1, holds: [website]}\n"
)


def developer(revenue="{year: 2025, low: 600000000, high: 900000000}", models=MODEL, documents=""):
    text = f"kind: developer\nid: d\ntitle: D\nsigned: [{', '.join(SIGNED)}]\n"
    text += f"revenue: [{revenue}]\n"
    text += f"models:\n{models}" if models else "all_models: true\n"
    text += f"documents:\n{documents}" if documents else ""
    return load_document(parse_tree(text.encode(), name="d.yaml"), Developer)


def states(law="ca-sb53", framework=FCF, facts=None, on=ON):
    report = judge(find_instrument(LAWS, law), framework, facts, on)
    return {x.provision: x.state for x in report.findings}


def test_what_two_published_frameworks_answer_to_california():
    both = {x: (states(framework=FCF)[x], states(framework=FGF)[x]) for x in states()}
    assert both["framework-written"] == ("present", "present")
    assert both["framework-published"] == ("needs-judgement", "present")  # no address in one file
    assert both["framework-standards"] == ("undetermined", "present")  # left out there; ISO 27001
    assert both["framework-third-parties"] == ("present", "needs-judgement")  # "may" in one
    assert both["framework-deployment-review"] == ("needs-judgement", "needs-judgement")
    assert both["framework-internal-use"] == ("needs-judgement", "present")
    assert both["framework-substantial-modification"] == ("undetermined", "undetermined")
    for id in ("thresholds", "mitigations", "updates", "weights", "incidents", "governance"):
        assert both[f"framework-{id}"] == ("present", "present")


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("", set()),
        (", to: [Cal OES]", {"ca-sb53"}),
        (", instruments: [ny-raise]", {"ny-raise"}),
        (", to: [Illinois Emergency Management Agency and Office of Homeland Security]",
         {"il-430-ilcs-185"}),
        (", instruments: [ca-sb53, ny-raise, il-430-ilcs-185]",
         {"ca-sb53", "ny-raise", "il-430-ilcs-185"}),
    ],
)  # fmt: skip
def test_one_summary_answers_only_the_law_to_whose_authority_it_went(said, answers):
    documents = f"  - {{id: s, document: internal-use-summary, on: 2027-02-01{said}}}\n"
    facts = developer("{year: 2026, low: 600000000, high: 900000000}", documents=documents)
    laws = ("ca-sb53", "ny-raise", "il-430-ilcs-185")
    found = {
        law: next(
            x
            for x in judge(find_instrument(LAWS, law), FCF, facts, date(2027, 3, 1)).findings
            if x.provision == "internal-use-summary"
        )
        for law in laws
    }
    assert {law for law, x in found.items() if x.state == "present"} == answers
    assert {x.state for law, x in found.items() if law not in answers} <= {"undetermined"}
    for law in set(laws) - answers:
        if "instruments" not in said:
            assert f"write 'instruments: [{law}]'" in found[law].why


@pytest.mark.parametrize("place", ["releases", "releases[0]", "document"])
def test_a_model_whose_releases_are_withheld_is_not_taken_as_undeployed(place):
    facts = developer(documents=REPORT)
    part = Hidden(kind="model", document="model/m-2", sha256="sha256:" + "0" * 64, place=place,
                  reason="security")  # fmt: skip

    def found(hidden, facts=facts):
        held = Holding(hidden=hidden)
        report = judge(find_instrument(LAWS, "ca-sb53"), FCF, facts, ON, held)
        return {x.provision: x for x in report.findings}

    assert found([])["report-website"].state == "present"
    website = found([part])["report-website"]
    assert website.state == "withheld"
    assert f"model/m-2 {place}" in website.why
    assert found([part])["report-contact"].state == "absent"  # of the model that is out
    inside = developer(models=MODEL.replace("    deployed: 2026-10-01\n", ""))
    assert found([part], inside)["report-website"].state == "withheld"
    other = Hidden(kind="model", document="model/m-2", sha256="sha256:" + "0" * 64,
                   place="compute", reason="security")  # fmt: skip
    assert found([other])["report-website"].state == "present"


def test_every_present_finding_names_the_document_and_its_digest():
    report = judge(find_instrument(LAWS, "ca-sb53"), FCF, None, ON)
    present = [x for x in report.findings if x.state == "present"]
    assert present
    for finding in present:
        assert finding.basis
        assert all(x.sha256 == FCF.digest and x.path for x in finding.basis)


def test_dates_of_framework_and_law():
    assert states(on=date(2026, 7, 23))["framework-thresholds"] == "undetermined"
    assert set(states(on=date(2025, 12, 31)).values()) == {"not-in-force"}
    illinois = {
        day: states("il-430-ilcs-185", on=day) for day in (date(2027, 1, 1), date(2028, 1, 1))
    }
    assert illinois[date(2027, 1, 1)]["framework-thresholds"] == "not-in-force"
    assert illinois[date(2028, 1, 1)]["framework-thresholds"] == "present"


def test_a_disputed_day_is_contested_only_where_documents_answer():
    documents = (
        "  - {id: c, document: transparency-report, on: 2026-10-01, model: m-1,"
        " holds: [machine-readable-summaries]}\n"
    )
    facts = developer(documents=documents, revenue="{year: 2026, low: 6.0e8, high: 6.0e8}")
    on = date(2027, 2, 1)
    found = states("il-430-ilcs-185", facts=facts, on=on)
    assert found["machine-readable-summaries"] == "contested"
    assert found["report-risk-assessments"] == "absent"


@pytest.mark.parametrize(
    ("revenue", "state"),
    [
        ("{year: 2025, low: 1, high: 500000000}", "not-applicable"),
        ("{year: 2025, low: 500000000, high: 500000001}", "present"),
        ("{year: 2024, low: 1, high: 1}", "present"),
    ],
)
def test_only_what_is_known_not_to_be_covered_is_not_applicable(revenue, state):
    assert states(facts=developer(revenue))["framework-thresholds"] == state


def test_ten_to_the_26_itself_is_not_above():
    models = MODEL.replace("high: 3.0e26", "high: 1.0e26").replace("low: 2.0e26", "low: 1.0e26")
    facts = load_document(
        parse_tree(
            f"kind: developer\nid: d\ntitle: D\nall_models: true\nmodels:\n{models}".encode(),
            name="d",
        ),
        Developer,
    )
    assert states(facts=facts)["report-website"] == "not-applicable"


def test_a_transparency_report_comes_no_later_than_the_model():
    assert states(facts=developer(documents=REPORT))["report-website"] == "present"
    assert states(facts=developer(documents=REPORT))["report-contact"] == "absent"
    late = REPORT.replace("2026-10-01", "2026-10-02")
    assert states(facts=developer(documents=late))["report-website"] == "inconsistent"
    assert states(facts=developer())["report-website"] == "absent"


def test_what_may_not_have_been_called_for_is_not_absent():
    found = states(facts=developer())
    for id in ("incident-report", "imminent-danger", "redactions", "internal-use-summary"):
        assert found[id] == "undetermined"
    assert found["anonymous-channel"] == "absent"


@pytest.mark.parametrize("law", LAWS, ids=lambda x: x.document.id)
def test_what_was_not_read_is_said_with_every_report(law):
    unread = law.document.coverage.standing != "primary"
    report = judge(law, FCF, None, ON)
    assert any(x.startswith("Unverified") for x in report.notices) == unread
    assert law.document.notice is None or law.document.notice in report.notices


def test_a_bill_that_was_vetoed_asks_for_nothing_on_any_day():
    for on in (date(2024, 9, 30), ON, date(2030, 1, 1)):
        report = judge(find_instrument(LAWS, "ca-sb1047"), FCF, developer(), on)
        assert {x.state for x in report.findings} == {"not-in-force"}
        assert {x.why for x in report.findings} == {
            "the instrument is retired and in force on no day"
        }


KINDS = sorted({
    (x.answered_by.document, x.answered_by.field)
    for law in LAWS for x in law.document.provisions if x.answered_by.by == "document"
}, key=str)  # fmt: skip
MADE = st.lists(
    st.tuples(st.sampled_from(KINDS), st.dates(date(2024, 1, 1), date(2028, 6, 1)), st.booleans()),
    min_size=1, max_size=12,
)  # fmt: skip


def build(rows):
    lines = [
        f"  - {{id: d{i}, document: {kind}, on: {day}{', model: m-1' if of else ''},"
        f" holds: [{field or ''}]}}\n"
        for i, ((kind, field), day, of) in rows
    ]
    return developer(documents="".join(lines))


@settings(max_examples=60, deadline=None)
@given(
    rows=MADE, gone=st.integers(0, 11), law=st.sampled_from([x.document.id for x in LAWS]),
    on=st.dates(date(2026, 1, 1), date(2028, 6, 1)), name=st.sampled_from(["fcf", "fgf"]),
)  # fmt: skip
def test_a_document_less_makes_no_finding_better(rows, gone, law, on, name):
    framework = {"fcf": FCF, "fgf": FGF}[name]  # whose own text is too long to print
    numbered = list(enumerate(rows))
    less = [x for x in numbered if x[0] != gone % len(rows)]
    whole = states(law, framework, build(numbered), on)
    for fewer in (
        states(law, framework, build(less), on),
        states(law, framework, None, on),
        states(law, None, build(numbered), on),
    ):
        for id, state in fewer.items():
            assert RANK[state] <= RANK[whole[id]], (id, state, whole[id])
