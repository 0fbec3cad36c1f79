"""A record of the shipped example, published as its developer would, and parts to break it."""

import base64
import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ifthen.attestation.keys import FileSigner, format_public_key, make_signer
from ifthen.attestation.publication import SALTED
from ifthen.decision.bounds import COMPUTED
from ifthen.encoding.tree import format_tree
from ifthen.evidence.audit_sample import Beacon, Seed
from ifthen.publication.assembling import find_publication
from ifthen.publication.ledger import FOLDER, Ledger
from ifthen.publication.publishing import Reasons, plan_publication, publish
from ifthen.publication.releasing import Place
from ifthen.tlog.cosignature import cosign
from ifthen.tlog.key import COSIGNATURE
from ifthen.tlog.note import Note, format_note, parse_note
from ifthen.tlog.policy import Policy, TrustedLog, Witness, format_policy
from ifthen.tlog.signer import Ed25519Signer
from ifthen.verification.files import open_record
from ifthen.verification.trust import Brought
from ifthen.verification.verifying import AtHand, Verification, verify_record
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.replaying import Replay
from ifthen.workspace.signing import make_signoff, write_signoff

EXAMPLE = Path(__file__).parents[2] / "examples" / "aurora"
ORIGIN = "log.example/aurora"
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
PUBLISHER = make_signer(b"\11" * 32, comment="publisher")
LOG = Ed25519Signer(ORIGIN, b"\1" * 32)
WITNESS = Ed25519Signer("witness.example/w", b"\3" * 32, COSIGNATURE)
POLICY = format_policy(Policy((TrustedLog(LOG.key),), (Witness("w", WITNESS.key),), (), "w"))
SIGNERS = {
    "okafor": ("chief-executive", make_signer(b"\21" * 32)),
    "castellanos": ("scaling-officer", make_signer(b"\22" * 32)),
    "lind": ("security-lead", make_signer(b"\23" * 32)),
}
RULES = {
    "kind": "publication",
    "id": "aurora-publication",
    "publisher": "Example Lab (fictional)",
    "origin": ORIGIN,
    "raw_logs": {"publish": False, "reason": "hazard"},
}


def salts(seed: int = 0):
    """Return a source of bytes that is the same each time, for tests only."""
    counter = [seed * 1_000_000]

    def draw(count: int) -> bytes:
        counter[0] += 1
        return hashlib.shake_256(b"salt %d" % counter[0]).digest(count)

    return draw


def person(id: str, signer: FileSigner, *roles: str) -> dict:
    return {
        "id": id,
        "name": f"{id} (fictional)",
        "keys": [{"public": format_public_key(signer.public), "from": "2026-01-01"}],
        "roles": [{"role": role, "from": "2026-01-01"} for role in roles],
    }


PEOPLE = {
    "kind": "people",
    "id": "people",
    "people": [
        person("publisher", PUBLISHER, "publisher"),
        *(person(name, signer, role) for name, (role, signer) in SIGNERS.items()),
    ],
}


