"""The logs of the Aurora example: small, listed with their digests, and named proxies.

Nothing here needs Inspect or a model.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

AURORA = Path(__file__).parents[2] / "examples" / "aurora"
DATA = Path(__file__).parents[1] / "evidence" / "data"
LOGS = sorted((AURORA / "logs").glob("*.eval"))
SMALL_LOGS = [DATA / "theory-of-mind-20.json", DATA / "theory-of-mind-20-deflate.eval"]
ZSTANDARD = 93


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every member of a log, inflated; a JSON log is one member."""
    content = path.read_bytes()
    if path.suffix == ".json":
        yield path.name, content
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if info.compress_type != ZSTANDARD:
                yield info.filename, archive.read(info)
                continue
            name, extra = (
                int.from_bytes(content[info.header_offset + at :][:2], "little") for at in (26, 28)
            )
            start = info.header_offset + 30 + name + extra
            packed = content[start : start + info.compress_size]
            yield info.filename, zstandard.ZstdDecompressor().decompressobj().decompress(packed)


def header(path: Path) -> dict[str, object]:
    found = dict(members(path))
    return json.loads(found.get("header.json") or found[path.name])


def test_there_are_logs_of_both_generations_and_they_are_small():
    names = {path.name for path in LOGS}

    assert {f"aurora-{n}-arithmetic-easy.eval" for n in (1, 2)} <= names
    assert "aurora-2-passphrase-attack-filter.eval" in names
    assert sum(path.stat().st_size for path in LOGS) <= 2_000_000
    assert sum(path.stat().st_size for path in SMALL_LOGS) <= 150_000


def test_provenance_lists_every_log_with_its_digest_and_size_and_no_other():
    rows = re.findall(
        r"^\| `([^`]+)` \| (\d+) \| `([0-9a-f]{64})` \|$",
        (AURORA / "PROVENANCE.md").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )

    assert sorted(rows) == sorted(
        (path.name, str(path.stat().st_size), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in [*LOGS, *SMALL_LOGS]
    )


def test_tasks_and_provenance_say_that_they_are_proxies():
    source = (AURORA / "tasks" / "proxies.py").read_text(encoding="utf-8")
    tasks = re.findall(r'^@task\ndef (\w+)\(.*\n    """(PROXY)?', source, flags=re.MULTILINE)

    assert len(tasks) == 5
    assert all(proxy for _, proxy in tasks)
    assert "proxies" in (AURORA / "PROVENANCE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*LOGS, *SMALL_LOGS], ids=lambda path: path.name)
def test_a_log_names_its_weights_engine_and_clean_commit(path):
    spec = header(path)["eval"]

    assert re.fullmatch(r"[0-9a-f]{64}", spec["metadata"]["weights_sha256"])
    assert spec["metadata"]["engine"].startswith("xllamacpp ")
    assert spec["metadata"]["elicitation"]
    assert spec["revision"]["dirty"] is False


@pytest.mark.parametrize("path", [*LOGS, *SMALL_LOGS], ids=lambda path: path.name)
def test_no_absolute_path_stands_in_a_log(path):
    for name, content in members(path):
        assert not re.search(rb'"(file://)?/[A-Za-z]', content.replace(b'"path":"/', b"")), name
