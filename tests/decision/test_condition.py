"""Conditions: each key of the vocabulary over each kind of fact, and what a condition says."""

import json

import pytest
from tests.decision.world import EXPIRES, ON, STALE_ON, reached, world

from ifthen.decision.condition import Grounds, answer
from ifthen.decision.measuring import measure
from ifthen.decision.model import Reason, Step
from ifthen.decision.truth import Truth
from ifthen.framework.predicate import Predicate

YES, NO, OPEN = Truth.YES, Truth.NO, Truth.UNDETERMINED


def read(tree) -> Predicate:
    return Predicate.model_validate_json(json.dumps(tree))


def ask(tree, changed=None, on=ON) -> Step:
    """Return the answer to a condition in a world."""
    facts = (changed or world()).facts()
    findings = {e.id: measure(e, facts, on) for e in facts.framework.document.evaluations}
    predicate = read(tree)
    return answer(predicate, Grounds(facts=facts, findings=findings, on=on))


def declared(value):
    changed = world()
    changed.declarations[0]["value"] = value
    return changed


FILTER = {"declaration": "filter-on"}
YES_LEAF = {"in": FILTER | {"values": [True]}}
NO_LEAF = {"in": FILTER | {"values": [False]}}
OPEN_LEAF = {"present": {"declaration": "nobody-said"}}
SAYS = Reason(code="declaration.says", text="declaration filter-on says true; needs false")
MISSING = Reason(code="declaration.missing", text="there is no declaration of nobody-said")


# -- stated facts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "values", "expected"),
    [
        (True, [True], YES),
        (True, [False], NO),
        (True, [1], NO),
        (1, [True], NO),
        (False, [0], NO),
        (1, [1.0], YES),
        ("true", [True], NO),
        ("level 3", ["level 2", "level 3"], YES),
        ("level 3", ["Level 3"], NO),
        ("1", [1], NO),
    ],
)
def test_in(stated, values, expected):
    assert ask({"in": FILTER | {"values": values}}, declared(stated)).value is expected


@pytest.mark.parametrize(
    ("key", "stated", "value", "expected"),
    [
        ("ge", 2, 2, YES),
        ("ge", 1.99, 2, NO),
        ("ge", 2.01, 2, YES),
        ("le", 2, 2, YES),
        ("le", 1.99, 2, YES),
        ("le", 2.01, 2, NO),
        ("ge", True, 0, OPEN),
        ("le", True, 2, OPEN),
        ("ge", "3", 2, OPEN),
        ("le", "3", 5, OPEN),
    ],
)
def test_comparisons_of_stated_numbers(key, stated, value, expected):
    assert ask({key: FILTER | {"value": value}}, declared(stated)).value is expected


def test_present():
    assert ask({"present": FILTER}, declared(False)).value is YES


@pytest.mark.parametrize(
    ("tree", "stated", "text"),
    [
        ({"in": FILTER | {"values": [False, 3, "x"]}}, True, "true; needs false or 3 or x"),
        ({"in": FILTER | {"values": [True]}}, False, "false; needs true"),
        ({"in": FILTER | {"values": [True]}}, "partly", "partly; needs true"),
        ({"ge": FILTER | {"value": 2.5}}, 2, "2; needs at least 2.5"),
        ({"le": FILTER | {"value": 1}}, 1e25, "1e+25; needs at most 1"),
        ({"ge": FILTER | {"value": 1}}, "much", "much; needs a number"),
    ],
)
def test_says(tree, stated, text):
    step = ask(tree, declared(stated))
    assert step.reasons == (
        Reason(code="declaration.says", text=f"declaration filter-on says {text}"),
    )
    assert step.change == (f"declaration filter-on: {text.partition('; ')[2]}",)
    assert step.basis == ()
    assert [ref.id for ref in step.facts] == ["filter-declared"]


@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        ({"in": {"assessment": "vault", "values": ["not-effective"]}}, "assessment.says"),
        ({"in": {"determination": "cyber-1", "values": ["reached"]}}, "determination.says"),
    ],
)
def test_says_of_other_kinds(leaf, code):
    step = ask(leaf)
    assert step.value is NO
    assert [reason.code for reason in step.reasons] == [code]


