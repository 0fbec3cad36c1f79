"""Logs in a store: ranges are fetched, not whole objects, and the log is the file's."""

import io
import json
import os
import pickle
import random
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.errors import Error
from ifthen.evidence.archive import Archive
from ifthen.evidence.many import read_many, summarize
from ifthen.evidence.reading import open_source, read_log, read_source
from ifthen.evidence.source import FileSource, digest_source
from ifthen.evidence.store import LEAST, MOST, ObjectSource, is_address

NOW = datetime(2026, 12, 1, tzinfo=UTC)
MOTO = os.environ.get("IFTHEN_MOTO_PYTHON", "")
obstore = pytest.importorskip(
    "obstore", reason="the extra 'store' is not installed: pip install 'ifthen[store]'"
)
needs_server = pytest.mark.skipif(
    not MOTO,
    reason="IFTHEN_MOTO_PYTHON names no Python with moto: there is no S3 server to read from"
    " (.ci/run sets it up)",
)


def code_of(work):
    with pytest.raises(Error) as caught:
        work()
    return caught.value.code


@pytest.fixture
def memory():
    return obstore.store.MemoryStore()


def put(store, key, data):
    store.put(key, data)
    return ObjectSource(f"s3://bucket/{key}", store=store)


def many_members(data_folder, count=5000) -> bytes:
    """Return a log with a member for each of many samples, none of which compresses."""
    rng = random.Random(1)  # noqa: S311
    members = {}
    with zipfile.ZipFile(data_folder / "theory-of-mind-20-deflate.eval") as archive:
        members["header.json"] = archive.read("header.json")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            text = json.dumps({"id": number, "text": rng.randbytes(1500).hex()})
            archive.writestr(f"samples/{number}_epoch_1.json", text)
        archive.writestr("header.json", members["header.json"])
    return file.getvalue()


# -- in memory -------------------------------------------------------------------------------------


def test_every_log_is_the_files(memory, data_folder):
    paths = sorted([*data_folder.glob("*.eval"), *data_folder.glob("*.json")])
    assert len(paths) >= 8
    for path in paths:
        source = put(memory, f"logs/{path.name}", path.read_bytes())
        assert read_source(source) == read_log(path)


@given(
    size=st.integers(1, 400_000),
    reads=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=12),
)
def test_any_range_is_the_bytes_of_that_range(size, reads):
    data = random.Random(size).randbytes(size)  # noqa: S311
    source = put(obstore.store.MemoryStore(), "a", data)
    for one, other in reads:
        start, end = sorted((int(one * size), int(other * size)))
        assert source.read(start, end - start) == data[start:end]


def test_the_header_alone_fetches_two_ranges(memory, data_folder):
    data = many_members(data_folder)
    source = put(memory, "big.eval", data)
    archive = Archive(source)
    looked, seen = source.requests, source.fetched
    header = json.loads(archive.read(archive.find("header.json")))
    assert header["status"] == "success"
    directory = seen / len(data)
    assert len(data) > 7_000_000
    assert looked <= 3  # size, end, the rest of the directory
    assert source.requests - looked <= 1
    assert source.fetched - seen <= LEAST
    assert directory < 0.1


def test_all_members_take_a_few_requests_and_each_byte_once(memory, data_folder):
    data = many_members(data_folder)
    source = put(memory, "big.eval", data)
    archive = Archive(source)
    found = sum(1 for member in archive.members if archive.read(member))
    assert found == 5001
    assert source.requests <= 15
    assert source.fetched <= len(data) * 1.1 + LEAST


def test_reading_on_and_on_fetches_more_at_a_time(memory):
    size = 4 * MOST + 17
    source = put(memory, "a", bytes(size))
    digest_source(source)
    assert source.fetched == size
    assert source.requests <= 14


def test_a_large_range_is_one_request_and_is_not_kept(memory):
    source = put(memory, "a", bytes(3 * MOST))
    assert len(source.read(0, source.size)) == source.size
    assert source.requests == 2
    assert sum(map(len, source._blocks.values())) == 0


@pytest.mark.parametrize("bounds", [(0, 4), (3, 1), (-1, 1), (0, -1)])
def test_a_range_outside_the_object(memory, bounds):
    assert code_of(lambda: put(memory, "a", b"123").read(*bounds)) == "log.changed"


