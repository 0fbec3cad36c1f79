"""Notes and keys: C2SP's own examples, and every second spelling refused."""

import base64

import pytest
from tests.tlog.world import LOG, LOG_PQ, WITNESS, code_of

from ifthen.tlog.key import ED25519, ML_DSA_44, VerifierKey, format_vkey, parse_vkey
from ifthen.tlog.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    Note,
    NoteSignature,
    format_note,
    match_signatures,
    parse_note,
    sign_text,
    verify_note,
)

# From the text of C2SP signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
TEXT = b"one\n\ntwo\n"
SIGNED = format_note(Note(TEXT, (sign_text(TEXT, LOG),)))
LINE = SIGNED[len(TEXT) + 1 :]


def test_the_example_of_the_specification():
    key = parse_vkey(VKEY)
    assert format_vkey(key) == VKEY
    note = parse_note(EXAMPLE)
    assert verify_note(note, [key]) == (key,)
    assert format_note(note) == EXAMPLE
    changed = parse_note(EXAMPLE.replace(b"an example", b"no example"))
    assert code_of(verify_note, changed, [key]) == "tlog.signature-wrong"


def test_a_note_is_read_as_it_was_written():
    note = parse_note(SIGNED)
    assert note.text == TEXT
    assert verify_note(note, [LOG.key, WITNESS.key]) == (LOG.key,)


def line(name="a", data=b"1234s"):
    return f"— {name} {base64.b64encode(data).decode()}\n".encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "tlog.note"),
        (b"text\n", "tlog.note"),
        (b"text\n\n", "tlog.note"),
        (b"text\n" + LINE, "tlog.note"),
        (b"text\n\n" + LINE[:-1], "tlog.note"),
        (b"text\n\n" + LINE + b"\n", "tlog.note"),
        (b"text\r\n\r\n" + LINE, "tlog.not-text"),
        (b"te\txt\n\n" + LINE, "tlog.not-text"),
        (b"te\0xt\n\n" + LINE, "tlog.not-text"),
        (b"\xff\n\n" + LINE, "tlog.not-text"),
        (b"text\n\n" + LINE.replace("—".encode(), b"-"), "tlog.note"),
        (b"text\n\n" + LINE.replace("— ".encode(), "—  ".encode()), "tlog.note"),
        (b"text\n\n" + LINE.replace(b"\n", b" \n"), "tlog.note"),
        (b"text\n\n" + line("a+b"), "tlog.name"),
        (b"text\n\n" + line("a\u00a0b"), "tlog.name"),
        (b"text\n\n" + line("a\u2028b"), "tlog.name"),
        (b"text\n\n" + line("n" * 256), "tlog.name"),
        (b"text\n\n" + line("a", b"1234"), "tlog.note"),
        ("text\n\n— a MTIzNHN=\n".encode(), "tlog.base64"),
        ("text\n\n— a MTIzNHM\n".encode(), "tlog.base64"),
        ("text\n\n— a MTIz_Nw=\n".encode(), "tlog.base64"),
        (b"text\n\n" + line() * (MAX_SIGNATURES + 1), "tlog.note"),
        (b"x" * MAX_NOTE_BYTES, "tlog.too-large"),
    ],
)
def test_no_note(data, code):
    assert code_of(parse_note, data) == (code if len(data) != MAX_NOTE_BYTES else "tlog.note")


def test_sizes():
    assert code_of(parse_note, b"x" * (MAX_NOTE_BYTES + 1)) == "tlog.too-large"
    assert len(parse_note(b"text\n\n" + line() * MAX_SIGNATURES).signatures) == MAX_SIGNATURES


def test_the_last_empty_line_divides():
    note = parse_note(b"a\n\n\n" + LINE)
    assert note.text == b"a\n\n"
    assert parse_note(b"\n\n" + LINE).text == b"\n"


def test_unknown_signatures_are_ignored():
    stranger = NoteSignature("stranger", b"1234", b"any")
    same_name = NoteSignature(LOG.key.name, b"1234", b"any")
    same_id = NoteSignature("stranger", LOG.key.key_id, b"any")
    good = sign_text(TEXT, LOG)
    note = Note(TEXT, (stranger, same_name, same_id, stranger, good))
    assert verify_note(note, [LOG.key]) == (LOG.key,)
    assert code_of(verify_note, Note(TEXT, (stranger,)), [LOG.key]) == "tlog.signature-missing"
    assert code_of(verify_note, note, []) == "tlog.signature-missing"


def test_a_known_key_signs_once_and_well():
    good = sign_text(TEXT, LOG)
    bad = NoteSignature(good.name, good.key_id, bytes(64))
    assert code_of(verify_note, Note(TEXT, (good, bad)), [LOG.key]) == "tlog.signature-twice"
    assert code_of(verify_note, Note(TEXT, (good, good)), [LOG.key]) == "tlog.signature-twice"
    assert code_of(verify_note, Note(TEXT, (bad,)), [LOG.key]) == "tlog.signature-wrong"
    assert match_signatures(Note(TEXT, (good,)), [LOG.key, LOG.key]) == ((LOG.key, good),)


def test_only_plain_keys_sign_notes():
    assert code_of(sign_text, TEXT, LOG_PQ) == "tlog.key-kind"
    assert code_of(sign_text, b"no newline", LOG) == "tlog.note"


@pytest.mark.parametrize("key", [LOG.key, LOG_PQ.key, WITNESS.key], ids=["1", "6", "4"])
def test_a_key_is_read_as_it_was_written(key):
    text = format_vkey(key)
    assert parse_vkey(text) == key
    name, number, material = text.split("+", 2)
    assert code_of(parse_vkey, f"x{name}+{number}+{material}") == "tlog.vkey"
    assert code_of(parse_vkey, f"{name}+00000000+{material}") == "tlog.vkey"
    assert code_of(parse_vkey, f"{name}+{number}") == "tlog.vkey"
    assert code_of(parse_vkey, f"{name}+{number}+{material}=") == "tlog.base64"
    assert code_of(parse_vkey, text + " ") == "tlog.base64"
    assert code_of(parse_vkey, "\udcff" + text) == "tlog.name"
    if any(c in "abcdef" for c in number):
        assert code_of(parse_vkey, f"{name}+{number.upper()}+{material}") == "tlog.vkey"


def test_no_key():
    assert code_of(VerifierKey, "a", 2, bytes(33)) == "tlog.key-kind"
    assert code_of(VerifierKey, "a", ED25519, bytes(32)) == "ed25519.weak-key"
    assert code_of(VerifierKey, "a", ML_DSA_44, bytes(32)) == "tlog.key-size"
    assert code_of(VerifierKey, "", ED25519, LOG.key.public) == "tlog.name"
