"""Loading a workspace: every document of a directory, or every fault in it at once.

Every ``*.yaml`` and ``*.yml`` file below the root is a document; names and folders are free.
Folders and files whose name starts with a dot are left out, and links to folders are not followed.
The order of the files never matters.
"""

import difflib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ifthen.attestation.publication import Publication
from ifthen.attestation.roles import People
from ifthen.attestation.signoff import Signoff
from ifthen.attestation.trust import Trust
from ifthen.decision.case import Case
from ifthen.dossier.catalogue import Catalogue
from ifthen.dossier.comparison import SafetyComparison
from ifthen.dossier.developer import Developer
from ifthen.dossier.erratum import Erratum, Withdrawal
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Determination, Model, Plan
from ifthen.dossier.series import Series
from ifthen.encoding.document import Document, DocumentT, Loaded, load_document
from ifthen.encoding.tree import MAX_BYTES, parse_tree
from ifthen.errors import Error, Problems
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.model import Framework
from ifthen.workspace.model import KINDS, Manifest

MANIFEST = "ifthen.yaml"


@dataclass(frozen=True, slots=True)
class Workspace:
    """All documents of a directory, each list ordered by id and file."""

    root: Path
    manifest: Loaded[Manifest]
    frameworks: tuple[Loaded[Framework], ...] = ()
    models: tuple[Loaded[Model], ...] = ()
    plans: tuple[Loaded[Plan], ...] = ()
    evidence: tuple[Loaded[EvidenceRecord], ...] = ()
    declarations: tuple[Loaded[Declaration], ...] = ()
    assessments: tuple[Loaded[Assessment], ...] = ()
    determinations: tuple[Loaded[Determination], ...] = field(default=())
    exceptions: tuple[Loaded[GrantedException], ...] = ()
    incidents: tuple[Loaded[Incident], ...] = ()
    errata: tuple[Loaded[Erratum], ...] = ()
    withdrawals: tuple[Loaded[Withdrawal], ...] = ()
    catalogues: tuple[Loaded[Catalogue], ...] = ()
    series: tuple[Loaded[Series], ...] = ()
    comparisons: tuple[Loaded[SafetyComparison], ...] = ()
    cases: tuple[Loaded[Case], ...] = ()
    developers: tuple[Loaded[Developer], ...] = ()
    people: tuple[Loaded[People], ...] = ()
    trust: tuple[Loaded[Trust], ...] = ()
    signoffs: tuple[Loaded[Signoff], ...] = ()
    publications: tuple[Loaded[Publication], ...] = ()

    def documents(self) -> Iterator[Loaded[Any]]:
        """Yield every document except the manifest."""
        yield from self.frameworks
        yield from self.models
        yield from self.plans
        yield from self.evidence
        yield from self.declarations
        yield from self.assessments
        yield from self.determinations
        yield from self.exceptions
        yield from self.incidents
        yield from self.errata
        yield from self.withdrawals
        yield from self.catalogues
        yield from self.series
        yield from self.comparisons
        yield from self.cases
        yield from self.developers
        yield from self.people
        yield from self.trust
        yield from self.signoffs
        yield from self.publications


def find_root(start: Path) -> Path:
    """Return the nearest directory at or above ``start`` that holds ``ifthen.yaml``.

    Raises:
        Error: ``workspace.not-found``.
    """
    for directory in (start, *start.parents):
        if (directory / MANIFEST).is_file():
            return directory
    raise Error(
        "workspace.not-found",
        f"no {MANIFEST} in {start.name or start} or a directory above it",
        hint="go to a workspace, name one with -C DIRECTORY, or make one with: ifthen init",
    )


