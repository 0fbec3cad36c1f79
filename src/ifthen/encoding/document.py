"""Strict documents: pydantic models that refuse what they do not know, with located errors.

``Part`` fixes the three settings that a signed document needs (frozen, strict, unknown keys
refused) once, so that no model can forget them. Validation goes through JSON, in which pydantic's
strict mode takes dates as ISO text and arrays as tuples and coerces nothing else.
"""

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ifthen.encoding.tree import Path, Source
from ifthen.errors import Error, Problems

FORMAT = 1

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\r\n]+$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Part(BaseModel):
    """A frozen, strict piece of a document; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_by_name=False)


class Document(Part):
    """The root of a document: says its format and carries a human id."""

    format: int = FORMAT
    """Version of the document format."""
    id: Id
    """Name of the document, unique among its kind in a workspace."""


DocumentT = TypeVar("DocumentT", bound=Document)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[DocumentT]):
    """A validated document together with the file it came from."""

    document: DocumentT
    source: Source

    @property
    def digest(self) -> str:
        """The document's identity."""
        return self.source.digest

    def where(self, *path: str | int) -> str:
        """Return ``file:line:column`` of a part of the document."""
        return self.source.where(path)


def load_document(source: Source, model: type[DocumentT]) -> Loaded[DocumentT]:
    """Return the validated document.

    Raises:
        Problems: every fault of the document, each with its place (codes ``document.*``).
    """
    if not isinstance(source.tree, dict):
        raise Problems(
            [Error("document.not-mapping", "a document is a mapping of keys", where=source.where())]
        )
    try:
        document = model.model_validate_json(json.dumps(source.tree))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise Problems(_unique(_located(fault, source, model) for fault in faults)) from error
    if document.format != FORMAT:
        raise Problems(
            [
                Error(
                    "document.format",
                    f"format {document.format} is not known; this version reads format {FORMAT}",
                    where=source.where(("format",)),
                    hint="use the ifthen version that wrote the document",
                )
            ]
        )
    return Loaded(document=document, source=source)


def dump_document(document: Document) -> dict[str, Any]:
    """Return the document as plain data, without keys that hold their default."""
    return document.model_dump(mode="json", by_alias=True, exclude_defaults=True) | (
        {"kind": kind} if (kind := getattr(document, "kind", None)) else {}
    )


def _unique(errors: Iterable[Error]) -> list[Error]:
    seen: dict[str, Error] = {}
    for error in errors:
        seen.setdefault(str(error), error)
    return list(seen.values())


def _located(fault: Any, source: Source, model: type[BaseModel]) -> Error:
    path: Path = tuple(fault["loc"])
    where = source.where(path)
    at = format_path(path)
    kind = fault["type"]
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        close = difflib.get_close_matches(str(path[-1]), known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else None
        if not close and known:
            hint = f"known keys here: {', '.join(sorted(known))}"
        return Error("document.unknown-key", f"unknown key '{at}'", where=where, hint=hint)
    if kind == "missing":
        return Error("document.missing-key", f"the key '{at}' is missing", where=where)
    found = json.dumps(fault["input"], default=str)
    found = found if len(found) <= 80 else found[:77] + "..."
    message = fault["msg"].removeprefix("Value error, ")
    code = "document.wrong-type" if kind.endswith("_type") else "document.wrong-value"
    text = message if kind == "value_error" else f"{message}; found {found}"
    hint = None
    if kind == "string_type" and isinstance(fault["input"], int | float):
        hint = "put the value in quotes"
    return Error(code, f"'{at}': {text}" if at else text, where=where, hint=hint)


def format_path(path: Path) -> str:
    """Return ``thresholds[2].id`` for ``("thresholds", 2, "id")``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the model at ``path`` knows, for a suggestion."""
    current: type[BaseModel] | None = model
    for part in path:
        if current is None:
            return []
        if isinstance(part, int):
            continue
        fields = {field.alias or name: field for name, field in current.model_fields.items()}
        current = _model_of(fields[part].annotation) if part in fields else None
    if current is None:
        return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        if found := _model_of(argument):
            return found
    return None
