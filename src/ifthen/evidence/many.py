"""Reading many logs, each in a process, on the standard library's pool or on any other executor.

One log to a process, which shares nothing out itself, so there are never more processes than asked
for. Only a bounded number of logs is under way, and what comes back is a log's record and not its
samples: memory does not grow with the number of logs. The results come in the order of the logs.
"""

import itertools
import signal
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Generic, TypeVar

from ifthen import __version__
from ifthen.errors import Error
from ifthen.evidence.building import build_record
from ifthen.evidence.log import format_line
from ifthen.evidence.reading import open_source, read_source
from ifthen.evidence.record import EvidenceRecord
from ifthen.evidence.sharing import available_workers, can_fork

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Logs under way for each worker: enough that none waits for a slow log before it in the order."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T, R]):
    """What became of one item: its value, or the error that it ended with."""

    item: T
    value: R | None
    error: Error | None


def read_many(
    sources: Iterable[Path | str],
    *,
    recorded_at: datetime,
    cluster_by: str | None = None,
    part: str | None = None,
    keep: Collection[str] = (),
    executor: Executor | None = None,
    workers: int | None = None,
) -> Iterator[Outcome[Path | str, EvidenceRecord]]:
    """Yield what each log holds, in the order given: its record, or the error it ended with.

    A source is a path or the address of an object in a store. The records name no evaluation, as
    those of :func:`summarize`. ``executor`` and ``workers`` are as for :func:`do_many`. One log
    alone is read here and shared out over processes by its reader.
    """
    work = partial(
        summarize,
        recorded_at=recorded_at,
        cluster_by=cluster_by,
        part=part,
        keep=tuple(keep),
    )
    given = iter(sources)
    first = list(itertools.islice(given, 2))
    if len(first) == 1 and executor is None:
        yield _do(partial(work, workers=workers), __version__, first[0])
        return
    yield from do_many(
        partial(work, workers=1),
        itertools.chain(first, given),
        executor=executor,
        workers=workers,
    )


def summarize(
    source: Path | str,
    *,
    recorded_at: datetime,
    cluster_by: str | None = None,
    part: str | None = None,
    keep: Collection[str] = (),
    workers: int | None = None,
) -> EvidenceRecord:
    """Return what a log holds, as a record that names no evaluation and is not to be written.

    Raises:
        Error: those of :func:`~ifthen.evidence.reading.read_log`.
    """
    kept = {*keep, *(() if cluster_by is None else (cluster_by,))}
    opened = open_source(source)
    return build_record(
        read_source(opened, part=part, keep=kept, workers=workers),
        id="log",
        evaluation="none",
        model="none",
        plan=None,
        recorded_by="nobody",
        recorded_at=recorded_at,
        cluster_by=cluster_by,
        log_path=format_line(source.name if isinstance(source, Path) else opened.name),
    )


def do_many(
    work: Callable[[T], R],
    items: Iterable[T],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
) -> Iterator[Outcome[T, R]]:
    """Yield what ``work`` makes of each item, in the order given.

    ``work`` and the items can be pickled. ``workers`` is how many processes do it (None: as many
    as can run at once; 1: this one); with an ``executor``, how many workers that has. A process
    that dies costs the one log that it cannot read: ``log.worker-died``. An executor that was given
    gets what it lost once more, alone; one that breaks is not mended, and what it had not finished
    ends with that code.

    When the caller stops, or is interrupted, what has not begun is dropped.
    """
    task = partial(_do, work, __version__)
    count = workers or available_workers()
    if executor is not None:
        yield from _Queue(task, executor, count).run(items)
    elif count == 1:
        for item in items:
            yield task(item)
    else:
        yield from _Queue(task, None, count).run(items)


