"""Signatures by identity: what Sigstore's library says of bundles of a Sigstore of our own."""

import base64
import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.attestation.people import load, person
from tests.attestation.people import signer as key_signer
from tests.attestation.sigstore_world import (
    ADA,
    AT,
    ISSUER,
    Sigstore,
    b64,
    configuration,
    serving,
    token,
)
from tests.attestation.trust import EXPIRES, FIRST, entry, first, following, keeper

from ifthen.attestation import identity
from ifthen.attestation.envelope import sign_envelope, verify_envelope
from ifthen.attestation.identity import (
    MAX_BUNDLE_BYTES,
    Identity,
    RootOnDays,
    format_identity,
    parse_identity,
    parse_signatory,
)
from ifthen.attestation.identity_signing import IdentitySigner, open_identity
from ifthen.attestation.pae import decode_pae, encode_pae
from ifthen.attestation.roles import TrustedRoot, check_people, make_register
from ifthen.attestation.statement import (
    PAYLOAD_TYPE,
    format_statement,
    make_statement,
    make_subject,
)
from ifthen.attestation.trust import Keeper, verify_versions
from ifthen.attestation.trust_making import make_version
from ifthen.encoding.canonical import format_canonical
from ifthen.errors import Error, Problems

MESSAGE = encode_pae(PAYLOAD_TYPE, b'{"a":1}')
DAY = date(2026, 1, 1)
pytest.importorskip("sigstore")


@pytest.fixture(scope="module")
def sigstore():
    return Sigstore()


@pytest.fixture(scope="module")
def ada(sigstore):
    return Identity(ISSUER, ADA).believing([RootOnDays(sigstore.trusted_root(), DAY)])


def refusal(function, *args, **kwargs) -> Error:
    with pytest.raises(Error) as caught:
        function(*args, **kwargs)
    return caught.value


def test_a_bundle_by_the_identity_says_when_it_was_signed(sigstore, ada):
    bundle = format_canonical(sigstore.sign(MESSAGE))
    assert ada.verify(MESSAGE, bundle) == AT
    assert refusal(ada.verify, MESSAGE + b" ", bundle).code == "attestation.signature"


@pytest.mark.parametrize(
    "who",
    [
        {"subject": "bo@example.com"},
        {"subject": "ada@example.com.evil.org"},
        {"subject": "https://example.com/ada@example.com"},
        {"issuer": "https://accounts.example.com.evil.org"},
        {"issuer": "https://accounts.example.com/"},
    ],
    ids=str,
)
def test_somebody_else(sigstore, ada, who):
    """The same certificate authority vouches for everybody: issuer and subject have to be exact."""
    fault = refusal(ada.verify, MESSAGE, format_canonical(sigstore.sign(MESSAGE, **who)))
    assert fault.code == "attestation.signature"


def test_another_sigstore_vouches_for_nobody(ada):
    fault = refusal(ada.verify, MESSAGE, format_canonical(Sigstore().sign(MESSAGE)))
    assert fault.code == "attestation.signature"


def test_the_certificate_had_run_out(sigstore, ada):
    assert ada.verify(MESSAGE, format_canonical(sigstore.sign(MESSAGE, late=9)))
    late = format_canonical(sigstore.sign(MESSAGE, late=11))
    assert refusal(ada.verify, MESSAGE, late).code == "attestation.signature"


def _flip(text: str) -> str:
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return b64(bytes(data))


SPOILT = {
    "time": lambda b, e: e.update(integratedTime=str(int(e["integratedTime"]) + 60)),
    "promise": lambda b, e: e["inclusionPromise"].update(
        signedEntryTimestamp=_flip(e["inclusionPromise"]["signedEntryTimestamp"])
    ),
    "no time at all": lambda b, e: e.pop("inclusionPromise"),
    "no entry": lambda b, e: b["verificationMaterial"].update(tlogEntries=[]),
    "two entries": lambda b, e: b["verificationMaterial"].update(tlogEntries=[e, e]),
    "proof": lambda b, e: e["inclusionProof"]["hashes"].append(e["inclusionProof"]["rootHash"]),
    "root": lambda b, e: e["inclusionProof"].update(
        rootHash=_flip(e["inclusionProof"]["rootHash"])
    ),
    "checkpoint": lambda b, e: e["inclusionProof"]["checkpoint"].update(
        envelope=e["inclusionProof"]["checkpoint"]["envelope"].replace("\n2\n", "\n3\n")
    ),
    "body": lambda b, e: e.update(canonicalizedBody=_flip(e["canonicalizedBody"])),
    "certificate": lambda b, e: b["verificationMaterial"]["certificate"].update(
        rawBytes=_flip(b["verificationMaterial"]["certificate"]["rawBytes"])
    ),
    "signature": lambda b, e: b["dsseEnvelope"]["signatures"][0].update(
        sig=_flip(b["dsseEnvelope"]["signatures"][0]["sig"])
    ),
    "payload": lambda b, e: b["dsseEnvelope"].update(payload=b64(b'{"a":2}')),
    "type": lambda b, e: b["dsseEnvelope"].update(payloadType="text/plain"),
    "version": lambda b, e: b.update(mediaType=b["mediaType"].replace("v0.3", "v0.2")),
    "no envelope": lambda b, e: b.pop("dsseEnvelope"),
    "envelope is text": lambda b, e: b.update(dsseEnvelope="x"),
    "too long": lambda b, e: b.update(more="x" * MAX_BUNDLE_BYTES),
}


