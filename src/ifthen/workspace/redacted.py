"""Reading what is left of a published document when parts of it are withheld.

What is left is read as if the withheld parts had never been there. Where that makes no document,
because a part lacks something that it needs, the part is left out too; a document that cannot be
read at all is not guessed.
"""

import copy
import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from ifthen.attestation.disclosure import DIGESTS, ELEMENT
from ifthen.encoding.document import DocumentT

MAX_LEFT_OUT = 1000


def load_rest(model: type[DocumentT], tree: dict[str, Any]) -> DocumentT | None:
    """Return the document that the public parts make; None where they make none."""
    rest = _strip(tree)
    for _ in range(MAX_LEFT_OUT):
        try:
            return model.model_validate_json(json.dumps(rest))
        except ValidationError as error:
            places = [x["loc"] for x in error.errors()]
            if not any(_leave_out(rest, place) for place in places):
                return None
    return None


def _strip(value: Any) -> Any:
    """Return a tree without commitments: withheld fields and elements are not there."""
    if isinstance(value, list):
        return [_strip(x) for x in value if not (isinstance(x, dict) and ELEMENT in x)]
    if isinstance(value, dict):
        return {key: _strip(x) for key, x in value.items() if key != DIGESTS}
    return copy.copy(value)


def _leave_out(tree: dict[str, Any], place: Sequence[int | str]) -> bool:
    """Leave out the smallest element of a list that holds a faulty place, else the part at the top.

    Steps that are not in the tree, such as the names of alternatives, are passed over.
    """
    value: Any = tree
    last: tuple[list[Any], int] | None = None
    for step in place:
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            last = (value, step)
            value = value[step]
        elif isinstance(value, dict) and step in value:
            value = value[step]
    if last is not None:
        del last[0][last[1]]
        return True
    if place and place[0] in tree and place[0] not in ("kind", "id", "version"):
        del tree[str(place[0])]
        return True
    return False
