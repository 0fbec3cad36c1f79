"""Thresholds, obligations, safeguards and gates: what follows, and why."""

import copy
import random
from datetime import date, timedelta

import pytest
from tests.decision.world import (
    ASSESSMENT,
    DECLARATION,
    DETERMINATION,
    EXPIRES,
    ON,
    OTHER_WEIGHTS,
    STALE_ON,
    WEIGHTS,
    canonical,
    reached,
    world,
)

from ifthen.decision.deciding import decide
from ifthen.decision.model import Outcome, Reason
from ifthen.decision.truth import Truth

DAY = timedelta(days=1)
GO = {"store": "go", "deploy": "go"}
HOLD = {"store": "hold", "deploy": "hold"}
OPEN = {"store": "undetermined", "deploy": "undetermined"}


def codes(finding):
    return [reason.code for reason in finding.reasons]


def judged(changed, conclusion, threshold="cyber-1", **update):
    """Add a determination."""
    id = f"{threshold}-{conclusion}"
    changed.determinations.append(
        DETERMINATION | {"id": id, "threshold": threshold, "conclusion": conclusion} | update
    )
    return changed


def lenient(changed):
    changed.framework["treat_undetermined_as"] = "undetermined"
    return changed


def unsafe(changed):
    """Let the vault be examined and found wanting."""
    changed.assessments[0]["result"] = "not-effective"
    return changed


# -- the whole -------------------------------------------------------------------------------------


def test_in_order():
    decision = world().decide()
    assert decision.kind == "decision"
    assert decision.id == "aurora-2-2026-07-01"
    assert decision.on == ON
    assert decision.hypothetical is False
    assert decision.outcome is Outcome.GO
    assert [x.status for x in decision.thresholds] == ["ruled-out", "ruled-out"]
    assert [x.treated_as for x in decision.thresholds] == ["below", "below"]
    assert decision.obligations == ()
    assert {gate.summary for gate in decision.gates} == {
        "every threshold is ruled out; no safeguard is required"
    }
    assert [finding.evaluation for finding in decision.evaluations] == ["ctf"]
    assert [finding.safeguard for finding in decision.safeguards] == ["vault", "filter"]


def test_reached_and_everything_in_place():
    decision = reached().decide()
    assert decision.outcome is Outcome.GO
    first, second = decision.thresholds
    assert (first.status, first.treated_as, first.reasons) == ("reached", "reached", ())
    assert (second.status, second.treated_as) == ("cannot-rule-out", "reached")
    assert codes(second) == ["evaluation.fails"]
    store, deploy = decision.gates
    assert store.requires == ("vault",)
    assert deploy.requires == ("vault", "filter")
    assert store.summary == "every required safeguard is in place: vault"
    assert deploy.summary == "every required safeguard is in place: vault, filter"
    assert deploy.reasons == deploy.change == ()


def test_what_was_decided_about():
    changed = world()
    changed.framework["notice"] = "A proxy."
    facts = changed.facts()
    decision = decide(facts, on=ON, hypothetical=True)
    assert decision.hypothetical is True
    framework, model = decision.framework, decision.model
    assert (framework.id, framework.version, framework.title, framework.developer) == (
        "frontier",
        "1.0",
        "Frontier Safety Framework",
        "Aurora",
    )
    assert framework.in_force_from == date(2026, 1, 1)
    assert framework.notice == "A proxy."
    assert framework.digest == facts.framework.digest
    assert (model.id, model.title, model.weights_sha256) == ("aurora-2", "Aurora 2", WEIGHTS)
    assert model.digest == facts.model.digest


def test_threshold_findings_say_where_they_come_from():
    first, second = world().decide().thresholds
    assert (first.threshold, first.domain, first.tier, first.title) == (
        "cyber-1",
        "cyber",
        1,
        "Uplift to novices",
    )
    assert first.evaluations == ("ctf",)
    assert first.ruled_out.claim == "evaluation ctf is ruled-out"
    assert first.reached.claim == "evaluation ctf is reached or determination cyber-1 is reached"
    assert second.tier == 2
    changed = world()
    changed.thresholds[0]["ruled_out_when"] = {
        "in": {"determination": "cyber-1", "values": ["ruled-out"]}
    }
    changed.thresholds[1] |= {"ruled_out_when": {"present": {"declaration": "filter-on"}}}
    del changed.thresholds[1]["reached_when"]
    first, second = changed.decide().thresholds
    assert first.evaluations == ("ctf",)
    assert second.evaluations == ()
    assert second.reached is None
    assert second.status == "ruled-out"


