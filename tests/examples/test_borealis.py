"""The worked workspace: three generations through their states, as the commands say them."""

import importlib.util
import json
import shutil
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from ifthen.cli.main import run

ROOT = Path(__file__).parents[2]
FIRST = "smollm2"


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Return the workspace after each step, played once; seconds, because every step decides."""
    spec = importlib.util.spec_from_file_location("borealis", ROOT / "examples/borealis/play.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("borealis")
    found = {}
    for name, _ in module.play_steps(folder / "play" / "workspace"):
        found[name] = shutil.copytree(folder / "play", folder / name) / "workspace"
    return found


def ask(root, *arguments):
    printed = StringIO()
    with redirect_stdout(printed):
        code = run([*map(str, arguments), "-C", str(root), "--json"])
    return code, json.loads(printed.getvalue())


def gate(root, model, name, day):
    code, state = ask(root, "gate", model, name, "--made-on", day)
    assert code == {"go": 0, "hold": 2, "undetermined": 3}[state["outcome"]]
    return state["outcome"], state["decided"], [x["code"] for x in state["signoff"]["reasons"]]


def line(root, model, day):
    _, status = ask(root, "status", model, "--on", day)
    (found,) = status["models"]
    return found


def standing(root, id, day):
    _, due = ask(root, "due", "--on", day, "--all")
    return {x["id"]: x["standing"] for x in due["entries"]}[id]


def test_no_state_has_a_fault(states):
    for name, root in states.items():
        code, said = ask(root, "check", "--on", "2027-04-02")
        assert (code, said["errors"]) == (0, []), name


def test_trained_and_not_measured_nothing_opens(states):
    root = states["01-trained"]
    found = line(root, FIRST, "2026-11-30")
    assert (found["stage"], found["thresholds"][0]["treated_as"]) == ("trained", "reached")
    assert {x["outcome"] for x in found["gates"]} <= {"hold", "undetermined"}
    assert line(root, FIRST, "2026-11-19")["stage"] == "planned"


def test_cleared_by_screening(states):
    root = states["02-screened"]
    code, made = ask(
        root, "decide", FIRST, "--on", "2026-12-02", "--made-on", "2026-12-02", "--exit-zero"
    )
    (evaluation,) = made["evaluations"]
    assert (code, evaluation["outcome"]) == (0, "ruled-out")
    screening = evaluation["measured"][0]["screening"]
    assert (screening["asked"], screening["question"], screening["error"]) == (
        103, "product-054", 0.05,
    )  # fmt: skip
    assert {x["kind"] for x in made["inputs"]}.isdisjoint({"determination", "assessment"})
    found = line(root, FIRST, "2026-12-02")
    assert found["thresholds"][0]["status"] == "ruled-out"
    assert {x["decided"] for x in found["gates"]} == {"go"}
    assert {x["outcome"] for x in found["gates"]} == {"undetermined"}  # nobody has signed


def test_a_plan_rewritten_after_the_run_clears_nothing(states, tmp_path):
    copy = shutil.copytree(states["02-screened"].parent, tmp_path / "copy") / "workspace"
    plan = copy / "plans" / "plan-products.yaml"
    plan.write_text(plan.read_text().replace("alpha: 0.05", "alpha: 0.04"))
    found = line(copy, FIRST, "2026-12-02")
    assert found["thresholds"][0]["status"] == "cannot-rule-out"
    assert "go" not in {x["decided"] for x in found["gates"]}


def test_used_inside(states):
    root = states["03-internal"]
    assert gate(root, FIRST, "internal-use", "2026-12-02") == ("go", "go", [])
    assert gate(root, FIRST, "deploy-external", "2026-12-02")[0] == "undetermined"


def test_used_outside(states):
    root = states["04-external"]
    assert gate(root, FIRST, "deploy-external", "2026-12-10")[0] == "go"
    assert line(root, FIRST, "2026-12-10")["stage"] == "internal"
    _, state = ask(root, "gate", FIRST, "deploy-external", "--made-on", "2026-12-10")
    assert state["informed"] == [{"role": "board", "people": ["chair"]}]
    # The release was written into the model: what was signed before it is suspect, by name.
    _, state = ask(root, "gate", FIRST, "internal-use", "--made-on", "2026-12-10")
    assert [x["kind"] for x in state["suspects"][0]["changes"]] == ["model"]
    found = line(states["05-precaution"], FIRST, "2027-01-05")
    assert (found["stage"], found["channels"]) == ("external", ["internal", "external-api"])


def test_under_precaution_with_a_dissent(states):
    root = states["05-precaution"]
    found = line(root, "borealis-2", "2027-01-06")
    assert found["thresholds"][0] == {
        "threshold": "products-1",
        "status": "cannot-rule-out",
        "treated_as": "reached",
    }
    outcome, decided, reasons = gate(root, "borealis-2", "deploy-external", "2027-01-06")
    assert (outcome, decided, reasons) == ("go", "go", ["signoff.dissent"])
    _, state = ask(root, "gate", "borealis-2", "deploy-external", "--made-on", "2027-01-06")
    assert state["signoff"]["dissents"] == [
        "borealis-2-deploy-external-2027-01-06-moe-security-lead-dissent"
    ]


def test_a_key_is_rotated_and_each_counts_in_its_time(states, tmp_path):
    root = states["06-rotated"]
    assert len(ask(root, "keys", "verify")[1]) == 2
    assert gate(root, "borealis-2", "deploy-external", "2027-01-20")[0] == "go"  # the old key's
    copy = shutil.copytree(root.parent, tmp_path / "copy") / "workspace"
    file = tmp_path / "decision.json"
    day = ("--made-on", "2027-01-20")
    run(["decide", "borealis-2", "-C", str(copy), "--on", "2027-01-20", *day, "-o", str(file)])
    code, said = ask(
        copy, "sign", file, "--gate", "internal-use", "--role", "safety-lead", *day,
        "--key", copy.parent / "keys" / "lund",
    )  # fmt: skip
    assert (code, said["errors"][0]["code"]) == (1, "signoff.key-not-valid")
    code, _ = ask(
        copy, "sign", file, "--gate", "internal-use", "--role", "safety-lead", *day,
        "--key", copy.parent / "keys" / "lund-2",
    )  # fmt: skip
    assert code == 0


def test_a_safeguard_lapses(states):
    root = states["07-lapsed"]
    assert standing(root, "assessment/borealis-2-filter", "2027-02-15") == "due"
    assert standing(root, "assessment/borealis-2-filter", "2027-02-16") == "missed"
    assert (
        standing(root, "open-item/assessment/borealis-2-vault/second-lock", "2027-02-16") == "late"
    )
    outcome, decided, _ = gate(root, "borealis-2", "deploy-external", "2027-02-16")
    assert (outcome, decided) == ("undetermined", "undetermined")
    found = line(root, "borealis-2", "2027-02-16")
    assert any("safeguard filter" in x and "expired on 2027-02-16" in x for x in found["stale"])


def test_the_safeguard_is_examined_again(states):
    root = states["08-renewed"]
    assert gate(root, "borealis-2", "deploy-external", "2027-02-21")[0] == "go"
    assert standing(root, "assessment/borealis-2-filter", "2027-02-21") == "late"
    assert line(root, "borealis-2", "2027-02-21")["stage"] == "external"


def test_an_incident_reopens_the_decision(states):
    root = states["09-incident"]
    outcome, decided, reasons = gate(root, "borealis-2", "deploy-external", "2027-03-02")
    assert (outcome, decided) == ("undetermined", "undetermined")
    assert "signoff.stale" in reasons
    found = line(root, "borealis-2", "2027-03-02")
    assert found["incidents"] == ["filter-off"]
    assert standing(root, "incident/filter-off", "2027-03-02") == "due"
    assert line(root, FIRST, "2027-03-02")["incidents"] == []


def test_the_review_and_new_signatures_close_it(states):
    root = states["10-reviewed"]
    assert gate(root, "borealis-2", "deploy-external", "2027-03-08")[0] == "go"
    assert standing(root, "incident/filter-off", "2027-03-08") == "met"
    assert line(root, "borealis-2", "2027-03-08")["incidents"] == []


def test_a_fine_tune_with_open_weights(states):
    root = states["11-fine-tune"]
    found = line(root, "borealis-3", "2027-03-26")
    assert found["stage"] == "internal"
    assert found["thresholds"][0]["treated_as"] == "reached"
    assert gate(root, "borealis-3", "internal-use", "2027-03-26")[0] == "go"
    outcome, decided, _ = gate(root, "borealis-3", "release-weights", "2027-03-26")
    assert (outcome, decided) == ("hold", "hold")  # both have signed; no signature opens it
    assert standing(root, "evaluation/quick-fsf/tuned/borealis-3", "2027-04-19") == "due"
    assert standing(root, "evaluation/quick-fsf/tuned/borealis-3", "2027-04-20") == "missed"


def test_an_erratum_stays_beside_what_it_corrects(states):
    before, after = states["11-fine-tune"], states["12-erratum"]
    assert gate(before, FIRST, "deploy-external", "2027-04-02")[0] == "go"
    assert gate(after, FIRST, "deploy-external", "2027-04-02")[0] == "go"
    _, decision = ask(
        after, "decide", FIRST, "--on", "2027-04-02", "--made-on", "2027-04-02", "--exit-zero"
    )
    assert [x["id"] for x in decision["inputs"] if x["kind"] == "erratum"] == [
        "borealis-1-questions"
    ]
    stale = [x for x in line(after, FIRST, "2027-04-02")["stale"] if "erratum" in x]
    assert any("erratum borealis-1-questions is new" in x for x in stale)


def test_filings_are_drafted_from_the_history(states):
    root = states["12-erratum"]
    code, report = ask(root, "file", "report", "ca-sb53", FIRST, "--on", "2027-04-02")
    fields = {x["field"]: x for x in report["fields"]}
    assert code == 3
    assert fields["release-date"]["entries"][0]["text"] == "external-api: from 2026-12-11"
    assert "website" in fields["website"]["write"]
    code, used = ask(root, "file", "internal-use", "ny-raise", "--on", "2027-04-02")
    assert len(used["fields"][0]["entries"]) == 3
    code, incident = ask(
        root, "file", "incident", "il-430-ilcs-185", "filter-off", "--on", "2027-03-02"
    )
    assert (code, incident["deadlines"]) == (3, [])
    code, told = ask(root, "file", "summaries", "borealis-2", "--on", "2027-04-02")
    assert told["thresholds"][0]["status"] == "cannot-rule-out"


def test_what_the_framework_spares_the_screened_model_and_not_the_unmeasured_one(states):
    root = states["12-erratum"]
    asked = ("burden", FIRST, "ca-sb53", "--on", "2027-04-02")
    _, cleared = ask(root, *asked)
    assert [x["commitment"] for x in cleared["commitments"]] == ["if-products-1"]
    assert "a screening of products" in cleared["commitments"][0]["because"]
    _, unmeasured = ask(root, asked[0], "borealis-2", *asked[2:])
    assert unmeasured["commitments"] == []


def test_an_auditors_papers_show_who_decides_and_who_dissented(states):
    code, papers = ask(states["12-erratum"], "audit", "papers", "--on", "2028-01-15")
    assert code == 2
    controls = [x["text"] for x in papers["parts"][2]["prepared"]]
    assert any("deploy-external" in x and "2 of 3 roles approve" in x for x in controls)
    assert any("role board (The board): Chair (fictional)" in x for x in controls)
    assert any("dissent" in x and "No result at all." in x for x in controls)
    reviewed = [x["text"] for x in papers["parts"][5]["prepared"]]
    assert "reviewed: incident/filter-off" in reviewed
