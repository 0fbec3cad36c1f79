"""One JSON Schema (draft 2020-12) for all kinds of documents, so that editors complete and explain.

The words come from the model sources: a class's docstring describes the mapping, and the docstring
under a field describes the key. They are read from the source when a schema is asked for, not when
the models are imported, so that every other start stays fast.
"""

import ast
import inspect
import re
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from ifthen.encoding.document import Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def format_schema(models: Mapping[str, type[Document]]) -> dict[str, Any]:
    """Return the JSON Schema of these documents; ``kind`` says which of them one is.

    With one kind, it is the schema of that kind. The order of the keys is always the same.
    """
    _, definitions = models_json_schema(
        [(model, "validation") for model in models.values()], schema_generator=_Generator
    )
    names = {kind: {"$ref": f"#/$defs/{model.__name__}"} for kind, model in models.items()}
    root: dict[str, Any]
    if len(models) == 1:
        ((kind, reference),) = names.items()
        root = {"title": f"ifthen {kind}", **reference}
    else:
        root = {
            "title": "ifthen documents",
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": {
                    "title": "Kind",
                    "description": "Which kind of document this is; the other keys follow from it.",
                    "enum": list(models),
                }
            },
            "allOf": [
                {
                    "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                    "then": reference,
                }
                for kind, reference in names.items()
            ],
        }
    return {"$schema": DIALECT, **root, "$defs": definitions["$defs"]}


class _Generator(GenerateJsonSchema):
    """pydantic's schema with human titles, and with the docstrings as descriptions."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        model = cast("type[BaseModel]", schema["cls"])
        found = super().model_schema(schema)
        found["title"] = _title(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__))
        described = describe_fields(model)
        found["description"] = _plain(model.__doc__)
        for name, field in model.model_fields.items():
            key = field.alias or name
            property_ = found["properties"][key]
            property_["title"] = _title(key)
            if property_.get("default", ...) is None:
                del property_["default"]
            if name in described:
                property_["description"] = described[name]
        return found


def describe_fields(model: type[BaseModel]) -> dict[str, str]:
    """Return the text under each field of a model; the docstring of a document is its kind's."""
    described: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            described |= _docstrings(base.__module__).get(base.__qualname__, {})
    if issubclass(model, Document) and "kind" in model.model_fields:
        described.setdefault("kind", _plain(model.__doc__))
    return described


@cache
def _docstrings(module: str) -> dict[str, dict[str, str]]:
    """Return, for each class of a module, the text that stands under each annotated name."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            texts = found.setdefault(node.name, {})
            for field, text in zip(node.body, node.body[1:], strict=False):
                match field, text:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(words))),
                    ):
                        texts[name] = _plain(words)
    return found


def _plain(docstring: str | None) -> str:
    """Return a docstring as running text, in which an editor sets `code` apart."""
    paragraphs = inspect.cleandoc(docstring or "").replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _title(name: str) -> str:
    words = name.strip("_").replace("_", " ")
    return words[:1].upper() + words[1:].lower().replace("sha256", "SHA-256")
