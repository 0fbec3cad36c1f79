"""Quorum: each rule by example, and what no vote can ever do, by property."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.attestation.people import DAY, DECISION, OTHER, QUESTION, SAME, person, register, vote

from ifthen.attestation.quorum import Rule, Vote, evaluate_quorum
from ifthen.errors import Error

ANN, BOB, CY = person("ann", 1, "judge"), person("bob", 2, "judge"), person("cy", 3, "clerk")
COURT = register(ANN, BOB, CY, person("dee", 4, "appeal"))
ONE = Rule(roles=("judge",), needed=1)
TWO = Rule(roles=("judge",), needed=1, approvals=2)
EVERY = Rule(roles=("judge", "clerk"), needed=2)
ANY = Rule(roles=("judge", "clerk"), needed=1)
VETO = Rule(roles=("judge",), needed=1, vetoes=("appeal",))


def ask(rule, *votes, people=COURT, question=QUESTION):
    return evaluate_quorum(rule, votes, people, question)


def codes(result):
    return [reason.code for reason in result.reasons]


def test_k_of_a_role():
    ann, bob = vote("ann", 1, "judge"), vote("bob", 2, "judge")
    assert ask(ONE, ann).state == ask(TWO, ann, bob).state == "open"
    result = ask(TWO, ann)
    assert (result.state, codes(result)) == ("undetermined", ["signoff.awaited"])
    assert "judge: 1 of 2" in result.reasons[0].text
    assert ask(ONE).state == "undetermined"


def test_every_one_of_several_roles_and_any():
    ann, cy = vote("ann", 1, "judge"), vote("cy", 3, "clerk")
    assert ask(EVERY, ann, cy).state == ask(ANY, cy).state == ask(ANY, ann).state == "open"
    assert ask(EVERY, ann).state == "undetermined"
    assert ask(EVERY, ann, vote("bob", 2, "judge")).state == "undetermined"


def test_one_person_counts_once():
    people = register(person("ann", 1, "judge", "clerk"), BOB)
    both = vote("ann", 1, "judge"), vote("ann", 1, "clerk")
    result = ask(EVERY, *both, people=people)
    assert (result.state, codes(result)) == ("undetermined", ["signoff.same-person"])
    assert ask(EVERY, *both, vote("bob", 2, "judge"), people=people).state == "open"
    assert ask(TWO, both[0], replace(both[0], id="again")).state == "undetermined"


def test_two_people_with_two_roles_are_no_four_approvals():
    people = register(
        person("ann", 1, "judge", "clerk"),
        person("bob", 2, "judge", "clerk"),
        person("cy", 3, "clerk"),
        person("dee", 4, "clerk"),
    )
    rule = replace(EVERY, approvals=2)
    votes = [vote(x, n, role) for x, n in (("ann", 1), ("bob", 2)) for role in EVERY.roles]
    assert codes(ask(rule, *votes, people=people)) == ["signoff.same-person"]
    votes += [vote("cy", 3, "clerk")]
    assert ask(rule, *votes, people=people).state == "undetermined"
    votes += [vote("dee", 4, "clerk")]
    assert ask(rule, *votes, people=people).state == "open"


def test_a_veto_closes_and_its_doubt_leaves_open_what_it_is():
    ann = vote("ann", 1, "judge")
    against = vote("dee", 4, "appeal", "dissent")
    assert ask(VETO, ann).state == "open"
    result = ask(VETO, ann, against)
    assert (result.state, codes(result)) == ("closed", ["signoff.veto"])
    assert result.dissents == (against.id,)
    for doubtful in (
        replace(against, key_ids=(), fault="it is not signed"),
        replace(against, key_ids=vote("ann", 1, "judge").key_ids),
        replace(against, person="nobody"),
    ):
        assert ask(VETO, ann, doubtful).state == "undetermined"
    assert ask(VETO, ann, vote("cy", 3, "appeal", "dissent")).state == "open"  # cy has no veto


def test_a_dissent_is_kept_and_closes_only_where_it_decides():
    ann, against = vote("ann", 1, "judge"), vote("bob", 2, "judge", "dissent")
    result = ask(ONE, ann, against)
    assert (result.state, result.dissents) == ("open", (against.id,))
    assert codes(result) == ["signoff.dissent"]
    result = ask(TWO, ann, against)
    assert (result.state, codes(result)) == (
        "closed",
        ["signoff.dissent-decides", "signoff.dissent"],
    )
    unsigned = replace(against, key_ids=(), fault="it is not signed")
    assert ask(TWO, ann, unsigned).state == "undetermined"


def test_who_approves_and_dissents_does_not_approve():
    result = ask(ONE, vote("ann", 1, "judge"), vote("ann", 1, "judge", "dissent"))
    assert result.state == "undetermined"
    assert "signoff.own-dissent" in codes(result)
    other = vote("ann", 1, "clerk", "dissent")  # not even her role
    assert ask(ONE, vote("ann", 1, "judge"), other).state == "undetermined"


def test_a_signoff_of_an_older_decision_does_not_count_and_says_so():
    result = ask(ONE, vote("ann", 1, "judge", decision=OTHER))
    assert result.state == "undetermined"
    assert codes(result) == ["signoff.awaited", "signoff.other-decision"]
    result = ask(ONE, vote("ann", 1, "judge", decision=SAME))
    assert codes(result) == ["signoff.awaited", "signoff.other-day"]


def test_a_dissent_from_the_same_decision_of_another_day_counts():
    ann, against = vote("ann", 1, "judge"), vote("dee", 4, "appeal", "dissent")
    assert ask(VETO, ann, replace(against, decision=SAME)).state == "closed"
    assert ask(VETO, ann, replace(against, decision=OTHER)).state == "open"


def test_who_abstains_does_not_approve_and_closes_nothing():
    apart = vote("ann", 1, "judge", "abstain")
    result = ask(ONE, apart)
    assert (result.state, result.abstentions) == ("undetermined", (apart.id,))
    assert codes(result) == ["signoff.awaited", "signoff.abstained"]
    assert ask(ONE, apart, vote("bob", 2, "judge")).state == "open"
    result = ask(ONE, apart, vote("ann", 1, "judge"))
    assert (result.state, "signoff.own-abstention" in codes(result)) == ("undetermined", True)
    doubtful = replace(apart, key_ids=(), fault="it is not signed")
    result = ask(ONE, doubtful, vote("ann", 1, "judge"))
    assert (result.state, "signoff.not-verified" in codes(result)) == ("undetermined", True)


def test_an_abstention_is_from_one_decision_and_a_recusal_from_all():
    approval = vote("ann", 1, "judge")
    assert ask(ONE, vote("ann", 1, "judge", "abstain", decision=SAME), approval).state == "open"
    result = ask(ONE, vote("ann", 1, "judge", "recuse", decision=SAME), approval)
    assert (result.state, "signoff.recused" in codes(result)) == ("undetermined", True)
    assert ask(ONE, vote("ann", 1, "judge", "recuse", decision=OTHER), approval).state == "open"


def test_a_stand_in_fills_the_seat_of_who_takes_no_part_and_not_of_who_abstains():
    instead = {"role": "judge", "for": "ann", "reason": "leave", "from": "2026-01-01"}
    people = register(ANN, person("eve", 5, stands_in=[instead]))
    eve = vote("eve", 5, "judge")
    assert ask(ONE, eve, vote("ann", 1, "judge", "recuse"), people=people).state == "open"
    result = ask(ONE, eve, vote("ann", 1, "judge", "abstain"), people=people)
    assert (result.state, "signoff.own-abstention" in codes(result)) == ("undetermined", True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key_ids": (), "fault": "it is not signed"}, "not-verified"),
        ({"key_ids": ()}, "not-verified"),
        ({"key_ids": vote("bob", 2, "judge").key_ids}, "foreign-key"),
        ({"key_ids": ("sha256:" + "0" * 64,)}, "foreign-key"),
        ({"key_ids": vote("ann", 1, "x").key_ids + vote("bob", 2, "x").key_ids}, "foreign-key"),
        ({"signed_on": date(2026, 12, 6)}, "from-the-future"),
        ({"signed_on": date(2026, 11, 30)}, "backdated"),
        ({"role": "clerk"}, "role-not-asked"),
        ({"person": "cy", "key_ids": vote("cy", 3, "x").key_ids}, "no-role"),
    ],
)
def test_approvals_that_do_not_count(change, code):
    result = ask(ONE, replace(vote("ann", 1, "judge"), **change))
    assert result.state == "undetermined"
    assert f"signoff.{code}" in codes(result)
    assert result.approvals == ()


def test_keys_that_were_replaced_or_revoked():
    (key,) = ANN["keys"]
    ann = vote("ann", 1, "judge")

    def state(**change):
        people = register(person("ann", 1, "judge", keys=[key | change]))
        return ask(ONE, ann, people=people)

    assert state(until="2026-12-03").state == "open"  # it counted when it signed
    assert codes(state(until="2026-12-02"))[-1] == "signoff.key-not-valid"
    assert codes(state(**{"from": "2026-12-03"}))[-1] == "signoff.key-not-valid"
    revoked = state(revoked={"on": "2026-12-04", "reason": "stolen"})
    assert (revoked.state, codes(revoked)[-1]) == ("undetermined", "signoff.key-revoked")


def test_roles_are_asked_for_on_the_day_of_signing():
    roles = [{"role": "judge", "from": "2026-01-01", "until": "2026-12-03"}]
    people = register(person("ann", 1, roles=roles))
    assert ask(ONE, vote("ann", 1, "judge"), people=people).state == "open"
    late = vote("ann", 1, "judge", signed_on=date(2026, 12, 3))
    assert codes(ask(ONE, late, people=people)) == ["signoff.no-holder", "signoff.no-role"]


def test_a_stand_in_and_who_holds_the_seat_are_one_vote():
    stands = [{"role": "judge", "for": "ann", "from": "2026-01-01", "reason": "leave"}]
    people = register(ANN, person("bob", 2, stands_in=stands), CY)
    ann, bob = vote("ann", 1, "judge"), vote("bob", 2, "judge")
    assert ask(ONE, bob, people=people).state == "open"
    assert ask(TWO, ann, bob, people=people).state == "undetermined"
    against = vote("ann", 1, "judge", "dissent")
    assert ask(ONE, bob, against, people=people).state != "open"
    assert ask(ONE, ann, vote("bob", 2, "judge", "dissent"), people=people).state != "open"


def test_who_stands_in_and_dissents_elsewhere_does_not_approve():
    stands = [{"role": "judge", "for": "ann", "from": "2026-01-01", "reason": "leave"}]
    people = register(ANN, person("bob", 2, "clerk", stands_in=stands))
    bob = vote("bob", 2, "judge")
    assert ask(ONE, bob, people=people).state == "open"
    assert ask(ONE, bob, vote("bob", 2, "clerk", "dissent"), people=people).state != "open"


@pytest.mark.parametrize(
    ("first", "until", "state"),
    [
        ("2026-12-02", "2026-12-03", "undetermined"),  # when it was signed
        ("2026-12-05", "2026-12-06", "undetermined"),  # when it is asked for
        ("2026-12-03", "2026-12-05", "open"),
    ],
)
def test_a_conflict_counts_on_the_day_of_signing_and_of_asking(first, until, state):
    words = {"about": "m", "from": first, "until": until, "text": "holds shares"}
    people = register(person("ann", 1, "judge", conflicts=[words]), BOB)
    assert ask(ONE, vote("ann", 1, "judge"), people=people).state == state


def test_a_conflict_of_interest_silences_an_approval_and_no_dissent():
    words = {"about": "m", "from": "2026-01-01", "text": "holds shares"}
    people = register(person("ann", 1, "judge", conflicts=[words]), BOB)
    result = ask(ONE, vote("ann", 1, "judge"), people=people)
    assert codes(result) == ["signoff.awaited", "signoff.conflict-of-interest"]
    against = vote("ann", 1, "judge", "dissent")
    assert ask(ONE, against, people=people).dissents == (against.id,)


def test_approvals_expire_and_dissents_do_not():
    rule = replace(VETO, valid_days=10)
    ann, against = vote("ann", 1, "judge"), vote("dee", 4, "appeal", "dissent")
    last = replace(QUESTION, on=date(2026, 12, 11))
    late = replace(QUESTION, on=date(2026, 12, 12))
    assert ask(rule, ann, question=last).state == "open"
    assert "signoff.expired" in codes(ask(rule, ann, question=late))
    assert ask(rule, against, question=replace(QUESTION, on=date(2036, 1, 1))).state == "closed"


@pytest.mark.parametrize(
    "rule",
    [
        Rule(roles=(), needed=0),
        Rule(roles=("judge",), needed=0),
        Rule(roles=("judge",), needed=2),
        Rule(roles=("judge", "judge"), needed=2),
        Rule(roles=("judge",), needed=1, approvals=0),
        Rule(roles=tuple(f"r{n}" for n in range(13)), needed=6),
    ],
)
def test_rules_that_nobody_can_evaluate(rule):
    with pytest.raises(Error) as caught:
        ask(rule, vote("ann", 1, "judge"))
    assert caught.value.code == "signoff.rule"


ROLES = ("r", "s", "v")
STANDS = [{"role": "r", "for": "p2", "from": "2026-01-01", "reason": "leave"}]
GROUP = register(
    person("p1", 1, "r", "s"),
    person("p2", 2, "r", "v"),
    person("p3", 3, "s"),
    person("p4", 4, "s", "v", conflicts=[{"about": "*", "from": "2026-01-01", "text": "x"}]),
    person("p5", 5, stands_in=STANDS),
)
rules = st.builds(
    Rule,
    roles=st.sampled_from([("r",), ("r", "s"), ("s", "r", "v")]),
    needed=st.just(1),
    approvals=st.integers(1, 2),
    vetoes=st.sampled_from([(), ("v",)]),
    valid_days=st.none() | st.integers(1, 6),
).flatmap(
    lambda rule: st.integers(1, len(rule.roles)).map(lambda needed: replace(rule, needed=needed))
)


# Every choice is drawn together with others: what costs time is the number of draws.
NUMBERS = range(1, 6)
WHO = [(n, key) for n in NUMBERS for key in (*[n] * 45, *NUMBERS)]
"""Person and key; of ten votes one has any key."""
WHEN = list(product(range(-1, 7), [""] * 9 + ["it is not signed"], range(3)))
"""Day, fault of the signature (of one vote in ten), and end of the vote's id."""


