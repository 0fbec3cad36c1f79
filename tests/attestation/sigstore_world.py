"""A Sigstore of our own: a certificate authority, its log of certificates, a log of signatures.

It does what Fulcio, a certificate log and Rekor (version 1) do for a signer, with keys that are
made here, so that bundles can be made for any day and identity, and spoilt in any way.
"""

import base64
import hashlib
import json
import struct
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ifthen.attestation.pae import decode_pae, encode_pae
from ifthen.encoding.canonical import format_canonical

ISSUER = "https://accounts.example.com"
ADA = "ada@example.com"
AT = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
ISSUER_V1 = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
ISSUER_V2 = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def der(key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def ecdsa(key, data: bytes) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


class Sigstore:
    """The services, and the trusted root by which what they say is believed."""

    def __init__(self, begins: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.begins = begins
        self.ca_key, self.ct_key, self.log_key = new_key(), new_key(), new_key()
        self.ca = self._make_ca()

    @property
    def log_id(self) -> bytes:
        return hashlib.sha256(der(self.log_key)).digest()

    def _make_ca(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a Sigstore of our own")])
        public = self.ca_key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(public)
            .serial_number(1)
            .not_valid_before(self.begins)
            .not_valid_after(self.begins + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(cert_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self.ca_key, hashes.SHA256())
        )

    def certify(self, public, issuer: str, subject: str, at: datetime) -> x509.Certificate:
        """Return a certificate of ten minutes, with the timestamp of the log of certificates."""
        email = "://" not in subject
        san = x509.RFC822Name(subject) if email else x509.UniformResourceIdentifier(subject)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.ca.subject)
            .public_key(public)
            .serial_number(int(at.timestamp()))
            .not_valid_before(at)
            .not_valid_after(at + timedelta(minutes=10))
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CODE_SIGNING]), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.ca_key.public_key()),
                critical=False,
            )
            .add_extension(x509.SubjectAlternativeName([san]), critical=True)
            .add_extension(x509.UnrecognizedExtension(ISSUER_V1, issuer.encode()), critical=False)
            .add_extension(
                x509.UnrecognizedExtension(ISSUER_V2, _tlv(0x0C, issuer.encode())), critical=False
            )
        )
        bare = builder.sign(self.ca_key, hashes.SHA256()).tbs_certificate_bytes
        stamps = x509.UnrecognizedExtension(SCT_LIST, self._stamp(bare, at))
        return builder.add_extension(stamps, critical=False).sign(self.ca_key, hashes.SHA256())

    def _stamp(self, bare: bytes, at: datetime) -> bytes:
        """Return the extension with a signed certificate timestamp (RFC 6962, 3.2 and 3.3)."""
        millis = int(at.timestamp()) * 1000
        issuer = hashlib.sha256(der(self.ca_key)).digest()
        signed = struct.pack("!BBQH", 0, 0, millis, 1) + issuer
        signed += len(bare).to_bytes(3, "big") + bare + b"\0\0"
        signature = ecdsa(self.ct_key, signed)
        log = hashlib.sha256(der(self.ct_key)).digest()
        sct = b"\0" + log + struct.pack("!QH", millis, 0) + b"\x04\x03" + _long(signature)
        return _tlv(0x04, _long(_long(sct)))

    def enter(self, envelope: dict, certificate: x509.Certificate, at: datetime) -> dict:
        """Return the entry of the log for an envelope, as the log's interface gives it."""
        payload = base64.b64decode(envelope["payload"])
        verifier = b64(certificate.public_bytes(Encoding.PEM))
        body = format_canonical(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": _sha256(json.dumps(envelope).encode()),
                    "payloadHash": _sha256(payload),
                    "signatures": [
                        {"signature": x["sig"], "verifier": verifier}
                        for x in envelope["signatures"]
                    ],
                },
            }
        )
        other = hashlib.sha256(b"\0another entry").digest()
        root = hashlib.sha256(b"\1" + other + hashlib.sha256(b"\0" + body).digest()).digest()
        note = f"log.example.com - 1\n2\n{b64(root)}\n"
        signature = b64(self.log_id[:4] + ecdsa(self.log_key, note.encode()))
        seconds = int(at.timestamp())
        promised = {"body": b64(body), "integratedTime": seconds, "logIndex": 1}
        promised["logID"] = self.log_id.hex()
        return promised | {
            "verification": {
                "inclusionProof": {
                    "checkpoint": f"{note}\n— log.example.com {signature}\n",
                    "hashes": [other.hex()],
                    "logIndex": 1,
                    "rootHash": root.hex(),
                    "treeSize": 2,
                },
                "signedEntryTimestamp": b64(ecdsa(self.log_key, format_canonical(promised))),
            }
        }

    def sign(
        self, message: bytes, subject: str = ADA, *, issuer: str = ISSUER, at: datetime = AT, late=0
    ) -> dict:
        """Return a bundle over a message, as plain data; ``late`` minutes after the certificate."""
        key = new_key()
        kind, payload = decode_pae(message)
        certificate = self.certify(key.public_key(), issuer, subject, at)
        signature = ecdsa(key, encode_pae(kind, payload))
        envelope = {"payload": b64(payload), "payloadType": kind}
        envelope["signatures"] = [{"sig": b64(signature)}]
        entry = self.enter(envelope, certificate, at + timedelta(minutes=late))
        proof = entry["verification"]["inclusionProof"]
        return {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "dsseEnvelope": envelope,
            "verificationMaterial": {
                "certificate": {"rawBytes": b64(certificate.public_bytes(Encoding.DER))},
                "tlogEntries": [
                    {
                        "logIndex": "1",
                        "logId": {"keyId": b64(self.log_id)},
                        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
                        "integratedTime": str(entry["integratedTime"]),
                        "inclusionPromise": {
                            "signedEntryTimestamp": entry["verification"]["signedEntryTimestamp"]
                        },
                        "inclusionProof": {
                            "logIndex": "1",
                            "rootHash": b64(bytes.fromhex(proof["rootHash"])),
                            "treeSize": "2",
                            "hashes": [b64(bytes.fromhex(x)) for x in proof["hashes"]],
                            "checkpoint": {"envelope": proof["checkpoint"]},
                        },
                        "canonicalizedBody": entry["body"],
                    }
                ],
            },
        }

    def trusted_root(self, url: str = "https://log.example.com") -> str:
        """Return the trusted root as JSON."""
        since = {"start": self.begins.isoformat().replace("+00:00", "Z")}

        def log(key):
            return {
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": b64(der(key)),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": since,
                },
                "logId": {"keyId": b64(hashlib.sha256(der(key)).digest())},
            }

        authority = {
            "subject": {"organization": "example", "commonName": "a Sigstore of our own"},
            "uri": url,
            "certChain": {"certificates": [{"rawBytes": b64(self.ca.public_bytes(Encoding.DER))}]},
            "validFor": since,
        }
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log(self.log_key)],
                "certificateAuthorities": [authority],
                "ctlogs": [log(self.ct_key)],
            }
        )