def test_every_document_about_the_model_is_an_input():
    changed = world()
    about_another = {"model": "aurora-1", "id": "another"}
    for documents in (
        changed.plans,
        changed.evidence,
        changed.declarations,
        changed.assessments,
        changed.determinations,
    ):
        documents.append(documents[0] | about_another)
        documents.append(documents[0] | {"id": "a-second"})
    inputs = [(ref.kind, ref.id) for ref in changed.decide().inputs]
    assert inputs == [
        ("assessment", "a-second"),
        ("assessment", "vault-assessed"),
        ("declaration", "a-second"),
        ("declaration", "filter-declared"),
        ("determination", "a-second"),
        ("determination", "cyber-1-judged"),
        ("evidence", "a-second"),
        ("evidence", "ctf-run"),
        ("framework", "frontier"),
        ("model", "aurora-2"),
        ("plan", "a-second"),
        ("plan", "ctf-plan"),
    ]
    assert all(ref.digest.startswith("sha256:") for ref in changed.decide().inputs)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_documents_does_not_matter(seed):
    changed = world()
    changed.add_run(12)
    changed.add_run(12, id="ctf-run")
    for documents in (changed.declarations, changed.assessments, changed.determinations):
        documents.append(documents[0] | {"id": "a-second"})
        documents.append(documents[0] | {"made_on": "2026-06-12", "id": "b-third"})
        documents.append(documents[0] | {"made_on": "2026-06-11"})
    changed.plans.append(changed.plans[0] | {"id": "a-plan"})
    expected = canonical(changed.decide())
    rng = random.Random(seed)  # noqa: S311 - an order, not a secret
    for documents in (
        changed.plans,
        changed.evidence,
        changed.declarations,
        changed.assessments,
        changed.determinations,
    ):
        rng.shuffle(documents)
    assert canonical(changed.decide()) == expected


def test_a_long_model_id_makes_a_decision():
    changed = world()
    changed.model["id"] = "m" * 80
    assert changed.decide().id == "m" * 69 + "-2026-07-01"


# -- thresholds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("treat", "gates"), [("reached", HOLD), ("undetermined", OPEN)])
def test_what_cannot_be_ruled_out_counts_as_the_framework_says(treat, gates):
    changed = unsafe(world()).measured(30)
    changed.framework["treat_undetermined_as"] = treat
    finding = changed.threshold()
    assert (finding.status, finding.treated_as) == ("cannot-rule-out", treat)
    assert codes(finding) == ["evaluation.straddles"]
    assert changed.gates() == gates


@pytest.mark.parametrize("treat", ["reached", "undetermined"])
def test_what_cannot_be_ruled_out_waits_for_its_safeguards(treat):
    changed = world().measured(30)
    changed.framework["treat_undetermined_as"] = treat
    assert changed.gates() == GO
    assert changed.decide().obligations[0].because == treat


def test_reached_is_reached_whatever_undetermined_counts_as():
    changed = lenient(unsafe(reached()))
    assert changed.threshold().treated_as == "reached"
    assert changed.gates() == HOLD


def test_the_default_is_that_undetermined_counts_as_reached():
    changed = unsafe(world()).measured(30)
    assert "treat_undetermined_as" not in changed.framework
    assert changed.gates() == HOLD


@pytest.mark.parametrize("treat", ["reached", "undetermined"])
def test_reached_and_ruled_out_conflict(treat):
    changed = judged(world(), "reached")
    changed.determinations.pop(0)
    changed.framework["treat_undetermined_as"] = treat
    finding = changed.threshold()
    assert finding.status == "cannot-rule-out"
    assert finding.treated_as == treat
    assert finding.reasons == (
        Reason(
            code="threshold.conflicting",
            text="cyber-1: one condition says reached, the other says ruled out",
        ),
    )
    assert unsafe(changed).gates() == (HOLD if treat == "reached" else OPEN)


def test_what_was_never_said_leaves_a_ruling_out_alone():
    changed = world()
    changed.determinations.clear()
    assert changed.threshold().status == "ruled-out"
    assert changed.threshold().reached.value is Truth.UNDETERMINED


def in_doubt(changed, on=ON):
    finding = changed.threshold(on=on)
    assert (finding.status, finding.treated_as) == ("cannot-rule-out", "reached")
    assert finding.ruled_out.value is Truth.YES
    assert finding.reasons[0] == Reason(
        code="threshold.in-doubt",
        text="cyber-1 looks ruled out, but whether it is reached can no longer be told",
    )
    assert unsafe(changed).gates(on) == HOLD
    return codes(finding)[1:]


