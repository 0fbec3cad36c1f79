"""The example in which a decision rests on a real run that ended itself."""

import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "screened"
PLAN = "plans/plan-products.yaml"


@pytest.fixture
def workspace(tmp_path) -> Path:
    root = tmp_path / "screened"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(".ifthen", "__pycache__"))
    return root


def change(workspace: Path, name: str, old: str, new: str) -> None:
    path = workspace / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_screening_rules_the_threshold_out(ifthen, workspace):
    result = ifthen("decide", "smollm2", "-C", workspace, "--json")
    assert result.code == 0
    (evaluation,) = result.json["evaluations"]
    assert evaluation["outcome"] == "ruled-out"
    screening = evaluation["measured"][0]["screening"]
    assert (screening["asked"], screening["against"], screening["question"]) == (
        103, 12.0, "product-054",
    )  # fmt: skip
    assert screening["error"] == 0.05
    assert result.json["thresholds"][0]["ruled_out_error"]["rate"] == 0.05
    assert result.json["any_ruled_out_error"]["rate"] == 0.05


def test_the_trace_and_the_report_say_how(ifthen, workspace):
    said = "screening ruled out 0.2 after 103 questions by product-054, wrong in at most 5 %"
    assert said in ifthen("explain", "smollm2", "products", "-C", workspace).out
    assert ifthen("report", "-C", workspace, "-o", workspace / "report.html").code == 0
    assert said in (workspace / "report.html").read_text("utf-8")


def test_the_check_has_nothing_to_say(ifthen, workspace):
    assert "0 errors, 0 warnings" in ifthen("check", "-C", workspace).out


def test_the_check_names_a_screening_that_could_not_count(ifthen, workspace):
    change(workspace, "frameworks/quick-fsf.yaml", "    screened_from: 14\n", "")
    result = ifthen("check", "-C", workspace)
    assert "plan.screening-idle" in result.out + result.err


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (PLAN, "decision, 2026-11-29", "seed that suits", "evaluation.screening-contradicted"),
        (PLAN, "alpha: 0.05", "alpha: 0.04", "evaluation.screening-contradicted"),
        (PLAN, "scorer: last_number", "scorer: another", "evaluation.screening-failed"),
        ("frameworks/quick-fsf.yaml", "14\n", "104\n", "evaluation.screening-too-few-questions"),
        ("frameworks/quick-fsf.yaml", "0.95", "0.96", "evaluation.screening-level"),
    ],
)
def test_what_does_not_replay_or_fit_rules_nothing_out(ifthen, workspace, name, old, new, code):
    change(workspace, name, old, new)
    result = ifthen("decide", "smollm2", "-C", workspace, "--json")
    assert result.code == 3
    (evaluation,) = result.json["evaluations"]
    assert evaluation["outcome"] in {"undecided", "undetermined"}
    assert code in {reason["code"] for reason in evaluation["reasons"]}
    assert result.json["thresholds"][0]["status"] == "cannot-rule-out"


def test_a_filing_tells_the_questions_that_were_asked_from_those_left_out(ifthen, workspace):
    asked = ("smollm2", "-C", workspace, "--exit-zero")
    data = ifthen("file", "summaries", *asked, "--json").json
    (used,) = (x for claim in data["evaluations"] for x in claim["evidence"])
    counts = {x: used[x] for x in used if x.startswith("questions")}
    assert counts == {"questions": 106, "questions_left_out": 92, "questions_in_benchmark": 198}
    assert used["stopped_early"] is True
    shown = ifthen("file", "report", "il-430-ilcs-185", *asked).out
    assert "106 of 198 questions asked, 92 left out: stopped early" in shown
    assert "ifthen file summaries smollm2 --instrument il-430-ilcs-185" in shown
    assert "machine-readable" not in ifthen("file", "report", "ca-sb53", *asked).out
