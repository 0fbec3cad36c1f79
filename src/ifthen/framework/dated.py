"""Values that change on stated days, written where the value stands.

    below: {2026-01-01: 0.20, 2026-07-01: 0.15}

Before its first day there is no value, and asking for one is an error; ``null`` says that from that
day on it is repealed. A document is read for a day; read for none, the last value stands.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from ifthen.encoding.document import Document, Loaded, load_document

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SCHEMA = {
    "anyOf": [
        {"type": "number"},
        {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {f"^{_DAY.pattern}$": {"type": ["number", "null"]}},
            "additionalProperties": False,
        },
    ]
}


def _read(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, dict):
        return value
    days = _parse_days(value)
    on: date | None = (info.context or {}).get("on")
    if on is None:
        kept = [number for _, number in days if number is not None]
        if not kept:
            raise ValueError("every value is repealed; leave the clause out")
        return kept[-1]
    current = [number for day, number in days if day <= on]
    if not current:
        raise ValueError(f"has no value on {on}: the first is from {days[0][0]}")
    if current[-1] is None:
        raise ValueError(f"is repealed on {on}")
    return current[-1]


def _parse_days(value: dict[Any, Any]) -> list[tuple[date, Any]]:
    days = []
    for key, number in value.items():
        if not isinstance(key, str) or not _DAY.fullmatch(key):
            raise ValueError(f"write days like 2026-07-01; found {str(key)[:40]!r}")
        days.append((date.fromisoformat(key), number))
    if not days:
        raise ValueError("a dated value has at least one day")
    return sorted(days, key=lambda pair: pair[0])


Dated = Annotated[float, BeforeValidator(_read), WithJsonSchema(_SCHEMA)]
"""A number, or numbers by the day from which they hold."""

DocumentT = TypeVar("DocumentT", bound=Document)


def load_on(loaded: Loaded[DocumentT], on: date) -> Loaded[DocumentT]:
    """Return the document with the values of a day.

    Raises:
        Problems: ``document.*`` where a value has not begun or is repealed on that day.
    """
    if not change_days(loaded.source.tree):
        return loaded
    return load_document(loaded.source, type(loaded.document), context={"on": on})


def change_days(tree: Any) -> tuple[date, ...]:
    """Return the days on which some value of the document changes, in order."""
    return tuple(sorted(set(_find_days(tree))))


def _find_days(tree: Any) -> Iterator[date]:
    if isinstance(tree, dict):
        if tree and all(isinstance(key, str) and _DAY.fullmatch(key) for key in tree):
            for key in tree:
                try:
                    yield date.fromisoformat(key)
                except ValueError:
                    continue  # reported where the document is validated
        for value in tree.values():
            yield from _find_days(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _find_days(value)