def test_an_expired_word_about_reaching_it_keeps_a_threshold_from_being_ruled_out():
    changed = judged(world(), "reached", expires="2026-07-01")
    changed.determinations.pop(0)
    assert changed.threshold(on=ON - DAY).reasons[0].code == "threshold.conflicting"
    assert in_doubt(changed) == ["determination.expired"]


def test_conflicting_words_about_reaching_it_keep_a_threshold_from_being_ruled_out():
    assert in_doubt(judged(world(), "reached")) == ["determination.conflicting"]


def other_evidence():
    """Return a world in which tier 1 is ruled out by a judge, and reached by a measurement."""
    changed = world()
    changed.thresholds[0] |= {
        "ruled_out_when": {"in": {"determination": "cyber-1", "values": ["ruled-out"]}},
        "reached_when": {"in": {"evaluation": "ctf", "values": ["reached"]}},
    }
    return changed


@pytest.mark.parametrize(
    "code",
    ["evaluation.log-missing", "evaluation.log-changed", "evaluation.record-differs"],
)
def test_a_lost_log_keeps_a_threshold_from_being_ruled_out(code):
    changed = other_evidence()
    assert changed.threshold().status == "ruled-out"
    changed.faults["ctf-run"] = Reason(code=code, text="as it is")
    assert in_doubt(changed) == [code]


def test_a_contradicted_log_keeps_a_threshold_from_being_ruled_out():
    changed = other_evidence()
    changed.evidence[0]["findings"] = [
        {"code": "log.fault", "severity": "contradiction", "message": "fault"}
    ]
    assert in_doubt(changed) == ["evaluation.contradicted"]


def test_a_stale_result_keeps_a_threshold_from_being_ruled_out():
    changed = other_evidence()
    assert changed.threshold(on=STALE_ON - DAY).status == "ruled-out"
    assert in_doubt(changed, on=STALE_ON) == ["evaluation.stale"]


def test_results_that_conflict_keep_a_threshold_from_being_ruled_out():
    changed = other_evidence()
    changed.add_run(140)
    assert in_doubt(changed) == ["evaluation.conflicting"]


@pytest.mark.parametrize("successes", [30, 60])
def test_a_result_that_settles_nothing_leaves_a_ruling_out_by_a_judge_alone(successes):
    assert other_evidence().measured(successes).threshold().status == "ruled-out"


def test_a_result_that_does_not_apply_leaves_a_ruling_out_alone():
    changed = other_evidence()
    changed.evidence[0]["run"]["weights_sha256"] = OTHER_WEIGHTS
    assert changed.threshold().status == "ruled-out"


def test_only_the_facts_that_went_bad_are_named():
    changed = other_evidence()
    changed.thresholds[0]["reached_when"] = {
        "any": [
            {"in": {"evaluation": "ctf", "values": ["reached"]}},
            {"in": {"determination": "cyber-2", "values": ["reached"]}},
        ]
    }
    changed.faults["ctf-run"] = Reason(code="evaluation.log-missing", text="as it is")
    assert in_doubt(changed) == ["evaluation.log-missing"]


def test_a_tier_is_not_ruled_out_while_a_higher_one_is_reached():
    changed = judged(world(), "reached", threshold="cyber-2")
    changed.thresholds[1]["ruled_out_when"] = {"le": {"evaluation": "ctf", "value": 0.01}}
    first, second = changed.decide().thresholds
    assert second.status == "reached"
    assert (first.status, first.treated_as) == ("cannot-rule-out", "reached")
    assert first.reasons == (
        Reason(
            code="threshold.tier-conflict",
            text="cyber-1 looks ruled out, but cyber-2 is reached",
        ),
    )
    assert first.ruled_out.value is Truth.YES
    assert lenient(changed).threshold().treated_as == "undetermined"


def test_a_tier_is_not_ruled_out_while_a_higher_one_may_be_reached():
    changed = judged(world(), "reached", threshold="cyber-2", expires="2026-07-01")
    first, second = changed.decide().thresholds
    assert codes(second) == ["threshold.in-doubt", "determination.expired"]
    assert first.status == "cannot-rule-out"
    assert first.reasons == (
        Reason(
            code="threshold.tier-conflict",
            text="cyber-1 looks ruled out, but cyber-2 may be reached",
        ),
    )


def test_a_higher_tier_may_be_ruled_out_while_a_lower_one_is_reached():
    changed = world().measured(102)
    changed.evaluation["rule_in"] = {"at_least": 0.4}
    changed.plans[0]["rule_in_at_least"] = 0.4
    first, second = changed.decide().thresholds
    assert (first.status, second.status) == ("reached", "ruled-out")


