"""Hostile files of every format: whatever a place holds, the answer is coded and comes soon.

The places are those of the seeds of the fuzzer, so that a format without a seed fails here.
"""

import copy
import json
import time
import tracemalloc

import pytest
from fuzz.oracle import check_files
from fuzz.parsers import READERS, check_bytes, find_bytes
from fuzz.seeds import HARNESSES, MEMBERS, find_seeds
from tests.evidence.foreign import record_of

from ifthen.evidence.formats import FORMATS, find_format
from ifthen.evidence.reading import read_source
from ifthen.evidence.source import MemorySource

SEEDS = {}
for _harness, _files in find_seeds():
    SEEDS.setdefault(_harness, _files)
OTHERS = [name for name in FORMATS if not name.startswith("inspect-")]
HERE = "@@here@@"
MIB = 1 << 20
RAW = {
    "digits": b"9" * 1_000_000,
    "negative": b"-" + b"9" * 5000,
    "fraction": b"0." + b"3" * 1_000_000,
    "1e400": b"1e400",
    "long text": b'"' + b"9" * 1_000_000 + b'"',
    "list": b"[" * 100_000,
    "mapping": b'{"a":' * 100_000,
    "deep": b"[" * 900 + b"]" * 900,
    "bytes": b'"\xff\xfe"',
    "overlong": b'"\xc0\x80"',
    "half": b'"\\ud800"',
    "nul": b'"\\u0000"',
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "path": b'"../../../etc/passwd"',
    "absolute": b'"/etc/passwd"',
    "drive": b'"C:\\\\x"',
    "pattern": b'"{0.__class__}%s%n"',
    "twice": b'{"a": 1, "a": 2}',
    "null": b"null",
    "true": b"true",
    "empty": b'""',
    "nothing": b"",
}


def parse(data):
    """Return a JSON file, or a file of JSON lines, as a tree; None for other files."""
    try:
        return json.loads(data)
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in data.splitlines()]
    except ValueError:
        return None


def places(tree):
    """Return up to 16 places, spread over the tree."""
    found = []
    pending = [((), tree)]
    while pending:
        path, node = pending.pop()
        if path:
            found.append(path)
        if isinstance(node, dict | list):
            pairs = node.items() if isinstance(node, dict) else enumerate(node)
            pending += [((*path, key), value) for key, value in pairs]
    return found[:: max(1, len(found) // 16)]


def spliced(files):
    """Yield the files with a mark at one place after the other, as functions of raw bytes."""
    for name, data in files.items():
        tree = parse(data)
        if not isinstance(tree, dict | list):
            cuts = range(0, len(data), max(1, len(data) // 12))
            for at in cuts:
                yield (
                    f"{name}:{at}",
                    lambda raw, n=name, d=data, at=at: (
                        files | {n: d[:at] + raw.strip(b'"') + d[at:]}
                    ),
                )
            continue
        lines = tree if len(data.splitlines()) > 1 and isinstance(tree, list) else None
        for path in places(tree):
            changed = copy.deepcopy(tree)
            node = changed
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = HERE
            text = (
                json.dumps(changed)
                if lines is None
                else "\n".join(json.dumps(line) for line in changed)
            ).encode()
            mark = json.dumps(HERE).encode()
            yield (
                f"{name}:{path}",
                lambda raw, n=name, t=text, m=mark: files | {n: t.replace(m, raw)},
            )


def test_every_format_has_an_input_for_the_fuzzer():
    assert SEEDS.keys() == {*FORMATS, MEMBERS} == set(HARNESSES) - READERS.keys()


def test_every_reader_of_records_has_an_input_for_the_fuzzer():
    read = set()
    for harness, data in find_bytes():
        check_bytes(harness, data)
        read.add(harness)
    assert read == READERS.keys()


@pytest.mark.parametrize("harness", [*FORMATS, MEMBERS])
def test_seeds_are_read(harness):
    """A seed that is refused at once would fuzz nothing."""
    if harness != MEMBERS:
        assert check_files(SEEDS[harness]) == "log"


@pytest.mark.parametrize("raw", RAW)
@pytest.mark.parametrize("name", OTHERS)
def test_anything_at_any_place(name, raw):
    every = [*spliced(SEEDS[name])]
    assert len(every) >= 10
    first, step = [*RAW].index(raw), max(1, len(every) // 4)
    for where, make in every[first % step :: step]:  # at other places for each
        began = time.process_time()
        found = check_files(make(RAW[raw]))
        assert found in {"log", "nothing", "problems"} or "." in found, where
        assert time.process_time() - began < 20, where


@pytest.mark.parametrize("name", OTHERS)
def test_memory_for_a_million_digits(name):
    every = [*spliced(SEEDS[name])]
    for _, make in every[:: len(every) // 4]:
        files = make(RAW["digits"])
        tracemalloc.start()
        check_files(files)
        peak = tracemalloc.get_traced_memory()[1] / MIB
        tracemalloc.stop()
        assert peak < 60


@pytest.mark.parametrize("value", [b"-Infinity", b"1e999", b"NaN"])
def test_stated_mean_that_is_no_number(value):
    """Found here: infinity as HELM's mean gave a document that could not be read again."""
    files = dict(SEEDS["helm"])
    stats = json.loads(files["stats.json"])
    for entry in stats:
        entry["mean"] = HERE
    files["stats.json"] = json.dumps(stats).encode().replace(json.dumps(HERE).encode(), value)
    source = MemorySource(files["run_spec.json"], "run_spec.json", files)
    part = find_format(source).list_parts(source)[0]
    found = record_of(read_source(source, part=part)).findings
    assert "log.header-differs" in {x.code for x in found if x.severity == "contradiction"}
