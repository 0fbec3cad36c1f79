import re
from pathlib import Path

import pytest

from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.framework.lint import check_framework
from ifthen.framework.model import Framework

VALID = (Path(__file__).parent / "data" / "valid.yaml").read_text(encoding="utf-8")
END = VALID[-40:]


def warnings(*changes):
    text = VALID
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in valid.yaml"
        text = text.replace(old, new)
    lint = check_framework(load_document(parse_tree(text.encode(), name="f.yaml"), Framework))
    assert lint.errors == ()
    assert all(warning.hint for warning in lint.warnings)
    return [(warning.code, warning.where, warning.message) for warning in lint.warnings]


def append(text):
    return END, END + text


TIMER = "{id: timer, if: baking-1, then: [oven-timer]}"
READINGS = (
    "[{id: a, text: alone}, {id: b, text: with both, "
    "when: {in: {threshold: baking-2, values: [reached]}}}]"
)
CASES = {
    "no baseline": (
        [("        baseline: Cooks with one cookbook.\n", "")],
        ("framework.no-baseline", "f.yaml:16:9", "'baking-1'"),
    ),
    "nothing measured decides": (
        [
            ("le: {evaluation: recipes, value: 0.2}", "present: {declaration: tasted}"),
            ("ge: {evaluation: recipes, value: 0.5}", "ge: {declaration: burnt, value: 3}"),
            (
                "in: {determination: baking-2, values: [ruled-out]}",
                "le: {evaluation: recipes, value: 0.1}",
            ),
        ],
        ("framework.threshold-without-evaluation", "f.yaml:16:9", "'baking-1'"),
    ),
    "vague word": (
        [("The model bakes a cake from", "The model significantly helps to bake a cake from")],
        ("framework.undefined-term", "f.yaml:19:9", "'significant'"),
    ),
    "two readings": (
        [(TIMER, TIMER[:-1] + f", readings: {READINGS}}}")],
        ("framework.two-readings", "f.yaml:68:51", "'timer' in 2 ways"),
    ),
    "two readings of who decides": (
        [
            (
                "decided_by: [safety-officer]\n",
                "decided_by: [safety-officer]\n    decider_readings:\n"
                "      - {id: alone, text: alone, decided_by: [safety-officer]}\n"
                "      - {id: both, text: both, decided_by: [safety-officer, board]}\n",
            )
        ],
        ("framework.two-readings", "f.yaml:75:5", "in 2 ways who decides"),
    ),
    "joined in words": (
        [(TIMER, TIMER[:-1] + ", text: In conjunction with an oven that is hot.}")],
        ("framework.ambiguous-conjunction", "f.yaml:68:51", "'timer'"),
    ),
    "what others do": (
        [(TIMER, TIMER[:-1] + ", depends_on_others: unless another kitchen has none}")],
        ("framework.depends-on-others", "f.yaml:68:51", "'timer'"),
    ),
    "a duty that may be done": (
        [append("duties:\n  - {id: tell, kind: publish, text: Tell the guests., force: may}\n")],
        ("framework.discretionary", "f.yaml:82:5", "'tell' says 'may'"),
    ),
    "specified in a document without a name": (
        [("    title: Oven timer\n", "    title: Oven timer\n    specified: elsewhere\n")],
        ("framework.specified-nowhere", "f.yaml:55:5", "'oven-timer'"),
    ),
    "yet to be specified": (
        [("    title: Oven timer\n", "    title: Oven timer\n    specified: to-be-specified\n")],
        ("framework.to-be-specified", "f.yaml:55:5", "'oven-timer'"),
    ),
    "no trigger": (
        [(", reevaluate_on: [every new cookbook]", "")],
        ("framework.no-trigger", "f.yaml:10:1", "new evaluation"),
    ),
    "trigger without value": (
        [("reevaluate_on: [every new cookbook]", "triggers: [{id: t, event: time, text: Often.}]")],
        ("framework.trigger-without-value", "f.yaml:10:46", "'t' (time) has no days"),
    ),
    "defined twice": (
        [append("definitions:\n  - {term: Cake, text: Sweet.}\n  - {term: cake, text: Round.}\n")],
        ("framework.two-definitions", "f.yaml:83:6", "first at f.yaml:82:5"),
    ),
    "placeholder": (
        [("title: Oven timer", "title: <name it>")],
        ("framework.placeholder", "f.yaml:54:5", "<name it>"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_warning(name):
    changes, (code, where, part) = CASES[name]
    ((found, place, message),) = warnings(*changes)
    assert (found, place) == (code, where)
    assert part in message


def test_a_defined_word_is_not_vague():
    assert not warnings(
        ("The model bakes a cake from", "The model significantly helps to bake a cake from"),
        append("definitions:\n  - {term: Significantly, text: Twice as fast.}\n"),
    )


def test_every_code_has_a_case():
    source = Path(__file__).parents[2] / "src" / "ifthen" / "framework" / "clause_lint.py"
    codes = set(re.findall(r'"(framework\.[a-z-]+)"', source.read_text(encoding="utf-8")))
    assert {case[1][0] for case in CASES.values()} == codes
