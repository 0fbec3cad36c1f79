"""The command line in the same process, on copies of the shipped example."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ifthen.cli import evidence, options
from ifthen.cli.main import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "aurora"
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
"""Moment of every test; the example has a gate of each kind on that day."""


@dataclass(frozen=True)
class Result:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error_codes(self) -> list[str]:
        """Codes of the errors under ``--json``."""
        assert self.code == 1, self
        assert list(self.json) == ["errors"]
        assert self.err == ""
        return [error["code"] for error in self.json["errors"]]


Ifthen = Callable[..., Result]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path) -> None:
    """Set the clock and the environment, and stand in an empty directory."""
    monkeypatch.setattr(options, "read_now", lambda: NOW)
    monkeypatch.setattr(evidence, "read_now", lambda: NOW)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "IFTHEN_DEBUG", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IFTHEN_BY", "R. Marsh")
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


@pytest.fixture
def ifthen(capsysbinary) -> Ifthen:
    """Return a function that runs a command line; a fault of the program itself fails the test."""

    def call(*arguments: object) -> Result:
        capsysbinary.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsysbinary.readouterr()
        result = Result(code, captured.out.decode(), captured.err.decode())
        said = result.out + result.err
        assert "Traceback" not in said
        assert "internal error" not in said, said
        assert code in (0, 1, 2, 3)
        return result

    return call


@pytest.fixture(scope="session")
def sound(tmp_path_factory) -> Path:
    """Return a copy of the example with a filled cache; nobody changes it."""
    root = tmp_path_factory.mktemp("sound") / "aurora"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(".ifthen", "tasks", "__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(options, "read_now", lambda: NOW)
        assert run(["report", "-C", str(root), "-o", str(root.parent / "report.html")]) == 0
    return root


@pytest.fixture
def aurora(sound, tmp_path) -> Path:
    """Return a copy of the example to break."""
    return Path(shutil.copytree(sound, tmp_path / "aurora"))
