"""``ifthen sign`` and ``ifthen gate`` on the shipped example."""

import json

import pytest
from tests.cli.signing import DAY, ROLES, add_people

ON = ("--made-on", DAY)


@pytest.fixture
def staffed(ifthen, aurora):
    """Return a function that signs, on a copy of the example with people; the decision is made."""
    keys = add_people(aurora)
    decided = aurora.parent / "decision.json"
    assert ifthen("decide", "aurora-1", "-C", aurora, "-o", decided).code == 0

    def sign(name, gate, *more, made_on=DAY, file=decided):
        return ifthen(
            "sign", file, "-C", aurora, "--gate", gate, "--role", ROLES[name],
            "--key", keys / name, "--made-on", made_on, *more,
        )  # fmt: skip

    sign.root, sign.decided, sign.keys = aurora, decided, keys
    return sign


def gate(ifthen, sign, name="deploy-external", *more):
    return ifthen("gate", "aurora-1", name, "-C", sign.root, *more)


def test_signed_by_everybody_it_opens(ifthen, staffed):
    assert gate(ifthen, staffed).code == 3
    first = staffed("okafor", "deploy-external")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("okafor approves deploy-external of aurora-1 as chief-executive\n")
    waiting = gate(ifthen, staffed)
    assert waiting.code == 3
    assert "scaling-officer: 0 of 1 approvals [signoff.awaited]" in waiting.out
    assert staffed("castellanos", "deploy-external", "--reason", "no doubts").code == 0
    opened = gate(ifthen, staffed)
    assert (opened.code, opened.out.split()[0]) == (0, "GO")
    data = gate(ifthen, staffed, "deploy-external", "--json").json
    assert (data["outcome"], data["signoff"]["state"], data["signoff"]["reasons"]) == (
        "go",
        "open",
        [],
    )
    assert len(data["signoff"]["approvals"]) == 2
    assert ifthen("check", "-C", staffed.root).code == 0


