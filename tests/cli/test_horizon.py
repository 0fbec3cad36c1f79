"""``ifthen evidence horizon``."""

import json
from pathlib import Path

import pytest

RUNS = Path(__file__).parents[2] / "examples" / "metr" / "runs.jsonl"


def horizon(ifthen, *arguments):
    return ifthen("evidence", "horizon", *arguments)


def changed(path: Path, change) -> Path:
    rows = [json.loads(line) for line in RUNS.read_text("utf-8").splitlines()]
    change(rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_in_words(ifthen):
    result = horizon(ifthen, RUNS, "--part", "aurora-1")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "aurora-1"
    assert lines[1] == "  p50       13.2 minutes of human time (13.1659 min)"
    assert "weights invsqrt, regularisation 1e-05" in result.out
    assert "72 runs of 18 tasks in 6 families" in result.out
    assert "recomputed from single runs" in result.out
    assert "\x1b" not in result.out


def test_in_json(ifthen):
    found = horizon(ifthen, RUNS, "--part", "aurora-2", "--json").json
    assert found["p50_minutes"] == pytest.approx(32.1533, rel=1e-5)
    assert found["p80_minutes"] == pytest.approx(5.78788, rel=1e-5)
    assert (found["runs"], found["tasks"], found["families"]) == (72, 18, 6)
    assert found["slope"] < 0
    assert found["stated_weights_differ_by"] < 6e-11
    assert (found["log"]["claim"], found["findings"]) == ("samples", [])
    equal = horizon(ifthen, RUNS, "--part", "aurora-2", "--weights", "equal", "--json").json
    flat = horizon(ifthen, RUNS, "--part", "aurora-2", "--regularisation", "0.1", "--json").json
    assert len({found["p50_minutes"], equal["p50_minutes"], flat["p50_minutes"]}) == 3
    assert flat["slope"] > found["slope"]


def test_the_plot_falls_from_the_upper_left_to_the_lower_right(ifthen):
    lines = horizon(ifthen, RUNS, "--part", "aurora-1").out.splitlines()
    top = next(line for line in lines if "100 % |" in line)
    plot = lines[lines.index(top) : lines.index(top) + 11]
    columns = [line.find("·") for line in plot if "·" in line]
    assert columns == sorted(columns)
    assert plot[0].split("|")[1].startswith("····")
    assert plot[-1].rstrip()[-1] in "·@o"
    assert all(len(line) < 80 for line in lines)


def test_colour_only_where_it_is_wanted(ifthen, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in horizon(ifthen, RUNS, "--part", "aurora-1").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in horizon(ifthen, RUNS, "--part", "aurora-1").out


def test_agents_are_listed_where_none_is_named(ifthen):
    result = horizon(ifthen, RUNS)
    assert result.code == 1
    assert "aurora-1, aurora-2, human" in result.err


def test_a_contradiction_is_exit_code_2(ifthen, tmp_path):
    def edit(rows):
        rows[0]["invsqrt_task_weight"] = 0.5

    log = changed(tmp_path / "runs.jsonl", edit)
    result = horizon(ifthen, log, "--part", "aurora-1")
    assert result.code == 2
    assert "contradiction [log.weights-differ]" in result.out
    assert "the stated ones differ by at most 0.5" in result.out


def test_no_horizon_is_exit_code_2_with_the_reason(ifthen, tmp_path):
    def fail(rows):
        for row in rows:
            row.update(score_binarized=0, score_cont=0)

    log = changed(tmp_path / "runs.jsonl", fail)
    result = horizon(ifthen, log, "--part", "aurora-1")
    assert result.code == 2
    assert "no horizon: every run failed" in result.out
    found = json.loads(horizon(ifthen, log, "--part", "aurora-1", "--json").out)
    assert found["p50_minutes"] is found["slope"] is None
    assert found["undefined"].startswith("every run failed")


@pytest.mark.parametrize("number", ["nan", "-1", "inf"])
def test_a_regularisation_that_is_none(ifthen, number):
    result = horizon(ifthen, RUNS, "--part", "human", "--regularisation", number, "--json")
    assert result.error_codes == ["horizon.regularisation"]


def test_a_log_without_human_times(ifthen, aurora):
    log = aurora / "logs" / "aurora-2-arithmetic-hard.eval"
    assert horizon(ifthen, log, "--json").error_codes == ["horizon.no-times"]


def test_one_task_alone_has_no_slope(ifthen, tmp_path):
    def keep_one(rows):
        rows[:] = [row for row in rows if row["task_id"] == "sorting/library_cards"]
        rows[:] = [row | {"equal_task_weight": None, "invsqrt_task_weight": None} for row in rows]

    log = changed(tmp_path / "runs.jsonl", keep_one)
    result = horizon(ifthen, log, "--part", "aurora-2")
    assert result.code == 2
    assert "no horizon" in result.out
    assert "the file states no invsqrt weights" in result.out


def test_runs_of_one_agent_are_read_like_any_log(ifthen, tmp_path):
    def keep_one(rows):
        rows[:] = [row for row in rows if row["alias"] == "aurora-2"]

    log = changed(tmp_path / "runs.jsonl", keep_one)
    result = ifthen("evidence", "read", log, "--cluster-by", "task_family")
    assert (result.code, result.err) == (0, "")
    assert "score_binarized/mean" in result.out
    assert "over 18 questions in 6 clusters" in result.out
    assert "DIFFERS" not in result.out