def load_workspace(root: Path) -> Workspace:
    """Return all documents below ``root``.

    Raises:
        Problems: every fault of every document, with file, line and column.
    """
    faults: list[Error] = []
    loaded: dict[str, list[Loaded[Document]]] = {kind: [] for kind in KINDS}
    for path in _files(root, faults):
        try:
            kind, document = _load(path, path.relative_to(root).as_posix())
        except Problems as problems:
            faults.extend(problems.errors)
        except Error as error:
            faults.append(error)
        else:
            loaded[kind].append(document)
    faults.extend(_duplicates(loaded))
    manifests = [x for x in loaded["workspace"] if x.source.name == MANIFEST]
    faults.extend(
        Error(
            "workspace.nested",
            "a workspace document stands inside another workspace",
            where=x.where(),
            hint="keep one ifthen.yaml, at the root",
        )
        for x in loaded["workspace"]
        if x.source.name != MANIFEST
    )
    if not manifests and not faults:
        faults.append(
            Error("workspace.manifest", f"{MANIFEST} is not a workspace document", where=MANIFEST)
        )
    if faults:
        raise Problems(faults)
    return Workspace(
        root=root,
        manifest=_typed(manifests, Manifest)[0],
        frameworks=_typed(loaded["framework"], Framework),
        models=_typed(loaded["model"], Model),
        plans=_typed(loaded["plan"], Plan),
        evidence=_typed(loaded["evidence"], EvidenceRecord),
        declarations=_typed(loaded["declaration"], Declaration),
        assessments=_typed(loaded["assessment"], Assessment),
        determinations=_typed(loaded["determination"], Determination),
        exceptions=_typed(loaded["exception"], GrantedException),
        incidents=_typed(loaded["incident"], Incident),
        errata=_typed(loaded["erratum"], Erratum),
        withdrawals=_typed(loaded["withdrawal"], Withdrawal),
        catalogues=_typed(loaded["catalogue"], Catalogue),
        series=_typed(loaded["series"], Series),
        comparisons=_typed(loaded["comparison"], SafetyComparison),
        cases=_typed(loaded["case"], Case),
        developers=_typed(loaded["developer"], Developer),
        people=_typed(loaded["people"], People),
        trust=tuple(sorted(_typed(loaded["trust"], Trust), key=lambda x: x.document.version)),
        signoffs=_typed(loaded["signoff"], Signoff),
        publications=_typed(loaded["publication"], Publication),
    )


def _typed(found: Iterable[Loaded[Document]], _: type[DocumentT]) -> tuple[Loaded[DocumentT], ...]:
    ordered = sorted(found, key=lambda loaded: (loaded.document.id, loaded.source.name))
    return cast("tuple[Loaded[DocumentT], ...]", tuple(ordered))


def _files(root: Path, faults: list[Error]) -> Iterator[Path]:
    """Yield the files of documents; a folder that cannot be listed is a fault, not an empty one."""

    def refuse(error: OSError) -> None:
        name = Path(error.filename).relative_to(root).as_posix()
        faults.append(
            Error("file.unreadable", f"the folder cannot be read: {error.strerror}", where=name)
        )

    for directory, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith((".yaml", ".yml")) and not name.startswith("."):
                yield Path(directory) / name


def _load(path: Path, name: str) -> tuple[str, Loaded[Document]]:
    source = parse_tree(read_bytes(path, name, MAX_BYTES), name=name)
    kind = source.tree.get("kind") if isinstance(source.tree, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        found = "no kind" if kind is None else f"kind '{kind}'"
        close = difflib.get_close_matches(str(kind), KINDS, n=1)
        raise Error(
            "document.unknown-kind",
            f"{found}; a document says which kind it is",
            where=source.where(("kind",)),
            hint=f"did you mean '{close[0]}'?" if close else f"kinds: {', '.join(KINDS)}",
        )
    return kind, load_document(source, KINDS[kind])


def load_file(path: Path, model: type[DocumentT]) -> Loaded[DocumentT]:
    """Return the document of one kind that a file holds, in a workspace or not.

    Raises:
        Error: codes ``file.*`` and ``yaml.*``.
        Problems: every fault of the document, each with its place (codes ``document.*``).
    """
    source = parse_tree(read_bytes(path, path.name, MAX_BYTES), name=path.name)
    return load_document(source, model)


def read_bytes(path: Path, name: str, limit: int) -> bytes:
    """Return a file's bytes.

    Raises:
        Error: ``file.missing``, ``file.unreadable`` or ``file.too-large``, with ``name``.
    """
    if path.exists() and not path.is_file():  # reading a pipe would wait for ever
        raise Error("file.unreadable", "is not a file", where=name)
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError as error:
        raise Error("file.missing", "there is no such file", where=name) from error
    except OSError as error:
        raise Error("file.unreadable", f"cannot be read: {error.strerror}", where=name) from error
    if len(data) > limit:
        raise Error("file.too-large", f"has more than {limit:,} bytes", where=name)
    return data


def _duplicates(loaded: dict[str, list[Loaded[Document]]]) -> Iterator[Error]:
    for kind, documents in loaded.items():
        first: dict[str, Loaded[Document]] = {}
        for document in sorted(documents, key=lambda x: x.source.name):
            key = document.document.id
            if isinstance(document.document, Framework | Trust):
                key = f"{key} {document.document.version}"
            if key in first:
                yield Error(
                    "workspace.duplicate-id",
                    f"{kind} '{key}' stands here again; first in {first[key].where('id')}",
                    where=document.where("id"),
                    hint="give each document of a kind its own id",
                )
            first.setdefault(key, document)
