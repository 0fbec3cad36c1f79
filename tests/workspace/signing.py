"""A small workspace with people who sign."""

from datetime import UTC, date, datetime
from pathlib import Path

from tests.workspace.documents import write, write_workspace

from ifthen.attestation.keys import FileSigner, format_public_key, make_signer
from ifthen.decision.bounds import COMPUTED
from ifthen.decision.model import Decision
from ifthen.workspace.gating import GateState, evaluate_gate
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.replaying import Replay
from ifthen.workspace.signing import make_signoff, write_signoff

DAY = date(2026, 7, 1)
LEAD, DEPUTY = make_signer(bytes([1]) * 32), make_signer(bytes([2]) * 32, scheme="ssh-ed25519")


def person(id: str, signer: FileSigner, *roles: str):
    return {
        "id": id,
        "name": id,
        "keys": [{"public": format_public_key(signer.public), "from": "2026-01-01"}],
        "roles": [{"role": role, "from": "2026-01-01"} for role in roles],
    }


PEOPLE = {
    "kind": "people",
    "id": "people",
    "people": [person("lead", LEAD, "safety-lead"), person("deputy", DEPUTY, "safety-lead")],
}


def with_people(root: Path, content=None) -> Path:
    write_workspace(root, content)
    write(root / "people.yaml", PEOPLE)
    return root


def decide(root: Path, day: date = DAY) -> Decision:
    return Replay(load_workspace(root), "aurora-2", bounds=COMPUTED).decide(None, day)


def sign(root: Path, decision: Decision, person="lead", signer=LEAD, now=DAY, **more) -> Path:
    words = {"gate": "store", "role": "safety-lead", "says": "approve", "reasons": None} | more
    moment = datetime(now.year, now.month, now.day, 9, 30, tzinfo=UTC)
    signoff = make_signoff(decision, person=person, signer=signer, now=moment, **words)
    return write_signoff(load_workspace(root), signoff, decision)


def gate(root: Path, day: date = DAY, gate="store") -> GateState:
    workspace = load_workspace(root)
    replay = Replay(workspace, "aurora-2", bounds=COMPUTED)
    framework = workspace.frameworks[0].document
    return evaluate_gate(workspace, replay, framework, model="aurora-2", gate=gate, today=day)


def codes(state: GateState) -> list[str]:
    return [reason.code for reason in state.signoff.reasons]
