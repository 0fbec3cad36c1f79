"""What a record says of gates: as ``ifthen gate`` does, whoever abstains or is left out."""

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest
from tests.attestation.sigstore_world import ADA, ISSUER, Sigstore
from tests.decision.world import excepted
from tests.verification.forge import Forge
from tests.verification.world import PUBLISHER, RULES, person, publish_all, verify, write
from tests.workspace import signing
from tests.workspace.documents import write_workspace
from tests.workspace.signing import DAY, decide, gate

from ifthen.attestation import identity
from ifthen.attestation.identity import Identity, format_identity
from ifthen.attestation.keys import format_public_key, make_signer
from ifthen.attestation.roles import PersonEntry
from ifthen.attestation.trust import Keeper
from ifthen.attestation.trust_making import endorse, make_version
from ifthen.encoding.canonical import format_canonical
from ifthen.encoding.document import dump_document
from ifthen.publication.publishing import Reasons

AT = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
SOON = AT + timedelta(minutes=5)
LATER = AT + timedelta(hours=1)
LEAD, DEPUTY, CHAIR = (make_signer(bytes([seed]) * 32) for seed in (41, 42, 43))
PEOPLE = {
    "kind": "people",
    "id": "people",
    "people": [
        person("publisher", PUBLISHER, "publisher"),
        person("lead", LEAD, "safety-lead"),
        person("deputy", DEPUTY, "safety-lead"),
        person("chair", CHAIR, "board"),
    ],
}
STORE, DEPLOY = "gate/aurora-2-store", "gate/aurora-2-deploy"


@pytest.fixture
def root(tmp_path):
    """A workspace with a gate that goes under an exception, and a board that can overrule."""
    content = excepted()
    content.evidence.clear()
    content.framework["roles"].append({"id": "board", "title": "Board"})
    for each in content.framework["gates"]:
        each["overruled_by"] = ["board"]
    root = tmp_path / "workspace"
    write_workspace(root, content)
    for path in (root / "plans").glob("*"):  # nothing was run: there is nothing to wait for
        path.unlink()
    write(root / "exceptions" / "no-filter.yaml", content.exceptions[0])
    write(root / "people.yaml", PEOPLE)
    write(root / "publication.yaml", RULES)
    return root


def sign(root, decision, **words):
    return signing.sign(root, decision, **({"signer": LEAD} | words))


def checked(record, name="signoffs", now=LATER):
    found = verify(record, now)
    step = found.verdict.step(name)
    return step.status, [(x.code, x.where) for x in step.findings]


def stated(record, name):
    forge = Forge(record)
    return forge.copy(forge.find(name, -1))


def says(record, name):
    keys = ("outcome", "decided", "signoff", "approvals", "dissents", "abstentions", "exceptions")
    tree = stated(record, name)
    return [tuple(tree[x]) if isinstance(tree.get(x), list) else tree.get(x, ()) for x in keys]


def gates(root, gate_id):
    state = gate(root, gate=gate_id)
    signed = state.signoff
    return [
        state.outcome, state.decided, signed.state, signed.approvals, signed.dissents,
        signed.abstentions, state.exceptions,
    ]  # fmt: skip


def test_abstention_recusal_and_exception_are_said_as_the_gate_says_them(root, tmp_path):
    sign(root, decide(root), says="abstain", reasons="too new here")
    sign(root, decide(root), person="deputy", signer=DEPUTY)
    sign(root, decide(root), gate="deploy", says="recuse", reasons="built it")
    sign(root, decide(root), gate="deploy", person="deputy", signer=DEPUTY)
    record = tmp_path / "record"
    publish_all(root, record, AT)
    assert checked(record) == ("verified", [])
    for name, id in ((STORE, "store"), (DEPLOY, "deploy")):
        assert says(record, name) == gates(root, id)
    assert says(record, DEPLOY)[0] == "go"
    assert says(record, DEPLOY)[-1] == ("no-filter",)
    assert len(says(record, STORE)[-2]) == len(says(record, DEPLOY)[-2]) == 1


@pytest.mark.parametrize("field", ["abstentions", "exceptions"])
def test_a_gate_that_hides_who_abstained_or_an_exception_does_not_verify(root, tmp_path, field):
    sign(root, decide(root), gate="deploy", says="recuse", reasons="built it")
    record = tmp_path / "record"
    publish_all(root, record, AT)
    forge = Forge(record)
    forge.change(DEPLOY, lambda tree: tree.pop(field))
    status, found = checked(forge.write(tmp_path / "forged"))
    assert (status, [code for code, _ in found]) == ("failed", ["signoffs.gate"])


