"""Tampering by a dishonest developer with every key: the record is made again, and agrees."""

from tests.verification.forge import Forge
from tests.verification.matrix import tampering

from ifthen.encoding.canonical import digest_bytes, digest_value, format_canonical

DECISION = "decision/aurora-1-2026-12-01"


def amend(scene, name: str, at: int, change) -> Forge:
    """Amend a document in another place of the log; the package follows by the new digests."""
    forge = scene.forge
    again = forge.copy_statement(forge.find(name, -1))
    predicate = again["predicate"]
    predicate.pop("amends", None)
    digest = digest_bytes(format_canonical(forge.statements[forge.find(name, -1)]))
    predicate["amends"] = {"statement": digest, "reason": "It was a mistake."}
    predicate["issued_at"] = forge.statements[at - 1]["predicate"]["issued_at"]
    forge.statements.insert(at, again)
    tree = forge.copy(at)
    change(tree)
    forge.put(at, tree)
    scene.options["memory"] = None
    return forge


@tampering("plans", "dishonest: plan rewritten after its result, and decided by")
def _plan_rewritten(scene):
    at = scene.forge.find(DECISION)
    return amend(
        scene,
        "plan/plan-aurora-1-arithmetic-easy",
        at,
        lambda tree: tree.update(questions=tree["questions"] + 1),
    )


@tampering("framework", "dishonest: weaker framework amended in after the day, and decided by")
def _framework_weakened(scene):
    forge = scene.forge
    name = next(
        x["subject"][0]["name"]
        for x in forge.statements
        if x["subject"][0]["name"].startswith("framework/")
    )
    at = forge.find("determination/aurora-1-bio-uplift-1")

    def weaken(tree):
        tree["evaluations"][0]["rule_out"]["below"] = 0.45

    forge = amend(scene, name, at, weaken)
    weaker = digest_value(forge.copy(at))
    forge.change(
        DECISION, lambda t: (t.update(on="2026-11-30"), t["framework"].update(digest=weaker))
    )
    return forge


@tampering("signoffs", "dishonest: gate that hides which sign-offs approve")
def _gate_hides(scene):
    forge = scene.forge
    forge.change("gate/aurora-1-store-weights", lambda tree: tree.pop("approvals"))
    return forge
