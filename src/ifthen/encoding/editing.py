"""Changing one value of a YAML file and not one other byte: comments, order and style stay.

An edit is cut into the text at the place where the parser saw the part. The new text is read again,
and it has to hold exactly the old data with that one change; where it does not, nothing is changed.
"""

import copy
import json
import re
from typing import Any

import yaml

from ifthen.encoding.tree import Path, parse_tree
from ifthen.errors import Error

_PLAIN = re.compile(r"[A-Za-z0-9_/(][A-Za-z0-9_./@()+-]*(?: [A-Za-z0-9_./@()+-]+)*")


def set_value(text: str, path: Path, value: Any, *, name: str) -> str:
    """Return the text with one value set: replaced, or added under a new key of a mapping.

    Raises:
        Error: ``edit.path`` for a place that is not there, ``edit.unsafe`` where the text cannot be
            changed without touching more, and those of :func:`~ifthen.encoding.tree.parse_tree`.
    """
    tree = parse_tree(text.encode(), name=name).tree
    node = _compose(text, name)
    expected = copy.deepcopy(tree)
    holder, key = _descend(expected, path, name), path[-1]
    if isinstance(holder, dict) and isinstance(key, str):
        found = _find(node, path, name) if key in holder else None
        if found is None:
            changed = _insert(text, _find(node, path[:-1], name), f"{key}: {format_flow(value)}")
        else:
            changed = _replace(text, found, value)
        holder[key] = value
    elif isinstance(holder, list) and isinstance(key, int) and 0 <= key < len(holder):
        changed = _replace(text, _find(node, path, name), value)
        holder[key] = value
    else:
        raise _not_there(path, name)
    return _verified(changed, expected, name)


def append_item(text: str, path: Path, value: Any, *, name: str) -> str:
    """Return the text with one more item at the end of a list.

    Raises:
        Error: those of :func:`set_value`.
    """
    expected = copy.deepcopy(parse_tree(text.encode(), name=name).tree)
    items = _descend(expected, (*path, 0), name)
    if not isinstance(items, list):
        raise _not_there(path, name)
    found = _find(_compose(text, name), path, name)
    if not isinstance(found, yaml.CollectionNode):
        raise _not_there(path, name)
    if found.flow_style:
        changed = _insert(text, found, format_flow(value))
    else:
        end = _end_of_line(text, _last_leaf(found).end_mark.index)
        line = f"\n{' ' * found.start_mark.column}- {format_flow(value)}"
        changed = text[:end] + line + text[end:]
    items.append(value)
    return _verified(changed, expected, name)


def format_flow(value: Any) -> str:
    """Return a value in one line, plain where YAML reads it back as it is."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {format_flow(x)}" for key, x in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(format_flow(x) for x in value) + "]"
    if isinstance(value, str):
        plain = bool(_PLAIN.fullmatch(value)) and len(value) <= 80
        same = plain and parse_tree(value.encode(), name="value").tree == value
        return value if same else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _compose(text: str, name: str) -> yaml.Node:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        raise Error("edit.path", "the file is empty", where=name)
    return node


def _descend(tree: Any, path: Path, name: str) -> Any:
    """Return what holds the last part of a path."""
    if not path:
        raise Error("edit.path", "no key is named", where=name)
    found = tree
    for index, part in enumerate(path[:-1]):
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError) as error:
            raise _not_there(path[: index + 1], name) from error
    return found


def _find(node: yaml.Node, path: Path, name: str) -> yaml.Node:
    for index, part in enumerate(path):
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part >= 0:
            found = node.value[part] if part < len(node.value) else None
        if found is None:
            raise _not_there(path[: index + 1], name)
        node = found
    return node


def _not_there(path: Path, name: str) -> Error:
    return Error(
        "edit.path",
        f"there is no {'.'.join(map(str, path))} to set",
        where=name,
        hint="name keys with dots between them, and items of a list by their number from 0 on",
    )


def _replace(text: str, node: yaml.Node, value: Any) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    while end > start and text[end - 1].isspace():  # a block ends where the next part begins
        end -= 1
    before = len(text[:start].rstrip())
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and text[before - 1] == ":":
        start = before  # a block stands below its key, one line beside it
    lead = " " if text[start - 1 : start] == ":" else ""
    rest = re.sub(r"\A[ \t]+(?=\n|\Z)", "", text[end:])
    return text[:start] + lead + format_flow(value) + rest


def _insert(text: str, node: yaml.Node, entry: str) -> str:
    """Return the text with one more entry in a mapping, or in a list in brackets."""
    if not isinstance(node, yaml.CollectionNode):
        raise Error("edit.unsafe", "is no mapping and no list", hint="edit the file by hand")
    if node.flow_style:
        if not node.value:
            at = node.end_mark.index - 1
            return text[:at] + entry + text[at:]
        last = node.value[-1]
        at = (last[1] if isinstance(last, tuple) else last).end_mark.index
        return f"{text[:at]}, {entry}{text[at:]}"
    end = _end_of_line(text, _last_leaf(node).end_mark.index)
    return f"{text[:end]}\n{' ' * node.start_mark.column}{entry}{text[end:]}"


def _last_leaf(node: yaml.Node) -> yaml.Node:
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _end_of_line(text: str, at: int) -> int:
    """Return where the line ends on which the part before a place ends."""
    while at > 0 and text[at - 1].isspace():
        at -= 1
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _verified(text: str, expected: Any, name: str) -> str:
    try:
        found = parse_tree(text.encode(), name=name).tree
    except Error as error:
        raise _unsafe(name) from error
    if found != expected or repr(found) != repr(expected):
        raise _unsafe(name)
    return text


def _unsafe(name: str) -> Error:
    return Error(
        "edit.unsafe",
        "this cannot be changed without touching something else",
        where=name,
        hint="edit the file by hand",
    )
