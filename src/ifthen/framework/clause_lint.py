"""What the readers of a framework should know about its clauses: vague, open, conditional, undated.

Each is a warning: the document has one meaning, and that meaning leaves something open.
"""

import re
from collections.abc import Iterator
from typing import Any

from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.framework.model import Commitment, Framework

Path = tuple[str | int, ...]

VAGUE = (
    "appropriate", "catastrophic", "highly capable", "material", "meaningful", "notably",
    "reasonable", "severe", "significant", "strong argument", "substantial", "sufficient",
)  # fmt: skip
"""Words on which the meaning of a threshold hangs, and which people understand differently."""
_CONJUNCTION = re.compile(r"\b(in conjunction with|together with|and/or|as well as)\b", re.I)
_PLACEHOLDER = re.compile(r"<[^<>\n]{3,}>")


def check_clauses(loaded: Loaded[Framework]) -> Iterator[Error]:
    """Yield the warnings on clauses, each with its place (codes ``framework.*``)."""
    yield from _thresholds(loaded)
    yield from _vague_words(loaded)
    yield from _commitments(loaded)
    yield from _decider_readings(loaded)
    yield from _forces(loaded)
    yield from _safeguards(loaded)
    yield from _cadence(loaded)
    yield from _definitions(loaded)
    yield from _placeholders(loaded)


def _thresholds(loaded: Loaded[Framework]) -> Iterator[Error]:
    for d, domain in enumerate(loaded.document.domains):
        for t, threshold in enumerate(domain.thresholds):
            path = ("domains", d, "thresholds", t)
            conditions = [threshold.ruled_out_when, threshold.reached_when]
            kinds = {
                leaf.subject.kind
                for condition in conditions
                if condition is not None
                for _, leaf in condition.leaves()
                if leaf.subject is not None
            }
            if "evaluation" not in kinds:
                yield Error(
                    "framework.threshold-without-evaluation",
                    f"no condition of '{threshold.id}' asks for an evaluation: nothing measured"
                    " decides it",
                    where=loaded.where(*path),
                    hint="name an evaluation, or know that a person's conclusion is all there is",
                )
            if threshold.baseline is None and threshold.status != "to-be-specified":
                yield Error(
                    "framework.no-baseline",
                    f"threshold '{threshold.id}' does not say what the capability is compared with",
                    where=loaded.where(*path),
                    hint="add a baseline: the tools or models that people have without this one",
                )


