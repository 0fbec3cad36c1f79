"""The test as it runs: questions in their order, one after the other, until one decides.

The running evaluation and the verifier of its log use the same process, so they cannot differ in
anything but what they are told.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ifthen.errors import Error
from ifthen.screening.counting import Attempt, Counted, count_question
from ifthen.screening.design import Design

Waiting = dict[str, dict[int, Attempt]]
"""How questions ended, by id and epoch, as far as it is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One question as it counted."""

    place: int
    """Place in the order, from 1."""
    question: str
    score: float
    """What it counted, from 0 to 1."""
    why: str | None
    """Why that is not its score, where it is not."""
    against: float
    """Sum so far of what speaks against the conclusion: passes for rule-out, failures for reached;
    a whole number for pass-fail."""
    needed: int | None
    """From which question on so many are few enough; None for never and for fractions."""
    evidence: float | None
    """Logarithm of the stakes, for fractions."""


class Process:
    """The test of one design; it stops taking notice once it has decided."""

    def __init__(self, design: Design, order: Iterable[str]) -> None:
        """Begin the test.

        Raises:
            Error: ``screening.questions`` when the order has another number of questions.
        """
        self.design = design
        self.order = tuple(order)
        if len(self.order) != design.questions:
            raise Error(
                "screening.questions",
                f"the plan is of {design.questions} questions; there are {len(self.order)}",
                hint="run the questions that were planned, all of them in the list",
            )
        self.steps: list[Step] = []
        self.decision: Step | None = None
        """The step that decided."""
        self._bettor = None if design.scores == "pass-fail" else design.make_bettor()
        self._against = 0.0

    @property
    def next_question(self) -> str | None:
        """The question whose score is needed next; None when decided or at the end."""
        if self.decision is not None or len(self.steps) == len(self.order):
            return None
        return self.order[len(self.steps)]

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing that can still come would decide."""
        if self.decision is not None:
            return False
        table = self.design.table
        if len(self.steps) == len(self.order):
            return True
        return table is not None and table.questions_for(int(self._against)) is None

    def add(self, counted: Counted) -> Step:
        """Take the score of the next question.

        Raises:
            Error: ``screening.ended`` when no further question counts.
        """
        question = self.next_question
        if question is None:
            raise Error("screening.ended", "the screening has ended; no further question counts")
        place = len(self.steps) + 1
        against = counted.score if self.design.counts_passes else 1 - counted.score
        self._against += against
        needed, evidence = None, None
        table = self.design.table
        if self._bettor is not None:
            decided = self._bettor.add(against)
            evidence = self._bettor.evidence
        else:
            assert table is not None  # noqa: S101 - pass-fail has one
            needed = table.questions_for(int(self._against))
            decided = needed is not None and needed <= place
        step = Step(
            place=place,
            question=question,
            score=counted.score,
            why=counted.why,
            against=self._against,
            needed=needed,
            evidence=evidence,
        )
        self.steps.append(step)
        if decided:
            self.decision = step
        return step


def advance(process: Process, waiting: Waiting, *, ended: bool = False) -> bool:
    """Count every question whose turn it is and whose epochs are all there; return if any was.

    When the run has ``ended``, what is not there will not come, and counts its worst.
    """
    before, epochs = len(process.steps), range(1, process.design.epochs + 1)
    while (question := process.next_question) is not None:
        attempts = waiting.get(question, {})
        if not ended and len(attempts) < len(epochs):
            break
        process.add(count_question([attempts.get(epoch) for epoch in epochs], process.design))
    return len(process.steps) > before
