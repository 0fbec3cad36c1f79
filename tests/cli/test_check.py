"""``ifthen check``."""

import pytest

EXPIRED = "workspace.expired"
CANNOT = "framework.cannot-decide"
"""The example asks a leak rate of at most 1 % of 100 questions, which takes 299."""


def test_a_sound_workspace(ifthen, aurora):
    result = ifthen("check", "-C", aurora)
    assert result.code == 0
    assert result.out == "31 documents: 0 errors, 2 warnings\n"
    assert result.err.startswith(f"warning[{CANNOT}]: 100 questions without a success leave")
    assert "ask for 299 questions or more in min_questions" in result.err
    assert f"warning[{EXPIRED}]: " in result.err
    assert "  next: renew the declaration" in result.err


def test_json(ifthen, aurora):
    result = ifthen("check", "-C", aurora, "--json")
    assert (result.code, result.err) == (0, "")
    assert list(result.json) == ["errors", "warnings"]
    assert result.json["errors"] == []
    assert [warning["code"] for warning in result.json["warnings"]] == [CANNOT, EXPIRED]
    assert result.json["warnings"][1]["where"].startswith("declarations/")


def test_warnings_exit_2_where_that_is_asked_for(ifthen, aurora):
    assert ifthen("check", "-C", aurora, "--strict").code == 2
    (aurora / "declarations" / "aurora-2-access-list-reviewed.yaml").unlink()
    framework = aurora / "frameworks" / "example-fsf-2.1.yaml"
    text = framework.read_text("utf-8")
    framework.write_text(text.replace("filtered, value: 0.01", "filtered, value: 0.05"))
    result = ifthen("check", "-C", aurora, "--strict")
    assert (result.code, result.out, result.err) == (0, "30 documents: 0 errors, 0 warnings\n", "")


@pytest.mark.parametrize(("on", "expired"), [("2026-11-02", 0), ("2026-11-03", 1)])
def test_on_a_day(on, expired, ifthen, aurora):
    result = ifthen("check", "-C", aurora, "--on", on, "--json")
    assert [w["code"] for w in result.json["warnings"]] == [CANNOT] + [EXPIRED] * expired


def test_every_error_at_once_and_on_standard_error(ifthen, aurora):
    framework = aurora / "frameworks" / "example-fsf-2.1.yaml"
    text = framework.read_text()
    framework.write_text(
        text.replace("if: cyber-uplift-2", "if: x").replace("if: bio-uplift-2", "if: y")
    )
    result = ifthen("check", "-C", aurora, "--strict")
    assert result.code == 1
    assert result.err.count("error[framework.dangling-reference]") == 2
    assert "31 documents: 2 errors, " in result.out
    result = ifthen("check", "-C", aurora, "--json")
    assert result.code == 1
    assert [e["code"] for e in result.json["errors"]] == ["framework.dangling-reference"] * 2


@pytest.mark.parametrize(("days", "due"), [(153, True), (154, False), (99999999999, False)])
def test_review(days, due, ifthen, aurora):
    """Due after 153 days, on 1 December; a number beyond every calendar is never due."""
    framework = aurora / "frameworks" / "example-fsf-2.1.yaml"
    text = framework.read_text().replace("review_every_days: 365", f"review_every_days: {days}")
    framework.write_text(text)
    result = ifthen("check", "-C", aurora, "--json")
    assert ("workspace.review-due" in [w["code"] for w in result.json["warnings"]]) == due


def test_a_missing_log_is_a_warning(ifthen, aurora):
    (aurora / "logs" / "aurora-2-popularity.eval").unlink()
    result = ifthen("check", "-C", aurora, "--json")
    assert result.code == 0
    assert "workspace.log-missing" in [w["code"] for w in result.json["warnings"]]


@pytest.mark.parametrize("format_", ["sarif", "junit", "json"])
def test_formats_of_other_tools(ifthen, aurora, format_):
    result = ifthen("check", "-C", aurora, "--format", format_)
    assert (result.code, result.err) == (0, "")
    assert "workspace.expired" in result.out