def cast(says=("approve", "approve", "approve", "dissent")) -> st.SearchStrategy[Vote]:
    what = list(product(ROLES, says, [DECISION] * 6 + [SAME, OTHER]))
    return st.builds(make_vote, st.sampled_from(WHO), st.sampled_from(what), st.sampled_from(WHEN))


def make_vote(who, what, when) -> Vote:
    (number, key), (role, says, decision), (day, fault, end) = who, what, when
    more = {"key_ids": (), "fault": fault} if fault else {}
    return vote(
        f"p{number}",
        key,
        role,
        says,
        id=f"p{number}-{role}-{says}-{end}",
        decision=decision,
        signed_on=DAY + timedelta(days=day),
        **more,
    )


boxes = st.lists(cast(), max_size=9)


def is_open(rule, votes, question=QUESTION):
    return evaluate_quorum(rule, votes, GROUP, question).state == "open"


@given(rules, boxes)
def test_open_happens_at_all(rule, votes):
    """The properties below would hold of a rule that never opens as well."""
    full = [vote(f"p{n}", n, r) for n in (1, 2, 3, 5) for r in ROLES]
    if rule.approvals == 1 and rule.roles != ("s", "r", "v"):
        assert is_open(rule, full, replace(QUESTION, on=date(2026, 12, 2)))


