"""Making a version of the trust file, and adding keepers' signatures to it."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic import ValidationError

from ifthen.attestation.envelope import (
    Envelope,
    Signature,
    envelope_to_dict,
    format_envelope,
    parse_envelope,
    sign_envelope,
)
from ifthen.attestation.keys import Signer
from ifthen.attestation.pae import encode_pae
from ifthen.attestation.roles import PersonEntry, TrustedRoot
from ifthen.attestation.signed import dump_stated, format_stated, read_envelope
from ifthen.attestation.trust import Keeper, Trust, digest_trust, make_trust_subject
from ifthen.encoding.fault import format_path
from ifthen.errors import Error


def make_version(
    before: Trust | None,
    people: Sequence[PersonEntry],
    *,
    now: datetime,
    expires: date,
    id: str = "trust",
    sigstore: Sequence[TrustedRoot] = (),
    keepers: Sequence[Keeper] | None = None,
    threshold: int | None = None,
) -> Trust:
    """Return the next version, which nobody has signed yet.

    Keepers and threshold are those of the version before unless they are given.

    Raises:
        Error: ``trust.value`` for what fits no version.
    """
    vouching = keepers if keepers is not None or before is None else before.keepers
    needed = threshold if threshold is not None or before is None else before.threshold
    if not vouching:
        raise Error("trust.value", "the first version names its keepers, and none is given")
    tree: dict[str, Any] = {
        "kind": "trust",
        "id": id if before is None else before.id,
        "version": 1 if before is None else before.version + 1,
        "issued_at": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "expires": expires.isoformat(),
        "threshold": len(vouching) if needed is None else needed,
        "keepers": [_dump(keeper) for keeper in vouching],
        "people": [_dump(person) for person in sorted(people, key=lambda x: x.id)],
    }
    if sigstore:
        tree["sigstore"] = [_dump(root) for root in sigstore]
    if before is not None:
        tree["previous"] = digest_trust(before)
    return _parse(tree)


def endorse(trust: Trust, signer: Signer) -> Trust:
    """Return a version with one more signature.

    Raises:
        Error: ``trust.signed-already``, ``trust.envelope`` where the signatures that are there are
            of something else, and those of signing.
    """
    issued = dump_stated(trust)["issued_at"]
    payload = format_stated("trust", [make_trust_subject(trust)], trust, issued)
    if trust.envelope is None:
        envelope = sign_envelope(payload, [signer])
    else:
        found = read_envelope(trust.envelope)
        if found.payload != payload:
            raise Error(
                "trust.envelope",
                "the signatures that are there are of something else",
                hint="somebody changed the version after it was signed: make it again",
            )
        if signer.key_id in {x.key_id for x in found.signatures}:
            raise Error("trust.signed-already", f"the key {signer.key_id} has signed it already")
        message = encode_pae(found.payload_type, payload)
        mine = Signature(signer.key_id, signer.sign(message))
        envelope = Envelope(payload, found.payload_type, (*found.signatures, mine))
        parse_envelope(format_envelope(envelope))
    return _parse(dump_stated(trust) | {"envelope": envelope_to_dict(envelope)})


def _dump(part: Keeper | PersonEntry | TrustedRoot) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _parse(tree: dict[str, Any]) -> Trust:
    try:
        return Trust.model_validate_json(json.dumps(tree))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = format_path(fault["loc"]) or "trust file"
        raise Error("trust.value", f"{place}: {fault['msg']}"[:300]) from error
