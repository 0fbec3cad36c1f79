"""Recognition: what a row carries and no more; clauses as the texts have them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.conformance.crosswalk import CONVERSE, Crosswalk, check_crosswalk, find_holes
from ifthen.conformance.finding import judge
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.overlay import Overlay
from ifthen.conformance.recognising import judge_clauses, recognise
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Problems
from ifthen.workspace.instruments import find_instrument, load_instruments
from ifthen.workspace.library import find_version, load_library
from ifthen.workspace.recognising import Question, check_layers, recognise_files

LAWS = load_instruments()
KNOWN = {x.document.id: x.document for x in LAWS}
FRAMEWORK = "anthropic/frontier-compliance-framework@2"
FCF = find_version(load_library(), FRAMEWORK)
ON = date(2028, 2, 1)
HEAD = """kind: crosswalk
id: w
title: W
from: %s
to: %s
by: somebody
basis: none
review: unreviewed
rows:
"""


def crosswalk(*rows, source="a", target="b", tail=""):
    text = HEAD % (source, target)
    text += "".join(
        f"  - {{from: [{a}], relation: {relation}, to: [{b}], basis: B.}}\n"
        for a, relation, b in rows
    )
    return load_document(parse_tree((text + tail).encode(), name="w.yaml"), Crosswalk)


def law(id, provisions, recognition=""):
    """Return an instrument whose provisions are answered by documents of their own names."""
    text = f"""kind: instrument
