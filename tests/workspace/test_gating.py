"""Gates of a workspace in time: signed, changed, expired, vetoed, and at random."""

import shutil
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.decision.world import EXPIRES, excepted
from tests.workspace.documents import logged, without_evidence, write
from tests.workspace.signing import (
    DAY,
    DEPUTY,
    LEAD,
    PEOPLE,
    codes,
    decide,
    gate,
    person,
    sign,
    with_people,
)

from ifthen.attestation.keys import make_signer
from ifthen.errors import Error

NEXT = date(2026, 7, 2)


def world_with(**changes):
    content = without_evidence()
    content.framework["gates"][0].update(changes)
    if "overruled_by" in changes:
        content.framework["roles"].append({"id": "board", "title": "Board"})
    return content


def test_a_gate_without_signatures_is_not_open(tmp_path):
    state = gate(with_people(tmp_path))
    assert (state.outcome, state.decided, codes(state)) == (
        "undetermined",
        "go",
        ["signoff.awaited"],
    )
    assert state.signoff.decision is None


def test_signed_and_open_on_that_day_and_later(tmp_path):
    root = with_people(tmp_path)
    sign(root, decide(root))
    for day in (DAY, NEXT, date(2026, 12, 9)):
        state = gate(root, day)
        assert (state.outcome, state.signoff.state, codes(state)) == ("go", "open", [])
    assert gate(root, gate="deploy").outcome == "undetermined"  # another gate was signed
    assert gate(root, date(2026, 6, 30)).outcome == "undetermined"


def test_what_expires_shuts_the_gate_whoever_signed(tmp_path):
    root = with_people(tmp_path)
    sign(root, decide(root))
    state = gate(root, date(2026, 12, 10))
    assert (state.outcome, state.decided) == ("undetermined", "undetermined")
    assert "signoff.overtaken" in codes(state)


def test_a_change_of_any_input_makes_it_stale_and_says_which(tmp_path):
    root = with_people(tmp_path)
    sign(root, decide(root))
    path = root / "declarations" / "filter-declared.yaml"
    path.write_text(path.read_text().replace("made_on: '2026-06-10'", "made_on: '2026-06-11'"))
    state = gate(root)
    assert (state.outcome, codes(state)) == ("undetermined", ["signoff.awaited", "signoff.stale"])
    assert "declaration filter-declared changed" in state.signoff.reasons[1].text
    shutil.rmtree(root / "decisions")
    assert "not what it was" in gate(root).signoff.reasons[1].text
    sign(root, decide(root, NEXT), now=NEXT)
    state = gate(root, NEXT)
    assert (state.outcome, codes(state)) == ("go", ["signoff.stale"])


@pytest.mark.parametrize(
    ("path", "old", "new", "named"),
    [
        ("declarations/filter-declared.yaml", "evidence: ", "evidence: not ", "declaration"),
        ("assessments/vault-assessed.yaml", "basis: ", "basis: not ", "assessment"),
        ("determinations/cyber-1-judged.yaml", "reasons: ", "reasons: not ", "determination"),
        ("plans/ctf-plan.yaml", "elicitation: ", "elicitation: not ", "plan"),
        ("models/aurora-2.yaml", "title: ", "title: not ", "model"),
        ("frameworks/frontier.yaml", "title: Vault", "title: Another vault", "framework"),
    ],
)
def test_each_kind_of_input_is_named_with_what_it_was_and_is(tmp_path, path, old, new, named):
    root = with_people(tmp_path)
    made = decide(root)
    sign(root, made)
    assert gate(root).suspects == ()
    was = {(x.kind, x.id): x.digest for x in made.inputs}
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))
    state = gate(root)
    (suspect,) = state.suspects
    (change,) = suspect.changes
    assert (state.outcome, change.kind) == ("undetermined", named)
    assert change.was == was[change.kind, change.id]
    assert change.is_ not in (None, change.was)
    assert f"{named} {change.id} changed" in state.signoff.reasons[-1].text


def test_an_input_that_is_gone_or_new_is_named(tmp_path):
    root = with_people(tmp_path)
    sign(root, decide(root))
    path = root / "declarations" / "filter-declared.yaml"
    text = path.read_text()
    path.unlink()
    (root / "declarations" / "other.yaml").write_text(text.replace("filter-declared", "other"))
    (suspect,) = gate(root).suspects
    assert [x.describe() for x in suspect.changes] == [
        "declaration filter-declared is gone",
        "declaration other is new",
    ]
    assert (suspect.changes[0].is_, suspect.changes[1].was) == (None, None)


def test_a_log_that_changed_is_named(tmp_path):
    root = logged(tmp_path).root
    write(root / "people.yaml", PEOPLE)
    sign(root, decide(root))
    with (root / "logs" / "plain.eval").open("ab") as file:
        file.write(b"x")
    state = gate(root)
    assert "the log behind evidence plain is not what it was" in state.signoff.reasons[-1].text
    assert state.outcome == "undetermined"


