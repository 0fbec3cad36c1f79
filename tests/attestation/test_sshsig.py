"""SSH signatures: strict forms, and ssh-keygen as the peer in both directions."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.attestation.keyfile import parse_key
from ifthen.attestation.keys import FileSigner, format_public_key, make_signer, parse_public_key
from ifthen.attestation.sshsig import (
    NAMESPACE,
    SshSignature,
    encode_signed,
    format_armored,
    format_sshsig,
    parse_armored,
    parse_sshsig,
)
from ifthen.attestation.wire import pack_string
from ifthen.errors import Error

SIGNER = make_signer(bytes([7]) * 32, scheme="ssh-ed25519")
SIGNATURE = parse_sshsig(SIGNER.sign(b"message"))

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)


def keygen(folder, *arguments, text=b""):
    return subprocess.run(
        ["ssh-keygen", *arguments], cwd=folder, input=text, capture_output=True, check=False
    )


def sealed(raw: bytes) -> SshSignature:
    return SshSignature(SIGNER.public.wire, NAMESPACE, "sha512", raw)


def code_of(call, *args):
    with pytest.raises(Error) as caught:
        call(*args)
    return caught.value.code


@needs_ssh_keygen
def test_ssh_keygen_verifies_ours(tmp_path):
    signer: FileSigner = SIGNER
    (tmp_path / "allowed").write_text(f"me@example.org {format_public_key(signer.public)}\n")
    (tmp_path / "sig").write_text(format_armored(parse_sshsig(signer.sign(b"decision"))))
    verify = ("-Y", "verify", "-f", "allowed", "-I", "me@example.org", "-s", "sig")
    assert keygen(tmp_path, *verify, "-n", NAMESPACE, text=b"decision").returncode == 0
    assert keygen(tmp_path, *verify, "-n", NAMESPACE, text=b"decisiom").returncode != 0
    assert keygen(tmp_path, *verify, "-n", "file", text=b"decision").returncode != 0


@needs_ssh_keygen
@pytest.mark.parametrize("passphrase", ["", "a passphrase"])
def test_we_verify_those_of_ssh_keygen(tmp_path, passphrase):
    keygen(tmp_path, "-q", "-t", "ed25519", "-N", passphrase, "-C", "me", "-f", "key")
    public = parse_public_key((tmp_path / "key.pub").read_text().removesuffix("\n"))
    (tmp_path / "file").write_bytes(b"decision")
    if not passphrase:
        keygen(tmp_path, "-Y", "sign", "-n", NAMESPACE, "-f", "key", "file")
        armored = (tmp_path / "file.sig").read_text()
        public.verify(b"decision", format_sshsig(parse_armored(armored)))
        assert code_of(public.verify, b"other", format_sshsig(parse_armored(armored))) == (
            "attestation.signature"
        )
        keygen(tmp_path, "-Y", "sign", "-n", "file", "-f", "key", "file", text=b"y\n")
        other = format_sshsig(parse_armored((tmp_path / "file.sig").read_text()))
        assert code_of(public.verify, b"decision", other) == "attestation.signature"
    signer = parse_key((tmp_path / "key").read_bytes(), lambda: passphrase)
    assert signer.key_id == public.id
    public.verify(b"x", signer.sign(b"x"))


@needs_ssh_keygen
def test_the_id_is_the_fingerprint(tmp_path):
    import base64  # noqa: PLC0415

    (tmp_path / "key.pub").write_text(format_public_key(SIGNER.public) + "\n")
    shown = keygen(tmp_path, "-l", "-f", "key.pub").stdout.decode().split()[1]
    raw = base64.b64decode(shown.removeprefix("SHA256:") + "=")
    assert SIGNER.key_id == f"sha256:{raw.hex()}"


def test_parse_and_format_are_inverses():
    assert parse_sshsig(format_sshsig(SIGNATURE)) == SIGNATURE
    assert parse_armored(format_armored(SIGNATURE)) == SIGNATURE
    assert SIGNATURE.namespace == NAMESPACE


def test_a_raw_signature_of_the_same_key_is_none():
    raw = make_signer(bytes([7]) * 32).sign(b"message")
    assert code_of(SIGNER.public.verify, b"message", raw) == "attestation.signature"
    hashed = encode_signed(b"message", namespace=NAMESPACE, hash_name="sha512")
    whole = format_sshsig(sealed(make_signer(bytes([7]) * 32).sign(hashed)))
    SIGNER.public.verify(b"message", whole)


def test_both_hashes():
    for name in ("sha256", "sha512"):
        raw = make_signer(bytes([7]) * 32).sign(
            encode_signed(b"m", namespace=NAMESPACE, hash_name=name)
        )
        found = SshSignature(SIGNER.public.wire, NAMESPACE, name, raw)
        SIGNER.public.verify(b"m", format_sshsig(found))


def parts(*fields: bytes, version=1, magic=b"SSHSIG") -> bytes:
    return magic + version.to_bytes(4, "big") + b"".join(map(pack_string, fields))


KEY, SPACE = SIGNER.public.wire, NAMESPACE.encode()
INNER = pack_string(b"ssh-ed25519") + pack_string(bytes(64))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SSHSIG",
        parts(KEY, SPACE, b"", b"sha512", INNER, magic=b"SSHSIH"),
        parts(KEY, SPACE, b"", b"sha512", INNER, version=2),
        parts(KEY, SPACE, b"", b"md5", INNER),
        parts(KEY, SPACE, b"x", b"sha512", INNER),
        parts(KEY, SPACE, b"", b"sha512"),
        parts(KEY, SPACE, b"", b"sha512", INNER, b""),
        parts(KEY, b"\xff", b"", b"sha512", INNER),
        parts(KEY, SPACE, b"", b"sha512", pack_string(b"ssh-rsa") + pack_string(bytes(64))),
        parts(KEY, SPACE, b"", b"sha512", pack_string(b"ssh-ed25519") + pack_string(bytes(63))),
        parts(KEY, SPACE, b"", b"sha512", INNER) + b"\0",
        parts(KEY, SPACE, b"", b"sha512", INNER)[:-1],
        b"SSHSIG\0\0\0\1" + b"\xff" * 12,
    ],
)
def test_what_is_none(data):
    assert code_of(parse_sshsig, data) in ("attestation.sshsig", "attestation.wire")


def test_armored_in_another_spelling():
    text = format_armored(SIGNATURE)
    for other in (
        text.rstrip("\n"),
        text + "\n",
        text.replace("\n", "\r\n"),
        text.replace("\n", "\n\n", 2),
        text.replace("BEGIN SSH", "BEGIN PGP"),
        text.replace("\n", "", 2).replace("-----", "-----\n", 1),
        "",
    ):
        assert code_of(parse_armored, other) in ("attestation.sshsig", "attestation.wire")


@given(st.data())
def test_any_bytes_are_a_signature_or_a_coded_error(data):
    whole = format_sshsig(SIGNATURE)
    at = data.draw(st.integers(0, len(whole)))
    other = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 1 :]
    for candidate in (other, data.draw(st.binary(max_size=90))):
        try:
            found = parse_sshsig(candidate)
        except Error as error:
            assert error.code in ("attestation.sshsig", "attestation.wire")
            continue
        assert format_sshsig(found) == candidate
        if candidate != whole:
            assert code_of(SIGNER.public.verify, b"message", candidate) == "attestation.signature"


@given(st.text(max_size=60))
def test_any_text_is_a_coded_error(text):
    armored = f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n"
    assert code_of(parse_armored, armored) in ("attestation.sshsig", "attestation.wire")
