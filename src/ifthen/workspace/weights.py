"""Signed manifests of weights: whether the file at hand is the one that a model names, and of it.

The file is what OpenSSF model signing (version 1.0) writes: a bundle with a DSSE envelope over an
in-toto statement, whose predicate lists each file of the weights with its digest; the subject is
the SHA-256 over these digests in their order. Whose signature it is, is for the tool that made it
to verify; here it is read.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from ifthen.dossier.model import Model
from ifthen.encoding.canonical import digest_bytes
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.workspace.loading import Workspace, read_bytes

PREDICATE = "https://model_signing/signature/v1.0"
MAX_BYTES = 1 << 24
_AT = ("weights_manifest", "sha256")


def check_manifests(workspace: Workspace) -> Iterator[Error]:
    """Yield where a manifest at hand is another one than a model names, or of other weights.

    A manifest that lies elsewhere is not looked at.
    """
    for loaded in workspace.models:
        manifest = loaded.document.weights_manifest
        if manifest is None or manifest.name is None:
            continue
        path = (workspace.root / manifest.name).resolve()
        if path.is_relative_to(workspace.root.resolve()) and path.is_file():
            try:
                data = read_bytes(path, manifest.name, MAX_BYTES)
                yield from _check(loaded, manifest.name, data)
            except Error as error:
                yield error


def _check(loaded: Loaded[Model], name: str, data: bytes) -> Iterator[Error]:
    model, manifest = loaded.document, loaded.document.weights_manifest
    if manifest is None:
        return
    if (found := digest_bytes(data)) != manifest.sha256:
        yield Error(
            "workspace.manifest-differs",
            f"{name} has the digest {found}, not the one that is stated here",
            where=loaded.where(*_AT),
            hint="put the manifest of these weights there, or correct the digest",
        )
        return
    try:
        digests = read_manifest(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        yield Error(
            "workspace.manifest-form",
            f"{name} is no signed manifest of OpenSSF model signing 1.0: {error}"[:300],
            where=loaded.where("weights_manifest", "name"),
            hint="sign the weights with model_signing, version 1.0 or later",
        )
        return
    if model.weights_sha256 is not None and model.weights_sha256 not in digests:
        yield Error(
            "workspace.manifest-other-weights",
            f"{name}, as {loaded.where(*_AT)} says, lists no file with the digest that stands here",
            where=loaded.where("weights_sha256"),
            hint="state the digest of the file, or of all as the manifest's subject has it",
        )


def read_manifest(data: bytes) -> frozenset[str]:
    """Return the digests that a manifest states: of all weights together, and of each file.

    Raises:
        ValueError: it is not written so, or its subject is not that of its files.
    """
    statement: Any = json.loads(base64.b64decode(json.loads(data)["dsseEnvelope"]["payload"]))
    if statement["predicateType"] != PREDICATE:
        raise ValueError(f"its predicate is {str(statement['predicateType'])[:80]}")
    resources = statement["predicate"]["resources"]
    (subject,) = statement["subject"]
    together = hashlib.sha256(b"".join(bytes.fromhex(x["digest"]) for x in resources)).hexdigest()
    if subject["digest"]["sha256"] != together:
        raise ValueError("its subject is not that of the files that it lists")
    each = (x["digest"] for x in resources if x["algorithm"] == "sha256")
    return frozenset(f"sha256:{x}" for x in (together, *each))
