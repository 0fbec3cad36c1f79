"""Publishing the shipped example by the command line, and verifying it as a stranger."""

import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import NOW, Ifthen
from tests.verification.world import PEOPLE, RULES, add_salts, write

from ifthen.attestation.keyfile import format_key, write_key_file
from ifthen.attestation.keys import make_signer
from ifthen.cli import options

pyrage = pytest.importorskip("pyrage", reason="encrypted packages need the extra 'disclose'")

WITHHELD = {
    "kind": "declaration", "id": "aurora-1-weights-encrypted", "fields": ["evidence"],
    "reason": "security", "note": "Names tools.", "seen_by": ["auditor"],
}  # fmt: skip


@pytest.fixture
def workspace(aurora, tmp_path) -> Path:
    """Return one model of the example with people, rules of publication and keys beside it."""
    for path in aurora.rglob("*aurora-2*"):
        path.unlink()
    write(aurora / "people.yaml", PEOPLE)
    write(aurora / "publication.yaml", RULES | {"withhold": [WITHHELD]})
    add_salts(aurora, [WITHHELD])
    for name, seed in (("publisher", b"\11"), ("log", b"\1")):
        write_key_file(tmp_path / name, format_key(make_signer(seed * 32)))
    return aurora


@pytest.fixture
def publish(ifthen: Ifthen, workspace, tmp_path):
    def call(*more, record="record"):
        keys = ["--key", tmp_path / "publisher", "--log-key", tmp_path / "log"]
        return ifthen("publish", "-C", workspace, "--record", tmp_path / record, *keys, *more)

    return call


@pytest.fixture
def later(monkeypatch):
    """Move the clock."""

    def move(**by):
        monkeypatch.setattr(options, "read_now", lambda: NOW + timedelta(**by))

    return move


def statuses(result) -> dict[str, str]:
    return {step["id"]: step["status"] for step in result.json["steps"]}


def test_a_dry_run_shows_what_would_be_public_and_writes_nothing(publish, workspace, tmp_path):
    result = publish()
    assert result.code == 0
    assert "states    declaration/aurora-1-weights-encrypted" in result.out
    assert "withheld: evidence  security, up to 100 B" in result.out
    assert "nothing was published" in result.out
    assert not (tmp_path / "record").exists()
    assert not (workspace / ".publication").exists()


def test_the_main_job_publish_disclose_verify(publish, ifthen, later, workspace, tmp_path):
    published = publish("--yes", "--json")
    assert published.code == 0, published
    pin, record = published.json["pin"], tmp_path / "record"
    later(hours=1)
    public = ifthen("verify", record, "--pin", pin, "--logs", workspace, "--json")
    assert public.code == 3
    open_ = {id: status for id, status in statuses(public).items() if status != "verified"}
    assert open_ == {
        "memory": "not-at-hand", "redactions": "withheld", "replay": "withheld",
        "signoffs": "withheld", "clocks": "not-at-hand",
    }  # fmt: skip
    package = tmp_path / "package.json"
    name = "declaration/aurora-1-weights-encrypted"
    assert ifthen("disclose", name, "-C", workspace, "--plain", "-o", package).code == 0
    html = tmp_path / "verdict.html"
    told = ifthen("verify", record, "--pin", pin, "--disclosed", package, "--html", html)
    assert told.code == 0, told.out
    assert "VERIFIED: every essential step holds" in told.out
    assert '<h1 class="verified">Verified</h1>' in html.read_text()
    assert "<script" not in html.read_text()


def test_without_a_pin_nobody_knows_whose_record_it_is(publish, ifthen, tmp_path):
    publish("--yes")
    result = ifthen("verify", tmp_path / "record", "--json")
    assert result.code == 3
    assert statuses(result)["trust"] == "not-at-hand"


def test_publishing_again_states_only_what_is_new(publish, later, workspace):
    publish("--yes")
    later(days=1)
    again = publish("--yes", "--json")
    assert again.json["statements"] == []
    later(days=2)
    beat = publish("--yes", "--heartbeat", "--json")
    assert (beat.json["statements"], beat.json["published"]) == (1, True)


def test_a_change_needs_a_reason_that_everybody_reads(publish, later, workspace, tmp_path, ifthen):
    publish("--yes")
    path = workspace / "models" / "aurora-1.yaml"
    path.write_text(path.read_text().replace("Played by", "A part played by"))
    later(hours=1)
    assert publish("--yes", "--json").error_codes == ["publication.changed"]
    assert publish("--yes", "--amend", "A note was missing.").code == 0
    plan = workspace / "plans" / "aurora-1-popularity.yaml"
    plan.unlink()
    for kind in ("evidence", "logs"):
        next((workspace / kind).glob("aurora-1-popularity*")).unlink()
    later(hours=2)
    gone = publish("--yes", "--json")
    assert gone.error_codes == ["publication.gone", "publication.gone"]
    assert publish("--yes", "--withdraw", "The answers were wrong.").code == 0
    later(hours=3)
    verdict = ifthen("verify", tmp_path / "record", "--json")
    assert [id for id, status in statuses(verdict).items() if status == "failed"] == []


