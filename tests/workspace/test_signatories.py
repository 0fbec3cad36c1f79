"""People, roles and sign-offs that do not fit together: an error with both places."""

import json

import pytest
from tests.decision.world import excepted
from tests.workspace.documents import write
from tests.workspace.signing import DAY, LEAD, PEOPLE, decide, person, sign, with_people

from ifthen.errors import Problems
from ifthen.workspace.checking import check_workspace
from ifthen.workspace.loading import load_workspace


def faults(root):
    found = check_workspace(load_workspace(root), on=DAY).errors
    return [(x.code, x.where.split(":")[0], x.message) for x in found]


@pytest.fixture
def root(tmp_path):
    return with_people(tmp_path)


def edit(root, **changes):
    people = json.loads(json.dumps(PEOPLE))
    people["people"][0].update(changes)
    write(root / "people.yaml", people)


def test_what_fits(root):
    sign(root, decide(root))
    assert faults(root) == []


def test_a_role_that_no_framework_has(root):
    edit(root, roles=[{"role": "safety-leed", "from": "2026-01-01"}])
    ((code, where, message),) = faults(root)
    assert (code, where) == ("workspace.dangling-reference", "people.yaml")
    assert "frameworks/frontier.yaml:" in message


def test_a_signature_by_somebody_without_the_role(root):
    sign(root, decide(root))
    edit(root, roles=[])
    ((code, where, message),) = faults(root)
    assert (code, where.startswith("signoffs/")) == ("workspace.signed-without-role", True)
    assert "people.yaml:" in message
    edit(root, roles=[{"role": "safety-lead", "from": "2026-07-02"}])
    ((code, _, message),) = faults(root)
    assert (code, "people.yaml:" in message) == ("workspace.signed-without-role", True)


def test_a_signature_by_nobody(root):
    sign(root, decide(root))
    edit(root, id="leed")
    ((code, where, message),) = faults(root)
    assert (code, where.startswith("signoffs/")) == ("workspace.dangling-reference", True)
    assert "people.yaml:" in message


def test_a_signature_in_a_role_that_is_not_there(root):
    path = sign(root, decide(root))
    path.write_text(path.read_text().replace("role: safety-lead", "role: board"))
    ((code, where, message),) = faults(root)
    assert (code, where.startswith("signoffs/")) == ("workspace.dangling-reference", True)
    assert "frameworks/frontier.yaml:" in message


def test_one_person_in_two_places(root):
    write(root / "more.yaml", {"kind": "people", "id": "more", "people": [person("lead", LEAD)]})
    found = faults(root)
    assert {x[0] for x in found} == {"people.duplicate", "people.shared-key"}
    assert all("more.yaml" in f"{where} {message}" for _, where, message in found)
    assert all("people.yaml" in f"{where} {message}" for _, where, message in found)


def test_two_signoffs_with_one_id(root):
    path = sign(root, decide(root))
    (root / "signoffs" / "copy.yaml").write_text(path.read_text())
    with pytest.raises(Problems) as caught:
        load_workspace(root)
    (error,) = caught.value.errors
    assert error.code == "workspace.duplicate-id"
    assert {"copy.yaml" in x for x in (error.where, error.message)} == {True, False}
    assert path.name in f"{error.where} {error.message}"


def test_a_decision_before_the_model_was_there(root):
    sign(root, decide(root))
    path = root / "models" / "aurora-2.yaml"
    path.write_text(path.read_text() + "trained_on: '2026-07-02'\n")
    found = [x for x in faults(root) if x[1].startswith("signoffs/")]
    ((code, _, message),) = found
    assert (code, "models/aurora-2.yaml:" in message) == ("workspace.before-birth", True)


def test_an_exception_approved_by_nobody(tmp_path):
    content = excepted()
    content.exceptions[0]["approved_by"][0]["person"] = "leed"
    root = with_people(tmp_path / "w", content)
    write(root / "exceptions" / "no-filter.yaml", content.exceptions[0])
    found = [x for x in faults(root) if x[1].startswith("exceptions/")]
    ((code, _, message),) = found
    assert (code, "people.yaml:" in message) == ("workspace.dangling-reference", True)
