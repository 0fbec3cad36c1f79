"""Hostile logs: whatever they hold, the answer is a record or a coded error, soon and small.

Time and memory are bounded by what the file really holds, never by what it says it holds.
"""

import json
import random
import struct
import subprocess
import sys
import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence import test_helm, test_promptfoo, test_swe_bench
from tests.evidence.foreign import make_source
from tests.evidence.tampering import (
    DATA,
    HEADER,
    LOGS,
    REDUCTIONS,
    START,
    SUMMARIES,
    EvalLog,
    JsonLog,
    codes,
    frames,
    result,
    write_zip,
)

from ifthen.errors import Error
from ifthen.evidence import inspect_eval, inspect_repeats, question, samples
from ifthen.evidence.archive import Archive, Limits
from ifthen.evidence.building import MAX_ALIKE
from ifthen.evidence.formats import Request, find_format
from ifthen.evidence.log import Sample, SampleScore
from ifthen.evidence.reading import read_source
from ifthen.evidence.samples import SampleTable
from ifthen.evidence.source import MemorySource

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
HERE = "@@here@@"


def outcome(data, name="x.eval"):
    """Return "record", or the code of the error; anything else that is raised fails the test."""
    try:
        result(data, name)
    except Error as error:
        assert error.message and "." in error.code
        str(error)
        return error.code
    return "record"


def measured(action):
    """Return what it returns, the most Python memory it took in MiB, and its processor seconds."""
    tracemalloc.start()
    began = time.process_time()
    try:
        found = action()
    finally:
        took = time.process_time() - began
        peak = tracemalloc.get_traced_memory()[1] / MIB
        tracemalloc.stop()
    return found, peak, took


def splice(log, raw):
    """Return the log with raw bytes in place of the marked values."""
    mark = json.dumps(HERE).encode()
    if isinstance(log, JsonLog):
        return log.to_bytes().replace(mark, raw)
    return write_zip([(name, data.replace(mark, raw)) for name, data in log.contents()])


# Bombs


def deflated(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def stated_frame(size, content=b"x" * 100):
    """Return a Zstandard frame whose header states ``size`` bytes (RFC 8878, section 3.1.1)."""
    block = struct.pack("<I", len(content) << 3 | 1)[:3] + content
    return b"\x28\xb5\x2f\xfd" + b"\xe0" + struct.pack("<Q", size) + block


def bomb(method, packed, size):
    contents = [("header.json", b"{}")]
    fields = {"size": size}
    return write_zip(contents, pack=lambda _: packed, method=method, local=fields, entry=fields)


PACKED = {
    8: deflated(b"\0" * (64 * MIB)),
    93: zstandard.ZstdCompressor(19).compress(b"\0" * (64 * MIB)),
}


@pytest.mark.parametrize("method", PACKED)
def test_bomb_that_says_its_size_is_not_inflated(method):
    data = bomb(method, PACKED[method], 64 * MIB)

    def read():
        with pytest.raises(Error) as caught:
            inspect_eval.read(MemorySource(data, "x"), Request(), limits=Limits(member_bytes=MIB))
        return caught.value.code

    code, peak, _ = measured(read)
    assert code == "log.too-large"
    assert peak < 5


@pytest.mark.parametrize("method", PACKED)
@pytest.mark.parametrize("size", [0, 1, 100, 70_000])
def test_bomb_that_says_it_is_small_is_inflated_to_what_it_says(method, size):
    code, peak, _ = measured(lambda: outcome(bomb(method, PACKED[method], size)))
    assert code == "log.damaged"
    assert peak < 5


def test_bomb_by_its_ratio():
    assert outcome(bomb(93, PACKED[93], 64 * MIB)) == "log.bomb"


def test_bomb_of_many_members_is_refused_by_their_sum():
    contents = [(f"samples/{n}", b"") for n in range(2000)]
    fields = {"size": MIB - 1}
    data = write_zip(contents, local=fields, entry=fields)
    with pytest.raises(Error) as caught:
        Archive(data, limits=Limits(total_bytes=1000 * MIB))
    assert caught.value.code == "log.too-large"


def test_bomb_in_a_bomb_is_not_opened():
    inner = bomb(8, PACKED[8], 64 * MIB)
    log = EvalLog(LOGS["plain"])
    data = write_zip([*log.contents(), ("samples/inner.zip", inner)])
    assert outcome(data) == "record"


@pytest.mark.parametrize("stated", [2**60, 2**64 - 1, 2**32, 101, 99, 0])
@pytest.mark.parametrize("size", [100, 0, 1, 0xFFFFFFFE])
def test_frame_header_that_lies(stated, size):
    code, peak, _ = measured(lambda: outcome(bomb(93, stated_frame(stated), size)))
    assert code in {"log.damaged", "log.too-large", "log.bomb", "log.crc"}
    assert peak < 5


def test_frame_that_asks_for_a_large_window():
    for exponent in range(10, 32):
        frame = b"\x28\xb5\x2f\xfd" + bytes([0x00, (exponent - 10) << 3])
        packed = frame + struct.pack("<I", 100 << 3 | 1)[:3] + b"x" * 100
        assert outcome(bomb(93, packed, 200)) == "log.damaged"


@pytest.mark.parametrize("method", PACKED)
def test_bomb_as_a_part_that_is_read_piece_by_piece(method):
    """A member that inflates to more than it says, where it is not read whole."""
    log = EvalLog(LOGS["plain"])
    for name in (REDUCTIONS, SUMMARIES):
        contents = log.contents()
        names = iter(member for member, _ in contents)
        fields = {"size": 2 * MIB}

        def pack(content, names=names, name=name):
            return PACKED[method] if next(names) == name else frames(content, 1)

        data = write_zip(
            contents,
            pack=pack,
            method=93,
            only=name,
            local=fields | {"method": method},
            entry=fields | {"method": method},
        )
        code, peak, _ = measured(lambda data=data: outcome(data))
        assert code == "log.damaged"
        assert peak < 20


# Directories


def end(count, size, start, comment=0):
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, start, comment)