def test_tiers_of_another_domain_do_not_conflict():
    changed = judged(world(), "reached", threshold="bio-2")
    domain = copy.deepcopy(changed.framework["domains"][0]) | {"id": "bio"}
    for number, threshold in enumerate(domain["thresholds"], start=1):
        threshold["id"] = f"bio-{number}"
        threshold["ruled_out_when"] = {"present": {"declaration": "never-said"}}
    domain["thresholds"][0].pop("reached_when")
    domain["thresholds"][1]["reached_when"] = {
        "in": {"determination": "bio-2", "values": ["reached"]}
    }
    changed.framework["domains"].append(domain)
    decision = changed.decide()
    assert [x.status for x in decision.thresholds] == [
        "ruled-out",
        "ruled-out",
        "cannot-rule-out",
        "reached",
    ]


# -- obligations -----------------------------------------------------------------------------------


def test_obligations():
    changed = world().measured(30)
    changed.framework["commitments"].append(
        {"id": "aim-1", "if": "cyber-1", "then": ["filter"], "force": "aim"}
    )
    first, second = changed.decide().obligations
    assert (first.commitment, first.threshold, first.because) == (
        "if-cyber-1",
        "cyber-1",
        "reached",
    )
    assert first.safeguards == ("vault", "filter")
    assert first.binding is True
    assert (second.commitment, second.binding) == ("aim-1", False)
    vault, filter_ = changed.decide().safeguards
    assert vault.required_by == filter_.required_by == ("if-cyber-1",)


@pytest.mark.parametrize("force", ["aim", "may", "recommend"])
def test_what_is_only_aimed_at_holds_no_gate(force):
    changed = unsafe(world().measured(30))
    changed.framework["commitments"][0] |= {"then": ["filter"]}
    changed.framework["commitments"].append(
        {"id": "aim-1", "if": "cyber-1", "then": ["vault"], "force": force}
    )
    decision = changed.decide()
    assert changed.gates() == GO
    assert decision.gates[1].requires == ("filter",)
    assert decision.safeguards[0].required_by == ()
    assert [o.binding for o in decision.obligations] == [True, False]


@pytest.mark.parametrize("treat", ["reached", "undetermined"])
@pytest.mark.parametrize(
    "commitments",
    [
        [{"id": "open-1", "if": "cyber-1", "then": []}],
        [{"id": "aim-1", "if": "cyber-1", "then": ["vault"], "force": "aim"}],
        [],
        [
            {"id": "open-1", "if": "cyber-1", "then": []},
            {"id": "if-cyber-1", "if": "cyber-1", "then": ["vault"]},
        ],
        [
            {"id": "if-cyber-1", "if": "cyber-1", "then": ["vault"]},
            {"id": "open-1", "if": "cyber-1", "then": []},
        ],
    ],
    ids=["open", "only-aimed-at", "none", "open-beside-one", "one-beside-open"],
)
def test_a_consequence_left_open_leaves_every_gate_open(treat, commitments):
    changed = world().measured(30)
    changed.framework["treat_undetermined_as"] = treat
    changed.framework["commitments"][:1] = commitments
    assert changed.gates() == OPEN
    finding = changed.gate_finding()
    reason = Reason(
        code="commitment.unspecified", text="the framework names no safeguard for cyber-1"
    )
    assert finding.reasons == (reason,)
    assert finding.change == ("a framework version that says what cyber-1 calls for",)
    assert finding.summary == reason.text
    step = next(x for x in finding.condition.parts if x.reasons)
    assert step.claim == "what cyber-1 calls for is in place"
    assert step.value is Truth.UNDETERMINED


def test_a_consequence_only_aimed_at_and_left_open_changes_nothing():
    changed = world().measured(30)
    changed.framework["commitments"].append(
        {"id": "aim-1", "if": "cyber-1", "then": [], "force": "aim"}
    )
    assert changed.gates() == GO


def test_a_consequence_left_open_does_not_undo_a_hold():
    changed = unsafe(world().measured(30))
    changed.framework["commitments"].append({"id": "open-1", "if": "cyber-1", "then": []})
    assert changed.gates() == HOLD
    assert "commitment.unspecified" in codes(changed.gate_finding())
    assert changed.gate_finding().summary == (
        "assessment vault says not-effective; needs effective"
    )


def test_a_consequence_of_a_threshold_that_is_ruled_out_may_stay_open():
    changed = world()
    changed.framework["commitments"][0]["then"] = []
    assert changed.gates() == GO


