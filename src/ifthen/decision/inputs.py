"""Which documents a decision could rest on, by name and identity."""

from operator import attrgetter

from ifthen.decision.facts import Facts, reference
from ifthen.decision.model import FactReference
from ifthen.decision.supposed_result import refer_to_supposed


def list_inputs(facts: Facts) -> tuple[FactReference, ...]:
    """Return every document that could bear on the decision, ordered by kind and id.

    Where there is an error budget the plans of other models bear on it too: they are counted. The
    trust file bears on it where there is an exception, whose approvals it says the signers of;
    sign-offs are no part of a decision.
    """
    if not facts._inputs:
        facts._inputs.append(_find_inputs(facts))
    return facts._inputs[0]


def _find_inputs(facts: Facts) -> tuple[FactReference, ...]:
    model = facts.model.document.id
    counts = facts.framework.document.error_budget is not None
    found = [
        reference("framework", facts.framework),
        reference("model", facts.model),
        *(reference("plan", x) for x in facts.plans if counts or x.document.model == model),
        *(
            reference("evidence", x.record)
            for x in facts.evidence
            if x.record.document.model == model
        ),
        *(reference("declaration", x) for x in facts.declarations if x.document.model == model),
        *(reference("assessment", x) for x in facts.assessments if x.document.model == model),
        *(reference("determination", x) for x in facts.determinations if x.document.model == model),
        *(reference("exception", x) for x in facts.exceptions if x.document.model == model),
        *(reference("incident", x) for x in facts.incidents if x.document.model == model),
        *(reference("erratum", x) for x in facts.errata if x.document.model == model),
        *(reference("withdrawal", x) for x in facts.withdrawals if x.document.model == model),
        *(refer_to_supposed(x) for x in facts.measurements.values()),
    ]
    if facts.trusted is not None and any(x.kind == "exception" for x in found):
        trusted = facts.trusted
        found.append(FactReference(kind="trust", id=trusted.id, digest=trusted.digest))
    seen = {(ref.kind, ref.id, ref.digest): ref for ref in found}
    for parent in facts.parents:
        seen |= {(ref.kind, ref.id, ref.digest): ref for ref in list_inputs(parent)}
    found = list(seen.values()) if facts.parents else found
    return tuple(sorted(found, key=attrgetter("kind", "id", "digest")))
