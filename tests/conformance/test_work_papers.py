"""An auditor's work papers: every judgement is left to the auditor."""

from datetime import date
from pathlib import Path

import pytest

from ifthen.conformance.finding import judge
from ifthen.conformance.work_papers import TO_WRITE, prepare_papers
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error
from ifthen.framework.model import Framework
from ifthen.publication.papers_text import format_papers
from ifthen.workspace.instruments import load_instruments

STEPS = Path(__file__).parents[2] / "examples" / "borealis" / "steps"
LAWS = {x.document.id: x for x in load_instruments()}
LAW = LAWS["il-430-ilcs-185"]
NAME = "01-trained/frameworks/quick-fsf-1.0.yaml"
FRAMEWORK = load_document(parse_tree((STEPS / NAME).read_bytes(), name=NAME), Framework)


def prepare(on=date(2028, 2, 1), law=LAW):
    return prepare_papers(law, judge(law, FRAMEWORK, None, on))


def test_the_report_has_the_seven_parts_of_the_statute_each_for_the_auditor_to_write():
    papers = prepare()
    assert [x.letter for x in papers.parts] == list("ABCDEFG")
    assert [x.citation for x in papers.parts] == [f"185/10(d)(2)({x})" for x in "ABCDEFG"]
    assert all(x.auditor.value is None for x in papers.parts)
    assert all(x.auditor.write.startswith(TO_WRITE) for x in papers.parts)


def test_every_provision_of_the_section_is_counted_and_listed_once_where_it_is_not_answered():
    papers = prepare()
    report = judge(LAW, FRAMEWORK, None, papers.on)
    audited = [x for x in report.findings if x.citation.startswith("185/10(")]
    assert len(audited) < len(report.findings)
    listed = [x.provision for x in (*papers.deviations, *papers.questions)]
    assert sorted(listed) == sorted(x.provision for x in audited if x.state != "present")
    assert papers.deviations
    assert {x.state for x in papers.deviations} <= {"absent", "inconsistent"}
    counted = sum(int(x.text.split(": ")[1].split(" ")[0]) for x in papers.parts[0].prepared[:-2])
    assert counted == len(audited)


def test_a_possible_deviation_has_fields_for_rationale_and_recommendation_and_decides_nothing():
    for x in prepare().deviations:
        for field in (x.material, x.explanation, x.rationale, x.recommendation):
            assert field.value is None
            assert field.write.startswith(TO_WRITE)


def test_before_the_audit_is_asked_for_the_papers_say_from_when():
    early, late = prepare(date(2027, 3, 1)), prepare()
    assert any("The audit is asked for from 2028-01-01" in x for x in early.notices)
    assert not any("The audit is asked for" in x for x in late.notices)


def test_a_law_without_an_audit_in_parts_is_an_error():
    for id in ("ca-sb53", "ca-sb1047"):
        with pytest.raises(Error) as caught:
            prepare(law=LAWS[id])
        assert caught.value.code == "papers.not-asked"


def test_the_markdown_shows_all_parts_and_never_says_that_a_law_was_kept_to():
    text = format_papers(prepare())
    assert all(f"\n## {x}. " in text for x in "ABCDEFG")
    assert "compliant" not in text.lower()
    assert text.count("Recommendation:") == len(prepare().deviations) + len(prepare().questions)