def test_who_is_told(tmp_path):
    content = world_with(informed=["board"])
    content.framework["roles"].append({"id": "board", "title": "Board"})
    root = with_people(tmp_path, content)
    assert [x.model_dump() for x in gate(root).informed] == [{"role": "board", "people": ()}]
    people = [*PEOPLE["people"], person("chair", make_signer(bytes([7]) * 32), "board")]
    write(root / "people.yaml", PEOPLE | {"people": people})
    assert gate(root).informed[0].people == ("chair",)


def test_an_abstention_stands_on_the_record(tmp_path):
    root = with_people(tmp_path)
    sign(root, decide(root), says="abstain", reasons="too new here")
    state = gate(root)
    assert (state.outcome, len(state.signoff.abstentions)) == ("undetermined", 1)
    sign(root, decide(root), person="deputy", signer=DEPUTY)
    assert gate(root).outcome == "go"


def test_an_override_is_an_exception_in_sight_and_takes_the_signatures(tmp_path):
    content = excepted()
    content.evidence.clear()
    root = with_people(tmp_path, content)
    file = write(root / "exceptions" / "no-filter.yaml", content.exceptions[0])
    state = gate(root, gate="deploy")
    assert (state.outcome, state.decided, state.exceptions) == (
        "undetermined",
        "go",
        ("no-filter",),
    )
    sign(root, decide(root), gate="deploy")
    assert gate(root, gate="deploy").outcome == "go"
    assert gate(root, EXPIRES, "deploy").outcome != "go"
    file.unlink()
    state = gate(root, gate="deploy")
    assert (state.outcome, state.exceptions) == ("hold", ())
    assert [x.describe() for x in state.suspects[0].changes] == ["exception no-filter is gone"]


def test_another_version_of_the_framework(tmp_path):
    content = without_evidence()
    root = with_people(tmp_path, content)
    sign(root, decide(root))
    content.framework["in_force"]["until"] = NEXT.isoformat()
    write(root / "frameworks" / "frontier.yaml", content.framework)
    second = content.framework | {"version": "2.0", "in_force": {"from": NEXT.isoformat()}}
    write(root / "frameworks" / "second.yaml", second)
    shutil.rmtree(root / "signoffs")
    sign(root, decide(root))
    from tests.workspace.signing import COMPUTED, Replay, evaluate_gate, load_workspace  # noqa: PLC0415

    workspace = load_workspace(root)
    replay = Replay(workspace, "aurora-2", bounds=COMPUTED)
    newer = next(x.document for x in workspace.frameworks if x.document.version == "2.0")
    state = evaluate_gate(workspace, replay, newer, model="aurora-2", gate="store", today=NEXT)
    assert (state.outcome, state.framework_version) == ("undetermined", "2.0")
    assert "signoff.other-framework" in codes(state)


def test_two_approvals_of_one_role(tmp_path):
    root = with_people(tmp_path, world_with(approvals=2))
    sign(root, decide(root))
    assert gate(root).outcome == "undetermined"
    sign(root, decide(root), person="deputy", signer=DEPUTY)
    assert gate(root).outcome == "go"


def test_a_tier_that_is_reached_takes_the_decision_from_those_who_sign_below_it(tmp_path):
    deciders = [{"reached": ["cyber-2"], "decided_by": ["board"]}]
    roots = {}
    for said in ("ruled-out", "reached"):
        content = world_with(deciders=deciders, overruled_by=["board"])
        for key, value in (("ruled_out_when", "ruled-out"), ("reached_when", "reached")):
            condition = {"in": {"determination": "cyber-2", "values": [value]}}
            content.thresholds[1][key] = condition
        judged = {"id": "judged-2", "threshold": "cyber-2", "conclusion": said}
        content.determinations.append(content.determinations[0] | judged)
        roots[said] = with_people(tmp_path / said, content)
        assert gate(roots[said]).decided == "go"
    sign(roots["ruled-out"], decide(roots["ruled-out"]))
    assert gate(roots["ruled-out"]).outcome == "go"
    sign(roots["reached"], decide(roots["reached"]))  # by the safety lead, as below
    state = gate(roots["reached"])
    assert state.outcome == "undetermined"
    assert "signoff.role-not-asked" in codes(state)


def test_approvals_of_two_days_are_of_two_decisions(tmp_path):
    root = with_people(tmp_path, world_with(approvals=2))
    sign(root, decide(root))
    sign(root, decide(root, NEXT), person="deputy", signer=DEPUTY, now=NEXT)
    state = gate(root, NEXT)
    assert (state.outcome, codes(state)) == (
        "undetermined",
        ["signoff.awaited", "signoff.other-day"],
    )


def test_approvals_that_expire(tmp_path):
    root = with_people(tmp_path, world_with(approval_valid_days=10))
    sign(root, decide(root))
    assert gate(root, DAY + timedelta(days=9)).outcome == "go"
    state = gate(root, DAY + timedelta(days=10))
    assert (state.outcome, codes(state)) == ("undetermined", ["signoff.awaited", "signoff.expired"])