def test_a_yes_rests_on_its_statement():
    step = ask(YES_LEAF)
    assert step.claim == "declaration filter-on is true"
    assert step.value is YES
    assert step.reasons == step.change == step.parts == ()
    assert step.basis == ("declaration filter-declared by assessor, until 2026-12-10",)
    assert [ref.id for ref in step.facts] == ["filter-declared"]


@pytest.mark.parametrize("key", ["in", "ge", "le", "present"])
@pytest.mark.parametrize(
    ("break_it", "on", "code"),
    [
        (lambda w: w.declarations.clear(), ON, "declaration.missing"),
        (lambda w: None, EXPIRES, "declaration.expired"),
        (lambda w: w.declarations[0].update(made_on="2026-07-02"), ON, "declaration.not-yet"),
        (
            lambda w: w.declarations.append(w.declarations[0] | {"id": "b", "value": 4}),
            ON,
            "declaration.conflicting",
        ),
    ],
)
def test_a_statement_that_does_not_count_leaves_every_condition_open(key, break_it, on, code):
    tree = {
        "in": {"in": FILTER | {"values": [3]}},
        "ge": {"ge": FILTER | {"value": 3}},
        "le": {"le": FILTER | {"value": 3}},
        "present": {"present": FILTER},
    }[key]
    changed = declared(3)
    assert ask(tree, changed).value is YES
    break_it(changed)
    step = ask(tree, changed, on)
    assert step.value is OPEN
    assert [reason.code for reason in step.reasons] == [code]
    assert len(step.change) == 1
    assert step.basis == ()
    assert bool(step.facts) is (code != "declaration.missing")


# -- measured facts --------------------------------------------------------------------------------

CTF = {"evaluation": "ctf"}


@pytest.mark.parametrize(
    ("successes", "values", "expected"),
    [
        (10, ["ruled-out"], YES),
        (10, ["reached"], NO),
        (10, ["reached", "ruled-out"], YES),
        (140, ["ruled-out"], NO),
        (140, ["reached"], YES),
        (30, ["ruled-out"], OPEN),
        (30, ["reached"], OPEN),
        (30, ["reached", "ruled-out"], OPEN),
        (60, ["ruled-out"], OPEN),
    ],
)
def test_outcome_of_an_evaluation(successes, values, expected):
    step = ask({"in": CTF | {"values": values}}, world().measured(successes))
    assert step.value is expected


def test_shows():
    step = ask({"in": CTF | {"values": ["reached"]}})
    assert step.reasons == (Reason(code="evaluation.shows", text="evaluation ctf shows ruled-out"),)
    assert step.change == ()
    assert step.basis == ()


def test_an_open_outcome_keeps_the_reasons_and_the_advice_of_the_finding():
    changed = world().measured(22)
    step = ask({"in": CTF | {"values": ["ruled-out"]}}, changed)
    finding = changed.ctf()
    assert step.reasons == finding.reasons
    assert (
        step.change
        == finding.change
        == ("5 more independent questions without a success, or 13 with at most one",)
    )


def test_measured_without_a_threshold_of_its_own_is_no_outcome():
    changed = world()
    del changed.evaluation["rule_out"], changed.evaluation["rule_in"]
    changed.evaluation["plan"] = "not-required"
    changed.thresholds[0]["ruled_out_when"] = {"le": CTF | {"value": 0.2}}
    del changed.thresholds[0]["reached_when"]
    assert (
        ask({"in": CTF | {"values": ["ruled-out", "reached", "measured"]}}, changed).value is OPEN
    )
    assert ask({"le": CTF | {"value": 0.2}}, changed).value is YES


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("ge", 0.01, YES),
        ("ge", 0.05, OPEN),
        ("ge", 0.09, NO),
        ("le", 0.01, NO),
        ("le", 0.05, OPEN),
        ("le", 0.09, YES),
    ],
)
def test_comparisons_hold_or_fail_only_for_the_whole_interval(key, value, expected):
    assert ask({key: CTF | {"value": value}}).value is expected


@pytest.mark.parametrize(
    ("key", "end", "expected"),
    [("ge", "lower", YES), ("ge", "upper", OPEN), ("le", "lower", OPEN), ("le", "upper", YES)],
)
def test_comparisons_on_the_very_bound(key, end, expected):
    value = getattr(world().ctf(), end)
    assert ask({key: CTF | {"value": value}}).value is expected


