import re
from pathlib import Path

import pytest

from ifthen.encoding.document import load_document
from ifthen.encoding.tree import parse_tree
from ifthen.errors import Error
from ifthen.framework.lint import Lint, check_framework
from ifthen.framework.model import Framework

VALID = (Path(__file__).parent / "data" / "valid.yaml").read_text(encoding="utf-8")

UNUSED_DOMAIN = """\
  - id: %s
    title: Serving
    threat_model: A plate is dropped.
    thresholds:
      - id: %s
        tier: 1
        title: Carries a plate
        text: The model carries a plate.
        ruled_out_when:
          in: {determination: %s, values: [ruled-out]}
evaluations:
"""


def lint(*changes: tuple[str, str]) -> Lint:
    text = VALID
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in valid.yaml"
        text = text.replace(old, new)
    source = parse_tree(text.encode(), name="f.yaml")
    return check_framework(load_document(source, Framework))


def found(errors: tuple[Error, ...]) -> list[tuple[str, str | None]]:
    return [(error.code, error.where) for error in errors]


def test_the_valid_framework_has_no_fault() -> None:
    assert lint() == Lint(errors=(), warnings=())


# fault: changes to the valid framework, expected (code, place) of every error
ERRORS = {
    "more-approvals-than-roles": (
        [("decided_by: [safety-officer]\n", "decided_by: [safety-officer]\n    quorum: 2\n")],
        [("framework.quorum", "f.yaml:75:5")],
    ),
    "threshold-that-asks-for-a-threshold": (
        [("in: {evaluation: inventions, values: [reached]}", "present: {threshold: baking-1}")],
        [("framework.circular-condition", "f.yaml:35:11")],
    ),
    "role-id-twice": (
        [("  - {id: board, title", "  - {id: safety-officer, title: X}\n  - {id: board, title")],
        [("framework.duplicate-id", "f.yaml:9:6")],
    ),
    "commitment-id-twice": (
        [("{id: pantry, if", "{id: timer, if")],
        [("framework.duplicate-id", "f.yaml:69:6")],
    ),
    "gate-id-twice": (
        [("- id: store", "- id: serve")],
        [("framework.duplicate-id", "f.yaml:75:5")],
    ),
    "evaluation-id-twice": (
        [("  - id: inventions\n", "  - id: recipes\n")],
        [
            ("framework.duplicate-id", "f.yaml:43:5"),
            ("framework.dangling-reference", "f.yaml:32:20"),
            ("framework.dangling-reference", "f.yaml:35:16"),
        ],
    ),
    "safeguard-id-twice": (
        [("- id: locked-pantry", "- id: oven-timer")],
        [
            ("framework.duplicate-id", "f.yaml:60:5"),
            ("framework.dangling-reference", "f.yaml:66:14"),
            ("framework.dangling-reference", "f.yaml:69:51"),
        ],
    ),
    "domain-id-twice": (
        [("evaluations:\n", UNUSED_DOMAIN % ("baking", "serving-1", "serving-1"))],
        [("framework.duplicate-id", "f.yaml:36:5")],
    ),
    "threshold-id-twice-in-two-domains": (
        [("evaluations:\n", UNUSED_DOMAIN % ("serving", "baking-1", "baking-1"))],
        [("framework.duplicate-id", "f.yaml:40:9")],
    ),
    "deciders-unknown": (
        [
            (
                "decided_by: [safety-officer]\n",
                "decided_by: [safety-officer]\n    deciders:\n"
                "      - {reached: [baking-9], decided_by: [bord], quorum: 2}\n",
            )
        ],
        [
            ("framework.dangling-reference", "f.yaml:76:20"),
            ("framework.dangling-reference", "f.yaml:76:44"),
            ("framework.quorum", "f.yaml:76:51"),
        ],
    ),
    "reading-of-deciders-unknown": (
        [
            (
                "decided_by: [safety-officer]\n",
                "decided_by: [safety-officer]\n    decider_readings:\n"
                "      - {id: a, text: a, decided_by: [board]}\n"
                "      - {id: b, text: b, decided_by: [bord]}\n",
            )
        ],
        [("framework.dangling-reference", "f.yaml:77:39")],
    ),
    "tier-claimed-twice": (
        [("tier: 2", "tier: 1")],
        [("framework.tier-overlap", "f.yaml:26:9")],
    ),
    "tier-left-out": (
        [("tier: 2", "tier: 4")],
        [("framework.tier-gap", "f.yaml:15:5")],
    ),
    "tier-does-not-start-at-one": (
        [("tier: 2", "tier: 3"), ("tier: 1", "tier: 2")],
        [("framework.tier-gap", "f.yaml:15:5")],
    ),
    "higher-tier-reached-by-less": (
        [
            (
                "in: {evaluation: inventions, values: [reached]}",
                "ge: {evaluation: recipes, value: 0.4}",
            )
        ],
        [("framework.tier-order", "f.yaml:35:37")],
    ),
    "higher-tier-reached-by-more-of-a-falling-number": (
        [
            ("ge: {evaluation: recipes, value: 0.5}", "le: {evaluation: recipes, value: 0.5}"),
            (
                "in: {evaluation: inventions, values: [reached]}",
                "le: {evaluation: recipes, value: 0.6}",
            ),
        ],
        [("framework.tier-order", "f.yaml:35:37")],
    ),
    "higher-tier-ruled-out-by-less": (
        [
            (
                "in: {evaluation: inventions, values: [ruled-out]}",
                "le: {evaluation: recipes, value: 0.1}",
            )
        ],
        [("framework.tier-order", "f.yaml:32:41")],
    ),
    "higher-tier-ruled-out-by-less-under-not": (
        [
            (
                "in: {evaluation: inventions, values: [ruled-out]}",
                "not: {ge: {evaluation: recipes, value: 0.1}}",
            )
        ],
        [("framework.tier-order", "f.yaml:32:47")],
    ),
    "condition-names-no-evaluation": (
        [("le: {evaluation: recipes,", "le: {evaluation: receipts,")],
        [("framework.dangling-reference", "f.yaml:22:16")],
    ),
    "condition-names-no-safeguard": (
        [("assessment: oven-timer", "assessment: oven-timers")],
        [("framework.dangling-reference", "f.yaml:58:16")],
    ),
    "condition-names-no-threshold": (
        [("determination: baking-2", "determination: baking-3")],
        [("framework.dangling-reference", "f.yaml:33:20")],
    ),
    "commitment-names-no-threshold": (
        [("if: baking-1", "if: zzz")],
        [("framework.dangling-reference", "f.yaml:68:17")],
    ),
    "commitment-names-no-safeguard": (
        [("[oven-timer, locked-pantry]", "[oven-timer, locked-pantri]")],
        [("framework.dangling-reference", "f.yaml:69:51")],
    ),
    "gate-names-no-role": (
        [("[safety-officer, board]", "[safety-officer, boards]")],
        [("framework.dangling-reference", "f.yaml:80:34")],
    ),
    "outcome-of-an-assessment-unknown": (
        [("values: [effective]", "values: [effective, good]")],
        [("framework.unknown-outcome", "f.yaml:58:60")],
    ),
    "outcome-of-an-evaluation-is-not-text": (
        [("values: [reached]", "values: [true]")],
        [("framework.unknown-outcome", "f.yaml:35:49")],
    ),
    "outcome-of-a-determination-unknown": (
        [
            (
                "{determination: baking-2, values: [ruled-out]}",
                "{determination: baking-2, values: [no]}",
            )
        ],
        [("framework.unknown-outcome", "f.yaml:33:54")],
    ),
    "evaluation-can-never-be-reached": (
        [("    rule_in: {at_least: 0.6}\n", "")],
        [("framework.impossible-outcome", "f.yaml:35:49")],
    ),
    "evaluation-can-never-be-ruled-out": (
        [("    rule_out: {below: 0.3, margin: 0.05}\n", "")],
        [("framework.impossible-outcome", "f.yaml:32:53")],
    ),
    "assessment-compared-with-a-number": (
        [
            (
                "in: {assessment: oven-timer, values: [effective]}",
                "ge: {assessment: oven-timer, value: 1}",
            )
        ],
        [("framework.not-a-number", "f.yaml:58:11")],
    ),
    "percent-instead-of-a-share-never-holds": (
        [("ge: {evaluation: recipes, value: 0.5}", "ge: {evaluation: recipes, value: 50}")],
        [("framework.impossible-value", "f.yaml:24:37")],
    ),
    "comparison-always-holds": (
        [("le: {evaluation: recipes, value: 0.2}", "le: {evaluation: recipes, value: 1}")],
        [("framework.impossible-value", "f.yaml:22:37")],
    ),
    "budget-without-a-plan": (
        [
            ("roles:\n", "error_budget: {total: 0.05}\nroles:\n"),
            ("    task: recipes\n", "    task: recipes\n    plan: not-required\n"),
        ],
        [("framework.budget-needs-plan", "f.yaml:41:5")],
    ),
    "budget-without-anything-to-spend-it-on": (
        [
            ("roles:\n", "error_budget: {total: 0.05}\nroles:\n"),
            ("le: {evaluation: recipes, value: 0.2}", "present: {declaration: tasted}"),
            (
                "- in: {evaluation: inventions, values: [ruled-out]}",
                "- present: {declaration: burnt}",
            ),
        ],
        [("framework.unused-budget", "f.yaml:7:1")],
    ),
    "every-fault-at-once": (
        [("tier: 2", "tier: 4"), ("if: baking-1", "if: zzz"), ("[effective]", "[good]")],
        [
            ("framework.tier-gap", "f.yaml:15:5"),
            ("framework.dangling-reference", "f.yaml:68:17"),
            ("framework.unknown-outcome", "f.yaml:58:49"),
        ],
    ),
}

