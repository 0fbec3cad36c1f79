"""Exceptions in a workspace with a trust file: signed by who approves, or without effect."""

import json
import shutil
import tempfile
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.attestation.people import signer
from tests.attestation.sigstore_world import ADA, ISSUER, Sigstore
from tests.attestation.trust import keeper
from tests.decision.world import excepted
from tests.workspace import signing
from tests.workspace.documents import write, write_workspace
from tests.workspace.signing import DAY, DEPUTY, LEAD, PEOPLE, decide, gate, person

from ifthen.attestation.identity import Identity, format_identity
from ifthen.attestation.keyfile import format_key, write_key_file
from ifthen.attestation.keys import make_signer
from ifthen.cli.main import run
from ifthen.encoding.canonical import format_canonical
from ifthen.errors import Error
from ifthen.workspace.approving import approve_exception
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.trust_files import release_version, sign_version

STRANGER = make_signer(bytes([3]) * 32)
SIGNERS = {"lead": LEAD, "deputy": DEPUTY, "stranger": STRANGER}
APPROVALS = [
    {"name": "L.", "person": "lead", "role": "safety-lead", "on": "2026-06-15"},
    {"name": "S.", "person": "stranger", "role": "safety-lead", "on": "2026-06-15"},
]
FILE = Path("exceptions") / "no-filter.yaml"
ENDS = date(2026, 12, 10)


def prepare(root: Path) -> Path:
    """Write a workspace whose gate deploy goes under an exception only, with a trust file."""
    content = excepted(approved_by=APPROVALS[:1])
    content.evidence.clear()
    write_workspace(root, content)
    for path in (root / "plans").glob("*"):  # nothing was run: there is nothing to wait for
        path.unlink()
    write(root / FILE, content.exceptions[0])
    people = [*PEOPLE["people"], person("stranger", STRANGER)]
    write(root / "people.yaml", PEOPLE | {"people": people})
    release(root)
    return root


def release(root: Path) -> None:
    """Make the first version of the trust file, and sign it."""
    _, path = release_version(
        load_workspace(root),
        now=datetime(2026, 1, 1, 9, tzinfo=UTC),
        expires=date(2027, 6, 1),
        keepers=[keeper(11)],
        threshold=1,
    )
    sign_version(load_workspace(root), path, signer(11))


@pytest.fixture
def root(tmp_path):
    return prepare(tmp_path / "w")


def approve(root, name="lead", day=DAY):
    return approve_exception(load_workspace(root), "no-filter", SIGNERS[name], today=day)


def code_of(*args, **more):
    with pytest.raises(Error) as caught:
        approve(*args, **more)
    return caught.value.code


def deploy(root):
    (found,) = [x for x in decide(root).gates if x.gate == "deploy"]
    return found.outcome.value


def test_approved_and_signed_the_gate_goes(root):
    assert deploy(root) == "hold"
    written, mine = approve(root)
    assert [x.role for x in mine] == ["safety-lead"]
    assert written.loaded.document.envelope is not None
    (found,) = decide(root).exceptions
    assert (found.admitted, found.reasons) == (True, ())
    signing.sign(root, decide(root), gate="deploy")
    assert gate(root, gate="deploy").outcome == "go"
    assert gate(root, gate="deploy").exceptions == ("no-filter",)


def test_by_whom_it_cannot_be_signed(root):
    assert code_of(root, "deputy") == "exception.no-approver"
    assert code_of(root, day=date(2026, 6, 14)) == "signoff.from-the-future"
    approve(root)
    assert code_of(root) == "exception.signed-already"
    text = (root / FILE).read_text()
    (root / FILE).write_text(text.replace("adds nothing", "adds little"))
    assert code_of(root) == "exception.changed"
    assert deploy(root) == "hold"


def test_another_trust_file_makes_the_sign_off_stale_by_its_name(root):
    approve(root)
    signing.sign(root, decide(root), gate="deploy")
    assert gate(root, gate="deploy").outcome == "go"
    _, path = release_version(
        load_workspace(root), now=datetime(2026, 6, 20, 9, tzinfo=UTC), expires=date(2027, 7, 1)
    )
    sign_version(load_workspace(root), path, signer(11))
    state = gate(root, gate="deploy")
    assert (state.decided, state.outcome) == ("go", "undetermined")
    (suspect,) = state.suspects
    assert [(x.kind, x.describe()) for x in suspect.changes] == [("trust", "trust trust changed")]
    signing.sign(root, decide(root), gate="deploy", id="again")
    assert gate(root, gate="deploy").outcome == "go"


def ifthen(root, *words):
    printed = StringIO()
    with redirect_stdout(printed):
        code = run([*map(str, words), "-C", str(root)])
    return code, printed.getvalue()


def test_who_changes_a_signed_exception_is_told_to_have_it_signed_anew(root):
    approve(root)
    code, said = ifthen(root, "set", FILE, "condition", "Another one.", "--json")
    assert (code, json.loads(said)["void_signatures"]) == (0, True)
    code, said = ifthen(root, "set", FILE, "condition", "Yet another one.")
    assert code == 0 and "are void" in said
    assert f"ifthen set {FILE} envelope null" in said and "ifthen approve no-filter" in said
    assert deploy(root) == "hold"
    code, said = ifthen(root, "set", FILE, "envelope", "null", "--json")
    assert (code, json.loads(said)["void_signatures"]) == (0, False)
    approve(root)
    assert deploy(root) == "go"


