"""The envelope that a document carries: the shape of DSSE, with nothing about it verified."""

from pydantic import Field

from ifthen.encoding.document import Digest, Line, Part


class EnvelopeSignature(Part):
    """A signature in an envelope."""

    keyid: Digest
    """Id of the key, or identity, that it is said to be by."""
    sig: str = Field(max_length=40_000, pattern=r"^[A-Za-z0-9+/]+={0,2}$")
    """The signature in base64; of an identity it is a bundle of Sigstore."""


class SignedEnvelope(Part):
    """A DSSE envelope: the signed statement that says what the document says."""

    payload: str = Field(max_length=65_535, pattern=r"^[A-Za-z0-9+/]+={0,2}$")
    """The in-toto statement in base64."""
    payload_type: Line = Field(alias="payloadType")
    """What the payload is."""
    signatures: tuple[EnvelopeSignature, ...] = Field(min_length=1, max_length=64)
    """The signatures."""
