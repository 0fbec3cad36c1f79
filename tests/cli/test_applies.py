"""``ifthen applies``."""

import io
import sys
from pathlib import Path

import pytest

DEVELOPER = """kind: developer
id: d
title: D
revenue: [{year: 2025, low: 6.0e8, high: 9.0e8}]
models: [{id: m, compute: {low: 2.0e26, high: 4.0e26}}]
"""
ANSWERS = "Example Lab\nmuch\n2e26\nno\nus-ny\n6e8\n7e8\nnone\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    def answer(text):
        monkeypatch.setattr(sys, "stdin", Terminal(text))

    return answer


def test_a_file_gives_text_and_json_with_citations(ifthen, tmp_path):
    path = tmp_path / "d.yaml"
    path.write_text(DEVELOPER)
    text = ifthen("applies", "ca-sb53", "--developer", path, "--on", "2026-11-20")
    data = ifthen("applies", "ca-sb53", "--developer", path, "--on", "2026-11-20", "--json")
    assert text.code == data.code == 0
    assert "No legal advice" in text.out
    (found,) = data.json["instruments"]
    flat = " ".join(text.out.split())
    assert all(x["citation"] in flat for x in found["provisions"])
    assert {x["applies"] for x in found["provisions"]} == {"applies"}


def test_something_open_exits_3(ifthen, tmp_path):
    path = tmp_path / "d.yaml"
    path.write_text("kind: developer\nid: d\ntitle: D\n")
    assert ifthen("applies", "--developer", path).code == 3
    assert ifthen("applies", "--developer", path, "--exit-zero").code == 0


def test_without_a_terminal_and_a_file_the_error_names_the_file_to_give(ifthen):
    result = ifthen("applies", "--json")
    assert result.error_codes == ["applies.no-terminal"]
    assert "--developer" in result.json["errors"][0]["hint"]


def test_answers_are_asked_again_where_they_are_none_and_can_be_saved(ifthen, tmp_path, terminal):
    path = tmp_path / "saved.yaml"
    terminal(ANSWERS)
    asked = ifthen("applies", "ny-raise", "--on", "2027-02-01", "--write", path, "--json")
    assert "'much' is no range" in asked.err
    saved = ifthen("applies", "ny-raise", "--on", "2027-02-01", "--developer", path, "--json")
    assert asked.code == saved.code == 0
    assert asked.json["developer_sha256"] == saved.json["developer_sha256"]
    assert asked.json == saved.json
    assert saved.json["instruments"][0]["applies"] == "applies"


def test_a_file_is_not_overwritten_before_anything_is_asked(ifthen, tmp_path, terminal):
    path = tmp_path / "saved.yaml"
    path.write_text("mine")
    terminal("")
    assert ifthen("applies", "--write", path, "--json").error_codes == ["file.exists"]
    assert path.read_text() == "mine"
    both = ifthen("applies", "--developer", path, "--write", path, "--json", "ca-sb53")
    assert both.error_codes == ["command.usage"]


def test_a_workspace_says_what_it_knows_and_what_it_does_not(ifthen):
    compute = Path(__file__).parents[2] / "examples" / "compute"
    result = ifthen("applies", "ca-sb53", "-C", compute, "--on", "2026-11-20", "--json")
    assert result.code == 3
    (law,) = result.json["instruments"]
    said = {x["scope"]["subject"]: x["scope"] for x in law["subjects"]}
    assert said["frontier-developer"]["covered"] == "undetermined"
    assert any(
        "revenue of 2025 is not stated" in x for x in said["large-frontier-developer"]["because"]
    )
    assert any("document of kind developer" in x for x in result.json["notices"])


def test_facts_come_from_one_place(ifthen, tmp_path):
    asked = ("applies", "-C", tmp_path, "--developer", tmp_path / "d.yaml", "--json")
    assert ifthen(*asked).error_codes == ["command.usage"]