def test_the_digest_that_is_signed_is_that_of_the_file(ifthen, staffed):
    import hashlib  # noqa: PLC0415

    said = staffed("okafor", "deploy-external", "--json").json
    data = staffed.decided.read_bytes().removesuffix(b"\n")
    assert said["decision"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert said["person"] == "okafor"
    assert json.loads(staffed.decided.read_text())["id"] == "aurora-1-2026-12-01"


def test_dissent(ifthen, staffed):
    usage = staffed("lind", "store-weights", "--dissent")
    assert usage.code == 1 and "--reason" in usage.err
    assert staffed("lind", "store-weights", "--dissent", "--reason", "too early").code == 0
    held = gate(ifthen, staffed, "store-weights")
    assert held.code == 2
    assert "lind dissents as security-lead [signoff.dissent]" in " ".join(held.out.split())
    assert gate(ifthen, staffed, "store-weights", "--exit-zero").code == 0


def test_abstaining_and_taking_no_part(ifthen, staffed):
    assert "--reason" in staffed("lind", "store-weights", "--abstain").err
    both = staffed("lind", "store-weights", "--abstain", "--dissent", "--reason", "x")
    assert both.code == 1 and "one sign-off says one thing" in both.err
    said = staffed("lind", "store-weights", "--abstain", "--reason", "new here")
    assert said.out.startswith("lind abstains from store-weights of aurora-1 as security-lead\n")
    waiting = gate(ifthen, staffed, "store-weights")
    assert waiting.code == 3
    assert "lind abstains as security-lead [signoff.abstained]" in " ".join(waiting.out.split())
    said = staffed("okafor", "deploy-external", "--recuse", "--reason", "my sister's firm")
    assert said.out.startswith("okafor takes no part in deploy-external")
    assert staffed("okafor", "deploy-external").code == 0
    assert "signoff.own-abstention" in gate(ifthen, staffed).out


def test_the_only_gate_of_a_role_need_not_be_named(ifthen, staffed):
    arguments = ("sign", staffed.decided, "-C", staffed.root, *ON)
    lind = ("--role", "security-lead", "--key", staffed.keys / "lind")
    assert ifthen(*arguments, *lind, "--json").json["gate"] == "store-weights"
    two = ("--role", "scaling-officer", "--key", staffed.keys / "castellanos")
    assert "internal-use, deploy-external" in ifthen(*arguments, *two).err


def test_what_is_not_signed(ifthen, staffed, tmp_path):
    def codes(*args, **kwargs):
        return staffed(*args, "--json", **kwargs).error_codes

    assert codes("lind", "deploy-external") == ["signoff.role-not-asked"]
    assert codes("okafor", "deploy") == ["gate.unknown"]
    assert codes("okafor", "deploy-external", "--role", "scaling-officer") == ["signoff.no-role"]
    assert codes("okafor", "deploy-external", made_on="2026-11-30") == ["signoff.from-the-future"]
    assert codes("okafor", "deploy-external", file=tmp_path / "none") == ["file.missing"]
    other = ifthen("keys", "make", tmp_path / "other", "--no-passphrase").code
    assert other == 0
    assert codes("okafor", "deploy-external", "--key", tmp_path / "other") == [
        "signoff.unknown-key"
    ]
    (staffed.keys / "okafor").chmod(0o644)
    assert codes("okafor", "deploy-external") == ["attestation.key-permissions"]
    (staffed.keys / "okafor").chmod(0o600)
    hypothetical = tmp_path / "hypothetical.json"
    ifthen("decide", "aurora-1", "-C", staffed.root, "--on", "2026-11-30", "-o", hypothetical)
    assert codes("okafor", "deploy-external", file=hypothetical) == ["signoff.hypothetical"]
    assert not (staffed.root / "signoffs").exists()


def test_a_decision_that_was_edited_is_not_signed(ifthen, staffed):
    text = staffed.decided.read_text()
    edited = text.replace('"status":"ruled-out"', '"status":"reached"', 1)
    assert edited != text
    staffed.decided.write_text(edited)
    said = staffed("okafor", "deploy-external", "--json")
    assert said.error_codes == ["signoff.stale"]


def test_a_changed_document_makes_the_signature_stale(ifthen, staffed):
    staffed("lind", "store-weights")
    assert gate(ifthen, staffed, "store-weights").code == 0
    path = staffed.root / "declarations" / "aurora-1-weights-encrypted.yaml"
    path.write_text(path.read_text().replace("name: ", "name: X ", 1))
    stale = gate(ifthen, staffed, "store-weights")
    assert stale.code == 3
    assert "declaration aurora-1-weights-encrypted changed" in " ".join(stale.out.split())
    assert "signoff.stale" in stale.out


def test_a_gate_that_the_decision_holds(ifthen, staffed):
    file = staffed.root.parent / "second.json"
    ifthen("decide", "aurora-2", "-C", staffed.root, "-o", file)
    signed = staffed("okafor", "deploy-external", file=file)
    assert "the decision says hold for this gate; no sign-off opens it" in signed.out
    assert ifthen("gate", "aurora-2", "deploy-external", "-C", staffed.root).code == 2


def test_a_signoff_of_somebody_unknown_is_a_fault_of_the_workspace(ifthen, staffed):
    staffed("lind", "store-weights")
    path = staffed.root / "people.yaml"
    path.write_text(path.read_text().replace("id: lind", "id: lindh"))
    result = gate(ifthen, staffed, "store-weights", "--json")
    assert result.error_codes == ["workspace.dangling-reference"]


def test_model_and_action_as_options(ifthen, staffed):
    at = ("-C", staffed.root, "--json")
    one = ifthen("gate", "aurora-1", "store-weights", *at).json
    assert ifthen("gate", "--model", "aurora-1", "--action", "store-weights", *at).json == one
    assert "twice" in ifthen("gate", "aurora-1", "x", "--model", "aurora-1", *at).out
    assert "name a model and a gate" in ifthen("gate", "aurora-1", *at).out


def test_the_result_as_markdown(ifthen, staffed, tmp_path):
    said = gate(ifthen, staffed, "store-weights", "--format", "markdown")
    assert said.code == 3
    lines = said.out.splitlines()
    assert lines[0] == "### UNDETERMINED: store-weights of aurora-1"
    assert "| sign-off | undetermined |" in lines
    assert "- security-lead: 0 of 1 approvals (signoff.awaited)" in lines
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    assert gate(ifthen, staffed, "store-weights", "--summary", summary).code == 3
    assert summary.read_text() == "before\n" + said.out
    refused = gate(ifthen, staffed, "store-weights", "--summary", tmp_path / "no" / "x", "--json")
    assert refused.error_codes == ["file.unwritable"]


def test_a_gate_opens_for_no_other_weights(ifthen, staffed, tmp_path):
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"other weights")

    def codes(*more):
        return gate(ifthen, staffed, "store-weights", "--json", *more).error_codes

    staffed("lind", "store-weights")
    path = staffed.root / "models" / "aurora-1.yaml"
    (stated,) = [x for x in path.read_text().splitlines() if x.startswith("weights_sha256")]
    right = stated.split(": ")[1]
    assert gate(ifthen, staffed, "store-weights", "--snapshot", right).code == 0
    assert gate(ifthen, staffed, "store-weights", "--snapshot", right[7:]).code == 0
    assert codes("--snapshot", "0" * 64) == ["gate.other-snapshot"]
    assert codes("--weights", weights) == ["gate.other-snapshot"]
    assert codes("--weights", tmp_path / "none") == ["file.unreadable"]
    assert gate(ifthen, staffed, "store-weights", "--snapshot", "abc").code == 1
    path.write_text(path.read_text().replace(stated + "\n", ""))
    assert codes("--snapshot", right) == ["gate.no-snapshot"]


