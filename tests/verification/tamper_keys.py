"""Tampering with changes of the log's key: forged, by the wrong key, too early, too late."""

import base64
from datetime import timedelta

from tests.verification.matrix import add, tampering
from tests.verification.world import LOG, ORIGIN, POLICY, PUBLISHER, SECOND, cosigned

from ifthen.tlog.checkpoint import Checkpoint
from ifthen.tlog.cosignature import sign_checkpoint
from ifthen.tlog.growing import RightEdge, grow
from ifthen.tlog.policy import Policy, TrustedLog, format_policy, parse_policy
from ifthen.tlog.signer import Ed25519Signer
from ifthen.tlog.spelling import parse_base64
from ifthen.tlog.succession import KeyChange, format_key_change, format_policy_version
from ifthen.verification.files import format_history
from ifthen.verification.trust import Brought

NEW = Ed25519Signer(ORIGIN, b"\2" * 32)
THIEF = Ed25519Signer(ORIGIN, b"\7" * 32)
ADDED = format_key_change(KeyChange("add", NEW.key), [LOG, NEW])
WITHDRAWN = format_key_change(KeyChange("withdraw", LOG.key), [NEW])
STOLEN = format_key_change(KeyChange("add", THIEF.key), [LOG, THIEF])


def rotate(scene, changes, signers=(), name="rotated"):
    """Write the record with changes of keys after its last statement, a checkpoint after each.

    ``signers`` are those of the heads: of the statements, then of each change.
    """
    forge = scene.forge
    forge.relink()
    entries = [*forge.sign(), *changes]
    folder = forge.write(scene.folder / name, relink=False)
    signers = signers or [[LOG], [LOG, NEW], [NEW]][: len(changes) + 1]
    statements = len(forge.statements)
    edge, at, sizes = RightEdge(), 0, [*(x for x in forge.sizes if x < statements)]
    heads = [(size, LOG, forge.times[size]) for size in sizes]
    for number, signing in enumerate(signers):
        heads.append((statements + number, *[signing, SECOND + timedelta(minutes=number)]))
    for size, signing, time in heads:
        growth = grow(edge, entries[at:size])
        edge, at = growth.edge, size
        head = Checkpoint(ORIGIN, size, edge.root)
        by = signing if isinstance(signing, list) else [signing]
        note = cosigned(time)(sign_checkpoint(head, by, int(time.timestamp())))
        for path, data in [*growth.files, ("checkpoint", note), (f"history/{size}", note)]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    (folder / "history" / "index").write_bytes(format_history([size for size, *_ in heads]))
    return folder


def flipped(entry: bytes) -> bytes:
    """Return an entry with another last signature."""
    return entry[:-10] + (b"A" if entry[-10:-9] != b"A" else b"B") + entry[-9:]


def by(change: KeyChange, key: Ed25519Signer, *signers: Ed25519Signer) -> bytes:
    """Return an entry that only ``signers`` signed of those that had to."""
    whole = format_key_change(change, [key, *signers]).decode()
    ids = {signer.key.key_id for signer in signers}
    head, _, lines = whole.partition("\n\n")
    kept = [
        line
        for line in lines.splitlines(keepends=True)
        if base64.b64decode(line.split(" ")[2])[:4] in ids
    ]
    return f"{head}\n\n{''.join(kept)}".encode()


ENTRIES = {
    "announcement with a changed signature": [flipped(ADDED)],
    "announcement of another key under the same signatures": [
        ADDED.replace(ADDED.split(b" ")[1].split(b"\n")[0], STOLEN.split(b" ")[1].split(b"\n")[0])
    ],
    "announcement by the new key alone": [by(KeyChange("add", NEW.key), LOG, NEW)],
    "announcement that its own key does not sign": [by(KeyChange("add", NEW.key), NEW, LOG)],
    "announcement by a stranger": [format_key_change(KeyChange("add", NEW.key), [THIEF, NEW])],
    "announcement repeated": [ADDED, ADDED],
    "withdrawal with a changed signature": [ADDED, flipped(WITHDRAWN)],
    "withdrawal before the announcement": [WITHDRAWN, ADDED],
    "withdrawal by the key that goes": [
        ADDED, by(KeyChange("withdraw", LOG.key), NEW, LOG),
    ],
    "withdrawal of a key that never counted": [
        ADDED, format_key_change(KeyChange("withdraw", THIEF.key), [NEW]),
    ],
    "withdrawal by a key that never counted": [
        ADDED, format_key_change(KeyChange("withdraw", LOG.key), [THIEF]),
    ],
    "a key that was withdrawn announces another": [ADDED, WITHDRAWN, STOLEN],
    "change in another spelling": [ADDED.replace(b"add ", b"add  ")],
    "change of an unknown kind": [ADDED.replace(b"\nadd ", b"\nput ")],
}  # fmt: skip
for _name, _changes in ENTRIES.items():
    add(
        "checkpoint",
        f"log key: {_name}",
        lambda s, c=_changes: rotate(s, c, [[LOG], *([[LOG, NEW]] * len(c))]),
    )

add(
    "checkpoint",
    "log key: head by the key that was withdrawn",
    lambda s: rotate(s, [ADDED, WITHDRAWN], [[LOG], [LOG, NEW], [LOG]]),
)
add(
    "checkpoint",
    "log key: head by a key that was never announced",
    lambda s: rotate(s, [ADDED], [[LOG], [THIEF]]),
)
add(
    "checkpoint",
    "log key: announcement left out",
    lambda s: rotate(s, [WITHDRAWN], [[LOG], [NEW]]),
)
add(
    "tiles",
    "log key: earlier head by the new key, before it was announced",
    lambda s: rotate(s, [ADDED], [[NEW], [LOG, NEW]]),
)


@tampering("tiles", "log key: earlier head by the old key, after it was withdrawn")
def _late_head(scene):
    folder = rotate(scene, [ADDED, WITHDRAWN])
    size = len(scene.forge.statements) + 2
    root = (folder / "checkpoint").read_bytes().split(b"\n")[2]
    head = Checkpoint(ORIGIN, size, parse_base64(root, "root", size=32))
    note = cosigned(SECOND)(sign_checkpoint(head, [LOG], 1))
    (folder / "history" / str(size)).write_bytes(note)
    return folder


@tampering("trust", "log key: key of the publisher announced")
def _publisher_as_log(scene):
    same = Ed25519Signer(ORIGIN, PUBLISHER.seed)
    entry = format_key_change(KeyChange("add", same.key), [LOG, same])
    return rotate(scene, [entry], [[LOG], [LOG]])


@tampering("trust", "log key: policy that was brought followed another change")
def _other_later(scene):
    policy = parse_policy(POLICY)
    logs = (*policy.logs, TrustedLog(THIEF.key))
    other = Policy(logs, policy.witnesses, policy.groups, policy.quorum)
    later = format_policy_version(other, POLICY, {ORIGIN: len(scene.forge.statements) + 1})
    scene.options["brought"] = Brought(policy=later, pin=scene.world.pin)
    return rotate(scene, [ADDED])


@tampering("trust", "log key: record's policy begins with the new key")
def _begins_with_new(scene):
    policy = parse_policy(POLICY)
    scene.forge.policy = format_policy(
        Policy((*policy.logs, TrustedLog(NEW.key)), policy.witnesses, (), policy.quorum)
    )
    scene.options["brought"] = Brought(pin=scene.world.pin)
    return scene.forge
