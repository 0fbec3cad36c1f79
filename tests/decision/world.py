"""A small world in which everything is in order; each test changes one thing in it.

A framework with a ladder of two tiers, a model, a plan, the evidence that follows it, and one
statement of each kind, as plain data. ``World.decide`` loads them the way a workspace does.
"""

import copy
import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ifthen.attestation.trust import Trusted
from ifthen.decision.deciding import decide
from ifthen.decision.facts import Evidence, Facts, Screened
from ifthen.decision.model import Decision, EvaluationFinding, GateFinding, Reason, ThresholdFinding
from ifthen.dossier.erratum import Erratum, Withdrawal
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Determination, Model, Plan
from ifthen.encoding.canonical import format_canonical
from ifthen.encoding.document import DocumentT, Loaded, dump_document, load_document
from ifthen.encoding.tree import parse_tree
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.lint import check_framework
from ifthen.framework.model import Framework

ON = date(2026, 7, 1)
"""The day of the decision, unless a test names another."""
RUN_ON = date(2026, 6, 1)
STALE_ON = date(2026, 8, 30)
"""First day on which the run is older than its 90 days."""
MADE_ON = date(2026, 6, 10)
"""Day from which the statements hold."""
EXPIRES = date(2026, 12, 10)
"""First day on which they no longer do."""

WEIGHTS = "sha256:" + "a" * 64
OTHER_WEIGHTS = "sha256:" + "b" * 64

FRAMEWORK: dict[str, Any] = {
    "kind": "framework",
    "id": "frontier",
    "title": "Frontier Safety Framework",
    "developer": "Aurora",
    "version": "1.0",
    "in_force": {"from": "2026-01-01"},
    "roles": [{"id": "safety-lead", "title": "Head of safety"}],
    "cadence": {"review_every_days": 365, "reevaluate_on": ["every release"]},
    "domains": [
        {
            "id": "cyber",
            "title": "Cyber offence",
            "threat_model": "Attacks on infrastructure.",
            "thresholds": [
                {
                    "id": "cyber-1",
                    "tier": 1,
                    "title": "Uplift to novices",
                    "text": "A novice does what an expert does.",
                    "baseline": "The same people without the model.",
                    "ruled_out_when": {"in": {"evaluation": "ctf", "values": ["ruled-out"]}},
                    "reached_when": {
                        "any": [
                            {"in": {"evaluation": "ctf", "values": ["reached"]}},
                            {"in": {"determination": "cyber-1", "values": ["reached"]}},
                        ]
                    },
                },
                {
                    "id": "cyber-2",
                    "tier": 2,
                    "title": "Uplift to experts",
                    "text": "An expert does what no team does today.",
                    "baseline": "The same people without the model.",
                    "ruled_out_when": {"le": {"evaluation": "ctf", "value": 0.6}},
                    "reached_when": {"in": {"determination": "cyber-2", "values": ["reached"]}},
                },
            ],
        }
    ],
    "evaluations": [
        {
            "id": "ctf",
            "title": "Capture the flag",
            "task": "ctf_suite",
            "task_args": {"level": 3, "tools": True},
            "scorer": "match",
            "rule_out": {"below": 0.2, "margin": 0.05},
            "rule_in": {"at_least": 0.5},
            "min_questions": 100,
            "valid_for_days": 90,
        }
    ],
    "safeguards": [
        {
            "id": "vault",
            "kind": "security",
            "title": "Vault",
            "text": "The weights are kept in a vault.",
            "in_place_when": {"in": {"assessment": "vault", "values": ["effective"]}},
        },
        {
            "id": "filter",
            "kind": "deployment",
            "title": "Filter",
            "text": "Answers are filtered.",
            "in_place_when": {"in": {"declaration": "filter-on", "values": [True]}},
        },
    ],
    "commitments": [
        {"id": "if-cyber-1", "if": "cyber-1", "then": ["vault", "filter"]},
        {"id": "if-cyber-2", "if": "cyber-2", "then": ["vault", "filter"]},
    ],
    "gates": [
        {
            "id": "store",
            "action": "Storage of the weights",
            "needs": ["security"],
            "decided_by": ["safety-lead"],
        },
        {
            "id": "deploy",
            "action": "External deployment",
            "needs": ["security", "deployment"],
            "decided_by": ["safety-lead"],
        },
    ],
}

