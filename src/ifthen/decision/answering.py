"""How each criterion is answered by the documents: one function each.

``present`` is only said of typed facts: a number, a date, a digest, a named person. Where the
answer is prose, the most that a program can say is where the prose stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ifthen.decision.elicitation import Contradiction, Stated
from ifthen.decision.facts import Evidence, Facts
from ifthen.decision.measuring import find_plan, find_plan_fault
from ifthen.dossier.model import Determination, Plan
from ifthen.encoding.document import Line, Loaded, Part
from ifthen.encoding.fault import format_path
from ifthen.evidence.record import EvidenceRecord, Measurement
from ifthen.framework.model import Evaluation

Status = Literal["present", "absent", "needs judgement", "not applicable"]
NO_PLACE = "no document has a place for it"
FROM = {
    "samples": "recomputed from the samples, and the log states the same",
    "counts": "recomputed from counts for each item, and the log states the same",
    "stated": "stated by the log alone",
}
"""Where a value comes from, by what stands behind the log's numbers."""


class Basis(Part):
    """A place in a document that an answer rests on."""

    kind: Line
    """Kind of the document."""
    id: Line
    """Name of the document."""
    path: Line
    """Path inside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the checks look at."""

    facts: Facts
    evaluation: Evaluation
    index: int
    item: Evidence
    plan: Loaded[Plan] | None
    measurement: Measurement | None
    measured_at: str
    statements: tuple[Stated, ...]
    contradictions: tuple[Contradiction, ...]
    conditions: tuple[tuple[str | int, ...], ...]
    """Leaves of the framework's conditions that ask for the evaluation."""
    judged: tuple[Determination, ...]
    """Determinations about the model that name the record."""

    @property
    def record(self) -> EvidenceRecord:
        """The record that is looked at."""
        return self.item.record.document

    def framework(self, *path: str | int) -> Basis:
        """Return a place in the framework."""
        return Basis(kind="framework", id=self.facts.framework.document.id, path=format_path(path))

    def asked(self, key: str) -> Basis:
        """Return a place in the framework's evaluation."""
        return self.framework("evaluations", self.index, key)

    def recorded(self, path: str) -> Basis:
        """Return a place in the record."""
        return Basis(kind="evidence", id=self.record.id, path=path)


Said = tuple[Status, str, tuple[Basis, ...]]
"""Status, reason, places."""


def _threat_model(look: Look) -> Said:
    places = [_owner(path) for path in look.conditions]
    if not places:
        return "absent", "no condition of the framework asks for the evaluation", ()
    basis = []
    for place in dict.fromkeys(places):
        if place[0] == "domains":
            basis.append(look.framework(*place[:2], "threat_model"))
        basis.append(look.framework(*place, "action" if place[0] == "gates" else "text"))
    if look.evaluation.proxy_for is not None:
        basis.append(look.asked("proxy_for"))
    return "needs judgement", "stated in words", tuple(dict.fromkeys(basis))


