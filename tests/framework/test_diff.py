from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.framework.clause import Change, ChangeLog
from ifthen.framework.diff import Coding, DiffCoding, Same, diff_frameworks
from ifthen.framework.disclosure import check_disclosure
from ifthen.framework.model import Framework

VALID = (Path(__file__).parent / "data" / "valid.yaml").read_text(encoding="utf-8")
MORE = (
    "duties:\n"
    "  - {id: tell, kind: publish, text: Guests are told., within_days: 30}\n"
    "exemptions:\n"
    "  - {id: rush, kind: other, text: Not before noon., weakens: [timer]}\n"
    "consequences:\n"
    "  - {id: close, action: pause-deployment, text: The kitchen closes.}\n"
)
FULL = VALID + MORE


def load(text, name="f.yaml"):
    return load_document(parse_tree(text.encode(), name=name), Framework)


def changed(*changes, coding=None):
    text = FULL
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    diff = diff_frameworks(load(FULL), load(text, "g.yaml"), coding)
    return {(x.kind, x.clause): x for x in diff.clauses if x.outcome != "retained"}


TIMER = "{id: timer, if: baking-1, then: [oven-timer]}"
CASES = {
    "threshold value up": ([("below: 0.3", "below: 0.35")], "evaluation", "inventions", "weakened"),
    "margin up": ([("margin: 0.05", "margin: 0.1")], "evaluation", "inventions", "strengthened"),
    "both ways": (
        [("below: 0.3, margin: 0.05", "below: 0.4, margin: 0.1")],
        "evaluation", "inventions", "weakened",
    ),
    "will to aim": ([(TIMER, TIMER[:-1] + ", force: aim}")], "commitment", "timer", "weakened"),
    "a further condition": (
        [(TIMER, TIMER[:-1] + ", when: {present: {threshold: baking-2}}}")],
        "commitment", "timer", "weakened",
    ),
    "hangs on others": (
        [(TIMER, TIMER[:-1] + ", depends_on_others: unless a rival has none}")],
        "commitment", "timer", "weakened",
    ),
    "safeguard no longer asked for": (
        [("[oven-timer, locked-pantry]", "[oven-timer]")], "commitment", "pantry", "weakened",
    ),
    "commitment dropped": ([(f"  - {TIMER}\n", "")], "commitment", "timer", "removed"),
    "later": ([("within_days: 30", "within_days: 90")], "duty", "tell", "weakened"),
    "sooner": ([("within_days: 30", "within_days: 3")], "duty", "tell", "strengthened"),
    "no time": ([(", within_days: 30", "")], "duty", "tell", "weakened"),
    "exemption dropped": (
        [(MORE[MORE.index("exemptions") : MORE.index("consequences")], "")],
        "exemption", "rush", "strengthened",
    ),
    "exemption widened": (
        [("weakens: [timer]", "weakens: [timer, pantry]")], "exemption", "rush", "weakened",
    ),
    "exemption of a new clause too": (
        [
            ("weakens: [timer]", "weakens: [timer, larder]"),
            (TIMER, TIMER + "\n  - {id: larder, if: baking-1, then: [oven-timer]}"),
        ],
        "commitment", "larder", "added",
    ),
    "permission to withhold": (
        [("  - {id: tell,", "  - {id: hide, kind: redact, text: Recipes., force: may}\n"
          "  - {id: tell,")],
        "duty", "hide", "weakened",
    ),
    "words": (
        [("text: Guests are told.", "text: Guests get told.")], "duty", "tell", "undetermined",
    ),
    "will to aim in words": (
        [("text: The kitchen closes.", "text: The kitchen aims to close.")],
        "consequence", "close", "undetermined",
    ),
    "a condition deleted in words": (
        [("text: Not before noon.", "text: Not.")], "exemption", "rush", "undetermined",
    ),
    "case and punctuation": (
        [("text: Guests are told.", "text: 'Guests are told'")], "duty", "tell", "reworded",
    ),
    "another task": ([("task: recipes", "task: cakes")], "evaluation", "recipes", "changed"),
    "baseline no longer said": (
        [("        baseline: Cooks with one cookbook.\n", "")],
        "threshold", "baking-1", "changed",
    ),
    "condition easier to meet": (
        [("le: {evaluation: recipes, value: 0.2}", "le: {evaluation: recipes, value: 0.3}")],
        "threshold", "baking-1", "weakened",
    ),
    "review less often": (
        [("review_every_days: 180", "review_every_days: 365")],
        "framework", "kitchen", "weakened",
    ),
    "undetermined is no longer reached": (
        [("cadence:", "treat_undetermined_as: undetermined\ncadence:")],
        "framework", "kitchen", "weakened",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_change(name):
    changes, kind, clause, outcome = CASES[name]
    ((key, found),) = changed(*changes).items()
    assert (key, found.outcome) == ((kind, clause), outcome)
    assert found.reason


def test_the_other_way_around():
    later = load(FULL.replace("below: 0.3", "below: 0.35"))
    (found,) = [x for x in diff_frameworks(later, load(FULL)).clauses if x.outcome != "retained"]
    assert found.outcome == "strengthened"
    assert [(x.field, x.dimension, x.before, x.after) for x in found.changes] == [
        ("rule_out.below", "trigger", "0.35", "0.3")
    ]


def test_each_field_that_made_a_clause_weaker_is_a_reason():
    ((_, found),) = changed(
        ("le: {evaluation: recipes, value: 0.2}", "le: {evaluation: recipes, value: 0.3}"),
        ("ge: {evaluation: recipes, value: 0.5}", "ge: {evaluation: recipes, value: 0.6}"),
    ).items()
    assert found.outcome == "weakened"
    assert found.reason == (
        "ruled_out_when: evaluation recipes is at most 0.2 → evaluation recipes is at most 0.3;"
        " reached_when: evaluation recipes is at least 0.5 → evaluation recipes is at least 0.6"
    )


def test_a_clause_that_is_gone_is_said_to_be_gone_from_its_place():
    before, later = load(FULL), load(FULL.replace("  - {id: tell,", "  - {id: told,"))
    found = {x.clause: x for x in diff_frameworks(before, later).clauses if x.kind == "duty"}
    assert found["tell"].reason == "the later version has no such clause"
    assert found["tell"].before.endswith(before.where("duties", 0)), found["tell"].before
    assert found["tell"].after is None


def test_equal_versions_retain_everything():
    diff = diff_frameworks(load(FULL), load(FULL))
    assert diff.material() == ()
    assert set(diff.counts()) == {"retained"}


def test_a_clause_that_moved_to_another_document():
    reference = "references: [{document: other, clause: timer, text: The timer is there now.}]\n"
    found = changed((f"  - {TIMER}\n", ""), (MORE, MORE + reference))
    assert found["commitment", "timer"].outcome == "relocated"


def test_a_human_coding_takes_precedence():
    coding = DiffCoding(
        kind="diff-coding", id="c", before="1.0", after="1.1",
        codings=(
            Coding(kind="duty", clause="tell", outcome="weakened", reason="only asked", coder="A"),
        ),
    )  # fmt: skip
    found = changed(("text: Guests are told.", "text: Guests may ask."), coding=coding)
    change = found["duty", "tell"]
    assert (change.outcome, change.computed, change.coded_by) == ("weakened", "undetermined", "A")


def test_a_baseline_that_is_added_is_neither_stronger_nor_weaker():
    line = "        baseline: Cooks with one cookbook.\n"
    diff = diff_frameworks(load(FULL.replace(line, "")), load(FULL, "g.yaml"))
    (change,) = [x for x in diff.clauses if x.outcome != "retained"]
    assert (change.clause, change.outcome) == ("baking-1", "changed")
    assert change.reason.endswith("no direction is computed, a coding is needed")


def test_words_that_changed_are_no_material_change_and_are_not_passed_over():
    later = load(FULL.replace("text: Guests are told.", "text: Guests may be told."), "g.yaml")
    diff = diff_frameworks(load(FULL), later)
    (change,) = [x for x in diff.clauses if x.outcome == "undetermined"]
    assert "(text)" in change.reason and "a coding is needed" in change.reason
    named = log(Change(clauses=("tell",), text="softer"))
    found = [check_disclosure(diff, x) for x in (None, log(Change(text="x")), named)]
    assert [(x.material, x.unread) for x in found] == [(0, 1), (0, 1), (0, 0)]


def test_what_is_stronger_in_structure_says_that_its_words_were_not_read():
    words = "text: Guests are told., within_days: 30", "text: Guests may ask., within_days: 3"
    found = changed(words)
    change = found["duty", "tell"]
    assert change.outcome == "strengthened"
    assert change.reason == "within_days: 30 → 3; text changed as well, which nobody has read here"


def test_a_clause_with_another_name():
    coding = DiffCoding(
        kind="diff-coding", id="c", before="1.0", after="1.1",
        same=(Same(kind="duty", before="tell", after="inform"),),
    )  # fmt: skip
    assert changed(("{id: tell,", "{id: inform,"), coding=coding) == {}
    assert {x.outcome for x in changed(("{id: tell,", "{id: inform,")).values()} == {
        "added",
        "removed",
    }


def log(*entries, since="1.0"):
    return ChangeLog(since=since, entries=entries)


@pytest.mark.parametrize(
    ("changelog", "status", "strict", "lenient"),
    [
        (None, "no-changelog", 1, 1),
        (log(Change(text="x"), since="0.9"), "no-changelog", 1, 1),
        (log(Change(text="clearer words")), "silent", 1, 1),
        (log(Change(clauses=("tell",), text="updated")), "partly-announced", 1, 0),
        (log(Change(clauses=("tell",), says="strengthened", text="x")), "partly-announced", 1, 0),
        (log(Change(clauses=("tell",), says="weakened", text="later")), "announced", 0, 0),
    ],
)
def test_what_the_change_log_accounts_for(changelog, status, strict, lenient):
    diff = diff_frameworks(load(FULL), load(FULL.replace("within_days: 30", "within_days: 90")))
    found = check_disclosure(diff, changelog)
    assert [x.status for x in found.announcements] == [status]
    assert (found.material, found.silent_strict, found.silent_lenient) == (1, strict, lenient)
    assert found.weaker_silent == lenient


VALUES = st.sampled_from([0.25, 0.3, 0.31, 0.4])


@given(VALUES, VALUES)
def test_opposite_diffs_have_opposite_directions(one, other):
    a, b = (load(FULL.replace("below: 0.3", f"below: {x}")) for x in (one, other))
    there = {x.clause: x.outcome for x in diff_frameworks(a, b).material()}
    back = {x.clause: x.outcome for x in diff_frameworks(b, a).material()}
    turned = {"weakened": "strengthened", "strengthened": "weakened"}
    assert there == {clause: turned[outcome] for clause, outcome in back.items()}


def test_an_exemption_of_a_clause_that_is_new_makes_nothing_weaker():
    found = changed(
        ("weakens: [timer]", "weakens: [timer, larder]"),
        (TIMER, TIMER + "\n  - {id: larder, if: baking-1, then: [oven-timer]}"),
    )
    assert ("exemption", "rush") not in found


def test_an_exemption_that_comes_with_its_own_clause_makes_nothing_weaker():
    more = "  - {id: late, kind: other, text: Not on Sundays., weakens: [larder]}\n"
    found = changed(
        ("consequences:\n", more + "consequences:\n"),
        (TIMER, TIMER + "\n  - {id: larder, if: baking-1, then: [oven-timer]}"),
    )
    assert found["exemption", "late"].outcome == "changed"
    both = diff_frameworks(
        load(
            FULL.replace("consequences:\n", more + "consequences:\n").replace(
                TIMER, TIMER + "\n  - {id: larder, if: baking-1, then: [oven-timer]}"
            )
        ),
        load(FULL, "g.yaml"),
    )
    gone = {(x.kind, x.clause): x.outcome for x in both.clauses}
    assert (gone["exemption", "late"], gone["commitment", "larder"]) == ("changed", "removed")


def test_a_permission_to_withhold_that_is_gone_is_stronger():
    may = "  - {id: hide, kind: redact, text: Recipes., force: may}\n"
    diff = diff_frameworks(
        load(FULL.replace("  - {id: tell,", may + "  - {id: tell,")), load(FULL, "g.yaml")
    )
    found = {(x.kind, x.clause): x.outcome for x in diff.clauses}
    assert found["duty", "hide"] == "strengthened"


def test_every_clause_is_shown_at_its_place_in_both_versions():
    text = FULL.replace(
        "reevaluate_on: [every new cookbook]}",
        "reevaluate_on: [every new cookbook],\n"
        "  triggers: [{id: grown, event: compute-multiple, multiple: 2.0, text: x}]}",
    )
    text += "definitions:\n  - {term: guest, text: Who eats.}\n"
    moved = "# a line more\n" + text
    found = diff_frameworks(load(text), load(moved, "g.yaml")).clauses
    assert {x.kind for x in found} >= {"domain", "threshold", "trigger", "definition", "gate"}
    for change in found:
        for place, name, lines in (
            (change.before, "f.yaml", text.splitlines()),
            (change.after, "g.yaml", moved.splitlines()),
        ):
            file, line, _ = place.split(":")
            said = change.clause if change.kind != "framework" else "kind: framework"
            assert file == name
            assert said in lines[int(line) - 1], change
        assert int(change.after.split(":")[1]) == int(change.before.split(":")[1]) + 1


@pytest.mark.parametrize(
    ("old", "kind", "clause", "lost", "won"),
    [
        (
            "  - {id: rush, kind: other, text: Not before noon., weakens: [timer]}\n",
            *("exemption", "rush", "an exemption was removed", "an exemption was added"),
        ),
        (
            "  - {id: tell, kind: publish, text: Guests are told., within_days: 30}\n",
            *("duty", "tell", "the later version has no such clause"),
            "the earlier version has no such clause",
        ),
    ],
)
def test_what_goes_in_one_direction_comes_in_the_other(old, kind, clause, lost, won):
    with_it = load(FULL)
    without = load(
        FULL.replace(old, "").replace("duties:\nex", "ex").replace("exemptions:\nc", "c")
    )
    for before, after, reason in ((with_it, without, lost), (without, with_it, won)):
        (change,) = [x for x in diff_frameworks(before, after).clauses if x.clause == clause]
        assert (change.kind, change.reason) == (kind, reason)
