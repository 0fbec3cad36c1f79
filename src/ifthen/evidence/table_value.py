"""Score values and other foreign text as the cells of a table."""

import json
import math
from typing import Any

from ifthen.encoding.canonical import MAX_INTEGER, format_canonical
from ifthen.errors import Error


def clean_text(text: str) -> str:
    r"""Return text that can be written as UTF-8: lone surrogates become ``\udXXX``."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def describe_value(value: Any) -> tuple[str | None, str]:
    """Return a value as text, and which type it has; the inverse of :func:`parse_value`.

    Text stands for itself; everything else is canonical JSON. Where that has no spelling for a
    number, NaN, Infinity and -Infinity are written so, and integers beyond 2^53 with every digit.

    Raises:
        Error: ``table.too-deep``, ``table.value`` for what is no JSON.
    """
    if isinstance(value, str):
        return clean_text(value), "text"
    if value is None:
        return None, "none"
    if isinstance(value, bool):
        return ("true" if value else "false"), "truth"
    if isinstance(value, int | float):
        return _number(value), "number"
    return clean_text(_structure(value)), "mapping" if isinstance(value, dict) else "list"


def parse_value(text: str | None, type: str | None) -> Any:
    """Return the value that :func:`describe_value` wrote; a whole float comes back as an integer.

    Raises:
        ValueError: the text is no value of that type.
    """
    if type == "text" or text is None:
        return text
    return json.loads(text)


def _number(value: float) -> str:
    if isinstance(value, int):
        try:
            return str(int(value))
        except ValueError as error:  # Python writes no more than some thousand digits
            raise _not_written("an integer of too many digits") from error
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value.is_integer() and abs(value) <= MAX_INTEGER:
        return str(int(value))  # as RFC 8785 has it, without its detours
    return format_canonical(value).decode()


def _structure(value: Any) -> str:
    try:
        return format_canonical(value).decode()
    except Error:
        pass
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except RecursionError as error:
        message = "a score is nested too deeply for a table"
        raise Error("table.too-deep", message, hint="leave out the log") from error
    except (TypeError, ValueError) as error:
        raise _not_written(f"a score of type {type(value).__name__}") from error


def _not_written(what: str) -> Error:
    return Error("table.value", f"{what} cannot be written as JSON", hint="leave out the log")
