"""Every tampering by name, with the step that has to find it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TAMPERINGS: list["Tampering"] = []


@dataclass(frozen=True)
class Tampering:
    """One way to falsify a record."""

    name: str
    step: str
    do: Callable[[Any], Any]
    """Changes the files of a scene, returns a forge to be written, or the path of a record."""


def add(step: str, name: str, do: Callable[[Any], Any]) -> None:
    """Register a tampering."""
    TAMPERINGS.append(Tampering(name, step, do))


def tampering(step: str, name: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a function as a tampering."""

    def register(do: Callable[[Any], Any]) -> Callable[[Any], Any]:
        add(step, name, do)
        return do

    return register


# Each module registers its own.
from tests.verification import (  # noqa: E402, F401
    tamper_dishonest,
    tamper_files,
    tamper_keys,
    tamper_log,
    tamper_meaning,
    tamper_openings,
)
