"""Rules across a framework document: references, tiers, and what nobody can decide.

Errors are faults that leave the document without one meaning. Warnings are things that its readers
should know: a consequence left open, an evaluation that feeds nothing.
"""

import difflib
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ifthen.encoding.document import Loaded
from ifthen.errors import Error, Problems
from ifthen.framework.clause_lint import check_clauses
from ifthen.framework.dated import change_days, load_on
from ifthen.framework.model import Framework, Threshold
from ifthen.framework.predicate import Membership, Predicate

Path = tuple[str | int, ...]

OUTCOMES = {
    "evaluation": ("ruled-out", "reached"),
    "assessment": ("effective", "partly-effective", "not-effective"),
    "determination": ("ruled-out", "cannot-rule-out", "reached", "below"),
    "threshold": ("ruled-out", "reached"),
}


@dataclass(frozen=True, slots=True)
class Lint:
    """What lint found: errors leave the document without one meaning, warnings do not."""

    errors: tuple[Error, ...]
    warnings: tuple[Error, ...]


def check_framework(loaded: Loaded[Framework]) -> Lint:
    """Return every fault across the document (codes ``framework.*``), each with its place.

    A document with dated values is looked at on every day on which one of them changes.
    """
    days = change_days(loaded.source.tree)
    if not days:
        return _check(loaded)
    period = loaded.document.in_force
    errors: dict[tuple[str, str | None, str], Error] = {}
    warnings = dict(errors)
    for day in sorted({period.from_, *filter(period.covers, days)}):
        try:
            lint = _check(load_on(loaded, day))
        except Problems as problems:
            lint = Lint(errors=problems.errors, warnings=())
        errors |= {(x.code, x.where, x.message): x for x in lint.errors}
        warnings |= {(x.code, x.where, x.message): x for x in lint.warnings}
    return Lint(errors=tuple(errors.values()), warnings=tuple(warnings.values()))


def _check(loaded: Loaded[Framework]) -> Lint:
    errors = [
        *_duplicates(loaded),
        *_tiers(loaded),
        *_references(loaded),
        *_conditions(loaded),
        *_budget(loaded),
    ]
    return Lint(errors=tuple(errors), warnings=() if errors else tuple(_warnings(loaded)))


