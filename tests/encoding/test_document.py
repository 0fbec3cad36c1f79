import copy
import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, StrictBool, ValidationError, model_validator

from ifthen.dossier.model import Model
from ifthen.encoding.document import (
    Day,
    Digest,
    Document,
    Id,
    Line,
    Loaded,
    Moment,
    Part,
    Text,
    dump_document,
    load_document,
)
from ifthen.encoding.fault import format_path
from ifthen.encoding.tree import MAX_DEPTH, format_tree, parse_tree
from ifthen.errors import Error, Problems
from ifthen.framework.model import Framework

VALID = (Path(__file__).parents[1] / "framework" / "data" / "valid.yaml").read_bytes()


class Step(Part):
    word: Line
    from_: Day | None = Field(default=None, alias="from")
    steps: tuple["Step", ...] = ()


class Oven(Part):
    oven: Line
    heat: int


class Recipe(Document):
    kind: Literal["recipe"]
    title: Line | None = None
    steps: tuple[Step, ...] = Field(default=(), min_length=1)
    values: tuple[StrictBool | float | Line, ...] = ()
    tags: dict[str, StrictBool | float | Line] = Field(default_factory=dict)
    tool: Step | Oven | None = None
    on: Day | None = None
    at: Moment | None = None
    number: int = Field(default=1, ge=1, lt=10)
    share: float = Field(default=0.5, gt=0, le=1)
    sure: bool = False
    text: Text | None = None
    short: Id | None = Field(default=None, max_length=5)
    digest: Digest | None = None
    size: Literal["small", "large"] = "small"
    code: str = Field(default="a", pattern="^a")
    many: tuple[int, ...] = Field(default=(), max_length=2)

    @model_validator(mode="after")
    def _rule(self) -> "Recipe":
        if self.number == 7:
            raise ValueError("seven is not baked")
        return self


def load(text: str) -> Loaded[Recipe]:
    return load_document(parse_tree(text.encode(), name="f.yaml"), Recipe)


def faults(text: str) -> list[Error]:
    with pytest.raises(Problems) as caught:
        load(text)
    return list(caught.value.errors)


def fault(text: str) -> Error:
    """Return the one fault of a recipe with these further lines."""
    (error,) = faults(f"kind: recipe\nid: x\n{text}")
    return error


class TestKindAndFormat:
    """The kind and the format are looked at before any other key."""

    def test_other_kind(self) -> None:
        (error,) = faults("id: x\nkind: framework\nnonsense: 1\n")
        assert (error.code, error.where) == ("document.kind", "f.yaml:2:1")
        assert "'recipe'" in error.message
        assert "'framework'" in error.message

    def test_format_of_a_later_version(self) -> None:
        (error,) = faults("kind: recipe\nformat: 2\nnew-key: 1\n")
        assert (error.code, error.where) == ("document.format", "f.yaml:2:1")

    @pytest.mark.parametrize("written", ["'1'", "true", "1.0", "~"])
    def test_format_of_a_wrong_type(self, written: str) -> None:
        assert fault(f"format: {written}").code == "document.wrong-type"

    def test_format_may_be_written(self) -> None:
        assert load("kind: recipe\nid: x\nformat: 1\n").document.format == 1

    @pytest.mark.parametrize("text", ["[1]", "word", "~", "1"])
    def test_not_a_mapping(self, text: str) -> None:
        (error,) = faults(text)
        assert (error.code, error.where) == ("document.not-mapping", "f.yaml:1:1")
        assert error.hint == "start with kind: recipe"

    def test_kind_is_not_text(self) -> None:
        (error,) = faults("kind: 5\nid: x\n")
        assert (error.code, error.where) == ("document.wrong-value", "f.yaml:1:1")


