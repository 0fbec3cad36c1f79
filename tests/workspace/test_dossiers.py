"""Checks of what is said about models: one test for each code."""

import copy
from datetime import date

import pytest
from tests.decision.test_striking import corrected, withdrawn
from tests.decision.world import (
    ERRATUM,
    INCIDENT,
    ON,
    World,
    derived,
    excepted,
    measured_like,
    reached,
    world,
)
from tests.workspace.documents import write, write_workspace

from ifthen.errors import Problems
from ifthen.workspace.checking import check_workspace
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.resolving import assemble_facts, find_framework, find_lineage, find_model


def check(root, content: World, on=ON):
    (root / "logs").mkdir(parents=True, exist_ok=True)
    (root / "logs" / "ctf.eval").write_bytes(b"")
    return check_workspace(load_workspace(write_workspace(root, content)), on=on)


def only(found, code):
    """Return the one fault, of this code, that names a place in a file."""
    (error,) = found
    assert error.code == code
    assert error.where.count(":") == 2
    assert error.hint
    return error


@pytest.mark.parametrize("content", [derived(world()), excepted(), reached()])
def test_in_order(tmp_path, content):
    assert check(tmp_path, content).errors == ()


# -- lineage ---------------------------------------------------------------------------------------


def test_a_parent_that_is_nowhere(tmp_path):
    changed = world()
    changed.model["lineage"] = [{"relation": "fine-tune", "parent": "aurora-0"}]
    error = only(check(tmp_path, changed).errors, "workspace.dangling-reference")
    assert error.message == "there is no model 'aurora-0' in this workspace"


def test_a_snapshot_of_the_parent_that_is_nowhere(tmp_path):
    changed = derived(world())
    changed.model["lineage"][0]["snapshot"] = "final"
    error = only(check(tmp_path, changed).errors, "workspace.dangling-reference")
    assert "snapshot of aurora-2 'final'" in error.message


@pytest.mark.parametrize("key", ["lineage", "based_on"])
def test_a_circular_lineage_names_both_places(tmp_path, key):
    changed = derived(world())
    base = changed.parents[0]
    if key == "lineage":
        base.model["lineage"] = [{"relation": "quantisation", "parent": "aurora-3"}]
    else:
        base.model["based_on"] = "aurora-3"
    error = only(check(tmp_path, changed).errors, "workspace.circular-lineage")
    assert "aurora-2 is made from itself: aurora-2 from aurora-3 from aurora-2" in error.message
    assert error.where.startswith("models/aurora-2.yaml:")
    assert "the other place is models/aurora-3.yaml:" in error.message


def test_a_model_that_is_its_own_parent(tmp_path):
    changed = world()
    changed.model["based_on"] = "aurora-2"
    error = only(check(tmp_path, changed).errors, "workspace.circular-lineage")
    assert "models/aurora-2.yaml" in error.where


def test_a_circle_of_three_is_one_error(tmp_path):
    changed = derived(derived(world()), id="aurora-4")
    changed.parents[0].parents[0].model["based_on"] = "aurora-4"
    error = only(check(tmp_path, changed).errors, "workspace.circular-lineage")
    assert error.message.count(" from ") >= 3


def test_the_facts_of_a_lineage_are_assembled(tmp_path):
    changed = derived(derived(world()), id="aurora-4")
    workspace = load_workspace(write_workspace(tmp_path, changed))
    assert find_lineage(workspace, "aurora-4") == ("aurora-4", "aurora-3", "aurora-2")
    framework = find_framework(workspace, None, ON)
    facts = assemble_facts(workspace, framework, find_model(workspace, "aurora-4"), [])
    assert facts.parents[0].parents[0].model.document.id == "aurora-2"


def test_two_documents_with_one_id_name_both_places(tmp_path):
    root = write_workspace(tmp_path, reached())
    for kind, template in (("incident", INCIDENT), ("erratum", ERRATUM)):
        for name in ("one", "two"):
            write(root / f"{name}-{kind}.yaml", template)
    with pytest.raises(Problems) as caught:
        load_workspace(root)
    assert [x.code for x in caught.value.errors] == ["workspace.duplicate-id"] * 2
    for error in caught.value.errors:
        assert error.where.startswith("two-")
        assert "first in one-" in error.message


# -- time before birth -----------------------------------------------------------------------------