WARNINGS = {
    "no-gate": (
        [(VALID[VALID.index("gates:") :], "gates: []\n")],
        [("framework.no-decision", "f.yaml:70:1")],
    ),
    "threshold-without-commitment": (
        [("if: baking-2", "if: baking-1")],
        [("framework.no-commitment", "f.yaml:25:9")],
    ),
    "commitment-without-safeguard": (
        [("then: [oven-timer]", "then: []")],
        [("framework.open-consequence", "f.yaml:68:31")],
    ),
    "commitment-that-does-not-bind": (
        [("{id: timer, if", "{id: timer, force: aim, if")],
        [("framework.discretionary", "f.yaml:68:5")],
    ),
    "gate-that-waits-for-nothing": (
        [
            ("needs: [deployment]", "needs: [deployment, security]"),
            ("needs: [security]", "needs: []"),
            ("    also:\n      ge: {declaration: shelf-count, value: 3}\n", ""),
        ],
        [("framework.open-gate", "f.yaml:75:5")],
    ),
    "safeguard-for-which-no-gate-waits": (
        [("needs: [security]", "needs: [deployment]")],
        [("framework.no-gate", "f.yaml:61:5")],
    ),
    "evaluation-that-feeds-nothing": (
        [
            ("le: {evaluation: recipes, value: 0.2}", "present: {declaration: tasted}"),
            ("ge: {evaluation: recipes, value: 0.5}", "present: {declaration: burnt}"),
        ],
        [
            ("framework.unused-evaluation", "f.yaml:37:5"),
            ("framework.threshold-without-evaluation", "f.yaml:16:9"),
        ],
    ),
    "safeguard-that-nobody-asks-for": (
        [("[oven-timer, locked-pantry]", "[oven-timer]")],
        [("framework.unused-safeguard", "f.yaml:60:5")],
    ),
    "safeguard-that-can-never-be-in-place": (
        [
            (
                "    in_place_when:\n      not:\n        in: {assessment: locked-pantry,"
                " values: [not-effective, partly-effective]}\n",
                "",
            )
        ],
        [("framework.unspecified-safeguard", "f.yaml:60:5")],
    ),
}


