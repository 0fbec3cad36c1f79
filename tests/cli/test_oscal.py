"""``ifthen oscal``."""

import json


def test_a_catalogue_is_printed_or_written(ifthen, tmp_path):
    printed = ifthen("oscal", "catalogue", "seoul")
    path = tmp_path / "seoul.catalog.json"
    written = ifthen("oscal", "catalogue", "seoul", "--to", path, "--json")
    assert written.json == {"file": str(path), "model": "catalog"}
    assert printed.code == written.code == 0
    assert json.loads(path.read_text()) == printed.json


def test_references_lead_to_the_catalogues_place(ifthen):
    asked = ("oscal", "mapping", "ca-sb53--ny-raise", "--catalogues", "https://example.org/c/")
    (mapping,) = ifthen(*asked).json["mapping-collection"]["mappings"]
    assert mapping["source-resource"]["href"] == "https://example.org/c/ca-sb53.catalog.json"
    beside = ifthen(*asked[:3]).json["mapping-collection"]["mappings"][0]
    assert beside["target-resource"]["href"] == "ny-raise.catalog.json"


def test_a_dangling_name_is_an_error_with_its_line_and_nothing_is_written(ifthen, tmp_path):
    path, out = tmp_path / "w.yaml", tmp_path / "out.json"
    path.write_text(
        "kind: crosswalk\nid: w\ntitle: W\nfrom: ca-sb53\nto: ny-raise\nby: B\nbasis: B\n"
        "review: unreviewed\nrows:\n"
        "  - {from: [framework-written], relation: equal, to: [framework-writen], basis: B}\n"
    )
    result = ifthen("oscal", "mapping", path, "--to", out)
    assert result.code == 1
    assert "w.yaml:10:" in result.err
    assert "did you mean 'framework-written'" in result.err
    assert not out.exists()


def test_a_day_on_which_nothing_is_asked_has_no_profile_but_has_results(ifthen):
    early = ("--on", "2026-11-20", "--json")
    assert ifthen("oscal", "profile", "ny-raise", *early).error_codes == ["oscal.nothing"]


def test_findings_over_a_workspace_rest_on_its_documents(ifthen, aurora):
    asked = ("oscal", "results", "ca-sb53", "-C", aurora, "--on", "2026-12-01")
    (result,) = ifthen(*asked).json["assessment-results"]["results"]
    assert {x["name"]: x["value"] for x in result["props"]}["framework"] == "example-fsf@2.1"
    assert len(result["observations"]) == 38