class TestUnknownKey:
    def test_hint_names_the_key_that_was_meant(self) -> None:
        error = fault("titel: x")
        assert (error.code, error.where) == ("document.unknown-key", "f.yaml:3:1")
        assert error.hint == "did you mean 'title'?"

    def test_hint_inside_a_list(self) -> None:
        error = fault("steps:\n  - word: a\n    steps: [{word: b, form: 2026-01-01}]\n")
        assert error.message == "unknown key 'steps[0].steps[0].form'"
        assert error.where == "f.yaml:5:23"
        assert error.hint == "did you mean 'from'?"

    def test_hint_lists_the_keys_where_none_is_close(self) -> None:
        error = fault("steps: [{word: a, qqq: 1}]")
        assert error.hint == "remove it; known keys here: from, steps, word"

    def test_field_name_is_not_a_key(self) -> None:
        assert fault("steps: [{word: a, from_: 2026-01-01}]").code == "document.unknown-key"

    def test_misspelt_key_is_not_missing_too(self) -> None:
        error = fault("steps:\n  - wort: a\n")
        assert (error.code, error.hint) == ("document.unknown-key", "did you mean 'word'?")


class TestMissingKey:
    def test_place_is_the_mapping_that_lacks_it(self) -> None:
        error = fault("steps:\n  - word: a\n  - from: 2026-01-01\n")
        assert (error.code, error.where) == ("document.missing-key", "f.yaml:5:5")
        assert "'steps[1].word'" in error.message
        assert error.hint == "add 'word:' to the keys that stand here"

    def test_place_at_the_root_is_its_first_key(self) -> None:
        (error,) = faults("# a comment\nkind: recipe\n")
        assert (error.code, error.where) == ("document.missing-key", "f.yaml:2:1")


TYPES = {
    "number-as-text": ("title: 2.1", "has to be text; found 2.1", "put the value in quotes"),
    "boolean-as-text": ("title: true", "has to be text; found true", "put the value in quotes"),
    "text-as-integer": ("number: '5'", 'a whole number; found "5"', "without quotes"),
    "percent-as-share": ("share: 25%", 'a number; found "25%"', "0.25 for 25 %"),
    "fraction-as-integer": ("number: 1.5", "a whole number; found 1.5", None),
    "word-as-boolean": ("sure: yes", 'true or false; found "yes"', "write true or false"),
    "list-as-text": ("title: [a]", "text; found a list", None),
    "empty-list-as-text": ("title: []", "text; found an empty list", None),
    "empty-mapping-as-text": ("title: {}", "text; found an empty mapping", None),
    "text-as-list": ("steps: a", 'a list; found "a"', "after a dash"),
    "mapping-as-list": ("values: {a: 1}", "a list; found a mapping", "after a dash"),
    "text-as-mapping": ("steps: [a]", 'a mapping of keys; found "a"', "indented"),
    "nothing-as-list": ("steps:", "a list; found nothing", "after the colon"),
    "number-as-day": ("on: 20260701", "a date such as 2026-07-01; found 20260701", None),
    "number-as-moment": ("at: 5", "a time with its zone, such as 2026-07-01T12:00:00Z", None),
    "list-in-values": ("values: [1, [2]]", "true or false, a number or text; found a list", None),
    "nothing-in-values": ("values: [~]", "true or false, a number or text; found nothing", None),
    "mapping-named-like-a-member": ("values: [{bool: 1}]", "text; found a mapping", None),
    "list-in-tags": ("tags: {a: [1]}", "'tags.a' has to be true or false, a number or text", None),
}

VALUES = {
    "empty-line": ("title: ''", "may not be empty", None),
    "empty-text-in-values": ("values: ['']", "'values[0]' may not be empty", None),
    "two-lines": ("title: 'a\n\n  b'", "on one line", None),
    "long-line": (f"title: {'a' * 301}", "has 301 characters, more than 300", None),
    "capital-in-id": ("short: Ab", "has to be a name of small letters", None),
    "long-id": ("short: abcdef", "more than 5", None),
    "digest-without-hash": ("digest: abc", "'sha256:' and 64 hexadecimal digits", None),
    "other-pattern": ("code: b", "has to match ^a", None),
    "too-small": ("number: 0", "has to be at least 1; found 0", None),
    "too-great": ("number: 10", "has to be less than 10; found 10", None),
    "not-above": ("share: 0", "has to be greater than 0; found 0", None),
    "above": ("share: 1.5", "has to be at most 1; found 1.5", None),
    "empty-list": ("steps: []", "needs at least 1 in the list; found an empty list", None),
    "long-list": ("many: [1, 2, 3]", "at most 2 items", None),
    "close-word": ("size: smal", "has to be 'small' or 'large'", "did you mean 'small'?"),
    "other-word": ("size: huge-ish", "has to be 'small' or 'large'", None),
    "own-rule": ("number: 7", "the document: seven is not baked", None),
    "no-such-day": ("on: 2026-02-30", "'on': ", None),
    "no-such-hour": ("at: 2026-07-01T25:00:00Z", "'at': ", None),
}


