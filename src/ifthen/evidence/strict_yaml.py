"""Small YAML files that a person writes beside results: strict, with located errors."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ifthen.encoding.document import PATTERNS
from ifthen.encoding.fault import explain_faults
from ifthen.encoding.tree import Source, parse_tree
from ifthen.errors import Error, Problems

T = TypeVar("T", bound=BaseModel)


def parse_part(data: bytes, model: type[T], *, name: str) -> tuple[T, Source]:
    """Return what a YAML file says, and where each part of it stands.

    Raises:
        Error: ``yaml.*``, ``log.wrong-shape`` for a file that is no mapping.
        Problems: every other fault, each with its place (codes ``document.*``).
    """
    source = parse_tree(data, name=name)
    if not isinstance(source.tree, dict):
        raise Error("log.wrong-shape", "the file has to hold keys and values", where=source.where())
    try:
        return model.model_validate_json(json.dumps(source.tree)), source
    except ValidationError as error:
        raise Problems(explain_faults(error, source, model, PATTERNS)) from error
