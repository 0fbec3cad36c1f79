"""A time-stamping authority of our own (RFC 3161): tokens of any time, sound or spoilt."""

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

STAMPING = x509.ExtendedKeyUsageOID.TIME_STAMPING
SHA256 = "2.16.840.1.101.3.4.2.1"


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def octets(data: bytes) -> bytes:
    return tlv(0x04, data)


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    body = bytearray()
    for number in (40 * first + second, *rest):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        body += bytes(reversed(groups))
    return tlv(0x06, bytes(body))


def algorithm(text: str) -> bytes:
    return seq(oid(text))


class Authority:
    """A root, and a certificate under it that signs times."""

    def __init__(self, name="A time-stamping authority", seed=None, **certificate) -> None:
        self.root_key, self.key = (
            ec.generate_private_key(ec.SECP256R1())
            if seed is None
            else ec.derive_private_key(seed + number, ec.SECP256R1())
            for number in range(2)
        )
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.root = self._certify(self.name, self.root_key.public_key(), number=1, ca=True)
        self.certificate = self.certify(**certificate)

    def certify(self, usage=(STAMPING,), begins=None, days=3650, critical=True):
        """Return the certificate that signs times."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signer of times")])
        return self._certify(
            name, self.key.public_key(), number=2, usage=usage, begins=begins, days=days,
            critical=critical,
        )  # fmt: skip

    def _certify(
        self, name, public, *, number, ca=False, usage=(), begins=None, days=3650, critical=True
    ):
        begins = begins or datetime(2026, 1, 1, tzinfo=UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(number)
            .not_valid_before(begins)
            .not_valid_after(begins + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False),
                critical=True,
            )
        )
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
        return builder.sign(self.root_key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def stamp(
        self, message: bytes, at: datetime, *, status=0, accuracy=None, digest=None,
        certificates=None, key=None,
    ) -> bytes:  # fmt: skip
        """Return the answer for a message, of any time."""
        imprint = digest or (SHA256, hashlib.sha256(message).digest())
        info = seq(
            integer(1),
            oid("1.3.6.1.4.1.99999.1"),
            seq(algorithm(imprint[0]), octets(imprint[1])),
            integer(int(at.timestamp())),
            tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
            *([] if accuracy is None else [seq(integer(accuracy))]),
        )
        leaf = self.certificate.public_bytes(Encoding.DER)
        attributes = [
            seq(oid("1.2.840.113549.1.9.3"), set_(oid("1.2.840.113549.1.9.16.1.4"))),
            seq(oid("1.2.840.113549.1.9.4"), set_(octets(hashlib.sha256(info).digest()))),
            seq(
                oid("1.2.840.113549.1.9.16.2.47"),
                set_(seq(seq(seq(octets(hashlib.sha256(leaf).digest()))))),
            ),
        ]
        signed = set_(*attributes)
        signature = (key or self.key).sign(signed, ec.ECDSA(hashes.SHA256()))
        signer = seq(
            integer(1),
            seq(self.name.public_bytes(), integer(self.certificate.serial_number)),
            algorithm(SHA256),
            b"\xa0" + signed[1:],
            algorithm("1.2.840.10045.4.3.2"),
            octets(signature),
        )
        given = [leaf] if certificates is None else certificates
        token = seq(
            oid("1.2.840.113549.1.7.2"),
            tlv(
                0xA0,
                seq(
                    integer(3),
                    set_(algorithm(SHA256)),
                    seq(oid("1.2.840.113549.1.9.16.1.4"), tlv(0xA0, octets(info))),
                    *([tlv(0xA0, *given)] if given else []),
                    set_(signer),
                ),
            ),
        )
        return seq(seq(integer(status)), token)
