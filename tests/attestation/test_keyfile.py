"""Key files: round trips, passphrases, permissions, and any bytes."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifthen.attestation.keyfile import (
    MAX_BYTES,
    format_key,
    is_protected,
    parse_key,
    read_key_file,
    read_public_line,
    write_key_file,
)
from ifthen.attestation.keys import format_public_key, make_signer
from ifthen.encoding.canonical import format_canonical
from ifthen.errors import Error

SIGNER = make_signer(bytes([5]) * 32, comment="R. Marsh")
PLAIN = format_key(SIGNER)


def counted(size: int) -> bytes:
    return bytes(range(size))


SEALED = format_key(SIGNER, passphrase="hush", random_bytes=counted, log_n=4)  # noqa: S106


def code_of(call, *args, **kwargs):
    with pytest.raises(Error) as caught:
        call(*args, **kwargs)
    return caught.value.code


def never() -> str:
    raise AssertionError("nobody is to be asked")


def test_plain():
    assert parse_key(PLAIN, never) == SIGNER
    assert not is_protected(PLAIN)
    assert read_public_line(PLAIN) == format_public_key(SIGNER.public)


def test_sealed():
    assert parse_key(SEALED, lambda: "hush") == SIGNER
    assert is_protected(SEALED)
    assert SIGNER.seed not in SEALED and b"BQUF" not in SEALED
    assert code_of(parse_key, SEALED, lambda: "Hush") == "attestation.passphrase"
    assert code_of(parse_key, SEALED) == "attestation.passphrase"
    assert code_of(format_key, SIGNER, passphrase="") == "attestation.passphrase"


def test_the_seal_covers_the_rest():
    tree = json.loads(SEALED)
    other = format_public_key(make_signer(bytes([6]) * 32).public)
    for key, value in (("public", other), ("log_n", 5), ("salt", tree["salt"][::-1])):
        data = format_canonical(tree | {key: value})
        assert code_of(parse_key, data, lambda: "hush") in (
            "attestation.passphrase",
            "attestation.wire",
        )
    assert code_of(parse_key, format_canonical(tree | {"log_n": 30}), never) == (
        "attestation.key-file"
    )


def test_a_public_key_of_somebody_else():
    other = format_public_key(make_signer(bytes([6]) * 32).public)
    data = format_canonical(json.loads(PLAIN) | {"public": other})
    assert code_of(parse_key, data) == "attestation.key-file"


def test_an_ssh_key_stays_where_it_is():
    ssh = make_signer(bytes([5]) * 32, scheme="ssh-ed25519")
    assert code_of(format_key, ssh) == "attestation.key-scheme"
    data = format_canonical(json.loads(PLAIN) | {"public": format_public_key(ssh.public)})
    assert code_of(parse_key, data) == "attestation.key-scheme"


@given(st.binary(min_size=32, max_size=32), st.text(min_size=1, max_size=9))
@settings(max_examples=20)
def test_format_and_parse_are_inverses(seed, passphrase):
    signer = make_signer(seed)
    assert parse_key(format_key(signer)) == signer
    sealed = format_key(signer, passphrase=passphrase, random_bytes=counted, log_n=2)
    assert parse_key(sealed, lambda: passphrase) == signer


@given(st.data())
def test_any_bytes_are_a_key_or_a_coded_error(data):
    whole = data.draw(st.sampled_from([PLAIN, SEALED, b"-----BEGIN OPENSSH PRIVATE KEY-----\n"]))
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=30))
    for candidate in (whole[:at] + junk + whole[at + len(junk) :], junk):
        try:
            found = parse_key(candidate, lambda: "hush")
        except Error as error:
            assert error.code.split(".")[0] in ("attestation", "ed25519")
            continue
        assert found.public.key == SIGNER.public.key


def test_other_ssh_keys():
    from cryptography.hazmat.primitives.asymmetric.ec import (  # noqa: PLC0415
        SECP256R1,
        generate_private_key,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    data = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    assert code_of(parse_key, data) == "attestation.key-scheme"


@given(st.data())
def test_a_mangled_ssh_key_is_refused_with_a_code(data):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = Ed25519PrivateKey.from_private_bytes(SIGNER.seed)
    whole = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    assert parse_key(whole).public.key == SIGNER.public.key
    at = data.draw(st.integers(36, len(whole) - 1))
    other = whole[:at] + data.draw(st.binary(min_size=1, max_size=2)) + whole[at + 1 :]
    try:
        parse_key(other, lambda: "hush")
    except Error as error:
        assert error.code.startswith("attestation.")


def test_bcrypt_is_named_where_it_is_missing(monkeypatch):
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    def refuse(data, password):
        raise TypeError if password is None else UnsupportedAlgorithm("Need bcrypt module")

    monkeypatch.setattr(serialization, "load_ssh_private_key", refuse)
    data = b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
    assert code_of(parse_key, data, lambda: "x") == "attestation.no-bcrypt"


def test_written_for_its_owner_only_and_never_over_another(tmp_path):
    path = tmp_path / "key"
    write_key_file(path, PLAIN)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key_file(path) == PLAIN
    assert code_of(write_key_file, path, b"") == "file.exists"
    assert code_of(write_key_file, tmp_path / "no" / "key", b"") == "file.unwritable"
    assert code_of(read_key_file, tmp_path / "none") == "file.missing"
    assert code_of(read_key_file, tmp_path) == "file.unreadable"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_a_file_that_others_can_read_or_write(tmp_path, mode):
    path = tmp_path / "key"
    write_key_file(path, PLAIN)
    path.chmod(mode)
    assert code_of(read_key_file, path) == "attestation.key-permissions"


def test_a_pipe_and_a_large_file(tmp_path):
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe", 0o600)
        assert code_of(read_key_file, tmp_path / "pipe") == "file.unreadable"
    write_key_file(tmp_path / "large", bytes(MAX_BYTES + 1))
    assert code_of(read_key_file, tmp_path / "large") == "file.too-large"
