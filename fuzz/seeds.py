"""Seed corpora from the logs of the tests and examples: ``python -m fuzz.seeds FOLDER``.

Nothing is downloaded. Long members are left out, since small inputs are tried faster.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from tests.evidence import (
    metr,
    test_helm,
    test_mapping,
    test_parquet_table,
    test_promptfoo,
    test_swe_bench,
)
from tests.evidence.foreign import to_bytes

from fuzz.packing import pack_files
from fuzz.parsers import READERS, find_bytes
from ifthen.errors import Error
from ifthen.evidence.archive import Archive
from ifthen.evidence.formats import FORMATS, find_format
from ifthen.evidence.inspect_format import EventJson
from ifthen.evidence.source import MemorySource

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "evidence" / "data"
EXAMPLES = ROOT / "examples"
MEMBERS = "inspect-members"
"""Harness whose input is the members of an ``.eval`` file, not the file."""
HARNESSES = (*FORMATS, MEMBERS, *READERS)
MAX_SEED = 100_000
ENDS = ({"event": "error"}, {"event": "sample_limit", "type": "token"})
"""Events of samples that ended so."""
_LONG = {"messages", "attachments", "store", "output", "traceback", "source"}
_EVENT = set(EventJson.__struct_fields__)


def find_seeds() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield a harness and the files of an input, for every log among tests and examples."""
    paths = [p for folder in (DATA, EXAMPLES) for p in sorted(folder.rglob("*")) if p.is_file()]
    for path in paths:
        data = path.read_bytes()
        if not data or path.suffix in {".py", ".md", ".xz"}:
            continue
        try:
            harness = find_format(MemorySource(data, path.name)).name
        except Error:
            continue
        files = {path.name: data}
        if harness == "inspect-eval":
            yield MEMBERS, shorten_members(data)
        elif harness == "inspect-json":
            files[path.name] = json.dumps(shorten(json.loads(data))).encode()
        else:
            files |= {
                p.relative_to(path.parent).as_posix(): p.read_bytes()
                for p in sorted(path.parent.rglob("*"))
                if p.is_file() and p != path
            }
        if sum(map(len, files.values())) <= MAX_SEED:
            yield harness, files
    yield from find_built()


def find_built() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield the files that the readers' tests build."""
    rows, counts = metr.load_rows(), metr.load_counts()
    yield "metr-runs", {"runs.jsonl": metr.write_rows(rows[:20])}
    yield "metr-counts", {"task_results.yaml": json.dumps(counts).encode()}
    yield "metr-counts", {"task_results.yaml": yaml.safe_dump(counts).encode()}
    for harness, main, built in (
        ("helm", "run_spec.json", test_helm.make_run(test_helm.SCORES, trials=2)),
        ("mapping", test_mapping.MAIN, test_mapping.make_files()),
        ("promptfoo", test_promptfoo.MAIN, test_promptfoo.make_example()),
        ("swe-bench", test_swe_bench.MAIN, test_swe_bench.make_submission()),
        ("swe-bench-report", test_swe_bench.SUMMARY, test_swe_bench.make_report_files()),
    ):
        files = {main: built[main], **built}
        yield harness, {name: to_bytes(content) for name, content in files.items()}
    table = test_parquet_table.to_parquet(test_parquet_table.make_table())
    mapping = test_mapping.MAPPING | {"data": "quiz.parquet"}
    yield "mapping", {test_mapping.MAIN: to_bytes(mapping), "quiz.parquet": table}


def shorten_members(data: bytes) -> dict[str, bytes]:
    """Return the members of an ``.eval`` file, at most four samples of them, shortened."""
    archive = Archive(data, name="seed")
    names = [m for m in archive.members if not m.name.startswith("samples/")]
    names += [m for m in archive.members if m.name.startswith("samples/")][:4]
    members = {m.name: shorten(json.loads(archive.read(m))) for m in names}
    samples = [tree for name, tree in members.items() if name.startswith("samples/")]
    for sample, field, event in zip(samples, ("error", "limit"), ENDS, strict=False):
        sample[field] = {"message": "x", "type": "token", "limit": 1}
        sample["events"] = [*(sample.get("events") or ()), event]
    return {name: json.dumps(tree).encode() for name, tree in members.items()}


def shorten(tree: Any) -> Any:
    """Return the tree without what no reader looks at."""
    if isinstance(tree, dict) and isinstance(tree.get("event"), str):
        return {key: shorten(value) for key, value in tree.items() if key in _EVENT}
    if isinstance(tree, dict):
        return {key: shorten(value) for key, value in tree.items() if key not in _LONG}
    return [shorten(value) for value in tree] if isinstance(tree, list) else tree


def write_seeds(folder: Path) -> dict[str, int]:
    """Write a corpus and a dictionary for each harness; return the number of its seeds."""
    counts: Counter[str] = Counter()
    words: dict[str, Counter[bytes]] = {}
    for harness, files in find_seeds():
        place = folder / harness
        place.mkdir(parents=True, exist_ok=True)
        packed = pack_files(files)
        (place / f"seed-{counts[harness]:03}").write_bytes(packed)
        counts[harness] += 1
        found = re.findall(rb'"[A-Za-z_][A-Za-z_0-9/.]{1,30}"', packed)
        words.setdefault(harness, Counter()).update(found)
    for harness, data in find_bytes():
        place = folder / harness
        place.mkdir(parents=True, exist_ok=True)
        (place / f"seed-{counts[harness]:03}").write_bytes(data)
        counts[harness] += 1
    for harness, counter in words.items():
        lines = [word[1:-1].decode() for word, _ in counter.most_common(300)]
        if not lines:
            continue
        (folder / f"{harness}.dict").write_text("".join(f'"\\"{w}\\""\n' for w in lines))
    return dict(counts)


if __name__ == "__main__":
    for _harness, _count in write_seeds(Path(sys.argv[1])).items():
        sys.stdout.write(f"{_harness}: {_count} seeds\n")
