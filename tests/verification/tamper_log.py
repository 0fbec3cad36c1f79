"""Tampering with keys: statements dropped, moved, signed by others; other trees shown."""

import base64
import json
import shutil
from datetime import timedelta

from tests.verification.forge import Forge, entry_of
from tests.verification.matrix import add, tampering
from tests.verification.world import LOG, POLICY, PUBLISHER, SECOND, SIGNERS, cosigned

from ifthen.attestation.envelope import format_envelope, sign_envelope
from ifthen.attestation.keys import format_public_key, make_signer
from ifthen.encoding.canonical import format_canonical
from ifthen.tlog.checkpoint import Checkpoint
from ifthen.tlog.cosignature import sign_checkpoint
from ifthen.tlog.growing import RightEdge, grow
from ifthen.tlog.signer import Ed25519Signer
from ifthen.verification.memory import Memory, Seen
from ifthen.verification.trust import Brought

STRANGER = make_signer(b"\77" * 32)
DROPPED = {
    "a plan": "plan/plan-aurora-1-popularity",
    "a determination": "determination/aurora-1-bio-uplift-1",
    "an evaluation result": "evidence/aurora-1-theory-of-mind",
    "a decision": "decision/aurora-1-2026-11-21",
    "a sign-off": "signoff/aurora-1-internal-use-2026-12-01-castellanos-scaling-officer",
    "a statement about a gate": "gate/aurora-1-deploy-external",
}


def unlinked(scene, change) -> object:
    """Return a record whose statements were changed and not linked anew."""
    forge = scene.forge
    change(forge)
    scene.options["memory"] = None
    return forge.write(scene.folder / "unlinked", relink=False)


for what, name in DROPPED.items():
    add(
        "chain",
        f"dropped {what}",
        lambda s, n=name: unlinked(s, lambda f: f.statements.pop(f.find(n))),
    )
add("chain", "first statement dropped", lambda s: unlinked(s, lambda f: f.statements.pop(1)))
add("chain", "two statements swapped", lambda s: unlinked(s, lambda f: f.move(3, 5)))
add(
    "chain",
    "statement replayed",
    lambda s: unlinked(s, lambda f: f.statements.append(f.statements[4])),
)
add(
    "chain",
    "last statement replayed",
    lambda s: unlinked(s, lambda f: f.statements.append(f.statements[-1])),
)


def chained(name: str, change) -> None:
    """Register a change of one statement's place in the chain."""
    add(
        "chain",
        f"chain: {name}",
        lambda s: unlinked(s, lambda f: change(f.statements[12]["predicate"])),
    )


chained("number raised", lambda p: p["chain"].update(sequence=14))
chained("number repeated", lambda p: p["chain"].update(sequence=12))
chained("another one before", lambda p: p["chain"].update(previous="sha256:" + "1" * 64))
chained("another publisher", lambda p: p["chain"].update(publisher="Somebody else"))
chained("no place in it", lambda p: p.pop("chain"))
chained(
    "begins anew", lambda p: p.update(chain={"publisher": "Example Lab (fictional)", "sequence": 1})
)


@tampering("chain", "withdrawal of what was never stated")
def _withdraws_unknown(scene):
    at = next(x for x, y in enumerate(scene.forge.statements) if "withdraws" in y["predicate"])
    scene.forge.statements[at]["predicate"]["withdraws"]["statement"] = "sha256:" + "2" * 64
    return scene.forge


@tampering("chain", "withdrawal that names another document")
def _withdraws_other(scene):
    forge = scene.forge
    at = next(x for x, y in enumerate(forge.statements) if "withdraws" in y["predicate"])
    forge.relink()
    digests = list(forge.renamed.values())
    forge.linked = dict(zip(digests, forge.statements, strict=True))
    forge.statements[at]["predicate"]["withdraws"]["statement"] = digests[3]
    return forge


@tampering("chain", "result stated a second time without saying that it amends")
def _stated_twice(scene):
    forge = scene.forge
    again = forge.copy_statement(forge.find("determination/aurora-1-bio-uplift-1"))
    forge.statements.append(again)
    return forge


@tampering("chain", "gate that no longer says that it amends")
def _amends_dropped(scene):
    forge = scene.forge
    at = forge.find("gate/aurora-1-store-weights", -1)
    del forge.statements[at]["predicate"]["amends"]
    return forge


def entry(name: str, make) -> None:
    """Register another entry in place of the last one."""

    def do(scene):
        forge: Forge = scene.forge
        forge.relink()
        last = len(forge.statements) - 1
        forge.envelopes[last] = make(forge.sign()[last])
        return forge.write(scene.folder / "entry", relink=False)

    add("envelopes", f"entry: {name}", do)


