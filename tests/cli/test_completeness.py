"""``ifthen evidence completeness``, and ``--elicitation`` of ``ifthen evidence add``."""

import pytest

from ifthen.decision.stream import CRITERIA

MIND = "aurora-2-theory-of-mind"
EASY = "aurora-1-arithmetic-easy"
STATED = "attempts: 1\ntools: []\nscaffold: none\nhelpful_only: no\n"


@pytest.fixture
def stated(tmp_path):
    path = tmp_path / "elicitation.yaml"
    path.write_text(STATED)
    return path


def completeness(ifthen, aurora, *arguments):
    return ifthen("evidence", "completeness", *arguments, "-C", aurora)


def add(ifthen, aurora, *arguments, name=EASY):
    log = aurora / "logs" / f"{name}.eval"
    return ifthen("evidence", "add", log, "-C", aurora, "--replace", *arguments)


def test_every_criterion_has_a_line(ifthen, aurora):
    result = completeness(ifthen, aurora, MIND)
    assert (result.code, result.err) == (2, "")
    for criterion in CRITERIA:
        number = f" [STREAM {criterion.stream}]" if criterion.stream else ""
        assert f" {criterion.id}, {criterion.tier}{number}\n" in result.out
    assert "at evidence aurora-2-theory-of-mind: elicitation.attempts\n" in result.out
    assert result.out.endswith("  12 present, 7 needs judgement, 2 absent, 0 not applicable\n")


def test_json_of_one_and_of_all(ifthen, aurora):
    one = completeness(ifthen, aurora, MIND, "--json").json
    everything = completeness(ifthen, aurora, "--json").json
    assert one in everything
    assert len(everything) == len(list((aurora / "evidence").iterdir()))
    answer = next(x for x in one["answers"] if x["criterion"] == "refusals")
    assert answer["status"] == "present"
    assert answer["basis"] == [{"kind": "evidence", "id": MIND, "path": "elicitation.helpful_only"}]


def test_a_report_answers_the_rest(ifthen, aurora, tmp_path):
    report = tmp_path / "report.yaml"
    report.write_text("reported: {grading-quality: section 4.2}\n")
    result = completeness(ifthen, aurora, MIND, "--report", report)
    assert result.code == 0
    assert "at report stated: section 4.2\n" in result.out
    report.write_text("reported: {grading: section 4.2}\n")
    result = completeness(ifthen, aurora, MIND, "--report", report, "--json")
    assert result.error_codes == ["completeness.criterion"]


def test_a_record_that_was_changed_answers_nothing_about_its_log(ifthen, aurora):
    path = aurora / "evidence" / f"{MIND}.yaml"
    path.write_text(path.read_text().replace("questions: 100\n  epochs", "questions: 99\n  epochs"))
    found = completeness(ifthen, aurora, MIND, "--json").json
    answers = {x["criterion"]: x for x in found["answers"]}
    assert answers["result"]["status"] == "absent"
    assert "differ from what its log says" in answers["result"]["text"]


def test_unknown_record(ifthen, aurora):
    result = completeness(ifthen, aurora, "x", "--json")
    assert result.error_codes == ["evidence.unknown"]


def test_add_states_the_elicitation(ifthen, aurora, stated):
    before = completeness(ifthen, aurora, EASY, "--json").json
    result = add(ifthen, aurora, "--elicitation", stated)
    assert (result.code, result.err) == (0, "")
    after = completeness(ifthen, aurora, EASY, "--json").json
    changed = {
        x["criterion"]: (x["status"], y["status"])
        for x, y in zip(before["answers"], after["answers"], strict=True)
        if x["status"] != y["status"]
    }
    assert changed == {
        "refusals": ("absent", "present"),
        "method": ("needs judgement", "present"),
    }
    assert ifthen("evidence", "show", EASY, "-C", aurora, "--json").json["confirmed"]


def test_replacing_a_record_from_the_same_log_keeps_what_was_stated(ifthen, aurora, stated):
    assert add(ifthen, aurora, "--elicitation", stated).code == 0
    (record,) = add(ifthen, aurora, "--json").json
    assert record["elicitation"]["attempts"] == 1


def test_add_names_contradictions(ifthen, aurora, stated):
    stated.write_text(STATED.replace("attempts: 1", "attempts: 5"))
    result = add(ifthen, aurora, "--elicitation", stated)
    assert result.code == 2
    assert result.err == (
        "contradiction [elicitation.log-differs] record aurora-1-arithmetic-easy says"
        " attempts = 5; the log says epochs = 1\n"
    )
    assert "  contradiction [elicitation.log-differs]" in completeness(ifthen, aurora, EASY).out


def test_add_refuses_a_statement_that_is_none(ifthen, aurora, stated):
    stated.write_text("attempt: 1\n")
    before = (aurora / "evidence" / f"{EASY}.yaml").read_bytes()
    result = add(ifthen, aurora, "--elicitation", stated, "--json")
    assert result.error_codes == ["document.unknown-key"]
    assert (aurora / "evidence" / f"{EASY}.yaml").read_bytes() == before