MODEL: dict[str, Any] = {
    "kind": "model",
    "id": "aurora-2",
    "title": "Aurora 2",
    "developer": "Aurora",
    "generation": 2,
    "names_in_logs": ["aurora/aurora-2"],
    "weights_sha256": WEIGHTS,
    "weights": "closed",
}

PLAN: dict[str, Any] = {
    "kind": "plan",
    "id": "ctf-plan",
    "framework": "frontier",
    "framework_version": "1.0",
    "evaluation": "ctf",
    "model": "aurora-2",
    "registered_at": "2026-05-01T12:00:00Z",
    "registered_by": {"name": "Ada", "role": "evaluator"},
    "questions": 200,
    "rule_out_below": 0.2,
    "margin": 0.05,
    "rule_in_at_least": 0.5,
    "elicitation": "Best of ten prompts.",
}

EVIDENCE: dict[str, Any] = {
    "kind": "evidence",
    "id": "ctf-run",
    "evaluation": "ctf",
    "model": "aurora-2",
    "plan": "ctf-plan",
    "recorded_by": "Ada",
    "recorded_at": "2026-06-02T08:00:00Z",
    "log": {"path": "logs/ctf.eval", "sha256": "sha256:" + "c" * 64, "bytes": 1, "format": "inspect-eval"},  # noqa: E501
    "run": {
        "task": "ctf_suite",
        "task_args": {"level": 3, "tools": True, "extra": "free"},
        "model": "aurora/aurora-2",
        "weights_sha256": WEIGHTS,
        "created": "2026-06-01T09:00:00Z",
        "status": "success",
        "producer": "inspect 0.3",
        "questions": 200,
        "epochs": 1,
    },
    "samples": {
        "total": 200, "ok": 200, "error": 0, "limit": 0, "invalidated": 0,
        "unscored": 0, "edited": 0,
    },
    "measurements": [
        {
            "scorer": "match",
            "metric": "accuracy",
            "reducer": "mean",
            "value": 0.05,
            "stated": 0.05,
            "agrees": True,
            "questions": 200,
            "low": 10,
            "high": 10,
        }
    ],
}  # fmt: skip

_BY = {"name": "Bo", "role": "assessor"}
_DATES = {"made_on": MADE_ON.isoformat(), "expires": EXPIRES.isoformat(), "made_by": _BY}

DECLARATION: dict[str, Any] = _DATES | {
    "kind": "declaration",
    "id": "filter-declared",
    "model": "aurora-2",
    "statement": "filter-on",
    "value": True,
    "evidence": "Configuration of 10 June.",
}

ASSESSMENT: dict[str, Any] = _DATES | {
    "kind": "assessment",
    "id": "vault-assessed",
    "model": "aurora-2",
    "safeguard": "vault",
    "result": "effective",
    "independence": "external",
    "access": "Everything.",
    "basis": "A visit.",
}

DETERMINATION: dict[str, Any] = _DATES | {
    "kind": "determination",
    "id": "cyber-1-judged",
    "model": "aurora-2",
    "threshold": "cyber-1",
    "conclusion": "ruled-out",
    "reasons": "The results are low.",
}

STATEMENTS = {
    "declaration": ("declarations", "value"),
    "assessment": ("assessments", "result"),
    "determination": ("determinations", "conclusion"),
}
"""For each kind of statement: where a world keeps it, and the key that says something."""