def resigned(change, **more):
    """Return a maker of an envelope whose statement was changed."""

    def make(envelope: bytes) -> bytes:
        tree = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
        change(tree)
        return format_envelope(sign_envelope(format_canonical(tree), [PUBLISHER], **more))

    return make


def with_signatures(change):
    def make(envelope: bytes) -> bytes:
        return entry_of(envelope, signatures=change(json.loads(envelope)["signatures"]))

    return make


def by(*signers):
    def make(envelope: bytes) -> bytes:
        payload = base64.b64decode(json.loads(envelope)["payload"])
        return format_envelope(sign_envelope(payload, signers))

    return make


def flipped(signatures):
    sig = signatures[0]["sig"]
    return [signatures[0] | {"sig": ("B" if sig[20] == "A" else "A").join((sig[:20], sig[21:]))}]


def predicate(**changes):
    return lambda tree: tree["predicate"].update(changes)


def said(**changes):
    return lambda tree: tree["predicate"]["document"].update(changes)


entry("garbage", lambda _: b"\0\1garbage")
entry("empty", lambda _: b"")
entry("cut short", lambda e: e[:-5])
entry("in another spelling", lambda e: e.replace(b":", b": ", 1))
entry("with another key beside", lambda e: entry_of(e, extra=1))
entry("of another payload type", lambda e: entry_of(e, payloadType="application/json"))
entry("signed as another payload type", resigned(lambda _: None, payload_type="text/plain"))
entry("without a signature", with_signatures(lambda _: []))
entry("with a duplicated signature", with_signatures(lambda x: [x[0], x[0]]))
entry("with a changed signature", with_signatures(flipped))
entry("with an empty signature", with_signatures(lambda x: [x[0] | {"sig": ""}]))
entry(
    "with the signature of another key id",
    with_signatures(lambda x: [x[0] | {"keyid": SIGNERS["lind"][1].key_id}]),
)
entry("signed by a stranger", by(STRANGER))
entry("signed by a stranger too", by(PUBLISHER, STRANGER))
entry(
    "of an unknown kind",
    resigned(lambda t: t.update(predicateType="https://ifthen.dev/predicates/recipe/v1")),
)
entry(
    "of another kind than its document",
    resigned(lambda t: t.update(predicateType="https://ifthen.dev/predicates/plan/v1")),
)
entry(
    "of a foreign predicate type",
    resigned(lambda t: t.update(predicateType="https://slsa.dev/provenance/v1")),
)
entry(
    "of another statement type",
    resigned(lambda t: t.update(_type="https://in-toto.io/Statement/v0.1")),
)
entry("with another subject", resigned(lambda t: t["subject"][0]["digest"].update(sha256="0" * 64)))
entry(
    "with a second subject",
    resigned(lambda t: t["subject"].append({"name": "x", "digest": {"sha256": "0" * 64}})),
)
entry("with another subject's name", resigned(lambda t: t["subject"][0].update(name="gate/other")))
entry("with an unknown key", resigned(said(surprise=1)))
entry("with a time in another zone", resigned(predicate(issued_at="2026-12-01T10:00:00+01:00")))
entry(
    "that amends and withdraws",
    resigned(lambda t: t["predicate"].update(withdraws=t["predicate"].get("amends"))),
)
entry(
    "with a negative size", resigned(lambda t: t["predicate"]["document"]["copy"].update(bytes=-1))
)
entry("with a result that is none", resigned(said(result={})))
entry("with a default written out", resigned(said(withheld=[])))


@tampering("envelopes", "evaluation result without its result")
def _no_result(scene):
    forge = scene.forge
    del forge.said(forge.find("evidence/aurora-1-popularity"))["result"]
    return forge


@tampering("roles", "statement signed by somebody who may only sign off")
def _signed_by_other(scene):
    forge = scene.forge
    forge.signers[14] = [SIGNERS["lind"][1]]
    return forge


@tampering("roles", "decision signed by the person whom it binds, beside the publisher")
def _signed_by_both(scene):
    forge = scene.forge
    forge.signers[forge.find("decision/aurora-1-2026-12-01")] = [
        PUBLISHER,
        SIGNERS["castellanos"][1],
    ]
    return forge


def people(scene, change):
    """Return the record with other people, who are brought as well."""
    forge = scene.forge
    at = forge.change("people/people", change)
    scene.options |= {
        "brought": Brought(policy=POLICY, people=format_canonical(forge.copy(at))),
        "memory": None,
    }
    return forge