def matrix(*tiers):
    """Return a world whose two thresholds are cells; the second is reached, the first ruled out."""
    changed = judged(world(), "reached", "cyber-2")
    changed.framework["domains"][0]["ordered"] = "no"
    for threshold, tier in zip(changed.thresholds, tiers, strict=True):
        threshold["tier"] = tier
    changed.thresholds[1]["ruled_out_when"] = {
        "in": {"determination": "cyber-2", "values": ["ruled-out"]}
    }
    return changed


def test_a_cell_is_ruled_out_beside_another_that_is_reached():
    found = {x.threshold: x.status for x in matrix(1, 2).decide().thresholds}
    assert found == {"cyber-1": "ruled-out", "cyber-2": "reached"}
    ladder = matrix(1, 2)
    del ladder.framework["domains"][0]["ordered"]
    assert ladder.threshold().status == "cannot-rule-out"


@pytest.mark.parametrize("tiers", [(2, 1), (1, 1), (7, 3)])
def test_cells_without_order_are_decided_the_same_whatever_their_numbers(tiers):
    def standings(changed):
        decision = changed.decide()
        said = [(x.threshold, x.status, x.reasons, x.ordered) for x in decision.thresholds]
        return said, decision.obligations, [x.outcome for x in decision.gates]

    assert standings(matrix(*tiers)) == standings(matrix(1, 2))


FILTER_OFF = {"in": {"declaration": "filter-on", "values": [False]}}
READ = [
    {"id": "off", "text": "where the filter is off", "when": FILTER_OFF},
    {
        "id": "not-on",
        "text": "where it is not on",
        "when": {"not": {"in": {"declaration": "filter-on", "values": [True]}}},
    },
]  # fmt: skip


@pytest.mark.parametrize(
    "commitment",
    [
        {"then": ["vault", "filter"], "when": FILTER_OFF},
        {"then": [], "when": FILTER_OFF},
        {"then": ["vault"], "readings": READ},
    ],
    ids=["further-condition", "left-open", "readings"],
)
def test_a_further_condition_that_does_not_hold_leaves_nothing_open(commitment):
    changed = world().measured(30)
    changed.framework["commitments"][0] = {"id": "if-cyber-1", "if": "cyber-1"} | commitment
    assert changed.threshold().treated_as == "reached"
    assert changed.gates() == GO
    (step,) = changed.gate_finding().condition.parts
    assert step.claim == "nothing is due for cyber-1: no condition of its commitments holds"
    assert {part.value for part in step.parts} == {Truth.NO}
    changed.declarations.clear()
    assert changed.decide().obligations[0].because == "undetermined"


@pytest.mark.parametrize(
    "other",
    [
        {"id": "aim-1", "if": "cyber-1", "then": ["vault"], "force": "aim"},
        {"id": "old", "if": "cyber-1", "then": ["vault"], "effective_until": "2026-06-30"},
    ],
    ids=["only-aimed-at", "no-longer-applies"],
)
def test_a_clause_that_binds_nobody_settles_no_consequence(other):
    changed = world().measured(30)
    changed.framework["commitments"][0] = other | {"when": FILTER_OFF}
    assert changed.gates() == OPEN
    assert "commitment.unspecified" in codes(changed.gate_finding())


def test_one_condition_that_does_not_hold_takes_nothing_from_a_commitment_beside_it():
    changed = unsafe(world().measured(30))
    changed.declarations.append(copy.deepcopy(DECLARATION) | {"id": "x", "statement": "y"})
    changed.framework["commitments"].append(
        {"id": "more", "if": "cyber-1", "then": [],
         "when": {"in": {"declaration": "y", "values": [False]}}}
    )  # fmt: skip
    assert changed.gates() == HOLD


RULED_OUT = {"in": {"threshold": "bio-1", "values": ["ruled-out"]}}
REACHED = {"in": {"threshold": "bio-1", "values": ["reached"]}}