def test_a_dissent_is_not_escaped_by_deciding_again_the_next_day(tmp_path):
    root = with_people(tmp_path, world_with(overruled_by=["board"]))
    board = person("chair", LEAD, "board")
    people = {**PEOPLE, "people": [person("lead", DEPUTY, "safety-lead"), board]}
    write(root / "people.yaml", people)
    sign(root, decide(root), person="chair", role="board", says="dissent", reasons="too early")
    sign(root, decide(root, NEXT), person="lead", signer=DEPUTY, now=NEXT)
    state = gate(root, NEXT)
    assert (state.outcome, state.signoff.state) == ("hold", "closed")
    assert "signoff.veto" in codes(state)


def test_signatures_open_no_gate_that_the_decision_holds(tmp_path):
    content = without_evidence()
    content.assessments[0]["result"] = "not-effective"
    root = with_people(tmp_path, content)
    sign(root, decide(root))
    state = gate(root)
    assert (state.outcome, state.decided, state.signoff.state) == ("hold", "hold", "open")


def test_signatures_open_no_gate_that_is_undetermined(tmp_path):
    root = with_people(tmp_path)
    day = date(2026, 12, 10)
    sign(root, decide(root, day), now=day)
    state = gate(root, day)
    assert (state.outcome, state.decided, state.signoff.state) == (
        "undetermined",
        "undetermined",
        "open",
    )


def test_an_edited_signoff_does_not_count(tmp_path):
    root = with_people(tmp_path)
    path = sign(root, decide(root), reasons="fine")
    path.write_text(path.read_text().replace("reasons: fine", "reasons: fine by all"))
    state = gate(root)
    assert state.outcome == "undetermined"
    assert "signoff.not-verified" in codes(state)


def test_a_dissent_turned_into_an_approval(tmp_path):
    root = with_people(tmp_path)
    path = sign(root, decide(root), says="dissent", reasons="no")
    path.write_text(path.read_text().replace("says: dissent", "says: approve"))
    assert gate(root).outcome != "go"


def test_a_decision_that_nobody_can_make_again(tmp_path):
    root = with_people(tmp_path)
    sign(root, decide(root))
    text = (root / "frameworks" / "frontier.yaml").read_text()
    (root / "frameworks" / "frontier.yaml").write_text(
        text.replace("from: '2026-01-01'", "from: '2026-07-02'")
    )
    assert "signoff.not-replayed" in codes(gate(root, NEXT))


def test_a_gate_that_is_not_there(tmp_path):
    with pytest.raises(Error) as caught:
        gate(with_people(tmp_path), gate="stor")
    assert (caught.value.code, caught.value.hint) == ("gate.unknown", "did you mean 'store'?")


STEPS = ["approve", "deputy", "dissent", "edit", "unsign", "remove-approval", "day", "revoke"]


@example(["approve", "deputy"])
@example(["approve", "deputy", "edit", "approve", "deputy", "day"])
@example(["dissent", "approve", "deputy", "unsign"])
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=7))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_sequence_of_documents_opens_without_a_live_quorum(tmp_path_factory, steps):
    """An oracle that knows only who has signed what is in force."""
    root = with_people(tmp_path_factory.mktemp("steps"), world_with(approvals=2))
    day, live, against, revoked, edits = DAY, {}, set(), False, 0
    for number, step in enumerate(steps):
        if step in ("approve", "deputy", "dissent"):
            who, signer = ("deputy", DEPUTY) if step == "deputy" else ("lead", LEAD)
            says = "dissent" if step == "dissent" else "approve"
            path = sign(
                root, decide(root, day), who, signer, day,
                says=says, reasons="why", id=f"s{number}",
            )  # fmt: skip
            live[path] = (who, says, day, edits)
        elif step == "edit":
            edits += 1
            path = root / "declarations" / "filter-declared.yaml"
            path.write_text(path.read_text() + f"# {edits}\n")
            text = path.read_text().splitlines()
            text = [f"evidence: report {edits}" if x.startswith("evidence:") else x for x in text]
            path.write_text("\n".join(text) + "\n")
        elif step == "unsign" and live:
            path = next(iter(live))
            path.write_text(path.read_text().split("envelope:")[0])
            who, says, _, made = live.pop(path)
            if says == "dissent" and made == edits:
                against.add((who, made))
        elif step == "remove-approval" and live:
            path = next(iter(live))
            if live[path][1] == "approve":
                path.unlink()
                live.pop(path)
        elif step == "day":
            day += timedelta(days=1)
        elif step == "revoke":
            revoked = True
            people = [PEOPLE["people"][0], dict(PEOPLE["people"][1])]
            why = {"on": "2026-07-01", "reason": "stolen"}
            people[1]["keys"] = [people[1]["keys"][0] | {"revoked": why}]
            write(root / "people.yaml", PEOPLE | {"people": people})
        found = {x for x in live.values() if x[3] == edits}
        no = {who for who, says, _, _ in found if says == "dissent"}
        no |= {who for who, made in against if made == edits} | ({"deputy"} if revoked else set())
        days = {when for _, _, when, _ in found}
        expected = any(
            {who for who, says, at, _ in found if says == "approve" and at == when} - no
            == {"lead", "deputy"}
            for when in days
        )
        assert (gate(root, day).outcome == "go") == expected