@pytest.mark.parametrize("count", [1, 2, 0xFFFE, 0xFFFF])
def test_directory_that_states_more_entries_than_it_has(count):
    assert outcome(b"PK\x03\x04" + end(count, 0, 4)) == "log.damaged"


@pytest.mark.parametrize("count", [2**60, 2**64 - 1, 5_000_001])
def test_zip64_directory_of_any_number_of_entries(count):
    data = b"PK\x03\x04"
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, 0, 4)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4, 1)
    code, peak, _ = measured(lambda: outcome(data + record + locator + end(0xFFFF, 0, 4)))
    assert code == "log.too-large"
    assert peak < 1


@pytest.mark.parametrize("start", [0, 1, 3, 2**31, 0xFFFFFFFE, 0xFFFFFFFF])
@pytest.mark.parametrize("size", [0, 46, 2**31, 0xFFFFFFFE, 0xFFFFFFFF])
def test_directory_that_lies_elsewhere(start, size):
    assert outcome(b"PK\x03\x04" + b"\0" * 100 + end(1, size, start)) == "log.damaged"


def test_members_that_share_their_bytes():
    """Many names for one member: the sum would be small in the file and large when inflated."""
    one = write_zip([("a", b"content")])
    at = one.index(b"PK\x01\x02")
    entry = one[at : one.index(b"PK\x05\x06")]
    directory = entry * 5000
    assert outcome(one[:at] + directory + end(5000, len(directory), at)) == "log.overlap"


@pytest.mark.parametrize(
    "name",
    [
        "../x", "/x", "\\x", "a/../../x", "samples/../../x.json", "a\0b", "", "..",
        "samples/../header.json",
    ],
)  # fmt: skip
def test_member_name_that_leads_elsewhere(name):
    log = EvalLog(LOGS["plain"])
    assert outcome(write_zip([*log.contents(), (name, b"{}")])) == "log.member-name"


@pytest.mark.parametrize(
    "name",
    ["C:\\x", "samples/\u202ex.json", "samples/" + "x" * 60_000 + ".json", "samples/\ud7ff.json",
     "samples/{id}_{0}.json", "samples/%s.json", "samples/.json", "~/x", "samples/a\n[x].json"],
)  # fmt: skip
def test_odd_member_names_are_only_names(name):
    log = EvalLog(LOGS["plain"])
    sample = json.dumps(log.samples[0] | {"id": "again"}).encode()
    assert outcome(write_zip([*log.contents(), (name, sample)])) == "record"


def test_ten_thousand_names_twice():
    log = EvalLog(LOGS["plain"])
    names = [(f"x{n}", b"") for n in range(10_000)]

    def read():
        return result(write_zip([*log.contents(), *names, *names]))

    record, peak, took = measured(read)
    found = [f for f in record.findings if f.code == "log.duplicate-member"]
    assert len(found) == MAX_ALIKE + 1
    assert found[-1].message == f"{10_000 - MAX_ALIKE:,} more like these"
    assert peak < 60
    assert took < 12


