"""The files of an audit: the sheet that a seed drew, and the grades that an auditor wrote."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from ifthen.encoding.document import dump_document, load_document
from ifthen.encoding.tree import MAX_BYTES, parse_tree
from ifthen.errors import Error
from ifthen.evidence.audit_sample import AuditItem, AuditSheet, list_grades, verify_sheet
from ifthen.evidence.log import Log
from ifthen.stats.regrading import Claim, Progress, audit_grading
from ifthen.workspace.loading import read_bytes

COLUMNS = ("rank", "id", "epoch", "grade")
Grade = tuple[AuditItem, float]


def format_grades(sheet: AuditSheet) -> bytes:
    """Return the table that an auditor fills in: rank, id, epoch, and an empty grade."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((item.rank, item.id, item.epoch, "") for item in sheet.items)
    return out.getvalue().encode()


def format_sheet(sheet: AuditSheet) -> dict[str, object]:
    """Return the sheet as plain data."""
    return dump_document(sheet)


def load_sheet(path: Path) -> AuditSheet:
    """Return the sheet in a file.

    Raises:
        Problems: every fault of it, with its place.
        Error: ``file.missing``, ``file.unreadable``.
    """
    name = path.as_posix()
    source = parse_tree(read_bytes(path, name, MAX_BYTES), name=name)
    return load_document(source, AuditSheet).document


def parse_grades(data: bytes, sheet: AuditSheet, *, name: str) -> tuple[Grade, ...]:
    """Return the grades that were written, in the order of the sheet.

    The graded answers are the first ones of the order: an empty grade ends them, and a grade after
    it would be one that somebody chose.

    Raises:
        Error: ``audit.grades`` for a table that is not the sheet's or a grade that is no number
            from 0 to 1, ``audit.gap`` for a grade after an empty one.
    """
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Error("audit.grades", f"not a CSV table: {error}", where=name) from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise Error(
            "audit.grades",
            f"the first line has to be {','.join(COLUMNS)}",
            where=f"{name}:1",
            hint="fill in the table that ifthen audit sample wrote",
        )
    grades: list[Grade] = []
    ended = None
    for number, (row, item) in enumerate(zip(rows[1:], sheet.items, strict=False), start=2):
        where = f"{name}:{number}"
        expected = [str(item.rank), item.id, str(item.epoch)]
        if row[:3] != expected or len(row) != len(COLUMNS):
            raise Error(
                "audit.grades",
                f"expected {','.join(expected)} and a grade, found {','.join(row)[:80]}",
                where=where,
                hint="keep the lines in the order of the sheet",
            )
        text = row[3].strip()
        if not text:
            ended = ended or number
        elif ended is not None:
            raise Error(
                "audit.gap",
                f"there is a grade here, and none in line {ended}",
                where=where,
                hint="grade the answers in order; none can be passed over",
            )
        else:
            grades.append((item, _parse_grade(text, where)))
    return tuple(grades)


def _parse_grade(text: str, where: str) -> float:
    try:
        grade = float(text)
    except ValueError:
        grade = -1.0
    if not 0 <= grade <= 1:
        raise Error(
            "audit.grades", f"a grade is a number from 0 to 1, found {text[:40]!r}", where=where
        )
    return grade


def confirm_grading(
    sheet: AuditSheet, log: Log, grades: Sequence[Grade], *, threshold: float, risk: float
) -> Progress:
    """Return how far the grades confirm that the log's mean score lies below a threshold.

    Raises:
        Error: those of :func:`~ifthen.evidence.audit_sample.verify_sheet` and of
            :mod:`ifthen.stats.regrading`.
    """
    verify_sheet(sheet, log)
    logged: Mapping[tuple[str, int], float] = {
        (id, epoch): score for id, epoch, score in list_grades(log, sheet.scorer)
    }
    claim = Claim(scores=tuple(logged.values()), threshold=threshold, risk=risk, scope=sheet.scope)
    return audit_grading(claim, ((logged[item.id, item.epoch], grade) for item, grade in grades))
