"""Developers side by side: what each has published, row by row, and the frontier of practice.

A row is a provision of an instrument that a framework answers: METR's common elements, a law, or a
regulator's own list. In each row the clauses of all developers are compared respect by respect
(:mod:`ifthen.conformance.strength`); the frontier is every clause than which none is stronger. It
has a name and a day since when. There is no score, and what is published says nothing yet about
what is done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ifthen.conformance.instrument import ByFramework, Instrument, Provision
from ifthen.conformance.selecting import find_section, select_clauses
from ifthen.conformance.strength import (
    Respect,
    Strength,
    find_shortfalls,
    find_strength,
    find_strongest,
    format_strength,
    is_at_least,
)
from ifthen.encoding.document import Day, Digest, Id, Line, Loaded, Part, Text
from ifthen.framework.model import Framework

Standing = Literal["frontier", "published", "none", "unknown", "no-framework"]


@dataclass(frozen=True, slots=True)
class Published:
    """All that a developer has published, of every document and version."""

    developer: str
    title: str
    frameworks: tuple[Loaded[Framework], ...]
    withheld: tuple[str, ...] = ()
    """Documents of a record of which parts are withheld: what is not found may be there."""

    def in_force(self, on: date) -> tuple[Loaded[Framework], ...]:
        """Return the newest version in force of each document on a day."""
        newest: dict[str, Loaded[Framework]] = {}
        for loaded in sorted(self.frameworks, key=lambda x: x.document.in_force.from_):
            if loaded.document.in_force.covers(on):
                newest[loaded.document.id] = loaded
        return tuple(newest[id] for id in sorted(newest))


class Clause(Part):
    """A clause of a developer that speaks to a row."""

    framework: Line
    """Document and version."""
    sha256: Digest
    """Digest of the document's file."""
    path: Line
    """Path of the clause inside the document."""
    section: Line | None = None
    """Section of the published text."""
    says: Text
    """The clause in own words."""
    respects: tuple[Respect, ...]
    """How strongly it binds, respect by respect."""
    at_the_frontier: bool
    """Whether no published clause of this row is stronger."""


class Cell(Part):
    """What one developer has published for one row."""

    developer: Id
    """Name of the developer."""
    standing: Standing
    """frontier: none is stronger; published: somebody's is; none: no clause, and nothing of the
    text was left out; unknown: no clause, but parts of the text were left out or are withheld;
    no-framework."""
    why: Text
    """The standing in a sentence: for ``published``, the distance to the frontier."""
    since: Day | None = None
    """For the frontier: first day from which the developer's documents have been so strong, as far
    as their versions were given; at the latest, where a version in between is missing."""
    clauses: tuple[Clause, ...] = ()
    """Its clauses, the strongest first."""


class Row(Part):
    """One kind of commitment, developer by developer."""

    id: Id
    """Id of the provision that asks for it."""
    citation: Line
    """Its place in the instrument."""
    title: Line
    """What it is about."""
    text: Text
    """What it asks, in own words."""
    frontier: tuple[Id, ...]
    """Developers at the frontier of published practice."""
    cells: tuple[Cell, ...]
    """One for each developer, in the order in which they were named."""


class Practice(Part):
    """Developers side by side on a day."""

    on: Day
    """The day that was asked for."""
    instrument: Id
    """What the rows were taken from."""
    instrument_sha256: Digest
    """Digest of its file."""
    notices: tuple[Text, ...]
    """What has to be known to read the table."""
    developers: tuple[Line, ...]
    """Names of the developers as people write them."""
    rows: tuple[Row, ...]
    """The rows, in the order of the instrument."""
    left_out: tuple[Id, ...]
    """Provisions that no framework answers: other documents do, or only a person."""


NOTICES = (
    "Published words are compared, not conduct. A clause that says the same in other words may not"
    " have been found.",
    "Stronger means at least as strong in every respect and stronger in one. There is no score.",
)


def compare_practice(
    rows: Loaded[Instrument], developers: Sequence[Published], on: date
) -> Practice:
    """Return the developers side by side, in the rows of an instrument."""
    law = rows.document
    answered = [x for x in law.provisions if isinstance(x.answered_by, ByFramework)]
    secondary = [
        f"{loaded.document.title} {loaded.document.version}: not written from its own text"
        for each in developers
        for loaded in each.in_force(on)
        if loaded.document.coverage and loaded.document.coverage.standing != "primary"
    ]
    notices = [*NOTICES, *law.cautions(), *secondary]
    return Practice(
        on=on,
        instrument=law.id,
        instrument_sha256=rows.digest,
        notices=tuple(notices),
        developers=tuple(x.title for x in developers),
        rows=tuple(_row(x, law, developers, on) for x in answered),
        left_out=tuple(x.id for x in law.provisions if x not in answered),
    )


