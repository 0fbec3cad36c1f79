"""The document that says how a workspace is published: by whom, into which log, what is withheld.

What is withheld is written down with its reason before anything is published, so that it can be
read, reviewed and dated like every other document.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, field_validator

from ifthen.attestation.disclosure import Path
from ifthen.attestation.stated import Why
from ifthen.encoding.document import Document, Id, Line, Part, Text
from ifthen.errors import Error

KEPT = ("kind", "id", "version")
"""Fields that cannot be withheld: they say which document it is."""
ALL = "*"
SALT = "salt"
"""Field that is withheld with any other of its document."""
SALTED = (
    "framework",
    "model",
    "plan",
    "evidence",
    "declaration",
    "assessment",
    "comparison",
    "determination",
    "exception",
    "incident",
    "erratum",
    "withdrawal",
)
"""Kinds whose digests stand in decisions."""
_STEP = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,6}|\*)\]")


class Withholding(Part):
    """Fields of documents that are withheld, and why."""

    kind: Id
    """Kind of the documents."""
    id: Id | None = None
    """Which of them; all of the kind when absent."""
    fields: tuple[Line, ...] = Field(min_length=1)
    """Which fields, such as ``run.elicitation`` or ``measurements[*].clusters``; ``*`` for all."""
    reason: Why
    """Why."""
    note: Text | None = None
    """Why, in words that everybody can read."""
    seen_by: tuple[Line, ...] = ()
    """Who has seen them nevertheless."""

    @field_validator("fields")
    @classmethod
    def _readable(cls, fields: tuple[str, ...]) -> tuple[str, ...]:
        for field in fields:
            parse_field(field)
        return fields


class RawLogs(Part):
    """Whether raw logs are published."""

    publish: bool = False
    """Whether everybody gets them."""
    reason: Why = "hazard"
    """Why not, where they are withheld."""


class Publication(Document):
    """How the workspace is published: by whom, into which log, and what is withheld."""

    kind: Literal["publication"]
    publisher: Line
    """Who publishes."""
    origin: Line
    """Name of the log, such as ``log.example.com/safety``."""
    raw_logs: RawLogs = RawLogs()
    """Whether raw evaluation logs are published."""
    withhold: tuple[Withholding, ...] = ()
    """What is withheld."""


def parse_field(text: str) -> tuple[str | int | None, ...]:
    """Return the steps of a field's path; None stands for every element of a list.

    Raises:
        ValueError: where the text is no path, or one of a field that cannot be withheld.
    """
    if text == ALL:
        return (ALL,)
    steps: list[str | int | None] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (at == 0) == text.startswith((".", "["), at):
            break
        name, number = found.groups()
        steps.append(name if number is None else None if number == ALL else int(number))
        at = found.end()
    if at < len(text) or not steps:
        raise ValueError(f"{text!r} is no field, such as run.elicitation or measurements[0].value")
    if steps[0] in KEPT and len(steps) == 1:
        raise ValueError(f"{text!r} says which document it is, and cannot be withheld")
    return tuple(steps)


def find_paths(tree: Mapping[str, Any], field: str) -> Iterator[Path]:
    """Yield the places of a document that a field of a rule names; none where it is not there."""
    steps = parse_field(field)
    if steps == (ALL,):
        yield from ((key,) for key in tree if key not in KEPT)
        return
    pending: list[tuple[Path, Any]] = [((), tree)]
    for step in steps:
        pending = [
            ((*path, key), value[key]) for path, value in pending for key in _matching(step, value)
        ]
    yield from (path for path, _ in pending)


def _matching(step: str | int | None, value: Any) -> Iterable[Any]:
    """Return the keys of a value that a step names."""
    if isinstance(value, list):
        if step is None:
            return range(len(value))
        return (step,) if isinstance(step, int) and step < len(value) else ()
    return (step,) if isinstance(step, str) and isinstance(value, dict) and step in value else ()


def find_withheld(
    rules: Iterable[Withholding], kind: str, id: str, tree: Mapping[str, Any]
) -> dict[Path, Withholding]:
    """Return the places of a document that are withheld, with the first rule that says so.

    Where anything is, so is the salt.

    Raises:
        Error: ``publication.field`` where a rule for this document names a field that it lacks.
    """
    found: dict[Path, Withholding] = {}
    for rule in rules:
        if rule.kind != kind or rule.id not in {None, id}:
            continue
        for field in rule.fields:
            paths = list(find_paths(tree, field))
            if not paths and rule.id is not None:
                raise Error(
                    "publication.field",
                    f"{kind} {id} has no {field}, which is to be withheld",
                    hint="mend the field in the document of kind publication",
                )
            for path in paths:
                found.setdefault(path, rule)
    if found and SALT in tree:
        found.setdefault((SALT,), next(iter(found.values())))
    return found