@pytest.mark.parametrize("says_", ["dissent", "recuse"])
def test_a_publisher_cannot_take_back_what_somebody_signed_against(root, tmp_path, says_):
    sign(root, decide(root), says="approve", reasons=None)
    words = {"says": says_, "reasons": "no"}
    file = sign(root, decide(root), person="chair", signer=CHAIR, role="board", **words)
    record = tmp_path / "record"
    publish_all(root, record, AT)
    before = says(record, STORE)
    assert (before[0], checked(record)[0]) == ("hold" if says_ == "dissent" else "go", "verified")
    file.unlink()
    with pytest.raises(Exception, match=r"would not verify.*\[signoffs.gate\]"):
        publish_all(root, record, SOON, seed=2, reasons=Reasons(withdraw="a mistake"))


def test_an_approval_that_is_taken_back_opens_nothing(root, tmp_path):
    file = sign(root, decide(root))
    record = tmp_path / "record"
    publish_all(root, record, AT)
    assert says(record, STORE)[0] == "go"
    file.unlink()
    publish_all(root, record, SOON, seed=2, reasons=Reasons(withdraw="a mistake"))
    assert (says(record, STORE)[0], checked(record)[0]) == ("undetermined", "verified")


def test_a_withheld_dissent_leaves_the_gate_open_to_doubt(root, tmp_path):
    sign(root, decide(root))
    words = {"says": "dissent", "reasons": "no"}
    path = sign(root, decide(root), person="chair", signer=CHAIR, role="board", **words)
    rule = {"kind": "signoff", "id": path.stem, "fields": ["reasons"], "reason": "privacy"}
    write(root / "publication.yaml", RULES | {"withhold": [rule]})
    record = tmp_path / "record"
    publish_all(root, record, AT)
    status, found = checked(record)
    assert status == "withheld"
    assert {where.split("(")[1] for _, where in found} == {f"{STORE})", f"signoff/{path.stem})"}
    forge = Forge(record)
    lie = {"outcome": "go", "signoff": "open", "dissents": []}
    forge.change(STORE, lambda tree: tree.update(lie))
    verdict = verify(forge.write(tmp_path / "forged"), LATER).verdict
    assert verdict.outcome == "undetermined"
    assert any(STORE in (x.where or "") for x in verdict.step("signoffs").findings)


def test_a_gate_statement_that_is_left_out_is_named(root, tmp_path):
    sign(root, decide(root))
    record = tmp_path / "record"
    publish_all(root, record, AT)
    forge = Forge(record)
    forge.statements.pop(forge.find(STORE))
    verdict = verify(forge.write(tmp_path / "forged"), LATER).verdict
    step = verdict.step("signoffs")
    assert (step.status, [x.code for x in step.findings]) == ("not-at-hand", ["signoffs.no-gate"])
    assert verdict.outcome == "undetermined"


def test_a_trust_file_that_ran_out_opens_no_gate_in_the_record_either(root, tmp_path):
    people = [PersonEntry.model_validate_json(json.dumps(x)) for x in PEOPLE["people"]]
    keeper = make_signer(bytes([51]) * 32)
    keepers = [Keeper(name="K", public=format_public_key(keeper.public))]
    early = AT - timedelta(days=9)
    made = make_version(None, people, now=early, expires=DAY, keepers=keepers, threshold=1)
    write(root / "trust" / "1.yaml", dump_document(endorse(made, keeper)))
    sign(root, decide(root))
    record = tmp_path / "record"
    publish_all(root, record, AT)
    assert checked(record) == ("verified", [])
    assert says(record, STORE) == gates(root, "store")
    assert says(record, STORE)[:3] == ["undetermined", "go", "undetermined"]


def test_who_lacks_the_library_for_identities_is_told_so_and_nothing_counts(
    root, tmp_path, monkeypatch
):
    """Verified where the library is, else not at hand; never failed and never passed."""
    pytest.importorskip("sigstore")
    sigstore = Sigstore()
    lead = Identity(ISSUER, ADA)

    class Kept:
        key_id = lead.id

        def sign(self, message):
            return format_canonical(sigstore.sign(message, at=AT - timedelta(hours=2, minutes=30)))

    line = {"public": format_identity(lead), "from": "2026-01-01"}
    people = [x | {"keys": [line]} if x["id"] == "lead" else x for x in PEOPLE["people"]]
    believed = [{"from": "2026-01-01", "root": sigstore.trusted_root()}]
    write(root / "people.yaml", PEOPLE | {"people": people, "sigstore": believed})
    record = tmp_path / "record"
    sign(root, decide(root), signer=Kept())
    assert gate(root).outcome == "go"
    publish_all(root, record, AT)
    status, findings = checked(record)
    assert "attestation.no-sigstore" not in {code for code, _ in findings}
    assert status != "failed"
    monkeypatch.setitem(sys.modules, "sigstore.models", None)
    identity._find_fault.cache_clear()
    status, findings = checked(record)
    assert status != "failed"
    assert [code for code, _ in findings].count("attestation.no-sigstore") == 2