def test_one_sample_ten_thousand_times():
    log = EvalLog(LOGS["plain"])
    name = next(name for name, _ in log.members if name.startswith("samples/"))
    small = json.dumps({"id": "q0", "epoch": 1, "scores": {"match": {"value": "C"}}}).encode()
    data = write_zip([*[(name, small)] * 10_000, *log.contents()])
    found, _, took = measured(lambda: codes(data))
    assert found == {"log.duplicate-member"}
    assert took < 60


# Values

DEEP = [depth for base in (0, 900) for depth in range(base + 10, base + 100, 10)] + [300, 500, 700]
VALUES = {
    "null": b"null", "true": b"true", "false": b"false", "minus": b"-1", "zero": b"-0.0",
    "1e400": b"1e400", "-1e400": b"-1e400", "1e-400": b"1e-400", "10**400": b"1" + b"0" * 400,
    "2**63": str(2**63).encode(), "2**64": str(2**64).encode(),
    "-2**63-1": str(-(2**63) - 1).encode(),
    "digits": b"9" * 1_000_000, "fraction": b"0." + b"3" * 1_000_000,
    "text": b'"' + b"9" * 1_000_000 + b'"', "exponent": b'"1e999999999"',
    "hexadecimal": b'"0x1p9999"',
    "NaN": b"NaN", "Infinity": b"Infinity", "-Infinity": b"-Infinity", "nan": b'"nan"',
    "invalid": b'"\xff\xfe"', "overlong": b'"\xc0\x80"', "surrogate": b'"\\ud800"',
    "nul": b'"\\u0000"',
    "surrogate key": b'{"\\udfff": 1}', "empty": b'""', "list": b"[]", "mapping": b"{}",
    "numbers": b"[" + b"1," * 100_000 + b"1]",
    "keys": json.dumps({f"k{n}": n for n in range(50_000)}).encode(),
    "twice": b'{"value": "C", "value": "I"}', "not JSON": b"x", "comment": b"1 /* x */",
    "nothing": b"",
    "two": b"1 2", "date": b'"9999-12-31T23:59:59-23:59"', "zone": b'"2026-01-01T00:00:00+99:99"',
    "odd": b'["1", 1, null, {"": []}, NaN]', "pattern": b'"{0.__class__}"', "%": b'"%s%n"',
}  # fmt: skip


REFUSED = {"log.not-json", "log.wrong-shape", "log.not-a-log"}


def deep(depth):
    return [b"[" * depth + b"1" + b"]" * depth, b'{"a":' * depth + b"NaN" + b"}" * depth]


SAMPLE_PLACES = {
    "id": ("id",), "epoch": ("epoch",), "input": ("input",), "target": ("target",),
    "scores": ("scores",), "score": ("scores", "match"), "value": ("scores", "match", "value"),
    "history": ("scores", "match", "history"), "metadata": ("metadata",),
    "family": ("metadata", "family"), "usage": ("model_usage",), "error": ("error",),
    "retries": ("error_retries",), "limit": ("limit",), "invalidation": ("invalidation",),
    "unknown": ("unknown",), "messages": ("messages",),
    "events": ("events",), "event": ("events", 0), "told": ("events", -3, "score"),
    "told value": ("events", -3, "score", "value"), "teller": ("events", -3, "scorer"),
}  # fmt: skip
HEADER_PLACES = {
    "version": ("version",), "status": ("status",), "created": ("eval", "created"),
    "task": ("eval", "task"), "model": ("eval", "model"), "arguments": ("eval", "task_args"),
    "metadata": ("eval", "metadata"), "packages": ("eval", "packages"),
    "ids": ("eval", "dataset", "sample_ids"), "asked": ("eval", "dataset", "samples"),
    "epochs": ("eval", "config", "epochs"), "reducers": ("eval", "config", "epochs_reducer"),
    "token limit": ("eval", "config", "token_limit"), "scorers": ("eval", "scorers"),
    "plan": ("plan",), "steps": ("plan", "steps"), "usage": ("stats", "model_usage"),
    "updates": ("log_updates",), "config updates": ("config_updates",), "results": ("results",),
    "total": ("results", "total_samples"), "completed": ("results", "completed_samples"),
    "stopping": ("results", "early_stopping"), "stated": ("results", "scores"),
    "name": ("results", "scores", 0, "name"), "reducer": ("results", "scores", 0, "reducer"),
    "scored": ("results", "scores", 0, "scored_samples"),
    "metrics": ("results", "scores", 0, "metrics"),
    "accuracy": ("results", "scores", 0, "metrics", "accuracy", "value"),
    "params": ("results", "scores", 0, "metrics", "accuracy", "params"),
    "metric": ("results", "scores", 0, "metrics", "accuracy", "name"),
    "group": ("results", "scores", 0, "metrics", "accuracy", "group"),
    "error": ("error",), "invalidated": ("invalidated",), "limit": ("eval", "config", "limit"),
    "chosen": ("eval", "config", "sample_id"),
}  # fmt: skip
OTHER_PLACES = {
    "summary": (SUMMARIES, 0), "summary id": (SUMMARIES, 0, "id"),
    "summary value": (SUMMARIES, 0, "scores", "match", "value"),
    "summary family": (SUMMARIES, 0, "metadata", "family"),
    "summary limit": (SUMMARIES, 0, "limit"),
    "summaries": (SUMMARIES,), "start": (START,), "start plan": (START, "plan"),
    "reductions": (REDUCTIONS,), "reduced": (REDUCTIONS, 0, "samples"),
    "reduced id": (REDUCTIONS, 0, "samples", 0, "sample_id"),
    "reduced value": (REDUCTIONS, 0, "samples", 0, "value"),
    "whole header": (HEADER,),
}  # fmt: skip