@pytest.mark.parametrize("name", TYPES)
def test_wrong_type(name: str) -> None:
    text, message, hint = TYPES[name]
    error = fault(text)
    assert error.code == "document.wrong-type"
    assert message in error.message
    assert (hint or "") in (error.hint or "")


@pytest.mark.parametrize("name", VALUES)
def test_wrong_value(name: str) -> None:
    text, message, hint = VALUES[name]
    error = fault(text)
    assert error.code == "document.wrong-value"
    assert message in error.message
    assert (hint or "") in (error.hint or "")


@pytest.mark.parametrize(
    "text",
    ["on: '1719792000'", "on: '20260701'", "on: 2026-7-1", "on: 2026-07-01T00:00:00", "on: ''"]
    + [
        f"at: '{moment}'"
        for moment in (
            "1719792000",
            "2026-07-01",
            "2026-07-01T12:00:00",
            "2026-07-01T12:00Z",
            "2026-07-01 12:00:00Z",
            "2026-07-01t12:00:00z",
            "2026-07-01T12:00:00.1234567Z",
        )
    ],
)
def test_dates_have_one_spelling(text: str) -> None:
    error = fault(text)
    assert error.code == "document.wrong-value"
    assert "write it like 2026-07-01" in error.message


def test_dates_are_read() -> None:
    loaded = load("kind: recipe\nid: x\non: 2026-07-01\nat: 2026-07-01T12:00:00.5+02:00\n")
    assert loaded.document.on == date(2026, 7, 1)
    zone = timezone(timedelta(hours=2))
    assert loaded.document.at == datetime(2026, 7, 1, 12, 0, 0, 500_000, tzinfo=zone)


def test_in_the_program_a_date_is_a_date() -> None:
    Step.model_validate({"word": "a", "from": date(2026, 7, 1)})
    with pytest.raises(ValidationError):
        Step.model_validate({"word": "a", "from": "2026-07-01"})


def test_a_long_value_is_shortened() -> None:
    assert fault(f"size: {'a' * 200}").message.endswith("aaa...")


def test_union_of_mappings_gives_one_fault() -> None:
    error = fault("tool: {oven: a, heat: x}")
    assert error.where == "f.yaml:3:1"
    assert "'tool' has to be in one of the forms that are known here" in error.message


def test_bad_entries_do_not_make_the_list_short() -> None:
    errors = faults("kind: recipe\nid: x\nsteps:\n  - {}\n  - 5\n")
    assert [(error.code, error.where) for error in errors] == [
        ("document.missing-key", "f.yaml:4:5"),
        ("document.wrong-type", "f.yaml:5:5"),
    ]


def test_every_fault_at_once_in_the_order_of_the_file() -> None:
    errors = faults("size: x\nid: X\nsteps: a\nkind: recipe\nvalues: [[], {}]\nfoo: 1\n")
    assert [(error.code, error.where) for error in errors] == [
        ("document.wrong-value", "f.yaml:1:1"),
        ("document.wrong-value", "f.yaml:2:1"),
        ("document.wrong-type", "f.yaml:3:1"),
        ("document.wrong-type", "f.yaml:5:10"),
        ("document.wrong-type", "f.yaml:5:14"),
        ("document.unknown-key", "f.yaml:6:1"),
    ]


