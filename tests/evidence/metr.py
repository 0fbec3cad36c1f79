"""METR-shaped rows and counts for tests, from the invented runs among the examples."""

import json
from pathlib import Path
from typing import Any

from ifthen.evidence.horizon_log import KEEP
from ifthen.evidence.reading import read_source
from ifthen.evidence.source import MemorySource

RUNS = Path(__file__).parents[2] / "examples" / "metr" / "runs.jsonl"


def load_rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RUNS.read_text("utf-8").splitlines()]


def write_rows(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def read_bytes(data: bytes, part: str | None = "aurora-1", name: str = "runs.jsonl"):
    return read_source(MemorySource(data, name), part=part, keep=KEEP)


def read_rows(rows: list[Any], part: str | None = "aurora-1"):
    return read_bytes(write_rows(rows), part)


def codes(log: Any) -> dict[str, str]:
    """Return severity by code of a log's findings."""
    return {finding.code: finding.severity for finding in log.findings}


def load_counts() -> dict[str, Any]:
    """Return per-task counts of the same runs, as METR publishes them."""
    families: dict[str, set[str]] = {}
    agents: dict[str, Any] = {}
    fits = {"aurora-1": (-1.031, 3.834), "aurora-2": (-0.56, 2.806)}
    for row in load_rows():
        families.setdefault(row["task_family"], set()).add(row["task_id"])
        if row["alias"] not in fits:
            continue
        slope, intercept = fits[row["alias"]]
        agent = agents.setdefault(
            row["alias"],
            {
                "coefficient": slope,
                "intercept": intercept,
                "release_date": "2026-11-01",
                "tasks": {},
            },
        )
        task = agent["tasks"].setdefault(
            row["task_id"],
            {
                "task_id": row["task_id"],
                "human_minutes": row["human_minutes"],
                "n_successes": 0,
                "n_runs": 0,
                "task_weight": 0.0,
            },
        )
        task["n_successes"] += row["score_binarized"]
        task["n_runs"] += 1
    for agent in agents.values():
        agent["tasks"] = list(agent["tasks"].values())
        for task in agent["tasks"]:
            size = len(families[task["task_id"].partition("/")[0]])
            task["task_weight"] = round(size**-0.5, 3)
    return {"benchmark_name": "Example-Horizon", "long_tasks_version": "1", "agents": agents}


def read_counts(value: Any, part: str | None = "aurora-1"):
    return read_bytes(json.dumps(value).encode(), part, "task_results.yaml")
