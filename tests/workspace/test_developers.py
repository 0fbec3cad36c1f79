"""What is known of a developer: its own document first, its models where that says nothing."""

from datetime import date

import pytest

from ifthen.conformance.scope import judge_scope
from ifthen.dossier.developer import Developer
from ifthen.dossier.model import Model
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import format_tree, parse_tree
from ifthen.errors import Error
from ifthen.workspace.developers import NO_LIMIT, know_developer
from ifthen.workspace.instruments import find_instrument, load_instruments

ON = date(2026, 11, 1)
CALIFORNIA = find_instrument(load_instruments(), "ca-sb53").document


def load(kind, tree):
    return load_document(parse_tree(format_tree(tree).encode(), name="x.yaml"), kind)


def model(id="m", **more):
    tree = {
        "kind": "model", "id": id, "title": id, "developer": "Lab", "generation": 1,
        "names_in_logs": [id], "weights": "closed", "lineage": [{"relation": "base"}],
    }  # fmt: skip
    return load(Model, tree | more)


def ledger(flop, complete):
    entry = {"stage": "pre-training", "declared": {"flop": flop, "sd": 0.0}, "source": "Invented."}
    return {"compute": {"complete": complete, "entries": [entry]}}


def developer(**more):
    return load(Developer, {"kind": "developer", "id": "d", "title": "D"} | more)


RELEASES = {
    "releases": [
        {"channel": "internal", "from": "2026-02-01"},
        {"channel": "restricted", "from": "2026-03-01"},
        {"channel": "external-api", "from": "2026-04-01"},
    ]
}


def test_only_what_everybody_may_use_counts_as_deployed():
    (found,) = know_developer([], [model(**RELEASES)], "Lab").developer.document.models
    assert str(found.deployed) == "2026-04-01"
    inside = {"releases": RELEASES["releases"][:2]}
    (none,) = know_developer([], [model(**inside)], "Lab").developer.document.models
    assert none.deployed is None


def test_without_its_own_document_nothing_is_said_of_filings_and_of_other_models():
    known = know_developer([], [model()], "Lab")
    assert not known.register
    assert known.notices
    subject = CALIFORNIA.subjects[0]
    assert judge_scope(subject, "ca-sb53", known.developer.document, ON).covered == "undetermined"


@pytest.mark.parametrize(
    ("flop", "complete", "covered"),
    [(2e26, True, "yes"), (2e26, False, "yes"), (5e25, False, "undetermined"), (5e25, True, "no")],
)
def test_compute_of_which_a_part_is_unknown_can_only_be_more(flop, complete, covered):
    known = know_developer([developer(all_models=True)], [model(**ledger(flop, complete))], "Lab")
    (found,) = known.developer.document.models
    assert (found.compute.high == NO_LIMIT) == (not complete)
    scope = judge_scope(CALIFORNIA.subjects[0], "ca-sb53", known.developer.document, ON)
    assert scope.covered == covered


def test_what_the_document_says_stays_and_what_it_lacks_comes_from_the_model():
    said = developer(models=[{"id": "m", "deployed": "2026-05-01"}, {"id": "other"}])
    known = know_developer([said], [model(**RELEASES), model("n")], "Lab")
    found = {x.id: x for x in known.developer.document.models}
    assert list(found) == ["m", "other", "n"]
    assert str(found["m"].deployed) == "2026-05-01"
    assert known.register
    assert known.developer.digest == said.digest


def test_two_documents_are_an_error_with_its_place():
    with pytest.raises(Error) as caught:
        know_developer([developer(), developer()], [], "Lab")
    assert caught.value.code == "developer.several"
    assert caught.value.where.startswith("x.yaml:")