id: {id}
jurisdiction: x
title: T
citation: C
status: in-force
in_force: {{from: 2026-01-01}}
subjects: [{{id: all, title: all, text: All.}}]
coverage: {{standing: primary, written_by: nobody, sources: [{{id: s, title: S, read: whole}}]}}
{recognition}provisions:
"""
    for x in provisions:
        text += (
            f"  - {{id: {x}, citation: {x}, title: T, text: T., binds: all, asks: records, "
            f"checkability: automatic, answered_by: {{by: document, document: {x}}}}}\n"
        )
    return load_document(parse_tree(text.encode(), name=f"{id}.yaml"), Instrument)


def developer(*documents):
    text = "kind: developer\nid: d\ntitle: D\ndocuments:\n"
    text += "  - {id: none, document: none, on: 2026-01-01}\n"
    for i, (kind, on, holds) in enumerate(documents):
        text += f"  - {{id: d{i}, document: {kind}, on: {on}, holds: [{holds}]}}\n"
    return load_document(parse_tree(text.encode(), name="d.yaml"), Developer)


def verdicts(walk, given, sources=("p", "q"), targets=("x", "y"), names=("a", "b")):
    facts = developer(*((x, "2026-02-01", "") for x in given))
    reports = [
        judge(law(id, provisions), None, facts, ON)
        for id, provisions in zip(names, (sources, targets), strict=True)
    ]
    return {x.provision: x.verdict for x in recognise(*reports, walk, ()).provisions}


@pytest.mark.parametrize(
    ("relation", "verdict"),
    [
        ("equal", "answered"),
        ("equivalent", "answered"),
        ("superset-of", "answered"),
        ("subset-of", "partly"),
        ("intersects-with", "partly"),
        ("no-relationship", "missing"),
    ],
)
def test_what_a_row_carries_follows_from_its_relation(relation, verdict):
    walk = crosswalk(("p", relation, "x"))
    assert verdicts(walk, ["p"])["x"] == verdict
    assert verdicts(walk, ["q"])["x"] == "missing"


def test_of_what_is_not_mapped_nothing_is_inferred():
    walk = crosswalk(("p", "equal", "x"))
    assert verdicts(walk, ["p", "q", "x", "y"])["y"] == "unmapped"
    gap = crosswalk(
        ("p", "equal", "x"), tail="gaps: [{side: to, provisions: [y], because: Nothing.}]\n"
    )
    assert verdicts(gap, ["p", "q"])["y"] == "missing"


def test_there_is_no_way_through_a_third_instrument():
    with pytest.raises(Exception, match="no crosswalk between seoul and ny-raise") as caught:
        recognise_files(Question(framework=FRAMEWORK, source="seoul", target="ny-raise", on=ON))
    assert caught.value.code == "crosswalk.missing"


def test_two_sources_of_one_row_are_needed_together():
    walk = crosswalk(("p, q", "superset-of", "x"))
    assert verdicts(walk, ["p", "q"])["x"] == "answered"
    assert verdicts(walk, ["p"])["x"] == "partly"
    assert verdicts(walk, [])["x"] == "missing"


@given(st.sampled_from(sorted(CONVERSE)))
def test_seen_from_the_target_and_back_a_crosswalk_is_the_same(relation):
    walk = crosswalk(
        ("p, q", relation, "x"),
        tail="gaps: [{side: to, provisions: [y], because: Nothing.}]\n",
    ).document
    assert CONVERSE[CONVERSE[relation]] == relation
    rows, gaps = walk.seen_from("b")
    assert (rows[0].from_, rows[0].to) == (("x",), ("p", "q"))
    assert gaps[0].side == "from"
    back = walk.model_copy(update={"from_": "b", "to": "a", "rows": rows, "gaps": gaps})
    assert back.seen_from("a") == (walk.rows, walk.gaps)


def test_the_other_way_a_subset_answers_whole():
    walk = crosswalk(("p", "subset-of", "x"))
    assert verdicts(walk, ["p"])["x"] == "partly"
    turned = verdicts(walk, ["x"], ("x", "y"), ("p", "q"), names=("b", "a"))
    assert turned["p"] == "answered"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (("redaction", "equal", "redactions"), ":10:"),
        (("redactions", "equal", "redaction"), ":10:"),
    ],
)
def test_a_provision_that_is_in_no_instrument_is_an_error_with_place_and_suggestion(row, place):
    walk = crosswalk(row, source="ca-sb53", target="ny-raise")
    (error,) = check_crosswalk(walk, KNOWN)
    assert error.code == "crosswalk.dangling-reference"
    assert error.where.startswith(f"w.yaml{place}")
    assert error.hint == "did you mean 'redactions'?"


def test_an_instrument_that_is_none_is_an_error():
    walk = crosswalk(("a", "equal", "b"), source="ca-sb35", target="ny-raise")
    errors = list(check_crosswalk(walk, KNOWN))
    assert errors[0].hint == "did you mean 'ca-sb53'?"
    assert errors[1].message == "there is no provision in ny-raise 'b'"


@pytest.mark.parametrize(
    ("row", "tail", "code"),
    [
        (("p", "is-like", "x"), "", "document.wrong-value"),
        (("p", "equal", "x"), "gaps: [{side: to, provisions: [x], because: B.}]\n", None),
        (("p", "equal", "x"), "  - {from: [p], relation: subset-of, to: [x], basis: B.}\n", None),
        (("p", "equal", "x"), "reviewed_by: somebody\n", None),
    ],
)
def test_an_unknown_relation_and_a_crosswalk_that_contradicts_itself_are_refused(row, tail, code):
    with pytest.raises(Problems) as caught:
        crosswalk(row, tail=tail)
    assert all(x.where.startswith("w.yaml:") for x in caught.value.errors)
    if code:
        assert [x.code for x in caught.value.errors] == [code]


def test_holes_are_listed_for_both_sides():
    walk = crosswalk(("redactions", "equal", "redactions"), source="ca-sb53", target="ny-raise")
    holes = list(find_holes(walk, KNOWN))
    assert [x.code for x in holes] == ["crosswalk.hole"] * 2
    assert "incident-report" in holes[0].message
    assert "redactions" not in holes[0].message


def test_the_shipped_overlays_and_crosswalks_name_what_there_is():
    assert check_layers([], []).errors == ()


def recognised(source, target, on=ON):
    report = recognise_files(Question(framework=FRAMEWORK, source=source, target=target, on=on))
    return report, {x.provision: x for x in report.provisions}


def test_a_californian_filing_leaves_the_audit_of_illinois_missing():
    report, found = recognised("ca-sb53", "il-430-ilcs-185")
    assert found["framework-thresholds"].verdict == "answered"
    assert found["audit-independent"].verdict == "missing"
    assert found["machine-readable-summaries"].verdict == "missing"
    assert found["framework-written"].verdict == "partly"  # for its own law
    assert any("unofficial" in x and "reviewed by nobody" in x for x in report.notices)
    assert report.review == "unreviewed"


def test_new_york_asks_for_more_detail_than_california_and_not_the_other_way():
    assert recognised("ca-sb53", "ny-raise")[1]["framework-thresholds"].verdict == "partly"
    assert recognised("ny-raise", "ca-sb53")[1]["framework-thresholds"].verdict == "answered"


def test_before_a_law_is_in_force_nothing_is_asked():
    report, _ = recognised("ca-sb53", "ny-raise", date(2026, 11, 20))
    assert report.counts["not-asked"] == len(report.provisions)


RECOGNITION = (
    "recognition: [{id: r, citation: R, regime: some law, provisions: [x], conditions: [C.], "
    "effect: E., ends: Z.}]\n"
)
DESIGNATION = """kind: overlay
id: o
layer: federal
title: O
citation: O
status: in-force
in_force: {from: 2027-01-01, until: 2029-01-01}
standing: primary
source: none
changes:
  - {id: c, text: It is designated., does: {change: designates, instrument: b, recognition: r,
      regime: a, provisions: [p]}}