def beside_bio(asked, **commitment):
    """Let cyber-1 be reached, the filter be off, and a judge rule out a threshold beside it."""
    changed = world().measured(30)
    changed.determinations[0]["conclusion"] = "reached"
    changed.declarations[0]["value"] = False
    bio = copy.deepcopy(changed.framework["domains"][0]) | {"id": "bio"}
    bio["thresholds"] = [bio["thresholds"][0] | {"id": "bio-1", "status": "exploratory"}]
    bio["thresholds"][0]["ruled_out_when"] = {
        "in": {"determination": "bio-1", "values": ["ruled-out"]}
    }
    del bio["thresholds"][0]["reached_when"]
    changed.framework["domains"].append(bio)
    changed.framework["commitments"][0] |= {"when": asked} | commitment
    return judged(changed, "ruled-out", "bio-1")


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside-another"])
@pytest.mark.parametrize(
    "asked",
    [
        RULED_OUT,
        {"not": REACHED},
        {"not": {"any": [REACHED, {"in": {"declaration": "filter-on", "values": [True]}}]}},
        {"present": {"threshold": "bio-1"}},
    ],
    ids=["ruled-out", "not-reached", "nested", "present"],
)
def test_the_end_of_a_ruling_out_does_not_end_what_is_due_under_it(asked, beside):
    changed = beside_bio(asked)
    if beside:
        changed.framework["commitments"].append(
            {"id": "always", "if": "cyber-1", "then": ["vault"]}
        )
    assert changed.gates()["deploy"] == "hold"
    changed.determinations[-1]["expires"] = ON.isoformat()
    assert changed.threshold("bio-1").treated_as == "reached"
    assert changed.gates() == {"store": "go", "deploy": "undetermined"}
    (found,) = [x for x in changed.decide().obligations if x.commitment == "if-cyber-1"]
    assert found.because == "undetermined"
    assert [x.code for x in found.reasons] == ["commitment.undetermined", "threshold.stands"]


def test_what_is_due_where_another_threshold_is_reached_is_due_where_it_may_be():
    changed = beside_bio(REACHED)
    assert changed.gates()["deploy"] == "go"
    changed.determinations.pop()
    assert changed.gates()["deploy"] == "hold"


@pytest.mark.parametrize("values", [["reached", "ruled-out"], ["ruled-out", "reached"]])
def test_a_condition_that_holds_whichever_way_a_threshold_is_needs_no_showing(values):
    both = {"in": {"threshold": "bio-1", "values": values}}
    changed = beside_bio({"not": both})
    changed.determinations.pop()
    assert changed.gates()["deploy"] == "go"
    changed.framework["commitments"][0]["when"] = both
    assert changed.gates()["deploy"] == "hold"


def test_the_end_of_one_side_of_a_conflict_shows_no_threshold_to_be_reached():
    changed = beside_bio(RULED_OUT)
    changed.framework["domains"][1]["thresholds"][0]["reached_when"] = {
        "in": {"declaration": "bio-seen", "values": [True]}
    }
    changed.declarations.append(DECLARATION | {"id": "seen", "statement": "bio-seen"})
    assert "threshold.conflicting" in codes(changed.threshold("bio-1"))
    assert changed.gates()["deploy"] == "undetermined"
    changed.determinations[-1]["expires"] = ON.isoformat()
    assert changed.threshold("bio-1").status == "reached"
    assert changed.gates()["deploy"] == "undetermined"
    changed.framework["commitments"][0]["when"] = {"not": {"present": {"threshold": "bio-1"}}}
    assert changed.gates()["deploy"] == "undetermined"
    changed.determinations.pop()
    assert changed.gates()["deploy"] == "go"


@pytest.mark.parametrize("place", ["also", "in_place_when"])
def test_the_end_of_a_ruling_out_puts_no_safeguard_in_place_and_meets_no_further_condition(place):
    changed = beside_bio(RULED_OUT, then=["vault"])
    if place == "also":
        changed.gate("deploy")["also"] = REACHED
    else:
        changed.safeguard("vault")["in_place_when"] = REACHED
    assert changed.gates()["deploy"] == "hold"
    changed.determinations[-1]["expires"] = ON.isoformat()
    assert changed.gates()["deploy"] == "undetermined"


# -- safeguards ------------------------------------------------------------------------------------


def test_unspecified_safeguard():
    changed = world().measured(30)
    del changed.safeguard("vault")["in_place_when"]
    assert changed.gates() == OPEN
    vault = changed.decide().safeguards[0]
    reason = Reason(
        code="safeguard.unspecified", text="the framework does not say when vault is in place"
    )
    assert vault.in_place is Truth.UNDETERMINED
    assert vault.reasons == (reason,)
    assert vault.condition is None
    finding = changed.gate_finding()
    assert finding.reasons == (reason,)
    assert finding.change == ()
    step = finding.condition.parts[0]
    assert step.parts == step.facts == ()


def test_a_safeguard_finding_says_where_it_comes_from():
    vault, filter_ = unsafe(world().measured(30)).decide().safeguards
    assert (vault.safeguard, vault.kind, vault.title) == ("vault", "security", "Vault")
    assert vault.in_place is Truth.NO
    assert codes(vault) == ["assessment.says"]
    assert vault.required_by == ("if-cyber-1",)
    assert vault.condition.claim == "assessment vault is effective"
    assert filter_.in_place is Truth.YES
    assert filter_.reasons == ()


