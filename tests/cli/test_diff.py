"""``ifthen diff``."""

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "framework" / "data" / "valid.yaml"
LOG = (
    'changelog: {since: "1.0", entries: [{clauses: [inventions], says: weakened, text: Raised.}]}\n'
)


@pytest.fixture
def versions(tmp_path):
    text = DATA.read_text()
    before, after = tmp_path / "a.yaml", tmp_path / "b.yaml"
    before.write_text(text)
    after.write_text(
        text.replace('version: "1.0"', 'version: "1.1"')
        .replace("below: 0.3", "below: 0.35")
        .replace("title: Oven timer", "title: Timer")
    )
    return before, after


def test_what_is_weaker_and_silent_exits_2(ifthen, versions):
    result = ifthen("diff", *versions)
    assert (result.code, result.err) == (2, "")
    assert result.out.splitlines() == [
        "kitchen 1.0 → 1.1",
        "v weakened     evaluation inventions  [no change log]",
        "    rule_out.below: 0.3 → 0.35 (trigger, weaker)",
        "1 weakened, 1 reworded, 10 retained",
        "change log: none since the earlier version; 1 material change",
    ]


def test_what_the_change_log_accounts_for_exits_0(ifthen, versions):
    versions[1].write_text(versions[1].read_text() + LOG)
    result = ifthen("diff", *versions)
    assert result.code == 0
    assert "[announced]" in result.out
    assert "accounts for 1 of 1 material change strictly, 1 leniently; 0 weaker" in result.out


def test_words_that_nobody_has_read_exit_3(ifthen, versions):
    text = versions[0].read_text()
    old = "text: The oven switches itself off."
    assert text.count(old) == 1
    versions[1].write_text(text.replace(old, "text: The oven may switch itself off."))
    result = ifthen("diff", *versions)
    assert (result.code, result.err) == (3, "")
    assert result.out.splitlines() == [
        "kitchen 1.0 → 1.0",
        "? undetermined safeguard oven-timer",
        "    the words changed (text): no direction is computed, a coding is needed",
        "1 undetermined, 11 retained",
        "change log: nothing known to be material to account for;"
        " 1 clause changed in words alone is in no change log, and is not coded",
    ]
    assert ifthen("diff", *versions, "--json").json["disclosure"]["unread"] == 1


def test_everything(ifthen, versions):
    out = ifthen("diff", *versions, "--all").out
    assert "= reworded     safeguard oven-timer" in out
    assert "  retained     gate serve" in out


def test_json(ifthen, versions):
    result = ifthen("diff", *versions, "--json")
    assert result.code == 2
    found = {x["clause"]: x["outcome"] for x in result.json["diff"]["clauses"]}
    assert (found["inventions"], found["oven-timer"]) == ("weakened", "reworded")
    assert result.json["disclosure"]["weaker_silent"] == 1


def test_markdown(ifthen, versions):
    out = ifthen("diff", *versions, "--markdown").out
    assert (
        "| weakened | evaluation inventions | rule_out.below: 0.3 → 0.35 | no change log |" in out
    )


def test_page(ifthen, versions, tmp_path):
    versions[1].write_text(versions[1].read_text().replace("title: Timer", "title: <b>Timer"))
    page = tmp_path / "diff.html"
    assert ifthen("diff", *versions, "--html", page).code == 2
    text = page.read_text()
    assert "<script" not in text
    assert "&lt;b&gt;Timer" in text
    assert text.count("<tr class=") == 12


def test_two_frameworks_are_not_two_versions(ifthen, versions):
    versions[1].write_text(versions[1].read_text().replace("id: kitchen", "id: other"))
    result = ifthen("diff", *versions)
    assert result.code == 1
    assert "error[diff.other-framework]" in result.err


def test_a_coding(ifthen, versions, tmp_path):
    coding = tmp_path / "coding.yaml"
    coding.write_text(
        'kind: diff-coding\nid: c\nbefore: "1.0"\nafter: "1.1"\ncodings:\n'
        "  - {kind: evaluation, clause: inventions, outcome: retained, reason: typo, coder: A}\n"
    )
    result = ifthen("diff", *versions, "--coding", coding, "--all")
    assert result.code == 0
    assert "typo (coded by A; computed: weakened)" in result.out
    coding.write_text(coding.read_text().replace('after: "1.1"', 'after: "1.2"'))
    result = ifthen("diff", *versions, "--coding", coding)
    assert (result.code, "error[diff.coding-differs]" in result.err) == (1, True)


def test_faults_of_a_file_are_shown_at_once(ifthen, versions):
    text = versions[1].read_text()
    versions[1].write_text(text.replace("if: baking-1", "if: x").replace("if: baking-2", "if: y"))
    result = ifthen("diff", *versions)
    assert result.code == 1
    assert result.err.count("error[framework.dangling-reference]") == 2


def test_both_versions_decide_about_the_models_of_a_workspace(ifthen, aurora, tmp_path):
    before = aurora / "frameworks" / "example-fsf-2.1.yaml"
    after = tmp_path / "after.yaml"
    text = before.read_text("utf-8")
    after.write_text(
        text.replace("evaluation: leak-rate, value: 0.05", "evaluation: leak-rate, value: 0.5"),
        "utf-8",
    )
    options = ("--decide", aurora, "--on", "2026-12-01")
    result = ifthen("diff", before, after, *options)
    assert "aurora-2 on 2026-12-01:\n" in result.out
    assert "  safeguard deployment-2: no -> yes\n" in result.out
    same = ifthen("diff", before, before, *options)
    assert same.out.count("  nothing stands otherwise under the later version") >= 2
    data = json.loads(ifthen("diff", before, after, *options, "--json").out)
    assert {x["model"] for x in data["decided"]} >= {"aurora-1", "aurora-2"}
