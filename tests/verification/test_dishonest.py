"""What a dishonest developer with every key can leave out or change, and what is said of it."""

import copy
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.verification.forge import Forge
from tests.verification.tamper_meaning import DECISION, FRAMEWORK
from tests.verification.test_tampering import BOUNDS
from tests.verification.world import POLICY, SECOND, publish_all, verify

from ifthen.encoding.canonical import digest_bytes, digest_value, format_canonical
from ifthen.errors import Error
from ifthen.publication.publishing import Reasons
from ifthen.verification.trust import Brought

RESULT_PLAN = "plan/plan-aurora-1-arithmetic-easy"
LAST = "determination/aurora-1-bio-uplift-1"
INCIDENT = {
    "kind": "incident",
    "id": "weights-copied",
    "model": "aurora-1",
    "title": "Weights were copied",
    "text": "Somebody copied the weights.",
    "recorded_by": {"name": "A. Person", "role": "security-lead"},
    "discovered_at": "2026-11-25T09:00:00Z",
    "concerns": [{"everything": True}],
    "gradings": [
        {
            "severity": "serious-incident",
            "at": "2026-11-25T10:00:00Z",
            "by": {"name": "A. Person", "role": "security-lead"},
            "reasons": "Weights are out.",
        }
    ],
}


@pytest.fixture
def forge(world):
    return Forge(world.record)


def check(world, forge, folder, now=SECOND + timedelta(hours=1)):
    """Return the verdict of somebody who has everything at hand but a memory."""
    made = forge.write(folder / "forged")
    before = getattr(forge, "before", {})
    openings = tuple(
        x.model_copy(update={"statement": forge.renamed[before.get(x.statement, x.statement)]})
        for x in world.package.openings
    )
    return verify(
        made,
        now,
        brought=Brought(policy=POLICY, pin=world.pin),
        packages=[world.package.model_copy(update={"openings": openings})],
        bounds=BOUNDS,
    ).verdict


def codes(verdict, step):
    return [x.code for x in verdict.step(step).findings]


def failed(verdict):
    return [x.id for x in verdict.steps if x.status == "failed"]


def add(forge: Forge, at: int, name: str, tree: dict, when: datetime = SECOND) -> None:
    """Publish a document as its publisher could."""
    kind, _, rest = name.partition("/")
    id, _, version = rest.partition(" ")
    forge.statements.insert(
        at,
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": name, "digest": {"sha256": ""}}],
            "predicateType": f"https://ifthen.dev/predicates/{kind}/v1",
            "predicate": {
                "issued_at": when.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "chain": copy.deepcopy(forge.statements[0]["predicate"]["chain"]),
                "document": {"kind": kind, "id": id, **({"version": version} if version else {})},
            },
        },
    )
    forge.put(at, tree)


def revise(forge: Forge, name: str, at: int, does: str = "amends", change=None) -> None:
    """Amend or withdraw a document in another place of the log."""
    old = forge.find(name, -1)
    again = forge.copy_statement(old)
    forge.relink()
    digest = digest_bytes(format_canonical(forge.statements[old]))
    again["predicate"].pop("amends", None)
    again["predicate"][does] = {"statement": digest, "reason": "It was a mistake."}
    again["predicate"]["issued_at"] = forge.statements[at - 1]["predicate"]["issued_at"]
    forge.statements.insert(at, again)
    if change is not None:
        tree = forge.copy(at)
        change(tree)
        forge.put(at, tree)
    forge.before = forge.renamed
    forge.linked = {
        digest_bytes(format_canonical(x)): x for x in forge.statements if x is not again
    }


def test_a_result_left_out_leaves_its_plan_open_and_nothing_verified(world, forge, tmp_path):
    """The plan was stated, the run fell out badly, and nothing was said of it since."""
    tree = forge.copy(forge.find(RESULT_PLAN)) | {"id": "plan-aurora-1-again"}
    tree["registered_at"] = "2026-11-30T09:00:00Z"
    add(forge, len(forge.statements), "plan/plan-aurora-1-again", tree)
    verdict = check(world, forge, tmp_path, SECOND + timedelta(days=12))
    assert (failed(verdict), verdict.outcome) == ([], "undetermined")
    (found,) = [x for x in verdict.step("completeness").findings if x.status != "verified"]
    assert found.code == "completeness.no-result"
    assert "published on 2026-12-01, 12 days ago" in found.text


def test_a_plan_taken_back_is_named_with_its_reason_and_age(world, forge, tmp_path):
    verdict = check(world, forge, tmp_path)
    (found,) = verdict.step("completeness").findings
    assert (verdict.outcome, found.code, found.status) == (
        "verified", "completeness.withdrawn", "verified",
    )  # fmt: skip
    assert found.text.endswith("10 days after it was published: The run was given up.")


def test_a_plan_rewritten_after_its_result_fails(world, forge, tmp_path):
    at = forge.find("decision/aurora-1-2026-12-01")
    revise(forge, RESULT_PLAN, at, change=lambda tree: tree.update(questions=tree["questions"] + 1))
    verdict = check(world, forge, tmp_path)
    assert failed(verdict)[0] == "plans"
    assert codes(verdict, "plans") == ["plans.rewritten"]


def test_a_plan_stated_again_unchanged_raises_no_alarm(world, forge, tmp_path):
    revise(forge, RESULT_PLAN, forge.find("decision/aurora-1-2026-12-01"))
    verdict = check(world, forge, tmp_path)
    assert (verdict.step("plans").status, verdict.outcome) == ("verified", "verified")