def born(changed: World, day: str) -> World:
    changed.model["trained_on"] = day
    return changed


@pytest.mark.parametrize(
    ("day", "documents"),
    [("2026-06-02", ["evidence"]), ("2026-06-11", ["assessments", "declarations", "evidence"])],
)
def test_what_is_older_than_the_model(tmp_path, day, documents):
    errors = check(tmp_path, born(reached(), day)).errors
    assert {x.code for x in errors} == {"workspace.before-birth"}
    assert sorted(x.where.partition("/")[0] for x in errors) == documents
    assert all(f"before {day}, as models/aurora-2.yaml:" in x.message for x in errors)


def test_a_snapshot_counts_as_the_model(tmp_path):
    changed = born(reached(), "2026-06-11")
    changed.model["snapshots"] = [
        {"id": "early", "weights_sha256": "sha256:" + "d" * 64, "taken_on": "2026-06-05"}
    ]
    errors = check(tmp_path, changed).errors
    error = only(errors, "workspace.before-birth")
    assert "evidence/" in error.where
    changed.model["snapshots"][0]["taken_on"] = "2026-06-01"
    assert check(tmp_path, changed).errors == ()


def test_a_model_that_is_older_than_its_parent(tmp_path):
    changed = born(derived(world()), "2026-03-01")
    born(changed.parents[0], "2026-04-01")
    error = only(check(tmp_path, changed).errors, "workspace.before-birth")
    assert "aurora-3 was there on 2026-03-01, before aurora-2 that it is from" in error.message
    assert error.where.startswith("models/aurora-3.yaml")


def test_an_incident_of_before_the_model(tmp_path):
    changed = born(reached(), "2026-06-01")
    changed.incidents.append(copy.deepcopy(INCIDENT) | {"discovered_at": "2026-05-31T08:00:00Z"})
    error = only(check(tmp_path, changed).errors, "workspace.before-birth")
    assert error.where.startswith("incidents/")


@pytest.mark.parametrize("kind", ["assessments", "declarations", "determinations", "exceptions"])
def test_expired_on_arrival(tmp_path, kind):
    changed = excepted() if kind == "exceptions" else world()
    born(changed, "2026-06-01")
    document = getattr(changed, kind)[0]
    document |= {"made_on": "2026-03-01", "expires": "2026-06-01"}
    if kind == "exceptions":
        document["approved_by"] = []
    error = only(check(tmp_path, changed).errors, "workspace.expired-on-arrival")
    assert error.where.startswith(f"{kind}/")
    assert "as models/aurora-2.yaml:" in error.message


# -- exceptions and incidents ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "noun"),
    [
        ({"model": "aurora-9"}, "model"),
        ({"framework": "elsewhere"}, "framework"),
        ({"exemption": "none"}, "exemption"),
        ({"sets_aside": ["fliter"]}, "commitment, safeguard or gate"),
        ({"approved_by": [{"name": "Cy", "role": "boss", "on": "2026-06-15"}]}, "role"),
    ],
)
def test_an_exception_that_leads_nowhere(tmp_path, changes, noun):
    errors = check(tmp_path, excepted(**changes)).errors
    assert only(errors, "workspace.dangling-reference").message.startswith(f"there is no {noun} ")


def test_an_expired_exception_is_said(tmp_path):
    found = check(tmp_path, excepted(expires="2026-06-20")).warnings
    assert "workspace.expired" in [x.code for x in found]


@pytest.mark.parametrize("kind", ["evaluation", "safeguard", "threshold", "statement"])
def test_an_incident_that_leads_nowhere(tmp_path, kind):
    changed = reached()
    changed.incidents.append(INCIDENT | {"concerns": [{kind: "nowhere"}]})
    error = only(check(tmp_path, changed).errors, "workspace.dangling-reference")
    assert f"there is no {kind} 'nowhere'" in error.message


def test_an_open_incident_is_said_until_it_is_reviewed(tmp_path):
    changed = reached()
    changed.incidents.append(copy.deepcopy(INCIDENT))
    error = only(check(tmp_path, changed).warnings, "workspace.incident-open")
    assert error.message == "incident leak leaves open: vault"
    assert check(tmp_path, changed, on=date(2026, 6, 19)).warnings == ()


# -- errata and withdrawals ------------------------------------------------------------------------


