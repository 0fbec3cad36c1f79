"""What changed between two versions of a framework, clause by clause, and which way.

Clauses are matched by kind and id. A change's direction follows from the structure (a threshold
raised, *will* become *aim*, a safeguard dropped). Prose says nothing to a program: where only the
words of a clause changed, what became of it is undetermined until a person codes it; it is called
reworded only where no word changed but a name, or case and punctuation. Where one clause goes both
ways it counts as weakened, as human coders of such revisions do. A recorded human coding takes
precedence, and says whose it is.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import Any, Literal

from pydantic import BaseModel, Field

from ifthen.encoding.document import Digest, Document, Id, Line, Loaded, Part, Text
from ifthen.framework.directions import NAMING, RULES, WORDING, Dimension, Direction, Rule
from ifthen.framework.model import Framework
from ifthen.framework.predicate import Predicate, format_sentence

Outcome = Literal[
    "added", "removed", "relocated", "strengthened", "weakened", "changed", "undetermined",
    "reworded", "retained",
]  # fmt: skip
"""``changed``: something material changed, and no rule says which way. ``undetermined``: only the
words of the clause changed; whether that is material, and which way, needs a coding."""
MATERIAL = frozenset({"added", "removed", "relocated", "strengthened", "weakened", "changed"})
WEAKER = frozenset({"removed", "relocated", "weakened"})
IMMATERIAL = frozenset({"wording", "naming", "place"})
"""Dimensions of a change in which no rule sees anything that a promise hangs on."""
UNREAD = "no direction is computed, a coding is needed"
_WORD = re.compile(r"\w+")


class FieldChange(Part):
    """A change of one field of a clause."""

    field: Line
    """The field."""
    dimension: Dimension
    """What the change concerns."""
    direction: Direction
    """Which way it goes; ``unclear`` where only a reader can tell."""
    before: Text | None
    """The value before, as text; null where there was none."""
    after: Text | None
    """The value after."""


class ClauseChange(Part):
    """What became of one clause."""

    kind: Line
    """Kind of the clause."""
    clause: Line
    """Id of the clause, or the term of a definition."""
    outcome: Outcome
    """What became of it."""
    reason: Text
    """Why it counts as that."""
    changes: tuple[FieldChange, ...] = ()
    """Its fields that changed."""
    before: Line | None = None
    """Where it stands in the earlier file."""
    after: Line | None = None
    """Where it stands in the later file."""
    coded_by: Line | None = None
    """The person whose coding stands in place of the computed outcome."""
    computed: Outcome | None = None
    """The computed outcome, where a coding took its place."""


class Version(Part):
    """One of the two versions."""

    id: Id
    """Name of the framework document."""
    version: Line
    """Version as the developer gives it."""
    digest: Digest
    """Identity of the document."""


class FrameworkDiff(Part):
    """Every clause of two versions, matched."""

    before: Version
    """The earlier version."""
    after: Version
    """The later version."""
    clauses: tuple[ClauseChange, ...]
    """What became of each clause, in the order of the documents."""

    def material(self) -> tuple[ClauseChange, ...]:
        """Return the changes known to matter: not what is retained, reworded or undetermined."""
        return tuple(x for x in self.clauses if x.outcome in MATERIAL)

    def counts(self) -> dict[str, int]:
        """Return how many clauses had each outcome."""
        return dict(Counter(x.outcome for x in self.clauses))


class Coding(Part):
    """A person's judgement of one clause's change."""

    kind: Line
    """Kind of the clause."""
    clause: Line
    """Its id."""
    outcome: Outcome
    """What the person found."""
    reason: Text
    """Why."""
    coder: Line
    """Who."""


class Same(Part):
    """A clause that has another id in the later version."""

    kind: Line
    """Kind of the clause."""
    before: Line
    """Its id in the earlier version."""
    after: Line
    """Its id in the later version."""


class DiffCoding(Document):
    """Human judgements on a pair of versions, which take precedence over the computed ones."""

    kind: Literal["diff-coding"]
    before: Line
    """The earlier version."""
    after: Line
    """The later version."""
    codings: tuple[Coding, ...] = ()
    """Judgements of single clauses."""
    same: tuple[Same, ...] = Field(default=())
    """Clauses that have another id in the later version."""


Key = tuple[str, str]
Path = tuple[str | int, ...]


def diff_frameworks(
    before: Loaded[Framework], after: Loaded[Framework], coding: DiffCoding | None = None
) -> FrameworkDiff:
    """Return what became of every clause of ``before``, and which clauses ``after`` adds."""
    old, new = dict(_clauses(before.document)), dict(_clauses(after.document))
    same = {(x.kind, x.before): (x.kind, x.after) for x in coding.same} if coding else {}
    taken = {same.get(key, key) for key in old}
    relocated = {reference.clause for reference in after.document.references}
    shared = {id for _, id in old} & {id for _, id in new}
    found: list[ClauseChange] = []
    for key, (path, clause) in old.items():
        counterpart = new.get(same.get(key, key))
        place = before.where(*path)
        if counterpart is None:
            found.append(_lost(key, clause, place, relocated=key[1] in relocated, shared=shared))
            continue
        pair = (_keep_shared(key, clause, shared), _keep_shared(key, counterpart[1], shared))
        found.append(_compare(key, *pair, (place, after.where(*counterpart[0]))))
    found += [
        _won(key, clause, after.where(*path), shared)
        for key, (path, clause) in new.items()
        if key not in taken
    ]
    codings = {(x.kind, x.clause): x for x in coding.codings} if coding else {}
    return FrameworkDiff(
        before=_version(before),
        after=_version(after),
        clauses=tuple(_code(change, codings) for change in found),
    )


def _version(loaded: Loaded[Framework]) -> Version:
    document = loaded.document
    return Version(id=document.id, version=document.version, digest=loaded.digest)


def _clauses(framework: Framework) -> Iterator[tuple[Key, tuple[Path, Any]]]:
    """Yield every clause by kind and id, with its path."""
    yield ("framework", framework.id), ((), framework)
    for d, domain in enumerate(framework.domains):
        yield ("domain", domain.id), (("domains", d), domain)
        for t, threshold in enumerate(domain.thresholds):
            path = ("domains", d, "thresholds", t)
            yield ("threshold", threshold.id), (path, threshold)
    for kind, key in KEYS.items():
        for i, clause in enumerate(getattr(framework, key)):
            yield (kind, clause.id), ((key, i), clause)
    for t, trigger in enumerate(framework.cadence.triggers):
        yield ("trigger", trigger.id), (("cadence", "triggers", t), trigger)
    for i, definition in enumerate(framework.definitions):
        yield ("definition", definition.term), (("definitions", i), definition)


KEYS = {
    "evaluation": "evaluations", "safeguard": "safeguards", "commitment": "commitments",
    "gate": "gates", "consequence": "consequences", "exemption": "exemptions", "duty": "duties",
}  # fmt: skip
"""Where the clauses of a kind stand in the document."""


def _compare(key: Key, old: Any, new: Any, places: tuple[str, str]) -> ClauseChange:
    rules = RULES[key[0]]
    changes = tuple(_fields(rules, _values(key[0], old), _values(key[0], new)))
    material = [x for x in changes if x.dimension not in IMMATERIAL]
    words = [x.field for x in changes if x.dimension == "wording" and not _reads_alike(x)]
    ways = {x.direction for x in material}
    outcome: Outcome
    if not changes:
        outcome, reason = "retained", "nothing changed"
    elif not material and words:
        outcome = "undetermined"
        reason = f"the words changed ({', '.join(words)}): {UNREAD}"
    elif not material:
        outcome = "retained" if all(x.dimension == "place" for x in changes) else "reworded"
        reason = "only a name, case, punctuation or a place changed"
    elif ways & {"weaker", "mixed"}:
        outcome, reason = "weakened", _because(material, "weaker", "mixed")
    elif "stronger" in ways:
        outcome, reason = "strengthened", _because(material, "stronger")
    else:
        outcome, reason = "changed", f"{_because(material, 'unclear')}; {UNREAD}"
    if outcome == "strengthened" and words:
        reason = f"{reason}; {', '.join(words)} changed as well, which nobody has read here"
    return ClauseChange(
        kind=key[0], clause=key[1], outcome=outcome, reason=reason, changes=changes,
        before=places[0], after=places[1],
    )  # fmt: skip


def _reads_alike(change: FieldChange) -> bool:
    """Return whether two texts are the same words in the same order."""
    one, other = (_WORD.findall((x or "").casefold()) for x in (change.before, change.after))
    return one == other


def _because(changes: list[FieldChange], *directions: str) -> str:
    said = [x for x in changes if x.direction in directions]
    text = "; ".join(f"{x.field}: {x.before or 'nothing'} → {x.after or 'nothing'}" for x in said)
    return text[:1800]  # a reason has 2,000 characters, and more may follow


def _values(kind: str, clause: Any) -> Mapping[str, Any]:
    """Return the fields that have a rule; parts of an evaluation's values one by one."""
    if kind == "framework":
        return {
            "treat_undetermined_as": clause.treat_undetermined_as,
            "review_every_days": clause.cadence.review_every_days,
            "error_budget": clause.error_budget,
            "inheritance": clause.inheritance,
        }
    values: dict[str, Any] = {}
    for name in RULES[kind]:
        whole, _, part = name.partition(".")
        value = getattr(clause, whole, None)
        if part:
            value = None if value is None else getattr(value, part)
        elif any(other.startswith(f"{name}.") for other in RULES[kind]):  # its parts are compared
            value = None if value is None else "stated"
        values[name] = value
    return values


