"""Strict YAML and JSON: plain data, and for every part of it the line and column it stands at.

YAML is read by its 1.2 core schema, so that ``no`` is text and ``2026-07-01`` stays as written, and
only in the part of the language that has one meaning: duplicate keys, anchors, aliases, tags,
directives, keys that are not text, several documents, numbers that are not finite, numbers with
leading zeros, octal and hexadecimal numbers, and characters that YAML 1.1 and 1.2 read differently
are errors. JSON is a subset of what is read, so one reader serves both.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from ifthen.encoding.canonical import MAX_INTEGER, digest_value
from ifthen.errors import Error

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML without libyaml: slower, the same events
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64

Path = tuple[str | int, ...]

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"[-+]?0(o[0-7]+|x[0-9a-fA-F]+)")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

# YAML's printable characters without U+0085, U+2028 and U+2029, which are line breaks in YAML 1.1
# and characters of the text in YAML 1.2 and JSON.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SURROGATES = re.compile(
    r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")

_SYNTAX_HINTS = (
    ("mapping values are not allowed", "put a text that contains ': ' in quotes"),
    ("cannot start any token", "indent with spaces, not tabs; put a text that starts so in quotes"),
    ("invalid Unicode character escape", "write the character itself, or one \\U escape"),
    ("unknown escape character", "double each backslash, or use single quotes"),
    ("unexpected end of stream", "close the quote"),
    ("did not find expected ',' or", "close the bracket, or add the comma"),
    ("did not find expected node content", "close the bracket, or write the value"),
    ("did not find expected key", "indent keys that belong together equally"),
    ("could not find expected ':'", "write 'key: value', with a space after the colon"),
    ("did not find expected <document start>", "one file holds one document"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: its name, its data, and where each part stands."""

    name: str
    tree: Any
    places: dict[Path, tuple[int, int]] = field(repr=False)
    _digest: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """The identity of the document: the digest of its data's canonical JSON, computed once."""
        if not self._digest:
            self._digest.append(digest_value(self.tree))
        return self._digest[0]

    def where(self, path: Path = ()) -> str:
        """Return ``file:line:column`` of the deepest part of ``path`` that stands in the file."""
        line, column = self.place(path)
        return f"{self.name}:{line}:{column}"

    def place(self, path: Path = ()) -> tuple[int, int]:
        """Return line and column of the deepest part of ``path`` that stands in the file."""
        parts = (path[:length] for length in range(len(path), -1, -1))
        return next((self.places[part] for part in parts if part in self.places), (1, 1))


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
    text = text.removeprefix("\ufeff")
    if found := _FORBIDDEN.search(text):
        line, column = _line_and_column(_line_starts(text), found.start())
        raise Error(
            "yaml.character",
            f"the character U+{ord(found[0]):04X} may not stand in a document",
            where=f"{name}:{line}:{column}",
            hint=f'remove it, or write it as an escape in double quotes: "\\u{ord(found[0]):04x}"',
        )
    text, shifts = _join_surrogates(text)
    try:
        return _Builder(name, yaml.parse(text, Loader=_Loader), shifts).build()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name, shifts) from error


def _syntax_error(error: yaml.MarkedYAMLError, name: str, shifts: "_Shifts") -> Error:
    problem = error.problem or error.context or "not readable"
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Error("yaml.syntax", f"not YAML: {problem}", where=name)
    if error.problem and error.context and error.context_mark:
        problem += f" ({error.context} that starts at line {error.context_mark.line + 1})"
    line, column = shifts.place(mark)
    hint = next((hint for start, hint in _SYNTAX_HINTS if start in problem), None)
    return Error("yaml.syntax", f"not YAML: {problem}", where=f"{name}:{line}:{column}", hint=hint)


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]


def _line_and_column(starts: list[int], index: int) -> tuple[int, int]:
    line = bisect_right(starts, index)
    return line, index - starts[line - 1] + 1


class _Shifts:
    """Where characters were taken out of the text, so that places stay those of the file."""

    def __init__(self, cuts: dict[int, list[int]] | None = None) -> None:
        self.cuts = cuts or {}

    def place(self, mark: Any) -> tuple[int, int]:
        """Return line and column in the file, both from 1."""
        line, column = mark.line + 1, mark.column + 1
        return line, column + _CUT * bisect_left(self.cuts.get(line, ()), column)


_CUT = 2  # a pair of \uXXXX escapes has 12 characters, the \UXXXXXXXX that replaces it 10


