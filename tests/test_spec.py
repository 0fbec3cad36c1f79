"""Every numbered rule of a specification names tests, and they exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"decision.md": ROOT / "tests" / "decision"}
RULE = re.compile(r"^\*\*([A-Z]\d+)\.\*\* (.*?)\nTests: (.*?)(?=\n\n|\Z)", re.S | re.M)


def rules(name):
    return RULE.findall((ROOT / "spec" / name).read_text("utf-8"))


@pytest.mark.parametrize("name", FOLDERS)
def test_rules_are_numbered_without_gaps_and_say_must(name):
    text = (ROOT / "spec" / name).read_text("utf-8")
    found = rules(name)
    numbers = [number for number, _, _ in found]
    assert numbers == [f"D{i}" for i in range(1, len(numbers) + 1)]
    assert len(numbers) == len(re.findall(r"^\*\*D\d+\.", text, re.M)), "a rule without tests"
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
        text = (FOLDERS[name] / file).read_text("utf-8")
        assert f"\ndef {function}(" in text, f"{number}: {file}::{function} is not there"
