"""What documents about a model say to the fields of a filing. Pure.

Every entry is a sentence over a decision or a document, with the digest of each. A declaration of a
field's own name answers any field, and where it is expired, withdrawn or in conflict, says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ifthen.conformance.filing import Answer, Entry, Source
from ifthen.decision.facts import Facts, find_statement
from ifthen.decision.identity import digest_decision
from ifthen.decision.model import Decision, FactReference, Measured, ThresholdFinding
from ifthen.decision.striking import strike
from ifthen.decision.wording import format_finding
from ifthen.dossier.model import Assessment, Determination
from ifthen.encoding.document import Loaded


@dataclass(frozen=True, slots=True)
class Case:
    """A model with everything that is known of it, and what was decided about it on a day."""

    facts: Facts
    decision: Decision
    standing: Facts
    """The facts without what was withdrawn or corrected."""

    @property
    def on(self) -> date:
        """The day."""
        return self.decision.on


def make_case(facts: Facts, decision: Decision) -> Case:
    """Return the case of a model; what does not count any more is left out."""
    return Case(facts, decision, strike(facts, decision.on))


def cite(loaded: Loaded[Any], path: str | None = None) -> Source:
    """Return the reference to a document."""
    document = loaded.document
    return Source(document=f"{document.kind}/{document.id}", sha256=loaded.digest, path=path)


def cite_decision(case: Case, path: str | None = None) -> Source:
    """Return the reference to the decision."""
    decision = case.decision
    return Source(document=f"decision/{decision.id}", sha256=digest_decision(decision), path=path)


def _cite_fact(fact: FactReference) -> Source:
    return Source(document=f"{fact.kind}/{fact.id}", sha256=fact.digest)


def answer_field(field: str, case: Case) -> Answer:
    """Return what the documents say to a field, by a declaration of its name or by its reader."""
    entries: list[Entry] = []
    missing = None
    stated = find_statement(case.standing, "declaration", field, case.on)
    if stated.value is not None:
        value = stated.value
        said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        text = f"{said} ({stated.basis})" if stated.basis else said
        entries.append(Entry(text=text, basis=tuple(map(_cite_fact, stated.facts))))
    elif stated.facts and stated.reason is not None:
        missing = stated.reason.text
    if field in READERS:
        entries += READERS[field](case)
    if entries and stated.value is None:
        missing = missing or UNCOVERED.get(field)
    if field in ("risk-assessments", "internal-assessments"):
        bare = [x.threshold for x in case.decision.thresholds if not _is_assessed(case, x)]
        if bare and stated.value is None:
            missing = f"nothing usable assesses threshold {', '.join(bare)}"
    return Answer(entries, missing)


def _is_assessed(case: Case, finding: ThresholdFinding) -> bool:
    measured = {x.evaluation for x in case.decision.evaluations if x.measured}
    judged = any(True for _ in _determinations(case, finding.threshold))
    return judged or bool(measured & set(finding.evaluations))


def _name_person(document: Any) -> str:
    by = document.made_by
    return ", ".join(filter(None, (by.name, by.role, by.organisation)))


def _own(case: Case, documents: Any) -> Iterator[Any]:
    """Yield the statements about the model that hold on the day."""
    for loaded in documents:
        x = loaded.document
        if x.model == case.decision.model.id and x.made_on <= case.on < x.expires:
            yield loaded


def read_description(case: Case) -> Iterator[Entry]:
    """Yield what the model document says of the model."""
    loaded = case.facts.model
    model = loaded.document
    yield Entry(
        text=f"{model.title} of {model.developer}, generation {model.generation}; "
        f"{model.weights} weights",
        basis=(cite(loaded),),
    )
    for origin in model.lineage:
        of = f" of {origin.parent}" if origin.parent else ", made from no other model"
        day = f", on {origin.on}" if origin.on else ""
        yield Entry(text=f"{origin.relation}{of}{day}", basis=(cite(loaded, "lineage"),))


def read_versions(case: Case) -> Iterator[Entry]:
    """Yield the weights of the model by their digests."""
    loaded = case.facts.model
    if loaded.document.weights_sha256:
        text = f"weights {loaded.document.weights_sha256}"
        yield Entry(text=text, basis=(cite(loaded, "weights_sha256"),))
    for x in loaded.document.snapshots:
        text = f"snapshot {x.id} of {x.taken_on}: weights {x.weights_sha256}"
        yield Entry(text=text, basis=(cite(loaded, "snapshots"),))


def read_releases(case: Case) -> Iterator[Entry]:
    """Yield since when the model is open to others than the developer's own people."""
    loaded = case.facts.model
    for x in loaded.document.releases:
        if x.channel != "internal":
            until = f" until {x.until}" if x.until else ""
            text = f"{x.channel}: from {x.from_}{until}"
            yield Entry(text=text, basis=(cite(loaded, "releases"),))


