"""Strict YAML and JSON: plain data, and for every part of it the line and column it stands at.

YAML is read by its 1.2 core schema, so that ``no`` is text and ``2026-07-01`` stays as written, and
only in the part of the language that has one meaning: duplicate keys, anchors, aliases, tags, keys
that are not text, several documents, numbers that are not finite and numbers with leading zeros are
errors. JSON is a subset of what is read, so one reader serves both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from ifthen.encoding.canonical import digest_value
from ifthen.errors import Error

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: slower, the same events
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
_SAFE_INTEGER = 2**53 - 1  # I-JSON (RFC 7493, 2.2): larger integers do not survive JSON

Path = tuple[str | int, ...]

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: its name, its data, and where each part stands."""

    name: str
    tree: Any
    places: dict[Path, tuple[int, int]] = field(repr=False)

    @property
    def digest(self) -> str:
        """The identity of the document: the digest of its data's canonical JSON."""
        return digest_value(self.tree)

    def where(self, path: Path = ()) -> str:
        """Return ``file:line:column`` of the deepest part of ``path`` that stands in the file."""
        for length in range(len(path), -1, -1):
            if place := self.places.get(path[:length]):
                return f"{self.name}:{place[0]}:{place[1]}"
        return self.name


def parse_tree(data: bytes, *, name: str) -> Source:
    """Return the data of strict YAML or JSON with the place of each part.

    Raises:
        Error: codes ``yaml.*`` with ``name:line:column``.
    """
    if len(data) > MAX_BYTES:
        raise Error(
            "yaml.too-large",
            f"the file has {len(data):,} bytes; documents may have {MAX_BYTES:,}",
            where=name,
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Error(
            "yaml.not-utf8",
            f"byte {error.start} is not UTF-8 text",
            where=f"{name}:{line}",
            hint="save the file as UTF-8",
        ) from error
    try:
        return _Builder(name, yaml.parse(text, Loader=_Loader)).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        problem = error.problem or error.context or "not readable"
        raise Error("yaml.syntax", f"not YAML: {problem}", where=where) from error
    except yaml.reader.ReaderError as error:
        raise Error(
            "yaml.character", f"character #x{error.character:04x} may not stand in YAML", where=name
        ) from error


class _Builder:
    """Builds plain data from parser events; refuses what has more than one meaning."""

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self.name = name
        self.events = events
        self.places: dict[Path, tuple[int, int]] = {}

    def build(self) -> Source:
        documents = 0
        tree: Any = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.error("yaml.several-documents", "a second document starts", event)
                tree = self.value(next(self.events), ())
        if documents == 0:
            raise Error(
                "yaml.empty",
                "the file is empty",
                where=self.name,
                hint="write a document or remove it",
            )
        return Source(name=self.name, tree=tree, places=self.places)

    def value(self, event: Any, path: Path) -> Any:
        self.places.setdefault(path, _place(event))
        if len(path) > MAX_DEPTH:
            raise self.error("yaml.too-deep", f"nested deeper than {MAX_DEPTH} levels", event)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self.error(
                "yaml.alias",
                "anchors (&) and aliases (*) are not read",
                event,
                "write the value out",
            )
        if event.tag is not None and event.tag != "!":
            raise self.error(
                "yaml.tag", f"the tag {event.tag} is not read", event, "remove the tag"
            )
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event)

    def mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or not isinstance(self.scalar(event), str):
                raise self.error("yaml.key", "a key has to be text", event, "put the key in quotes")
            key = event.value
            if event.anchor is not None or (event.tag is not None and event.tag != "!"):
                raise self.error("yaml.alias", "a key may have no anchor and no tag", event)
            if key in result:
                first = self.places[(*path, key)]
                raise self.error(
                    "yaml.duplicate-key",
                    f"the key '{key}' stands here again; it stands at line {first[0]} already",
                    event,
                    "keep one of the two",
                )
            self.places[(*path, key)] = _place(event)
            result[key] = self.value(next(self.events), (*path, key))
        return result

    def sequence(self, path: Path) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            result.append(self.value(event, (*path, len(result))))
        return result

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style:  # quoted or block: text, whatever it looks like
            return text
        value = resolve_scalar(text)
        if isinstance(value, Error):
            raise self.error(value.code, value.message, event, value.hint)
        return value

    def error(self, code: str, message: str, event: Any, hint: str | None = None) -> Error:
        line, column = _place(event)
        return Error(code, message, where=f"{self.name}:{line}:{column}", hint=hint)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def resolve_scalar(text: str) -> str | int | float | bool | Error | None:
    """Return what an unquoted YAML scalar means in the 1.2 core schema, or the error it is."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INTEGER.fullmatch(text):
        if len(text) > 17 or abs(int(text)) > _SAFE_INTEGER:
            return Error(
                "yaml.number", f"the integer {text[:24]} is beyond 2^53", hint="quote it as text"
            )
        return int(text)
    if _LEADING_ZERO.fullmatch(text):
        return Error(
            "yaml.number", f"{text[:24]} starts with a zero", hint="quote it, or drop the zeros"
        )
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            return Error("yaml.number", f"the number {text[:24]} is not finite")
        return number
    if _NOT_FINITE.fullmatch(text):
        return Error("yaml.number", f"{text} is not a finite number", hint="leave the value out")
    return text


class _Dumper(yaml.SafeDumper):
    """Writes what :func:`parse_tree` reads back unchanged."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if not isinstance(resolve_scalar(text), str):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    return dumper.represent_scalar("tag:yaml.org,2002:str", text)


_Dumper.add_representer(str, _represent_text)


def format_tree(tree: Any) -> str:
    """Return YAML that :func:`parse_tree` reads back as the same data."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96)
