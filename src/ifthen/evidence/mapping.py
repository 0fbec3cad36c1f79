"""Reader of a table (CSV or Parquet) through a mapping file that says what its columns mean.

Nothing is guessed: a cell whose meaning is not stated, a row with a cell too few, or a column that
is not there is an error with its place.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ifthen.encoding.tree import Source as Tree
from ifthen.errors import Error
from ifthen.evidence.csv_table import Cell, Row, read_csv
from ifthen.evidence.file_set import FileSet
from ifthen.evidence.formats import Request
from ifthen.evidence.log import (
    Finding,
    Log,
    LogFile,
    Result,
    RunFacts,
    Sample,
    SampleScore,
    contradiction,
    notice,
    state_metric,
)
from ifthen.evidence.mapping_model import MAX_EPOCHS, ColumnName, ErrorColumn, Mapping, ScoreColumn
from ifthen.evidence.parquet_table import read_parquet
from ifthen.evidence.scores import parse_reducer
from ifthen.evidence.source import Source, digest_source
from ifthen.evidence.strict_yaml import parse_part

SUFFIXES = {".csv": ",", ".tsv": "\t", ".parquet": None}
"""Delimiter by the end of the table's name; None for Parquet."""
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with its table."""

    mapping: Mapping
    tree: Tree
    """The mapping file, for the places of errors."""
    source: Source
    delimiter: str | None

    def columns(self) -> dict[str, str]:
        """Return what is needed of each row: what it is for, and the column's name."""
        names = self.mapping.columns
        found = {"id": names.id}
        if names.epoch is not None:
            found["epoch"] = names.epoch
        if names.error is not None:
            found["error"] = names.error if isinstance(names.error, str) else names.error.column
        if names.limit is not None:
            found["limit"] = names.limit
        if isinstance(self.mapping.model, ColumnName):
            found["model"] = self.mapping.model.column
        found |= {f"metadata {name}": name for name in names.metadata}
        return found | {f"score {name}": item.column for name, item in self.mapping.scores.items()}

    def rows(self, columns: Sequence[str]) -> Iterator[Row]:
        """Yield the rows with the named columns."""
        if self.delimiter is None:
            return read_parquet(self.source, columns)
        return read_csv(self.source, columns, delimiter=self.delimiter)


def read(source: Source, request: Request) -> Log:
    """Return the log of a table.

    Raises:
        Error: ``yaml.*``, ``document.*`` and ``log.wrong-shape`` for the mapping file,
            ``log.file-missing``, ``log.value-unknown``, and those of ``read_csv`` and
            ``read_parquet``.
    """
    files = FileSet(source)
    table = _load(files)
    digest = digest_source(table.source)
    files.add(LogFile(path=table.mapping.data, sha256=digest, bytes=table.source.size))
    samples = sorted(_read_samples(table, request), key=lambda sample: sample.epoch)
    table.source.check_unchanged()
    asked = Counter(sample.id for sample in samples)
    counts = set(asked.values())
    vary = table.mapping.epochs is None and len(counts) > 1
    epochs = table.mapping.epochs or max(counts, default=1)
    questions = table.mapping.questions
    return Log(
        format="mapping",
        sha256=files.sha256,
        bytes=files.bytes,
        files=files.files,
        part=request.part,
        run=_make_run(table.mapping, request.part, questions=len(asked), epochs=epochs, vary=vary),
        scorers=(),
        sample_ids=None,
        total=None if questions is None or vary else questions * epochs,
        completed=None,
        results=tuple(
            Result(
                scorer=name,
                reducer=score.reducer,
                metrics=(state_metric(score.metric, score.stated),),
            )
            for name, score in table.mapping.scores.items()
        ),
        samples=tuple(samples),
        findings=tuple(_check(table.mapping, digest, len(asked))),
    )


def list_parts(source: Source) -> tuple[str, ...]:
    """Return the models of the table, where a column holds them."""
    table = _load(FileSet(source))
    model = table.mapping.model
    if isinstance(model, str):
        return ()
    found: dict[str, None] = {}
    for row in table.rows([model.column]):
        found[_to_text(row.cells[0], "model", row, table)] = None
    return tuple(found)


def _load(files: FileSet) -> Table:
    data = files.read() or b""
    mapping, tree = parse_part(data, Mapping, name=files.source.name)
    suffix = "." + mapping.data.rpartition(".")[2].lower()
    if suffix not in SUFFIXES:
        raise Error(
            "log.wrong-shape",
            f"the table {mapping.data[:80]!r} is no .csv, .tsv or .parquet file",
            where=tree.where(("data",)),
        )
    for name, score in mapping.scores.items():
        if score.reducer is not None and parse_reducer(score.reducer) is None:
            raise Error(
                "log.wrong-shape",
                f"the reducer {score.reducer[:80]!r} is not known",
                where=tree.where(("scores", name, "reducer")),
                hint="use mean, median, mode, majority, max, at_least_K, pass_at_K or pass_k_K",
            )
    source = files.source.companion(mapping.data)
    if source is None:
        raise Error(
            "log.file-missing",
            f"there is no {mapping.data[:80]} beside it",
            where=tree.where(("data",)),
            hint="put the table beside the mapping file, or correct the name",
        )
    return Table(mapping, tree, source, mapping.delimiter or SUFFIXES[suffix])


