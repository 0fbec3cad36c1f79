"""Tampering without any key: bytes are changed, files go, come, or change places."""

import shutil
from pathlib import Path

from tests.verification.matrix import add, tampering
from tests.verification.world import LOG, WITNESS

from ifthen.tlog.key import COSIGNATURE
from ifthen.tlog.policy import Policy, TrustedLog, Witness, format_policy
from ifthen.tlog.signer import Ed25519Signer
from ifthen.verification.files import blob_path
from ifthen.verification.trust import Brought

SIZE = 26
"""Statements of the record."""


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def edit(path: Path, change) -> None:
    path.write_bytes(change(path.read_bytes()))


def within(needle: bytes, offset: int = 0):
    """Return a change of the byte at ``offset`` after a text's beginning."""

    def change(data: bytes) -> bytes:
        at = data.index(needle) + offset
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return change


def line(number: int, offset: int):
    """Return a change of one byte of a line."""

    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        place = lines[number]
        at = offset % len(place)
        lines[number] = place[:at] + bytes([place[at] ^ 1]) + place[at + 1 :]
        return b"\n".join(lines)

    return change


def drop_line(number: int):
    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        del lines[number]
        return b"\n".join(lines)

    return change


def repeat_line(number: int):
    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines.insert(number, lines[number])
        return b"\n".join(lines)

    return change


CHECKPOINT = {
    "byte flip in the origin": line(0, 2),
    "byte flip in the size": line(1, 0),
    "byte flip in the root": line(2, 5),
    "byte flip in the log's name": line(4, 6),
    "byte flip in the log's key id": line(4, -80),
    "byte flip in the log's signature": line(4, -10),
    "byte flip in the witness's name": line(5, 6),
    "byte flip in the witness's time": line(5, -90),
    "byte flip in the witness's signature": line(5, -10),
    "log signature removed": drop_line(4),
    "witness signature removed": drop_line(5),
    "duplicated log signature": repeat_line(4),
    "duplicated witness signature": repeat_line(5),
    "truncated": lambda data: data[:-20],
    "emptied": lambda data: b"",
    "bytes appended": lambda data: data + b"x\n",
    "line ends changed": lambda data: data.replace(b"\n", b"\r\n"),
    "size with a leading zero": lambda data: data.replace(b"\n26\n", b"\n026\n"),
    "size in other digits": lambda data: data.replace(b"\n26\n", "\n\u0662\u0666\n".encode()),
    "size raised": lambda data: data.replace(b"\n26\n", b"\n27\n"),
    "size lowered": lambda data: data.replace(b"\n26\n", b"\n25\n"),
    "extension line added": lambda data: data.replace(b"\n\n", b"\nextra\n\n", 1),
}
for name, change in CHECKPOINT.items():
    add("checkpoint", f"checkpoint: {name}", lambda s, c=change: edit(s.record / "checkpoint", c))


@tampering("checkpoint", "checkpoint: deleted")
def _checkpoint_deleted(scene):
    (scene.record / "checkpoint").unlink()


@tampering("checkpoint", "checkpoint: a folder in its place")
def _checkpoint_folder(scene):
    (scene.record / "checkpoint").unlink()
    (scene.record / "checkpoint").mkdir()


POLICIES = {
    "another log key": Policy(
        (TrustedLog(Ed25519Signer(LOG.key.name, b"\7" * 32).key),),
        (Witness("w", WITNESS.key),), (), "w",
    ),
    "no witness asked for": Policy((TrustedLog(LOG.key),), (Witness("w", WITNESS.key),)),
    "another witness": Policy(
        (TrustedLog(LOG.key),),
        (Witness("w", Ed25519Signer("witness.example/w", b"\7" * 32, COSIGNATURE).key),),
        (),
        "w",
    ),
    "a second log": Policy(
        (TrustedLog(LOG.key), TrustedLog(Ed25519Signer("log.example/b", b"\7" * 32).key)),
        (Witness("w", WITNESS.key),), (), "w",
    ),
}  # fmt: skip
for name, policy in POLICIES.items():
    data = format_policy(policy)
    add("trust", f"policy: {name}", lambda s, d=data: edit(s.record / "policy", lambda _: d))


@tampering("trust", "policy: deleted")
def _policy_deleted(scene):
    (scene.record / "policy").unlink()


@tampering("trust", "policy: byte flip in a key")
def _policy_flip(scene):
    edit(scene.record / "policy", line(0, -5))


@tampering("trust", "policy: truncated")
def _policy_truncated(scene):
    edit(scene.record / "policy", lambda data: data[:-4])


@tampering("trust", "policy: weak log key")
def _policy_weak(scene):
    weak = b"log log.example/aurora+00000000+" + b"AQ" + b"A" * 42 + b"=\nquorum none\n"
    edit(scene.record / "policy", lambda _: weak)
    scene.options["brought"] = Brought(pin=scene.world.pin)


@tampering("trust", "policy: nothing was brought in its file")
def _policy_brought_empty(scene):
    scene.options["brought"] = Brought(policy=b"", pin=scene.world.pin)


@tampering("trust", "pin: of another record")
def _other_pin(scene):
    scene.options["brought"] = Brought(pin="sha256:" + "0" * 64)


def tile(scene, kind: str = "0", size: int = SIZE) -> Path:
    return scene.record / "tile" / kind / f"000.p/{size}"


for place, at in {"first": 0, "middle": 13 * 32 + 7, "last": -1}.items():
    add("tiles", f"tile: byte flip in the {place} hash", lambda s, a=at: flip(tile(s), a))