def put(tree, path):
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = HERE


def eval_logs():
    for name, path in SAMPLE_PLACES.items():
        log = EvalLog(LOGS["plain"])
        put(log.samples[0], path)
        yield f"sample {name}", log
    for name, path in HEADER_PLACES.items():
        log = EvalLog(LOGS["plain"])
        put(log.header, path)
        yield f"header {name}", log
    for name, path in OTHER_PLACES.items():
        log = EvalLog(LOGS["plain"])
        put(log, path)
        yield name, log
    log = EvalLog(LOGS["plain"])  # where summary and sample agree, and where header and start do
    put(log.samples[0], SAMPLE_PLACES["value"])
    put(log, OTHER_PLACES["summary value"])
    put(log.journal[0], SAMPLE_PLACES["value"])
    put(log.header, ("plan",))
    put(log, (START, "plan"))
    yield "both", log


def json_logs():
    path = Path(__file__).parent / "data" / "object.json"
    scorer = next(iter(JsonLog(path).samples[0]["scores"]))
    for name, where in SAMPLE_PLACES.items():
        log = JsonLog(path)
        put(log.samples[0], tuple(scorer if key == "match" else key for key in where))
        yield f"sample {name}", log
    for name in (
        "plan", "ids", "epochs", "results", "scorers", "arguments", "version", "error",
        "invalidated", "limit", "asked",
    ):  # fmt: skip
        log = JsonLog(path)
        put(log.header, HEADER_PLACES[name])
        yield f"header {name}", log
    for name in ("samples", "reductions"):
        log = JsonLog(path)
        put(log.header, (name,))
        yield name, log


EVAL_LOGS, JSON_LOGS = dict(eval_logs()), dict(json_logs())


@pytest.mark.parametrize("place", EVAL_LOGS)
def test_any_value_at_any_place(place):
    for name, raw in VALUES.items():
        began = time.process_time()
        found = outcome(splice(EVAL_LOGS[place], raw))
        assert found.startswith(("record", "log.")), (name, found)
        assert time.process_time() - began < 20, name


@pytest.mark.parametrize("place", JSON_LOGS)
def test_any_value_at_any_place_of_a_json_log(place):
    for name, raw in VALUES.items():
        began = time.process_time()
        found = outcome(splice(JSON_LOGS[place], raw), "x.json")
        assert found.startswith(("record", "log.")), (name, found)
        assert time.process_time() - began < 20, name


@pytest.mark.parametrize("place", [*EVAL_LOGS])
def test_any_depth_at_any_place(place):
    for depth in DEEP:
        for raw in deep(depth):
            assert outcome(splice(EVAL_LOGS[place], raw)).startswith(("record", "log.")), depth
    assert outcome(splice(EVAL_LOGS[place], b"[" * 200_000)) in REFUSED


@pytest.mark.parametrize("place", [*JSON_LOGS])
def test_any_depth_at_any_place_of_a_json_log(place):
    for depth in DEEP:
        for raw in deep(depth):
            found = outcome(splice(JSON_LOGS[place], raw), "x.json")
            assert found.startswith(("record", "log.")), depth
    assert outcome(splice(JSON_LOGS[place], b"[" * 200_000), "x.json") in REFUSED


