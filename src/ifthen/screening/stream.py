"""Results that arrive one by one, in whatever order, as lines of JSON."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

from ifthen.errors import Error
from ifthen.evidence.strict_json import decode
from ifthen.screening.counting import Attempt
from ifthen.screening.design import Design
from ifthen.screening.process import Process, Waiting, advance

MAX_LINE = 1 << 20


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One result: ``{"id": "q-7", "score": 0}``, or ``{"id": "q-7", "error": true}``."""

    id: str | int
    score: bool | float | None = None
    epoch: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    error: bool = False


def parse_line(data: bytes, *, number: int, design: Design) -> Line:
    """Return one line of the stream; ``number`` counts from 1.

    Raises:
        Error: ``screening.line`` for what is no result, or has a score outside 0 to 1.
    """
    where = f"line {number}"
    if len(data) > MAX_LINE:
        raise Error("screening.line", f"more than {MAX_LINE:,} bytes", where=where)
    try:
        line = decode(data, Line, where=where)
    except Error as error:
        raise Error(
            "screening.line",
            error.message,
            where=where,
            hint='write one result a line: {"id": "q-7", "score": 0}',
        ) from error
    if line.score is not None and not 0 <= line.score <= 1:
        raise Error(
            "screening.line", f"a score lies from 0 to 1, found {line.score!r}", where=where
        )
    if line.epoch > design.epochs:
        raise Error(
            "screening.line", f"epoch {line.epoch}; the plan has {design.epochs}", where=where
        )
    return line


def screen_stream(
    lines: Iterable[bytes], process: Process, *, known: frozenset[str] | None = None
) -> Iterator[Process]:
    """Take results as they arrive; yield the process after each that moved it, until it decides.

    Results wait until everything before them in the order has arrived, so the order in which they
    arrive has no part in the decision.

    Raises:
        Error: ``screening.line``, also for a question that is not in the order or came before.
    """
    design = process.design
    known = frozenset(process.order) if known is None else known
    waiting: Waiting = {}
    for number, data in enumerate(lines, 1):
        if not data.strip():
            continue
        line = parse_line(data, number=number, design=design)
        question = str(line.id)
        attempts = waiting.setdefault(question, {})
        fault = None
        if question not in known:
            fault = f"there is no question {question[:80]!r} in the order"
        elif line.epoch in attempts:
            fault = f"epoch {line.epoch} of {question[:80]!r} came before"
        if fault is not None:
            raise Error("screening.line", fault, where=f"line {number}")
        values = () if line.score is None else (line.score,)
        attempts[line.epoch] = Attempt(values=values, error=line.error)
        if advance(process, waiting):
            yield process
        if process.decision is not None:
            return
