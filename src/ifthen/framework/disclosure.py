"""Which material changes a developer's own change log accounts for.

Strictly, an entry has to name the clause and say which way it changed; leniently, it is enough that
it names the clause (Zhu, "Silent Revision", 2026, codes ANN, ANN-P, SIL, NCL).
"""

from typing import Literal

from ifthen.encoding.document import Line, Part
from ifthen.framework.clause import ChangeLog
from ifthen.framework.diff import WEAKER, FrameworkDiff

Status = Literal["announced", "partly-announced", "silent", "no-changelog"]


class Announcement(Part):
    """Whether the change log accounts for one material change."""

    kind: Line
    """Kind of the clause."""
    clause: Line
    """Its id."""
    outcome: Line
    """What became of it."""
    status: Status
    """Whether the change log says so."""


class Disclosure(Part):
    """How far the change log accounts for the material changes."""

    announcements: tuple[Announcement, ...]
    """One for each material change."""
    material: int
    """How many there are."""
    silent_strict: int
    """Not announced, counting partly announced ones as silent."""
    silent_lenient: int
    """Not announced at all."""
    weaker_silent: int
    """Of those, removed, relocated or weakened."""
    unread: int = 0
    """Clauses of which only the words changed, which nobody has coded and no entry names: whether
    anything material is among them is not known."""


def check_disclosure(diff: FrameworkDiff, changelog: ChangeLog | None) -> Disclosure:
    """Return what the change log says of each material change.

    A log that was written since another version than ``diff.before`` accounts for nothing.
    """
    if changelog is not None and changelog.since != diff.before.version:
        changelog = None
    found = tuple(
        Announcement(
            kind=change.kind,
            clause=change.clause,
            outcome=change.outcome,
            status=_status(change.clause, change.outcome, changelog),
        )
        for change in diff.material()
    )
    silent = [x for x in found if x.status in ("silent", "no-changelog")]
    return Disclosure(
        announcements=found,
        material=len(found),
        silent_strict=len(silent) + sum(x.status == "partly-announced" for x in found),
        silent_lenient=len(silent),
        weaker_silent=sum(x.outcome in WEAKER for x in silent),
        unread=sum(
            _status(x.clause, x.outcome, changelog) in ("silent", "no-changelog")
            for x in diff.clauses
            if x.outcome == "undetermined"
        ),
    )


def _status(clause: str, outcome: str, changelog: ChangeLog | None) -> Status:
    if changelog is None:
        return "no-changelog"
    named = [entry for entry in changelog.entries if clause in entry.clauses]
    if any(entry.says == outcome for entry in named):
        return "announced"
    return "partly-announced" if named else "silent"