def test_value_nested_too_deep_to_be_compared_is_a_contradiction():
    log = EVAL_LOGS["both"]
    assert "log.summary-differs" not in codes(splice(log, deep(40)[0]))
    assert "log.summary-differs" in codes(splice(log, deep(300)[0]))


@pytest.mark.parametrize("place", ["sample input", "sample target", "sample id"])
def test_half_of_a_character(place):
    """JSON can spell it, no text holds it: found by fuzzing, it ended with a traceback."""
    for logs, name in ((EVAL_LOGS, "x.eval"), (JSON_LOGS, "x.json")):
        assert outcome(splice(logs[place], b'"\\ud800"'), name) == "log.not-json"


TWICE = (
    b'{"value": "C", "value": "I"}',
    b'{"value": "I", "value": "C"}',
    b'{"value": null, "value": "I"}',
    b'{"value": "I", "value": null}',
    b'{"value": "I", "v\\u0061lue": "I"}',
    b'{"value": "I", "history": [{"value": "C"}], "history": []}',
    b'{"value": "I"}, "match": {"value": "C"}',
    b'{"value": NaN, "value": "I"}',
    b'{"value": "I"}}, "scores": {"match": {"value": "I"}',
)


@pytest.mark.parametrize("text", TWICE)
@pytest.mark.parametrize("logs", [EVAL_LOGS, JSON_LOGS], ids=["eval", "json"])
def test_score_that_an_object_states_twice(logs, text):
    """Every reader takes the last one; what nobody sees could be another score."""
    name = "x.eval" if logs is EVAL_LOGS else "x.json"
    assert outcome(splice(logs["sample score"], b'{"value": "I"}'), name).startswith("record")
    assert outcome(splice(logs["sample score"], text), name) == "log.not-json"


def test_nan_elsewhere_hides_no_score_that_stands_twice():
    text = b'{"value": "C", "value": "I", "metadata": {"a": NaN, "b": [-Infinity]}}'
    for logs, name in ((EVAL_LOGS, "x.eval"), (JSON_LOGS, "x.json")):
        assert outcome(splice(logs["sample score"], text), name) == "log.not-json"


@pytest.mark.parametrize(
    "change",
    [
        (b'"status": ', b'"status": "error", "status": '),
        (b'"results": ', b'"results": null, "results": '),
        (b'"accuracy": ', b'"accuracy": {}, "accuracy": '),
        (b'"sample_ids": ', b'"sample_ids": [], "sample_ids": '),
    ],
    ids=str,
)
def test_key_that_a_header_has_twice(change):
    log = EvalLog(LOGS["plain"])
    for member in (HEADER, START):
        contents = [
            (name, data.replace(*change, 1) if name == member else data)
            for name, data in log.contents()
        ]
        if contents != log.contents():
            assert codes(write_zip(contents)) == {"log.not-json"}
    data = JsonLog().to_bytes()
    assert outcome(data, "x.json").startswith("record")
    assert outcome(data.replace(*change, 1), "x.json") == "log.not-json"


def test_key_that_a_json_log_has_twice():
    data = JsonLog().to_bytes()
    for key in (b'"samples": ', b'"reductions": '):
        changed = data.replace(key, key + b"[], " + key, 1)
        assert changed != data
        assert outcome(changed, "x.json") == "log.not-json"


def test_ids_that_differ_in_kind_alone():
    log = EvalLog(LOGS["plain"])
    first, second = log.samples[:2]
    first["id"], second["id"] = "1", 1
    assert "log.duplicate-sample" in codes(log)
    ids = log.header["eval"]["dataset"]["sample_ids"]
    ids[:2] = ["1", 1]
    assert {"log.duplicate-sample", "log.duplicate-id"} <= codes(log)


def test_id_as_a_number_and_as_text_is_one_question():
    log = EvalLog(LOGS["plain"])
    before = result(log.to_bytes()).measurements
    for tree in (log.samples[0], log.summaries[0], log.journal[0]):
        tree["id"] = 7
    next(i for i in log.reductions[0]["samples"] if i["sample_id"] == "q0")["sample_id"] = "7"
    ids = log.header["eval"]["dataset"]["sample_ids"]
    ids[ids.index("q0")] = "7"
    log.members = [(name.replace("samples/q0_", "samples/7_"), tree) for name, tree in log.members]
    log[START]["eval"]["dataset"] = log.header["eval"]["dataset"]
    assert codes(log) == set()
    assert result(log.to_bytes()).measurements == before


# Numbers of things


