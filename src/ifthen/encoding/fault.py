"""Faults of a document in plain words, each at its place, one for each thing to mend.

pydantic reports one error for every member of a union, for a list that is short only because an
entry is wrong, and for both names of a misspelt key. A reader has one thing to mend each time, so
one error is given.
"""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ifthen.encoding.tree import Path, Source
from ifthen.errors import Error

_TYPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "date_type": "a date such as 2026-07-01",
    "datetime_type": "a time with its zone, such as 2026-07-01T12:00:00Z",
}

_LIMITS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def explain_faults(
    error: ValidationError, source: Source, model: type[BaseModel], patterns: Mapping[str, str]
) -> list[Error]:
    """Return the faults in the order of the file (codes ``document.*``).

    ``patterns`` says in words what each text pattern of the model asks for.
    """
    unions: dict[Path, list[Any]] = {}
    single: list[tuple[Path, Any]] = []
    for fault in error.errors(include_url=False):
        path, in_union = _path_in_tree(fault, source.tree)
        if in_union:
            unions.setdefault(path, []).append(fault)
        elif not _follows_from_an_entry(fault):
            single.append((path, fault))
    for path, faults in unions.items():
        depth = len(path)
        if meant := _faults_of_member(depth, faults):
            single += [((*path, *fault["loc"][depth + 1 :]), fault) for fault in meant]
        else:
            single.append((path, _fault_of_union(depth, faults)))
    errors: dict[str, tuple[tuple[int, int], Error]] = {}
    for path, fault in _without_misspelt(single, model):
        found = _explain(path, fault, source, model, patterns)
        errors.setdefault(str(found), (source.place(path), found))
    return [found for _, found in sorted(errors.values(), key=lambda item: item[0])]


def format_path(path: Path) -> str:
    """Return ``thresholds[2].id`` for ``("thresholds", 2, "id")``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _path_in_tree(fault: Any, tree: Any) -> tuple[Path, bool]:
    """Return the part of a fault's path that is in the file, and whether union members follow."""
    location, value = fault["loc"], fault["input"]
    node = tree
    for index, part in enumerate(location):
        inside = _descend(node, part)
        last = index == len(location) - 1
        if last and fault["type"] == "missing":
            return location, False
        if inside is _ABSENT or (last and node == value and inside != value):
            return location[:index], True
        node = inside
    return location, False


_ABSENT = object()


def _descend(node: Any, part: str | int) -> Any:
    if isinstance(node, dict) and part in node:
        return node[part]
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return _ABSENT


def _follows_from_an_entry(fault: Any) -> bool:
    """Return whether a list only counts as short because its entries have faults of their own."""
    enough: bool = (
        fault["type"] == "too_short" and len(fault["input"]) >= fault["ctx"]["min_length"]
    )
    return enough


def _faults_of_member(depth: int, faults: list[Any]) -> list[Any]:
    """Return the faults inside the one member whose form the value has, if there is one."""
    members: dict[Any, list[Any]] = {}
    for fault in faults:
        members.setdefault(fault["loc"][depth : depth + 1], []).append(fault)
    inside = [
        found for found in members.values() if all(len(fault["loc"]) > depth + 1 for fault in found)
    ]
    others = [
        found
        for found in members.values()
        if len(found) == 1
        and len(found[0]["loc"]) == depth + 1
        and found[0]["type"].endswith("_type")
    ]
    return inside[0] if len(inside) == 1 and len(others) == len(members) - 1 else []


def _fault_of_union(depth: int, faults: list[Any]) -> Any:
    """Return the fault of the member that the value was meant for, else one about all of them."""
    for fault in faults:
        if len(fault["loc"]) == depth + 1 and not fault["type"].endswith("_type"):
            return fault
    inside = any(len(fault["loc"]) > depth + 1 for fault in faults)
    words = dict.fromkeys(_TYPES.get(fault["type"], fault["msg"]) for fault in faults)
    return {
        "type": "union_type",
        "input": {"": None} if inside else faults[0]["input"],
        "words": "in one of the forms that are known here" if inside else _alternatives([*words]),
    }


