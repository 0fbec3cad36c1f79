"""A real run of lm-evaluation-harness whose files can be changed before they are read."""

import json
from pathlib import Path
from typing import Any

from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.reading import read_source
from ifthen.evidence.recompute import measure
from ifthen.evidence.source import MemorySource

FOLDER = Path(__file__).parent / "data" / "lm-eval"
RUNS = ("all", "limited", "bare")


def main_file(run: str) -> Path:
    return next((FOLDER / run).glob("results_*.json"))


class Run:
    """The files of a run: the results as a tree, the rows of each task as trees or bytes."""

    def __init__(self, run: str = "all") -> None:
        path = main_file(run)
        self.name = path.name
        self.date = path.stem.removeprefix("results_")
        self.results: Any = json.loads(path.read_text("utf-8"))
        self.files: dict[str, Any] = {
            file.name: [json.loads(line) for line in file.read_text("utf-8").splitlines()]
            for file in path.parent.glob("samples_*.jsonl")
        }

    def sample_name(self, task: str) -> str:
        return f"samples_{task}_{self.date}.jsonl"

    def rows(self, task: str) -> list[Any]:
        return self.files[self.sample_name(task)]

    def source(self) -> MemorySource:
        beside = {
            name: rows
            if isinstance(rows, bytes)
            else "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
            for name, rows in self.files.items()
        }
        data = json.dumps(self.results, indent=2, ensure_ascii=False).encode()
        return MemorySource(data, self.name, beside)

    def read(self, task: str = "ifthen_choice"):
        return read_source(self.source(), part=task)

    def findings(self, task: str = "ifthen_choice"):
        log = self.read(task)
        measurements, found = measure(log, None)
        return (*log.findings, *found, *check_consistency(log, measurements))

    def contradictions(self, task: str = "ifthen_choice") -> set[str]:
        return {item.code for item in self.findings(task) if item.severity == "contradiction"}

    def notices(self, task: str = "ifthen_choice") -> set[str]:
        return {item.code for item in self.findings(task) if item.severity == "notice"}