def publisher(change):
    return lambda tree: change(next(x for x in tree["people"] if x["id"] == "publisher"))


for _name, _change in {
    "key revoked": lambda p: p["keys"][0].update(revoked={"on": "2026-12-02", "reason": "stolen"}),
    "key that ended before": lambda p: p["keys"][0].update(until="2026-11-30"),
    "key from later on": lambda p: p["keys"][0].update({"from": "2026-11-25"}),
    "role that ended before": lambda p: p["roles"][0].update(until="2026-11-30"),
    "role from later on": lambda p: p["roles"][0].update({"from": "2026-11-25"}),
    "role taken away": lambda p: p.update(roles=[]),
}.items():
    add("roles", f"publisher: {_name}", lambda s, c=_change: people(s, publisher(c)))


def log_key_line() -> str:
    return format_public_key(make_signer(b"\1" * 32).public)


for _name, _change in {
    "weak key": lambda p: p["keys"][0].update(public="ifthen-ed25519 " + "A" * 80),
    "key of the log": lambda p: p["keys"][0].update(public=log_key_line()),
    "key of somebody else": lambda p: p["keys"].append(
        {"public": format_public_key(SIGNERS["lind"][1].public), "from": "2026-01-01"}
    ),
    "unknown field": lambda p: p.update(surprise=1),
}.items():
    add("trust", f"people: {_name}", lambda s, c=_change: people(s, publisher(c)))


@tampering("trust", "people: others than those that were pinned")
def _people_pinned(scene):
    scene.forge.change("people/people", lambda t: t["people"].pop())
    return scene.forge


@tampering("trust", "people: others than those that were brought")
def _people_brought(scene):
    tree = scene.forge.copy(0)
    tree["people"].pop()
    scene.options["brought"] = Brought(policy=POLICY, people=format_canonical(tree))


@tampering("trust", "people: not in the record")
def _people_gone(scene):
    scene.forge.statements.pop(0)
    return scene.forge


@tampering("checkpoint", "log signed by another key under its name")
def _other_log(scene):
    scene.forge.log = Ed25519Signer(LOG.key.name, b"\7" * 32)
    return scene.forge


@tampering("checkpoint", "log of another name")
def _other_origin(scene):
    scene.forge.log = Ed25519Signer("log.example/other", b"\1" * 32)
    return scene.forge


@tampering("checkpoint", "witness who states a time to come")
def _future_witness(scene):
    path = scene.record / "checkpoint"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(cosigned(SECOND + timedelta(days=9))(b"\n".join([*lines[:5], b""])))


@tampering("checkpoint", "checkpoint of an empty log with a root")
def _empty_log(scene):
    head = sign_checkpoint(Checkpoint(LOG.key.name, 26, b"\0" * 32), [LOG], 1)
    (scene.record / "checkpoint").write_bytes(head.replace(b"\n26\n", b"\n0\n"))


def other_tree(forge: Forge, count: int) -> bytes:
    """Return a signed note of a tree that differs from the record's in its first entry."""
    entries = [b"something else", *forge.entries[1:count]]
    edge = grow(RightEdge(), entries).edge
    return sign_checkpoint(Checkpoint(LOG.key.name, count, edge.root), [LOG], 1)


def remember(scene, note: bytes) -> None:
    scene.options["memory"] = Memory({LOG.key.name: Seen(note, scene.world.pin)})


add("memory", "fork: another tree of the same size", lambda s: remember(s, other_tree(s.forge, 26)))
add(
    "memory", "fork: another tree of a smaller size", lambda s: remember(s, other_tree(s.forge, 10))
)
add(
    "memory", "fork: another tree of a power of two", lambda s: remember(s, other_tree(s.forge, 16))
)
add("memory", "fork: another first entry", lambda s: remember(s, other_tree(s.forge, 1)))
add("memory", "memory that was changed", lambda s: remember(s, b"nothing"))


@tampering("memory", "rollback to the first step")
def _rollback(scene):
    note = (scene.record / "checkpoint").read_bytes()
    first = min((scene.record / "history").glob("[0-9]*"), key=lambda x: int(x.name))
    shutil.copy(first, scene.record / "checkpoint")
    (scene.record / "history" / "26").unlink()
    scene.options["packages"] = []
    remember(scene, note)


@tampering("memory", "history rewritten and cosigned again")
def _rewritten(scene):
    scene.forge.change("plan/plan-aurora-1-popularity", lambda t: t.update(questions=101), 0)
    return scene.forge