def _duplicates(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    groups: list[tuple[str, list[tuple[Path, str]]]] = [
        ("domain", [(("domains", i), x.id) for i, x in enumerate(framework.domains)]),
        (
            "threshold",
            [
                (("domains", d, "thresholds", t), x.id)
                for d, domain in enumerate(framework.domains)
                for t, x in enumerate(domain.thresholds)
            ],
        ),
        ("evaluation", [(("evaluations", i), x.id) for i, x in enumerate(framework.evaluations)]),
        ("safeguard", [(("safeguards", i), x.id) for i, x in enumerate(framework.safeguards)]),
        ("commitment", [(("commitments", i), x.id) for i, x in enumerate(framework.commitments)]),
        ("gate", [(("gates", i), x.id) for i, x in enumerate(framework.gates)]),
        ("role", [(("roles", i), x.id) for i, x in enumerate(framework.roles)]),
        ("duty", [(("duties", i), x.id) for i, x in enumerate(framework.duties)]),
        ("exemption", [(("exemptions", i), x.id) for i, x in enumerate(framework.exemptions)]),
        (
            "consequence",
            [(("consequences", i), x.id) for i, x in enumerate(framework.consequences)],
        ),
        (
            "trigger",
            [(("cadence", "triggers", i), x.id) for i, x in enumerate(framework.cadence.triggers)],
        ),
    ]
    for noun, items in groups:
        first: dict[str, Path] = {}
        for path, id in items:
            if id in first:
                yield Error(
                    "framework.duplicate-id",
                    f"the {noun} id '{id}' is used again;"
                    f" first at {loaded.where(*first[id], 'id')}",
                    where=loaded.where(*path, "id"),
                    hint="give each its own id",
                )
            first.setdefault(id, path)


def _tiers(loaded: Loaded[Framework]) -> Iterator[Error]:
    for d, domain in enumerate(loaded.document.domains):
        if domain.ordered == "no":
            continue  # cells of a matrix: between two of them there is neither above nor below
        tiers = [threshold.tier for threshold in domain.thresholds]
        repeated = [t for t, tier in enumerate(tiers) if tier in tiers[:t]]
        for t in repeated:
            first = domain.thresholds[tiers.index(tiers[t])]
            yield Error(
                "framework.tier-overlap",
                f"domain '{domain.id}': '{domain.thresholds[t].id}' claims tier {tiers[t]},"
                f" which '{first.id}' has already",
                where=loaded.where("domains", d, "thresholds", t, "tier"),
                hint="number the tiers 1, 2, 3",
            )
        if repeated:
            continue
        if missing := sorted(set(range(1, max(tiers) + 1)) - set(tiers)):
            yield Error(
                "framework.tier-gap",
                f"domain '{domain.id}': tiers {_list(sorted(tiers))} leave out {_list(missing)};"
                " a model between them would fall under no threshold",
                where=loaded.where("domains", d, "thresholds"),
                hint="number the tiers 1, 2, 3, or add the threshold that is missing",
            )
        yield from _tier_order(loaded, d)


def _tier_order(loaded: Loaded[Framework], d: int) -> Iterator[Error]:
    """Yield an error where a model can count as above a higher tier and below a lower one.

    What shows a higher tier to be reached has to be the stricter condition, and what rules a lower
    tier out has to be the stricter condition, whichever way the number runs.
    """
    ladder = sorted(enumerate(loaded.document.domains[d].thresholds), key=lambda item: item[1].tier)
    for (_, lower), (t, higher) in itertools.pairwise(ladder):
        for key, upward in (("ruled_out_when", "le"), ("reached_when", "ge")):
            low, high = _bounds(lower, key), _bounds(higher, key)
            for comparator, fact in sorted(low.keys() & high.keys()):
                (_, before), (path, after) = low[comparator, fact], high[comparator, fact]
                if after < before if comparator == upward else after > before:
                    yield Error(
                        "framework.tier-order",
                        f"{key} of '{higher.id}' (tier {higher.tier}) says {after:g} for {fact},"
                        f" '{lower.id}' (tier {lower.tier}) says {before:g}: one result could"
                        " count as the higher tier without the lower",
                        where=loaded.where("domains", d, "thresholds", t, *path, "value"),
                        hint="check the order of the two values",
                    )


def _bounds(threshold: Threshold, key: str) -> dict[tuple[str, str], tuple[Path, float]]:
    """Return each value that a fact is compared with, where it is compared once in that way.

    A comparison under ``not`` runs the other way: not (ge 0.5) is an upper bound.
    """
    predicate: Predicate | None = getattr(threshold, key)
    found: dict[tuple[str, str], list[tuple[Path, float]]] = {}
    for path, leaf in predicate.leaves((key,)) if predicate is not None else ():
        comparison = leaf.ge or leaf.le
        if comparison is not None:
            turned = path.count("not") % 2 == 1
            comparator = "ge" if (leaf.ge is not None) != turned else "le"
            name = (comparator, f"{comparison.kind} {comparison.name}")
            found.setdefault(name, []).append((path, comparison.value))
    return {name: places[0] for name, places in found.items() if len(places) == 1}


def _references(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    thresholds = [threshold.id for _, threshold in framework.thresholds()]
    safeguards = [safeguard.id for safeguard in framework.safeguards]
    roles = [role.id for role in framework.roles]
    known = {
        "evaluation": [evaluation.id for evaluation in framework.evaluations],
        "assessment": safeguards,
        "determination": thresholds,
        "threshold": thresholds,
    }
    for path, predicate in framework.conditions():
        for leaf_path, leaf in predicate.leaves(path):
            subject = leaf.subject
            if subject is not None and subject.kind in known:
                noun = {"assessment": "safeguard", "determination": "threshold"}
                yield from _dangling(
                    loaded,
                    (*leaf_path, subject.kind),
                    noun.get(subject.kind, subject.kind),
                    subject.name,
                    known[subject.kind],
                )
    for c, commitment in enumerate(framework.commitments):
        yield from _dangling(
            loaded, ("commitments", c, "if"), "threshold", commitment.if_, thresholds
        )
        for i, id in enumerate(commitment.then):
            yield from _dangling(loaded, ("commitments", c, "then", i), "safeguard", id, safeguards)
    for g, gate in enumerate(framework.gates):
        for key in ("decided_by", "overruled_by", "informed"):
            for i, id in enumerate(getattr(gate, key)):
                yield from _dangling(loaded, ("gates", g, key, i), "role", id, roles)
        yield from _deciders(loaded, g, thresholds, roles)
    yield from _references_to_roles(loaded, roles)


def _deciders(
    loaded: Loaded[Framework], g: int, thresholds: list[str], roles: list[str]
) -> Iterator[Error]:
    """Yield what is wrong with who decides at a gate: unknown names, and quorums out of reach."""
    gate = loaded.document.gates[g]
    found: list[tuple[Path, tuple[str, ...], int | None]] = [
        (("gates", g), gate.decided_by, gate.quorum)
    ]
    for d, deciders in enumerate(gate.deciders):
        path: Path = ("gates", g, "deciders", d)
        found.append((path, deciders.decided_by, deciders.quorum))
        for i, id in enumerate(deciders.reached):
            yield from _dangling(loaded, (*path, "reached", i), "threshold", id, thresholds)
        for i, id in enumerate(deciders.decided_by):
            yield from _dangling(loaded, (*path, "decided_by", i), "role", id, roles)
    for r, reading in enumerate(gate.decider_readings):
        for i, id in enumerate(reading.decided_by):
            place = ("gates", g, "decider_readings", r, "decided_by", i)
            yield from _dangling(loaded, place, "role", id, roles)
    for path, named, quorum in found:
        if quorum is not None and quorum > len(set(named)):
            yield Error(
                "framework.quorum",
                f"gate '{gate.id}' asks for {quorum} approvals; {len(set(named))} roles decide",
                where=loaded.where(*path, "quorum"),
                hint="name more roles in decided_by, or ask for fewer approvals",
            )


def _references_to_roles(loaded: Loaded[Framework], roles: list[str]) -> Iterator[Error]:
    """Yield each role outside the gates that is not there."""
    for x, exemption in enumerate(loaded.document.exemptions):
        for i, id in enumerate(exemption.approved_by):
            yield from _dangling(loaded, ("exemptions", x, "approved_by", i), "role", id, roles)
    for s, safeguard in enumerate(loaded.document.safeguards):
        if safeguard.judged_by is not None:
            yield from _dangling(
                loaded, ("safeguards", s, "judged_by"), "role", safeguard.judged_by, roles
            )


def _dangling(
    loaded: Loaded[Framework], path: Path, noun: str, id: str, known: Iterable[str]
) -> Iterator[Error]:
    known = list(known)
    if id not in known:
        close = difflib.get_close_matches(id, known, n=1)
        listed = f"known: {', '.join(known)}" if known else f"add it: no {noun} is written yet"
        yield Error(
            "framework.dangling-reference",
            f"there is no {noun} '{id}'",
            where=loaded.where(*path),
            hint=f"did you mean '{close[0]}'?" if close else listed,
        )


def _conditions(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    for path, predicate in framework.conditions():
        for leaf_path, leaf in predicate.leaves(path):
            if leaf.in_ is not None:
                yield from _membership(loaded, leaf_path, leaf.in_)
            yield from _comparison(loaded, leaf_path, leaf)
            yield from _own_standing(loaded, leaf_path, leaf)


def _comparison(loaded: Loaded[Framework], path: Path, leaf: Predicate) -> Iterator[Error]:
    comparison = leaf.ge or leaf.le
    if comparison is None:
        return
    if comparison.kind in ("assessment", "determination", "threshold"):
        yield Error(
            "framework.not-a-number",
            f"{comparison.kind} {comparison.name} has no number to compare",
            where=loaded.where(*path),
            hint="use in, with the results that count",
        )
    value = comparison.value
    always, never = (value <= 0, value > 1) if leaf.ge is not None else (value >= 1, value < 0)
    if comparison.kind == "evaluation" and (always or never):
        yield Error(
            "framework.impossible-value",
            f"evaluation {comparison.name} has a metric between 0 and 1: the comparison with"
            f" {value:g} {'always' if always else 'never'} holds",
            where=loaded.where(*path, "value"),
            hint="write a share, such as 0.25 for 25 %",
        )


def _budget(loaded: Loaded[Framework]) -> Iterator[Error]:
    """Yield an error for each evaluation that could rule out without being counted."""
    framework = loaded.document
    if framework.error_budget is None:
        return
    used = {
        leaf.subject.evaluation
        for _, threshold in framework.thresholds()
        for _, leaf in threshold.ruled_out_when.leaves()
        if leaf.subject is not None
    }
    for e, evaluation in enumerate(framework.evaluations):
        if evaluation.id in used and evaluation.plan == "not-required":
            yield Error(
                "framework.budget-needs-plan",
                f"evaluation '{evaluation.id}' feeds a ruled_out_when but needs no plan: its runs"
                " could not be counted against the error budget",
                where=loaded.where("evaluations", e, "plan"),
                hint="write plan: required, or leave the error_budget out",
            )
    if not used - {None}:
        yield Error(
            "framework.unused-budget",
            "no evaluation feeds a ruled_out_when: there is nothing to spend the error budget on",
            where=loaded.where("error_budget"),
            hint="leave the error_budget out",
        )


def _own_standing(loaded: Loaded[Framework], path: Path, leaf: Predicate) -> Iterator[Error]:
    """Yield an error where a threshold would have to be known before it is known."""
    if path[0] == "domains" and leaf.subject is not None and leaf.subject.threshold is not None:
        yield Error(
            "framework.circular-condition",
            f"the condition of a threshold asks for threshold '{leaf.subject.threshold}'",
            where=loaded.where(*path),
            hint="ask for the evaluations or determinations that it rests on",
        )


def _membership(loaded: Loaded[Framework], path: Path, member: Membership) -> Iterator[Error]:
    framework = loaded.document
    allowed = OUTCOMES.get(member.kind)
    if allowed is None:
        return
    for i, value in enumerate(member.values):
        if value not in allowed:
            yield Error(
                "framework.unknown-outcome",
                f"{json.dumps(value)} is not an outcome of the {member.kind} {member.name}",
                where=loaded.where(*path, "values", i),
                hint=f"outcomes: {', '.join(allowed)}",
            )
        elif member.kind == "evaluation":
            found = [x for x in framework.evaluations if x.id == member.name]
            part = {"ruled-out": "rule_out", "reached": "rule_in"}[str(value)]
            if found and getattr(found[0], part) is None:
                yield Error(
                    "framework.impossible-outcome",
                    f"evaluation {member.name} can never be '{value}': it has no {part}",
                    where=loaded.where(*path, "values", i),
                    hint=f"give the evaluation a {part} value, or ask for another outcome",
                )


def _warnings(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    committed = {commitment.if_ for commitment in framework.commitments}
    for d, domain in enumerate(framework.domains):
        for t, threshold in enumerate(domain.thresholds):
            where = loaded.where("domains", d, "thresholds", t)
            watched = threshold.status == "exploratory" or threshold.level == "alert"
            if threshold.id not in committed and not watched:
                yield Error(
                    "framework.no-commitment",
                    f"threshold '{threshold.id}' has no then-clause; every gate is undetermined for"
                    " a model that reaches it",
                    where=where,
                    hint="add a commitment, with an empty then where the consequence is left open",
                )
    for c, commitment in enumerate(framework.commitments):
        if not commitment.then:
            yield Error(
                "framework.open-consequence",
                f"commitment '{commitment.id}' names no safeguard",
                where=loaded.where("commitments", c, "then"),
                hint="specify the safeguards before a model reaches the threshold",
            )
        if commitment.force != "will":
            yield Error(
                "framework.discretionary",
                f"commitment '{commitment.id}' says '{commitment.force}': it cannot hold a gate",
                where=loaded.where("commitments", c),
                hint="a commitment that binds says will",
            )
    yield from _gates(loaded)
    yield from _unused(loaded)
    yield from check_clauses(loaded)


def _gates(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    if not framework.gates:
        yield Error(
            "framework.no-decision",
            "no action waits for anything: nothing follows from the thresholds",
            where=loaded.where("gates") if "gates" in loaded.source.tree else loaded.where(),
            hint="add a gate for each action that waits for safeguards",
        )
        return
    for g, gate in enumerate(framework.gates):
        if not gate.needs and gate.also is None:
            yield Error(
                "framework.open-gate",
                f"gate '{gate.id}' waits for no safeguard and no condition",
                where=loaded.where("gates", g),
                hint="say in needs which kinds of safeguards it waits for",
            )
    waited = {kind for gate in framework.gates for kind in gate.needs}
    for s, safeguard in enumerate(framework.safeguards):
        if safeguard.kind not in waited:
            yield Error(
                "framework.no-gate",
                f"no gate waits for {safeguard.kind} safeguards: '{safeguard.id}' holds nothing",
                where=loaded.where("safeguards", s, "kind"),
                hint=f"add {safeguard.kind} to the needs of a gate",
            )


def _unused(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    used = {
        (leaf.subject.kind, leaf.subject.name)
        for path, predicate in framework.conditions()
        for _, leaf in predicate.leaves(path)
        if leaf.subject is not None
    }
    for e, evaluation in enumerate(framework.evaluations):
        if ("evaluation", evaluation.id) not in used:
            yield Error(
                "framework.unused-evaluation",
                f"evaluation '{evaluation.id}' feeds no condition",
                where=loaded.where("evaluations", e),
                hint="use it in a condition, or remove it",
            )
    required = {id for commitment in framework.commitments for id in commitment.then}
    gated = {
        (leaf.subject.kind, leaf.subject.name)
        for gate in framework.gates
        if gate.also is not None
        for _, leaf in gate.also.leaves()
        if leaf.subject is not None
    }
    for s, safeguard in enumerate(framework.safeguards):
        where = loaded.where("safeguards", s)
        if safeguard.id not in required and ("assessment", safeguard.id) not in gated:
            yield Error(
                "framework.unused-safeguard",
                f"no commitment or gate asks for safeguard '{safeguard.id}'",
                where=where,
                hint="name it in a commitment, or remove it",
            )
        if safeguard.in_place_when is None:
            yield Error(
                "framework.unspecified-safeguard",
                f"safeguard '{safeguard.id}' has no acceptance condition: it can never be in place",
                where=where,
                hint="add in_place_when",
            )


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)
