"""Laws, selections and crosswalks as OSCAL: nothing lost, nothing inferred, nothing dangling."""

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from uuid import UUID

import pytest

from ifthen.conformance.crosswalk import CONVERSE, Crosswalk
from ifthen.conformance.finding import judge
from ifthen.conformance.oscal import (
    RELATIONS,
    format_catalogue,
    format_mapping,
    format_profile,
)
from ifthen.conformance.oscal_results import format_results
from ifthen.dossier.oscal import read_oscal
from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error, Problems
from ifthen.workspace.exporting_oscal import Asked, Place, export_profile, export_results
from ifthen.workspace.instruments import find_instrument, load_instruments, load_layer
from ifthen.workspace.library import LIBRARY

TRESTLE = os.environ.get("IFTHEN_TRESTLE_PYTHON")
PEER = Path(__file__).parents[1] / "peers" / "oscal_peer.py"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ON = date(2026, 11, 20)
LAWS = load_instruments()
BY_ID = {x.document.id: x.document for x in LAWS}
WALKS = ["ca-sb53--ny-raise", "ca-sb53--il-430-ilcs-185", "ny-raise--il-430-ilcs-185"]
FCF = str(LIBRARY / "frameworks/anthropic/frontier-compliance-framework/2.yaml")


def locate(name):
    return name


def walk(name):
    return load_layer(name, "crosswalks", Crosswalk, LIBRARY)


def controls(catalogue):
    groups = catalogue["catalog"]["groups"]
    return {c["id"]: c for group in groups for c in group["controls"]}


def uuids(value):
    if isinstance(value, dict):
        own = [value["uuid"]] if "uuid" in value else []
        return [*own, *chain.from_iterable(map(uuids, value.values()))]
    return list(chain.from_iterable(map(uuids, value))) if isinstance(value, list) else []


@pytest.mark.parametrize("law", LAWS, ids=lambda x: x.document.id)
def test_every_provision_is_a_control_with_its_words_clocks_and_citation(law):
    found = controls(format_catalogue(law, now=NOW))
    assert len(found) == len(law.document.provisions)
    for provision in law.document.provisions:
        control = found[f"{law.document.id}.{provision.id}"]
        statement, objective, *rest = control["parts"]
        assert statement["prose"] == provision.text
        assert len(statement.get("parts", ())) == len(provision.clocks)
        assert "no part of this objective" in objective["prose"]
        props = {x["name"]: x["value"] for x in control["props"]}
        assert (props["label"], props["binds"]) == (provision.citation, provision.binds)
        assert sum(x["name"] == "reading" for x in rest) == len(provision.contested)
        names = [x["id"] for x in (*control["parts"], *statement.get("parts", ()))]
        assert len(set(names)) == len(names)


def test_the_cautions_of_an_unread_text_are_in_the_catalogue():
    law = find_instrument(LAWS, "white-house-2023")
    assert "Unverified" in format_catalogue(law, now=NOW)["catalog"]["metadata"]["remarks"]


def test_our_own_reader_of_catalogues_reads_ours():
    law = find_instrument(LAWS, "ca-sb53")
    made = format_catalogue(law, now=NOW)
    read = read_oscal(made, id="c", sha256=law.digest, where="c.json", with_text=True)
    assert [x["id"] for x in read["controls"]] == list(controls(made))
    assert read["controls"][0]["text"] == " ".join(law.document.provisions[0].text.split())