def _owner(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the threshold, safeguard or gate that a condition belongs to."""
    return path[:4] if path[0] == "domains" else path[:2]


def _deciding_values(look: Look) -> Said:
    basis = [look.asked(key) for key in ("rule_out", "rule_in") if getattr(look.evaluation, key)]
    basis += [look.framework(*path) for path in look.conditions if path[-1] in ("ge", "le")]
    if not basis:
        return "absent", "the framework gives no value to compare with", ()
    return "present", "values that the framework compares the bounds with", tuple(basis)


def _example_item(look: Look) -> Said:
    if look.item.fault:
        return _unconfirmed(look)
    if look.record.log.claim != "samples" or not look.record.samples.total:
        return "absent", "the log holds no samples", (look.recorded("log.claim"),)
    text = "the log holds the samples; whether one is shown to readers is not in a document"
    return "needs judgement", text, (look.recorded("log.path"),)


def _values_beforehand(look: Look) -> Said:
    if look.item.fault:
        return _unconfirmed(look)
    fault = find_plan_fault(look.evaluation, look.record, look.facts)
    if fault is not None:
        return "absent", fault.text, (look.recorded("plan"),)
    plan = find_plan(look.record, look.facts)
    if look.evaluation.rule_out is None and look.evaluation.rule_in is None:
        text = "the plan is older than the run; it has no place for the values of conditions"
        return "needs judgement", text, (look.recorded("run.created"),)
    assert plan is not None  # noqa: S101 - a plan that is not there is a fault
    basis = Basis(kind="plan", id=plan.document.id, path="registered_at")
    text = "the plan has the same values and is older than the run"
    return "present", text, (basis, look.recorded("run.created"))


def _item_count(look: Look) -> Said:
    if look.measurement is None:
        return _unmeasured(look)
    basis = (look.recorded(f"{look.measured_at}.questions"), look.recorded("run.epochs"))
    return "present", f"{look.measurement.questions} questions, counted", basis


def _item_form(look: Look) -> Said:
    text = "scorer, metric and reducer are named; the form of the questions is not"
    return "needs judgement", text, tuple(look.asked(x) for x in ("scorer", "metric", "reducer"))


def _no_place(look: Look) -> Said:  # noqa: ARG001 - a check like the others
    return "absent", NO_PLACE, ()


def _human_graders(look: Look) -> Said:
    text = f"{NO_PLACE}; somebody has to say whether people graded"
    return "needs judgement", text, (look.asked("scorer"),)


def _model_graders(look: Look) -> Said:
    if look.evaluation.scorer.rpartition("/")[2].startswith("model_graded"):
        return "absent", "the scorer's name says that a model graded", (look.asked("scorer"),)
    text = f"{NO_PLACE}; somebody has to say whether a model graded"
    return "needs judgement", text, (look.asked("scorer"),)


def _model_snapshot(look: Look) -> Said:
    if look.item.fault:
        return _unconfirmed(look)
    model = look.facts.model.document
    logged, known = look.record.run.weights_sha256, model.weights_sha256
    basis = look.recorded("run.weights_sha256")
    if logged is None:
        text = "the log names the model but states no digest of its weights"
        return "needs judgement", text, (look.recorded("run.model"),)
    if logged != known:
        text = "the log's digest of the weights is not one that the model document states"
        return "absent", text, (basis,)
    return "present", "the log's digest of the weights is the model document's", (
        basis, Basis(kind="model", id=model.id, path="weights_sha256"),
    )  # fmt: skip


def _refusals(look: Look) -> Said:
    return _stated(look, ("helpful_only",), "whether the model was one that refuses")


def _method(look: Look) -> Said:
    said = _stated(look, ("scaffold", "attempts", "tools"), "scaffold, attempts and tools")
    if said[0] != "absent" or said[2]:
        return said
    record, plan, basis = look.record, look.plan, []
    if isinstance(record.run.elicitation, str) and not look.item.fault:
        basis.append(look.recorded("run.elicitation"))
    if record.run.setup is not None and not look.item.fault:
        basis.append(look.recorded("run.setup"))
    if plan is not None and isinstance(plan.document.elicitation, str):
        basis.append(Basis(kind="plan", id=plan.document.id, path="elicitation"))
    if not basis:
        return said
    return "needs judgement", "said in words, or by the log alone", tuple(basis)


def _budget(look: Look) -> Said:
    record = look.record
    setup = None if look.item.fault else record.run.setup
    if setup is not None:
        keys = ("reasoning_effort", "reasoning_tokens", "max_tokens")
        basis = [look.recorded(f"run.setup.generation.{k}") for k in keys if k in setup.generation]
        basis += [look.recorded(f"run.setup.limits.{k}") for k in setup.limits]
        if basis:
            return "present", "options and limits that the log states", tuple(basis)
    for key in ("reasoning_effort", "reasoning_tokens", "token_limit"):
        said = _stated(look, (key,), "reasoning effort, reasoning tokens or tokens")
        if said[0] != "absent":
            return said
    return said


def _adaptation(look: Look) -> Said:
    return _stated(look, ("fine_tuned", "access"), "fine-tuning and access")


def _stated(look: Look, keys: Sequence[str], what: str) -> Said:
    """Return whether the statement nearest to the run that speaks of it has all the keys.

    ``unknown`` says that it is not known, which is not the same as saying it.
    """
    for stated in look.statements:
        values = {key: getattr(stated.elicitation, key) for key in keys}
        said = [key for key, value in values.items() if value is not None]
        if not said:
            continue
        basis = tuple(
            Basis(kind=stated.kind, id=stated.id, path=f"{stated.path}.{key}") for key in said
        )
        if against := _contradicted(look, keys):
            return "needs judgement", against, basis
        if "unknown" in values.values():
            return "absent", f"{stated.by} says that it is unknown", basis
        if len(said) < len(keys):
            missing = ", ".join(key for key in keys if key not in said)
            return "needs judgement", f"{stated.by} does not say {missing}", basis
        if stated.kind == "plan":
            text = f"{stated.by} says what was to be; nobody says that it was so"
            return "needs judgement", text, basis
        return "present", f"{stated.by} states {what}", basis
    return "absent", f"nobody states {what}", ()


def _contradicted(look: Look, keys: Sequence[str]) -> str | None:
    texts = [found.reason.text for found in look.contradictions if found.key in keys]
    return "; ".join(texts) or None


def _result(look: Look) -> Said:
    if look.measurement is None:
        return _unmeasured(look)
    if broken := sorted({x.code for x in look.record.findings if x.severity == "contradiction"}):
        text = f"the log contradicts itself: {', '.join(broken)}"
        return "needs judgement", text, (look.recorded("findings"),)
    text = FROM[look.record.log.claim]
    return "present", text, (look.recorded(f"{look.measured_at}.value"),)


def _uncertainty(look: Look) -> Said:
    if look.measurement is None:
        return _unmeasured(look)
    keys = ("questions", "low", "high", *(("clusters",) if look.measurement.clusters else ()))
    basis = tuple(look.recorded(f"{look.measured_at}.{key}") for key in keys)
    return "present", "sums from which a decision computes one-sided bounds", basis


def _left_out(look: Look) -> Said:
    if look.item.fault:
        return _unconfirmed(look)
    return "present", "counted by status", (look.recorded("samples"),)


def _baseline(look: Look) -> Said:
    framework = look.facts.framework.document
    places = dict.fromkeys(_owner(path) for path in look.conditions if path[0] == "domains")
    basis = tuple(
        look.framework(*place, "baseline")
        for place in places
        if framework.domains[int(place[1])].thresholds[int(place[3])].baseline is not None
    )
    if not basis:
        return "absent", "no threshold that asks for the evaluation has a baseline", ()
    return "needs judgement", "stated in words", basis


def _conclusion(look: Look) -> Said:
    if not look.conditions:
        return "absent", "no condition of the framework asks for the evaluation", ()
    text = "conditions of the framework; `ifthen decide` says what follows from them"
    return "present", text, tuple(look.framework(*path) for path in look.conditions)


def _judge(look: Look) -> Said:
    if not look.judged:
        return "absent", "no determination about the model names the record", ()
    basis = tuple(
        Basis(kind="determination", id=each.id, path=path)
        for each in look.judged
        for path in ("made_by", "reasons")
    )
    return "needs judgement", "a named person judged; the reasons are words", basis


def _unconfirmed(look: Look) -> Said:
    fault = look.item.fault
    text = "the log does not confirm the record" + (f": {fault.text}" if fault else "")
    return "absent", text, (look.recorded("log.path"),)


def _unmeasured(look: Look) -> Said:
    if look.item.fault:
        return _unconfirmed(look)
    text = "the log holds no measurement, stated and recomputed alike, that the evaluation asks for"
    return "absent", text, (look.recorded("measurements"),)


CHECKS: dict[str, Callable[[Look], Said]] = {
    "threat-model": _threat_model,
    "deciding-values": _deciding_values,
    "example-item": _example_item,
    "values-beforehand": _values_beforehand,
    "item-count": _item_count,
    "item-form": _item_form,
    "grading-quality": _no_place,
    "human-graders": _human_graders,
    "model-graders": _model_graders,
    "model-snapshot": _model_snapshot,
    "refusals": _refusals,
    "method": _method,
    "budget": _budget,
    "adaptation": _adaptation,
    "result": _result,
    "uncertainty": _uncertainty,
    "left-out": _left_out,
    "baseline": _baseline,
    "baseline-method": _no_place,
    "conclusion": _conclusion,
    "judge": _judge,
}
"""The check of each criterion."""
