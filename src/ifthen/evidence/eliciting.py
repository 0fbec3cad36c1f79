"""What a log says about how the model was elicited, as the record has it."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ifthen.encoding.elicitation import Elicitation
from ifthen.evidence import record
from ifthen.evidence.log import Finding, Setup, format_line, notice

MAX_TOLD = 3
"""Faults of a block that a notice tells."""


def read_elicitation(
    stated: str | Mapping[str, Any] | None,
) -> tuple[str | Elicitation | None, tuple[Finding, ...]]:
    """Return the log's own elicitation record: one line, or its keys when they are all known.

    Keys that an elicitation record does not have, or values that do not fit, give the notice
    ``log.elicitation-shape`` and no record: half a statement would look like a whole one.
    """
    if stated is None or isinstance(stated, str):
        return None if stated is None else format_line(stated), ()
    try:
        return Elicitation.model_validate_json(json.dumps(stated)), ()
    except ValidationError as error:
        told = [
            f"{'.'.join(map(str, fault['loc'])) or 'it'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        why = "; ".join(told[:MAX_TOLD])
    except (ValueError, TypeError, RecursionError):
        why = "it cannot be written as JSON"
    finding = notice(
        "log.elicitation-shape",
        f"the metadata's elicitation is no elicitation record: {why}",
        "header",
    )
    return None, (finding,)


def build_setup(setup: Setup | None) -> record.Setup | None:
    """Return what was set for the model, as the record has it."""
    if setup is None:
        return None
    return record.Setup(
        steps=tuple(format_line(step) for step in setup.steps),
        tools=tuple(format_line(tool) for tool in setup.tools),
        limits=dict(setup.limits),
        generation=single_values(setup.generation),
    )


def single_values(values: Mapping[str, Any]) -> dict[str, bool | float | str]:
    """Return the values that are single ones; lists and tables tell no evaluations apart."""
    found: dict[str, bool | float | str] = {}
    for name, value in values.items():
        if isinstance(value, str) and value:
            found[format_line(name)] = format_line(value)
        elif isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 2**53):
            found[format_line(name)] = value
    return found