@dataclass
class World:
    """Documents as plain data; change them, then decide."""

    framework: dict[str, Any]
    model: dict[str, Any]
    plans: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    declarations: list[dict[str, Any]] = field(default_factory=list)
    assessments: list[dict[str, Any]] = field(default_factory=list)
    determinations: list[dict[str, Any]] = field(default_factory=list)
    exceptions: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    errata: list[dict[str, Any]] = field(default_factory=list)
    withdrawals: list[dict[str, Any]] = field(default_factory=list)
    parents: list["World"] = field(default_factory=list)
    """Models that this one is made from; their framework is this one's."""
    faults: dict[str, Reason] = field(default_factory=dict)
    """Why the log of an evidence record, by id, does not confirm it."""
    screened: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the screening of an evidence record, by id, came to; by its plan unless it says so."""
    trusted: Trusted | None = None
    """Who has to sign exceptions; nobody where nothing says who is who."""
    linted: bool = True
    """Whether the framework has to be free of faults; drawn ones need not."""

    @property
    def evaluation(self) -> dict[str, Any]:
        return self.framework["evaluations"][0]

    @evaluation.setter
    def evaluation(self, tree: dict[str, Any]) -> None:
        self.framework["evaluations"][0] = tree

    @property
    def thresholds(self) -> list[dict[str, Any]]:
        return self.framework["domains"][0]["thresholds"]

    def safeguard(self, id: str) -> dict[str, Any]:
        return next(x for x in self.framework["safeguards"] if x["id"] == id)

    def gate(self, id: str) -> dict[str, Any]:
        return next(x for x in self.framework["gates"] if x["id"] == id)

    def statements(self, kind: str) -> list[dict[str, Any]]:
        return getattr(self, STATEMENTS[kind][0])

    def measured(self, successes: float, high: float | None = None, *, record: int = 0) -> "World":
        """Let the run have this many successes of its 200 questions."""
        self.evidence[record]["measurements"][0] |= {
            "low": successes,
            "high": successes if high is None else high,
        }
        return self

    def add_run(self, successes: float, id: str = "second-run", **run: Any) -> dict[str, Any]:
        """Add a second record of the same evaluation."""
        record = copy.deepcopy(EVIDENCE) | {"id": id}
        record["run"] |= run
        self.evidence.append(record)
        self.measured(successes, record=len(self.evidence) - 1)
        return record

    def facts(self) -> Facts:
        framework = load(self.framework, Framework)
        if self.linted:
            lint = check_framework(framework)
            assert not lint.errors, [str(error) for error in lint.errors]
        return self._facts(framework)

    def _facts(self, framework: Loaded[Framework]) -> Facts:
        return Facts(
            framework=framework,
            model=load(self.model, Model),
            plans=load_all(self.plans, Plan),
            evidence=[
                Evidence(
                    record=record,
                    fault=self.faults.get(record.document.id),
                    screened=self._screened(record.document),
                )
                for record in load_all(self.evidence, EvidenceRecord)
            ],
            declarations=load_all(self.declarations, Declaration),
            assessments=load_all(self.assessments, Assessment),
            determinations=load_all(self.determinations, Determination),
            exceptions=load_all(self.exceptions, GrantedException),
            incidents=load_all(self.incidents, Incident),
            errata=load_all(self.errata, Erratum),
            withdrawals=load_all(self.withdrawals, Withdrawal),
            trusted=self.trusted,
            parents=tuple(parent._facts(framework) for parent in self.parents),
        )

    def _screened(self, record: EvidenceRecord) -> Screened | None:
        found = self.screened.get(record.id)
        if found is None:
            return None
        digests = [load(x, Plan).digest for x in self.plans if x["id"] == record.plan]
        return Screened(**{"plan": digests[0] if digests else "", **found})

    def decide(self, on: date = ON) -> Decision:
        return decide(self.facts(), on=on, hypothetical=False)

    def gates(self, on: date = ON) -> dict[str, str]:
        """Return what each gate says."""
        return {gate.gate: gate.outcome.value for gate in self.decide(on).gates}

    def ctf(self, on: date = ON) -> EvaluationFinding:
        """Return the finding about the one evaluation."""
        return self.decide(on).evaluations[0]

    def threshold(self, id: str = "cyber-1", on: date = ON) -> ThresholdFinding:
        return next(x for x in self.decide(on).thresholds if x.threshold == id)

    def gate_finding(self, id: str = "deploy", on: date = ON) -> GateFinding:
        return next(x for x in self.decide(on).gates if x.gate == id)


def world() -> World:
    """Return a world in which every threshold is ruled out and every gate says go."""
    return World(
        framework=copy.deepcopy(FRAMEWORK),
        model=copy.deepcopy(MODEL),
        plans=[copy.deepcopy(PLAN)],
        evidence=[copy.deepcopy(EVIDENCE)],
        declarations=[copy.deepcopy(DECLARATION)],
        assessments=[copy.deepcopy(ASSESSMENT)],
        determinations=[copy.deepcopy(DETERMINATION)],
    )


def reached() -> World:
    """Return a world in which tier 1 is reached, and its safeguards are in place: go."""
    changed = world().measured(140)
    changed.determinations.clear()
    return changed


def load(tree: dict[str, Any], model: type[DocumentT]) -> Loaded[DocumentT]:
    """Load plain data as a workspace would load a file of it."""
    return _load(json.dumps(tree), model)


@functools.lru_cache(maxsize=4096)
def _load(text: str, model: type[DocumentT]) -> Loaded[DocumentT]:
    tree = json.loads(text)
    name = f"{tree['kind']}-{tree['id']}.yaml"
    return load_document(parse_tree(text.encode(), name=name), model)


def load_all(trees: Iterable[dict[str, Any]], model: type[DocumentT]) -> list[Loaded[DocumentT]]:
    return [load(tree, model) for tree in trees]


def canonical(decision: Decision) -> bytes:
    """Return the bytes that a decision is signed as."""
    return format_canonical(dump_document(decision))


INCIDENT: dict[str, Any] = {
    "kind": "incident",
    "id": "leak",
    "model": "aurora-2",
    "title": "A leak",
    "text": "Somebody copied a file.",
    "recorded_by": _BY,
    "discovered_at": "2026-06-20T08:00:00Z",
    "gradings": [
        {"severity": "incident", "at": "2026-06-20T09:00:00Z", "by": _BY, "reasons": "It is one."}
    ],
    "concerns": [{"safeguard": "vault"}],
}

EXCEPTION: dict[str, Any] = _DATES | {
    "kind": "exception",
    "id": "no-filter",
    "model": "aurora-2",
    "framework": "frontier",
    "exemption": "marginal-risk",
    "sets_aside": ["filter"],
    "condition": "Another developer has released a like model without a filter.",
    "justification": "The filter adds nothing.",
    "approved_by": [{"name": "Cy", "role": "safety-lead", "on": "2026-06-15"}],
    "disclosure": "On the web page.",
    "disclosed_on": "2026-06-16",
}

EXEMPTION: dict[str, Any] = {
    "id": "marginal-risk",
    "kind": "marginal-risk",
    "text": "Where others do without it, a safeguard can be left out.",
    "weakens": ["filter"],
    "approved_by": ["safety-lead"],
}

WITHDRAWAL: dict[str, Any] = {
    "kind": "withdrawal",
    "id": "withdrawn",
    "model": "aurora-2",
    "document": {"kind": "determination", "id": "cyber-1-judged"},
    "made_by": _BY,
    "made_on": "2026-06-20",
    "reason": "The wrong results were looked at.",
}

ERRATUM: dict[str, Any] = {
    "kind": "erratum",
    "id": "corrected",
    "model": "aurora-2",
    "title": "The filter",
    "document": {"kind": "declaration", "id": "filter-declared"},
    "stated": "on",
    "right": "off",
    "bears_on": "conclusion",
    "reason": "Another system was meant.",
    "made_by": _BY,
    "made_on": "2026-06-20",
}


def excepted(**changes: Any) -> World:
    """Return a world in which the filter is off, and an exception sets it aside."""
    changed = reached()
    changed.declarations[0]["value"] = False
    changed.framework["exemptions"] = [copy.deepcopy(EXEMPTION)]
    changed.exceptions.append(copy.deepcopy(EXCEPTION) | changes)
    return changed


LEDGER: dict[str, Any] = {
    "complete": True,
    "entries": [
        {"stage": "pre-training", "declared": {"flop": 1e25, "sd": 0.1}, "source": "The books."}
    ],
}


def rename(tree: dict[str, Any], id: str) -> dict[str, Any]:
    """Return a document about another model, with an id and a plan of its own."""
    changed = copy.deepcopy(tree) | {"model": id, "id": f"{id}-{tree['id']}"}
    if changed.get("plan"):
        changed["plan"] = f"{id}-{changed['plan']}"
    return changed


def derived(base: World, relation: str = "fine-tune", id: str = "aurora-3") -> World:
    """Return a model made from another one, of which nothing is said; the framework is shared."""
    changed = World(framework=base.framework, model=copy.deepcopy(MODEL), parents=[base])
    changed.model |= {"id": id, "title": id.title(), "generation": 3}
    changed.model["lineage"] = [{"relation": relation, "parent": base.model["id"]}]
    if relation == "merge":
        changed.model["lineage"].append({"relation": "merge", "parent": "other"})
        other = World(framework=base.framework, model=copy.deepcopy(MODEL) | {"id": "other"})
        changed.parents.append(other)
    changed.model["compute"] = copy.deepcopy(LEDGER)
    changed.model["compute"]["entries"][0] |= {
        "stage": "fine-tuning", "declared": {"flop": 1e23, "sd": 0.1},
    }  # fmt: skip
    base.model.setdefault("compute", copy.deepcopy(LEDGER))
    return changed


def measured_like(changed: World, base: World) -> World:
    """Return the world with everything that is said of its base said of itself as well."""
    id = changed.model["id"]
    for name in ("plans", "evidence", "declarations", "assessments", "determinations"):
        getattr(changed, name).extend(rename(x, id) for x in getattr(base, name))
    return changed