def test_a_decision_that_a_gate_refuses(ifthen, staffed, tmp_path):
    def codes(file):
        said = gate(ifthen, staffed, "store-weights", "--decision", file, "--json")
        return said.error_codes if said.code == 1 else said.json["outcome"]

    staffed("lind", "store-weights")
    assert codes(staffed.decided) == "go"
    hypothetical = tmp_path / "hypothetical.json"
    ifthen("decide", "aurora-1", "-C", staffed.root, "--on", "2026-11-30", "-o", hypothetical)
    assert codes(hypothetical) == ["gate.hypothetical"]
    other = tmp_path / "other.json"
    ifthen("decide", "aurora-2", "-C", staffed.root, "-o", other)
    assert codes(other) == ["gate.other-model"]
    later = tmp_path / "later.json"
    ifthen(
        "decide", "aurora-1", "-C", staffed.root, "-o", later,
        "--on", "2026-12-02", "--made-on", "2026-12-02",
    )  # fmt: skip
    assert codes(later) == ["gate.from-the-future"]
    edited = tmp_path / "edited.json"
    text = staffed.decided.read_text()
    edited.write_text(text.replace('"status":"ruled-out"', '"status":"reached"', 1))
    assert codes(edited) == ["gate.stale-decision"]
    model = staffed.root / "models" / "aurora-1.yaml"
    kept = model.read_text()
    model.write_text(kept.replace("sha256:b179", "sha256:0000"))
    assert codes(staffed.decided) == ["gate.other-snapshot"]
    model.write_text(kept)
    framework = staffed.root / "frameworks" / "example-fsf-2.1.yaml"
    framework.write_text(framework.read_text().replace("title: Many-step", "title: Long"))
    assert codes(staffed.decided) == ["gate.other-framework"]


def test_unknown_names(ifthen, staffed):
    arguments = ("-C", staffed.root, "--json")
    assert ifthen("gate", "aurora-9", "internal-use", *arguments).error_codes == ["model.unknown"]
    assert ifthen("gate", "aurora-1", "internal", *arguments).error_codes == ["gate.unknown"]


def test_model_and_action_give_every_exit_code(ifthen, staffed):
    def code(model, action, *more):
        return ifthen("gate", "--model", model, "--action", action, "-C", staffed.root, *more).code

    assert code("aurora-1", "store-weights") == 3
    assert code("aurora-1", "store-weights", "--exit-zero") == 0
    staffed("lind", "store-weights")
    assert code("aurora-1", "store-weights") == 0
    assert code("aurora-2", "deploy-external") == 2
    assert code("aurora-9", "store-weights", "--exit-zero") == 1
