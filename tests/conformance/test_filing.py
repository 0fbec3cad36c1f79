"""Drafts of filings: every field has a basis or says that a person has to write it."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from ifthen.conformance.filing import NOT_HERE, SUMMARIES, list_asked
from ifthen.conformance.filing_event import draft_incident, draft_modification
from ifthen.conformance.filing_model import make_case
from ifthen.conformance.filing_report import draft_internal_use, draft_report
from ifthen.conformance.law_clock import Happened
from ifthen.conformance.summaries import ModelSummaries, draft_summaries
from ifthen.decision.deciding import decide
from ifthen.decision.facts import Facts
from ifthen.decision.identity import digest_decision
from ifthen.dossier.developer import Developer
from ifthen.dossier.erratum import Withdrawal
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Model
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error
from ifthen.framework.diff import diff_frameworks
from ifthen.framework.model import Framework
from ifthen.publication.filing_text import dump_draft, format_filing, format_summaries
from ifthen.workspace.drafting import format_summaries_schema
from ifthen.workspace.instruments import load_instruments

ROOT = Path(__file__).parents[2]
STEPS = ROOT / "examples" / "borealis" / "steps"
LAWS = {x.document.id: x for x in load_instruments()}
STATES = ("ca-sb53", "ny-raise", "il-430-ilcs-185")
ON = date(2027, 3, 26)


def load(name, model, **changes):
    source = parse_tree((STEPS / name).read_bytes(), name=name)
    return load_document(parse_tree(json.dumps(source.tree | changes).encode(), name=name), model)


def made(model, /, **data):
    return load_document(parse_tree(json.dumps(data).encode(), name="made.json"), model)


FRAMEWORK = load("01-trained/frameworks/quick-fsf-1.0.yaml", Framework)
RELEASES = [
    {"channel": "internal", "from": "2027-01-07"},
    {"channel": "external-api", "from": "2027-01-12", "text": "Customers, to draft letters."},
]
MODEL = load("05-precaution/models/borealis-2.yaml", Model, releases=RELEASES)
INCIDENT = load("09-incident/incidents/filter-off.yaml", Incident)
VAULT = load("05-precaution/assessments/borealis-2-vault.yaml", Assessment)


def stated(statement, value, id="d", **changes):
    base = {
        "kind": "declaration", "id": id, "model": "borealis-2", "statement": statement,
        "value": value, "evidence": "The website.", "made_on": "2027-01-05",
        "expires": "2028-01-01", "made_by": {"name": "S. Lund", "role": "head of safety"},
    }  # fmt: skip
    return made(Declaration, **(base | changes))


def case(on=ON, model=MODEL, **facts):
    held = Facts(framework=FRAMEWORK, model=model, **facts)
    return make_case(held, decide(held, on=on, hypothetical=False))


def by_name(draft):
    return {x.field: x for x in draft.fields}


@pytest.mark.parametrize("law", STATES)
def test_a_transparency_report_has_seven_fields_and_four_summaries(law):
    draft = draft_report(LAWS[law], "transparency-report", case())
    assert len(draft.fields) == 11
    assert [x.field for x in draft.fields][7:] == list(SUMMARIES)
    for field in draft.fields:
        assert field.entries or field.write
        assert field.write is None or field.write.startswith(NOT_HERE)
        assert all(entry.basis for entry in field.entries)
    assert "compliant" not in format_filing(draft).lower()


def test_what_no_document_says_is_to_be_written_and_what_one_says_is_cited():
    fields = by_name(draft_report(LAWS["ca-sb53"], "transparency-report", case()))
    assert fields["website"].entries == ()
    assert fields["website"].write == f"{NOT_HERE} the address of the developer's website"
    (released,) = fields["release-date"].entries
    assert released.text == "external-api: from 2027-01-12"
    assert released.basis[0].sha256 == MODEL.digest
    assert fields["intended-uses"].entries[0].text == "external-api: Customers, to draft letters."


def test_a_declaration_of_a_fields_name_answers_it_until_it_expires_or_conflicts():
    said = stated("website", "https://example.org")
    other = stated("website", "https://example.com", id="e")

    def website(on=ON, *documents, **facts):
        held = case(on, declarations=documents, **facts)
        return by_name(draft_report(LAWS["ca-sb53"], "transparency-report", held))["website"]

    answered = website(ON, said)
    assert answered.entries[0].text.startswith("https://example.org")
    assert answered.entries[0].basis[0].sha256 == said.digest
    assert answered.write is None
    late = website(date(2028, 2, 1), said)
    assert late.entries == ()
    assert "expired on 2028-01-01" in late.write
    both = website(ON, said, other)
    assert both.entries == ()
    assert "conflict" in both.write
    withdrawal = made(
        Withdrawal, kind="withdrawal", id="w", model="borealis-2", reason="Wrong address.",
        document={"kind": "declaration", "id": "d"}, made_on="2027-02-01",
        made_by={"name": "S. Lund", "role": "head of safety"},
    )  # fmt: skip
    gone = website(ON, said, withdrawals=[withdrawal])
    assert (gone.entries, gone.write is None) == ((), False)


def test_no_usable_result_is_not_an_assessment():
    field = by_name(draft_report(LAWS["ca-sb53"], "transparency-report", case()))[
        "risk-assessments"
    ]
    assert "without a usable result" in field.entries[0].text
    assert "nothing usable assesses threshold products-1" in field.write


def test_who_examined_is_named_with_the_independence_that_they_state():
    field = by_name(
        draft_report(LAWS["ny-raise"], "transparency-report", case(assessments=[VAULT]))
    )
    (said,) = field["third-party-involvement"].entries
    assert "T. Ek (fictional), assessor, Example Audit (fictional)" in said.text
    assert "independence as stated: external" in said.text
    none = by_name(draft_report(LAWS["ny-raise"], "transparency-report", case()))
    assert "or that none did" in none["third-party-involvement"].write


def test_a_report_before_its_law_says_from_when_and_a_contested_date_says_both_readings():
    draft = draft_report(LAWS["il-430-ilcs-185"], "transparency-report", case(date(2026, 12, 30)))
    notices = " ".join(draft.notices)
    assert "applies from 2027-01-01; drafted for 2026-12-30" in notices
    assert "people read it in different ways" in notices


def test_the_deployment_is_the_deadline_and_nothing_says_that_it_was_kept():
    (early,) = draft_report(
        LAWS["ca-sb53"], "transparency-report", case(date(2027, 1, 10))
    ).deadlines
    (late,) = draft_report(LAWS["ca-sb53"], "transparency-report", case()).deadlines
    assert (early.last_day, early.standing) == (date(2027, 1, 12), "due")
    assert late.standing == "undetermined"


def test_the_model_report_has_every_field_of_the_code_and_measured_decision_and_safeguards():
    law = LAWS["eu-code-of-practice"]
    fields = by_name(draft_report(law, "model-report", case(assessments=[VAULT])))
    assert list(fields) == [x.field for x in list_asked(law, "model-report")]
    assert len(fields) == 25
    assert "gate internal-use" in fields["decision"].entries[0].text
    assert "vault" in fields["security-mitigations"].entries[0].text
    assert "vault" not in fields["safety-mitigations"].entries[0].text
    assert fields["random-samples"].write.startswith(NOT_HERE)


def test_the_machine_readable_summaries_keep_to_the_published_schema_and_can_be_read_again():
    draft = draft_summaries(LAWS["il-430-ilcs-185"], case(assessments=[VAULT]))
    schema = json.loads((ROOT / "spec" / "model-summaries.schema.json").read_bytes())
    assert schema == format_summaries_schema(), "write it anew: ifthen file schema"
    data = dump_draft(draft)
    jsonschema.Draft202012Validator(schema).validate(data)
    text = json.dumps(data)
    assert load_document(parse_tree(text.encode(), name="s.json"), ModelSummaries).document == draft
    with pytest.raises(jsonschema.ValidationError):
        del data["summaries"]["other_steps"]
        jsonschema.Draft202012Validator(schema).validate(data)


def test_claims_stand_as_data_with_the_digests_that_they_rest_on():
    held = case(assessments=[VAULT])
    draft = draft_summaries(LAWS["il-430-ilcs-185"], held)
    assert draft.decision_sha256 == digest_decision(held.decision)
    assert draft.framework.sha256 == FRAMEWORK.digest
    (claim,) = draft.thresholds
    assert (claim.status, claim.treated_as) == ("cannot-rule-out", "reached")
    (evaluation,) = draft.evaluations
    assert (evaluation.outcome, evaluation.lower, evaluation.evidence) == ("undetermined", None, ())
    assert draft.unwritten() == ("risk_assessments",)
    shown = format_summaries(draft)
    assert all(x.citation in shown for x in LAWS["il-430-ilcs-185"].document.provisions
               if getattr(x.answered_by, "field", None) in SUMMARIES)  # fmt: skip


def test_a_law_that_asks_for_no_such_document_is_an_error():
    for call in (
        lambda: draft_report(LAWS["seoul"], "transparency-report", case()),
        lambda: draft_summaries(LAWS["eu-code-of-practice"], case()),
        lambda: draft_internal_use(LAWS["seoul"], [case()], date(2027, 1, 1), Happened(on=ON)),
        lambda: draft_incident(LAWS["seoul"], INCIDENT, MODEL, Happened(on=ON)),
    ):
        with pytest.raises(Error) as caught:
            call()
        assert caught.value.code == "filing.not-asked"


@pytest.mark.parametrize("law", STATES)
def test_internal_use_counts_what_was_released_inside_in_the_period(law):
    since = date(2026, 12, 26)
    draft = draft_internal_use(LAWS[law], [case(incidents=[INCIDENT])], since, Happened(on=ON))
    fields = by_name(draft)
    assert fields["internal-models"].entries[0].text == "Borealis-2 (borealis-2): from 2027-01-07"
    assert "filter-off" in fields["internal-incidents"].entries[0].text
    assert fields["internal-oversight"].write.startswith(NOT_HERE)
    with pytest.raises(Error) as caught:
        draft_internal_use(LAWS[law], [case()], date(2026, 10, 1), Happened(on=date(2027, 1, 1)))
    assert caught.value.code == "filing.no-internal-use"


def test_the_next_summary_is_due_three_months_after_the_last_that_the_developer_lists():
    listed = made(
        Developer, kind="developer", id="lab", title="Lab",
        documents=[{"id": "s", "document": "internal-use-summary", "on": "2027-01-15",
                    "to": ["Cal OES"]}],
    )  # fmt: skip
    happened = Happened(on=ON, developer=listed)
    draft = draft_internal_use(LAWS["ca-sb53"], [case()], date(2026, 12, 26), happened)
    assert date(2027, 4, 15) in {x.last_day for x in draft.deadlines}
    bare = draft_internal_use(LAWS["ca-sb53"], [case()], date(2026, 12, 26), Happened(on=ON))
    assert bare.deadlines == ()


def test_the_day_of_the_discovery_is_no_date_of_the_incident():
    bare = INCIDENT.document.model_copy(update={"occurred_at": None, "resolved_at": None})
    known = bare.model_copy(update={"occurred_at": bare.discovered_at})
    over = known.model_copy(update={"resolved_at": bare.discovered_at})

    def write(law, document):
        held = type(INCIDENT)(document, INCIDENT.source)
        draft = draft_incident(LAWS[law], held, MODEL, Happened(on=ON))
        return next(x.write for x in draft.fields if x.field in ("incident-date", "dates"))

    for law in STATES:
        assert "when it happened is not stated" in write(law, bare)
        assert write(law, known) is None
    code = "eu-code-of-practice"
    assert "when it happened is not stated" in write(code, bare)
    assert "when it ended is not stated" in write(code, known)
    assert write(code, over) is None


def test_a_field_of_the_model_report_that_is_answered_in_part_has_a_rest_to_write():
    fields = by_name(draft_report(LAWS["eu-code-of-practice"], "model-report", case()))
    for name, rest in (("model-description", "architecture"), ("risk-identification", "process")):
        assert fields[name].entries
        assert fields[name].write.startswith(NOT_HERE)
        assert rest in fields[name].write
    said = stated("risk-identification", "a workshop each quarter")
    draft = draft_report(LAWS["eu-code-of-practice"], "model-report", case(declarations=[said]))
    assert by_name(draft)["risk-identification"].write is None


def test_an_incident_that_nobody_calls_serious_starts_no_clock_and_has_no_reasons():
    draft = draft_incident(LAWS["ca-sb53"], INCIDENT, MODEL, Happened(on=date(2027, 3, 2)))
    assert draft.deadlines == ()
    assert any("is graded incident" in x for x in draft.notices)
    fields = by_name(draft)
    assert "nobody graded it a serious incident" in fields["incident-reasons"].write
    assert "internal use" in fields["incident-internal-use"].write
    with pytest.raises(Error) as caught:
        draft_incident(LAWS["ca-sb53"], INCIDENT, MODEL, Happened(on=date(2027, 2, 27)))
    assert caught.value.code == "filing.not-yet"


@pytest.mark.parametrize(
    ("law", "fields", "days"),
    [
        ("ca-sb53", 4, 2),
        ("ny-raise", 4, 3),
        ("il-430-ilcs-185", 4, 2),
        ("eu-code-of-practice", 9, 5),
    ],
)
def test_a_serious_incident_has_the_deadlines_of_each_law(law, fields, days):
    # The Code: 2, 5, 10 and 15 days and keeping for five years; follow-ups begin with a report.
    grading = {"at": "2027-03-01T12:00:00Z", "by": {"name": "S. Lund", "role": "head"}}
    serious = load(
        "09-incident/incidents/filter-off.yaml", Incident,
        gradings=[grading | {"severity": "serious-incident", "reasons": "Harm."}],
    )  # fmt: skip
    draft = draft_incident(LAWS[law], serious, MODEL, Happened(on=date(2027, 3, 2)))
    assert len(draft.fields) == fields
    assert len(draft.deadlines) == days
    reasons = by_name(draft).get("incident-reasons")
    assert reasons is None or reasons.write is None
    assert "## Deadlines" in format_filing(draft)


def test_the_justification_is_taken_from_the_change_log_and_else_to_be_written():
    data = FRAMEWORK.source.tree
    gates = [x | {"quorum": 3} if x["id"] == "deploy-external" else x for x in data["gates"]]
    more = {"version": "2.2", "in_force": {"from": "2027-03-01"}, "gates": gates,
            "legal_roles": ["voluntary", "ca-sb53"]}  # fmt: skip
    log = {"since": "1.0", "entries": [{"clauses": ["deploy-external"], "text": "All three sign.",
                                        "reason": "One was overruled."}]}  # fmt: skip

    def draft(**changes):
        after = made(Framework, **(data | more | changes))
        return draft_modification(
            LAWS["ca-sb53"],
            FRAMEWORK,
            after,
            diff_frameworks(FRAMEWORK, after, None),
            Happened(on=ON),
        )

    with_log = draft(changelog=log)
    found = by_name(with_log)["modification-justification"]
    assert "All three sign. Reason: One was overruled." in found.entries[0].text
    assert found.write is None
    without = by_name(draft())["modification-justification"]
    assert without.entries == ()
    assert "gives no reason for gate deploy-external" in without.write
    (deadline,) = with_log.deadlines
    assert deadline.last_day == date(2027, 3, 31)
    with pytest.raises(Error) as caught:
        draft_modification(
            LAWS["ca-sb53"],
            FRAMEWORK,
            FRAMEWORK,
            diff_frameworks(FRAMEWORK, FRAMEWORK, None),
            Happened(on=ON),
        )
    assert caught.value.code == "filing.nothing-modified"