def test_loaded_knows_its_file_and_identity() -> None:
    loaded = load("kind: recipe\nid: x\nsteps: [{word: a}]\n")
    assert loaded.where() == "f.yaml:1:1"
    assert loaded.where("steps", 0, "word") == "f.yaml:3:10"
    assert loaded.where("steps", 0, "from") == "f.yaml:3:9"
    assert loaded.digest == load('{"steps":[{"word":"a"}],"id":"x","kind":"recipe"}').digest


def test_a_part_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load("kind: recipe\nid: x\n").document.title = "y"  # type: ignore[misc]


def test_as_deep_as_a_file_may_be() -> None:
    inner = "{word: a}"
    for _ in range(MAX_DEPTH // 2 - 2):
        inner = f"{{word: a, steps: [{inner}]}}"
    assert load(f"kind: recipe\nid: x\nsteps: [{inner}]").document.steps


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a",), "a"), (("a", 2, "b"), "a[2].b"), ((0, "a"), "[0].a")],
)
def test_format_path(path: tuple[str | int, ...], text: str) -> None:
    assert format_path(path) == text


def test_dump_is_the_inverse_of_load() -> None:
    loaded = load_document(parse_tree(VALID, name="f.yaml"), Framework)
    dumped = dump_document(loaded.document)
    assert dumped["kind"] == "framework"
    assert "format" not in dumped
    again = load_document(parse_tree(format_tree(dumped).encode(), name="g.yaml"), Framework)
    assert again.document == loaded.document


def paths(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    inner = [(*path, key) for key, _ in items]
    branches = [(key, value) for key, value in _items(tree) if isinstance(value, dict | list)]
    return inner + [found for key, value in branches for found in paths(value, (*path, key))]


def _items(tree: Any) -> list[tuple[str | int, Any]]:
    return list(tree.items() if isinstance(tree, dict) else enumerate(tree))


def mutate(node: Any, path: tuple[str | int, ...], value: Any) -> None:
    """Put a value at a path, or misspell the key there; an earlier change may have removed it."""
    for part in path[:-1]:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    if isinstance(node, dict) and isinstance(last, str):
        if value == ["x"]:
            node[f"{last}x"] = node.pop(last, None)
        else:
            node[last] = value
    elif isinstance(node, list) and last in range(len(node)):
        node[last] = value


TREE = parse_tree(VALID, name="f.yaml").tree
MUTANTS = st.sampled_from(
    [None, True, 0, -1, 1.5, 2**53 - 1, "", "x", "Ab", "a\nb", [], {}, [[]], {"bool": 1}, ["x"]]
)


@given(st.lists(st.tuples(st.sampled_from(paths(TREE)), MUTANTS), min_size=1, max_size=4))
def test_a_mutated_framework_is_read_or_its_faults_are_placed(changes: Any) -> None:
    tree = json.loads(json.dumps(TREE))
    for path, value in changes:
        mutate(tree, path, copy.deepcopy(value))
    text = format_tree(tree)
    lines = text.splitlines()
    try:
        load_document(parse_tree(text.encode(), name="f.yaml"), Framework)
    except Problems as problems:
        seen = [str(error) for error in problems.errors]
        assert len(set(seen)) == len(seen)
        for error in problems.errors:
            assert error.code.startswith("document.")
            assert "constrained" not in error.message
            assert "validation" not in error.message
            name, line, column = str(error.where).split(":")
            assert name == "f.yaml"
            assert 1 <= int(line) <= len(lines)
            assert 1 <= int(column) <= len(lines[int(line) - 1])


def test_five_thousand_faults_are_all_reported() -> None:
    errors = faults("kind: recipe\nid: x\nvalues:\n" + "  - []\n" * 2000)
    assert len(errors) == 2000


@pytest.mark.parametrize("hidden", ["\\e[2J", "\\u202e", "\\0", "\\x9b", "\\u2066"])
def test_hidden_characters_are_refused(hidden):
    for key in ("title", "note"):
        text = f'kind: model\nid: m\n{key}: "a{hidden}b"\n'
        with pytest.raises(Problems) as caught:
            load_document(parse_tree(text.encode(), name="m.yaml"), Model)
        assert any("hidden" in error.message for error in caught.value.errors)
