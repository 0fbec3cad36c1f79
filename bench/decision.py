"""How fast a decision is, beside policy engines that give an answer and no trace.

500 dated requirements: one threshold that is reached, 500 commitments that begin on different
days, each with a safeguard and its assessment; decided with the whole trace, from loaded documents.
Small rule set: an upper bound below a value, and a safeguard assessed as effective; side by side
with Cedar, Rego (rego-cpp) and CEL, each in an environment of its own, with what each answers when
the measurement is missing. Floor: making as many parts as the trace has, and nothing else.

What a later decision over the same facts shares with an earlier one is not made again, so three
times are given. ``ms_500_requirements``: each time a day that was not decided before, on which the
statements say what they said; ``_first``: the first over some facts, which also sorts and names
their documents; ``_changed``: a day on which every statement has run out after one on which none
has, and back, so that every answer is made again. The goal is for the first of the three.

    python -m bench.decision [--quick] --json
"""

import argparse
import json
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any

from bench.timing import install_peer
from ifthen.decision.deciding import decide
from ifthen.decision.facts import Facts
from ifthen.decision.model import FactReference
from ifthen.decision.supposed import SupposedMeasurement, Supposition
from ifthen.decision.supposing import make_document, suppose
from ifthen.dossier.model import Assessment, Determination, Model
from ifthen.framework.model import Framework

ON = date(2026, 7, 1)
PEERS = {"cedarpy": "cedarpy==4.12.2", "regopy": "regopy==1.5.2", "cel": "cel-python==0.5.0"}
GOAL_MS = 2.0
SAID: dict[str, Any] = {
    "made_by": {"name": "Bench", "role": "bench"}, "made_on": "2026-06-01",
    "expires": "2027-06-01", "model": "m",
}  # fmt: skip


def make_framework(safeguards: int) -> dict[str, Any]:
    """Return a framework with one threshold and so many dated requirements."""
    return {
        "kind": "framework", "id": "f", "title": "F", "developer": "D", "version": "1",
        "in_force": {"from": "2026-01-01"},
        "roles": [{"id": "lead", "title": "Lead"}], "cadence": {"review_every_days": 365},
        "domains": [{
            "id": "d", "title": "D", "threat_model": "T.",
            "thresholds": [{
                "id": "t", "tier": 1, "title": "T", "text": "T.", "baseline": "B.",
                "ruled_out_when": {"in": {"evaluation": "e", "values": ["ruled-out"]}},
                "reached_when": {"in": {"determination": "t", "values": ["reached"]}},
            }],
        }],
        "evaluations": [{
            "id": "e", "title": "E", "task": "e", "scorer": "s", "rule_out": {"below": 0.15},
            "min_questions": 10, "valid_for_days": 90,
        }],
        "safeguards": [
            {"id": f"s{i}", "kind": "deployment", "title": f"S{i}", "text": "S.",
             "in_place_when": {"in": {"assessment": f"s{i}", "values": ["effective"]}}}
            for i in range(safeguards)
        ],
        "commitments": [
            {"id": f"c{i}", "if": "t", "then": [f"s{i}"],
             "effective_from": (date(2026, 1, 1) + timedelta(days=i % 150)).isoformat()}
            for i in range(safeguards)
        ],
        "gates": [{"id": "deploy", "action": "Deploy", "needs": ["deployment"],
                   "decided_by": ["lead"]}],
    }  # fmt: skip


def make_facts(requirements: int) -> Facts:
    """Return facts by which the threshold is reached and every safeguard is in place."""
    model = {
        "kind": "model", "id": "m", "title": "M", "developer": "D", "generation": 1,
        "names_in_logs": ["m"], "weights": "closed",
    }  # fmt: skip
    reached = {"kind": "determination", "id": "reached", "threshold": "t",
               "conclusion": "reached", "reasons": "R.", **SAID}  # fmt: skip
    return Facts(
        framework=make_document(make_framework(requirements), Framework),
        model=make_document(model, Model),
        determinations=[make_document(reached, Determination)],
        assessments=[
            make_document(
                {"kind": "assessment", "id": f"a{i}", "safeguard": f"s{i}", "result": "effective",
                 "independence": "external", "access": "All.", "basis": "B.", **SAID},
                Assessment,
            )
            for i in range(requirements)
        ],
    )  # fmt: skip


