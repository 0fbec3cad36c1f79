"""Properties of a decision over many frameworks and worlds, as far as they hold.

Facts have an order: a leaf of a condition is undetermined, or it says yes or no. Taking away what a
leaf rests on can only make it undetermined, and Kleene's connectives (``not`` and ``le`` as well)
keep that order. What follows, and what does not, stands in each test.
"""

import copy
import json
import os
import random
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from tests.decision.world import DECLARATION, ON, World, canonical, world

from ifthen.decision.condition import Grounds, answer
from ifthen.decision.facts import Facts
from ifthen.decision.measuring import measure
from ifthen.decision.model import Reason
from ifthen.decision.truth import Truth
from ifthen.framework.predicate import Predicate

DAY = timedelta(days=1)
YES, NO, OPEN = Truth.YES, Truth.NO, Truth.UNDETERMINED
EXAMPLES = int(os.environ.get("IFTHEN_EXAMPLES", "40"))
"""Raise it for a night: IFTHEN_EXAMPLES=5000."""
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="IFTHEN_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)

# -- frameworks and worlds -------------------------------------------------------------------------

LEAVES = [
    {"in": {"evaluation": "ctf", "values": ["ruled-out"]}},
    {"in": {"evaluation": "ctf", "values": ["reached"]}},
    {"in": {"evaluation": "ctf", "values": ["ruled-out", "reached"]}},
    {"le": {"evaluation": "ctf", "value": 0.1}},
    {"le": {"evaluation": "ctf", "value": 0.6}},
    {"ge": {"evaluation": "ctf", "value": 0.04}},
    {"present": {"evaluation": "ctf"}},
    {"in": {"declaration": "filter-on", "values": [True]}},
    {"in": {"declaration": "filter-on", "values": [False, "x"]}},
    {"present": {"declaration": "filter-on"}},
    {"ge": {"declaration": "level", "value": 3}},
    {"le": {"declaration": "level", "value": 3}},
    {"in": {"assessment": "vault", "values": ["effective"]}},
    {"in": {"assessment": "filter", "values": ["effective", "partly-effective"]}},
    {"present": {"assessment": "vault"}},
    {"in": {"determination": "cyber-1", "values": ["ruled-out"]}},
    {"in": {"determination": "cyber-1", "values": ["reached"]}},
    {"in": {"determination": "cyber-2", "values": ["ruled-out", "cannot-rule-out"]}},
]

ABOUT_THRESHOLDS = [
    {"in": {"threshold": id, "values": values}}
    for id in ("cyber-1", "cyber-2")
    for values in (["reached"], ["ruled-out"], ["reached", "ruled-out"])
] + [{"present": {"threshold": "cyber-2"}}]  # fmt: skip


def combine(children):
    lists = st.lists(children, min_size=1, max_size=3)
    return st.one_of(
        lists.map(lambda parts: {"all": parts}),
        lists.map(lambda parts: {"any": parts}),
        children.map(lambda part: {"not": part}),
        lists.flatmap(
            lambda parts: st.integers(1, len(parts)).map(lambda k: {"k_of": {"k": k, "of": parts}})
        ),
    )


conditions = st.recursive(st.sampled_from(LEAVES), combine, max_leaves=5)
maybe = st.one_of(st.none(), conditions)
standings = st.recursive(st.sampled_from(ABOUT_THRESHOLDS), combine, max_leaves=4)
"""Conditions on where the model stands at the thresholds."""
later = st.one_of(
    maybe, st.recursive(st.sampled_from(LEAVES + 2 * ABOUT_THRESHOLDS), combine, max_leaves=4)
)
"""Conditions that can ask for that as well, because it is known before them."""


def set_or_remove(tree, key, value):
    tree.pop(key, None)
    if value is not None:
        tree[key] = value


