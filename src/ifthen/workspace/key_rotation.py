"""Changing the keys of a person in a document of kind people: a new one, or one that leaked."""

import json
from datetime import date
from typing import Any

from ifthen.attestation.identity import (
    Identity,
    format_identity,
    parse_signatory,
    verify_root,
)
from ifthen.attestation.keys import PublicKey, format_public_key
from ifthen.attestation.roles import Key
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.workspace.editing import Written, adding, edit_document, setting
from ifthen.workspace.loading import Workspace


def rotate_key(
    workspace: Workspace, person: str, key: PublicKey | Identity, *, on: date
) -> Written:
    """Write that a person signs with another key from a day on; the keys of before end then.

    Raises:
        Error: ``people.unknown``, ``people.shared-key``, and those of editing.
    """
    loaded, index, keys = _find(workspace, person)
    known = {
        parse_signatory(x.public).key
        for document in workspace.people
        for entry in document.document.people
        for x in entry.keys
    }
    if key.key in known:
        raise Error(
            "people.shared-key",
            f"the key {key.id} stands there already",
            where=loaded.where("people", index, "keys"),
            hint="make a new one: ifthen keys make FILE",
        )
    edits = [
        setting(("people", index, "keys", number, "until"), on.isoformat())
        for number, x in enumerate(keys)
        if x.revoked is None and x.covers(on) and x.from_ < on
    ]
    line = format_identity(key) if isinstance(key, Identity) else format_public_key(key)
    new = {"public": line, "from": on.isoformat()}
    return edit_document(workspace, loaded, [*edits, adding(("people", index, "keys"), new)])


def revoke_key(workspace: Workspace, person: str, key_id: str, *, on: date, reason: str) -> Written:
    """Write that a key of a person counts for nothing; ``key_id`` is an id or how it begins.

    Raises:
        Error: ``people.unknown``, ``people.no-key``, ``people.revoked``, and those of editing.
    """
    loaded, index, keys = _find(workspace, person)
    asked = key_id.removeprefix("sha256:")
    ids = [parse_signatory(x.public).id.removeprefix("sha256:") for x in keys]
    found = [number for number, id in enumerate(ids) if id.startswith(asked)] if asked else []
    if len(found) != 1:
        listed = ", ".join(f"sha256:{id[:12]}…" for id in ids) or "none"
        raise Error(
            "people.no-key",
            f"{len(found)} keys of {person} begin with {asked or 'nothing'}",
            where=loaded.where("people", index, "keys"),
            hint=f"keys: {listed}",
        )
    if (was := keys[found[0]].revoked) is not None:
        raise Error(
            "people.revoked",
            f"the key was revoked on {was.on}",
            where=loaded.where("people", index, "keys", found[0]),
        )
    value = {"on": on.isoformat(), "reason": reason}
    path = ("people", index, "keys", found[0], "revoked")
    return edit_document(workspace, loaded, [setting(path, value)])


def add_root(workspace: Workspace, text: str, *, on: date) -> Written:
    """Write that a trusted root is believed for signatures by identity from a day on.

    Those of before end then.

    Raises:
        Error: ``attestation.root``, ``people.unknown`` where no document says who is who, and those
            of editing.
    """
    verify_root(text)
    if not workspace.people:
        raise Error("people.unknown", "no document of kind people says who is who")
    loaded = workspace.people[0]
    edits = [
        setting(("sigstore", number, "until"), on.isoformat())
        for number, x in enumerate(loaded.document.sigstore)
        if x.covers(on) and x.from_ < on
    ]
    line = json.dumps(json.loads(text), separators=(",", ":"))
    new = {"from": on.isoformat(), "root": line}
    return edit_document(workspace, loaded, [*edits, adding(("sigstore",), new)])


def _find(workspace: Workspace, person: str) -> tuple[Loaded[Any], int, tuple[Key, ...]]:
    for loaded in workspace.people:
        for index, entry in enumerate(loaded.document.people):
            if entry.id == person:
                return loaded, index, entry.keys
    known = ", ".join(x.id for loaded in workspace.people for x in loaded.document.people)
    raise Error(
        "people.unknown", f"there is no person '{person}'", hint=f"known: {known or 'nobody'}"
    )