def test_fails():
    step = ask({"ge": CTF | {"value": 0.5}})
    assert step.reasons == (
        Reason(
            code="evaluation.fails",
            text="Capture the flag: 0.05 (at most 0.084), 200 questions,"
            " needs at least 0.5 with 95% confidence",
        ),
    )
    assert step.change == ()


def test_straddles():
    step = ask({"le": CTF | {"value": 0.08}})
    assert step.value is OPEN
    assert step.reasons == (
        Reason(
            code="evaluation.straddles",
            text="Capture the flag: 0.05 (at most 0.084), 200 questions,"
            " needs at most 0.08 with 95% confidence",
        ),
    )
    assert step.change == (
        "ctf: 9 more independent questions without a success, or 24 with at most one",
    )
    step = ask({"ge": CTF | {"value": 0.05}})
    assert [reason.code for reason in step.reasons] == ["evaluation.straddles"]
    assert step.change == ()


def test_a_share_above_its_limit_is_told_so():
    step = ask({"le": CTF | {"value": 0.02}})
    assert step.value is NO
    assert step.change == ("ctf: a measured share well under 0.02; it is 0.05 now",)


@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_that_no_share_can_meet(value):
    assert ask({"le": CTF | {"value": value}}).value is NO
    assert ask({"ge": CTF | {"value": value}}).value is YES


def test_a_yes_rests_on_its_measurement():
    step = ask({"le": CTF | {"value": 0.6}})
    assert step.basis == ("Capture the flag: 0.05 (at most 0.084), 200 questions",)
    assert [(ref.kind, ref.id) for ref in step.facts] == [
        ("evidence", "ctf-run"),
        ("plan", "ctf-plan"),
    ]
    assert ask({"present": CTF}).basis == step.basis


LEAVES = {
    "in": {"in": CTF | {"values": ["ruled-out", "reached"]}},
    "ge": {"ge": CTF | {"value": 0}},
    "le": {"le": CTF | {"value": 1}},
    "present": {"present": CTF},
}
"""Conditions that every measurement meets."""


@pytest.mark.parametrize("key", LEAVES)
@pytest.mark.parametrize(
    ("break_it", "on", "code"),
    [
        (lambda w: w.evidence.clear(), ON, "evaluation.missing"),
        (lambda w: None, STALE_ON, "evaluation.stale"),
        (lambda w: w.add_run(60), ON, "evaluation.conflicting"),
        (
            lambda w: w.faults.update(
                {"ctf-run": Reason(code="evaluation.log-changed", text="as it is")}
            ),
            ON,
            "evaluation.log-changed",
        ),
    ],
)
def test_evidence_that_does_not_count_leaves_every_condition_open(key, break_it, on, code):
    changed = world()
    assert ask(LEAVES[key], changed).value is YES
    break_it(changed)
    step = ask(LEAVES[key], changed, on)
    assert step.value is OPEN
    assert [reason.code for reason in step.reasons] == [code]
    assert step.change == changed.ctf(on).change
    assert step.basis == ()
    assert bool(step.facts) is (code != "evaluation.missing")


@pytest.mark.parametrize("key", ["le", "present"])
def test_a_measurement_that_settles_nothing_is_a_measurement(key):
    assert ask(LEAVES[key], world().measured(30)).value is YES


# -- conditions of conditions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"all": [YES_LEAF, YES_LEAF]}, YES),
        ({"all": [YES_LEAF, OPEN_LEAF]}, OPEN),
        ({"all": [NO_LEAF, OPEN_LEAF]}, NO),
        ({"any": [YES_LEAF, OPEN_LEAF]}, YES),
        ({"any": [NO_LEAF, OPEN_LEAF]}, OPEN),
        ({"any": [NO_LEAF, NO_LEAF]}, NO),
        ({"not": YES_LEAF}, NO),
        ({"not": NO_LEAF}, YES),
        ({"not": OPEN_LEAF}, OPEN),
        ({"k_of": {"k": 2, "of": [YES_LEAF, YES_LEAF, OPEN_LEAF]}}, YES),
        ({"k_of": {"k": 2, "of": [YES_LEAF, NO_LEAF, OPEN_LEAF]}}, OPEN),
        ({"k_of": {"k": 2, "of": [YES_LEAF, NO_LEAF, NO_LEAF]}}, NO),
        ({"k_of": {"k": 3, "of": [YES_LEAF, YES_LEAF, YES_LEAF]}}, YES),
        ({"k_of": {"k": 1, "of": [NO_LEAF, NO_LEAF, YES_LEAF]}}, YES),
        ({"not": {"all": [{"any": [NO_LEAF, OPEN_LEAF]}, YES_LEAF]}}, OPEN),
    ],
)
def test_values(tree, expected):
    step = ask(tree)
    assert step.value is expected
    assert len(step.parts) == len(read(tree).parts)
    assert (step.reasons == ()) is (expected is YES)


