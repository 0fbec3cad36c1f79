"""Our envelopes and statements as the reference libraries of DSSE and in-toto read them."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from ifthen.attestation.envelope import envelope_to_dict, sign_envelope
from ifthen.attestation.keys import make_signer
from ifthen.attestation.statement import format_statement, make_statement, make_subject

PYTHON = os.environ.get("IFTHEN_DSSE_PYTHON")
SIGNER = make_signer(bytes([9]) * 32)


@pytest.mark.skipif(
    PYTHON is None,
    reason="IFTHEN_DSSE_PYTHON names no Python with securesystemslib and in-toto-attestation"
    " (.ci/run sets it up)",
)
def test_the_reference_libraries_agree():
    statement = make_statement(
        "decision",
        [make_subject("aurora", "sha256:" + "ab" * 32)],
        {"issued_at": "2026-12-01T09:00:00Z", "document": {"é": [1, None, 0.5]}},
    )
    payload = format_statement(statement)
    good = envelope_to_dict(sign_envelope(payload, [SIGNER]))
    changed = good | {"payload": base64.b64encode(payload.replace(b"0.5", b"0.6")).decode()}
    typed = good | {"payloadType": "text/plain"}
    given = {
        "id": SIGNER.key_id,
        "public": SIGNER.public.key.hex(),
        "envelopes": [good, changed, typed],
    }
    run = subprocess.run(
        [str(PYTHON), Path(__file__).with_name("dsse_reference.py")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    accepted = {"signers": [SIGNER.key_id], "type": "https://ifthen.dev/predicates/decision/v1"}
    assert json.loads(run.stdout) == [accepted, None, None]