def test_an_object_that_changes_is_noticed_by_the_next_request(memory):
    source = put(memory, "a", bytes(300_000))
    source.read(0, 10)
    memory.put("a", bytes(300_000))
    assert source.read(0, 10) == bytes(10)  # was fetched with the rest
    assert code_of(lambda: source.read(200_000, 10)) == "log.changed"
    assert code_of(source.check_unchanged) == "log.changed"
    memory.delete("a")
    assert code_of(source.check_unchanged) == "log.changed"


def test_an_object_that_is_not_there(memory):
    assert code_of(lambda: ObjectSource("s3://b/none.eval", store=memory)) == "log.missing"


def test_companions_are_found_under_the_same_prefix(memory):
    for key in ("x/run/main", "x/run/s_1", "x/run/s_2", "x/run/in/s_3", "x/other/s_4", "x/runs/s"):
        memory.put(key, key.encode())
    source = ObjectSource("s3://b/x/run/main", store=memory)
    assert source.list_companions("s_*") == ("s_1", "s_2")
    assert source.list_companions("*/s_*") == ("in/s_3",)
    assert source.list_companions("**/s_*") == ("in/s_3", "s_1", "s_2")
    assert source.list_companions("none*") == ()
    found = source.companion("in/s_3")
    assert (found.name, found.read(0, found.size)) == ("s_3", b"x/run/in/s_3")
    assert source.companion("s_9") is None
    for name in ("../other/s_4", "/x", "a\\b", ""):
        assert code_of(lambda name=name: source.companion(name)) == "log.member-name"


def test_a_log_of_several_files_is_the_folders(memory, data_folder):
    folder = data_folder / "lm-eval"
    main = sorted(folder.rglob("results_*.json"))[0]
    for path in main.parent.iterdir():
        if path.is_file():
            memory.put(f"lm/{path.name}", path.read_bytes())
    source = ObjectSource(f"s3://b/lm/{main.name}", store=memory)
    try:
        expected = read_log(main)
    except Error as error:  # several tasks
        assert error.code == "log.several-parts"
        part = error.hint.rpartition(": ")[2].split(", ")[0]
        expected = read_log(main, part=part)
        assert read_source(source, part=part) == expected
    else:
        assert read_source(source) == expected
    assert len(expected.files) > 1


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["s3://b/k", "https://h/k", "file:///k", "other://x", "S3://b/k"])
def test_what_is_an_address(text):
    assert is_address(text)


@pytest.mark.parametrize("text", ["a.eval", "/a/b", "s3:/b/k", "c:\\a", "a//b", "", "://x"])
def test_what_is_none(text):
    assert not is_address(text)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://h/k",
        "s3://bucket",
        "s3://bucket/",
        "s3:///key",
        "s3://bucket/a/",
        "s3://bucket/a//b",
        "s3://bucket/a/../b",
        "s3://bucket/a\nb",
        "https://user:secret@host/k",
        "https://host/k?X-Amz-Signature=secret",
        "https://host/k#secret",
        "s3://key:secret@bucket/k",
        "file://host/k",
        "file:///k?secret",
    ],
)
def test_addresses_that_cannot_be_read_or_hold_a_secret(address):
    with pytest.raises(Error) as caught:
        open_source(address)
    assert caught.value.code == "log.address"
    assert "secret" not in str(caught.value).replace("often a secret", "")


def test_an_address_of_a_file_is_the_file(data_folder, tmp_path):
    path = tmp_path / "with a space.eval"
    path.write_bytes((data_folder / "plain.eval").read_bytes())
    source = open_source(path.as_uri())
    assert isinstance(source, FileSource)
    assert read_log(path.as_uri()) == read_log(path)


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    assert code_of(lambda: open_source("s3://b/k")) == "log.needs-extra"


def test_what_a_store_says_is_not_repeated(memory):
    class Failing:
        def head(self, key):
            raise obstore.exceptions.GenericError(
                "Error performing GET https://h/k?sig=secret: 503 Service Unavailable: secret"
            )

    with pytest.raises(Error) as caught:
        ObjectSource("s3://b/k", store=Failing())
    error = caught.value
    assert error.code == "log.unreadable"
    assert "secret" not in json.dumps(error.to_dict())
    assert "503" in error.message
    assert error.__cause__ is None
    assert error.__suppress_context__