@st.composite
def worlds(draw, *, several=False) -> World:
    """Draw a framework and its facts: one document about each subject, or ``several``."""
    drawn = world()
    drawn.linted = False
    framework = drawn.framework
    framework["treat_undetermined_as"] = draw(st.sampled_from(["reached", "undetermined"]))
    for threshold in drawn.thresholds:
        threshold["status"] = draw(st.sampled_from(["in-force", "exploratory"]))
        threshold["ruled_out_when"] = draw(conditions)
        set_or_remove(threshold, "reached_when", draw(maybe))
    for safeguard in framework["safeguards"]:
        set_or_remove(safeguard, "in_place_when", draw(later))
    for commitment in framework["commitments"]:
        commitment["then"] = draw(
            st.lists(st.sampled_from(["vault", "filter"]), max_size=2, unique=True)
        )
        commitment["force"] = draw(st.sampled_from(["will", "will", "will", "aim"]))
        set_or_remove(commitment, "when", draw(st.one_of(st.none(), standings)))
    for gate in framework["gates"]:
        set_or_remove(gate, "also", draw(later))
    fill(draw, drawn, several)
    return drawn


@st.composite
def conditional(draw) -> World:
    """Draw a framework that binds itself for one threshold by where the model stands at another.

    Judges rule both out, or do not; of the second, which is only watched, a word may say *reached*.
    """
    drawn = world()
    drawn.linted = False
    for threshold in drawn.thresholds:
        judge = {"determination": threshold["id"], "values": ["ruled-out"]}
        threshold["ruled_out_when"] = {"in": judge}
        del threshold["reached_when"]
    drawn.thresholds[1]["status"] = "exploratory"
    told = st.sampled_from(["determination", "declaration", None])
    if (kind := draw(told)) == "determination":
        spoken = {"determination": "cyber-2", "values": ["reached"]}
        drawn.thresholds[1]["reached_when"] = {"in": spoken}
    elif kind == "declaration":
        drawn.thresholds[1]["reached_when"] = {"ge": {"declaration": "level", "value": 3}}
    first, second = drawn.framework["commitments"]
    first |= {"when": draw(standings), "force": "will"}
    drawn.framework["commitments"] = [first, second | {"force": "aim"}]
    if draw(st.booleans()):
        drawn.framework["commitments"].append(first | {"id": "more", "when": draw(standings)})
    if draw(st.booleans()):
        drawn.gate("deploy")["also"] = draw(standings)
    fill(draw, drawn, several=False)
    return drawn


def fill(draw, drawn: World, several: bool) -> None:
    counts = st.integers(0, 2) if several else st.just(1)
    successes = st.sampled_from([0, 10, 30, 60, 102, 140, 200])
    drawn.evidence.clear()
    for number in range(draw(counts)):
        drawn.add_run(draw(successes), id=f"run-{number}")
    said = {
        "declarations": [
            ("statement", "filter-on", "value", [True, False, "x"]),
            ("statement", "level", "value", [2, 3, 4, "x"]),
        ],
        "assessments": [
            ("safeguard", id, "result", ["effective", "partly-effective", "not-effective"])
            for id in ("vault", "filter")
        ],
        "determinations": [
            ("threshold", id, "conclusion", ["ruled-out", "cannot-rule-out", "reached"])
            for id in ("cyber-1", "cyber-2")
        ],
    }
    for name, subjects in said.items():
        documents = getattr(drawn, name)
        template = documents.pop()
        for key, subject, says, values in subjects:
            for number in range(draw(counts)):
                expires = ON + draw(st.integers(1, 90)) * DAY
                documents.append(
                    template
                    | {
                        "id": f"{subject}-{number}",
                        key: subject,
                        says: draw(st.sampled_from(values)),
                        "expires": expires.isoformat(),
                    }
                )


LISTS = ("plans", "evidence", "declarations", "assessments", "determinations")


def removals(complete: World):
    """Yield the world without each of its documents in turn, with the document."""
    for name in LISTS:
        for index, document in enumerate(getattr(complete, name)):
            lesser = copy.deepcopy(complete)
            del getattr(lesser, name)[index]
            yield document, lesser


def opened(before, after):
    return [gate for gate, outcome in after.items() if outcome == "go" != before[gate]]


