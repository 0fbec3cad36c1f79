"""Steps 8 and 9: the public copies of documents, and what they withhold."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ifthen.attestation.disclosure import (
    Disclosure,
    format_place,
    parse_disclosure,
    restore,
    verify_copy,
)
from ifthen.attestation.stated import (
    Result,
    dump_stated,
    summarize_result,
)
from ifthen.decision.identity import parse_decision
from ifthen.encoding.canonical import format_canonical, parse_canonical
from ifthen.encoding.document import Document, Loaded, load_document
from ifthen.encoding.merkle import merkle_root
from ifthen.encoding.tree import Source
from ifthen.errors import Error
from ifthen.verification.files import Files, read_blob
from ifthen.verification.kinds import PUBLISHED
from ifthen.verification.statements import Entry
from ifthen.verification.verdict import Step, Watch, say_nothing

LEAF_BYTES = 32


@dataclass(frozen=True, slots=True)
class PublicCopy:
    """The public copy of a document, and the document where the statement withholds nothing."""

    tree: dict[str, Any]
    document: Loaded[Any] | None


@dataclass(frozen=True, slots=True)
class Copy:
    """A document of the record, as far as it is public or was disclosed."""

    entry: Entry
    tree: dict[str, Any]
    """The public copy, with what was disclosed put back."""
    withheld: int
    """How many commitments are left unopened."""
    document: Loaded[Any] | None
    """The document, where nothing is withheld."""


def check_copies(
    step: Step, files: Files, entries: Sequence[Entry], watch: Watch = say_nothing
) -> dict[int, PublicCopy]:
    """Return the public copy of each statement, by the index of its entry."""
    copies: dict[int, PublicCopy] = {}
    for done, entry in enumerate(entries):
        watch("copies", done, len(entries))
        try:
            data = read_blob(files, entry.stated.copy_)
            tree = parse_canonical(data)
            _verify_named(entry, tree)
            if entry.stated.result is not None:
                _verify_result(files, entry, entry.stated.result, tree)
            document = None if entry.stated.withheld else load_copy(entry, tree, data)
        except Error as error:
            step.fail_with(error, f"{entry.where}: {error.where or ''}".rstrip(": "))
            continue
        copies[entry.index] = PublicCopy(tree, document)
        step.hold()
    return copies


def _verify_named(entry: Entry, tree: Any) -> None:
    stated = entry.stated
    found = (tree.get("kind"), tree.get("id")) if isinstance(tree, dict) else None
    if found != (stated.kind, stated.id):
        raise Error("copies.name", "the copy is of another document than the statement says")
    if stated.version is not None and str(tree.get("version")) != stated.version:
        raise Error("copies.name", "the copy is of another version than the statement says")


def _verify_result(files: Files, entry: Entry, result: Result, tree: dict[str, Any]) -> None:
    stated = dump_stated(entry.stated)["result"]
    repeated = {
        name: stated[name] for name in ("log", "measurements", "exclusions") if name in stated
    }
    if repeated != summarize_result(tree):
        raise Error("copies.result", "the statement gives other numbers than the copy")
    if bool(result.raw) == (result.raw_withheld is not None):
        raise Error("copies.raw", "the raw log is published, or withheld with a reason")
    if result.samples is None:
        return
    data = read_blob(files, result.samples.leaves)
    leaves = [data[at : at + LEAF_BYTES] for at in range(0, len(data), LEAF_BYTES)]
    if len(data) % LEAF_BYTES or len(leaves) != result.samples.count:
        raise Error("copies.leaves", "there is not one leaf for each sample")
    if len(set(leaves)) < len(leaves):
        raise Error("copies.leaves", "two samples have one commitment")
    if f"sha256:{merkle_root(leaves).hex()}" != result.samples.root:
        raise Error("copies.leaves", "the leaves do not lead to the root of the samples")
    total = tree.get("samples", {}).get("total") if isinstance(tree.get("samples"), dict) else None
    if total is not None and total != len(leaves):
        raise Error("copies.leaves", f"the log has {total} samples, the commitment {len(leaves)}")


def load_copy(entry: Entry, tree: dict[str, Any], data: bytes | None = None) -> Loaded[Any]:
    """Return the document of a copy that withholds nothing; ``data`` are the copy's own bytes.

    Raises:
        Problems: ``document.*`` where it is no document of its kind.
        Error: ``decision.not-canonical``.
    """
    source = Source(name=entry.stated.name, tree=tree, places={})
    if entry.stated.kind == "decision":
        return Loaded(document=parse_decision(data or format_canonical(tree)), source=source)
    model: type[Document] = PUBLISHED[entry.stated.kind]
    return load_document(source, model, data=data)


def check_redactions(
    step: Step,
    entries: Sequence[Entry],
    copies: Mapping[int, PublicCopy],
    disclosed: Mapping[str, Sequence[str]],
) -> dict[int, Copy]:
    """Return the documents, with what was disclosed put back; ``disclosed`` is by statement."""
    found: dict[int, Copy] = {}
    used: set[str] = set()
    seen: dict[str, str] = {}
    for entry in entries:
        public = copies.get(entry.index)
        if public is None:
            continue
        try:
            places = verify_copy(public.tree)
            _verify_list(entry, places, seen)
            opened = [parse_disclosure(text) for text in disclosed.get(entry.digest, ())]
            whole = restore(public.tree, opened) if opened else public.tree
            _verify_places(entry, places, opened)
            left = len(places) - len(opened)
            document = public.document
            if document is None and not left:
                document = load_copy(entry, whole)
        except Error as error:
            step.fail_with(error, entry.where)
            continue
        used.add(entry.digest)
        found[entry.index] = Copy(entry, whole, left, document)
        step.hold(len(opened) + (not places))
        _note_withheld(step, entry, {x.digest for x in opened})
    for digest in disclosed:
        if digest not in used and digest not in {entry.digest for entry in entries}:
            text = f"what was disclosed belongs to no statement of the record: {digest}"
            step.fail("disclosure.unreferenced", text)
    return found


def _verify_list(entry: Entry, places: Mapping[str, Any], seen: dict[str, str]) -> None:
    """Verify that the statement lists exactly what its copy lacks, and no commitment twice."""
    listed = [withheld.digest for withheld in entry.stated.withheld]
    if len(set(listed)) < len(listed):
        raise Error("redactions.list", "the statement lists a commitment twice")
    if set(listed) != set(places):
        raise Error("redactions.list", "the statement lists other things than its copy withholds")
    for digest in listed:
        if seen.setdefault(digest, entry.stated.name) != entry.stated.name:
            raise Error("disclosure.duplicate", f"{seen[digest]} has the same commitment")


def _verify_places(entry: Entry, places: Mapping[str, Any], opened: Sequence[Disclosure]) -> None:
    """Verify that what was disclosed stood where the statement says."""
    said = {withheld.digest: withheld.place for withheld in entry.stated.withheld}
    for disclosure in opened:
        path = places[disclosure.digest]
        full = path if disclosure.name is None else (*path, disclosure.name)
        if said[disclosure.digest] != format_place(full):
            raise Error("redactions.place", f"{format_place(full)} was listed as something else")


def _note_withheld(step: Step, entry: Entry, opened: set[str]) -> None:
    for withheld in entry.stated.withheld:
        if withheld.digest not in opened:
            seen = f"; seen by {', '.join(withheld.seen_by)}" if withheld.seen_by else ""
            text = f"{withheld.place}: {withheld.reason}, up to {withheld.size}{seen}"
            step.note("withheld", "redactions.withheld", text, entry.where)


def hash_leaf_text(text: str) -> bytes:
    """Return the leaf of a sample: the SHA-256 over the ASCII of its disclosure."""
    return hashlib.sha256(text.encode("ascii")).digest()