@pytest.mark.parametrize("name", WALKS)
def test_every_row_and_gap_of_a_crosswalk_is_in_the_mapping_and_refers_to_controls(name):
    loaded = walk(name)
    document = loaded.document
    (mapping,) = format_mapping(loaded, BY_ID, now=NOW, locate=locate)["mapping-collection"][
        "mappings"
    ]
    sides = [
        controls(format_catalogue(find_instrument(LAWS, x), now=NOW))
        for x in (document.from_, document.to)
    ]
    assert len(mapping["maps"]) == len(document.rows)
    for row, entry in zip(document.rows, mapping["maps"], strict=True):
        assert entry["relationship"] == RELATIONS[row.relation]
        assert {x["id-ref"] for x in entry["sources"]} <= set(sides[0])
        assert {x["id-ref"] for x in entry["targets"]} <= set(sides[1])
    for side, key, known in (
        ("from", "source-gap-summary", sides[0]),
        ("to", "target-gap-summary", sides[1]),
    ):
        gaps = sum(len(x.provisions) for x in document.gaps if x.side == side)
        listed = mapping.get(key, {"unmapped-controls": [{"with-ids": []}]})
        (ids,) = [x["with-ids"] for x in listed["unmapped-controls"]]
        assert len(ids) == gaps
        assert set(ids) <= set(known)
    assert all(x.because in mapping["remarks"] for x in document.gaps)


def test_the_six_relations_have_each_a_word_of_oscal():
    assert set(RELATIONS) == set(CONVERSE)
    assert len(set(RELATIONS.values())) == 6


def test_a_mapping_to_a_missing_provision_is_an_error_and_so_is_an_unknown_relation():
    loaded = walk("ca-sb53--ny-raise")
    document = loaded.document
    row = document.rows[0].model_copy(update={"to": ("no-such-provision",)})
    broken = replace(loaded, document=document.model_copy(update={"rows": (row,)}))
    with pytest.raises(Problems) as caught:
        format_mapping(broken, BY_ID, now=NOW, locate=locate)
    assert [x.code for x in caught.value.errors] == ["crosswalk.dangling-reference"]
    text = (LIBRARY / "crosswalks" / "ca-sb53--ny-raise.yaml").read_text()
    changed = text.replace("relation: subset-of", "relation: similar-to", 1)
    with pytest.raises(Problems) as caught:
        load_document(parse_tree(changed.encode(), name="x.yaml"), Crosswalk)
    assert "x.yaml:" in caught.value.errors[0].where


def test_what_a_crosswalk_does_not_speak_of_is_named_and_not_called_a_gap():
    loaded = walk("ca-sb53--ny-raise")
    fewer = loaded.document.model_copy(update={"rows": loaded.document.rows[1:]})
    left = loaded.document.rows[0].from_[0]
    (mapping,) = format_mapping(replace(loaded, document=fewer), BY_ID, now=NOW, locate=locate)[
        "mapping-collection"
    ]["mappings"]
    assert f"says nothing of: ca-sb53.{left}" in mapping["remarks"]
    assert left not in json.dumps(mapping.get("source-gap-summary", {}))


def test_a_profile_selects_what_is_asked_on_the_day_and_nothing_asked_is_an_error():
    law = find_instrument(LAWS, "il-430-ilcs-185")
    early = judge(law, None, None, date(2027, 6, 1))
    late = judge(law, None, None, date(2028, 6, 1))

    def ids(report):
        found = format_profile(law, report, now=NOW, locate=locate)["profile"]["imports"]
        return found[0]["include-controls"][0]["with-ids"]

    assert len(ids(early)) < len(ids(late)) == len(law.document.provisions)
    assert "il-430-ilcs-185.audit-independent" not in ids(early)
    with pytest.raises(Error) as caught:
        format_profile(law, judge(law, None, None, ON), now=NOW, locate=locate)
    assert caught.value.code == "oscal.nothing"


def test_what_an_overlay_changed_stands_at_the_control_of_the_profile(tmp_path):
    path = tmp_path / "o.yaml"
    does = "{change: sets-clock, instrument: ca-sb53, clock: incident, amount: 3}"
    path.write_text(
        "kind: overlay\nid: o\nlayer: federal\ntitle: O\ncitation: O\nstatus: hypothetical\n"
        "standing: unverified\nsource: Nobody\nchanges:\n"
        f"  - {{id: faster, text: Three days., does: {does}}}\n"
    )
    asked = Asked(instrument="ca-sb53", on=ON, overlays=[str(path)])
    (alter,) = export_profile(asked, Place("https://x.org/c/"), now=NOW)["profile"]["modify"][
        "alters"
    ]
    assert alter["control-id"] == "ca-sb53.incident-report"
    assert "Three days." in alter["adds"][0]["parts"][0]["prose"]