def in_conflict(drawn: World) -> bool:
    """Return whether a threshold looks reached by one condition and ruled out by the other."""
    found = drawn.decide().thresholds
    return any(x.code == "threshold.conflicting" for each in found for x in each.reasons)


def rests_on(tree, document) -> bool:
    """Return whether a condition speaks about the subject of a document."""
    keys = {
        "declaration": "statement",
        "assessment": "safeguard",
        "determination": "threshold",
        "evidence": "evaluation",
        "plan": "evaluation",
    }
    kind = {"evidence": "evaluation", "plan": "evaluation"}.get(document["kind"], document["kind"])
    subject = document[keys[document["kind"]]]
    predicate = Predicate.model_validate_json(json.dumps(tree))
    return any(
        leaf.subject.kind == kind and leaf.subject.name == subject for _, leaf in predicate.leaves()
    )


# -- (a) removing a document -----------------------------------------------------------------------


@bounded
@given(st.one_of(worlds(), conditional()))
def test_removing_a_document_opens_no_gate(complete):
    """With one document about each subject, taking one away opens no gate.

    The exception is a document that a ``reached_when`` speaks about: it may be what says *reached*
    against a ruling-out, and without it nothing does. No program can tell a word never said from a
    word withdrawn; the public record can. Nor is it so where a threshold is in conflict.
    """
    assume(not in_conflict(complete))
    before = complete.gates()
    for document, lesser in removals(complete):
        if any(
            rests_on(threshold["reached_when"], document)
            for threshold in complete.thresholds
            if "reached_when" in threshold
        ):
            continue
        assert not opened(before, lesser.gates()), document["id"]


@bounded
@given(st.one_of(worlds(), conditional()))
def test_a_document_that_goes_bad_opens_no_gate(complete):
    """With one document about each subject, also one that a ``reached_when`` speaks about.

    A record whose log is lost and a statement that is contradicted stay in sight, so that here the
    exception of the test above is not needed. It holds for every framework, also with ``not``.
    """
    before = complete.gates()
    for name in ("declarations", "assessments", "determinations"):
        key, values = {
            "declarations": ("value", [True, "y"]),
            "assessments": ("result", ["effective", "not-effective"]),
            "determinations": ("conclusion", ["ruled-out", "reached"]),
        }[name]
        for document in getattr(complete, name):
            worse = copy.deepcopy(complete)
            other = next(value for value in values if value != document[key])
            getattr(worse, name).append(document | {"id": "contradicting", key: other})
            assert not opened(before, worse.gates()), document["id"]
    complete.faults["run-0"] = Reason(code="evaluation.log-missing", text="gone")
    assert not opened(before, complete.gates())


def test_withdrawing_one_side_of_a_conflict_may_open_a_gate():
    """The property of one document for each subject does not hold for two: this is why."""
    changed = world().measured(30)
    changed.declarations.append(DECLARATION | {"id": "against", "value": False})
    assert changed.gates()["deploy"] == "undetermined"
    changed.declarations.pop()
    assert changed.gates()["deploy"] == "go"


# -- (b) growing old -------------------------------------------------------------------------------


@bounded
@given(st.one_of(worlds(), conditional()), st.lists(st.integers(1, 120), min_size=1, max_size=6))
def test_growing_old_opens_no_gate(drawn, days):
    """With one document about each subject, all of them made by the first day: time opens nothing.

    It holds for every framework, also with ``not`` and ``reached_when``. With two documents about
    one subject it does not: a conflict ends when one side expires, and an old run that disagreed
    grows stale, as the framework's own dates say.
    """
    before = drawn.gates()
    for day in sorted(days):
        after = drawn.gates(ON + day * DAY)
        assert not opened(before, after), day
        before = after


# -- (c) more successes ----------------------------------------------------------------------------

ORDER = {"below": 0, "undetermined": 1, "reached": 2}