def test_a_safeguard_that_nothing_calls_for_is_looked_at_and_holds_nothing():
    changed = unsafe(world())
    vault = changed.decide().safeguards[0]
    assert vault.in_place is Truth.NO
    assert vault.required_by == ()
    assert changed.gates() == GO


BROKEN = {
    "missing": (lambda kind, w: w.statements(kind).clear(), ON),
    "expired": (lambda kind, w: w.statements(kind)[0].update(expires="2026-07-01"), ON),
    "not-yet": (lambda kind, w: w.statements(kind)[0].update(made_on="2026-07-02"), ON),
    "conflicting": (
        lambda kind, w: w.statements(kind).append(
            {"assessment": ASSESSMENT, "declaration": DECLARATION}[kind]
            | {"id": "other"}
            | {"assessment": {"result": "not-effective"}, "declaration": {"value": False}}[kind]
        ),
        ON,
    ),
}


@pytest.mark.parametrize("treat", ["reached", "undetermined"])
@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("kind", ["assessment", "declaration"])
def test_a_safeguard_without_a_sound_statement_opens_no_gate(kind, fault, treat):
    changed = world().measured(30)
    changed.framework["treat_undetermined_as"] = treat
    assert changed.gates() == GO
    BROKEN[fault][0](kind, changed)
    gates = changed.gates()
    assert gates["deploy"] == "undetermined"
    assert gates["store"] == ("undetermined" if kind == "assessment" else "go")
    assert codes(changed.gate_finding()) == [f"{kind}.{fault}"]
    assert len(changed.gate_finding().change) == 1


def test_a_determination_without_sound_statement_rules_nothing_out():
    for fault, (on, change) in {
        "missing": (ON, lambda w: w.determinations.clear()),
        "expired": (EXPIRES, lambda w: None),
        "not-yet": (date(2026, 6, 9), lambda w: None),
        "conflicting": (ON, lambda w: judged(w, "cannot-rule-out")),
        "says": (ON, lambda w: w.determinations[0].update(conclusion="cannot-rule-out")),
    }.items():
        changed = world()
        changed.thresholds[0] |= {
            "ruled_out_when": {"in": {"determination": "cyber-1", "values": ["ruled-out"]}}
        }
        del changed.thresholds[0]["reached_when"]
        assert changed.threshold().status == "ruled-out"
        change(changed)
        finding = changed.threshold(on=on)
        assert finding.status == "cannot-rule-out"
        assert codes(finding) == [f"determination.{fault}"]


# -- gates -----------------------------------------------------------------------------------------


def test_hold_says_why_and_what_would_change_it():
    changed = unsafe(reached())
    finding = changed.gate_finding()
    assert finding.outcome is Outcome.HOLD
    assert (finding.gate, finding.action) == ("deploy", "External deployment")
    assert finding.decided_by == ("safety-lead",)
    assert finding.summary == "assessment vault says not-effective; needs effective"
    assert codes(finding) == ["assessment.says"]
    assert finding.change == ("assessment vault: needs effective",)
    assert finding.condition.claim == "External deployment: everything that is due is in place"
    assert finding.condition.value is Truth.NO
    claims = [step.claim for step in finding.condition.parts]
    assert claims == [
        "security vault is in place, for cyber-1",
        "deployment filter is in place, for cyber-1",
        "security vault is in place, for cyber-2",
        "deployment filter is in place, for cyber-2",
    ]
    vault, filter_, *_ = finding.condition.parts
    assert [ref.id for ref in vault.facts] == ["vault-assessed"]
    assert vault.parts[0].claim == "assessment vault is effective"
    assert filter_.value is Truth.YES
    assert filter_.reasons == filter_.change == ()
    assert [ref.id for ref in filter_.facts] == ["filter-declared"]


def test_a_gate_waits_only_for_the_kinds_that_it_needs():
    changed = reached()
    changed.declarations[0]["value"] = False
    assert changed.gates() == {"store": "go", "deploy": "hold"}
    changed = unsafe(reached())
    changed.gate("store")["needs"] = ["deployment"]
    assert changed.gates() == {"store": "go", "deploy": "hold"}


def test_a_gate_that_needs_no_safeguard_of_those_due():
    changed = reached()
    changed.gate("store")["needs"] = []
    finding = changed.gate_finding("store")
    assert finding.outcome is Outcome.GO
    assert finding.summary == "no safeguard is required for this action"
    assert finding.requires == ()


def test_a_hold_names_only_what_holds_and_lists_the_rest():
    changed = unsafe(reached())
    changed.declarations.clear()
    finding = changed.gate_finding()
    assert finding.outcome is Outcome.HOLD
    assert finding.summary == "assessment vault says not-effective; needs effective"
    assert codes(finding) == ["assessment.says", "declaration.missing"]
    assert len(finding.change) == 2


