"""A record with a trust file and an exception that people signed under it."""

import shutil
from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.attestation.people import signer
from tests.attestation.trust import keeper
from tests.decision.world import excepted
from tests.verification.forge import Forge
from tests.verification.world import PUBLISHER, RULES, publish_all, verify
from tests.workspace import signing
from tests.workspace.documents import write, write_workspace
from tests.workspace.signing import DAY, decide, person

from ifthen.attestation.keys import make_signer
from ifthen.verification.files import blob_path
from ifthen.workspace.approving import approve_exception
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.trust_files import release_version, sign_version

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
LEAD = make_signer(bytes([41]) * 32)
NAME = "exception/no-filter"
APPROVAL = {"name": "L.", "person": "lead", "role": "safety-lead", "on": "2026-06-15"}
PEOPLE = {
    "kind": "people",
    "id": "people",
    "people": [person("lead", LEAD, "safety-lead"), person("publisher", PUBLISHER, "publisher")],
}


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """Return a record whose gate deploy goes under a signed exception only."""
    return make_record(tmp_path_factory.mktemp("excepted"))


def make_record(folder, *, released=datetime(2026, 1, 1, 9, tzinfo=UTC), approved=True):
    """Return a record in a folder, with the day of the trust file and whether anybody approved."""
    root = folder / "workspace"
    content = excepted(approved_by=[APPROVAL])
    content.evidence.clear()
    write_workspace(root, content)
    for path in (root / "plans").glob("*"):  # nothing was run: there is nothing to wait for
        path.unlink()
    write(root / "exceptions" / "no-filter.yaml", content.exceptions[0])
    write(root / "people.yaml", PEOPLE)
    write(root / "publication.yaml", RULES)
    _, path = release_version(
        load_workspace(root),
        now=released,
        expires=date(2027, 6, 1),
        keepers=[keeper(11)],
        threshold=1,
    )
    sign_version(load_workspace(root), path, signer(11))
    if approved:
        approve_exception(load_workspace(root), "no-filter", LEAD, today=DAY)
    signing.sign(root, decide(root), signer=LEAD, gate="deploy")
    publish_all(root, folder / "record", AT)
    return folder / "record"


def failed(record):
    """Return the failed steps with the codes of what failed in them."""
    verdict = verify(record, LATER).verdict
    return {
        x.id: sorted({y.code for y in x.findings if y.status == "failed"})
        for x in verdict.steps
        if x.status == "failed"
    }


def test_it_verifies_and_holds_both(record):
    verdict = verify(record, LATER).verdict
    assert failed(record) == {}
    assert (verdict.kinds["trust"], verdict.kinds["exception"]) == (1, 1)
    assert verdict.step("replay").status == verdict.step("signoffs").status == "verified"
    forge = Forge(record)
    gate = forge.copy(forge.find("gate/aurora-2-deploy", -1))
    assert (gate["outcome"], gate["exceptions"]) == ("go", ["no-filter"])
    named = {x["kind"]: x["id"] for x in forge.copy(find_decision(forge))["inputs"]}
    assert (named["exception"], named["trust"]) == ("no-filter", "trust")


def find_decision(forge):
    names = [x["subject"][0]["name"] for x in forge.statements]
    return next(n for n, name in enumerate(names) if name.startswith("decision/"))


def spoil(tree):
    """Change one letter of a signature."""
    signature = tree["envelope"]["signatures"][0]
    letter = signature["sig"][5]
    signature["sig"] = signature["sig"][:5] + ("A" if letter != "A" else "B") + signature["sig"][6:]


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.pop("envelope"),
        spoil,
        lambda tree: tree.update(condition=tree["condition"].replace("like", "lake")),
        lambda tree: tree["approved_by"][0].update(on="2026-06-16"),
    ],
    ids=["no signature", "a letter of it", "a letter of the words", "a day"],
)
def test_a_publisher_who_changes_a_signed_exception_is_found_by_the_replay(
    record, tmp_path, change
):
    forge = Forge(record)
    forge.change(NAME, change)
    found = failed(forge.write(tmp_path / "forged"))
    assert next(iter(found)) == "replay", found
    assert found["replay"] == ["replay.differs"]


def test_an_envelope_without_signatures_is_no_document(record, tmp_path):
    forge = Forge(record)
    forge.change(NAME, lambda tree: tree["envelope"]["signatures"].clear())
    assert next(iter(failed(forge.write(tmp_path / "forged")))) == "copies"


def test_a_changed_byte_of_the_published_file_is_found_by_the_copies(record, tmp_path):
    forge = Forge(record)
    place = blob_path(forge.said(forge.find(NAME))["copy"]["sha256"])
    forged = tmp_path / "forged"
    shutil.copytree(record, forged)
    data = (forged / place).read_bytes()
    assert data.count(b"a like model") == 1
    (forged / place).write_bytes(data.replace(b"a like model", b"a lake model"))
    assert next(iter(failed(forged))) == "copies"


def test_a_decision_that_names_another_trust_file_does_not_follow(record, tmp_path):
    forge = Forge(record)
    at = find_decision(forge)
    tree = forge.copy(at)
    for named in tree["inputs"]:
        if named["kind"] == "trust":
            named["digest"] = f"sha256:{'0' * 64}"
    forge.put(at, tree)
    verdict = verify(forge.write(tmp_path / "forged"), LATER).verdict
    (finding,) = [x for x in verdict.step("replay").findings if x.status == "failed"]
    assert finding.code == "replay.differs"
    assert "trust trust changed" in finding.text


def test_a_day_before_the_trust_file_hides_no_unsigned_exception(tmp_path):
    """The publisher names the day of a decision; the trust file was in the log before it."""
    day_after = datetime.combine(DAY, time(9), UTC) + timedelta(days=1)
    record = make_record(tmp_path, released=day_after, approved=False)
    step = verify(record, LATER).verdict.step("replay")
    assert [x.code for x in step.findings] == ["replay.before-trust"]
    assert step.status == "not-at-hand"