# -- a server --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run an S3 server of its own process, and yield its address and its list of requests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = tmp_path_factory.mktemp("moto") / "requests"
    with asked.open("wb") as file:
        process = subprocess.Popen(
            [MOTO, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{address}/moto-api/", timeout=1):  # noqa: S310
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        request = urllib.request.Request(f"{address}/bucket", method="PUT")  # noqa: S310
        with urllib.request.urlopen(request):  # noqa: S310
            pass
        yield address, asked
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def bucket(server, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", server[0])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "verysecret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return obstore.store.S3Store("bucket", client_options={"allow_http": True})


@needs_server
def test_logs_on_a_server_are_the_files(bucket, data_folder):
    for path in sorted(data_folder.glob("*.eval")):
        bucket.put(f"logs/{path.name}", path.read_bytes())
        address = f"s3://bucket/logs/{path.name}"
        assert read_log(address) == read_log(path)
        record = summarize(address, recorded_at=NOW)
        assert record == summarize(path, recorded_at=NOW)


@needs_server
def test_a_server_is_asked_for_ranges(bucket, server, data_folder):
    data = many_members(data_folder, count=3000)
    bucket.put("big.eval", data)
    source = open_source("s3://bucket/big.eval")
    archive = Archive(source)
    archive.read(archive.find("header.json"))
    log = re.sub("\x1b\\[[0-9;]*m", "", server[1].read_text())  # the server paints its lines
    lines = [line for line in log.splitlines() if '"GET /bucket/big.eval' in line]
    assert 1 <= len(lines) <= 3
    assert all('" 206 ' in line for line in lines)  # a part of the object
    assert source.fetched < 0.15 * len(data)


@needs_server
def test_workers_read_from_a_server_each_for_itself(bucket, data_folder):
    paths = sorted(data_folder.glob("*.eval"))
    for path in paths:
        bucket.put(f"many/{path.name}", path.read_bytes())
    addresses = [f"s3://bucket/many/{path.name}" for path in paths] + ["s3://bucket/many/none"]
    found = [(o.value, o.error) for o in read_many(addresses, recorded_at=NOW, workers=2)]
    assert [x[0] for x in found[:-1]] == [summarize(path, recorded_at=NOW) for path in paths]
    assert found[-1][1].code == "log.missing"


@needs_server
def test_a_source_can_be_sent_to_another_process(bucket, data_folder):
    data = (data_folder / "plain.eval").read_bytes()
    bucket.put("sent.eval", data)
    source = open_source("s3://bucket/sent.eval")
    source.read(0, 10)
    sent = pickle.dumps(source)
    assert b"verysecret" not in sent
    assert data[:100] not in sent
    assert pickle.loads(sent).read(0, len(data)) == data  # noqa: S301


@needs_server
def test_an_object_that_is_replaced_on_a_server(bucket):
    bucket.put("changing", bytes(200_000))
    source = open_source("s3://bucket/changing")
    bucket.put("changing", b"1" * 200_000)
    assert code_of(lambda: source.read(0, 10)) == "log.changed"


@needs_server
def test_http_reads_ranges_too(bucket, server, data_folder, monkeypatch):
    data = (data_folder / "plain.eval").read_bytes()
    bucket.put("over/http.eval", data, attributes={"Content-Type": "application/zip"})
    path = data_folder / "plain.eval"
    request = urllib.request.Request(  # noqa: S310
        f"{server[0]}/bucket/over/http.eval?acl",
        method="PUT",
        headers={"x-amz-acl": "public-read", "Authorization": "AWS4-HMAC-SHA256 Credential=a/b/c"},
    )
    with urllib.request.urlopen(request):  # noqa: S310
        pass
    assert read_log(f"{server[0]}/bucket/over/http.eval").samples == read_log(path).samples


@needs_server
@pytest.mark.parametrize("address", ["s3://bucket/none", "s3://nobucket/none"])
def test_missing_on_a_server(bucket, address):
    assert code_of(lambda: open_source(address)) == "log.missing"


def test_a_server_that_is_not_there(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "verysecret")
    with pytest.raises(Error) as caught:
        open_source("s3://bucket/key")
    assert caught.value.code == "log.unreadable"
    assert "verysecret" not in str(caught.value)
