"""Signed notes (C2SP signed-note v1.0.0): a text, an empty line, and lines of signatures.

What a note says counts for nothing until a known key's signature has been verified.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ifthen.errors import Error
from ifthen.tlog.key import ED25519, ID_BYTES, Signer, VerifierKey
from ifthen.tlog.spelling import check_name, decode_text, format_base64, parse_base64

MAX_NOTE_BYTES = 1 << 18
MAX_SIGNATURES = 64
"""A note may have 16 signatures at least; one of ML-DSA-44 takes 3.3 kB."""
_DASH = "— "


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A line of a note: whose it is said to be, and the bytes (of any kind of signature)."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text, with its final newline, and its signatures, none of them verified."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


def format_note(note: Note) -> bytes:
    """Return the bytes of a note; the inverse of :func:`parse_note`."""
    return note.text + b"\n" + format_signatures(note.signatures)


def format_signatures(signatures: Iterable[NoteSignature]) -> bytes:
    """Return the lines of signatures, each with its newline."""
    return b"".join(
        b"%s%s %s\n" % (_DASH.encode(), x.name.encode(), format_base64(x.key_id + x.signature))
        for x in signatures
    )


def parse_note(data: bytes) -> Note:
    """Return the text and the signatures of a note, of at most 256 KiB and 64 signatures.

    Raises:
        Error: ``tlog.note`` and the codes of ``spelling``: other bytes than
            :func:`format_note` writes are refused.
    """
    decode_text(data, "the note", most=MAX_NOTE_BYTES)
    middle = data.rfind(b"\n\n")
    if middle < 0:
        raise Error("tlog.note", "the note has no empty line between its text and signatures")
    note = Note(data[: middle + 1], parse_signatures(data[middle + 2 :]))
    if format_note(note) != data:
        raise Error("tlog.note", "the note is not in the one spelling that is signed")
    return note


def parse_signatures(data: bytes) -> tuple[NoteSignature, ...]:
    """Return the signatures of the lines at the end of a note, one at least.

    Raises:
        Error: ``tlog.note`` and the codes of ``spelling``.
    """
    text = decode_text(data, "the signatures", most=MAX_NOTE_BYTES)
    lines = text.split("\n")
    if lines.pop():
        raise Error("tlog.note", "the last line of the note does not end, expected a newline")
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise Error(
            "tlog.note", f"the note has {len(lines)} signatures, expected 1 to {MAX_SIGNATURES}"
        )
    return tuple(map(_parse_signature, lines))


def _parse_signature(line: str) -> NoteSignature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:
        raise Error(
            "tlog.note", f"a line of a signature is {line[:80]!r}, expected '— name base64'"
        )
    name = check_name(parts[0], "the name in a signature line")
    data = parse_base64(parts[1].encode(), f"the signature of {name}")
    if len(data) <= ID_BYTES:
        raise Error("tlog.note", f"the signature of {name} is empty")
    return NoteSignature(name, data[:ID_BYTES], data[ID_BYTES:])


def sign_text(text: bytes, signer: Signer) -> NoteSignature:
    """Return a plain Ed25519 signature (0x01) over a text that ends in a newline.

    Raises:
        Error: ``tlog.key-kind`` for a signer of another kind, ``tlog.note`` for a text without
            its newline.
    """
    if signer.key.kind != ED25519:
        raise Error(
            "tlog.key-kind",
            f"{signer.key.name} signs with type {signer.key.kind:#04x}, expected 0x01",
        )
    if not text.endswith(b"\n"):
        raise Error("tlog.note", "the text of a note ends in a newline")
    return NoteSignature(signer.key.name, signer.key.key_id, signer.sign(text))


def match_signatures(
    note: Note, keys: Iterable[VerifierKey]
) -> tuple[tuple[VerifierKey, NoteSignature], ...]:
    """Return the signatures that name a known key by name and id, in the order of the note.

    Others are ignored, as the format asks. Nothing is verified.

    Raises:
        Error: ``tlog.key-twice`` where two keys share name and id, ``tlog.signature-twice``
            where one key signed twice.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise Error("tlog.key-twice", f"two keys have the name {key.name} and one key id")
    found: dict[VerifierKey, NoteSignature] = {}
    for signature in note.signatures:
        match = known.get((signature.name, signature.key_id))
        if match is None:
            continue
        if match in found:
            raise Error("tlog.signature-twice", f"the key {match.name} signed the note twice")
        found[match] = signature
    return tuple(found.items())


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return those plain Ed25519 keys (0x01) that signed the note, one at least.

    Raises:
        Error: ``tlog.signature-missing`` where no known key signed, ``tlog.signature-wrong``
            where a known key's signature does not verify, and those of
            :func:`match_signatures`.
    """
    matches = match_signatures(note, (key for key in keys if key.kind == ED25519))
    for key, signature in matches:
        if not key.verify(note.text, signature.signature):
            raise signature_wrong(key)
    if not matches:
        raise signature_missing(note)
    return tuple(key for key, _ in matches)


def signature_wrong(key: VerifierKey) -> Error:
    """Return the error of a known key's signature that does not verify."""
    return Error(
        "tlog.signature-wrong",
        f"the signature of {key.name} (key id {key.key_id.hex()}) does not verify",
        hint="the text was changed, or signed by another key: do not use it",
    )


def signature_missing(note: Note) -> Error:
    """Return the error of a note without a signature of a known key."""
    names = ", ".join(f"{x.name} ({x.key_id.hex()})" for x in note.signatures[:4])
    return Error(
        "tlog.signature-missing",
        f"no known key signed the note; it names {names}",
        hint="compare the name and the key id with the keys that you trust",
    )