@pytest.mark.parametrize("fault", ERRORS)
def test_error(fault: str) -> None:
    changes, expected = ERRORS[fault]
    result = lint(*changes)
    assert found(result.errors) == expected
    assert result.warnings == ()
    assert all(error.hint for error in result.errors)


@pytest.mark.parametrize("fault", WARNINGS)
def test_warning(fault: str) -> None:
    changes, expected = WARNINGS[fault]
    result = lint(*changes)
    assert result.errors == ()
    assert found(result.warnings) == expected
    assert all(warning.hint for warning in result.warnings)


def test_every_code_has_a_case() -> None:
    source = Path(__file__).parents[2] / "src" / "ifthen" / "framework" / "lint.py"
    codes = set(re.findall(r'"(framework\.[a-z-]+)"', source.read_text(encoding="utf-8")))
    cases = {code for _, expected in [*ERRORS.values(), *WARNINGS.values()] for code, _ in expected}
    of_clauses = {"framework.threshold-without-evaluation"}  # has its case beside its own file
    assert cases - of_clauses == codes


def test_hint_names_the_id_that_was_meant() -> None:
    (error,) = lint(("le: {evaluation: recipes,", "le: {evaluation: receipts,")).errors
    assert error.hint == "did you mean 'recipes'?"
    (error,) = lint(("if: baking-1", "if: zzz")).errors
    assert error.hint == "known: baking-1, baking-2"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("in: {assessment: s, values: [effective]}", "there is no safeguard 's'"),
        ("in: {determination: t, values: [reached]}", "there is no threshold 't'"),
        ("in: {threshold: t, values: [reached]}", "there is no threshold 't'"),
        ("in: {evaluation: e, values: [reached]}", "there is no evaluation 'e'"),
    ],
)
def test_a_name_that_is_not_there_is_called_what_it_would_be(condition: str, said: str) -> None:
    errors = lint(("in: {evaluation: inventions, values: [reached]}", condition)).errors
    assert said in [error.message for error in errors]