def test_thousands_of_scorers_that_score_one_sample_each(monkeypatch):
    """Each scorer is a column: samples times scorers would grow with the square of the file."""
    monkeypatch.setattr(samples, "MAX_CELLS", 100_000)
    log = EvalLog(LOGS["plain"])
    for n in range(1000):
        tree = {"id": f"z{n}", "epoch": 1, "scores": {f"s{n}": {"value": 1}}}
        log.members.append((f"samples/z{n}_epoch_1.json", tree))
    assert codes(log) == {"log.too-large"}


def test_cells_are_counted_when_tables_are_joined(monkeypatch):
    def table(name):
        return SampleTable.of(
            [
                Sample(id=n, epoch=1, place="", scores={name: SampleScore(value=1)})
                for n in range(60)
            ]
        )

    monkeypatch.setattr(samples, "MAX_CELLS", 239)
    one = table("a")
    one.extend(table("a"))
    with pytest.raises(Error) as caught:
        table("a").extend(table("b"))
    assert caught.value.code == "log.too-large"


def test_one_sample_with_ten_thousand_scorers():
    log = EvalLog(LOGS["plain"])
    for sample in log.samples:
        sample["scores"] |= {f"s{n}": {"value": "C"} for n in range(10_000)}
    found, _, took = measured(lambda: codes(log))
    assert "log.summary-differs" in found
    assert took < 60


def test_thousands_of_stated_results():
    log = EvalLog(LOGS["plain"])
    stated = log.header["results"]["scores"][0]
    log.header["results"]["scores"] = [
        stated | {"name": f"k{n}", "scorer": f"s{n % 50}"} for n in range(1000)
    ]
    record, peak, took = measured(lambda: result(log.to_bytes()))
    assert MAX_ALIKE < len(record.findings) < 3 * MAX_ALIKE
    assert peak < 60
    assert took < 20


def test_questions_are_kept_for_few_scorers():
    log = read_source(MemorySource(LOGS["plain"].read_bytes(), "x"))
    for n in range(1000):
        question.group_questions(log, f"s{n}", None)
    assert len(log.samples.cache) <= 64


@pytest.mark.parametrize("count", [-1, 0, 10_001, 2**31, 2**63, 10**30])
def test_number_of_epochs_that_cannot_be(count):
    log = EvalLog(LOGS["plain"])
    log.header["eval"]["config"]["epochs"] = count
    assert codes(log) <= {"log.wrong-shape", "log.not-json"}


def test_list_of_ids_that_lies():
    """Twenty thousand questions never asked: each could have had any score."""
    log = EvalLog(LOGS["plain"])
    log.header["eval"]["dataset"]["sample_ids"] += list(range(20_000))
    record, peak, took = measured(lambda: result(log.to_bytes()))
    found = {f.code for f in record.findings if f.severity == "contradiction"}
    assert {"log.sample-missing", "log.start-differs"} <= found
    assert record.measurements[0].questions == 20_006
    assert record.measurements[0].high >= 20_000
    assert len(record.model_dump_json()) < 100_000  # findings are counted, not listed
    assert peak < 30
    assert took < 20


def test_list_of_ids_beyond_what_is_read():
    log = EvalLog(LOGS["plain"])
    log.header["eval"]["config"]["epochs"] = 10_000
    log.header["eval"]["dataset"]["sample_ids"] += list(range(1000))
    assert codes(log) == {"log.too-large"}


