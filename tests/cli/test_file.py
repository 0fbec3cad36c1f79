"""``ifthen file``: drafts of filings from the shipped example."""

import json


def test_a_report_is_drafted_and_what_is_left_to_write_exits_3(ifthen, aurora):
    asked = ("file", "report", "ca-sb53", "aurora-1", "-C", aurora)
    shown, data = ifthen(*asked), ifthen(*asked, "--json")
    assert shown.code == data.code == 3
    assert len(data.json["fields"]) == 11
    assert all(x["citation"] in shown.out for x in data.json["fields"])
    assert "not in the workspace: write" in shown.out
    assert "compliant" not in shown.out.lower()
    assert ifthen(*asked, "--exit-zero").code == 0


def test_summaries_cite_the_log_behind_every_number(ifthen, aurora, tmp_path):
    path = tmp_path / "summaries.json"
    written = ifthen("file", "summaries", "aurora-1", "-C", aurora, "--to", path, "--json")
    assert written.json["file"] == str(path)
    data = json.loads(path.read_bytes())
    used = [x for claim in data["evaluations"] for x in claim.get("evidence", ())]
    assert used
    assert all(x["log_sha256"].startswith("sha256:") for x in used)
    assert all("lower" in x for x in data["evaluations"] if x.get("evidence"))


def test_a_file_of_another_kind_and_an_unknown_incident_are_errors(ifthen, aurora, tmp_path):
    asked = ("file", "incident", "ca-sb53", "no-such-incident", "-C", aurora)
    assert ifthen(*asked, "--json").error_codes == ["incident.unknown"]
    path = tmp_path / "x.pdf"
    result = ifthen("file", "report", "ca-sb53", "aurora-1", "-C", aurora, "--to", path)
    assert result.code == 1
    assert ".md or .json" in result.err
    assert not path.exists()


def test_a_modification_is_drafted_from_two_versions_of_the_workspace_or_of_files(
    ifthen, aurora, tmp_path
):
    old = aurora / "frameworks" / "example-fsf-2.1.yaml"
    new = tmp_path / "new.yaml"
    new.write_text(old.read_text().replace("min_questions: ", "min_questions: 1", 1))
    asked = ("file", "modification", "ca-sb53")
    result = ifthen(*asked, "example-fsf@2.1", new, "-C", aurora, "--json")
    assert result.code == 3
    assert [x["field"] for x in result.json["fields"]] == [
        "modified-version", "modification-changes", "modification-justification",
    ]  # fmt: skip
    unknown = ifthen(*asked, "example-fsf@9", new, "-C", aurora, "--json")
    assert unknown.error_codes == ["framework.unknown-version"]


def test_a_declaration_that_answers_a_filing_is_no_warning(ifthen, aurora):
    (aurora / "declarations" / "website.yaml").write_text(
        "kind: declaration\nid: website\nmodel: aurora-1\nstatement: website\n"
        "value: https://example.org\nevidence: It is there.\nmade_on: 2026-11-20\n"
        "expires: 2027-11-20\nmade_by: {name: R. Marsh, role: head of safety}\n"
    )
    warned = ifthen("check", "-C", aurora, "--json").json["warnings"]
    assert "workspace.unused-declaration" not in [x["code"] for x in warned]
    fields = ifthen("file", "report", "ca-sb53", "aurora-1", "-C", aurora, "--json").json["fields"]
    assert fields[0]["entries"][0]["text"].startswith("https://example.org")
    assert "write" not in fields[0]
