"""Developers side by side, from the library or from their own folders."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from ifthen.conformance.practice import Practice, Published, compare_practice
from ifthen.errors import Error
from ifthen.workspace.instruments import load_instrument
from ifthen.workspace.library import LIBRARY, Shelf, load_library
from ifthen.workspace.loading import load_workspace

ROWS = "metr-common-elements"
"""The rows where none are asked for."""


def compare_developers(
    names: Sequence[str],
    rows: str,
    on: date,
    root: Path = LIBRARY,
    *,
    now: datetime | None = None,
) -> Practice:
    """Return developers side by side; without names, all of the library.

    A name is that of a developer of the library, the folder of a workspace, or a published record,
    which is verified as of ``now``. ``rows`` is the id of an instrument of the library, or a file.

    Raises:
        Error: ``practice.unknown-developer``, ``practice.no-framework``, ``practice.twice``,
            ``practice.no-rows``, ``instrument.*``, ``workspace.*``, ``file.*``.
        Problems: every fault of a file, with its place.
    """
    shelves = load_library(root)
    chosen = list(names) or sorted({shelf.developer for shelf in shelves})
    developers = [_find(name, shelves, now) for name in chosen]
    twice = sorted({x.developer for x in developers if _count(developers, x.developer) > 1})
    if twice:
        raise Error(
            "practice.twice", f"named twice: {', '.join(twice)}", hint="name each developer once"
        )
    practice = compare_practice(load_instrument(rows, root), developers, on)
    if not practice.rows:
        raise Error(
            "practice.no-rows",
            f"no provision of {practice.instrument} is answered by a framework",
            hint=f"take other rows, for example --rows {ROWS}",
        )
    return practice


def _count(developers: Sequence[Published], name: str) -> int:
    return sum(1 for x in developers if x.developer == name)


def _find(name: str, shelves: Sequence[Shelf], now: datetime | None) -> Published:
    mine = [shelf for shelf in shelves if shelf.developer == name]
    if mine:
        frameworks = tuple(version for shelf in mine for version in shelf.versions)
        title = frameworks[-1].document.developer if frameworks else name
        return Published(name, title, frameworks)
    folder = Path(name)
    if now is not None and ((folder / "checkpoint").is_file() or folder.suffix == ".zip"):
        return _read(name, now)
    if folder.is_dir():
        frameworks = load_workspace(folder).frameworks
        if not frameworks:
            raise Error(
                "practice.no-framework",
                "the workspace holds no framework",
                where=name,
                hint="name a workspace with the developer's published framework",
            )
        return Published(
            folder.resolve().name.lower(), frameworks[-1].document.developer, frameworks
        )
    known = ", ".join(sorted({shelf.developer for shelf in shelves}))
    raise Error(
        "practice.unknown-developer",
        f"the library has no developer '{name}', and there is no such folder",
        hint=f"the library has: {known}",
    )


def _read(name: str, now: datetime) -> Published:
    """Return what a verified record holds of frameworks, with what is withheld of them.

    Raises:
        Error: ``conform.record-failed``, ``practice.no-framework``, ``record.*``.
    """
    from ifthen.verification.files import open_record  # noqa: PLC0415 - slow to import
    from ifthen.verification.verifying import AtHand, verify_record  # noqa: PLC0415
    from ifthen.workspace.conforming import read_record  # noqa: PLC0415

    found = read_record(verify_record(open_record(name), AtHand(), now=now))
    hidden = sorted({x.document for x in found.hidden if x.kind == "framework"})
    if not found.frameworks and not hidden:
        raise Error(
            "practice.no-framework",
            "the record holds no framework",
            where=name,
            hint="name a record with the developer's published framework",
        )
    title = found.frameworks[-1].document.developer if found.frameworks else name
    id = Path(name).resolve().stem.lower()
    return Published(id, title, tuple(found.frameworks), tuple(hidden))
