"""The instruments that come with the program: laws and codes as data, by jurisdiction."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ifthen.conformance.finding import Report
from ifthen.conformance.holidays import HolidayCalendar
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.overlay import Overlay
from ifthen.conformance.overlaying import check_overlay, find_cycles, judge_under
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Day, DocumentT, Id, Line, Loaded, Part, load_document
from ifthen.encoding.tree import MAX_BYTES, parse_tree
from ifthen.errors import Error, Problems
from ifthen.framework.model import Framework
from ifthen.workspace.library import LIBRARY, find_version, load_library
from ifthen.workspace.loading import read_bytes
from ifthen.workspace.versions import load_framework


class InstrumentSummary(Part):
    """What the library holds of one instrument."""

    id: Id
    """Id of the instrument."""
    jurisdiction: Id
    """Its jurisdiction."""
    title: Line
    """Its name."""
    status: Line
    """What it is: in force, enacted, voluntary."""
    in_force_from: Day | None
    """First day in force; none for a bill that never was."""
    standing: Line
    """Whether it was written from its own text."""
    provisions: int
    """How many provisions."""
    anchored: int
    """Provisions with a digest of the words they were written from."""
    clocks: int
    """How many deadlines."""


def load_instruments(root: Path = LIBRARY) -> tuple[Loaded[Instrument], ...]:
    """Return every instrument of the library, by jurisdiction and name.

    Raises:
        Error: ``instrument.missing``.
        Problems: every fault of every file, with its place.
    """
    folder = root / "instruments"
    if not folder.is_dir():
        raise Error(
            "instrument.missing",
            f"{root} has no folder 'instruments'",
            hint="name a folder laid out as instruments/<jurisdiction>/<instrument>.yaml",
        )
    faults: list[Error] = []
    loaded: list[Loaded[Instrument]] = []
    for path in sorted(folder.glob("*/*.yaml")):
        name = path.relative_to(root).as_posix()
        try:
            source = parse_tree(read_bytes(path, name, MAX_BYTES), name=name)
            loaded.append(load_document(source, Instrument))
        except Problems as problems:
            faults.extend(problems.errors)
        except Error as error:
            faults.append(error)
    if faults:
        raise Problems(faults)
    return tuple(loaded)


def load_calendars(root: Path = LIBRARY) -> dict[str, Loaded[HolidayCalendar]]:
    """Return the calendars of holidays of the library, by id.

    Raises:
        Problems: every fault of the first faulty file, with its place.
    """
    names = [x.stem for x in sorted((root / "holidays").glob("*.yaml"))]
    loaded = (load_layer(x, "holidays", HolidayCalendar, root) for x in names)
    return {x.document.id: x for x in loaded}


def find_instrument(instruments: Sequence[Loaded[Instrument]], name: str) -> Loaded[Instrument]:
    """Return the instrument that an id names.

    Raises:
        Error: ``instrument.unknown``, with what there is.
    """
    for loaded in instruments:
        if loaded.document.id == name:
            return loaded
    known = ", ".join(x.document.id for x in instruments)
    raise Error(
        "instrument.unknown",
        f"the library has no instrument {name}",
        hint=f"it has: {known or 'none'}",
    )


def load_instrument(name: str, root: Path = LIBRARY) -> Loaded[Instrument]:
    """Return an instrument of the library by its id, or one of the user's from a file.

    Raises:
        Error: ``instrument.unknown``, ``file.*``.
        Problems: every fault of the file, with its place.
    """
    if not name.endswith((".yaml", ".yml", ".json")):
        return find_instrument(load_instruments(root), name)
    source = parse_tree(read_bytes(Path(name), name, MAX_BYTES), name=name)
    return load_document(source, Instrument)


def load_several(names: Sequence[str], root: Path = LIBRARY) -> tuple[Loaded[Instrument], ...]:
    """Return instruments by id or file, in their order; the library is read once, if at all.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``instrument.*``, ``file.*``.
    """
    files = [x for x in names if x.endswith((".yaml", ".yml", ".json"))]
    shipped = load_instruments(root) if len(files) < len(names) else ()
    return tuple(
        load_instrument(x, root) if x in files else find_instrument(shipped, x) for x in names
    )


def summarise_instrument(loaded: Loaded[Instrument]) -> InstrumentSummary:
    """Return what the library holds of one instrument."""
    law = loaded.document
    return InstrumentSummary(
        id=law.id,
        jurisdiction=law.jurisdiction,
        title=law.title,
        status=law.status,
        in_force_from=law.in_force.from_ if law.in_force else None,
        standing=law.coverage.standing,
        provisions=len(law.provisions),
        anchored=sum(1 for x in law.provisions if any(a.sha256 for a in x.anchors)),
        clocks=sum(len(x.clocks) for x in law.provisions),
    )


def load_overlays(
    names: Sequence[str], laws: Sequence[Instrument], root: Path = LIBRARY
) -> tuple[Loaded[Overlay], ...]:
    """Return overlays, of the library by id or of files, in the order given.

    ``laws`` are instruments at hand beside those of the library; none is laid over whatever.

    Raises:
        Problems: every fault of every file, and every name in it that is in no instrument.
        Error: ``overlay.unknown``, ``file.*``.
    """
    if not names:
        return ()
    loaded = tuple(load_layer(x, "overlays", Overlay, root) for x in dict.fromkeys(names))
    known = {x.document.id: x.document for x in load_instruments(root)}
    known |= {x.id: x for x in laws}
    faults = [error for x in loaded for error in check_overlay(x, list(known.values()))]
    faults += find_cycles(loaded)
    if faults:
        raise Problems(faults)
    return loaded


def load_layer(name: str, folder: str, model: type[DocumentT], root: Path) -> Loaded[DocumentT]:
    """Return a document of a folder of the library by its name, or one of the user's from a file.

    Raises:
        Problems: every fault of the file, with its place.
        Error: ``overlay.unknown``, ``crosswalk.unknown``, ``file.*``.
    """
    if name.endswith((".yaml", ".yml", ".json")):
        path = Path(name)
    else:
        shipped = {x.stem: x for x in sorted((root / folder).glob("*.yaml"))}
        if name not in shipped:
            raise Error(
                f"{folder.removesuffix('s')}.unknown",
                f"the library has no {folder.removesuffix('s')} {name}",
                hint=f"name a file, or one of: {', '.join(shipped) or 'none'}",
            )
        path, name = shipped[name], f"{folder}/{name}.yaml"
    return load_document(parse_tree(read_bytes(path, name, MAX_BYTES), name=name), model)


def judge_files(
    instrument: str,
    framework: str,
    developer: Path | None,
    on: date,
    root: Path = LIBRARY,
    *,
    overlays: Sequence[str] = (),
) -> Report:
    """Return the findings of an instrument over a framework, of the library or of a file.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``instrument.*``, ``overlay.*``, ``library.unknown``, ``file.*``.
    """
    law = load_instrument(instrument, root)
    facts = None
    if developer is not None:
        name = developer.as_posix()
        source = parse_tree(read_bytes(developer, name, MAX_BYTES), name=name)
        facts = load_document(source, Developer)
    layers = load_overlays(overlays, [law.document], root)
    return judge_under(law, find_framework(framework, root), facts, layers, on)


def find_framework(name: str, root: Path) -> Loaded[Framework]:
    """Return a framework of the library by its name, or of the user from a file.

    Raises:
        Problems: every fault of the file, with its place.
        Error: ``library.*``, ``file.*``.
    """
    if name.endswith((".yaml", ".yml", ".json")):
        return load_framework(Path(name))
    return find_version(load_library(root), name)
