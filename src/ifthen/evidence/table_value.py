"""Score values and other foreign text as the cells of a table."""

import json
from typing import Any

from ifthen.encoding.canonical import MAX_INTEGER
from ifthen.errors import Error


def clean_text(text: str) -> str:
    r"""Return text that can be written as UTF-8: lone surrogates become ``\udXXX``."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def describe_value(value: Any) -> tuple[str | None, str]:
    """Return a value as text, and which type it has; the inverse of :func:`parse_value`.

    Text stands for itself; everything else is JSON without spaces, with its keys in order, so that
    one value has one text. A number that is whole and at most 2^53 has no point, an integer has
    every digit, other numbers have the fewest that tell them from their neighbours. NaN, Infinity
    and -Infinity are written so. (RFC 8785 does not do: it writes a large float with digits that
    belong to another integer.)

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
    try:
        return json.dumps(_plain(value))
    except ValueError as error:  # Python writes no more than some thousand digits
        raise _not_written("an integer of too many digits") from error


def _structure(value: Any) -> str:
    try:
        plain = _plain(value)
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except RecursionError as error:
        message = "a score is nested too deeply for a table"
        raise Error("table.too-deep", message, hint="leave out the log") from error
    except (TypeError, ValueError) as error:
        raise _not_written(f"a score of type {type(value).__name__}") from error


def _plain(value: Any) -> Any:
    """Return a value in which whole floats are integers and every key is text."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= MAX_INTEGER else value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key that is no text")
        return {key: _plain(each) for key, each in value.items()}
    return value


def _not_written(what: str) -> Error:
    return Error("table.value", f"{what} cannot be written as JSON", hint="leave out the log")
