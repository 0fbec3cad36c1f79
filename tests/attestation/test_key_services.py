"""Keys in the key services of clouds, through their own client libraries and stand-ins of ours.

Each stand-in speaks as the service does, as far as signing goes: AWS KMS and HashiCorp Vault over
HTTP on this machine, Google Cloud KMS over gRPC on this machine, Azure Key Vault (and Entra ID,
which gives the token) in the place of the network below its HTTP library. None was tried against
the service itself.
"""

import base64
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ifthen.attestation.envelope import sign_envelope, verify_envelope
from ifthen.attestation.external import open_signer
from ifthen.attestation.keys import PublicKey, read_pem
from ifthen.errors import Error

DIGEST = ec.ECDSA(Prehashed(hashes.SHA256()))


def code_of(function, *args) -> str:
    with pytest.raises(Error) as caught:
        function(*args)
    return caught.value.code


def public_of(private) -> PublicKey:
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return read_pem(pem, "service")


def two_keys() -> dict:
    return {name: ec.generate_private_key(ec.SECP256R1()) for name in ("mine", "another")}


def check_service(addresses: dict[str, str], public: PublicKey) -> None:
    """Check that my key signs, that another's does not count, and that a missing one is said."""
    mine = open_signer(addresses["mine"], public)
    envelope = sign_envelope(b'{"a":1}', [mine])
    assert verify_envelope(envelope, [public]).key_ids == (public.id,)
    assert code_of(public.verify, b"other", mine.sign(b"this")) == "attestation.signature"
    another = open_signer(addresses["another"], public)
    assert code_of(another.sign, b"this") == "attestation.signature"
    nobody = open_signer(addresses["nobody"], public)
    assert code_of(nobody.sign, b"this") == "attestation.external"