@pytest.mark.parametrize("name", SPOILT)
def test_whatever_is_changed_in_a_bundle_is_seen(sigstore, ada, name):
    bundle = sigstore.sign(MESSAGE)
    SPOILT[name](bundle, bundle["verificationMaterial"]["tlogEntries"][0])
    assert refusal(ada.verify, MESSAGE, format_canonical(bundle)).code == "attestation.signature"


def test_a_key_that_only_the_library_reads_moves_no_time(sigstore, ada):
    """The library reads names in two spellings; by the second one it could take another time."""
    bundle = sigstore.sign(MESSAGE)
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    entry["inclusion_promise"] = entry.pop("inclusionPromise")
    data = format_canonical(bundle)
    assert pytest.importorskip("sigstore.models").Bundle.from_json(data)  # sound to the library
    root = ada.roots[0].text
    fault = identity._find_fault(root, data, (ISSUER, ADA), MESSAGE)
    assert fault == "the library reads another bundle in it"
    assert refusal(ada.verify, MESSAGE, data).code == "attestation.signature"


def test_a_certificate_that_no_log_of_certificates_has_seen(sigstore, ada):
    other = Sigstore()
    other.ca_key, other.log_key, other.ca = sigstore.ca_key, sigstore.log_key, sigstore.ca
    bundle = format_canonical(other.sign(MESSAGE))
    fault = refusal(ada.verify, MESSAGE, bundle)
    assert fault.code == "attestation.signature" and "SCT" in fault.message


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"a": 1}', b'{"mediaType":1}'], ids=repr
)
def test_what_is_no_bundle(ada, data):
    assert refusal(ada.verify, MESSAGE, data).code == "attestation.signature"


def test_a_bundle_in_a_second_spelling(sigstore, ada):
    """Two readers could see two things in it: one keeps the first of two keys, one the last."""
    data = format_canonical(sigstore.sign(MESSAGE))
    assert refusal(ada.verify, MESSAGE, data + b"\n").code == "attestation.signature"
    twice = data[:-1] + b',"mediaType":"x"}'
    assert refusal(ada.verify, MESSAGE, twice).code == "attestation.signature"


def test_a_root_counts_on_its_days(sigstore, ada):
    bundle = format_canonical(sigstore.sign(MESSAGE))
    day, root = AT.date(), sigstore.trusted_root()
    for begins, ends, code in (
        (day, None, None),
        (day, day + timedelta(1), None),
        (day + timedelta(1), None, "attestation.no-root"),
        (DAY, day, "attestation.no-root"),
    ):
        mine = ada.believing([RootOnDays(root, begins, ends)])
        if code is None:
            assert mine.verify(MESSAGE, bundle) == AT
        else:
            assert refusal(mine.verify, MESSAGE, bundle).code == code
    assert refusal(ada.believing([]).verify, MESSAGE, bundle).code == "attestation.no-root"
    both = ada.believing([RootOnDays(Sigstore().trusted_root(), DAY), RootOnDays(root, DAY)])
    assert both.verify(MESSAGE, bundle) == AT


def test_without_the_library_nothing_is_valid_and_it_says_what_to_install(
    sigstore, ada, monkeypatch
):
    bundle = format_canonical(sigstore.sign(MESSAGE, at=AT + timedelta(seconds=1)))
    monkeypatch.setitem(sys.modules, "sigstore.models", None)
    fault = refusal(ada.verify, MESSAGE, bundle)
    assert (fault.code, fault.hint) == (
        "attestation.no-sigstore",
        "pip install 'ifthen[sigstore]'",
    )
    fault = refusal(open_identity, None, ada, lambda trusted: "")
    assert fault.code == "attestation.no-sigstore"


word = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


@given(word, word)
def test_a_line_gives_the_identity_back(host, subject):
    identity = Identity(f"https://{host}", subject)
    assert parse_signatory(format_identity(identity)) == identity
    assert identity.id.startswith("sha256:")


@pytest.mark.parametrize(
    "line",
    [
        "sigstore",
        "sigstore https://a",
        "sigstore https://a b c",
        "sigstore http://a b",
        "sigstore https://a  b",
        "sigstore https://a é",
        f"sigstore https://a {'b' * 300}",
    ],
    ids=str,
)
def test_lines_that_name_nobody(line):
    assert refusal(parse_identity, line).code == "attestation.identity"
    assert refusal(parse_signatory, line).code in {"attestation.identity", "attestation.key-line"}


@given(st.text(max_size=20), st.binary(max_size=40))
def test_what_is_signed_is_read_back(kind, payload):
    assert decode_pae(encode_pae(kind, payload)) == (kind, payload)


