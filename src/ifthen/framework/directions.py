"""Which way a change of one field goes: towards more obligation, towards less, or neither.

Every field of every clause has a rule here, so that a new field cannot be forgotten: a test goes
through the models. The dimensions are those by which revisions of published frameworks have been
coded (Zhu, "Silent Revision", 2026: scope, trigger, actor, strength, disclosure, consequence), and
method for how something is measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ifthen.framework.predicate import Predicate

Direction = Literal["stronger", "weaker", "mixed", "unclear"]
Dimension = Literal[
    "scope", "trigger", "method", "actor", "strength", "disclosure", "consequence", "wording",
    "naming", "place",
]  # fmt: skip
Compare = Callable[[Any, Any], Direction]

FORCES = ("recommend", "may", "aim", "will")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a change of one field is read."""

    dimension: Dimension
    compare: Compare


def unclear(before: Any, after: Any) -> Direction:  # noqa: ARG001 - a comparison like the others
    """Say nothing: people have to read both."""
    return "unclear"


def higher(before: Any, after: Any) -> Direction:
    """Read a higher number as stronger, and one that is no longer given as weaker."""
    if before is None or after is None:
        return "stronger" if before is None else "weaker"
    return "stronger" if after > before else "weaker"


def lower(before: Any, after: Any) -> Direction:
    """Read a lower number as stronger, and one that is no longer given as weaker."""
    if before is None or after is None:
        return "stronger" if before is None else "weaker"
    return "stronger" if after < before else "weaker"


def later(before: Any, after: Any) -> Direction:
    """Read a higher number as stronger, and one that is not given as the strongest."""
    if before is None or after is None:
        return "weaker" if before is None else "stronger"
    return "stronger" if after > before else "weaker"


def stated(before: Any, after: Any) -> Direction:
    """Read something that is said now as stronger, no longer said as weaker."""
    if (before in (None, (), "")) == (after in (None, (), "")):
        return "unclear"
    return "stronger" if before in (None, (), "") else "weaker"


def opposite(compare: Compare) -> Compare:
    """Return the comparison the other way around: what weakens others when it grows."""

    def turned(before: Any, after: Any) -> Direction:
        return _TURNED[compare(before, after)]

    return turned


_TURNED: dict[Direction, Direction] = {
    "stronger": "weaker", "weaker": "stronger", "mixed": "mixed", "unclear": "unclear",
}  # fmt: skip


def ranked(*order: str) -> Compare:
    """Return a comparison by place in ``order``, the weakest first; others are unclear."""

    def compare(before: Any, after: Any) -> Direction:
        if before not in order or after not in order:
            return "unclear"
        return "stronger" if order.index(after) > order.index(before) else "weaker"

    return compare


def more(before: Sequence[Any], after: Sequence[Any]) -> Direction:
    """Read more entries as stronger, fewer as weaker."""
    lost, won = set(before) - set(after), set(after) - set(before)
    if lost and won:
        return "mixed"
    if not lost and not won:
        return "unclear"
    return "weaker" if lost else "stronger"


def harder(before: Predicate | None, after: Predicate | None) -> Direction:
    """Read a condition that is harder to meet as stronger; none at all as weaker."""
    if before is None or after is None:
        return "stronger" if before is None else "weaker"
    return _merge(_hardness(before, after))


def easier(before: Predicate | None, after: Predicate | None) -> Direction:
    """Read a condition that is easier to meet as stronger; none at all as weaker."""
    if before is None or after is None:
        return "stronger" if before is None else "weaker"
    return _TURNED[harder(before, after)]


def narrowing(before: Predicate | None, after: Predicate | None) -> Direction:
    """Read a further condition of a duty as weaker, and dropping it as stronger."""
    if before is None or after is None:
        return "weaker" if before is None else "stronger"
    return _TURNED[harder(before, after)]


def _merge(found: set[Direction]) -> Direction:
    if not found or "unclear" in found:
        return "unclear"
    return found.pop() if len(found) == 1 else "mixed"


