"""What securesystemslib and in-toto-attestation make of our envelopes; run by their Python."""

import json
import sys

from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey


def main() -> None:
    """Read envelopes and a key as JSON, and print for each what it holds, or null."""
    given = json.load(sys.stdin)
    key = SSlibKey(given["id"], "ed25519", "ed25519", {"public": given["public"]})
    said = []
    for tree in given["envelopes"]:
        envelope = Envelope.from_dict(tree)
        try:
            signers = sorted(envelope.verify([key], 1))
        except VerificationError:
            said.append(None)
            continue
        statement = json_format.Parse(envelope.payload.decode(), statement_pb2.Statement())
        Statement.copy_from_pb(statement).validate()
        said.append({"signers": signers, "type": statement.predicate_type})
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