@given(rules, boxes, st.data())
@settings(max_examples=300)
def test_removing_an_approval_never_opens(rule, votes, data):
    left = [x for x in votes if x.says != "approve" or data.draw(st.booleans())]
    if is_open(rule, left):
        assert is_open(rule, votes)


@given(rules, boxes, st.data())
@settings(max_examples=300)
def test_taking_a_signature_away_never_opens(rule, votes, data):
    stripped = [
        replace(x, key_ids=(), fault="it is not signed") if data.draw(st.booleans()) else x
        for x in votes
    ]
    if is_open(rule, stripped):
        assert is_open(rule, votes)


@given(rules, boxes, st.lists(cast(says=("dissent", "abstain", "recuse")), min_size=1, max_size=3))
@settings(max_examples=300)
def test_adding_a_dissent_abstention_or_recusal_never_opens(rule, votes, more):
    if is_open(rule, [*votes, *more]):
        assert is_open(rule, votes)


@given(rules, boxes, st.randoms())
def test_the_order_never_matters_and_a_duplicate_adds_nothing(rule, votes, chance):
    before = evaluate_quorum(rule, votes, GROUP, QUESTION)
    mixed = votes + chance.choices(votes, k=4) if votes else []
    chance.shuffle(mixed)
    assert evaluate_quorum(rule, mixed, GROUP, QUESTION) == before
    under_other_ids = [*votes, *(replace(x, id=f"{x.id}-again") for x in votes)]
    assert evaluate_quorum(rule, under_other_ids, GROUP, QUESTION).state == before.state


@given(rules, boxes, st.integers(0, 30))
@settings(max_examples=300)
def test_ageing_never_opens(rule, votes, days):
    """Once nothing lies in the future, time only takes away."""
    now = replace(QUESTION, on=date(2026, 12, 7))
    later = replace(QUESTION, on=now.on + timedelta(days=days))
    if is_open(rule, votes, later):
        assert is_open(rule, votes, now)


@given(rules, boxes)
def test_open_takes_as_many_different_people_as_the_rule_asks_for(rule, votes):
    result = evaluate_quorum(rule, votes, GROUP, QUESTION)
    if result.state == "open":
        approving = {x.person for x in votes if x.id in result.approvals and x.says == "approve"}
        assert len(approving) >= rule.needed * rule.approvals
        assert "p4" not in approving  # the one with a conflict of interest