@pytest.mark.parametrize("kind", ["assessment", "determination", "threshold"])
def test_what_has_no_number_is_not_compared_with_one(kind: str) -> None:
    condition = f"ge: {{{kind}: baking-1, value: 0.5}}"
    errors = lint(("in: {evaluation: inventions, values: [reached]}", condition)).errors
    assert f"{kind} baking-1 has no number to compare" in [error.message for error in errors]


def test_hint_where_none_of_the_kind_is_written_yet() -> None:
    evaluations = VALID[VALID.index("evaluations:") : VALID.index("safeguards:")]
    error, *_ = lint((evaluations, "")).errors
    assert (error.message, error.hint) == (
        "there is no evaluation 'recipes'",
        "add it: no evaluation is written yet",
    )


@pytest.mark.parametrize("case", [x for x in ERRORS if x.startswith(("tier-", "higher-tier"))])
def test_cells_without_order_have_neither_gaps_nor_overlaps(case: str) -> None:
    changes, _ = ERRORS[case]
    cells = ("    threat_model:", "    ordered: no\n    threat_model:")
    assert found(lint(*changes, cells).errors) == []


def test_equal_values_in_two_tiers_are_in_order() -> None:
    change = (
        "in: {evaluation: inventions, values: [reached]}",
        "ge: {evaluation: recipes, value: 0.5}",
    )
    assert lint(change).errors == ()


def test_a_value_compared_twice_is_not_ordered() -> None:
    twice = (
        "any: [{ge: {evaluation: recipes, value: 0.4}}, {ge: {evaluation: recipes, value: 0.9}}]"
    )
    assert lint(("in: {evaluation: inventions, values: [reached]}", twice)).errors == ()


def test_a_declared_value_may_be_anything() -> None:
    assert lint(("value: 3}", "value: 50}")).errors == ()
    change = (
        "ge: {declaration: shelf-count, value: 3}",
        "in: {declaration: shelf, values: [oak, 3]}",
    )
    assert lint(change).errors == ()