def test_the_reasons_are_those_of_the_parts_that_decide():
    step = ask({"all": [YES_LEAF, NO_LEAF, OPEN_LEAF]})
    assert step.value is NO
    assert step.reasons == (SAYS,)
    step = ask({"any": [NO_LEAF, OPEN_LEAF]})
    assert step.reasons == (MISSING,)
    step = ask({"k_of": {"k": 2, "of": [YES_LEAF, OPEN_LEAF, NO_LEAF]}})
    assert step.reasons == (MISSING,)
    assert ask({"not": OPEN_LEAF}).reasons == (MISSING,)


def test_what_would_change_it_is_said_of_every_part_that_does_not_hold():
    step = ask({"all": [YES_LEAF, NO_LEAF, OPEN_LEAF, OPEN_LEAF]})
    assert step.change == ("declaration filter-on: needs false", "a declaration of nobody-said")


def test_the_facts_of_all_parts_are_named_once():
    leaf = {"present": CTF}
    step = ask({"any": [YES_LEAF, leaf, leaf, YES_LEAF]})
    assert [ref.id for ref in step.facts] == ["filter-declared", "ctf-run", "ctf-plan"]
    assert step.basis == (
        "declaration filter-declared by assessor, until 2026-12-10",
        "Capture the flag: 0.05 (at most 0.084), 200 questions",
    )
    assert step.reasons == step.change == ()


def test_a_condition_that_holds_needs_no_change():
    step = ask({"any": [YES_LEAF, NO_LEAF, OPEN_LEAF]})
    assert step.value is YES
    assert step.change == step.reasons == ()


def test_a_condition_that_does_not_hold_rests_on_nothing():
    step = ask({"all": [YES_LEAF, NO_LEAF]})
    assert step.basis == ()
    assert step.claim == "declaration filter-on is true and declaration filter-on is false"


def test_a_not_that_fails_says_what_holds():
    step = ask({"not": YES_LEAF})
    assert step.reasons == (
        Reason(code="condition.holds", text="declaration filter-on is true; it must not"),
    )
    assert step.change == ()


@pytest.mark.parametrize("end", ["lower", "upper"])
@pytest.mark.parametrize("key", ["ge", "le"])
def test_a_finding_without_a_bound_compares_with_nothing(key, end):
    facts = world().facts()
    finding = world().measured(30).ctf().model_copy(update={end: None})
    predicate = read({key: CTF | {"value": 0.5}})
    step = answer(predicate, Grounds(facts=facts, findings={"ctf": finding}, on=ON))
    assert step.value is OPEN
    assert step.reasons == finding.reasons
    assert step.change == finding.change


@pytest.mark.parametrize(
    ("asked", "passes", "value"),
    [
        ({"in": {"threshold": "cyber-2", "values": ["ruled-out"]}}, 10, "yes"),
        ({"in": {"threshold": "cyber-2", "values": ["reached"]}}, 10, "no"),
        ({"present": {"threshold": "cyber-2"}}, 10, "yes"),
        ({"present": {"threshold": "cyber-2"}}, 140, "undetermined"),
    ],
)
def test_a_condition_on_a_threshold_says_where_the_threshold_stands(asked, passes, value):
    changed = reached().measured(passes)
    changed.safeguard("vault")["in_place_when"] = asked
    changed.framework["commitments"][0]["then"] = ["filter"]
    (found,) = [x for x in changed.decide().safeguards if x.safeguard == "vault"]
    stands = {
        10: "threshold cyber-2 is ruled-out, treated as below",
        140: "threshold cyber-2 is cannot-rule-out, treated as reached",
    }[passes]
    assert found.in_place.value == value
    assert found.condition.facts
    if value == "yes":
        assert (found.condition.basis, found.condition.reasons) == ((stands,), ())
    else:
        assert found.condition.basis == ()
        assert [(x.code, x.text) for x in found.condition.reasons] == [("threshold.stands", stands)]