@pytest.mark.parametrize("strike", [withdrawn, corrected])
def test_a_correction_of_a_document_that_is_gone(tmp_path, strike):
    changed = strike(reached(), "declaration", "filter-was-declared")
    error = only(check(tmp_path, changed).errors, "workspace.dangling-reference")
    assert "there is no declaration 'filter-was-declared'" in error.message


@pytest.mark.parametrize("strike", [withdrawn, corrected])
def test_a_correction_of_a_document_about_another_model(tmp_path, strike):
    changed = strike(derived(reached()), "declaration", "filter-declared", model="aurora-3")
    error = only(check(tmp_path, changed).errors, "workspace.other-model")
    assert "declarations/filter-declared.yaml:" in error.message


def test_what_follows_or_replaces_and_is_nowhere(tmp_path):
    changed = withdrawn(reached(), "declaration", "filter-declared", replaced_by="other")
    corrected(changed, "assessment", "vault-assessed", follows="nothing")
    errors = check(tmp_path, changed).errors
    assert [x.code for x in errors] == ["workspace.dangling-reference"] * 2
    assert {x.where.partition("/")[0] for x in errors} == {"errata", "withdrawals"}


@pytest.mark.parametrize("strike", [withdrawn, corrected])
def test_a_document_that_changed_after_it_was_struck(tmp_path, strike):
    changed = strike(reached(), "declaration", "filter-declared")
    both = [*changed.errata, *changed.withdrawals]
    both[0]["document"]["digest"] = "sha256:" + "e" * 64
    assert "workspace.changed-after" in [x.code for x in check(tmp_path, changed).warnings]
    workspace = load_workspace(tmp_path)
    both[0]["document"]["digest"] = workspace.declarations[0].digest
    assert "workspace.changed-after" not in [x.code for x in check(tmp_path, changed).warnings]


def chain(*values, follows=True):
    """Return a world with errata, each of the one before; a value is (stated, right)."""
    changed = reached()
    for number, (stated, right) in enumerate(values):
        changed.errata.append(
            {k: v for k, v in ERRATUM.items() if k != "document"}
            | {
                "id": f"e-{number}",
                "published": {"title": f"Card {number}"},
                "stated": stated,
                "right": right,
                "bears_on": "wording",
            }
            | ({"follows": f"e-{number - 1}"} if number and follows else {})
        )
    return changed


def test_a_chain_of_errata_that_fits(tmp_path):
    assert check(tmp_path, chain((16.53, 22.33), (22.33, 35.52))).warnings == ()


def test_a_chain_of_errata_that_does_not_fit(tmp_path):
    """As published: 51.91, then 61.79; a later card gives 42.42 as what was published."""
    error = only(
        check(tmp_path, chain((51.91, 61.79), (42.42, 60.81))).warnings, "workspace.erratum-chain"
    )
    assert "says that 42.42 was stated; the one before it says that 61.79 is right" in error.message
    assert "(errata/e-0.yaml:" in error.message


def test_two_errata_that_follow_one(tmp_path):
    changed = chain((1.0, 2.0), (2.0, 3.0), (2.0, 4.0))
    changed.errata[2]["follows"] = "e-0"
    error = only(check(tmp_path, changed).warnings, "workspace.erratum-chain")
    assert "both follow e-0 (errata/e-1.yaml:" in error.message


def test_errata_in_a_circle(tmp_path):
    changed = chain((1.0, 2.0), (2.0, 1.0))
    changed.errata[0]["follows"] = "e-1"
    error = only(check(tmp_path, changed).errors, "workspace.circular-errata")
    assert "the other place is errata/" in error.message


# -- assessments -----------------------------------------------------------------------------------

CATALOGUE = {
    "kind": "catalogue",
    "id": "rules",
    "title": "Rules",
    "version": "1",
    "controls": [
        {"id": "r-1", "title": "Doors"},
        {"id": "r-2", "title": "Gone", "withdrawn": True},
    ],
}


