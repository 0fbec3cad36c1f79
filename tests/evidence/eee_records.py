"""Real Every Eval Ever records whose files can be changed before they are read."""

import hashlib
import json
from pathlib import Path
from typing import Any

from ifthen.evidence.consistency import check_consistency
from ifthen.evidence.reading import read_source
from ifthen.evidence.recompute import measure
from ifthen.evidence.source import MemorySource

FOLDER = Path(__file__).parent / "data" / "every-eval-ever"
LM_EVAL = "01c9c1cf-4fcb-42ec-a78b-cb22ceab16a1"
KEYS = "42736bd7-834d-4cd8-8545-76d90fea64ef"
PLAIN = "52a3cb0f-2b73-461e-902d-3050b7b9cb60"


class Pair:
    """An aggregate and its rows, as trees."""

    def __init__(self, aggregate: Any, rows: list[Any], name: str) -> None:
        self.aggregate, self.rows, self.name = aggregate, rows, name
        self.rows_name = f"{name}_samples.jsonl"
        self.bound = True  # the checksum follows a change of the rows

    def lines(self) -> bytes:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows).encode()

    def source(self) -> MemorySource:
        lines = self.lines()
        details = self.aggregate.get("detailed_evaluation_results")
        if self.bound and details:
            details["checksum"] = hashlib.sha256(lines).hexdigest()
            details["total_rows"] = len(self.rows)
        data = json.dumps(self.aggregate).encode()
        return MemorySource(data, f"{self.name}.json", {self.rows_name: lines})

    def read(self, part: str):
        return read_source(self.source(), part=part)

    def findings(self, part: str):
        log = self.read(part)
        measurements, found = measure(log, None)
        return (*log.findings, *found, *check_consistency(log, measurements))

    def contradictions(self, part: str) -> set[str]:
        return {item.code for item in self.findings(part) if item.severity == "contradiction"}

    def notices(self, part: str) -> set[str]:
        return {item.code for item in self.findings(part) if item.severity == "notice"}


def load(name: str) -> Pair:
    rows = (FOLDER / f"{name}_samples.jsonl").read_text("utf-8").splitlines()
    aggregate = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Pair(aggregate, [json.loads(row) for row in rows], name)
