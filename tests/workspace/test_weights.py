"""The signed manifest of weights in a workspace: of another file or other weights is an error."""

import base64
import hashlib
import json

import pytest
from tests.decision.world import world
from tests.workspace.documents import write_workspace

from ifthen.encoding.canonical import digest_bytes
from ifthen.workspace.loading import load_workspace
from ifthen.workspace.weights import check_manifests

FILES = {"config.json": b"{}", "model.safetensors": b"weights"}


def manifest(**changes) -> bytes:
    """Return a manifest as model_signing writes it, with an empty signature."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(FILES.items())}
    together = hashlib.sha256(b"".join(map(bytes.fromhex, digests.values()))).hexdigest()
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "aurora-2", "digest": {"sha256": together}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False},
            "resources": [
                {"name": name, "algorithm": "sha256", "digest": digest}
                for name, digest in digests.items()
            ],
        },
    } | changes
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    envelope = {"payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": []}
    return json.dumps({"dsseEnvelope": envelope}).encode()


@pytest.fixture
def check(tmp_path):
    def build(data, *, stated=None, weights=FILES["model.safetensors"], name="model.sig"):
        content = world()
        content.model["weights_sha256"] = digest_bytes(weights)
        content.model["weights_manifest"] = {"sha256": stated or digest_bytes(data), "name": name}
        root = write_workspace(tmp_path / "w", content)
        (root / "model.sig").write_bytes(data)
        return [(x.code, x.where.split(":")[0]) for x in check_manifests(load_workspace(root))]

    return build


def test_the_manifest_of_these_weights(check):
    assert check(manifest()) == []


def test_the_digest_of_all_files_together(check):
    joined = b"".join(hashlib.sha256(FILES[name]).digest() for name in sorted(FILES))
    assert check(manifest(), weights=joined) == []


@pytest.mark.parametrize(
    ("data", "changes", "code"),
    [
        (manifest(), {"stated": "sha256:" + "1" * 64}, "differs"),
        (manifest(), {"weights": b"other weights"}, "other-weights"),
        (manifest(predicateType="https://slsa.dev/provenance/v1"), {}, "form"),
        (manifest(subject=[{"name": "m", "digest": {"sha256": "1" * 64}}]), {}, "form"),
        (manifest(subject=[]), {}, "form"),
        (b"weights", {}, "form"),
        (b"[]", {}, "form"),
    ],
    ids=range(7),
)
def test_what_does_not_fit(check, data, changes, code):
    assert check(data, **changes) == [(f"workspace.manifest-{code}", "models/aurora-2.yaml")]


@pytest.mark.parametrize("name", ["elsewhere.sig", "../w/../../x", "https://example.com/m.sig"])
def test_a_manifest_that_is_not_here_is_not_looked_at(check, name):
    assert check(b"anything", name=name) == []
