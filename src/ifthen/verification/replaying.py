"""Step 14: every published decision, made again from the published documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ifthen.attestation.identity import NO_LIBRARY
from ifthen.attestation.trust import make_trusted
from ifthen.decision.bounds import Bounds
from ifthen.decision.facts import Evidence, Facts
from ifthen.decision.identity import digest_decision, list_changes
from ifthen.decision.model import Decision, Outcome, Reason
from ifthen.dossier.model import Model
from ifthen.encoding.document import Loaded
from ifthen.errors import Error
from ifthen.framework.dated import load_on
from ifthen.verification.copies import Copy
from ifthen.verification.order import Contents
from ifthen.verification.verdict import Status, Step, Watch, say_nothing

FACTS = (
    "model",
    "plan",
    "evidence",
    "declaration",
    "assessment",
    "determination",
    "exception",
    "incident",
    "erratum",
    "withdrawal",
)
"""Kinds that a decision may rest on, besides the framework."""
MAX_LINEAGE = 200


class NotReplayable(Exception):
    """A document that the decision may rest on is not public as a whole."""


@dataclass(slots=True)
class Replayed:
    """What became of the published decisions."""

    bounds: Bounds
    made: dict[str, Decision] = field(default_factory=dict)
    """Those that follow, by their digest."""
    unclear: set[str] = field(default_factory=set)
    """Digests of those that cannot be made again: something that they rest on is withheld."""
    hidden: bool = False
    """Whether parts of a decision itself are withheld, so that its digest is not known."""

    def is_withheld(self, digest: str) -> bool:
        """Return whether a decision may be there without anybody being able to tell."""
        return digest not in self.made and (self.hidden or digest in self.unclear)


def check_replay(
    step: Step, contents: Contents, bounds: Bounds, watch: Watch = say_nothing
) -> Replayed:
    """Check that each decision follows from what was published before."""
    found = Replayed(bounds)
    decisions = contents.of_kind("decision")
    for done, copy in enumerate(decisions):
        watch("replay", done, len(decisions))
        where = copy.entry.where
        if copy.document is None:
            found.hidden = True
            text = "parts of the decision are withheld"
            step.note("withheld", "replay.withheld", text, where)
            continue
        said: Decision = copy.document.document
        if said.hypothetical or said.supposed:
            step.fail("replay.hypothetical", "what rests on a supposition is no decision", where)
            continue
        try:
            asked = Asked(copy.entry.index, said.model.id, said.framework.id, said.on)
            again = decide_again(contents, asked, bounds)
        except NotReplayable as error:
            found.unclear.add(copy.document.digest)
            step.note("withheld", "replay.withheld", str(error), where)
            continue
        except Error as error:
            if error.code == NO_LIBRARY:
                found.unclear.add(copy.document.digest)
                step.note("not-at-hand", error.code, error.message, where)
                continue
            step.fail("replay.impossible", f"{error.message} [{error.code}]", where)
            continue
        if digest_decision(again) != digest_decision(said):
            step.fail("replay.differs", _explain(said, again), where)
            continue
        step.hold()
        found.made[copy.document.digest] = said
        _note_before_trust(step, contents, copy, said)
    _note_overtaken(step, contents, found)
    _note_undecided(step, contents)
    return found


def _note_before_trust(step: Step, contents: Contents, copy: Copy, said: Decision) -> None:
    """Name a decision under an exception of a day on which no trust file asked for signatures.

    The day of a decision is the publisher's word; that the trust file came first is the log's.
    """
    before = [x for x in contents.of_kind("trust") if x.entry.index < copy.entry.index]
    trusted = make_trusted([_read(x).document for x in before])
    under = any(gate.exceptions for gate in said.gates)
    if trusted is not None and under and said.on < trusted.since:
        text = (
            f"the decision is of {said.on}, before there was a trust file ({trusted.since}), and"
            " was published after it: that people signed its exceptions is not asked"
        )
        step.note("not-at-hand", "replay.before-trust", text, copy.entry.where)


def _note_undecided(step: Step, contents: Contents) -> None:
    """Name each model that stands and about which no decision stands: it may have been left out."""
    standing = contents.standing(contents.end, ("model", "decision"))
    decided = {
        copy.tree.get("model", {}).get("id")
        for copy in standing
        if copy.entry.stated.kind == "decision" and isinstance(copy.tree.get("model"), dict)
    }
    hidden = any(x.document is None for x in standing if x.entry.stated.kind == "decision")
    for copy in standing:
        if copy.entry.stated.kind == "model" and copy.entry.stated.id not in decided:
            status: Status = "withheld" if hidden else "not-at-hand"
            text = "the record holds this model, and no decision about it"
            step.note(status, "replay.no-decision", text, copy.entry.where)


def _note_overtaken(step: Step, contents: Contents, found: Replayed) -> None:
    """Name each last decision that what was published since makes less favourable for its own day.

    An incident that was known on the day and published after the decision is left out of it.
    """
    end = contents.end
    last: dict[tuple[str, str], tuple[Copy, Decision]] = {}
    for copy in contents.of_kind("decision"):
        made = None if copy.document is None else found.made.get(copy.document.digest)
        if made is not None:
            about = (made.model.id, made.framework.id)
            if about not in last or made.on >= last[about][1].on:
                last[about] = copy, made
    for copy, said in last.values():
        since = (x for x in contents.entries if x.index > copy.entry.index)
        if not any(x.stated.kind in (*FACTS, "framework", "trust") for x in since):
            continue
        where = copy.entry.where
        try:
            asked = Asked(end, said.model.id, said.framework.id, said.on)
            again = decide_again(contents, asked, found.bounds)
        except NotReplayable as error:
            step.note("withheld", "replay.withheld", f"published since: {error}", where)
            continue
        except Error as error:
            text = f"with what was published since it cannot be made again: {error.message}"
            step.note("not-at-hand", "replay.overtaken", text, where)
            continue
        now = {gate.gate: gate.outcome for gate in again.gates}
        for gate in said.gates:
            if gate.outcome is Outcome.GO and now.get(gate.gate) is not Outcome.GO:
                text = f"with what was published since, the gate {gate.gate} does not go on its day"
                step.note("not-at-hand", "replay.overtaken", text, where)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which decision is made again: from what stands before an entry of the log."""

    before: int
    model: str
    framework: str
    on: date