def weaker(tree):
    tree["evaluations"][0]["rule_out"]["below"] = 0.45
    tree["version"] = "2.2"


def swap(forge: Forge, on: str) -> None:
    """Withdraw the framework in force, publish a weaker one, and decide by that."""
    at = forge.find(LAST)
    tree = copy.deepcopy(forge.copy(forge.find(FRAMEWORK)))
    weaker(tree)
    revise(forge, FRAMEWORK, at, "withdraws")
    add(forge, at + 1, "framework/example-fsf 2.2", tree)
    changes = {"version": "2.2", "digest": digest_value(tree)}
    forge.change(DECISION, lambda t: (t.update(on=on), t["framework"].update(changes)))


def test_a_framework_swapped_after_the_day_of_the_decision_fails(world, forge, tmp_path):
    swap(forge, "2026-11-30")
    verdict = check(world, forge, tmp_path)
    assert failed(verdict)[0] == "framework"
    assert codes(verdict, "framework") == ["framework.backdated"]


def test_a_framework_swapped_before_the_decision_is_named(world, forge, tmp_path):
    swap(forge, "2026-12-01")
    verdict = check(world, forge, tmp_path)
    step = verdict.step("framework")
    assert (step.status, codes(verdict, "framework")) == ("verified", ["framework.replaced"])
    assert "2.1 stood for 2026-12-01 before" in step.findings[0].text


def test_an_incident_published_after_the_decision_it_bears_on_is_not_passed_over(
    world, forge, tmp_path
):
    add(forge, len(forge.statements), f"incident/{INCIDENT['id']}", INCIDENT)
    verdict = check(world, forge, tmp_path)
    assert failed(verdict) == []
    assert verdict.outcome == "undetermined"
    assert set(codes(verdict, "replay")) == {"replay.overtaken"}


def test_an_incident_after_the_day_of_the_decision_changes_nothing_about_that_day(
    world, forge, tmp_path
):
    late = INCIDENT | {"discovered_at": "2026-12-02T09:00:00Z"}
    late["gradings"] = [INCIDENT["gradings"][0] | {"at": "2026-12-02T10:00:00Z"}]
    add(forge, len(forge.statements), f"incident/{late['id']}", late)
    verdict = check(world, forge, tmp_path)
    assert (failed(verdict), verdict.outcome) == ([], "verified")


def test_an_incident_taken_back_is_named(world, forge, tmp_path):
    name = f"incident/{INCIDENT['id']}"
    add(forge, at := forge.find(LAST), name, INCIDENT)
    revise(forge, name, at + 1, "withdraws")
    verdict = check(world, forge, tmp_path)
    assert verdict.step("replay").status == "verified"
    found = {x.where.split("(")[1] for x in verdict.step("completeness").findings}
    assert f"{name})" in found


def test_a_withheld_incident_leaves_the_decision_undetermined(world, forge, tmp_path):
    tree = {k: v for k, v in INCIDENT.items() if k != "text"}
    digest = "A" * 43
    name = f"incident/{INCIDENT['id']}"
    add(forge, at := forge.find(LAST), name, tree | {"_sd": [digest]})
    forge.said(at)["withheld"] = [
        {"place": "text", "digest": digest, "reason": "security", "size": "100 B"}
    ]
    verdict = check(world, forge, tmp_path)
    assert failed(verdict) == []
    assert (verdict.step("replay").status, verdict.outcome) == ("withheld", "undetermined")


def test_a_rewritten_plan_is_not_published(world, tmp_path):
    """The developer's own program refuses, before anything is written."""
    root = Path(shutil.copytree(world.root, tmp_path / "aurora"))
    record = Path(shutil.copytree(world.record, tmp_path / "record"))
    plan = root / "plans" / "aurora-1-arithmetic-easy.yaml"
    text = plan.read_text("utf-8")
    changed = re.sub(r"(?m)^elicitation:.*$", "elicitation: None.", text)
    assert changed != text
    plan.write_text(changed, "utf-8")
    with pytest.raises(Error, match=r"\[plans.rewritten\]") as refused:
        publish_all(
            root, record, SECOND + timedelta(days=1), seed=3, reasons=Reasons(amend="Clearer.")
        )
    assert refused.value.code == "publication.own-record"


def test_a_result_without_a_plan_is_named_and_leaves_nothing_verified(world, forge, tmp_path):
    """Who names no plan could take the values from the result."""
    at = forge.change("evidence/aurora-1-arithmetic-easy", lambda tree: tree.pop("plan"))
    del forge.said(at)["result"]["plan"]
    verdict = check(world, forge, tmp_path)
    assert verdict.step("plans").status == "not-at-hand"
    assert codes(verdict, "plans") == ["plans.none"]


def test_a_model_about_which_every_decision_is_left_out_is_named(world, forge, tmp_path):
    made = ("decision/", "gate/", "signoff/")
    left = [not x["subject"][0]["name"].startswith(made) for x in forge.statements]
    forge.statements = [x for x, kept in zip(forge.statements, left, strict=True) if kept]
    first = forge.sizes[0]
    forge.sizes[0] = sum(left[:first])
    forge.times[forge.sizes[0]] = forge.times[first]
    verdict = check(world, forge, tmp_path)
    assert (failed(verdict), verdict.outcome) == ([], "undetermined")
    assert verdict.step("framework").status == "nothing-to-check"
    (found,) = verdict.step("replay").findings
    assert (found.code, found.status) == ("replay.no-decision", "not-at-hand")