def read_uses(case: Case) -> Iterator[Entry]:
    """Yield who may use the model, and for what, as its releases say."""
    loaded = case.facts.model
    for x in loaded.document.releases:
        if x.channel != "internal" and x.text:
            yield Entry(text=f"{x.channel}: {x.text}", basis=(cite(loaded, "releases"),))


def read_threats(case: Case) -> Iterator[Entry]:
    """Yield the domains of risk that the framework names."""
    framework = case.facts.framework
    for domain in framework.document.domains:
        names = ", ".join(x.id for x in domain.thresholds)
        yield Entry(
            text=f"{domain.title}: {domain.threat_model} Thresholds: {names}.",
            basis=(cite(framework, f"domains.{domain.id}"),),
        )


def read_assessments(case: Case) -> Iterator[Entry]:
    """Yield how each threshold was assessed: by which evaluations, which conclusions of people."""
    framework, decision = case.facts.framework, case.decision
    measured = {x.evaluation for x in decision.evaluations if x.measured}
    for finding in decision.thresholds:
        by = [
            f"evaluation {x}{'' if x in measured else ', without a usable result'}"
            for x in finding.evaluations
        ]
        judged = list(_determinations(case, finding.threshold))
        by += [f"determination {x.document.id}" for x in judged]
        yield Entry(
            text=f"{finding.title} (threshold {finding.threshold}, {finding.domain}): assessed by "
            f"{'; '.join(by) or 'nothing'}",
            basis=(
                cite(framework, f"domains.{finding.domain}.thresholds.{finding.threshold}"),
                *(cite(x) for x in judged),
            ),
        )
    for plan in case.facts.plans:
        if plan.document.model == decision.model.id:
            day, by_whom = plan.document.registered_at.date(), plan.document.registered_by.name
            text = (
                f"evaluation {plan.document.evaluation}: registered on {day} by {by_whom}, "
                f"{plan.document.questions} questions"
            )
            yield Entry(text=text, basis=(cite(plan),))


def _determinations(case: Case, threshold: str) -> Iterator[Loaded[Determination]]:
    for loaded in _own(case, case.standing.determinations):
        if loaded.document.threshold == threshold:
            yield loaded


def read_results(case: Case) -> Iterator[Entry]:
    """Yield where the model stands at each threshold, and what people concluded."""
    for finding in case.decision.thresholds:
        why = f"; {'; '.join(x.text for x in finding.reasons)}" if finding.reasons else ""
        yield Entry(
            text=f"{finding.title} (threshold {finding.threshold}): {finding.status}, counted as "
            f"{finding.treated_as}{why}",
            basis=(cite_decision(case, f"thresholds.{finding.threshold}"),),
        )
        for judged in _determinations(case, finding.threshold):
            x = judged.document
            dissents = f"; dissents: {len(x.dissents)}" if x.dissents else ""
            text = f"{_name_person(x)} concluded: {x.conclusion}. {x.reasons}{dissents}"
            yield Entry(text=text, basis=(cite(judged),))
    yield from read_evaluations(case)


def read_evaluations(case: Case) -> Iterator[Entry]:
    """Yield what the evidence says about each evaluation, recomputed from the logs."""
    for x in case.decision.evaluations:
        used = tuple(_cite_fact(m.evidence) for m in x.measured)
        why = "" if used else f"; {'; '.join(r.text for r in x.reasons)}" if x.reasons else ""
        left_out = sum(count_left_out(m, case) for m in x.measured)
        said = format_finding(x, left_out)
        yield Entry(
            text=f"{x.title} (evaluation {x.evaluation}): {said}, {x.outcome}{why}",
            basis=(cite_decision(case, f"evaluations.{x.evaluation}"), *used),
        )