def test_findings_say_satisfied_of_present_only_and_keep_the_state():
    asked = Asked(instrument="ca-sb53", framework=FCF, on=ON)
    (result,) = export_results(asked, Place(), now=NOW)["assessment-results"]["results"]
    states = {}
    for finding in result["findings"]:
        state = finding["props"][0]["value"]
        states.setdefault(state, set()).add(finding["target"]["status"]["state"])
    assert states["present"] == {"satisfied"}
    assert set(states) > {"present", "undetermined"}
    assert all(x == {"not-satisfied"} for state, x in states.items() if state != "present")
    seen = {x["uuid"] for x in result["observations"]}
    assert {x["related-observations"][0]["observation-uuid"] for x in result["findings"]} <= seen
    assert "compliant" not in json.dumps(result).lower()


def test_findings_of_a_law_that_asks_nothing_yet_are_observations_only():
    asked = Asked(instrument="il-430-ilcs-185", framework=FCF, on=ON)
    (result,) = export_results(asked, Place(), now=NOW)["assessment-results"]["results"]
    assert "findings" not in result
    assert len(result["observations"]) == len(BY_ID["il-430-ilcs-185"].provisions)


def test_two_exports_are_the_same_but_for_the_moment_and_no_uuid_stands_twice():
    law = find_instrument(LAWS, "eu-code-of-practice")
    one, other = (format_catalogue(law, now=NOW.replace(hour=h)) for h in (1, 2))
    assert one["catalog"]["metadata"].pop("last-modified") == "2026-11-29T01:00:00+00:00"
    del other["catalog"]["metadata"]["last-modified"]
    assert one == other
    report = judge(law, None, None, ON)
    for made in (
        one,
        format_results(report, now=NOW, locate=locate),
        format_mapping(walk(WALKS[0]), BY_ID, now=NOW, locate=locate),
    ):
        found = uuids(made)
        assert len(set(found)) == len(found) > 1
        assert all(UUID(x).version == 5 for x in found)


@pytest.mark.skipif(
    TRESTLE is None,
    reason="IFTHEN_TRESTLE_PYTHON names no Python with compliance-trestle (.ci/run sets it up)",
)
def test_trestle_takes_all_four_models_resolves_the_profile_and_refuses_a_broken_one(tmp_path):
    law = find_instrument(LAWS, "ca-sb53")
    catalogue = format_catalogue(law, now=NOW)
    under = Asked(instrument="ca-sb53", on=ON, overlays=["us-federal-preemption"])
    asked = Asked(instrument="ca-sb53", framework=FCF, on=ON)

    profile = export_profile(under, Place(), now=NOW)
    profile["profile"]["imports"][0]["href"] = "trestle://catalogs/ca-sb53/catalog.json"
    broken = json.loads(json.dumps(catalogue))
    broken["catalog"]["groups"][0]["controls"][0]["id"] = "no token"
    files = {
        "ca-sb53.json": catalogue,
        "asked.json": profile,
        **{f"{x}.json": format_mapping(walk(x), BY_ID, now=NOW, locate=locate) for x in WALKS},
        "results.json": export_results(asked, Place(), now=NOW),
        "broken.json": broken,
    }
    for name, data in files.items():
        (tmp_path / name).write_text(json.dumps(data))
    paths = [str(tmp_path / x) for x in files]
    command = [TRESTLE, str(PEER), str(tmp_path / "trestle"), *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name for name, x in found.items() if not x["valid"]} == {"broken.json"}
    selected = profile["profile"]["imports"][0]["include-controls"][0]["with-ids"]
    assert sorted(found["asked.json"]["resolved"]) == sorted(selected)
