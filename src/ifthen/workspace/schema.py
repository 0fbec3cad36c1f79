"""The JSON Schema of every document that a workspace reads or makes."""

from typing import Any

from ifthen.conformance.crosswalk import Crosswalk
from ifthen.conformance.holidays import HolidayCalendar
from ifthen.conformance.instrument import Instrument
from ifthen.conformance.overlay import Overlay
from ifthen.decision.model import Decision
from ifthen.encoding.document import Document
from ifthen.encoding.schema import format_schema
from ifthen.workspace.model import KINDS

OTHERS: dict[str, type[Document]] = {
    "instrument": Instrument,
    "overlay": Overlay,
    "holidays": HolidayCalendar,
    "crosswalk": Crosswalk,
    "decision": Decision,
}
"""Kinds that are made, or that are kept outside a workspace."""


def list_kinds() -> list[str]:
    """Return the kinds of documents, in the order of the main job."""
    return [*KINDS, *OTHERS]


def format_document_schema(kind: str | None = None) -> dict[str, Any]:
    """Return the schema of one kind, or of all kinds told apart by ``kind``."""
    models = {**KINDS, **OTHERS}
    return format_schema(models if kind is None else {kind: models[kind]})