def _without_misspelt(
    faults: list[tuple[Path, Any]], model: type[BaseModel]
) -> Iterator[tuple[Path, Any]]:
    """Yield the faults without the missing keys that stand there under a misspelt name."""
    meant = set()
    for path, fault in faults:
        if fault["type"] == "extra_forbidden" and (close := _meant(path, model)):
            meant.add((*path[:-1], close))
    for path, fault in faults:
        if fault["type"] != "missing" or path not in meant:
            yield path, fault


def _meant(path: Path, model: type[BaseModel]) -> str | None:
    close = difflib.get_close_matches(str(path[-1]), _keys_at(model, path[:-1]), n=1)
    return close[0] if close else None


def _explain(
    path: Path, fault: Any, source: Source, model: type[BaseModel], patterns: Mapping[str, str]
) -> Error:
    where, at, kind, value = source.where(path), format_path(path), fault["type"], fault["input"]
    if kind == "extra_forbidden":
        meant, known = _meant(path, model), sorted(_keys_at(model, path[:-1]))
        hint = f"did you mean '{meant}'?" if meant else None
        if not meant and known:
            hint = f"remove it; known keys here: {', '.join(known)}"
        return Error("document.unknown-key", f"unknown key '{at}'", where=where, hint=hint)
    if kind == "missing":
        return Error(
            "document.missing-key",
            f"the key '{at}' is missing",
            where=where,
            hint=f"add '{path[-1]}:' to the keys that stand here",
        )
    code = "document.wrong-type" if kind.endswith("_type") else "document.wrong-value"
    subject = f"'{at}'" if at else "the document"
    if kind == "value_error":  # a rule of our own, in its own words
        message = f"{subject}: {fault['msg'].removeprefix('Value error, ')}"
    else:
        message = f"{subject} {_demand(fault, patterns)}; found {_found(value)}"
    return Error(code, message, where=where, hint=_hint(fault, value))


def _demand(fault: Any, patterns: Mapping[str, str]) -> str:
    """Return what the value has to be, in words that follow its name."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "union_type":
        return f"has to be {fault['words']}"
    if kind in _TYPES:
        return f"has to be {_TYPES[kind]}"
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"has to be {words} {context[key]:g}"
    if kind == "literal_error":
        return f"has to be {context['expected']}"
    if kind == "string_pattern_mismatch":
        return patterns.get(context["pattern"], f"has to match {context['pattern']}")
    if kind == "string_too_short":
        return "may not be empty"
    if kind == "string_too_long":
        return f"has {len(fault['input']):,} characters, more than {context['max_length']:,}"
    if kind == "too_short":
        return f"needs at least {context['min_length']} in the list"
    message: str = fault["msg"]
    return message


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping of keys" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _hint(fault: Any, value: Any) -> str | None:
    kind, context = fault["type"], fault.get("ctx", {})
    if value is None:
        return "write a value after the colon, or remove the key"
    if kind == "string_type" and isinstance(value, int | float):
        return "put the value in quotes"
    if kind in ("int_type", "float_type") and isinstance(value, str):
        return "write a plain number, without quotes, units or percent sign: 0.25 for 25 %"
    if kind == "bool_type":
        return "write true or false, without quotes"
    if kind == "tuple_type":
        return "write a list: each entry on its own line after a dash"
    if kind in ("model_type", "dict_type"):
        return "write keys on the lines below, indented"
    if kind == "literal_error" and isinstance(value, str):
        options = [option.strip("'") for option in _options(context["expected"])]
        close = difflib.get_close_matches(value, options, n=1)
        return f"did you mean '{close[0]}'?" if close else None
    return None


def _options(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


def _alternatives(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the model at ``path`` knows, for a suggestion."""
    current: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int):
            continue
        annotations = dict(_annotations(current)) if current is not None else {}
        current = _model_of(annotations.get(part))
    return [name for name, _ in _annotations(current)] if current is not None else []


def _annotations(model: type[BaseModel]) -> Iterable[tuple[str, Any]]:
    return ((field.alias or name, field.annotation) for name, field in model.model_fields.items())


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for x in get_args(annotation) if (found := _model_of(x))), None)
