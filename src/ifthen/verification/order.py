"""Steps 10, 11, 12 and 16: plans before results, completeness, framework in force, clocks."""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ifthen.decision.model import Decision
from ifthen.encoding.document import Loaded
from ifthen.evidence.record import EvidenceRecord
from ifthen.framework.model import Framework
from ifthen.verification.anchors import Anchors
from ifthen.verification.copies import Copy
from ifthen.verification.log import CLOCK_SECONDS, Witnessed
from ifthen.verification.statements import Entry, is_withdrawn, list_standing
from ifthen.verification.verdict import Status, Step

_SKEW = timedelta(seconds=CLOCK_SECONDS)
ANCHORED_WITHIN = timedelta(days=1)
"""An anchor this long after a statement says still that it was there at its time."""
_REWRITTEN = {"failed": "rewritten", "withheld": "withheld"}
TAKEN_BACK = ("plan", "evidence", "incident")
"""Kinds that are named where they are withdrawn: each may have been bad news."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the record says: its statements, and the documents as far as they can be read."""

    entries: Sequence[Entry]
    copies: Mapping[int, Copy]

    @property
    def end(self) -> int:
        """The index after the last statement; changes of the log's keys have an index too."""
        return self.entries[-1].index + 1 if self.entries else 0

    def of_kind(self, *kinds: str) -> list[Copy]:
        """Return the documents of some kinds, of every statement that is not a withdrawal."""
        found = (self.copies.get(entry.index) for entry in self.entries)
        return [
            copy
            for copy in found
            if copy is not None and copy.entry.stated.kind in kinds and not is_withdrawn(copy.entry)
        ]

    def standing(self, before: int, kinds: Iterable[str]) -> list[Copy]:
        """Return the documents of some kinds that stand before an entry."""
        wanted = set(kinds)
        return [
            self.copies[entry.index]
            for entry in list_standing(self.entries, before).values()
            if entry.stated.kind in wanted and entry.index in self.copies
        ]


def check_plans(step: Step, contents: Contents, history: Sequence[Witnessed]) -> None:
    """Check that each result's plan stood in the record before it, and was not changed after."""
    plans = Plans(contents)
    for copy in contents.of_kind("evidence"):
        entry, record = copy.entry, copy.document.document if copy.document else None
        result = entry.stated.result
        named = None if result is None else result.plan
        planned = copy.tree.get("plan") if record is None else record.plan
        if named is None:
            if planned is not None:
                text = f"the record names the plan {planned}, and its statement none"
                step.fail("plans.missing", text, entry.where)
            elif not is_withdrawn(entry):
                text = "it follows no plan: nobody can tell that its values came before its result"
                step.note("not-at-hand", "plans.none", text, entry.where)
            continue
        same = plans.by_copy.get(named, [])
        before = [plan for plan in same if plan.entry.index < entry.index]
        if not before:
            late = "which was published after it" if same else "which the record does not hold"
            step.fail(
                "plans.late" if same else "plans.missing", f"follows a plan {late}", entry.where
            )
            continue
        plan = before[-1]
        if planned is not None and planned != plan.entry.stated.id:
            text = f"says plan {planned}, and names {plan.entry.stated.id} by digest"
            step.fail("plans.other", text, entry.where)
        elif plans.was_revised(plan.entry, entry):
            text = f"the plan {plan.entry.stated.id} was changed before the result was published"
            step.fail("plans.revised", text, entry.where)
        elif _ran_first(plan, record, history):
            text = f"the run is older than its plan {plan.entry.stated.id}"
            step.fail("plans.after-run", text, entry.where)
        elif (changed := plans.find_rewriting(plan, entry)) is not None:
            status, text = changed
            step.note(status, f"plans.{_REWRITTEN[status]}", text, entry.where)
        else:
            step.hold()


class Plans:
    """The plans of a record, by what results name and by their own names."""

    def __init__(self, contents: Contents) -> None:
        """Look each plan up once: a record may hold many."""
        self._entries = contents.entries
        self.by_copy: dict[str, list[Copy]] = {}
        self._copies: dict[str, list[Copy]] = {}
        self._stated: dict[str, list[Entry]] = {}
        for plan in contents.of_kind("plan"):
            self.by_copy.setdefault(plan.entry.stated.copy_.sha256, []).append(plan)
            self._copies.setdefault(plan.entry.stated.name, []).append(plan)
        for entry in contents.entries:
            if entry.stated.kind == "plan":
                self._stated.setdefault(entry.stated.name, []).append(entry)

    def was_revised(self, plan: Entry, result: Entry) -> bool:
        """Return whether a later statement about the plan stands before its first result."""
        stated = self._stated[plan.stated.name]
        return any(plan.index < entry.index < result.index for entry in stated)

    def find_rewriting(self, plan: Copy, result: Entry) -> tuple[Status, str] | None:
        """Return what a plan became after its result, while that stood; None where it stayed.

        Decisions read the plan as it stands: another plan would judge a result that was known.
        """
        for later in self._copies[plan.entry.stated.name]:
            if later.entry.index < result.index:
                continue
            standing = list_standing(self._entries, later.entry.index)
            if standing.get(result.stated.name) is not result:
                continue
            if plan.document is None or later.document is None:
                text = f"whether the plan {plan.entry.stated.id} was changed after it is withheld"
                return "withheld", text
            if later.document.digest != plan.document.digest:
                return "failed", f"the plan {plan.entry.stated.id} was changed after the result"
        return None


