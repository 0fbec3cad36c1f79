"""What fixes a screening before it starts, and the test that follows from it.

The same design is written into the plan and into the log of an evaluation that stopped itself, so
that a verifier can hold one against the other.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from ifthen.errors import Error
from ifthen.stats.betting import Bettor
from ifthen.stats.estimate import is_alpha
from ifthen.stats.sequential import (
    MAX_HORIZON,
    MAX_PRIOR,
    Boundary,
    Operation,
    compile_draws,
    compile_population,
    operate_draws,
    operate_population,
)

Direction = Literal["rule-out", "reached"]
MAX_SEED = 300
_CHOICES: dict[str, tuple[str, ...]] = {
    "direction": ("rule-out", "reached"),
    "scores": ("pass-fail", "fraction"),
    "limit": ("either", "as-scored"),
}


@dataclass(frozen=True, kw_only=True)
class Design:
    """Everything that a screening's decision depends on, besides the scores.

    Raises:
        Error: ``screening.design`` for a value that cannot be.
    """

    seed: str
    direction: Direction
    threshold: float
    """Rate of passes, between 0 and 1."""
    alpha: float
    questions: int
    """Number of questions in the order."""
    population: int | None
    """The same number when the conclusion is about these questions; None when it is about the
    questions that they were drawn from."""
    epochs: int = 1
    scores: Literal["pass-fail", "fraction"] = "pass-fail"
    prior: tuple[float, float] = (0.5, 5.0)
    scorer: str | None = None
    limit: Literal["either", "as-scored"] = "either"

    def __post_init__(self) -> None:
        faults = {
            **{name: getattr(self, name) not in known for name, known in _CHOICES.items()},
            "seed": not (isinstance(self.seed, str) and 0 < len(self.seed) <= MAX_SEED),
            "threshold": not _is_number(self.threshold) or not 0 < self.threshold < 1,
            "alpha": not _is_number(self.alpha) or not is_alpha(self.alpha),
            "questions": type(self.questions) is not int or not 1 <= self.questions <= MAX_HORIZON,
            "population": self.population is not None and self.population != self.questions,
            "epochs": type(self.epochs) is not int or not 1 <= self.epochs <= 10_000,
            "prior": not _is_prior(self.prior),
            "scorer": not (self.scorer is None or isinstance(self.scorer, str)),
        }
        for name, wrong in faults.items():
            if wrong:
                found = repr(getattr(self, name))[:80]
                raise Error("screening.design", f"{name} of a screening cannot be {found}")
        if self.epochs > 1 and self.scores == "pass-fail":
            raise Error("screening.design", f"{self.epochs} epochs give fractions, not pass-fail")

    @property
    def counts_passes(self) -> bool:
        """Whether passes speak against the conclusion; in the other direction failures do."""
        return self.direction == "rule-out"

    @property
    def least(self) -> int | None:
        """How many questions must have the event for the conclusion to be wrong.

        Passes for rule-out, failures for reached; None without a population.
        """
        if self.population is None:
            return None
        passes = math.ceil(Fraction(repr(float(self.threshold))) * self.population)
        return passes if self.counts_passes else self.population - passes + 1

    @property
    def rate(self) -> float:
        """The rate of the event that is ruled out."""
        exact = Fraction(repr(float(self.threshold)))
        return float(exact if self.counts_passes else 1 - exact)

    @cached_property
    def table(self) -> Boundary | None:
        """The table of the test; None for fractions, which have none."""
        if self.scores == "fraction":
            return None
        if self.population is None:
            return compile_draws(
                rate=self.rate, alpha=self.alpha, prior=self.prior, horizon=self.questions
            )
        least = self.least
        assert least is not None  # noqa: S101 - there is a population
        return compile_population(
            population=self.population, least=least, alpha=self.alpha, prior=self.prior
        )

    def make_bettor(self) -> Bettor:
        """Return the test of fractions, before the first score."""
        return Bettor(mean=self.rate, alpha=self.alpha, population=self.population)

    def operate(self, rate: float) -> Operation | None:
        """Return what the table does at a true rate of passes; None for fractions.

        With a population the rate is that of the nearest whole number of questions.
        """
        table = self.table
        if table is None:
            return None
        events = rate if self.counts_passes else 1 - rate
        if self.population is None:
            return operate_draws(table, events)
        return operate_population(
            table, population=self.population, events=round(events * self.population)
        )

    def error_rate(self) -> float | None:
        """Return the exact chance of a wrong conclusion at its worst; None for fractions."""
        table, least = self.table, self.least
        if table is None:
            return None
        if self.population is None or least is None:
            return operate_draws(table, self.rate).stops
        return operate_population(table, population=self.population, events=least).stops

    def to_dict(self) -> dict[str, Any]:
        """Return the design as plain data; :func:`parse_design` is the inverse."""
        return asdict(self) | {"prior": list(self.prior)}

    @property
    def table_sha256(self) -> str | None:
        """``sha256:`` and the digest of the table's places as JSON; None for fractions."""
        return None if self.table is None else digest_list(list(self.table.stops))


def parse_design(value: Any, *, where: str | None = None) -> Design:
    """Return the design of plain data; the inverse of :meth:`Design.to_dict`.

    Raises:
        Error: ``screening.design`` for keys or values that cannot be.
    """
    names = {field.name for field in fields(Design)}
    if not isinstance(value, Mapping) or set(value) != names:
        found = ", ".join(sorted(map(str, value))[:20]) if isinstance(value, Mapping) else "none"
        raise Error(
            "screening.design",
            f"a screening has {', '.join(sorted(names))}; found {found[:200]}",
            where=where,
        )
    prior = value["prior"]
    try:
        return Design(**{**value, "prior": tuple(prior) if isinstance(prior, list) else prior})
    except Error as error:
        raise Error(error.code, error.message, where=where, hint=error.hint) from error
    except TypeError as error:  # a value that cannot be looked up, such as a list
        raise Error("screening.design", "a value of a screening cannot be", where=where) from error


def digest_list(values: list[Any]) -> str:
    """Return ``sha256:`` and the digest of a list as JSON without spaces, in ASCII."""
    text = json.dumps(values, ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_prior(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(_is_number(number) and 0 < number <= MAX_PRIOR for number in value)
    )
