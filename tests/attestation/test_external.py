"""Keys in tokens, reached through securesystemslib; test_key_services.py has those in clouds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.attestation.people import signer

from ifthen.attestation.envelope import sign_envelope, verify_envelope
from ifthen.attestation.external import ExternalSigner, open_signer
from ifthen.attestation.keys import PublicKey, format_public_key, parse_public_key, read_pem
from ifthen.encoding import p256
from ifthen.errors import Error

SOFTHSM = next(iter(Path("/usr").glob("l*/softhsm/libsofthsm2.so")), None)


def code_of(function, *args, **kwargs) -> str:
    with pytest.raises(Error) as caught:
        function(*args, **kwargs)
    return caught.value.code


@pytest.fixture(scope="module")
def local():
    """Return a key of P-256 of securesystemslib's own, and our public key for it."""
    crypto = pytest.importorskip("securesystemslib.signer").CryptoSigner.generate_ecdsa()
    return crypto, read_pem(crypto.public_key.keyval["public"].encode(), "token")


def test_a_signature_of_another_library_fits_ours(local):
    crypto, public = local
    mine = ExternalSigner(public, crypto)
    envelope = sign_envelope(b'{"a":1}', [mine, signer(1)])
    assert verify_envelope(envelope, [public]).key_ids == (public.id,)
    assert verify_envelope(envelope, [public, signer(1).public]).key_ids == (
        public.id,
        signer(1).key_id,
    )
    assert code_of(public.verify, b"other", mine.sign(b"this")) == "attestation.signature"
    for wrong in (b"", b"\0" * 72, mine.sign(b"this")[:-1], mine.sign(b"this") + b"\0"):
        assert code_of(public.verify, b"this", wrong) == "attestation.signature"


def test_lines_and_pem_give_the_key_back(local):
    _, public = local
    line = format_public_key(public)
    assert line.startswith("ecdsa-p256 ") and line.endswith(" token")
    assert parse_public_key(line) == public
    assert read_pem(p256.format_pem(public.key), "token") == public


def test_a_key_that_answers_for_another_is_refused(local):
    crypto, _ = local
    other = signer(1).public
    assert code_of(ExternalSigner(other, crypto).sign, b"x") == "attestation.signature"


@pytest.mark.parametrize(
    "point", [b"", b"\x04" * 65, b"\x04" + b"\0" * 64, b"\x02" + b"\x01" * 32, b"\0"], ids=len
)
def test_points_that_are_no_keys(point):
    assert code_of(PublicKey, "ecdsa-p256", point) == "p256.key"


def test_keys_of_other_kinds(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
    )

    def pem(private):
        return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    assert code_of(read_pem, pem(ec.generate_private_key(ec.SECP384R1()))) == "attestation.key-pem"
    assert code_of(read_pem, pem(rsa.generate_private_key(65537, 2048))) == "attestation.key-pem"
    assert code_of(read_pem, b"-----BEGIN PUBLIC KEY-----\nx\n") == "attestation.key-pem"
    found = read_pem(pem(ed25519.Ed25519PrivateKey.generate()))
    assert found.scheme == "ifthen-ed25519"
    assert code_of(open_signer, "hsm:2", signer_ssh()) == "attestation.key-scheme"


def signer_ssh() -> PublicKey:
    from ifthen.attestation.keys import make_signer  # noqa: PLC0415

    return make_signer(bytes([5]) * 32, scheme="ssh-ed25519").public


def test_addresses_that_lead_nowhere(local):
    _, public = local
    assert code_of(open_signer, "nowhere:1", public) == "attestation.external"
    assert code_of(open_signer, "hsm:x?", public) == "attestation.external"


def test_without_the_extra_it_says_what_to_install(local, monkeypatch):
    monkeypatch.setitem(sys.modules, "securesystemslib.signer", None)
    with pytest.raises(Error) as caught:
        open_signer("hsm:2", local[1])
    assert (caught.value.code, caught.value.hint) == (
        "attestation.no-signers",
        "pip install 'ifthen[signers]'",
    )


@pytest.mark.skipif(
    SOFTHSM is None or shutil.which("softhsm2-util") is None, reason="SoftHSM2 is not installed"
)
def test_a_key_in_a_token(tmp_path, monkeypatch):
    """Through PKCS#11, in SoftHSM2: the private key never leaves it."""
    pkcs11 = pytest.importorskip("pkcs11")
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415
    from securesystemslib.signer import HSMSigner  # noqa: PLC0415

    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    monkeypatch.setenv("PYKCS11LIB", str(SOFTHSM))
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "ifthen", "--pin", "1234",
         "--so-pin", "12345678"],
        check=True, capture_output=True, env=os.environ,
    )  # fmt: skip
    token = pkcs11.lib(str(SOFTHSM)).get_token(token_label="ifthen")  # noqa: S106 - a label
    with token.open(rw=True, user_pin="1234") as session:
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC,
            {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")},
            local=True,
        )
        parameters.generate_keypair(store=True, id=b"\x02", label="sign")
    address, key = HSMSigner.import_(2, "ifthen", lambda secret: "1234")
    public = read_pem(key.keyval["public"].encode())
    mine = open_signer(address, public, lambda secret: "1234")
    envelope = sign_envelope(b'{"a":1}', [mine])
    assert verify_envelope(envelope, [public]).key_ids == (public.id,)
    wrong = open_signer(address, public, lambda secret: "4321")
    assert code_of(wrong.sign, b"x") == "attestation.external"
