"""Changing an evaluation log the way a person who wants another result would."""

import io
import json
import math
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ifthen.evidence.archive import Archive


class LogFile:
    """The members of a log, to be changed in place and written again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        archive = Archive(path.read_bytes(), name=path.name)
        self.members = {m.name: archive.read(m) for m in archive.members}
        self.again: list[str] = []
        """Members to write a second time."""

    def json(self, name: str) -> Any:
        return json.loads(self.members[name])

    def put(self, name: str, value: Any) -> None:
        self.members[name] = json.dumps(value).encode()

    def samples(self) -> list[str]:
        return [name for name in self.members if name.startswith("samples/")]

    def change_header(self, change: Callable[[Any], None]) -> None:
        header = self.json("header.json")
        change(header)
        self.put("header.json", header)
        start = self.json("_journal/start.json")  # one who knows what is compared changes both
        self.put("_journal/start.json", start | {k: header[k] for k in ("eval", "plan")})

    def change_samples(self, change: Callable[[Any], None]) -> None:
        for name in self.samples():
            sample = self.json(name)
            change(sample)
            self.put(name, sample)

    def write(self) -> None:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in self.members.items():
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a name that stands twice
                for name in self.again:
                    archive.writestr(zipfile.ZipInfo(name), self.members[name])
        self.path.write_bytes(file.getvalue())


def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a JSON value that holds a single value: the container and the key."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list):
            yield from leaves(inner)
        else:
            yield value, key


ODD: tuple[Any, ...] = (
    None, True, "", "x" * 400, "a\nb\x1b[31m", -1, 0, 1, 2**63, 10**400, 1.5, math.nan, math.inf,
    [], {}, "C", "9999-12-31T23:59:59+00:00", "2026-11-23T20:17:39", "\ud800",
)  # fmt: skip
"""Values that do not belong where they are put."""
