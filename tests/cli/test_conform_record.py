"""``ifthen conform`` over a workspace and over what was published of it: nothing grows better."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import NOW
from tests.verification.world import PUBLISHER, RULES, add_salts, person, write

from ifthen.attestation.keyfile import format_key, write_key_file
from ifthen.attestation.keys import make_signer
from ifthen.cli import options
from ifthen.conformance.basis import RANK

BOREALIS = Path(__file__).parents[2] / "examples" / "borealis"
WITHHELD = [
    {"kind": "framework", "fields": ["domains[0].thresholds[0]", "commitments"],
     "reason": "security", "note": "Names a weakness."},
    {"kind": "developer", "fields": ["documents[0]", "revenue"], "reason": "trade-secret"},
]  # fmt: skip
NOTICE = "22757.12(f)(1)"
OPEN = ("withheld", "not-at-hand")
DAY = ("--on", "2026-12-20")


@pytest.fixture
def workspace(tmp_path) -> Path:
    """Return the fictional developer's first model and what it filed, without any log."""
    root = tmp_path / "lab"
    shutil.copytree(BOREALIS / "steps" / "01-trained", root)
    shutil.copyfile(BOREALIS / "developer.yaml", root / "developer.yaml")
    people = [person("publisher", PUBLISHER, "publisher")]
    write(root / "people.yaml", {"kind": "people", "id": "people", "people": people})
    write(root / "publication.yaml", RULES | {"withhold": WITHHELD})
    add_salts(root, WITHHELD)
    for name, seed in (("publisher", b"\11"), ("log", b"\1")):
        write_key_file(tmp_path / name, format_key(make_signer(seed * 32)))
    return root


@pytest.fixture
def record(ifthen, workspace, tmp_path, monkeypatch) -> Path:
    """Return the published record, an hour later."""
    keys = ["--key", tmp_path / "publisher", "--log-key", tmp_path / "log"]
    made = ifthen("publish", "-C", workspace, "--record", tmp_path / "record", *keys, "--yes")
    assert made.code == 0, made.out + made.err
    monkeypatch.setattr(options, "read_now", lambda: NOW + timedelta(hours=1))
    return tmp_path / "record"


def states(result) -> dict[str, str]:
    return {x["provision"]: x["state"] for x in result.json["findings"]}


def test_what_is_withheld_is_withheld_and_what_is_not_is_found_in_the_record(
    ifthen, workspace, record
):
    whole = ifthen("conform", "ca-sb53", "-C", workspace, *DAY, "--json")
    public = ifthen("conform", "ca-sb53", "--record", record, *DAY, "--json")
    before, after = states(whole), states(public)
    assert before["framework-thresholds"] == before["report-website"] == "present"
    for id in ("framework-thresholds", "framework-mitigations", "report-website"):
        assert after[id] == "withheld", id
    assert after["framework-weights"] == "present"
    assert after["rights-notice"] == "present"
    # The redactions of the record are the list of redactions that the law asks for.
    assert before["redactions"] == "undetermined"
    assert after["redaction-reasons"] == after["redactions"] == "present"
    better = {id for id in before if RANK[after[id]] > RANK[before[id]]}
    assert better == {"redaction-reasons", "redactions"}
    assert public.code == 2  # what is absent in the public part stays absent


def test_a_withheld_finding_names_place_reason_and_digest_and_the_public_copy(ifthen, record):
    found = ifthen("conform", "ca-sb53", "--record", record, *DAY, "--json").json
    (one,) = [x for x in found["findings"] if x["provision"] == "framework-mitigations"]
    (basis,) = one["basis"]
    assert basis["document"] == "framework/quick-fsf 1.0"
    assert basis["path"] == "commitments"
    assert basis["says"] == "withheld: security - Names a weakness."
    blob = record / "blobs" / "sha256" / basis["sha256"].removeprefix("sha256:")
    assert "commitments" not in json.loads(blob.read_bytes())
    assert one["would_satisfy"] == "a clause of the framework among its commitments"
    large = found["scopes"][1]
    assert (large["subject"], large["covered"]) == ("large-frontier-developer", "undetermined")
    assert any("undetermined by ifthen verify" in x for x in found["notices"])


def test_a_record_that_does_not_verify_answers_nothing(ifthen, record):
    blob = max((record / "blobs" / "sha256").iterdir(), key=lambda x: x.stat().st_size)
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes() + b" ")
    result = ifthen("conform", "ca-sb53", "--record", record, *DAY, "--json")
    assert result.error_codes == ["conform.record-failed"]


def test_instruments_come_from_the_manifest_and_only_some_states_are_shown(ifthen, workspace):
    asked = ("conform", "-C", workspace, *DAY, "--json")
    assert ifthen(*asked).error_codes == ["command.usage"]
    manifest = workspace / "ifthen.yaml"
    manifest.write_text(manifest.read_text() + "instruments: [ca-sb53, ny-raise]\n")
    found = ifthen(*asked, "--only", "absent").json["reports"]
    assert [x["instrument"] for x in found] == ["ca-sb53", "ny-raise"]
    assert {f["state"] for x in found for f in x["findings"]} == {"absent"}
    assert ifthen(*asked, "--only", "good").error_codes == ["command.usage"]
    text = ifthen("conform", "-C", workspace, *DAY, "--only", "absent").out
    assert "would answer: a clause of the framework among its published" in text
    assert "\npresent" not in text


