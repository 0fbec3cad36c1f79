"""Checks across documents: one test for each code."""

from datetime import date

import pytest
from tests.decision.world import EXPIRES, ON, world
from tests.workspace.documents import without_evidence, write, write_workspace

from ifthen.workspace.checking import check_workspace
from ifthen.workspace.loading import load_workspace


def check(root, content=None, on=ON):
    return check_workspace(load_workspace(write_workspace(root, content or world())), on=on)


def codes(found):
    return [error.code for error in found]


def with_log(root):
    (root / "logs").mkdir(parents=True)
    (root / "logs" / "ctf.eval").write_bytes(b"")
    return root


def test_in_order(tmp_path):
    lint = check(with_log(tmp_path))
    assert lint.errors == lint.warnings == ()


def test_faults_of_a_framework(tmp_path):
    changed = world()
    changed.framework["commitments"][0]["if"] = "cyber-9"
    lint = check(tmp_path, changed)
    assert codes(lint.errors) == ["framework.dangling-reference"]
    assert lint.warnings == ()


def test_warnings_of_a_framework(tmp_path):
    changed = world()
    changed.framework["commitments"][0]["then"] = []
    assert "framework.open-consequence" in codes(check(with_log(tmp_path), changed).warnings)


# -- versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ({"from": "2026-01-01"}, {"from": "2026-06-01"}, True),
        ({"from": "2026-01-01", "until": "2026-06-01"}, {"from": "2026-06-01"}, False),
        ({"from": "2026-01-01", "until": "2026-06-02"}, {"from": "2026-06-01"}, True),
        ({"from": "2026-06-01"}, {"from": "2026-01-01"}, True),
        ({"from": "2026-06-01"}, {"from": "2026-01-01", "until": "2026-06-01"}, False),
        ({"from": "2026-01-01"}, {"from": "2026-01-01"}, True),
    ],
)
def test_two_in_force(tmp_path, first, second, overlap):
    root = write_workspace(with_log(tmp_path), world())
    write(root / "frameworks" / "frontier.yaml", world().framework | {"in_force": first})
    tree = world().framework | {"in_force": second, "version": "2.0"}
    write(root / "frameworks" / "two.yaml", tree)
    lint = check_workspace(load_workspace(root), on=ON)
    assert codes(lint.errors) == (["workspace.two-in-force"] if overlap else [])
    if overlap:
        (error,) = lint.errors
        assert error.where.startswith("frameworks/")
        assert "comes into force while" in error.message


def test_three_in_force_are_three_overlaps(tmp_path):
    root = write_workspace(tmp_path, world())
    for version in ("2.0", "3.0"):
        tree = world().framework | {"version": version}
        write(root / "frameworks" / f"{version}.yaml", tree)
    lint = check_workspace(load_workspace(root), on=ON)
    assert codes(lint.errors) == ["workspace.two-in-force"] * 3


def test_two_frameworks_of_different_ids_may_be_in_force(tmp_path):
    root = write_workspace(with_log(tmp_path), world())
    write(root / "other.yaml", world().framework | {"id": "other"})
    assert check_workspace(load_workspace(root), on=ON).errors == ()


# -- references ------------------------------------------------------------------------------------

REFERENCES = [
    ("model", "based_on", "model"),
    ("plans", "framework", "framework"),
    ("plans", "evaluation", "evaluation"),
    ("plans", "model", "model"),
    ("evidence", "evaluation", "evaluation"),
    ("evidence", "model", "model"),
    ("evidence", "plan", "plan"),
    ("declarations", "model", "model"),
    ("assessments", "model", "model"),
    ("assessments", "safeguard", "safeguard"),
    ("determinations", "model", "model"),
    ("determinations", "threshold", "threshold"),
]