def _row(provision: Provision, law: Instrument, developers: Sequence[Published], on: date) -> Row:
    found = {
        each.developer: [
            clause for loaded in each.in_force(on) for clause in _find(provision, law, loaded, on)
        ]
        for each in developers
    }
    everyone = [clause for clauses in found.values() for clause in clauses]
    best = [everyone[i] for i in find_strongest([x.strength for x in everyone])]
    cells = tuple(_cell(each, found, best, (provision, law), on) for each in developers)
    return Row(
        id=provision.id,
        citation=provision.citation,
        title=provision.title,
        text=provision.text,
        frontier=tuple(x.developer for x in cells if x.standing == "frontier"),
        cells=cells,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A clause that speaks to a row, with its document."""

    loaded: Loaded[Framework]
    path: str
    section: str | None
    says: str
    strength: Strength


def _find(
    provision: Provision, law: Instrument, loaded: Loaded[Framework], on: date
) -> Iterator[_Candidate]:
    if not isinstance(provision.answered_by, ByFramework):
        return
    framework = loaded.document
    seen: set[str] = set()
    for selector in provision.answered_by.clauses:
        for path, clause, says in select_clauses(selector, framework, on, law.legal_role):
            if path not in seen:
                seen.add(path)
                strength = find_strength(clause, framework, on)
                yield _Candidate(loaded, path, find_section(clause), says, strength)


def _cell(
    developer: Published,
    found: dict[str, list[_Candidate]],
    best: Sequence[_Candidate],
    asked: tuple[Provision, Instrument],
    on: date,
) -> Cell:
    mine = found[developer.developer]
    if not mine:
        return _empty(developer, on)
    at_frontier = [x for x in mine if x in best]
    rest = [x for x in mine if x not in best]
    clauses = tuple(_clause(x, at_frontier=x in best) for x in (*at_frontier, *rest))
    if at_frontier:
        since = _since(developer, asked, at_frontier, on)
        said = dict.fromkeys(format_strength(x.strength) for x in at_frontier)
        why = f"no published clause is stronger: {', or '.join(said)}"
        return Cell(
            developer=developer.developer, standing="frontier", why=why, since=since,
            clauses=clauses,
        )  # fmt: skip
    owners = {x: owner for owner, each in found.items() for x in each}
    why = _distance(mine, best, owners)
    return Cell(
        developer=developer.developer, standing="published", why=why, clauses=clauses
    )  # fmt: skip


def _distance(
    mine: Sequence[_Candidate], best: Sequence[_Candidate], owners: dict[_Candidate, str]
) -> str:
    """Return the least distance of a clause to one that is stronger, in words."""
    pairs = [
        (find_shortfalls(a.strength, b.strength), b)
        for a in mine
        for b in best
        if is_at_least(b.strength, a.strength)
    ]
    shortfalls, nearest = min(pairs, key=lambda pair: len(pair[0]))
    said = "; ".join(f"{a}, where {owners[nearest]} {b}" for a, b in shortfalls)
    return f"its strongest clause {said}"


def _since(
    developer: Published,
    asked: tuple[Provision, Instrument],
    at_frontier: Sequence[_Candidate],
    on: date,
) -> date:
    """Return the first day from which some clause has been as strong, without a break until now."""
    provision, law = asked
    starts = {x.document.in_force.from_ for x in developer.frameworks}
    starts |= {
        x.document.in_force.until
        for x in developer.frameworks
        if x.document.in_force.until is not None
    }
    first = on
    for day in sorted((x for x in starts if x <= on), reverse=True):
        then = [c for x in developer.in_force(day) for c in _find(provision, law, x, day)]
        if not any(is_at_least(c.strength, x.strength) for c in then for x in at_frontier):
            break
        first = day
    return first


def _empty(developer: Published, on: date) -> Cell:
    frameworks = [x.document for x in developer.in_force(on)]
    if developer.withheld:
        return Cell(
            developer=developer.developer,
            standing="unknown",
            why=f"no public clause was found; parts are withheld: {', '.join(developer.withheld)}",
        )
    if not frameworks:
        return Cell(
            developer=developer.developer,
            standing="no-framework",
            why=f"no version is in force on {on}",
        )
    gaps = [
        f"{x.id} {x.version}"
        for x in frameworks
        if x.coverage is not None and (x.coverage.left_out or x.coverage.standing != "primary")
    ]
    if gaps:
        return Cell(
            developer=developer.developer,
            standing="unknown",
            why=f"no clause was found; the file leaves out parts of {', '.join(gaps)}",
        )
    return Cell(developer=developer.developer, standing="none", why="no clause speaks to it")


def _clause(candidate: _Candidate, *, at_frontier: bool) -> Clause:
    framework = candidate.loaded.document
    return Clause(
        framework=f"{framework.id}@{framework.version}",
        sha256=candidate.loaded.digest,
        path=candidate.path,
        section=candidate.section,
        says=candidate.says,
        respects=candidate.strength,
        at_the_frontier=at_frontier,
    )
