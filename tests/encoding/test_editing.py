"""One value changes and nothing else: comments, order, quotes and spaces stay as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.encoding.editing import append_item, format_flow, set_value
from ifthen.encoding.tree import format_tree, parse_tree
from ifthen.errors import Error

TEXT = """\
# before
kind: declaration   # what it is
id: 'x'
made_by: {name: Bo, role: assessor}  # who
text: >-
  Two lines
  of text.   
# between
people:
  - id: ada
    keys: [{public: "a b", from: 2026-01-01}]   # hers
    # no role yet
    roles: []
  - id: bo
    note: |
      Last.

expires: 2027-01-01
"""


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = before.splitlines(), after.splitlines()
    return [x for x in old if x not in new], [x for x in new if x not in old]


@pytest.mark.parametrize(
    ("path", "value", "gone", "added"),
    [
        (("expires",), "2028-01-01", ["expires: 2027-01-01"], ["expires: 2028-01-01"]),
        (("id",), "y", ["id: 'x'"], ["id: y"]),
        (
            ("kind",),
            "a: b # c",
            ["kind: declaration   # what it is"],
            ['kind: "a: b # c"   # what it is'],
        ),
        (
            ("made_by", "role"),
            "auditor",
            ["made_by: {name: Bo, role: assessor}  # who"],
            ["made_by: {name: Bo, role: auditor}  # who"],
        ),
        (
            ("made_by", "organisation"),
            "Elsewhere",
            ["made_by: {name: Bo, role: assessor}  # who"],
            ["made_by: {name: Bo, role: assessor, organisation: Elsewhere}  # who"],
        ),
        (
            ("people", 0, "keys", 0, "until"),
            "2026-09-01",
            ['    keys: [{public: "a b", from: 2026-01-01}]   # hers'],
            ['    keys: [{public: "a b", from: 2026-01-01, until: 2026-09-01}]   # hers'],
        ),
        (("people", 0, "name"), "Ada", [], ["    name: Ada"]),
        (("people", 1, "name"), "Bo", [], ["    name: Bo"]),
        (("more",), {"a": [1, True, None, "x y"]}, [], ["more: {a: [1, true, null, x y]}"]),
    ],
    ids=str,
)
def test_only_the_lines_that_are_meant(path, value, gone, added):
    changed = set_value(TEXT, path, value, name="x.yaml")
    assert lines_changed(TEXT, changed) == (gone, added)


def test_a_text_of_several_lines_is_replaced_whole():
    changed = set_value(TEXT, ("text",), "One.", name="x.yaml")
    assert "\ntext: One.\n# between\n" in changed


def test_items_are_added_at_the_end_of_a_list():
    one = append_item(TEXT, ("people", 0, "keys"), {"public": "c", "from": "2026-09-01"}, name="x")
    assert '[{public: "a b", from: 2026-01-01}, {public: c, from: 2026-09-01}]   # hers' in one
    two = append_item(TEXT, ("people", 0, "roles"), {"role": "chief"}, name="x")
    assert "    roles: [{role: chief}]\n" in two
    three = append_item(TEXT, ("people",), {"id": "cy"}, name="x")
    assert "      Last.\n  - {id: cy}\n\nexpires" in three


@pytest.mark.parametrize(
    "path", [(), ("no", "where"), ("people", 2), ("people", -1), ("id", "x"), ("people", "x")]
)
def test_places_that_are_not_there(path):
    with pytest.raises(Error) as caught:
        set_value(TEXT, path, 1, name="x.yaml")
    assert caught.value.code == "edit.path"
    for bad in (("id",), ("no",), ("made_by",)):
        with pytest.raises(Error) as caught:
            append_item(TEXT, bad, 1, name="x.yaml")
        assert caught.value.code == "edit.path"


SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**40), 2**40)
    | st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f\x85\xa0"
              "".join(map(chr, range(0x80, 0xA0)))), max_size=20)
)  # fmt: skip
KEYS = st.from_regex(r"k[a-z]{1,4}", fullmatch=True)
VALUES = st.recursive(
    SCALARS,
    lambda x: st.lists(x, max_size=3) | st.dictionaries(KEYS, x, max_size=3),
    max_leaves=6,
)  # fmt: skip
TREES = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)


@given(VALUES)
def test_any_value_in_one_line_is_read_back(value):
    assert parse_tree(format_flow(value).encode(), name="x").tree == value


@given(TREES, st.data())
def test_any_edit_gives_the_data_that_was_meant_or_is_refused(tree, data):
    text = format_tree(tree)
    key = data.draw(st.sampled_from([*tree, "new"]))
    value = data.draw(VALUES)
    try:
        changed = set_value(text, (key,), value, name="x")
    except Error as error:
        assert error.code == "edit.unsafe"
        return
    assert parse_tree(changed.encode(), name="x").tree == tree | {key: value}


def test_a_block_below_its_key_gives_way_to_one_line():
    text = "# why\na:\n- x: 1\n- y: 2\nb:\n  c: 3\nd: 4\n"
    assert set_value(text, ("a",), [], name="x") == "# why\na: []\nb:\n  c: 3\nd: 4\n"
    assert set_value(text, ("b",), None, name="x").endswith("\nb: null\nd: 4\n")
