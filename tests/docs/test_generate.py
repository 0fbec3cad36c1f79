"""The reference pages say what the code does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_reference_pages_are_current() -> None:
    result = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_every_command_and_kind_is_in_the_reference() -> None:
    commands = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    documents = (ROOT / "docs" / "reference" / "documents.md").read_text("utf-8")
    for name in ("init", "check", "evidence add", "decide", "explain", "report", "schema", "demo"):
        assert f"# ifthen {name}\n" in commands
    for kind in ("framework", "model", "plan", "evidence", "declaration", "assessment", "decision"):
        assert f"## {kind}\n" in documents