@contextmanager
def serving(answer):
    """Serve on this machine: ``answer`` is from path, headers and body to status and answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, said = answer(self.path, self.headers, asked)
            data = json.dumps(said).encode()
            self.send_response(status)
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


def test_a_key_in_aws_kms(monkeypatch):
    """Through boto3; moto's KMS does not serve: it hashes the digest that it gets once more."""
    pytest.importorskip("boto3")
    keys = two_keys()

    def answer(path, headers, asked):
        assert headers["X-Amz-Target"] == "TrentService.Sign"
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=someone/")
        assert (asked["MessageType"], asked["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
        if asked["KeyId"] not in keys:
            return 400, {"__type": "NotFoundException", "message": "no such key"}
        signature = keys[asked["KeyId"]].sign(base64.b64decode(asked["Message"]), DIGEST)
        return 200, {"KeyId": asked["KeyId"], "Signature": base64.b64encode(signature).decode()}

    with serving(answer) as address:
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "someone",
            "AWS_SECRET_ACCESS_KEY": "verysecret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        addresses = {name: f"awskms:{name}" for name in ("mine", "another", "nobody")}
        check_service(addresses, public_of(keys["mine"]))


def test_a_key_in_vault(monkeypatch):
    """HashiCorp Vault's transit engine, through hvac: Ed25519, with a key's version named."""
    pytest.importorskip("hvac")
    keys = {name: ed25519.Ed25519PrivateKey.generate() for name in ("mine", "another")}

    def answer(path, headers, asked):
        assert headers["X-Vault-Token"] == "verysecret"
        assert path.startswith("/v1/transit/sign/")
        name = path.removeprefix("/v1/transit/sign/").split("/")[0]
        if name not in keys:
            return 400, {"errors": ["signing key not found"]}
        assert asked["key_version"] == 3
        signature = keys[name].sign(base64.b64decode(asked["input"]))
        return 200, {"data": {"signature": f"vault:v3:{base64.b64encode(signature).decode()}"}}

    with serving(answer) as address:
        monkeypatch.setenv("VAULT_ADDR", address)
        monkeypatch.setenv("VAULT_TOKEN", "verysecret")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        addresses = {name: f"hv:{name}/3" for name in ("mine", "another", "nobody")}
        check_service(addresses, public_of(keys["mine"]))
        # The service signs with this kind only; the other is refused by its signature.
        other = open_signer("hv:mine/3", public_of(two_keys()["mine"]))
        assert code_of(other.sign, b"this") == "attestation.signature"


RING = "projects/p/locations/l/keyRings/r/cryptoKeys"


def test_a_key_in_google_cloud_kms(monkeypatch):
    """Through google-cloud-kms, whose calls go by gRPC to a server on this machine."""
    kms = pytest.importorskip("google.cloud.kms")
    grpc = pytest.importorskip("grpc")
    from google.auth.credentials import AnonymousCredentials  # noqa: PLC0415
    from google.cloud.kms_v1.services.key_management_service.transports import (  # noqa: PLC0415
        KeyManagementServiceGrpcTransport,
    )

    keys = two_keys()

    def sign(request, context):
        name = request.name.removeprefix(f"{RING}/").removesuffix("/cryptoKeyVersions/1")
        if name not in keys:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such key")
        return kms.AsymmetricSignResponse(
            signature=keys[name].sign(request.digest.sha256, DIGEST), name=request.name
        )

    method = grpc.unary_unary_rpc_method_handler(
        sign,
        request_deserializer=kms.AsymmetricSignRequest.deserialize,
        response_serializer=kms.AsymmetricSignResponse.serialize,
    )
    service = "google.cloud.kms.v1.KeyManagementService"
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        handler = grpc.method_handlers_generic_handler(service, {"AsymmetricSign": method})
        server.add_generic_rpc_handlers((handler,))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        client = kms.KeyManagementServiceClient
        options = [("grpc.enable_http_proxy", 0)]
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            transport = KeyManagementServiceGrpcTransport(
                channel=channel, credentials=AnonymousCredentials()
            )
            monkeypatch.setattr(
                kms, "KeyManagementServiceClient", lambda: client(transport=transport)
            )
            addresses = {
                name: f"gcpkms:{RING}/{name}/cryptoKeyVersions/1"
                for name in ("mine", "another", "nobody")
            }
            try:
                check_service(addresses, public_of(keys["mine"]))
            finally:
                server.stop(None).wait()


class Azure:
    """Answers in the place of the network: Entra ID, which gives a token, and a key vault."""

    LOGIN = "login.microsoftonline.com"
    VAULT = "ours.vault.azure.net"
    TOKEN = "a-token"  # noqa: S105 - of nothing

    def __init__(self, keys):
        self.keys = keys
        self.challenged = False

    def answer(self, request):
        url = urlsplit(request.url)
        if url.netloc == self.LOGIN:
            return self._login(url, request)
        assert url.netloc == self.VAULT
        if request.headers.get("Authorization") != f"Bearer {self.TOKEN}":
            self.challenged = True
            challenge = (
                f'Bearer authorization="https://{self.LOGIN}/tenant",'
                ' resource="https://vault.azure.net"'
            )
            return 401, {"error": {"code": "Unauthorized"}}, {"WWW-Authenticate": challenge}
        _, kind, name, version, *what = url.path.split("/")
        assert (kind, version) == ("keys", "v1")
        if name not in self.keys:
            return 404, {"error": {"code": "KeyNotFound", "message": "no such key"}}, {}
        kid = f"https://{self.VAULT}/keys/{name}/v1"
        return 200, self._sign(name, kid, request) if what else self._show(name, kid), {}

    def _login(self, url, request):
        at = f"https://{self.LOGIN}/tenant"
        if url.path.endswith("/openid-configuration"):
            said = {
                "issuer": f"{at}/v2.0",
                "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
                "token_endpoint": f"{at}/oauth2/v2.0/token",
            }
            return 200, said, {}
        assert url.path == "/tenant/oauth2/v2.0/token", url.path
        assert "client_secret=verysecret" in str(request.body)
        said = {"token_type": "Bearer", "expires_in": 3600, "access_token": self.TOKEN}
        return 200, said, {}

    def _show(self, name, kid):
        numbers = self.keys[name].public_key().public_numbers()
        return {
            "key": {
                "kid": kid,
                "kty": "EC",
                "crv": "P-256",
                "key_ops": ["sign", "verify"],
                "x": _url64(numbers.x.to_bytes(32, "big")),
                "y": _url64(numbers.y.to_bytes(32, "big")),
            },
            "attributes": {"enabled": True},
        }

    def _sign(self, name, kid, request):
        asked = json.loads(request.body)
        assert asked["alg"] == "ES256"
        digest = base64.urlsafe_b64decode(asked["value"] + "=" * (-len(asked["value"]) % 4))
        r, s = decode_dss_signature(self.keys[name].sign(digest, DIGEST))
        return {"kid": kid, "value": _url64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))}


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a_key_in_azure_key_vault(monkeypatch):
    """Through azure-keyvault-keys and azure-identity, below which there is no network."""
    pytest.importorskip("azure.keyvault.keys")
    pytest.importorskip("azure.identity")
    requests = pytest.importorskip("requests")
    azure = Azure(two_keys())

    def send(adapter, request, **options):
        status, said, headers = azure.answer(request)
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, request.url
        data = json.dumps(said).encode()
        response.headers.update({"Content-Type": "application/json", **headers})
        response._content = data
        response.raw = SimpleNamespace(
            enforce_content_length=False, close=lambda: None, release_conn=lambda: None
        )
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    for name, value in {
        "AZURE_TENANT_ID": "tenant",
        "AZURE_CLIENT_ID": "someone",
        "AZURE_CLIENT_SECRET": "verysecret",
    }.items():
        monkeypatch.setenv(name, value)
    addresses = {
        name: f"azurekms://{Azure.VAULT}/keys/{name}/v1" for name in ("mine", "another", "nobody")
    }
    check_service(addresses, public_of(azure.keys["mine"]))
    assert azure.challenged


@pytest.mark.parametrize(
    ("address", "module", "flag"),
    [
        ("gcpkms:x", "securesystemslib.signer._gcp_signer", "GCP_IMPORT_ERROR"),
        ("azurekms://x/keys/k/1", "securesystemslib.signer._azure_signer", "AZURE_IMPORT_ERROR"),
        ("hv:x/1", "securesystemslib.signer._vault_signer", "VAULT_IMPORT_ERROR"),
    ],
    ids=["google", "azure", "vault"],
)
def test_without_the_library_of_the_service_it_says_which(monkeypatch, address, module, flag):
    pytest.importorskip("securesystemslib.signer")
    monkeypatch.setattr(sys.modules[module], flag, "the library of the service is required")
    with pytest.raises(Error) as caught:
        open_signer(address, public_of(two_keys()["mine"]))
    assert caught.value.code == "attestation.external"
    assert "the library of the service is required" in caught.value.message