@bounded
@given(
    st.lists(st.integers(0, 200), min_size=2, max_size=6),
    st.integers(0, 60),
    st.sampled_from(["reached", "undetermined"]),
    st.booleans(),
)
def test_more_successes_make_no_threshold_less_restrictive(counts, unknown, treat, second):
    """For conditions that ask ``ruled-out`` and ``le`` to rule out, ``reached`` to reach."""
    changed = world()
    changed.framework["treat_undetermined_as"] = treat
    if second:
        changed.add_run(30)
    previous = None
    for successes in sorted(counts):
        changed.measured(successes, min(successes + unknown, 200))
        findings = changed.decide().thresholds
        found = [ORDER[finding.treated_as] for finding in findings]
        if (
            second
            and changed.ctf().reasons[:1]
            and (changed.ctf().reasons[0].code == "evaluation.conflicting")
        ):
            continue  # a conflict is no place on the scale; it is checked by its own test
        assert previous is None or all(a <= b for a, b in zip(previous, found, strict=True))
        previous = found


@bounded
@given(st.integers(0, 200), st.sampled_from(["reached", "undetermined"]))
def test_more_successes_in_one_of_two_runs_rule_nothing_out(successes, treat):
    """Adding a run to another rules out nothing that the other alone does not."""
    changed = world().measured(successes)
    changed.framework["treat_undetermined_as"] = treat
    alone = changed.threshold().status
    changed.add_run(0)
    if alone != "ruled-out":
        assert changed.threshold().status != "ruled-out"


# -- (d) what is not known -------------------------------------------------------------------------

atoms = st.integers(0, 4).map(lambda n: {"in": {"declaration": f"fact-{n}", "values": [True]}})
formulas = st.recursive(atoms, combine, max_leaves=7)


def truth_of(tree, facts) -> bool:
    """Evaluate a condition classically, with a book of facts and no code of the project."""
    (key, value), *_ = tree.items()
    if key == "all":
        return all(truth_of(part, facts) for part in value)
    if key == "any":
        return any(truth_of(part, facts) for part in value)
    if key == "not":
        return not truth_of(value, facts)
    if key == "k_of":
        return sum(truth_of(part, facts) for part in value["of"]) >= value["k"]
    return facts[value["declaration"]]


@settings(bounded, max_examples=5 * EXAMPLES)
@given(formulas, st.lists(st.sampled_from([True, False, None]), min_size=5, max_size=5))
@example({"any": [{"in": {"declaration": "fact-0", "values": [True]}}]}, [None] * 5)
def test_yes_and_no_stand_whatever_the_unknown_facts_turn_out_to_be(tree, stated):
    facts = _declared(stated)
    value = answer(
        Predicate.model_validate_json(json.dumps(tree)), Grounds(facts=facts, findings={}, on=ON)
    ).value
    choices = [[True, False] if fact is None else [fact] for fact in stated]
    outcomes = {
        truth_of(tree, {f"fact-{n}": fact for n, fact in enumerate(facts)})
        for facts in product(*choices)
    }
    if value is YES:
        assert outcomes == {True}
    if value is NO:
        assert outcomes == {False}
    if None not in stated:
        assert value is (YES if outcomes == {True} else NO)


_declared_base = world()


def _declared(stated) -> Facts:
    _declared_base.declarations = [
        DECLARATION | {"id": f"d-{n}", "statement": f"fact-{n}", "value": value}
        for n, value in enumerate(stated)
        if value is not None
    ]
    return _declared_base.facts()


@bounded
@given(st.one_of(worlds(), conditional()), st.randoms(use_true_random=False))
def test_no_gate_goes_on_what_is_not_known(drawn, rng: random.Random):
    """A gate that goes without some facts goes with them whatever they are, as stated or changed.

    What is left out is drawn among the facts that no ``reached_when`` speaks about, and is no side
    of a conflict.
    """
    names = ("declarations", "assessments", "determinations")
    lesser = copy.deepcopy(drawn)
    for name in names:
        kept = [
            document
            for document in getattr(lesser, name)
            if rng.random() < 0.5
            or any(
                rests_on(threshold["reached_when"], document)
                for threshold in drawn.thresholds
                if "reached_when" in threshold
            )
        ]
        setattr(lesser, name, kept)
    go = [gate for gate, outcome in lesser.gates().items() if outcome == "go"]
    assume(go)
    for _ in range(4):
        for name, key, values in (
            ("declarations", "value", [True, False, "x"]),
            ("assessments", "result", ["effective", "not-effective"]),
            ("determinations", "conclusion", ["ruled-out", "cannot-rule-out", "reached"]),
        ):
            for document in getattr(drawn, name):
                if document["id"] not in [kept["id"] for kept in getattr(lesser, name)]:
                    document[key] = rng.choice(values)
        gates = drawn.gates()
        assert all(gates[gate] == "go" for gate in go) or in_conflict(drawn)


