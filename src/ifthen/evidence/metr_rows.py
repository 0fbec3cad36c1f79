"""Rows of METR's runs files: one JSON object a line, one line a run, human baselines among them."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ifthen.errors import Error
from ifthen.evidence.source import Source, read_whole

MAX_BYTES = 1 << 28
MAX_LINE_BYTES = 1 << 20
MAX_TEXT = 1000
WEIGHTS = ("equal_task_weight", "invsqrt_task_weight")
SCORES = ("score", "score_cont")
"""Names of the score before it is made binary: the older one, and that of Time Horizon 1.1."""
LAST_MOMENT = 4_102_444_800_000
"""1 January 2100 in milliseconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One run, as a line states it."""

    line: int
    """Number of the line, from 1."""
    sha256: bytes
    """SHA-256 of the line without its end."""
    run_id: str
    task: str
    family: str | None
    alias: str
    """Name under which METR publishes the agent."""
    model: str | None
    """METR's own name of the model."""
    score: float | None
    success: Any
    """``score_binarized`` as it stands: 1, 0, or null."""
    minutes: float
    """Human working time."""
    ended_by: str | None
    """``fatal_error_from``: where the error came from that ended the run."""
    started_at: float | None
    """Milliseconds since 1970."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Weights that the row states."""


def read_rows(source: Source) -> tuple[list[Row], bytes]:
    """Return the runs of a file and its bytes.

    Raises:
        Error: ``log.too-large``, ``log.not-json``, ``log.wrong-shape``, each with the line.
    """
    data = read_whole(source, limit=MAX_BYTES)
    return [parse_row(line, where, number) for number, line, where in _lines(data, source)], data


def list_aliases(source: Source) -> tuple[str, ...]:
    """Return the agents of a file in the order in which they appear."""
    data = read_whole(source, limit=MAX_BYTES)
    found: dict[str, None] = {}
    for _, line, where in _lines(data, source):
        found[_text(parse_object(line, where), "alias", where)] = None
    return tuple(found)


def _lines(data: bytes, source: Source) -> Iterator[tuple[int, bytes, str]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        text = line.removesuffix(b"\r")
        if not text.strip():
            continue
        where = f"{source.name}:{number}"
        if len(text) > MAX_LINE_BYTES:
            raise Error("log.too-large", f"a line is over {MAX_LINE_BYTES:,} bytes", where=where)
        yield number, text, where


def parse_object(line: bytes, where: str) -> dict[str, Any]:
    """Return the JSON object of a line; a key that stands twice, NaN and infinity are errors.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``.
    """
    try:
        value = json.loads(
            line.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except RecursionError as error:
        raise Error("log.not-json", "nested too deep", where=where) from error
    except ValueError as error:
        raise Error("log.not-json", f"not JSON: {str(error)[:200]}", where=where) from error
    if not isinstance(value, dict):
        raise Error("log.wrong-shape", "the line holds no JSON object", where=where)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def parse_row(line: bytes, where: str, number: int) -> Row:
    """Return the run of a line.

    Raises:
        Error: ``log.not-json``, ``log.wrong-shape``.
    """
    value = parse_object(line, where)
    minutes = _number(value, "human_minutes", where)
    if minutes is None or not minutes > 0:
        raise _shape("human_minutes", "a number above 0", value.get("human_minutes"), where)
    run_id = value.get("run_id")
    if not isinstance(run_id, str | int) or isinstance(run_id, bool):
        raise _shape("run_id", "text or a whole number", run_id, where)
    scores = {name: _number(value, name, where) for name in SCORES if name in value}
    if len(scores) > 1 and len(set(scores.values())) > 1:
        raise _shape("score", "the same as score_cont", value.get("score"), where)
    if "score_binarized" not in value:
        raise _shape("score_binarized", "0, 1 or null", "nothing", where)
    return Row(
        line=number,
        sha256=hashlib.sha256(line).digest(),
        run_id=str(run_id)[:MAX_TEXT],
        task=_text(value, "task_id", where),
        family=_text(value, "task_family", where) if value.get("task_family") is not None else None,
        alias=_text(value, "alias", where),
        model=_text(value, "model", where) if value.get("model") is not None else None,
        score=next(iter(scores.values()), None),
        success=_binary(value["score_binarized"], where),
        minutes=minutes,
        ended_by=_text(value, "fatal_error_from", where)
        if value.get("fatal_error_from") is not None
        else None,
        started_at=_moment(value, where),
        weights={
            name: weight for name in WEIGHTS if (weight := _number(value, name, where)) is not None
        },
    )


def _binary(value: Any, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, int | float) and value in {0, 1} and not isinstance(value, bool):
        return int(value)
    raise _shape("score_binarized", "0, 1 or null", value, where)


def _moment(value: Mapping[str, Any], where: str) -> float | None:
    """Return when a run was started; 0 is what human baselines state, and no moment."""
    moment = _number(value, "started_at", where)
    if moment is not None and not 0 <= moment <= LAST_MOMENT:
        raise _shape("started_at", "milliseconds between 1970 and 2100", moment, where)
    return moment or None


def _text(value: Mapping[str, Any], key: str, where: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text or len(text) > MAX_TEXT:
        raise _shape(key, f"text of 1 to {MAX_TEXT} characters", text, where)
    return text


def _number(value: Mapping[str, Any], key: str, where: str) -> float | None:
    number = value.get(key)
    if number is None:
        return None
    if isinstance(number, int | float) and not isinstance(number, bool):
        try:
            found = float(number)
        except OverflowError:
            found = math.inf
        if math.isfinite(found):
            return found
    raise _shape(key, "a finite number", number, where)


def _shape(key: str, expected: str, found: Any, where: str) -> Error:
    text = found if isinstance(found, str) else type(found).__name__
    if isinstance(found, float) or (isinstance(found, int) and abs(found) < 1 << 64):
        text = repr(found)
    return Error("log.wrong-shape", f"{key} is {text[:60]}; expected {expected}", where=where)