@pytest.mark.parametrize(("where", "key", "noun"), REFERENCES)
def test_dangling_reference(tmp_path, where, key, noun):
    changed = world()
    document = changed.model if where == "model" else getattr(changed, where)[0]
    document[key] = "nowhere"
    lint = check(tmp_path, changed)
    (error,) = lint.errors
    assert error.code == "workspace.dangling-reference"
    assert error.message == f"there is no {noun} 'nowhere' in this workspace"
    assert error.where.count(":") == 2
    assert f"{document['id']}.yaml" in error.where
    assert error.hint.startswith("known: ")
    assert lint.warnings == ()


def test_dangling_evidence_of_a_determination(tmp_path):
    changed = world()
    changed.determinations[0]["evidence"] = ["ctf-run", "ctf-rum"]
    (error,) = check(tmp_path, changed).errors
    assert error.code == "workspace.dangling-reference"
    assert error.hint == "did you mean 'ctf-run'?"


def test_every_dangling_reference_at_once(tmp_path):
    changed = world()
    changed.model["id"] = "renamed"
    lint = check(tmp_path, changed)
    assert codes(lint.errors) == ["workspace.dangling-reference"] * 5


def test_references_to_a_later_version_of_the_framework_lead_somewhere(tmp_path):
    root = write_workspace(with_log(tmp_path), world())
    tree = world().framework | {"id": "other"}
    tree["evaluations"] = [tree["evaluations"][0] | {"id": "new"}, tree["evaluations"][0]]
    write(root / "other.yaml", tree)
    write(root / "plan.yaml", world().plans[0] | {"id": "new-plan", "evaluation": "new"})
    assert check_workspace(load_workspace(root), on=ON).errors == ()


# -- what grows old --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["declarations", "assessments", "determinations"])
def test_expired(tmp_path, kind):
    changed = world()
    document = getattr(changed, kind)[0]
    document["expires"] = ON.isoformat()
    (warning,) = check(with_log(tmp_path), changed).warnings
    assert warning.code == "workspace.expired"
    assert warning.message == (
        f"{document['kind']} {document['id']} expired on 2026-07-01: it counts as unknown"
    )
    assert f"{document['id']}.yaml" in warning.where


def test_the_last_day_is_not_expired(tmp_path):
    with_log(tmp_path)
    assert check(tmp_path, on=date(2026, 12, 9)).warnings == ()
    assert codes(check(tmp_path, on=EXPIRES).warnings) == ["workspace.expired"] * 3


@pytest.mark.parametrize(
    ("on", "due"),
    [(date(2026, 12, 31), False), (date(2027, 1, 1), True), (date(2025, 1, 1), False)],
)
def test_review_due(tmp_path, on, due):
    changed = world()
    for kind in ("declarations", "assessments", "determinations"):
        getattr(changed, kind).clear()
    warnings = check(with_log(tmp_path), changed, on=on).warnings
    assert codes(warnings) == (["workspace.review-due"] if due else [])
    if due:
        assert warnings[0].message.endswith("was due for review on 2027-01-01")


def test_a_version_no_longer_in_force_is_not_due_for_review(tmp_path):
    changed = world()
    changed.framework["in_force"]["until"] = "2027-01-01"
    for kind in ("declarations", "assessments", "determinations"):
        getattr(changed, kind).clear()
    assert check(with_log(tmp_path), changed, on=date(2027, 1, 1)).warnings == ()


@pytest.mark.parametrize(
    ("statement", "hint"), [("filter-no", "did you mean 'filter-on'?"), ("zzz", None)]
)
def test_unused_declaration(tmp_path, statement, hint):
    changed = world()
    changed.declarations[0]["statement"] = statement
    (warning,) = check(with_log(tmp_path), changed).warnings
    assert warning.code == "workspace.unused-declaration"
    assert warning.message == f"no framework asks for the statement '{statement}'"
    assert warning.hint == hint


def test_log_missing(tmp_path):
    (warning,) = check(tmp_path).warnings
    assert warning.code == "workspace.log-missing"
    assert "logs/ctf.eval" in warning.message
    assert warning.where.startswith("evidence/ctf-run.yaml:")


def test_a_record_without_a_plan_refers_to_none(tmp_path):
    changed = world()
    del changed.evidence[0]["plan"]
    assert check(with_log(tmp_path), changed).errors == ()


