"""Instruments, crosswalks and findings as OSCAL, from files and the library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ifthen.conformance.crosswalk import Crosswalk
from ifthen.conformance.finding import Report
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.oscal import format_catalogue, format_mapping, format_profile
from ifthen.conformance.oscal_results import format_results
from ifthen.conformance.overlaying import judge_under
from ifthen.encoding.document import Loaded
from ifthen.workspace.applying import load_developer
from ifthen.workspace.conforming import Asking, Documents, conform
from ifthen.workspace.instruments import (
    find_framework,
    load_instrument,
    load_instruments,
    load_layer,
    load_overlays,
)
from ifthen.workspace.library import LIBRARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What findings are asked for; names are ids of the library, or files."""

    instrument: str
    """The law or code."""
    on: date
    """The day."""
    framework: str | None = None
    """The framework document."""
    developer: Path | None = None
    """What is known of the developer."""
    overlays: Sequence[str] = ()
    """Layers of law."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the catalogues lie to which other documents refer."""

    base: str = ""
    """An address or folder before the file's name; empty: beside the document."""

    def locate(self, name: str) -> str:
        """Return the reference to a file."""
        return f"{self.base.rstrip('/')}/{quote(name)}" if self.base else quote(name)


def export_catalogue(name: str, *, now: datetime, root: Path = LIBRARY) -> dict[str, Any]:
    """Return an instrument as an OSCAL catalogue.

    Raises:
        Error: ``instrument.unknown``, ``file.*``.
        Problems: every fault of the file, with its place.
    """
    return format_catalogue(load_instrument(name, root), now=now)


def export_profile(
    asked: Asked, place: Place, *, now: datetime, root: Path = LIBRARY
) -> dict[str, Any]:
    """Return what is asked of a developer on a day as an OSCAL profile.

    Raises:
        Error: ``oscal.nothing``, ``instrument.*``, ``overlay.*``, ``file.*``.
        Problems: every fault of a file, with its place.
    """
    law = load_instrument(asked.instrument, root)
    return format_profile(law, _judge(law, asked, root), now=now, locate=place.locate)


def export_results(
    asked: Asked, place: Place, *, now: datetime, root: Path = LIBRARY
) -> dict[str, Any]:
    """Return findings as OSCAL assessment results.

    Raises:
        Error: ``instrument.*``, ``overlay.*``, ``library.*``, ``file.*``.
        Problems: every fault of a file, with its place.
    """
    report = _judge(load_instrument(asked.instrument, root), asked, root)
    return format_results(report, now=now, locate=place.locate)


def export_workspace_results(
    asked: Asking, documents: Documents, place: Place, *, now: datetime, root: Path = LIBRARY
) -> dict[str, Any]:
    """Return findings over the documents of a workspace as OSCAL assessment results.

    ``asked`` names one instrument.

    Raises:
        Problems: every fault of a file, with its place.
        Error: ``instrument.*``, ``overlay.*``, ``file.*``, ``framework.several``.
    """
    (report,) = conform(asked, documents, root)
    return format_results(report, now=now, locate=place.locate)


def export_mapping(
    name: str, place: Place, *, now: datetime, regimes: Sequence[str] = (), root: Path = LIBRARY
) -> dict[str, Any]:
    """Return a crosswalk as an OSCAL mapping collection.

    ``regimes`` are instruments beside those of the library.

    Raises:
        Problems: every fault of the file, and every name in it that stands in no instrument.
        Error: ``crosswalk.unknown``, ``instrument.*``, ``file.*``.
    """
    walk = load_layer(name, "crosswalks", Crosswalk, root)
    laws: Mapping[str, Instrument] = {
        x.document.id: x.document
        for x in (*load_instruments(root), *(load_instrument(x, root) for x in regimes))
    }
    return format_mapping(walk, laws, now=now, locate=place.locate)


def _judge(law: Loaded[Instrument], asked: Asked, root: Path) -> Report:
    framework = find_framework(asked.framework, root) if asked.framework else None
    developer = load_developer(asked.developer) if asked.developer else None
    layers = load_overlays(asked.overlays, [law.document], root)
    return judge_under(law, framework, developer, layers, asked.on)
