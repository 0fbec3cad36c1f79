"""Who has to sign off: by the tier that is reached, and where people read the text in two ways."""

import pytest
from tests.decision.world import world

from ifthen.decision.deciders import find_deciding
from ifthen.framework.model import Gate

ROLES = [{"id": id, "title": id} for id in ("team", "leader", "committee", "safety-lead")]
BY_TIER = [
    {"reached": ["cyber-2"], "decided_by": ["committee"]},
    {"reached": ["cyber-1"], "decided_by": ["leader", "team"], "quorum": 1},
]


def gated(**keys):
    changed = world()
    changed.framework["roles"] = ROLES
    changed.gate("deploy").update({"decided_by": ["team"]} | keys)
    return changed


def reach(changed, *, lower, higher):
    """Let the two tiers count as told; a conclusion alone says where the model stands."""
    changed.framework["treat_undetermined_as"] = "undetermined"
    changed.framework["domains"][0]["ordered"] = "no"
    for threshold in changed.thresholds:
        for key, value in (("ruled_out_when", "ruled-out"), ("reached_when", "reached")):
            threshold[key] = {"in": {"determination": threshold["id"], "values": [value]}}
    judged = changed.determinations[0]
    changed.determinations = [
        judged | {"id": f"of-{id}", "threshold": id, "conclusion": said}
        for id, said in (("cyber-1", lower), ("cyber-2", higher))
    ]
    return changed


def deciding(changed):
    facts, decision = changed.facts(), changed.decide()
    (gate,) = [x for x in facts.framework.document.gates if x.id == "deploy"]
    found = find_deciding(gate, decision.thresholds)
    (said,) = [x.decided_by for x in decision.gates if x.gate == "deploy"]
    assert said == found.roles
    return found.roles, found.needed


@pytest.mark.parametrize(
    ("lower", "higher", "roles", "needed"),
    [
        ("ruled-out", "ruled-out", ("team",), 1),
        ("reached", "ruled-out", ("leader", "team"), 1),
        ("reached", "reached", ("committee",), 1),
        ("ruled-out", "reached", ("committee",), 1),
    ],
)
def test_the_tier_that_is_reached_chooses_who_decides(lower, higher, roles, needed):
    changed = reach(gated(deciders=BY_TIER), lower=lower, higher=higher)
    assert deciding(changed) == (roles, needed)


@pytest.mark.parametrize(
    ("lower", "higher", "roles"),
    [
        ("reached", "cannot-rule-out", ("committee", "leader", "team")),
        ("ruled-out", "cannot-rule-out", ("committee", "team")),
        ("cannot-rule-out", "cannot-rule-out", ("committee", "leader", "team")),
    ],
)
def test_where_the_tier_cannot_be_told_everybody_who_may_decide_has_to(lower, higher, roles):
    changed = reach(gated(deciders=BY_TIER), lower=lower, higher=higher)
    assert deciding(changed) == (roles, len(roles))


def test_what_counts_as_reached_chooses_as_what_is_reached_does():
    changed = reach(gated(deciders=BY_TIER), lower="reached", higher="cannot-rule-out")
    changed.framework["treat_undetermined_as"] = "reached"
    assert deciding(changed) == (("committee",), 1)


def test_a_quorum_holds_where_nobody_else_decides():
    changed = gated(decided_by=["team", "leader", "committee"], quorum=2)
    assert deciding(changed) == (("team", "leader", "committee"), 2)


READINGS = [
    {"id": "alone", "text": "the leader alone", "decided_by": ["leader"]},
    {"id": "both", "text": "with the committee", "decided_by": ["committee", "leader"]},
]


def test_who_decides_in_any_reading_has_to_sign_off():
    assert deciding(gated(decider_readings=READINGS)) == (("leader", "committee"), 2)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"decider_readings": READINGS, "deciders": BY_TIER}, "not in both"),
        ({"decider_readings": READINGS[:1]}, "no dispute"),
        ({"decider_readings": READINGS, "quorum": 1}, "quorum"),
    ],
)
def test_who_decides_is_stated_once(keys, said):
    gate = gated(**keys).gate("deploy")
    with pytest.raises(ValueError, match=said):
        Gate.model_validate(gate, strict=False)
