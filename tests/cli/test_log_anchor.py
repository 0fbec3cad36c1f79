"""``ifthen log anchor``: what to have stamped, keeping the answer, verifying it."""

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.attestation.tsa import Authority
from tests.cli.conftest import NOW
from tests.verification import rekor_world

from ifthen.publication.anchoring import read_anchored_head
from ifthen.tlog.policy import format_policy
from ifthen.verification.files import FolderFiles

RECORD = Path(__file__).parents[2] / "vectors" / "record"


@pytest.fixture
def record(tmp_path):
    return shutil.copytree(RECORD, tmp_path / "record")


def clocks(result):
    return result.json["steps"][-1]


def test_the_request_names_the_digest_and_what_comes_next(ifthen, record):
    said = ifthen("log", "anchor", record)
    head = read_anchored_head(record)
    digest = hashlib.sha256(head.message).hexdigest()
    assert said.code == 0
    assert f"-digest {digest} -sha256 -cert" in said.out
    assert f"ifthen log anchor {record} --tsr head.tsr" in said.out
    assert ifthen("log", "anchor", record, "--json").json == {
        "origin": "log.example/aurora", "size": 9, "sha256": digest, "kept": [],
    }  # fmt: skip
    assert not (record / "anchors").exists()


def test_an_answer_is_kept_listed_and_verified_by_who_believes_it(ifthen, record, tmp_path):
    authority, head = Authority(), read_anchored_head(record)
    at = NOW - timedelta(days=2)
    stamp, root, entry, logs = (tmp_path / x for x in ("head.tsr", "root", "entry", "logs"))
    stamp.write_bytes(authority.stamp(head.message, at))
    root.write_bytes(authority.pem)
    entry.write_bytes(rekor_world.enter(head.message, seconds=int(NOW.timestamp())))
    logs.write_bytes(format_policy(rekor_world.POLICY))
    kept = ifthen("log", "anchor", record, "--tsr", stamp, "--rekor", entry, "--json")
    assert kept.code == 0, kept
    names = FolderFiles(record).list_anchors()
    assert sorted(kept.json["kept"]) == [f"anchors/{name}" for name in names]
    assert (record / "anchors" / "index").read_text().splitlines() == names
    unnamed = ifthen("verify", record, "--json")
    assert unnamed.json["proven"] == []
    assert clocks(unnamed)["not_at_hand"] == 2
    named = ifthen("verify", record, "--tsa-root", root, "--anchor-log", logs, "--json")
    assert clocks(named)["status"] == "verified"
    assert [x["by"] for x in named.json["proven"]] == ["CN=A time-stamping authority"]
    page = tmp_path / "page.html"
    shown = ifthen("verify", record, "--tsa-root", root, "--html", page)
    assert "proven the first 9 entries were there at 2026-11-29 09:00:00 UTC" in shown.out
    assert "A time-stamping authority" in page.read_text()


def test_an_answer_over_something_else_is_not_kept(ifthen, record, tmp_path):
    stamp = tmp_path / "head.tsr"
    stamp.write_bytes(Authority().stamp(b"other", NOW))
    refused = ifthen("log", "anchor", record, "--tsr", stamp, "--json")
    assert refused.error_codes == ["anchors.other"]
    stamp.write_bytes(b"<html>")
    assert ifthen("log", "anchor", record, "--tsr", stamp, "--json").error_codes == [
        "anchors.token"
    ]
    assert not (record / "anchors").exists()
    assert ifthen("log", "anchor", record, "--size", "4", "--json").error_codes == [
        "record.missing"
    ]