def _hardness(before: Predicate, after: Predicate) -> set[Direction]:
    """Return in which ways ``after`` is harder (stronger) or easier (weaker) to meet."""
    if before == after:
        return set()
    if before.key != after.key:
        return _inside(before, after)
    if before.not_ is not None and after.not_ is not None:
        return {_TURNED[x] for x in _hardness(before.not_, after.not_)}
    if before.subject is not None and after.subject is not None:
        return {_leaf(before, after)}
    found: set[Direction] = set()
    if before.k_of is not None and after.k_of is not None:
        if len(before.parts) != len(after.parts):
            return {"unclear"}
        if before.k_of.k != after.k_of.k:
            found.add("stronger" if after.k_of.k > before.k_of.k else "weaker")
    lost = [part for part in before.parts if part not in after.parts]
    won = [part for part in after.parts if part not in before.parts]
    if len(lost) == len(won):
        for one, other in zip(lost, won, strict=True):
            found |= _hardness(one, other)
    elif lost and won:  # without one part it is easier to meet, with another it is harder
        found.add("mixed")
    else:  # a further part makes "all" harder and "any" easier
        found.add("stronger" if bool(won) == (before.all is not None) else "weaker")
    return found


def _inside(before: Predicate, after: Predicate) -> set[Direction]:
    """Return the way where one condition is a part of the other: of an ``any`` or an ``all``."""
    for whole, part, grown in ((before, after, False), (after, before, True)):
        if whole.all is not None and part in whole.all and len(whole.all) > 1:
            return {"stronger" if grown else "weaker"}
        if whole.any is not None and part in whole.any and len(whole.any) > 1:
            return {"weaker" if grown else "stronger"}
    return {"unclear"}


def _leaf(before: Predicate, after: Predicate) -> Direction:
    one, other = before.subject, after.subject
    if one is None or other is None or (one.kind, one.name) != (other.kind, other.name):
        return "unclear"
    if before.ge is not None and after.ge is not None:
        return "stronger" if after.ge.value > before.ge.value else "weaker"
    if before.le is not None and after.le is not None:
        return "stronger" if after.le.value < before.le.value else "weaker"
    if before.in_ is not None and after.in_ is not None:
        return _TURNED[more(before.in_.values, after.in_.values)]
    return "unclear"


WORDING = Rule("wording", unclear)
"""What a clause says in words: which way a change of it goes, only a reader can tell."""
NAMING = Rule("naming", unclear)
"""What a clause is called; nothing hangs on it."""
PLACE = Rule("place", unclear)
DATES = {
    "effective_from": Rule("trigger", unclear),
    "effective_until": Rule("trigger", unclear),
    "anchors": PLACE,
}
_FORCE = Rule("strength", ranked(*FORCES))
_OTHERS = Rule("consequence", opposite(stated))

