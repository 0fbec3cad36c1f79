"""What would follow over a range of results: the values at which something turns.

Every number of passes in the range is decided; nothing is interpolated. Pure.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ifthen.decision.case import find_standings
from ifthen.decision.model import Decision
from ifthen.decision.supposed import SupposedMeasurement, Supposition
from ifthen.encoding.document import Line, Part
from ifthen.errors import Error
from ifthen.framework.model import Framework

MAX_VALUES = 2_001
"""How many values a range may have."""
ABOUT = ("threshold", "commitment", "safeguard", "gate")
_RANGE = re.compile(
    r"evaluation:([^=]+)=([0-9]{1,7})\.\.([0-9]{1,7})/([0-9]{1,7})(?:@([0-9]{1,7}))?"
)


@dataclass(frozen=True, slots=True)
class Range:
    """Results of one evaluation, from the fewest passes to the most."""

    evaluation: str
    """Evaluation of the framework."""
    low: int
    """Fewest questions that pass."""
    high: int
    """Most questions that pass."""
    questions: int
    """Number of questions."""
    clusters: int | None
    """Number of even clusters, where the evaluation has any."""


class TurningPoint(Part):
    """A number of passes from which something stands otherwise than one pass below."""

    passed: int
    """The number of passes."""
    questions: int
    """Of how many questions."""
    about: Line
    """What kind of thing turns: threshold, commitment, safeguard or gate."""
    id: Line
    """Its id."""
    before: Line
    """Where it stands one pass below."""
    after: Line
    """Where it stands from this number on."""


def parse_range(text: str) -> Range:
    """Return a range from a text such as ``evaluation:ctf=0..40/200``, ``@20`` behind for clusters.

    Raises:
        Error: ``plan.range``.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        raise _unreadable(text, "it is not evaluation:ID=LOW..HIGH/QUESTIONS")
    low, high, questions = (int(x) for x in found.groups()[1:4])
    clusters = None if found[5] is None else int(found[5])
    if not low < high <= questions:
        raise _unreadable(text, "LOW has to be less than HIGH, and HIGH at most QUESTIONS")
    if high - low >= MAX_VALUES:
        raise _unreadable(text, f"a range may have {MAX_VALUES:,} values")
    if clusters is not None and not 2 <= clusters <= questions:
        raise _unreadable(text, "there are 2 clusters or more, and not more than questions")
    return Range(found[1], low, high, questions, clusters)


def format_range(over: Range) -> str:
    """Return the text of a range; the inverse of :func:`parse_range`."""
    clusters = "" if over.clusters is None else f"@{over.clusters}"
    return f"evaluation:{over.evaluation}={over.low}..{over.high}/{over.questions}{clusters}"


def _unreadable(text: str, why: str) -> Error:
    return Error(
        "plan.range",
        f"cannot read the range {text[:200]!r}: {why}",
        hint="write for example evaluation:ctf=0..40/200",
    )


def suppose_range(over: Range) -> Iterator[Supposition]:
    """Yield what is supposed for each number of passes, from the fewest to the most."""
    for passed in range(over.low, over.high + 1):
        measured = SupposedMeasurement(
            evaluation=over.evaluation,
            passed=float(passed),
            questions=over.questions,
            clusters=over.clusters,
        )
        yield Supposition(measurements=(measured,))


def find_turning_points(
    over: Range,
    decide: Callable[[Supposition], Decision],
    framework: Framework,
    *,
    watch: Callable[[Iterable[Supposition]], Iterable[Supposition]] = lambda items: items,
) -> Iterator[TurningPoint]:
    """Yield every number of passes at which something turns, in order.

    ``decide`` makes the decision under a supposition; ``watch`` may show how far it is.
    """
    before: dict[str, dict[str, str]] = {}
    for passed, supposition in enumerate(watch(suppose_range(over)), start=over.low):
        now = find_standings(decide(supposition), framework)
        for about, standings in before.items():
            for id, standing in standings.items():
                if now[about][id] != standing:
                    yield TurningPoint(
                        passed=passed,
                        questions=over.questions,
                        about=about,
                        id=id,
                        before=standing,
                        after=now[about][id],
                    )
        before = {about: now[about] for about in ABOUT}
