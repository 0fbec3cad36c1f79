"""What a decision is known by, and what two decisions rest on and say differently."""

import copy
import json

import pytest
from tests.decision.world import excepted, reached, world

from ifthen.decision.identity import (
    digest_decision,
    dump_decision,
    find_changes,
    list_changes,
    list_differences,
    parse_decision,
)
from ifthen.decision.model import Reason
from ifthen.encoding.canonical import digest_bytes, format_canonical
from ifthen.errors import Error


def signed(decision):
    return format_canonical(dump_decision(decision))


def test_a_decision_is_known_by_its_bytes():
    decision = world().decide()
    assert digest_decision(decision) == digest_bytes(signed(decision))
    assert parse_decision(signed(decision)) == decision


@pytest.mark.parametrize("spelling", [json.dumps, lambda tree: json.dumps(tree, indent=1)])
def test_a_second_spelling_is_no_decision(spelling):
    data = signed(world().decide())
    with pytest.raises(Error) as caught:
        parse_decision(spelling(json.loads(data)).encode())
    assert caught.value.code == "decision.not-canonical"
    assert caught.value.message == "the decision is written in a second spelling"


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b'{"kind":"decision"}', b"\xff"])
def test_what_is_no_decision_is_an_error_with_a_code(data):
    with pytest.raises(Error) as caught:
        parse_decision(data)
    assert caught.value.code == "decision.not-canonical"
    assert caught.value.message == "holds no decision in canonical JSON"


def test_what_is_gone_is_named_before_what_is_new_and_what_changed():
    before, after = world(), world()
    after.evidence[0]["run"]["producer"] = "inspect 0.4"
    after.determinations = []
    after.declarations.append(
        copy.deepcopy(after.declarations[0]) | {"id": "filter-again", "made_on": "2026-06-11"}
    )
    old, new = before.decide(), after.decide()
    digests = [{(x.kind, x.id): x.digest for x in each.inputs} for each in (old, new)]
    gone, fresh, changed = find_changes(old, new)
    assert (gone.kind, gone.id, gone.is_) == ("determination", "cyber-1-judged", None)
    assert gone.was == digests[0]["determination", "cyber-1-judged"]
    assert (fresh.kind, fresh.id, fresh.was) == ("declaration", "filter-again", None)
    assert fresh.is_ == digests[1]["declaration", "filter-again"]
    assert (changed.kind, changed.id) == ("evidence", "ctf-run")
    assert (changed.was, changed.is_) == tuple(x["evidence", "ctf-run"] for x in digests)
    assert list_changes(old, new) == [
        "determination cyber-1-judged is gone",
        "declaration filter-again is new",
        "evidence ctf-run changed",
    ]
    assert find_changes(old, old) == ()


def test_where_all_documents_are_the_same_the_log_behind_them_is_not():
    made = world()
    made.add_run(12)
    before = made.decide()
    made.faults = {"second-run": Reason(code="evidence.log-changed", text="The log is another.")}
    after = made.decide()
    assert before.inputs == after.inputs
    said = ["the log behind evidence second-run is not what it was"]
    assert list_changes(before, after) == list_changes(after, before) == said
    assert list_changes(before, before) == []


def test_differences_that_bear_on_a_gate_in_words():
    reaching, low, unknown = reached(), world(), world()
    unknown.evidence, unknown.declarations = [], []
    before, after = reaching.decide(), low.decide()
    assert list_differences(before, before, "deploy") == []
    assert list_differences(before, after, "store") == [
        "threshold cyber-1: reached, counts as reached -> ruled-out, counts as below",
        "threshold cyber-2: cannot-rule-out, counts as reached -> ruled-out, counts as below",
        "commitment if-cyber-1: reached, vault, filter -> not there",
        "commitment if-cyber-2: reached, vault, filter -> not there",
        "gate store: go, requires vault -> go, requires nothing",
        "safeguard vault: yes -> not there",
    ]
    assert list_differences(before, unknown.decide(), "deploy") == [
        "threshold cyber-1: reached, counts as reached -> cannot-rule-out, counts as reached",
        "gate deploy: go, requires vault, filter -> undetermined, requires vault, filter",
        "safeguard filter: yes -> undetermined",
    ]
    assert list_differences(after, unknown.decide(), "deploy")[-1] == (
        "safeguard filter: not there -> undetermined"
    )


def test_going_under_an_exception_is_another_answer_than_going():
    held = excepted()
    held.exceptions.clear()
    said = list_differences(held.decide(), excepted().decide(), "deploy")
    gate = "gate deploy: hold, requires vault, filter -> go, requires vault, filter"
    assert said == [f"{gate}, under no-filter"]
