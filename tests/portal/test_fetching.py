"""Records at an address: fetched whole and bounded, verified without the network afterwards."""

import shutil
import urllib.request
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.evidence.test_store import bucket, needs_server, server  # noqa: F401
from tests.portal.serving import serve_answers, serve_app
from tests.verification.world import NOW, POLICY, make_workspace, publish_all, verify

from ifthen.errors import Error
from ifthen.portal.fetching import MARKER, fetch_record, open_record_address
from ifthen.portal.log_server import make_log_app
from ifthen.verification.files import FolderFiles
from ifthen.verification.trust import Brought
from ifthen.verification.verifying import AtHand, verify_record

ADDRESS = "https://example.com/record"


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> Path:
    """Return a record of two publications without results, with a published field withheld."""
    folder = tmp_path_factory.mktemp("fetched")
    root = make_workspace(folder / "aurora")
    for path in root.rglob("*aurora-2*"):
        path.unlink()
    for name in ("evidence", "logs", "determinations"):
        shutil.rmtree(root / name)
    publish_all(root, folder / "record")
    plan = (root / "plans" / "aurora-1-popularity.yaml").read_text()
    repeat = plan.replace("plan-aurora-1-popularity", "plan-repeat")
    (root / "plans" / "repeat.yaml").write_text(repeat)
    publish_all(root, folder / "record", NOW + timedelta(minutes=5), seed=2)
    return folder / "record"


class Host:
    """A host of files that counts what it is asked, and can be made to lie."""

    def __init__(self, folder: Path) -> None:
        self.read = FolderFiles(folder).read
        self.asked: list[str] = []
        self.lies: dict[str, object] = {}

    def __call__(self, path: str, most: int) -> bytes | None:
        self.asked.append(path)
        lie = self.lies.get(path, self.read(path, 1 << 30))
        if isinstance(lie, Error):
            raise lie
        if lie is not None and len(lie) > most:
            raise Error("tlog.too-large", "too much")
        return lie


@pytest.fixture
def host(record):
    return Host(record)


def judge(files, now=NOW + timedelta(hours=1)):
    return verify_record(files, AtHand(brought=Brought(policy=POLICY)), now=now).verdict


def fetch(host, folder, **more):
    return fetch_record(host, folder, ADDRESS, **more)


def failed(verdict):
    return [x.id for x in verdict.steps if x.status == "failed"]


def test_what_was_fetched_gives_the_verdict_of_the_folder(record, host, tmp_path):
    fetched = judge(fetch(host, tmp_path / "cache"))
    here = verify(record).verdict
    assert fetched.steps == here.steps
    assert (fetched.outcome, fetched.root, fetched.pin) == (here.outcome, here.root, here.pin)
    assert fetched.step("tiles").verified == 18 + 2  # each entry, each earlier checkpoint
    again = FolderFiles(tmp_path / "cache")
    assert judge(again).steps == here.steps  # the copy is a record


def test_only_what_is_new_is_fetched_again(record, host, tmp_path):
    fetch(host, tmp_path / "cache")
    assert len(set(host.asked)) == len(host.asked) > 20
    host.asked.clear()
    verdict = judge(fetch(host, tmp_path / "cache"))
    assert failed(verdict) == []
    assert sorted(host.asked) == [
        "anchors/index",
        "checkpoint",
        "history/13",
        "history/18",
        "history/index",
        "policy",
    ]


@pytest.mark.parametrize("pattern", ["tile/0/*.p/18", "tile/entries/*.p/18", "blobs/sha256/*"])
def test_what_was_changed_in_the_cache_is_fetched_anew(host, tmp_path, pattern):
    fetch(host, tmp_path / "cache")
    host.asked.clear()
    path = sorted((tmp_path / "cache").glob(pattern))[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert failed(judge(fetch(host, tmp_path / "cache"))) == []
    assert path.relative_to(tmp_path / "cache").as_posix() in host.asked


def test_what_no_longer_belongs_to_the_record_is_removed(host, tmp_path):
    fetch(host, tmp_path / "cache")
    left = [tmp_path / "cache" / x for x in ("blobs/sha256/old", "history/9", "tile/0/x9/000")]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"old")
    fetch(host, tmp_path / "cache")
    assert [x for x in left if x.exists()] == []


def cut(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    ("pattern", "lie", "step"),
    [
        ("tile/0/*.p/18", cut, "tiles"),
        ("tile/entries/*.p/18", cut, "tiles"),
        ("tile/entries/*.p/18", lambda _: None, "tiles"),
        ("tile/0/*.p/18", lambda x: x * 20, "tiles"),
        ("history/13", cut, "tiles"),
        ("history/13", lambda _: None, "tiles"),
        ("history/index", lambda _: b"18\n13\n", "tiles"),
        ("checkpoint", cut, "checkpoint"),
        ("checkpoint", lambda _: b"nothing", "checkpoint"),
        ("checkpoint", lambda _: None, "checkpoint"),
        ("policy", lambda _: None, "trust"),
        ("policy", lambda x: x + b"# more\n", "trust"),
        ("blobs/sha256/*", cut, "trust"),
        ("blobs/sha256/*", lambda x: x + b"?", "trust"),
    ],
)  # fmt: skip
def test_a_host_that_lies_is_found_by_the_verification(record, host, tmp_path, pattern, lie, step):
    paths = sorted(record.glob(pattern), key=lambda x: b'"kind":"people"' not in x.read_bytes())
    path = paths[0]
    host.lies[path.relative_to(record).as_posix()] = lie(path.read_bytes())
    for _ in range(2):  # what it lied is not believed from the cache either
        verdict = judge(fetch(host, tmp_path / "cache"))
        assert (failed(verdict)[:1], verdict.outcome) == ([step], "failed")
    host.lies.clear()
    assert failed(judge(fetch(host, tmp_path / "cache"))) == []