def test_conditions_are_given_in_document_order() -> None:
    source = parse_tree(VALID.encode(), name="f.yaml")
    paths = [path for path, _ in load_document(source, Framework).document.conditions()]
    assert [source.where(path) for path in paths] == [
        f"f.yaml:{place}" for place in ("21:9", "23:9", "30:9", "34:9", "56:5", "64:5", "78:5")
    ]


@pytest.mark.parametrize("only", ["status: exploratory", "level: alert"])
def test_a_threshold_that_is_only_watched_needs_no_commitment(only: str) -> None:
    orphan = ("if: baking-2", "if: baking-1")
    watched = ("tier: 2", f"tier: 2\n        {only}")
    assert "framework.no-commitment" in {x.code for x in lint(orphan).warnings}
    assert "framework.no-commitment" not in {x.code for x in lint(orphan, watched).warnings}


@pytest.mark.parametrize(
    ("key", "clause"),
    [
        ("duties", "{id: twin, kind: publish, text: Told.}"),
        ("exemptions", "{id: twin, kind: other, text: Not today.}"),
        ("consequences", "{id: twin, action: restrict, text: Closed.}"),
    ],
)
def test_clauses_around_the_decisions_have_ids_of_their_own(key: str, clause: str) -> None:
    text = VALID + f"{key}:\n  - {clause}\n"
    twice = text + f"  - {clause}\n"
    codes = [
        [
            x.code
            for x in check_framework(
                load_document(parse_tree(each.encode(), name="f.yaml"), Framework)
            ).errors
        ]
        for each in (text, twice)
    ]
    assert codes == [[], ["framework.duplicate-id"]]


def test_a_safeguard_that_only_a_gate_asks_for_is_used() -> None:
    orphan = ("[oven-timer, locked-pantry]", "[oven-timer]")
    asked = (
        "ge: {declaration: shelf-count, value: 3}",
        "in: {assessment: locked-pantry, values: [effective]}",
    )
    unused = [
        "framework.unused-safeguard" in {x.code for x in lint(*changes).warnings}
        for changes in ((orphan,), (orphan, asked))
    ]
    assert unused == [True, False]


def test_a_value_that_is_wrong_on_one_day_only_is_found() -> None:
    value = "{2026-07-01: 20, 2027-01-01: 0.2}"
    result = lint(
        ("le: {evaluation: recipes, value: 0.2}", f"le: {{evaluation: recipes, value: {value}}}")
    )
    assert [error.code for error in result.errors] == ["framework.impossible-value"]
    assert result.warnings == ()


def test_what_is_found_on_several_days_is_said_once() -> None:
    value = "{2026-07-01: 0.2, 2027-01-01: 0.1}"
    dated = (
        "le: {evaluation: recipes, value: 0.2}",
        f"le: {{evaluation: recipes, value: {value}}}",
    )
    changes, expected = WARNINGS["threshold-without-commitment"]
    result = lint(dated, *changes)
    assert result.errors == ()
    assert found(result.warnings) == expected


def test_a_day_before_the_version_is_in_force_is_not_looked_at() -> None:
    value = "{2026-01-01: 20, 2026-07-01: 0.2}"
    dated = (
        "le: {evaluation: recipes, value: 0.2}",
        f"le: {{evaluation: recipes, value: {value}}}",
    )
    assert lint(dated).errors == ()


def test_an_exemption_asks_for_roles_that_are_there() -> None:
    exemption = "{id: rush, kind: other, text: Not before noon., approved_by: [board, nobody]}"
    (error,) = lint(
        ("kind: framework\n", f"kind: framework\nexemptions:\n  - {exemption}\n")
    ).errors
    assert error.code == "framework.dangling-reference"
    assert error.where == "f.yaml:3:74"
    assert "role" in error.message


def test_tiers_that_are_wrong_in_one_domain_hide_none_of_the_next() -> None:
    other = UNUSED_DOMAIN.replace("tier: 1", "tier: 2") % ("serving", "plate", "plate")
    result = lint(
        ("tier: 2\n        title: Invents", "tier: 1\n        title: Invents"),
        ("evaluations:\n", other),
    )
    assert [error.code for error in result.errors] == [
        "framework.tier-overlap",
        "framework.tier-gap",
    ]
