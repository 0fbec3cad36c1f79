"""Commands that write documents: one change, comments kept, and never a document with a fault.

What is signed or computed is not edited: sign-offs, versions of the trust file, evidence records.
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ifthen.encoding.document import Document, Loaded, load_document
from ifthen.encoding.editing import append_item, set_value
from ifthen.encoding.tree import MAX_BYTES, parse_tree
from ifthen.errors import Error
from ifthen.workspace.loading import Workspace, read_bytes
from ifthen.workspace.model import KINDS
from ifthen.workspace.writing import write_file

SEALED = ("signoff", "trust", "evidence")
RENEWED = ("declaration", "assessment", "determination", "exception", "comparison")
"""Kinds that run out, and are made again."""

Edit = Callable[[str, str], str]
"""From the text and the name of a file to its text after one change."""


@dataclass(frozen=True, slots=True)
class Written:
    """A document that was written."""

    path: Path
    """Its file."""
    loaded: Loaded[Document]
    """The document as it is now."""
    void: bool = False
    """Whether it holds signatures that are not over what it says now."""


def find_document(workspace: Workspace, name: str) -> Loaded[Document]:
    """Return the document of a name ``kind/id`` or of a file's path in the workspace.

    Raises:
        Error: ``edit.unknown``, with the nearest known name; ``edit.several`` where it is one of
            several versions.
    """
    found: dict[str, list[Loaded[Any]]] = {}
    for loaded in workspace.documents():
        found.setdefault(f"{loaded.document.kind}/{loaded.document.id}", []).append(loaded)
        found[loaded.source.name] = [loaded]
    if name not in found:
        close = difflib.get_close_matches(name, found, n=1)
        raise Error(
            "edit.unknown",
            f"there is no document '{name}' in this workspace",
            hint=f"did you mean '{close[0]}'?" if close else "name it as kind/id, or by its file",
        )
    if len(found[name]) > 1:
        files = ", ".join(x.source.name for x in found[name])
        raise Error("edit.several", f"'{name}' stands in several files", hint=f"name one: {files}")
    return found[name][0]


def edit_document(
    workspace: Workspace, loaded: Loaded[Any], edits: Sequence[Edit], *, to: Path | None = None
) -> Written:
    """Write a document with some changes, in its place or as a new file, and return it.

    Raises:
        Error: ``edit.sealed``, ``edit.path``, ``edit.unsafe``, ``file.*``.
        Problems: the document would have faults; nothing is written.
    """
    kind = loaded.document.kind
    if kind in SEALED:
        raise Error(
            "edit.sealed",
            f"a document of kind {kind} is signed or computed, and not edited",
            where=loaded.where(),
            hint="make a new one",
        )
    path = workspace.root / loaded.source.name
    text = read_bytes(path, loaded.source.name, MAX_BYTES).decode("utf-8")
    for edit in edits:
        text = edit(text, loaded.source.name)
    target = path if to is None else to
    name = target.relative_to(workspace.root).as_posix()
    changed = load_document(parse_tree(text.encode(), name=name), KINDS[kind])
    write_file(target, text.encode(), replace=to is None)
    return Written(path=target, loaded=changed, void=_has_void_signatures(changed.document))


def _has_void_signatures(document: Any) -> bool:
    """Return whether an exception is signed, and says something else than what was signed."""
    if document.kind != "exception" or document.envelope is None:
        return False
    from ifthen.attestation.signed import read_envelope  # noqa: PLC0415 - others do without
    from ifthen.decision.approving import format_exception  # noqa: PLC0415

    try:
        return read_envelope(document.envelope).payload != format_exception(document)
    except Error:
        return True


def setting(path: tuple[str | int, ...], value: Any) -> Edit:
    """Return the edit that sets one value."""
    return lambda text, name: set_value(text, path, value, name=name)


def adding(path: tuple[str | int, ...], value: Any) -> Edit:
    """Return the edit that adds an item to a list, which is made where it is not there."""

    def add(text: str, name: str) -> str:
        try:
            return append_item(text, path, value, name=name)
        except Error as error:
            if error.code != "edit.path":
                raise
            return set_value(text, path, [value], name=name)

    return add


def renew(
    workspace: Workspace,
    loaded: Loaded[Any],
    *,
    made_on: date,
    expires: date,
    id: str | None = None,
    by: str | None = None,
) -> Written:
    """Write the statement of a document anew, as another one beside it; the old one stays.

    An exception begins without approvals, signatures and disclosure: they were of the old one.

    Raises:
        Error: ``edit.not-renewed`` for a kind that does not run out, ``file.exists``.
        Problems: as :func:`edit_document`.
    """
    document = loaded.document
    if document.kind not in RENEWED:
        raise Error(
            "edit.not-renewed",
            f"a document of kind {document.kind} does not run out",
            where=loaded.where(),
            hint=f"kinds that do: {', '.join(RENEWED)}",
        )
    new = id or f"{document.id}-{made_on}"
    if any(x.document.id == new for x in workspace.documents() if x.document.kind == document.kind):
        raise Error("file.exists", f"there is a {document.kind} {new} already", where=new)
    target = (workspace.root / loaded.source.name).with_name(f"{new}.yaml")
    edits = [
        setting(("id",), new),
        setting(("made_on",), made_on.isoformat()),
        setting(("expires",), expires.isoformat()),
    ]
    if by is not None:
        edits.append(setting(("made_by", "name"), by))
    if document.kind == "exception":
        again = {"approved_by": [], "disclosed_on": None, "envelope": None}
        edits += [setting((key,), value) for key, value in again.items() if getattr(document, key)]
    return edit_document(workspace, loaded, edits, to=target)


def close_item(workspace: Workspace, loaded: Loaded[Any], item: str, *, on: date) -> Written:
    """Write that an open item of a document was done.

    Raises:
        Error: ``edit.no-item``, ``edit.closed``.
        Problems: as :func:`edit_document`.
    """
    items = list(getattr(loaded.document, "open_items", ()))
    found = [index for index, x in enumerate(items) if x.id == item]
    if not found:
        known = ", ".join(x.id for x in items) or "none"
        raise Error(
            "edit.no-item",
            f"{loaded.document.kind} {loaded.document.id} has no open item '{item}'",
            where=loaded.where("open_items"),
            hint=f"it has: {known}",
        )
    if items[found[0]].done_on is not None:
        raise Error(
            "edit.closed",
            f"{item} was done on {items[found[0]].done_on}",
            where=loaded.where("open_items", found[0]),
        )
    return edit_document(
        workspace, loaded, [setting(("open_items", found[0], "done_on"), on.isoformat())]
    )


def parse_path(text: str) -> tuple[str | int, ...]:
    """Return the place of a part from keys with dots between them; numbers are items of a list."""
    parts = text.split(".")
    if not all(parts):
        raise Error("edit.path", f"'{text}' names no place", hint="write it like made_by.name")
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def parse_value(text: str) -> Any:
    """Return the value of an argument, as YAML reads it."""
    return parse_tree(text.encode(), name="value").tree
