"""``ifthen plan``."""

import json

import pytest

DAY = ("--made-on", "2026-12-01")


def files(folder):
    return {
        x: x.read_bytes() for x in folder.rglob("*") if x.is_file() and ".ifthen" not in x.parts
    }


def test_a_plan_shows_what_would_change_and_writes_nothing(ifthen, aurora):
    before = files(aurora)
    result = ifthen(
        "plan", "aurora-2", "-C", aurora, *DAY, "--suppose", "determination:bio-uplift-1=ruled-out"
    )
    assert result.out.startswith("suppose: determination of bio-uplift-1 says ruled-out\n")
    assert result.code == 2
    assert files(aurora) == before


def test_the_decision_of_a_plan_is_hypothetical_and_says_what_it_supposes(ifthen, aurora):
    supposed = ("--suppose", "evaluation:leak-rate=0/150", "--weights", "open")
    result = ifthen("plan", "aurora-2", "-C", aurora, *DAY, *supposed, "--json")
    data = json.loads(result.out)
    assert data["decision"]["hypothetical"] is True
    assert data["supposed"] == data["decision"]["supposed"]
    assert "evaluation leak-rate shows 0 of 150" in data["supposed"]


def test_days_ahead_are_named(ifthen, aurora):
    result = ifthen("plan", "aurora-2", "-C", aurora, *DAY, "--until", "2027-03-02", "--json")
    (switch,) = json.loads(result.out)["switches"]
    assert (switch["on"], switch["gate"]) == ("2027-03-01", "internal-use")


def test_a_draft_is_decided_beside_the_framework_in_force(ifthen, aurora, tmp_path):
    (path,) = (aurora / "frameworks").glob("*2.1*.yaml")
    draft = tmp_path / "draft.yaml"
    text = path.read_text()
    assert "force: will" in text or "commitments:" in text
    draft.write_text(text.replace('version: "2.1"', 'version: "3"'))
    result = ifthen("plan", "aurora-2", "-C", aurora, *DAY, "--draft", draft, "--json")
    data = json.loads(result.out)
    assert data["decision"]["framework"]["version"] == "3"
    assert data["shifts"] == []


def test_a_plan_is_saved_once_and_never_overwritten(ifthen, aurora, tmp_path):
    arguments = ("plan", "aurora-2", "-C", aurora, *DAY, "--save", tmp_path / "p.json", "--json")
    first = ifthen(*arguments)
    assert (tmp_path / "p.json").read_text().strip() == first.out.strip()
    assert ifthen(*arguments).error_codes == ["file.exists"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("leak-rate=1/2", "plan.supposition"), ("assessment:nobody=effective", "plan.unknown-name")],
)
def test_what_cannot_be_supposed_is_an_error(ifthen, aurora, text, code):
    result = ifthen("plan", "aurora-2", "-C", aurora, *DAY, "--suppose", text, "--json")
    assert (result.code, result.error_codes) == (1, [code])


def test_results_at_which_something_turns_are_named(ifthen, aurora):
    sweep = ("--range", "evaluation:arithmetic-hard=0..12/120@24")
    result = ifthen("plan", "aurora-2", "-C", aurora, *DAY, *sweep)
    assert "from 5 of 120: threshold cyber-uplift-2: ruled-out -> cannot-rule-out\n" in result.out
    data = json.loads(ifthen("plan", "aurora-2", "-C", aurora, *DAY, *sweep, "--json").out)
    assert {x["passed"] for x in data["turning_points"]} == {5}


@pytest.mark.parametrize(
    ("text", "code"),
    [("evaluation:arithmetic-hart=0..3/9", "plan.unknown-name"), ("x", "plan.range")],
)
def test_a_range_that_cannot_be_decided(ifthen, aurora, text, code):
    result = ifthen("plan", "aurora-2", "-C", aurora, *DAY, "--range", text)
    assert (result.code, result.out) == (1, "")
    assert f"error[{code}]" in result.err
