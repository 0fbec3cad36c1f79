"""``ifthen evidence read`` and ``add`` of several logs: which they are, who reads them, a bar."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ifthen.errors import Error

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ifthen.evidence.many import Outcome
    from ifthen.evidence.packages import Versions
    from ifthen.evidence.record import EvidenceRecord

T = TypeVar("T")
Option = Callable[[T], T]
BAR_FROM = 3
PARTS = ("log", "run", "samples", "measurements", "findings")
"""Parts of a record that say what a log holds."""


class Place(click.ParamType[Path | str]):
    """A path, or the address of an object in a store."""

    name = "log"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> Path | str:
        """Return text with a scheme as it is, other text as a path."""
        from ifthen.evidence.store import is_address  # noqa: PLC0415

        return value if isinstance(value, str) and is_address(value) else Path(value)


workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that read.  [default: as many as can run at once]",
)
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Read on a Dask cluster: tcp://HOST:PORT of its scheduler, or 'local' to start one here.",
)
recursive_option = click.option(
    "--recursive", is_flag=True, help="Read every log in folders and the folders below them."
)


def find_logs(places: Iterable[Path | str]) -> tuple[list[Path | str], frozenset[Path | str]]:
    """Return the files to read, and those of them that were found in a folder.

    Folders and files whose name starts with a dot are left out, and links to folders are not
    followed. Whether a file that was found is a log is seen when it is read.
    """
    logs: list[Path | str] = []
    found: set[Path | str] = set()
    for place in places:
        if isinstance(place, Path) and place.is_dir():
            for folder, folders, files in os.walk(place):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                inside = [Path(folder, name) for name in sorted(files) if not name.startswith(".")]
                logs += inside
                found.update(inside)
        else:
            logs.append(place)
    return list(dict.fromkeys(logs)), frozenset(found)


@contextmanager
def open_workers(
    scheduler: str | None, workers: int | None
) -> Iterator[tuple["Executor | None", int | None]]:
    """Yield the executor to read with, None for the pool of processes, and how many read."""
    if scheduler is None:
        yield None, workers
        return
    from ifthen.evidence.cluster import open_cluster  # noqa: PLC0415 - slow to import

    with open_cluster(scheduler, workers=workers) as (executor, slots):
        yield executor, slots


@contextmanager
def show_progress(items: Iterable[T], total: int) -> Iterator[Iterator[T]]:
    """Yield the items, counted by a bar on a terminal when there are several.

    The bar has no thread of its own: workers could not be forked beside one.
    """
    if total < BAR_FROM or not sys.stderr.isatty():
        yield iter(items)
        return
    from rich.progress import MofNCompleteColumn, Progress  # noqa: PLC0415

    from ifthen.cli.output import make_console  # noqa: PLC0415

    bar = Progress(
        *Progress.get_default_columns(),
        MofNCompleteColumn(),
        console=make_console(stderr=True),
        transient=True,
        auto_refresh=False,
        redirect_stdout=sys.stdout.isatty(),  # what goes to a file does not go through the bar
    )
    with bar:
        yield iter(bar.track(items, total=total, description="reading logs"))


def read_several(
    places: Sequence[Path | str],
    *,
    now: datetime,
    cluster_by: str | None,
    part: str | None,
    workers: int | None,
    scheduler: str | None,
    recursive: bool,
    as_json: bool,
) -> int:
    """Show what each log holds, in the order given, and return the exit code."""
    from ifthen.evidence.many import read_many  # noqa: PLC0415

    logs, found = find_logs(places) if recursive else (list(places), frozenset())
    shown = _Shown(as_json)
    with open_workers(scheduler, workers) as (executor, count):
        outcomes = read_many(
            logs,
            recorded_at=now,
            cluster_by=cluster_by,
            part=part,
            executor=executor,
            workers=count,
        )
        with show_progress(outcomes, len(logs)) as rows:
            for outcome in rows:
                shown.show(outcome, outcome.item in found)
    return shown.finish()


class _Shown:
    """What is said of each log as it is read, and of all of them at the end."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._read = self._contradicted = self._unreadable = self._others = 0
        self._versions: dict[tuple[str, str], Versions] = {}  # by task and model
        self._separator = "["

    def show(self, outcome: "Outcome[Path | str, EvidenceRecord]", may_be_other: bool) -> None:
        """Show one log; a file of a folder may be none."""
        if may_be_other and outcome.error is not None and outcome.error.code == "log.not-a-log":
            self._others += 1
            return
        record = outcome.value
        if record is None:
            self._unreadable += 1
        else:
            self._read += 1
            self._contradicted += any(f.severity == "contradiction" for f in record.findings)
            self._add_versions(str(outcome.item), record)
        (self._show_json if self._as_json else _show_text)(str(outcome.item), outcome)

    def finish(self) -> int:
        """Say how many logs there were, and return the exit code."""
        total = self._read + self._unreadable
        if self._as_json and total:
            click.echo("\n]")
        counts = {
            "contradict themselves": self._contradicted,
            "could not be read": self._unreadable,
            "other files are in no format that is read": self._others,
        }
        said = [f"{total} logs", *(f"{count} {what}" for what, count in counts.items() if count)]
        click.echo(": ".join([said[0], ", ".join(said[1:])]) if said[1:] else said[0], err=True)
        self._show_versions()
        if not total:
            raise Error(
                "log.none",
                "there is no log in the folders given",
                hint="see the formats that are read with: ifthen evidence formats",
            )
        if self._unreadable:
            return 1
        return 2 if self._contradicted else 0

    def _add_versions(self, name: str, record: "EvidenceRecord") -> None:
        from ifthen.evidence.packages import Versions, list_versions  # noqa: PLC0415

        result = (record.run.task, record.run.model)
        self._versions.setdefault(result, Versions()).add(name, list_versions(record.run))

    def _show_versions(self) -> None:
        """Say which logs of one task and model name other versions of a package."""
        from ifthen.cli.output import show_fault  # noqa: PLC0415

        for (task, model), versions in self._versions.items():
            for text in versions.differences():
                fault = Error("log.versions-differ", f"task {task}, model {model}: {text}")
                show_fault(fault, "notice")

    def _show_json(self, name: str, outcome: "Outcome[Path | str, EvidenceRecord]") -> None:
        """Print the log as an item of the list, which is never in memory as a whole."""
        from ifthen.cli.output import emit_bytes, list_errors  # noqa: PLC0415
        from ifthen.encoding.document import dump_document  # noqa: PLC0415

        if outcome.value is not None:
            dumped = dump_document(outcome.value)
            value = {"source": name} | {key: dumped[key] for key in PARTS if key in dumped}
        else:
            errors = list_errors(outcome.error) if outcome.error else ()
            value = {"source": name, "errors": [error.to_dict() for error in errors]}
        text = json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n  ")
        emit_bytes(f"{self._separator}\n  {text}".encode(errors="replace"), end=False)
        self._separator = ","


def _show_text(name: str, outcome: "Outcome[Path | str, EvidenceRecord]") -> None:
    from ifthen.cli.evidence_text import show_record  # noqa: PLC0415
    from ifthen.cli.output import make_console, show_error  # noqa: PLC0415

    if outcome.value is not None:
        show_record(outcome.value, make_console(), title=name)
    elif outcome.error is not None:
        click.echo(name, err=True)
        show_error(outcome.error)
