"""The instruments of the library: their anchors, and what they find in published frameworks."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ifthen.conformance.finding import RANK, judge
from ifthen.errors import Error
from ifthen.framework.anchor import find_span, normalise
from ifthen.workspace.instruments import find_instrument, judge_files, load_instruments
from ifthen.workspace.library import find_version, load_library

SOURCES = Path(__file__).parents[3] / "shared" / "sources"
TEXTS = {
    "ca-sb53": "ca-sb53.txt",
    "il-430-ilcs-185": "il-430-ilcs-185.txt",
    "ny-raise": "ny-raise-s8828.txt",
}
ON = date(2026, 11, 24)
FCF = "anthropic/frontier-compliance-framework@2"


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the statutes' texts are not beside the checkout")
@pytest.mark.parametrize("name", TEXTS)
def test_every_anchor_stands_in_the_statute(name):
    law = find_instrument(load_instruments(), name).document
    text = normalise((SOURCES / TEXTS[name]).read_text("utf-8"))
    anchors = [a for x in (*law.subjects, *law.provisions) for a in x.anchors]
    assert anchors
    lost = [a.section for a in anchors if a.sha256 and find_span(a, text) is None]
    assert lost == []


def test_every_provision_binds_a_subject_and_has_an_id_of_its_own():
    for loaded in load_instruments():
        law = loaded.document
        ids = [x.id for x in law.provisions]
        assert len(ids) == len(set(ids)), law.id
        assert {x.binds for x in law.provisions} <= {x.id for x in law.subjects}, law.id


def test_no_finding_uses_the_word_that_nobody_here_may_say():
    for name in TEXTS:
        text = judge_files(name, FCF, None, ON).model_dump_json().lower()
        assert "compliant" not in text


def test_before_a_law_is_in_force_nothing_is_asked():
    states = {x.state for x in judge_files("ny-raise", FCF, None, ON).findings}
    assert states == {"not-in-force"}


def test_what_a_published_framework_answers_is_cited():
    report = judge_files("ca-sb53", FCF, None, ON)
    found = {x.provision: x for x in report.findings}
    assert found["framework-written"].state == "present"
    assert found["framework-kept"].state == "needs-judgement"
    for finding in report.findings:
        if finding.state in ("present", "inconsistent"):
            assert finding.basis, finding.provision
        assert finding.citation
        assert finding.why


def test_a_framework_for_another_purpose_is_not_one_for_this_law():
    found = {x.provision: x for x in judge_files("ca-sb53", MAGIC, None, ON).findings}
    assert found["framework-written"].state != "present"


MAGIC = "magic/agi-readiness-policy@1.0"


PARTS = ("duties", "gates", "safeguards", "commitments", "domains")


@pytest.mark.parametrize("left_out", [*((part,) for part in PARTS), PARTS], ids=" ".join)
def test_leaving_clauses_out_never_makes_a_finding_better(left_out):
    law = find_instrument(load_instruments(), "ca-sb53")
    whole = find_version(load_library(), FCF)
    less = replace(whole, document=whole.document.model_copy(update=dict.fromkeys(left_out, ())))
    before = {x.provision: x.state for x in judge(law, whole, None, ON).findings}
    worse = 0
    for finding in judge(law, less, None, ON).findings:
        assert RANK[finding.state] <= RANK[before[finding.provision]], finding.provision
        worse += RANK[finding.state] < RANK[before[finding.provision]]
    # Another clause of the framework speaks to each provision that its safeguards speak to.
    assert worse or left_out == ("safeguards",)


def test_without_a_framework_nothing_is_present_by_it():
    law = find_instrument(load_instruments(), "ca-sb53")
    states = {x.state for x in judge(law, None, None, ON).findings}
    assert "present" not in states


def test_an_instrument_that_is_not_there():
    with pytest.raises(Error) as caught:
        judge_files("xx-law", FCF, None, ON)
    assert caught.value.code == "instrument.unknown"


def test_every_framework_of_the_library_can_be_asked():
    law = find_instrument(load_instruments(), "ca-sb53")
    for shelf in load_library():
        for framework in shelf.versions:
            found = judge(law, framework, None, ON).findings
            assert len(found) == len(law.document.provisions), framework.document.id