def measure_time(work: Callable[[], object], runs: int) -> float:
    """Return the median seconds of a call after one warm-up."""
    times = []
    for run in range(runs + 1):
        started = time.perf_counter()
        work()
        if run:
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def count_parts(value: Any) -> int:
    """Return how many objects a dumped decision is made of."""
    if isinstance(value, dict):
        return 1 + sum(count_parts(each) for each in value.values())
    return sum(count_parts(each) for each in value) if isinstance(value, list | tuple) else 0


def make_small(upper: float | None) -> Facts:
    """Return the small rule set with its facts; without an upper bound nothing was measured."""
    framework = make_framework(1)
    framework["domains"][0]["thresholds"][0]["status"] = "exploratory"
    framework["commitments"] = []
    framework["gates"][0]["also"] = {
        "all": [
            {"le": {"evaluation": "e", "value": 0.15}},
            {"in": {"assessment": "s0", "values": ["effective"]}},
        ]
    }
    facts = make_facts(1)
    facts = Facts(
        framework=make_document(framework, Framework),
        model=facts.model,
        assessments=facts.assessments,
    )
    if upper is None:
        return facts
    measured = SupposedMeasurement(evaluation="e", passed=round(upper * 3000), questions=3000)
    return suppose(facts, Supposition(measurements=(measured,)), ON)


def answer_small(upper: float | None) -> str:
    """Return the gate's outcome and the codes of its reasons."""
    (gate,) = decide(make_small(upper), on=ON, hypothetical=True).gates
    return " ".join([gate.outcome.value, *dict.fromkeys(reason.code for reason in gate.reasons)])


def measure(runs: int) -> dict[str, Any]:
    """Return milliseconds, ratios and answers; ratios over 1 say that the peer takes longer."""
    facts = make_facts(500)
    decision = decide(facts, on=ON, hypothetical=False)
    parts = count_parts(decision.model_dump())
    days = (ON + timedelta(days=each) for each in count(1))
    ours = measure_time(lambda: decide(facts, on=next(days), hypothetical=False), runs)
    turns = cycle((ON, date(2027, 6, 1)))
    changed = measure_time(lambda: decide(facts, on=next(turns), hypothetical=False), 2 * runs)
    first = measure_time(lambda: decide(replace(facts), on=ON, hypothetical=False), runs)
    digest = "sha256:" + "0" * 64
    floor = measure_time(
        lambda: [FactReference(kind="a", id="b", digest=digest) for _ in range(parts)], runs
    )
    small = make_small(0.12)
    ours_small = measure_time(lambda: decide(small, on=ON, hypothetical=False), runs * 20)
    result: dict[str, Any] = {
        "ms_500_requirements": round(ours * 1e3, 2),
        "ms_500_requirements_first": round(first * 1e3, 2),
        "ms_500_requirements_changed": round(changed * 1e3, 2),
        "ms_500_requirements_goal": GOAL_MS,
        "parts_of_the_trace": parts,
        "ratio_vs_floor": round(ours / floor, 2),
        "ms_small_rule_set": round(ours_small * 1e3, 3),
        "ifthen_holds": answer_small(0.12),
        "ifthen_fails": answer_small(0.3),
        "ifthen_missing": answer_small(None),
    }
    for peer, requirement in PEERS.items():
        python = install_peer(peer, requirement) / "python"
        script = Path(__file__).with_name("decision_peer.py")
        run = subprocess.run([python, script, peer], check=True, capture_output=True, text=True)
        measured = json.loads(run.stdout)
        result[f"{peer}_ms_small_rule_set"] = round(measured["seconds"] * 1e3, 3)
        result[f"{peer}_vs_ifthen_small"] = round(measured["seconds"] / ours_small, 2)
        result |= {f"{peer}_{name}": answer for name, answer in measured["answers"].items()}
    return result | {"python": platform.python_version(), "runs": runs}


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs; ends within 40 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = measure(9 if arguments.quick else 49)
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