def count_left_out(used: Measured, case: Case) -> int:
    """Return how many questions of a run may not have been asked, since it stopped early.

    A question of several attempts counts as left out with the first that is: never asked too often.
    """
    for held in case.facts.evidence:
        run = held.record.document.run
        if held.record.document.id == used.evidence.id and run.early_stopping is not None:
            return min(run.early_stopping.left_out, used.interval.questions)
    return 0


def read_assessors(case: Case) -> Iterator[Entry]:
    """Yield who examined safeguards, and how independent they say they are."""
    for loaded in _own(case, case.standing.assessments):
        x: Assessment = loaded.document
        yield Entry(
            text=f"safeguard {x.safeguard}: examined by {_name_person(x)} on {x.made_on}; "
            f"independence as stated: {x.independence}; access: {x.access}",
            basis=(cite(loaded),),
        )


def read_external(case: Case) -> Iterator[Entry]:
    """Yield the examinations by outsiders only."""
    for loaded in _own(case, case.standing.assessments):
        x: Assessment = loaded.document
        if x.independence == "external":
            text = f"safeguard {x.safeguard}: {x.result}, by {_name_person(x)} on {x.made_on}"
            yield Entry(text=text, basis=(cite(loaded),))


def read_steps(case: Case) -> Iterator[Entry]:
    """Yield the safeguards and the gates."""
    yield from read_safeguards(case)
    yield from read_gates(case)
    for x in case.decision.exceptions:
        effect = "in effect" if x.admitted else "without effect"
        text = f"exception, {effect}: {x.basis}"
        yield Entry(text=text, basis=(cite_decision(case, "exceptions"),))


def read_safeguards(case: Case, *kinds: str) -> Iterator[Entry]:
    """Yield which safeguards are in place; of all kinds where none is named."""
    for x in case.decision.safeguards:
        if kinds and x.kind not in kinds:
            continue
        asked = f"; asked for by {', '.join(x.required_by)}" if x.required_by else ""
        why = f"; {'; '.join(r.text for r in x.reasons)}" if x.reasons else ""
        yield Entry(
            text=f"{x.kind} safeguard {x.safeguard} ({x.title}): in place: {x.in_place.value}"
            f"{asked}{why}",
            basis=(cite_decision(case, f"safeguards.{x.safeguard}"),),
        )


def read_gates(case: Case) -> Iterator[Entry]:
    """Yield what each gate says; signatures are another matter, and are not judged here."""
    for x in case.decision.gates:
        yield Entry(
            text=f"gate {x.gate} ({x.action}): {x.outcome.value}. {x.summary}",
            basis=(cite_decision(case, f"gates.{x.gate}"),),
        )


def read_conditions(case: Case) -> Iterator[Entry]:
    """Yield what would change the outcome of each gate."""
    for x in case.decision.gates:
        for text in x.change:
            basis = (cite_decision(case, f"gates.{x.gate}.change"),)
            yield Entry(text=f"gate {x.gate} would change with: {text}", basis=basis)


def _security(case: Case) -> Iterator[Entry]:
    return read_safeguards(case, "security")


def _deployment(case: Case) -> Iterator[Entry]:
    return read_safeguards(case, "deployment", "oversight")


READERS: Mapping[str, Callable[[Case], Iterator[Entry]]] = {
    "release-date": read_releases,
    "intended-uses": read_uses,
    "risk-assessments": read_assessments,
    "assessment-results": read_results,
    "third-party-involvement": read_assessors,
    "other-steps": read_steps,
    "model-description": read_description,
    "model-versions": read_versions,
    "justification-conditions": read_conditions,
    "decision": read_gates,
    "risk-identification": read_threats,
    "risk-estimates": read_results,
    "evaluation-results": read_evaluations,
    "safety-mitigations": _deployment,
    "security-mitigations": _security,
    "external-reports": read_external,
    "internal-assessments": read_assessments,
    "internal-results": read_results,
}
"""Which documents speak to a field; a declaration of the field's name speaks to any."""

UNCOVERED: Mapping[str, str] = {
    "model-description": "the model document does not say its architecture, capabilities, "
    "tendencies and affordances, nor how it differs from other models on the market",
    "risk-identification": "the framework names its domains of risk; the process that identified "
    "them is not in it",
}
"""What of a field the documents that speak to it do not cover, unless a declaration answers it."""
