"""Time stamps: tokens of an authority of our own, and of OpenSSL's, sound and spoilt."""

import hashlib
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.attestation.tsa import STAMPING, Authority

from ifthen.attestation.timestamp import parse_roots, read_token, verify_token
from ifthen.errors import Error

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
MESSAGE = b"log.example/aurora\n26\nroot\n"
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the command openssl is not here"
)


@pytest.fixture(scope="module")
def authority():
    return Authority()


def verify(data, *roots, message=MESSAGE):
    return verify_token(read_token(data, message), message, roots)


def test_a_token_gives_time_and_inaccuracy_and_root(authority):
    found = verify(authority.stamp(MESSAGE, AT, accuracy=30), authority.root)
    assert found.at == AT + timedelta(seconds=30)
    assert found.by == "CN=A time-stamping authority"


def test_a_token_over_other_bytes_is_refused(authority):
    with pytest.raises(Error) as caught:
        read_token(authority.stamp(MESSAGE + b"x", AT), MESSAGE)
    assert caught.value.code == "anchors.other"


def test_an_authority_that_nobody_named_is_no_fault_and_never_verified(authority):
    stranger = Authority("A stranger")
    for roots in ((), (authority.root,)):
        with pytest.raises(Error) as caught:
            verify(stranger.stamp(MESSAGE, AT), *roots)
        assert caught.value.code == "anchors.no-root"


def spoil(how, authority):
    """Return a token that claims to be of the authority and is not what it should be."""
    fake = Authority()  # the same name, another key
    if how == "another root of the same name":
        return fake.stamp(MESSAGE, AT)
    if how == "signed by another key":
        return authority.stamp(MESSAGE, AT, key=fake.key)
    if how == "one byte of the time":
        return authority.stamp(MESSAGE, AT).replace(b"20261122", b"20261022")
    wrong = {
        "a certificate for servers": {"usage": (x509.ExtendedKeyUsageOID.SERVER_AUTH,)},
        "a certificate without a purpose": {"usage": ()},
        "a purpose that is not critical": {"critical": False},
        "a certificate that had run out": {"begins": AT - timedelta(days=30), "days": 20},
        "a certificate that was not valid yet": {"begins": AT + timedelta(days=1)},
    }[how]
    signer = Authority.__new__(Authority)
    signer.__dict__ = dict(authority.__dict__)
    signer.certificate = authority.certify(**wrong)
    return signer.stamp(MESSAGE, AT)


@pytest.mark.parametrize(
    "how",
    [
        "another root of the same name",
        "signed by another key",
        "one byte of the time",
        "a certificate for servers",
        "a certificate without a purpose",
        "a purpose that is not critical",
        "a certificate that had run out",
        "a certificate that was not valid yet",
    ],
)
def test_a_spoilt_token_of_a_named_authority_fails(how, authority):
    with pytest.raises(Error) as caught:
        verify(spoil(how, authority), authority.root)
    assert caught.value.code == "anchors.signature", caught.value


def test_a_certificate_that_has_run_out_since_is_good(authority):
    signer = Authority(begins=AT - timedelta(days=1), days=2)
    assert verify(signer.stamp(MESSAGE, AT), signer.root).at == AT


@pytest.mark.parametrize(
    "data",
    [b"", b"no token", b"\x30\x03\x02\x01\x00", b"\x30" * 70_000],
    ids=["nothing", "text", "no status", "too long"],
)
def test_what_is_no_token_is_refused(data):
    with pytest.raises(Error) as caught:
        read_token(data, MESSAGE)
    assert caught.value.code == "anchors.token"


def test_a_refusal_and_a_weak_digest_are_no_tokens(authority):
    sha1 = ("1.3.14.3.2.26", b"\0" * 20)
    for data in (
        authority.stamp(MESSAGE, AT, status=2),
        authority.stamp(MESSAGE, AT, digest=sha1),
    ):
        with pytest.raises(Error) as caught:
            read_token(data, MESSAGE)
        assert caught.value.code == "anchors.token"


def test_a_token_cut_or_changed_anywhere_is_a_coded_error_or_the_same_token(authority):
    data = authority.stamp(MESSAGE, AT)
    for at in range(0, len(data), 7):
        for changed in (data[:at], data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]):
            try:
                found = verify(changed, authority.root)
            except Error as error:
                assert error.code.startswith("anchors."), error
            else:
                assert found.at == AT  # a byte that nobody signs, such as a text of the status


def test_a_damaged_certificate_is_a_coded_error(authority):
    """Found by fuzzing: another version, and a name of which a tag is changed."""
    leaf = authority.certificate.public_bytes(Encoding.DER)
    other = leaf.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x42", 1)
    name = authority.name.public_bytes()
    tagged = leaf.replace(name, name[:2] + b"\x6c" + name[3:], 1)
    assert leaf not in (other, tagged)
    for damaged in (other, tagged):
        with pytest.raises(Error) as caught:
            read_token(authority.stamp(MESSAGE, AT, certificates=[damaged]), MESSAGE)
        assert caught.value.code == "anchors.token"
    with pytest.raises(Error) as caught:
        parse_roots(other)
    assert caught.value.code == "anchors.roots"


def test_who_lacks_the_library_is_told_what_to_install(authority, monkeypatch):
    data = authority.stamp(MESSAGE, AT)
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(Error) as caught:
        read_token(data, MESSAGE)
    assert caught.value.code == "anchors.no-library"
    assert "ifthen[anchors]" in caught.value.hint


def test_roots_are_certificates(authority):
    assert parse_roots(authority.pem * 2) == (authority.root,) * 2
    assert parse_roots(authority.root.public_bytes(Encoding.DER)) == (authority.root,)
    for data in (b"", b"x", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Error) as caught:
            parse_roots(data)
        assert caught.value.code == "anchors.roots"


CONFIG = """
[tsa]
default_tsa = t
[t]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def run(*arguments, cwd):
    done = subprocess.run(["openssl", *arguments], cwd=cwd, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_openssl
def test_a_token_of_openssl_is_read_and_ours_by_openssl(authority, tmp_path):
    """The request is the one that ``ifthen log anchor`` prints."""
    now = datetime.fromtimestamp(int(tmp_path.stat().st_mtime), UTC)
    peer = Authority(begins=now - timedelta(days=1))
    assert (
        STAMPING in peer.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    )
    (tmp_path / "signer.pem").write_bytes(peer.certificate.public_bytes(Encoding.PEM))
    pem = peer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "root.pem").write_bytes(peer.pem)
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "tsa.cnf").write_text(CONFIG.format(folder=tmp_path))
    digest = hashlib.sha256(MESSAGE).hexdigest()
    run("ts", "-query", "-digest", digest, "-sha256", "-cert", "-out", "q", cwd=tmp_path)
    run(
        "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q", "-signer", "signer.pem",
        "-inkey", "key.pem", "-out", "theirs.tsr", cwd=tmp_path,
    )  # fmt: skip
    found = verify((tmp_path / "theirs.tsr").read_bytes(), peer.root)
    assert abs(found.at - now) < timedelta(minutes=10)
    (tmp_path / "ours.tsr").write_bytes(peer.stamp(MESSAGE, now))
    said = run(
        "ts", "-verify", "-digest", digest, "-in", "ours.tsr", "-CAfile", "root.pem", cwd=tmp_path
    )
    assert b"OK" in said
