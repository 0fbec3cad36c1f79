"""The verdict: numbered steps, each with its status and with counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from ifthen.encoding.document import Digest, Line, Moment, Part, Text
from ifthen.errors import Error, Problems

Status = Literal["verified", "failed", "withheld", "not-at-hand", "nothing-to-check"]
Outcome = Literal["verified", "failed", "undetermined"]

Watch = Callable[[str, int, int], None]
"""``watch(step, done, count)``: called while a long step is worked on, with its short name."""


def say_nothing(_step: str, _done: int, _count: int) -> None:
    """Watch nothing."""


MAX_FINDINGS = 100
"""Most findings of a step that are listed; the counts stay whole."""


@dataclass(frozen=True, slots=True)
class StepRule:
    """A step of the specification."""

    id: str
    title: str
    essential: bool
    """Whether the record is verified only where this step is."""


STEPS = (
    StepRule("trust", "Whose record it is: log keys, witnesses, people, from elsewhere", True),
    StepRule("checkpoint", "The checkpoint is signed by the log and by a quorum", True),
    StepRule("tiles", "Every entry belongs to the tree of the checkpoint", True),
    StepRule("memory", "The tree continues what was seen before", False),
    StepRule("envelopes", "Every entry is a signed statement of a known kind", True),
    StepRule("roles", "Every signer held the role on that day", True),
    StepRule("chain", "No statement of the publisher is missing", True),
    StepRule("copies", "Every document is there, and is what its statement says", True),
    StepRule("redactions", "What is withheld is committed to, with a reason", True),
    StepRule("plans", "Plans were published before their results", True),
    StepRule("completeness", "Every plan has a result, or was withdrawn with a reason", True),
    StepRule("framework", "Decisions follow the framework in force", True),
    StepRule("logs", "Numbers follow from the raw logs at hand", False),
    StepRule("replay", "Decisions follow from the documents, byte for byte", True),
    StepRule("signoffs", "Sign-offs are by the right people, and open what is said", True),
    StepRule("clocks", "Times fit one another and the witnesses", False),
)
"""Every step, in order."""
MAY_BE_EMPTY = ("plans", "completeness", "framework", "replay", "signoffs")
"""Essential steps that a sound record may give nothing to check: one without results, plans, or
models and so decisions. What should be there and is not, they name themselves."""


class VerdictFinding(Part):
    """Something that a step found."""

    code: Line
    """Stable dotted code."""
    status: Status
    """What it makes of the step."""
    text: Text
    """What was found."""
    where: Line | None = None
    """File of the record, or statement."""


class StepResult(Part):
    """What one step came to."""

    number: int
    """Number of the step in the specification."""
    id: Line
    """Short name of the step."""
    title: Line
    """What is checked."""
    essential: bool
    """Whether the record is verified only where this step is."""
    status: Status
    """The worst of what was found; not-at-hand also where an earlier step failed first, and
    nothing-to-check where the record holds nothing of the kind."""
    verified: int = Field(ge=0)
    """How many things were checked and hold."""
    failed: int = Field(ge=0)
    """How many do not hold."""
    withheld: int = Field(ge=0)
    """How many the publisher withholds."""
    not_at_hand: int = Field(ge=0)
    """How many could not be checked with what is here."""
    findings: tuple[VerdictFinding, ...] = ()
    """What was found; of what holds only what is worth knowing, such as a withdrawal."""


class Proven(Part):
    """That the first statements of a log were there at a time, at the latest."""

    statements: int = Field(ge=1)
    """Number of entries of the tree that was seen."""
    at: Moment
    """The earliest time that is proven; they may be older."""
    by: Line
    """Whose clock it is: root of a time-stamping authority, or a log with witnesses."""


class Verdict(Part):
    """What became of verifying a record."""

    format: Literal["ifthen-verdict/1"] = "ifthen-verdict/1"
    """Version of this form."""
    outcome: Outcome
    """failed where any step failed; undetermined where an essential one was not verified."""
    checked_at: Moment
    """When it was checked, by the clock of who checked it."""
    origin: Line | None = None
    """Name of the log."""
    size: int | None = None
    """Number of statements in the checkpoint."""
    root: Line | None = None
    """Root hash of the checkpoint, in hexadecimal digits."""
    pin: Digest | None = None
    """Digest of the trust that was used: publish it, compare it."""
    kinds: dict[str, int] = Field(default_factory=dict)
    """Number of statements by kind."""
    decisions: tuple[Text, ...] = ()
    """What the published decisions say, in words."""
    proven: tuple[Proven, ...] = ()
    """By number of statements, the earliest times that anchors prove."""
    steps: tuple[StepResult, ...]
    """The steps, in order."""

    def step(self, id: str) -> StepResult:
        """Return a step by its short name."""
        return next(step for step in self.steps if step.id == id)


@dataclass(slots=True)
class Step:
    """A step while it is worked on."""

    rule: StepRule
    verified: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[VerdictFinding] = field(default_factory=list)

    def hold(self, count: int = 1) -> None:
        """Count what was checked and holds."""
        self.verified += count

    def note(self, status: Status, code: str, text: str, where: str | None = None) -> None:
        """Record what does not hold, is withheld or not at hand."""
        self.counts[status] = self.counts.get(status, 0) + 1
        if len(self.findings) < MAX_FINDINGS:
            clean = "".join(x if x.isprintable() else " " for x in text)[:2_000] or "no words"
            line = None if where is None else "".join(x if x.isprintable() else " " for x in where)
            self.findings.append(
                VerdictFinding(code=code, status=status, text=clean, where=line and line[:300])
            )

    def fail(self, code: str, text: str, where: str | None = None) -> None:
        """Record a failure."""
        self.note("failed", code, text, where)

    def fail_with(self, error: Error, where: str | None = None) -> None:
        """Record an error as a failure."""
        errors = error.errors if isinstance(error, Problems) else (error,)
        for each in errors:
            self.fail(each.code, each.message, where or each.where)

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        return bool(self.counts.get("failed"))

    def close(self, number: int) -> StepResult:
        """Return the step's result."""
        order: tuple[Status, ...] = ("failed", "not-at-hand", "withheld")
        whole: Status = "verified" if self.verified else "nothing-to-check"
        status: Status = next((x for x in order if self.counts.get(x)), whole)
        return StepResult(
            number=number,
            id=self.rule.id,
            title=self.rule.title,
            essential=self.rule.essential,
            status=status,
            verified=self.verified,
            failed=self.counts.get("failed", 0),
            withheld=self.counts.get("withheld", 0),
            not_at_hand=self.counts.get("not-at-hand", 0),
            findings=tuple(self.findings),
        )


