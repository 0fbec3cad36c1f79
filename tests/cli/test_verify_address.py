"""``ifthen verify`` of an address, and the bar that it shows."""

import io
import sys
from datetime import timedelta
from threading import Thread

import pytest
from tests.cli.conftest import NOW
from tests.portal.test_fetching import record, serve_folder  # noqa: F401

from ifthen.cli import options, verify_files
from ifthen.verification.files import open_record
from ifthen.verification.verifying import AtHand, verify_record


@pytest.fixture(autouse=True)
def afterwards(surroundings, monkeypatch):
    """Verify when all is published."""
    monkeypatch.setattr(options, "read_now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def address(record):  # noqa: F811
    with serve_folder(record.parent) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/record"
        server.shutdown()


def test_an_address_is_verified_like_its_folder_and_kept(ifthen, address, record, tmp_path):  # noqa: F811
    cache = tmp_path / "cache"
    here = ifthen("verify", record, "--json")
    there = ifthen("verify", address, "--cache", cache, "--json")
    assert (there.code, there.err) == (here.code, "") == (3, "")
    assert there.json["steps"] == here.json["steps"]
    assert ifthen("verify", cache, "--offline", "--json").json["steps"] == here.json["steps"]
    assert ifthen("verify", address, "--json").json["root"] == here.json["root"]


def test_what_is_wrong_with_an_address_is_an_error(ifthen, address, tmp_path):
    def codes(*arguments):
        return ifthen("verify", *arguments, "--json").error_codes

    assert codes(address, "--offline") == ["record.offline"]
    assert codes(address + "/none") == ["record.missing"]
    assert codes(address, "--most", 1000) == ["record.over-limit"]
    assert codes("http://127.0.0.1:1/record") == ["portal.unreachable"]
    assert codes("ftp://127.0.0.1/record") == ["portal.address"]
    assert codes(tmp_path, "--cache", tmp_path / "x") == ["record.cache"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def watched(monkeypatch, stream, **more):
    """Return what a verification of three steps puts on standard error."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr(sys, "stderr", stream)
    with verify_files.show_steps(quiet=False, **more) as watch:
        for step in ("tiles", "envelopes", "replay"):
            watch(step, 7, 18)
    return stream.getvalue()


def test_a_bar_is_shown_on_a_terminal_alone_and_when_it_takes_long(monkeypatch):
    assert watched(monkeypatch, Terminal()) == ""  # it is quick
    monkeypatch.setattr(verify_files, "BAR_AFTER", 0.0)
    monkeypatch.setattr(verify_files, "EVERY", 0.0)
    shown = watched(monkeypatch, Terminal())
    for words in ("reading entries", "signatures", "decisions", "7/18"):
        assert words in shown
    assert watched(monkeypatch, io.StringIO()) == ""


def test_with_json_nothing_is_said_of_the_work(monkeypatch):
    monkeypatch.setattr(verify_files, "BAR_AFTER", 0.0)
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with verify_files.show_steps(quiet=True) as watch:
        watch("tiles", 1, 2)
    assert stream.getvalue() == ""


def test_a_verification_tells_its_long_steps(record):  # noqa: F811
    told = []
    verify_record(
        open_record(str(record)),
        AtHand(),
        now=NOW + timedelta(hours=1),
        watch=lambda *x: told.append(x),
    )
    assert {step for step, _, _ in told} >= {"tiles", "envelopes", "copies", "replay"}
    assert all(done <= count for _, done, count in told)
