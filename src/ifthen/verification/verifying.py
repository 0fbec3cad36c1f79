"""Verifying a record: every step in its order, whatever the earlier ones found.

A step whose grounds failed is not reached: without trust no signature means anything, without the
tree no entry. All others go on, so that one verdict names everything that is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ifthen.decision.bounds import COMPUTED, Bounds
from ifthen.decision.model import Decision
from ifthen.evidence.collection import paused_collection
from ifthen.tlog.checkpoint import Checkpoint
from ifthen.verification.anchors import Anchors, Believed, check_anchors
from ifthen.verification.copies import check_copies, check_redactions
from ifthen.verification.files import Files
from ifthen.verification.log import Witnessed, check_checkpoint, check_tiles, read_head
from ifthen.verification.logs import check_logs
from ifthen.verification.memory import Memory, Seen, check_memory
from ifthen.verification.opening import Package, check_samples
from ifthen.verification.order import (
    Contents,
    check_clocks,
    check_completeness,
    check_framework,
    check_plans,
)
from ifthen.verification.replaying import check_replay
from ifthen.verification.signoffs import check_signoffs
from ifthen.verification.statements import check_chain, check_envelopes, check_roles
from ifthen.verification.trust import (
    Brought,
    Log,
    Trust,
    check_later,
    check_policy,
    check_trust,
)
from ifthen.verification.verdict import Steps, Verdict, Watch, find_outcome, say_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """What the verifier has besides the record; each may be missing."""

    brought: Brought = field(default_factory=Brought)
    memory: Memory | None = None
    logs: Path | None = None
    """Folder of raw logs."""
    bounds: Bounds = COMPUTED
    """How bounds are computed; somebody who verifies much may keep them."""
    packages: Sequence[Package] = ()
    """What was disclosed to the verifier."""
    believed: Believed = field(default_factory=Believed)
    """Whose clocks the verifier believes, for anchors."""


@dataclass(slots=True)
class Verification:
    """The verdict, and what is to be kept of it."""

    verdict: Verdict
    memory: Memory | None = None
    """What is to be remembered, where nothing failed."""
    fork: bytes | None = None
    """The proof that two trees were signed."""
    contents: Contents | None = field(default=None, repr=False)


def verify_record(
    files: Files, at_hand: AtHand, *, now: datetime, watch: Watch = say_nothing
) -> Verification:
    """Return the verdict about a record; nothing that the record holds makes this raise.

    ``watch`` is called with what is worked on.
    """
    return _Run(files, at_hand, now, watch).go()


class _Run:
    """One verification."""

    def __init__(self, files: Files, at_hand: AtHand, now: datetime, watch: Watch) -> None:
        self.files = files
        self.at_hand = at_hand
        self.now = now
        self.watch = watch
        self.steps = Steps()
        self.trust: Trust | None = None
        self.checkpoint: Checkpoint | None = None
        self.note = b""
        self.fork: bytes | None = None
        self.contents: Contents | None = None
        self.anchors = Anchors()

    def go(self) -> Verification:
        log = self._read_log()
        if log is not None:
            self._read_statements(*log)
        steps = self.steps.close()
        outcome = find_outcome(steps)
        contents, head = self.contents, self.checkpoint
        verdict = Verdict(
            outcome=outcome,
            checked_at=self.now,
            origin=head.origin if head else None,
            size=head.size if head else None,
            root=head.root.hex() if head else None,
            pin=self.trust.pin if self.trust else None,
            kinds=_count_kinds(contents),
            decisions=_list_decisions(contents),
            proven=self.anchors.prove(),
            steps=steps,
        )
        memory = None
        if outcome != "failed" and head is not None and self.trust is not None:
            memory = self.at_hand.memory or Memory()
            before = memory.seen.get(head.origin)
            trusted = any(x.id == "trust" and x.status == "verified" for x in steps)
            # An alarm about a changed pin stands until somebody answers it from elsewhere.
            pin = self.trust.pin if before is None or trusted else before.pin
            memory = memory.remember(head.origin, Seen(self.note, pin))
        return Verification(verdict, memory, self.fork, contents)

    def _read_log(self) -> tuple[Trust, list[bytes], list[Witnessed]] | None:
        """Do steps 1 to 4; return whom to trust, the log's entries, its earlier checkpoints."""
        steps, files, brought = self.steps, self.files, self.at_hand.brought
        policy = check_policy(steps["trust"], files, brought)
        if policy is None:
            steps.skip_from("checkpoint", "trust")
            return None
        head = read_head(steps["checkpoint"], files, self.watch)
        keys = None
        if head is not None:
            keys = check_checkpoint(steps["checkpoint"], head, policy.policy, self.now)
        if head is None or keys is None:
            self._stop("tiles", "checkpoint")
            return None
        checkpoint, note = self.checkpoint, self.note = head.checkpoint, head.data
        history = check_tiles(steps["tiles"], files, head, keys)
        if history is None:
            self._stop("memory", "tiles")
            return None
        memory = self.at_hand.memory
        seen = None if memory is None else memory.seen.get(checkpoint.origin)
        self.fork = check_memory(steps["memory"], files.read, checkpoint, note, seen)
        if seen is not None:
            brought = replace(brought, remembered_pin=seen.pin)
        check_later(steps["trust"], policy, checkpoint.origin, head.entries)
        log = Log(policy.data, head.entries, keys.keys)
        self.trust = check_trust(steps["trust"], files, brought, log, self.now)
        if self.trust is None:
            steps.skip_from("envelopes", "trust")
            return None
        return self.trust, head.entries, history

    def _stop(self, next_: str, because: str) -> None:
        """Mark what is not reached; whom to trust is settled by the entries, too."""
        if not self.steps["trust"].failed:
            text = f"who may sign stands in the log, and {because} failed"
            self.steps["trust"].note("not-at-hand", "verification.not-reached", text)
        self.steps.skip_from(next_, because)

    def _read_statements(self, trust: Trust, data: list[bytes], history: list[Witnessed]) -> None:
        """Do the steps that need the entries."""
        steps, register, disclosed = self.steps, trust.register, _collect(self.at_hand.packages)
        with paused_collection():
            entries = check_envelopes(steps["envelopes"], data, register, self.watch)
            check_roles(steps["roles"], entries, register)
            check_chain(steps["chain"], entries)
            copies = check_copies(steps["copies"], self.files, entries, self.watch)
            documents = check_redactions(steps["redactions"], entries, copies, disclosed)
        contents = self.contents = Contents(entries, documents)
        check_samples(steps["redactions"], self.files, contents, self.at_hand.packages)
        check_plans(steps["plans"], contents, history)
        check_completeness(steps["completeness"], contents, self.now)
        check_framework(steps["framework"], contents)
        check_logs(steps["logs"], contents, self.files, self.at_hand.logs, self.watch)
        replayed = check_replay(steps["replay"], contents, self.at_hand.bounds, self.watch)
        check_signoffs(steps["signoffs"], contents, register, replayed)
        if self.checkpoint is not None:
            self.anchors = check_anchors(
                steps["clocks"], self.files, self.checkpoint, self.at_hand.believed, self.now
            )
        check_clocks(steps["clocks"], contents, history, self.anchors, self.now)


def _collect(packages: Sequence[Package]) -> Mapping[str, Sequence[str]]:
    """Return the disclosed fields by statement, each once."""
    found: dict[str, dict[str, None]] = {}
    for package in packages:
        for opening in package.openings:
            found.setdefault(opening.statement, {}).update(dict.fromkeys(opening.fields))
    return {statement: tuple(texts) for statement, texts in found.items()}


def _count_kinds(contents: Contents | None) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in contents.entries if contents else ():
        counts[entry.stated.kind] = counts.get(entry.stated.kind, 0) + 1
    return counts


def _list_decisions(contents: Contents | None) -> tuple[str, ...]:
    """Return what the published decisions and gates say, in words."""
    found: list[str] = []
    for copy in contents.of_kind("decision") if contents else ():
        if copy.document is not None:
            decision: Decision = copy.document.document
            found += [
                f"{decision.model.id} on {decision.on}: {gate.gate} {gate.outcome.value}"
                for gate in decision.gates
            ]
    return tuple(found)
