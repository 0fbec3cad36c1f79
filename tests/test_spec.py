"""Every numbered rule of a specification names tests, and they exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
PUBLIC = ("verification", "publication", "attestation", "cli", "portal")
FOLDERS = {
    "decision.md": ("D", ("decision",)),
    "record.md": ("R", PUBLIC),
    "statements.md": ("S", PUBLIC),
    "redaction.md": ("W", PUBLIC),
    "verification.md": ("V", PUBLIC),
}
"""Letter of the rules, and folders of their tests."""
RULE = re.compile(r"^\*\*([A-Z]\d+)\.\*\* (.*?)\nTests: (.*?)(?=\n\n|\Z)", re.S | re.M)


def rules(name):
    return RULE.findall((ROOT / "spec" / name).read_text("utf-8"))


@pytest.mark.parametrize("name", FOLDERS)
def test_rules_are_numbered_without_gaps_and_say_must(name):
    text = (ROOT / "spec" / name).read_text("utf-8")
    found = rules(name)
    numbers = [number for number, _, _ in found]
    letter = FOLDERS[name][0]
    assert numbers == [f"{letter}{i}" for i in range(1, len(numbers) + 1)]
    written = re.findall(rf"^\*\*{letter}\d+\.", text, re.M)
    assert len(numbers) == len(written), "a rule without tests"
    for number, rule, _ in found:
        assert "MUST" in rule, number


@pytest.mark.parametrize(
    ("name", "number", "named"),
    [(name, number, named) for name in FOLDERS for number, _, named in rules(name)],
)
def test_the_tests_of_a_rule_exist(name, number, named):
    tests = re.findall(r"`(test_\w+\.py)::(test_\w+)`", named)
    assert tests, number
    for file, function in tests:
        found = [TESTS / folder / file for folder in FOLDERS[name][1]]
        texts = [path.read_text("utf-8") for path in found if path.is_file()]
        there = any(f"\ndef {function}(" in text for text in texts)
        assert there, f"{number}: {file}::{function} is not there"


def test_every_specification_is_checked():
    assert {path.name for path in (ROOT / "spec").glob("*.md")} == set(FOLDERS)