"""
INTENT = ("recognition-intent", "2027-02-01", "b.r")


def clause(*documents, overlay=DESIGNATION, on=ON, at_hand=True, facts=True):
    target, regime = law("b", ["x", "y"], RECOGNITION).document, law("a", ["p", "q"])
    layers = [load_document(parse_tree(overlay.encode(), name="o.yaml"), Overlay)]
    given = developer(*documents) if facts else None
    reports = {"a": judge(regime, None, given, on)} if at_hand else {}
    (found,) = judge_clauses(target, layers, given, reports, on)
    return found


def test_recognition_counts_where_designated_declared_and_kept_and_only_in_its_scope():
    found = clause(INTENT, ("p", "2027-03-01", ""))
    assert (found.state, found.designated, found.scope) == ("counts", "a", ("x",))
    assert found.conditions == ("C.",)


def test_a_failure_there_is_a_failure_here_but_only_of_what_is_designated():
    assert clause(INTENT).state == "failed-there"
    assert clause(INTENT, ("q", "2027-03-01", "")).state == "failed-there"


@pytest.mark.parametrize(
    ("documents", "changes", "state", "why"),
    [
        ((), {}, "does-not-count", "no recognition-intent"),
        (
            (INTENT, ("recognition-revoked", "2027-05-01", "b.r")),
            {},
            "does-not-count",
            "taken back",
        ),
        (
            (INTENT, ("recognition-revoked", "2027-02-01", "b.r")),
            {},
            "does-not-count",
            "taken back",
        ),
        ((("recognition-intent", "2027-02-01", "a.r"),), {}, "does-not-count", "no recognition"),
        ((INTENT,), {"on": date(2027, 1, 31)}, "does-not-count", "no recognition-intent"),
        ((INTENT,), {"on": date(2029, 1, 1)}, "does-not-count", "no designation"),
        ((INTENT,), {"on": date(2026, 12, 31)}, "does-not-count", "no designation"),
        ((INTENT,), {"at_hand": False}, "undetermined", "not at hand"),
        ((), {"facts": False}, "undetermined", "intent is not known"),
        ((INTENT,), {"overlay": DESIGNATION.replace(": b,", ": c,")}, "does-not-count", "no desig"),
    ],
)
def test_recognition_is_opt_in_dated_revocable_and_directional(documents, changes, state, why):
    found = clause(*documents, ("p", "2027-01-02", ""), **changes)
    assert found.state == state
    assert any(why in x for x in found.because)


def test_an_intent_declared_again_after_it_was_taken_back_counts():
    again = ("recognition-intent", "2027-06-01", "b.r")
    revoked = ("recognition-revoked", "2027-05-01", "b.r")
    assert clause(INTENT, revoked, again, ("p", "2027-03-01", "")).state == "counts"


def test_the_states_recognise_a_federal_regime_alone_each_in_its_own_scope():
    scopes = {
        id: judge_clauses(KNOWN[id], [], None, {}, ON)
        for id in ("ca-sb53", "ny-raise", "il-430-ilcs-185")
    }
    assert set(scopes["ca-sb53"][0].scope) == {"incident-report", "imminent-danger"}
    assert len(scopes["il-430-ilcs-185"][0].scope) == len(KNOWN["il-430-ilcs-185"].provisions)
    assert {x.state for found in scopes.values() for x in found} == {"does-not-count"}
    assert judge_clauses(find_instrument(LAWS, "seoul").document, [], None, {}, ON) == ()