@pytest.mark.parametrize(
    ("changes", "noun"),
    [
        ({"tests": [{"id": "t", "title": "T", "evaluation": "cft", "at_most": 0.1,
                     "result": "met"}]}, "evaluation"),
        ({"tests": [{"id": "t", "title": "T", "result": "met", "evidence": ["x"]}]}, "evidence"),
        ({"pathways": [{"pathway": "door", "covered": "yes"}]}, "pathway of vault"),
        ({"controls": [{"catalogue": "ruels", "control": "r-1", "status": "in-place"}]},
         "catalogue"),
        ({"controls": [{"catalogue": "rules", "control": "r-9", "status": "in-place"}]},
         "control of rules"),
    ],
)  # fmt: skip
def test_an_assessment_that_leads_nowhere(tmp_path, changes, noun):
    changed = reached()
    changed.assessments[0] |= changes
    write(tmp_path / "rules.yaml", CATALOGUE)
    error = only(check(tmp_path, changed).errors, "workspace.dangling-reference")
    assert error.message.startswith(f"there is no {noun} '")


@pytest.mark.parametrize("control", ["r-2", "r-3"])
def test_a_menu_of_controls_that_the_catalogue_does_not_have(tmp_path, control):
    changed = reached()
    changed.safeguard("vault")["menu"] = {"catalogue": "rules", "controls": ["r-1", control]}
    write(tmp_path / "rules.yaml", CATALOGUE)
    found = check(tmp_path, changed).warnings
    assert [x.message for x in found if x.code == "workspace.unknown-control"] == [
        f"catalogue rules has no control {control}"
    ]


def item(**changes):
    return {"id": "lock", "text": "A lock.", "owner": "Bo", "due": "2026-06-30"} | changes


@pytest.mark.parametrize(
    ("changes", "overdue"),
    [({}, True), ({"due": "2026-07-01"}, False), ({"done_on": "2026-06-20"}, False)],
)
@pytest.mark.parametrize("of", ["assessments", "incidents"])
def test_an_overdue_item_is_said(tmp_path, of, changes, overdue):
    changed = reached()
    changed.incidents.append(INCIDENT | {"concerns": []})
    getattr(changed, of)[0]["open_items"] = [item(**changes)]
    found = [x for x in check(tmp_path, changed).warnings if x.code == "workspace.item-overdue"]
    assert len(found) == overdue
    if overdue:
        assert found[0].message.startswith("lock of ")
        assert "was due on 2026-06-30: Bo has to see to it" in found[0].message
        assert found[0].where.startswith(f"{of}/")


# -- conflicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "key", "other"),
    [
        ("declarations", "value", False),
        ("assessments", "result", "not-effective"),
        ("determinations", "conclusion", "reached"),
    ],
)
def test_statements_that_conflict_name_both_places(tmp_path, kind, key, other):
    changed = world()
    first = getattr(changed, kind)[0]
    getattr(changed, kind).append(first | {"id": "zz-against", key: other})
    error = only(check(tmp_path, changed).warnings, "workspace.conflict")
    assert f"({kind}/{first['id']}.yaml:" in error.message
    assert error.where.startswith(f"{kind}/zz-against.yaml:")
    withdrawn(changed, first["kind"], "zz-against")
    assert "workspace.conflict" not in [x.code for x in check(tmp_path, changed).warnings]


def test_statements_about_two_models_do_not_conflict(tmp_path):
    changed = measured_like(derived(world()), world())
    changed.determinations[0]["conclusion"] = "reached"
    assert "workspace.conflict" not in [x.code for x in check(tmp_path, changed).warnings]


def test_cells_without_order_have_no_highest_one(tmp_path):
    changed = reached()
    changed.framework["domains"][0]["ordered"] = "no"
    changed.determinations.append(
        world().determinations[0] | {"threshold": "cyber-2", "conclusion": "reached"}
    )
    assert "workspace.no-tier-left" not in [x.code for x in check(tmp_path, changed).warnings]


@pytest.mark.parametrize(("threshold", "left"), [("cyber-1", True), ("cyber-2", False)])
def test_the_highest_tier_of_a_domain_that_is_reached(tmp_path, threshold, left):
    changed = reached()
    changed.determinations.append(
        world().determinations[0] | {"threshold": threshold, "conclusion": "reached"}
    )
    found = [x for x in check(tmp_path, changed).warnings if x.code == "workspace.no-tier-left"]
    assert bool(found) != left
    if found:
        assert "aurora-2 has reached cyber-2, the highest tier of cyber" in found[0].message
    assert not [
        x
        for x in check(tmp_path, changed, on=date(2026, 12, 10)).warnings
        if x.code == "workspace.no-tier-left"
    ]