def decide_again(contents: Contents, asked: Asked, bounds: Bounds) -> Decision:
    """Return the decision that follows from the documents that stand before an entry.

    Raises:
        NotReplayable: where one that may bear on it is withheld in part.
        Error: ``replay.no-framework``, ``replay.no-model``, ``replay.circular``, and those of
            deciding.
    """
    from ifthen.decision.deciding import decide  # noqa: PLC0415 - slow to import

    before, model, framework, on = asked.before, asked.model, asked.framework, asked.on
    versions = contents.standing(before, ("framework",))
    named = [_read(x) for x in versions if x.entry.stated.id == framework]
    in_force = [load_on(x, on) for x in named if x.document.in_force.covers(on)]
    if len(in_force) != 1:
        raise Error("replay.no-framework", f"not one version of {framework} is in force on {on}")
    found = {kind: contents.standing(before, (kind,)) for kind in FACTS}
    lineage = _find_lineage(found["model"], model)
    about = {kind: [x for x in copies if _may_bear(x, lineage)] for kind, copies in found.items()}
    whole = {kind: [_read(x) for x in copies] for kind, copies in about.items()}
    evidence = [_evidence(x) for x in about["evidence"]]

    versions = [x for x in contents.of_kind("trust") if x.entry.index < before]
    trusted = make_trusted([_read(x).document for x in versions])
    gathered: dict[str, Facts] = {}

    def gather(loaded: Loaded[Model], below: tuple[str, ...]) -> Facts:
        id = loaded.document.id
        if id in below:
            raise Error("replay.circular", f"the model {id} is made from itself")
        if id not in gathered:
            parents = [lineage[x] for x in lineage if x in loaded.document.parents]
            gathered[id] = Facts(
                framework=in_force[0],
                model=loaded,
                plans=whole["plan"],
                evidence=evidence,
                declarations=whole["declaration"],
                assessments=whole["assessment"],
                determinations=whole["determination"],
                exceptions=whole["exception"],
                incidents=whole["incident"],
                errata=whole["erratum"],
                withdrawals=whole["withdrawal"],
                trusted=trusted,
                parents=tuple(gather(parent, (*below, id)) for parent in parents),
            )
        return gathered[id]

    return decide(gather(lineage[model], ()), on=on, hypothetical=False, bounds=bounds)


def _find_lineage(copies: Sequence[Copy], model: str) -> dict[str, Loaded[Model]]:
    """Return a model and all that it was made from, by their ids; the order is the copies'.

    Raises:
        NotReplayable: where one of them is withheld in part.
        Error: ``replay.no-model`` where the model is not there, ``replay.lineage`` for a lineage
            that is longer than any real one.
    """
    by_id = {copy.entry.stated.id: copy for copy in copies}
    found: dict[str, Loaded[Model]] = {}
    pending = [model]
    while pending:
        id = pending.pop()
        if id in by_id and id not in found:
            found[id] = _read(by_id[id])
            pending += found[id].document.parents
    if model not in found:
        raise Error("replay.no-model", f"the record holds no model {model} before")
    if len(found) > MAX_LINEAGE:
        raise Error("replay.lineage", f"the model is made from more than {MAX_LINEAGE} others")
    return {id: found[id] for id in by_id if id in found}


def _may_bear(copy: Copy, lineage: Mapping[str, Any]) -> bool:
    """Return whether a document is about one of some models, or may be, as far as one can tell."""
    about = copy.entry.stated.id if copy.entry.stated.kind == "model" else copy.tree.get("model")
    return about is None or about in lineage


def _read(copy: Copy) -> Loaded[Any]:
    if copy.document is None:
        raise NotReplayable(f"{copy.withheld} parts of {copy.entry.stated.name} are withheld")
    return copy.document


def _evidence(copy: Copy) -> Evidence:
    doubt = copy.entry.stated.result.doubt if copy.entry.stated.result is not None else None
    fault = None if doubt is None else Reason(code=doubt.code, text=doubt.text)
    return Evidence(record=_read(copy), fault=fault)


def _explain(said: Decision, again: Decision) -> str:
    changes = list_changes(said, again)
    if changes:
        return f"it rests on other documents than the record holds: {'; '.join(changes[:5])}"
    return "the same documents give another decision"
