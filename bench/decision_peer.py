"""A policy engine on the small rule set; runs in an environment of its own.

    python decision_peer.py cedarpy|regopy|cel

Rule: a model may be deployed when the upper bound, in thousandths, lies under 150 and the
safeguard was assessed as effective. Prints seconds for each decision and what is answered when the
rule holds, when it does not, and when the measurement is missing.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

CASES: dict[str, dict[str, Any]] = {
    "holds": {"upper": 120, "effective": True},
    "fails": {"upper": 300, "effective": True},
    "missing": {"effective": True},
}
RUNS = 300


def make_cedar() -> Callable[[dict[str, Any]], str]:
    """Return a decision by Cedar."""
    import cedarpy  # type: ignore[import-not-found]  # noqa: PLC0415

    policy = (
        "permit(principal, action, resource) when { context.upper < 150 && context.effective };"
    )
    request = {"principal": 'U::"a"', "action": 'A::"deploy"', "resource": 'M::"m"'}
    return lambda facts: (
        cedarpy.is_authorized({**request, "context": facts}, policy, []).decision.value
    )


def make_rego() -> Callable[[dict[str, Any]], str]:
    """Return a decision by rego-cpp."""
    from regopy import Interpreter  # type: ignore[import-not-found]  # noqa: PLC0415

    engine = Interpreter()
    engine.add_module("p", "package p\nallow { input.upper < 150; input.effective }")

    def decide(facts: dict[str, Any]) -> str:
        engine.set_input(facts)
        return str(engine.query("data.p.allow"))

    return decide


def make_cel() -> Callable[[dict[str, Any]], str]:
    """Return a decision by CEL."""
    import celpy  # type: ignore[import-not-found]  # noqa: PLC0415

    environment = celpy.Environment()
    program = environment.program(environment.compile("upper < 150 && effective"))

    def decide(facts: dict[str, Any]) -> str:
        try:
            return str(program.evaluate(celpy.json_to_cel(facts)))
        except celpy.CELEvalError:
            return "error"

    return decide


MAKERS = {"cedarpy": make_cedar, "regopy": make_rego, "cel": make_cel}


def main() -> None:
    """Print the measurements of one engine."""
    decide = MAKERS[sys.argv[1]]()
    answers = {name: decide(facts) for name, facts in CASES.items()}
    started = time.perf_counter()
    for _ in range(RUNS):
        decide(CASES["holds"])
    seconds = (time.perf_counter() - started) / RUNS
    print(json.dumps({"seconds": seconds, "answers": answers}))


if __name__ == "__main__":
    main()
