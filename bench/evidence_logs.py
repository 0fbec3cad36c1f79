"""Inspect logs of three shapes, made as the library would write them, with its headline numbers.

small: short questions and answers. fat: pages of text. agentic: thirty turns with a tool. Counts
and sizes are those of the reference measurements: 34, 199 and 134 MB before compression.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from bench.evidence_archive import ArchiveWriter, scan_directory
from bench.evidence_sample import MODEL, Json, Shape, Source, make_sample, summarize_sample

SHAPES = {
    "small": Shape(name="small", samples=5_000, question=40, answer=45),
    "fat": Shape(name="fat", samples=5_000, question=2_800, answer=2_650, system=True),
    "agentic": Shape(
        name="agentic",
        samples=200,
        question=1_000,
        answer=1_400,
        turns=30,
        tool_call=300,
        tool_result=4_400,
    ),
}
FOLDER = Path("build") / "bench" / "evidence"
PRODUCER = "0.3.285"
_GENERATION = 1  # count up when the logs change, so that no old one is taken from the cache
_encode = msgspec.json.Encoder().encode


def find_logs(shapes: Iterable[Shape] = tuple(SHAPES.values()), *, seed: int = 1) -> list[Path]:
    """Return a log of each shape, made where it is not there yet; several are made at a time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = list(shapes)
    paths = [FOLDER / f"{x.name}-{x.samples}-{seed}-{_GENERATION}.eval" for x in wanted]
    missing = [pair for pair in zip(wanted, paths, strict=True) if not pair[1].exists()]
    if missing:
        # The largest first; a process for each, so that this one stays as small as it was.
        missing.sort(key=lambda pair: -pair[0].samples * _length(pair[0]))
        with ProcessPoolExecutor(2, max_tasks_per_child=1) as pool:
            futures = [pool.submit(make_log, shape, path, seed=seed) for shape, path in missing]
            for future in futures:
                future.result()
    return paths


def raw_bytes(path: Path) -> tuple[int, int]:
    """Return how many bytes the samples of a log have when inflated, and how many its members."""
    members = list(scan_directory(path.read_bytes()))
    samples = sum(size for name, _, _, size in members if name.startswith(b"samples/"))
    return samples, sum(size for _, _, _, size in members)


def make_log(shape: Shape, path: Path, *, seed: int = 1) -> None:
    """Write a log to ``path``, which appears when it is whole."""
    source = Source(seed)
    start = _start(shape, source)
    values: list[bool] = []
    reduced: list[Json] = []
    summaries: list[bytes] = []
    pending: list[bytes] = []
    parts = 0
    draft = path.with_suffix(".part")
    with ArchiveWriter(draft) as archive:
        archive.write("_journal/start.json", _encode(start))
        for number in range(1, shape.samples + 1):
            sample = make_sample(shape, number, source)
            archive.write(f"samples/{sample['id']}_epoch_1.json", _encode(sample))
            score = sample["scores"]["match"]
            values.append(score["value"] == "C")
            reduced.append({**score, "value": float(values[-1]), "sample_id": sample["id"]})
            pending.append(_encode(summarize_sample(sample)))
            if len(pending) == shape.flush or number == shape.samples:
                parts += 1
                archive.write(f"_journal/summaries/{parts}.json", _list(pending))
                summaries += pending
                pending = []
        archive.write("summaries.json", _list(summaries))
        archive.write("reductions.json", _encode([{"scorer": "match", "samples": reduced}]))
        archive.write("header.json", _encode(_header(shape, start, values)))
    draft.replace(path)


def _list(items: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(items) + b"]"


def _start(shape: Shape, source: Source) -> Json:
    """Return what is written when a run begins."""
    ids: list[Any] = [i if shape.name == "small" else f"{shape.name}-{i}" for i in _numbers(shape)]
    metrics = [{"name": f"inspect_ai/{name}", "options": {}} for name in ("accuracy", "stderr")]
    solver = {"solver": "generate", "params": {"tool_calls": "loop"}, "params_passed": {}}
    return {
        "version": 2,
        "eval": {
            "eval_id": source.id(),
            "run_id": source.id(),
            "created": "2026-11-23T00:00:00+00:00",
            "task": shape.name,
            "task_id": source.id(),
            "task_version": 0,
            "task_display_name": shape.name,
            "task_attribs": {},
            "task_args": {},
            "task_args_passed": {},
            "dataset": {"samples": shape.samples, "sample_ids": ids, "shuffled": False},
            "model": MODEL,
            "model_generate_config": {},
            "model_args": {},
            "config": {
                "epochs": 1,
                "fail_on_error": True,
                "continue_on_fail": False,
                "score_on_error": False,
                "sandbox_cleanup": True,
                "sandbox_prebuilt": False,
                "log_samples": True,
                "log_realtime": True,
                "log_images": True,
                "score_display": True,
            },
            "packages": {"inspect_ai": PRODUCER},
            "scorers": [{"name": "match", "options": {}, "metrics": metrics, "metadata": {}}],
        },
        "plan": {"name": "plan", "steps": [solver], "config": {}},
    }


def _header(shape: Shape, start: Json, values: Sequence[bool]) -> Json:
    """Return the header with the numbers that the samples give."""
    import numpy as np  # noqa: PLC0415 - reading logs does without

    count = len(values)
    spread = float(np.std(np.array(values, dtype=float), ddof=1) / np.sqrt(count))
    stated = {"accuracy": sum(values) / count, "stderr": spread}
    usage = {
        name: shape.turns * each * count
        for name, each in (("input_tokens", 500), ("output_tokens", 120), ("total_tokens", 620))
    }
    return {
        "version": 2,
        "status": "success",
        "eval": start["eval"],
        "plan": start["plan"],
        "results": {
            "total_samples": count,
            "completed_samples": count,
            "scores": [
                {
                    "name": "match",
                    "scorer": "match",
                    "scored_samples": count,
                    "unscored_samples": 0,
                    "params": {},
                    "metrics": {
                        name: {"name": name, "value": value, "params": {}}
                        for name, value in stated.items()
                    },
                }
            ],
            "headline": {"scorer": "match", "score": "match", "metric": "accuracy"},
        },
        "stats": {
            "started_at": "2026-11-23T00:00:00+00:00",
            "completed_at": "2026-11-23T01:00:00+00:00",
            "model_usage": {MODEL: usage},
            "role_usage": {},
            "connection_limit_history": [],
        },
        "invalidated": False,
        "tags": [],
        "metadata": {},
    }


def _length(shape: Shape) -> int:
    return shape.question + shape.turns * (shape.answer + shape.tool_result + 1000)


def _numbers(shape: Shape) -> range:
    return range(1, shape.samples + 1)