def test_memory_finds_a_rollback_and_a_fork(publish, ifthen, later, workspace, tmp_path):
    record, memory = tmp_path / "record", tmp_path / "memory.json"
    publish("--yes")
    shutil.copytree(record, tmp_path / "old")
    later(hours=1)
    publish("--yes", "--amend", "x", "--heartbeat")
    assert ifthen("verify", record, "--memory", memory).code == 3
    back = ifthen("verify", tmp_path / "old", "--memory", memory, "--json")
    assert back.code == 2
    assert statuses(back)["memory"] == "failed"
    shutil.rmtree(workspace / ".publication")
    later(hours=2)
    publish("--yes", record="other")
    later(hours=3)
    publish("--yes", "--heartbeat", record="other")
    fork = ifthen("verify", tmp_path / "other", "--memory", memory)
    assert fork.code == 2
    proof = json.loads((tmp_path / "memory.json.fork.json").read_bytes())
    assert proof["format"] == "ifthen-fork/1"


def test_a_record_in_a_zip_file_is_the_same(publish, ifthen, tmp_path):
    publish("--yes")
    path = tmp_path / "record.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (tmp_path / "record").rglob("*"):
            archive.write(file, f"top/{file.relative_to(tmp_path / 'record').as_posix()}")
    folder = ifthen("verify", tmp_path / "record", "--json").json
    assert ifthen("verify", path, "--json").json["steps"] == folder["steps"]


def test_a_record_at_an_address_is_refused_offline(ifthen):
    refused = ifthen("verify", "https://example.com/record", "--offline", "--json")
    assert refused.error_codes == ["record.offline"]


def test_an_encrypted_package_opens_for_its_reader_only(publish, ifthen, workspace, tmp_path):
    publish("--yes")
    reader, other = (pyrage.x25519.Identity.generate() for _ in range(2))
    for name, key in (("reader", reader), ("other", other)):
        (tmp_path / name).write_text(f"# created for a test\n{key}\n")
    package = tmp_path / "package.age"
    made = ifthen(
        "disclose", "evidence/aurora-1-popularity", "-C", workspace, "--to", reader.to_public(),
        "--draw", "5", "--checkpoint", "ab" * 32, "--committed-at", "2026-12-01T09:00:00Z",
        "--beacon", f"drand:7:{'cd' * 32}", "--beacon-at", "2026-12-01T10:00:00Z",
        "--nonce", "12" * 8, "-o", package, "--json",
    )  # fmt: skip
    assert (made.json["fields"], made.json["samples"]) == (0, 5)
    record = tmp_path / "record"
    opened = ("verify", record, "--json", "--disclosed", package)
    read = ifthen(*opened, "--identity", tmp_path / "reader")
    assert statuses(read)["redactions"] == "withheld"
    assert read.json["steps"][8]["failed"] == 0
    none = ifthen(*opened)
    assert none.error_codes == ["disclosure.encrypted"]
    wrong = ifthen(*opened, "--identity", tmp_path / "other")
    assert wrong.error_codes == ["disclosure.not-for-you"]


def test_the_only_support_of_a_claim_is_not_withheld_unnoticed(publish, workspace):
    rule = {
        "kind": "evidence", "id": "aurora-1-arithmetic-easy", "fields": ["measurements"],
        "reason": "hazard",
    }  # fmt: skip
    write(workspace / "publication.yaml", RULES | {"withhold": [rule]})
    add_salts(workspace, [rule])
    dry = publish("--json")
    assert dry.code == 2
    told = [each["message"] for each in dry.json["unsupported"]]
    assert any("aurora-1: threshold cyber-uplift-1 ruled out" in text for text in told)
    assert publish("--yes").code == 1
    assert publish("--yes", "--accept-unsupported").code == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda root: (root / "publication.yaml").unlink(), "publication.none"),
        (lambda root: (root / "people.yaml").unlink(), "publication.people"),
        (
            lambda root: write(
                root / "publication.yaml",
                RULES | {"withhold": [WITHHELD | {"fields": ["nothing"]}]},
            ),
            "publication.field",
        ),
    ],
)
def test_what_cannot_be_published_says_why(publish, workspace, change, code):
    change(workspace)
    assert publish("--json").error_codes == [code]


def test_a_record_that_would_not_verify_is_not_shown(publish, workspace, tmp_path):
    people = json.loads(json.dumps(PEOPLE))
    people["people"][0]["roles"][0]["until"] = "2026-11-30"
    write(workspace / "people.yaml", people)
    result = publish("--yes", "--json")
    assert result.error_codes == ["publication.own-record"]
    assert not (tmp_path / "record" / "checkpoint").exists()
