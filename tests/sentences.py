"""What decisions say in words: sentences that were read once and stay as they are.

A sentence is a part of a signed decision, which others make again byte by byte. Where it changes
without need, every record that was made before stops replaying. The list in
``tests/decision/data/sentences.txt`` names for a test what is said by its decisions, and by the
other functions of ``ifthen.decision`` that it calls; where one is no longer said, that test fails.
More may be said.

    IFTHEN_WRITE_SENTENCES=1 pytest -n0 tests/decision

writes the list anew, one sentence of each shape; read the difference before you keep it.

The words of an error are not listed, because they are free to change. That it has words is asked.
"""

import functools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from tests.decision import world

from ifthen.decision.facts import Facts
from ifthen.encoding.document import Loaded, Part
from ifthen.encoding.value import Value
from ifthen.errors import Error

WRITING = "IFTHEN_WRITE_SENTENCES" in os.environ
DRAWN = ("test_properties", "test_error_rates", "test_sweeping", "test_budget")
"""Files whose worlds are drawn or many."""
WORDS = re.compile(r" |^[a-z-]+\.[a-z-]+$")
"""What is listed: words, and codes of reasons."""

_written: dict[Path, dict[str, list[str]]] = {}
_shapes: set[str] = set()


def read_sentences(path: Path) -> dict[str, list[str]]:
    """Return the sentences by test: a test at the margin, what is said indented below it."""
    found: dict[str, list[str]] = {}
    test = ""
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        if line.startswith("    "):
            found[test].append(line[4:])
        elif line:
            test = line
            found[test] = []
    return found


def watch(request: pytest.FixtureRequest, listed: dict[str, list[str]]) -> Iterator[None]:
    """Run a test, and fail it where a sentence that is listed for it is no longer said."""
    path = Path(request.node.path)
    test = f"{path.name}::{request.node.name}"
    expected = listed.get(test, [])
    said: dict[str, None] = {}
    # Not the fixture: hypothesis refuses one that is made anew for each test.
    with pytest.MonkeyPatch.context() as patch, expect_words():
        drawn = path.name.startswith(DRAWN) or hasattr(request.function, "hypothesis")
        if expected or (WRITING and not drawn):
            _listen(patch, request.module, said)
        yield
    if WRITING:
        _keep(path.parent / "data" / "sentences.txt", test, list(said))
        return
    lost = [sentence for sentence in expected if sentence not in said]
    assert not lost, f"no longer said: {lost}; said: {list(said)}"


@contextmanager
def expect_words() -> Iterator[None]:
    """Fail where an error is made that says nothing, or something that is no text."""
    begin, wordless = Error.__init__, []

    def saying(self: Error, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        if not (isinstance(self.message, str) and self.message.strip()):
            wordless.append(self.code)
        if not (self.hint is None or (isinstance(self.hint, str) and self.hint.strip())):
            wordless.append(self.code)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Error, "__init__", saying)
        yield
    assert not wordless, f"errors without words: {wordless}"


def _listen(patch: pytest.MonkeyPatch, module: ModuleType, said: dict[str, None]) -> None:
    """Note what the functions return that a test calls by name, and the decisions of its world."""
    for place in (module, world):
        for name, value in vars(place).copy().items():
            if isinstance(value, FunctionType) and value.__module__.startswith("ifthen.decision."):
                patch.setattr(place, name, _listening(value, said))


def _listening(function: Callable[..., Any], said: dict[str, None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def listening(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        if isinstance(found, Iterator):
            kept = list(found)
            said.update(dict.fromkeys(_sentences(kept)))
            return iter(kept)
        said.update(dict.fromkeys(_sentences(found)))
        return found

    return listening


def _sentences(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if WORDS.search(value) and "\n" not in value:
            yield str(value)
    elif isinstance(value, dict):
        yield from _sentences([*value.values()])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _sentences(each)
    elif isinstance(value, Value | Part):
        for name in getattr(value, "__struct_fields__", None) or type(value).model_fields:
            yield from _sentences(getattr(value, name))
    elif is_dataclass(value) and not isinstance(value, Loaded | Facts | type):
        for field in fields(value):
            yield from _sentences(getattr(value, field.name))


def _keep(path: Path, test: str, said: list[str]) -> None:
    """Keep the sentences of a new shape: that differ in more than numbers and digests."""
    for sentence in said:
        shape = re.sub(r"[0-9a-f]{8,}|[0-9][0-9.:-]*", "#", sentence)
        if shape not in _shapes and "\n" not in sentence:
            _shapes.add(shape)
            _written.setdefault(path, {}).setdefault(test, []).append(sentence)


def write_sentences() -> None:
    """Write what was kept."""
    for path, tests in _written.items():
        lines = [line for test in tests for line in (test, *(f"    {x}" for x in tests[test]))]
        path.write_text("\n".join(lines) + "\n", "utf-8")