def _read_samples(table: Table, request: Request) -> Iterator[Sample]:
    mapping = table.mapping
    columns = table.columns()
    makers = {name: _score_of(score) for name, score in mapping.scores.items()}
    asked: Counter[str] = Counter()
    for row in table.rows(list(columns.values())):
        cells = dict(zip(columns, row.cells, strict=True))
        if "model" in cells and _to_text(cells["model"], "model", row, table) != request.part:
            continue
        identifier = _to_text(cells["id"], "id", row, table)
        asked[identifier] += 1
        yield Sample(
            id=identifier,
            epoch=_to_epoch(cells, row, table),
            place=row.place,
            error=_is_error(cells, row, table),
            limit=_to_limit(cells.get("limit")),
            scores={
                name: SampleScore(value=_look_up(make, cells[f"score {name}"], name, row, table))
                for name, make in makers.items()
            },
            metadata={
                name: cells[f"metadata {name}"]
                for name in mapping.columns.metadata
                if name in request.keep
            },
            sha256=row.sha256,
        )


def _score_of(score: ScoreColumn) -> Callable[[Cell], Any]:
    """Return what makes a score of a cell; it raises KeyError for a cell without a meaning."""
    values = score.values

    def look_up(cell: Cell) -> Any:
        return values[_spell(cell)] if values is not None else _to_number(cell)

    return look_up


def _spell(cell: Cell) -> str:
    """Return a cell as the mapping file names it: true, 1, 0.5, or nothing."""
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _to_number(cell: Cell) -> float | bool | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        if cell.lower() in _TRUTH:
            return _TRUTH[cell.lower()]
        if not _NUMBER.fullmatch(cell):
            raise KeyError(cell)
        cell = float(cell)
    if isinstance(cell, float) and math.isnan(cell):
        return None
    if not math.isfinite(cell):
        raise KeyError(cell)
    return cell


def _look_up(make: Callable[[Cell], Any], cell: Cell, name: str, row: Row, table: Table) -> Any:
    try:
        return make(cell)
    except (KeyError, OverflowError) as error:
        column = table.mapping.scores[name].column
        raise Error(
            "log.value-unknown",
            f"no meaning is stated for {_spell(cell)[:80]!r} in {column}",
            where=_where(row, table),
            hint=f"add it under values of the score {name} in {table.tree.name}",
        ) from error


def _to_text(cell: Cell, what: str, row: Row, table: Table) -> str:
    if cell is None or cell == "" or isinstance(cell, bool | float):
        raise Error(
            "log.table-row",
            f"the {what} is {'empty' if cell in {None, ''} else 'no text or whole number'}",
            where=_where(row, table),
            hint=f"give every row a {what}",
        )
    return str(cell)


def _to_epoch(cells: dict[str, Cell], row: Row, table: Table) -> int:
    cell = cells.get("epoch", 1)
    text = cell if isinstance(cell, str) else "" if isinstance(cell, bool | None) else str(cell)
    if not re.fullmatch("[1-9][0-9]{0,4}", text, re.ASCII) or int(text) > MAX_EPOCHS:
        raise Error(
            "log.table-row",
            f"the epoch is {_spell(cell)[:40]!r}; a whole number from 1 is expected",
            where=_where(row, table),
        )
    return int(text)


def _is_error(cells: dict[str, Cell], row: Row, table: Table) -> bool:
    cell = cells.get("error")
    rule = table.mapping.columns.error
    if not isinstance(rule, ErrorColumn):
        if isinstance(cell, bool):
            return cell
        return not (cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell)))
    known = rule.values.get(_spell(cell))
    if known is None:
        raise Error(
            "log.value-unknown",
            f"no meaning is stated for {_spell(cell)[:80]!r} in {rule.column}",
            where=_where(row, table),
            hint=f"add it under columns, error, values in {table.tree.name}",
        )
    return known


def _to_limit(cell: Cell) -> str | None:
    return None if cell is None or cell is False or cell == "" else _spell(cell)


def _where(row: Row, table: Table) -> str:
    return f"{table.source.name}:{row.place.partition(' ')[2]}"


def _make_run(
    mapping: Mapping, part: str | None, *, questions: int, epochs: int, vary: bool
) -> RunFacts:
    model = mapping.model if isinstance(mapping.model, str) else part or ""
    return RunFacts(
        task=mapping.task,
        model=model,
        created=mapping.created,
        status="success",
        producer=mapping.producer,
        epochs=epochs,
        epochs_vary=vary,
        weights_sha256=mapping.weights_sha256,
        engine=mapping.engine,
        elicitation=mapping.elicitation,
        dataset=mapping.dataset,
        questions=mapping.questions or questions,
        models=(model,),
    )


def _check(mapping: Mapping, digest: str, found: int) -> Iterator[Finding]:
    if mapping.sha256 is not None and mapping.sha256 != digest:
        message = f"the mapping is of a table with {mapping.sha256}; this one has {digest}"
        yield contradiction("log.companion-differs", message, mapping.data)
    if mapping.questions is None:
        message = "nothing says how many questions were asked: a removed row would not be noticed"
        yield notice("log.questions-unstated", message, mapping.data)
    elif mapping.questions != found:
        message = f"{mapping.questions} questions are stated; the table holds {found}"
        yield contradiction("log.sample-count", message, mapping.data)
