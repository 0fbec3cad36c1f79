"""The shipped instruments: whole, anchored in the statute texts, and honest about what was read."""

import hashlib
from pathlib import Path

import pytest

from ifthen.conformance.filing import list_asked
from ifthen.framework.anchor import find_span, normalise
from ifthen.workspace.instruments import (
    find_instrument,
    load_instruments,
    summarise_instrument,
)

SOURCES = Path(__file__).parents[3] / "shared" / "sources"
TEXTS = {
    "ca-sb53": "ca-sb53.txt",
    "ny-raise": "ny-raise-s8828.txt",
    "il-430-ilcs-185": "il-430-ilcs-185.txt",
}
LAWS = {x.document.id: x.document for x in load_instruments()}
PROVISIONS = {
    "ca-sb53": 38, "ny-raise": 36, "il-430-ilcs-185": 53, "eu-code-of-practice": 145,
    "eu-ai-act": 13, "seoul": 8, "metr-common-elements": 16, "white-house-2023": 8, "bletchley": 3,
    "hiroshima": 8, "kr-ai-basic-act": 3, "ca-sb1047": 11,
}  # fmt: skip
STANDING = {
    **dict.fromkeys(PROVISIONS, "secondary"),
    **dict.fromkeys(("ca-sb53", "ny-raise", "il-430-ilcs-185"), "primary"),
    **dict.fromkeys(("eu-code-of-practice", "seoul"), "primary"),
    **dict.fromkeys(("eu-ai-act", "bletchley"), "partly-primary"),
}


def test_every_instrument_is_counted():
    assert {id: len(law.provisions) for id, law in LAWS.items()} == PROVISIONS


@pytest.mark.parametrize("loaded", load_instruments(), ids=lambda x: x.document.id)
def test_a_primary_reading_is_anchored_and_another_is_said_to_be_none(loaded):
    law, row = loaded.document, summarise_instrument(loaded)
    assert loaded.source.name.endswith(f"instruments/{law.jurisdiction}/{law.id}.yaml")
    assert law.coverage.standing == STANDING[law.id]
    if law.coverage.standing != "secondary":
        assert row.anchored == row.provisions
    else:
        assert row.anchored == 0
    if law.coverage.standing == "secondary":
        assert "not the primary text" in law.coverage.sources[0].read


def list_anchors(law):
    for part in (*law.subjects, *law.terms, *law.provisions, *law.recognition):
        for anchor in part.anchors:
            yield part.id, anchor
    for held in (h for x in law.provisions for h in x.holds):
        for anchor in held.anchors:
            yield held.field, anchor


INCIDENT_FIELDS = ["incident-date", "incident-reasons", "incident-statement"]
INCIDENT_FIELDS += ["incident-internal-use"]
LISTS = {
    "ca-sb53": [f"22757.13(a)({x})" for x in "1234"],
    "ny-raise": [f"1422(1)({x})" for x in "abcd"],
    "il-430-ilcs-185": [f"185/15(a)({x})" for x in "1234"],
}


@pytest.mark.parametrize("name", LISTS)
def test_an_incident_report_holds_what_the_act_lists_each_with_its_place(name):
    (report,) = (x for x in LAWS[name].provisions if x.id == "incident-report")
    assert [x.field for x in report.holds] == INCIDENT_FIELDS
    assert [x.citation for x in report.holds] == LISTS[name]
    assert [x.anchors[0].section for x in report.holds] == LISTS[name]
    assert all(x.anchors[0].sha256 for x in report.holds)
    asked = list_asked(find_instrument(load_instruments(), name), "incident-report")
    assert [(x.field, x.citation) for x in asked] == [(x.field, x.citation) for x in report.holds]


@pytest.mark.parametrize("name", TEXTS)
def test_every_span_stands_in_the_statute(name):
    path = SOURCES / TEXTS[name]
    if not path.is_file():
        pytest.skip("the statute texts are not beside this copy of the project")
    data = path.read_bytes()
    law, text = LAWS[name], normalise(data.decode())
    assert law.coverage.sources[0].sha256 == f"sha256:{hashlib.sha256(data).hexdigest()}"
    missing = [id for id, anchor in list_anchors(law) if find_span(anchor, text) is None]
    assert missing == []
    changed = text.replace("frontier", "frontal")
    assert any(find_span(anchor, changed) is None for _, anchor in list_anchors(law))


def clock(law, id):
    return next((c.amount, c.unit) for p in LAWS[law].provisions for c in p.clocks if c.id == id)


def test_the_three_states_differ_as_their_texts_do():
    assert clock("ca-sb53", "incident") == (15, "days")
    assert clock("ny-raise", "incident") == clock("il-430-ilcs-185", "incident") == (72, "hours")
    for law in TEXTS:
        assert clock(law, "imminent-danger") == (24, "hours")
        assert clock(law, "modification") == (30, "days")
        assert clock(law, "internal-use-summary") == (3, "months")
    assert clock("ny-raise", "disclosure-renewal") == (2, "years")
    assert clock("il-430-ilcs-185", "disclosure-renewal") == (1, "years")
    asked = {law: {p.asks for p in LAWS[law].provisions} for law in TEXTS}
    assert ["audit" in asked[law] for law in TEXTS] == [False, False, True]
    assert ["whistleblower" in asked[law] for law in TEXTS] == [True, False, True]
    scopes = {law: LAWS[law].recognition[0].provisions for law in TEXTS}
    assert scopes["il-430-ilcs-185"] == ()
    assert scopes["ca-sb53"] == scopes["ny-raise"] == ("incident-report", "imminent-danger")


def test_the_words_of_a_court_are_not_used():
    for path in (Path(__file__).parents[2] / "src/ifthen/library/instruments").rglob("*.yaml"):
        assert "complian" not in path.read_text("utf-8").lower(), path