# -- (e) order -------------------------------------------------------------------------------------


@bounded
@given(worlds(several=True), st.randoms(use_true_random=False))
def test_the_order_of_the_documents_changes_no_byte(drawn, rng: random.Random):
    expected = canonical(drawn.decide())
    for name in LISTS:
        rng.shuffle(getattr(drawn, name))
    assert canonical(drawn.decide()) == expected


# -- and a floor under all of it -------------------------------------------------------------------


def may_hold(tree, thresholds) -> bool:
    """Return whether a condition holds for a way in which the thresholds may be.

    Checked classically, way by way. What is open may be reached or ruled out, told or not.
    """
    ways = [
        [(x.threshold, way, told) for way in ("reached", "ruled-out") for told in (True, False)]
        if x.status == "cannot-rule-out"
        else [(x.threshold, x.status, True)]
        for x in thresholds
    ]
    return any(holds(tree, {id: rest for id, *rest in way}) for way in product(*ways))


def holds(tree, way) -> bool:
    (key, value), *_ = tree.items()
    if key == "k_of":
        return sum(holds(part, way) for part in value["of"]) >= value["k"]
    if key in ("all", "any"):
        return {"all": all, "any": any}[key](holds(part, way) for part in value)
    if key == "not":
        return not holds(value, way)
    said, told = way[value["threshold"]]
    return said in value["values"] if key == "in" else told


@bounded
@given(st.one_of(worlds(several=True), conditional()), st.integers(-40, 200))
def test_no_gate_goes_unless_everything_due_is_in_place(drawn, day):
    """Checked on the decision as it is written, without the code that made it."""
    decision = drawn.decide(ON + day * DAY)
    in_place = {x.safeguard: x.in_place for x in decision.safeguards}
    kinds = {x.safeguard: x.kind for x in decision.safeguards}
    needs = {gate["id"]: gate["needs"] for gate in drawn.framework["gates"]}
    watched = [x["id"] for x in drawn.thresholds if x.get("status") == "exploratory"]
    for threshold in decision.thresholds:
        if threshold.treated_as == "below":
            assert threshold.status == "ruled-out"
            assert threshold.ruled_out.value is YES
            assert threshold.reached is None or threshold.reached.value is not YES
    due = [x for x in decision.thresholds if x.treated_as != "below"]
    for gate in decision.gates:
        if gate.outcome.value != "go":
            continue
        for threshold in due:
            binding = [
                c
                for c in drawn.framework["commitments"]
                if c["if"] == threshold.threshold and c["force"] == "will"
            ]
            assert binding or threshold.threshold in watched
            for commitment in binding:
                if "when" in commitment and not may_hold(commitment["when"], decision.thresholds):
                    continue
                assert commitment["then"]
                for id in commitment["then"]:
                    assert in_place[id] is YES or kinds[id] not in needs[gate.gate]


@pytest.mark.parametrize("treat", ["reached", "undetermined"])
def test_without_any_fact_a_framework_opens_nothing(treat):
    empty = world()
    empty.framework["treat_undetermined_as"] = treat
    for name in LISTS:
        getattr(empty, name).clear()
    assert set(empty.gates().values()) == {"undetermined"}
    facts = empty.facts()
    finding = measure(facts.framework.document.evaluations[0], facts, ON)
    assert finding.outcome == "undetermined"