def test_without_a_list_of_filings_nothing_that_is_filed_is_called_absent(ifthen, workspace):
    (workspace / "developer.yaml").unlink()
    found = ifthen("conform", "ca-sb53", "-C", workspace, *DAY, "--json").json
    filed = [x for x in found["findings"] if x["provision"].startswith(("report-", "rights"))]
    assert {x["state"] for x in filed} == {"undetermined"}
    assert any("no" in x and "document of kind developer" in x for x in found["notices"])


def test_two_documents_of_the_developer_are_an_error(ifthen, workspace):
    text = (workspace / "developer.yaml").read_text()
    (workspace / "again.yaml").write_text(text.replace("id: example-lab", "id: other"))
    result = ifthen("conform", "ca-sb53", "-C", workspace, "--json")
    assert result.error_codes == ["developer.several"]


def test_a_record_stands_beside_the_library_and_what_is_withheld_is_unknown(ifthen, record):
    asked = ("compare", "anthropic", record, *DAY, "--json")
    rows = {x["id"]: x["cells"][1] for x in ifthen(*asked).json["rows"]}
    assert {x["developer"] for x in rows.values()} == {"record"}
    unknown = [x for x in rows.values() if x["standing"] == "unknown"]
    assert all("withheld: framework/quick-fsf 1.0" in x["why"] for x in unknown)
    assert unknown
    assert {x["standing"] for x in rows.values()} <= {"frontier", "published", "unknown"}
    assert [x["path"] for x in rows["weight-security"]["clauses"]] == ["safeguards.vault"]


INCIDENT = {
    "kind": "incident", "id": "leak", "model": "quick-1", "title": "A leak",
    "text": "A token was pasted into a public page.", "discovered_at": "2026-11-25T10:00:00Z",
    "harm": {"kinds": ["death"], "imminent": "no", "text": "It reached 12 people."},
    "recorded_by": {"name": "S. Lund (fictional)", "role": "head of safety"},
    "gradings": [
        {"severity": "serious-incident", "at": "2026-11-25T12:00:00Z",
         "by": {"name": "S. Lund (fictional)", "role": "head of safety"}, "reasons": "R."},
    ],
}  # fmt: skip


def test_the_report_of_an_incident_from_a_record_names_what_is_withheld(ifthen, workspace, request):
    (model,) = workspace.glob("models/*.yaml")
    id_ = next(x for x in model.read_text().splitlines() if x.startswith("id: "))[4:]
    (workspace / "incidents").mkdir(exist_ok=True)
    for name in ("leak", "other"):
        path = workspace / "incidents" / f"{name}.yaml"
        write(path, INCIDENT | {"id": name, "model": id_})
    hide = {"kind": "incident", "reason": "security", "note": "Names a way in."}
    rules = [hide | {"id": "leak", "fields": ["harm"]}, hide | {"id": "other", "fields": ["text"]}]
    write(workspace / "publication.yaml", RULES | {"withhold": rules})
    add_salts(workspace, rules)
    asked = ("file", "incident", "eu-code-of-practice", "leak", *DAY, "--json")
    whole = ifthen(*asked, "-C", workspace).json
    record = request.getfixturevalue("record")
    public = ifthen(*asked, "--record", record)
    assert public.code == 3
    before, after = ({x["field"]: x for x in found["fields"]} for found in (whole, public.json))
    assert [x for x in before if before[x]["entries"] and not after[x]["entries"]] == ["harm"]
    digest = "harm is withheld: security - Names a way in. (copy sha256:"
    assert digest in after["harm"]["write"]
    assert any(digest in x for x in public.json["notices"])
    assert "12 people" in json.dumps(whole)
    assert "12 people" not in json.dumps(public.json)
    # Which harm was done starts the clocks of the Code; that it is withheld makes none go away.
    late = {x["standing"] for x in public.json["deadlines"] if "tell" in x["title"]}
    assert "undetermined" in late
    for name, code in (("other", "incident.withheld"), ("none", "incident.unknown")):
        refused = ifthen("file", "incident", "ca-sb53", name, *DAY, "--record", record, "--json")
        assert refused.error_codes == [code]


def test_papers_and_assessment_results_of_a_record_say_what_is_withheld(ifthen, record):
    day = ("--on", "2028-12-20", "--json")
    papers = ifthen("audit", "papers", "--record", record, *day)
    assert papers.code == 2
    said = json.dumps(papers.json)
    assert "not reviewed, withheld: security - Names a weakness." in said
    results = ifthen("oscal", "results", "ca-sb53", "--record", record, *DAY, "--json")
    assert results.code == 0
    assert "withheld: security - Names a weakness." in json.dumps(results.json)
    both = ifthen("oscal", "results", "ca-sb53", "f.yaml", "--record", record, *DAY, "--json")
    assert both.code != 0


def test_with_the_right_pin_the_open_steps_are_named_and_no_pin_is_asked_for(ifthen, record):
    asked = ("conform", "ca-sb53", "--record", record, *DAY, "--json")
    bare = ifthen(*asked)
    (said,) = [x for x in bare.json["notices"] if x.startswith("The record")]
    assert "give --pin" in said
    verdict = ifthen("verify", record, "--json").json
    (said,) = [x for x in ifthen(*asked, "--pin", verdict["pin"]).json["notices"]
               if x.startswith("The record")]  # fmt: skip
    assert "undetermined" in said
    assert "give --pin" not in said
    again = ifthen("verify", record, "--pin", verdict["pin"], "--json").json
    left = [x for x in again["steps"] if x["essential"] and x["status"] in OPEN]
    assert left, again["steps"]
    assert f"{left[0]['title']}: {left[0]['findings'][0]['text']}" in said