def test_a_renewed_exception_is_approved_by_nobody(root):
    before = approve(root)[0].path.read_bytes()
    words = ["--made-on", "2026-06-20", "--expires", "2026-12-20", "--id", "again"]
    code, said = ifthen(root, "renew", "exception/no-filter", *words)
    assert code == 0 and "approved by nobody" in said and "ifthen approve again" in said
    assert (root / FILE).read_bytes() == before
    (root / FILE).unlink()
    (loaded,) = load_workspace(root).exceptions
    found = loaded.document
    assert (found.id, found.approved_by, found.envelope) == ("again", (), None)
    assert deploy(root) == "hold"


def test_who_did_not_hold_the_role(root):
    write(root / FILE, excepted(approved_by=APPROVALS).exceptions[0])
    assert code_of(root, "stranger") == "signoff.no-role"


def test_the_command(root, tmp_path):
    key = tmp_path / "lead.key"
    write_key_file(key, format_key(LEAD))

    def ifthen(*words):
        printed = StringIO()
        with redirect_stdout(printed):
            code = run([*map(str, words), "-C", str(root), "--made-on", "2026-07-01", "--json"])
        return code, json.loads(printed.getvalue())

    code, said = ifthen("approve", "none", "--key", key)
    assert (code, said["errors"][0]["code"]) == (1, "exception.unknown")
    code, said = ifthen("approve", "no-filter", "--key", key)
    about = {"exception": "no-filter", "file": FILE.as_posix()}
    assert (code, said) == (0, about | {"person": "lead", "roles": ["safety-lead"]})


class Excepted(RuleBasedStateMachine):
    """Exception and sign-offs are signed, changed, unsigned and aged; the oracle counts people."""

    def __init__(self):
        super().__init__()
        self.root = prepare(Path(tempfile.mkdtemp()))
        self.day, self.number, self.written = DAY, 0, 0
        self.signed_words: int | None = None
        self.votes = []

    def teardown(self):
        shutil.rmtree(self.root)

    def state(self):
        return self.written, self.signed_words

    def open(self):
        live = [who for who, state, day in self.votes if state == self.state() and day <= self.day]
        return self.signed_words == self.written and self.day < ENDS and bool(live)

    @rule()
    def approve(self):
        if self.signed_words is None:
            approve(self.root, "lead", self.day)
            self.signed_words = self.written
        else:
            same = self.signed_words == self.written
            expected = "exception.signed-already" if same else "exception.changed"
            assert code_of(self.root, "lead", day=self.day) == expected

    @rule(who=st.sampled_from(["deputy", "stranger"]))
    def approve_without_being_asked(self, who):
        assert code_of(self.root, who, day=self.day) == "exception.no-approver"

    @rule()
    def edit(self):
        self.written += 1
        start = "justification: "
        lines = (self.root / FILE).read_text().splitlines()
        lines = [f"{start}Reason {self.written}." if x.startswith(start) else x for x in lines]
        (self.root / FILE).write_text("\n".join(lines) + "\n")

    @rule()
    def unsign(self):
        path = self.root / FILE
        path.write_text(path.read_text().split("envelope:")[0])
        self.signed_words = None

    @rule(who=st.sampled_from(["lead", "deputy"]))
    def sign_off(self, who):
        self.number += 1
        made, id = decide(self.root, self.day), f"s{self.number}"
        signing.sign(self.root, made, who, SIGNERS[who], self.day, gate="deploy", id=id)
        self.votes.append((who, self.state(), self.day))

    @rule(days=st.sampled_from([1, 30, 170]))
    def age(self, days):
        self.day += timedelta(days=days)

    @invariant()
    def the_gate_goes_only_under_a_signed_exception_and_a_live_quorum(self):
        assert (gate(self.root, self.day, "deploy").outcome == "go") == self.open()


TestExcepted = Excepted.TestCase
TestExcepted.settings = settings(max_examples=5, stateful_step_count=7, deadline=None)


def test_the_oracle_opens_at_all():
    machine = Excepted()
    machine.sign_off(who="lead")
    machine.the_gate_goes_only_under_a_signed_exception_and_a_live_quorum()
    machine.approve()
    assert not machine.open()
    machine.the_gate_goes_only_under_a_signed_exception_and_a_live_quorum()
    machine.sign_off(who="deputy")
    assert machine.open()
    machine.the_gate_goes_only_under_a_signed_exception_and_a_live_quorum()
    machine.edit()
    assert not machine.open()
    machine.the_gate_goes_only_under_a_signed_exception_and_a_live_quorum()
    machine.teardown()


def test_an_identity_approves_on_the_day_that_it_states(root):
    pytest.importorskip("sigstore")
    sigstore, lead = Sigstore(), Identity(ISSUER, ADA)

    class Kept:
        key_id = lead.id

        def __init__(self, at):
            self.at = at

        def sign(self, message):
            return format_canonical(sigstore.sign(message, at=self.at))

    shutil.rmtree(root / "trust")
    people = json.loads(json.dumps(PEOPLE))
    people["people"][0]["keys"] = [{"public": format_identity(lead), "from": "2026-01-01"}]
    people["sigstore"] = [{"from": "2026-01-01", "root": sigstore.trusted_root()}]
    write(root / "people.yaml", people)
    release(root)
    noon = datetime(2026, 6, 15, 12, tzinfo=UTC)
    for late, code in ((timedelta(days=1), "attestation.signed-elsewhen"), (timedelta(), None)):
        signer = Kept(noon + late)
        if code is not None:
            with pytest.raises(Error) as caught:
                approve_exception(load_workspace(root), "no-filter", signer, today=DAY)
            assert caught.value.code == code
        else:
            approve_exception(load_workspace(root), "no-filter", signer, today=DAY)
    assert deploy(root) == "go"