class Steps:
    """All steps while a record is verified."""

    def __init__(self) -> None:
        self._steps = {rule.id: Step(rule) for rule in STEPS}

    def __getitem__(self, id: str) -> Step:
        return self._steps[id]

    @property
    def failed(self) -> bool:
        """Whether any step has failed."""
        return any(step.failed for step in self._steps.values())

    def skip_from(self, id: str, because: str) -> None:
        """Mark this step and all later ones as not reached."""
        names = list(self._steps)
        for name in names[names.index(id) :]:
            step = self._steps[name]
            step.verified = 0
            step.note("not-at-hand", "verification.not-reached", f"not reached: {because} failed")

    def close(self) -> tuple[StepResult, ...]:
        """Return the results in order."""
        return tuple(step.close(at) for at, step in enumerate(self._steps.values(), start=1))


def find_outcome(steps: tuple[StepResult, ...]) -> Outcome:
    """Return what the steps come to.

    What an essential step withholds leaves it undetermined, but for the redactions themselves,
    whose very matter is what is withheld. A step that every record with a statement gives something
    to check (all but ``MAY_BE_EMPTY``) and that checked nothing verifies nothing.
    """
    if any(step.status == "failed" for step in steps):
        return "failed"
    open_ = (
        step.essential
        and step.status != "verified"
        and not (step.status == "nothing-to-check" and step.id in MAY_BE_EMPTY)
        and not (step.id == "redactions" and step.status == "withheld")
        for step in steps
    )
    return "undetermined" if any(open_) else "verified"