def _ran_first(plan: Copy, record: EvidenceRecord | None, history: Sequence[Witnessed]) -> bool:
    """Return whether a run began before its plan: by the plan's word, or by a witness's.

    A plan that was amended counts from when the amendment was issued. A witness who saw the log
    without the plan after the run had begun tells that it came later.
    """
    if record is None:
        return False
    created = record.run.created
    if _is_amended(plan.entry) and plan.entry.statement.predicate.issued_at > created:
        return True
    if plan.document is not None and created < plan.document.document.registered_at:
        return True
    times = (x.first for x in history if x.size <= plan.entry.index and x.first is not None)
    without = max(times, default=None)
    return without is not None and _at(without) > created + _SKEW


def _is_amended(entry: Entry) -> bool:
    return entry.statement.predicate.amends is not None


def check_completeness(step: Step, contents: Contents, now: datetime) -> None:
    """Check that each plan that stands has a result that stands, of the plan as it was then.

    A plan without one is named with its age, and so is whatever was withdrawn, with the reason.
    """
    end = contents.end
    results = contents.standing(end, ("evidence",))
    versions: dict[str, set[str]] = {}
    first: dict[str, Entry] = {}
    for plan in contents.of_kind("plan"):
        versions.setdefault(plan.entry.stated.name, set()).add(plan.entry.stated.copy_.sha256)
        first.setdefault(plan.entry.stated.name, plan.entry)
    answered = {x.entry.stated.result.plan for x in results if x.entry.stated.result is not None}
    for plan in contents.standing(end, ("plan",)):
        if versions[plan.entry.stated.name] & answered:
            step.hold()
        else:
            since = first[plan.entry.stated.name].day
            days = (now.astimezone(UTC).date() - since).days
            text = (
                "this plan has no result that stands, and was not withdrawn; it was published on"
                f" {since}, {days} days ago"
            )
            step.note("not-at-hand", "completeness.no-result", text, plan.entry.where)
    _name_withdrawals(step, contents.entries)


def _name_withdrawals(step: Step, entries: Sequence[Entry]) -> None:
    stated: dict[str, Entry] = {}
    for entry in entries:
        withdrawal = entry.statement.predicate.withdraws
        if withdrawal is None:
            stated.setdefault(entry.stated.name, entry)
        elif entry.stated.kind in TAKEN_BACK:
            since = stated.pop(entry.stated.name, entry)
            days = (entry.day - since.day).days
            text = f"withdrawn on {entry.day}, {days} days after it was published"
            code = "completeness.withdrawn"
            step.note("verified", code, f"{text}: {withdrawal.reason}", entry.where)
            step.hold()


def check_framework(step: Step, contents: Contents) -> None:
    """Check that each decision followed the version in force on its day, published before it."""
    for copy in contents.of_kind("decision"):
        if copy.document is None:
            step.note(
                "withheld",
                "framework.withheld",
                "parts of the decision are withheld",
                copy.entry.where,
            )
            continue
        decision: Decision = copy.document.document
        fault = _find_framework_fault(decision, contents, copy.entry)
        if fault is None or fault[0] == "verified":
            step.hold()
        if fault is not None:
            step.note(fault[0], fault[1], fault[2], copy.entry.where)


def _find_framework_fault(
    decision: Decision, contents: Contents, entry: Entry
) -> tuple[Any, str, str] | None:
    known = contents.standing(entry.index, ("framework",))
    if any(framework.document is None for framework in known):
        return "withheld", "framework.withheld", "parts of a framework are withheld"
    loaded = [framework.document for framework in known if framework.document is not None]
    of_id = [x for x in loaded if x.document.id == decision.framework.id]
    in_force = [x for x in of_id if _covers(x.document, decision.on)]
    said = f"{decision.framework.id} {decision.framework.version}"
    if not in_force:
        return "failed", "framework.none", f"no version of {said} was in force on {decision.on}"
    if len(in_force) > 1:
        return "failed", "framework.several", f"two versions were in force on {decision.on}"
    (found,) = in_force
    if (found.document.version, found.digest) != (
        decision.framework.version,
        decision.framework.digest,
    ):
        text = f"{found.document.id} {found.document.version} was in force on {decision.on}"
        return "failed", "framework.other", f"it follows another text of {said}: {text}"
    return _find_replaced(decision, contents, entry, found)