def _join_surrogates(text: str) -> tuple[str, _Shifts]:
    """Return JSON text with each surrogate pair as one YAML escape; other text unchanged.

    YAML has no surrogate pairs, and outside of JSON a backslash need not be an escape.
    """
    if not _SURROGATES.search(text):
        return text, _Shifts()
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text, _Shifts()
    starts = _line_starts(text)
    cuts: dict[int, list[int]] = {}

    def join(match: re.Match[str]) -> str:
        line, column = _line_and_column(starts, match.start(2))
        found = cuts.setdefault(line, [])
        found.append(column - _CUT * len(found))
        character = json.loads(f'"{match[2]}"')
        return f"{match[1]}\\U{ord(character):08X}"

    return _SURROGATES.sub(join, text), _Shifts(cuts)


class _Builder:
    """Builds plain data from parser events; refuses what has more than one meaning."""

    def __init__(self, name: str, events: Iterator[Any], shifts: _Shifts) -> None:
        self.name = name
        self.events = events
        self.place = shifts.place
        self.places: dict[Path, tuple[int, int]] = {}

    def build(self) -> Source:
        documents = 0
        tree: Any = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.error(
                        "yaml.several-documents",
                        "a second document starts",
                        event,
                        "one file holds one document",
                    )
                if event.version or event.tags:
                    raise self.error(
                        "yaml.directive", "directives (%) are not read", event, "remove the line"
                    )
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
        self.places.setdefault(path, self.place(event.start_mark))
        if len(path) > MAX_DEPTH:
            raise self.error(
                "yaml.too-deep",
                f"nested deeper than {MAX_DEPTH} levels",
                event,
                "state it with fewer levels",
            )
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self.error(
                "yaml.alias",
                "anchors (&) and aliases (*) are not read",
                event,
                "write the value out",
            )
        if event.tag is not None:
            raise self.error(
                "yaml.tag",
                f"the tag {event.tag} is not read",
                event,
                "remove it, or quote the text",
            )
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path)
        return self.scalar(event)

    def mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key in result:
                first = self.places[(*path, key)]
                raise self.error(
                    "yaml.duplicate-key",
                    f"the key '{key}' stands here again; it stands at line {first[0]} already",
                    event,
                    "keep one of the two",
                )
            self.places[(*path, key)] = self.place(event.start_mark)
            result[key] = self.value(next(self.events), (*path, key))
        return result

    def key(self, event: Any) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor is not None:
                raise self.error("yaml.alias", "a key may have no anchor", event, "remove it")
            if event.tag is not None:
                raise self.error("yaml.tag", "a key may have no tag", event, "remove the tag")
            key: str = event.value
            if event.style or isinstance(resolve_scalar(key), str):
                return key
        raise self.error("yaml.key", "a key has to be text", event, "put the key in quotes")

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
        line, column = self.place(event.start_mark)
        return Error(code, message, where=f"{self.name}:{line}:{column}", hint=hint)


def resolve_scalar(text: str) -> str | int | float | bool | Error | None:
    """Return what an unquoted YAML scalar means in the 1.2 core schema, or the error it is."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INTEGER.fullmatch(text):
        if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
            return Error(
                "yaml.number", f"the integer {text[:24]} is beyond 2^53", hint="quote it as text"
            )
        return int(text)
    if _LEADING_ZERO.fullmatch(text):
        return Error(
            "yaml.number", f"{text[:24]} starts with a zero", hint="quote it, or drop the zeros"
        )
    if _OTHER_BASE.fullmatch(text):
        return Error(
            "yaml.number",
            f"{text[:24]} would be an octal or hexadecimal number",
            hint="quote it as text, or write the number in decimal",
        )
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            return Error("yaml.number", f"{text[:24]} is too large", hint="quote it as text")
        return number
    if _NOT_FINITE.fullmatch(text):
        return Error("yaml.number", f"{text} is not a finite number", hint="leave the value out")
    return text


class _Dumper(yaml.SafeDumper):
    """Writes what :func:`parse_tree` reads back unchanged."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    ambiguous = not isinstance(resolve_scalar(text), str) or _FORBIDDEN.search(text)
    style = '"' if ambiguous else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def format_tree(tree: Any) -> str:
    """Return YAML that :func:`parse_tree` reads back as the same data.

    ``tree`` is what JSON can hold: mappings with text keys, lists, text, finite numbers that
    survive JSON, true, false and null, at most ``MAX_DEPTH`` levels deep.
    """
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96)