for place, at in {
    "a length": 1, "a payload": 300, "the middle": 20_000, "the last signature": -30, "the end": -1,
}.items():  # fmt: skip
    add("tiles", f"bundle: byte flip in {place}", lambda s, a=at: flip(tile(s, "entries"), a))
for kind, word in {"0": "tile", "entries": "bundle"}.items():
    add("tiles", f"{word}: truncated", lambda s, k=kind: edit(tile(s, k), lambda d: d[:-32]))
    add("tiles", f"{word}: emptied", lambda s, k=kind: edit(tile(s, k), lambda d: b""))
    add(
        "tiles", f"{word}: bytes appended", lambda s, k=kind: edit(tile(s, k), lambda d: d + d[:32])
    )
    add("tiles", f"{word}: deleted", lambda s, k=kind: tile(s, k).unlink())
    add(
        "tiles", f"{word}: of an earlier size",
        lambda s, k=kind: shutil.copy(first_tile(s, k), tile(s, k)),
    )  # fmt: skip


def first_tile(scene, kind: str) -> Path:
    return min(tile(scene, kind).parent.iterdir(), key=lambda path: int(path.name))


@tampering("tiles", "tile: two hashes swapped")
def _hashes_swapped(scene):
    edit(tile(scene), lambda d: d[32:64] + d[:32] + d[64:])


@tampering("tiles", "bundle: two entries swapped")
def _entries_swapped(scene):
    def swap(data: bytes) -> bytes:
        one = 2 + int.from_bytes(data[:2], "big")
        two = one + 2 + int.from_bytes(data[one : one + 2], "big")
        return data[one:two] + data[:one] + data[two:]

    edit(tile(scene, "entries"), swap)


@tampering("tiles", "bundle: last entry replayed instead of the one before")
def _entry_replayed(scene):
    def replay(data: bytes) -> bytes:
        one = 2 + int.from_bytes(data[:2], "big")
        two = one + 2 + int.from_bytes(data[one : one + 2], "big")
        return data[:one] + data[:one] + data[two:]

    edit(tile(scene, "entries"), replay)


def earlier(scene) -> Path:
    return min((scene.record / "history").glob("[0-9]*"), key=lambda path: int(path.name))


HISTORY = {
    "byte flip in the root": line(2, 5),
    "byte flip in the log's signature": line(4, -10),
    "byte flip in the witness's signature": line(5, -10),
    "byte flip in the witness's time": line(5, -90),
    "truncated": lambda data: data[:-30],
    "emptied": lambda data: b"",
}
for name, change in HISTORY.items():
    add("tiles", f"earlier checkpoint: {name}", lambda s, c=change: edit(earlier(s), c))


@tampering("tiles", "earlier checkpoint: under another size")
def _history_renamed(scene):
    earlier(scene).rename(scene.record / "history" / "9")


@tampering("tiles", "earlier checkpoint: of a size to come")
def _history_ahead(scene):
    shutil.copy(scene.record / "checkpoint", scene.record / "history" / "99")


COPIES = {
    "framework": "framework/example-fsf 2.1",
    "model": "model/aurora-1",
    "plan": "plan/plan-aurora-1-popularity",
    "declaration": "declaration/aurora-1-weights-encrypted",
    "determination": "determination/aurora-1-bio-uplift-1",
    "evidence": "evidence/aurora-1-popularity",
    "decision": "decision/aurora-1-2026-12-01",
    "gate": "gate/aurora-1-store-weights",
}


def copy_path(scene, name: str) -> Path:
    forge = scene.forge
    return scene.record / blob_path(forge.said(forge.find(name, -1))["copy"]["sha256"])


def leaves_path(scene) -> Path:
    forge = scene.forge
    result = forge.said(forge.find("evidence/aurora-1-popularity"))["result"]
    return scene.record / blob_path(result["samples"]["leaves"]["sha256"])


def raw_path(scene) -> Path:
    forge = scene.forge
    result = forge.said(forge.find("evidence/aurora-1-arithmetic-easy"))["result"]
    return scene.record / blob_path(result["raw"][0]["sha256"])


for kind, name in COPIES.items():
    add("copies", f"copy of a {kind}: byte flip", lambda s, n=name: flip(copy_path(s, n), 40))
    add("copies", f"copy of a {kind}: deleted", lambda s, n=name: copy_path(s, n).unlink())
    add(
        "copies", f"copy of a {kind}: truncated",
        lambda s, n=name: edit(copy_path(s, n), lambda d: d[:-1]),
    )  # fmt: skip
add(
    "copies",
    "copies: two swapped",
    lambda s: swap_files(copy_path(s, COPIES["plan"]), copy_path(s, COPIES["model"])),
)
add(
    "copies",
    "copies: bytes appended",
    lambda s: edit(copy_path(s, COPIES["plan"]), lambda d: d + b"\n"),
)
add("copies", "leaves: byte flip", lambda s: flip(leaves_path(s), 70))
add("copies", "leaves: deleted", lambda s: leaves_path(s).unlink())
add("copies", "leaves: one dropped", lambda s: edit(leaves_path(s), lambda d: d[32:]))
add("logs", "raw log: byte flip", lambda s: flip(raw_path(s), 5000))
add("logs", "raw log: deleted", lambda s: raw_path(s).unlink())
add("logs", "raw log: truncated", lambda s: edit(raw_path(s), lambda d: d[:-100]))
add("trust", "copy of people: byte flip", lambda s: flip(people_path(s), 60))
add("trust", "copy of people: deleted", lambda s: people_path(s).unlink())


def people_path(scene) -> Path:
    return copy_path(scene, "people/people")


def swap_files(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