# -- people and sign-offs --------------------------------------------------------------------------


def with_documents(root, people, signoff=None):
    root = write_workspace(root, world())
    write(root / "people.yaml", {"kind": "people", "id": "people", "people": people})
    if signoff is not None:
        words = {
            "kind": "signoff", "id": "s", "model": "aurora-2", "gate": "store",
            "framework": "frontier", "framework_version": "1.0",
            "decision": f"sha256:{'0' * 64}", "decided_on": "2026-07-01", "person": "ann",
            "role": "safety-lead", "says": "approve", "signed_at": "2026-07-01T09:00:00Z",
        }  # fmt: skip
        write(root / "signoff.yaml", words | signoff)
    return check_workspace(load_workspace(root), on=ON)


ANN = {"id": "ann", "name": "Ann", "roles": [{"role": "safety-lead", "from": "2026-01-01"}]}


def test_people_and_signoffs_in_order(tmp_path):
    assert with_documents(tmp_path, [ANN], {}).errors == ()


@pytest.mark.parametrize(
    ("people", "signoff", "where"),
    [
        ([ANN | {"roles": [{"role": "chef", "from": "2026-01-01"}]}], None, "people.yaml"),
        (
            [ANN | {"conflicts": [{"about": "m9", "from": "2026-01-01", "text": "x"}]}],
            None,
            "people.yaml",
        ),
        ([ANN], {"person": "bob"}, "signoff.yaml"),
        ([ANN], {"role": "chef"}, "signoff.yaml"),
        ([ANN], {"model": "aurora-9"}, "signoff.yaml"),
    ],
)
def test_people_and_signoffs_that_name_nothing(tmp_path, people, signoff, where):
    (error,) = with_documents(tmp_path, people, signoff).errors
    assert error.code == "workspace.dangling-reference"
    assert error.where.startswith(where)


def test_one_person_twice(tmp_path):
    assert codes(with_documents(tmp_path, [ANN, ANN]).errors) == ["people.duplicate"]


@pytest.mark.parametrize(
    ("chain", "circular"),
    [
        ({"1.0": None, "1.1": "1.0"}, []),
        ({"1.0": "1.0"}, ["1.0"]),
        ({"1.0": "1.1", "1.1": "1.0"}, ["1.0", "1.1"]),
        ({"1.0": "0.9", "1.1": "1.0"}, []),
        ({"1.0": "1.0", "1.1": "1.0"}, ["1.0"]),
    ],
)
def test_a_version_does_not_replace_itself(tmp_path, chain, circular):
    root = write_workspace(tmp_path)
    (root / "frameworks" / "frontier.yaml").unlink()
    base = without_evidence().framework
    for number, (version, before) in enumerate(chain.items()):
        days = {"from": f"202{number}-01-01", "until": f"202{number + 1}-01-01"}
        tree = {**base, "version": version, "in_force": days}
        tree |= {"supersedes": before} if before else {}
        write(
            root / "frameworks" / f"f{version}.yaml",
            tree | ({"supersedes": before} if before else {}),
        )
    errors = check_workspace(load_workspace(root), on=ON).errors
    found = [x for x in errors if x.code == "workspace.circular-supersession"]
    assert [x.message.split()[2] for x in found] == circular


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        ({"effective_until": "2026-06-30"}, ["framework.expired-clause"]),
        ({"effective_until": "2026-07-01"}, ["framework.expired-clause"]),
        ({"effective_until": "2026-07-02"}, []),
        ({"effective_from": "2026-07-01"}, []),
        ({"effective_from": "2026-07-02"}, ["framework.clause-not-yet"]),
    ],
)
def test_a_clause_that_does_not_apply_today_is_named(tmp_path, days, codes):
    content = without_evidence()
    content.framework["commitments"][0] |= days
    warnings = check_workspace(load_workspace(write_workspace(tmp_path, content)), on=ON).warnings
    named = ("framework.expired-clause", "framework.clause-not-yet")
    assert [x.code for x in warnings if x.code in named] == codes
