"""Reading what a person states in a file that is no document: an elicitation record, a report."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from ifthen.encoding.document import PATTERNS, Part
from ifthen.encoding.fault import explain_faults
from ifthen.encoding.tree import MAX_BYTES, parse_tree
from ifthen.errors import Problems
from ifthen.workspace.loading import read_bytes

PartT = TypeVar("PartT", bound=Part)


def load_statement(path: Path, model: type[PartT]) -> PartT:
    """Return what a YAML or JSON file states.

    Raises:
        Error: codes ``file.*`` and ``yaml.*``.
        Problems: every fault of the statement, each with its place (codes ``document.*``).
    """
    source = parse_tree(read_bytes(path, path.name, MAX_BYTES), name=path.name)
    try:
        return model.model_validate_json(json.dumps(source.tree))
    except ValidationError as error:
        raise Problems(explain_faults(error, source, model, PATTERNS)) from error