def _sha256(data: bytes) -> dict:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def _usage(**on) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(
        **{name: on.get(name, False) for name in names}, key_cert_sign=on.get("cert_sign", False)
    )


def _long(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _tlv(tag: int, data: bytes) -> bytes:
    """Return data in DER, below 65,536 bytes."""
    if len(data) < 128:
        return bytes([tag, len(data)]) + data
    size = len(data).to_bytes(2, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(size)]) + size + data


# Signing: the library asks services of our own, over HTTP.

SHARED = "between the provider of identities and the authority"


@contextmanager
def serving(sigstore, clock=lambda: datetime.now(UTC)):  # noqa: TID251
    """Serve the authority and the log, which issue and enter at the time of the clock."""
    import jwt  # noqa: PLC0415 - it comes with the library

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            now = clock().replace(microsecond=0)
            if self.path == "/api/v2/signingCert":
                claims = jwt.decode(
                    self.headers["Authorization"].removeprefix("Bearer "),
                    SHARED,
                    algorithms=["HS256"],
                    audience="sigstore",
                )
                pem = base64.b64decode(asked["certificateSigningRequest"])
                public = x509.load_pem_x509_csr(pem).public_key()
                made = sigstore.certify(public, claims["iss"], claims["sub"], now)
                chain = [x.public_bytes(Encoding.PEM).decode() for x in (made, sigstore.ca)]
                said = {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}
            else:
                assert self.path == "/api/v1/log/entries"
                proposed = asked["spec"]["proposedContent"]
                envelope = json.loads(proposed["envelope"])
                pem = base64.b64decode(proposed["verifiers"][0])
                made = x509.load_pem_x509_certificate(pem)
                said = {"entry": sigstore.enter(envelope, made, now)}
            data = json.dumps(said).encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def configuration(sigstore, url: str) -> str:
    """Return a client trust configuration: the trusted root, and where one signs."""
    service = {
        "url": url,
        "majorApiVersion": 1,
        "validFor": {"start": "2026-01-01T00:00:00Z"},
        "operator": "example",
    }
    return json.dumps(
        {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": json.loads(sigstore.trusted_root(url)),
            "signingConfig": {
                "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                "caUrls": [service],
                "oidcUrls": [service],
                "rekorTlogUrls": [service],
                "rekorTlogConfig": {"selector": "ANY"},
                "tsaConfig": {"selector": "ANY"},
            },
        }
    )


def token(subject=ADA, shared=SHARED, **more) -> str:
    import jwt  # noqa: PLC0415

    now = int(datetime.now(UTC).timestamp())  # noqa: TID251
    claims = {"iss": ISSUER, "sub": subject, "aud": "sigstore", "iat": now, "exp": now + 300}
    return jwt.encode(claims | more, shared, algorithm="HS256")