class _Queue(Generic[T, R]):
    """Items that are under way, in order; the executor does the work."""

    def __init__(
        self, task: Callable[[T], Outcome[T, R]], executor: Executor | None, count: int
    ) -> None:
        self._task = task
        self._count = count
        self._own = executor is None
        self._executor = executor or _make_pool(count)
        self._pending: deque[tuple[T, Future[Outcome[T, R]] | None]] = deque()

    def run(self, items: Iterable[T]) -> Iterator[Outcome[T, R]]:
        try:
            for item in items:
                self._pending.append((item, self._submit(item)))
                if len(self._pending) >= AHEAD * self._count:
                    yield self._next()
            while self._pending:
                yield self._next()
        except BaseException:
            if self._own:  # the pool's own thread cancels: two at it quarrel over a future
                self._executor.shutdown(wait=False, cancel_futures=True)
            else:
                for _, future in self._pending:
                    if future is not None:
                        future.cancel()
            raise
        if self._own:
            self._executor.shutdown()

    def _submit(self, item: T) -> Future[Outcome[T, R]] | None:
        """Return the item's future, or None where the executor takes nothing more."""
        try:
            return self._executor.submit(self._task, item)
        except (BrokenExecutor, RuntimeError):  # a pool that broke, or that was shut down
            return None

    def _next(self) -> Outcome[T, R]:
        item, future = self._pending.popleft()
        outcome = _wait(item, future)
        if not isinstance(outcome, Outcome):
            return self._mend(item) if self._own else self._try_alone(item, outcome)
        return outcome

    def _try_alone(self, item: T, error: Error) -> Outcome[T, R]:
        """Return the outcome of an item on a given executor that lost it, perhaps for another.

        A cluster counts the deaths of a worker against every item that it had.
        """
        wait([future for _, future in self._pending if future is not None])
        outcome = _wait(item, self._submit(item))
        return outcome if isinstance(outcome, Outcome) else Outcome(item, None, error)

    def _mend(self, item: T) -> Outcome[T, R]:
        """Return the outcome of an item that was under way when a process died.

        Which item it died of is not known. Those that were lost go on in a new pool; this one, the
        oldest, is tried in a process of its own.
        """
        self._executor.shutdown(cancel_futures=True)
        with _make_pool(1) as alone:
            outcome = _wait(item, alone.submit(self._task, item))
        self._executor = _make_pool(self._count)
        self._pending = deque(
            (each, future if future and _is_whole(future) else self._submit(each))
            for each, future in self._pending
        )
        return outcome if isinstance(outcome, Outcome) else Outcome(item, None, outcome)


def _do(work: Callable[[T], R], version: str, item: T) -> Outcome[T, R]:
    """Return what ``work`` makes of the item; runs in a worker, and raises nothing."""
    try:
        if version != __version__:
            raise Error(
                "log.worker-version",
                f"the worker has ifthen {__version__}, here it is {version}",
                where=_name(item),
                hint="install the same version of ifthen on every worker",
            )
        return Outcome(item, work(item), None)
    except Error as error:
        return Outcome(item, None, error)
    except MemoryError:
        return Outcome(item, None, _died(item, "there was not enough memory to read the log"))
    except Exception as error:  # noqa: BLE001 - one log must not cost the others
        return Outcome(item, None, _failed(item, error))


def _wait(item: T, future: Future[Outcome[T, R]] | None) -> Outcome[T, R] | Error:
    """Return the outcome, or the error where no worker returned one."""
    if future is None:
        return _died(item, "the workers ended before they read the log")
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        return _died(item, "the process that read the log was ended from outside")
    except Exception as error:  # noqa: BLE001 - each executor has its own
        if type(error).__name__ == "KilledWorker":  # Dask: the workers died of it, several times
            return _died(item, "the workers that read the log were ended from outside")
        return _failed(item, error)


def _is_whole(future: Future[Outcome[T, R]]) -> bool:
    return (
        future.done()
        and not future.cancelled()
        and not isinstance(future.exception(), BrokenExecutor)
    )


def _make_pool(count: int) -> ProcessPoolExecutor:
    """Return a pool; forked workers import nothing again, others are started anew."""
    context = get_context("fork" if can_fork() else "spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_end_when_interrupted)


def _end_when_interrupted() -> None:
    """Let Ctrl-C end a worker at once and without a word: the caller says that it stopped."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _name(item: object) -> str:
    return item.name if isinstance(item, Path) else format_line(str(item)).rpartition("/")[2]


def _died(item: object, what: str) -> Error:
    return Error(
        "log.worker-died",
        what,
        where=_name(item),
        hint="free memory and read it again, or read it alone with --workers 1",
    )


def _failed(item: object, error: Exception) -> Error:
    return Error(
        "log.worker-failed",
        f"internal error: {type(error).__name__}: {format_line(str(error))[:300]}",
        where=_name(item),
        hint="read the log alone; IFTHEN_DEBUG=1 shows where it happened",
    )
