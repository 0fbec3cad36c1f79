"""What regimes ask of a model of a developer, from files and the library."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from ifthen.conformance.burden import (
    Burden,
    Estimates,
    count_burden,
    list_spared_commitments,
)
from ifthen.conformance.crosswalk import Crosswalk, check_crosswalk
from ifthen.conformance.instrument import Instrument
from ifthen.decision.model import Decision
from ifthen.dossier.developer import Developer
from ifthen.encoding.document import Loaded
from ifthen.errors import Problems
from ifthen.framework.model import Framework
from ifthen.workspace.applying import load_chosen
from ifthen.workspace.instruments import load_instruments, load_layer
from ifthen.workspace.library import LIBRARY


def count_files(
    model: str,
    developer: Developer,
    instruments: Sequence[str],
    on: date,
    *,
    crosswalks: Sequence[str] = (),
    estimates: Estimates | None = None,
    decided: tuple[Framework, Decision] | None = None,
    root: Path = LIBRARY,
) -> Burden:
    """Return what instruments ask of a model, in the order given; by default all in force, oldest
    first.

    ``crosswalks`` are files beside those of the library. ``decided`` is the developer's framework
    and what was decided about the model under it.

    Raises:
        Problems: every fault of a file, and every name in a crosswalk that is in no instrument.
        Error: ``burden.unknown-model``, ``instrument.*``, ``file.*``.
    """
    laws = load_chosen(instruments, root)
    if not instruments:
        laws = tuple(sorted((x for x in laws if _is_binding(x, on)), key=_begins))
    shipped = [x.stem for x in sorted((root / "crosswalks").glob("*.yaml"))]
    walks = [load_layer(x, "crosswalks", Crosswalk, root) for x in (*shipped, *crosswalks)]
    known = {x.document.id: x.document for x in (*load_instruments(root), *laws)}
    faults = [error for walk in walks for error in check_crosswalk(walk, known)]
    if faults:
        raise Problems(faults)
    mapped = [x.document for x in walks]
    found = count_burden(laws, developer, model, mapped, on, estimates=estimates)
    if decided is None:
        return found
    spared = tuple(list_spared_commitments(*decided))
    return found.model_copy(update={"commitments": spared})


def _is_binding(law: Loaded[Instrument], on: date) -> bool:
    return law.document.status != "descriptive" and law.document.covers(on)


def _begins(law: Loaded[Instrument]) -> tuple[date, str]:
    days = law.document.in_force
    return (days.from_ if days else date.max, law.document.id)
