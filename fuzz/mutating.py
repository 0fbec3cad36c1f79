"""Changes that keep JSON well-formed, so that a fuzzer gets past the parser."""

import json
import random
from typing import Any

from fuzz.packing import pack_files, unpack_files

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 0.5, 1e308, -0.0, 2**63, 2**64, -(2**63), 10**40, 10**400,
    float("nan"), float("inf"), float("-inf"), "", " ", "C", "I", "P", "N", "nan", "1", "1e999",
    "\x00", "\ud800", "\u2028", "../x", "x" * 2000, "9" * 5000, [], {}, [[]], [None], [1, "1"],
    {"": 0}, {"a": {"a": {}}}, [[[[[[[[]]]]]]]], "inspect_ai/mean", "median", "mode", "at_least_1",
    "pass_at_5", "2026-01-01T00:00:00+99:99", "0001-01-01", "9999-12-31T23:59:59-23:59",
)  # fmt: skip


def mutate_pack(data: bytes, seed: int) -> bytes | None:
    """Return the pack with one JSON value of one file changed; None where nothing is JSON."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    files = unpack_files(data)
    names = list(files)
    rng.shuffle(names)
    for name in names:
        changed = _mutate_file(files[name], rng)
        if changed is not None:
            files[name] = changed
            return pack_files(files)
    return None


def _mutate_file(data: bytes, rng: random.Random) -> bytes | None:
    try:
        return _dump(_mutated(json.loads(data), rng))
    except (ValueError, RecursionError):
        pass
    lines = data.split(b"\n")  # perhaps one value a line
    place = rng.randrange(len(lines))
    try:
        lines[place] = _dump(_mutated(json.loads(lines[place]), rng))
    except (ValueError, RecursionError):
        return None
    return b"\n".join(lines)


def _dump(tree: Any) -> bytes:
    return json.dumps(tree).encode("utf-8", "surrogatepass")


def _mutated(tree: Any, rng: random.Random) -> Any:
    spots: list[tuple[Any, Any]] = []
    pending = [tree] if isinstance(tree, dict | list) else []
    while pending and len(spots) < 20_000:
        node = pending.pop()
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in pairs:
            spots.append((node, key))
            if isinstance(value, dict | list):
                pending.append(value)
    if not spots:
        return rng.choice(ODD)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        node, key = rng.choice(spots)
        try:
            _change(node, key, rng.choice(spots), rng)
        except (KeyError, IndexError):
            continue
    return tree


def _change(node: Any, key: Any, other: tuple[Any, Any], rng: random.Random) -> None:
    kind = rng.randrange(7)
    if kind <= 2:
        node[key] = rng.choice(ODD)
    elif kind == 3:
        del node[key]
    elif kind == 4:
        node[key] = json.loads(json.dumps(other[0][other[1]]))  # a copy: no value holds itself
    elif kind == 5 and isinstance(node, list):
        node.append(json.loads(json.dumps(node[key])))
    elif isinstance(node, dict):
        node[rng.choice(("", "\u0000", str(key) + "x", "__proto__"))] = node[key]
    elif isinstance(node[key], int | float):
        node[key] = -node[key]