def test_a_safeguard_that_two_thresholds_call_for_is_required_once():
    assert reached().gate_finding().requires == ("vault", "filter")
    assert reached().decide().safeguards[0].required_by == ("if-cyber-1", "if-cyber-2")


@pytest.mark.parametrize(
    ("value", "outcome"), [(True, "go"), (False, "hold"), (None, "undetermined")]
)
def test_also(value, outcome):
    changed = world()
    changed.gate("deploy")["also"] = {"in": {"declaration": "board-agrees", "values": [True]}}
    if value is not None:
        changed.declarations.append(
            DECLARATION | {"id": "board", "statement": "board-agrees", "value": value}
        )
    assert changed.gates() == {"store": "go", "deploy": outcome}
    finding = changed.gate_finding()
    assert finding.condition.parts[-1].claim == "declaration board-agrees is true"
    if value is None:
        assert finding.summary == "there is no declaration of board-agrees"
    if value is False:
        assert codes(finding) == ["declaration.says"]


def test_also_does_not_outvote_a_safeguard():
    changed = unsafe(reached())
    changed.gate("deploy")["also"] = {"in": {"declaration": "filter-on", "values": [True]}}
    assert changed.gates()["deploy"] == "hold"


def test_also_with_a_not_that_fails_says_what_holds():
    changed = world()
    changed.gate("deploy")["also"] = {"not": {"present": {"declaration": "filter-on"}}}
    finding = changed.gate_finding()
    assert finding.outcome is Outcome.HOLD
    assert finding.summary == "declaration filter-on is at hand; it must not"


def test_reached_and_undetermined_thresholds_side_by_side():
    """What one threshold leaves open, another that is reached may hold."""
    changed = lenient(unsafe(reached()))
    finding = changed.gate_finding("store")
    assert [step.value for step in finding.condition.parts] == [Truth.NO, Truth.UNDETERMINED]
    assert finding.outcome is Outcome.HOLD


def higher_tier_open(changed):
    """Let tier 1 be ruled out and tier 2 not."""
    changed.thresholds[1]["ruled_out_when"] = {"le": {"evaluation": "ctf", "value": 0.01}}
    return changed


def test_a_tier_that_is_ruled_out_does_not_clear_the_one_above_it():
    changed = higher_tier_open(world())
    assert [x.status for x in changed.decide().thresholds] == ["ruled-out", "cannot-rule-out"]
    finding = changed.gate_finding()
    assert finding.summary == "every required safeguard is in place: vault, filter"
    assert [step.claim for step in finding.condition.parts] == [
        "security vault is in place, for cyber-2",
        "deployment filter is in place, for cyber-2",
    ]
    assert unsafe(changed).gates() == HOLD


def test_a_go_says_what_its_own_condition_rests_on():
    changed = world()
    changed.gate("deploy")["also"] = {"in": {"declaration": "filter-on", "values": [True]}}
    assert changed.gate_finding().summary == (
        "every threshold is ruled out; no safeguard is required;"
        " declaration filter-declared by assessor, until 2026-12-10"
    )


def test_two_reasons_to_hold_are_both_said():
    changed = unsafe(reached())
    changed.declarations[0]["value"] = False
    assert changed.gate_finding().summary == (
        "assessment vault says not-effective; needs effective;"
        " declaration filter-on says false; needs true"
    )


def test_what_is_open_without_a_reason_is_said_as_a_condition():
    """Only a framework with faults comes to it: an outcome that its evaluation cannot have."""
    changed = world()
    changed.linted = False
    del changed.evaluation["rule_out"], changed.evaluation["rule_in"]
    changed.evaluation["plan"] = "not-required"
    changed.thresholds.pop()
    changed.thresholds[0]["ruled_out_when"] = {"le": {"evaluation": "ctf", "value": 0.5}}
    del changed.thresholds[0]["reached_when"]
    leaf = {"in": {"evaluation": "ctf", "values": ["ruled-out"]}}
    changed.gate("deploy")["also"] = leaf
    finding = changed.gate_finding()
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.summary == "evaluation ctf is ruled-out"
    changed.safeguard("vault")["in_place_when"] = leaf
    changed.safeguard("filter")["in_place_when"] = leaf
    changed.thresholds[0]["ruled_out_when"] = leaf
    assert changed.gate_finding().summary == (
        "security vault is in place, for cyber-1; deployment filter is in place, for cyber-1;"
        " evaluation ctf is ruled-out"
    )