def write(path: Path, tree: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(format_tree(tree))


def make_workspace(root: Path, **rules) -> Path:
    """Copy the example, with people who sign and rules of publication."""
    ignore = shutil.ignore_patterns(".ifthen", "tasks", "__pycache__")
    shutil.copytree(EXAMPLE, root, ignore=ignore)
    write(root / "people.yaml", PEOPLE)
    write(root / "publication.yaml", RULES | rules)
    add_salts(root, rules.get("withhold", ()))
    return root


def add_salts(root: Path, withhold) -> None:
    """Give every document that is withheld in part a salt, as its author would."""
    for rule in withhold:
        if rule["kind"] not in SALTED:
            continue
        for path in root.rglob("*.yaml"):
            text = path.read_text()
            lines = text.splitlines()
            named = "id" not in rule or f"id: {rule['id']}" in lines
            if not named or f"kind: {rule['kind']}" not in lines or "\nsalt: " in text:
                continue
            digest = hashlib.sha256(path.name.encode()).digest()
            salt = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            path.write_text(f'{text.rstrip()}\nsalt: "{salt}"\n')


def sign_gate(root: Path, model: str, gate: str, people=tuple(SIGNERS), now=NOW) -> None:
    decision = Replay(load_workspace(root), model, bounds=COMPUTED).decide(None, now.date())
    for name in people:
        role, signer = SIGNERS[name]
        signoff = make_signoff(
            decision, gate=gate, person=name, role=role, says="approve", reasons=None,
            signer=signer, now=now - timedelta(hours=1),
        )  # fmt: skip
        write_signoff(load_workspace(root), signoff, decision)


def cosigned(time: datetime):
    def ask(note: bytes) -> bytes:
        parsed = parse_note(note)
        mine = cosign(parsed.text, WITNESS, int(time.timestamp()))
        return format_note(Note(parsed.text, (*parsed.signatures, mine)))

    return ask


def make_place(root: Path, record: Path, now: datetime = NOW, **more) -> Place:
    return Place(
        record=record,
        ledger=Ledger(root / FOLDER),
        signers=[LOG],
        cosign=cosigned(now + timedelta(seconds=2)),
        **more,
    )


def publish_all(root: Path, record: Path, now: datetime = NOW, seed: int = 0, reasons=None, **more):
    """Publish everything that the workspace holds."""
    workspace = load_workspace(root)
    rules = find_publication(workspace)
    place = make_place(root, record, now, **more)
    plan = plan_publication(
        workspace, rules, place.ledger, today=now.date(), bounds=COMPUTED,
        random_bytes=salts(seed), reasons=reasons or Reasons(),
    )  # fmt: skip
    return publish(
        plan.drafts,
        rules,
        place,
        signer=PUBLISHER,
        policy=POLICY,
        decisions=plan.decisions,
        now=now,
    )


def verify(record: Path, now: datetime = NOW + timedelta(hours=1), **more) -> Verification:
    brought = more.pop("brought", Brought(policy=POLICY))
    return verify_record(open_record(str(record)), AtHand(brought=brought, **more), now=now)


FIRST = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""The plans are published, before the runs of 23 November."""
SECOND = NOW
WITHHELD = [
    {
        "kind": "declaration", "id": "aurora-1-weights-encrypted",
        "fields": ["evidence", "made_by.name"], "reason": "security",
        "note": "Names the people and tools that guard the weights.", "seen_by": ["auditor"],
    },
    {
        "kind": "evidence", "id": "aurora-1-popularity", "fields": ["measurements[*].stated"],
        "reason": "trade-secret",
    },
]  # fmt: skip
LATE = ("evidence", "determinations", "logs")
EXTRA_PLAN = "plan-aurora-1-repeat"


def make_seed(checkpoint: str, at: datetime):
    """Return a seed as an auditor makes one after a checkpoint."""
    beacon = Beacon(
        name="drand quicknet", round=4242, value=hashlib.sha256(b"beacon").hexdigest(),
        drawn_at=at + timedelta(minutes=5),
    )  # fmt: skip
    return Seed(checkpoint=checkpoint, committed_at=at, beacon=beacon, nonce="5" * 16)


def publish_example(folder: Path) -> dict:
    """Publish one model in two steps, plans first; return what a verifier has at hand."""
    root, record = folder / "aurora", folder / "record"
    make_workspace(root, withhold=WITHHELD, raw_logs={"publish": True})
    for path in [*root.rglob("*aurora-2*"), *(root / "logs").glob("aurora-1-passphrase*")]:
        path.unlink()
    for name in LATE:
        (root / name).rename(folder / name)
    plan = (root / "plans" / "aurora-1-popularity.yaml").read_text()
    repeat = root / "plans" / "repeat.yaml"
    repeat.write_text(plan.replace("plan-aurora-1-popularity", EXTRA_PLAN))
    publish_all(root, record, FIRST, seed=1)
    first = verify(record, FIRST + timedelta(hours=1))
    assert first.verdict.outcome == "undetermined", first.verdict
    for name in LATE:
        (folder / name).rename(root / name)
    repeat.unlink()
    for gate, people in (("store-weights", ["lind"]), ("internal-use", ["castellanos"])):
        sign_gate(root, "aurora-1", gate, people, SECOND)
    publish_all(root, record, SECOND, seed=2, reasons=Reasons(withdraw="The run was given up."))
    return {"root": root, "record": record, "memory": first.memory}
