"""``ifthen due`` on the shipped example."""

import json

from icalendar import Calendar

ALL = {"missed", "undetermined", "due", "late", "met"}


def test_what_is_due_and_what_was_missed(ifthen, sound):
    said = ifthen("due", "-C", sound)
    assert said.code == 2
    assert said.out.startswith(
        "missed       2026-11-02 renew the declaration of access-list-reviewed"
    )
    assert "on 2026-12-01: 1 missed, 0 undetermined, 18 due, 0 late, 0 met" in said.out
    assert "every new model generation -> evaluation" in said.out
    assert ifthen("due", "-C", sound, "--exit-zero").code == 0
    assert ifthen("due", "-C", sound, "--on", "2026-11-25", "--model", "aurora-1").code == 2


def test_nothing_missed_is_fine(ifthen, aurora):
    (aurora / "declarations" / "aurora-2-access-list-reviewed.yaml").unlink()
    said = ifthen("due", "-C", aurora, "--json")
    assert said.code == 0
    assert set(said.json["counts"]) == ALL


def test_only_so_far_ahead_and_only_one_model(ifthen, sound):
    def ids(*more):
        found = ifthen("due", "-C", sound, "--json", *more).json["entries"]
        return [x["id"] for x in found]

    assert ids("--within", "33") == ["declaration/aurora-2-access-list-reviewed"]
    assert ids("--within", "34", "--model", "aurora-1") == [
        "declaration/aurora-1-access-list-reviewed"
    ]
    assert len(ids()) == 19
    said = ifthen("due", "-C", sound, "--model", "aurora-9", "--json")
    assert said.error_codes == ["model.unknown"]


def test_calendar_and_feed(ifthen, sound, tmp_path):
    ics, feed = tmp_path / "due.ics", tmp_path / "due.json"
    said = ifthen("due", "-C", sound, "--ics", ics, "--feed", feed, "--within", "90", "--json")
    calendar = Calendar.from_ical(ics.read_bytes())
    days = sorted(str(x.decoded("dtstart")) for x in calendar.walk("VEVENT"))
    assert days == sorted(x["last_day"] for x in said.json["entries"])
    items = json.loads(feed.read_text())["items"]
    assert [x["_ifthen"]["id"] for x in items] == [x["id"] for x in said.json["entries"]]


INCIDENT = """kind: incident
id: leak
model: aurora-2
title: A leak
text: Somebody got at the weights.
recorded_by: {name: S. Lund (fictional), role: head of safety}
discovered_at: 2026-11-20T11:00:00Z
gradings:
  - severity: serious-incident
    at: 2026-11-20T12:00:00Z
    by: {name: S. Lund (fictional), role: head of safety}
    reasons: None.
"""


def test_an_incident_starts_the_clocks_of_laws_that_are_named(ifthen, aurora):
    (aurora / "incidents").mkdir()
    (aurora / "incidents" / "leak.yaml").write_text(INCIDENT)
    plain = ifthen("due", "-C", aurora, "--json").json
    assert not [x for x in plain["entries"] if x["kind"] == "law"]
    named = ifthen("due", "-C", aurora, "--instrument", "ca-sb53", "--json").json
    laws = {x["id"]: x for x in named["entries"] if x["kind"] == "law"}
    assert laws["law/ca-sb53/incident/leak"]["last_day"] == "2026-12-05"
    assert laws["law/ca-sb53/imminent-danger/leak"]["standing"] == "undetermined"
    assert named["counts"]["due"] == plain["counts"]["due"] + 1
    # Nobody lists what the developer filed: the clocks that this keeps silent are named.
    assert plain["notices"] == []
    (notice,) = named["notices"]
    assert notice.startswith("ca-sb53: ")
    silent = notice.rpartition(": ")[2].split(", ")
    assert {"yearly-review", "internal-use-summary", "transparency-report"} <= set(silent)
    assert not {"incident", "imminent-danger", "modification"} & set(silent)
    shown = ifthen("due", "-C", aurora, "--instrument", "ca-sb53").out
    assert "not told: ca-sb53:" in shown
    known = "kind: developer\nid: aurora-lab\ntitle: Aurora\ndocuments: []\n"
    (aurora / "developer.yaml").write_text(known)
    listed = ifthen("due", "-C", aurora, "--instrument", "ca-sb53", "--json").json
    # What starts a review and a notice is known to be lacking; what need not happen is named.
    (notice,) = listed["notices"]
    assert "no document dates a start" in notice
    silent = notice.rpartition(": ")[2].split(", ")
    said = {x["id"].split("/")[2] for x in listed["entries"] if x["kind"] == "law"}
    assert "internal-use-summary (last-document)" in silent
    assert "transparency-report (deployment)" in silent
    assert not {x.partition(" ")[0] for x in silent} & said
    assert listed["counts"]["undetermined"] > named["counts"]["undetermined"]
    (aurora / "developer.yaml").unlink()
    manifest = aurora / "ifthen.yaml"
    text = manifest.read_text()
    manifest.write_text(text + "instruments: [ca-sb53]\n")
    assert ifthen("due", "-C", aurora, "--json").json == named
    manifest.write_text(text + "instruments: [ca-sb35]\n")
    result = ifthen("due", "-C", aurora, "--json")
    assert result.error_codes == ["workspace.dangling-reference"]
    assert result.json["errors"][0]["hint"] == "did you mean 'ca-sb53'?"
