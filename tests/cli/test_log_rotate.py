"""Changing the key of a record's log by the command line, and verifying what comes of it."""

import shutil
from datetime import timedelta

import pytest
from tests.cli.conftest import NOW
from tests.verification.world import make_workspace

from ifthen.attestation.keyfile import format_key, write_key_file
from ifthen.attestation.keys import make_signer
from ifthen.cli import options

SEEDS = {"publisher": b"\11", "log": b"\1", "new-log": b"\2", "stranger": b"\7"}


@pytest.fixture
def keys(tmp_path):
    """A folder of keys, and of a workspace without results, which is published quickly."""
    root = make_workspace(tmp_path / "aurora")
    for path in root.rglob("*aurora-2*"):
        path.unlink()
    for name in ("evidence", "logs", "determinations"):
        shutil.rmtree(root / name)
    for name, seed in SEEDS.items():
        write_key_file(tmp_path / name, format_key(make_signer(seed * 32)))
    return tmp_path


@pytest.fixture
def call(ifthen, keys):
    def run(command, *more, log=("log",)):
        signed = [x for name in log for x in ("--log-key", keys / name)]
        record = ["--record", keys / "record"]
        return ifthen(*command.split(), "-C", keys / "aurora", *record, *signed, *more, "--json")

    return run


@pytest.fixture
def publish(call, keys):
    return lambda *more, **log: call("publish", "--key", keys / "publisher", "--yes", *more, **log)


@pytest.fixture
def later(monkeypatch):
    """Move the clock."""
    return lambda **by: monkeypatch.setattr(options, "read_now", lambda: NOW + timedelta(**by))


def ids(result):
    return [key.split("+")[1] for key in result.json["keys"]]


def test_a_key_is_added_and_the_old_one_withdrawn_and_the_pin_stays(
    call, publish, ifthen, keys, later
):
    first = publish()
    assert first.code == 0, first
    old = ids(call("log rotate"))
    shown = call("log rotate", "--add", keys / "new-log")
    assert (ids(shown), shown.json["published"]) == (old, False)
    later(minutes=1)
    added = call("log rotate", "--add", keys / "new-log", "--yes")
    assert added.code == 0, added
    assert ids(added)[0] == old[0] and len(ids(added)) == 2
    assert added.json["pin"] == first.json["pin"]
    later(minutes=2)
    assert publish("--heartbeat", log=("new-log",)).code == 0
    later(minutes=3)
    gone = call("log rotate", "--withdraw", old[0], "--yes", log=("new-log",))
    assert ids(gone) == ids(added)[1:], gone
    later(minutes=4)
    refused = publish("--heartbeat", log=("log",))
    assert refused.error_codes == ["publication.log-key"]
    assert publish("--heartbeat", log=("new-log",)).code == 0
    verdict = ifthen("verify", keys / "record", "--pin", first.json["pin"], "--json").json
    assert [x["id"] for x in verdict["steps"] if x["status"] == "failed"] == []
    said = next(x for x in verdict["steps"] if x["id"] == "checkpoint")["findings"]
    assert [x["code"] for x in said] == ["checkpoint.key-change"] * 2
    trust = next(x for x in verdict["steps"] if x["id"] == "trust")
    assert trust["status"] == "verified"


def test_a_key_that_was_not_announced_does_not_publish(publish, later, keys):
    assert publish().code == 0
    before = (keys / "record" / "checkpoint").read_bytes()
    later(minutes=1)
    assert publish("--heartbeat", log=("stranger",)).error_codes == ["publication.log-key"]
    assert publish("--heartbeat", log=("log", "stranger")).error_codes == ["publication.log-key"]
    assert (keys / "record" / "checkpoint").read_bytes() == before
    assert publish("--heartbeat").code == 0


def test_what_cannot_be_changed_is_refused_and_nothing_is_written(call, publish, later, keys):
    assert call("log rotate").error_codes == ["publication.not-begun"]
    publish()
    before = (keys / "record" / "checkpoint").read_bytes()
    later(minutes=1)
    (old,) = ids(call("log rotate"))
    refused = [
        call("log rotate", "--withdraw", old, "--yes"),  # nobody would be left
        call("log rotate", "--withdraw", "00000000", "--yes"),
        call("log rotate", "--add", keys / "log", "--yes"),
        call("log rotate", "--add", keys / "publisher", "--yes"),  # one key, two purposes
        call("log rotate", "--add", keys / "new-log", "--yes", log=("stranger",)),
    ]
    assert [x.error_codes for x in refused] == [
        ["tlog.key-change"],
        ["publication.log-key"],
        ["publication.log-key"],
        ["publication.own-record"],
        ["tlog.signature-missing"],
    ]
    assert (keys / "record" / "checkpoint").read_bytes() == before
    assert publish("--heartbeat").code == 0