RULES: dict[str, dict[str, Rule]] = {
    "domain": {
        **DATES, "title": NAMING, "threat_model": WORDING, "ordered": Rule("scope", unclear),
    },
    "threshold": {
        **DATES,
        "tier": Rule("trigger", unclear), "title": NAMING, "label": NAMING, "text": WORDING,
        "level": Rule("consequence", unclear),
        "status": Rule("trigger", ranked("to-be-specified", "exploratory", "in-force")),
        "baseline": Rule("trigger", unclear),
        "ruled_out_when": Rule("trigger", harder), "reached_when": Rule("trigger", easier),
    },
    "evaluation": {
        **DATES,
        "title": NAMING, "proxy_for": WORDING, "baseline": Rule("method", unclear),
        "task": Rule("method", unclear), "task_args": Rule("method", unclear),
        "scorer": Rule("method", unclear), "metric": Rule("method", unclear),
        "reducer": Rule("method", unclear), "aggregation": Rule("method", unclear),
        "purpose": Rule("consequence", ranked("informational", "alert", "decide")),
        "elicitation": Rule("method", more), "rule_out.below": Rule("trigger", lower),
        "rule_out.margin": Rule("trigger", higher), "rule_out.survives": Rule("trigger", stated),
        "rule_out": Rule("trigger", stated), "rule_in": Rule("trigger", stated),
        "rule_in.at_least": Rule("trigger", lower), "confidence": Rule("method", higher),
        "cluster_by": Rule("method", stated), "min_clusters": Rule("method", higher),
        "estimand": Rule("method", ranked("benchmark", "population")),
        "benchmark_size": Rule("method", unclear),
        "answers": Rule("method", ranked("fixed", "drawn")),
        "screened_from": Rule("method", later), "counting": Rule("method", unclear),
        "dataset_sha256": Rule("method", stated), "min_questions": Rule("method", higher),
        "valid_for_days": Rule("trigger", lower),
        "plan": Rule("method", ranked("not-required", "required")),
        "snapshot": Rule("method", ranked("same-name", "same-weights")),
    },
    "safeguard": {
        **DATES,
        "title": NAMING, "text": WORDING, "kind": Rule("scope", unclear),
        "specified": Rule("consequence", ranked("to-be-specified", "elsewhere", "yes")),
        "specified_in": PLACE, "judged_by": Rule("actor", unclear),
        "in_place_when": Rule("consequence", harder), "pathways": Rule("scope", more),
        "security_level": Rule("consequence", higher), "menu": Rule("method", stated),
    },
    "commitment": {
        **DATES,
        "if_": Rule("trigger", unclear), "then": Rule("consequence", more), "text": WORDING,
        "force": _FORCE, "when": Rule("trigger", narrowing),
        "readings": Rule("trigger", opposite(stated)), "depends_on_others": _OTHERS,
    },
    "gate": {
        **DATES,
        "action": WORDING, "opens": Rule("scope", unclear), "needs": Rule("consequence", more),
        "also": Rule("consequence", harder), "decided_by": Rule("actor", more),
        "deciders": Rule("actor", unclear), "decider_readings": Rule("actor", opposite(stated)),
        "quorum": Rule("actor", higher), "approvals": Rule("actor", higher),
        "approval_valid_days": Rule("trigger", lower), "overruled_by": Rule("actor", unclear),
        "informed": Rule("disclosure", more),
    },
    "consequence": {
        **DATES,
        "action": Rule("consequence", unclear), "text": WORDING, "force": _FORCE,
        "when": Rule("trigger", narrowing), "depends_on_others": _OTHERS,
    },
    "exemption": {
        **DATES,
        "kind": Rule("scope", unclear), "text": WORDING,
        "weakens": Rule("consequence", opposite(more)),
        "force": Rule("strength", opposite(ranked(*FORCES))),
        "depends_on_others": Rule("consequence", unclear), "approved_by": Rule("actor", more),
        "disclosed": Rule("disclosure", ranked("not-said", "before-effect")),
    },
    "duty": {
        **DATES,
        "kind": Rule("disclosure", unclear), "text": WORDING, "force": _FORCE,
        "every_days": Rule("trigger", lower), "within_days": Rule("trigger", lower),
        "event": WORDING, "recipient": Rule("disclosure", stated),
    },
    "trigger": {
        **DATES,
        "asks_for": Rule("scope", unclear), "event": Rule("trigger", unclear),
        "days": Rule("trigger", lower), "multiple": Rule("trigger", lower), "text": WORDING,
        "force": _FORCE,
    },
    "definition": {**DATES, "text": Rule("scope", unclear)},
    "framework": {
        "treat_undetermined_as": Rule("consequence", ranked("undetermined", "reached")),
        "review_every_days": Rule("trigger", lower),
        "error_budget": Rule("method", stated),
        "inheritance": Rule("trigger", opposite(stated)),
    },
}  # fmt: skip
"""The rule of each field, by kind of clause."""
