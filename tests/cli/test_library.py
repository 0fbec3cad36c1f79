"""``ifthen library``."""

import json

import pytest


def test_list_shows_each_version_with_what_was_read(ifthen):
    rows = json.loads(ifthen("library", "list", "--json").out)
    assert rows
    assert all(row["anchored"] > 0 and row["cases"] >= 0 for row in rows)
    out = ifthen("library", "list").out
    assert all(row["version"] in out for row in rows)


def test_check_tries_every_case(ifthen):
    result = ifthen("library", "check", "--json")
    data = json.loads(result.out)
    assert (result.code, data["errors"]) == (0, [])
    assert data["cases"] >= data["versions"] > 0
    assert ifthen("library", "check").out.endswith(f"0 errors, {len(data['warnings'])} warnings\n")


def test_copy_makes_files_that_check_accepts(ifthen, tmp_path):
    ifthen("init", tmp_path / "w")
    row = json.loads(ifthen("library", "list", "--json").out)[0]
    name = f"{row['id']}@{row['version']}"
    result = ifthen("library", "copy", name, "--to", tmp_path / "w" / "theirs", "--json")
    assert result.code == 0
    assert len(json.loads(result.out)["written"]) == 1 + row["cases"]
    assert ifthen("check", "-C", tmp_path / "w").code == 0


def test_verify_says_which_anchors_are_missing(ifthen, tmp_path):
    (tmp_path / "t.txt").write_text("another text altogether\n")
    row = json.loads(ifthen("library", "list", "--json").out)[0]
    name = f"{row['id']}@{row['version']}"
    result = ifthen("library", "verify", name, tmp_path / "t.txt")
    assert result.code == 2
    assert "0 of " in result.out
    assert "not found: " in result.out


@pytest.mark.parametrize(
    ("content", "code"), [(b"\xff\xfe", "library.not-text"), (None, "file.missing")]
)
def test_a_text_that_cannot_be_read_is_an_error_with_a_code(ifthen, tmp_path, content, code):
    if content is not None:
        (tmp_path / "t.txt").write_bytes(content)
    row = json.loads(ifthen("library", "list", "--json").out)[0]
    result = ifthen("library", "verify", row["id"], tmp_path / "t.txt", "--json")
    assert result.code == 1
    assert json.loads(result.out or result.err)["errors"][0]["code"] == code
