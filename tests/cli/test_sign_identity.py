"""``ifthen keys`` and ``ifthen sign`` for who signs by identity, with a Sigstore of our own."""

import datetime as clock
import json

import pytest
from tests.attestation.sigstore_world import ADA, ISSUER, Sigstore, configuration, serving, token
from tests.cli.signing import DAY, add_people

from ifthen.attestation.keyfile import read_key_file

sign_library = pytest.importorskip("sigstore.sign")


MADE = ("--made-on", DAY)
NOW = clock.datetime(2026, 12, 1, 0, 5, tzinfo=clock.UTC)


class Fixed(clock.datetime):
    """The library asks whether the certificate ran out; that of the test is of the test's day."""

    @classmethod
    def now(cls, tz=None):
        return NOW.astimezone(tz)


def test_from_the_line_to_the_open_gate(ifthen, aurora, tmp_path, monkeypatch):
    monkeypatch.setattr(sign_library, "datetime", Fixed)
    sigstore = Sigstore()
    keys = add_people(aurora)
    assert read_key_file(keys / "lind")
    decided, line = tmp_path / "decision.json", tmp_path / "lind.pub"
    named = ifthen("keys", "identity", ISSUER, ADA)
    line.write_text(named.out.splitlines()[0] + "\n")
    assert line.read_text() == f"sigstore {ISSUER} {ADA}\n"
    assert ifthen("keys", "show", line).out == named.out
    root_file = tmp_path / "trusted_root.json"
    root_file.write_text(json.dumps(json.loads(sigstore.trusted_root()), indent=2) + "\n")
    day = ("--from", "2026-11-30")
    assert ifthen("keys", "rotate", "lind", line, "-C", aurora, *day).code == 0
    assert ifthen("keys", "root", root_file, "-C", aurora, *day).code == 0
    listed = ifthen("keys", "list", "-C", aurora, "--on", DAY, "--json").json["people"]
    (mine,) = [x["keys"] for x in listed if x["person"] == "lind"]
    assert [(x["state"], x["identity"]) for x in mine] == [
        ("ended on 2026-11-30", None),
        ("counts", f"sigstore {ISSUER} {ADA}"),
    ]
    assert ifthen("decide", "aurora-1", "-C", aurora, "--on", DAY, *MADE, "-o", decided).code == 0
    with serving(sigstore, lambda: NOW) as url:
        services = tmp_path / "trust_config.json"
        services.write_text(configuration(sigstore, url))
        words = (
            "sign", decided, "-C", aurora, "--gate", "store-weights", "--role", "security-lead",
            "--signer", f"sigstore:{services}", "--public", line, *MADE,
        )  # fmt: skip
        monkeypatch.setattr("sigstore.oidc.detect_credential", lambda: None)
        assert ifthen(*words, "--json").error_codes == ["attestation.no-token"]
        monkeypatch.setenv("IFTHEN_SIGSTORE_TOKEN", token("bo@example.com"))
        assert ifthen(*words, "--json").error_codes == ["attestation.identity"]
        monkeypatch.setenv("IFTHEN_SIGSTORE_TOKEN", token())
        signed = ifthen(*words)
    assert (signed.code, signed.err) == (0, "")
    assert signed.out.startswith("lind approves store-weights of aurora-1 as security-lead\n")
    assert ifthen("gate", "aurora-1", "store-weights", "-C", aurora, *MADE).code == 0
    assert ifthen("check", "-C", aurora, "--on", DAY).code == 0


def test_a_line_and_an_address_have_to_go_together(ifthen, aurora, tmp_path):
    line = tmp_path / "ada.pub"
    line.write_text(f"sigstore {ISSUER} {ADA}\n")
    words = ("sign", tmp_path / "x", "-C", aurora, "--role", "security-lead", "--public", line)
    for address in ("hsm:2", "sigstor:x"):
        assert ifthen(*words, "--signer", address).code == 1
    keeper = ("--keeper", f"Ada={line}", "--expires", "2027-01-01")
    assert "not by identity" in ifthen("keys", "release", "-C", aurora, *keeper).err
