"""What an Inspect log says was set for the model: its plan of solvers, limits, generation options.

``plan.steps`` names the solvers with their arguments, among them the tools given by name;
``plan.config`` holds the options of generation that held for the run, ``eval.config`` the limits of
a sample (facts of inspect_ai 0.3.285; its logs have had them since 2024).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from ifthen.evidence.inspect_format import ConfigJson
from ifthen.evidence.log import Setup

LIMITS = (
    "message_limit",
    "token_limit",
    "turn_limit",
    "time_limit",
    "working_limit",
    "cost_limit",
)
MAX_STEPS = 100
MAX_TOOLS = 1000
MAX_DEPTH = 4
"""How deep a list of tools may lie in a solver's arguments."""


def to_elicitation(stated: Any) -> str | Mapping[str, Any] | None:
    """Return the metadata's elicitation record, where it is words or keys."""
    if isinstance(stated, Mapping):
        return stated
    return stated if isinstance(stated, str) and stated else None


def to_setup(plan: Any, config: ConfigJson) -> Setup | None:
    """Return what was set for the model; None where the log has no plan. Odd parts are left out."""
    if not isinstance(plan, Mapping):
        return None
    steps = plan.get("steps")
    known = [step for step in steps if isinstance(step, Mapping)] if _is_list(steps) else []
    named = [step for step in known if isinstance(step.get("solver"), str)][:MAX_STEPS]
    tools: dict[str, None] = {}
    for step in named:
        tools |= dict.fromkeys(_tools(step.get("params"), MAX_DEPTH))
    limits = {name: getattr(config, name) for name in LIMITS}
    options = plan.get("config")
    return Setup(
        steps=tuple(step["solver"] for step in named),
        tools=tuple(tools)[:MAX_TOOLS],
        limits={name: float(limit) for name, limit in limits.items() if _is_limit(limit)},
        generation=options if isinstance(options, Mapping) else {},
    )


def _tools(value: Any, depth: int) -> Iterator[str]:
    """Yield the names of tools in a solver's arguments: ``{"type": "tool", "name": …}``."""
    if isinstance(value, Mapping):
        if value.get("type") == "tool" and isinstance(value.get("name"), str):
            yield value["name"].rpartition("/")[2] or value["name"]
            return
        value = list(value.values())
    if _is_list(value) and depth:
        for item in value:
            yield from _tools(item, depth - 1)


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_limit(value: Any) -> bool:
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    return whole and 0 <= value < 2**53
