"""``ifthen screen``."""

import io
import json
import shutil
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "screening"
LOG, PLAN, IDS = (
    EXAMPLE / name for name in ("smollm2-two-digit-sums.eval", "plan.yaml", "ids.txt")
)
AURORA = Path(__file__).parents[2] / "examples" / "aurora" / "logs"


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    text = PLAN.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return path


def test_a_log_that_ended_itself(ifthen):
    result = ifthen("screen", LOG, "--plan", PLAN)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("RULED OUT: 0.2 ")
    assert "stopped   at question 28 of 198: sum-053" in result.out
    assert "table     1 passes: few enough from question 28 on" in result.out
    assert "replay    agrees with the decision in the log" in result.out
    assert "no estimate" in result.out
    assert "\x1b" not in result.out
    assert ifthen("screen", "log", LOG, "--plan", PLAN).out == result.out


def test_in_json(ifthen):
    found = ifthen("screen", LOG, "--json").json
    assert (found["verdict"], found["replay_agrees"]) == ("ruled-out", True)
    assert found["asked"] == len(found["trace"]) == 28
    assert found["does_not_conclude"]


def test_the_whole_trace(ifthen):
    lines = ifthen("screen", LOG, "--plan", PLAN, "--trace").out.splitlines()
    start = lines.index("  trace     question   counts   so far   enough at   id")
    assert [line.split()[0] for line in lines[start + 1 : start + 29]] == [
        str(place) for place in range(1, 29)
    ]


def test_the_picture(ifthen):
    lines = ifthen("screen", LOG, "--plan", PLAN).out.splitlines()
    (one,) = [line for line in lines if line.startswith("      1 |")]
    assert one.rindex("o") - one.index("|") == 28 + 1
    assert all(len(line) < 80 for line in lines[-6:])


def test_exit_codes(ifthen, tmp_path):
    late = changed(tmp_path / "late.yaml", ("2026-11-24T", "2026-11-25T"))
    assert ifthen("screen", LOG, "--plan", late).code == 2
    easy = changed(
        tmp_path / "easy.yaml",
        ("198", "120"),
        ("2026-11-24T", "2026-11-20T"),
        ("  order_sha256", "  #"),
    )
    result = ifthen("screen", AURORA / "aurora-2-arithmetic-easy.eval", "--plan", easy)
    assert result.code == 3
    assert result.out.startswith("UNDECIDED")
    text = easy.read_text("utf-8").replace("rule_out_below: 0.20\n", "")
    easy.write_text(text.replace("screening:", "screening:\n  direction: reached"), "utf-8")
    result = ifthen("screen", AURORA / "aurora-2-arithmetic-easy.eval", "--plan", easy)
    assert result.code == 2
    assert result.out.startswith("REACHED")


def test_the_plan(ifthen):
    result = ifthen("screen", "plan", PLAN, "--ids", IDS)
    assert result.code == 0
    assert "0 -> 16     1 -> 28     2 -> 37     3 -> 46     4 -> 53" in result.out
    assert "4.23 % at its worst" in result.out
    assert "sha256:3127db91c39ebade" in result.out
    same = ifthen("screen", "plan", PLAN, "--log", LOG, "--json").json
    assert same == ifthen("screen", "plan", PLAN, "--ids", IDS, "--json").json
    assert same["order"][27] == "sum-053"
    assert same["error_rate"] <= 0.05


@pytest.mark.parametrize("direction", ["rule-out", "reached"])
@pytest.mark.parametrize("population", ["198", "null"])
def test_every_kind_of_plan(ifthen, tmp_path, direction, population):
    plan = changed(
        tmp_path / "plan.yaml",
        ("rule_out_below: 0.20\n", ""),
        ("screening:\n", f"screening:\n  direction: {direction}\n"),
        ("population: 198", f"population: {population}"),
    )
    found = ifthen("screen", "plan", plan, "--json").json
    assert 0 < found["error_rate"] <= 0.05
    assert ifthen("screen", "plan", plan).code == 0
    plan.write_text(plan.read_text("utf-8") + "  scores: fraction\n", "utf-8")
    assert "none: fractions" in ifthen("screen", "plan", plan).out


def test_too_few_questions_are_said(ifthen, tmp_path):
    plan = changed(
        tmp_path / "plan.yaml",
        ("questions: 198", "questions: 10"),
        ("  population: 198\n", ""),
        ("  order_sha256", "  #"),
    )
    assert "too few to decide anything" in ifthen("screen", "plan", plan).out


class TestStandardInput:
    @pytest.fixture
    def given(self, monkeypatch):
        def give(lines):
            data = "".join(json.dumps(line) + "\n" for line in lines).encode()
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

        return give

    def test_results_as_they_come(self, ifthen, given):
        ids = IDS.read_text("utf-8").split()
        given({"id": identifier, "score": 0} for identifier in reversed(ids))
        result = ifthen("screen", "-", "--plan", PLAN, "--ids", IDS)
        assert (result.code, result.err) == (0, "")
        assert "at question 16 of 198" in result.out

    def test_too_few(self, ifthen, given):
        given([{"id": "sum-001", "score": 0}])
        result = ifthen("screen", "-", "--plan", PLAN, "--ids", IDS)
        assert result.code == 3
        assert "nothing yet" in result.out

    def test_a_line_that_is_none(self, ifthen, given):
        given([{"id": "sum-001", "score": 2}])
        result = ifthen("screen", "-", "--plan", PLAN, "--ids", IDS, "--json")
        assert result.error_codes == ["screening.line"]

    def test_without_the_ids(self, ifthen):
        assert ifthen("screen", "-", "--json").error_codes == ["command.usage"]


def test_bad_input(ifthen, tmp_path):
    fewer = tmp_path / "ids.txt"
    fewer.write_text("a\nb\n")
    odd = tmp_path / "odd.txt"
    odd.write_bytes(b"\xff\n")
    other = tmp_path / "other.txt"
    other.write_text("".join(f"x{n}\n" for n in range(198)))
    cases = {
        ("plan", PLAN, "--ids", fewer): "screening.questions",
        ("plan", PLAN, "--ids", odd): "screening.id",
        ("plan", PLAN, "--ids", other): "screening.order-differs",
        ("plan", tmp_path / "none.yaml"): "file.missing",
        (LOG, "--plan", tmp_path / "none.yaml"): "file.missing",
        (LOG, "--plan", LOG): None,
        (LOG, "--ids", IDS): "command.usage",
        (AURORA / "aurora-2-arithmetic-hard.eval",): "screening.no-plan",
        (tmp_path / "none.eval",): "log.missing",
    }
    for arguments, code in cases.items():
        found = ifthen("screen", *arguments, "--json").error_codes
        assert code is None or found == [code]


def test_an_early_end_is_seen_in_the_evidence(ifthen, tmp_path):
    shutil.copy(LOG, tmp_path / "log.eval")
    result = ifthen("evidence", "read", tmp_path / "log.eval", "--json")
    assert result.code == 0
    assert result.json["run"]["early_stopping"] == {"manager": "ifthen screening", "left_out": 167}
    (measurement,) = result.json["measurements"]
    assert (measurement["questions"], measurement["low"], measurement["high"]) == (198, 1, 168)
