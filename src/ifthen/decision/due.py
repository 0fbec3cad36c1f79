"""Everything that is or will be due on a day, and what was done in time, late or never.

An entry has a last day on which it can be done in time, and says by which document it was done.
Nothing is due by a guess: what asks for something without a day that can be computed is listed as
undetermined with the reason, and triggers in words are listed apart, to be watched by people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from ifthen.attestation.roles import People
from ifthen.attestation.signoff import Signoff
from ifthen.attestation.trust import Trust
from ifthen.dossier.comparison import SafetyComparison
from ifthen.dossier.erratum import Withdrawal
from ifthen.dossier.exception import GrantedException
from ifthen.dossier.incident import Incident
from ifthen.dossier.model import Assessment, Declaration, Determination, Model
from ifthen.encoding.calendar import judge
from ifthen.encoding.document import Day, Id, Line, Loaded, Part, Text
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.model import Framework

ONE_DAY = timedelta(days=1)
STANDINGS = ("missed", "undetermined", "due", "late", "met")
"""Every standing, what is most urgent first."""

DueKind = Literal[
    "review", "evaluation", "report", "safeguard-assessment", "evidence", "declaration",
    "assessment", "determination", "comparison", "exception", "open-item", "incident", "approval",
    "role", "key", "trust", "law",
]  # fmt: skip


class Due(Part):
    """One thing to be done by a day."""

    id: Line
    """Stable name: the same thing has it tomorrow."""
    kind: DueKind
    """What has to be looked at, made again or renewed."""
    title: Text
    """What is to be done, in words."""
    model: Id | None = None
    """Model that it is about."""
    owner: Line | None = None
    """Who is to do it, where a document says so."""
    since: Day | None = None
    """Day from which the time runs."""
    last_day: Day | None = None
    """Last day on which it is in time; null where no day can be computed."""
    standing: Literal["met", "due", "late", "missed", "undetermined"]
    """late: done, but after the last day. missed: not done, and the last day is over."""
    done_on: Day | None = None
    """When it was done."""
    source: Line
    """What asks for it."""
    where: Line
    """Place of that in a file."""
    reason: Text | None = None
    """Why it cannot be told, where it cannot."""


class Watched(Part):
    """A trigger that a framework states in words: somebody has to notice the event."""

    id: Line
    """Trigger and framework."""
    text: Text
    """The event in words."""
    asks_for: Line
    """What it calls for."""
    where: Line
    """Place in the file."""


class DueList(Part):
    """What is due on a day, and how what was due stands."""

    on: Day
    """Day for which it holds."""
    counts: dict[str, int]
    """How many entries stand how, every standing named."""
    entries: tuple[Due, ...]
    """Every entry: by last day, those without one first."""
    watched: tuple[Watched, ...] = ()
    """Events in words that nothing here computes."""
    notices: tuple[Text, ...] = ()
    """What the list cannot say, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The documents that things become due by."""

    frameworks: Sequence[Loaded[Framework]] = ()
    models: Sequence[Loaded[Model]] = ()
    evidence: Sequence[Loaded[EvidenceRecord]] = ()
    declarations: Sequence[Loaded[Declaration]] = ()
    assessments: Sequence[Loaded[Assessment]] = ()
    determinations: Sequence[Loaded[Determination]] = ()
    comparisons: Sequence[Loaded[SafetyComparison]] = ()
    exceptions: Sequence[Loaded[GrantedException]] = ()
    incidents: Sequence[Loaded[Incident]] = ()
    withdrawals: Sequence[Loaded[Withdrawal]] = ()
    people: Sequence[Loaded[People] | Loaded[Trust]] = ()
    """Who counts: the last version of the trust file, or the documents of kind people."""
    trust: Sequence[Loaded[Trust]] = ()
    signoffs: Sequence[Loaded[Signoff]] = ()

    def in_force(self, on: date) -> list[Loaded[Framework]]:
        """Return the framework versions in force on a day."""
        return [x for x in self.frameworks if x.document.in_force.covers(on)]


def name_version(framework: Framework) -> str:
    """Return a framework and its version in a few words."""
    return f"{framework.id} {framework.version[:80]}"


def make_due(
    *, last_day: date, done: Iterable[date], on: date, arranged: bool = False, **values: Any
) -> Due:
    """Return an entry with a last day; ``done`` are the days on which it was done.

    ``arranged`` says that it is met already, without a day of its own.
    """
    standing, done_on = ("met", None) if arranged else judge(last_day, done, on)
    return Due(last_day=last_day, standing=standing, done_on=done_on, **values)
