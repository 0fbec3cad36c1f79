"""Real small logs, and the means to break them: members are changed and the log is written anew."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.evidence.tampering import LOGS, EvalLog

from ifthen.evidence.archive import Archive
from ifthen.evidence.reading import read_log

DATA = Path(__file__).parent / "data"

Members = dict[str, bytes]


def read_members(name: str) -> Members:
    archive = Archive((DATA / name).read_bytes(), name=name)
    return {member.name: archive.read(member) for member in archive.members}


def write_members(members: Members | list[tuple[str, bytes]], method: int = 8) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
    return file.getvalue()


class Changer:
    """A log as parsed members; each can be changed in place before the log is read again."""

    def __init__(self, name: str, folder: Path) -> None:
        self.members: dict[str, Any] = {
            member: json.loads(content) for member, content in read_members(name).items()
        }
        self.path = folder / name
        self.in_step = True  # a change of the header is made where the run began, too

    def __getitem__(self, member: str) -> Any:
        return self.members[member]

    def sample(self, identifier: str, epoch: int = 1) -> Any:
        return self.members[f"samples/{identifier}_epoch_{epoch}.json"]

    def drop(self, member: str) -> None:
        del self.members[member]

    def to_bytes(self) -> bytes:
        header, start = self.members.get("header.json"), self.members.get("_journal/start.json")
        if self.in_step and isinstance(header, dict) and isinstance(start, dict):
            start.update({key: header[key] for key in ("eval", "plan") if key in header})
        return write_members({k: json.dumps(v).encode() for k, v in self.members.items()})

    def read(self):
        self.path.write_bytes(self.to_bytes())
        return read_log(self.path, keep={"family"})


@pytest.fixture
def change(tmp_path) -> Callable[[str], Changer]:
    return lambda name: Changer(name, tmp_path)


@pytest.fixture
def read_bytes(tmp_path):
    """Return a function that reads a log from bytes."""

    def read(data: bytes, name: str = "x.eval"):
        path = tmp_path / name
        path.write_bytes(data)
        return read_log(path, keep={"family"})

    return read


@pytest.fixture
def members():
    return read_members


@pytest.fixture
def write():
    return write_members


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return DATA


@pytest.fixture
def log(name: str) -> EvalLog:
    """The log of that name, to be changed; tests are parametrized by ``every_log``."""
    return EvalLog(LOGS[name])