def _vague_words(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    defined = " ".join(definition.term for definition in framework.definitions).lower()
    for d, domain in enumerate(framework.domains):
        for t, threshold in enumerate(domain.thresholds):
            text = threshold.text.lower()
            words = [word for word in VAGUE if re.search(rf"\b{word}", text)]
            missing = [word for word in words if word not in defined]
            if missing:
                yield Error(
                    "framework.undefined-term",
                    f"threshold '{threshold.id}' hangs on {', '.join(map(repr, missing))}, which"
                    " no definition explains",
                    where=loaded.where("domains", d, "thresholds", t, "text"),
                    hint="add a definition, or say it in numbers",
                )


def _commitments(loaded: Loaded[Framework]) -> Iterator[Error]:
    for c, commitment in enumerate(loaded.document.commitments):
        if commitment.readings:
            yield Error(
                "framework.two-readings",
                f"people read '{commitment.id}' in {len(commitment.readings)} ways",
                where=loaded.where("commitments", c, "readings"),
                hint="settle the wording in the next version; decisions show every reading",
            )
        elif _is_ambiguous(commitment):
            yield Error(
                "framework.ambiguous-conjunction",
                f"'{commitment.id}' joins conditions in words that can be read in two ways",
                where=loaded.where("commitments", c, "text"),
                hint="state each way under readings, or the one that is meant in when",
            )


def _decider_readings(loaded: Loaded[Framework]) -> Iterator[Error]:
    for g, gate in enumerate(loaded.document.gates):
        if gate.decider_readings:
            yield Error(
                "framework.two-readings",
                f"people read in {len(gate.decider_readings)} ways who decides at '{gate.id}'",
                where=loaded.where("gates", g, "decider_readings"),
                hint="settle the wording in the next version; until then all of them sign off",
            )


def _is_ambiguous(commitment: Commitment) -> bool:
    text = commitment.text or ""
    return commitment.when is None and _CONJUNCTION.search(text) is not None


def _forces(loaded: Loaded[Framework]) -> Iterator[Error]:
    framework = loaded.document
    groups: list[tuple[str, tuple[Any, ...]]] = [
        ("commitments", framework.commitments),
        ("consequences", framework.consequences),
        ("exemptions", framework.exemptions),
        ("duties", framework.duties),
    ]
    for key, clauses in groups:
        for i, clause in enumerate(clauses):
            if getattr(clause, "depends_on_others", None) is not None:
                yield Error(
                    "framework.depends-on-others",
                    f"'{clause.id}' depends on what other developers do",
                    where=loaded.where(key, i, "depends_on_others"),
                    hint="say who finds out, how, and what applies while nobody knows",
                )
            if key in ("consequences", "duties") and clause.force != "will":
                yield Error(
                    "framework.discretionary",
                    f"'{clause.id}' says '{clause.force}'",
                    where=loaded.where(key, i),
                    hint="a clause that binds says will",
                )


def _safeguards(loaded: Loaded[Framework]) -> Iterator[Error]:
    for s, safeguard in enumerate(loaded.document.safeguards):
        if safeguard.specified == "elsewhere" and safeguard.specified_in is None:
            yield Error(
                "framework.specified-nowhere",
                f"safeguard '{safeguard.id}' is specified in another document, which is not named",
                where=loaded.where("safeguards", s, "specified"),
                hint="name it in specified_in",
            )
        if safeguard.specified == "to-be-specified":
            yield Error(
                "framework.to-be-specified",
                f"the document says that safeguard '{safeguard.id}' is yet to be specified",
                where=loaded.where("safeguards", s, "specified"),
                hint="specify it before a model reaches the threshold that asks for it",
            )


def _cadence(loaded: Loaded[Framework]) -> Iterator[Error]:
    cadence = loaded.document.cadence
    if not cadence.triggers and not cadence.reevaluate_on:
        yield Error(
            "framework.no-trigger",
            "nothing calls for a new evaluation",
            where=loaded.where("cadence"),
            hint="add triggers: after so many months, a compute multiple, a release, an incident",
        )
    for t, trigger in enumerate(cadence.triggers):
        wanted = {"time": "days", "fine-tuning": "days", "compute-multiple": "multiple"}
        key = wanted.get(trigger.event)
        if key is not None and getattr(trigger, key) is None:
            yield Error(
                "framework.trigger-without-value",
                f"trigger '{trigger.id}' ({trigger.event}) has no {key}",
                where=loaded.where("cadence", "triggers", t),
                hint=f"add {key}, or use the event other where the document gives no number",
            )


def _definitions(loaded: Loaded[Framework]) -> Iterator[Error]:
    first: dict[str, int] = {}
    for d, definition in enumerate(loaded.document.definitions):
        term = definition.term.lower()
        if term in first:
            yield Error(
                "framework.two-definitions",
                f"'{definition.term}' is defined again;"
                f" first at {loaded.where('definitions', first[term])}",
                where=loaded.where("definitions", d, "term"),
                hint="keep one definition of a term",
            )
        first.setdefault(term, d)


def _placeholders(loaded: Loaded[Framework]) -> Iterator[Error]:
    """Yield one warning for all places, since a new document has many."""
    tree = loaded.source.tree
    found = [(path, x) for path, text in _texts(tree, ()) if (x := _PLACEHOLDER.search(text))]
    if found:
        path, first = found[0]
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        yield Error(
            "framework.placeholder",
            f"{first[0][:60]}{more}: still to be filled in",
            where=loaded.where(*path),
            hint="replace what stands in angle brackets",
        )


def _texts(tree: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(tree, str):
        yield path, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _texts(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _texts(value, (*path, index))