def _fields(
    rules: Mapping[str, Rule], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[FieldChange]:
    for name, rule in rules.items():
        one, other = old[name], new[name]
        whole = name.partition(".")[0]
        if one == other or (whole != name and (old[whole] is None) != (new[whole] is None)):
            continue  # of a value that comes or goes, the parts say nothing more
        yield FieldChange(
            field=name.rstrip("_"),
            dimension=rule.dimension,
            direction="unclear" if rule in (WORDING, NAMING) else rule.compare(one, other),
            before=_format(one),
            after=_format(other),
        )


def _format(value: Any) -> str | None:
    if value is None or value == ():
        return None
    if isinstance(value, Predicate):
        return format_sentence(value)
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_defaults=True, by_alias=True)
    if isinstance(value, tuple):
        return ", ".join(_format(each) or "" for each in value)
    return str(value)


def _keep_shared(key: Key, clause: Any, shared: Set[str]) -> Any:
    """Return an exemption without the clauses that only one version has.

    That a new clause has an exemption from the start makes no promise weaker.
    """
    if key[0] != "exemption":
        return clause
    weakens = tuple(id for id in clause.weakens if id in shared)
    return clause.model_copy(update={"weakens": weakens})


def _lost(key: Key, clause: Any, where: str, *, relocated: bool, shared: Set[str]) -> ClauseChange:
    outcome: Outcome = "removed"
    reason = "the later version has no such clause"
    if relocated:
        outcome, reason = "relocated", "the later version refers to another document for it"
    elif key[0] == "exemption" and clause.weakens and not shared & {*clause.weakens}:
        outcome, reason = "changed", "an exemption went together with the clauses it was from"
    elif key[0] == "exemption":
        outcome, reason = "strengthened", "an exemption was removed"
    elif _is_permission(key, clause):
        outcome, reason = "strengthened", "a permission was removed"
    return ClauseChange(kind=key[0], clause=key[1], outcome=outcome, reason=reason, before=where)


def _won(key: Key, clause: Any, where: str, shared: Set[str]) -> ClauseChange:
    outcome: Outcome = "added"
    reason = "the earlier version has no such clause"
    if key[0] == "exemption" and clause.weakens and not shared & {*clause.weakens}:
        outcome, reason = "changed", "an exemption came together with the clauses it is from"
    elif key[0] == "exemption":
        outcome, reason = "weakened", "an exemption was added"
    elif _is_permission(key, clause):
        outcome, reason = "weakened", "a permission was added"
    return ClauseChange(kind=key[0], clause=key[1], outcome=outcome, reason=reason, after=where)


def _is_permission(key: Key, clause: Any) -> bool:
    """Return whether the clause lets the developer withhold something."""
    return key[0] == "duty" and clause.kind == "redact" and clause.force == "may"


def _code(change: ClauseChange, codings: Mapping[Key, Coding]) -> ClauseChange:
    coding = codings.get((change.kind, change.clause))
    if coding is None:
        return change
    return change.model_copy(
        update={
            "outcome": coding.outcome,
            "reason": coding.reason,
            "coded_by": coding.coder,
            "computed": change.outcome,
        }
    )