def _find_replaced(
    decision: Decision, contents: Contents, entry: Entry, found: Loaded[Any]
) -> tuple[Any, str, str] | None:
    """Return which other text for the day the record held before; None where there was none.

    It fails where that text stood when the day had passed: what was in force cannot be changed
    afterwards. Where it was replaced in time, that is named.
    """
    replaced = [
        copy
        for copy in contents.of_kind("framework")
        if copy.document is not None
        and copy.entry.index < entry.index
        and copy.document.document.id == decision.framework.id
        and _covers(copy.document.document, decision.on)
        and not _rules_alike(copy.document.document, found.document)
    ]
    if not replaced:
        return None
    versions = ", ".join(dict.fromkeys(x.entry.stated.version or "" for x in replaced))
    text = f"{decision.framework.id} {versions} stood for {decision.on}"
    before = (x.index for x in contents.entries if x.index < entry.index and x.day > decision.on)
    passed = next(before, entry.index)
    shown = {x.entry.index for x in contents.standing(passed, ("framework",))}
    if any(x.entry.index in shown for x in replaced):
        return "failed", "framework.backdated", f"{text} in the record, and was replaced later"
    on = next(
        x.entry.day
        for x in contents.of_kind("framework")
        if x.document is not None and x.document.digest == found.digest
    )
    text = f"{text} before; the text that it follows was published on {on}"
    return "verified", "framework.replaced", text


def _rules_alike(one: Framework, other: Framework) -> bool:
    """Return whether two texts differ in nothing but the days on which they are in force."""
    return one.model_copy(update={"in_force": other.in_force}) == other


def _covers(framework: Framework, on: date) -> bool:
    return framework.in_force.covers(on)


def check_clocks(
    step: Step,
    contents: Contents,
    history: Sequence[Witnessed],
    anchors: Anchors,
    now: datetime,
) -> None:
    """Check the times of statements: one another, witnesses, anchors, the verifier's clock."""
    last: datetime | None = None
    witnessed = [each for each in history if each.first is not None]
    sizes = [each.size for each in witnessed]
    for entry in contents.entries:
        issued = entry.statement.predicate.issued_at
        if last is not None and issued < last:
            step.fail("clocks.order", f"it says {issued}, the one before it {last}", entry.where)
        elif issued > now + _SKEW:
            step.fail("clocks.future", f"it says {issued}, which is still to come", entry.where)
        elif (fault := _find_late(contents.copies.get(entry.index), issued)) is not None:
            step.fail("clocks.document", fault, entry.where)
        elif (window := _find_window(bisect(sizes, entry.index), issued, witnessed)) is not None:
            step.fail("clocks.witness", window, entry.where)
        elif (anchor := anchors.find(entry.index)) is not None and issued > anchor.at + _SKEW:
            text = f"it says {issued}, and {anchor.by} saw it at {anchor.at}"
            step.fail("clocks.anchor", text, entry.where)
        elif anchor is not None and anchor.at <= issued + ANCHORED_WITHIN:
            step.hold()
        elif not sizes or sizes[-1] <= entry.index:
            text = "no witness saw it: that it was there at its time rests on the publisher's word"
            step.note("not-at-hand", "clocks.unwitnessed", text, entry.where)
        else:
            step.hold()
        last = issued if last is None else max(last, issued)
    _check_runs(step, contents, witnessed, anchors)


def _find_window(at: int, issued: datetime, history: Sequence[Witnessed]) -> str | None:
    """Return why a statement's time does not fit the witnesses': it lies between two of theirs.

    The checkpoint ``at`` is the first that holds the statement.
    """
    after = history[at] if at < len(history) else None
    before = history[at - 1] if at else None
    if after is not None and after.last is not None and issued > _at(after.last) + _SKEW:
        return f"it says {issued}, and a witness saw it at {_at(after.last)}"
    if before is not None and before.first is not None and issued < _at(before.first) - _SKEW:
        return f"it says {issued}, and the log was without it at {_at(before.first)}"
    return None


def _find_late(copy: Copy | None, issued: datetime) -> str | None:
    """Return which date of a document lies after the statement that publishes it."""
    if copy is None or copy.document is None:
        return None
    document = copy.document.document
    for name in ("recorded_at", "registered_at", "signed_at", "at"):
        moment = getattr(document, name, None)
        if isinstance(moment, datetime) and moment > issued + _SKEW:
            return f"its {name} is {moment}, after it was issued"
    day = issued.astimezone(UTC).date()
    on = getattr(document, "on", None)
    if isinstance(on, date) and on > day:
        return f"it is for {on}, and was issued on {day}"
    return None


def _check_runs(
    step: Step, contents: Contents, history: Sequence[Witnessed], anchors: Anchors
) -> None:
    """Check whether a witness or anchor saw each plan before its run began, as the log dates it."""
    plans = {x.entry.stated.copy_.sha256: x.entry for x in contents.of_kind("plan")}
    for copy in contents.of_kind("evidence"):
        result = copy.entry.stated.result
        plan = plans.get(result.plan or "") if result is not None else None
        if plan is None or copy.document is None:
            continue
        created = copy.document.document.run.created
        seen = next((x for x in history if x.size > plan.index), None)
        anchor = anchors.find(plan.index)
        witnessed = seen is not None and seen.first is not None and _at(seen.first) <= created
        if witnessed or (anchor is not None and anchor.at <= created):
            step.hold()
        else:
            text = f"no witness saw its plan before the run of {created:%Y-%m-%d %H:%M} began"
            step.note("not-at-hand", "clocks.plan-unwitnessed", text, copy.entry.where)


def _at(seconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
