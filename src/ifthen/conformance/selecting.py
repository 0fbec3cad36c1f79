"""Which clauses of a framework document speak to a provision.

A clause is found by its part, its kind and its words, and shown with its path, so that anybody can
see what was found. That a clause is there says nothing about whether it is enough.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ifthen.conformance.instrument import FrameworkPart, Selector
from ifthen.framework.anchor import Anchor
from ifthen.framework.model import Framework, LegalRole


@dataclass(frozen=True, slots=True)
class Found:
    """A clause that speaks to a provision."""

    path: str
    """Path of the clause inside the document."""
    says: str
    """The clause in own words."""
    section: str | None = None
    """Section of the published text."""
    doubt: str | None = None
    """Why it does not answer by itself: only a permission, or set aside by an exemption."""
    conflict: str | None = None
    """How it contradicts the provision, for example by a longer time."""


Candidate = tuple[str, object, str]
"""Path of a clause inside the document, the clause, and its words."""


class ClauseIndex:
    """The clauses of a framework in force on a day, prepared for many selectors."""

    def __init__(self, framework: Framework, on: date, role: LegalRole | None) -> None:
        self._framework, self._on, self._role = framework, on, role
        self._parts: dict[FrameworkPart, list[_Prepared]] = {}

    def select(self, selector: Selector) -> Iterator[Candidate]:
        """Yield the clauses that a selector chooses, in document order."""
        return (x.candidate for x in self._select(selector))

    def find(self, selector: Selector) -> tuple[Found, ...]:
        """Return the clauses that a selector chooses, each with what keeps it from answering."""
        chosen = self._select(selector)
        if selector.at_most_days is None:
            return tuple(x.found for x in chosen)
        return tuple(replace(x.found, conflict=_conflict(selector, x)) for x in chosen)

    def _select(self, selector: Selector) -> Iterator["_Prepared"]:
        words = tuple(x.lower() for x in selector.words)
        for part in dict.fromkeys(selector.parts):
            if part not in self._parts:
                self._parts[part] = list(self._prepare(part))
            for x in self._parts[part]:
                if selector.kinds and x.kind not in selector.kinds:
                    continue
                if selector.opens and x.opens not in selector.opens:
                    continue
                if not words or _speaks(words, x.words):
                    yield x

    def _prepare(self, part: FrameworkPart) -> Iterator["_Prepared"]:
        for candidate in _list_part(part, self._framework, self._role):
            clause = candidate[1]
            applies = getattr(clause, "applies", None)
            if applies is None or applies(self._on):
                doubt = _doubt(clause, self._framework, self._on)
                yield _Prepared(
                    candidate,
                    words=_words(candidate),
                    kind=getattr(clause, "kind", None),
                    opens=getattr(clause, "opens", None),
                    found=Found(candidate[0], candidate[2], find_section(clause), doubt),
                )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A clause with what selectors ask about."""

    candidate: Candidate
    words: str
    kind: str | None
    opens: str | None
    found: Found
    """It as what speaks to a provision, as long as it does not contradict it."""


def select_clauses(
    selector: Selector, framework: Framework, on: date, role: LegalRole | None
) -> Iterator[Candidate]:
    """Yield the clauses in force on a day that a selector chooses, in document order."""
    return ClauseIndex(framework, on, role).select(selector)


def find_clauses(
    selector: Selector, framework: Framework, on: date, role: LegalRole | None
) -> tuple[Found, ...]:
    """Return the clauses that a selector chooses, each with what keeps it from answering."""
    return ClauseIndex(framework, on, role).find(selector)


def find_section(clause: object) -> str | None:
    """Return the section of the published text where a clause stands."""
    anchors: tuple[Anchor, ...] = getattr(clause, "anchors", ())
    return anchors[0].section if anchors else None


def _words(candidate: Candidate) -> str:
    _, clause, says = candidate
    names = ("id", "title", "text", "action", "event", "recipient", "term")
    fields = [str(getattr(clause, name, None) or "") for name in names]
    return " ".join([fields[0].replace("-", " "), *fields[1:], says]).lower()


def _speaks(words: Sequence[str], text: str) -> bool:
    """Return whether any of the words or phrases stands in a text, whole."""
    for word in words:
        if word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            return True
    return False


def _doubt(clause: object, framework: Framework, on: date) -> str | None:
    id = getattr(clause, "id", None)
    for exemption in framework.exemptions:
        if id in exemption.weakens and exemption.applies(on):
            return f"exemption {exemption.id} can set it aside"
    force = getattr(clause, "force", "will")
    if force != "will":
        return f"the clause says '{force}', not 'will'"
    status = getattr(clause, "status", "in-force")
    if status != "in-force":
        return f"the document calls it {status}"
    if getattr(clause, "specified", "yes") != "yes":
        return "the document does not specify it here"
    if getattr(clause, "then", True) == ():
        return "the document leaves the consequence open"
    if hasattr(clause, "published") and clause.url is None:  # type: ignore[attr-defined]
        return "the file knows no address of the developer's where it stands"
    return None


def _conflict(selector: Selector, prepared: _Prepared) -> str | None:
    if selector.at_most_days is None:
        return None
    clause = prepared.candidate[1]
    for name in ("review_every_days", "every_days", "within_days"):
        days = getattr(clause, name, None)
        if days is not None and days > selector.at_most_days:
            return f"the clause says {days} days; the provision, {selector.at_most_days}"
    return None


def _list_part(
    part: FrameworkPart, framework: Framework, role: LegalRole | None
) -> Iterator[tuple[str, object, str]]:
    """Yield path, clause and words of each clause of one part."""
    days = framework.cadence.review_every_days
    if part == "legal-role":
        if role in framework.legal_roles:
            yield "legal_roles", framework.in_force, f"published for {role}"
    elif part == "cadence":
        if days is not None:
            yield "cadence.review_every_days", framework.cadence, f"reviewed every {days} days"
    elif part == "published":
        yield from _list_sources(framework)
    elif part == "thresholds":
        for domain, threshold in framework.thresholds():
            path = f"domains.{domain.id}.thresholds.{threshold.id}"
            yield path, threshold, f"{domain.title}: {threshold.title}"
    else:
        held: tuple[Any, ...] = (
            framework.cadence.triggers if part == "triggers" else getattr(framework, part)
        )
        for clause in held:
            name = getattr(clause, "id", None) or clause.term
            words = (getattr(clause, key, None) for key in ("text", "action", "title"))
            says = next((x for x in words if x), name)
            yield f"{'cadence.' if part == 'triggers' else ''}{part}.{name}", clause, says


def _list_sources(framework: Framework) -> Iterator[tuple[str, object, str]]:
    for source in framework.coverage.sources if framework.coverage else ():
        if source.published or source.url:
            day = f"on {source.published}" if source.published else "on a day not stated"
            yield f"coverage.sources.{source.id}", source, f"published {day}"