@pytest.mark.parametrize("size", [3, 20])
def test_parts_read_piece_by_piece_take_linear_time(size):
    """One member without any place to cut, and one journal piece as long as all summaries."""
    text = random.Random(1).randbytes(size * MIB // 2).hex().encode()  # noqa: S311
    for name, content in (
        (REDUCTIONS, b'[{"scorer":"match","samples":[{"value":"' + text + b'"}]}]'),
        (SUMMARIES, b'[{"id":"q0","epoch":1,"x":"' + text + b'"}]'),
    ):
        contents = [
            (n, content if n == name or (name == SUMMARIES and "/summaries/" in n) else data)
            for n, data in EvalLog(LOGS["plain"]).contents()
        ]
        data = write_zip(contents, pack=lambda c: frames(c, 1), method=93)
        found, peak, took = measured(lambda data=data: codes(data))
        assert found & {"log.summary-differs", "log.reduction-differs"}
        assert peak < 12 * size + 20
        assert took < 2 + size


def test_stream_without_a_place_to_cut_is_given_up():
    pieces = (b"x" * MIB for _ in range(1000))
    with pytest.raises(Error) as caught:
        list(inspect_repeats._cut(pieces))
    assert caught.value.code == "log.not-json"
    assert sum(1 for _ in pieces) > 900  # most were never asked for


@pytest.mark.parametrize("count", [10**400, 2**63, 2**60, -(10**400)])
def test_counts_that_cannot_be_divided(count):
    """Found by fuzzing: an integer that no float holds ended with a traceback."""
    run = test_helm.make_run(test_helm.SCORES)
    run["per_instance_stats.json"][0]["stats"][0]["count"] = count
    report = test_swe_bench.make_report_files()
    report[test_swe_bench.SUMMARY]["resolved_instances"] = count
    results = test_promptfoo.make_example()
    prompts = results[test_promptfoo.MAIN]["results"]["prompts"]
    prompts[0]["metrics"]["testPassCount"] = count
    for files, main in (
        (run, "run_spec.json"),
        (report, test_swe_bench.SUMMARY),
        (results, test_promptfoo.MAIN),
    ):
        source = make_source(files, main)
        with pytest.raises(Error) as caught:
            read_source(source, part=(find_format(source).list_parts(source) or (None,))[0])
        assert caught.value.code == "log.wrong-shape"


# The table of samples

SCORES = st.dictionaries(
    st.sampled_from("abc"),
    st.builds(
        SampleScore,
        value=st.sampled_from(["C", "I", 0.5, None, True]) | st.lists(st.integers(), max_size=2),
        history=st.lists(st.sampled_from(["C", "I"]), max_size=2).map(tuple),
        authors=st.lists(st.just("a"), max_size=1).map(tuple),
    ),
    max_size=3,
)
SAMPLES = st.builds(
    Sample,
    id=st.integers(0, 4) | st.sampled_from("01x"),
    epoch=st.integers(1, 3),
    place=st.sampled_from(["x", "{id}", "samples/1_epoch_1.json"]),
    error=st.booleans(),
    limit=st.none() | st.just("token"),
    invalidated=st.booleans(),
    invalidated_by=st.none() | st.just("b"),
    scores=SCORES,
    metadata=st.dictionaries(st.sampled_from("kl"), st.integers() | st.none(), max_size=2),
    models=st.lists(st.sampled_from("mn"), max_size=2).map(tuple),
    sha256=st.none() | st.binary(min_size=32, max_size=32),
    question_sha256=st.none() | st.binary(min_size=32, max_size=32),
    superseded=st.lists(SCORES, max_size=1).map(tuple),
)


@given(st.lists(SAMPLES, max_size=8))
def test_table_is_the_sequence_of_its_samples(items):
    table = SampleTable.of(items)
    assert len(table) == len(items)
    assert list(table) == items
    assert table[1:] == tuple(items[1:])
    assert [table[-n] for n in range(1, len(items) + 1)] == items[::-1]
    assert SampleTable.of(table) is table
    assert table == items


@given(st.lists(SAMPLES, max_size=6), st.lists(SAMPLES, max_size=6))
def test_table_extended_is_both_lists(one, two):
    table = SampleTable.of(one)
    table.rows_by_id, table.rows_by_key  # noqa: B018 - what was computed before is forgotten
    table.extend(SampleTable.of(two))
    assert list(table) == one + two
    fresh = SampleTable.of(one + two)
    assert table.rows_by_id == fresh.rows_by_id
    assert table.rows_by_key == fresh.rows_by_key


@given(st.data(), st.lists(SAMPLES, max_size=8))
def test_table_reordered_is_the_list_reordered(data, items):
    order = data.draw(st.permutations(range(len(items))))
    assert list(SampleTable.of(items).reordered(order)) == [items[row] for row in order]


# Workers

WORKERS = """
import sys, threading
from hypothesis import HealthCheck, given, settings, strategies as st
from ifthen.errors import Error
from ifthen.evidence import inspect_eval, sharing
from ifthen.evidence.reading import read_source
from ifthen.evidence.source import MemorySource
from ifthen.evidence.building import build_record, list_samples
from datetime import datetime, UTC
from tests.evidence.tampering import DATA, EvalLog

inspect_eval.WORTH_SHARING = 0
shared = []
share_out = inspect_eval.share_out
inspect_eval.share_out = lambda *a: shared.append(1) or share_out(*a)
KINDS = ("value", "score", "id", "epoch", "drop", "double", "error", "junk", "place", "family",
         "limit", "history", "invalidation", "again")
VALUES = ("C", "I", None, 0.5, float("nan"), [1], {"a": 1}, "q0", 7, 2)


def tamper(log, changes):
    for row, kind, value in changes:
        names = [i for i, (name, _) in enumerate(log.members) if name.startswith("samples/")]
        at = names[row % len(names)]
        name, tree = log.members[at]
        tree = dict(tree) if isinstance(tree, dict) else {}
        if kind == "value":
            tree["scores"] = {"match": {"value": value}}
        elif kind == "score":
            tree["scores"] = {f"s{row}": {"value": value}, "match": {"value": "I"}}
        elif kind in ("id", "epoch", "error"):
            tree[kind] = value
        elif kind == "family":
            tree["metadata"] = {"family": value}
        elif kind == "limit":
            tree["limit"] = {"type": str(value)}
        elif kind == "invalidation":
            tree["invalidation"] = {"author": str(value)}
        elif kind == "history":
            tree["scores"] = {"match": {"value": value, "history": [
                {"value": "C"}, {"value": value, "provenance": {"author": "a"}}]}}
        elif kind == "again":
            rows = next(t for n, t in log.members if n.startswith("_journal/summaries/"))
            rows.insert(0, dict(rows[row % len(rows)], scores={"match": {"value": value}}))
        elif kind == "junk":
            tree = value
        elif kind == "place":
            name = f"samples/{row}.json"
        if kind == "drop" and len(names) > 1:
            del log.members[at]
        elif kind == "double":
            log.members.insert(row, (name, tree))
        else:
            log.members[at] = (name, tree)


def read(data, workers):
    assert threading.active_count() == 1
    try:
        log = read_source(MemorySource(data, "x.eval"), keep={"family"}, workers=workers)
    except Error as error:
        return error.code
    summaries = [(k, list(v)) for k, v in log.summaries.items()]
    record = build_record(
        log, id="e-1", evaluation="x", model="m", plan=None, recorded_by="r",
        recorded_at=datetime(2026, 11, 24, tzinfo=UTC), cluster_by="family", log_path="x")
    return repr((list(log.samples), log.findings, log.sha256, summaries, log.reductions,
                 log.results, log.run, list_samples(log))) + record.model_dump_json()


@settings(max_examples=int(sys.argv[1]), deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["plain", "epochs", "keys"]), st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from(KINDS), st.sampled_from(VALUES)), max_size=4))
def check(name, changes):
    log = EvalLog(DATA / f"{name}.eval")
    tamper(log, changes)
    data = log.to_bytes()
    assert read(data, 1) == read(data, 2) == read(data, 3)


check()
assert len(shared) > 20, len(shared)
print("same", len(shared))
"""


HASHES = """
import copy
from tests.evidence.tampering import LOGS, REDUCTIONS, SUMMARIES, EvalLog, result

log = EvalLog(LOGS["epochs"])
log.drop(SUMMARIES, REDUCTIONS)
for row, sample in enumerate(log.samples):
    for name in ("a", "b", f"s{row}"):
        sample["scores"][name] = {"value": "C"}
log.samples[1]["id"] = log.samples[2]["id"] = "another"
record = result(log.to_bytes())
print(record.model_dump_json())
from ifthen.evidence.building import list_samples
from ifthen.evidence.reading import read_source
from ifthen.evidence.source import MemorySource
print(list_samples(read_source(MemorySource(log.to_bytes(), "x.eval"), workers=1)))
"""


def test_the_same_whatever_the_seed_of_hashes():
    """A record is compared with what another process reads: no order of a set may get into it."""
    printed = {
        subprocess.run(
            [sys.executable, "-c", HASHES],
            capture_output=True, text=True, check=True, cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONHASHSEED": seed},
        ).stdout
        for seed in "12345"
    }  # fmt: skip
    assert len(printed) == 1


def test_threads_read_the_same_as_one():
    """Nothing of a log stays in the module: several can be read at once."""
    logs = [(DATA / f"{name}.eval").read_bytes() for name in ("epochs", "keys", "edited")] * 8
    alone = [result(data) for data in logs]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(result, logs)) == alone


@pytest.mark.parametrize("member", [HEADER, START])
def test_header_that_is_too_large(monkeypatch, member):
    log = EvalLog(LOGS["plain"])
    log[member]["unknown"] = "x" * 100_000
    assert codes(log) == set()
    monkeypatch.setattr(inspect_eval, "MAX_HEADER", 100_000)
    assert codes(log) == {"log.too-large" if member == HEADER else "log.start-differs"}


@pytest.mark.skipif(sys.platform != "linux", reason="work is shared out on Linux only")
def test_several_processes_read_the_same_as_one():
    """In a process of its own: a fork is safe in one without threads only."""
    done = subprocess.run(
        [sys.executable, "-c", WORKERS, "60"],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout.startswith("same"), done.stderr[-2000:]
