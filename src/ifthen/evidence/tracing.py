"""Which files beside its main file a reader looked for, so that a kept result is used only while
the answers are the same.

A log can consist of several files. The digests of those that were read do not say that a further
one has appeared since: a reader that lists the files beside a log would find it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ifthen.errors import Error
from ifthen.evidence.source import FileSource


@dataclass(slots=True)
class Trace:
    """What was asked and answered, as plain data."""

    asked: list[list[Any]] = field(default_factory=list)
    """``[asking file, question, answer]``: the question is ``["file", name]``, answered by true or
    false, or ``["list", pattern]``, answered by the names. The asking file is relative to the
    folder of the main file."""

    def found(self) -> set[str]:
        """Return the files that were opened, relative to the folder of the main file."""
        return {
            _beside(asker, name)
            for asker, (kind, name), answer in self.asked
            if kind == "file" and answer
        }


class TracedFile(FileSource):
    """A file that notes which files beside it are asked for."""

    def __init__(self, path: Path, trace: Trace, asker: str | None = None) -> None:
        """Look at the file, as :class:`~ifthen.evidence.source.FileSource` does."""
        super().__init__(path)
        self._trace = trace
        self._asker = path.name if asker is None else asker

    def companion(self, name: str) -> "TracedFile | None":
        """Return the file of that name."""
        found = super().companion(name)
        self._trace.asked.append([self._asker, ["file", name], found is not None])
        if found is None:
            return None
        return TracedFile(found.path, self._trace, _beside(self._asker, name))

    def list_companions(self, pattern: str) -> tuple[str, ...]:
        """Return the names of regular files that match a glob."""
        names = super().list_companions(pattern)
        self._trace.asked.append([self._asker, ["list", pattern], list(names)])
        return names


def answers_same(path: Path, asked: Iterable[Any]) -> bool:
    """Return whether every question has the answer that it had; False for a damaged list."""
    try:
        return all(_answer(path, asker, *question) == answer for asker, question, answer in asked)
    except (Error, TypeError, ValueError, AttributeError, OSError):
        return False


def _answer(path: Path, asker: str, kind: str, name: str) -> Any:
    source = FileSource(path.parent / asker)
    if kind == "list":
        return list(source.list_companions(name))
    return source.companion(name) is not None


def _beside(asker: str, name: str) -> str:
    return (PurePosixPath(asker).parent / name).as_posix()