@given(st.binary(max_size=60))
def test_what_is_no_pae_is_refused_or_is_written_the_same(data):
    for message in (data, b"DSSEv1 " + data):
        try:
            kind, payload = decode_pae(message)
        except Error as error:
            assert error.code == "attestation.pae"
        else:
            assert encode_pae(kind, payload) == message


class _Kept:
    """What signs with a bundle that was made before."""

    def __init__(self, identity, sigstore):
        self.key_id, self.sigstore = identity.id, sigstore

    def sign(self, message):
        return format_canonical(self.sigstore.sign(message))


def test_an_envelope_by_a_key_and_an_identity(sigstore, ada):
    envelope = sign_envelope(b'{"a":1}', [key_signer(1), _Kept(ada, sigstore)])
    found = verify_envelope(envelope, [key_signer(1).public, ada])
    assert found.key_ids == (key_signer(1).key_id, ada.id)
    assert found.times == (None, AT)


LINE = format_identity(Identity(ISSUER, ADA))


def test_people_sign_by_the_roots_of_their_document(sigstore):
    mine = person("ada", 1, "officer", keys=[{"public": LINE, "from": "2026-01-01"}])
    loaded = load(mine)
    (found,) = make_register([loaded]).signatories.values()
    assert refusal(found.verify, MESSAGE, format_canonical(sigstore.sign(MESSAGE))).code == (
        "attestation.no-root"
    )
    again = person("bo", 2, keys=[{"public": LINE, "from": "2026-01-01"}])
    assert [x.code for x in check_people([load(mine, again)])] == ["people.shared-key"]


def test_a_trust_file_holds_its_roots_and_does_not_rewrite_them(sigstore):
    root = TrustedRoot.model_validate_json(
        json.dumps({"from": "2026-06-01", "root": sigstore.trusted_root()})
    )
    people = (entry("ada", 1, "officer", keys=[{"public": LINE, "from": "2026-06-01"}]),)
    one = first(people, sigstore=[root])
    assert verify_versions([one]).register.sigstore == (root,)
    assert verify_versions([one, following(one, sigstore=[root])]).sigstore == (root,)
    gone = following(one)
    assert refusal(verify_versions, [one, gone]).code == "trust.rewrites-past"
    reaching_back = first(people)
    after = following(reaching_back, sigstore=[root])
    assert refusal(verify_versions, [reaching_back, after]).code == "trust.rewrites-past"


def test_an_identity_is_no_keeper():
    people = (entry("ada", 1, "officer"),)
    mine = Keeper(name="Ada", public=LINE)
    fault = refusal(
        make_version, None, people, now=FIRST, expires=EXPIRES, keepers=[mine, keeper(11)]
    )
    assert fault.code == "trust.value" and "keeper" in fault.message


@pytest.mark.parametrize("text", ["", "x", "{}", "[]", '{"mediaType":"x"}'])
def test_what_is_no_trusted_root(text):
    people = load(person("ada", 1)).document
    with pytest.raises((Problems, ValueError)):
        type(people).model_validate_json(
            json.dumps(
                people.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                | {"sigstore": [{"from": "2026-01-01", "root": text}]}
            )
        )


def test_the_library_signs_and_what_it_signs_is_verified(sigstore, ada):
    statement = make_statement(
        "signoff",
        [make_subject("d", "sha256:" + "1" * 64)],
        {"issued_at": "2026-12-02T09:30:00Z", "document": {}},
    )
    payload = format_statement(statement)
    with serving(sigstore) as url:
        mine = open_identity(configuration(sigstore, url), ada, lambda trusted: token())
        assert isinstance(mine, IdentitySigner) and mine.key_id == ada.id
        envelope = sign_envelope(payload, [mine])
        stranger = open_identity(
            configuration(sigstore, url), ada, lambda trusted: token(shared="of another" * 4)
        )
        fault = refusal(stranger.sign, encode_pae(PAYLOAD_TYPE, payload))
        assert fault.code == "attestation.external"
    found = verify_envelope(envelope, [ada])
    assert found.payload == payload
    assert abs(found.times[0] - datetime.now(UTC)) < timedelta(minutes=5)  # noqa: TID251
    assert refusal(mine.sign, encode_pae("text/plain", payload)).code == "attestation.external"
    assert refusal(mine.sign, encode_pae(PAYLOAD_TYPE, payload)).code == "attestation.external"


def test_a_token_of_somebody_else_or_none(sigstore, ada):
    text = configuration(sigstore, "http://127.0.0.1:9")
    for given_token, code in (
        (token("bo@example.com"), "attestation.identity"),
        (token(iss="https://other.example.com"), "attestation.identity"),
        (token(exp=1), "attestation.external"),
        ("x", "attestation.external"),
    ):
        fault = refusal(open_identity, text, ada, lambda trusted, it=given_token: it)
        assert fault.code == code
    assert refusal(open_identity, "{", ada, lambda trusted: "").code == "attestation.external"
    other = replace(ada, subject="bo@example.com")
    assert refusal(open_identity, text, other, lambda trusted: token()).code == (
        "attestation.identity"
    )