def code_of(work):
    with pytest.raises(Error) as caught:
        work()
    return caught.value.code


@pytest.mark.parametrize("path", ["policy", "checkpoint", "history/index", "history/18"])
def test_a_host_that_fails_is_an_error_and_no_verdict(host, tmp_path, path):
    host.lies[path] = Error("portal.unreachable", "the server could not be read")
    assert code_of(lambda: fetch(host, tmp_path / "cache")) == "portal.unreachable"


def test_a_host_that_fails_half_way_is_an_error_and_the_next_time_goes_on(host, tmp_path, record):
    paths = [x.relative_to(record).as_posix() for x in sorted(record.glob("blobs/sha256/*"))]
    host.lies[paths[-1]] = Error("portal.status", "the server answered 500")
    assert code_of(lambda: fetch(host, tmp_path / "cache")) == "portal.status"
    host.lies.clear()
    host.asked.clear()
    assert failed(judge(fetch(host, tmp_path / "cache"))) == []
    assert paths[-1] in host.asked
    assert not set(paths) <= set(host.asked)


def test_a_record_of_more_than_may_be_fetched_is_refused(host, tmp_path, record):
    size = sum(x.stat().st_size for x in record.rglob("*") if x.is_file())
    assert code_of(lambda: fetch(host, tmp_path / "a", most_bytes=4096)) == "record.over-limit"
    written = sum(x.stat().st_size for x in (tmp_path / "a").rglob("*") if x.is_file())
    assert written < size / 2
    assert failed(judge(fetch(host, tmp_path / "b", most_bytes=size))) == []


def test_an_address_without_a_record_is_an_error(tmp_path):
    host = Host(tmp_path / "nothing")
    assert code_of(lambda: fetch(host, tmp_path / "cache")) == "record.missing"


def test_a_folder_that_holds_something_else_is_left_alone(host, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    assert code_of(lambda: fetch(host, tmp_path / "mine")) == "record.cache"
    assert [x.name for x in (tmp_path / "mine").iterdir()] == ["letter"]
    fetch(host, tmp_path / "cache")
    other = ADDRESS + "/other"
    assert code_of(lambda: fetch_record(host, tmp_path / "cache", other)) == "record.cache"
    assert (tmp_path / "cache" / MARKER).read_text() == f"{ADDRESS}\n"


def serve_folder(folder):
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    handler.func.log_message = lambda *_: None
    return ThreadingHTTPServer(("127.0.0.1", 0), handler)


def test_any_static_host_will_do_and_nothing_is_asked_while_verifying(record, tmp_path):
    with serve_folder(record.parent) as host:
        Thread(target=host.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{host.server_address[1]}/record"
        files = fetch_record(open_record_address(address), tmp_path / "cache", address)
        host.shutdown()
    assert judge(files).steps == verify(record).verdict.steps


def test_log_serve_serves_a_record(record, tmp_path):
    pytest.importorskip("starlette", reason="the extra 'server' is not installed")
    with serve_app(make_log_app(FolderFiles(record).read)) as address:
        files = fetch_record(open_record_address(address), tmp_path / "cache", address)
        for path in ("blobs/", "blobs/sha256/x", "history/", "history/x", "history/13/../index"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}/{path}")  # noqa: S310
            assert refused.value.code == 404
    assert judge(files).steps == verify(record).verdict.steps


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("/moved{path}", None),
        ("http://{host}/moved{path}", None),
        ("http://localhost:{port}/moved{path}", "portal.redirect"),
        ("http://127.0.0.1:1/moved{path}", "portal.redirect"),
        ("https://{host}/moved{path}", "portal.redirect"),
        ("file:///etc/passwd", "portal.redirect"),
        ("http://me@{host}/moved{path}", "portal.redirect"),
        ("{path}", "portal.redirect"),
        ("", "portal.redirect"),
    ],
)
def test_redirects_stay_within_the_host(record, tmp_path, to, code):
    read = FolderFiles(record).read

    def answer(method, path, body):
        if path.startswith("/moved"):
            data = read(path.removeprefix("/moved/"), 1 << 24)
            return (200, {}, [data]) if data is not None else (404, {}, [])
        host = address.removeprefix("http://")
        port = host.rpartition(":")[2]
        return 302, {"Location": to.format(path=path, host=host, port=port)}, [b"x" * 10]

    with serve_answers(answer) as address:
        work = partial(fetch_record, open_record_address(address), tmp_path / "cache", address)
        if code is None:
            assert failed(judge(work())) == []
        else:
            assert code_of(work) == code


@pytest.mark.parametrize(
    "address", ["ftp://example.com/x", "https://", "https://a@example.com/", "file:///x"]
)
def test_other_addresses_are_refused(address):
    assert code_of(lambda: open_record_address(address)) == "portal.address"


@needs_server
def test_a_record_in_a_store(record, tmp_path, bucket):  # noqa: F811
    for path in record.rglob("*"):
        if path.is_file():
            bucket.put(f"some/record/{path.relative_to(record).as_posix()}", path.read_bytes())
    address = "s3://bucket/some/record/"
    files = fetch_record(open_record_address(address), tmp_path / "cache", address)
    assert judge(files).steps == verify(record).verdict.steps
    nothing = "s3://bucket/none"
    get = open_record_address(nothing)
    assert code_of(lambda: fetch_record(get, tmp_path / "b", nothing)) == "record.missing"
    path = "checkpoint"
    bucket.put(f"some/record/{path}", bytes(1 << 19))
    with pytest.raises(Error, match=r"tlog\.too-large"):
        open_record_address(address)(path, 1 << 18)
